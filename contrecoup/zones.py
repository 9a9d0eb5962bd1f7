"""Names and offsets of time zones as they stand in dates; ``contrecoup.dates`` asks what they are worth."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# Hours east of Greenwich. RFC 822 §5 for the American ones; the European summer names because feedparser reads CEST
# as UTC. Ambiguous names take the reading of the press we follow: IST is India, BST is British Summer Time,
# CST is Chicago.
_HOURS = {
    "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 1, "bst": 1, "cet": 1, "mez": 1, "cest": 2, "mesz": 2,
    "hnec": 1, "haec": 2, "eet": 2, "eest": 3, "msk": 3, "trt": 3, "gst": 4, "ist": 5.5, "ict": 7, "wib": 7, "hkt": 8,
    "sgt": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "acdt": 10.5, "aedt": 11, "nzst": 12,
    "nzdt": 13, "art": -3, "brt": -3, "ndt": -2.5, "nst": -3.5, "ast": -4, "adt": -3, "est": -5, "edt": -4, "cst": -6,
    "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
}  # fmt: skip
# Names that say where and not whether it is summer.
_PLACES = {
    "et": "America/New_York",
    "ct": "America/Chicago",
    "mt": "America/Denver",
    "pt": "America/Los_Angeles",
    "paris": "Europe/Paris",
    "heure de paris": "Europe/Paris",
}
_NUMBER = re.compile(r"(?:utc|gmt|ut)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?(?!\d)")
_NAME = re.compile(r"\(?([a-z]+(?:/[a-z_]+)?(?: de paris)?)")
_MOST_HOURS = 15


def offset_of(text: str, wall: datetime) -> timedelta | None:
    """Offset from UTC named at the beginning of ``text`` (lower case) at the local time ``wall``; None when none is.

    >>> offset_of(" cest", datetime(2025, 6, 10)), offset_of(" gmt+7", datetime(2025, 6, 10))
    (datetime.timedelta(seconds=7200), datetime.timedelta(seconds=25200))
    """
    text = text.strip(" .,;([")
    if match := _NUMBER.match(text):
        sign = -1 if match.group(1) == "-" else 1
        hours, minutes = int(match.group(2)), int(match.group(3) or 0)
        return sign * timedelta(hours=hours, minutes=minutes) if hours < _MOST_HOURS else None
    match = _NAME.match(text)
    if match is None:
        return None
    name = match.group(1)
    if name in _HOURS:
        return timedelta(hours=_HOURS[name])
    return _offset_in(_PLACES.get(name, name), wall)


def _offset_in(place: str, wall: datetime) -> timedelta | None:
    if "/" not in place:
        return None
    region, _, city = place.partition("/")
    try:
        zone = ZoneInfo(f"{region.title()}/{city.title()}")
    except (ZoneInfoNotFoundError, ValueError):
        return None
    return wall.replace(tzinfo=zone).utcoffset()
