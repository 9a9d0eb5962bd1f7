"""Sends one mail, in stages, so that we know whether it may have left. The other end of the pipe: Digest → Delivery.

``smtplib`` raises the same error for a mail that was refused and for one that arrived (RFC 1047 describes that
window). Here the caller is asked to commit ``committing`` just before the final dot; a reply decides what follows::

    connect, TLS, login, MAIL, RCPT, DATA, body │ before_dot() │ dot, reply
    nothing has left: PLANNED (try again), FAILED                SENT (2xx), PLANNED (4xx), FAILED (5xx); without such
                                                                 a reply UNKNOWN: never sent again by itself
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from select import select
from threading import Timer

from contrecoup.digest.mail import Mail, check_address
from contrecoup.models import DeliveryState
from contrecoup.scrub import scrub
from contrecoup.settings import Mail as Server

TIMEOUT_S = 60.0
DOT_TIMEOUT_S = 600.0
"""The reply to the final dot may take ten minutes (RFC 5321 §4.5.3.2.6)."""
QUIT_TIMEOUT_S = 5.0
"""Only politeness waits for this reply: the mail has been taken by then."""
REFUSED_FOR_NOW = range(400, 500)
REFUSED = range(500, 600)
LONGEST_REPLY = 200

_LOGIN_ADVICE = "Check user in [mail] of the settings and the environment's CONTRECOUP_SMTP_PASSWORD."
_SECURITY_ADVICE = "Check security (starttls, tls or none), port and user in [mail] of the settings."
_CERTIFICATE_ADVICE = "Use the host's name as its certificate has it, and check security and port in [mail]."

_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOTS = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a mail: SENT, PLANNED (it has not left: try again), FAILED (mend, then again) or UNKNOWN.

    ``code`` is the server's reply code if there was one; ``detail`` and ``advice`` are for a person.
    """

    state: DeliveryState
    code: int | None
    detail: str
    advice: str


class _Punctual(smtplib.SMTP):
    """A reply has to be whole in time: smtplib gives the time-out to each *byte*, so that a drip holds it for days."""

    def getreply(self) -> tuple[int, bytes]:
        """See ``smtplib``; a reply that is late is a connection that was lost."""
        connection = self.sock
        if connection is None:
            raise smtplib.SMTPServerDisconnected("the connection is closed")
        late = Timer(connection.gettimeout() or TIMEOUT_S, _hang_up, [connection])
        late.start()
        try:
            return super().getreply()
        finally:
            late.cancel()


class _PunctualTls(_Punctual, smtplib.SMTP_SSL):
    """The same over TLS from the first byte."""


def _hang_up(connection: socket.socket) -> None:
    # The plain socket's own method: that of a TLS socket would take its state from the thread that reads.
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)


def send_mail(
    mail: Mail,
    server: Server,
    *,
    password: str | None = None,
    before_dot: Callable[[], None],
    tls: ssl.SSLContext | None = None,
    timeouts_s: tuple[float, float] = (TIMEOUT_S, DOT_TIMEOUT_S),
) -> Outcome:
    """Send one mail over a connection of its own. Problems of mail servers come back as values.

    ``before_dot`` is called once, after the body and before the final dot; what it raises goes through, and the mail
    has not left then. ``tls`` defaults to a context that verifies the server's certificate and name. ``timeouts_s``
    are for each reply as a whole, and for the reply to the dot.

    Raises
    ------
    SendError
        of kind ``bad_address``, before any connection, when the recipient or sender is empty or no mail address.

    """
    check_address(mail.sender)
    check_address(mail.recipient)
    step_s, dot_s = timeouts_s
    tls = tls or ssl.create_default_context()
    try:
        client = _connect(server, tls, step_s)
    except OSError as error:  # smtplib's errors are OSErrors too
        return _not_left(error)
    with closing(client):
        try:
            _prepare(client, mail, server, password, tls)
        except (OSError, UnicodeEncodeError) as error:
            return _not_left(error)
        before_dot()
        try:
            _expect_silence(client)
        except OSError as error:
            return _not_left(error)
        return _finish(client, dot_s)


def _connect(server: Server, tls: ssl.SSLContext, timeout_s: float) -> smtplib.SMTP:
    if server.security == "tls":
        return _PunctualTls(server.host, server.port, timeout=timeout_s, context=tls)
    return _Punctual(server.host, server.port, timeout=timeout_s)


def _prepare(client: smtplib.SMTP, mail: Mail, server: Server, password: str | None, tls: ssl.SSLContext) -> None:
    """Everything up to the last byte of the body; raises for every reply that refuses."""
    if server.security == "starttls":
        client.starttls(context=tls)
    if server.user is not None:
        client.login(server.user, password or "")
    client.ehlo_or_helo_if_needed()
    _expect(client.mail(mail.sender), 250)
    _expect(client.rcpt(mail.recipient), 250, 251)
    _expect(client.docmd("DATA"), 354)
    body = _DOTS.sub(b"..", _LINE_END.sub(b"\r\n", mail.raw))
    client.send(body.removesuffix(b"\r\n") + b"\r\n")


def _expect(reply: tuple[int, bytes], *codes: int) -> None:
    if reply[0] not in codes:
        raise smtplib.SMTPResponseException(*reply)


def _expect_silence(client: smtplib.SMTP) -> None:
    """Raise when the server hung up or refused during the body, which it may while the caller commits."""
    connection, replies = client.sock, client.file
    if connection is None or replies is None or not select([connection], [], [], 0)[0]:
        return
    patience = connection.gettimeout()
    connection.settimeout(0)
    try:
        replies.peek(1)  # kept for getreply
    except ssl.SSLWantReadError:  # a record of TLS itself
        return
    finally:
        connection.settimeout(patience)
    code, reply = client.getreply()
    raise smtplib.SMTPResponseException(code, reply)


def _finish(client: smtplib.SMTP, timeout_s: float) -> Outcome:
    """The final dot. From here on the mail may have left, unless a reply says that it has not."""
    try:
        if client.sock is not None:
            client.sock.settimeout(timeout_s)
        client.send(b".\r\n")
        code, reply = client.getreply()
    except OSError as error:
        return _in_doubt(f"The server did not answer after the mail was sent to it: {_words(error)}.")
    with suppress(OSError):
        if client.sock is not None:
            client.sock.settimeout(min(timeout_s, QUIT_TIMEOUT_S))
        client.quit()
    if code in {250, 251}:
        return Outcome(state=DeliveryState.SENT, code=code, detail=_words(reply), advice="")
    if code in REFUSED_FOR_NOW or code in REFUSED:
        return _refused(code, reply)
    return _in_doubt(f"The server's answer after the mail was none of SMTP's: {_words(reply)}.")


def _in_doubt(detail: str) -> Outcome:
    advice = (
        "Most such mails have arrived: ask the reader, then 'contrecoup mail resend'. It never goes again by itself."
    )
    return Outcome(state=DeliveryState.UNKNOWN, code=None, detail=detail, advice=advice)


def _not_left(error: OSError | UnicodeEncodeError) -> Outcome:
    """What an error before the final dot means: nothing has left."""
    if isinstance(error, smtplib.SMTPAuthenticationError) and error.smtp_code not in REFUSED_FOR_NOW:
        return _failed("The server refused the user or the password.", _LOGIN_ADVICE, code=error.smtp_code)
    if isinstance(error, UnicodeEncodeError):
        return _failed("The user or the password holds a character that the server cannot take.", _LOGIN_ADVICE)
    if isinstance(error, smtplib.SMTPResponseException):
        return _refused(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _failed(f"The server does not offer what [mail] asks for: {_words(error)}.", _SECURITY_ADVICE)
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):  # that one hung up
        return _failed(f"No trustworthy connection: {_words(error)}.", _CERTIFICATE_ADVICE)
    return Outcome(
        state=DeliveryState.PLANNED,
        code=None,
        detail=f"The mail server could not be reached or hung up: {_words(error)}.",
        advice="It is tried again. If it goes on, mend host and port in [mail] of the settings.",
    )


def _refused(code: int, reply: bytes | str) -> Outcome:
    detail = f"The server said {code if code > 0 else 'what SMTP has no code for:'} {_words(reply)}."
    if code in REFUSED:
        return _failed(detail, "The server will not take this mail: look at the addresses in the settings.", code=code)
    return Outcome(
        state=DeliveryState.PLANNED, code=code, detail=detail, advice="The server asks to try later: it is tried again."
    )


def _failed(detail: str, advice: str, *, code: int | None = None) -> Outcome:
    return Outcome(state=DeliveryState.FAILED, code=code, detail=detail, advice=advice)


def _words(reply: bytes | str | Exception) -> str:
    """What a server said, on one line: it is foreign text too."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return scrub(text)[:LONGEST_REPLY].rstrip(". ")
