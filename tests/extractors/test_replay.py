"""The replay: a recorded web, as it stood at a given moment."""

import socket
import struct
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path

import pytest
from lxml import etree

from extractors import replay
from extractors.replay import as_of, find_file, serve

RSS = """<?xml version="1.0" encoding="iso-8859-1"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Économie</title>
<item><title>DC</title><dc:date>2025-01-27T12:00:00Z</dc:date></item>
<item><title>Été à venir</title><pubDate>lun., 27 janv. 2025 09:00:00 +0100</pubDate></item>
<item><title>Sans date, plus ancien que le précédent</title></item>
<item><title>Vendredi</title><pubDate>Fri, 24 Jan 2025 18:00:00 +0100</pubDate></item>
<item><title><![CDATA[Sans <date>]]></title></item>
<item><title>Illisible</title><pubDate>lundi prochain</pubDate></item>
</channel></rss>""".encode("iso-8859-1")
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Chips</title>
<entry><title>Edited</title><updated>2025-01-28T00:00:00Z</updated><published>2025-01-20T00:00:00Z</published></entry>
<entry><title>New</title><updated>2025-01-28T00:00:00Z</updated></entry>
<entry><title>Naive</title><published>2025-01-28T00:00:00</published></entry>
</feed>"""
SUNDAY = datetime(2025, 1, 26, 22, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recorded site."""
    host = tmp_path / "web" / "presse.example"
    (host / "2025").mkdir(parents=True)
    (host / "rss.xml").write_bytes(RSS)
    (host / "atom.atom").write_bytes(ATOM)
    (host / "flux").with_suffix(".xml").write_bytes(RSS)
    (host / "index.html").write_bytes(b"<title>Une</title>")
    (host / "2025" / "nvidia-17.5-pourcent.html").write_bytes("<p>Été".encode("cp1252"))
    (host / "robots.txt").write_bytes(b"User-agent: *\n")
    (host / "blob").write_bytes(b"\0")
    (tmp_path / "secret.html").write_bytes(b"secret")
    (tmp_path / "web" / "secret.html").write_bytes(b"secret")
    return tmp_path / "web"


def _get(port: int, path: str, *, host: str = "presse.example", etag: str = "") -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path, headers={"Host": host, "If-None-Match": etag})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html"),
        ("/2025/nvidia-17.5-pourcent", "text/html"),
        ("/2025/nvidia-17.5-pourcent.html?utm_source=x", "text/html"),
        ("/rss.xml", "application/rss+xml"),
        ("/flux", "application/rss+xml"),
        ("/atom.atom", "application/atom+xml"),
        ("/robots.txt", "text/plain"),
        ("/blob", "application/octet-stream"),
    ],
)
def test_a_file_is_served_by_its_host_and_path(folder: Path, path: str, content_type: str) -> None:
    """Pages carry no charset, so that their own declaration counts."""
    with serve(folder) as running:
        answer, body = _get(running.port, path, host="Presse.Example:80")
    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    assert body


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("presse.example", "/absent"),
        ("presse.example", "/../secret"),
        ("presse.example", "/%2e%2e/secret.html"),
        ("presse.example", "/..%2f..%2fsecret.html"),
        ("presse.example", "/%00"),
        ("presse.example", "//etc/passwd"),
        ("presse.example", "/2025"),
        ("autre.example", "/"),
        ("..", "/secret.html"),
        (".", "/secret.html"),
        ("", "/secret.html"),
        ("presse.example/../..", "/secret.html"),
    ],
)
def test_nothing_outside_a_host_s_folder_is_served(folder: Path, host: str, path: str) -> None:
    """Whatever the path or the host says."""
    assert find_file(folder, host, path) is None
    with serve(folder) as running:
        assert _get(running.port, path, host=host)[0].status == 404


def test_a_file_that_has_not_changed_is_not_sent_again(folder: Path) -> None:
    """304 for the ETag that it gave, and a body for another."""
    with serve(folder) as running:
        etag = _get(running.port, "/rss.xml")[0].headers["ETag"]
        again, body = _get(running.port, "/rss.xml", etag=etag)
        other, _ = _get(running.port, "/rss.xml", etag='"other"')
    assert (again.status, body, again.headers["ETag"]) == (304, b"", etag)
    assert other.status == 200


def test_the_clock_hides_what_was_not_yet_published(folder: Path) -> None:
    """And its ETag changes with what it shows."""
    with serve(folder) as running:
        whole, _ = _get(running.port, "/rss.xml")
        running.set_clock(SUNDAY)
        early, body = _get(running.port, "/rss.xml")
        page, _ = _get(running.port, "/")
    assert "venir" not in body.decode("iso-8859-1")
    assert whole.headers["ETag"] != early.headers["ETag"]
    assert page.status == 200


def test_the_address_is_what_the_settings_take(folder: Path) -> None:
    """And a given port is the one that is used."""
    with serve(folder) as running:
        port = running.port
        assert running.address == f"127.0.0.1:{port}"
    with serve(folder, port=port) as running:
        assert running.port == port


def _titles(feed: bytes) -> list[str]:
    return [title.text for title in etree.fromstring(feed).iter("{*}title")]


def test_an_item_without_a_date_appears_with_the_one_above_it() -> None:
    """French dates count too. The feed keeps its encoding, its accents and its CDATA."""
    feed = as_of(RSS, SUNDAY)
    assert _titles(feed) == ["Économie", "Vendredi", "Sans <date>", "Illisible"]
    assert b"iso-8859-1" in feed.splitlines()[0].lower()
    assert b"<![CDATA[Sans <date>]]>" in feed


def test_an_entry_is_dated_by_its_publication_rather_than_by_its_last_change() -> None:
    """``updated`` counts only where ``published`` is missing; a date without a zone is taken for UTC."""
    assert _titles(as_of(ATOM, SUNDAY)) == ["Chips", "Edited"]


@pytest.mark.parametrize("feed", [b"<rss><channel>", b"", b"{}"])
def test_a_feed_that_is_not_well_formed_is_served_as_it_is(feed: bytes) -> None:
    """Broken feeds are recorded too."""
    assert as_of(feed, SUNDAY) == feed


def test_a_feed_in_which_nothing_is_later_is_served_byte_for_byte() -> None:
    """So that a replay without a clock and one at the end serve the same."""
    assert as_of(RSS, datetime(2025, 2, 1, tzinfo=UTC)) == RSS


@pytest.mark.parametrize(("clock", "items"), [([], 6), (["--clock", "2025-01-26T22:00:00"], 3)])
def test_it_can_be_run_by_hand(
    folder: Path, clock: list[str], items: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It prints the line to put into the settings, and ends with Ctrl-C."""
    seen: list[bytes] = []

    def interrupt() -> None:
        address = capsys.readouterr().out.strip().partition('"')[2].removesuffix('"')
        seen.append(_get(int(address.partition(":")[2]), "/rss.xml")[1])
        raise KeyboardInterrupt

    monkeypatch.setattr(replay, "_pause", interrupt)
    replay.main([str(folder), "--port", "0", *clock])
    assert seen[0].count(b"<item>") == items


def test_a_client_that_hangs_up_is_no_error(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A reset connection prints nothing, and the next client is served."""
    with serve(folder) as running:
        with socket.create_connection(("127.0.0.1", running.port)) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.sendall(b"GET /rss.xml HTTP/1.1")
        assert _get(running.port, "/")[0].status == 200
    assert capfd.readouterr() == ("", "")


def test_any_other_error_of_the_server_is_shown(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A fault of the program is not swallowed with the clients that hang up."""
    with serve(folder) as running, pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "find_file", lambda *_: 1 / 0)
        with pytest.raises(RemoteDisconnected):
            _get(running.port, "/")
    assert "ZeroDivisionError" in capfd.readouterr().err
