"""When an edition begins and ends: each morning's covers the 24 hours (23 or 25 on days of clock change) before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contrecoup.settings import Recipient, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What an edition covers: everything after ``since_at`` up to and with ``until_at``."""

    edition_on: date
    since_at: datetime
    until_at: datetime


def window_of(edition_on: date, settings: Settings) -> Window:
    """The window of an edition: from the hour of the one before it to its own, in the settings' time zone."""
    return Window(
        edition_on=edition_on,
        since_at=_hour_of(edition_on - timedelta(days=1), settings),
        until_at=_hour_of(edition_on, settings),
    )


def _hour_of(edition_on: date, settings: Settings) -> datetime:
    return _moment(edition_on, settings.edition_at, settings.timezone)


def _moment(day: date, hour: str, zone: str) -> datetime:
    """A clock's hour in UTC; one that a change of clocks skips is taken as if it had not changed (PEP 495)."""
    return datetime.combine(day, time.fromisoformat(hour), ZoneInfo(zone)).astimezone(UTC)


def leaves_at(edition_on: date, reader: Recipient, settings: Settings) -> datetime:
    """When an edition is due to leave for a reader: the reader's hour of its day, or the edition's own."""
    if reader.at is None:
        return _hour_of(edition_on, settings)
    return _moment(edition_on, reader.at, reader.timezone or settings.timezone)


def edition_at(moment: datetime, settings: Settings) -> date:
    """The date of the edition of a moment: the local date in the settings' time zone."""
    return moment.astimezone(ZoneInfo(settings.timezone)).date()


def days(first: date, last: date) -> Iterator[date]:
    """Every date from first to last."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
