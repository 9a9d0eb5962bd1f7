"""The watch on look-alike tokens: whose name is borrowed, how often it is said to be, and who denies it. Read by build.

Nothing here helps to find a token: titles and quotations come without prices, tickers and contract addresses
(``outward.without_offers``).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from contrecoup.digest.edition import Counted, Denial, Telling, Watch
from contrecoup.digest.outward import imprint, shown, without_offers
from contrecoup.digest.tellings import Library, telling_of
from contrecoup.impersonation_denials import is_verbatim, names_channel
from contrecoup.impersonation_numbers import span_of
from contrecoup.models import LookAlike, Story, StoryArticle

MAX_NAMES = 3
MAX_COUNTS = 3
VAGUE = frozenset({"dozens", "hundreds", "thousands"})
FIELDS = ("title", "lead", "text")

Told = tuple[StoryArticle, LookAlike]


def watched(story: Story, library: Library) -> Telling:
    """The story as the watch on tokens shows it."""
    return replace(_without_offers(telling_of(story, library)), watch=watch_of(story, library))


def guarded(story: Story, library: Library, *, per_language: int = 1, naming: frozenset[str] = frozenset()) -> Telling:
    """The story as it stands elsewhere (``telling_of``): one on tokens offers no ticker or address there either."""
    telling = telling_of(story, library, per_language=per_language, naming=naming)
    return _without_offers(telling) if story.id in library.guarded else telling


def _without_offers(telling: Telling) -> Telling:
    return replace(
        telling,
        title=without_offers(telling.title),
        translation=telling.translation and without_offers(telling.translation),
        counterpart=telling.counterpart and without_offers(telling.counterpart),
        latest=telling.latest and replace(telling.latest, title=without_offers(telling.latest.title)),
        sources=tuple(replace(source, title=without_offers(source.title)) for source in telling.sources),
    )


def watch_of(story: Story, library: Library) -> Watch | None:
    """What the story's own texts say of the brands that it is about; None when no brand was found."""
    members = [m for m in library.members.get(story.id, ()) if m.wire_id == m.article_id]
    by_article: dict[str, list[LookAlike]] = defaultdict(list)
    for row in library.inputs.look_alikes:
        by_article[row.article_id].append(row)
    told = [
        (member, row)
        for member in members
        for row in sorted(by_article[member.article_id], key=lambda row: (FIELDS.index(row.field), row.start))
    ]
    brands = _brands(told)
    if not brands:
        return None
    told = [(member, row) for member, row in told if row.brand in brands]
    return Watch(
        names=tuple(shown(name) for name in brands.values()),
        counts=_counted(told, "count"),
        growth=_counted(told, "growth"),
        losses=_counted(told, "loss"),
        denial=_denial(told, library.inputs.lang),
    )


def _brands(told: Sequence[Told]) -> dict[str, str]:
    """Names by target, the one that most publishers tell of first: those in a title or lead, else the first alone."""
    rows = [(member, row) for member, row in told if row.kind == "brand"]
    headed = [pair for pair in rows if pair[1].field != "text"]
    names = {row.brand: row.name for _, row in rows}
    order = Counter(target for target, _ in {(row.brand, member.publisher) for member, row in headed or rows})
    first = {row.brand: place for place, (_, row) in reversed(list(enumerate(headed or rows)))}
    ranked = sorted(order, key=lambda target: (-order[target], first[target]))
    return {target: names[target] for target in ranked[: MAX_NAMES if headed else 1]}


def _counted(told: Iterable[Told], kind: str) -> tuple[Counted, ...]:
    """The numbers stated, the first of each house, with all who state it; the one that most state first."""
    stated: dict[str, Told] = {}
    for member, row in told:
        if row.kind != kind:
            continue
        house = member.house
        first, earlier = stated.setdefault(house, (member, row))
        if earlier.qualifier == "exact" and row.number == earlier.number:
            stated[house] = (first, row)  # a headline says 75 where the text says "75 or more"
    publishers: dict[tuple[float, str, str], list[str]] = defaultdict(list)
    spans: dict[tuple[float, str, str], set[str]] = defaultdict(set)
    for member, row in stated.values():
        same = (0.0 if row.qualifier in VAGUE else row.number or 0.0, row.qualifier, row.unit)
        publishers[same].append(imprint(member.publisher))
        spans[same].add(span_of(row.sentence, row.surface) if kind == "growth" else "")
    counted = [
        Counted(
            number=number,
            qualifier=qualifier,
            unit=unit,
            publishers=tuple(publishers[number, qualifier, unit]),
            span=next(iter(told)) if len(told) == 1 else "",
        )
        for (number, qualifier, unit), told in spans.items()
    ]
    return tuple(sorted(counted, key=lambda one: (-len(one.publishers), -one.number))[:MAX_COUNTS])


def _denial(told: Iterable[Told], lang: str) -> Denial | None:
    """The brand's own word before an article's; in the reader's language and whole, if possible.

    Of these the one that quotes the brand, then one that says where it spoke, and rather from the text than from a
    lead or a headline: a lead jokes in passing.
    """
    found = [
        (
            (
                row.reason != "says",
                member.lang != lang,
                without_offers(row.sentence) != row.sentence,
                not is_verbatim(row.sentence),
                not names_channel(row.sentence),
                -FIELDS.index(row.field),
            ),
            Denial(
                publisher=imprint(member.publisher),
                lang=member.lang,
                text=without_offers(shown(row.sentence)),
                official=row.reason == "says",
                verbatim=is_verbatim(row.sentence),
            ),
        )
        for member, row in told
        if row.kind == "denial"
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None
