"""Prices are measured, claims are checked, and moves meet stories.

the watch-list      | daily_bars        > price_bars
price_bars          | measure_sessions  > moves
claims_to_check     | check_claim       > checks
moves, stories      | link_moves        > links, evidence
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from prefect import flow

from contrecoup import attention, checks, links, market
from contrecoup.bars import ADVICE, Fault
from contrecoup.errors import PriceError, SettingsError
from contrecoup.instruments import AliasTable, Instrument
from contrecoup.links import Press
from contrecoup.models import (
    Background,
    Check,
    Claim,
    Document,
    Evidence,
    Failure,
    Link,
    Move,
    MoveVerdict,
    PriceBar,
    Silence,
    Story,
    StoryArticle,
)
from contrecoup.sessions import sessions_closed
from extractors.prices import PriceProvider, open_prices
from flows.desk import Desk, failure_of, in_force, open_desk, perform, progress, step
from flows.enrich import told
from storage.store import Store, rows_where

# Measured again each day: late bars, and the session after a move, which its cumulative returns need.
MEASURED_AGAIN = timedelta(days=5)
# The calendar of a claim that names nothing with a price.
ALWAYS_OPEN = "24/7"
# A claim is held against bars while an edition could still show it.
CLAIMS_FROM = timedelta(days=10)
# Bars that are asked for: "in a year" is checked, the windows of the market model are shorter.
KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldClaim(Claim):
    """A claim, and when its article was told."""

    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What the flow leaves: the number of links, and why prices that the watch-list needs are not there."""

    links: int
    failures: tuple[Failure, ...]


@flow(name="link", log_prints=False)
def link(config: str = "contrecoup.toml", now: datetime | None = None) -> Linked:
    """Measure the sessions closed lately, check what was claimed of them, and link the moves to stories."""
    desk = open_desk(config, now)
    listed = {symbol: desk.instruments[symbol] for symbol in desk.watched}
    failures = fetch_prices(desk)
    days = _sessions(desk, listed.values())
    failures += measure(desk, days)
    check_claims(desk)
    return Linked(links=link_sessions(desk, days), failures=tuple(failures))


def fetch_prices(desk: Desk) -> list[Failure]:
    """Bring the bars of the watch-list, its benchmarks and its sectors up to date.

    What has no prices leaves a failure, and everything else goes on.
    """
    symbols = market.symbols_needed(desk.watched, desk.instruments.values())
    # All of the history each time: a split or a dividend changes what a provider says of the past.
    start = (desk.now - KEPT).date()
    bars: list[PriceBar] = []
    failures = [_unknown_symbol(symbol, desk.now) for symbol in desk.unknown_symbols]
    try:
        if symbols:  # a desk that watches nothing needs no prices
            provider = open_prices(desk.settings.prices, desk.instruments.values(), now=desk.now)
            bars, missing = perform(read_prices, provider, symbols, start, desk.now)
            # a sector that the provider does not have costs the figures beside the sector, and no move
            must = market.symbols_needed(desk.watched, desk.instruments.values(), sectors=False)
            failures += [failure for failure in missing if failure.key in must or failure.kind != "unknown_symbol"]
    except SettingsError as error:
        failures.append(_no_prices(error, desk.now))
    with desk.store() as store:
        store.save(bars, failures)
    return failures


@step
def read_prices(
    provider: PriceProvider, symbols: Sequence[str], start: date, now: datetime
) -> tuple[list[PriceBar], list[Failure]]:
    """Ask the provider for each symbol's bars from ``start`` to today."""
    bars: list[PriceBar] = []
    failures: list[Failure] = []
    advance = progress.get().start("Prices", len(symbols))
    for symbol in symbols:
        try:
            bars += provider.daily_bars(symbol, start, now.date())
        except PriceError as error:
            failures.append(failure_of(error, stage="price", key=symbol, now=now))
        advance()
    return bars, failures


def _no_prices(error: SettingsError, now: datetime) -> Failure:
    return Failure(
        stage="price",
        key="[prices]",
        at=now,
        kind="no_prices",
        message=error.message,
        advice=error.advice,
        cause="",
        weight=1.0,
    )


def _unknown_symbol(symbol: str, now: datetime) -> Failure:
    return Failure(
        stage="watchlist",
        key=symbol,
        at=now,
        kind="unknown_symbol",
        message=f"The watch-list names {symbol}, which is in no instrument table.",
        advice="Correct it in [watchlist], or add a block to contrecoup/assets/instruments.toml.",
        cause="",
        weight=1.0,
    )


def _sessions(desk: Desk, instruments: Iterable[Instrument]) -> list[date]:
    """Every date on which one of the instruments' exchanges closed a session lately."""
    calendars = {instrument.exchange for instrument in instruments}
    since = desk.now - MEASURED_AGAIN
    return sorted({day for name in calendars for day in sessions_closed(name, since=since, until=desk.now)})


def measure(desk: Desk, days: Sequence[date]) -> list[Failure]:
    """Measure every instrument of the watch-list on each day; a fault of its prices is told once."""
    if not days:
        return []
    with desk.store() as store:
        store.save([in_force("measure", market.METHOD, desk.now)])
        symbols = market.symbols_needed(desk.watched, desk.instruments.values())
        bars = _bars(store, symbols, days[0] - market.HISTORY, desk.now)
        before = store.read(Move, "moves_between", start_on=days[0], end_on=days[-1])
    moves = perform(measure_days, bars, desk.watched, days, desk.now)
    told = {(move.symbol, move.session_on, move.reason) for move in before}
    failures = [
        _faulty(move, desk.now)
        for move in moves
        if move.verdict is MoveVerdict.UNMEASURED
        and move.reason in ADVICE
        and (move.symbol, move.session_on, move.reason) not in told
    ]
    with desk.store() as store:
        store.save(moves, failures)
    return failures


def _faulty(move: Move, now: datetime) -> Failure:
    what, advice = ADVICE[Fault(move.reason)]
    return Failure(
        stage="measure",
        key=f"{move.symbol}@{move.session_on.isoformat()}",
        at=now,
        kind=move.reason,
        message=f"{move.symbol} cannot be measured on {move.session_on.isoformat()}: {what}.",
        advice=advice,
        cause="",
        weight=0.25,
    )


@step
def measure_days(
    bars: Mapping[str, Sequence[PriceBar]], symbols: Sequence[str], days: Sequence[date], now: datetime
) -> list[Move]:
    """One row for each symbol, and for each basket of which enough is watched, and session."""
    table = AliasTable.load()
    return market.measure_sessions(
        bars, table.instruments, symbols=symbols, sessions_on=days, now=now, baskets=table.baskets.values()
    )


def _bars(store: Store, symbols: Sequence[str], start: date, now: datetime) -> dict[str, list[PriceBar]]:
    found: dict[str, list[PriceBar]] = {symbol: [] for symbol in symbols}
    rows = store.read(PriceBar, "bars_of", symbols=list(symbols), start_on=start, end_on=now.date())
    for bar in rows:
        found[bar.symbol].append(bar)
    return found


def check_claims(desk: Desk) -> None:
    """Hold the claims of late articles against the bars."""
    with desk.store() as store:
        store.save([in_force("check", checks.METHOD, desk.now)])
        claims = store.read(ToldClaim, "claims_to_check", oldest=desk.now - CLAIMS_FROM)
        symbols = sorted({claim.symbol for claim in claims if claim.symbol} & desk.instruments.keys())
        bars = _bars(store, symbols, (desk.now - KEPT).date(), desk.now)
    found = perform(check_batch, claims, bars, desk.instruments, desk.now)
    with desk.store() as store:
        store.save(found)


@step
def check_batch(
    claims: Sequence[ToldClaim],
    bars: Mapping[str, Sequence[PriceBar]],
    instruments: Mapping[str, Instrument],
    now: datetime,
) -> list[Check]:
    """The verdict on each claim."""
    return [
        checks.check_claim(
            claim,
            bars.get(claim.symbol or "", ()),
            told_at=claim.told_at,
            calendar=instruments[claim.symbol].exchange if claim.symbol else ALWAYS_OPEN,
            now=now,
        )
        for claim in claims
    ]


def link_sessions(desk: Desk, days: Sequence[date]) -> int:
    """Link the moves of the days to the stories told around them; give the number of links."""
    if not days:
        return 0
    since = datetime.combine(days[0], time.min, UTC) - attention.USUAL_OVER - MEASURED_AGAIN
    with desk.store() as store:
        store.save([in_force("link", links.METHOD, desk.now)])
        moves = store.read(Move, "moves_between", start_on=days[0], end_on=days[-1])
        before = store.read(
            Background,
            "backgrounds_between",
            start_on=days[0] - links.REMEMBERED,
            end_on=days[0] - timedelta(days=1),
            method=links.METHOD,
        )
        members = store.read(StoryArticle, "story_articles_since", since=since)
        ids = [member.article_id for member in members]
        press = Press(
            stories=store.read(Story, "stories_of", ids=sorted({member.story_id for member in members})),
            members=members,
            told=told(store, store.read(Document, "documents_of", ids=ids)),
            claims=store.read(Claim, "claims_of", ids=ids),
        )
    found = perform(link_batch, moves, press, before, desk.now)
    models = (Link, Evidence, Background, Silence)
    # what is no longer watched may have been measured on a day on which nothing that is watched trades
    linked_on = sorted({*days, *(move.session_on for move in moves)})
    with desk.store() as store:
        store.save(
            found.links,
            found.evidence,
            found.backgrounds,
            found.silences,
            replacing=[rows_where(model, session_on=day, method=links.METHOD) for model in models for day in linked_on],
        )
    return len(found.links)


@step
def link_batch(
    moves: Sequence[Move],
    press: Press,
    before: Sequence[Background],
    now: datetime,
) -> links.Linked:
    """The links of the moves, what can be shown for them, and how well stories fit where nothing moved."""
    table = AliasTable.load()
    return links.link_moves(
        moves,
        press,
        measured=moves,
        instruments=[*table.instruments, *table.baskets.values()],
        backgrounds=before,
        until=now,
        now=now,
    )
