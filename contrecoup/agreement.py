"""Agreement: whether what articles state of a price is what was measured that session. For links.py.

A claim that agrees shows that the story's own authors speak of this move. It is read against the session it speaks of
(the same one that checks.py asks first), and by the one rule of tolerance.py, so that no claim that bars contradict is
a witness: only what its close agrees with is worth ``EXACT``. A claim on the opening, of which the close says
nothing, shows its direction alone.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.gist import direction_of
from contrecoup.models import Claim, Document
from contrecoup.sessions import FIVE_DAYS, SEVEN_DAYS, last_closed, open_of, session_in_force, session_moved_by
from contrecoup.tolerance import Fit, fit

# What a claim is worth: direction and size at the close; direction before the opening, which bars cannot contradict,
# or a size of the session that the close had too; direction with a size that the close does not show, no witness.
EXACT, EARLIER, DIRECTION = 1.0, 0.7, 0.5
# A claim of the other direction speaks against a link, and so, more softly, does a title without a figure.
AGAINST = -1.0
ALWAYS = (SEVEN_DAYS, FIVE_DAYS)
OTHER_PERIODS = ("afterhours", "week", "month", "year_to_date", "year", "span")


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """A claim and what it is worth against the measured return: ``AGAINST`` when it states the other direction."""

    claim: Claim
    told_at: datetime
    worth: float


def session_spoken_of(claim: Claim, told_at: datetime, calendar: str) -> date | None:
    """The session whose price a claim states, None when it states a longer period or an after-hours price."""
    if claim.period in OTHER_PERIODS:
        return None
    if claim.session_on is not None:
        return claim.session_on
    ahead = opening_today(calendar, told_at)
    if ahead and claim.period == "premarket":
        return ahead
    # what never closes is said to close while its (UTC) day still runs
    running = None if claim.period == "close" and calendar not in ALWAYS else session_in_force(calendar, told_at)
    return running or last_closed(calendar, told_at)


def opening_today(calendar: str, told_at: datetime) -> date | None:
    """The session that opens later on the (UTC) day of the telling, or None."""
    ahead = session_moved_by(calendar, told_at)
    return ahead if ahead and told_at < open_of(calendar, ahead) and ahead == told_at.date() else None


def agreement_of(claim: Claim, measured: float) -> float:
    """What a claim of the same session is worth against a simple return (0.01 = 1 %)."""
    if (measured if claim.direction == "up" else -measured) <= 0:
        return AGAINST
    if claim.period == "premarket":
        return EARLIER
    if claim.unit != "percent" or claim.period == "open" or fit(claim, 100 * measured) is not Fit.AGREES:
        return DIRECTION
    return EARLIER if claim.period == "intraday" else EXACT


def titled_direction(documents: Iterable[Document], measured: float) -> float:
    """What titles without a checked figure are worth: ``DIRECTION``, its opposite, or 0 when they say both or none."""
    directions = {direction_of(document.title, document.lead) for document in documents} - {0}
    if len(directions) != 1:
        return 0.0
    along = directions.pop() * measured
    return math.copysign(DIRECTION, along) if along else 0.0


def best_first(agreed: Iterable[Agreed]) -> list[Agreed]:
    """The claims by their worth, a title before a lead before a body, then as they were told."""
    places = {"title": 0, "lead": 1, "text": 2}
    return sorted(agreed, key=lambda a: (-a.worth, places[a.claim.field], a.told_at, a.claim.article_id, a.claim.start))
