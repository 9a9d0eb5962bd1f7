"""The market strip of an edition: benchmarks and baskets of the sessions that closed in its window. Read by build."""

import re

from contrecoup.digest.courses import HUNDRED, Prices, levels_of
from contrecoup.digest.edition import Ticker
from contrecoup.digest.inputs import EditionInputs
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import Move, MoveVerdict
from contrecoup.sessions import close_of, sessions_before

SPARK_SESSIONS = 22
"""Sessions of a sparkline: about a month of them."""
_KIND_OF_FUND = re.compile(r"(?: ETF)?(?: Trust)?$")


def strip_of(inputs: EditionInputs, prices: Prices) -> tuple[Ticker, ...]:
    """The benchmarks and sectors of what was measured, then the baskets, the largest change first.

    A line needs prices of a month without a gap.
    """
    measured = [(inputs.instruments[m.symbol], m) for m in inputs.moves if m.symbol in inputs.instruments]
    factors = dict.fromkeys(factor for one, _ in measured for factor in (one.benchmark, one.sector) if factor)
    benchmarks = [_benchmark(prices.priced[symbol], inputs, prices) for symbol in factors if symbol in prices.priced]
    baskets = [
        _basket(one, move, inputs, prices)
        for one, move in measured
        if isinstance(one, Basket) and move.verdict is not MoveVerdict.UNMEASURED
    ]
    ranked = sorted((one for one in baskets if one), key=lambda one: (-abs(one.simple_return), one.symbol))
    return (*(one for one in benchmarks if one), *ranked)


def _benchmark(one: Instrument, inputs: EditionInputs, prices: Prices) -> Ticker | None:
    """A benchmark on its own clock: its last session that closed in the window."""
    returns = prices.panel.series(one.symbol).returns
    closed = [day for day in returns if inputs.since_at < close_of(one.exchange, day) <= inputs.until_at]
    if not closed:
        return None
    day = max(closed)
    levels = levels_of(returns, (*sessions_before(one.exchange, day, SPARK_SESSIONS), day))
    if levels is None:
        return None
    return Ticker(
        symbol=one.symbol,
        name=_KIND_OF_FUND.sub("", one.name_in(inputs.lang)),
        session_on=day,
        value=prices.close_on(one.symbol, day),
        simple_return=returns[day],
        levels=levels,
    )


def _basket(one: Basket, move: Move, inputs: EditionInputs, prices: Prices) -> Ticker | None:
    """A basket as it was composed in the session; its value is an index."""
    days = (*sessions_before(one.exchange, move.session_on, SPARK_SESSIONS), move.session_on)
    levels = levels_of(prices.returns_of(one, move.session_on), days)
    if levels is None:
        return None
    return Ticker(
        symbol=one.symbol,
        name=one.name_in(inputs.lang),
        session_on=move.session_on,
        value=HUNDRED * levels[-1],
        simple_return=move.simple_return or 0.0,
        levels=levels,
        members=move.members,
    )
