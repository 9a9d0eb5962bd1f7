"""An edition leaves: each mail once, late ones on the next run, doubtful ones never again by themselves."""

import email
import email.policy
import logging
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from contrecoup.digest.mail import Mail
from contrecoup.digest.pictures import taken_out
from contrecoup.settings import Mail as Server
from extractors.smtp import Outcome
from flows import outbox
from flows.brief import brief
from flows.deliver import Told
from flows.desk import open_desk
from flows.outbox import PASSWORD
from flows.subscriptions import readers_at, subscribe, unsubscribe

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.integration
RUNNER = Path(__file__).with_name("killed_run.py")
MORNING = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
A_MINUTE_LATER = MORNING + timedelta(minutes=1)
NEXT_MORNING = datetime(2025, 1, 29, 5, 30, tzinfo=UTC)
READERS = {"lectrice@contrecoup.example": "fr", "reader@contrecoup.example": "en"}


@dataclass
class Office:
    """A mail server: what it answers to the final dot, and what it took."""

    answer: str = "250 OK"
    port: int = 0
    mails: list[tuple[str, bytes]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Answer the final dot, and keep the mail if it was taken."""
        del server, session
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append((envelope.rcpt_tos[0], envelope.content))
        return self.answer

    def to(self) -> list[str]:
        """Who has mail."""
        return sorted(recipient for recipient, _ in self.mails)


def _let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object) -> AuthResult:
    del server, session, envelope, mechanism
    known = isinstance(auth_data, LoginPassword) and auth_data.password == b"right"
    return AuthResult(success=known, handled=False)


@pytest.fixture
def office() -> Iterator[Office]:
    """A running mail server on the loopback; whoever logs in needs the right password."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    it = Office()
    with socket.create_server(("127.0.0.1", 0)) as free:
        it.port = free.getsockname()[1]
    server = Controller(it, hostname="127.0.0.1", port=it.port, authenticator=_let_in, auth_require_tls=False)
    server.start()
    yield it
    server.stop()


@pytest.fixture
def mailing(copy: "Desk", office: Office) -> "Desk":
    """The desk after the small week, with a mail server and two readers since."""
    copy.more = (
        f'[mail]\nhost = "127.0.0.1"\nport = {office.port}\nsecurity = "none"\nsender = "desk@contrecoup.example"'
    )
    for address, lang in READERS.items():
        copy.more += f'\n[[recipients]]\naddress = "{address}"\nlang = "{lang}"'
    copy.set_up()
    return copy


def _brief(desk: "Desk", now: datetime = MORNING) -> Told:
    return brief.fn(str(desk.config), now)


def _states(desk: "Desk") -> list[tuple[object, ...]]:
    return desk.rows("select distinct state, attempts from deliveries where edition_on = '2025-01-28'")


def test_each_reader_gets_the_edition_once(mailing: "Desk", office: Office) -> None:
    """In the reader's language, and not again when the edition is built again."""
    assert _brief(mailing).warnings == ()
    assert _brief(mailing).warnings == ()
    assert office.to() == sorted(READERS)
    for recipient, raw in office.mails:
        message = email.message_from_bytes(raw, policy=email.policy.default)
        assert message["Content-Language"] == READERS[recipient]
    assert _states(mailing) == [("sent", 1)]


def test_readers_with_topics_of_their_own_share_an_edition_of_their_own(mailing: "Desk", office: Office) -> None:
    """It is built once, stands in the folder under its profile's name, and holds none of the other topics."""
    topics = 'topics = ["crypto_mining"]\nsymbols = ["CIFR"]'
    for reader in ("mineur", "mineuse"):
        mailing.more += f'\n[[recipients]]\naddress = "{reader}@contrecoup.example"\nlang = "en"\n{topics}'
    mailing.set_up()
    told = _brief(mailing)
    assert told.warnings == ()
    assert office.to() == sorted([*READERS, "mineur@contrecoup.example", "mineuse@contrecoup.example"])
    found = mailing.rows("select lang, profile from digests where edition_on = '2025-01-28' order by all")
    [name] = {str(profile) for _, profile in found} - {"default"}
    assert found == sorted([("en", "default"), ("en", name), ("fr", "default")])
    assert {path.name for path in told.files if name in path.name} == {
        f"2025-01-28-en-{name}.{form}" for form in ("html", "txt", "eml")
    }
    sections = mailing.rows(f"select distinct section from digest_items where profile = '{name}'")  # noqa: S608
    assert {str(section) for (section,) in sections} <= {
        "crypto_mining",
        "linked_stories",
        "linked_moves",
        "unexplained",
    }
    assert "Nvidia" not in (mailing.digests / f"2025-01-28-en-{name}.txt").read_text("utf-8").split("Coverage")[0]


def test_a_server_that_asks_to_wait_is_asked_again(mailing: "Desk", office: Office) -> None:
    """4xx leaves the mail planned; a run at once leaves it alone, the one of a minute later sends it."""
    office.answer = "451 try later"
    [first, second] = _brief(mailing).warnings
    assert "451 try later" in first
    assert "tried again" in second
    assert (_states(mailing), office.mails) == ([("planned", 1)], [])
    office.answer = "250 OK"
    assert _brief(mailing).warnings == ()
    assert (_states(mailing), office.mails) == ([("planned", 1)], [])
    assert _brief(mailing, A_MINUTE_LATER).warnings == ()
    assert (_states(mailing), office.to()) == ([("sent", 2)], sorted(READERS))


def test_a_mail_that_waited_overnight_leaves_with_the_next_edition(mailing: "Desk", office: Office) -> None:
    """Both editions arrive, the late one first."""
    office.answer = "451 try later"
    _brief(mailing)
    office.answer = "250 OK"
    assert _brief(mailing, NEXT_MORNING).warnings == ()
    dates = [email.message_from_bytes(raw)["Message-ID"].split("-fr-")[0] for _, raw in office.mails if b"-fr-" in raw]
    assert dates == ["<digest-2025-01-28", "<digest-2025-01-29"]


def test_an_edition_that_waited_for_days_is_no_news(mailing: "Desk", office: Office) -> None:
    """Only the new one leaves; of the old one a person is told, and may send it."""
    office.answer = "451 try later"
    _brief(mailing)
    office.answer = "250 OK"
    _brief(mailing, datetime(2025, 2, 1, 5, 30, tzinfo=UTC))
    assert office.to() == sorted(READERS)
    assert _states(mailing) == [("failed", 1)]


def test_a_reader_who_left_is_not_written_to(mailing: "Desk", office: Office) -> None:
    """A mail that still waited for an address that the settings no longer have."""
    office.answer = "451 try later"
    _brief(mailing)
    office.answer = "250 OK"
    mailing.config.write_text(mailing.config.read_text("utf-8").replace("lectrice@", "autre@"), "utf-8")
    _brief(mailing, A_MINUTE_LATER)
    assert office.to() == ["autre@contrecoup.example", "reader@contrecoup.example"]


def test_a_wrong_password_is_told_and_mended(mailing: "Desk", office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line names the variable and not the password; with the right one, a person has it sent."""
    text = mailing.config.read_text("utf-8").replace("[mail]\n", '[mail]\nuser = "desk"\n')
    mailing.config.write_text(text, "utf-8")
    monkeypatch.setenv(PASSWORD, "canary-7391")
    warnings = _brief(mailing).warnings
    assert len(warnings) == len(READERS)
    assert all(PASSWORD in line and "canary-7391" not in line for line in warnings)
    assert (_states(mailing), office.mails) == ([("failed", 1)], [])
    monkeypatch.setenv(PASSWORD, "right")
    assert _brief(mailing).warnings == ()
    assert office.mails == []
    assert outbox.send_now(open_desk(str(mailing.config), MORNING), failed_too=True) == (len(READERS), [])
    assert (_states(mailing), office.to()) == ([("sent", 2)], sorted(READERS))


def test_a_failed_mail_leaves_the_failures_when_it_is_sent(mailing: "Desk", office: Office) -> None:
    """What a later run mended is no open failure any more."""
    office.answer = "451 try later"
    _brief(mailing)
    assert mailing.rows("select count(*) from failures_open where stage = 'deliver'") == [(2,)]
    office.answer = "250 OK"
    _brief(mailing, NEXT_MORNING)
    assert mailing.rows("select count(*) from failures_open where stage = 'deliver'") == [(0,)]


def test_a_mail_cut_off_at_the_final_dot_is_reported_and_never_sent_again(mailing: "Desk", office: Office) -> None:
    """The process died after ``committing`` was kept: the mail may have left, and a reader is not written to twice."""
    with mailing.store() as store:
        store._connection.execute("delete from digests where edition_on = '2025-01-28'")
    command = [sys.executable, str(RUNNER), str(mailing.folder), "2025-01-28", "2025-01-28"]
    command += ["Delivery", "after", "committing"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert sorted(_states(mailing)) == [("committing", 0), ("planned", 0)]
    [warning] = _brief(mailing).warnings
    assert "may or may not have left" in warning
    assert _brief(mailing).warnings == ()
    assert office.to() == ["lectrice@contrecoup.example"]
    assert sorted(_states(mailing)) == [("sent", 1), ("unknown", 0)]


def test_two_runs_side_by_side_send_a_mail_once(
    mailing: "Desk", office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk where locks do not hold, the second has the body at the server when it finds that the first sent it."""
    real, depth = outbox.send_mail, []
    monkeypatch.setattr(outbox, "only_mailing", lambda _database, *, wait: nullcontext(wait))

    def beside(mail: Mail, server: Server, *, password: str | None, before_dot: Callable[[], None]) -> Outcome:
        if not depth:
            depth.append("a run inside a run")
            assert _brief(mailing).warnings == ()
        return real(mail, server, password=password, before_dot=before_dot)

    monkeypatch.setattr(outbox, "send_mail", beside)
    assert _brief(mailing).warnings == ()
    assert office.to() == sorted(READERS)
    assert _states(mailing) == [("sent", 1)]


def test_a_reader_who_has_unsubscribed_is_planned_no_mail(mailing: "Desk", office: Office) -> None:
    """In no case of the address, of no edition, until they subscribe again."""
    desk = open_desk(mailing.config, MORNING)
    [reader] = readers_at(desk.settings, "LECTRICE@contrecoup.example")
    unsubscribe(desk, [reader])
    assert _brief(mailing).warnings == ()
    assert office.to() == ["reader@contrecoup.example"]
    assert mailing.rows("select recipient from deliveries") == [("reader@contrecoup.example",)]
    subscribe(desk, [reader])
    assert _brief(mailing, A_MINUTE_LATER).warnings == ()
    assert office.to() == sorted(READERS)


def test_mails_are_planned_with_the_edition_that_they_carry(mailing: "Desk", office: Office) -> None:
    """A run that dies right after the edition was kept still owes its mails, and the next run sends them."""
    with mailing.store() as store:
        store._connection.execute("delete from digests where edition_on = '2025-01-28'")
    command = [sys.executable, str(RUNNER), str(mailing.folder), "2025-01-28", "2025-01-28", "Digest", "after"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert (_states(mailing), office.mails) == ([("planned", 0)], [])
    assert _brief(mailing, NEXT_MORNING).warnings == ()
    assert office.to() == sorted([*READERS, *READERS])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_mail_of_the_folder_is_the_edition(lived: "Desk", lang: str) -> None:
    """It reads back with its text, its HTML, its pictures and its language, and no line is longer than mail allows."""
    raw = (lived.digests / f"2025-01-28-{lang}.eml").read_bytes()
    message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.default)
    html, text = message.get_body(("html",)), message.get_body(("plain",))
    assert message.defects == []
    assert html is not None
    assert text is not None
    files = {form: (lived.digests / f"2025-01-28-{lang}.{form}").read_text("utf-8") for form in ("txt", "html")}
    page, pictures = taken_out(files["html"])
    for part, same in ((text, files["txt"]), (html, page)):
        assert part.get_content().replace("\r\n", "\n").strip() == same.strip()
    attached = [part for part in message.walk() if part.get_content_maintype() == "image"]
    assert [(part["Content-ID"], part.get_payload(decode=True)) for part in attached] == [
        (f"<{picture.cid}>", picture.content) for picture in pictures
    ]
    assert message["Content-Language"] == lang
    assert max(map(len, raw.splitlines())) <= 998
