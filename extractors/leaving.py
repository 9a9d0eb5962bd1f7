"""The page at which readers unsubscribe, on the loopback: GET shows a button, POST does it (RFC 8058). Beside the pipe.

A web server with TLS stands before it: its address is ``unsubscribe`` in ``[mail]`` of the settings. A GET changes
nothing, because mail programs and their guards open links by themselves.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from socketserver import TCPServer
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from contrecoup.errors import ContrecoupError

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

HOST = "127.0.0.1"
PATIENCE_S = 10.0
LONGEST_BODY = 4096
BUTTON = '<form method="post"><button name="List-Unsubscribe" value="One-Click">{}</button></form>'

_PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Contrecoup</title></head><body><main>
<div lang="fr">{french}</div>
<div lang="en">{english}</div>
</main></body></html>
"""
_ASKS = (BUTTON.format("Ne plus recevoir le digest"), BUTTON.format("Stop receiving the digest"))
_DONE = ("<p>C’est fait : vous ne recevrez plus ce digest.</p>", "<p>Done: you will not receive this digest again.</p>")
_UNKNOWN = ("<p>Ce lien n’est celui d’aucun lecteur.</p>", "<p>This is no reader’s link.</p>")
_LATER = ("<p>Réessayez dans une minute.</p>", "<p>Try again in a minute.</p>")
_REFUSED = ("<p>Cette page ne sait faire que cela.</p>", "<p>This page does nothing else.</p>")


class _Server(WSGIServer):
    def server_bind(self) -> None:
        """Bind without asking a name server who we are, which ``HTTPServer`` does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, int(self.server_address[1])
        self.setup_environ()


class _Handler(WSGIRequestHandler):
    timeout = PATIENCE_S

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name that http.server gives)
        """Say nothing: the address of a request is a reader's secret."""


def leaving_server(leave: Callable[[str], bool], port: int) -> WSGIServer:
    """A server on the loopback for the page; port 0 takes a free one. ``leave`` is as for ``leaving_page``.

    Raises
    ------
    OSError
        when the port is taken.

    """
    server = _Server((HOST, port), _Handler)
    server.set_app(leaving_page(leave))
    return server


def leaving_page(leave: Callable[[str], bool]) -> "WSGIApplication":
    """The page as a WSGI application (PEP 3333).

    ``leave`` takes the query of the reader's link, ends the subscription and tells whether it was a reader's. When it
    raises an error of ours (the database is busy, the settings are broken), the answer is 503.
    """

    def page(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status, (french, english) = _answer(environ, leave)
        body = _PAGE.format(french=french, english=english).encode()
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'"),
            ("Referrer-Policy", "no-referrer"),
            ("Cache-Control", "no-store"),
        ]
        start_response(status, headers)
        return [body]

    return page


def _answer(environ: "WSGIEnvironment", leave: Callable[[str], bool]) -> tuple[str, tuple[str, str]]:
    query = environ.get("QUERY_STRING", "")
    if environ["REQUEST_METHOD"] == "GET":
        return ("200 OK", _ASKS) if "reader=" in query else ("404 Not Found", _UNKNOWN)
    if environ["REQUEST_METHOD"] != "POST":
        return "405 Method Not Allowed", _REFUSED
    with suppress(OSError, ValueError):  # what it says is known; read, it does not break the connection
        environ["wsgi.input"].read(min(int(environ.get("CONTENT_LENGTH") or 0), LONGEST_BODY))
    try:
        return ("200 OK", _DONE) if leave(query) else ("404 Not Found", _UNKNOWN)
    except ContrecoupError:
        return "503 Service Unavailable", _LATER
