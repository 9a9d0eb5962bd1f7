from datetime import UTC, date, datetime

import pytest

from contrecoup.sessions import (
    FIRST,
    LAST,
    close_of,
    is_session,
    last_closed,
    next_session,
    open_of,
    previous_session,
    session_in_force,
    session_moved_by,
    sessions_before,
    sessions_between,
    sessions_closed,
)

MONDAY = date(2025, 1, 27)


def utc(day: int, hour: int, minute: int = 0, *, month: int = 1, year: int = 2025) -> datetime:
    """A moment of January 2025."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("calendar", "session_on", "closes_at"),
    [
        ("XNYS", MONDAY, utc(27, 21)),
        ("XNYS", date(2025, 7, 7), utc(7, 20, month=7)),
        ("XNYS", date(2026, 11, 27), utc(27, 18, month=11, year=2026)),
        ("XPAR", MONDAY, utc(27, 16, 30)),
        ("XPAR", date(2026, 12, 24), utc(24, 13, 5, month=12, year=2026)),
        ("24/7", MONDAY, utc(28, 0)),
        ("24/5", MONDAY, utc(28, 0)),
    ],
    ids=["winter", "summer time", "New York half day", "Paris", "Paris half day", "crypto", "currencies"],
)
def test_a_session_closes_at_its_own_hour(calendar: str, session_on: date, closes_at: datetime) -> None:
    """Half days and daylight saving count, and crypto days end at midnight UTC."""
    assert close_of(calendar, session_on) == closes_at


@pytest.mark.parametrize(
    ("calendar", "day", "open_"),
    [
        ("XNYS", date(2025, 1, 9), False),
        ("XNYS", date(2025, 1, 20), False),
        ("XPAR", date(2025, 1, 20), True),
        ("XPAR", date(2025, 5, 1), False),
        ("24/7", date(2025, 1, 26), True),
        ("24/5", date(2025, 1, 26), False),
        ("XNYS", date(1999, 6, 1), False),
        ("XNYS", date(2041, 6, 3), False),
    ],
)
def test_holidays_are_no_sessions(calendar: str, day: date, open_: bool) -> None:  # noqa: FBT001  a parameter of the table
    """New York mourned on 9 January 2025 and rested on the 20th, while Paris traded."""
    assert is_session(calendar, day) is open_


def test_the_close_of_a_holiday_is_an_error() -> None:
    """Nobody may take a holiday for a session."""
    with pytest.raises(LookupError, match="2025-01-20 is no session of XNYS"):
        close_of("XNYS", date(2025, 1, 20))


def test_neighbouring_sessions_skip_weekends_and_holidays() -> None:
    """From Friday 17 January to Tuesday 21, over the weekend and a Monday off."""
    assert next_session("XNYS", date(2025, 1, 17)) == date(2025, 1, 21)
    assert previous_session("XNYS", date(2025, 1, 21)) == date(2025, 1, 17)
    assert sessions_before("XNYS", date(2025, 1, 22), 2) == (date(2025, 1, 17), date(2025, 1, 21))


@pytest.mark.parametrize(
    ("told_at", "moved"),
    [
        (utc(24, 20, 59), date(2025, 1, 24)),
        (utc(24, 21), MONDAY),
        (utc(25, 12), MONDAY),
        (utc(27, 9), MONDAY),
        (utc(17, 22), date(2025, 1, 21)),
    ],
    ids=["before the close", "at the close", "Saturday", "before the opening", "before a long weekend"],
)
def test_news_moves_the_first_session_that_closes_after_it(told_at: datetime, moved: date) -> None:
    """News after the close belongs to the next session."""
    assert session_moved_by("XNYS", told_at) == moved


# Clocks change on different Sundays: New York on 9 March and 2 November 2025, Paris on 30 March and 26 October. In
# between, New York opens an hour earlier by Paris's clock (five hours apart), so that the two trade together longer.
@pytest.mark.parametrize(
    ("day", "new_york", "paris"),
    [
        (
            date(2025, 3, 7),
            (utc(7, 14, 30, month=3), utc(7, 21, month=3)),
            (utc(7, 8, month=3), utc(7, 16, 30, month=3)),
        ),
        (
            date(2025, 3, 10),
            (utc(10, 13, 30, month=3), utc(10, 20, month=3)),
            (utc(10, 8, month=3), utc(10, 16, 30, month=3)),
        ),
        (
            date(2025, 3, 28),
            (utc(28, 13, 30, month=3), utc(28, 20, month=3)),
            (utc(28, 8, month=3), utc(28, 16, 30, month=3)),
        ),
        (
            date(2025, 3, 31),
            (utc(31, 13, 30, month=3), utc(31, 20, month=3)),
            (utc(31, 7, month=3), utc(31, 15, 30, month=3)),
        ),
        (
            date(2025, 10, 24),
            (utc(24, 13, 30, month=10), utc(24, 20, month=10)),
            (utc(24, 7, month=10), utc(24, 15, 30, month=10)),
        ),
        (
            date(2025, 10, 27),
            (utc(27, 13, 30, month=10), utc(27, 20, month=10)),
            (utc(27, 8, month=10), utc(27, 16, 30, month=10)),
        ),
        (
            date(2025, 11, 3),
            (utc(3, 14, 30, month=11), utc(3, 21, month=11)),
            (utc(3, 8, month=11), utc(3, 16, 30, month=11)),
        ),
    ],
    ids=[
        "winter",
        "March, five hours apart",
        "the last day of it",
        "summer",
        "the last day of summer in Paris",
        "October, five hours apart",
        "winter again",
    ],
)
def test_both_clocks_change_on_their_own_sundays(
    day: date, new_york: tuple[datetime, datetime], paris: tuple[datetime, datetime]
) -> None:
    """Sessions open and close at the same local hour in either zone."""
    assert (open_of("XNYS", day), close_of("XNYS", day)) == new_york
    assert (open_of("XPAR", day), close_of("XPAR", day)) == paris


@pytest.mark.parametrize(
    ("calendar", "told_at", "moved"),
    [
        ("XNYS", utc(7, 20, 30, month=3), date(2025, 3, 7)),
        ("XNYS", utc(10, 20, 30, month=3), date(2025, 3, 11)),
        ("XPAR", utc(28, 16, month=3), date(2025, 3, 28)),
        ("XPAR", utc(31, 16, month=3), date(2025, 4, 1)),
        ("XPAR", utc(24, 16, month=10), date(2025, 10, 27)),
        ("XPAR", utc(27, 16, month=10), date(2025, 10, 27)),
        ("XNYS", utc(31, 20, 30, month=10), date(2025, 11, 3)),
        ("XNYS", utc(3, 20, 30, month=11), date(2025, 11, 3)),
        ("XNYS", utc(28, 18, month=11), date(2025, 12, 1)),
        ("XNYS", utc(28, 17, 59, month=11), date(2025, 11, 28)),
        ("XPAR", utc(24, 13, 5, month=12), date(2025, 12, 29)),
        ("XPAR", utc(24, 13, 4, month=12), date(2025, 12, 24)),
        ("24/7", utc(30, 1, 30, month=3), date(2025, 3, 30)),
        ("24/7", utc(26, 23, 59, month=10), date(2025, 10, 26)),
        ("24/7", utc(2, 0, month=11), date(2025, 11, 2)),
    ],
)
def test_news_after_the_close_belongs_to_the_next_session_in_either_zone(
    calendar: str, told_at: datetime, moved: date
) -> None:
    """The same UTC hour is before the close in one week and after it in the next, half days included."""
    assert session_moved_by(calendar, told_at) == moved


def test_sessions_between_two_days_leave_the_first_out() -> None:
    """Over a New York holiday, while Paris trades."""
    friday, tuesday = date(2025, 1, 17), date(2025, 1, 21)
    assert sessions_between("XNYS", after=friday, until=tuesday) == (tuesday,)
    assert sessions_between("XPAR", after=friday, until=tuesday) == (date(2025, 1, 20), tuesday)
    assert len(sessions_between("24/7", after=friday, until=tuesday)) == 4


def test_a_session_is_in_force_from_its_opening_until_its_close() -> None:
    """The opening counts, the close does not."""
    assert open_of("XNYS", MONDAY) == utc(27, 14, 30)
    assert session_in_force("XNYS", utc(27, 14, 29)) is None
    assert session_in_force("XNYS", utc(27, 14, 30)) == MONDAY
    assert session_in_force("XNYS", utc(27, 21)) is None
    assert session_in_force("24/7", utc(26, 0)) == date(2025, 1, 26)


def test_sessions_closed_since_the_last_edition_are_those_in_the_half_open_span() -> None:
    """A close at the first moment belonged to the edition before, one at the last moment belongs to this one."""
    assert sessions_closed("XNYS", since=utc(24, 21), until=utc(28, 21)) == (MONDAY, date(2025, 1, 28))
    assert sessions_closed("24/7", since=utc(26, 5), until=utc(27, 5)) == (date(2025, 1, 26),)
    assert last_closed("XPAR", utc(27, 16, 30)) == MONDAY


def test_the_calendar_has_two_ends() -> None:
    """Before the first and after the last session there is none, and no exception."""
    early, late = datetime(1999, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC)
    assert previous_session("24/7", FIRST) is None
    assert next_session("24/7", LAST) is None
    assert session_moved_by("24/7", late) is None
    assert last_closed("24/7", early) is None
    assert session_in_force("24/7", early) is None
