"""Where the numbers of an edition come from: its facts, each with the query that gives it and the rows behind it.

digests, snapshot | inputs_of, build_edition, facts_of | query   > what `contrecoup explain` prints
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path

from contrecoup.aliases import words_of
from contrecoup.digest.build import build_edition
from contrecoup.digest.changes import REMEMBERED
from contrecoup.digest.edition import Edition, Figure
from contrecoup.digest.edition_facts import facts_of
from contrecoup.digest.facts import CHANGES, COUNTS, MARKET, TALLY, Fact, Ground, Source, source_of
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.profiles import EVERYTHING, Profile, profiles_of, symbols_of
from contrecoup.digest.render import MAX_UNEXPLAINED, fitted
from contrecoup.editions import Window
from contrecoup.errors import SettingsError
from contrecoup.instruments import AliasTable
from contrecoup.models import Digest
from flows.brief import inputs_of, sessions_closed_in
from flows.desk import Desk, open_desk
from storage.opening import snapshot_path
from storage.questions import answers, sql_of
from storage.snapshot import Table
from storage.store import open_snapshot

WATCH = "watch"
"""All stories of the watch on tokens, as one item."""
HEADLINE = "headline"
"""The subject and the first sentence, and why their move comes first, as one item."""
OTHER_NAMES = {"footer": COUNTS, "coverage": COUNTS, "subject": HEADLINE, "strip": MARKET}
"""What a person may call an item, besides its key."""
# What it means that a query has no row, of those whose rows are no numbers of the edition.
NOTHING = {
    "explain_revised": "No link of an edition before was revised.",
    "explain_late": "No article of the edition before was read late.",
}
# Days that are named when there is no edition of the one that was asked for, the newest first.
MOST_LISTED = 15
_SPACES = re.compile(r"[ \n]+")
_STORY = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What can be explained: ``key`` is ``symbol@date``, a story id, or the name of a part of the edition."""

    key: str
    title: str
    numbers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A fact, the number that its query gives, and whether the edition as it was kept has the fact's line.

    It has not when rows came or changed after the edition was built.
    """

    fact: Fact
    number: float
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A query as ``contrecoup sql`` runs it, its rows, and the numbers that come from them.

    ``nothing`` says what it means that there is no row, where that is to be said.
    """

    name: str
    sql: str
    table: Table
    numbers: tuple[Number, ...]
    nothing: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An edition as the rows of the snapshot make it, its facts, and the digest that was kept of it.

    ``headlines`` are the subject and the first sentence; ``told`` the digest's subject, text and page, each on a line.
    """

    edition: Edition
    facts: tuple[Fact, ...]
    headlines: frozenset[str]
    digest: Digest
    told: str
    snapshot: Path

    @property
    def items(self) -> tuple[Item, ...]:
        """What can be explained, in reading order; the watch on tokens comes last, for its stories stand before it."""
        titles = dict(_titles(self.edition))
        told = Counter(fact.item for fact in self.facts)
        keys = list(told)
        if CHANGES not in told:  # that nothing changed has a query, too
            keys.insert(keys.index(COUNTS), CHANGES)
        items = [Item(key=key, title=titles[key], numbers=told[key]) for key in keys]
        watched = sum(told[telling.story_id] for telling in self.edition.tokens)
        watch = [Item(key=WATCH, title=titles[WATCH], numbers=watched)] if watched else []
        headline = sum(fact.line in self.headlines for fact in self.facts)
        return (Item(key=HEADLINE, title=titles[HEADLINE], numbers=headline), *items, *watch)

    def has(self, fact: Fact) -> bool:
        """Whether the digest, as it was kept, has the line of a fact."""
        return _flat(fact.line) in self.told


def open_edition(config: Path, edition_on: date, lang: str, profile: str = EVERYTHING.name) -> Opened:
    """An edition that was built, from the snapshot: flows may write to the database meanwhile.

    Raises
    ------
    SettingsError
        when there is no such edition (the advice lists those there are), or its profile is no reader's any more.
    StoreError
        when there is no snapshot.

    """
    desk = open_desk(config, datetime.now(UTC))
    with open_snapshot(desk.settings.database) as store:
        digest = _digest(store.read(Digest, "digests"), edition_on, lang, profile)
        window = Window(edition_on=edition_on, since_at=digest.since_at, until_at=digest.until_at)
        reader = _profile(desk, lang, profile)
        edition = fitted(build_edition(inputs_of(desk, store, window, lang, reader)))
    wording = mail_wording_of(lang, desk.settings.timezone)
    return Opened(
        edition=edition,
        facts=facts_of(edition, wording, _ground(desk, window, reader)),
        headlines=frozenset((wording.subject(edition), wording.headline(edition))),
        digest=digest,
        told=_flat("\n".join((digest.subject, digest.text, unescape(digest.html)))),
        snapshot=snapshot_path(desk.settings.database),
    )


def explain_item(opened: Opened, item: str) -> list[Answer]:
    """Each query behind the numbers of an item, with its rows.

    ``item`` may also be a symbol or a name of its instrument in either language (what stands only in the market strip
    is explained by that), the first letters of a story's id, ``headline`` or ``watch``.

    Raises
    ------
    SettingsError
        when the edition has no such item, or several begin so.

    """
    keys = _keys(opened, item)
    if keys == {HEADLINE}:
        told = [fact for fact in opened.facts if fact.line in opened.headlines]
        return explain_facts(opened, told, besides=_first(opened.edition))
    besides = _changed(opened.edition) if CHANGES in keys else ()
    return explain_facts(opened, [fact for fact in opened.facts if fact.item in keys], besides=besides)


def explain_facts(opened: Opened, facts: Iterable[Fact], *, besides: Iterable[Source] = ()) -> list[Answer]:
    """Each query behind some facts of an edition, once, with its rows; before them those of ``besides``."""
    queries: dict[tuple[str, str], list[Fact]] = {_query(source): [] for source in besides}
    for fact in facts:
        queries.setdefault(_query(fact.source), []).append(fact)
    tables = answers(opened.snapshot, [sql for _, sql in queries])
    return [
        Answer(
            name=name,
            sql=sql,
            table=table,
            numbers=tuple(Number(fact=fact, number=number_of(fact, table), kept=opened.has(fact)) for fact in behind),
            nothing="" if table.rows else NOTHING.get(name, ""),
        )
        for ((name, sql), behind), table in zip(queries.items(), tables, strict=True)
    ]


def number_of(fact: Fact, table: Table) -> float:
    """The number of a fact in the answer of its query."""
    source = fact.source
    where = {table.columns.index(column): value for column, value in source.where}
    rows = [row for row in table.rows if all(row[place] == value for place, value in where.items())]
    if source.column is None:
        return float(len(rows))
    at = table.columns.index(source.column)
    return sum(float(str(row[at])) for row in rows if row[at] is not None)


def _query(source: Source) -> tuple[str, str]:
    """The name of a source's query, and its text."""
    return source.query, sql_of(source.query, dict(source.parameters))


def _changed(edition: Edition) -> tuple[Source, Source]:
    """What shows whether anything became of the edition before: links that were revised, articles that were late."""
    before = {"since_on": edition.edition_on - REMEMBERED, "edition_on": edition.edition_on}
    return (
        source_of("explain_revised", {**before, "lang": edition.lang, "profile": edition.profile, "shown": 0}),
        source_of("explain_late", {"since": edition.since_at, "shown": 0}),
    )


def _first(edition: Edition) -> tuple[Source, ...]:
    """What shows in which order the moves are told: linked ones, or those without a story when no story coincided."""
    matches = [(match, group.telling) for group in edition.groups for match in group.matches + group.others]
    moves = [
        f"{match.figure.key} {telling.story_id} {match.named_since.astimezone(UTC).isoformat()} {_model(match.figure)}"
        for match, telling in matches
    ] or [f"{figure.key}   {_model(figure)}" for figure in edition.unexplained]
    return (source_of("explain_headline", {"moves": moves, "until": edition.until_at}),) if moves else ()


def _model(figure: Figure) -> str:
    return "sector" if figure.beyond_sector else "market"


def _digest(digests: Sequence[Digest], edition_on: date, lang: str, profile: str) -> Digest:
    for digest in digests:
        if (digest.edition_on, digest.lang, digest.profile) == (edition_on, lang, profile):
            return digest
    profiled = "" if profile == EVERYTHING.name else f" for the profile {profile!r}"
    raise SettingsError(f"There is no edition of {edition_on} in {lang!r}{profiled}.", advice=_those_there_are(digests))


def _those_there_are(digests: Sequence[Digest]) -> str:
    """The newest editions, by day."""
    days: dict[date, list[str]] = {}
    for digest in digests:
        days.setdefault(digest.edition_on, []).append(
            digest.lang if digest.profile == EVERYTHING.name else f"{digest.lang} {digest.profile}"
        )
    listed = [f"{day} ({', '.join(sorted(days[day]))})" for day in sorted(days, reverse=True)]
    if not listed:
        return "None is built yet: 'contrecoup run' builds one."
    older = f" and {len(listed) - MOST_LISTED} older days" if len(listed) > MOST_LISTED else ""
    return f"There are: {', '.join(listed[:MOST_LISTED])}{older}."


def _profile(desk: Desk, lang: str, name: str) -> Profile:
    for profile in profiles_of(desk.settings, lang):
        if profile.name == name:
            return profile
    raise SettingsError(
        f"No recipient of the settings has the profile {name!r} any more.",
        advice="Its edition is kept ('digests'), but what it was made from is not known.",
    )


def _ground(desk: Desk, window: Window, profile: Profile) -> Ground:
    closed = sessions_closed_in(desk, window)
    if profile.symbols:
        wanted = symbols_of(profile, {**desk.instruments, **desk.table.baskets})
        closed = frozenset((symbol, day) for symbol, day in closed if symbol in wanted)
    followed = [desk.instruments[symbol] for symbol in desk.watched]
    return Ground(
        sessions=sorted(f"{symbol}@{day.isoformat()}" for symbol, day in closed),
        feeds=sorted({block.url for block in desk.settings.feeds}),
        baskets={symbol: (one, one.members(followed)) for symbol, one in desk.table.baskets.items()},
        most=MAX_UNEXPLAINED,
    )


def _titles(edition: Edition) -> Iterator[tuple[str, str]]:
    """A name for each item."""
    yield HEADLINE, "Subject and first sentence; which move comes first"
    yield TALLY, "How the sessions ended"
    yield COUNTS, "Feeds, entries, articles, incidents"
    yield MARKET, "Benchmarks and baskets"
    yield CHANGES, "What changed since the edition before"
    yield WATCH, "Fake token watch, all stories"
    for group in edition.groups:
        for match in group.matches + group.others:
            yield match.figure.key, match.figure.name
    for figure in edition.unexplained:
        yield figure.key, figure.name
    tellings = [group.telling for group in edition.groups] + [t for s in edition.shelves for t in s.tellings]
    for telling in (*tellings, *edition.tokens):
        yield telling.story_id, telling.title


def _keys(opened: Opened, asked: str) -> frozenset[str]:
    """The items that a person means."""
    keys = [item.key for item in opened.items]
    start = asked.lower()
    part = next((key for key in (asked, start, OTHER_NAMES.get(start)) if key in keys), None)
    if part is not None:
        watched = [telling.story_id for telling in opened.edition.tokens]
        return frozenset(watched if part == WATCH else [part])
    found = _moves(opened.edition, keys, asked) or [key for key in keys if _is_story(key) and key.startswith(start)]
    if len(found) == 1:
        return frozenset(found)
    day, lang = opened.edition.edition_on, opened.edition.lang
    if found:
        raise SettingsError(
            f"{asked!r} is the beginning of {len(found)} items of the edition of {day}.",
            advice=f"Give more of it: {', '.join(found)}.",
        )
    parts = dict.fromkeys(key.partition("@")[0] for key in keys if not _is_story(key))
    raise SettingsError(
        f"The edition of {day} in {lang!r} has no item {asked!r}.",
        advice=f"It has {', '.join(parts)}, and stories; 'contrecoup explain {day} --lang {lang}' lists all. "
        f"An ordinary session has no item: {TALLY!r} counts it.",
    )


def _is_story(key: str) -> bool:
    return _STORY.fullmatch(key) is not None


def _moves(edition: Edition, keys: Sequence[str], asked: str) -> list[str]:
    """The moves of what a person names, else the market strip, if it stands there."""
    symbols = _symbols(asked)
    moves = [key for key in keys if "@" in key and key.partition("@")[0].lower() in symbols]
    shown = {ticker.symbol.lower() for ticker in edition.strip}
    return moves or ([MARKET] if shown & symbols else [])


def _symbols(asked: str) -> frozenset[str]:
    """Symbols, in lower case, of what a person may mean: a symbol itself, or a name in either language."""
    table, words = AliasTable.load(), words_of(asked)
    known = (*table.instruments, *table.baskets.values())
    named = {one.symbol for one in known for name in (one.name, one.name_in("fr")) if words_of(name) == words}
    named |= {alias.target for alias in table.aliases if alias.words == words}
    return frozenset(symbol.lower() for symbol in (asked, f"basket:{asked}", *named))


def _flat(text: str) -> str:
    """A text without the breaks of its lines."""
    return _SPACES.sub(" ", text)
