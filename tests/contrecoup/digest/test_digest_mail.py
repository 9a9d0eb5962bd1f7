from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.mail import compose_mail
from contrecoup.digest.render import render_digest
from contrecoup.errors import SendError
from contrecoup.models import Digest

SENDER, RECIPIENT = "desk@newsroom.example", "reader@bank.example"


@pytest.fixture
def digest(january_27: Callable[[str], EditionInputs]) -> Digest:
    """The French edition of 28 January."""
    return render_digest(build_edition(january_27("fr")), built_at=datetime(2025, 1, 28, 5, 30, tzinfo=UTC))


def _parsed(digest: Digest) -> EmailMessage:
    message = message_from_bytes(compose_mail(digest, sender=SENDER, recipient=RECIPIENT).raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_holds_text_and_html_as_alternatives(digest: Digest) -> None:
    """Both parts come back as they were rendered."""
    message = _parsed(digest)
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert message.get_content_type() == "multipart/alternative"
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == digest.text
    assert rich.get_content().replace("\r\n", "\n") == digest.html


def test_a_mail_has_exactly_the_headers_of_a_digest(digest: Digest) -> None:
    """None that a text of the press could have added."""
    message = _parsed(digest)
    assert sorted(message.keys()) == [
        "Auto-Submitted",
        "Content-Language",
        "Content-Type",
        "Date",
        "From",
        "List-ID",
        "List-Unsubscribe",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ]
    assert message["Subject"] == digest.subject
    assert message["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=unsubscribe>"
    assert message["Date"] == "Tue, 28 Jan 2025 05:30:00 +0000"


def test_the_same_edition_gives_the_same_bytes(digest: Digest) -> None:
    """A mailbox recognises a second copy by its Message-ID."""
    first, second = (compose_mail(digest, sender=SENDER, recipient=RECIPIENT) for _ in range(2))
    assert first == second


def test_each_edition_language_and_recipient_has_its_own_message_id(digest: Digest) -> None:
    """And the recipient cannot be read from it."""
    mails = [
        compose_mail(digest, sender=SENDER, recipient=RECIPIENT),
        compose_mail(digest, sender=SENDER, recipient="other@bank.example"),
        compose_mail(replace(digest, lang="en"), sender=SENDER, recipient=RECIPIENT),
        compose_mail(replace(digest, edition_on=date(2025, 1, 29)), sender=SENDER, recipient=RECIPIENT),
        compose_mail(replace(digest, profile="chips"), sender=SENDER, recipient=RECIPIENT),
    ]
    assert len({mail.message_id for mail in mails}) == 5
    assert "reader" not in mails[0].message_id


def test_no_line_is_too_long_for_a_mail_server(digest: Digest) -> None:
    """RFC 5322 §2.1.1: at most 998 characters; the body keeps to the 76 of quoted-printable."""
    mail = compose_mail(replace(digest, text="é" * 5000), sender=SENDER, recipient=RECIPIENT)
    head, _, body = mail.raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, body.split(b"\r\n"))) <= 78


@pytest.mark.parametrize(
    "subject",
    [
        "x\r\nBcc: evil@x.example",
        "x\nBcc: evil@x.example",
        "x\rBcc: evil@x.example",
        "x\x00",
        "x\x85Bcc: evil@x.example",
        "x\u2028Bcc: evil@x.example",
        "x\u2029Bcc: evil@x.example",
        "x\x0bBcc: evil@x.example",
        "x\x1cBcc: evil@x.example",
        "=?utf-8?q?a=0D=0ABcc:_evil@x?=",
        "=?utf-8?b?YQ0KQmNjOiBldmlsQHg=?=",
        "x\ud800",
    ],
)
def test_a_subject_that_could_add_a_header_is_refused(digest: Digest, subject: str) -> None:
    """The eleven strings that injected headers into older Pythons, and a lone surrogate."""
    with pytest.raises(SendError) as caught:
        compose_mail(replace(digest, subject=subject), sender=SENDER, recipient=RECIPIENT)
    assert caught.value.kind == "bad_header"


@pytest.mark.parametrize(
    "address",
    ["", "nobody", "a@b@c.example", "a@x.example\r\nBcc: b@x.example", "é@x.example", "<a@x.example>", "=?x@y"],
)
def test_an_address_that_is_none_is_refused(digest: Digest, address: str) -> None:
    """As a recipient and as a sender, with advice."""
    for names in ({"sender": SENDER, "recipient": address}, {"sender": address, "recipient": RECIPIENT}):
        with pytest.raises(SendError) as caught:
            compose_mail(digest, **names)
        assert caught.value.kind == "bad_address"
        assert caught.value.advice
