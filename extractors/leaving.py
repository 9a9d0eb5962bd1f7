"""The page at which readers unsubscribe, on the loopback: GET shows a button, POST does it (RFC 8058). Beside the pipe.

A web server with TLS stands before it: its address is ``unsubscribe`` in ``[mail]`` of the settings. A GET changes
nothing, because mail programs and their guards open links by themselves.
"""

import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from http import HTTPStatus
from io import BufferedReader, RawIOBase
from socket import socket
from socketserver import TCPServer, ThreadingMixIn
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from contrecoup.digest.wording import read_phrases
from contrecoup.errors import ContrecoupError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
PATIENCE_S = 10.0
"""How long a client may take to ask, from its first byte to its last."""
MOST_AT_ONCE = 32
"""Clients that are answered side by side; more of them wait, at most as long as the slowest may take."""
LONGEST_BODY = 4096
LANGS = ("fr", "en")
BUTTON = '<form method="post"><button name="List-Unsubscribe" value="One-Click">{}</button></form>'

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Contrecoup</title></head><body><main>
{}
</main></body></html>
"""
_BESIDES = {
    HTTPStatus.METHOD_NOT_ALLOWED: [("Allow", "GET, HEAD, POST")],
    HTTPStatus.SERVICE_UNAVAILABLE: [("Retry-After", "60")],
}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int) -> None:
        """Listen on the loopback."""
        self._room = BoundedSemaphore(MOST_AT_ONCE)
        super().__init__((HOST, port), _Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server who we are, which ``HTTPServer`` does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])
        self.setup_environ()

    def process_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (as typeshed has it)
        """Answer in a thread of its own, when there is room."""
        self._room.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (as typeshed has it)
        """Answer, and make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 (as typeshed has it)
        """A client that went away, or never came to its point, is nobody's business."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Until(RawIOBase):
    """What a client sends until a moment (of the monotonic clock), however slowly; then TimeoutError."""

    def __init__(self, connection: socket, until: float) -> None:
        self._connection = connection
        self._until = until

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 (as typeshed has it)
        """See ``RawIOBase``."""
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._connection.settimeout(left_s)
        return self._connection.recv_into(buffer)


class _Handler(WSGIRequestHandler):
    def setup(self) -> None:
        """Give the client its time for all that it sends; a timeout of the socket begins anew with each byte."""
        super().setup()
        self.rfile.close()
        self.rfile = BufferedReader(_Until(self.connection, time.monotonic() + PATIENCE_S))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives)
        """Say nothing: the address of a request is a reader's secret."""


def leaving_server(leave: Callable[[str], bool], port: int) -> WSGIServer:
    """A server on the loopback for the page; port 0 takes a free one. ``leave`` is as for ``leaving_page``.

    Raises
    ------
    OSError
        when the port is taken.

    """
    server = _Server(port)
    server.set_app(leaving_page(leave))
    return server


def leaving_page(leave: Callable[[str], bool]) -> "WSGIApplication":
    """The page as a WSGI application (PEP 3333).

    ``leave`` takes the query of the reader's link, ends the subscription and tells whether it was a reader's; several
    threads may call it. When it raises an error of ours (the database is busy, the settings are broken), the answer is
    503, and the error is told where the server tells its own.
    """

    def page(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, words = _answer(environ, leave)
        told = BUTTON if words == "asks" else "<p>{}</p>"
        parts = [(lang, told.format(read_phrases(lang)[f"leaving.{words}"])) for lang in LANGS]
        body = _PAGE.format("\n".join(f'<div lang="{lang}">{part}</div>' for lang, part in parts)).encode()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
            *_BESIDES.get(status, ()),
        ]
        start_response(f"{status.value} {status.phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return page


def _answer(environ: "WSGIEnvironment", leave: Callable[[str], bool]) -> tuple[HTTPStatus, str]:
    """The status, and the name of the words that go with it."""
    query = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
        return (HTTPStatus.OK, "asks") if "reader=" in query else (HTTPStatus.NOT_FOUND, "unknown")
    if environ["REQUEST_METHOD"] != "POST":
        return HTTPStatus.METHOD_NOT_ALLOWED, "refused"
    with suppress(OSError, ValueError):  # what it says is known; read, it does not break the connection
        environ["wsgi.input"].read(max(0, min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY)))
    try:
        return (HTTPStatus.OK, "done") if leave(query) else (HTTPStatus.NOT_FOUND, "unknown")
    except ContrecoupError as error:
        environ["wsgi.errors"].write(f"{error}\n")
        return HTTPStatus.SERVICE_UNAVAILABLE, "later"
