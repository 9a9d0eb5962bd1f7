"""What ``scrub`` and ``plain`` take out of foreign text."""

import pytest

from contrecoup.scrub import plain, scrub


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("A\u200bAPL", "AAPL"),
        ("prix\u202e%71\u202c", "prix%71"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("bell\x07 nul\x00", "bell nul"),
        ("moitié \ud83d perdue", "moitié perdue"),
        ("soft\u00adhyphen", "softhyphen"),
        ("star\ufe0f", "star"),
        ("e\u0301te\u0301", "été"),
        ("17\u202f%  de\u00a0baisse\n ", "17 % de baisse"),
        ("« œuvre » – 3 € 🚀 Αθήνα", "« œuvre » – 3 € 🚀 Αθήνα"),
    ],
)
def test_invisible_characters_go_and_words_stay(dirty: str, clean: str) -> None:
    """Controls, overrides, zero-width characters, tags and lone surrogates are no text."""
    assert scrub(dirty) == clean


def test_lines_stay_when_asked_for() -> None:
    """Paragraphs survive as single lines, however they were ended."""
    assert scrub(" un \r\n\r\n deux\u2028trois ", keep_lines=True) == "un\ndeux\ntrois"


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("<p>Nvidia chute</p><p>de 17&nbsp;%</p>", "Nvidia chute\nde 17 %"),
        ("AT&amp;T a < b & c > d", "AT&T a < b & c > d"),
        ("un<script>alert('x')</script> deux", "un deux"),
        ("un<script>alert('x')", "un"),
        ("un<style>p{}</style", "un"),
        ("one<!-- two <b>three</b> -->four", "onefour"),
        ("one<!-- two", "one"),
        ("<![CDATA[kept]]>", "kept]]>"),
        ("<?php echo 1 ?>after", "after"),
        ("<a href='http://x.example'>lien</a> <b>gras</b>", "lien gras"),
        ("<img src=x onerror=alert(1)", ""),
        ("1re ligne<br/>2e ligne", "1re ligne\n2e ligne"),
    ],
)
def test_markup_leaves_its_words(markup: str, words: str) -> None:
    """Tags go, what they hold stays, and a lone ``<`` is a character."""
    assert plain(markup) == words


def test_endless_markup_is_cut() -> None:
    """A megabyte of opening brackets is read up to a bound."""
    assert len(plain("<" * 1_000_000)) == 400_000
