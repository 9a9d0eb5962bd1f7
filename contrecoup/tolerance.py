"""Tolerance: how near a measured change must come to a stated one. The one rule of checks.py and of agreement.py."""

import math
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from contrecoup.models import Claim

VENDORS_DIFFER = 0.1
"""Percentage points (or index points) by which two vendors' changes may differ: closing auction, dividends."""
FRACTIONS = (5.0, 10.0, 16.7, 20.0, 25.0, 33.3, 50.0, 66.7, 75.0, 100.0)
"""The simple fractions in per cent, a twentieth to the whole: an approximate one is the nearest of them."""
FIVES, FIVES_FROM = 5.0, 10.0
"""From ten per cent on, approximate figures are told in fives ("about 15 %")."""
LEAST_ABOUT = 1.0
"""Points that "about" allows at least (a range "12 to 13 %" is read as about 12.5 %), but not over half the figure."""


class Fit(StrEnum):
    """How a measured change stands to a stated one; the values are reasons of checks."""

    AGREES = "agrees"
    AT_MOST = "at_most"
    DIFFERS = "differs"
    OTHER_DIRECTION = "other_direction"


def fit(claim: Claim, measured: float, *, room: float = 0.0) -> Fit:
    """Hold a stated change against a measured one.

    ``measured`` is signed, in the claim's unit (17 % is 17.0); ``room`` is how much further than the figure it may
    reach, for a price at the end of a range. ``AT_MOST`` is a lesser move than an "up to N %" in the same direction:
    it neither shows the figure nor speaks against it, for the sentence may tell of the largest of several.
    """
    moved = -measured if claim.direction == "down" else measured
    beyond = round(moved - claim.size, 9)
    if moved <= 0 and abs(beyond) > VENDORS_DIFFER:
        return Fit.OTHER_DIRECTION
    below, above = tolerance(claim)
    if -below <= beyond <= above + room:
        return Fit.AGREES
    return Fit.AT_MOST if claim.qualifier == "up_to" and beyond < 0 else Fit.DIFFERS


def tolerance(claim: Claim) -> tuple[float, float]:
    """How far the measured change may lie below and above the stated size, in the claim's direction.

    A plain figure, or one after "up to", agrees within one unit of its last digit, for the press both rounds and cuts:
    "16 %" and "17 %" both stand for 16.97 %, "3.2 %" for 3.18 % and 3.28 %. "About" stands for all that is nearer to
    the figure than to the next one as round (see ``_halfway``), "nearly" for that below the figure only; "more than"
    allows anything above.
    """
    plain = max(10.0 ** min(0, _exponent(claim.size)), VENDORS_DIFFER)
    least = max(plain, min(LEAST_ABOUT, claim.size / 2))
    below, above = (max(least, half) for half in _halfway(claim))
    return {
        "exact": (plain, plain),
        "about": (below, above),
        "nearly": (below, VENDORS_DIFFER),
        "more_than": (VENDORS_DIFFER, math.inf),
        "up_to": (plain, plain),
    }[claim.qualifier]


def _halfway(claim: Claim) -> tuple[float, float]:
    """Half the way to the round figures next below and above; 0 for a figure that is not round.

    A third lies between a quarter and a half, hence "about a third" stands for 29.2 to 41.7 %; "about 15 %" for 12.5
    to 17.5 %; "about 400 points" for 350 to 450. That a round number stands for an interval as wide as its scale is
    coarse: M. Krifka, Approximate interpretation of number words, 2007.
    """
    if claim.unit != "percent":
        step = 10.0 ** _exponent(claim.size)
        return step / 2, step / 2
    below = next((high - low for low, high in pairwise(FRACTIONS) if high == claim.size), 0.0)
    above = next((high - low for low, high in pairwise(FRACTIONS) if low == claim.size), 0.0)
    five = FIVES if claim.size >= FIVES_FROM and claim.size % FIVES == 0 else 0.0
    return max(below, five) / 2, max(above, five) / 2


def _exponent(size: float) -> int:
    exponent = Decimal(repr(size)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
