"""What an edition holds, decided from rows: first module of the last stage (build → render → mail).

Moves come first, after the market strip, each under the story that coincided with it; then moves without a story,
instruments that could not be measured, stories that moved nothing, the watch on scam tokens, and what changed since the
edition before. An edition is read in five minutes: at most
twelve stories, two a publisher, except that a story which is linked to a move is never left out for its publisher.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from contrecoup.digest.changes import changes_of
from contrecoup.digest.courses import prices_of
from contrecoup.digest.edition import Counts, Edition, Figure, Group, Shelf, Tally, Telling
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.matches import groups_of, still_of, unexplained_of, unmeasured_of
from contrecoup.digest.strip import strip_of
from contrecoup.digest.tellings import (
    SCAM_TOPIC,
    Library,
    open_library,
    own_publishers,
    publisher_of_story,
    telling_of,
    topic_of,
)
from contrecoup.digest.watch import watched
from contrecoup.models import DigestItem, LinkLabel, MoveVerdict, Story

__all__ = ["Counts", "EditionInputs", "build_edition", "items_of", "shorter"]

MAX_STORIES = 12
MAX_TOKEN_STORIES = 3
MAX_PER_PUBLISHER = 2
TOPICS = ("ai_model_launch", "chip_stocks", "crypto_mining")
"""Order of the topics on the page; those that a user adds follow, by name. Scam tokens have a watch of their own."""


def build_edition(inputs: EditionInputs) -> Edition:
    """Decide what stands in an edition and in which order. Pure: the same inputs give the same edition."""
    library = open_library(inputs)
    prices = prices_of(inputs)
    groups = groups_of(library, prices)
    kept = groups[:MAX_STORIES]
    tokens, shelves = _choose(library, kept, linked=frozenset(group.telling.story_id for group in groups))
    unexplained = unexplained_of(library)
    return Edition(
        edition_on=inputs.edition_on,
        lang=inputs.lang,
        profile=inputs.profile,
        since_at=inputs.since_at,
        until_at=inputs.until_at,
        timezone=inputs.timezone,
        groups=kept,
        hidden=_moves_in(groups) - _moves_in(kept),
        unexplained=unexplained,
        unmeasured=unmeasured_of(library),
        shelves=shelves,
        tokens=tokens,
        tally=_tally(inputs, groups, unexplained),
        counts=inputs.counts,
        strip=strip_of(inputs, prices),
        changes=changes_of(library),
    )


def shorter(edition: Edition) -> Edition | None:
    """The edition without its last story: of the shelves first, then of the tokens, then a linked one; or None."""
    if edition.shelves:
        *kept, last = edition.shelves
        rest = (replace(last, tellings=last.tellings[:-1]),) if len(last.tellings) > 1 else ()
        return replace(edition, shelves=(*kept, *rest))
    if edition.tokens:
        return replace(edition, tokens=edition.tokens[:-1])
    if len(edition.groups) > 1:
        hidden = edition.hidden + _moves_in(edition.groups[-1:])
        return replace(edition, groups=edition.groups[:-1], hidden=hidden)
    return None


def items_of(edition: Edition) -> list[DigestItem]:
    """What stands where, for the table ``digest_items``; a story's key is its id, a move's is ``symbol@date``."""
    items: list[DigestItem] = []
    for section, key, title, link in _places(edition):
        items.append(
            DigestItem(
                edition_on=edition.edition_on,
                lang=edition.lang,
                profile=edition.profile,
                section=section,
                position=sum(item.section == section for item in items),
                key=key,
                title=title,
                story_id=link[0] if link else None,
                label=link[1] if link else None,
            )
        )
    return items


def _places(edition: Edition) -> Iterator[tuple[str, str, str, tuple[str, LinkLabel] | None]]:
    """Section, key and title of what stands somewhere, and of a linked move its story and label."""
    for group in edition.groups:
        yield "linked_stories", group.telling.story_id, group.telling.title, None
        for match in group.matches + group.others:
            yield "linked_moves", match.figure.key, match.figure.name, (group.telling.story_id, match.label)
    for figure in edition.unexplained:
        yield "unexplained", figure.key, figure.name, None
    for shelf in edition.shelves:
        for telling in shelf.tellings:
            yield shelf.topic, telling.story_id, telling.title, None
    for telling in edition.tokens:
        yield SCAM_TOPIC, telling.story_id, telling.title, None


def _tally(inputs: EditionInputs, groups: Sequence[Group], unexplained: Sequence[Figure]) -> Tally:
    verdicts = Counter(move.verdict for move in inputs.moves)
    return Tally(
        sessions=len(inputs.moves),
        linked=_moves_in(groups),
        unexplained=len(unexplained),
        quiet=verdicts[MoveVerdict.QUIET],
        unmeasured=verdicts[MoveVerdict.UNMEASURED],
    )


def _moves_in(groups: Sequence[Group]) -> int:
    return sum(len(group.matches) + len(group.others) for group in groups)


def _choose(
    library: Library, groups: Sequence[Group], *, linked: frozenset[str]
) -> tuple[tuple[Telling, ...], tuple[Shelf, ...]]:
    """The watch on tokens and the shelves: the stories of the window that most publishers tell, linked ones aside."""
    publishers = Counter(publisher_of_story(library.stories[group.telling.story_id], library) for group in groups)
    room = MAX_STORIES - len(groups)
    tokens: list[Telling] = []
    shelves: dict[str, list[Telling]] = defaultdict(list)
    stories = [story for story in library.stories.values() if story.id not in linked and library.fresh(story)]
    topics = {story.id: topic_of(story, library) for story in stories}
    # The watch on tokens chooses first: three lines that a busy day must not push out.
    for story in sorted(stories, key=lambda story: (topics[story.id] != SCAM_TOPIC, *_loudest(story, library))):
        topic = topics[story.id]
        publisher = publisher_of_story(story, library)
        full = topic == SCAM_TOPIC and len(tokens) >= MAX_TOKEN_STORIES
        if topic is None or full or room == 0 or publishers[publisher] >= MAX_PER_PUBLISHER:
            continue
        if topic == SCAM_TOPIC:
            tokens.append(watched(story, library))
        else:
            shelves[topic].append(replace(telling_of(story, library), still=still_of(story, library)))
        publishers[publisher] += 1
        room -= 1
    order = [topic for topic in TOPICS if topic in shelves] + sorted(set(shelves) - set(TOPICS))
    return tuple(tokens), tuple(Shelf(topic=topic, tellings=tuple(shelves[topic])) for topic in order)


def _loudest(story: Story, library: Library) -> tuple[int, float, str]:
    fresh = library.fresh(story)
    return (-len(own_publishers(fresh)), -max(member.told_at for member in fresh).timestamp(), story.id)
