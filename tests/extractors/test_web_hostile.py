"""The fetcher among hostile sites: every one of them ends in time, in little memory, and as an error with its kind."""

import asyncio
import gzip
import socket
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from contrecoup.errors import FetchError
from contrecoup.settings import Network
from extractors import addresses, web
from extractors.web import Request, Response, fetch_all

if TYPE_CHECKING:
    from conftest import Asked, Site

NOW = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
CAP = 100_000
OK = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def _fetch(site: "Site", *urls: str, **settings: object) -> list[Response | FetchError]:
    network = Network(connect_to=site.address, max_feed_bytes=CAP, **{"deadline_s": 10, **settings})
    return fetch_all([Request(url=url) for url in urls], network, now=NOW)


def _kind(site: "Site", **settings: object) -> str:
    (answer,) = _fetch(site, "http://h.example/x", **settings)
    return answer.kind if isinstance(answer, FetchError) else f"{len(answer.body)} bytes"


def _repeat(start: bytes, again: bytes, pause_s: float) -> Callable[..., Awaitable[None]]:
    async def answer(_asked: "Asked", writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        while True:
            await writer.drain()
            await asyncio.sleep(pause_s)
            writer.write(again)

    return answer


@pytest.mark.parametrize(
    ("start", "again"),
    [
        (b"", b""),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (OK + b"\r\n", b"x"),
        (OK + b"Content-Length: 1000\r\n\r\n", b"x"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (OK + b"Content-Length: 1000\r\n\r\n", b""),
    ],
    ids=["no reply", "slow headers", "drip", "drip with length", "drip in chunks", "stalled"],
)
def test_a_slow_site_is_left_at_the_deadline(site: "Site", start: bytes, again: bytes) -> None:
    """Whether it says nothing or a byte at a time."""
    site.acts("/x", _repeat(start, again, 0.05))
    assert _kind(site, deadline_s=0.3) == "timeout"


def test_a_slow_site_does_not_hold_up_the_others(site: "Site") -> None:
    """Nor does a chain of redirects have more time than one request."""
    site.acts("/x", _repeat(b"", b"", 1))

    async def late(_asked: "Asked", writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.2)
        writer.write(b"HTTP/1.1 302 X\r\nLocation: /late\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    site.acts("/late", late)
    site.says("/ok", b"ok")
    slow = [f"http://h{number}.example/x" for number in range(20)]
    answers = _fetch(site, *slow, "http://h.example/late", "http://h.example/ok", deadline_s=0.5)
    assert {answer.kind for answer in answers[:21]} == {"timeout"}
    assert answers[21].body == b"ok"


def test_a_host_that_does_not_answer_is_not_asked_for_ever(site: "Site") -> None:
    """After three silences in a row the rest of its requests come back at once; an answer in between counts."""
    site.acts("/x", _repeat(b"", b"", 1))
    answers = _fetch(site, *["http://h.example/x"] * 6, deadline_s=0.1, per_host=1)
    assert [answer.kind for answer in answers] == ["timeout"] * 3 + ["host_down"] * 3
    site.says("/ok", b"ok")
    urls = ["http://h.example/x", "http://h.example/x", "http://h.example/ok"] * 2
    answers = _fetch(site, *urls, deadline_s=0.1, per_host=1)
    assert [isinstance(answer, Response) for answer in answers] == [False, False, True] * 2


@pytest.mark.parametrize(
    ("start", "again"),
    [(OK + b"\r\n", b"x" * 65536), (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n")],
)
def test_an_endless_body_is_left_at_the_limit(site: "Site", start: bytes, again: bytes) -> None:
    """With or without chunks."""
    site.acts("/x", _repeat(start, again, 0))
    assert _kind(site) == "too_large"


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_a_decompression_bomb_is_left_at_the_limit(
    site: "Site", encoding: str, compress: Callable[[bytes, int], bytes]
) -> None:
    """The limit counts what a body decodes to."""
    site.says("/x", compress(bytes(50_000_000), 1), headers={"Content-Encoding": encoding})
    assert _kind(site) == "too_large"


@pytest.mark.parametrize(
    "encoding",
    ["gzip, gzip", "gzip,br", "compress", "x-gzip", "identity, gzip", "gzip\r\nContent-Encoding: gzip"],
)
def test_stacked_and_unknown_codings_are_refused(site: "Site", encoding: str) -> None:
    """One known coding at most, wherever it is named."""
    site.says("/x", gzip.compress(gzip.compress(b"x")), headers={"Content-Encoding": encoding})
    assert _kind(site) == "bad_encoding"


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_a_coding_that_was_not_asked_for_is_refused(site: "Site", encoding: str) -> None:
    """By us where the client could decode it, by the client where it could not."""
    site.says("/x", b"x", headers={"Content-Encoding": encoding})
    assert _kind(site) in {"bad_encoding", "bad_answer"}
    assert site.asked[0].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate"])
def test_a_known_coding_is_decoded(site: "Site", encoding: str) -> None:
    """In capitals too."""
    body = zlib.compress(b"abc") if encoding == "deflate" else gzip.compress(b"abc")
    site.says("/x", body, headers={"Content-Encoding": encoding})
    assert _kind(site) == "3 bytes"


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (OK + b"Content-Length: 10\r\n\r\nshort", "incomplete"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabc", "incomplete"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n", "incomplete"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcde\r\n", "bad_answer"),
        (OK + b"Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nnot gzip.", "incomplete"),
        (OK + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", "bad_answer"),
        (OK + b"Content-Length: -1\r\n\r\nabcd", "bad_answer"),
        (OK + b"X: " + b"x" * 100_000 + b"\r\n\r\n", "bad_answer"),
        (OK + b"X: x\r\n" * 50_000 + b"\r\n", "bad_answer"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "bad_answer"),
        (b"\x00\xff" * 500, "bad_answer"),
        (b"<html>Bonjour</html>", "bad_answer"),
        (b"HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 abc X\r\nContent-Length: 0\r\n\r\n", "bad_answer"),
        (b"HTTP/1.1 200 OK\r\nContent-", "connect"),
        (b"", "connect"),
    ],
)
def test_a_broken_answer_is_no_body(site: "Site", raw: bytes, kind: str) -> None:
    """What breaks off is not kept as if it were whole."""
    site.sends("/x", raw)
    assert _kind(site) == kind


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://h.example/x",
        "data:text/html,x",
        "javascript:alert(1)",
        "//marie:s3cret@h.example/",
        "http://h.example:22/",
        "http://[::1/",
        "http://h.example:99999/",
        None,
    ],
)
def test_a_redirect_to_where_we_do_not_go_is_not_followed(site: "Site", location: str | None) -> None:
    """Each hop is checked as the first address was, and its secrets are not shown."""
    site.says("/x", status=301, headers={"Location": location} if location else {})
    (error,) = _fetch(site, "http://h.example/x")
    assert (error.kind, len(site.asked)) == ("bad_redirect", 1)
    assert "s3cret" not in str(error)


def test_a_loop_of_redirects_ends(site: "Site") -> None:
    """After the five that are allowed."""
    site.says("/x", status=301, headers={"Location": "/y"})
    site.says("/y", status=301, headers={"Location": "http://h.example/x"})
    assert _kind(site) == "too_many_redirects"
    assert len(site.asked) == 6


def test_a_robots_txt_without_end_is_read_as_far_as_it_counts(site: "Site") -> None:
    """And the page after it is fetched."""
    site.acts("/robots.txt", _repeat(OK + b"\r\n", b"# plus loin\n" * 5000, 0))
    site.says("/x", b"abc")
    network = Network(connect_to=site.address, page_delay_s=0, deadline_s=10)
    (answer,) = fetch_all([Request(url="http://h.example/x", kind="page")], network, now=NOW)
    assert answer.body == b"abc"


def test_a_robots_txt_that_hangs_leaves_the_pages_alone(site: "Site") -> None:
    """All those that wait for it."""
    site.acts("/robots.txt", _repeat(b"", b"", 1))
    network = Network(connect_to=site.address, page_delay_s=0, deadline_s=0.2)
    requests = [Request(url=f"http://h.example/{number}", kind="page") for number in range(3)]
    assert [answer.kind for answer in fetch_all(requests, network, now=NOW)] == ["robots_unavailable"] * 3


def test_nobody_listening_is_told_as_such() -> None:
    """With the cause, and without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    (error,) = fetch_all([Request(url="http://h.example/x")], Network(connect_to=f"127.0.0.1:{port}"), now=NOW)
    assert (error.kind, error.weight) == ("connect", 0.5)
    assert "ClientConnectorError" in error.cause


def test_a_name_that_nobody_knows_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a spelling, or the connection to the internet."""

    async def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", unknown)
    long = "a" * 64
    answers = fetch_all([Request(url=f"http://{name}.example/") for name in ("nowhere", long)], Network(), now=NOW)
    assert answers[0].kind == "dns"
    assert answers[1].kind in {"dns", "bad_url"}


def test_a_name_that_hangs_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread that waits for it is left behind."""
    answered = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        answered.wait(60)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    (error,) = fetch_all([Request(url="http://slow.example/")], Network(deadline_s=0.1), now=NOW)
    assert error.kind == "timeout"
    assert not answered.is_set()
    answered.set()


@pytest.fixture
def tls_port(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A site whose certificate is not valid, as if it stood in the internet."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def shake_hands() -> None:
        with listening:
            connection, _ = listening.accept()
            with connection:
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    return

    thread = threading.Thread(target=shake_hands)
    thread.start()
    monkeypatch.setattr(addresses, "PORTS", addresses.PORTS | {port})
    monkeypatch.setattr(addresses, "is_public", lambda _: True)
    yield port
    thread.join()


def test_a_certificate_that_nobody_signed_is_refused(tls_port: int) -> None:
    """And there is no second try without verification."""
    (error,) = fetch_all([Request(url=f"https://127.0.0.1:{tls_port}/")], Network(deadline_s=10), now=NOW)
    assert (error.kind, error.weight) == ("tls", 1.0)


def test_https_is_tried_where_port_80_is_dead(tls_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites that close port 80 without a redirect would otherwise fall silent (NewsBlur#2132)."""
    ports: list[int] = []

    def guard(address: aiohttp.AddrInfoType, *, only: tuple[str, int] | None) -> socket.socket:
        port = address[4][1]
        ports.append(port)
        if port == 80:
            raise ConnectionRefusedError("nobody listens")
        assert only is None
        return socket.socket(*address[:3])

    monkeypatch.setattr(web, "guarded_socket", guard)
    resolve = web.aiohttp.ThreadedResolver.resolve

    async def to_loopback(self: aiohttp.ThreadedResolver, _host: str, port: int = 0, **_: object) -> object:
        return await resolve(self, "127.0.0.1", tls_port if port == 443 else port, family=socket.AF_INET)

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", to_loopback)
    (error,) = fetch_all([Request(url="http://h.example/")], Network(deadline_s=10), now=NOW)
    assert (error.kind, ports) == ("tls", [80, tls_port])
