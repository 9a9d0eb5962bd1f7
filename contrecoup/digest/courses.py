"""The session window of a move: closes of the days around it, and under them the attention of its story.

Between the inputs and matches. Both lie on one clock, that of the wall, so that a reader sees whether the press spoke
before the session or after it. Prices are daily: a close holds until the next opening. Attention is counted in slots of
``SLOT_H`` hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contrecoup.bars import Fault
from contrecoup.digest.drawn import Close, Course
from contrecoup.digest.edition import Figure
from contrecoup.digest.inputs import EditionInputs
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import PriceBar, StoryArticle
from contrecoup.panel import Panel
from contrecoup.sessions import close_of, open_of, sessions_before

SESSIONS_BEFORE = 4
SLOT_H = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The judged prices of everything that an edition may draw, as they were known when it ended."""

    panel: Panel
    priced: Mapping[str, Instrument]

    def returns_of(self, instrument: Instrument, session_on: date) -> Mapping[date, float]:
        """Sound returns by session: an instrument's own, or those of a basket as it was composed on the day."""
        if isinstance(instrument, Basket):
            day = self.panel.basket(instrument, instrument.members(self.priced.values()), session_on)
            return {} if isinstance(day, Fault) else day.series.returns
        return self.panel.series(instrument.symbol).returns if instrument.symbol in self.priced else {}

    def close_on(self, symbol: str, day: date) -> float:
        """The close of a session that has a sound return."""
        return self.panel.series(symbol).bars[day].close or 0.0


def prices_of(inputs: EditionInputs) -> Prices:
    """Judge the bars of an edition's inputs."""
    bars: dict[str, list[PriceBar]] = {}
    for bar in inputs.bars:
        bars.setdefault(bar.symbol, []).append(bar)
    priced = {symbol: inputs.instruments[symbol] for symbol in sorted(bars) if symbol in inputs.instruments}
    return Prices(panel=Panel(bars, inputs.instruments, list(priced), inputs.until_at), priced=priced)


def course_of(move: Figure, members: Sequence[StoryArticle], prices: Prices, inputs: EditionInputs) -> Course | None:
    """Closes up to the move's, and who told the story meanwhile; None where the prices have a gap.

    A basket's closes are relative to the one before the move.
    """
    instrument = inputs.instruments.get(move.symbol)
    if instrument is None:
        return None
    returns = prices.returns_of(instrument, move.session_on)
    days = (*sessions_before(instrument.exchange, move.session_on, SESSIONS_BEFORE), move.session_on)
    if (levels := levels_of(returns, days)) is None:
        return None
    is_index = isinstance(instrument, Basket)
    base = 1.0 if is_index else prices.close_on(move.symbol, days[-2])
    closes = tuple(
        Close(
            opens_at=open_of(instrument.exchange, day),
            at=close_of(instrument.exchange, day),
            value=base * level / levels[-2],
        )
        for day, level in zip(days, levels, strict=True)
    )
    start_at = closes[0].at
    slots = _slots(members, start_at, inputs.until_at)
    return Course(
        closes=closes,
        start_at=start_at,
        end_at=start_at + len(slots) * timedelta(hours=SLOT_H),
        slots=slots,
        currency=None if is_index else instrument.currency,
    )


def levels_of(returns: Mapping[date, float], days: Sequence[date]) -> tuple[float, ...] | None:
    """Closes that begin at 1 on the first of the days, by the returns of the others; None when one is missing."""
    levels = [1.0]
    for day in days[1:]:
        if day not in returns:
            return None
        levels.append(levels[-1] * (1 + returns[day]))
    return tuple(levels) if len(levels) > 1 else None


def _slots(members: Sequence[StoryArticle], start_at: datetime, until_at: datetime) -> tuple[int, ...]:
    """Houses that told the story in their own words, by slot; one that tells it twice in a slot counts once."""
    step = timedelta(hours=SLOT_H)
    houses: list[set[str]] = [set() for _ in range(-(-(until_at - start_at) // step))]
    for member in members:
        at = (member.told_at - start_at) // step
        if member.wire_id == member.article_id and 0 <= at < len(houses):
            houses[at].add(member.house)
    return tuple(len(found) for found in houses)
