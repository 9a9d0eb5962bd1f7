"""What an edition says of its own completeness."""

from datetime import UTC, date, datetime

import pytest

from contrecoup.models import Move, MoveVerdict
from flows.brief import incomplete

UNMEASURED = Move(
    symbol="NVDA",
    session_on=date(2025, 1, 27),
    method="market-model-1",
    verdict=MoveVerdict.UNMEASURED,
    reason="no_bars",
    measured_at=datetime(2025, 1, 28, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("answered", "silent", "moves", "reason"),
    [
        (4, 0, [], ""),
        (0, 0, [], "no_feeds"),
        (3, 2, [UNMEASURED], "feeds_failing"),
        (4, 2, [UNMEASURED], "no_prices"),
        (4, 1, [], "feeds_silent"),
    ],
)
def test_the_gravest_reason_is_the_one_that_is_told(answered: int, silent: int, moves: list[Move], reason: str) -> None:
    """Of four feeds: none answered, some failed, no session could be measured, or some gave far less than expected."""
    assert incomplete(feeds=4, answered=answered, silent=silent, moves=moves) == reason
