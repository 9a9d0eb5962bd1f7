"""A rendered edition as one mail for one recipient. Last module of the last stage: build → render → mail → smtp.

Headers hold our own words, the date and figures only. A title of the press in a header could add headers of its own:
``email`` decodes ``=?…?=`` words and then writes the line ends that they hold (CVE-2024-6923, CVE-2026-1299). Hence no
header value may hold a control character, a line or paragraph separator, or ``=?``.
"""

import hmac
import re
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from contrecoup.digest.pictures import taken_out
from contrecoup.errors import SendError
from contrecoup.identity import digest_of
from contrecoup.models import Digest

_WIDE = SMTP.clone(max_line_length=990)
_NARROW = SMTP.clone(max_line_length=76)
_TOKEN_LENGTH = 32


class _Folding(EmailPolicy):
    """Folds the subject, so that its encoded words keep to the 75 characters of RFC 2047 §2, and nothing else.

    Folded too, a long ``List-Unsubscribe`` becomes an encoded word, and mail programs no longer find the link in it;
    left whole, the accents of a subject become one encoded word that is far too long.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """See ``email.policy.Policy``."""
        return (_NARROW if name == "Subject" else _WIDE).fold_binary(name, value)


_HEADERS = _Folding(linesep="\r\n")

_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]|=\?")
_ADDRESS = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s<>()\[\],;:\\\"]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail ready to be sent: ``raw`` are its bytes, lines ended by CRLF, before dot-stuffing."""

    message_id: str
    sender: str
    recipient: str
    raw: bytes


def compose_mail(digest: Digest, *, sender: str, recipient: str, unsubscribe: str | None = None) -> Mail:
    """The mail of an edition for a recipient. The same arguments give the same bytes and ``Message-ID``.

    ``unsubscribe`` is an https address at which one POST ends the subscription (RFC 8058); without it a reader
    unsubscribes by a mail to the sender (RFC 2369).

    Raises
    ------
    SendError
        of kind ``bad_address`` when an address cannot stand in a header, or ``bad_header`` when the subject cannot.

    """
    check_address(sender)
    check_address(recipient)
    domain = sender.rpartition("@")[2]
    message_id = message_id_of(digest, sender, recipient)
    message = EmailMessage(policy=SMTP)
    headers = {
        "From": str(Address("Contrecoup", addr_spec=sender)),
        "To": recipient,
        "Subject": digest.subject,
        "Date": format_datetime(digest.built_at),
        "Message-ID": message_id,
        "Content-Language": digest.lang,
        "Auto-Submitted": "auto-generated",
        "Precedence": "list",
        "List-ID": f"Contrecoup <digest-{digest.lang}.{domain}>",
        **_ways_out(sender, unsubscribe),
    }
    message.set_content(digest.text, cte="quoted-printable")
    html, pictures = taken_out(digest.html)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    *_, page = message.iter_parts()
    for picture in pictures:
        page.add_related(picture.content, "image", "png", cid=f"<{picture.cid}>", disposition="inline")
    # Headers come last: setting the content takes away those that begin with "Content-".
    for header, value in headers.items():
        _refuse_unsafe(header, value)
        message[header] = value
    # The boundaries are the only parts that chance would choose.
    seed = digest_of(message_id, digest.text, digest.html)
    message.set_boundary(f"digest-{seed}")
    if pictures:
        page.set_boundary(f"page-{seed}")
    return Mail(message_id=message_id, sender=sender, recipient=recipient, raw=message.as_bytes(policy=_HEADERS))


def message_id_of(digest: Digest, sender: str, recipient: str) -> str:
    """The ``Message-ID`` of an edition's mail to a recipient: the same whenever it is sent."""
    name = f"{digest.edition_on.isoformat()}-{digest.lang}"
    return f"<digest-{name}-{digest_of(digest.profile, recipient)[:16]}@{sender.rpartition('@')[2]}>"


def _ways_out(sender: str, unsubscribe: str | None) -> dict[str, str]:
    by_mail = f"<mailto:{sender}?subject=unsubscribe>"
    if unsubscribe is None:
        return {"List-Unsubscribe": by_mail}
    # One click only where there is an https address: RFC 8058 §3.1.
    return {
        "List-Unsubscribe": f"<{unsubscribe}>, {by_mail}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def unsubscribe_link(page: str, *, recipient: str, lang: str, key: str) -> str:
    """A reader's own address of the page that ends subscriptions: with ``reader``, a token."""
    return f"{page}{'&' if '?' in page else '?'}reader={unsubscribe_token(recipient=recipient, lang=lang, key=key)}"


def unsubscribe_token(*, recipient: str, lang: str, key: str) -> str:
    """An HMAC-SHA256 of address and language, in 32 hexadecimal digits. Upper and lower case of an address are one.

    Who does not know the ``key`` can neither read it nor make that of somebody else (RFC 8058 §3.1 wants it hard to
    forge).
    """
    return hmac.new(key.encode(), f"{recipient.lower()} {lang}".encode(), "sha256").hexdigest()[:_TOKEN_LENGTH]


def token_in(link: str) -> str:
    """The token of a link that ``unsubscribe_link`` made, or nothing."""
    try:
        return parse_qs(urlsplit(link).query).get("reader", [""])[0]
    except ValueError:
        return ""


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
