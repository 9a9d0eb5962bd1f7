"""Feeds over weeks: those that fail for ever, and entries dated ahead of our clock."""

import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, ClassVar

import pytest

from contrecoup.models import Entry, Feed
from extractors.fetch_errors import fetch_error
from extractors.replay import serve
from extractors.web import Response
from flows.desk import failure_of, open_desk
from flows.ingest import LONGEST_WAIT, _answered, _failed, fetch_pages, ingest
from flows.run import _in_place_of_the_web
from flows.show import Trouble
from storage.store import open_store

if TYPE_CHECKING:
    from conftest import Desk

NOW = datetime(2025, 1, 27, 14, tzinfo=UTC)


@pytest.mark.parametrize("failures", [1, 5, 6, 30])
def test_a_feed_that_fails_waits_longer_each_time_and_a_day_at_most(failures: int) -> None:
    """1, 2, 4 … 24 hours."""
    feed = Feed(url="http://a.example/f", name="a", failure_weight=failures - 1.0)
    failed = _failed(feed, fetch_error("gone", feed.url), NOW)
    assert failed.next_check_at == NOW + min(timedelta(hours=2 ** (failures - 1)), LONGEST_WAIT)


@pytest.mark.parametrize("failures", [31, 40, 5000])
def test_a_feed_that_fails_for_months_is_asked_once_a_week(failures: int) -> None:
    """For ever, and no number grows too large on the way."""
    feed = Feed(url="http://a.example/f", name="a", failure_weight=failures - 1.0)
    assert _failed(feed, fetch_error("gone", feed.url), NOW).next_check_at == NOW + timedelta(days=7)


def test_a_failure_tells_its_cause_without_secrets() -> None:
    """What the error says of its cause is kept; the query of an address in it is not."""
    error = fetch_error("connect", "http://a.example/f?token=canary", cause="refused http://a.example/f?token=canary")
    error.__cause__ = OSError("http://a.example/f?token=canary")
    failure = failure_of(error, stage="feed", key="f", now=NOW)
    assert failure.cause == "refused http://a.example/f?…"
    error.cause = ""
    assert "OSError" in failure_of(error, stage="feed", key="f", now=NOW).cause
    assert "canary" not in failure_of(error, stage="feed", key="f", now=NOW).cause


@pytest.mark.integration
def test_an_entry_dated_ahead_comes_due_though_its_feed_does_not_change(desk: "Desk") -> None:
    """Set aside while its date lies ahead, an entry like any other after it; first seen when it was."""
    with serve(desk.folder / "sites") as server, _in_place_of_the_web(server.address):
        ingest.fn(str(desk.config), NOW)
        assert desk.rows("select lane, count(*) from entries group by all order by all") == [
            ("dated", 2),
            ("future", 4),
        ]
        ingest.fn(str(desk.config), NOW + timedelta(hours=16))
    assert desk.rows("select lane, count(*) from entries group by all") == [("dated", 6)]
    assert desk.rows("select distinct seen_at = timestamptz '2025-01-27 14:00:00+00' from entries") == [(True,)]
    assert desk.rows("select count(*) from pages") == [(6,)]


class _Refusing(BaseHTTPRequestHandler):
    """A site without robots.txt that asks for two hours of peace."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        """Answer 429 to a page."""
        self.asked.append(self.path)
        self.send_response(404 if self.path == "/robots.txt" else 429)
        self.send_header("Retry-After", "7200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name that http.server gives
        """Say nothing."""


@pytest.mark.integration
def test_a_site_that_asks_to_wait_is_not_asked_again_in_the_run(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for its other pages, and not by a run within the time it asked for; after it, one page tries again."""
    monkeypatch.setattr("flows.ingest.PAGES_A_BATCH", 1)
    monkeypatch.setattr(_Refusing, "asked", [])
    with desk.store() as store:
        store.save([_entry(number) for number in range(3)])
    with ThreadingHTTPServer(("127.0.0.1", 0), _Refusing) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        desk.network = f'page_delay_s = 0\nconnect_to = "127.0.0.1:{server.server_port}"'
        desk.set_up()
        for hours in (0, 1, 3):
            fetch_pages(open_desk(desk.config, NOW + timedelta(hours=hours)), NOW - timedelta(days=1))
        server.shutdown()
    assert [path for path in _Refusing.asked if path != "/robots.txt"] == ["/0", "/0"]


def _entry(number: int) -> Entry:
    return Entry(
        id=str(number),
        feed_url="http://a.example/f",
        guid=None,
        url=f"http://a.example/{number}",
        title="A title",
        summary="",
        author=None,
        published_raw=None,
        published_at=NOW - timedelta(minutes=number),
        published_precision="second",
        published_confidence=0.9,
        lane="dated",
        seen_at=NOW,
    )


def test_a_feed_that_moved_for_good_still_answers_and_is_reported(desk: "Desk") -> None:
    """A permanent redirect is followed, and ``status`` says which address to put into the settings."""
    answer = Response(
        url="http://a.example/f",
        final_url="http://b.example/f",
        status=200,
        body=b"",
        body_hash="0",
        etag=None,
        last_modified=None,
        content_type="application/rss+xml",
        charset=None,
        fetched_at=NOW,
        unchanged=False,
        permanent_url="http://b.example/f",
    )
    moved = _answered(Feed(url=answer.url, name="a"), answer, NOW)
    with open_store(desk.database) as store:
        store.save([moved])
        [trouble] = store.read(Trouble, "feeds_in_trouble")
    assert (trouble.kind, trouble.message) == ("moved", "The feed has moved for good to http://b.example/f.")
    assert trouble.advice == "Change its address in the settings."
