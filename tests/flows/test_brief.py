"""Editions from one day to the next, and one edition built twice."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from contrecoup.settings import read_settings
from extractors.replay import serve
from flows.brief import brief
from flows.run import _collect, _forget, _in_place_of_the_web, _tell, _windows

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.integration
FEED = ("www.smallwire.example", "rss.xml")
MORNING = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)


def test_an_article_that_came_after_its_edition_is_told_in_the_next(desk: "Desk") -> None:
    """Its feed carried it late; nothing that was told already comes again."""
    file = desk.folder.joinpath("sites", *FEED)
    whole = file.read_bytes()
    file.write_bytes(re.sub(rb"<item><title>Cipher.*?</item>", b"", whole, flags=re.DOTALL))
    desk.replay(date(2025, 1, 28))
    file.write_bytes(whole)
    desk.replay(date(2025, 1, 29), date(2025, 1, 29))
    first, second = ((desk.digests / f"2025-01-{day}-en.txt").read_text("utf-8") for day in (28, 29))
    assert "Cipher Mining" not in first
    assert "fake DeepSeek tokens" in first
    assert "Cipher Mining" in second
    assert "fake DeepSeek tokens" not in second


def test_an_edition_built_after_its_hour_counts_what_it_tells(desk: "Desk") -> None:
    """A run some minutes after the hour of the edition fetches what was told before it."""
    [window] = _windows(date(2025, 1, 28), date(2025, 1, 28), read_settings(desk.config))
    late = window.until_at + timedelta(minutes=5)
    with serve(desk.folder / "sites") as server, _in_place_of_the_web(server.address):
        _collect(desk.config, late, None)
        _tell(desk.config, window, late)
    text = (desk.digests / "2025-01-28-en.txt").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert "- 5 feed entries in the period (read in full: 5)." in text


def test_an_edition_that_is_built_again_leaves_no_item_of_its_first_form(copy: "Desk") -> None:
    """Without the move, its section is gone, and so are the items in it."""
    with copy.store() as store:
        store._connection.execute("delete from links")
        store._connection.execute("delete from moves")
    brief.fn(str(copy.config), MORNING)
    items = copy.rows("select distinct section from digest_items where edition_on = '2025-01-28' order by all")
    assert ("linked_moves",) not in items
    assert ("chip_stocks",) in items


def test_a_fresh_replay_forgets_the_database_and_nothing_else(copy: "Desk") -> None:
    """Settings that bear the name of the database stay."""
    copy.top = {"database": "contrecoup.duckdb", "digests": "digests"}
    copy.set_up()
    for name in ("contrecoup.duckdb", "contrecoup.duckdb.wal", "contrecoup.snapshot.duckdb"):
        (copy.folder / name).touch()
    _forget(read_settings(copy.config))
    assert {path.name for path in copy.folder.iterdir()} == {"build", "contrecoup.toml", "prices.csv", "sites"}
