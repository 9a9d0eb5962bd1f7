"""Spans: between which closes a stated move of a week, a month or a year may have been made. For checks.py.

A newsroom's week is the week to date, the one that just ended, or the last seven days; a month and a year likewise.
Each reading is a pair of sessions: the move is the change from the first one's close to the second one's. Words that
say which one ("last week", "in December", "in 2024") leave one reading alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contrecoup.claim_periods import MONTH, MONTHS
from contrecoup.models import Claim
from contrecoup.sessions import is_session, last_closed, previous_session, session_in_force

FLAGS = re.IGNORECASE
BEFORE = re.compile(r"\b(?:last|previous|prior) (?:week|month|year)|(?:dernière|dernier|passée?|écoulée?)\b", FLAGS)
NAMED_MONTH = re.compile(rf"\b(?:in|during|for|en|au mois de|au mois d['’]|over) (?P<month>{MONTH})\b", FLAGS)
ROLLING = re.compile(r"\b(?:past|last) (?:year|(?:twelve|12) months)|\ba year\b|sur un an|un an\b|one-year", FLAGS)
NAMED_YEAR = re.compile(r"\b(?P<year>20\d\d)\b")
WEEK, YEAR = timedelta(days=7), timedelta(days=365)
# Readings of "a month" by its days; a story of Monday may count to Friday's close, one of Tuesday to Monday's.
MONTHS_DAYS = (28, 30, 31)
# Up to this day of a month, a story of "the month" more often tells of the one that ended.
EARLY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From the close of ``after`` to the close of ``until``, or to the price at the telling while that runs."""

    after: date
    until: date


def spans_of(claim: Claim, told_at: datetime, calendar: str) -> list[Span]:
    """The spans that a claim of a week, a month or a year may speak of, the likeliest first.

    None for a year to date that the words count from an earlier year.

    Raises
    ------
    KeyError
        when the claim has another period.

    """
    last = session_in_force(calendar, told_at) or last_closed(calendar, told_at)
    if last is None:
        return []
    ends = [day for day in (last, previous_session(calendar, last)) if day is not None]
    pairs = {"week": _weeks, "month": _months, "year_to_date": _to_date, "year": _years}[claim.period]
    found: dict[Span, None] = {}
    for after, until in pairs(claim, told_at.date(), ends):
        base, end = _on_or_before(calendar, after), _on_or_before(calendar, min(until, last))
        if base is not None and end is not None and base < end:
            found[Span(after=base, until=end)] = None
    return list(found)


def _on_or_before(calendar: str, day: date) -> date | None:
    return day if is_session(calendar, day) else previous_session(calendar, day)


def _weeks(claim: Claim, told_on: date, ends: list[date]) -> Iterator[tuple[date, date]]:
    sunday = told_on - timedelta(days=told_on.isoweekday() % 7)
    weekend = told_on.isoweekday() > 5  # noqa: PLR2004 (Friday)
    if BEFORE.search(claim.sentence):
        yield sunday - WEEK, sunday
        if weekend:
            yield _sunday(ends[0]), ends[0]
        return
    for end in ends:
        yield _sunday(end), end
    for end in ends:
        yield end - WEEK, end
    yield sunday - WEEK, sunday


def _sunday(day: date) -> date:
    return day - timedelta(days=day.isoweekday())


def _months(claim: Claim, told_on: date, ends: list[date]) -> Iterator[tuple[date, date]]:
    named = NAMED_MONTH.search(claim.sentence)
    first = told_on.replace(day=1)
    if named is not None:
        first = first.replace(month=MONTHS[named["month"].casefold()])
        begin = first if first <= told_on else first.replace(year=first.year - 1)
        yield begin - timedelta(days=1), _last_of_month(begin)
        return
    before = (first - timedelta(days=1)).replace(day=1)
    if told_on.day <= EARLY:
        yield before - timedelta(days=1), _last_of_month(before)
    if BEFORE.search(claim.sentence) is None:
        for end in ends:
            yield end.replace(day=1) - timedelta(days=1), end
    for end in ends:
        for days in MONTHS_DAYS:
            yield end - timedelta(days=days), end
    yield before - timedelta(days=1), _last_of_month(before)


def _last_of_month(first: date) -> date:
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _to_date(claim: Claim, told_on: date, ends: list[date]) -> Iterator[tuple[date, date]]:
    """From the end of the last year; none when the words count from an earlier one ("since the start of 2023")."""
    years = {int(year) for year in NAMED_YEAR.findall(claim.sentence)}
    if not years - {told_on.year}:
        for end in ends:
            yield date(end.year - 1, 12, 31), end


def _years(claim: Claim, told_on: date, ends: list[date]) -> Iterator[tuple[date, date]]:
    rolling = ROLLING.search(claim.sentence) is not None
    years = set() if rolling else {int(year) for year in NAMED_YEAR.findall(claim.sentence)}
    if len(years) > 1:
        return
    if years:
        year = years.pop()
        for end in ends if year == told_on.year else [date(year, 12, 31)]:
            yield date(year - 1, 12, 31), end
        return
    for end in ends:
        yield end - YEAR, end
    yield date(told_on.year - 2, 12, 31), date(told_on.year - 1, 12, 31)
    for end in ends:
        yield date(end.year - 1, 12, 31), end
