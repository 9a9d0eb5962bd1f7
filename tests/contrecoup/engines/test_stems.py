"""The nearest known word."""

import pytest

from contrecoup.engines.stems import Stems, stem

FR = Stems(["le", "états", "étudie", "étudié", "rivaliser", "cours", "recycler", "R2", "Paris"], "fr")
EN = Stems(["the", "mine", "plunge", "traders", "café", "of"], "en")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("étudierait", "étudie"),
        ("étudiaient", "étudie"),
        ("rivalise", "rivaliser"),
        ("recyclage", "recycler"),
        ("ETATS", "états"),
        ("etats", "états"),
        ("chutait", None),
        ("Rivalise", None),
        ("paris", None),
        ("r2", None),
        ("zèbre", None),
    ],
)
def test_a_french_form_finds_its_word(word: str, found: str | None) -> None:
    """By accents and capitals first, then by stem; the most frequent of several; names have no other forms."""
    place = FR.nearest(word)
    assert (None if place is None else FR._words[place]) == found


@pytest.mark.parametrize(
    ("word", "found"),
    [("plunged", "plunge"), ("plunging", "plunge"), ("trader", "traders"), ("cafe", "café"), ("mining", None)],
)
def test_an_english_form_finds_its_word(word: str, found: str | None) -> None:
    """Stems keep four letters, so that short words are not mixed up."""
    place = EN.nearest(word)
    assert (None if place is None else EN._words[place]) == found


@pytest.mark.parametrize(
    ("word", "lang", "left"), [("las", "fr", "las"), ("baissent", "fr", "baiss"), ("is", "en", "is")]
)
def test_a_stem_is_never_too_short(word: str, lang: str, left: str) -> None:
    """Short words stay whole."""
    assert stem(word, lang) == left
