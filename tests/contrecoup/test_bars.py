"""Faulty series (RELIABILITY F13 asks for thirty), each with its reason and none with a false move."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from contrecoup.bars import Fault, judge_bars, looks_like_split
from contrecoup.instruments import Instrument
from contrecoup.market import measure_moves
from contrecoup.models import MoveVerdict, PriceBar
from contrecoup.sessions import close_of, sessions_before

EVENT = date(2025, 1, 28)
NOW = datetime(2025, 1, 29, 6, tzinfo=UTC)
Bars = tuple[PriceBar, ...]


def bar(session_on: date, close: float | None, **changed: object) -> PriceBar:
    """A bar that closes at a price, having opened and ranged about it."""
    around = math.nan if close is None else close
    values = PriceBar(
        symbol="OWN",
        session_on=session_on,
        interval="1d",
        provider="file",
        open=around * 0.999,
        high=around * 1.004,
        low=around * 0.995,
        close=close,
        adj_close=None,
        volume=1_000_000.0,
        complete=True,
        fetched_at=NOW,
    )
    return replace(values, **changed)  # type: ignore[arg-type]  # fields by name


def calm(seed: int, *, calendar: str = "XNYS") -> Bars:
    """Two hundred sessions up to the event's, with returns of about one per cent."""
    days = (*sessions_before(calendar, EVENT, 199), EVENT)
    closes = 100 * np.cumprod(1 + np.random.default_rng(seed).normal(0, 0.01, len(days)))
    return tuple(bar(day, float(close)) for day, close in zip(days, closes, strict=True))


OWN, MARKET = calm(1), calm(2)


def ending(*last: PriceBar) -> Bars:
    """The calm series with its last bars replaced."""
    return (*OWN[: -len(last)], *last)


def event(close: float, **changed: object) -> Bars:
    """The calm series with another bar on the day of the event."""
    return ending(bar(EVENT, close, **changed))


def stretched(factor: float) -> Bars:
    """The calm series with the prices of the event's day multiplied."""
    return event((OWN[-1].close or 0) * factor)


def jump(factor: float) -> Bars:
    """The same, where the day of the event says its close alone."""
    return event((OWN[-1].close or 0) * factor, open=None, high=None, low=None)


def shifted(days: int) -> Bars:
    """The calm series with every bar dated some days off."""
    return tuple(replace(b, session_on=b.session_on + timedelta(days=days)) for b in OWN)


def flat(bars: Sequence[PriceBar], price: float) -> Bars:
    """Bars that only say the close."""
    return tuple(bar(b.session_on, price, open=None, high=None, low=None, volume=None) for b in bars)


LAST, BEFORE = OWN[-1], OWN[-2]
PRICE = LAST.close or 0.0
SAME = {"open": BEFORE.open, "high": BEFORE.high, "low": BEFORE.low}

FAULTY: list[tuple[str, Bars, Bars, Fault]] = [
    ("no bars at all", (), MARKET, Fault.NO_BARS),
    ("the day is missing", OWN[:-1], MARKET, Fault.MISSING_DAY),
    ("the day before is missing", (*OWN[:-2], LAST), MARKET, Fault.MISSING_DAY),
    ("the series begins on the day", OWN[-1:], MARKET, Fault.MISSING_DAY),
    ("only bars on a Sunday", (bar(date(2025, 1, 26), 80.0),), MARKET, Fault.NO_BARS),
    ("the close is None", ending(bar(EVENT, None, open=99.0, high=101.0, low=98.0)), MARKET, Fault.NAN),
    ("the close is NaN", event(math.nan), MARKET, Fault.NAN),
    ("the close is infinite", event(math.inf), MARKET, Fault.NAN),
    ("the close before is NaN", ending(bar(BEFORE.session_on, math.nan), LAST), MARKET, Fault.NAN),
    ("the close is zero", event(0.0), MARKET, Fault.IMPOSSIBLE_BAR),
    ("the close is negative", event(-PRICE), MARKET, Fault.IMPOSSIBLE_BAR),
    ("the close is under the low", event(PRICE * 0.8, low=PRICE), MARKET, Fault.IMPOSSIBLE_BAR),
    ("the close is over the high", event(PRICE * 1.2, high=PRICE), MARKET, Fault.IMPOSSIBLE_BAR),
    ("the adjusted close is zero", event(PRICE, adj_close=0.0), MARKET, Fault.IMPOSSIBLE_BAR),
    ("two bars disagree", (*OWN, bar(EVENT, PRICE * 0.7)), MARKET, Fault.CONFLICTING_BARS),
    ("nothing was traded", event(PRICE * 0.7, volume=0.0), MARKET, Fault.STALE_BAR),
    ("the day repeats the one before", event(BEFORE.close or 0, **SAME), MARKET, Fault.STALE_BAR),
    (
        "the day is flat at the previous close",
        event(BEFORE.close or 0, open=BEFORE.close, high=BEFORE.close, low=BEFORE.close),
        MARKET,
        Fault.STALE_BAR,
    ),
    ("the day before was filled in", ending(replace(BEFORE, volume=0.0), LAST), MARKET, Fault.STALE_BAR),
    ("an unadjusted 2:1 split", stretched(0.5), MARKET, Fault.SPLIT_SUSPECTED),
    ("an unadjusted 10:1 split", stretched(0.1), MARKET, Fault.SPLIT_SUSPECTED),
    ("an unadjusted 1:25 reverse split", stretched(25), MARKET, Fault.SPLIT_SUSPECTED),
    ("pence for pounds", stretched(100), MARKET, Fault.SPLIT_SUSPECTED),
    ("yen for dollars", stretched(155), MARKET, Fault.SPLIT_SUSPECTED),
    ("an unadjusted 3:2 split", stretched(2 / 3), MARKET, Fault.SPLIT_SUSPECTED),
    ("an unadjusted 2:3 reverse split that does not say its opening", jump(1.5), MARKET, Fault.SPLIT_SUSPECTED),
    (
        "a split adjusted on one side only",
        ending(replace(BEFORE, adj_close=(BEFORE.close or 0) / 2), bar(EVENT, PRICE / 2)),
        MARKET,
        Fault.SPLIT_SUSPECTED,
    ),
    (
        "the adjusted close fell alone",
        ending(replace(BEFORE, adj_close=BEFORE.close), bar(EVENT, PRICE, adj_close=PRICE * 0.7)),
        MARKET,
        Fault.BAD_ADJUSTMENT,
    ),
    ("low and high are swapped", event(PRICE, low=PRICE * 1.1, high=PRICE * 0.9), MARKET, Fault.IMPOSSIBLE_BAR),
    (
        "close and volume are swapped",
        event(1_000_000.0, open=PRICE, low=PRICE * 0.9, high=PRICE * 1.1, volume=PRICE),
        MARKET,
        Fault.IMPOSSIBLE_BAR,
    ),
    ("dates shifted a day forward", shifted(1), MARKET, Fault.SHIFTED_DATES),
    ("dates shifted a day back", (*shifted(-1), LAST), MARKET, Fault.SHIFTED_DATES),
    ("dated a year ahead", (*OWN[:-1], bar(date(2026, 1, 28), PRICE * 0.7)), MARKET, Fault.MISSING_DAY),
    ("delisted in the autumn", OWN[:-60], MARKET, Fault.MISSING_DAY),
    ("the bar is of a running session", event(PRICE * 0.7, complete=False), MARKET, Fault.PARTIAL_DAY),
    (
        "the bar was fetched before the close",
        event(PRICE * 0.7, fetched_at=datetime(2025, 1, 28, 18, tzinfo=UTC)),
        MARKET,
        Fault.PARTIAL_DAY,
    ),
    ("a listing of last month", OWN[-30:], MARKET, Fault.SHORT_HISTORY),
    ("half the window is NaN", (*(replace(b, close=None) for b in OWN[:-60]), *OWN[-60:]), MARKET, Fault.SHORT_HISTORY),
    ("a price that never changes", flat(OWN, 80.0), MARKET, Fault.FLAT_HISTORY),
    ("a benchmark that never changes", OWN, flat(MARKET, 80.0), Fault.FLAT_HISTORY),
    ("a copy of the benchmark", MARKET, MARKET, Fault.FLAT_HISTORY),
    ("no benchmark bars", OWN, (), Fault.BENCHMARK_MISSING),
    ("the benchmark lacks the day", OWN, MARKET[:-1], Fault.BENCHMARK_MISSING),
    (
        "the benchmark is NaN",
        OWN,
        (*MARKET[:-1], replace(MARKET[-1], close=math.nan)),
        Fault.BENCHMARK_MISSING,
    ),
    ("the benchmark did not trade", OWN, (*MARKET[:-1], replace(MARKET[-1], volume=0.0)), Fault.BENCHMARK_MISSING),
    (
        "the benchmark was split",
        OWN,
        (*MARKET[:-1], bar(EVENT, (MARKET[-1].close or 0) / 4)),
        Fault.BENCHMARK_MISSING,
    ),
]


def instrument(symbol: str, benchmark: str | None, exchange: str = "XNYS") -> Instrument:
    """An instrument of a made-up table."""
    return Instrument(
        symbol=symbol,
        name=symbol,
        kind="stock",
        exchange=exchange,
        currency="USD",
        benchmark=benchmark,
        baskets=(),
        tickers=(),
        isins=(),
    )


@pytest.mark.parametrize(("own", "market", "fault"), [row[1:] for row in FAULTY], ids=[row[0] for row in FAULTY])
def test_a_faulty_series_is_unmeasured_and_says_why(own: Bars, market: Bars, fault: Fault) -> None:
    """No number comes of a fault."""
    table = (instrument("OWN", "MKT"), instrument("MKT", None))
    (move,) = measure_moves({"OWN": own, "MKT": market}, table, symbols=["OWN"], session_on=EVENT, now=NOW)
    assert (move.verdict, move.reason) == (MoveVerdict.UNMEASURED, fault)
    assert (move.z, move.simple_return, move.q_value) == (None, None, None)


def test_the_table_of_faults_has_no_fewer_than_thirty_series() -> None:
    """And every kind of fault of a series, each more than a name."""
    assert len({row[0] for row in FAULTY}) == len(FAULTY) >= 30
    assert {row[3] for row in FAULTY} == set(Fault) - {Fault.UNKNOWN_SYMBOL, Fault.FEW_MEMBERS}


def test_the_sound_series_is_measured() -> None:
    """The table above fails for its faults, not for the series they were planted in."""
    table = (instrument("OWN", "MKT"), instrument("MKT", None))
    (move,) = measure_moves({"OWN": OWN, "MKT": MARKET}, table, symbols=["OWN"], session_on=EVENT, now=NOW)
    assert move.verdict is MoveVerdict.QUIET


@pytest.mark.parametrize(
    "mend",
    [
        lambda bars: bars[::-1],
        lambda bars: (*bars, bars[-1]),
        lambda bars: (*bars, bar(date(2025, 1, 20), 1.0)),
        lambda bars: (*bars, bar(date(2025, 1, 29), 1.0)),
        lambda bars: (*bars, *(bar(date(2025, 1, 25) - timedelta(weeks=n), 1.0) for n in range(30))),
        lambda bars: (*bars[:-1], replace(bars[-1], adj_close=bars[-1].close)),
    ],
    ids=[
        "unsorted",
        "a bar given twice",
        "a bar on a holiday",
        "a bar of a session to come",
        "bars on Saturdays",
        "an adjusted close on one side only",
    ],
)
def test_what_does_no_harm_changes_no_return(mend: Callable[[Bars], Bars]) -> None:
    """Order, repetition, holidays and the future leave the past's returns as they are."""
    assert judge_bars(mend(OWN), calendar="XNYS", now=NOW).returns == judge_bars(OWN, calendar="XNYS", now=NOW).returns


def test_a_fault_in_the_window_costs_its_own_returns_only() -> None:
    """An old unadjusted split leaves the session measured, with one observation less."""
    split = tuple(
        replace(b, **{name: (getattr(b, name) or 0) * 10 for name in ("open", "high", "low", "close")})
        for b in OWN[:-80]
    )
    table = (instrument("OWN", "MKT"), instrument("MKT", None))
    (move,) = measure_moves(
        {"OWN": (*split, *OWN[-80:]), "MKT": MARKET}, table, symbols=["OWN"], session_on=EVENT, now=NOW
    )
    assert (move.verdict, move.observations) == (MoveVerdict.QUIET, 119)


def test_a_holiday_has_no_row_and_a_stranger_has_one() -> None:
    """New York rested on 20 January 2025; a symbol outside the table is told apart from a closed exchange."""
    moves = measure_moves(
        {"OWN": OWN},
        [instrument("OWN", None)],
        symbols=["OWN", "WHO", "WHO"],
        session_on=date(2025, 1, 20),
        now=NOW,
    )
    assert [(move.symbol, move.reason) for move in moves] == [("WHO", Fault.UNKNOWN_SYMBOL)]


def test_a_session_not_closed_yet_is_partial_even_without_a_bar() -> None:
    """What has not ended is not missing."""
    now = datetime(2025, 1, 28, 20, tzinfo=UTC)
    series = judge_bars(OWN[:-1], calendar="XNYS", now=now)
    assert close_of("XNYS", EVENT) > now
    assert series.fault_on(EVENT) is Fault.PARTIAL_DAY


def test_adjusted_closes_are_used_when_both_bars_have_one() -> None:
    """A dividend is no loss."""
    day, before = OWN[-1].session_on, OWN[-2].session_on
    paid = [bar(before, 100.0, adj_close=98.0), bar(day, 98.0, adj_close=98.0)]
    assert judge_bars(paid, calendar="XNYS", now=NOW).returns == {day: 0.0}


@pytest.mark.parametrize("change", [-0.2988, -0.35, -0.40, 0.45, 0.60, 1.5])
def test_crashes_and_jumps_are_no_splits(change: float) -> None:
    """Far from n:1 and 1:n, they are measured."""
    assert not looks_like_split(change)


@pytest.mark.parametrize(
    "crash",
    [
        bar(EVENT, (BEFORE.close or 0) / 1.5, volume=8_000_000.0),
        bar(EVENT, (BEFORE.close or 0) / 1.5, open=(BEFORE.close or 0) * 0.9, high=BEFORE.close),
        bar(EVENT, (BEFORE.close or 0) * 0.7012),
    ],
    ids=["eight times the volume", "it fell in the course of the day", "VRT on 27 January 2025"],
)
def test_a_loss_of_a_third_is_a_crash_where_volume_or_opening_say_so(crash: PriceBar) -> None:
    """A 3:2 split opens at two thirds and multiplies the volume by one and a half."""
    assert EVENT in judge_bars(ending(crash), calendar="XNYS", now=NOW).returns


def test_filled_in_weekends_are_no_shifted_dates() -> None:
    """A vendor of seven days a week leaves no session out, however many bars it adds."""
    calm_days = {b.session_on: b for b in OWN}
    first = OWN[0].session_on
    week = [first + timedelta(days=n) for n in range((EVENT - first).days + 1)]
    filled = tuple(calm_days.get(day) or replace(OWN[0], session_on=day) for day in week)
    assert judge_bars(filled, calendar="XNYS", now=NOW) == judge_bars(OWN, calendar="XNYS", now=NOW)


def test_a_dividend_of_a_tenth_is_no_bad_adjustment() -> None:
    """The adjusted close falls less than the close; a split leaves it where it was."""
    day, before = OWN[-1].session_on, OWN[-2].session_on
    paid = [bar(before, 100.0, adj_close=90.0), bar(day, 90.0, adj_close=90.0)]
    split = [bar(before, 100.0, adj_close=50.0), bar(day, 50.0, adj_close=50.0)]
    assert judge_bars(paid, calendar="XNYS", now=NOW).returns == {day: 0.0}
    assert judge_bars(split, calendar="XNYS", now=NOW).returns == {day: 0.0}
