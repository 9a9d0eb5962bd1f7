"""Spellings of names and what they need."""

import pytest

from contrecoup.aliases import Case, Doubt, Names, aliases_of, words_of
from contrecoup.models import Layer


def test_each_tier_of_a_block_becomes_aliases_that_share_its_conditions() -> None:
    """Sure names may have any capitals; names with a tier, or with an equals sign, are written one way."""
    names = Names(
        aliases=("Block Inc", "=SQ"), aliases_fr=("Bloc",), usual=("Square",), common=("Block",), places=("Square",)
    )
    found = {alias.words: alias for alias in aliases_of(names, "XYZ", reason="name", layer=Layer.DIRECT)}
    assert [found[words_of(name)].exact for name in ("Block Inc", "SQ", "Square")] == [None, "SQ", "Square"]
    assert [found[words_of(name)].doubt for name in ("SQ", "Square", "Block")] == [
        Doubt.NONE,
        Doubt.USUAL,
        Doubt.COMMON,
    ]
    assert [found[words_of(name)].is_place for name in ("Square", "Block")] == [True, False]
    assert [found[("bloc",)].spoken_in(lang) for lang in ("fr", "en", "unknown")] == [True, False, True]


@pytest.mark.parametrize(
    ("surface", "case", "expected"),
    [
        ("Apple", Case.MIXED, True),
        ("APPLE", Case.MIXED, True),
        ("apple", Case.MIXED, False),
        ("apple", Case.LOWER, True),
        ("APPLE", Case.CAPITALS, True),
    ],
)
def test_a_spelling_counts_with_its_capitals_where_the_text_has_any(
    surface: str, case: Case, *, expected: bool
) -> None:
    """In a text without capitals any spelling does, but then something must vouch for it."""
    (alias,) = aliases_of(Names(usual=("Apple",)), "AAPL", reason="name", layer=Layer.DIRECT)
    assert alias.written_as(surface, case) is expected


@pytest.mark.parametrize(
    ("doubt", "case", "expected"),
    [
        ("usual", Case.MIXED, Doubt.USUAL),
        ("usual", Case.CAPITALS, Doubt.AMBIGUOUS),
        ("usual", Case.LOWER, Doubt.AMBIGUOUS),
        ("common", Case.LOWER, Doubt.COMMON),
        ("aliases", Case.LOWER, Doubt.NONE),
    ],
)
def test_where_capitals_tell_nothing_a_usual_name_is_an_ambiguous_one(doubt: str, case: Case, expected: Doubt) -> None:
    """Names of any spelling stay sure, common words stay common."""
    (alias,) = aliases_of(Names(**{doubt: ("Apple",)}), "AAPL", reason="name", layer=Layer.DIRECT)
    assert alias.doubt_in(case) is expected
