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
from contrecoup.verdicts import combined_p

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


def test_a_second_model_with_the_sector_agrees_with_a_least_squares_solver() -> None:
    """Cipher against the market and bitcoin, whose Monday holds the weekend: from Friday's close to Monday's."""
    own, market, coin = closes("CIFR"), closes("SPY"), closes("BTC-USD")
    days = (*sessions_before("XNYS", MONDAY, WINDOW + GAP), MONDAY)
    rows = np.array([[1, *(c[b] / c[a] - 1 for c in (market, coin, own))] for a, b in pairwise(days)])
    design, column, point = rows[:WINDOW, :3], rows[:WINDOW, 3], rows[-1]
    solution, squares, *_ = lstsq(design, column, rcond=None)
    abnormal = point[3] - point[:3] @ solution
    leverage = point[:3] @ np.linalg.inv(design.T @ design) @ point[:3]
    z = abnormal / np.sqrt(squares[0] / (WINDOW - 3) * (1 + leverage))
    move = week(MONDAY)["CIFR"]
    assert (move.sector, move.benchmark) == ("BTC-USD", "SPY")
    assert move.sector_beta == pytest.approx(solution[2], abs=1e-9)
    assert move.sector_abnormal_return == pytest.approx(abnormal, abs=1e-9)
    assert move.sector_z == pytest.approx(z, abs=1e-9)
    assert move.sector_p_value == pytest.approx(2 * stdtr(WINDOW - 3, -abs(z)), abs=1e-9)
    assert move.sector_rank_p_value == pytest.approx(2 / (WINDOW + 1))


def test_the_sector_is_not_asked_twice_of_an_instrument_without_one() -> None:
    """Core Scientific's error is not lessened by bitcoin: it has market figures alone."""
    move = week(MONDAY)["CORZ"]
    assert (move.sector, move.sector_z, move.sector_p_value, move.scope) == (None, None, None, None)
    assert move.rank_p_value == pytest.approx(2 / (WINDOW + 1))


@pytest.mark.parametrize("left", [0, 60], ids=["no prices", "prices of the last sixty sessions"])
def test_without_prices_of_its_sector_an_instrument_is_measured_against_the_market(left: int) -> None:
    """The move stands, and nothing is said of the sector."""
    short = {**bars(), "SOXX": bars()["SOXX"][len(bars()["SOXX"]) - left :]}
    (move,) = measure_moves(short, instruments(), symbols=["NVDA"], session_on=MONDAY, now=NOW)
    assert move.verdict is MoveVerdict.MOVE
    assert (move.sector, move.sector_z, move.scope) == (None, None, None)
    assert move.z == week(MONDAY)["NVDA"].z


def test_a_fall_with_the_sector_is_told_from_one_of_its_own() -> None:
    """On 27 January 2025 Micron fell as its sector did; Nvidia fell further."""
    assert (week(MONDAY)["MU"].scope, week(MONDAY)["NVDA"].scope) == ("sector", "own")
    assert (week(MONDAY)["QCOM"].verdict, week(MONDAY)["QCOM"].scope) == (MoveVerdict.QUIET, None)


def test_q_values_are_benjamini_and_hochbergs_over_the_day() -> None:
    """The k-th smallest of m p-values times m / k, never more than the next one's."""
    ranked = sorted(week(MONDAY).values(), key=combined_p)
    scaled = [combined_p(move) * len(ranked) / k for k, move in enumerate(ranked, 1)]
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
    """Each symbol once, in order, then benchmarks, then sectors."""
    assert symbols_needed(["NVDA", "SU.PA", "SPY", "WHO"], instruments()) == (
        "NVDA",
        "SU.PA",
        "SPY",
        "WHO",
        "^STOXX50E",
        "SOXX",
    )


def test_a_watch_list_of_nothing_measures_nothing() -> None:
    """No symbols, no rows."""
    assert measure_moves({}, instruments(), symbols=[], session_on=MONDAY, now=NOW) == []


@cache
def baskets_on(session_on: date, *without: str) -> Mapping[str, Move]:
    """Rows of the baskets on a date, when some symbols are not watched."""
    watched = [symbol for symbol in bars() if symbol not in without]
    found = measure_moves(
        bars(),
        instruments(),
        symbols=watched,
        session_on=session_on,
        now=NOW,
        baskets=AliasTable.load().baskets.values(),
    )
    return {move.symbol: move for move in found if move.symbol.startswith("basket:")}


def test_the_baskets_of_27_january_2025_fell_with_their_members() -> None:
    """Chips, power and the miners that host AI moved; those that only mine, and cryptocurrencies, did not."""
    rows = baskets_on(MONDAY)
    assert {symbol for symbol, move in rows.items() if move.verdict is MoveVerdict.MOVE} == {
        "basket:chips",
        "basket:ai_power",
        "basket:miners_hosts",
    }
    assert {s: rows[f"basket:{s}"].members for s in ("chips", "ai_power", "miners_hosts", "crypto_majors")} == {
        "chips": 10,
        "ai_power": 4,
        "miners_hosts": 5,
        "crypto_majors": 2,
    }
    assert (rows["basket:chips"].breadth, rows["basket:hyperscalers"].breadth) == (1.0, 0.6)
    assert rows["basket:chips"].volume_z is None


def test_a_basket_is_measured_as_an_instrument_is() -> None:
    """Its return is its members' mean, and its z that of their mean returns on the benchmark's."""
    members = ("CIFR", "CORZ", "WULF", "IREN", "APLD")
    days = (*sessions_before("XNYS", MONDAY, WINDOW + GAP), MONDAY)
    market = closes("SPY")
    own = np.mean([[closes(s)[b] / closes(s)[a] - 1 for a, b in pairwise(days)] for s in members], axis=0)
    design = np.array([[1, market[b] / market[a] - 1] for a, b in pairwise(days)])
    solution, squares, *_ = lstsq(design[:WINDOW], own[:WINDOW], rcond=None)
    inner = design[-1] @ np.linalg.inv(design[:WINDOW].T @ design[:WINDOW]) @ design[-1]
    z = (own[-1] - design[-1] @ solution) / np.sqrt(squares[0] / (WINDOW - 2) * (1 + inner))
    move = baskets_on(MONDAY)["basket:miners_hosts"]
    assert move.simple_return == pytest.approx(own[-1], abs=1e-12)
    assert move.z == pytest.approx(z, abs=1e-9)
    assert (move.benchmark, move.car_0_1 is not None) == ("SPY", True)


def test_baskets_do_not_change_the_figures_of_instruments() -> None:
    """They repeat what their members say, so their q-values are a family of their own."""
    table = AliasTable.load()
    found = measure_moves(
        bars(), instruments(), symbols=tuple(bars()), session_on=MONDAY, now=NOW, baskets=table.baskets.values()
    )
    assert [m for m in found if m.symbol not in table.baskets] == list(week(MONDAY).values())


def test_a_basket_has_a_row_where_enough_of_it_is_watched() -> None:
    """With two of three members watched the desk does not follow the group; on a Sunday only coins trade."""
    assert "basket:miners" not in baskets_on(MONDAY, "MARA")
    assert "basket:french_tech" not in baskets_on(MONDAY)
    assert set(baskets_on(date(2025, 1, 26))) == {"basket:crypto_majors"}


def test_a_basket_of_which_too_little_is_measured_says_so() -> None:
    """Watched, but without prices on the day."""
    holed = {s: own if s != "MARA" else own[:-10] for s, own in bars().items()}
    table = AliasTable.load()
    rows = measure_moves(
        holed,
        instruments(),
        symbols=["MARA", "RIOT", "CLSK"],
        session_on=MONDAY,
        now=NOW,
        baskets=[table.baskets["basket:miners"]],
    )
    assert [(m.symbol, m.reason) for m in rows if m.verdict is MoveVerdict.UNMEASURED] == [
        ("MARA", "missing_day"),
        ("basket:miners", "few_members"),
    ]


def test_several_sessions_are_measured_as_each_alone() -> None:
    """Judging the bars once changes no figure, and q-values stay those of each date."""
    days = [date(2025, 1, 24), MONDAY]
    asked = tuple(bars())
    alone = [
        move for day in days for move in measure_moves(bars(), instruments(), symbols=asked, session_on=day, now=NOW)
    ]
    assert measure_sessions(bars(), instruments(), symbols=asked, sessions_on=days, now=NOW) == alone
