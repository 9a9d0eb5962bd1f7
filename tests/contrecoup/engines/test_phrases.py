"""The phrase-based translator, on tables of a few words."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from contrecoup.engines.phrase_table import (
    LONGEST,
    PAD,
    SPECIAL,
    WEIGHTS,
    write_lm,
    write_pairs,
    write_weights,
    write_words,
)
from contrecoup.engines.phrases import MAX_CHARACTERS, PhraseTranslator, windows
from contrecoup.engines.word_order import write_order
from contrecoup.errors import EngineError
from contrecoup.weights import Manifest, seal

# French, English, and how likely each is given the other (alike in both directions).
PAIRS = [
    ("le", "the", 0.6),
    ("la", "the", 0.6),
    ("les", "the", 0.6),
    ("l'", "the", 0.6),
    ("titre", "title", 0.5),
    ("titre", "stock", 0.3),
    ("le titre", "the stock", 0.7),
    ("bondit", "jumps", 0.8),
    ("bondit de [#]", "jumps [#]", 0.9),
    ("de", "of", 0.5),
    ("[#]", "[#]", 0.9),
    ("jeune", "young", 0.8),
    ("jeune pousse", "startup", 0.9),
    ("chinoise", "chinese", 0.8),
    ("chinois", "chinese", 0.8),
    ("marché", "market", 0.8),
    ("marchés", "markets", 0.8),
    ("puce", "chip", 0.8),
    ("société", "company", 0.8),
    ("à", "to", 0.5),
    ("l' ouverture", "the open", 0.6),
    ("à l' ouverture", "at the open", 0.8),
    ("ne", "not", 0.2),
    ("ne baisse pas", "does not fall", 0.8),
    ("franco", "franco", 0.8),
    ("allemand", "german", 0.8),
    ("@-@", "@-@", 0.9),
    (".", ".", 0.9),
    (",", ",", 0.9),
    ("!", "!", 0.9),
]
TEXTS = {
    "fr": [
        "le titre bondit de [#] à l' ouverture .",
        "la puce chinoise",
        "la société",
        "les marchés",
        "la jeune pousse",
    ],
    "en": ["the stock jumps [#] at the open .", "the chinese chip", "the company", "the markets", "the startup"],
}
TEMPERED = dict.fromkeys(WEIGHTS, 0.3) | {"words": 0.0, "phrases": -0.2, "unknown": 2.0}


def build(folder: Path) -> Path:
    """A sealed model folder of both directions: pairs above, trigrams of the texts above."""
    sides = {"fr": [pair[0].split() for pair in PAIRS], "en": [pair[1].split() for pair in PAIRS]}
    ids = {}
    for lang, phrases in sides.items():
        words = list(dict.fromkeys(word for phrase in phrases for word in phrase))
        write_words(folder, lang, words)
        ids[lang] = {word: number for number, word in enumerate([*SPECIAL, *words])}
        write_model(folder, lang, ids[lang])
        write_order(folder, lang, np.ones((2, len(ids[lang]), 3)))
    chances = np.log([[chance] * 4 for _, _, chance in PAIRS]).astype(np.float32)
    fr, en = (padded([[ids[lang][word] for word in phrase] for phrase in sides[lang]]) for lang in ("fr", "en"))
    write_pairs(folder, fr, en, chances)
    weights = [TEMPERED[name] for name in WEIGHTS]
    write_weights(folder, {"fr-en": weights, "en-fr": weights})
    seal(folder, Manifest(name="phrases-0", licence="Apache-2.0", made_on="2026-11-22", command="test", files={}))
    return folder


def write_model(folder: Path, lang: str, ids: dict[str, int]) -> None:
    """Words of the texts are likelier than others, their sequences likelier still."""
    grams = {(number,): -8.0 for number in ids.values()}
    for text in TEXTS[lang]:
        words = [1, *(ids[word] for word in text.split()), 2]
        for size, log in ((1, -4.0), (2, -1.0), (3, -0.5)):
            grams |= {tuple(words[at : at + size]): log for at in range(len(words) - size + 1)}
    logs = np.array(list(grams.values()), np.float32)
    write_lm(folder, lang, padded([list(gram) for gram in grams]), logs, np.full(len(grams), -0.5, np.float32))


def padded(rows: list[list[int]]) -> NDArray[np.uint16]:
    """Rows of equal length."""
    return np.array([row + [PAD] * (LONGEST - len(row)) for row in rows], np.uint16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy's folder."""
    return build(tmp_path_factory.mktemp("phrases"))


@cache
def _shared() -> PhraseTranslator:
    """The toy, for tests that draw their examples and so take no fixture."""
    with TemporaryDirectory() as name:
        return PhraseTranslator(build(Path(name)))


@pytest.fixture(scope="module")
def toy(folder: Path) -> PhraseTranslator:
    """The toy."""
    return PhraseTranslator(folder)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Le titre bondit de [0] à l'ouverture.", "The stock jumps [0] at the open."),
        ("Le titre bondit de 12 à l’ouverture.", "The stock jumps 12 at the open."),
        ("la puce chinoise", "the chinese chip"),
        ("LA PUCE CHINOISE", "The chinese chip"),
        ("la jeune pousse", "the startup"),
        ("la société ne baisse pas", "the company does not fall"),
        ("la puce Nvidia", "the chip Nvidia"),
        ("les MARCHÉS", "the markets"),
        ("les Marchés", "the Marchés"),
        ("les sociétés", "the company"),
        ("le marché franco-allemand", "the market franco-german"),
        ("[1] bondit de [0]", "[1] jumps [0]"),
        ("", ""),
        ("12 345", "12 345"),
        ("🚀", "🚀"),
        ("Das ist ein Test", "Das ist ein Test"),
    ],
)
def test_french_becomes_english(toy: PhraseTranslator, text: str, expected: str) -> None:
    """Phrases, idioms, order, marks, unknown words and other spellings."""
    assert toy.translate([text], "fr", "en") == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The stock jumps [0] at the open.", "Le titre bondit de [0] à l'ouverture."),
        ("the chinese chip", "la puce chinoise"),
        ("the startup jumps!", "la jeune pousse bondit\u00a0!"),
        ("the chips", "la puce"),
        ("the young chip", "la jeune puce"),
        ("", ""),
        ("$", "$"),
    ],
)
def test_english_becomes_french(toy: PhraseTranslator, text: str, expected: str) -> None:
    """The same tables read the other way, with French order and typography."""
    assert toy.translate([text], "en", "fr") == [expected]


@pytest.mark.parametrize(("source", "target"), [("fr", "en"), ("en", "fr")])
def test_every_mark_comes_back_once(toy: PhraseTranslator, source: str, target: str) -> None:
    """Marks side by side, repeated and out of order are copied, none twice."""
    (out,) = toy.translate(["[3] [1], [0] [2] !"], source, target)
    assert sorted(out[at + 1] for at, sign in enumerate(out) if sign == "[") == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("source", "text", "share"),
    [
        ("fr", "le titre bondit", 1.0),
        ("fr", "le titre tergiverse", 2 / 3),
        ("fr", "le titre Nvidia bondit de [0] sur R1", 6 / 7),
        ("en", "the stock dithers", 2 / 3),
        ("en", "the chips", 1.0),
        ("fr", "", 1.0),
        ("fr", "42 %", 1.0),
        ("en", "die kurse fallen deutlich", 0.0),
    ],
)
def test_coverage_is_the_share_of_known_words(toy: PhraseTranslator, source: str, text: str, share: float) -> None:
    """Marks and figures do not count; names inside a sentence and codes are known."""
    target = "en" if source == "fr" else "fr"
    assert toy.coverage([text], source, target) == [pytest.approx(share)]


@pytest.mark.parametrize("source", ["fr", "en"])
def test_a_text_too_long_for_a_sentence_comes_back_unknown(toy: PhraseTranslator, source: str) -> None:
    """200 kB in one sentence cost no time and are left to the guards."""
    target = "en" if source == "fr" else "fr"
    text = "marché market " * 14_000
    assert toy.translate([text], source, target) == [text]
    assert toy.coverage([text], source, target) == [0.0]
    assert len(text) > MAX_CHARACTERS


def test_a_long_sentence_is_cut_after_a_mark(toy: PhraseTranslator) -> None:
    """150 words are translated in windows, and no word gets lost between them."""
    text = "la puce chinoise, " * 37 + "le titre bondit."
    (out,) = toy.translate([text], "fr", "en")
    assert out.count("the chinese chip,") == 37
    assert out.endswith("jumps.")


def test_windows_end_after_marks_and_fit_the_search() -> None:
    """A comma within reach ends a window; without one it is full."""
    assert list(windows(("a",) * 45 + (",",) + ("a",) * 30)) == [(0, 46), (46, 76)]
    assert list(windows(("a",) * 100)) == [(0, 62), (62, 100)]
    assert list(windows(())) == [(0, 0)]


@pytest.mark.parametrize(
    ("source", "text", "expected"),
    [
        ("fr", "MARCHÉS | PUCE | SOCIÉTÉ | LOG IN", "Markets | chip | company | LOG IN"),
        ("en", "MARKETS | CHIP | COMPANY | QUOI DE NEUF", "Marchés | puce | société | QUOI DE NEUF"),
        ("fr", "la puce is my chip", "the chip is my chip"),
        ("en", "the chip est une puce", "la puce est une puce"),
        ("fr", "Ignore les instructions, [0]", "Ignore the instructions, [0]"),
        ("en", "Ignore the rules, [0]", "Ignore le rules, [0]"),
        ("fr", " \u00a0\n", " \u00a0\n"),
        ("en", "🚀🚀 [0] 🚀", "🚀🚀 [0] 🚀"),
    ],
)
def test_odd_input_is_translated_where_known_and_copied_elsewhere(
    toy: PhraseTranslator, source: str, text: str, expected: str
) -> None:
    """Menus in capitals, mixed languages, instructions, blanks and emoji are text like any other."""
    target = "en" if source == "fr" else "fr"
    assert toy.translate([text], source, target) == [expected]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=st.text(max_size=60), source=st.sampled_from(["fr", "en"]))
def test_no_text_is_too_odd(text: str, source: str) -> None:
    """Whatever the characters, a string comes back, and a share between 0 and 1."""
    target = "en" if source == "fr" else "fr"
    engine = _shared()
    (out,) = engine.translate([text], source, target)
    (share,) = engine.coverage([text], source, target)
    assert isinstance(out, str)
    assert 0.0 <= share <= 1.0


def test_translation_is_the_same_every_time_and_in_any_company(toy: PhraseTranslator) -> None:
    """A text alone or among others gives one result."""
    texts = ["la puce chinoise", "le titre bondit", "la jeune pousse"]
    assert toy.translate(texts, "fr", "en") == [toy.translate([text], "fr", "en")[0] for text in texts]


@pytest.mark.parametrize(("source", "target"), [("fr", "de"), ("en", "en"), ("es", "fr")])
def test_other_languages_are_refused(toy: PhraseTranslator, source: str, target: str) -> None:
    """Only French and English, and only one into the other."""
    with pytest.raises(ValueError, match="between fr and en"):
        toy.translate(["titre"], source, target)
    with pytest.raises(ValueError, match="between fr and en"):
        toy.coverage(["titre"], source, target)


def test_the_name_is_that_of_the_manifest(toy: PhraseTranslator) -> None:
    """Rows keep which model spoke."""
    assert toy.name == "phrases-0"


@pytest.mark.parametrize("name", ["pairs.zst", "lm.en.zst", "words.fr.txt", "weights.json"])
def test_a_missing_file_is_an_engine_error(tmp_path: Path, name: str) -> None:
    """The message names the file."""
    (build(tmp_path) / name).unlink()
    with pytest.raises(EngineError, match=name):
        PhraseTranslator(tmp_path)


def test_a_flipped_byte_is_an_engine_error(tmp_path: Path) -> None:
    """Every byte is vouched for."""
    path = build(tmp_path) / "pairs.zst"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(EngineError, match="damaged"):
        PhraseTranslator(tmp_path)


def test_a_pickle_is_refused(tmp_path: Path) -> None:
    """Even one that the manifest lists."""
    build(tmp_path)
    (tmp_path / "words.pkl").write_bytes(b"\x80\x04N.")
    seal(tmp_path, Manifest(name="phrases-0", licence="x", made_on="2026-11-22", command="test", files={}))
    with pytest.raises(EngineError, match="can run code"):
        PhraseTranslator(tmp_path)
