"""Linking on a desk that watches little."""

from datetime import UTC, date, datetime
from pathlib import Path

from contrecoup.links import METHOD
from contrecoup.models import Background, Move, MoveVerdict
from flows.desk import open_desk
from flows.link import Linked, link, link_sessions

NOW = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)


def test_a_desk_that_watches_nothing_needs_no_prices(tmp_path: Path) -> None:
    """Somebody who only reads is not told to name a file of prices."""
    config = tmp_path / "contrecoup.toml"
    config.write_text('database = "news.duckdb"\n', encoding="utf-8")
    assert link.fn(str(config), NOW) == Linked(links=0, failures=())


def test_a_desk_that_watches_something_is_told_that_it_has_no_prices(tmp_path: Path) -> None:
    """One failure, which says what to set."""
    config = tmp_path / "contrecoup.toml"
    config.write_text('database = "news.duckdb"\n[watchlist]\nsymbols = ["NVDA"]\n', encoding="utf-8")
    assert [failure.kind for failure in link.fn(str(config), NOW).failures] == ["no_prices"]


def test_a_session_linked_again_leaves_no_row_of_before(tmp_path: Path) -> None:
    """Nor does one of a Saturday, on which nothing trades that is still watched: it was quiet, and is a move now."""
    config = tmp_path / "contrecoup.toml"
    config.write_text('database = "news.duckdb"\n[watchlist]\nsymbols = ["NVDA"]\n', encoding="utf-8")
    desk = open_desk(str(config), NOW)
    friday, saturday, monday = date(2025, 1, 24), date(2025, 1, 25), date(2025, 1, 27)
    moved = [
        Move(
            symbol=symbol,
            session_on=day,
            method="m",
            verdict=MoveVerdict.MOVE,
            reason="",
            simple_return=-0.1,
            z=-5.0,
            measured_at=NOW,
        )
        for symbol, day in (("NVDA", friday), ("BTC-USD", saturday), ("NVDA", monday))
    ]
    before = [
        Background(symbol=move.symbol, session_on=move.session_on, method=METHOD, score=0.5, story_id=None, stories=1)
        for move in moved
    ]
    with desk.store() as store:
        store.save(moved, before)
    assert link_sessions(desk, [friday, monday]) == 0
    with desk.store() as store:
        assert store.read(Background, "backgrounds") == []
