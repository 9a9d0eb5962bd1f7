"""What changed since the last edition: links that became others, articles that were read late. Read by build.

Stories that went on are on the edition's shelves already (``Edition.continued``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from contrecoup.digest.edition import Changes, Revision, Source
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.matches import name_of
from contrecoup.digest.outward import without_offers
from contrecoup.digest.tellings import SCAM_TOPIC, Library, source_of, topic_of
from contrecoup.digest.watch import guarded
from contrecoup.models import DigestItem, Link

LINKED, UNEXPLAINED = "linked_moves", "unexplained"
MAX_LATE = 3


def changes_of(library: Library) -> Changes:
    """The sessions of the last edition whose story or label is another by now, or gone, or found; its late articles."""
    inputs = library.inputs
    now = _best(inputs, library)
    revisions = []
    for item in _last_edition(inputs):
        if item.section not in {LINKED, UNEXPLAINED}:
            continue
        link = now.get(item.key)
        if (item.story_id, item.label) != ((link.story_id, link.label) if link else (None, None)):
            revisions.append(_revision(item, link, library))
    late = sorted(_late(library), key=lambda one: (one.lang != inputs.lang, one.told_at, one.publisher, one.title))
    return Changes(
        revisions=tuple(revisions),
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
            guarded = story_id in library.stories and topic_of(library.stories[story_id], library) == SCAM_TOPIC
            yield replace(source, title=without_offers(source.title)) if guarded else source


def last_moves(previous: Sequence[DigestItem]) -> frozenset[tuple[str, date]]:
    """The sessions (symbol, date) that the last of the earlier editions spoke of."""
    on = max((item.edition_on for item in previous), default=None)
    keys = [item.key for item in previous if item.edition_on == on and item.section in {LINKED, UNEXPLAINED}]
    return frozenset(session_of(key) for key in keys)


def session_of(key: str) -> tuple[str, date]:
    """The symbol and the day of a move's key (``symbol@date``)."""
    symbol, _, day = key.rpartition("@")
    return symbol, date.fromisoformat(day)


def _last_edition(inputs: EditionInputs) -> list[DigestItem]:
    on = max((item.edition_on for item in inputs.previous), default=None)
    return [item for item in inputs.previous if item.edition_on == on]


def _best(inputs: EditionInputs, library: Library) -> dict[str, Link]:
    best: dict[str, Link] = {}
    for link in sorted(inputs.earlier_links, key=lambda link: (link.rank, -link.score, link.story_id)):
        if link.story_id in library.stories:
            best.setdefault(f"{link.symbol}@{link.session_on.isoformat()}", link)
    return best


def _revision(item: DigestItem, link: Link | None, library: Library) -> Revision:
    symbol, day = session_of(item.key)
    return Revision(
        name=name_of(symbol, library.inputs),
        session_on=day,
        was=item.label,
        story=guarded(library.stories[link.story_id], library).cited if link else None,
        label=link.label if link else None,
        same_story=link is not None and link.story_id == item.story_id,
    )
