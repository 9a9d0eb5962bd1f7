"""A rendered edition as one mail for one recipient. Last module of the last stage: build → render → mail → smtp.

Headers hold our own words, the date and figures only. A title of the press in a header could add headers of its own:
``email`` decodes ``=?…?=`` words and then writes the line ends that they hold (CVE-2024-6923, CVE-2026-1299). Hence no
header value may hold a control character, a line or paragraph separator, or ``=?``.
"""

import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from contrecoup.errors import SendError
from contrecoup.identity import digest_of
from contrecoup.models import Digest

# Headers only: with the default 78 columns a long List-Unsubscribe is encoded, and mail programs no longer find it.
HEADERS = SMTP.clone(max_line_length=990)

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\?")
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail ready to be sent: ``raw`` are its bytes, lines ended by CRLF, before dot-stuffing."""

    message_id: str
    sender: str
    recipient: str
    raw: bytes


def compose_mail(digest: Digest, *, sender: str, recipient: str) -> Mail:
    """The mail of an edition for a recipient. The same arguments give the same bytes and ``Message-ID``.

    Raises
    ------
    SendError
        of kind ``bad_address`` when an address cannot stand in a header, or ``bad_header`` when the subject cannot.

    """
    check_address(sender)
    check_address(recipient)
    domain = sender.rpartition("@")[2]
    name = f"{digest.edition_on.isoformat()}-{digest.lang}"
    message_id = f"<digest-{name}-{digest_of(digest.profile, recipient)[:16]}@{domain}>"
    message = EmailMessage(policy=SMTP)
    headers = {
        "From": str(Address("Contrecoup", addr_spec=sender)),
        "To": recipient,
        "Subject": digest.subject,
        "Date": format_datetime(digest.built_at),
        "Message-ID": message_id,
        "Content-Language": digest.lang,
        "Auto-Submitted": "auto-generated",
        "List-ID": f"Contrecoup <digest-{digest.lang}.{domain}>",
        "List-Unsubscribe": f"<mailto:{sender}?subject=unsubscribe>",
    }
    message.set_content(digest.text, cte="quoted-printable")
    message.add_alternative(digest.html, subtype="html", cte="quoted-printable")
    # Headers come last: setting the content takes away those that begin with "Content-".
    for header, value in headers.items():
        _refuse_unsafe(header, value)
        message[header] = value
    # The boundary is the only part that chance would choose.
    message.set_boundary(f"digest-{digest_of(message_id, digest.text, digest.html)}")
    return Mail(message_id=message_id, sender=sender, recipient=recipient, raw=message.as_bytes(policy=HEADERS))


def check_address(address: str) -> None:
    """Refuse what is no plain ASCII mail address.

    Raises
    ------
    SendError
        of kind ``bad_address``.

    """
    if not address.isascii() or not _ADDRESS.fullmatch(address) or _UNSAFE.search(address):
        raise SendError(
            f"{address[:100]!r} is not a mail address." if address else "A mail has no recipient.",
            kind="bad_address",
            advice="Mend the address in the settings ([mail] sender, [[recipients]] address).",
        )


def _refuse_unsafe(header: str, value: str) -> None:
    if _UNSAFE.search(value):
        raise SendError(
            f"The mail's {header} holds a line end, a control character or an encoded word.",
            kind="bad_header",
            advice="Names of instruments are the only words that you can change there: look for it in yours.",
        )
