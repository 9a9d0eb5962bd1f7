"""One rule turns bytes into text, and French survives it."""

import codecs

import pytest

from extractors.charset import decode

FRENCH = "À l’été, le cœur de la bourse coûte 3 €"
LATIN = "à l'été, la bourse est très agitée"


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "iso-8859-15", "utf-16"])
@pytest.mark.parametrize("place", ["header", "meta", "xml"])
def test_french_is_read_in_every_declared_charset(charset: str, place: str) -> None:
    """By header, meta tag or XML declaration."""
    text = FRENCH.replace("’", "'") if charset == "iso-8859-15" else FRENCH
    wrapped = {
        "header": text,
        "meta": f'<html><head><meta charset="{charset}"></head>{text}',
        "xml": f'<?xml version="1.0" encoding="{charset}"?><rss>{text}</rss>',
    }[place]
    assert decode(wrapped.encode(charset), charset if place == "header" else None) == wrapped


@pytest.mark.parametrize("charset", ["utf-8", "cp1252"])
def test_french_without_a_declaration_is_utf8_or_windows_1252(charset: str) -> None:
    """No guess by letter statistics makes "à" a "ŕ"."""
    assert decode(FRENCH.encode(charset)) == FRENCH


def test_latin_1_means_windows_1252() -> None:
    """Like in every browser: a euro sign and curly quotes are no control characters."""
    assert decode(FRENCH.encode("cp1252"), "ISO-8859-1") == FRENCH
    assert decode(LATIN.encode("latin-1"), "us-ascii") == LATIN


def test_a_mark_outweighs_every_declaration() -> None:
    """The byte order mark is part of the bytes; headers are written by others."""
    assert decode(codecs.BOM_UTF8 + FRENCH.encode(), "iso-8859-1") == FRENCH
    assert decode(codecs.BOM_UTF16_BE + FRENCH.encode("utf-16-be"), "utf-8") == FRENCH


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_wide_xml_shows_itself_without_a_mark(codec: str) -> None:
    """Its first bracket has a zero beside it."""
    text = f"<?xml version='1.0'?><rss>{FRENCH}</rss>"
    assert decode(text.encode(codec)) == text


def test_bad_bytes_in_declared_utf8_cost_only_themselves() -> None:
    """The feed does not change its charset for one of them."""
    assert decode("été ".encode() + b"\xe9" + " été".encode(), "utf-8") == "été \ufffd été"


@pytest.mark.parametrize("label", ["utf-16", "no-such-charset", "rot13", "hex", "utf-7", "", "\x00"])
def test_a_label_that_cannot_be_true_is_passed_over(label: str) -> None:
    """UTF-16 without a zero byte, an unknown name, or a codec that is no charset."""
    assert decode(FRENCH.encode(), label) == FRENCH


def test_a_wrong_header_is_followed_by_the_declaration() -> None:
    """The next rule in the row decides."""
    body = f'<meta http-equiv="Content-Type" content="text/html; charset=windows-1252">{FRENCH}'.encode("cp1252")
    assert decode(body, "nonsense").endswith(FRENCH)
