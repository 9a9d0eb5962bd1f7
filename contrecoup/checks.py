"""Checks: what price bars say of a price move that a text states. (Claim, PriceBar) → Check.

Stored pages on 27 January 2025 say that Nvidia lost 11 % (before the opening), 13 % (during the session) and 17 % (at
the close), and each was true when it was written. A claim is therefore held against the session and the price of which
it speaks, and is contradicted only when no reading of it agrees with sound bars:

- which session: the one it names; else the session during or after which it was told, and for a text told before the
  opening, in a weekend or on a holiday, the last one that closed. A text that names no day may also look back, so the
  session before that one is asked too;
- which price: the close, the open, or any price between low and high, each against the previous close. A claim without
  a period is held against the close first, then against the day's range;
- how near: see ``_tolerance``.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import product

from contrecoup.bars import Fault, Series, close_price, judge_bars, looks_like_split
from contrecoup.models import Check, Claim, PriceBar, Verdict
from contrecoup.sessions import is_session, last_closed, open_of, previous_session, session_in_force, session_moved_by

METHOD = "daily-bars-1"

VENDORS_DIFFER = 0.1
"""Percentage points (or index points) by which two vendors' changes may differ: closing auction, dividends."""
ABOUT_POINTS = 1.5
ABOUT_SHARE = 0.125
"""What "about" allows, whichever is more: one and a half points, or an eighth ("nearly a third" is said of 29.4 %)."""

CLOSE, OPEN, INTRADAY = "close", "open", "intraday"
BASES = {
    "close": (CLOSE,),
    "open": (OPEN,),
    "premarket": (OPEN,),
    "intraday": (INTRADAY,),
    "day": (CLOSE, INTRADAY),
    "unknown": (CLOSE, INTRADAY),
}
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
    ``no_symbol``, ``no_share_count`` (market values), ``no_span_of_time`` (times), ``not_an_index`` (points),
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
    findings = [_read(claim, series, reading) for reading in readings]
    for verdict in (Verdict.CONFIRMED, Verdict.UNCHECKABLE):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    return _uncheckable("may_be_premarket") if _may_be_premarket(claim, told_at, series.calendar) else findings[0]


def _readings(claim: Claim, told_at: datetime, calendar: str) -> Iterator[_Reading]:
    """The sessions and prices that a claim may speak of, the likeliest first; none for a day without a session."""
    bases = (INTRADAY,) if claim.qualifier == "up_to" and CLOSE in BASES[claim.period] else BASES[claim.period]
    for session_on, basis in product(_sessions(claim, told_at, calendar), bases):
        yield _Reading(session_on=session_on, basis=basis)


def _sessions(claim: Claim, told_at: datetime, calendar: str) -> list[date]:
    if claim.session_on is not None:
        return [claim.session_on] if is_session(calendar, claim.session_on) else []
    ahead = _opening_today(calendar, told_at)
    if ahead and claim.period == "premarket":
        return [ahead]
    running = None if claim.period == "close" else session_in_force(calendar, told_at)
    likeliest = running or last_closed(calendar, told_at)
    before = previous_session(calendar, likeliest) if likeliest else None
    return [session for session in (likeliest, before) if session]


def _opening_today(calendar: str, told_at: datetime) -> date | None:
    """The session that opens later on the (UTC) day of the telling, or None."""
    ahead = session_moved_by(calendar, told_at)
    return ahead if ahead and told_at < open_of(calendar, ahead) and ahead == told_at.date() else None


def _may_be_premarket(claim: Claim, told_at: datetime, calendar: str) -> bool:
    """Whether the claim may speak of prices before the opening, which daily bars do not have."""
    if claim.period == "premarket":
        return True
    return claim.period == "unknown" and claim.session_on is None and bool(_opening_today(calendar, told_at))


def _read(claim: Claim, series: Series, reading: _Reading) -> _Finding:
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
    below, above = _tolerance(claim)
    if reading.basis == INTRADAY:
        # any price of the day's range was traded: reaching further than the figure is no contradiction
        above += scale * ((bar.high or math.inf) - (bar.low or 0.0))
    agrees = -below <= sign * measured - claim.size <= above
    differs = "other_direction" if sign * measured < 0 else "differs"
    return _Finding(
        verdict=Verdict.CONFIRMED if agrees else Verdict.CONTRADICTED,
        reason="agrees" if agrees else differs,
        measured=measured,
        basis=f"{reading.basis}@{reading.session_on}",
    )


def _tolerance(claim: Claim) -> tuple[float, float]:
    """How far the measured change may lie below and above the stated size, in the claim's direction.

    A plain figure agrees within one unit of its last digit, for the press both rounds and cuts: "16 %" and "17 %" both
    stand for 16.97 %, "3.2 %" for 3.18 % and 3.28 %. "About" allows an eighth of the figure or a point and a half,
    "nearly" that much below the figure only, and "more than" and "up to" anything above.
    """
    plain = max(10.0 ** min(0, _exponent(claim.size)), VENDORS_DIFFER)
    loose = max(ABOUT_POINTS, ABOUT_SHARE * claim.size)
    return {
        "exact": (plain, plain),
        "about": (loose, loose),
        "nearly": (loose, VENDORS_DIFFER),
        "more_than": (VENDORS_DIFFER, math.inf),
        "up_to": (plain, math.inf),
    }[claim.qualifier]


def _exponent(size: float) -> int:
    exponent = Decimal(repr(size)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
