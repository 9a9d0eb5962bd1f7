"""Quotations: whole sentences, short, one per language and kind (the rows themselves: test_links.py)."""

from datetime import UTC, datetime

import pytest

from contrecoup.agreement import Agreed
from contrecoup.evidence import QUOTE_CHARACTERS, claim_code, sentence_around, shortened
from contrecoup.models import Claim


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("Le titre recule. Nvidia perd 17 %. Le reste suit.", "Nvidia", "Nvidia perd 17 %."),
        ("It opened lower. Nvidia lost 17% by the close.", "Nvidia", "Nvidia lost 17% by the close."),
        ("Titre sans point\nNvidia ferme la marche", "Nvidia", "Nvidia ferme la marche"),
        ("U.S. stocks fell. « Nvidia », dit-il, attend.", "Nvidia", "« Nvidia », dit-il, attend."),
    ],
)
def test_the_sentence_around_a_place_is_quoted(text: str, word: str, sentence: str) -> None:
    """From the capital before to the stop after, in both languages."""
    assert sentence_around(text, text.index(word)) == sentence


def test_a_long_sentence_is_cut_after_a_word_and_says_so() -> None:
    """No quotation is longer than its limit."""
    cut = shortened("mot " * 200)
    assert len(cut) <= QUOTE_CHARACTERS
    assert cut.endswith("mot…")
    assert shortened(" court \n et net ") == "court et net"


@pytest.mark.parametrize(
    ("size", "unit", "period", "worth", "code"),
    [
        (17.0, "percent", "close", 1.0, "-17%≈-16.97%"),
        (11.0, "percent", "premarket", 0.7, "-11% premarket→-16.97%"),
        (589.0, "usd_bn", "close", 0.5, "-589 usd_bn~-16.97%"),
        (3.0, "percent", "close", -1.0, "-3%≠-16.97%"),
    ],
)
def test_a_code_sets_the_claim_beside_the_measure(size: float, unit: str, period: str, worth: float, code: str) -> None:
    """The sign between them says how far they agree."""
    stated = Claim(
        article_id="a",
        version=1,
        field="title",
        start=0,
        end=1,
        symbol="NVDA",
        direction="down",
        size=size,
        unit=unit,
        qualifier="exact",
        period=period,
        session_on=None,
        sentence="",
        method="m",
    )
    agreed = Agreed(claim=stated, told_at=datetime(2025, 1, 27, tzinfo=UTC), worth=worth)
    assert claim_code(agreed, -0.1697) == code
