"""Packed phrase tables and language models: what is written is what is found."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from contrecoup.engines.phrase_table import (
    BEGIN,
    END,
    LONGEST,
    PAD,
    UNKNOWN,
    WEIGHTS,
    PhraseModel,
    PhraseStore,
    write_lm,
    write_pairs,
    write_weights,
    write_words,
)
from contrecoup.engines.word_order import write_order
from contrecoup.errors import EngineError
from contrecoup.weights import Manifest, seal

FR, EN = ["le", "[#]", "chat", "dort"], ["the", "cat", "[#]", "sleeps"]
LE, CHAT, DORT = 3, 5, 6
THE, CAT, SLEEPS = 3, 4, 6
# French, English, and the four scores in steps of an eighth.
PAIRS = [
    ((LE,), (THE,), (1, 2, 3, 4)),
    ((LE,), (UNKNOWN + 5,), (40, 5, 6, 7)),
    ((CHAT,), (CAT,), (0, 1, 0, 1)),
    ((LE, CHAT), (THE, CAT), (2, 2, 2, 2)),
    ((LE, CHAT, DORT), (THE, CAT, SLEEPS), (3, 3, 3, 300)),
]
# N-grams with log-probability and back-off weight in steps of a sixteenth.
GRAMS = [
    *(((word,), 40 + word, 0) for word in range(7)),
    ((BEGIN, THE), 8, 3),
    ((THE, CAT), 9, 5),
    ((CAT, SLEEPS), 7, 2),
    ((BEGIN, THE, CAT), 4, 0),
    ((THE, CAT, SLEEPS), 3, 0),
    ((CAT, SLEEPS, END), 1, 0),
]
BACK = {(BEGIN,): 10, (THE,): 11, (CAT,): 12, (SLEEPS,): 0}


def rows(phrases: Sequence[tuple[int, ...]]) -> np.ndarray:
    """Phrases as padded rows."""
    return np.array([[*phrase, *[PAD] * (LONGEST - len(phrase))] for phrase in phrases], dtype=np.uint16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sealed folder with five pairs and a language model of six n-grams, the same for both languages."""
    write_words(tmp_path, "fr", FR)
    write_words(tmp_path, "en", EN)
    fr, en, steps = zip(*reversed(PAIRS), strict=True)
    write_pairs(tmp_path, rows(fr), rows(en), -np.array(steps, dtype=np.float32) / 8)
    grams, costs, backs = zip(*reversed(GRAMS), strict=True)
    weights = [BACK.get(gram, back) for gram, back in zip(grams, backs, strict=True)]
    for lang in ("fr", "en"):
        logs = -np.array(costs, dtype=np.float32) / 16
        write_order(tmp_path, lang, np.ones((2, 7, 3)))
        write_lm(tmp_path, lang, rows(grams), logs, -np.array(weights, dtype=np.float32) / 16)
    write_weights(tmp_path, {"fr-en": range(len(WEIGHTS)), "en-fr": range(20, 20 + len(WEIGHTS))})
    seal(tmp_path, Manifest(name="toy-1", licence="Apache-2.0", made_on="2026-11-22", command="", files={}))
    return tmp_path


def found(model: PhraseModel, ids: Sequence[int]) -> list[tuple[object, ...]]:
    """Options as (start, length, target words, steps), sorted."""
    options = model.options(np.array(ids, dtype=np.int64))
    return sorted(
        (int(start), int(length), tuple(map(int, words[:size])), tuple(np.rint(-8 * scores).astype(int).tolist()))
        for start, length, words, size, scores in zip(
            options.starts, options.lengths, options.words, options.sizes, options.scores, strict=True
        )
    )


def test_every_pair_comes_back_from_french(folder: Path) -> None:
    """Each span of the sentence has its translations, with scores to an eighth; -32 is the least."""
    model = PhraseStore(folder).direction("fr", "en")
    assert found(model, [LE, CHAT, DORT]) == [
        (0, 1, (THE,), (1, 2, 3, 4)),
        (0, 1, (5,), (40, 5, 6, 7)),
        (0, 2, (THE, CAT), (2, 2, 2, 2)),
        (0, 3, (THE, CAT, SLEEPS), (3, 3, 3, 255)),
        (1, 1, (CAT,), (0, 1, 0, 1)),
    ]


def test_from_english_the_scores_change_places(folder: Path) -> None:
    """What was given the source is given the target."""
    model = PhraseStore(folder).direction("en", "fr")
    assert found(model, [CAT, THE]) == [(0, 1, (CHAT,), (1, 0, 1, 0)), (1, 1, (LE,), (2, 1, 4, 3))]


@pytest.mark.parametrize("ids", [[], [UNKNOWN], [UNKNOWN, DORT, UNKNOWN], [4]])
def test_a_sentence_that_no_phrase_knows_has_no_options(folder: Path, ids: list[int]) -> None:
    """Neither the empty sentence, nor unknown words, nor a word that only longer phrases hold."""
    options = PhraseStore(folder).direction("fr", "en").options(np.array(ids, dtype=np.int64))
    assert (options.words.shape, options.scores.shape) == ((0, LONGEST), (0, 4))


def test_words_have_numbers_by_frequency(folder: Path) -> None:
    """The special words and words never seen have none on the source side, and are unknown on the other."""
    model = PhraseStore(folder).direction("fr", "en")
    assert [model.source_id(word) for word in ("le", "dort", "chien", "<s>")] == [3, 6, None, None]
    assert [model.target_id(word) for word in ("the", "dog", "</s>")] == [3, UNKNOWN, UNKNOWN]
    assert model.target_words[THE] == "the"


def test_weights_belong_to_a_direction(folder: Path) -> None:
    """In the order of their names."""
    store = PhraseStore(folder)
    assert store.direction("fr", "en").weights.tolist() == list(range(len(WEIGHTS)))
    assert store.direction("en", "fr").weights.tolist() == list(range(20, 20 + len(WEIGHTS)))


def scored(model: PhraseModel, words: Sequence[int]) -> list[int]:
    """Costs of the words of a sentence, in steps of a sixteenth."""
    state, costs = np.array([model.lm.begin]), []
    for word in words:
        logs, state = model.lm.score(state, np.array([word]))
        costs.append(int(np.rint(-16 * logs[0])))
    return costs


@pytest.mark.parametrize(
    ("words", "costs"),
    [
        ([THE, CAT, SLEEPS, END], [8, 4, 3, 1]),
        ([CAT, THE], [10 + 44, 12 + 43]),
        ([THE, THE], [8, 3 + 11 + 43]),
        ([THE, CAT, CAT], [8, 4, 5 + 12 + 44]),
        ([5000, THE], [10 + 40, 43]),
    ],
)
def test_the_longest_known_history_counts(folder: Path, words: list[int], costs: list[int]) -> None:
    """And backing off to it is paid for; a word beyond the vocabulary is the unknown one."""
    assert scored(PhraseStore(folder).direction("fr", "en"), words) == costs


def test_equal_states_have_the_same_future(folder: Path) -> None:
    """A history whose last words begin no n-gram is the empty one."""
    lm = PhraseStore(folder).direction("fr", "en").lm
    _, states = lm.score(np.array([lm.begin, lm.empty, lm.empty]), np.array([UNKNOWN, UNKNOWN, END]))
    assert states.tolist() == [lm.empty] * 3
    _, states = lm.score(np.array([lm.begin, lm.empty]), np.array([THE, THE]))
    assert states[0] != states[1]


@pytest.mark.parametrize("pair", [("fr", "de"), ("fr", "fr"), ("", "en")])
def test_other_languages_are_refused(folder: Path, pair: tuple[str, str]) -> None:
    """The tables hold French and English."""
    with pytest.raises(ValueError, match="between fr and en"):
        PhraseStore(folder).direction(*pair)


def test_a_flipped_byte_is_refused(folder: Path) -> None:
    """By the manifest, before anything is read."""
    data = bytearray((folder / "pairs.zst").read_bytes())
    data[len(data) // 2] ^= 1
    (folder / "pairs.zst").write_bytes(data)
    with pytest.raises(EngineError, match="is damaged"):
        PhraseStore(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    """Its name stands in the message."""
    (folder / "lm.en.zst").unlink()
    with pytest.raises(EngineError, match=r"lm\.en\.zst is missing"):
        PhraseStore(folder)


@pytest.mark.parametrize(
    ("name", "data"),
    [("pairs.zst", b"no frame"), ("weights.json", b"{"), ("weights.json", json.dumps({"fr-en": {}}).encode())],
)
def test_a_file_that_was_sealed_damaged_is_refused(folder: Path, name: str, data: bytes) -> None:
    """With one sentence that says which folder."""
    (folder / name).write_bytes(data)
    seal(folder, Manifest(name="toy-1", licence="Apache-2.0", made_on="2026-11-22", command="", files={}))
    with pytest.raises(EngineError, match="cannot be read"):
        PhraseStore(folder)


def test_a_pickle_is_refused(folder: Path) -> None:
    """Whatever the manifest says."""
    (folder / "pairs.pkl").write_bytes(b"cos\nsystem\n")
    seal(folder, Manifest(name="toy-1", licence="Apache-2.0", made_on="2026-11-22", command="", files={}))
    with pytest.raises(EngineError, match="can run code"):
        PhraseStore(folder)
