"""Stated price moves in French and English sentences."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from newsprint import claims, signed


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Nvidia a chuté de 16 %.", [("NVDA", -16.0)]),
        ("en", "Nvidia fell 16%.", [("NVDA", -16.0)]),
        ("fr", "Nvidia : -17 % à l'ouverture", [("NVDA", -17.0)]),
        ("en", "Intel (+3.2%) led", [("INTC", 3.2)]),
        ("fr", "Nvidia a bondi de 8,9 % mardi.", [("NVDA", 8.9)]),
        ("en", "TSMC closed up 3.2%.", [("TSM", 3.2)]),
        ("fr", "TeraWulf perd un quart de sa valeur.", [("WULF", -25.0)]),
        ("en", "IREN shed a quarter of its value.", [("IREN", -25.0)]),
        ("fr", "ASML cède 5,7 %.", [("ASML", -5.7)]),
        ("en", "Broadcom ended 17.4% lower.", [("AVGO", -17.4)]),
        ("fr", "Nvidia : 589 milliards de dollars de capitalisation partis en fumée", [("NVDA", -589.0)]),
        ("en", "Nvidia lost $589 billion in market value.", [("NVDA", -589.0)]),
        ("en", "Nvidia lost $1.2 trillion in market value.", [("NVDA", -1200.0)]),
        ("fr", "ASML a perdu 20 milliards d'euros de capitalisation.", [("ASML", -20.0)]),
        ("fr", "Schneider Electric perd 9,5 %, Legrand 7 % à la clôture.", [("SU.PA", -9.5), ("LR.PA", -7.0)]),
        ("en", "Oracle added 3.6%, Microsoft 2.9%.", [("ORCL", 3.6), ("MSFT", 2.9)]),
        (
            "fr",
            "Cipher Mining (CIFR), Core Scientific (CORZ) et TeraWulf (WULF) ont chuté jusqu'à 30 %.",
            [("CIFR", -30.0), ("CORZ", -30.0), ("WULF", -30.0)],
        ),
        ("en", "Riot Platforms and CleanSpark tumbled as much as 15%.", [("RIOT", -15.0), ("CLSK", -15.0)]),
        ("fr", "Microsoft, actionnaire d'OpenAI, avance de 4,1 %.", [("MSFT", 4.1)]),
        ("en", "Oracle, a partner of OpenAI, fell 13.8%.", [("ORCL", -13.8)]),
        ("en", "Intel rose, but SoftBank, in Tokyo, lost 5%.", [(None, -5.0)]),
        ("en", "Nvidia, with Intel in tow, fell 5%.", [("NVDA", -5.0)]),
        ("en", "Microsoft and OpenAI, of late, lost 5%.", [(None, -5.0)]),
        ("en", "Apple gained 3.2% while Meta added 1.9%.", [("AAPL", 3.2), ("META", 1.9)]),
        ("fr", "Nvidia souffre. Le titre recule de 12 %.", [("NVDA", -12.0)]),
        ("en", "Nvidia suffered. The stock dropped 12%.", [("NVDA", -12.0)]),
        ("fr", "Recul de 9,5 % pour Schneider Electric.", [("SU.PA", -9.5)]),
        ("en", "A drop of 9.5% for Nvidia.", [("NVDA", -9.5)]),
        ("fr", "Le Nasdaq recule de 3 %.", [(None, -3.0)]),
        ("en", "The S&P 500 shed 1.5%.", [("^GSPC", -1.5)]),
        ("en", "The Nasdaq lost 400 points.", [(None, -400.0)]),
        ("fr", "Nvidia a ouvert en repli de 12 à 13 %.", [("NVDA", -12.5)]),
        ("en", "Nvidia opened 12% to 13% lower.", [("NVDA", -12.5)]),
        ("fr", "La chute de Nvidia de 17 % inquiète.", [("NVDA", -17.0)]),
        ("en", "Chipmakers fell 5%.", [(None, -5.0)]),
    ],
)
def test_a_stated_move_is_found_with_its_instrument(
    lang: str, text: str, expected: list[tuple[str | None, float]]
) -> None:
    """Verbs, nouns, signs, fractions, sums of market value, lists and anaphora."""
    assert signed(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Le chiffre d'affaires de Nvidia a bondi de 94 %."),
        ("en", "Nvidia revenue rose 94%."),
        ("fr", "Intel réduit ses effectifs de 15 %."),
        ("en", "Intel will cut 15% of its workforce."),
        ("fr", "Nvidia pourrait perdre 10 %."),
        ("en", "Nvidia could fall 10%."),
        ("fr", "La part de marché d'AMD progresse de 3 points."),
        ("en", "AMD gained 3% of market share."),
        ("fr", "Nvidia tombe à 17 % du marché."),
        ("en", "Nvidia fell to 17% of the market."),
        ("fr", "Meta va investir 65 milliards de dollars."),
        ("en", "Stargate adds $500 billion to Oracle's plans."),
        ("fr", "Le chômage a reculé de 2 %."),
        ("en", "House prices rose 4%."),
        ("fr", "Nvidia et le fabricant Zorblax chutent ; Zorblax a perdu 20 %."),
        ("en", "Nvidia fell. Rival Zorblax lost 20%."),
        ("fr", "Le fournisseur de Nvidia a perdu 20 %."),
        ("en", "A supplier to Nvidia lost 20%."),
        ("en", "Nvidia sold 17% of a startup."),
        ("en", "Nvidia fell less than a third as much as Broadcom."),
        ("en", "The stock fell 12%."),
    ],
)
def test_a_figure_about_something_else_is_no_claim(lang: str, text: str) -> None:
    """Sales, staff, shares of a market, forecasts, levels, plans and strangers."""
    assert signed(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text", "qualifier"),
    [
        ("fr", "Nvidia perd environ 11 %", "about"),
        ("en", "Nvidia is down about 11%", "about"),
        ("fr", "Nvidia perd près de 11 %", "nearly"),
        ("en", "Nvidia lost nearly a third", "nearly"),
        ("fr", "Nvidia perd jusqu'à 11 %", "up_to"),
        ("en", "Nvidia tumbled as much as 11%", "up_to"),
        ("fr", "Nvidia perd plus de 11 %", "more_than"),
        ("en", "Nvidia lost more than 11%", "more_than"),
        ("fr", "Nvidia perd 11 %", "exact"),
        ("en", "Nvidia lost a third", "about"),
    ],
)
def test_a_reserve_becomes_the_qualifier(lang: str, text: str, qualifier: str) -> None:
    """The words right before the amount."""
    assert [c.qualifier for c in claims(text, lang)] == [qualifier]


@pytest.mark.parametrize(
    ("lang", "text", "period"),
    [
        ("fr", "Nvidia recule de 11 % avant l'ouverture", "premarket"),
        ("en", "Nvidia fell 11% in premarket trading", "premarket"),
        ("fr", "Nvidia recule de 12 % dès l'ouverture", "open"),
        ("en", "Nvidia opened down 12%", "open"),
        ("fr", "Nvidia a clôturé en baisse de 17 %", "close"),
        ("en", "Nvidia ended down 17%", "close"),
        ("en", "Nvidia fell 3% after hours", "afterhours"),
        ("fr", "Nvidia perd 17 % en une séance", "day"),
        ("en", "Nvidia fell 17% on Monday", "day"),
        ("fr", "Nvidia gagne 8 % sur la semaine", "week"),
        ("en", "Nvidia gained 8% this week", "week"),
        ("en", "Nvidia gained 16% in six months", "span"),
        ("en", "Nvidia gained 171% in 2024", "year"),
        ("fr", "Nvidia perd 17 %", "unknown"),
        ("en", "Bitcoin fell close to 8%", "unknown"),
    ],
)
def test_the_nearest_words_of_time_give_the_period(lang: str, text: str, period: str) -> None:
    """A pre-market figure is not a close."""
    assert [c.period for c in claims(text, lang)] == [period]


@pytest.mark.parametrize(
    ("lang", "text", "day"),
    [
        ("fr", "Lundi, Nvidia a perdu 17 %", date(2025, 1, 27)),
        ("en", "Nvidia fell 17% on Monday", date(2025, 1, 27)),
        ("fr", "Nvidia a perdu 3,1 % vendredi", date(2025, 1, 24)),
        ("en", "Nvidia fell 17% on Jan. 27", date(2025, 1, 27)),
        ("fr", "Nvidia a perdu 17 % lundi 27 janvier", date(2025, 1, 27)),
        ("fr", "Nvidia a perdu 17 % le 27 janvier 2024", date(2024, 1, 27)),
        ("en", "Nvidia fell 5% on December 20", date(2024, 12, 20)),
        ("fr", "Nvidia a perdu 17 % hier", date(2025, 1, 27)),
        ("fr", "Nvidia perd 17 % aujourd'hui", date(2025, 1, 28)),
        ("fr", "Nvidia perd 17 % après la hausse de la veille", None),
        ("en", "Nvidia fell 17% on February 30", None),
        ("en", "Nvidia fell 17% on Dec. 31, 2026", None),
        ("en", "Nvidia fell 17% ahead of results next Monday", None),
        ("en", "Nvidia fell 17%", None),
        ("en", "Nvidia fell 17% this week since Monday", None),
    ],
)
def test_a_named_day_becomes_the_session_when_it_can_be_told(lang: str, text: str, day: date | None) -> None:
    """Days count back from the telling; the future, the impossible and the vague give none."""
    assert [c.session_on for c in claims(text, lang)] == [day]


def test_a_day_is_the_one_lived_where_the_article_is_written() -> None:
    """At 02:00 UTC on Tuesday it is still Monday in New York."""
    told = datetime(2025, 1, 28, 2, tzinfo=UTC)
    assert [c.session_on for c in claims("Nvidia lost 17% today.", "en", told=told)] == [date(2025, 1, 27)]


def test_the_headline_names_the_stock_of_which_a_paragraph_speaks() -> None:
    """A headline about one company answers "the stock"; about two, it does not."""
    assert signed("Bad day.\nThe stock fell 12%.", "en", title="Nvidia sinks") == [("NVDA", -12.0)]
    assert signed("Bad day.\nThe stock fell 12%.", "en", title="Nvidia and Intel") == []


def test_the_claims_of_a_list_start_at_the_names_so_that_their_keys_differ() -> None:
    """One claim per instrument, all ending with the amount, the sentence quoted."""
    text = "Riot Platforms and CleanSpark fell 10%."
    found = claims(text, "en")
    assert [text[c.start : c.end] for c in found] == ["Riot Platforms and CleanSpark fell 10%", "CleanSpark fell 10%"]
    assert {c.sentence for c in found} == {text}


def test_two_moves_of_the_same_list_keep_different_keys() -> None:
    """The second move of a list starts at its amount."""
    found = claims("Riot Platforms and CleanSpark fell 10% and lost 12%.", "en")
    assert len({(c.field, c.start) for c in found}) == len(found)


PIECES = st.sampled_from(
    [
        "Nvidia",
        "Intel",
        "a perdu",
        "fell",
        "17 %",
        "-3%",
        "$5 billion",
        "un quart",
        "lundi",
        "et",
        ",",
        "(",
        ")",
        "de",
        ". ",
    ]
)


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=16).map(" ".join),
    st.sampled_from(["fr", "en", "unknown"]),
)
def test_no_text_breaks_the_search_and_spans_lie_in_their_sentence(text: str, lang: str) -> None:
    """Keys are unique, sizes positive, spans inside the quoted sentence."""
    found = claims(text, lang)
    assert len({c.start for c in found}) == len(found)
    assert all(c.size >= 0 and 0 <= c.start < c.end <= len(text) for c in found)
    assert all(text[c.start : c.end] in c.sentence for c in found)


@pytest.mark.parametrize(
    ("lang", "text", "days"),
    [
        ("en", "Nvidia eased 2.5%, after giving up 10.6% on Monday.", [None, date(2025, 1, 27)]),
        ("en", "Broadcom lost 17.4% on Monday, while Nvidia gained 8.9%.", [date(2025, 1, 27), None]),
        ("fr", "Oracle a repris 3,6 %, loin de ses niveaux de vendredi.", [None]),
        ("fr", "Nvidia a chuté de 17 % lundi, alors que Apple gagnait 3,2 %.", [date(2025, 1, 27), None]),
    ],
)
def test_a_day_counts_only_in_its_own_clause(lang: str, text: str, days: list[date | None]) -> None:
    """A day that another clause names, or that prices are compared with, is not the day of the move."""
    assert [claim.session_on for claim in claims(text, lang)] == days


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        (
            "fr",
            (
                "Les mineurs tels que Cipher Mining (CIFR), Core Scientific (CORZ) et TeraWulf (WULF), ont observé des "
                "baisses de leurs actions pouvant atteindre 30 %."
            ),
        ),
        ("en", "Miners such as Cipher Mining (CIFR), Core Scientific (CORZ) and TeraWulf (WULF), fell as much as 30%."),
    ],
)
def test_a_list_that_ends_with_a_comma_is_still_a_list(lang: str, text: str) -> None:
    """Each of the listed instruments gets the claim."""
    found = claims(text, lang)
    assert [claim.symbol for claim in found] == ["CIFR", "CORZ", "WULF"]
    assert {(claim.direction, claim.size, claim.qualifier) for claim in found} == {("down", 30.0, "up_to")}


@pytest.mark.parametrize(
    ("lang", "text", "sizes"),
    [
        ("en", "Riot Platforms and MARA Holdings rose 5% and 7% respectively.", {"RIOT": 5.0, "MARA": 7.0}),
        ("fr", "Intel et AMD ont perdu respectivement 3 % et 4,5 %.", {"INTC": 3.0, "AMD": 4.5}),
        ("fr", "Intel, AMD et Nvidia ont perdu respectivement 3 % et 4,5 %.", {}),
    ],
)
def test_respectively_gives_each_name_its_own_figure(lang: str, text: str, sizes: dict[str, float]) -> None:
    """In the order of the list; none when the figures are fewer than the names."""
    assert {claim.symbol: claim.size for claim in claims(text, lang)} == sizes


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Nvidia n'a pas chuté de 17 % hier.", 0),
        ("fr", "Nvidia ne perd pas 17 % aujourd'hui.", 0),
        ("en", "Nvidia did not fall 17% on Monday.", 0),
        ("en", "Nvidia hasn’t lost 17% in one session.", 0),
        ("en", "Nvidia has never lost as much as 17%.", 0),
        ("fr", "Nvidia a perdu pas moins de 17 %.", 1),
        ("en", "Nvidia not only fell 17%, it kept falling.", 1),
    ],
)
def test_a_move_that_is_denied_is_no_claim(lang: str, text: str, found: int) -> None:
    """Either language; a turn of phrase that denies nothing keeps the claim."""
    assert len(claims(text, lang)) == found


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "Did Nvidia fall 17%?", 0),
        ("en", "Nvidia fell 17%?", 0),
        ("fr", "Nvidia a-t-elle chuté de 17 % ?", 0),
        ("fr", "Est-ce que Nvidia a chuté de 17 % ?", 0),
        ("fr", "Nvidia a chuté de 17 % ?", 0),
        ("en", "Why Nvidia fell 17%", 1),
        ("en", "Why did Nvidia fall 17%?", 1),
        ("fr", "Pourquoi Nvidia a chuté de 17 %", 1),
        ("fr", "Pourquoi Nvidia a-t-elle chuté de 17 % ?", 1),
        ("fr", "Nvidia chute de 17 % : faut-il vendre ?", 1),
        ("en", "Nvidia fell 17%, is it time to buy?", 1),
        ("en", "Should you buy Nvidia after it fell 17%?", 1),
        ("fr", "Faut-il acheter Nvidia, qui a perdu 17 % ?", 1),
        ("fr", "Nvidia a perdu 17 %, faut-il en acheter ?", 1),
        ("en", "Nvidia lost $589 billion in market value, and now?", 1),
        ("fr", "Nvidia : 589 milliards de dollars partis en fumée, et maintenant ?", 1),
    ],
)
def test_what_a_question_asks_is_no_claim(lang: str, text: str, found: int) -> None:
    """Why it fell, and what comes next, take the fall for granted and state it."""
    assert len(claims(text, lang)) == found


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("en", "TeraWulf has halved in a month.", 1),
        ("en", "Shares of TeraWulf have nearly halved since December.", 1),
        ("en", "TeraWulf's stock price has more than halved.", 1),
        ("en", "TeraWulf's market value was halved.", 1),
        ("en", "Nvidia suffered. The stock has halved.", 1),
        ("fr", "Le cours de TeraWulf a été divisé par deux.", 1),
        ("fr", "L'action TeraWulf a été divisée par deux en un mois.", 1),
        ("fr", "TeraWulf a vu son cours divisé par deux.", 1),
        ("fr", "TeraWulf a perdu la moitié de sa valeur.", 1),
        ("en", "TeraWulf lost half its value.", 1),
        ("fr", "Nvidia a perdu un sixième de sa valeur.", 1),
        ("en", "Nvidia lost a sixth of its value.", 1),
        ("en", "Nvidia fell seventeen percent.", 1),
        ("fr", "Nvidia a perdu trois pour cent.", 1),
        ("fr", "Nvidia a chuté de dix-sept pour cent.", 1),
        ("en", "Nvidia fell twenty-five percent.", 0),
        ("fr", "Nvidia a perdu vingt et un pour cent.", 0),
        ("en", "Intel halved its dividend.", 0),
        ("en", "Intel's output was halved.", 0),
        ("en", "Intel has halved its staff.", 0),
        ("en", "Intel cut half its staff.", 0),
        ("fr", "Intel a divisé par deux ses coûts.", 0),
        ("fr", "Le chiffre d'affaires d'Intel a été divisé par deux.", 0),
        ("fr", "Les usines d'Intel ont été divisées par deux.", 0),
        ("fr", "Intel a perdu la moitié de ses salariés.", 0),
        ("en", "Intel lost three percent of its workforce.", 0),
        ("en", "Nvidia fell 10% to 15%.", 0),
        ("en", "Nvidia fell 12% to 13%.", 1),
        ("en", "Nvidia said it halved the price of its chips.", 0),
        ("en", "Nvidia said the number of chips was halved.", 0),
        ("fr", "Nvidia a annoncé que le nombre de puces a été divisé par deux.", 0),
        ("fr", "Le prix des puces de Nvidia a été divisé par deux.", 0),
    ],
)
def test_a_halving_or_a_figure_in_words_counts_when_it_is_of_a_price(lang: str, text: str, found: int) -> None:
    """Never dividends, staff, output, or a number of which only the last word was read."""
    assert len(claims(text, lang)) == found


@pytest.mark.parametrize(
    ("lang", "text", "size", "qualifier"),
    [
        ("en", "TeraWulf has halved.", 50.0, "about"),
        ("fr", "Le cours de TeraWulf a été presque divisé par deux.", 50.0, "nearly"),
        ("en", "TeraWulf has more than halved.", 50.0, "more_than"),
        ("fr", "Nvidia a perdu un sixième de sa valeur.", 16.7, "about"),
        ("en", "Nvidia lost an eighth of its value.", 12.5, "about"),
        ("fr", "Nvidia a perdu dix-sept pour cent.", 17.0, "exact"),
        ("en", "Nvidia lost nearly three percent.", 3.0, "nearly"),
    ],
)
def test_words_are_read_as_the_figures_they_stand_for(lang: str, text: str, size: float, qualifier: str) -> None:
    """Fractions are vague, numbers are not."""
    assert [(c.direction, c.size, c.qualifier) for c in claims(text, lang)] == [("down", size, qualifier)]
