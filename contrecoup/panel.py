"""What the market models are fed with: sound returns of every symbol, factors on an instrument's clock, baskets.

Stands between ``bars.py``, which judges one symbol's bars, and ``market.py``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from contrecoup.bars import Fault, Series, judge_bars
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import PriceBar
from contrecoup.sessions import close_of, previous_session, sessions_between

Returns = Mapping[date, float]


def symbols_needed(
    symbols: Sequence[str], instruments: Iterable[Instrument], *, sectors: bool = True
) -> tuple[str, ...]:
    """The symbols themselves, then the benchmarks and the sectors of their models, each once, in order.

    Without ``sectors``, those alone that a session cannot be measured without.
    """
    table = {instrument.symbol: instrument for instrument in instruments}
    known = [table[symbol] for symbol in symbols if symbol in table]
    factors = [one.benchmark for one in known] + [one.sector for one in known if sectors]
    return tuple(dict.fromkeys([*symbols, *(factor for factor in factors if factor)]))


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketDay:
    """A basket as it was composed on one day: its series, how many members were measured, and their ``breadth``.

    Breadth is the share of the members whose return had the sign of the basket's, 0..1.
    """

    series: Series
    members: int
    breadth: float


class Panel:
    """The judged series of every symbol that a watch-list needs; each is judged, and put on another clock, once."""

    def __init__(
        self,
        bars: Mapping[str, Sequence[PriceBar]],
        table: Mapping[str, Instrument],
        symbols: Sequence[str],
        now: datetime,
    ) -> None:
        """Judge the bars of the symbols, their benchmarks and their sectors, those that ``table`` knows."""
        self.now = now
        self._series = {
            symbol: judge_bars(bars.get(symbol, ()), calendar=table[symbol].exchange, now=now)
            for symbol in symbols_needed(symbols, table.values())
            if symbol in table
        }
        self._on_clock: dict[tuple[str, str], Returns] = {}

    def series(self, symbol: str) -> Series:
        """The symbol's own series.

        Raises
        ------
        KeyError
            when neither the watch-list nor its models need the symbol.

        """
        return self._series[symbol]

    def factor(self, symbol: str, calendar: str) -> Returns:
        """A benchmark's or sector's returns from session to session of another exchange; see ``on_clock``."""
        key = symbol, calendar
        if key not in self._on_clock:
            self._on_clock[key] = on_clock(self._series[symbol], calendar) if symbol in self._series else {}
        return self._on_clock[key]

    def basket(self, basket: Basket, members: Sequence[str], session_on: date) -> BasketDay | Fault:
        """The equal-weighted basket of the members that have a sound return on the day.

        Its returns of other days are the means of those of the same members that have one, at least
        ``basket.least`` of them: what is compared with the past is one and the same basket.
        """
        if close_of(basket.exchange, session_on) > self.now:
            return Fault.PARTIAL_DAY
        measured = [self._series[symbol].returns for symbol in members if session_on in self._series[symbol].returns]
        if len(measured) < basket.least:
            return Fault.FEW_MEMBERS
        together: dict[date, list[float]] = {}
        for returns in measured:
            for day, change in returns.items():
                together.setdefault(day, []).append(change)
        means = {day: math.fsum(c) / len(c) for day, c in together.items() if len(c) >= basket.least}
        went_along = sum(change * means[session_on] > 0 for change in together[session_on])
        return BasketDay(
            series=Series(calendar=basket.exchange, now=self.now, bars={}, returns=means, faults={}),
            members=len(measured),
            breadth=went_along / len(measured),
        )


def on_clock(series: Series, calendar: str) -> Returns:
    """Returns of a series from session to session of another calendar, compounded; a fault in between leaves none.

    Bitcoin's return of a New York Monday is that of its UTC days Saturday, Sunday and Monday together. Its day ends at
    00:00 UTC, three hours after New York's close in winter, four in summer (six or seven on half days): what happened
    in these hours is in the session's factor though the stocks could not yet answer, and lacks in the next session's.
    """
    if series.calendar == calendar or not series.returns:
        return series.returns
    found: dict[date, float] = {}
    first, last = min(series.returns), max(series.returns)
    base = previous_session(calendar, first) or first
    for before, day in pairwise([base, *sessions_between(calendar, after=base, until=last)]):
        spanned = sessions_between(series.calendar, after=before, until=day)
        growth = math.prod(1 + series.returns.get(own, math.nan) for own in spanned)
        if spanned and not math.isnan(growth):
            found[day] = growth - 1
    return found
