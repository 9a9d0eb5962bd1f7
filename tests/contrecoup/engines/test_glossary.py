"""The word-and-phrase gloss."""

import pytest

from contrecoup.engines.glossary import GlossaryTranslator, load_glossary

GLOSSARY = GlossaryTranslator()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le marché recule", "The market drops"),
        ("Les puces chinoises", "The Chinese chips"),
        ("un nouveau modèle de raisonnement ouvert", "a new open reasoning model"),
        ("Les fabricants de puces plongent à la clôture", "The chipmakers plunge at the close"),
        ("[0] a chuté de [1]", "[0] fell [1]"),
        ("la chute du titre", "the fall of the stock"),
        ("[0] chute", "[0] falls"),
        ("L'action a bondi", "The share jumped"),
        ("faux jetons", "fake tokens"),
        ("une arnaque", "a scam"),
        ("une énergie", "an energy"),
        ("C’est aujourd’hui", "It is today"),
        ("ETATS-UNIS", "UNITED STATES"),
        ("R1 et GPT-4, de 1.5B", "R1 and GPT-4, of 1.5B"),
        ("[0]-[1] (score)", "[0]-[1] (score)"),
        ("des usines", "plants"),
        ("des puces chinoises rapides et pas chères", "Fast Chinese chips and not expensive"),
        ("il recule mi-janvier", "it drops mi January"),
        ("ils ont reculé", "they dropped"),
        ("le « marché » recule", "the “market” drops"),
    ],
)
def test_french_becomes_readable_english(text: str, expected: str) -> None:
    """Phrases, readings, order of adjectives, articles, codes and marks."""
    assert GLOSSARY.translate([text], "fr", "en")[0].casefold() == expected.casefold()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The market drops", "Le marché recule"),
        ("Chinese chips", "puces chinoises"),
        ("the cheap Chinese model", "le modèle bon marché chinois"),
        ("[0] jumps [1]", "[0] bondit de [1]"),
        ("Chip giant", "Géant de puce"),
        ("the shares of the company", "les actions de l'entreprise"),
        ("[0]'s models: why?", "modèles de [0] : pourquoi ?"),
        ("the fear of the market", "la crainte du marché"),
        ("a new bank", "une nouvelle banque"),
        ("the investors", "les investisseurs"),
        ("to the market", "au marché"),
        ("they will plunge", "ils plongera"),
        ("quickly drops", "rapidement recule"),
        ("the “market” drops", "le « marché » recule"),
        ("investors' fears", "Craintes d'investisseurs"),
    ],
)
def test_english_becomes_readable_french(text: str, expected: str) -> None:
    """Agreement, elision, contraction, noun compounds and possessives."""
    assert GLOSSARY.translate([text], "en", "fr")[0].casefold() == expected.casefold()


@pytest.mark.parametrize(
    ("lang", "text", "share"),
    [
        ("fr", "le marché recule", 1.0),
        ("fr", "le zorblax recule", 2 / 3),
        ("en", "the market quibblexes", 2 / 3),
        ("fr", "[0] : [1] !", 1.0),
        ("fr", "", 1.0),
        ("fr", "le groupe Zorblax recule", 1.0),
        ("en", "Zorblax Quibblex Market", 1 / 3),
    ],
)
def test_coverage_is_the_share_of_known_words(lang: str, text: str, share: float) -> None:
    """Proper names inside a sentence count as known, not in a title that capitalises everything."""
    other = "en" if lang == "fr" else "fr"
    assert GLOSSARY.coverage([text], lang, other) == [pytest.approx(share)]


def test_another_pair_of_languages_is_refused() -> None:
    """The error names the pair."""
    with pytest.raises(ValueError, match="from fr to de"):
        GLOSSARY.translate(["bonjour"], "fr", "de")


def test_the_glossary_is_large_and_its_rows_are_whole() -> None:
    """Every row has French or English, and a part of speech."""
    rows = load_glossary()
    assert len(rows) > 2500
    assert all((row.fr or row.en) and row.part for row in rows)
    assert GLOSSARY.name == "glossary-1"
