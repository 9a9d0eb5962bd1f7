import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.linalg import lstsq
from scipy.special import stdtr

from contrecoup.instruments import AliasTable, Instrument
from contrecoup.market import GAP, WINDOW, measure_moves, measure_sessions, symbols_needed
from contrecoup.models import Move, MoveVerdict, PriceBar
from contrecoup.sessions import sessions_before

PRICES = Path(__file__).parents[2] / "examples" / "deepseek-week" / "prices.csv"
NOW = datetime(2025, 2, 1, 6, tzinfo=UTC)
MONDAY = date(2025, 1, 27)
CRYPTO = ("BTC-USD", "ETH-USD")


@cache
def bars() -> Mapping[str, list[PriceBar]]:
    """The example's prices."""
    found: dict[str, list[PriceBar]] = {}
    with PRICES.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["symbol"], []).append(
                PriceBar(
                    symbol=row["symbol"],
                    session_on=date.fromisoformat(row["date"]),
                    interval="1d",
                    provider="file",
                    open=float(row["open"]),
                    high=float(row["high"]),
                    low=float(row["low"]),
                    close=float(row["close"]),
                    adj_close=None,
                    volume=float(row["volume"]),
                    complete=True,
                    fetched_at=NOW,
                )
            )
    return found


def instruments() -> tuple[Instrument, ...]:
    """The table that the program ships."""
    return AliasTable.load().instruments


@cache
def week(session_on: date, now: datetime = NOW) -> Mapping[str, Move]:
    """Moves of every instrument of the example on a date, by symbol."""
    fresh = {symbol: [replace(bar, fetched_at=now) for bar in own] for symbol, own in bars().items()}
    found = measure_moves(fresh, instruments(), symbols=tuple(bars()), session_on=session_on, now=now)
    return {move.symbol: move for move in found}


def moved(session_on: date) -> set[str]:
    """Symbols whose session was a move."""
    return {symbol for symbol, move in week(session_on).items() if move.verdict is MoveVerdict.MOVE}


def closes(symbol: str) -> dict[date, float]:
    """Closes by day."""
    return {bar.session_on: bar.close or 0.0 for bar in bars()[symbol]}


@pytest.mark.parametrize(
    ("symbol", "session_on"),
    [("NVDA", MONDAY), ("WULF", MONDAY), ("AAPL", date(2025, 1, 21)), ("ARM", date(2025, 1, 22)), ("CEG", MONDAY)],
)
def test_the_market_model_agrees_with_a_least_squares_solver(symbol: str, session_on: date) -> None:
    """z, p and the abnormal return are those of an independent solver, with the design matrix's own leverage."""
    own, market = closes(symbol), closes("SPY")
    days = sessions_before("XNYS", session_on, WINDOW + GAP)
    column = np.array([own[b] / own[a] - 1 for a, b in pairwise(days)])[:WINDOW]
    design = np.array([[1, market[b] / market[a] - 1] for a, b in pairwise(days)])[:WINDOW]
    solution, squares, *_ = lstsq(design, column, rcond=None)
    point = np.array([1, market[session_on] / market[days[-1]] - 1])
    abnormal = own[session_on] / own[days[-1]] - 1 - point @ solution
    error = np.sqrt(squares[0] / (WINDOW - 2) * (1 + point @ np.linalg.inv(design.T @ design) @ point))
    move = week(session_on)[symbol]
    assert move.abnormal_return == pytest.approx(abnormal, abs=1e-9)
    assert move.z == pytest.approx(abnormal / error, abs=1e-9)
    assert move.p_value == pytest.approx(2 * stdtr(WINDOW - 2, -abs(abnormal / error)), abs=1e-9)
    assert (move.alpha, move.beta) == pytest.approx(tuple(solution), abs=1e-9)
    assert (move.observations, move.window_end_on) == (WINDOW, days[-GAP])


def test_an_instrument_without_a_benchmark_is_held_against_its_own_mean() -> None:
    """Bitcoin's forecast is the mean of its window, of which every day of the week is a session."""
    own = closes("BTC-USD")
    window = [MONDAY - timedelta(days=n) for n in range(GAP + WINDOW - 1, GAP - 1, -1)]
    returns = np.array([own[day] / own[day - timedelta(days=1)] - 1 for day in window])
    abnormal = own[MONDAY] / own[MONDAY - timedelta(days=1)] - 1 - returns.mean()
    move = week(MONDAY)["BTC-USD"]
    assert move.z == pytest.approx(abnormal / (returns.std(ddof=1) * np.sqrt(1 + 1 / WINDOW)), abs=1e-9)
    assert (move.beta, move.benchmark, move.verdict) == (None, None, MoveVerdict.QUIET)


def test_cumulative_returns_add_the_days_around_the_event() -> None:
    """The day before and the day after are measured with the model of the event."""
    move = week(MONDAY)["NVDA"]
    own, market = closes("NVDA"), closes("SPY")

    def abnormal(day: date, before: date) -> float:
        return own[day] / own[before] - 1 - (move.alpha or 0) - (move.beta or 0) * (market[day] / market[before] - 1)

    friday, tuesday = date(2025, 1, 24), date(2025, 1, 28)
    two_days = abnormal(MONDAY, friday) + abnormal(tuesday, MONDAY)
    assert move.car_0_1 == pytest.approx(two_days, abs=1e-9)
    assert move.car_m1_1 == pytest.approx(two_days + abnormal(friday, date(2025, 1, 23)), abs=1e-9)


def test_q_values_are_benjamini_and_hochbergs_over_the_day() -> None:
    """The k-th smallest of m p-values times m / k, never more than the next one's."""
    ranked = sorted(week(MONDAY).values(), key=lambda move: move.p_value or 0)
    scaled = [(move.p_value or 0) * len(ranked) / k for k, move in enumerate(ranked, 1)]
    expected = np.minimum.accumulate(scaled[::-1])[::-1]
    assert [move.q_value for move in ranked] == pytest.approx(list(expected), abs=1e-9)


def test_volume_is_held_against_its_own_window() -> None:
    """Nvidia's volume of 27 January 2025 was far from usual."""
    volumes = {bar.session_on: np.log(bar.volume or 1) for bar in bars()["NVDA"]}
    window = np.array([volumes[day] for day in sessions_before("XNYS", MONDAY, WINDOW + GAP - 1)[:WINDOW]])
    expected = (volumes[MONDAY] - window.mean()) / (window.std(ddof=1) * np.sqrt(1 + 1 / WINDOW))
    assert week(MONDAY)["NVDA"].volume_z == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("volume", [None, 0.0], ids=["not told", "zero on every day"])
def test_without_volumes_there_is_no_volume_figure(volume: float | None) -> None:
    """Indices often come without: their session is measured all the same."""
    quiet = {symbol: [replace(bar, volume=volume) for bar in bars()[symbol]] for symbol in ("NVDA", "SPY")}
    (move,) = measure_moves(quiet, instruments(), symbols=["NVDA"], session_on=MONDAY, now=NOW)
    assert move.volume_z is None
    assert move.verdict is MoveVerdict.MOVE


def test_a_constant_volume_has_no_z() -> None:
    """Nothing can be unusual where nothing varies."""
    same = {symbol: [replace(bar, volume=5.0) for bar in bars()[symbol]] for symbol in ("NVDA", "SPY")}
    (move,) = measure_moves(same, instruments(), symbols=["NVDA"], session_on=MONDAY, now=NOW)
    assert move.volume_z is None


def test_the_rout_of_27_january_2025_is_found() -> None:
    """Chips, miners and power fell, Apple rose, and what moved with the market is not there."""
    found = moved(MONDAY)
    assert found >= {"NVDA", "AVGO", "TSM", "MRVL", "MU", "CIFR", "CORZ", "WULF", "IREN", "APLD"}
    assert found >= {"ORCL", "VRT", "VST", "CEG", "SU.PA", "LR.PA", "AAPL"}
    assert not found & {"SPY", "MSFT", "AMZN", "TSLA", "BTC-USD", "MSTR"}


@pytest.mark.parametrize(
    ("day", "symbols"),
    [
        (17, set()),
        (20, set()),
        (21, {"AAPL", "ORCL"}),
        (22, {"ARM", "MSFT", "ORCL"}),
        (23, set()),
        (24, set()),
        (26, set()),
        (28, {"NVDA", "SU.PA", "AAPL"}),
    ],
)
def test_the_days_around_it_have_their_own_moves(day: int, symbols: set[str]) -> None:
    """Stargate on the 21st and 22nd, the rebound on the 28th, and nothing on quiet days."""
    assert moved(date(2025, 1, day)) == symbols


def test_a_half_per_cent_is_no_move_however_rare() -> None:
    """An instrument that hardly ever changes reaches any z with a change that no reader needs to know."""
    days = (*sessions_before("24/7", MONDAY, 200), MONDAY)
    calm = [replace(bars()["BTC-USD"][0], session_on=day, volume=None) for day in days]
    prices = 100 + 0.001 * (np.arange(len(days)) % 7)
    prices[-1] = 100.6
    flat = [replace(b, open=p, high=p, low=p, close=p) for b, p in zip(calm, prices.tolist(), strict=True)]
    (move,) = measure_moves({"BTC-USD": flat}, instruments(), symbols=["BTC-USD"], session_on=MONDAY, now=NOW)
    assert (move.z or 0) > 100
    assert move.verdict is MoveVerdict.QUIET


def test_a_weekend_measures_what_trades_on_it() -> None:
    """Stocks have no row on a Sunday, crypto has."""
    assert set(week(date(2025, 1, 26))) == set(CRYPTO)


def test_new_yorks_holiday_leaves_paris_measured() -> None:
    """On 20 January 2025 only Paris and crypto have rows."""
    assert set(week(date(2025, 1, 20))) == {"SU.PA", "LR.PA", "^STOXX50E", *CRYPTO}


def test_bars_after_now_are_never_used() -> None:
    """Measured on the evening of the 27th, the day's figures are final and its after-days still open."""
    evening = datetime(2025, 1, 27, 22, tzinfo=UTC)
    then, later = week(MONDAY, evening)["NVDA"], week(MONDAY)["NVDA"]
    assert (then.z, then.p_value, then.car_0_1, then.car_m1_1) == (later.z, later.p_value, None, None)
    assert week(MONDAY, evening)["BTC-USD"].reason == "partial_day"


def test_the_benchmarks_of_a_watch_list_are_needed_too() -> None:
    """Each symbol once, in order, benchmarks last."""
    assert symbols_needed(["NVDA", "SU.PA", "SPY", "WHO"], instruments()) == (
        "NVDA",
        "SU.PA",
        "SPY",
        "WHO",
        "^STOXX50E",
    )


def test_a_watch_list_of_nothing_measures_nothing() -> None:
    """No symbols, no rows."""
    assert measure_moves({}, instruments(), symbols=[], session_on=MONDAY, now=NOW) == []


def test_several_sessions_are_measured_as_each_alone() -> None:
    """Judging the bars once changes no figure, and q-values stay those of each date."""
    days = [date(2025, 1, 24), MONDAY]
    asked = tuple(bars())
    alone = [
        move for day in days for move in measure_moves(bars(), instruments(), symbols=asked, session_on=day, now=NOW)
    ]
    assert measure_sessions(bars(), instruments(), symbols=asked, sessions_on=days, now=NOW) == alone
