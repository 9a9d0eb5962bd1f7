"""Which of a day's measured sessions are moves, and whether they were the instrument's own or its sector's."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contrecoup.models import Move, MoveVerdict
from contrecoup.verdicts import combined_p, with_verdicts

MEASURED = Move(
    symbol="NVDA",
    session_on=date(2025, 1, 27),
    method="m",
    verdict=MoveVerdict.QUIET,
    reason="",
    simple_return=-0.17,
    abnormal_return=-0.13,
    z=-5.6,
    p_value=0.0001,
    rank_p_value=2 / 121,
    measured_at=datetime(2025, 1, 28, tzinfo=UTC),
)
BESIDE = replace(
    MEASURED,
    sector="SOXX",
    sector_abnormal_return=-0.06,
    sector_z=-4.4,
    sector_p_value=0.00002,
    sector_rank_p_value=2 / 121,
)


def one(move: Move) -> Move:
    """The verdict on a day of one instrument."""
    (judged,) = with_verdicts([move])
    return judged


def test_a_session_far_from_its_forecast_is_a_move() -> None:
    """Alone, its q-value is its p-value; without a sector it has no scope."""
    judged = one(MEASURED)
    assert (judged.verdict, judged.q_value, judged.scope, judged.reason) == (MoveVerdict.MOVE, 0.0001, None, "")


@pytest.mark.parametrize(
    "quiet",
    [
        replace(MEASURED, z=-2.32),
        replace(MEASURED, abnormal_return=-0.0099),
        replace(MEASURED, p_value=0.11),
        replace(MEASURED, breadth=0.6, members=5),
    ],
    ids=["under the z", "under a per cent", "over the rate", "a basket of which two in five went elsewhere"],
)
def test_each_threshold_can_keep_a_session_quiet(quiet: Move) -> None:
    """All of them must be passed."""
    assert one(quiet).verdict is MoveVerdict.QUIET


def test_a_basket_moves_when_two_members_in_three_do() -> None:
    """Two of three are enough."""
    assert one(replace(MEASURED, breadth=2 / 3, members=3)).verdict is MoveVerdict.MOVE


def test_two_tests_are_paid_for_with_twice_the_lesser_p() -> None:
    """Whichever it is, and never more than one."""
    assert combined_p(BESIDE) == pytest.approx(0.00004)
    assert combined_p(replace(BESIDE, sector_p_value=0.5)) == pytest.approx(0.0002)
    assert combined_p(replace(BESIDE, p_value=0.8, sector_p_value=0.7)) == 1.0
    assert combined_p(MEASURED) == 0.0001


def test_a_move_beside_the_sector_is_the_instruments_own() -> None:
    """Whether or not the market test alone would have found it."""
    assert one(BESIDE).scope == "own"
    alone = one(replace(BESIDE, z=-2.0, p_value=0.05))
    assert (alone.verdict, alone.scope) == (MoveVerdict.MOVE, "own")


def test_a_move_that_the_sector_accounts_for_is_the_sectors() -> None:
    """It stays a move: the fall of a whole sector is what a reader sees."""
    judged = one(replace(BESIDE, sector_abnormal_return=-0.01, sector_z=-0.5, sector_p_value=0.6))
    assert (judged.verdict, judged.scope) == (MoveVerdict.MOVE, "sector")


@pytest.mark.parametrize(
    "held",
    [
        replace(BESIDE, abnormal_return=0.02, z=1.3, p_value=0.2, simple_return=-0.005, sector_abnormal_return=0.06),
        replace(BESIDE, abnormal_return=-0.02, z=-1.3, p_value=0.2, sector_abnormal_return=0.06),
        replace(BESIDE, abnormal_return=-0.004, z=-0.3, p_value=0.8, simple_return=-0.004),
    ],
    ids=["it fell less than market and sector", "it fell less than its sector", "it hardly moved beside the market"],
)
def test_to_hold_better_than_the_sector_is_no_move(held: Move) -> None:
    """However far from what the sector let expect; the second test then counts for nothing but its price."""
    assert combined_p(held) == min(1.0, 2 * (held.p_value or 0))
    assert one(held).verdict is MoveVerdict.QUIET


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (replace(MEASURED, rank_p_value=0.049), ""),
        (replace(MEASURED, rank_p_value=0.066), "rank_disagrees"),
        (replace(BESIDE, rank_p_value=0.066), ""),
        (replace(BESIDE, rank_p_value=0.066, sector_rank_p_value=0.066), "rank_disagrees"),
        (replace(BESIDE, z=-2.0, rank_p_value=0.016, sector_rank_p_value=0.066), "rank_disagrees"),
    ],
    ids=["agrees", "disagrees", "the sector's rank agrees", "both disagree", "only the test that was passed counts"],
)
def test_a_move_is_flagged_where_the_ranks_of_the_tests_that_it_passed_disagree(move: Move, reason: str) -> None:
    """The rank test doubts and never decides."""
    judged = one(move)
    assert (judged.verdict, judged.reason) == (MoveVerdict.MOVE, reason)


def test_an_unmeasured_session_takes_no_part() -> None:
    """It keeps its reason and changes nobody's q-value."""
    unmeasured = replace(MEASURED, p_value=None, z=None, verdict=MoveVerdict.UNMEASURED, reason="nan")
    judged = with_verdicts([unmeasured, MEASURED])
    assert judged[0] == unmeasured
    assert judged[1].q_value == 0.0001
    assert with_verdicts([unmeasured]) == [unmeasured]
