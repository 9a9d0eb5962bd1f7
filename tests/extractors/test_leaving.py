"""The page at which readers unsubscribe: a link that is opened does nothing, a button or a mail program's POST does."""

import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

import pytest

from contrecoup.errors import StoreBusy
from extractors import leaving
from extractors.leaving import leaving_server

LINK = "?list=1&reader=0123456789abcdef0123456789abcdef"
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass
class Wishes:
    """What the page asked for, and where it is served."""

    url: str = ""
    queries: list[str] = field(default_factory=list)
    busy: bool = False
    address: tuple[str, int] = ("", 0)

    def leave(self, query: str) -> bool:
        """As ``flows.subscriptions.leave_by`` gives it: one link is a reader's."""
        if self.busy:
            raise StoreBusy("Another process holds the database.")
        self.queries.append(query)
        return f"?{query}" == LINK

    def connect(self) -> socket.socket:
        """A client that has said nothing yet."""
        return socket.create_connection(self.address, timeout=5)

    def ask(self, link: str, *, body: bytes | None = None, method: str | None = None) -> tuple[int, str, Message]:
        """Status, page and headers."""
        request = urllib.request.Request(self.url + link, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers


def _drip(client: socket.socket, *, most: int) -> int:
    """Send a byte now and then: how many before the server had enough."""
    for number in range(most):
        try:
            client.sendall(b"x")
        except OSError:
            return number
        time.sleep(0.01)
    return most


@pytest.fixture
def wishes() -> Iterator[Wishes]:
    """The page on a free port."""
    it = Wishes()
    with leaving_server(it.leave, 0) as server:
        host, port = server.server_address[:2]
        it.address = (str(host), int(port))
        it.url = f"http://{host!s}:{port}/out"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield it
        server.shutdown()
        thread.join()


def test_a_link_that_is_opened_changes_nothing(wishes: Wishes) -> None:
    """Guards open every link of a mail: they find a button, in both languages, and nothing to load."""
    status, page, headers = wishes.ask(LINK)
    assert (status, wishes.queries) == (200, [])
    assert page.count('<form method="post">') == 2
    assert "Ne plus recevoir" in page
    assert "Stop receiving" in page
    assert "0123456789abcdef" not in page
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")


@pytest.mark.parametrize("body", [ONE_CLICK, b"", b"x" * 4096], ids=["one click", "nothing", "a lot"])
def test_a_post_unsubscribes(wishes: Wishes, body: bytes) -> None:
    """Whatever it says: mail programs send it as RFC 8058 has it, forms likewise."""
    status, page, _ = wishes.ask(LINK, body=body)
    assert (status, wishes.queries) == (200, [LINK.removeprefix("?")])
    assert "vous ne recevrez plus" in page
    assert "you will not receive" in page


@pytest.mark.parametrize("link", ["?reader=", "?reader=%3Cscript%3E", "?list=1", ""])
def test_a_link_of_nobody_is_not_found(wishes: Wishes, link: str) -> None:
    """And the page repeats nothing of it."""
    status, page, _ = wishes.ask(link, body=ONE_CLICK)
    assert status == 404
    assert "aucun lecteur" in page
    assert "script" not in page


def test_an_address_without_a_reader_has_no_button(wishes: Wishes) -> None:
    """Somebody looks around."""
    assert wishes.ask("")[0] == 404


def test_a_busy_database_is_asked_again_later(wishes: Wishes) -> None:
    """503, and mail programs try again after the time that it names."""
    wishes.busy = True
    status, page, headers = wishes.ask(LINK, body=ONE_CLICK)
    assert (status, "Try again" in page, headers["Retry-After"]) == (503, True, "60")


def test_what_a_guard_asks_of_a_link_has_the_answer_of_the_button_without_its_page(wishes: Wishes) -> None:
    """HEAD is GET without a body (RFC 9110 §9.3.2), and changes nothing either."""
    status, page, headers = wishes.ask(LINK, method="HEAD")
    assert (status, page, wishes.queries) == (200, "", [])
    assert int(headers["Content-Length"]) == len(wishes.ask(LINK)[1].encode())
    assert wishes.ask("", method="HEAD")[0] == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_nothing_else_is_done(wishes: Wishes, method: str) -> None:
    """Three methods are all, and are named."""
    status, page, headers = wishes.ask(LINK, method=method)
    assert (status, headers["Allow"]) == (405, "GET, HEAD, POST")
    assert "does nothing else" in page
    assert wishes.queries == []


@pytest.mark.parametrize("length", ["-1", "99999999999", "9" * 5000, "abc", "1_0"])
def test_a_length_that_is_none_is_not_waited_for(wishes: Wishes, length: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a byte beyond the first few thousand is read, and no client makes the page wait for what never comes."""
    monkeypatch.setattr(leaving, "PATIENCE_S", 0.2)
    with wishes.connect() as client:
        client.sendall(f"POST /out{LINK} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.0 200 OK")
    assert wishes.queries == [LINK.removeprefix("?")]


def test_a_silent_client_keeps_nobody_waiting(wishes: Wishes) -> None:
    """Each has a thread of its own."""
    with wishes.connect(), wishes.connect() as half:
        half.sendall(b"POST /out")
        assert wishes.ask(LINK, body=ONE_CLICK)[0] == 200


def test_silent_clients_are_sent_away_and_no_more_is_said_of_it(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """More of them than are answered side by side: who comes after them waits no longer than they may."""
    monkeypatch.setattr(leaving, "PATIENCE_S", 0.2)
    clients = [wishes.connect() for _ in range(leaving.MOST_AT_ONCE + 8)]
    assert wishes.ask(LINK, body=ONE_CLICK)[0] == 200
    assert [client.recv(1) for client in clients] == [b""] * len(clients)
    for client in clients:
        client.close()
    assert capfd.readouterr() == ("", "")


def test_a_client_has_its_time_for_all_that_it_says(wishes: Wishes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not for each byte: who sends one now and then would stay for hours."""
    monkeypatch.setattr(leaving, "PATIENCE_S", 0.2)
    with wishes.connect() as client:
        assert _drip(client, most=500) < 500


def test_a_problem_is_told_to_who_serves_the_page_without_the_link(
    wishes: Wishes, capfd: pytest.CaptureFixture[str]
) -> None:
    """What happened and what to do: the reader's link stays a secret."""
    wishes.busy = True
    wishes.ask(LINK, body=ONE_CLICK)
    assert capfd.readouterr() == ("", "Another process holds the database.\n")


def test_an_error_of_ours_in_the_server_is_not_kept_quiet(
    wishes: Wishes, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only those of a connection are."""

    def broken(_handler: object) -> None:
        raise LookupError

    monkeypatch.setattr(leaving._Handler, "setup", broken)
    with wishes.connect() as client:
        assert client.recv(1) == b""
    assert "LookupError" in capfd.readouterr().err


def test_only_this_machine_is_listened_to(wishes: Wishes) -> None:
    """What stands before it has the certificate."""
    assert wishes.url.startswith("http://127.0.0.1:")


def test_what_readers_ask_is_written_nowhere(wishes: Wishes, capfd: pytest.CaptureFixture[str]) -> None:
    """A link is as good as a signature."""
    wishes.ask(LINK, body=ONE_CLICK)
    assert capfd.readouterr() == ("", "")
