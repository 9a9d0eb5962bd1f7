"""The fetcher among ordinary sites: what it brings back, what it asks, and how politely."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from contrecoup.errors import FetchError
from contrecoup.settings import Network
from extractors import web
from extractors.web import Request, Response, fetch_all, hash_body

if TYPE_CHECKING:
    from conftest import Asked, Site

NOW = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
FEED = "<rss><channel><title>Économie</title></channel></rss>".encode()


def _network(site: "Site", **settings: object) -> Network:
    return Network(**{"connect_to": site.address, "deadline_s": 10, "page_delay_s": 0, **settings})


def _fetch(site: "Site", *requests: Request, **settings: object) -> list[Response | FetchError]:
    return fetch_all(requests, _network(site, **settings), now=NOW)


def _kinds(answers: Sequence[Response | FetchError]) -> list[str]:
    return [answer.kind if isinstance(answer, FetchError) else "ok" for answer in answers]


def test_a_feed_comes_back_whole(site: "Site") -> None:
    """Its bytes as they were sent, with what is needed to ask again."""
    site.says(
        "/rss",
        FEED,
        headers={
            "Content-Type": "Application/RSS+XML; charset=ISO-8859-15",
            "ETag": 'W/"a1"',
            "Last-Modified": "Mon, 27 Jan 2025 08:00:00 GMT",
        },
    )
    (answer,) = _fetch(site, Request(url="http://presse.example/rss"))
    assert answer == Response(
        url="http://presse.example/rss",
        final_url="http://presse.example/rss",
        status=200,
        body=FEED,
        body_hash=hash_body(FEED),
        etag='W/"a1"',
        last_modified="Mon, 27 Jan 2025 08:00:00 GMT",
        content_type="application/rss+xml",
        charset="ISO-8859-15",
        fetched_at=NOW,
        unchanged=False,
        permanent_url=None,
    )


def test_answers_stand_in_the_order_of_the_requests_and_each_is_counted(site: "Site") -> None:
    """Errors in their places among them."""
    done: list[int] = []
    for number in range(12):
        site.says(f"/{number}", str(number).encode())
    requests = [Request(url=f"http://h{n % 4}.example/{n}") for n in range(12)] + [Request(url="ftp://a.example/")]
    answers = fetch_all(requests, _network(site), now=NOW, on_done=lambda: done.append(1))
    assert [answer.body for answer in answers[:12]] == [str(n).encode() for n in range(12)]
    assert answers[12].kind == "bad_url"
    assert len(done) == 13


def test_nothing_to_fetch_is_nothing_done() -> None:
    """No loop is started."""
    assert fetch_all([], Network(), now=NOW) == []


def test_with_connect_to_the_url_and_the_host_stay_what_they_are(site: "Site") -> None:
    """Also for https and for addresses given by number; only the connection goes elsewhere."""
    site.says("/x", b"x")
    answers = _fetch(site, Request(url="https://économie.example/x"), Request(url="http://[2001:4860::8]/x"))
    assert sorted(asked.host for asked in site.asked) == ["[2001:4860::8]", "xn--conomie-9xa.example"]
    assert answers[0].final_url == "https://xn--conomie-9xa.example/x"


def test_who_we_are_is_said_and_nothing_else(site: "Site", monkeypatch: pytest.MonkeyPatch) -> None:
    """No cookie is kept, no proxy taken from the environment, no other name used."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    site.says("/a", b"a", headers={"Set-Cookie": "sid=1; Path=/"})
    network = {"user_agent": "Desk/1 (+https://desk.example)", "per_host": 1}
    _fetch(site, Request(url="http://h.example/a"), Request(url="http://h.example/a"), **network)
    assert [asked.headers["user-agent"] for asked in site.asked] == ["Desk/1 (+https://desk.example)"] * 2
    assert not any("cookie" in asked.headers for asked in site.asked)


def test_a_feed_that_says_not_modified_is_unchanged(site: "Site") -> None:
    """What was kept is asked with, and kept on."""
    site.says("/rss", status=304)
    kept = Request(
        url="http://h.example/rss", etag='"a1"', last_modified="Mon, 27 Jan 2025 08:00:00 GMT", body_hash="ff"
    )
    (answer,) = _fetch(site, kept)
    assert site.asked[0].headers["if-none-match"] == '"a1"'
    assert site.asked[0].headers["if-modified-since"] == "Mon, 27 Jan 2025 08:00:00 GMT"
    assert (answer.unchanged, answer.body, answer.body_hash) == (True, b"", "ff")
    assert (answer.etag, answer.last_modified) == (kept.etag, kept.last_modified)


def test_not_modified_without_having_asked_is_no_answer(site: "Site") -> None:
    """There is nothing it could refer to."""
    site.says("/rss", status=304)
    assert _kinds(_fetch(site, Request(url="http://h.example/rss"))) == ["bad_answer"]


@pytest.mark.parametrize(("known", "unchanged"), [(hash_body(FEED), True), ("00", False), (None, False)])
def test_a_body_that_hashes_as_before_is_unchanged(site: "Site", known: str | None, unchanged: bool) -> None:  # noqa: FBT001
    """Many servers know no ETag."""
    site.says("/rss", FEED)
    (answer,) = _fetch(site, Request(url="http://h.example/rss", body_hash=known))
    assert (answer.unchanged, answer.status) == (unchanged, 200)


def test_a_validator_that_is_not_plain_text_is_not_kept(site: "Site") -> None:
    """It would be sent back as it came; nor is such a type or charset stored."""
    raw = b'HTTP/1.1 200 OK\r\nETag: "\xe9"\r\nLast-Modified: ' + b"x" * 2000
    site.sends("/rss", raw + b"\r\nContent-Type: text/\xff; charset=\xff\r\nContent-Length: 2\r\n\r\nok")
    (answer,) = _fetch(site, Request(url="http://h.example/rss"))
    assert (answer.etag, answer.last_modified, answer.charset) == (None, None, None)
    assert answer.content_type == "application/octet-stream"


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        ((301,), "http://h.example/1"),
        ((308, 301), "http://h.example/2"),
        ((301, 302), "http://h.example/1"),
        ((302, 301), None),
        ((303,), None),
        ((307, 308), None),
    ],
)
def test_only_an_unbroken_chain_of_permanent_redirects_gives_a_new_address(
    site: "Site", statuses: tuple[int, ...], permanent: str | None
) -> None:
    """A maintenance page behind a 302 must not become the feed's address."""
    for hop, status in enumerate(statuses):
        site.says(f"/{hop}", status=status, headers={"Location": f"/{hop + 1}#haut"})
    site.says(f"/{len(statuses)}", FEED)
    (answer,) = _fetch(site, Request(url="http://h.example/0"))
    assert (answer.permanent_url, answer.body) == (permanent, FEED)
    assert answer.url == "http://h.example/0"
    assert answer.final_url == f"http://h.example/{len(statuses)}"


def test_five_redirects_are_followed_and_no_more(site: "Site") -> None:
    """Browsers follow twenty; a feed needs two."""
    for hop in range(6):
        site.says(f"/{hop}", status=302, headers={"Location": f"/{hop + 1}"})
    site.says("/6", FEED)
    answers = _fetch(site, Request(url="http://h.example/1"), Request(url="http://h.example/0"))
    assert _kinds(answers) == ["ok", "too_many_redirects"]


@pytest.mark.parametrize(
    ("status", "kind", "weight"),
    [
        (204, "bad_answer", 0.5),
        (400, "client_error", 1.0),
        (401, "blocked", 1.0),
        (403, "blocked", 1.0),
        (404, "gone", 1.0),
        (410, "gone", 1.0),
        (429, "rate_limited", 0.25),
        (451, "blocked", 1.0),
        (500, "server_error", 0.25),
        (503, "server_error", 0.25),
    ],
)
def test_a_status_says_what_is_wrong_and_what_to_do(site: "Site", status: int, kind: str, weight: float) -> None:
    """In one sentence of advice, and with a weight that says whether it passes."""
    site.says("/rss", b"<html>no</html>" if status != 204 else b"", status=status)
    (error,) = _fetch(site, Request(url="http://h.example/rss?token=s3cret"))
    assert (error.kind, error.weight, error.cause) == (kind, weight, f"HTTP {status}")
    assert error.advice.endswith(".")
    assert "s3cret" not in str(error)


@pytest.mark.parametrize(
    ("raw", "wait_s"),
    [
        ("120", 120.0),
        ("Tue, 28 Jan 2025 05:31:00 GMT", 60.0),
        ("Tue, 28 Jan 2025 05:31:00 -0000", 60.0),
        ("Mon, 27 Jan 2025 05:31:00 GMT", 0.0),
        ("99999999999999999999", 86400.0),
        ("Fri, 31 Dec 2999 00:00:00 GMT", 86400.0),
        ("-5", None),
        ("bientôt", None),
        (None, None),
    ],
)
def test_the_wait_a_server_asks_for_is_told(site: "Site", raw: str | None, wait_s: float | None) -> None:
    """In seconds, whether given in seconds or as a date, and never more than a day."""
    site.says("/rss", status=503, headers={"Retry-After": raw} if raw else {})
    (error,) = _fetch(site, Request(url="http://h.example/rss"))
    assert error.retry_after_s == wait_s


def test_a_host_that_asks_for_a_rest_is_not_asked_again(site: "Site") -> None:
    """The other requests to it come back with the same wait; other hosts are served."""
    site.says("/a", status=429, headers={"Retry-After": "60"})
    site.says("/b", FEED)
    urls = ("http://h.example/a", "http://h.example/b", "https://h.example/b", "http://other.example/b")
    answers = _fetch(site, *(Request(url=url) for url in urls), per_host=1)
    assert _kinds(answers) == ["rate_limited", "rate_limited", "rate_limited", "ok"]
    assert [answer.retry_after_s for answer in answers[:3]] == [60.0] * 3
    assert [asked.host for asked in site.asked if asked.path == "/b"] == ["other.example"]


def test_a_host_gets_no_more_connections_than_allowed(site: "Site") -> None:
    """And what waits for its place does not use up its deadline."""
    open_now, most = [0], [0]

    async def count(_asked: "Asked", writer: asyncio.StreamWriter) -> None:
        open_now[0] += 1
        most[0] = max(most[0], open_now[0])
        await asyncio.sleep(0.06)
        open_now[0] -= 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    site.acts("/x", count)
    answers = _fetch(site, *[Request(url="http://h.example/x")] * 10, per_host=2, deadline_s=0.25)
    assert _kinds(answers) == ["ok"] * 10
    assert most == [2]


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, in seconds; they take no time."""
    made: list[float] = []
    sleep = web.asyncio.sleep

    async def nap(delay: float) -> None:
        made.append(delay)
        await sleep(0)

    monkeypatch.setattr(web.asyncio, "sleep", nap)
    return made


def _pages(*urls: str) -> list[Request]:
    return [Request(url=url, kind="page") for url in urls]


def test_between_two_pages_of_a_host_there_is_a_pause(site: "Site", naps: list[float]) -> None:
    """Not between pages of two hosts, nor between feeds."""
    site.says("/a", b"a")
    _fetch(site, *_pages("http://h.example/a", "http://h.example/a", "http://other.example/a"), page_delay_s=5)
    assert [round(nap) for nap in naps if nap > 0] == [5]
    naps.clear()
    _fetch(site, *[Request(url="http://h.example/a")] * 3, page_delay_s=5)
    assert naps == []


def test_a_longer_pause_that_a_site_asks_for_is_made(site: "Site", naps: list[float]) -> None:
    """Crawl-delay goes before our own setting when it is longer."""
    site.says("/robots.txt", b"User-agent: *\nCrawl-delay: 12\n")
    site.says("/a", b"a")
    _fetch(site, *_pages("http://h.example/a", "http://h.example/a"), page_delay_s=5)
    assert [round(nap) for nap in naps if nap > 0] == [12]


def test_no_pause_is_made_for_pages_that_will_not_be_asked_for(site: "Site", naps: list[float]) -> None:
    """When the site has asked for a rest, the second may be waiting already; the others end at once."""
    site.says("/a", status=429, headers={"Retry-After": "60"})
    answers = _fetch(site, *_pages(*["http://h.example/a"] * 6), page_delay_s=5, per_host=1)
    assert _kinds(answers) == ["rate_limited"] * 6
    assert len([nap for nap in naps if nap > 0]) == 1
    assert site.paths().count("/a") == 1


def test_pages_obey_robots_txt_and_feeds_do_not_ask(site: "Site") -> None:
    """The file is read once for each site, however many pages it has."""
    site.says("/robots.txt", b"User-agent: *\nDisallow: /prive\n")
    site.says("/prive", b"x")
    site.says("/a", b"a")
    requests = _pages("http://h.example/a", "http://h.example/prive", "http://h.example/a")
    answers = _fetch(site, *requests, Request(url="http://h.example/prive"))
    assert _kinds(answers) == ["ok", "robots", "ok", "ok"]
    assert site.paths().count("/robots.txt") == 1
    assert site.paths().count("/prive") == 1


def test_a_page_behind_a_redirect_obeys_the_robots_txt_of_where_it_leads(site: "Site") -> None:
    """A shortener's robots.txt does not speak for the site behind it."""

    async def robots(asked: "Asked", writer: asyncio.StreamWriter) -> None:
        body = b"User-agent: *\nDisallow: /" if asked.host == "closed.example" else b""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)

    site.acts("/robots.txt", robots)
    site.says("/short", status=302, headers={"Location": "http://closed.example/page"})
    site.says("/page", b"x")
    assert _kinds(_fetch(site, *_pages("http://s.example/short"))) == ["robots"]
    assert "/page" not in site.paths()


def test_robots_txt_may_be_redirected(site: "Site") -> None:
    """RFC 9309 §2.3.1.2; a loop counts as a file that cannot be had."""
    site.says("/robots.txt", status=301, headers={"Location": "/r.txt"})
    site.says("/r.txt", b"User-agent: *\nDisallow: /b\n")
    site.says("/a", b"a")
    assert _kinds(_fetch(site, *_pages("http://h.example/a", "http://h.example/b"))) == ["ok", "robots"]
    site.says("/r.txt", status=301, headers={"Location": "/robots.txt"})
    assert _kinds(_fetch(site, *_pages("http://h.example/a"))) == ["robots_unavailable"]


@pytest.mark.parametrize("status", [500, 503, 429])
def test_pages_are_left_alone_when_robots_txt_cannot_be_had(site: "Site", status: int) -> None:
    """It passes: they are tried again at the next run."""
    site.says("/robots.txt", status=status)
    site.says("/a", b"a")
    (error,) = _fetch(site, *_pages("http://h.example/a"))
    assert (error.kind, error.weight) == ("robots_unavailable", 0.25)
    assert "/a" not in site.paths()


def test_a_page_and_a_feed_have_each_their_own_limit(site: "Site") -> None:
    """On the decoded body."""
    site.says("/x", b"x" * 1000)
    requests = (Request(url="http://h.example/x"), Request(url="http://h.example/x", kind="page"))
    assert _kinds(_fetch(site, *requests, max_feed_bytes=999, max_page_bytes=1000)) == ["too_large", "ok"]
    assert _kinds(_fetch(site, *requests, max_feed_bytes=1000, max_page_bytes=999)) == ["ok", "too_large"]
