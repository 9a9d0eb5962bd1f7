"""How the phrase tables and language models of ``phrases-2`` are made."""

import gzip
import importlib
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from contrecoup.engines.phrase_table import LanguageModel, write_lm
from contrecoup.engines.tries import read as read_packed
from contrecoup.instruments import AliasTable

TRAINING = Path(__file__).parents[2] / "training"
# "Le chat noir dort ." with a swap, and a free word in English.
LINKS = [(0, 0), (1, 2), (2, 1), (3, 4), (4, 5)]


def module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A module of training/, which is no package."""
    monkeypatch.syspath_prepend(str(TRAINING))
    return importlib.import_module(name)


@pytest.fixture
def corpus(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Where pairs come from."""
    return module("phrase_corpus", monkeypatch)


@pytest.fixture
def extract(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Where phrases come from."""
    return module("phrase_extract", monkeypatch)


@pytest.fixture
def grams(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Where language models come from."""
    return module("phrase_lm", monkeypatch)


@pytest.fixture
def real(tmp_path: Path, corpus: ModuleType) -> Path:
    """A data folder with a hundred pairs in every corpus."""
    folder = tmp_path / "parallel" / "train"
    folder.mkdir(parents=True)
    for name in corpus.CORPORA:
        lines = [f"Il compte les {name} : {number} %.\tHe counts the {name}: {number}%.\n" for number in range(100)]
        with gzip.open(folder / f"{name}.tsv.gz", "wt", encoding="utf-8") as file:
            file.writelines(lines)
    return tmp_path


def side(extract: ModuleType, sentences: Sequence[Sequence[int]], links: Sequence[tuple[int, int]]) -> object:
    """One side of some sentences with the links of each of its words (own place, other place)."""
    words = np.array([word for sentence in sentences for word in sentence])
    first, last = np.full(len(words), extract.FAR), np.full(len(words), -1)
    for own, other in links:
        first[own], last[own] = min(first[own], other), max(last[own], other)
    sentence = np.repeat(np.arange(len(sentences), dtype=np.int32), [len(s) for s in sentences])
    return extract.Side(words=words, sentence=sentence, first=first, last=last)


def phrases(extract: ModuleType) -> set[tuple[int, int, int, int]]:
    """First place and number of words on both sides, of the phrases of two copies of one pair."""
    links = [*LINKS, *((left + 5, right + 6) for left, right in LINKS)]
    left = side(extract, [[3, 4, 5, 6, 7]] * 2, links)
    right = side(extract, [[3, 4, 5, 6, 7, 8]] * 2, [(b, a) for a, b in links])
    return {
        (int(here), size, int(there), other)
        for size, starts, others, other in extract.extract(left, right)
        for here, there in zip(starts, others, strict=True)
    }


def test_a_phrase_pair_keeps_all_links_of_its_words_inside(extract: ModuleType) -> None:
    """The swapped pair is taken whole or word by word, never half."""
    found = phrases(extract)
    assert {(1, 1, 2, 1), (2, 1, 1, 1), (1, 2, 1, 2), (0, 3, 0, 3), (0, 5, 0, 6)} <= found
    assert not any((here, size) == (0, 2) for here, size, _, _ in found)


def test_free_words_go_with_either_neighbour(extract: ModuleType) -> None:
    """Or with none; the free word is the fourth of the English side."""
    assert {(3, 1, 4, 1), (3, 1, 3, 2), (1, 2, 1, 3)} <= phrases(extract)


def test_no_phrase_crosses_sentences(extract: ModuleType) -> None:
    """On neither side."""
    assert all(
        here // 5 == (here + size - 1) // 5 == there // 6 == (there + other - 1) // 6
        for here, size, there, other in phrases(extract)
    )


def test_translations_of_a_phrase_share_its_probability(extract: ModuleType) -> None:
    """Over everything seen they add up to one; more weight is more likely."""
    pairs = extract._Pairs(
        fr=np.array([0, 0, 0, 1, 1, 2, 2]),
        en=np.array([0, 1, 2, 0, 3, 0, 1]),
        count=np.array([9, 1, 1, 2, 3, 4, 4]),
        weight=np.array([18.0, 1, 5, 2, 3, 4, 4]),
        **dict.fromkeys(("here", "size", "there", "other"), np.zeros(7, dtype=int)),
        seen=(np.array([11, 5, 8]), np.array([15, 5, 1, 3])),
    )
    likely = extract._kneser_ney(pairs, pairs.fr, pairs.en)
    assert np.all(likely > 0)
    assert likely[0] > likely[2] > likely[1]
    # What is set aside for translations never seen with this phrase is the rest.
    assert np.all(np.bincount(pairs.fr, weights=likely) <= 1 + 1e-9)


def test_word_order_is_counted_at_the_boundaries_of_linked_words(
    extract: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before and after each boundary: words in a row, words that change places, words further apart."""
    left = side(extract, [[3, 4, 5, 6, 7], [3, 4]], [*LINKS, (5, 6), (6, 12)])
    counts = module("phrase_order", monkeypatch).count_orders(left, np.array([2.0, 0.5]), 8)
    assert counts[0, 3].tolist() == [2, 0, 0.5]
    assert counts[0, 4].tolist() == [0, 2, 0]
    assert counts[1, 4].tolist() == [2, 0, 0.5]
    assert counts[0, 5].tolist() == [0, 0, 2]
    assert counts[1, 7].tolist() == [2, 0, 0]
    assert counts[0, 7].tolist() == [0, 0, 0]


TEXTS = [[[3, 4, 5], [3, 4, 6], [3, 5], [4, 5, 6, 3, 4]] * 3, [[7, 8], [8, 7, 8], [3, 8, 7]] * 4]


@pytest.mark.parametrize("most", [10_000, 20])
def test_what_a_language_model_expects_adds_up_to_one(grams: ModuleType, tmp_path: Path, most: int) -> None:
    """After any history, whole or pruned, but for the steps in which it is kept."""
    found = grams.count(TEXTS, 10)
    mixed = sum(0.5 * grams.kneser_ney(found, corpus) for corpus in range(2))
    write_lm(tmp_path, "fr", *grams.thinned(found, mixed, grams.prune(found, mixed, most)))
    lm = LanguageModel(read_packed(tmp_path / "lm.fr.zst"))
    for history in ([], [3], [3, 4], [8, 7], [3, 4, 5], [9], [6, 6]):
        state = np.array([lm.begin])
        for word in history:
            _, state = lm.score(state, np.array([word]))
        logs, _ = lm.score(np.repeat(state, 10), np.arange(10))
        assert np.exp(logs).sum() == pytest.approx(1, abs=0.06)


def test_pruning_keeps_what_the_rest_hangs_on(grams: ModuleType) -> None:
    """Every n-gram kept has its beginning and its ending kept, and every word stays."""
    found = grams.count(TEXTS, 10)
    mixed = grams.kneser_ney(found, 0)
    kept = grams.prune(found, mixed, 20)
    assert kept.sum() < len(kept)
    assert kept[: found.bounds[1]].all()
    assert kept[found.parents[kept]].all()
    assert kept[found.shorter[kept]].all()


def test_the_mixture_leans_to_the_corpus_that_is_like_the_tuning_text(grams: ModuleType) -> None:
    """By expectation maximisation."""
    found = grams.count(TEXTS, 10)
    models = [grams.kneser_ney(found, corpus) for corpus in range(2)]
    assert grams.mixture(found, models, [[7, 8, 7]])[1] > 0.65
    assert grams.mixture(found, models, [[3, 4, 5]])[0] > 0.65


def test_test_pairs_are_read_by_no_training(corpus: ModuleType, real: Path) -> None:
    """Neither the test half of our own corpus nor what is held out for tuning is among the pairs."""
    taken = {(name, fr) for name, weight, fr, _ in corpus._raw(real) if weight}
    held = {(name, fr) for name, fr, _ in corpus.held_pairs(real)}
    tests = {
        (corpus.OWN, row["fr"])
        for row in corpus._rows(TRAINING / "data" / f"{corpus.OWN}.tsv")
        if row["split"] != "train"
    }
    assert tests
    assert not taken & (held | tests)
    assert not held & tests
    assert {name for name, _ in held} - {corpus.NEWS} == {corpus.OWN, *corpus.NEAR}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_sentence_of_our_test_pairs_feeds_a_language_model(corpus: ModuleType, lang: str) -> None:
    """Though the test pairs were made from the same news items."""
    rows = corpus._rows(TRAINING / "data" / f"{corpus.OWN}.tsv")
    tests = [" ".join(row[lang].casefold().split()) for row in rows if row["split"] == "test"]
    texts = [" ".join(text.casefold().split()) for text in corpus.own_texts(lang)]
    assert texts
    assert not [text for text in texts if any(test in text or text in test for test in tests)]


def test_what_is_masked_alike_is_aligned_beforehand(corpus: ModuleType) -> None:
    """Figures by value, names by spelling; a figure of one side only stays a mark without a match."""
    fr, en = corpus._cut("En 2024, Nvidia a gagné 3,5 %", "Nvidia gained 3.5% in 12 months", AliasTable.load())
    assert fr == ["En", "[#]", ",", "[1]", "a", "gagné", "[2]"]
    assert en == ["[1]", "gained", "[2]", "in", "[#]", "months"]
    assert corpus._matched(fr, en) == ((3, 0), (6, 2))


def test_headlines_of_the_test_set_and_of_copyleft_collections_are_left_out(corpus: ModuleType, tmp_path: Path) -> None:
    """And those of other languages."""
    (tmp_path / "headlines").mkdir()
    rows = ["1,fr,Un,MIT", "2,fr,Deux,none stated", "3,en,Three,GPL-3.0 (repository)", "4,de,Vier,MIT", "5,en,Five,MIT"]
    (tmp_path / "headlines" / "a.csv").write_text("\n".join(["id,lang,title,licence", *rows]), encoding="utf-8")
    (tmp_path / "gold.tsv").write_text("id\tsplit\n2\ttest\n", encoding="utf-8")
    assert corpus.headlines(tmp_path, tmp_path / "gold.tsv") == {"fr": ["Un"], "en": ["Five"]}


@pytest.mark.parametrize(
    ("french", "english", "kept"),
    [
        ("Varsovie", "Warsaw", True),
        ("Brésil", "Brazil", True),
        ("Toshiba recule", "Toshiba falls", True),
        ("Toshiba recule", "it falls", False),
        ("le groupe", "Toshiba", False),
        ("Toshiba", "Quanta", False),
        ("le groupe", "it", True),
        ("islandais", "Icelandic", True),
        ("groupe islandais", "Toshiba", False),
        ("le islandais", "it falls", False),
    ],
)
def test_a_phrase_pair_that_names_another_thing_is_dropped(
    corpus: ModuleType, monkeypatch: pytest.MonkeyPatch, french: str, english: str, *, kept: bool
) -> None:
    """A rare name needs a word it is written like, or that it stood beside in two sentences."""
    names = module("phrase_names", monkeypatch)
    texts = [("à Varsovie", "in Warsaw"), ("vers Varsovie", "to Warsaw"), ("Toshiba recule", "Quanta falls")]
    texts += [("un volcan islandais", "an Icelandic volcano"), ("le islandais", "the Icelandic")]
    pairs = [
        corpus.Pair(fr=tuple(fr.split()), en=tuple(en.split()), marks=(), corpus="own", weight=1.0) for fr, en in texts
    ]
    vocabulary = (
        "à vers Varsovie Toshiba recule Brésil le groupe islandais",
        "in to Warsaw Quanta falls Brazil Toshiba it Icelandic",
    )
    ids = [{word: number for number, word in enumerate(words.split(), 3)} for words in vocabulary]
    rows = [
        np.array([[known[word] for word in text.split()] + [65535] * (6 - len(text.split()))])
        for text, known in zip((french, english), ids, strict=True)
    ]
    assert names.faithful(*rows, ids, pairs).tolist() == [kept]
