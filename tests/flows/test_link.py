"""Linking on a desk that watches little."""

from datetime import UTC, datetime
from pathlib import Path

from flows.link import Linked, link

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
