"""Soundness of price bars: which returns may be trusted, and the reason why any other may not.

Stands between the providers' ``PriceBar`` and ``market.py`` and ``checks.py``. A fault never becomes a number: the
session has no return, and ``fault_on`` says why. Vendors do send all of these (yfinance issues 2289, 2480; forward
filled days, bars of a running session, unadjusted splits, decimals lost).
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeGuard

from contrecoup.models import PriceBar
from contrecoup.sessions import close_of, is_session, previous_session, sessions_between

SPLIT_TOLERANCE = 0.05
"""How near a close ratio must be to n:1 or 1:n to be held for review: a split day also has a day's own return.

Ratios from about 10 upwards are all near a whole number, so lost decimals are held too.
"""
THREE_FOR_TWO_TOLERANCE = 0.02
"""How near open and close must both be to 3:2 or 2:3 of the previous close: 0.67 is also what real crashes give.

VRT closed at 0.70 of its previous close on 27 January 2025.
"""
CRASH_VOLUME = 3.0
"""Volume over the session before's from which a ratio of 2:3 is a crash: a split multiplies it by 1.5 alone."""
DIVIDEND_MOST = 1.5
"""Most by which an adjusted return may exceed that of the closes: a dividend of a third of the price."""
STRAYS_LEAST = 5
"""Bars on days without a session, each with a session missing, from which the dates of a series are shifted."""
RANGE_SLACK = 0.005
"""Share by which a close or an open may lie outside [low, high]: vendors round and adjust the four separately."""


class Fault(StrEnum):
    """Why a session of an instrument cannot be measured."""

    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_BARS = "no_bars"
    MISSING_DAY = "missing_day"
    PARTIAL_DAY = "partial_day"
    NAN = "nan"
    IMPOSSIBLE_BAR = "impossible_bar"
    CONFLICTING_BARS = "conflicting_bars"
    STALE_BAR = "stale_bar"
    SPLIT_SUSPECTED = "split_suspected"
    BAD_ADJUSTMENT = "bad_adjustment"
    SHIFTED_DATES = "shifted_dates"
    SHORT_HISTORY = "short_history"
    FLAT_HISTORY = "flat_history"
    BENCHMARK_MISSING = "benchmark_missing"
    FEW_MEMBERS = "few_members"


_MEND = "Mend that row of the prices; the session is measured again on each of the next days."
ADVICE: Mapping[Fault, tuple[str, str]] = MappingProxyType(
    {
        Fault.MISSING_DAY: ("there is no price of it or of the session before", _MEND),
        Fault.NAN: ("its price, or that of the session before, is no number", _MEND),
        Fault.IMPOSSIBLE_BAR: ("its prices cannot be (not positive, or outside the day's range)", _MEND),
        Fault.CONFLICTING_BARS: ("it has two prices that differ", _MEND),
        Fault.STALE_BAR: ("its prices are a copy of the session before", _MEND),
        Fault.SPLIT_SUSPECTED: (
            "its price changed as by a split",
            "If there was a split, give adj_close; if the price is wrong, mend it.",
        ),
        Fault.BAD_ADJUSTMENT: ("its close and its adjusted close do not change together", _MEND),
        Fault.SHIFTED_DATES: (
            "its prices lie on days without a session, and sessions have none",
            "Date each row by the day of the session on its own exchange, not in UTC.",
        ),
    }
)
"""Faults that a person can mend: what happened, and what to do. The others pass, or are told by another failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One symbol's bars by session, judged: each session has a return, or a fault, or (no bar at all) neither.

    None has a return where the dates of the whole series are ``shifted``.
    """

    calendar: str
    now: datetime
    bars: Mapping[date, PriceBar]
    returns: Mapping[date, float]
    faults: Mapping[date, Fault]
    shifted: bool = False

    def fault_on(self, session_on: date) -> Fault | None:
        """Why a session of the calendar has no return, or None when it has one."""
        if session_on in self.returns:
            return None
        if not self.bars:
            return Fault.NO_BARS
        if close_of(self.calendar, session_on) > self.now:
            return Fault.PARTIAL_DAY
        if self.shifted:
            return Fault.SHIFTED_DATES
        return self.faults.get(session_on, Fault.MISSING_DAY)


def judge_bars(bars: Iterable[PriceBar], *, calendar: str, now: datetime) -> Series:
    """Sort a symbol's daily bars by session and compute its sound one-session simple returns.

    Bars on days without a session are left out. A return needs sound bars on two consecutive sessions; it is computed
    on the adjusted closes where both bars have one, else on the closes.
    """
    days: dict[date, list[PriceBar]] = {}
    strays: set[date] = set()
    for bar in sorted(bars, key=lambda bar: bar.session_on):
        if is_session(calendar, bar.session_on):
            days.setdefault(bar.session_on, []).append(bar)
        else:
            strays.add(bar.session_on)
    kept = {day: same_day[0] for day, same_day in days.items()}
    if _are_shifted(calendar, kept, strays):
        return Series(calendar=calendar, now=now, bars=kept, returns={}, faults={}, shifted=True)
    traded = any(bar.volume for bar in kept.values())
    unsound: dict[date, Fault] = {}
    faults: dict[date, Fault] = {}
    returns: dict[date, float] = {}
    for day, bar in kept.items():
        previous_on = previous_session(calendar, day)
        previous = kept.get(previous_on) if previous_on else None
        fault = _fault_of_day(days[day], closes_at=close_of(calendar, day), now=now)
        fault = fault or _staleness(bar, previous, traded=traded)
        if fault:
            unsound[day] = fault
        change = fault or _change(previous, bar, unsound)
        if isinstance(change, Fault):
            faults[day] = change
        else:
            returns[day] = change
    return Series(calendar=calendar, now=now, bars=kept, returns=returns, faults=faults)


def simple_return(previous: PriceBar, bar: PriceBar) -> float:
    """Fractional change from one sound bar to the next (0.01 = 1 %), dividends included where the vendor adjusts."""
    if previous.adj_close and bar.adj_close:
        return bar.adj_close / previous.adj_close - 1
    return close_price(bar) / close_price(previous) - 1


def close_price(bar: PriceBar) -> float:
    """The close of a bar that was judged sound."""
    return bar.close if bar.close is not None else math.nan


def looks_like_split(change: float) -> bool:
    """Whether a simple return is near n:1 or 1:n for a whole n of two or more."""
    ratio = max(1 + change, 1 / (1 + change))
    near = round(ratio)
    return near > 1 and abs(ratio / near - 1) <= SPLIT_TOLERANCE


def _change(previous: PriceBar | None, bar: PriceBar, unsound: Mapping[date, Fault]) -> float | Fault:
    if previous is None:
        return Fault.MISSING_DAY
    if previous.session_on in unsound:
        return unsound[previous.session_on]
    change = simple_return(previous, bar)
    if looks_like_split(change) or _looks_like_three_for_two(previous, bar, change):
        return Fault.SPLIT_SUSPECTED
    plain = close_price(bar) / close_price(previous) - 1
    adjustment = (1 + change) / (1 + plain)
    sound = 1 - RANGE_SLACK <= adjustment <= DIVIDEND_MOST or looks_like_split(adjustment - 1)
    return change if sound else Fault.BAD_ADJUSTMENT


def _looks_like_three_for_two(previous: PriceBar, bar: PriceBar, change: float) -> bool:
    """Whether a session opened and closed near 3:2 or 2:3 without the volume of a crash."""

    def near(ratio: float) -> bool:
        return abs(max(ratio, 1 / ratio) / 1.5 - 1) <= THREE_FOR_TWO_TOLERANCE

    opened = close_price(bar) if not _is_number(bar.open) else bar.open
    opening = (1 + change) * opened / close_price(bar)
    crashed = bar.volume and previous.volume and bar.volume > CRASH_VOLUME * previous.volume
    return near(1 + change) and near(opening) and not crashed


def _are_shifted(calendar: str, kept: Collection[date], strays: Collection[date]) -> bool:
    """Whether bars lie on Saturdays and lack on Mondays, as when midnight in Paris is written in UTC.

    A vendor that also fills in weekends and holidays leaves no session without a bar.
    """
    if len(strays) < STRAYS_LEAST or not kept:
        return False
    expected = sessions_between(calendar, after=min(kept) - timedelta(days=1), until=max(kept))
    return len(expected) - len(kept) >= len(strays)


def _fault_of_day(same_day: Sequence[PriceBar], *, closes_at: datetime, now: datetime) -> Fault | None:
    if closes_at > now or not all(bar.complete and bar.fetched_at >= closes_at for bar in same_day):
        return Fault.PARTIAL_DAY
    if not all(_is_number(bar.close) for bar in same_day):
        return Fault.NAN
    if len({bar.close for bar in same_day}) > 1:
        return Fault.CONFLICTING_BARS
    return None if all(map(_is_possible, same_day)) else Fault.IMPOSSIBLE_BAR


def _is_number(figure: float | None) -> TypeGuard[float]:
    return figure is not None and math.isfinite(figure)


def _is_possible(bar: PriceBar) -> bool:
    """Every price that is given is positive, and open and close lie between low and high."""
    given = [price for price in _prices(bar) if _is_number(price)]
    if min(given) <= 0 or (bar.adj_close is not None and not bar.adj_close > 0):
        return False
    low = bar.low if _is_number(bar.low) else min(given)
    high = bar.high if _is_number(bar.high) else max(given)
    return low * (1 - RANGE_SLACK) <= min(given) and max(given) <= high * (1 + RANGE_SLACK)


def _staleness(bar: PriceBar, previous: PriceBar | None, *, traded: bool) -> Fault | None:
    """A forward-filled day: nothing traded though other days did, or the same four prices as the session before."""
    if traded and bar.volume == 0:
        return Fault.STALE_BAR
    if previous is None or None in _prices(bar):
        return None
    flat = len({*_prices(bar), previous.close}) == 1
    return Fault.STALE_BAR if flat or _prices(bar) == _prices(previous) else None


def _prices(bar: PriceBar) -> tuple[float | None, ...]:
    return (bar.open, bar.high, bar.low, bar.close)
