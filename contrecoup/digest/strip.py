"""The market strip of an edition: benchmarks and sectors in one order every day, then baskets. Read by build."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

from contrecoup.bars import Fault, Series, looks_like_split, simple_return
from contrecoup.digest.courses import Prices, levels_of
from contrecoup.digest.drawn import Ticker
from contrecoup.digest.inputs import EditionInputs
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import Move, MoveVerdict
from contrecoup.sessions import FIVE_DAYS, SEVEN_DAYS, close_of, previous_session, sessions_between

CLOCKS = ("XNYS", "XPAR", SEVEN_DAYS, FIVE_DAYS)
"""Order of the exchanges on the page; another stands after them."""
BITCOIN = "BTC-USD"
"""Coins have no benchmark; the reader of any of them looks at this one."""
OLDEST_BASE = timedelta(days=7)
"""A month's first close is at most this much older than a month: no exchange is closed for longer."""
_MONTHS = 12
_KIND_OF_FUND = re.compile(r"(?: ETF)?(?: Trust)?$")


def strip_of(inputs: EditionInputs, prices: Prices) -> tuple[Ticker, ...]:
    """The benchmarks and sectors of what is followed, by exchange; then the baskets that were measured.

    The order is that of the table of instruments, and it is the same every day. A benchmark whose session did not close
    in the window stands there by its last close; a basket stands there on the days of its sessions.
    """
    order = {symbol: place for place, symbol in enumerate(inputs.instruments)}
    baskets = [
        (one, move)
        for move in sorted(inputs.moves, key=lambda move: order.get(move.symbol, 0))
        if isinstance(one := inputs.instruments.get(move.symbol), Basket) and move.verdict is not MoveVerdict.UNMEASURED
    ]
    lines = [_benchmark(one, inputs, prices) for one in _factors(prices, order)]
    return (*(one for one in lines if one), *(_basket(one, move, inputs, prices) for one, move in baskets))


def month_before(day: date) -> date:
    """The same day of the month before, or the last of it when it has none: 31 March is a month after 28 February."""
    year, month = divmod(day.year * _MONTHS + day.month - 2, _MONTHS)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _factors(prices: Prices, order: Mapping[str, int]) -> list[Instrument]:
    """What the followed instruments are measured against, if it has prices: each exchange's benchmark, then sectors."""
    followed = prices.priced.values()
    benchmarks = {one.benchmark for one in followed} | {BITCOIN for one in followed if one.exchange == SEVEN_DAYS}
    wanted = benchmarks | {one.sector for one in followed}
    clocks = {clock: place for place, clock in enumerate(CLOCKS)}
    return sorted(
        (one for one in followed if one.symbol in wanted),
        key=lambda one: (clocks.get(one.exchange, len(CLOCKS)), one.symbol not in benchmarks, order[one.symbol]),
    )


def _benchmark(one: Instrument, inputs: EditionInputs, prices: Prices) -> Ticker | None:
    """A benchmark on its own clock, by its last session that closed before the window's end."""
    series = prices.panel.series(one.symbol)
    returns = series.returns
    day = max((day for day in returns if close_of(one.exchange, day) <= inputs.until_at), default=None)
    if day is None:
        return None
    return Ticker(
        symbol=one.symbol,
        name=_KIND_OF_FUND.sub("", one.name_in(inputs.lang)),
        session_on=day,
        earlier=close_of(one.exchange, day) <= inputs.since_at,
        close=prices.close_on(one.symbol, day),
        simple_return=returns[day],
        levels=_month_of_closes(series, day),
    )


def _basket(one: Basket, move: Move, inputs: EditionInputs, prices: Prices) -> Ticker:
    """A basket as it was composed in the session. It has no level: its composition is the day's."""
    return Ticker(
        symbol=one.symbol,
        name=one.name_in(inputs.lang),
        session_on=move.session_on,
        close=None,
        simple_return=move.simple_return or 0.0,
        levels=_month_of_returns(one, prices.returns_of(one, move.session_on), move.session_on),
    )


def _month_of_closes(series: Series, day: date) -> tuple[float, ...]:
    """Closes from the last one on or before the same date a month earlier; none where it is not known.

    A session that has no bar is passed over: the change from the close before it to the next one is known. A price that
    is not sound, or what looks like a split, leaves none.
    """
    first_on = month_before(day)
    base = max((on for on in series.bars if on <= first_on), default=None)
    if base is None or base < first_on - OLDEST_BASE:
        return ()
    days = sorted(on for on in series.bars if base <= on <= day)
    if {series.faults.get(on, Fault.MISSING_DAY) for on in days} != {Fault.MISSING_DAY}:
        return ()
    levels = [1.0]
    for before, on in pairwise(days):
        change = series.returns.get(on)
        if change is None:
            change = simple_return(series.bars[before], series.bars[on])
            if looks_like_split(change):
                return ()
        levels.append(levels[-1] * (1 + change))
    return tuple(levels)


def _month_of_returns(one: Basket, returns: Mapping[date, float], day: date) -> tuple[float, ...]:
    """The same of a basket; none where a session has too few members."""
    base = previous_session(one.exchange, month_before(day) + timedelta(days=1))
    if base is None:
        return ()
    return levels_of(returns, (base, *sessions_between(one.exchange, after=base, until=day))) or ()
