"""What the page of a story holds, decided from rows. Beside build: an edition shows a story once, the archive whole.

The page has every telling in the order of time, the attention by language, each move that the story was linked to with
the parts of its score, and every checked claim. All texts of the press pass through ``outward``; those of a story on
tokens also lose what one would need to buy one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from contrecoup.digest.edition import Cited, Match, Quote, Said, Source, Telling
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.matches import SESSION_PERIODS, match_of, name_of, open_evidences, said_of
from contrecoup.digest.outward import imprint, shown, without_offers
from contrecoup.digest.stacks import Stacks
from contrecoup.digest.tellings import GLOSSARY, Library, source_of, telling_of, topic_of
from contrecoup.digest.watch import guarded, watched
from contrecoup.models import Link, MoveVerdict, PriceBar, Story, StoryArticle, Verdict
from contrecoup.sessions import close_of, open_of

SESSIONS_BEFORE = 10
SESSIONS_AFTER = 2
LONGEST_QUOTE = 320
MAX_CHECKED = 60
"""Checked claims on a page; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Another story that a page points to, by its name in the reader's language if it has one."""

    story_id: str
    cited: Cited
    first_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """One article of a story, as the timeline shows it.

    ``copied_from`` is the publisher whose text it repeats, None when its text is its own.
    """

    source: Source
    translation: str | None
    glossed: bool
    copied_from: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """When an independent house told a story, and in which language: one dot of the attention curve."""

    at: datetime
    lang: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """The hours of an exchange's session in which ``moves`` instruments moved with the story."""

    exchange: str
    session_on: date
    opens_at: datetime
    closes_at: datetime
    moves: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The close of a session, as a ratio to the close before the move, and the session's own return (a fraction)."""

    session_on: date
    level: float
    simple_return: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Coincidence:
    """A move that the story was linked to, with everything that speaks for it."""

    match: Match
    link: Link
    rival: Named | None
    quotes: tuple[Quote, ...]
    closes: tuple[Close, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a story says of an instrument, and what prices say of each claim."""

    name: str
    claims: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryPage:
    """Everything that the page of a story says. ``more_checked`` counts the checked claims that are left out."""

    telling: Telling
    last_at: datetime
    topic: str | None
    retellings: tuple[Retelling, ...]
    told: tuple[Told, ...]
    sessions: tuple[Session, ...]
    coincidences: tuple[Coincidence, ...]
    checked: tuple[Checked, ...]
    more_checked: int
    follows: Named | None
    followed_by: tuple[Named, ...]


def build_story_page(story: Story, stacks: Stacks) -> StoryPage:
    """The page of a story in the language of the stacks. Pure: the same rows give the same page."""
    library = stacks.library_of(story)
    on_tokens = story.id in library.guarded
    telling = watched(story, library) if on_tokens else telling_of(story, library)
    members = library.members.get(story.id, ())
    own = [member for member in members if member.wire_id == member.article_id]
    coincidences = _coincidences(story, library, stacks)
    checked = _checked(own, library)
    page = StoryPage(
        telling=telling,
        last_at=max((member.told_at for member in members), default=story.first_at),
        topic=topic_of(story, library),
        retellings=tuple(_retelling(member, library, stacks) for member in members),
        told=tuple(Told(at=member.told_at, lang=member.lang, owner=member.house) for member in own),
        sessions=_sessions(coincidences, library.inputs),
        coincidences=coincidences,
        checked=tuple(
            Checked(name=name, claims=tuple(said for _, said in claims))
            for name, claims in groupby(checked[:MAX_CHECKED], key=itemgetter(0))
        ),
        more_checked=max(0, len(checked) - MAX_CHECKED),
        follows=named(story.follows_story_id, stacks),
        followed_by=tuple(one for other in stacks.followers.get(story.id, ()) if (one := named(other.id, stacks))),
    )
    return _without_offers(page) if on_tokens else page


def named(story_id: str | None, stacks: Stacks) -> Named | None:
    """How a page names another story, if the archive has it."""
    story = stacks.stories.get(story_id or "")
    if story is None:
        return None
    telling = guarded(story, stacks.library_of(story))
    return Named(story_id=story.id, cited=telling.cited, first_at=story.first_at)


def _retelling(member: StoryArticle, library: Library, stacks: Stacks) -> Retelling:
    """An article of the timeline; a title in the reader's own language needs no translation."""
    document = library.documents[member.article_id]
    translation = stacks.titles.get(member.article_id) if document.lang != library.inputs.lang else None
    original = library.documents.get(member.wire_id) if member.wire_id != member.article_id else None
    return Retelling(
        source=source_of(document),
        translation=shown(translation.text) if translation else None,
        glossed=translation is not None and translation.model.startswith(GLOSSARY),
        copied_from=imprint(original.publisher) if original else None,
    )


def _coincidences(story: Story, library: Library, stacks: Stacks) -> tuple[Coincidence, ...]:
    """The abnormal moves that the story was linked to: by session, then the best score first."""
    evidences = open_evidences(library.inputs)
    members = {member.article_id: member for member in library.members.get(story.id, ())}
    found = []
    for link in library.inputs.links:
        move = stacks.moves.get((link.symbol, link.session_on))
        if move is None or move.verdict is not MoveVerdict.MOVE or link.story_id != story.id:
            continue
        pieces = [p for p in evidences.evidence.get((link.symbol, story.id), ()) if p.session_on == link.session_on]
        quotes = {
            shown(piece.quote, LONGEST_QUOTE): members[piece.article_id]
            for piece in pieces
            if piece.article_id in members
        }
        found.append(
            Coincidence(
                match=match_of(move, link, library, evidences),
                link=link,
                rival=named(link.rival_story_id, stacks),
                quotes=tuple(
                    Quote(publisher=imprint(member.publisher), lang=member.lang, text=text)
                    for text, member in quotes.items()
                ),
                closes=closes_around(stacks.bars.get(link.symbol, ()), link.session_on),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.link.session_on, -one.link.score, one.link.symbol)))


def closes_around(bars: Sequence[PriceBar], session_on: date) -> tuple[Close, ...]:
    """The sessions around one, relative to the close before it; empty when one of the two is missing.

    Closes are the adjusted ones where all of these sessions have one (``contrecoup/bars.py`` does the same).
    """
    whole = [bar for bar in bars if bar.complete and bar.close]
    at = next((i for i, bar in enumerate(whole) if bar.session_on == session_on), 0)
    if at == 0:
        return ()
    span = whole[max(0, at - SESSIONS_BEFORE - 1) : at + SESSIONS_AFTER + 1]
    adjusted = all(bar.adj_close for bar in span)
    prices = [bar.adj_close if adjusted else bar.close for bar in span]
    level = [price or 0.0 for price in prices]
    base = level[min(at, SESSIONS_BEFORE + 1) - 1]
    return tuple(
        Close(session_on=bar.session_on, level=level[i] / base, simple_return=level[i] / level[i - 1] - 1)
        for i, bar in enumerate(span)
        if i
    )


def _sessions(coincidences: Sequence[Coincidence], inputs: EditionInputs) -> tuple[Session, ...]:
    """Each exchange's session that some of the moves were in, in the order of their opening."""
    moves: dict[tuple[str, date], int] = {}
    for one in coincidences:
        instrument = inputs.instruments.get(one.link.symbol)
        if instrument is not None:
            key = (instrument.exchange, one.link.session_on)
            moves[key] = moves.get(key, 0) + 1
    sessions = []
    for (exchange, day), number in moves.items():
        try:
            opens_at, closes_at = open_of(exchange, day), close_of(exchange, day)
        except LookupError:
            continue  # the calendar was mended since: the move stands, its hours are not known
        sessions.append(
            Session(exchange=exchange, session_on=day, opens_at=opens_at, closes_at=closes_at, moves=number)
        )
    return tuple(sorted(sessions, key=lambda session: (session.opens_at, session.exchange)))


def _checked(members: Sequence[StoryArticle], library: Library) -> list[tuple[str, Said]]:
    """What the story's own articles state of instruments, by the name of each, told once for each publisher.

    What prices say comes first: confirmed, contradicted, then what they cannot check.
    """
    inputs = library.inputs
    publishers = {member.article_id: member.publisher for member in members}
    checks = {(check.article_id, check.version, check.field, check.start): check for check in inputs.checks}
    found: set[tuple[str, Said]] = set()
    for claim in inputs.claims:
        check = checks.get((claim.article_id, claim.version, claim.field, claim.start))
        publisher = publishers.get(claim.article_id)
        if check is not None and claim.symbol is not None and publisher and claim.period in SESSION_PERIODS:
            found.add((name_of(claim.symbol, inputs), said_of(claim, check, publisher)))
    order = list(Verdict)
    return sorted(found, key=lambda pair: (pair[0], order.index(pair[1].verdict), pair[1].publisher, repr(pair[1])))


def _without_offers(page: StoryPage) -> StoryPage:
    """A page on tokens without their prices, tickers and addresses; ``watched`` has cleaned its heading."""
    return replace(
        page,
        retellings=tuple(
            replace(
                one,
                source=replace(one.source, title=without_offers(one.source.title)),
                translation=one.translation and without_offers(one.translation),
            )
            for one in page.retellings
        ),
        coincidences=tuple(
            replace(one, quotes=tuple(replace(quote, text=without_offers(quote.text)) for quote in one.quotes))
            for one in page.coincidences
        ),
    )
