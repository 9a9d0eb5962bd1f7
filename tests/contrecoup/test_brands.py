"""Spellings that a hurried reader takes for a brand's name are found, with the way in which they are like it."""

import pytest

from contrecoup.brands import Brand, BrandTable, skeleton

TABLE = BrandTable.load()


def found(text: str) -> list[tuple[str, str, str]]:
    """What is written, whose name it is like, and how."""
    return [(text[named.start : named.end], named.brand.target, named.reason) for named in TABLE.names_in(text)]


@pytest.mark.parametrize(
    ("spelling", "target", "reason"),
    [
        ("DeepSeek", "org:deepseek", "same_name"),
        ("DEEPSEEK", "org:deepseek", "same_name"),
        ("DéepSeek", "org:deepseek", "same_name"),
        ("Deep Seek", "org:deepseek", "spacing"),
        ("Deep-Seek", "org:deepseek", "spacing"),
        ("Deep\u200bSeek", "org:deepseek", "hidden_characters"),
        ("Deep\u00adSeek", "org:deepseek", "hidden_characters"),
        ("ＤｅｅｐＳｅｅｋ", "org:deepseek", "other_width"),
        ("𝗗𝗲𝗲𝗽𝗦𝗲𝗲𝗸", "org:deepseek", "other_width"),
        ("DeepSеek", "org:deepseek", "look_alike_letters"),  # a Cyrillic е
        ("ΝVIDIA", "NVDA", "look_alike_letters"),  # a Greek Ν
        ("NVlDIA", "NVDA", "look_alike_letters"),
        ("D33pSeek", "org:deepseek", "digits_for_letters"),
        ("DeepSeekAI", "org:deepseek", "name_inside"),
        ("DEEPSEEKR1", "org:deepseek", "name_inside"),
        ("BabyTrump", "person:trump", "name_inside"),
        ("DeepSeeek", "org:deepseek", "one_letter_off"),
        ("DeepSaek", "org:deepseek", "one_letter_off"),
        ("DepeSeek", "org:deepseek", "one_letter_off"),
        ("ChatGPT", "org:openai", "same_name"),
        ("Fed", "macro:fed", "same_name"),
    ],
)
def test_a_spelling_like_a_name_is_found_with_its_reason(spelling: str, target: str, reason: str) -> None:
    """Homoglyphs, figures, hidden characters, widths, accents, spaces, hyphens, additions and slips."""
    assert found(f"the {spelling} token") == [(spelling, target, reason)]


@pytest.mark.parametrize(
    "text",
    ["a deep seek into the market", "the complexity of it", "un total de jetons", "Solana and Bitcoin", "the S&P 500"],
)
def test_other_words_and_chains_are_no_brand(text: str) -> None:
    """Common words in lower case, words that are only somewhat alike, and chains that tokens live on."""
    assert found(text) == []


def test_the_hyphenated_suffix_stays_outside_the_name() -> None:
    """``DEEPSEEK-AI`` begins with the name itself."""
    assert found("Le jeton DEEPSEEK-AI") == [("DEEPSEEK", "org:deepseek", "same_name")]


def test_the_longest_name_wins() -> None:
    """Melania Trump is one person, not another and a stranger."""
    assert [target for _, target, _ in found("Melania Trump coin")] == ["person:melania_trump"]


def test_only_spellings_made_to_deceive_are_disguised() -> None:
    """An article may write a space or a hyphen by mistake, nobody a Cyrillic letter."""
    [plain], [odd] = list(TABLE.names_in("Deep Seek")), list(TABLE.names_in("DeepSеek"))
    assert (plain.disguised, odd.disguised) == (False, True)


def test_a_name_is_shown_as_readers_know_it() -> None:
    """The short form of a company, the full name of a person, and whether the name is a token's own."""
    brands = {named.brand for text in ("Meta", "TRUMP", "USDT") for named in TABLE.names_in(text)}
    assert brands == {
        Brand(target="META", label="Meta"),
        Brand(target="person:trump", label="Donald Trump"),
        Brand(target="org:tether", label="Tether", coin=True),
    }


def test_skeletons_do_not_tell_look_alikes_apart() -> None:
    """Unicode Technical Standard 39: two strings are confusable when their skeletons are the same."""
    assert skeleton("D33p Sеek") == skeleton("deepseek")
    assert skeleton("Modern") == skeleton("Modem")
    assert skeleton("Nvidia") != skeleton("Vidia")
