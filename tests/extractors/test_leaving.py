"""The page at which readers unsubscribe: a link that is opened does nothing, a button or a mail program's POST does."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message

import pytest

from contrecoup.errors import StoreBusy
from extractors.leaving import leaving_server

LINK = "?list=1&reader=0123456789abcdef0123456789abcdef"
ONE_CLICK = b"List-Unsubscribe=One-Click"


@dataclass
class Wishes:
    """What the page asked for, and where it is served."""

    url: str = ""
    queries: list[str] = field(default_factory=list)
    busy: bool = False

    def leave(self, query: str) -> bool:
        """As ``flows.subscriptions.leave_by`` gives it: one link is a reader's."""
        if self.busy:
            raise StoreBusy("Another process holds the database.")
        self.queries.append(query)
        return f"?{query}" == LINK

    def ask(self, link: str, *, body: bytes | None = None, method: str | None = None) -> tuple[int, str, Message]:
        """Status, page and headers."""
        request = urllib.request.Request(self.url + link, body, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, answer.read().decode(), answer.headers
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(), error.headers


@pytest.fixture
def wishes() -> Iterator[Wishes]:
    """The page on a free port."""
    it = Wishes()
    with leaving_server(it.leave, 0) as server:
        host, port = server.server_address[:2]
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
    """503, and mail programs try again."""
    wishes.busy = True
    status, page, _ = wishes.ask(LINK, body=ONE_CLICK)
    assert (status, "Try again" in page) == (503, True)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS"])
def test_nothing_else_is_done(wishes: Wishes, method: str) -> None:
    """Two methods are all."""
    assert wishes.ask(LINK, method=method)[0] == 405
    assert wishes.queries == []


def test_only_this_machine_is_listened_to(wishes: Wishes) -> None:
    """What stands before it has the certificate."""
    assert wishes.url.startswith("http://127.0.0.1:")


def test_what_readers_ask_is_written_nowhere(wishes: Wishes, capfd: pytest.CaptureFixture[str]) -> None:
    """A link is as good as a signature."""
    wishes.ask(LINK, body=ONE_CLICK)
    assert capfd.readouterr() == ("", "")
