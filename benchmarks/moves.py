"""Moves on real prices: which sector factors earn their place, how many moves each rule gives, and whether it is right.

    python benchmarks/moves.py --real FOLDER [sectors | rules | agreement]

``FOLDER/prices/prices.csv.gz`` holds daily bars of 2023-09..2025-02 and 2025-07..2026-01. ``agreement`` needs
statsmodels, which the program does not: 20 instrument-days are computed anew with its OLS and its multipletests.
"""

import argparse
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from contrecoup.bars import Series, judge_bars
from contrecoup.instruments import AliasTable, Instrument
from contrecoup.market import GAP, LEAST, WINDOW, measure_sessions
from contrecoup.models import Move, MoveVerdict, PriceBar
from contrecoup.panel import Returns, on_clock
from contrecoup.regression import fit
from contrecoup.sessions import hours, sessions_before, sessions_between
from contrecoup.verdicts import ABNORMAL_LEAST, Q_MOST, RANK_DISAGREES, Z_LEAST, with_verdicts
from extractors.prices import FilePrices

Bars = Mapping[str, Sequence[PriceBar]]

DEVELOPMENT = date(2023, 9, 1), date(2025, 2, 28)
LATER = date(2025, 7, 1), date(2026, 1, 14)
RULES_OVER = date(2024, 10, 1), date(2025, 1, 31)
NOW = datetime(2026, 1, 15, 6, tzinfo=UTC)
# The factor of each group; for servers and power QQQ was tried too, and lowers the error less.
CANDIDATES = {
    "chips": "SOXX",
    "ai_servers": "SOXX",
    "ai_power": "SOXX",
    "miners": "BTC-USD",
    "miners_hosts": "BTC-USD",
    "crypto_equity": "BTC-USD",
    "hyperscalers": "QQQ",
    "big_tech": "QQQ",
    "software": "QQQ",
}
# A sector earns its place when it lowers the error of the forecast by this share in the first period, and does not
# raise it in the second, where that has so many sessions with prices of all three.
GAIN_LEAST, SESSIONS_LEAST = 0.02, 20
LEVELS = (0.05, 0.01)
LISTED_MOST = 15
SHARES = frozenset({"stock", "adr"})
AGREEMENT_DAYS = (date(2025, 1, 27), date(2025, 1, 28), date(2024, 11, 6), date(2025, 12, 10))
AGREEMENT_SYMBOLS = ("NVDA", "MARA", "VST", "SU.PA", "BTC-USD")


def read_prices(real: Path) -> dict[str, list[PriceBar]]:
    """Bars of every symbol that the table of instruments knows."""
    table = AliasTable.load()
    provider = FilePrices(real / "prices" / "prices.csv.gz", table.instruments, now=NOW)
    known = [symbol for symbol in provider.symbols if table.instrument(symbol)]
    return {symbol: provider.daily_bars(symbol, DEVELOPMENT[0], LATER[1]) for symbol in known}


def forecast_errors(own: Returns, factors: Sequence[Returns], days: Sequence[date], calendar: str) -> dict[date, float]:
    """Return minus forecast of each day, by the model of the window that ends ``GAP`` sessions before it."""
    errors = {}
    for day in days:
        window = sessions_before(calendar, day, WINDOW + GAP - 1)[:WINDOW]
        joint = [d for d in window if all(d in returns for returns in (own, *factors))]
        if len(joint) < LEAST or not all(day in returns for returns in (own, *factors)):
            continue
        columns = [np.array([returns[d] for d in joint]) for returns in (own, *factors)]
        if model := fit(columns[0], columns[1:]):
            errors[day] = own[day] - model.expected([factor[day] for factor in factors])
    return errors


def compare(
    series: Mapping[str, Series], instrument: Instrument, sector: str, period: tuple[date, date]
) -> tuple[int, float]:
    """Sessions of a period that both models forecast, and the error (RMS) with the sector over that without."""
    clock = instrument.exchange
    own, market = series[instrument.symbol].returns, series[instrument.benchmark or ""].returns
    days = sessions_between(clock, after=period[0] - timedelta(days=1), until=period[1])
    beside = on_clock(series[sector], clock)
    plain, with_sector = (forecast_errors(own, f, days, clock) for f in ([market], [market, beside]))
    both = plain.keys() & with_sector.keys()
    if len(both) < SESSIONS_LEAST:
        return len(both), math.nan
    return len(both), math.sqrt(sum(with_sector[d] ** 2 for d in both) / sum(plain[d] ** 2 for d in both))


def print_sectors(bars: Bars) -> None:
    """Each share with the candidate of its group: error ratio in both periods, and whether it earns its place."""
    table = AliasTable.load()
    series = {s: judge_bars(own, calendar=table.instrument(s).exchange, now=NOW) for s, own in bars.items()}
    print(f"{'symbol':8}{'sector':9}{'n':>5}{'ratio':>8}{'n':>5}{'ratio':>8}  earned  in the table")
    wrong = 0
    for instrument in table.instruments:
        candidates = dict.fromkeys(CANDIDATES[b] for b in instrument.baskets if b in CANDIDATES)
        if instrument.symbol not in bars or instrument.kind not in SHARES or instrument.exchange != "XNYS":
            continue
        earned = None
        for sector in candidates:
            (n, first), (m, second) = (compare(series, instrument, sector, p) for p in (DEVELOPMENT, LATER))
            # a period without enough prices says nothing against it
            holds = first <= 1 - GAIN_LEAST and not second > 1
            earned = earned or (sector if holds else None)
            told = f"{'yes' if holds else 'no':8}{instrument.sector or '-'}"
            print(f"{instrument.symbol:8}{sector:9}{n:5}{first:8.3f}{m:5}{second:8.3f}  {told}")
        wrong += earned != instrument.sector
    print(f"instruments whose sector in the table is not the one that was earned: {wrong}\n")


def print_rules(bars: Bars) -> None:
    """How many moves the three rules give, and what they disagree on."""
    table = AliasTable.load()
    watched = [i.symbol for i in table.instruments if i.symbol in bars and i.kind in {*SHARES, "crypto"}]
    days = sessions_between("24/7", after=RULES_OVER[0] - timedelta(days=1), until=RULES_OVER[1])
    moves = measure_sessions(
        bars, table.instruments, symbols=watched, sessions_on=days, now=NOW, baskets=table.baskets.values()
    )
    own = [move for move in moves if move.symbol not in table.baskets]
    measured = [move for move in own if move.p_value is not None]
    found = {
        "market alone": [m for d in days for m in with_verdicts([_plain(m) for m in measured if m.session_on == d])],
        "twice the lesser p (in force)": measured,
        "every test of the day by itself": [
            m for d in days for m in _all_tests([m for m in measured if m.session_on == d])
        ],
    }
    sets = {}
    print(f"{len(measured)} sessions of {len(watched)} instruments, {RULES_OVER[0]} to {RULES_OVER[1]}")
    for rule, judged in found.items():
        sets[rule] = {(m.symbol, m.session_on) for m in judged if m.verdict is MoveVerdict.MOVE}
        sessions = Counter(day for _, day in sets[rule])
        print(
            f"  {rule:34}{len(sets[rule]):4} moves on {len(sessions)} days, {sessions[date(2025, 1, 27)]} on 27 January"
        )
    first, second, third = sets.values()
    print(f"  in force and not by the market alone: {_listed(second - first)}")
    print(f"  by the market alone and not in force: {_listed(first - second)}")
    print(f"  by every test and not in force: {_listed(third - second)};  the reverse: {_listed(second - third)}")
    scopes = Counter(m.scope for m in measured if m.verdict is MoveVerdict.MOVE)
    doubted = [m for m in measured if m.reason == RANK_DISAGREES]
    print(
        f"  scope of the moves in force: {dict(scopes)}; the rank test doubts {len(doubted)}: "
        f"{_listed({(m.symbol, m.session_on) for m in doubted})}"
    )
    _print_null(measured)
    print("baskets that moved (return, z, q, members, breadth):")
    for m in moves:
        if m.symbol in table.baskets and m.verdict is MoveVerdict.MOVE:
            figures = f"{m.simple_return:8.2%}{m.z:7.2f}{m.q_value:9.5f}{m.members:4}{m.breadth:6.2f}"
            print(f"  {m.session_on} {m.symbol:22}{figures}")
    print()


def _plain(move: Move) -> Move:
    return replace(move, sector=None, sector_z=None, sector_p_value=None, sector_abnormal_return=None)


def _all_tests(moves: Sequence[Move]) -> list[Move]:
    """Benjamini-Hochberg over both tests of every instrument: a move when either passes by itself."""
    tests = [(m, m.z, m.p_value, m.abnormal_return) for m in moves]
    tests += [
        (m, m.sector_z, m.sector_p_value, m.sector_abnormal_return)
        for m in moves
        if m.sector_z is not None and same_way(m)
    ]
    if not tests:
        return []
    q_values = scipy.stats.false_discovery_control([p for _, _, p, _ in tests])
    return [
        replace(m, verdict=MoveVerdict.MOVE)
        for (m, z, _, abnormal), q in zip(tests, q_values, strict=True)
        if q <= Q_MOST and abs(z) >= Z_LEAST and abs(abnormal) >= ABNORMAL_LEAST
    ]


def same_way(move: Move) -> bool:
    """Whether price, part beside the market and part beside the sector went one way, the second by a per cent."""
    signs = {math.copysign(1, x) for x in (move.simple_return, move.abnormal_return, move.sector_abnormal_return)}
    return len(signs) == 1 and abs(move.abnormal_return) >= ABNORMAL_LEAST


def _print_null(measured: Sequence[Move]) -> None:
    """Share of all sessions, real moves among them, that each test rejects by itself."""
    for name in ("p_value", "sector_p_value", "rank_p_value", "sector_rank_p_value"):
        values = np.array([getattr(m, name) for m in measured if getattr(m, name) is not None])
        rejected = ", ".join(f"{np.mean(values <= level):6.2%} at {level:.0%}" for level in LEVELS)
        print(f"  {name:22}{len(values):6} sessions, {rejected}")


def _listed(keys: set[tuple[str, date]]) -> str:
    ordered = sorted(keys, key=lambda key: (key[1], key[0]))
    shown = ", ".join(f"{s} {d:%d.%m}" for s, d in ordered[:LISTED_MOST])
    return f"{len(keys)} ({shown}{' …' if len(keys) > LISTED_MOST else ''})"


def print_agreement(bars: Bars) -> None:
    """Largest difference from statsmodels of alpha, beta, z, p, CAR and q on 20 instrument-days."""
    table = AliasTable.load()
    watched = [i.symbol for i in table.instruments if i.symbol in bars and i.kind in {*SHARES, "crypto"}]
    moves = measure_sessions(bars, table.instruments, symbols=watched, sessions_on=AGREEMENT_DAYS, now=NOW)
    worst: dict[str, float] = {}
    compared = 0
    for move in moves:
        if move.symbol in AGREEMENT_SYMBOLS and move.p_value is not None:
            compared += 1
            for name, value in recomputed(move, table.instrument(move.symbol), bars).items():
                worst[name] = max(worst.get(name, 0.0), abs(getattr(move, name) - value))
    for day in AGREEMENT_DAYS:
        own = [m for m in moves if m.session_on == day and m.p_value is not None]
        differences = np.abs(np.array([m.q_value for m in own]) - q_recomputed(own))
        worst["q_value"] = max(worst.get("q_value", 0.0), float(differences.max()))
    print(f"{compared} instrument-days; largest absolute difference from statsmodels:")
    for name, difference in worst.items():
        print(f"  {name:24}{difference:.1e}")


def q_recomputed(moves: Sequence[Move]) -> np.ndarray:
    """q-values of a day by statsmodels."""
    from statsmodels.stats.multitest import multipletests  # noqa: PLC0415  needed for this comparison alone

    entered = []
    for m in moves:
        p = m.p_value
        if m.sector_p_value is not None:
            p = min(1.0, 2 * min(p, m.sector_p_value if same_way(m) else 1.0))
        entered.append(p)
    return multipletests(entered, method="fdr_bh")[1]


def recomputed(move: Move, instrument: Instrument, bars: Bars) -> dict[str, float]:
    """The figures of a move from closes alone, by statsmodels' OLS and its prediction."""
    clock, day = instrument.exchange, move.session_on
    days = hours(clock).days
    at = days.index(day)
    window = days[at - GAP - WINDOW + 1 : at - GAP + 1]
    figures: dict[str, float] = {}
    market = [instrument.benchmark] if instrument.benchmark else []
    result, rows = ols(instrument, market, window, days[at - 1 : at + 2], bars)
    abnormal = [row[0] - float(result.predict([row[1:]])[0]) for row in rows]
    forecast = result.get_prediction([rows[1][1:]])
    figures["alpha"] = result.params[0]
    if market:
        figures["beta"] = result.params[1]
    figures["abnormal_return"] = abnormal[1]
    figures["z"] = abnormal[1] / float(forecast.se_obs[0])
    figures["p_value"] = 2 * float(scipy.stats.t.sf(abs(figures["z"]), result.df_resid))
    figures["car_0_1"], figures["car_m1_1"] = sum(abnormal[1:]), sum(abnormal)
    if move.sector:
        result, rows = ols(instrument, [*market, move.sector], window, [day], bars)
        figures["sector_beta"] = result.params[2]
        figures["sector_abnormal_return"] = rows[0][0] - float(result.predict([rows[0][1:]])[0])
        error = float(result.get_prediction([rows[0][1:]]).se_obs[0])
        figures["sector_z"] = figures["sector_abnormal_return"] / error
        figures["sector_p_value"] = 2 * float(scipy.stats.t.sf(abs(figures["sector_z"]), result.df_resid))
    return figures


def ols(
    instrument: Instrument, factors: Sequence[str], window: Sequence[date], asked: Sequence[date], bars: Bars
) -> tuple[Any, list[tuple[float, ...]]]:
    """Fit by statsmodels over the window, and (own return, 1, factors' returns) of the days that are asked for."""
    import statsmodels.api as sm  # noqa: PLC0415  needed for this comparison alone

    columns = [close_changes(tuple(bars[s]), instrument.exchange) for s in (instrument.symbol, *factors)]
    joint = [d for d in window if all(d in column for column in columns)]
    design = np.array([[1.0, *(column[d] for column in columns[1:])] for d in joint])
    result = sm.OLS(np.array([columns[0][d] for d in joint]), design).fit()
    return result, [(columns[0][d], 1.0, *(column[d] for column in columns[1:])) for d in asked]


@cache
def close_changes(bars: tuple[PriceBar, ...], clock: str) -> dict[date, float]:
    """Close over close from session to session of a clock: bitcoin's Monday over its Friday for New York."""
    closes = {bar.session_on: bar.close for bar in bars}
    return {d: closes[d] / closes[b] - 1 for b, d in pairwise(hours(clock).days) if b in closes and d in closes}


def main() -> None:
    """Print what is asked for, everything by default."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("part", nargs="*", choices=["sectors", "rules", "agreement"])
    asked = parser.parse_args()
    bars = read_prices(asked.real)
    parts = {"sectors": print_sectors, "rules": print_rules, "agreement": print_agreement}
    for name in asked.part or parts:
        parts[name](bars)


if __name__ == "__main__":
    main()
