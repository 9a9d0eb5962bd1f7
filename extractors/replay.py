"""Beside the pipe: a recorded web on the loopback, for demonstrations, tests and going through a past day again.

``python -m extractors.replay FOLDER --port 8080``, with ``connect_to = "127.0.0.1:8080"`` in ``[network]``.
"""

import argparse
import hashlib
import socketserver
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree

from contrecoup.dates import read_date

CONTENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        ".atom": "application/atom+xml",
        ".html": "text/html",  # without charset: the page's own declaration counts
        ".json": "application/json",
        ".rss": "application/rss+xml",
        ".txt": "text/plain",
        ".xml": "application/rss+xml",
    }
)
FEED_SUFFIXES = frozenset({".atom", ".rss", ".xml"})
_DATES = ("pubDate", "date", "published", "updated")


class Replay:
    """A running replay. ``address`` is what ``connect_to`` takes."""

    def __init__(self, server: "_Server") -> None:
        """See the class."""
        self._server = server

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    @property
    def address(self) -> str:
        """``127.0.0.1:PORT``."""
        return f"127.0.0.1:{self.port}"

    def set_clock(self, moment: datetime) -> None:
        """Serve feeds as they stood at ``moment`` (aware): items dated after it are left out from now on."""
        self._server.clock = moment


@contextmanager
def serve(folder: Path, *, port: int = 0) -> Iterator[Replay]:
    """Serve ``<folder>/<host>/<path>`` to any Host header, in a thread, until the block ends.

    A path that ends in ``/`` means its ``index.html``; one that names no file is tried with ``.html`` and ``.xml``
    after it. ``port`` 0 takes a free one. Every host may have its ``robots.txt``.

    Raises
    ------
    OSError
        when the port is taken.

    """
    with _Server(folder.resolve(), port) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="replay")
        thread.start()
        try:
            yield Replay(server)
        finally:
            server.shutdown()
            thread.join()


def as_of(feed: bytes, moment: datetime) -> bytes:
    """The feed without the items dated after ``moment``, in its own encoding.

    An item's date is its pubDate, dc:date, published, or else updated. An item without a date that can be read is there
    as soon as the one above it, which is newer; a feed that is not well-formed stays as it is.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, strip_cdata=False)
    try:
        root = etree.fromstring(feed, parser)
    except etree.XMLSyntaxError:
        return feed
    later = []
    above = False
    for item in root.iter("{*}item", "{*}entry"):
        own = _is_later(item, moment)
        above = above if own is None else own
        if above:
            later.append(item)
    if not later:
        return feed
    for item in later:
        item.getparent().remove(item)
    tree = root.getroottree()
    return bytes(etree.tostring(tree, encoding=tree.docinfo.encoding or "utf-8", xml_declaration=True))


def _is_later(item: "etree._Element", moment: datetime) -> bool | None:
    """Whether an item is dated after the moment; None when it has no date."""
    dates = {etree.QName(child).localname: child.text or "" for child in item.iterchildren("{*}*")}
    first = next((dates[name] for name in _DATES if name in dates), "")
    published = read_date(first.strip(), seen_at=moment, source="feed")
    if published.lane == "undated":
        return None
    return published.lane == "future" or (published.at is not None and published.at > moment)


def find_file(folder: Path, host: str, path: str) -> Path | None:
    """The recorded file for a host and the path of a URL, or None; nothing outside the host's folder is found."""
    home = folder / host
    wanted = unquote(path.partition("?")[0]).lstrip("/")
    if not host or "/" in host or host.startswith(".") or "\0" in wanted:
        return None
    if not wanted or wanted.endswith("/"):
        wanted += "index.html"
    for suffix in ("", ".html", ".xml"):
        file = (home / (wanted + suffix)).resolve()
        if file.is_relative_to(home) and file.is_file():
            return file
    return None


class _Server(socketserver.ThreadingTCPServer):
    """Threads, because stdlib's ``HTTPServer`` would first look up the name of 127.0.0.1."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.clock: datetime | None = None
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of a client that hung up, which is how one with a deadline or a limit ends an answer."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").partition(":")[0].lower()
        file = find_file(self.server.folder, host, self.path)
        if file is None:
            self._answer(HTTPStatus.NOT_FOUND, b"not recorded", content_type="text/plain")
            return
        body = file.read_bytes()
        if self.server.clock is not None and file.suffix in FEED_SUFFIXES:
            body = as_of(body, self.server.clock)
        etag = f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'
        if etag in self.headers.get("If-None-Match", ""):
            self._answer(HTTPStatus.NOT_MODIFIED, b"", etag=etag)
            return
        content_type = CONTENT_TYPES.get(file.suffix, "application/octet-stream")
        self._answer(HTTPStatus.OK, body, content_type=content_type, etag=etag)

    def _answer(self, status: HTTPStatus, body: bytes, *, content_type: str = "", etag: str = "") -> None:
        self.send_response(status)
        for name, value in (("Content-Type", content_type), ("ETag", etag)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives)
        """Say nothing: what was asked is the client's to report."""


def _pause() -> None:
    """Wait for Ctrl-C."""
    threading.Event().wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve a folder until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m extractors.replay", description="Serve a recorded web.")
    parser.add_argument("folder", type=Path, help="holds <host>/<path>")
    parser.add_argument("--port", type=int, default=8080)
    parser.add_argument("--clock", type=datetime.fromisoformat, help="leave out feed items after this moment")
    options = parser.parse_args(arguments)
    with serve(options.folder, port=options.port) as replay, suppress(KeyboardInterrupt):
        if options.clock is not None:
            replay.set_clock(options.clock if options.clock.tzinfo else options.clock.replace(tzinfo=UTC))
        sys.stdout.write(f'connect_to = "{replay.address}"\n')
        sys.stdout.flush()
        _pause()


if __name__ == "__main__":
    main()
