import logging
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from contrecoup.digest.mail import Mail
from contrecoup.errors import SendError
from contrecoup.models import DeliveryState
from contrecoup.settings import Mail as Server
from extractors import smtp
from extractors.smtp import Outcome, send_mail

MAIL = Mail(
    message_id="<digest-1@newsroom.example>",
    sender="desk@newsroom.example",
    recipient="reader@bank.example",
    raw="Subject: essai\r\n\r\n.un point\r\n..deux\r\nété\r\n".encode(),
)
SECRET = "canary-7391"


@dataclass
class Box:
    """A mail server's handler that answers as a test tells it to; an answer of "hang up" closes the connection."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    mails: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer RCPT."""
        del session, options
        if self.rcpt == "hang up":
            server.transport.close()
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  same
        """Answer the final dot."""
        del session
        if isinstance(envelope.content, bytes):
            self.mails.append(envelope.content)
        if self.data == "hang up":
            server.transport.close()
        return self.data


class RefusesData(SMTP):
    """Says 554 to DATA itself."""

    async def smtp_DATA(self, arg: str | None) -> None:  # noqa: N802  aiosmtpd's name
        """Answer DATA."""
        del arg
        await self.push("554 no mail today")


class _RefusingController(Controller):
    def factory(self) -> SMTP:
        return RefusesData(self.handler)


@pytest.fixture
def box() -> Box:
    """What the server does and has received."""
    return Box()


@pytest.fixture
def start() -> Iterator[Callable[..., Server]]:
    """Starts servers on the loopback and stops them after the test."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    running: list[Controller] = []

    def run(box: Box, controller: type[Controller] = Controller, **options: Any) -> Server:  # noqa: ANN401  aiosmtpd's
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        server = controller(box, hostname="127.0.0.1", port=port, **options)
        server.start()
        running.append(server)
        return Server(host="localhost", port=port, security="none", sender=MAIL.sender)

    yield run
    for server in running:
        server.stop()


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _send(server: Server, **changes: Any) -> tuple[Outcome, int]:  # noqa: ANN401  passed on
    """The outcome, and how often the caller was asked to commit."""
    asked: list[None] = []
    options: dict[str, Any] = {"before_dot": lambda: asked.append(None), "timeouts_s": (5.0, 5.0), **changes}
    outcome = send_mail(MAIL, server, **options)
    return outcome, len(asked)


def test_a_mail_arrives_byte_for_byte_after_one_commit(box: Box, start: Callable[..., Server]) -> None:
    """Lines that begin with a dot are kept as they are."""
    outcome, asked = _send(start(box))
    assert (outcome.state, outcome.code, asked) == (DeliveryState.SENT, 250, 1)
    assert box.mails == [MAIL.raw]


def test_the_commit_comes_before_the_mail_can_have_left(box: Box, start: Callable[..., Server]) -> None:
    """A commit that fails leaves no mail behind, and its error goes through."""

    def full_disk() -> None:
        assert box.mails == []
        raise OSError(28, "no space")

    with pytest.raises(OSError, match="no space"):
        _send(start(box), before_dot=full_disk)
    assert box.mails == []


@pytest.mark.parametrize(
    ("rcpt", "state", "code"),
    [
        ("450 greylisted", DeliveryState.PLANNED, 450),
        ("550 no such user", DeliveryState.FAILED, 550),
        ("hang up", DeliveryState.PLANNED, None),
    ],
)
def test_a_refusal_before_the_dot_means_that_nothing_left(
    box: Box, start: Callable[..., Server], rcpt: str, state: DeliveryState, code: int | None
) -> None:
    """4xx and a lost connection are tried again, 5xx is not; the caller has nothing to commit."""
    box.rcpt = rcpt
    outcome, asked = _send(start(box))
    assert (outcome.state, outcome.code, asked, box.mails) == (state, code, 0, [])
    assert outcome.advice


def test_a_refusal_of_data_fails(box: Box, start: Callable[..., Server]) -> None:
    """The server's own words are kept for the report."""
    outcome, asked = _send(start(box, _RefusingController))
    assert (outcome.state, outcome.code, asked) == (DeliveryState.FAILED, 554, 0)
    assert outcome.detail == "The server said 554 no mail today."


@pytest.mark.parametrize(
    ("data", "state", "code"),
    [
        ("451 try later", DeliveryState.PLANNED, 451),
        ("552 too big", DeliveryState.FAILED, 552),
        ("hang up", DeliveryState.UNKNOWN, None),
    ],
)
def test_after_the_dot_only_a_reply_tells_what_happened(
    box: Box, start: Callable[..., Server], data: str, state: DeliveryState, code: int | None
) -> None:
    """Without one the mail may have arrived, as it has here."""
    box.data = data
    outcome, asked = _send(start(box))
    assert (outcome.state, outcome.code, asked) == (state, code, 1)
    assert len(box.mails) == 1


def test_a_server_that_is_not_there_is_tried_again(box: Box, start: Callable[..., Server]) -> None:
    """Nothing listens on the port any more."""
    server = start(box)
    outcome, asked = _send(server.model_copy(update={"host": "127.0.0.1", "port": 1}))
    assert (outcome.state, outcome.code, asked) == (DeliveryState.PLANNED, None, 0)


def _authenticator(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:  # noqa: ANN401
    return AuthResult(success=data.password == SECRET.encode(), handled=False)


@pytest.fixture
def locked(box: Box, start: Callable[..., Server], tls: ssl.SSLContext) -> Server:
    """A server that wants STARTTLS, a user and a password."""
    server = start(box, tls_context=tls, require_starttls=True, authenticator=_authenticator, auth_required=True)
    return server.model_copy(update={"security": "starttls", "user": "desk"})


def test_a_mail_leaves_over_starttls_with_the_right_password(box: Box, locked: Server, certificate: Path) -> None:
    """The certificate is one that the caller trusts."""
    outcome, _ = _send(locked, password=SECRET, tls=ssl.create_default_context(cafile=certificate))
    assert outcome.state is DeliveryState.SENT
    assert box.mails == [MAIL.raw]


@pytest.mark.parametrize("password", ["wrong-5550", None, "clé-5550"])
def test_a_wrong_password_fails_and_is_told_to_nobody(
    box: Box, locked: Server, certificate: Path, password: str | None
) -> None:
    """The advice names the environment's variable, and nothing holds the password."""
    outcome, asked = _send(locked, password=password, tls=ssl.create_default_context(cafile=certificate))
    assert (outcome.state, asked, box.mails) == (DeliveryState.FAILED, 0, [])
    assert "CONTRECOUP_SMTP_PASSWORD" in outcome.advice
    assert "5550" not in repr(outcome)


def test_a_certificate_that_nobody_signed_fails_before_the_password_is_sent(box: Box, locked: Server) -> None:
    """There is no second try without verification."""
    outcome, asked = _send(locked, password=SECRET)
    assert (outcome.state, asked, box.mails) == (DeliveryState.FAILED, 0, [])
    assert "certificate" in outcome.advice


def test_a_server_without_starttls_gets_nothing(box: Box, start: Callable[..., Server]) -> None:
    """The settings ask for it, the server does not offer it."""
    outcome, asked = _send(start(box).model_copy(update={"security": "starttls"}))
    assert (outcome.state, asked, box.mails) == (DeliveryState.FAILED, 0, [])
    assert "security" in outcome.advice


def test_a_mail_leaves_over_tls(box: Box, start: Callable[..., Server], tls: ssl.SSLContext, certificate: Path) -> None:
    """Port 465: the connection begins with TLS."""
    server = start(box, ssl_context=tls).model_copy(update={"security": "tls"})
    outcome, _ = _send(server, tls=ssl.create_default_context(cafile=certificate))
    assert (outcome.state, box.mails) == (DeliveryState.SENT, [MAIL.raw])


@pytest.mark.parametrize("recipient", ["", "nobody", "a@x.example>\r\nDATA"])
def test_a_mail_without_a_recipient_is_refused_before_any_connection(recipient: str) -> None:
    """The host does not exist, and is not asked."""
    server = Server(host="no-such-host.invalid", sender=MAIL.sender)
    with pytest.raises(SendError) as caught:
        send_mail(replace(MAIL, recipient=recipient), server, before_dot=lambda: None)
    assert caught.value.kind == "bad_address"
    assert "recipients" in caught.value.advice


def test_a_connection_that_is_closed_gives_no_reply() -> None:
    """An error of smtplib's own, as everything else that goes wrong there."""
    with pytest.raises(smtplib.SMTPServerDisconnected):
        smtp._Punctual().getreply()


def test_a_record_of_tls_is_no_reply() -> None:
    """A server may renew its keys between two replies: there are bytes to read, and none of them is for us."""
    ours, theirs = socket.socketpair()

    class Renewed:
        """What a TLS connection reads then."""

        def peek(self, size: int) -> bytes:
            """Nothing for the caller."""
            raise ssl.SSLWantReadError(size)

    client = smtplib.SMTP()
    client.sock, client.file = ours, Renewed()
    with ours, theirs:
        ours.settimeout(5)
        theirs.send(b"record")
        smtp._expect_silence(client)
        assert ours.gettimeout() == 5
