"""When an edition begins and ends: each morning's covers the 24 hours (23 or 25 on days of clock change) before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from contrecoup.settings import Settings


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
    local = datetime.combine(edition_on, time.fromisoformat(settings.edition_at), ZoneInfo(settings.timezone))
    return local.astimezone(UTC)


def edition_at(moment: datetime, settings: Settings) -> date:
    """The date of the edition of a moment: the local date in the settings' time zone."""
    return moment.astimezone(ZoneInfo(settings.timezone)).date()


def days(first: date, last: date) -> Iterator[date]:
    """Every date from first to last."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
