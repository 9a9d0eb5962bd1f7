import pytest
from newsprint import claims, signed


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Nvidia perd 1\u202f234,5\u00a0% en séance.", [("NVDA", -1234.5)]),
        ("en", "Nvidia rose 1,234.5 %.", [("NVDA", 1234.5)]),
        ("fr", "Nvidia cède 17 pc.", [("NVDA", -17.0)]),
        ("fr", "Nvidia (−17 %) et AMD (–6,4 %) reculent.", [("NVDA", -17.0), ("AMD", -6.4)]),
        ("en", "Nvidia (+8.9%) leads.", [("NVDA", 8.9)]),
        ("en", "Nvidia fell １７％ on Monday.", [("NVDA", -17.0)]),
        ("fr", "Nvidia perd\u200f 17\u200e %.", [("NVDA", -17.0)]),
        ("en", "Nvidia fell 1\u200b7%.", []),
        ("fr", "Nvidia 📉 perd 17 % 📉 lundi.", [("NVDA", -17.0)]),
        ("en", "Nvidia fell by a percentage.", []),
        ("fr", "17 % 17 % 17 %", []),
        ("en", "١٧ %", []),
    ],
)
def test_signs_blanks_and_widths_of_figures_are_read_or_left_alone(
    lang: str, text: str, found: list[tuple[str | None, float]]
) -> None:
    """A mark that nobody sees never cuts a figure in two."""
    assert signed(text, lang) == found


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Nvidia perd 17 % et " * 10_000),
        ("en", "Nvidia fell 17% and " * 10_000),
        ("fr", "17 % " * 40_000),
        ("fr", "Nvidia perd 17 %, " * 21),
        ("en", "1" * 200_000 + "%"),
        ("fr", "1 000 " * 33_000 + "%"),
        ("en", "\u200f" * 200_000),
        ("en", "de la capitalisation " * 10_000),
    ],
    ids=["words-fr", "words-en", "figures", "a table", "digits", "thousands", "marks", "fillers"],
)
def test_a_run_without_an_end_states_nothing(lang: str, text: str) -> None:
    """200 kB in one sentence: no newsroom wrote it, and no word of it governs a figure."""
    assert claims(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text", "title"),
    [
        ("en", "Nvidia (NVDA -1.22%) led the industry to new heights.", "Nvidia"),
        ("en", "Shares of Broadcom (AVGO 3.42%) were popular.", "Broadcom"),
    ],
)
def test_the_quote_that_a_page_sets_beside_a_symbol_is_no_claim(lang: str, text: str, title: str) -> None:
    """It is of the moment at which the page was built; the sentence does not state it."""
    assert signed(text, lang, title) == []


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Depuis janvier, Palantir a plus que doublé en Bourse.", [("PLTR", 100.0)]),
        ("en", "Palantir's stock has nearly tripled since May.", [("PLTR", 200.0)]),
        ("fr", "Le titre Palantir a été divisé par trois en un an.", [("PLTR", -66.7)]),
        ("en", "Palantir's data center revenue doubled.", []),
        ("en", "Palantir doubled down on defence.", []),
        ("fr", "Palantir a doublé ses effectifs en un an.", []),
        ("en", "Intel doubled R&D.", []),
    ],
)
def test_what_doubles_must_be_the_price(lang: str, text: str, found: list[tuple[str | None, float]]) -> None:
    """Doubled is +100 %, tripled +200 %."""
    assert signed(text, lang) == found


@pytest.mark.parametrize(
    ("lang", "text", "title", "found"),
    [
        ("fr", "Après avoir perdu jusqu'à 13 %, Micron s'est repris.", "", [("MU", -13.0)]),
        ("en", "After plunging 17% on Monday, Nvidia rebounded.", "", [("NVDA", -17.0)]),
        ("en", "After a plunge of 17%, rivals of Nvidia rose.", "", []),
        ("en", "After losing 17%, hopes for a rebound faded.", "", []),
        ("en", "AMD closed at $114, marking a -1.65% move from the prior day.", "", [("AMD", -1.65)]),
        ("en", "AMD closed at $114, moving -0.5% from the previous session.", "", [("AMD", -0.5)]),
        ("en", "Bitcoin and Ether fell 1.7% and 4%.", "", [("BTC-USD", -1.7), ("ETH-USD", -4.0)]),
        ("en", "The slide wiped $593 billion off Nvidia's market value.", "", [("NVDA", -593.0)]),
        ("en", "Glencore shares fell 10%.", "Nvidia and copper", []),
        ("en", "The chipmaker's share price was down 5.6%.", "Why Intel sinks", [("INTC", -5.6)]),
        ("en", "MicroStrategy bets on Bitcoin. The stock fell 5%.", "", [("MSTR", -5.0)]),
        ("en", "MicroStrategy, a proxy for Bitcoin, saw its shares surge 450%.", "", [("MSTR", 450.0)]),
        ("en", "Nvidia beat Wall Street expectations, sending shares up 5%.", "", [("NVDA", 5.0)]),
        ("en", "Dell's sales fell, as did a 28% drop in EPS.", "", []),
        ("en", "Larry Ellison of Oracle had his net worth cut by $15 billion.", "", []),
        ("en", "The chipmaker lost, in contrast to the 23% gains of the index.", "AMD", []),
        ("en", "Analysts see Nvidia stock rising 30% by year end.", "", []),
        ("fr", "Nvidia doit céder 20 % de ses parts.", "", []),
    ],
)
def test_a_move_is_told_of_the_name_that_it_is_said_of(
    lang: str, text: str, title: str, found: list[tuple[str | None, float]]
) -> None:
    """And of none when the sentence leaves it open."""
    assert [pair for pair in signed(text, lang, title) if pair[0] is not None] == found


@pytest.mark.parametrize(
    ("lang", "text", "found"),
    [
        ("fr", "Tesla perd les pédales en Bourse : -9 % après les livraisons", [("TSLA", -9.0)]),
        ("fr", "Intel, -9 % : les stocks déplaisent", [("INTC", -9.0)]),
        ("fr", "Tesla cale en Chine : -11 % en janvier", []),
        ("fr", "Broadcom a limité son repli à 1,3 %.", [("AVGO", -1.3)]),
        ("en", "Broadcom pared its loss to 1.3%.", [("AVGO", -1.3)]),
        ("en", "Broadcom fell to 1.3%.", []),
        ("fr", "Une baisse de 30 % du bitcoin suffirait à effacer l'excédent.", []),
        ("en", "A 30% drop in bitcoin would be enough.", []),
        ("en", "The index sheds 3% in Nvidia's wake.", []),
        ("en", "A 3% drop in Nvidia's shares hurt.", [("NVDA", -3.0)]),
        ("en", "TSMC makes up more than 40% of the market.", []),
        ("fr", "La fin du minage de bitcoin pèse sur Bitfarms, avec une chute de 18 % du titre.", [("BITF", -18.0)]),
        ("en", "Robinhood jumps 6% on soothing inflation data.", [("HOOD", 6.0)]),
        ("fr", "Meta a déçu et ses dépenses ont fait plonger le titre de 9 %.", [("META", -9.0)]),
    ],
)
def test_a_headline_and_a_condition_are_told_apart(lang: str, text: str, found: list[tuple[str | None, float]]) -> None:
    """What is stated in few words is a claim; what is imagined, or of something else, is none."""
    assert [pair for pair in signed(text, lang) if pair[0] is not None] == found
