"""Languages are told from bodies, and not told when there is too little to go by."""

import pytest

from contrecoup.language import detect_language, likelier_language

FRENCH = (
    "L’action Nvidia a perdu dix-sept pour cent lundi à Wall Street, après la sortie du modèle de DeepSeek. "
    "Les investisseurs se demandent si les dépenses prévues dans les centres de données restent justifiées."
)
ENGLISH = (
    "Nvidia shares fell seventeen percent on Monday after the release of a model by DeepSeek. "
    "Investors wonder whether the spending that was planned on data centres is still justified by the demand."
)
PORTUGUESE = (
    "As ações da empresa caíram muito depois do anúncio dos resultados, disse a companhia nesta terça-feira "
    "em São Paulo, e os investidores não sabem ainda quais serão as consequências para o mercado."
)


@pytest.mark.parametrize(("text", "lang"), [(FRENCH, "fr"), (ENGLISH, "en"), (PORTUGUESE, "pt")])
def test_a_body_tells_its_language(text: str, lang: str) -> None:
    """Without any prior, and the same each time."""
    found = detect_language(text * 2, feed_lang=None, html_lang=None)
    assert (found.lang, found.why) == (lang, "body")
    assert found.score > 0.9
    assert detect_language(text * 2, feed_lang=None, html_lang=None) == found


@pytest.mark.parametrize(("text", "lang", "wrong"), [(FRENCH, "fr", "en"), (ENGLISH, "en", "fr-FR")])
def test_a_body_outweighs_a_wrong_declaration(text: str, lang: str, wrong: str) -> None:
    """English pages with lang="fr" exist."""
    assert detect_language(text, feed_lang=wrong, html_lang=wrong).lang == lang


def test_an_agreeing_declaration_is_told() -> None:
    """The reason names it."""
    assert detect_language(FRENCH, feed_lang="fr", html_lang=None).why == "body+priors"


@pytest.mark.parametrize("text", ["Nvidia : -17 %", "404 error", "", "12 345 !!!"])
def test_a_title_alone_gives_no_confident_label(text: str) -> None:
    """Only what was declared speaks then, with a low score; without it, the language is unknown."""
    alone = detect_language(text, feed_lang=None, html_lang=None)
    declared = detect_language(text, feed_lang="fr_FR", html_lang="fr")
    assert (alone.lang, alone.score, alone.why) == ("unknown", 0.0, "nothing")
    assert (declared.lang, declared.score, declared.why) == ("fr", 0.5, "priors")


def test_contradicting_declarations_say_nothing() -> None:
    """Neither is preferred when there is no text."""
    found = detect_language("Nvidia", feed_lang="fr", html_lang="en")
    assert (found.lang, found.why) == ("unknown", "uncertain")


def test_a_meaningless_declaration_is_none() -> None:
    """Some pages declare nothing in many words."""
    assert detect_language("", feed_lang="??", html_lang="english").lang == "unknown"


def test_a_short_sentence_scores_lower_than_a_body() -> None:
    """The score follows the letters that were read."""
    short = detect_language(FRENCH[:90], feed_lang=None, html_lang=None)
    assert short.lang == "fr"
    assert short.score < 0.5


def test_a_page_in_both_languages_is_mixed() -> None:
    """A quarter of each is enough (langdetect#3)."""
    text = f"{FRENCH}\nNvidia, ASML\n{ENGLISH}\n{FRENCH}"
    assert detect_language(text, feed_lang="fr", html_lang="fr").lang == "mixed"


def test_a_chinese_variant_is_its_language() -> None:
    """ISO 639-1 has one code for both."""
    text = "英伟达的股价在周一大幅下跌，投资者正在重新评估人工智能的支出。" * 8
    assert detect_language(text, feed_lang=None, html_lang=None).lang == "zh"


def test_a_quotation_does_not_make_a_page_mixed() -> None:
    """A French article may quote a sentence in English."""
    quotation = "“It is the best that we have seen in the field of models,” said the boss of the company."
    text = f"{FRENCH}\n" * 4 + quotation
    assert detect_language(text, feed_lang=None, html_lang=None).lang == "fr"


def test_letters_that_no_profile_knows_are_unknown() -> None:
    """Runes are letters, and langdetect has no profile for them."""
    assert detect_language("ᚠᚢᚦᚨᚱᚲ " * 20, feed_lang=None, html_lang=None).lang == "unknown"


def test_two_languages_as_likely_are_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half and half is no answer."""
    monkeypatch.setattr("contrecoup.language._candidates", lambda _: {"da": 0.5, "no": 0.5})
    found = detect_language(FRENCH, feed_lang=None, html_lang=None)
    assert (found.lang, found.why) == ("unknown", "uncertain")


def test_blank_lines_around_a_text_change_nothing() -> None:
    """A headline without lead and body is joined to two empty lines."""
    text = "Nvidia a perdu 589 milliards de dollars de capitalisation lundi"
    padded = detect_language(f"\n{text}\n\n", feed_lang=None, html_lang=None)
    assert padded == detect_language(text, feed_lang=None, html_lang=None)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Bitcoin miners tumbled as much as 30%", "en"),
        ("Nvidia chute de 17 % à la clôture", "fr"),
        ("17 %", "xx"),
        ("", "xx"),
    ],
)
def test_a_line_tried_by_hand_is_guessed_french_or_english(text: str, lang: str) -> None:
    """What gives no hint has the language of the rest."""
    assert likelier_language(text, otherwise="xx") == lang
