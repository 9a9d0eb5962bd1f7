"""Dates of publication: what a feed or a page says, read by one policy, never replaced by the time of fetching.

``extractors.feeds`` and ``extractors.articles`` hand in raw strings; ``choose_date`` settles what an article says when
both spoke. A date in the future or before the Web is no date: the raw string stays, the moment does not.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from contrecoup.zones import offset_of

FUTURE_SLACK = timedelta(hours=1)
"""How far ahead of our clock a date may be (FIELD §1.2: feedbin/support#455, adbar/trafilatura#72)."""

OLDEST_YEAR = 1990
RERUN_AGE = timedelta(days=2)

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "jan january janv janvier",
            "feb february fev fevr fevrier",
            "mar march mars",
            "apr april avr avril",
            "may mai",
            "jun june juin",
            "jul july juil juillet",
            "aug august aou aout",
            "sep sept september septembre",
            "oct october octobre",
            "nov november novembre",
            "dec december decembre",
        ),
        start=1,
    )
    for name in names.split()
}
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?=t?\d{4}|$)")
_DAY_FIRST = re.compile(
    r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th)?[\s.,-]+(?:of\s+)?([a-z]{3,10})[\s.,-]+(\d{4}|\d{2})(?!\d)"
)
_MONTH_FIRST = re.compile(r"(?<![a-z])([a-z]{3,10})[\s.]+(\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(\d{4}))?(?![\d:])")
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)")
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?(?:\.\d+)?$")
_TIME = re.compile(r"(?<![\d:+-])t?(\d{1,2})\s*[:h]\s*(\d{2})(?:\s*:\s*(\d{2})(?:[.,]\d+)?)?\s*([ap]\.?m\b)?")
_BASIC_TIME = re.compile(r"t(\d{2})(\d{2})(\d{2})?(?:[.,]\d+)?()(?=[z+-]|$)")
_HOUR_ONLY = re.compile(r"(?<!\d)(\d{1,2})()()\s*([ap]\.?m\b)")
_YEAR = re.compile(r"(?<!\d)(\d{4})(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """When something says it was published.

    ``precision`` is second, minute, day, month or none; ``confidence`` is in 0..1; ``source`` says where it was read
    (feed, jsonld, meta, time, htmldate, none); ``lane`` is dated, undated or future. ``at`` is None unless dated.
    A day stands for its midnight in the zone that was assumed.
    """

    at: datetime | None = None
    raw: str | None = None
    precision: str = "none"
    confidence: float = 0.0
    source: str = "none"
    lane: str = "undated"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    year: int
    month: int
    day: int
    precision: str
    confidence: float
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clock:
    hour: int
    minute: int
    second: int
    precision: str
    end: int


def read_date(raw: str | None, *, seen_at: datetime, source: str, lang: str | None = None) -> Published:
    """Read a date in any of the forms that feeds and pages use, in English or French.

    RFC 822 and 2822, ISO 8601 and W3CDTF, asctime, epochs in seconds or milliseconds, names of months in both
    languages, zones by offset or by name (``CEST``, ``GMT+7``). Without a zone, the clock of Paris is assumed
    for French and UTC otherwise, with less confidence; ``03/04/2025`` is 3 April in French and 4 March otherwise.
    """
    text = _fold(raw or "")
    undated = Published(raw=raw, source=source if raw else "none")
    if _EPOCH.fullmatch(text):
        at, precision, confidence = _from_epoch(float(text)), "second", 0.8
    else:
        day = _read_day(text, lang, seen_at)
        if day is None:
            return undated
        at, precision, confidence = _moment(text, day, lang)
    if at is None or at.year < OLDEST_YEAR:
        return undated
    if at > seen_at + FUTURE_SLACK:
        return replace(undated, lane="future")
    return Published(at=at, raw=raw, precision=precision, confidence=confidence, source=source, lane="dated")


def choose_date(feed: Published, page: Published, seen_at: datetime) -> Published:
    """Settle an article's date between its feed and its page; the ``source`` of the answer says which won.

    The feed wins, except when it has no date, or when the page states (in JSON-LD or meta tags) that it is
    more than two days older: then an old story was put into the feed again
    (ZhuLinsen/daily_stock_analysis#697). A page that is whole years off on the same day of the year carries a wrong
    year, and dates ahead of ``seen_at`` are refused.
    """
    if page.at is None or page.at > seen_at + FUTURE_SLACK:
        return feed
    if feed.at is None:
        return page
    stated = page.source in {"jsonld", "meta"}
    old_story = stated and feed.at - page.at > RERUN_AGE and not _wrong_year(feed.at, page.at)
    return page if old_story else feed


def _wrong_year(one: datetime, other: datetime) -> bool:
    """Whether two moments lie whole years apart, to a day (29 February counts as the 28th)."""
    years = round((one - other) / timedelta(days=365.2425))
    if not years:
        return False
    day = min(other.day, 28) if other.month == 2 else other.day  # noqa: PLR2004
    return abs(one.date() - other.date().replace(year=other.year + years, day=day)) <= timedelta(days=1)


def _fold(raw: str) -> str:
    """Lower case, no accents, one space: ``Févr.`` and ``fevr.`` read alike."""
    letters = unicodedata.normalize("NFKD", raw[:200]).lower()
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _from_epoch(number: float) -> datetime | None:
    return datetime.fromtimestamp(number / 1000 if number >= 1e11 else number, UTC)  # noqa: PLR2004


def _read_day(text: str, lang: str | None, seen_at: datetime) -> _Day | None:
    """The calendar day that the text names."""
    if match := _ISO.match(text) or _BASIC.match(text):
        year, month, day = match.groups()
        return _Day(
            year=int(year),
            month=int(month),
            day=int(day or 1),
            precision="day" if day else "month",
            confidence=0.95 if day else 0.3,
            end=match.end(),
        )
    if match := _SLASHED.search(text):
        return _slashed(match, lang)
    return _named(text, seen_at)


def _named(text: str, seen_at: datetime) -> _Day | None:
    """A day whose month has a name: ``10 juin 2025``, ``Jun 10, 2025``, ``Tue Jun 10 04:00:00 2025``."""
    for match in _DAY_FIRST.finditer(text):
        if month := _MONTHS.get(match.group(2)):
            year = _full_year(match.group(3))
            return _Day(
                year=year, month=month, day=int(match.group(1)), precision="day", confidence=0.95, end=match.end()
            )
    for match in _MONTH_FIRST.finditer(text):
        if month := _MONTHS.get(match.group(1)):
            later = _YEAR.search(text, match.end())
            year = int(match.group(3) or (later.group() if later else seen_at.year))
            stated = match.group(3) or later
            return _Day(
                year=year,
                month=month,
                day=int(match.group(2)),
                precision="day",
                confidence=0.95 if stated else 0.3,
                end=match.end(),
            )
    return None


def _slashed(match: re.Match[str], lang: str | None) -> _Day:
    first, second, year = map(int, match.groups())
    sure = max(first, second) > 12  # noqa: PLR2004
    day_first = first > 12 or (not sure and lang != "en" and (lang is not None or "." in match.group()))  # noqa: PLR2004
    day, month = (first, second) if day_first else (second, first)
    confidence = 0.9 if sure or lang == "fr" else 0.3
    return _Day(year=year, month=month, day=day, precision="day", confidence=confidence, end=match.end())


def _full_year(digits: str) -> int:
    """Two digits count from 2000 up to 49, from 1900 above (RFC 2822 §4.3)."""
    year = int(digits)
    if len(digits) > 2:  # noqa: PLR2004
        return year
    return year + (2000 if year < 50 else 1900)  # noqa: PLR2004


def _moment(text: str, day: _Day, lang: str | None) -> tuple[datetime | None, str, float]:
    """The moment of a day and the time beside it, its precision and confidence; None when there is no such moment."""
    clock = _read_clock(text, day.end)
    paris = lang == "fr"
    zone = ZoneInfo("Europe/Paris") if paris else UTC
    try:
        start = datetime(day.year, day.month, day.day, tzinfo=zone)
        if clock is None:
            return start.astimezone(UTC), day.precision, min(day.confidence, 0.6)
        wall = start.replace(hour=clock.hour % 24, minute=clock.minute, second=min(clock.second, 59))
        wall += timedelta(days=clock.hour // 24)
        offset = offset_of(text[clock.end :], wall.replace(tzinfo=None))
        if offset is None:
            return wall.astimezone(UTC), clock.precision, min(day.confidence, 0.7 if paris else 0.6)
        return (wall.replace(tzinfo=UTC) - offset), clock.precision, day.confidence
    except (ValueError, OverflowError):
        return None, "none", 0.0


def _read_clock(text: str, start: int) -> _Clock | None:
    """The time of day behind the date, or before it (``06:30, 10 juin 2025``)."""
    match = (
        _BASIC_TIME.match(text, start)
        or _TIME.search(text, start)
        or _HOUR_ONLY.search(text, start)
        or _TIME.search(text)
    )
    if match is None:
        return None
    hour, minute, half = int(match.group(1)), int(match.group(2) or 0), match.group(4) or ""
    if half:
        hour = hour % 12 + (12 if half[0] == "p" else 0)
    if hour > 24 or minute > 59:  # noqa: PLR2004
        return None
    precision = "second" if match.group(3) else "minute"
    return _Clock(hour=hour, minute=minute, second=int(match.group(3) or 0), precision=precision, end=match.end())
