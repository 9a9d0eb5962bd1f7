"""The guarded stage of translation."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contrecoup.engines.glossary import GlossaryTranslator
from contrecoup.entities import AliasTable
from contrecoup.memory import Memory
from contrecoup.models import Document, Status, Translation
from contrecoup.translate import longest_run, mask, translate_documents, unmask

TABLE = AliasTable.load()


class Engine:
    """A translator that says what it is told to, and remembers what it was given."""

    name = "fake-1"

    def __init__(self, say: Callable[[str], str], share: float = 1.0) -> None:
        """Keep the answer."""
        self.say, self.share = say, share
        self.given: list[str] = []

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Answer each text."""
        assert {source, target} == {"fr", "en"}
        self.given += texts
        return [self.say(text) for text in texts]

    def coverage(self, texts: Sequence[str], source: str, target: str) -> list[float]:
        """The same share for all."""
        assert source != target
        return [self.share] * len(texts)


class Silent:
    """A translator that does not tell its coverage."""

    name = "silent-1"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Answer all alike."""
        return [f"{target} for {source}" for _ in texts]


def document(title: str, *, lead: str = "", lang: str = "fr") -> Document:
    """An article with a title and a lead."""
    seen = datetime(2025, 1, 28, tzinfo=UTC)
    return Document(
        article_id="a1",
        version=1,
        url="https://www.example.org/a",
        publisher="example.org",
        title=title,
        lead=lead,
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=seen,
        seen_at=seen,
    )


def title_row(document: Document, engine: Engine | Silent | GlossaryTranslator, to: str) -> Translation:
    """The row of the title."""
    rows = translate_documents([document], engine, to_langs=(to,), table=TABLE)
    return next(row for row in rows if row.field == "title")


@pytest.mark.parametrize(
    ("source", "target", "text", "expected"),
    [
        ("fr", "en", "17 %", "17%"),
        ("en", "fr", "17%", "17\u00a0%"),
        ("fr", "en", "8,9 %", "8.9%"),
        ("en", "fr", "8.9%", "8,9\u00a0%"),
        ("fr", "en", "109 000 dollars", "$109,000"),
        ("en", "fr", "$109,000", "109\u202f000\u00a0dollars"),
        ("fr", "en", "589 milliards de dollars", "$589 billion"),
        ("en", "fr", "$589 billion", "589\u00a0milliards de dollars"),
        ("fr", "en", "7,09 milliards d'euros", "€7.09 billion"),
        ("en", "fr", "€7.09bn", "7,09\u00a0milliards d’euros"),
        ("en", "fr", "$1.5 million", "1,5\u00a0million de dollars"),
        ("en", "fr", "$1.2 trillion", "1\u202f200\u00a0milliards de dollars"),
        ("fr", "en", "1 250 milliards de dollars", "$1.25 trillion"),
        ("fr", "en", "1,5 billion de dollars", "$1.5 trillion"),
        ("en", "fr", "£620m", "620\u00a0millions de livres"),
        ("en", "fr", "$40b", "40\u00a0milliards de dollars"),
        ("fr", "en", "620 M€", "€620 million"),
        ("fr", "en", "3 Md€", "€3 billion"),
        ("fr", "en", "440 000 dollars australiens", "440,000 dollars australiens"),
        ("en", "fr", "£5 million", "5\u00a0millions de livres"),
        ("fr", "en", "1 000", "1,000"),
        ("fr", "en", "100.000 dollars", "$100,000"),
        ("fr", "en", "1.500,5 euros", "€1,500.5"),
        ("fr", "en", "3.125 %", "3.125%"),
        ("en", "fr", "1,000", "1\u202f000"),
        ("fr", "en", "2025", "2025"),
        ("en", "fr", "2,048", "2\u202f048"),
        ("fr", "en", "https://www.example.org/17", "https://www.example.org/17"),
        ("fr", "en", "$NVDA", "$NVDA"),
    ],
)
def test_a_number_or_code_comes_back_as_the_target_writes_it(
    source: str, target: str, text: str, expected: str
) -> None:
    """Percent signs, separators, sums of money; addresses and tickers untouched."""
    masked = mask(text, [], source=source, target=target)
    assert unmask(masked.text, masked) == expected


def test_the_first_of_a_month_is_a_number_in_both_languages() -> None:
    """A French 1er is an English 1, and the other way round; elsewhere an ordinal is a word."""
    french = mask("du 1er février au 1er trimestre", [], source="fr", target="en")
    assert (french.text, french.pieces) == ("du [0] février au 1er trimestre", ("1",))
    english = mask("by March 1", [], source="en", target="fr")
    assert unmask("d'ici au [0] mars", english) == "d'ici au 1er mars"


def test_names_and_numbers_never_reach_the_engine() -> None:
    """The engine sees marks in their stead, and they return."""
    engine = Engine(lambda text: text.replace("chute de", "falls").replace("à la clôture", "at the close"))
    row = title_row(document("Nvidia chute de 17 % à la clôture"), engine, "en")
    assert engine.given == ["[0] chute de [1] à la clôture"]
    assert (row.text, row.accepted, row.reason) == ("Nvidia falls 17% at the close", True, "")


@pytest.mark.parametrize(
    ("title", "say", "share", "reason"),
    [
        ("", lambda t: t, 1.0, "empty"),
        ("Le marché recule encore", lambda _: "", 1.0, "empty"),
        ("Le marché recule encore", lambda t: t, 1.0, "same_language"),
        ("Le marché recule encore", lambda _: "The market drops again", 0.5, "low_coverage"),
        (
            "Le marché recule encore",
            lambda _: "The market drops again and again, one more time " * 2,
            1.0,
            "length_ratio",
        ),
        (
            "Le marché recule encore, dit-il à la presse hier",
            lambda _: "The market the market the market fell",
            1.0,
            "repeats",
        ),
        ("Le marché recule de 17 % encore", lambda _: "The market drops again", 1.0, "numbers_lost"),
        ("Le marché recule encore", lambda _: "The market drops 12 times", 1.0, "numbers_lost"),
        ("Le rachat à 40 milliards", lambda _: "The [0] takeover", 1.0, "numbers_lost"),
        ("Le rachat à 40 milliards", lambda _: "The [0] million takeover", 1.0, "numbers_lost"),
        ("La moitié d'un billion parti", lambda _: "Half of billions gone", 1.0, "numbers_lost"),
        ("Nvidia recule encore lundi", lambda _: "It drops again on Monday", 1.0, "names_lost"),
        ("Le marché recule encore", lambda _: "See https://bad.example", 1.0, "invented_address"),
    ],
)
def test_a_translation_that_fails_a_guard_is_refused_with_the_reason(
    title: str, say: Callable[[str], str], share: float, reason: str
) -> None:
    """The original is shown then."""
    row = title_row(document(title), Engine(say, share), "en")
    assert (row.accepted, row.reason) == (False, reason)


def test_what_fails_a_guard_is_asked_for_once_more_clause_by_clause() -> None:
    """Engines lose less in short texts; the row tells that it took two attempts."""
    engine = Engine(lambda text: text.replace("recule de", "falls").replace("puis repart", "then rises"))
    lossy = engine.say
    engine.say = lambda text: lossy(text).replace("[1]", "") if "," in text[:-1] else lossy(text)
    row = title_row(document("Nvidia recule de 17 %, puis repart"), engine, "en")
    assert engine.given == ["[0] recule de [1], puis repart", "[0] recule de [1],", "puis repart"]
    assert (row.text, row.accepted, row.attempts) == ("Nvidia falls 17%, then rises", True, 2)


def test_what_fails_twice_keeps_its_first_translation_and_reason() -> None:
    """One retry, never a third."""
    engine = Engine(lambda _: "No figure here")
    row = title_row(document("Nvidia recule de 17 %, puis repart"), engine, "en")
    assert (row.text, row.reason, row.attempts) == ("No figure here", "numbers_lost", 2)
    assert len(engine.given) == 3


def test_a_sentence_of_one_clause_is_not_asked_for_again() -> None:
    """The answer would be the same."""
    engine = Engine(lambda _: "No figure here")
    assert title_row(document("Nvidia recule de 17 %"), engine, "en").attempts == 1
    assert len(engine.given) == 1


def test_sister_titles_cost_one_translation() -> None:
    """Names and numbers are taken out first, so two titles that differ in a figure are one sentence."""
    engine, memory = Engine(lambda text: text.replace("recule de", "falls")), Memory()
    texts = [
        title.text
        for text in ("Nvidia recule de 17 %", "Nvidia recule de 16,9 %")
        for title in translate_documents([document(text)], engine, to_langs=("en",), table=TABLE, memory=memory)
        if title.field == "title"
    ]
    assert texts == ["Nvidia falls 17%", "Nvidia falls 16.9%"]
    assert engine.given == ["[0] recule de [1]"]


@pytest.mark.parametrize("lang", ["unknown", "mixed", "de"])
def test_a_document_in_no_known_language_is_counted_and_not_translated(lang: str) -> None:
    """One row per field and language, refused for its language; the engine is not asked."""
    engine = Engine(lambda text: text)
    rows = translate_documents([document("Guten Tag", lang=lang)], engine, to_langs=("fr", "en"), table=TABLE)
    assert [(row.field, row.to_lang, row.reason) for row in rows] == [
        ("title", "fr", "language"),
        ("lead", "fr", "language"),
        ("title", "en", "language"),
        ("lead", "en", "language"),
    ]
    assert engine.given == []


def test_a_document_is_not_translated_into_its_own_language() -> None:
    """Both languages may be asked for; only the other one is made."""
    rows = translate_documents([document("Bonjour à tous")], Silent(), to_langs=("fr", "en", "en"), table=TABLE)
    assert [(row.field, row.to_lang) for row in rows] == [("title", "en"), ("lead", "en")]


def test_an_engine_that_does_not_tell_its_coverage_is_trusted_for_it() -> None:
    """The other guards still hold."""
    row = title_row(document("Bonjour"), Silent(), "en")
    assert (row.coverage, row.accepted) == (1.0, True)


def test_furniture_lines_are_dropped_and_sentences_go_one_by_one() -> None:
    """Menus and "read also" never reach an engine."""
    engine = Engine(lambda _: "Something was said.")
    lead = "Le marché recule. Apple monte.\nLire aussi : tout le dossier\nAccueil | Marchés | Crypto | IA"
    translate_documents([document("", lead=lead)], engine, to_langs=("en",), table=TABLE)
    assert engine.given == ["Le marché recule.", "[0] monte."]


@pytest.mark.parametrize(("text", "run"), [("", 0), ("one two", 1), ("no no no", 3), ("a b a b a b c", 3)])
def test_the_longest_run_of_a_repeated_phrase_is_counted(text: str, run: int) -> None:
    """Phrases of one to six words."""
    assert longest_run(text) == run


def test_a_figure_inside_a_name_belongs_to_the_name() -> None:
    """Hut 8 is one piece, and a size like 1.5B is left alone."""
    masked = mask("Hut 8 runs 1.5B", [(0, 5)], source="en", target="fr")
    assert (masked.text, masked.pieces, masked.names) == ("[0] runs 1.5B", ("Hut 8",), frozenset({"Hut 8"}))


def test_a_mark_that_was_never_given_out_stays() -> None:
    """An engine's invention is not replaced."""
    assert unmask("[7]", mask("17 %", [], source="fr", target="en")) == "[7]"


@pytest.mark.parametrize(
    ("said", "title", "expected"),
    [
        ("Le bénéfice de [0] recule", "AMD profit falls", "Le bénéfice d’AMD recule"),
        ("Le bénéfice d'[0] recule", "Nvidia profit falls", "Le bénéfice de Nvidia recule"),
        ("Que [0] recule", "That Intel falls", "Qu’Intel recule"),
        ("Une hausse de [0]", "Up 8%", "Une hausse de 8\u00a0%"),
        ("Le bénéfice de [7]", "Profit falls at them", "Le bénéfice de [7]"),
    ],
)
def test_a_french_word_agrees_with_the_piece_behind_its_mark(said: str, title: str, expected: str) -> None:
    """The engine saw a mark and could not know."""
    assert title_row(document(title, lang="en"), Engine(lambda _: said), "fr").text == expected


GLOSSARY = GlossaryTranslator()
PIECES = st.sampled_from(
    ["Nvidia", "17 %", "[0]", "$5 billion", "l'", "d’", "puces", "fell", "\n", "https://a.example", "-"]
)


@given(st.lists(st.one_of(PIECES, st.text(max_size=10)), max_size=10).map(" ".join), st.sampled_from(["fr", "en"]))
def test_no_text_breaks_the_stage(text: str, lang: str) -> None:
    """Every field has its row, accepted exactly when no reason stands against it."""
    rows = translate_documents([document(text, lead=text, lang=lang)], GLOSSARY, to_langs=("fr", "en"), table=TABLE)
    assert [row.field for row in rows] == ["title", "lead"]
    assert all(row.accepted == (row.reason == "") for row in rows)


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("piece", ["1 ", "$NVDA ", "NVDA ", "5,5 % ", "la la ", "a, ", "A. "])
def test_200_kilobytes_in_one_sentence_are_refused(piece: str, lang: str) -> None:
    """Whatever they repeat: no title or lead is so long, and no engine is made to read it."""
    engine = Engine(lambda text: f"{text} x", share=0.0)
    row = title_row(document(piece * (200_000 // len(piece)), lang=lang), engine, "en" if lang == "fr" else "fr")
    assert (row.accepted, row.reason) == (False, "too_long")
    assert engine.given == []
