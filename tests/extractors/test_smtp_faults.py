"""Every way in which a mail server fails: the right state, and never a second mail (RELIABILITY F5, G11).

Five runs of the outbox for each fault: one while the server fails, four after it was mended, of which the first comes
too early for a mail that was put off and the second is a person's, for what failed. The server is aiosmtpd, made to
misbehave at one stage of the conversation.
"""

import asyncio
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from contrecoup.digest.mail import Mail
from contrecoup.models import Delivery, DeliveryState, Digest
from contrecoup.settings import Mail as Server
from contrecoup.settings import Recipient, Settings
from extractors.smtp import Outcome, send_mail
from flows import outbox
from flows.desk import Desk
from storage.store import Store, open_store

PLANNED, FAILED = DeliveryState.PLANNED, DeliveryState.FAILED
UNKNOWN, SENT = DeliveryState.UNKNOWN, DeliveryState.SENT
NOW = datetime(2025, 1, 28, 6, 0, tzinfo=UTC)
DAY = date(2025, 1, 28)
PATIENCE_S = 0.5
PLENTY_S = 20.0
"""For every reply that a sound server gives: the machine may be busy."""
SECRET = "canary-7391"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What the server does at a stage: a reply, or ``hang``, ``drop``, ``drip``; and the state that is right.

    ``taken`` is how many mails the server keeps though it fails. ``mended`` is how many it has after the runs that
    follow: at most one, and one wherever nothing had left.
    """

    at: str
    does: str
    state: DeliveryState
    taken: int = 0
    security: str = "none"
    user: str | None = None

    @property
    def mended(self) -> int:
        """Mails at the server in the end."""
        return 1 if self.state in {PLANNED, FAILED} else self.taken

    def __str__(self) -> str:
        """For the name of the test."""
        return f"{self.at} {self.does}"


FAULTS = [
    Fault(at="connect", does="refused", state=PLANNED),
    Fault(at="banner", does="hang", state=PLANNED),
    Fault(at="banner", does="drop", state=PLANNED),
    Fault(at="banner", does="drip", state=PLANNED),
    Fault(at="banner", does="421 too busy", state=PLANNED),
    Fault(at="banner", does="554 not here", state=FAILED),
    Fault(at="EHLO", does="421 closing", state=PLANNED),
    Fault(at="EHLO", does="502 refused", state=FAILED),
    Fault(at="EHLO", does="hang", state=PLANNED),
    Fault(at="STARTTLS", does="missing", state=FAILED, security="starttls"),
    Fault(at="STARTTLS", does="454 no TLS now", state=PLANNED, security="starttls"),
    Fault(at="STARTTLS", does="drop", state=PLANNED, security="starttls"),
    Fault(at="certificate", does="untrusted", state=FAILED, security="starttls"),
    Fault(at="certificate", does="expired", state=FAILED, security="starttls"),
    Fault(at="certificate", does="another name", state=FAILED, security="starttls"),
    Fault(at="AUTH", does="535 refused", state=FAILED, user="desk"),
    Fault(at="AUTH", does="454 later", state=PLANNED, user="desk"),
    Fault(at="AUTH", does="drop", state=PLANNED, user="desk"),
    Fault(at="MAIL", does="451 later", state=PLANNED),
    Fault(at="MAIL", does="550 no", state=FAILED),
    Fault(at="RCPT", does="450 greylisted", state=PLANNED),
    Fault(at="RCPT", does="550 no such user", state=FAILED),
    Fault(at="RCPT", does="garbage", state=PLANNED),
    Fault(at="DATA", does="451 later", state=PLANNED),
    Fault(at="DATA", does="554 no", state=FAILED),
    Fault(at="DATA", does="drop", state=PLANNED),
    Fault(at="body", does="drop", state=PLANNED),
    Fault(at="body", does="552 too much", state=FAILED),
    Fault(at="dot", does="451 later", state=PLANNED),
    Fault(at="dot", does="421 closing", state=PLANNED),
    Fault(at="dot", does="552 too big", state=FAILED),
    Fault(at="dot", does="drop", state=UNKNOWN),
    Fault(at="dot", does="drop", state=UNKNOWN, taken=1),
    Fault(at="dot", does="hang", state=UNKNOWN, taken=1),
    Fault(at="dot", does="drip", state=UNKNOWN, taken=1),
    Fault(at="dot", does="garbage", state=UNKNOWN, taken=1),
    Fault(at="dot", does="354 go on", state=UNKNOWN),
    Fault(at="dot", does="250 then gone", state=SENT, taken=1),
    Fault(at="QUIT", does="hang", state=SENT, taken=1),
    Fault(at="QUIT", does="421 closing", state=SENT, taken=1),
]


class Misbehaving(SMTP):
    """Replies as its office's fault wants at one stage, and soundly at all others."""

    stage = "banner"
    office: "Office"

    async def push(self, status: str | bytes) -> None:
        """Every reply goes through here."""
        fault = self.office.fault
        if fault is not None and fault.at == "body" and self.stage == "DATA":
            await super().push(status)
            await self._act(fault.does)
        elif fault is not None and fault.at == self.stage and fault.does != "250 then gone":
            await self._act(fault.does)
        else:
            await super().push(status)
            if fault is not None and fault.at == self.stage:
                self._leave()

    async def _act(self, does: str) -> None:
        if does[0].isdigit():
            await super().push(does)
            if does.startswith(("421", "552 too much")):
                self._leave()
        elif does == "garbage":
            await super().push(b"\x00\xff wibble")
        elif does == "drip":
            while not self.transport.is_closing():
                self.transport.write(b"2")
                await asyncio.sleep(PATIENCE_S / 5)
        elif does == "hang":
            await asyncio.Event().wait()  # until the client has gone
        if does in {"drop", "drip", "hang"}:
            self._leave()

    def eof_received(self) -> bool:
        """The client has gone: nothing is left to wait for."""
        super().eof_received()
        return False

    def _leave(self) -> None:
        self.transport.close()
        self.office.gone.set()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802  aiosmtpd's names
        """See aiosmtpd, as all below."""
        self.stage = "EHLO"
        await super().smtp_EHLO(hostname)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        """What smtplib tries when EHLO is refused: refused as well."""
        self.stage = "EHLO"
        await super().smtp_HELO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        """Stage of its own."""
        self.stage = "STARTTLS"
        await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        """Stage of its own."""
        self.stage = "AUTH"
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        """Stage of its own."""
        self.stage = "MAIL"
        await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        """Stage of its own."""
        self.stage = "RCPT"
        await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        """Stage of its own; the handler begins the next."""
        self.stage = "DATA"
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        """Stage of its own."""
        self.stage = "QUIT"
        await super().smtp_QUIT(arg)


@dataclass
class Office:
    """A post office: its fault, its certificates, and the mails that it took."""

    certificates: dict[str, Path]
    fault: Fault | None = None
    port: int = 0
    mails: list[str] = field(default_factory=list)
    gone: threading.Event = field(default_factory=threading.Event)

    async def handle_DATA(self, server: Misbehaving, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """The final dot was read."""
        del session
        server.stage = "dot"
        if self.fault is None or self.fault.taken:
            self.mails.extend(envelope.rcpt_tos)
        return "250 OK"

    def to(self, reader: str) -> int:
        """How many mails a reader has."""
        return self.mails.count(reader)


class Offices(Controller):
    """aiosmtpd's thread; each connection is met by the fault of its moment."""

    def factory(self) -> SMTP:
        """One for each connection."""
        office: Office = self.handler
        fault = office.fault
        what = fault.does if fault is not None and fault.at == "certificate" else "sound"
        tls: ssl.SSLContext | None = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        assert tls is not None
        tls.load_cert_chain(office.certificates[what])
        if fault is not None and fault.does == "missing":
            tls = None
        server = Misbehaving(office, tls_context=tls, authenticator=_let_in, auth_require_tls=False)
        server.office = office
        return server


def _let_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: object) -> AuthResult:
    return AuthResult(success=isinstance(data, LoginPassword) and data.password == SECRET.encode(), handled=False)


def _certificate(folder: Path, what: str) -> Path:
    """A self-signed certificate with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    host = "elsewhere.example" if what == "another name" else "localhost"
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    end = begin + timedelta(days=30 if what == "expired" else 36500)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, begin, end)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / f"{what.replace(' ', '-')}.pem"
    file.write_bytes(pem + made.public_bytes(serialization.Encoding.PEM))
    return file


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A running server, sound to begin with."""
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    folder = tmp_path_factory.mktemp("tls")
    it = Office({what: _certificate(folder, what) for what in ("sound", "untrusted", "expired", "another name")})
    with socket.create_server(("127.0.0.1", 0)) as free:
        it.port = free.getsockname()[1]
    server = Offices(it, hostname="127.0.0.1", port=it.port)
    server.start()
    yield it
    server.stop()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One database for all; each fault has a reader of its own."""
    with open_store(tmp_path_factory.mktemp("desk") / "contrecoup.duckdb") as opened:
        yield opened


@pytest.fixture
def send(monkeypatch: pytest.MonkeyPatch, office: Office) -> Callable[..., list[str]]:
    """A run of the outbox that trusts our certificates, with little patience for replies that never come."""
    trusted = ssl.create_default_context()
    for what in ("sound", "expired", "another name"):
        trusted.load_verify_locations(office.certificates[what])
    monkeypatch.setenv(outbox.PASSWORD, SECRET)

    def hastily(mail: Mail, server: Server, *, password: str | None, before_dot: Callable[[], None]) -> Outcome:
        def commit() -> None:
            before_dot()
            if office.fault is not None and office.fault.at == "body":
                assert office.gone.wait(5)

        slow = office.fault is not None and office.fault.does in {"hang", "drip"}
        late = slow and office.fault is not None and office.fault.at in {"dot", "QUIT"}
        timeouts_s = (PATIENCE_S if slow and not late else PLENTY_S, PATIENCE_S if late else PLENTY_S)
        return send_mail(mail, server, password=password, before_dot=commit, tls=trusted, timeouts_s=timeouts_s)

    monkeypatch.setattr(outbox, "send_mail", hastily)
    return outbox.mail_due


@dataclass(frozen=True)
class OpenDesk(Desk):
    """A desk whose database stays open from run to run."""

    opened: Store | None = None

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The one that is open."""
        assert self.opened is not None
        yield self.opened


def _desk(store: Store, folder: Path, reader: str, now: datetime = NOW, **server: Any) -> OpenDesk:  # noqa: ANN401  the settings' own
    mail = Server(host="localhost", sender="desk@newsroom.example", **server)
    settings = Settings(database=folder / "contrecoup.duckdb", mail=mail, recipients=(Recipient(address=reader),))
    return OpenDesk(settings, now, store)


def _state(store: Store, reader: str) -> DeliveryState:
    [row] = [row for row in store.read(Delivery, "deliveries") if row.recipient == reader]
    return row.state


DIGEST = Digest(
    edition_on=DAY,
    lang="fr",
    profile="default",
    since_at=NOW - timedelta(days=1),
    until_at=NOW,
    coverage="complete",
    subject="Contrecoup du 28 janvier",
    html="<p>Nvidia</p>",
    text="Nvidia\n",
    built_at=NOW,
)


def test_there_are_at_least_twenty_faults() -> None:
    """As the goal G11 wants them, no two alike."""
    assert len({(str(fault), fault.taken) for fault in FAULTS}) == len(FAULTS) >= 20


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_leaves_the_right_state_and_no_second_mail(
    fault: Fault, office: Office, store: Store, send: Callable[..., list[str]], tmp_path: Path
) -> None:
    """What had not left leaves once when the server is mended, what failed when a person says so; no other again."""
    reader = f"reader{FAULTS.index(fault)}@bank.example"
    access = {"port": office.port, "security": fault.security, "user": fault.user}
    desk = _desk(store, tmp_path, reader, **access)
    store.save([DIGEST], outbox.plan(desk, [], [DIGEST]))
    office.fault = fault
    office.gone.clear()
    closed = _desk(store, tmp_path, reader, port=1)
    try:
        warnings = send(closed if fault.at == "connect" else desk, [DIGEST])
    finally:
        office.fault = None
    assert _state(store, reader) is fault.state
    assert (len(warnings), office.to(reader)) == (fault.state is not SENT, fault.taken)
    assert SECRET not in "".join(warnings)
    assert send(desk, [DIGEST]) == []
    assert office.to(reader) == fault.taken
    assert outbox.send_now(desk, failed_too=True, at_once=False)[0] == (fault.state is FAILED)
    assert office.to(reader) == (fault.mended if fault.state is FAILED else fault.taken)
    for minutes in (1, 2):
        assert send(_desk(store, tmp_path, reader, NOW + timedelta(minutes=minutes), **access), [DIGEST]) == []
    assert office.to(reader) == fault.mended
    assert _state(store, reader) is (SENT if fault.mended and fault.state is not UNKNOWN else fault.state)
