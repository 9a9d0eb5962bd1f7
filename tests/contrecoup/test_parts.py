"""The parts of a link's score, each by itself; those that need a press are in test_links.py."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from contrecoup.instruments import Instrument
from contrecoup.models import Move, MoveVerdict
from contrecoup.parts import Scene, breadth_of, topic_fit

MONDAY = date(2025, 1, 27)


def move(symbol: str, z: float | None) -> Move:
    """A session on Monday."""
    return Move(
        symbol=symbol,
        session_on=MONDAY,
        method="m",
        verdict=MoveVerdict.MOVE,
        reason="",
        z=z,
        measured_at=datetime(2025, 1, 28, tzinfo=UTC),
    )


def instrument(*baskets: str) -> Instrument:
    """A share in New York."""
    return Instrument(
        symbol="X",
        name="X",
        kind="stock",
        exchange="XNYS",
        currency="USD",
        benchmark=None,
        baskets=baskets,
        tickers=(),
        isins=(),
    )


@pytest.mark.parametrize(
    ("others", "breadth"),
    [((-2.0, -4.0), 1.0), ((-1.0, -1.0), 0.5), ((-3.0, 3.0), 0.0), ((4.0,), 0.0), ((None,), 0.0), ((), 0.0)],
)
def test_breadth_is_how_far_the_peers_went_the_same_way(others: tuple[float | None, ...], breadth: float) -> None:
    """Unmeasured peers, strangers and other days do not count."""
    moves = [move(f"P{n}", z) for n, z in enumerate(others)]
    strangers = [move("Q", -9.0), replace(move("P0", -9.0), session_on=date(2025, 1, 24))]
    peers = frozenset({"P0", "P1"})
    assert breadth_of(move("X", -5.0), peers, [*moves, *strangers]) == breadth


@pytest.mark.parametrize(
    ("topics", "baskets", "fit"),
    [
        (("chip_stocks",), ("chips",), 1.0),
        (("crypto_mining",), ("miners_hosts", "ai_power"), 1.0),
        (("crypto_mining",), ("chips",), 0.0),
        (("scam_tokens",), ("crypto_majors",), 0.0),
        ((), ("chips",), 0.5),
        (("a_topic_of_the_user",), ("chips",), 0.5),
        (("chip_stocks",), (), 0.0),
    ],
)
def test_topics_bear_on_baskets(topics: tuple[str, ...], baskets: tuple[str, ...], fit: float) -> None:
    """The table of bearings; what it does not know is neither for nor against."""
    assert topic_fit(frozenset(topics), instrument(*baskets)) == fit


def test_the_surge_of_a_share_is_measured_against_its_own_usual() -> None:
    """Six publishers are many for a share that nobody writes of, and few for one that six write of every day."""
    scene = Scene(peers=frozenset(), breadth=0.0, around=6, usual=0.0)
    assert scene.surge == pytest.approx(6 / 9)
    assert replace(scene, usual=4.0).surge == pytest.approx(2 / 9)
    assert replace(scene, usual=6.0).surge == replace(scene, usual=9.0).surge == 0.0
