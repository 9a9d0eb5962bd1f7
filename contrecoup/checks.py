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
  its close contradicts it.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.agreement import opening_today, session_spoken_of
from contrecoup.bars import Fault, Series, close_price, judge_bars, looks_like_split
from contrecoup.models import Check, Claim, PriceBar, Verdict
from contrecoup.sessions import close_of, is_session, open_of, previous_session
from contrecoup.tolerance import Fit, fit

METHOD = "daily-bars-2"

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
UNITS = {"usd_bn": "no_share_count", "eur_bn": "no_share_count", "times": "no_span_of_time"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One session and price that a claim may speak of."""

    session_on: date
    basis: str


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
    ``no_share_count`` (market values), ``no_span_of_time`` (times), ``not_an_index`` (points),
    ``period_too_long``, ``no_afterhours_prices``, ``may_be_premarket``, ``not_a_session``, ``no_such_price``.
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
    return None if claim.period in BASES else _uncheckable("period_too_long")


def _judge(claim: Claim, series: Series, told_at: datetime) -> _Finding:
    readings = list(_readings(claim, told_at, series.calendar))
    if not readings:
        return _uncheckable("not_a_session")
    findings = [_read(claim, series, reading, told_at) for reading in readings]
    for verdict in (Verdict.CONFIRMED, Verdict.UNCHECKABLE):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    return _uncheckable("may_be_premarket") if _may_be_premarket(claim, told_at, series.calendar) else findings[0]


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
    previous_on = previous_session(series.calendar, reading.session_on)
    previous = close_price(series.bars[previous_on]) if previous_on else math.nan
    if looks_like_split(close_price(bar) / previous - 1):
        return _uncheckable(Fault.SPLIT_SUSPECTED)
    sign = -1 if claim.direction == "down" else 1
    extreme = bar.low if sign < 0 else bar.high
    price = {CLOSE: bar.close, OPEN: bar.open, INTRADAY: extreme}[reading.basis]
    if price is None or not math.isfinite(price):
        return _uncheckable("no_such_price")
    scale = 1.0 if claim.unit == "points" else 100 / previous
    measured = scale * (price - previous)
    # Any price of the day's range was traded: that it reached further is no contradiction. "Up to" is the extreme
    # itself, of which a text told before the close did not know the last word.
    known = claim.qualifier == "up_to" and told_at >= close_of(series.calendar, reading.session_on)
    ranged = reading.basis == INTRADAY and not known
    found = fit(claim, measured, room=scale * ((bar.high or math.inf) - (bar.low or 0.0)) if ranged else 0.0)
    if found is Fit.AT_MOST:
        return _uncheckable(found)
    return _Finding(
        verdict=Verdict.CONFIRMED if found is Fit.AGREES else Verdict.CONTRADICTED,
        reason=found,
        measured=measured,
        basis=f"{reading.basis}@{reading.session_on}",
    )
