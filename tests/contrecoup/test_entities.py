"""Names, tickers and ISINs in French and English texts."""

import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrecoup.entities import AliasTable, find_mentions
from contrecoup.instruments import is_isin
from contrecoup.models import Document, Layer, Status

TABLE = AliasTable.load()


def document(title: str = "", *, lead: str = "", text: str = "", lang: str = "en") -> Document:
    """An article told on Tuesday 28 January 2025."""
    return Document(
        article_id="a1",
        version=1,
        url="https://www.example.org/a1",
        publisher="example.org",
        title=title,
        lead=lead,
        text=text,
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=datetime(2025, 1, 28, 9, tzinfo=UTC),
        seen_at=datetime(2025, 1, 28, 10, tzinfo=UTC),
    )


def targets(text: str, lang: str) -> list[tuple[str, str]]:
    """Target and reason of each mention."""
    return [(m.target, m.reason) for m in find_mentions(document(text, lang=lang), TABLE)]


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "Nvidia et le fondeur TSMC reculent", [("NVDA", "name"), ("TSM", "name")]),
        ("en", "Advanced Micro Devices beats Intel", [("AMD", "name"), ("INTC", "usual_name")]),
        ("fr", "Le titre de Micron (MU)", [("MU", "usual_name"), ("MU", "ticker_in_parentheses")]),
        ("en", "Traders pile into $NVDA", [("NVDA", "cashtag")]),
        ("en", "The maker (NASDAQ: AMD) rose", [("AMD", "exchange_ticker")]),
        ("fr", "Le groupe (Euronext: SU) recule", [("SU.PA", "exchange_ticker")]),
        ("fr", "Code ISIN FR0000121972", [("SU.PA", "isin")]),
        ("en", "ISIN US67066G1040", [("NVDA", "isin")]),
        ("fr", "Les mineurs de bitcoin souffrent", [("basket:miners", "basket_term")]),
        ("en", "Bitcoin miners slump", [("basket:miners", "basket_term")]),
        ("fr", "La Réserve fédérale attend", [("macro:fed", "macro_term")]),
        ("en", "The Federal Reserve waits", [("macro:fed", "macro_term")]),
        ("fr", "DeepSeek publie un modèle", [("org:deepseek", "organisation")]),
        ("en", "OpenAI answers", [("org:openai", "organisation")]),
        ("fr", "L'action Meta gagne 2 %", [("META", "usual_name")]),
        ("en", "Apple shares rose", [("AAPL", "usual_name")]),
        ("fr", "Microsoft, Meta et d'autres", [("MSFT", "name"), ("META", "usual_name")]),
        ("fr", "AMD et INTEL montent", [("AMD", "usual_name"), ("INTC", "usual_name")]),
        (
            "en",
            "NVDA, AVGO and INTC forecast",
            [("NVDA", "bare_ticker"), ("AVGO", "bare_ticker"), ("INTC", "bare_ticker")],
        ),
        ("en", "MARA Holdings rose 5%", [("MARA", "name")]),
        ("fr", "MSTR recule avec les bitcoins", [("MSTR", "bare_ticker"), ("BTC-USD", "name")]),
        ("fr", "Alexa : les espions d'Amazon", [("AMZN", "usual_name")]),
        ("fr", "IBM, Cisco et Salesforce publient", [("IBM", "name"), ("CSCO", "name"), ("CRM", "name")]),
        ("en", "Texas Instruments (TXN) slips", [("TXN", "name"), ("TXN", "ticker_in_parentheses")]),
        ("fr", "France Télécom devient une marque", [("ORA.PA", "name")]),
        ("en", "Facebook Inc and Square Inc", [("META", "name"), ("XYZ", "name")]),
        ("en", "International Business Machines", [("IBM", "name")]),
        ("fr", "Code ISIN FR0000120271", [("TTE.PA", "isin")]),
        ("en", "ISIN US92826C8394", [("V", "isin")]),
    ],
)
def test_a_name_or_code_gives_its_target_with_the_reason(lang: str, text: str, expected: list[tuple[str, str]]) -> None:
    """Each way to write an instrument is found, and says how it was found."""
    assert targets(text, lang) == expected


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "Grandma's apple pie"),
        ("en", "An Apple pie and market shares of bakers"),
        ("fr", "Il lève le bras devant la méta-analyse"),
        ("en", "US intel agencies disagree"),
        ("en", "a few micron of dust"),
        ("en", "The ARMY (SU) left"),
        ("en", "COIN and HOOD are words"),
        ("en", "ISIN US67066G1041"),
        ("en", "($ΑAPL) Greek, ($АAPL) Cyrillic"),
        ("en", "full-width （ＮＶＤＡ） and $ＮＶＤＡ"),
        ("en", "(N\u200bVDA) and $NV\u200bDA"),
        ("en", "($NVDAX) $nvda"),
        ("en", "NVDA AND AVGO SHOUT IN CAPITALS"),
        ("en", "example.org/NVDA and @NVDA and #NVDA"),
        ("fr", "Des chips et du vinaigre"),
        ("en", "Nvidiaesque"),
    ],
)
def test_a_common_word_or_look_alike_names_no_instrument(lang: str, text: str) -> None:
    """Common words, homoglyphs, wrong check digits and longer words match nothing."""
    assert targets(text, lang) == []


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("en", "The Big 3: AVGO, MU, COIN", ["AVGO", "MU", "COIN"]),
        ("fr", "À suivre : AVGO, MU, IBM", ["AVGO", "MU", "IBM"]),
        ("en", "EARNINGS ALERT: CRM, SNOW, EBAY", ["CRM"]),
        ("en", "TSM Stock Will Hit $2 Trillion", ["TSM"]),
        ("en", "S&P flat as TSM rallies", ["TSM"]),
        ("en", "NVDA's risk, CRM uncertainty", ["NVDA", "CRM"]),
        ("en", "MSTR, HOOD and COIN forecast", ["MSTR", "HOOD", "COIN"]),
        ("fr", "NVDA, COIN et HOOD reculent", ["NVDA", "COIN", "HOOD"]),
        ("en", "$NVDA ET NASDAQ: AMD EN CAPITALES", ["NVDA", "AMD"]),
        ("fr", "(XYZ) est un exemple, (SQ) aussi", []),
        ("en", "Block Inc (XYZ) cuts jobs", ["XYZ", "XYZ"]),
        ("en", "Salesforce (CRM 0.17%)", ["CRM", "CRM"]),
        ("en", "Taiwan Semiconductor Manufacturing Co [TSM]", ["TSM", "TSM"]),
        ("fr", "Texas Instruments, Inc. TXN", ["TXN", "TXN"]),
        ("fr", "LFI, PS, LR, RN : un député LR gagne", []),
        ("fr", "La STM annonce une grève", []),
        ("en", "An MU variant spreads", []),
        ("en", "A CRM platform for sales teams", []),
        ("fr", "Un logiciel CRM pour les PME", []),
        ("en", "TSM adoption and compliance", []),
        ("en", "META AND COIN IN CAPITALS", []),
        ("fr", "PARIS, ROME, COIN EN CAPITALES", []),
    ],
)
def test_short_tickers_and_tickers_that_are_words_count_beside_others(
    lang: str, text: str, expected: list[str]
) -> None:
    """A list of tickers, another ticker, a company's deed or its shares make a ticker of three capitals."""
    assert [target for target, _ in targets(text, lang) if not target.startswith(("^", "macro:"))] == expected


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        ("fr", "l’аction Аpple en cyrillique, Nvіdia aussi", []),
        ("en", "Ａｐｐｌｅ and Ｎｖｉｄｉａ in full width, ＩＳＩＮ ＵＳ６７０６６Ｇ１０４０", []),
        ("en", "Ορacle and Μeta with Greek capitals", []),
        ("fr", "APPLE ANNONCE DES RÉSULTATS RECORDS", ["AAPL"]),
        ("en", "ORACLE BEATS ESTIMATES, SHARES JUMP", ["ORCL"]),
        ("fr", "UNE POMME, UN ORACLE, UNE ALERTE ORANGE", []),
        ("en", "ORACLE OF DELPHI SPEAKS", []),
        ("en", "apple releases a phone", ["AAPL"]),
        ("fr", "apple dévoile un téléphone", ["AAPL"]),
        ("en", "an apple a day keeps the doctor away", []),
        ("fr", "une orange et un total de trois", []),
        ("en", "ibm shares surge", ["IBM"]),
    ],
)
def test_capitals_tell_a_name_only_where_a_text_has_both_kinds_of_letters(
    lang: str, text: str, expected: list[str]
) -> None:
    """Titles in capitals or without any need a word that vouches; homoglyphs and full-width letters match nothing."""
    assert [target for target, _ in targets(text, lang)] == expected


def test_a_company_named_in_full_vouches_for_its_short_name() -> None:
    """Once Arm Holdings is named, Arm alone is the company."""
    found = find_mentions(document(lead="Arm Holdings.", text="Said Arm.", lang="en"), TABLE)
    assert [(m.field, m.target) for m in found] == [("lead", "ARM"), ("text", "ARM")]


def test_a_name_of_one_language_is_silent_in_the_other_and_speaks_when_the_language_is_unknown() -> None:
    """French "puces" is a basket in French and in an unknown language, not in English."""
    assert [bool(targets("Les puces", lang)) for lang in ("fr", "unknown", "en")] == [True, True, False]


def test_layers_tell_a_company_from_its_basket_and_from_the_market() -> None:
    """Direct, sector and macro."""
    found = find_mentions(document("Nvidia, chipmakers and Wall Street"), TABLE)
    assert [m.layer for m in found] == [Layer.DIRECT, Layer.SECTOR, Layer.MACRO]


def test_every_isin_of_the_table_has_a_right_check_digit_and_every_benchmark_is_an_instrument() -> None:
    """The table's own data hold together."""
    symbols = {i.symbol for i in TABLE.instruments}
    assert all(is_isin(isin) for i in TABLE.instruments for isin in i.isins)
    assert {i.benchmark for i in TABLE.instruments} - {None} <= symbols
    assert len(symbols) == len(TABLE.instruments)


def test_an_instrument_is_looked_up_by_its_symbol() -> None:
    """Known symbols give their instrument, others None."""
    nvidia = TABLE.instrument("NVDA")
    assert nvidia is not None
    assert (nvidia.exchange, nvidia.currency, nvidia.benchmark) == ("XNYS", "USD", "SPY")
    assert TABLE.instrument("NOPE") is None


@pytest.mark.parametrize("code", ["", "US67066G104", "US67066G10é0", "US67066G-040"])
def test_what_is_no_isin_at_all_is_refused(code: str) -> None:
    """Length and alphabet come before the sum."""
    assert not is_isin(code)


PIECES = st.sampled_from(
    ["Nvidia", "Meta", "(MU)", "$NVDA", "Apple", "puces", "%", "chips", "ISIN FR0000121972", "Arm"]
)


@given(
    st.lists(st.one_of(PIECES, st.text(max_size=12)), max_size=12).map(" ".join),
    st.sampled_from(["fr", "en", "unknown"]),
)
def test_spans_slice_back_to_the_surface_whatever_the_text(text: str, lang: str) -> None:
    """No text breaks the search; spans are in order, do not overlap and hold their surface."""
    found = find_mentions(document(text, text=text[::-1], lang=lang), TABLE)
    for field in ("title", "text"):
        spans = [(m.start, m.end) for m in found if m.field == field]
        assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(m.surface == document(text, text=text[::-1]).field(m.field)[m.start : m.end] for m in found)
