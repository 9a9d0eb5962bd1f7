"""Every form of date that feeds and pages were seen to use, and whom to believe when two disagree."""

from datetime import UTC, datetime, timedelta

import pytest

from contrecoup.dates import Published, choose_date, read_date

SEEN = datetime(2025, 6, 11, tzinfo=UTC)
FOUR = datetime(2025, 6, 10, 4, tzinfo=UTC)


def read(raw: str | None, lang: str | None = None) -> Published:
    """A date as a feed gives it."""
    return read_date(raw, seen_at=SEEN, source="feed", lang=lang)


@pytest.mark.parametrize(
    "raw",
    [
        "Tue, 10 Jun 2025 04:00:00 GMT",
        "Tue, 10 Jun 2025 06:00:00 +0200",
        "Tue, 10 Jun 2025 00:00:00 EDT",
        "Tue, 10 Jun 2025 06:00:00 CEST",
        "Tue, 10 Jun 2025 05:00 BST",
        "Tue, 10 June 2025 04:00:00 Z",
        "Tue, 10 Jun 2025 11:00:00 GMT+7",
        "10 Jun 25 04:00 UT",
        "2025-06-10T04:00:00Z",
        "2025-06-10T06:00:00.123+02:00",
        "2025-06-10 06:00 +0200",
        "2025-06-10T00:00:00-0400",
        "20250610T040000Z",
        "1749528000",
        "1749528000000",
        "Tue Jun 10 04:00:00 UTC 2025",
        "June 10, 2025 12:00 AM EDT",
        "June 10, 2025 at 12 a.m. ET",
        "mar., 10 juin 2025 06:00:00 +0200",
        "mardi 10 juin 2025 à 6h00 (heure de Paris)",
        "Mardi 10 Juin 2025 - 06:00 CEST",
        "2025-06-10T06:00 Europe/Paris",
        "Tue, 10 Jun 2025 03:59:60 GMT",
        "Mon, 09 Jun 2025 24:00:00 -0400",
    ],
)
def test_a_moment_with_its_zone_is_read_exactly(raw: str) -> None:
    """24 spellings of the same morning, French ones among them; feedparser got CEST wrong by two hours."""
    found = read(raw)
    assert found.at is not None
    assert abs(found.at - FOUR) <= timedelta(seconds=1)
    assert (found.lane, found.raw, found.source) == ("dated", raw, "feed")


@pytest.mark.parametrize(
    ("raw", "lang", "at"),
    [
        ("2025-06-10 04:00:00", None, FOUR),
        ("2025-06-10 06:00:00", "fr", FOUR),
        ("2025-01-10 06:00:00", "fr", datetime(2025, 1, 10, 5, tzinfo=UTC)),
        ("10 févr. 2025 06:00", "fr", datetime(2025, 2, 10, 5, tzinfo=UTC)),
        ("1er juin 2025 à 8h30", "fr", datetime(2025, 6, 1, 6, 30, tzinfo=UTC)),
        ("06:30, 10 août 2024", "fr", datetime(2024, 8, 10, 4, 30, tzinfo=UTC)),
        ("Tue Jun 10 04:00:00 2025", "en", FOUR),
    ],
)
def test_without_a_zone_the_clock_of_the_language_is_assumed(raw: str, lang: str | None, at: datetime) -> None:
    """Paris, summer time included, for French and UTC otherwise, with less confidence."""
    found = read(raw, lang)
    assert found.at == at
    assert found.confidence < 0.8


@pytest.mark.parametrize(
    ("raw", "lang", "day", "precision"),
    [
        ("2025-06-10", None, (6, 10), "day"),
        ("Jun 10, 2025", "en", (6, 10), "day"),
        ("03/04/2025", "en", (3, 4), "day"),
        ("25/04/2025", "en", (4, 25), "day"),
        ("03.04.2025", None, (4, 3), "day"),
        ("2025-06", None, (6, 1), "month"),
        ("June 3", "en", (6, 3), "day"),
    ],
)
def test_a_day_is_its_midnight(raw: str, lang: str | None, day: tuple[int, int], precision: str) -> None:
    """The precision says that no time was given."""
    found = read(raw, lang)
    assert found.at == datetime(2025, *day, tzinfo=UTC)
    assert found.precision == precision
    assert found.confidence <= 0.6


def test_a_french_day_comes_before_its_month_and_begins_in_paris() -> None:
    """03/04 is the 3rd of April, whose midnight is 22:00 UTC the day before."""
    assert read("03/04/2025", "fr").at == datetime(2025, 4, 2, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        None, "", "hier", "3 hours ago", "il y a 3 heures", "2025", "0000-00-00", "0000-00-00T00:00:00Z", "-1", "0",
        "2025-02-30", "Mon, 01 Jan 0001 00:00:00 +0000", "10 Foo 2025", "Foo 10, 2025", "1234567890123456", "100000000",
    ],
)  # fmt: skip
def test_what_is_no_date_is_undated(raw: str | None) -> None:
    """The moment of fetching never stands in; the raw string stays."""
    found = read(raw)
    assert (found.at, found.lane, found.raw) == (None, "undated", raw)


@pytest.mark.parametrize("raw", ["2025-06-11T01:00:01Z", "2125-01-01", "9999-12-31T23:59:59Z", "Fri, 13 Jun 2025 GMT"])
def test_a_date_more_than_an_hour_ahead_is_the_future(raw: str) -> None:
    """It has its own lane and no moment (feedbin/support#455)."""
    found = read(raw)
    assert (found.at, found.lane) == (None, "future")


def test_a_clock_may_be_fast_by_an_hour() -> None:
    """Small differences between clocks are no reason to drop a date."""
    assert read("2025-06-11T00:59:00Z").lane == "dated"


@pytest.mark.parametrize("raw", ["2025-06-10 25:00", "2025-06-10 10:75"])
def test_an_impossible_time_leaves_the_day(raw: str) -> None:
    """The day is still right."""
    assert read(raw).precision == "day"


@pytest.mark.parametrize("raw", ["2025-06-10 04:00 Nowhere/Town", "2025-06-10 04:00 XYZ", "2025-06-10 04:00 +9900"])
def test_an_unknown_zone_is_no_zone(raw: str) -> None:
    """The language's clock is assumed then."""
    assert read(raw).at == FOUR
    assert read(raw).confidence < 0.8


def page_date(at: datetime | None, source: str = "jsonld") -> Published:
    """A date as a page gives it."""
    return Published(at=at, raw="x", precision="second", confidence=0.9, source=source, lane="dated")


FEED = page_date(FOUR, "feed")


def test_the_feed_is_believed_when_both_agree() -> None:
    """Its time is usually the finer one."""
    assert choose_date(FEED, page_date(FOUR - timedelta(hours=30)), SEEN) is FEED


def test_the_feed_is_believed_when_the_page_says_nothing() -> None:
    """There is nothing to compare."""
    assert choose_date(FEED, Published(), SEEN) is FEED


def test_the_page_is_believed_when_the_feed_says_nothing() -> None:
    """Whatever clue it comes from."""
    page = page_date(FOUR, "htmldate")
    assert choose_date(Published(), page, SEEN) is page


@pytest.mark.parametrize("days", [3, 40, 400, 900])
def test_an_old_story_with_a_fresh_feed_date_keeps_its_old_date(days: int) -> None:
    """The page states it; the feed only republished it (daily_stock_analysis#697)."""
    page = page_date(FOUR - timedelta(days=days))
    assert choose_date(FEED, page, SEEN) is page


def test_a_guess_does_not_outweigh_the_feed() -> None:
    """What htmldate finds and time elements are clues, not statements."""
    assert choose_date(FEED, page_date(FOUR - timedelta(days=40), "htmldate"), SEEN) is FEED


@pytest.mark.parametrize("at", [datetime(2023, 6, 10, 9, tzinfo=UTC), datetime(2024, 6, 9, 20, tzinfo=UTC)])
def test_a_page_with_a_wrong_year_is_not_believed(at: datetime) -> None:
    """The same day of another year is a slip of the template."""
    assert choose_date(FEED, page_date(at), SEEN) is FEED


def test_a_leap_day_can_carry_a_wrong_year_too() -> None:
    """29 February has no twin in other years; the 28th counts."""
    feed = page_date(datetime(2025, 2, 28, 12, tzinfo=UTC), "feed")
    assert choose_date(feed, page_date(datetime(2024, 2, 29, 12, tzinfo=UTC)), SEEN) is feed


def test_a_page_from_the_future_is_refused() -> None:
    """Le Monde's script string was one (adbar/trafilatura#72)."""
    assert choose_date(Published(), page_date(SEEN + timedelta(days=2)), SEEN).at is None
