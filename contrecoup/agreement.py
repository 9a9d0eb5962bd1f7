"""Agreement: whether what articles state of a price is what was measured that session. For links.py.

A claim that agrees shows that the story's own authors speak of this move. It is read against the session it speaks of:
its own ``session_on``, else the one trading (or last closed) when it was told, or the coming one before the opening.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.models import Claim
from contrecoup.sessions import last_closed, session_in_force, session_moved_by

# A stated size agrees within half a point or a tenth of it, twice that after "about" or "nearly": newsrooms round.
POINTS, SHARE = 0.005, 0.10
LOOSE = ("about", "nearly")
# What a claim is worth: direction and size at the close; direction while the session was still open (or ahead);
# direction with another size.
EXACT, EARLIER, DIRECTION = 1.0, 0.7, 0.5
SPOKEN_EARLIER = ("open", "premarket", "intraday")
OTHER_PERIODS = ("afterhours", "week", "month", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A claim and what it is worth against the measured return: 0 when it states the other direction."""

    claim: Claim
    told_at: datetime
    worth: float


def session_spoken_of(claim: Claim, told_at: datetime, calendar: str) -> date | None:
    """The session whose price a claim states, None when it states a longer period or an after-hours price."""
    if claim.period in OTHER_PERIODS:
        return None
    if claim.session_on is not None:
        return claim.session_on
    if claim.period == "premarket":
        return session_moved_by(calendar, told_at)
    return session_in_force(calendar, told_at) or last_closed(calendar, told_at)


def agreement_of(claim: Claim, measured: float) -> float:
    """What a claim of the same session is worth against a simple return (0.01 = 1 %)."""
    if (claim.direction == "up") != (measured > 0):
        return 0.0
    if claim.period in SPOKEN_EARLIER:
        return EARLIER
    return EXACT if claim.unit == "percent" and _size_agrees(claim, abs(measured)) else DIRECTION


def _size_agrees(claim: Claim, measured: float) -> bool:
    stated = claim.size / 100
    slack = max(POINTS, SHARE * stated) * (2 if claim.qualifier in LOOSE else 1)
    if claim.qualifier == "up_to":
        return measured <= stated + slack
    if claim.qualifier == "more_than":
        return measured >= stated - slack
    return abs(measured - stated) <= slack


def best_first(agreed: Iterable[Agreed]) -> list[Agreed]:
    """The claims by their worth, a title before a lead before a body, then as they were told."""
    places = {"title": 0, "lead": 1, "text": 2}
    return sorted(agreed, key=lambda a: (-a.worth, places[a.claim.field], a.told_at, a.claim.article_id, a.claim.start))
