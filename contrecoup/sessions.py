"""Sessions of the exchanges: when they open and close, and which one a piece of news could move.

Serves ``bars.py``, ``market.py`` and ``checks.py``, and the flows that ask which sessions have ended. A calendar is
named by its exchange's MIC (``XNYS``, which Nasdaq shares, or ``XPAR``), or is ``24/7`` (crypto) or ``24/5``
(currencies), whose sessions are UTC days that close at 00:00 UTC of the next. Holidays, half days and daylight saving
come from exchange_calendars. All moments are aware and in UTC.
"""

import warnings
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

FIRST = date(2000, 1, 1)
"""Days before this one, and after ``LAST``, have no session."""
LAST = date(2040, 12, 31)
SEVEN_DAYS = "24/7"
FIVE_DAYS = "24/5"
FRIDAY = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """A calendar's sessions in order, with the moments at which each opens and closes."""

    days: tuple[date, ...]
    opens: tuple[datetime, ...]
    closes: tuple[datetime, ...]


@cache
def hours(calendar: str) -> Hours:
    """Every session of a calendar from ``FIRST`` to ``LAST``.

    Raises
    ------
    ValueError
        when exchange_calendars knows no such calendar.

    """
    if calendar in {SEVEN_DAYS, FIVE_DAYS}:
        every = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
        days = tuple(day for day in every if calendar == SEVEN_DAYS or day.isoweekday() <= FRIDAY)
        opens = tuple(datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days)
        return Hours(days=days, opens=opens, closes=tuple(moment + timedelta(days=1) for moment in opens))
    import exchange_calendars  # noqa: PLC0415  its import takes a second, which most commands need not wait

    with warnings.catch_warnings():
        # exchange_calendars 4.13 uses what pandas 3.1 deprecates (Series.values of zoned moments)
        warnings.simplefilter("ignore", DeprecationWarning)
        # both ends are given, for the library's own end is a year after the machine's clock
        schedule = exchange_calendars.get_calendar(calendar, start=FIRST.isoformat(), end=LAST.isoformat()).schedule
    return Hours(
        days=tuple(day.date() for day in schedule.index),
        opens=tuple(moment.to_pydatetime().astimezone(UTC) for moment in schedule["open"]),
        closes=tuple(moment.to_pydatetime().astimezone(UTC) for moment in schedule["close"]),
    )


def is_session(calendar: str, day: date) -> bool:
    """Whether the exchange trades on that day."""
    days = hours(calendar).days
    at = bisect_left(days, day)
    return at < len(days) and days[at] == day


def open_of(calendar: str, session_on: date) -> datetime:
    """Moment at which a session opens.

    Raises
    ------
    LookupError
        when the day is no session.

    """
    return hours(calendar).opens[_position(calendar, session_on)]


def close_of(calendar: str, session_on: date) -> datetime:
    """Moment at which a session closes, half days included.

    Raises
    ------
    LookupError
        when the day is no session.

    """
    return hours(calendar).closes[_position(calendar, session_on)]


def previous_session(calendar: str, day: date) -> date | None:
    """The last session strictly before a day, which may itself be no session."""
    days = hours(calendar).days
    at = bisect_left(days, day)
    return days[at - 1] if at else None


def next_session(calendar: str, day: date) -> date | None:
    """The first session strictly after a day, which may itself be no session."""
    days = hours(calendar).days
    at = bisect_right(days, day)
    return days[at] if at < len(days) else None


def sessions_before(calendar: str, day: date, count: int) -> tuple[date, ...]:
    """The last ``count`` sessions strictly before a day, oldest first; fewer where the calendar begins."""
    days = hours(calendar).days
    at = bisect_left(days, day)
    return days[max(0, at - count) : at]


def sessions_between(calendar: str, *, after: date, until: date) -> tuple[date, ...]:
    """The sessions on the days of (``after``, ``until``], oldest first."""
    days = hours(calendar).days
    return days[bisect_right(days, after) : bisect_right(days, until)]


def session_in_force(calendar: str, moment: datetime) -> date | None:
    """The session that is trading at a moment (its opening counts, its close does not), or None."""
    table = hours(calendar)
    at = bisect_right(table.opens, moment) - 1
    return table.days[at] if at >= 0 and moment < table.closes[at] else None


def last_closed(calendar: str, moment: datetime) -> date | None:
    """The last session whose close is not after a moment."""
    table = hours(calendar)
    at = bisect_right(table.closes, moment)
    return table.days[at - 1] if at else None


def session_moved_by(calendar: str, told_at: datetime) -> date | None:
    """The session that news told at a moment could move: the first to close after it.

    News told after the close (or at it), in a weekend or on a holiday belongs to the next session.
    """
    table = hours(calendar)
    at = bisect_right(table.closes, told_at)
    return table.days[at] if at < len(table.days) else None


def sessions_closed(calendar: str, *, since: datetime, until: datetime) -> tuple[date, ...]:
    """The sessions that closed in (``since``, ``until``], oldest first."""
    table = hours(calendar)
    return table.days[bisect_right(table.closes, since) : bisect_right(table.closes, until)]


def _position(calendar: str, session_on: date) -> int:
    if not is_session(calendar, session_on):
        raise LookupError(f"{session_on} is no session of {calendar}")
    return bisect_left(hours(calendar).days, session_on)
