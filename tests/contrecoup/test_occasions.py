"""What a title says has happened, in both languages."""

from datetime import UTC, datetime

import pytest

from contrecoup.errors import ContrecoupError
from contrecoup.models import Document, Status
from contrecoup.occasions import (
    EVERGREEN,
    IN_LEAD,
    IN_TITLE,
    LONGEST_GAP,
    NOTHING,
    OPEN,
    RECALLED,
    UNCLEAR,
    Occasion,
    Occasions,
    load_occasions,
    occasion_of,
    read_occasions,
)

SMALL = """
[sets.en]
share = "shares stock"
[sets.fr]
share = "action titre"
[evergreen]
en = ["to watch"]
fr = ["à suivre"]
[faint]
en = ["still"]
fr = ["encore"]
[asides]
en = ["we think"]
fr = ["selon nous"]
[[kinds]]
name = "deal"
en = ["buys .. {share}", "^ merger", "# pact"]
fr = ["achète .. {share}", "fusion $", "pacte #"]
[[kinds]]
name = "market"
en = ["{share} fall*"]
fr = ["{share} chut*"]
"""


def document(title: str, *, lead: str = "", lang: str = "en") -> Document:
    """A teaser with a title and a lead."""
    return Document(
        article_id="a",
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=title,
        lead=lead,
        text="",
        status=Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=None,
        seen_at=datetime(2025, 1, 28, tzinfo=UTC),
    )


def kind_of(title: str, lang: str, *, lead: str = "") -> str:
    """The kind alone."""
    return occasion_of(document(title, lead=lead, lang=lang)).kind


@pytest.fixture(scope="module")
def small() -> Occasions:
    """A few English words."""
    return read_occasions(SMALL)["en"]


HAPPENED = [
    ("market", "en", "Micron shares tumble 8% in New York"),
    ("market", "en", "Why Vistra stock is sinking today"),
    ("market", "fr", "Le titre Soitec s'effondre de 14 % à Paris"),
    ("market", "fr", "Pourquoi l'action Alstom plonge ce mardi"),
    ("market", "en", "Stocks open lower as DeepSeek rattles traders"),
    ("market", "en", "Paris shares close down, Schneider leads the fall"),
    ("market", "en", "Wall Street ends higher"),
    ("market", "en", "European markets finish deep in the red"),
    ("market", "fr", "Paris et Amsterdam ouvrent dans le rouge : Schneider et ASML plient sous la vague"),
    ("market", "fr", "La Bourse de Paris finit en baisse, plombée par Legrand"),
    ("market", "fr", "Wall Street ouvre en forte hausse"),
    ("market", "fr", "Paris clôture dans le vert"),
    ("market", "fr", "Legrand dans le rouge à la clôture"),
    ("results", "en", "Infineon beats quarterly profit expectations"),
    ("results", "en", "Shares fall as Logitech cuts its full-year forecast"),
    ("results", "fr", "Legrand relève ses objectifs annuels"),
    ("results", "fr", "Le bénéfice net de Nexans a bondi au premier semestre"),
    ("deal", "en", "Schneider to buy cooling specialist for $850 million"),
    ("deal", "en", "Renault and Geely sign joint venture agreement"),
    ("deal", "fr", "Sopra Steria rachète un concurrent belge"),
    ("deal", "fr", "Thales signe un contrat avec la marine indienne"),
    ("financing", "en", "Battery maker files for Chapter 11"),
    ("financing", "en", "Nvidia-backed startup raises $200 million in funding round"),
    ("financing", "fr", "La start-up grenobloise lève 30 millions d'euros"),
    ("financing", "fr", "L'équipementier annonce une augmentation de capital"),
    ("release", "en", "OpenAI launches a cheaper reasoning model"),
    ("release", "en", "Samsung unveils its folding phone"),
    ("release", "fr", "Mistral AI dévoile un modèle à poids ouverts"),
    ("release", "fr", "Apple lance un téléphone moins cher"),
    ("release", "en", "Meta opens up its model to governments"),
    ("release", "fr", "Legrand ouvre une usine à Limoges"),
    ("release", "fr", "Apple ouvre un magasin à Paris"),
    ("release", "fr", "Uber va vérifier l'identité de ses passagers"),
    ("rule", "en", "EU fines Meta over marketplace ads"),
    ("rule", "en", "Washington tightens chip export controls"),
    ("rule", "fr", "Bruxelles ouvre une enquête sur Microsoft"),
    ("rule", "fr", "La cour d'appel ordonne à Google de payer"),
    ("rule", "fr", "Airbus perd son recours contre le fisc"),
    ("rule", "fr", "Le patron d'Atos devant les juges"),
    ("deal", "fr", "Google va rémunérer la presse française"),
    ("rule", "fr", "La CNIL condamne Google à une amende"),
    ("rating", "en", "Jefferies downgrades ASML to hold"),
    ("rating", "en", "UBS raises price target on Broadcom"),
    ("rating", "fr", "HSBC abaisse sa recommandation sur Dassault Systèmes"),
    ("rating", "fr", "Bernstein relève son objectif de cours sur Capgemini"),
    ("people", "en", "Nissan chief executive steps down"),
    ("people", "en", "Dell lays off thousands of employees"),
    ("people", "fr", "Le directeur général de Valeo quitte ses fonctions"),
    ("people", "fr", "Nokia annonce la suppression de 300 postes"),
    ("incident", "en", "Hackers breach the exchange's wallets"),
    ("incident", "en", "Carmaker recalls 200,000 vans"),
    ("incident", "fr", "Une panne géante paralyse le réseau de SFR"),
    ("incident", "fr", "Cyberattaque contre un sous-traitant d'Airbus"),
    ("index", "en", "Coinbase joins the S&P 500"),
    ("index", "en", "Coinbase to be added to the Nasdaq 100"),
    ("index", "fr", "Bureau Veritas entre au CAC 40"),
    ("index", "fr", "Worldline sort du CAC 40"),
]

ANY_DAY = [
    ("en", "5 chip stocks to buy now"),
    ("en", "Is it too late to buy Nvidia stock?"),
    ("en", "Should you buy AMD after its fall?"),
    ("en", "Where will Arm stock be in five years?"),
    ("en", "Bitcoin price prediction for 2030"),
    ("en", "What to expect from ASML's earnings"),
    ("en", "Cisco earnings preview: old tech, new orders"),
    ("en", "Oracle (ORCL) Q2 2025 earnings call transcript"),
    ("en", "Economic calendar: the Fed decides on Wednesday"),
    ("en", "The man who bet his company on bitcoin"),
    ("en", "Hands-on with the new headset"),
    ("en", "I'm still a buyer: why I am adding to my Dell position"),
    ("fr", "Faut-il acheter STMicroelectronics après la chute ?"),
    ("fr", "Cinq actions à acheter en février"),
    ("fr", "Les valeurs à suivre ce mardi à Paris"),
    ("fr", "Nvidia avant les résultats : les attentes du marché"),
    ("fr", "L'agenda de la semaine : BCE et résultats de LVMH"),
    ("fr", "Où en sera Nvidia dans cinq ans ?"),
    ("fr", "Portrait : l'ingénieur qui a fondé Arm"),
    ("fr", "On a testé la nouvelle tablette de Samsung"),
    ("fr", "Prise en main du casque d'Apple"),
    ("fr", "Comment investir dans les semi-conducteurs"),
    ("fr", "Podcast. La bataille des puces"),
    ("fr", "Le cuivre, nouvel or des centres de données ?"),
]


@pytest.mark.parametrize(("kind", "lang", "title"), HAPPENED)
def test_a_happening_has_its_kind(kind: str, lang: str, title: str) -> None:
    """Every kind is read from a title that states it, with full worth and the words that told it."""
    occasion = occasion_of(document(title, lang=lang))
    assert (occasion.kind, occasion.worth) == (kind, IN_TITLE)
    assert occasion.words


def test_every_kind_of_the_file_is_tested_in_both_languages() -> None:
    """A new kind needs its titles here."""
    kinds = {kind for kind, _ in load_occasions()["fr"].kinds}
    assert {(kind, lang) for kind, lang, _ in HAPPENED} == {(kind, lang) for kind in kinds for lang in ("en", "fr")}


@pytest.mark.parametrize(("lang", "title"), ANY_DAY)
def test_what_could_stand_on_any_day_is_worth_nothing(lang: str, title: str) -> None:
    """Advice, lists, previews, portraits, tests and questions tell no event, whatever words they hold."""
    occasion = occasion_of(document(title, lang=lang))
    assert (occasion.kind, occasion.worth) == (EVERGREEN, NOTHING)


@pytest.mark.parametrize(
    ("lang", "title", "kind"),
    [
        ("en", "Dell beats quarterly profit estimates: enough for Wall Street?", "results"),
        ("fr", "Dell publie un bénéfice en hausse : jusqu'où ira le titre ?", "results"),
        ("fr", "Soitec chute de 12 % en Bourse : la fin du cycle ?", "market"),
        ("en", "Why is Intel stock falling?", "market"),
        ("fr", "Pourquoi l'action Intel recule ?", "market"),
        ("en", "Nvidia: the fall of an idol?", EVERGREEN),
        ("fr", "Nvidia : la chute d'une idole ?", EVERGREEN),
    ],
)
def test_of_a_title_that_asks_only_what_it_states_is_heard(lang: str, title: str, kind: str) -> None:
    """A question tells nothing, but what stands before it does, and why-questions state what they ask about."""
    assert kind_of(title, lang) == kind


@pytest.mark.parametrize(
    ("lang", "title", "kind"),
    [
        ("en", "Intel shares plunge after regulators sue", "rule"),
        ("fr", "L'action Intel plonge, Bruxelles inflige une amende", "rule"),
        ("en", "Shares of Arm drop on quarterly results", "results"),
        ("fr", "L'action Atos chute, son directeur général démissionne", "people"),
    ],
)
def test_the_event_counts_before_the_mere_move(lang: str, title: str, kind: str) -> None:
    """A title that states a move and an event tells the event."""
    assert kind_of(title, lang) == kind


@pytest.mark.parametrize(
    ("lang", "title", "lead"),
    [
        ("en", "A long night in Veldhoven", "ASML reported quarterly bookings far below estimates on Tuesday."),
        ("fr", "Longue nuit à Veldhoven", "ASML a publié mardi des commandes inférieures aux attentes."),
    ],
)
def test_a_title_that_says_nothing_leaves_the_word_to_the_lead(lang: str, title: str, lead: str) -> None:
    """The lead counts less than a title."""
    occasion = occasion_of(document(title, lead=lead, lang=lang))
    assert (occasion.kind, occasion.worth) == ("results", IN_LEAD)


@pytest.mark.parametrize(
    ("lang", "title", "lead", "worth"),
    [
        ("en", "Dell, a giant at ease", "Shares fell 12% this week, a compelling opportunity in our view.", NOTHING),
        ("fr", "Dell, un colosse tranquille", "L'action a chuté de 12 %, mais elle pourrait rebondir.", NOTHING),
        ("en", "Dell, a giant at ease", "Dell missed profit estimates, a compelling opportunity.", RECALLED),
        ("fr", "Dell, un colosse tranquille", "Le bénéfice recule, mais le groupe pourrait surprendre.", RECALLED),
        ("en", "Is Dell a buy?", "Dell missed quarterly profit estimates.", RECALLED),
        ("fr", "Faut-il acheter Dell ?", "Dell a publié un bénéfice en baisse.", RECALLED),
        ("en", "3 stocks to buy as Dell misses profit estimates", "Dell missed profit estimates.", NOTHING),
    ],
)
def test_advice_counts_a_little_when_its_lead_tells_an_event(lang: str, title: str, lead: str, worth: float) -> None:
    """An opinion on results comes with the results; one on a mere move, or that names them in its title, counts 0."""
    occasion = occasion_of(document(title, lead=lead, lang=lang))
    assert (occasion.kind, occasion.worth) == (EVERGREEN, worth)


@pytest.mark.parametrize("lang", ["en", "fr", "de"])
@pytest.mark.parametrize("title", ["", "   ", "?", "…!", "Apple", "12 34"])
def test_a_title_without_news_is_open_or_a_question(lang: str, title: str) -> None:
    """Nothing is made of nothing."""
    assert kind_of(title, lang) in {UNCLEAR, EVERGREEN}


def test_nothing_read_is_worth_little_but_more_than_advice() -> None:
    """Nobody can tell what a title of two names is about."""
    assert occasion_of(document("Apple")) == Occasion(kind=UNCLEAR, worth=OPEN, words="")
    assert NOTHING < OPEN < RECALLED < IN_LEAD < IN_TITLE


@pytest.mark.parametrize(
    ("lang", "title"), [("en", "INFINEON BEATS PROFIT EXPECTATIONS"), ("fr", "LEGRAND RELEVE SES OBJECTIFS ANNUELS")]
)
def test_capitals_and_lost_accents_do_not_count(lang: str, title: str) -> None:
    """Wires shout, and lose their accents."""
    assert kind_of(title, lang) == "results"


def test_a_third_language_is_read_by_both_lists() -> None:
    """A happening in either list is heard, and a form of any day before it; a German title mostly says nothing."""
    assert kind_of("Zwei Konzerne, ein Gedanke", "de") == UNCLEAR
    assert kind_of("El Nasdaq: sell-off en Wall Street", "es") == "market"
    assert kind_of("Podcast: cyberattack", "es") == EVERGREEN


def test_words_of_one_language_are_not_looked_for_in_the_other() -> None:
    """French "action" is a share, English "action" is none."""
    assert kind_of("L'action recule", "fr") == "market"
    assert kind_of("Action recule", "en") == UNCLEAR


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("unit", ["shares action ", "a", "? ", "x. ", "1,5 % ", "é", "entre "])
def test_a_title_of_200_kb_is_read_like_its_beginning(lang: str, unit: str) -> None:
    """What is read of a title and of a lead has an end, and so has the work."""
    long = unit * (200_000 // len(unit))
    assert occasion_of(document(long, lead=long, lang=lang)) == occasion_of(
        document(long[:1000], lead=long[:1000], lang=lang)
    )


def test_a_gap_leaves_out_a_few_words_only(small: Occasions) -> None:
    """A gap takes as many words as the limit, and not one more."""
    assert small.read("Firm buys " + "very " * LONGEST_GAP + "stock", "").kind == "deal"
    assert small.read("Firm buys " + "very " * (LONGEST_GAP + 1) + "stock", "").kind == UNCLEAR


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Merger agreed", "merger"),
        ("Ten-year pact, 20 pact", "20 pact"),
        ("The stock falling", "stock falling"),
        ("It buys its own shares", "buys its own shares"),
    ],
)
def test_the_words_that_told_it_are_kept(small: Occasions, title: str, words: str) -> None:
    """A reader can see what an occasion was read from."""
    assert small.read(title, "").words == words


def test_marks_of_place_hold(small: Occasions) -> None:
    """One mark wants the beginning, the other the end."""
    french = read_occasions(SMALL)["fr"]
    assert small.read("No merger", "").kind == UNCLEAR
    assert french.read("Projet de fusion", "").kind == "deal"
    assert french.read("Fusion en vue", "").kind == UNCLEAR


def test_weak_forms_hold_only_where_no_kind_speaks(small: Occasions) -> None:
    """Alone, "still" is no news, but beside a fall it does not count."""
    assert small.read("Apple, still", "").kind == EVERGREEN
    assert small.read("Stock falls, still", "").kind == "market"
    assert small.read("Stock falls: one to watch", "").kind == EVERGREEN


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (SMALL.replace("{share} fall*", "{stock} fall*"), "no set {stock}"),
        (SMALL.replace("to watch", "to-watch"), "'to-watch' is no single word"),
        (SMALL.replace("to watch", ".."), "no word"),
        (SMALL.replace("[asides]", "[besides]"), "asides"),
        ("sets = [", "Invalid"),
    ],
)
def test_an_edit_that_makes_no_words_is_named(written: str, said: str) -> None:
    """Whoever edits the file is told where it went wrong."""
    with pytest.raises(ValueError, match=said.replace("{", r"\{")):
        read_occasions(written)


def test_a_damaged_file_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The place of the file and what to do are named."""

    def broken(_: str) -> None:
        raise ValueError("There is no set {shares}.")

    monkeypatch.setattr("contrecoup.occasions.read_occasions", broken)
    load_occasions.cache_clear()
    with pytest.raises(ContrecoupError, match=r"occasions\.toml.*no set") as caught:
        load_occasions()
    assert "Mend" in caught.value.advice
