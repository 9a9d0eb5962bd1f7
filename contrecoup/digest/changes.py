"""What changed since the last edition: links that became others, articles that were read late. Read by build.

Stories that went on are on the edition's shelves already (``Edition.continued``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from contrecoup.digest.edition import Changes, Cited, Revision, Source
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.matches import name_of
from contrecoup.digest.outward import without_offers
from contrecoup.digest.tellings import Library, source_of
from contrecoup.digest.watch import guarded
from contrecoup.models import DigestItem, Link

LINKED, UNEXPLAINED, REVISED = "linked_moves", "unexplained", "revised"
REMEMBERED = timedelta(days=30)
"""An edition marks what stood in one of the editions of this long before it, and revises what they told."""
MAX_REVISIONS = 5
MAX_LATE = 3


def changes_of(library: Library) -> Changes:
    """The sessions of earlier editions whose story or label is another by now, or gone, or found; late articles.

    A revision is told once: it is what the next edition compares with.
    """
    inputs = library.inputs
    told = moves_told(inputs.previous)
    now = _best(library, told)
    revisions = [
        _revision(item, now.get(item.key), library)
        for item in sorted(told.values(), key=lambda item: item.edition_on, reverse=True)
        if _is_revised(item, now.get(item.key), library)
    ]
    late = sorted(_late(library), key=lambda one: (one.lang != inputs.lang, one.told_at, one.publisher, one.title))
    return Changes(
        revisions=tuple(revisions[:MAX_REVISIONS]),
        more_revised=max(0, len(revisions) - MAX_REVISIONS),
        late=tuple(late[:MAX_LATE]),
        more_late=max(0, len(late) - MAX_LATE),
    )


def _late(library: Library) -> Iterator[Source]:
    """The articles that the edition before missed; one about tokens without what one would buy them by."""
    for story_id, members in library.members.items():
        for member in members:
            document = library.documents.get(member.article_id)
            if member.article_id not in library.inputs.late or document is None:
                continue
            source = source_of(document)
            on_tokens = story_id in library.guarded
            yield replace(source, title=without_offers(source.title)) if on_tokens else source


def moves_told(previous: Sequence[DigestItem]) -> Mapping[str, DigestItem]:
    """The sessions (``symbol@date``) of which earlier editions told a link or none, each as it was told last."""
    told = [item for item in previous if _has_its_link(item)]
    return {item.key: item for item in sorted(told, key=lambda item: item.edition_on)}


def unsettled(previous: Sequence[DigestItem], links: Sequence[Link]) -> frozenset[str]:
    """The stories of links that are not what was told of their sessions: a revision may speak of them."""
    told = moves_told(previous)
    return frozenset(link.story_id for link in links if not _is_as_told(told.get(key_of(link)), link))


def session_of(key: str) -> tuple[str, date]:
    """The symbol and the day of a move's key (``symbol@date``)."""
    symbol, _, day = key.rpartition("@")
    return symbol, date.fromisoformat(day)


def key_of(link: Link) -> str:
    """The key of a link's move."""
    return f"{link.symbol}@{link.session_on.isoformat()}"


def _best(library: Library, told: Mapping[str, DigestItem]) -> dict[str, Link]:
    """The best link of each session; one that is as it was told needs no story here."""
    best: dict[str, Link] = {}
    for link in sorted(library.inputs.earlier_links, key=lambda link: (link.rank, -link.score, link.story_id)):
        if link.story_id in library.stories or _is_as_told(told.get(key_of(link)), link):
            best.setdefault(key_of(link), link)
    return best


def _has_its_link(item: DigestItem) -> bool:
    """Whether it is a session of which the edition tells what it was linked to: older editions do not."""
    return item.section in {UNEXPLAINED, REVISED} or (item.section == LINKED and item.label is not None)


def _is_as_told(item: DigestItem | None, link: Link) -> bool:
    return item is not None and (item.story_id, item.label) == (link.story_id, link.label)


def _is_revised(item: DigestItem, link: Link | None, library: Library) -> bool:
    if link is None:
        return item.label is not None
    return not _is_as_told(item, link) and (item.label != link.label or not _is_same_story(item, link, library))


def _is_same_story(item: DigestItem, link: Link, library: Library) -> bool:
    """A story bears the id of its founder: regrouped, the same articles may have another, but still tell the first."""
    return any(member.article_id == item.story_id for member in library.members.get(link.story_id, ()))


def _revision(item: DigestItem, link: Link | None, library: Library) -> Revision:
    symbol, day = session_of(item.key)
    return Revision(
        key=item.key,
        name=name_of(symbol, library.inputs),
        session_on=day,
        was=item.label,
        instead_of=_story_then(item, library.inputs),
        story_id=link.story_id if link else None,
        story=guarded(library.stories[link.story_id], library).cited if link else None,
        label=link.label if link else None,
        same_story=link is not None and _is_same_story(item, link, library),
    )


def _story_then(item: DigestItem, inputs: EditionInputs) -> Cited | None:
    """The story that a move was linked to, by the title that it last had when that was told."""
    stood = [one for one in inputs.previous if one.key == item.story_id and one.edition_on <= item.edition_on]
    title = max(stood, key=lambda one: one.edition_on).title if stood else ""
    return Cited(title=title, lang=inputs.lang) if title else None
