"""Real headlines as a press, and real prices as sessions: what benchmarks/links.py links. No script of its own.

``FOLDER/headlines/*.csv`` and ``FOLDER/prices/prices.csv.gz``; times of ``stock_news.csv`` are New York's, all others
UTC. Stages are those of the pipe with the engines that ship: entities, claims, topics, stories.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from contrecoup.cases import Press
from contrecoup.claims import find_claims
from contrecoup.engines.choose import load_classifier, load_embedder
from contrecoup.entities import find_mentions
from contrecoup.errors import PriceError
from contrecoup.gist import Told, tell
from contrecoup.instruments import AliasTable
from contrecoup.market import measure_sessions
from contrecoup.models import Document, Layer, Move, PriceBar, Status
from contrecoup.sessions import close_of, hours, open_of, session_moved_by, sessions_closed
from contrecoup.stories import group_articles
from contrecoup.topics import classify
from extractors.prices import FilePrices

SETS = ("stock_news", "deepseek_news", "crypto", "arstechnica")
NEW_YORK = ZoneInfo("America/New_York")
EXCHANGE = "XNYS"
# A session counts when a headline of the symbol is no further away, and a symbol when so many headlines name it.
HOLE, NAMED_BY = 2, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Real:
    """The press of a stretch of time, its sessions measured, and those that headlines cover, by symbol.

    ``followed`` are the symbols that have a feed of their own; others are covered by being named in titles and leads.
    """

    press: Press
    moves: tuple[Move, ...]
    covered: Mapping[str, tuple[date, ...]]
    followed: frozenset[str]


def read_real(real: Path, *, first: date, last: date) -> Real:
    """Everything told and traded from ``first`` to ``last``."""
    table = AliasTable.load()
    documents, tickers = _headlines(real, first, last)
    mentions = {d.article_id: find_mentions(d, table) for d in documents}
    told = tell(
        documents,
        mentions=[m for found in mentions.values() for m in found],
        labels=classify(documents, load_classifier("linear")),
    )
    grouping = group_articles(told, embedder=load_embedder("static"))
    claims = [claim for d in documents for claim in find_claims(d, mentions[d.article_id])]
    press = Press(stories=grouping.stories, members=grouping.members, told=told, claims=claims)
    sessions = sessions_closed(EXCHANGE, since=_midnight(first), until=_midnight(last + timedelta(days=1)))
    now = _midnight(last + timedelta(days=5))
    moves = measure_sessions(
        _bars(real, table, now), table.instruments, symbols=_priced(real, table), sessions_on=sessions, now=now
    )
    named: dict[str, list[datetime]] = {}
    for one in told:
        for target in {m.target for m in one.mentions if m.field != "text" and m.layer is Layer.DIRECT}:
            named.setdefault(target, []).append(one.document.told_at)
    loud = {symbol: moments for symbol, moments in named.items() if len(moments) >= NAMED_BY}
    followed = frozenset(ticker for ticker, moments in tickers.items() if len(moments) >= NAMED_BY)
    covered = _covered(loud | {ticker: tickers[ticker] for ticker in followed}, sessions)
    return Real(press=press, moves=tuple(moves), covered=covered, followed=followed)


def _covered(told: Mapping[str, Sequence[datetime]], sessions: Sequence[date]) -> dict[str, tuple[date, ...]]:
    """Sessions with a headline of the symbol no more than ``HOLE`` sessions away: the archive has holes."""
    place = {session: index for index, session in enumerate(sessions)}
    found = {}
    for symbol, moments in told.items():
        hit = {place[day] for at in moments if (day := session_moved_by(EXCHANGE, at)) in place}
        near = {index + step for index in hit for step in range(-HOLE, HOLE + 1)}
        found[symbol] = tuple(session for index, session in enumerate(sessions) if index in near)
    return found


def shifted(press: Press, sessions: Sequence[date], steps: int) -> Press:
    """What the press told in these sessions, ``steps`` of them later; what falls off the end comes at the beginning.

    Every telling keeps its place in its session: as far through the night, or as far through the day.
    """
    place = {session: index for index, session in enumerate(sessions)}

    def moved(day: date) -> date | None:
        return sessions[(place[day] + steps) % len(sessions)] if day in place else None

    def later(told_at: datetime) -> datetime | None:
        session = session_moved_by(EXCHANGE, told_at)
        target = moved(session) if session else None
        return _same_place(told_at, session, target) if session and target else None

    told = [_told_at(one, at) for one in press.told if (at := later(one.document.told_at))]
    when = {one.document.article_id: one.document.told_at for one in told}
    return Press(
        stories=[replace(s, first_at=when[s.id]) for s in press.stories if s.id in when],
        members=[replace(m, told_at=when[m.article_id]) for m in press.members if m.article_id in when],
        told=told,
        claims=[replace(c, session_on=moved(c.session_on)) if c.session_on else c for c in press.claims],
    )


def _same_place(told_at: datetime, session: date, target: date) -> datetime:
    before, opened = _night(session)
    night, opens = _night(target)
    if told_at < opened:
        return night + (told_at - before) * ((opens - night) / (opened - before))
    closed, closes = close_of(EXCHANGE, session), close_of(EXCHANGE, target)
    return opens + (told_at - opened) * ((closes - opens) / (closed - opened))


def _night(session: date) -> tuple[datetime, datetime]:
    """The close before a session, and its opening."""
    table = hours(EXCHANGE)
    return table.closes[table.days.index(session) - 1], open_of(EXCHANGE, session)


def _told_at(one: Told, told_at: datetime) -> Told:
    return replace(one, document=replace(one.document, published_at=told_at, seen_at=told_at))


def _headlines(real: Path, first: date, last: date) -> tuple[list[Document], dict[str, list[datetime]]]:
    documents: list[Document] = []
    tickers: dict[str, list[datetime]] = {}
    for name in SETS:
        with (real / "headlines" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["date"] and first <= date.fromisoformat(row["date"]) <= last and row["lang"] in {"fr", "en"}:
                    documents.append(_document(row, NEW_YORK if name == "stock_news" else ZoneInfo("UTC")))
                    for ticker in row["tickers"].split():
                        tickers.setdefault(ticker, []).append(documents[-1].told_at)
    return documents, tickers


def _document(row: Mapping[str, str], zone: ZoneInfo) -> Document:
    told_at = datetime.fromisoformat(f"{row['date']}T{row['time'] or '12:00'}").replace(tzinfo=zone).astimezone(UTC)
    return Document(
        article_id=row["id"],
        version=1,
        url=row["url"] or f"headline:{row['id']}",
        publisher=row["source"],
        title=row["title"],
        lead=row["snippet"],
        text="",
        status=Status.TEASER,
        lang=row["lang"],
        lang_score=1.0,
        published_at=told_at,
        seen_at=told_at,
    )


def _priced(real: Path, table: AliasTable) -> list[str]:
    with (real / "prices" / "symbols.csv").open(encoding="utf-8", newline="") as file:
        known = {row["symbol"] for row in csv.DictReader(file)}
    return [instrument.symbol for instrument in table.instruments if instrument.symbol in known]


def _bars(real: Path, table: AliasTable, now: datetime) -> dict[str, list[PriceBar]]:
    prices = FilePrices(real / "prices" / "prices.csv.gz", table.instruments, now=now)
    found: dict[str, list[PriceBar]] = {}
    for symbol in _priced(real, table):
        try:
            found[symbol] = prices.daily_bars(symbol, (now - timedelta(days=700)).date(), now.date())
        except PriceError as error:
            print(error.message)
    return found


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
