"""When a mail that was put off is tried again."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from contrecoup.editions import leaves_at
from contrecoup.models import Delivery, DeliveryState
from contrecoup.retries import MOST_TRIES, next_try
from contrecoup.settings import Recipient, Settings

DAY = date(2025, 1, 28)
HOUR = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
READER = Recipient(address="anne@bank.example")
SETTINGS = Settings(recipients=(READER,))


def _row(attempts: int, at: datetime, edition_on: date = DAY) -> Delivery:
    return Delivery(
        edition_on=edition_on,
        lang="fr",
        profile="default",
        recipient=READER.address,
        state=DeliveryState.PLANNED,
        message_id="<digest@newsroom.example>",
        attempts=attempts,
        at=at,
        detail="",
    )


def _tries(first: datetime, reader: Recipient = READER, edition_on: date = DAY) -> list[datetime]:
    """Every try of a mail that is always put off, from its first one on."""
    tries = [first]
    while moment := next_try(_row(len(tries), tries[-1], edition_on), reader, SETTINGS):
        tries.append(moment)
    return tries


def test_a_mail_is_tried_again_after_1_5_15_and_60_minutes() -> None:
    """Each wait counts from the try before, and after the fifth try there is none."""
    tries = _tries(HOUR)
    assert [(later - one) // timedelta(minutes=1) for one, later in pairwise(tries)] == [1, 5, 15, 60]
    assert len(tries) == MOST_TRIES


def test_a_mail_that_was_never_tried_is_due_at_its_readers_hour() -> None:
    """Whenever it was planned, and also when that hour has long passed."""
    for at in (HOUR - timedelta(hours=3), HOUR + timedelta(days=1)):
        assert next_try(_row(0, at), READER, SETTINGS) == HOUR


def test_no_try_comes_before_the_readers_hour() -> None:
    """Of a reader who moved it to noon after the first try."""
    noon = Recipient(address=READER.address, at="12:00")
    assert next_try(_row(1, HOUR), noon, SETTINGS) == datetime(2025, 1, 28, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(("minutes_before", "tries"), [(300, 5), (82, 5), (81, 4), (21, 3), (6, 2), (1, 1), (-60, 1)])
def test_no_try_is_planned_once_the_next_edition_is_due(minutes_before: int, tries: int) -> None:
    """A day goes from one hour of its reader to the next: 81 minutes hold four more tries, the last one excluded."""
    first = HOUR + timedelta(days=1) - timedelta(minutes=minutes_before)
    assert len(_tries(first)) == tries


@pytest.mark.parametrize(
    ("edition_on", "hours"), [(date(2025, 3, 29), 23), (date(2025, 10, 25), 25), (date(2028, 2, 28), 24)]
)
def test_a_day_on_which_the_clocks_change_ends_with_its_hour_too(edition_on: date, hours: int) -> None:
    """The last moment that still has a try is 23, 24 or 25 hours after the first."""
    hour = leaves_at(edition_on, READER, SETTINGS)
    end = hour + timedelta(hours=hours)
    assert next_try(_row(1, end - timedelta(minutes=1, seconds=1), edition_on), READER, SETTINGS) is not None
    assert next_try(_row(1, end - timedelta(minutes=1), edition_on), READER, SETTINGS) is None


def test_a_reader_of_another_zone_has_a_day_of_their_own() -> None:
    """An evening in New York is the next morning in Paris, and its tries go on all the same."""
    evening = Recipient(address=READER.address, at="21:00", timezone="America/New_York")
    first = leaves_at(DAY, evening, SETTINGS)
    assert first == datetime(2025, 1, 29, 2, 0, tzinfo=UTC)
    assert _tries(first, evening)[-1] == first + timedelta(minutes=81)
