"""Checks: what price bars say of a price move that a text states. (Claim, PriceBar) → Check.

Stored pages on 27 January 2025 say that Nvidia lost 11 % (before the opening), 13 % (during the session) and 17 % (at
the close), and each was true when it was written. A claim is therefore held against the session and the price of which
it speaks, and is contradicted only when no reading of it agrees with sound bars:

- which session: the one it names; else the session during or after which it was told, and for a text told before the
  opening, in a weekend or on a holiday, the last one that closed. A text that names no day may also look back, so the
  session before that one is asked too;
- which price: the close, the open, or any price between low and high, each against the previous close. A claim without
  a period is held against the close first. The day's range counts for it only in the session during which it was
  told, before whose close nobody knew the close, or after "up to"; looking back, only the close counts;
- how near: see ``tolerance.py``. "Up to 30 %" may be said of the largest of several falls: a lesser one in the same
  direction is ``at_most``, which bars can neither confirm nor contradict; one that went further at its extreme and at
  its close contradicts it;
- a week, a month or a year: from close to close, see ``spans.py``. What none of their readings shows is contradicted
  when each is far off, for a newsroom counts its weeks in its own way;
- a text that names no time at all may tell of what happened days before ("the stock has surged 25%"). It is confirmed
  by the sessions asked above, but contradicted only when no session and no stretch of the last weeks shows its figure.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from contrecoup.agreement import ALWAYS, opening_today, session_spoken_of
from contrecoup.bars import Fault, Series, close_price, judge_bars, looks_like_split, simple_return
from contrecoup.claim_periods import LONG
from contrecoup.models import Check, Claim, PriceBar, Verdict
from contrecoup.sessions import (
    close_of,
    is_session,
    last_closed,
    open_of,
    previous_session,
    session_in_force,
    sessions_before,
)
from contrecoup.spans import spans_of
from contrecoup.tolerance import Fit, fit, tolerance

METHOD = "daily-bars-3"

CLOSE, OPEN, INTRADAY = "close", "open", "intraday"
BASES = {
    "close": (CLOSE,),
    "open": (OPEN,),
    "premarket": (OPEN,),
    "intraday": (INTRADAY,),
    "day": (CLOSE,),
    "unknown": (CLOSE,),
}
LOOSE = ("day", "unknown")
# How many sessions back a text without a day is asked for its figure, and over how many sessions a stretch is.
SESSIONS_BACK = 10
STRETCH = 22
# A larger move without a day is one of months: no share of the watch-list made it in a session.
HUGE = 50.0
# What is told so soon after the close was often written before it.
JUST_CLOSED = timedelta(minutes=30)
# A stretch is contradicted when each reading of it is off by more than this share of the stated size.
FAR_OFF = 1 / 3
# Share by which adjusted closes change otherwise than the closes when a split lies between; no dividend does so much.
SPLIT_FROM = 0.2
# "Has surged 25%": of no day in particular.
PERFECT = re.compile(
    r"\b(?:has|have|having)\s+(?:\w+\s+){0,3}?(?:\w+ed|risen|fallen|lost|shed|sunk|slid|plummeted|gone|dropped"
    r"|grown|shot|"
    r"leapt|given)\b",
    re.IGNORECASE,
)
UNITS = {"usd_bn": "no_share_count", "eur_bn": "no_share_count"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One session and price that a claim may speak of, held against the close of ``after``, or of the one before."""

    session_on: date
    basis: str
    after: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    verdict: Verdict
    reason: str
    measured: float | None = None
    basis: str = ""


def check_claim(claim: Claim, bars: Sequence[PriceBar], *, told_at: datetime, calendar: str, now: datetime) -> Check:
    """Hold a claim against the bars of its symbol.

    ``basis`` is ``close@2025-01-27`` (or ``open@…``, ``intraday@…``: the day's extreme in the claim's direction), the
    reading that agreed or else the first one; ``measured`` is its change from the previous close. ``reason`` is
    ``agrees``, ``differs``, ``other_direction``, a ``Fault``, or says why the claim cannot be checked:
    ``at_most`` (a lesser move than an "up to"), ``no_symbol``,
    ``no_share_count`` (market values), ``not_an_index`` (points),
    ``period_too_long`` (a stretch that no words measure out), ``period_unclear`` (no reading of a week, month or year
    agrees, but some nearly, or one of a single session), ``no_day_told`` (no day is named, and an earlier one or a
    longer stretch may be meant), ``reached_in_session`` (told just after a close that differs), ``rolling_day`` (24
    hours of a market that never closes), ``no_afterhours_prices``, ``may_be_premarket``, ``not_a_session``,
    ``no_such_price``. For a longer period ``basis`` ends with the day of the close that it is counted from:
    ``close@2025-01-24 from 2025-01-17``.
    """
    finding = _refusal(claim) or _judge(claim, judge_bars(bars, calendar=calendar, now=now), told_at)
    return Check(
        article_id=claim.article_id,
        version=claim.version,
        field=claim.field,
        start=claim.start,
        method=METHOD,
        verdict=finding.verdict,
        measured=finding.measured,
        basis=finding.basis,
        reason=finding.reason,
        checked_at=now,
    )


def _uncheckable(reason: str) -> _Finding:
    return _Finding(verdict=Verdict.UNCHECKABLE, reason=reason)


def _refusal(claim: Claim) -> _Finding | None:
    """Claims of which daily bars can say nothing, whatever they hold."""
    if claim.symbol is None:
        return _uncheckable("no_symbol")
    if claim.unit in UNITS:
        return _uncheckable(UNITS[claim.unit])
    if claim.unit == "points" and not claim.symbol.startswith("^"):
        return _uncheckable("not_an_index")
    if claim.period == "afterhours":
        return _uncheckable("no_afterhours_prices")
    return _uncheckable("period_too_long") if claim.period == "span" else None


def _judge(claim: Claim, series: Series, told_at: datetime) -> _Finding:
    if claim.period in LONG:
        return _judge_span(claim, series, told_at)
    readings = list(_readings(claim, told_at, series.calendar))
    if not readings:
        return _uncheckable("not_a_session")
    findings = [_read(claim, series, reading, told_at) for reading in readings]
    for verdict in (Verdict.CONFIRMED, Verdict.UNCHECKABLE):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    doubt = _doubt(claim, series, told_at, readings[0].session_on)
    return findings[0] if doubt is None else _uncheckable(doubt)


def _judge_span(claim: Claim, series: Series, told_at: datetime) -> _Finding:
    """A claim on a week, a month or a year; while a session runs, its range stands for the price at the telling.

    A range too wide beside the figure confirms nothing, but leaves it in doubt.
    """
    running = session_in_force(series.calendar, told_at)
    spans = spans_of(claim, told_at, series.calendar)
    closes = [_read(claim, series, _Reading(session_on=s.until, basis=CLOSE, after=s.after), told_at) for s in spans]
    ranges = [
        _read(claim, series, _Reading(session_on=running, basis=INTRADAY, after=s.after), told_at)
        for s in spans
        if s.until == running
    ]
    narrow = running is not None and _is_narrow(claim, series.bars.get(running))
    for finding in closes + (ranges if narrow else []):
        if finding.verdict is Verdict.CONFIRMED:
            return finding
    if not closes:
        return _uncheckable("period_too_long")
    if unsound := next((found for found in closes if found.verdict is Verdict.UNCHECKABLE), None):
        return unsound
    # "a darling of the past year, it cratered 28%": the words of time may belong to something else in the sentence
    of_the_day = _readings(replace(claim, period="unknown"), told_at, series.calendar)
    days = (_read(claim, series, reading, told_at) for reading in of_the_day)
    if any(found.verdict is Verdict.CONFIRMED for found in days):
        return _uncheckable("period_unclear")
    return _uncheckable("period_unclear") if any(_is_near(claim, f) for f in (*closes, *ranges)) else closes[0]


def _is_near(claim: Claim, finding: _Finding) -> bool:
    """Whether a measured change is so near a stated stretch that a newsroom may have counted from another day."""
    moved = (finding.measured or 0.0) * (-1 if claim.direction == "down" else 1)
    return finding.verdict is not Verdict.CONTRADICTED or abs(moved - claim.size) <= FAR_OFF * claim.size


def _is_narrow(claim: Claim, bar: PriceBar | None) -> bool:
    """Whether a day's range is small beside the stated size, so that a figure within it shows something."""
    if bar is None or bar.high is None or not bar.low:
        return False
    return 100 * (bar.high / bar.low - 1) <= FAR_OFF * claim.size


def _doubt(claim: Claim, series: Series, told_at: datetime, session_on: date) -> str | None:
    """Why a claim that no reading agrees with may be true all the same, or None."""
    if _may_be_premarket(claim, told_at, series.calendar):
        return "may_be_premarket"
    if claim.period not in (*LOOSE, CLOSE) or claim.qualifier == "up_to":
        return None
    days_ago = (told_at.date() - claim.session_on).days if claim.session_on else 0
    if series.calendar in ALWAYS and days_ago <= 1 and _rolls(claim, series, session_on):
        return "rolling_day"
    running = session_in_force(series.calendar, told_at)
    late = claim.period != CLOSE and told_at < close_of(series.calendar, session_on) + JUST_CLOSED
    if (running or late) and _reached(claim, series, running or session_on):
        return "reached_in_session"
    undated = claim.period == "unknown" and claim.session_on is None
    return "no_day_told" if undated and _told_of_earlier(claim, series, told_at, session_on) else None


def _told_of_earlier(claim: Claim, series: Series, told_at: datetime, session_on: date) -> bool:
    """Whether a claim without any time may be one of an earlier session or of a longer stretch."""
    if claim.size >= HUGE or PERFECT.search(claim.sentence):
        return True
    days = [day for day in sessions_before(series.calendar, session_on, STRETCH) if series.fault_on(day) is None]
    if any(_reached(claim, series, day) for day in days[-SESSIONS_BACK:-1]):
        return True
    last = last_closed(series.calendar, told_at)
    if last is None or series.fault_on(last):
        return False
    now = close_price(series.bars[last])
    changes = [100 * (now / close_price(series.bars[day]) - 1) for day in days[:-1] if day < last]
    return any(fit(claim, change) is Fit.AGREES for change in changes)


def _reached(claim: Claim, series: Series, session_on: date) -> bool:
    """Whether the price went as far as stated at some moment of a session."""
    before = previous_session(series.calendar, session_on)
    if before is None or series.fault_on(session_on) or series.fault_on(before):
        return False
    bar, previous = series.bars[session_on], close_price(series.bars[before])
    extreme = (bar.low if claim.direction == "down" else bar.high) or math.nan
    moved = 100 * (extreme / previous - 1) * (-1 if claim.direction == "down" else 1)
    return moved >= claim.size * (1 - 1e-9) or fit(claim, 100 * (extreme / previous - 1)) is Fit.AGREES


def _rolls(claim: Claim, series: Series, session_on: date) -> bool:
    """Whether some 24 hours of the session and the one before may show the figure."""
    before = previous_session(series.calendar, session_on)
    pair = [series.bars[day] for day in (before, session_on) if day is not None and day in series.bars]
    highs, lows = [bar.high or math.nan for bar in pair], [bar.low or math.nan for bar in pair]
    if len(pair) < 2:  # noqa: PLR2004 (two days hold every 24 hours that end in the second)
        return False
    moved = 1 - min(lows) / max(highs) if claim.direction == "down" else max(highs) / min(lows) - 1
    return 100 * moved >= claim.size - tolerance(claim)[0]


def _readings(claim: Claim, told_at: datetime, calendar: str) -> Iterator[_Reading]:
    """The sessions and prices that a claim may speak of, the likeliest first; none for a day without a session."""
    likeliest = session_spoken_of(claim, told_at, calendar)
    if likeliest is None or not is_session(calendar, likeliest):
        return
    for basis in _bases(claim, likeliest, told_at, calendar):
        yield _Reading(session_on=likeliest, basis=basis)
    before = previous_session(calendar, likeliest)
    if claim.session_on is None and before is not None and likeliest != _premarket_of(claim, told_at, calendar):
        for basis in BASES[claim.period]:
            yield _Reading(session_on=before, basis=basis)


def _bases(claim: Claim, session_on: date, told_at: datetime, calendar: str) -> tuple[str, ...]:
    """The prices of the likeliest session that a claim may speak of."""
    if claim.qualifier == "up_to" and claim.period not in {"open", "premarket"}:
        return (INTRADAY, CLOSE)
    during = open_of(calendar, session_on) <= told_at < close_of(calendar, session_on)
    return (CLOSE, INTRADAY) if during and claim.period in LOOSE else BASES[claim.period]


def _premarket_of(claim: Claim, told_at: datetime, calendar: str) -> date | None:
    return opening_today(calendar, told_at) if claim.period == "premarket" else None


def _may_be_premarket(claim: Claim, told_at: datetime, calendar: str) -> bool:
    """Whether the claim may speak of prices before the opening, which daily bars do not have."""
    if claim.period == "premarket":
        return True
    ahead = opening_today(calendar, told_at)
    return ahead is not None and claim.period in LOOSE and claim.session_on in {None, ahead}


def _read(claim: Claim, series: Series, reading: _Reading, told_at: datetime) -> _Finding:
    if fault := series.fault_on(reading.session_on):
        return _uncheckable(fault)
    bar = series.bars[reading.session_on]
    before = reading.after or previous_session(series.calendar, reading.session_on)
    if before is None or before not in series.bars:
        return _uncheckable(Fault.MISSING_DAY)
    if reading.after and _splits_within(series, before, reading.session_on):
        return _uncheckable(Fault.SPLIT_SUSPECTED)
    previous = _base(series.bars[before], bar)
    if reading.after is None and looks_like_split(close_price(bar) / close_price(series.bars[before]) - 1):
        return _uncheckable(Fault.SPLIT_SUSPECTED)
    known = told_at >= close_of(series.calendar, reading.session_on)
    return _measure(claim, bar, reading, previous, known=known)


def _measure(claim: Claim, bar: PriceBar, reading: _Reading, previous: float, *, known: bool) -> _Finding:
    """Hold a claim against one price of a bar; ``known`` is whether its close was when the text was told."""
    sign = -1 if claim.direction == "down" else 1
    extreme = bar.low if sign < 0 else bar.high
    price = {CLOSE: bar.close, OPEN: bar.open, INTRADAY: extreme}[reading.basis]
    if price is None or not math.isfinite(price):
        return _uncheckable("no_such_price")
    scale = 1.0 if claim.unit == "points" else 100 / previous
    measured = scale * (price - previous)
    # Any price of the day's range was traded: that it reached further is no contradiction. "Up to" is the extreme
    # itself, of which a text told before the close did not know the last word.
    ranged = reading.basis == INTRADAY and not (known and claim.qualifier == "up_to")
    found = fit(claim, measured, room=scale * ((bar.high or math.inf) - (bar.low or 0.0)) if ranged else 0.0)
    if found is Fit.AT_MOST:
        return _uncheckable(found)
    return _Finding(
        verdict=Verdict.CONFIRMED if found is Fit.AGREES else Verdict.CONTRADICTED,
        reason=found,
        measured=measured,
        basis=f"{reading.basis}@{reading.session_on}" + (f" from {reading.after}" if reading.after else ""),
    )


def _splits_within(series: Series, after: date, until: date) -> bool:
    """Whether a split is suspected between two closes, which could then not be compared."""
    return any(fault is Fault.SPLIT_SUSPECTED for day, fault in series.faults.items() if after < day <= until)


def _base(before: PriceBar, bar: PriceBar) -> float:
    """The close that a change is counted from, in the money of ``bar``'s prices.

    The press counts from the price that was paid, dividends or not; only a split is taken out by the adjusted closes.
    """
    plain, adjusted = (bar.close or math.nan) / (before.close or math.nan), 1 + simple_return(before, bar)
    split = not math.isclose(plain, adjusted, rel_tol=SPLIT_FROM)
    return (bar.close or math.nan) / adjusted if split else before.close or math.nan
