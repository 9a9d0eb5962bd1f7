import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.mail import compose_mail, unsubscribe_link
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


def test_each_picture_travels_as_a_part_that_the_page_names(priced: Callable[[str], EditionInputs]) -> None:
    """Mail programs show no picture that an address holds; each is sent once, beside the page that shows it."""
    day = priced("en")
    digest = render_digest(build_edition(day), built_at=day.until_at)
    rich = _parsed(digest).get_body(("html",))
    assert rich is not None
    page = rich.get_content()
    related = [part for part in _parsed(digest).walk() if part.get_content_type() == "image/png"]
    assert len(related) > 1
    assert set(re.findall(r'src="cid:([^"]+)"', page)) == {part["Content-ID"].strip("<>") for part in related}
    assert "data:" not in page
    assert {part.get_content_disposition() for part in related} == {"inline"}
    assert all(part.get_content().startswith(b"\x89PNG") for part in related)
    assert [part.get_content_type() for part in _parsed(digest).iter_parts()] == ["text/plain", "multipart/related"]


def test_a_mail_with_pictures_is_the_same_each_time(priced: Callable[[str], EditionInputs]) -> None:
    """Pictures and boundaries are no work of chance."""
    day = priced("fr")
    first, second = (
        compose_mail(render_digest(build_edition(day), built_at=day.until_at), sender=SENDER, recipient=RECIPIENT).raw
        for _ in range(2)
    )
    assert first == second


HEADERS = [
    "Auto-Submitted",
    "Content-Language",
    "Content-Type",
    "Date",
    "From",
    "List-ID",
    "List-Unsubscribe",
    "MIME-Version",
    "Message-ID",
    "Precedence",
    "Subject",
    "To",
]


def test_a_mail_has_exactly_the_headers_of_a_digest(digest: Digest) -> None:
    """None that a text of the press could have added."""
    message = _parsed(digest)
    assert sorted(message.keys()) == HEADERS
    assert message["Subject"] == digest.subject
    assert message["List-Unsubscribe"] == f"<mailto:{SENDER}?subject=unsubscribe>"
    assert message["Date"] == "Tue, 28 Jan 2025 05:30:00 +0000"


def test_a_reader_leaves_with_one_click(digest: Digest) -> None:
    """The link stands in the bytes as it is, however long, and the header that RFC 8058 wants beside it."""
    link = unsubscribe_link(
        f"https://newsroom.example/{'out/' * 60}", recipient=RECIPIENT, lang="fr", key="canary-7391"
    )
    raw = compose_mail(digest, sender=SENDER, recipient=RECIPIENT, unsubscribe=link).raw
    head = raw.partition(b"\r\n\r\n")[0]
    assert f"List-Unsubscribe: <{link}>, <mailto:{SENDER}?subject=unsubscribe>\r\n".encode() in head
    assert head.endswith(b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click")
    assert b"canary" not in raw


def test_a_way_out_that_could_add_a_header_is_refused(digest: Digest) -> None:
    """The settings refuse it too, but they may not be the only ones who call."""
    with pytest.raises(SendError) as caught:
        compose_mail(digest, sender=SENDER, recipient=RECIPIENT, unsubscribe="https://x.example/\r\nBcc: b@x.example")
    assert caught.value.kind == "bad_header"


def test_two_readers_have_two_ways_out() -> None:
    """And one reader of two languages has two, after what the page's address already asks; case makes no other."""
    page = "https://newsroom.example/out?list=1"
    links = {
        unsubscribe_link(page, recipient=recipient, lang=lang, key=key)
        for recipient, lang, key in [("a@b.example", "fr", "k"), ("a@b.example", "en", "k"), ("c@b.example", "fr", "k")]
    }
    assert len(links) == 3
    assert unsubscribe_link(page, recipient="A@b.Example", lang="fr", key="k") in links
    assert all(link.startswith(f"{page}&reader=") for link in links)


@pytest.mark.parametrize(
    "subject",
    [
        "Contrecoup du 1ᵉʳ février 2025 : Électricité de réseau −17,0 %, 12 séances liées à un récit, 3 inexpliquées",
        "Contrecoup, 28 January 2025: Nvidia −17.0%",
        "Séance calme à Paris",
    ],
)
def test_accents_of_a_subject_come_back_as_they_were(digest: Digest, subject: str) -> None:
    """In encoded words of at most 75 characters (RFC 2047 §2), on lines of at most 78."""
    raw = compose_mail(replace(digest, subject=subject), sender=SENDER, recipient=RECIPIENT).raw
    [header] = re.findall(r"^Subject:.*\r\n(?: .*\r\n)*", raw.decode("ascii"), flags=re.MULTILINE)
    assert all(len(word) <= 75 for word in re.findall(r"=\?.*?\?=", header))
    assert max(map(len, header.split("\r\n"))) <= 78
    assert message_from_bytes(raw, policy=default)["Subject"] == subject


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


INJECTIONS = [
    "x\r\nBcc: evil@x.example",
    "x\nBcc: evil@x.example",
    "x\rBcc: evil@x.example",
    "x\x00\r\nBcc: evil@x.example",
    "x\x85Bcc: evil@x.example",
    "x\u2028Bcc: evil@x.example",
    "x\u2029Bcc: evil@x.example",
    "x\x0bBcc: evil@x.example",
    "x\x1cBcc: evil@x.example",
    "=?utf-8?q?a=0D=0ABcc:_evil@x?=",
    "=?utf-8?b?YQ0KQmNjOiBldmlsQHg=?=",
]
"""Line ends of SMTP, of Python's ``splitlines`` and of Unicode, and encoded words that hold one (CVE-2024-6923)."""


@pytest.mark.parametrize("subject", [*INJECTIONS, "x\ud800"])
def test_a_subject_that_could_add_a_header_is_refused(digest: Digest, subject: str) -> None:
    """The eleven strings that injected headers into older Pythons, and a lone surrogate."""
    with pytest.raises(SendError) as caught:
        compose_mail(replace(digest, subject=subject), sender=SENDER, recipient=RECIPIENT)
    assert caught.value.kind == "bad_header"


@pytest.mark.parametrize("title", INJECTIONS)
def test_a_title_of_the_press_adds_no_header(january_27: Callable[[str], EditionInputs], title: str) -> None:
    """As the title of every story and article it stands in the body; the headers are ours and no more."""
    inputs = january_27("fr")
    inputs = replace(
        inputs,
        stories=[replace(story, title=title) for story in inputs.stories],
        documents=[replace(document, title=title) for document in inputs.documents],
    )
    digest = render_digest(build_edition(inputs), built_at=datetime(2025, 1, 28, 5, 30, tzinfo=UTC))
    message = _parsed(digest)
    assert sorted(message.keys()) == HEADERS
    assert "evil" not in str(message["Subject"])
    assert message.get_all("Bcc") is None


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
