"""Neighbours agree."""

import pytest

from contrecoup.engines.elision import elided


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("le action de la entreprise", "l' action de l' entreprise"),
        ("Le Union que il ne a", "L' Union qu' il n' a"),
        ("la hausse de huit", "la hausse de huit"),
        ("la une de une revue", "la une d' une revue"),
        ("l' marché de puces", "le marché de puces"),
        ("la valeur de le marché", "la valeur du marché"),
        ("à les États", "aux États"),
        ("de les entreprises", "des entreprises"),
        ("décide de le vendre", "décide de le vendre"),
        ("de le premier", "du premier"),
        ("de onze à l' [1] de [0]", "de onze à l' [1] de [0]"),
        ("le A de IBM", "le A d' IBM"),
        ("ce est ce indice", "c' est ce indice"),
        ("Si il se apaise , si elle", "S' il s' apaise , si elle"),
        ("jusque à ce que on", "jusqu' à ce qu' on"),
        ("", ""),
    ],
)
def test_french_elides_before_vowels_and_contracts(text: str, expected: str) -> None:
    """Not before an h that is breathed, nor before a mark, whose word is not known."""
    assert elided(text.split(), "fr") == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a investor and an startup", "an investor and a startup"),
        ("an unicorn , a unusual hour", "a unicorn , an unusual hour"),
        ("a hour , a SEC filing , an NATO ally", "an hour , an SEC filing , a NATO ally"),
        ("A AI model , an euro , a US bank", "An AI model , a euro , a US bank"),
        ("an [0] deal", "an [0] deal"),
        ("a one-off", "a one-off"),
    ],
)
def test_the_english_article_follows_the_sound(text: str, expected: str) -> None:
    """Letters read one by one count by their names."""
    assert elided(text.split(), "en") == expected.split()
