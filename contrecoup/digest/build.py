"""What an edition holds, decided from rows: first module of the last stage (build → render → mail).

Moves come first, after the market strip, each under the story that coincided with it; then moves without a story,
instruments that could not be measured, stories that moved nothing, the watch on scam tokens, and what changed since the
edition before. An edition is read in five minutes: at most
twelve stories, two a publisher, except that a story which is linked to a move is never left out for its publisher.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import IntEnum, auto

from contrecoup.digest.changes import REVISED, changes_of
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
    topic_of,
)
from contrecoup.digest.watch import guarded, watched
from contrecoup.models import DigestItem, Layer, LinkLabel, MoveVerdict, Story

__all__ = ["Counts", "EditionInputs", "build_edition", "items_of", "shorter"]

MAX_STORIES = 12
MAX_TOKEN_STORIES = 3
MAX_PER_PUBLISHER = 2
TOPICS = ("ai_model_launch", "chip_stocks", "crypto_mining")
"""Order of the topics on the page; those that a user adds follow, by name. Scam tokens have a watch of their own."""
OTHERS, MAX_OTHERS = "other_stories", 3
"""The last shelf, of stories without a topic, and how many of them that no edition had it takes."""


class _Turn(IntEnum):
    """Who chooses first: the watch on tokens, whose three lines a busy day must not push out."""

    TOKENS = auto()
    SHELVES = auto()
    OTHERS = auto()


MOST = {_Turn.TOKENS: MAX_TOKEN_STORIES, _Turn.OTHERS: MAX_OTHERS}


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
        told=frozenset(
            story_id
            for story_id, members in library.members.items()
            if story_id in library.stories and any(member.told_at > inputs.since_at for member in members)
        ),
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
    """Section, key and title of what stands somewhere, and of a linked or revised move its story and label."""
    for group in edition.groups:
        yield "linked_stories", group.telling.story_id, group.telling.cited.title, None
        for match in group.matches + group.others:
            yield "linked_moves", match.figure.key, match.figure.name, (group.telling.story_id, match.label)
    for figure in edition.unexplained:
        yield "unexplained", figure.key, figure.name, None
    for shelf in edition.shelves:
        for telling in shelf.tellings:
            yield shelf.topic, telling.story_id, telling.cited.title, None
    for telling in edition.tokens:
        yield SCAM_TOPIC, telling.story_id, telling.cited.title, None
    for one in edition.changes.revisions:
        yield REVISED, one.key, one.name, (one.story_id, one.label) if one.story_id and one.label else None


def _tally(inputs: EditionInputs, groups: Sequence[Group], unexplained: Sequence[Figure]) -> Tally:
    verdicts = Counter(move.verdict for move in inputs.moves)
    return Tally(
        sessions=len(inputs.moves),
        followed=len({move.symbol for move in inputs.moves}),
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
    turns: Counter[_Turn] = Counter()
    for turn, story in sorted(_candidates(library, linked), key=lambda one: (one[0], *_loudest(one[1], library))):
        publisher = publisher_of_story(story, library)
        full = room == 0 or turns[turn] >= MOST.get(turn, MAX_STORIES)
        if full or publishers[publisher] >= MAX_PER_PUBLISHER:
            continue
        if turn is _Turn.TOKENS:
            tokens.append(watched(story, library))
        else:
            topic = topic_of(story, library) or OTHERS
            shelves[topic].append(replace(guarded(story, library), still=still_of(story, library)))
        publishers[publisher] += 1
        turns[turn] += 1
        room -= 1
    order = [topic for topic in TOPICS if topic in shelves] + sorted(set(shelves) - {*TOPICS, OTHERS})
    order += [OTHERS] if OTHERS in shelves else []
    return tuple(tokens), tuple(Shelf(topic=topic, tellings=tuple(shelves[topic])) for topic in order)


def _candidates(library: Library, linked: frozenset[str]) -> Iterator[tuple[_Turn, Story]]:
    """The stories of the window that may have a place, with their turn to choose one.

    A reader goes on with a story of an earlier edition whatever it is about; of the others without a topic, those of
    two houses that name an instrument or an organisation up front are told, if no topic was asked for.
    """
    inputs = library.inputs
    naming = {m.article_id for m in inputs.mentions if m.layer is Layer.DIRECT and m.field != "text"}
    for story in library.stories.values():
        if story.id in linked or not library.fresh(story):
            continue
        topic, members = topic_of(story, library), library.members[story.id]
        if topic == SCAM_TOPIC:
            yield _Turn.TOKENS, story
        elif topic is not None or story.id in library.seen_on:
            yield _Turn.SHELVES, story
        elif not inputs.topics and len(own_publishers(members)) > 1 and any(m.article_id in naming for m in members):
            yield _Turn.OTHERS, story


def _loudest(story: Story, library: Library) -> tuple[int, float, str]:
    fresh = library.fresh(story)
    return (-len(own_publishers(fresh)), -max(member.told_at for member in fresh).timestamp(), story.id)
