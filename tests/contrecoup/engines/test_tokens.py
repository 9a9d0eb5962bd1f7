"""Cutting sentences into tokens, and joining them again."""

import pytest

from contrecoup.engines.elision import elided
from contrecoup.engines.tokens import detokenise, recase, symbol, tokenise, truecase

RANKS = {"the": 1, "chips": 2, "Apple": 3, "le": 1, "puces": 2, "nvidia": 9, "Nvidia": 4, "état": 5, "AI": 6}


@pytest.mark.parametrize(
    ("text", "lang", "tokens"),
    [
        ("L'action n'a pas bondi aujourd'hui.", "fr", "L' action ne a pas bondi aujourd'hui ."),
        ("L’action, qu’elle", "fr", "L' action , que elle"),
        ("A-t-elle chuté ? Celui-ci, oui", "fr", "A -t-elle chuté ? Celui -ci , oui"),
        ("Les États-Unis et Booking.com", "fr", "Les États-Unis et Booking.com"),
        ("« Oui », dit-on", "fr", "“ Oui ” , dit -on"),
        ("d'[0], qu'[1] et l'[2]", "fr", "de [0] , que [1] et l' [2]"),
        ("[0]-[1], -[2] et [3] - [4]", "fr", "[0] @-@ [1] , -@ [2] et [3] - [4]"),
        ("à 16h30, le 1er, soit 1 234,5 %", "fr", "à 16h30 , le 1er , soit 1 234,5 %"),
        ("Investors' fears aren't over, it's AT&T's", "en", "Investors ' fears are n't over , it 's AT&T 's"),
        ('"Growth," he said: \'It is "good".\'', "en", "“ Growth , ” he said : “ It is “ good ” . ”"),
        ("a [0]-based U.S. firm", "en", "a [0] @-@ based U.S. firm"),
        ("see https://a.test/b?c=1, now...", "en", "see https://a.test/b?c=1 , now …"),
        ("🚀🚀 到月球", "en", "🚀 🚀 到月球"),
        ("", "fr", ""),
        ("  \n", "en", ""),
    ],
)
def test_a_text_is_cut_into_words_and_marks(text: str, lang: str, tokens: str) -> None:
    """Elisions, inversions, contractions, quotation marks, codes, figures, signs, addresses, foreign writing."""
    assert [token.replace(" ", "") for token in tokenise(text, lang)] == tokens.replace("1 234", "1234").split()


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("L'action n'a-t-elle pas bondi de [0]\u00a0? «\u00a0Oui\u00a0», dit-on\u00a0!", "fr"),
        ("Valeurs\u00a0: +[0], -[1], [2]-[3] (en Bourse)…", "fr"),
        ("Investors' fears aren't over: \"It's [0]-based,\" she said (again).", "en"),
        ("Up $[0] and/or €3.5 or HK$[1] in the U.S. (+[2]); AT&T's V3.1, OPEC+, [3]:[4].", "en"),
        ("D'Amico can't", "en"),
    ],
)
def test_a_sentence_comes_back_as_it_was(text: str, lang: str) -> None:
    """With the blanks and quotation marks of its language."""
    assert detokenise(elided(tokenise(text, lang), lang), lang) == text


@pytest.mark.parametrize(
    ("piece", "tokens"), [("l'a ", 2), (" 'a", 2), ('"a ', 2), ("'", 1), ("[1]", 1), ("😀", 1), ("! ", 1)]
)
def test_two_hundred_kilobytes_in_one_sentence_are_cut_like_a_short_one(piece: str, tokens: int) -> None:
    """Openings that nothing closes cost no more than others."""
    times = 200_000 // len(piece)
    assert len(tokenise(piece * times, "fr")) == tokens * times


def test_english_marks_are_written_the_french_way() -> None:
    """Quotation marks and high marks get their no-break spaces."""
    assert detokenise(tokenise('"Yes": 7% up?', "en"), "fr") == "«\u00a0Yes\u00a0»\u00a0: 7\u00a0% up\u00a0?"


@pytest.mark.parametrize(
    ("token", "known"),
    [("[12]", "[#]"), ("3,5", "[#]"), ("1\u202f234", "[#]"), ("https://a.test", "[#]"), ("Q3", "Q3"), ("[", "[")],
)
def test_marks_figures_and_addresses_are_one_symbol(token: str, known: str) -> None:
    """A word with a figure in it stays a word."""
    assert symbol(token) == known


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The chips of Apple", "the chips of Apple"),
        ("Apple and Nvidia", "Apple and Nvidia"),
        ("The Chips Of Apple", "the chips Of Apple"),
        ("NVIDIA AI CHIPS", "Nvidia AI chips"),
        ("“ The chips ” : Le", "“ the chips ” : le"),
        ("OTHERWISE SHOUTED", "Otherwise Shouted"),
        ("[0] The", "[0] The"),
    ],
)
def test_capitals_that_say_nothing_are_taken_away(text: str, expected: str) -> None:
    """At the beginning, in titles and in lines of capitals the most frequent spelling counts."""
    assert truecase(text.split(), RANKS.get) == expected.split()


@pytest.mark.parametrize(
    ("text", "like", "expected"),
    [
        ("le titre", "The share", "Le titre"),
        ("«\u00a0ça va", "“It works", "«\u00a0Ça va"),
        ("[0] bondit", "Shares of [0] jump", "[0] bondit"),
        ("le titre", "the share", "le titre"),
        ("le titre", "[0] jumps", "le titre"),
        ("", "The", ""),
    ],
)
def test_a_sentence_begins_with_a_capital_when_its_source_does(text: str, like: str, expected: str) -> None:
    """Marks have no capital."""
    assert recase(text, like) == expected


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("d'énergie qu'on n'a", "de énergie que on ne a"),
        ("S'il s'apaise", "Si il se apaise"),
        ("l'offre de d'Ormesson", "l' offre de de Ormesson"),
        ("chez D'Ieteren", "chez D' Ieteren"),
        ("LA PEUR D'UNE CRISE", "LA PEUR De UNE CRISE"),
        ("jusqu'à", "jusque à"),
    ],
)
def test_french_words_are_written_in_full(text: str, tokens: str) -> None:
    """All but l', which may be le or la, and a capital that belongs to a name."""
    assert tokenise(text, "fr") == tokens.split()


def test_codes_keep_their_capitals_where_not_all_is_in_capitals() -> None:
    """US is not us, though us is more frequent; in a line that shouts it may be."""
    rank = {"us": 1.0, "US": 2.0, "stocks": 3.0, "fall": 4.0, "again": 5.0}.get
    assert truecase(["US", "Stocks", "Fall", "Again"], rank) == ["US", "stocks", "fall", "again"]
    assert truecase(["US", "STOCKS", "FALL", "AGAIN"], rank)[0] == "us"
