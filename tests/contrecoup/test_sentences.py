"""Where sentences end."""

import pytest

from contrecoup.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nvidia chute. Apple monte !", ["Nvidia chute.", "Apple monte !"]),
        ("U.S. stocks fell on Jan. 27. Apple rose.", ["U.S. stocks fell on Jan. 27.", "Apple rose."]),
        ("« Rien à dire. » Il part.", ["« Rien à dire. » Il part."]),
        ("Un titre\n\n  Une ligne  ", ["Un titre", "Une ligne"]),
        ("It cost 5.6 million. It did.", ["It cost 5.6 million.", "It did."]),
        ("M. Huang s'est tu. (U.S. stocks) rose.", ["M. Huang s'est tu.", "(U.S. stocks) rose."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_sentence_ends_at_a_mark_before_a_capital_or_at_the_line(text: str, expected: list[str]) -> None:
    """Abbreviations, initials and decimals do not end one."""
    assert [text[start:end] for start, end in sentence_spans(text)] == expected
