"""Robots.txt: who may read what."""

import pytest
from yarl import URL

from extractors.robots import MAX_BYTES, parse_robots, product_token

RULES = b"User-agent: *\nDisallow: /prive/\nDisallow: /*.pdf$\nAllow: /prive/ouvert\nCrawl-delay: 7\n"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/article-1", True),
        ("/prive/article-2", False),
        ("/prive/ouvert", True),
        ("/bilan.pdf", False),
        ("/bilan.pdf.html", True),
    ],
)
def test_wildcards_and_the_longest_rule_decide(path: str, allowed: bool) -> None:  # noqa: FBT001
    """RFC 9309 §2.2: ``*`` and ``$`` are honoured, and the most specific rule wins."""
    assert parse_robots(200, RULES).allows(URL(f"https://a.example{path}"), "contrecoup") is allowed


def test_a_rule_for_our_name_goes_before_the_rule_for_all() -> None:
    """A group that names us is the one that counts."""
    robots = parse_robots(200, b"User-agent: *\nAllow: /\n\nUser-agent: Contrecoup\nDisallow: /\n")
    assert not robots.allows(URL("https://a.example/x"), "contrecoup")
    assert robots.allows(URL("https://a.example/x"), "another")


def test_a_byte_order_mark_does_not_hide_the_first_line() -> None:
    """Protego would miss the first line after a BOM, and allow what is forbidden."""
    robots = parse_robots(200, b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n")
    assert not robots.allows(URL("https://a.example/x"), "contrecoup")


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_missing_file_allows_everything(status: int) -> None:
    """RFC 9309 §2.3.1.3: unavailable means that all may be read."""
    robots = parse_robots(status, RULES)
    assert robots.allows(URL("https://a.example/prive/x"), "contrecoup")
    assert robots.delay_s("contrecoup") == 0


@pytest.mark.parametrize("status", [429, 500, 503, 204])
def test_a_file_that_cannot_be_had_forbids_everything(status: int) -> None:
    """RFC 9309 §2.3.1.4: unreachable means that nothing may be read."""
    robots = parse_robots(status, b"")
    assert not robots.allows(URL("https://a.example/x"), "contrecoup")
    assert robots.delay_s("contrecoup") == 0


@pytest.mark.parametrize(("asked", "kept"), [(b"7", 7.0), (b"86400", 30.0), (b"-1", 0.0), (b"jamais", 0.0)])
def test_the_pause_asked_for_is_kept_within_bounds(asked: bytes, kept: float) -> None:
    """Crawl-delay counts up to half a minute; nonsense counts as nothing."""
    assert parse_robots(200, b"User-agent: *\nCrawl-delay: " + asked).delay_s("contrecoup") == kept


def test_what_stands_after_half_a_megabyte_is_not_read() -> None:
    """A huge file costs no more than a large one."""
    body = b"User-agent: *\n" + b"#" * MAX_BYTES + b"\nDisallow: /\n"
    assert parse_robots(200, body).allows(URL("https://a.example/x"), "contrecoup")


def test_a_file_that_is_html_forbids_nothing() -> None:
    """Many sites answer every address with a page."""
    body = "<!doctype html><title>Page non trouvée</title>".encode("latin-1")
    assert parse_robots(200, body).allows(URL("https://a.example/x"), "contrecoup")


@pytest.mark.parametrize(
    ("user_agent", "token"), [("contrecoup (news)", "contrecoup"), ("Desk/2.1 +https://d.example", "Desk"), (" ", "*")]
)
def test_our_name_is_the_first_word_without_its_version(user_agent: str, token: str) -> None:
    """Groups of robots.txt name products, not versions."""
    assert product_token(user_agent) == token
