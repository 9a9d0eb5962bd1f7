"""Which addresses are one, and which ids follow."""

import pytest

from contrecoup.errors import ParseError
from contrecoup.identity import article_id, canonical_url, digest_of, entry_id, publisher_of


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://WWW.Exemple.FR:443/a?id=3&utm_source=rss&xtor=RSS-1#haut", "https://www.exemple.fr/a?id=3"),
        ("http://example.com:8080/x", "http://example.com:8080/x"),
        (" https://example.com./x ", "https://example.com/x"),
        ("http://exämple.fr/é", "http://xn--exmple-cua.fr/%C3%A9"),
        ("https://example.com/?b=2&a=1&fbclid=q", "https://example.com/?b=2&a=1"),
    ],
)
def test_an_address_loses_what_does_not_name_the_page(url: str, canonical: str) -> None:
    """Fragment, default port, trackers and capitals of the host go; other parameters keep their order."""
    assert canonical_url(url) == canonical


def test_a_canonical_address_is_its_own_canonical_address() -> None:
    """Doing it twice changes nothing."""
    once = canonical_url("http://Example.com:80/a b?q=é&utm_medium=x#y")
    assert canonical_url(once) == once


def test_a_relative_address_is_joined_to_its_base() -> None:
    """Feeds may give paths."""
    assert canonical_url("/tech/1", "https://exemple.fr/rss") == "https://exemple.fr/tech/1"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "//x",
        "javascript:alert(1)",
        "ftp://example.com/",
        "http://user:secret@example.com/",
        "http://[::1",
        "http://",
    ],
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    """Other schemes, user names and broken addresses give an error of one kind."""
    with pytest.raises(ParseError) as caught:
        canonical_url(url)
    assert caught.value.kind == "bad_url"
    assert caught.value.advice


def test_parts_of_a_digest_do_not_run_together() -> None:
    """("ab", "c") is not ("a", "bc"); 16 bytes are 32 digits, and any string can be digested."""
    assert digest_of("ab", "c") != digest_of("a", "bc")
    assert len(digest_of("\ud800")) == 32


def test_an_article_is_the_same_by_http_and_https() -> None:
    """So are www and a last slash; another path is another article."""
    assert article_id("http://www.exemple.fr/a/") == article_id("https://exemple.fr/a")
    assert article_id("https://exemple.fr/a") != article_id("https://exemple.fr/b")


def test_an_entry_keeps_its_id_when_only_the_scheme_changes() -> None:
    """Guids that are addresses are compared like addresses (NetNewsWire#324)."""
    one = entry_id("http://exemple.fr/rss", "http://exemple.fr/?p=1", "http://exemple.fr/a", "Titre")
    other = entry_id("https://www.exemple.fr/rss", "https://exemple.fr/?p=1", "https://exemple.fr/b", "Autre titre")
    assert one == other


def test_an_entry_without_guid_is_known_by_its_address_then_its_title() -> None:
    """The next best thing identifies it."""
    feed = "https://exemple.fr/rss"
    assert entry_id(feed, None, "https://exemple.fr/a", "Un") == entry_id(feed, None, "https://exemple.fr/a", "Deux")
    assert entry_id(feed, None, "", "Un") != entry_id(feed, None, "", "Deux")


@pytest.mark.parametrize(
    ("url", "publisher"),
    [
        ("https://www.lesechos.fr/tech/1", "lesechos.fr"),
        ("https://news.example.co.uk/", "example.co.uk"),
        ("https://someone.github.io/post", "someone.github.io"),
        ("http://127.0.0.1:8080/x", "127.0.0.1"),
        ("http://localhost/x", "localhost"),
        ("no address", ""),
    ],
)
def test_a_publisher_is_a_registrable_domain(url: str, publisher: str) -> None:
    """By the Public Suffix List that is installed, without any download."""
    assert publisher_of(url) == publisher
