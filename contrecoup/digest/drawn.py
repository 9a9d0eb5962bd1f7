"""What an edition draws: the session windows of moves, on one scale, and the lines of the market strip.

Made by courses and strip, held by edition, drawn by pictures and curves.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor

STEP = 0.1
"""Between two lines of the grid of a chart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The price, or the relative level of a basket, at the close of a session (``at``) that began at ``opens_at``."""

    opens_at: datetime
    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A session and those before it: ``closes`` up to its own, and how many houses told the story meanwhile.

    ``slots`` share the time from ``start_at`` to ``end_at`` evenly. ``currency`` is None of a basket, whose closes are
    relative to the one before the session.
    """

    closes: tuple[Close, ...]
    start_at: datetime
    end_at: datetime
    slots: tuple[int, ...]
    currency: str | None

    @property
    def changes(self) -> tuple[float, ...]:
        """The closes as fractions, relative to the one before the session."""
        return tuple(close.value / self.closes[-2].value - 1 for close in self.closes)

    @property
    def peak(self) -> int:
        """The most houses in one slot."""
        return max(self.slots)

    @property
    def slot(self) -> timedelta:
        """How long a slot is."""
        return (self.end_at - self.start_at) / len(self.slots)

    @property
    def peak_at(self) -> datetime:
        """When the first slot of the most houses began."""
        return self.start_at + self.slots.index(self.peak) * self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What all charts of an edition share: changes from ``low`` to ``high``, 0 among them, and the most ``houses``."""

    low: float
    high: float
    houses: int

    @property
    def grid(self) -> tuple[float, ...]:
        """The whole tenths of the range, without 0."""
        first, last = (round(end / STEP, 6) for end in (self.low, self.high))
        tenths = range(ceil(first), floor(last) + 1)
        return tuple(STEP * tenth for tenth in tenths if tenth)

    def down(self, change: float) -> float:
        """Where a change stands: 0 at the top of the range, 1 at its bottom."""
        return (self.high - change) / (self.high - self.low) if self.high > self.low else 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """A line of the market strip; a basket has no ``close``.

    ``levels`` are closes relative to that of a month before, oldest first; none where the prices do not reach that far.
    ``earlier`` says that the session closed before the edition's window began.
    """

    symbol: str
    name: str
    session_on: date
    close: float | None
    simple_return: float
    levels: tuple[float, ...]
    earlier: bool = False
