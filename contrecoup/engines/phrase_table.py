"""Phrase pairs and language models of the phrase-based engine: packed, read whole, looked up in arrays.

A folder serves both directions: it holds the words of both languages by falling frequency, the phrase pairs with four
scores, and one language model each. Phrases and n-grams are tries (``contrecoup.engines.tries``).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray
from safetensors import SafetensorError

from contrecoup.engines.tries import (
    LONGEST,
    PAD,
    WORD,
    Bytes,
    Ints,
    Trie,
    Words,
    joined,
    packed,
    planted,
    read,
    split,
    stepped,
    unpacked,
    write,
)
from contrecoup.engines.word_order import ORDERS, WordOrder, read_order
from contrecoup.errors import EngineError
from contrecoup.weights import MEND, open_model

__all__ = [
    "BEGIN",
    "END",
    "FEATURES",
    "LONGEST",
    "PAD",
    "UNKNOWN",
    "WEIGHTS",
    "LanguageModel",
    "Options",
    "PhraseModel",
    "PhraseStore",
    "write_lm",
    "write_pairs",
    "write_weights",
    "write_words",
]

LANGUAGES = ("fr", "en")
UNKNOWN, BEGIN, END = 0, 1, 2
SPECIAL = ("<unk>", "<s>", "</s>")
OPTIONS = 25
"""Translations of a phrase at most, the best by their weighted scores."""
# Steps in which natural logarithms are kept.
PAIR_STEP, LM_STEP = np.float32(1 / 8), np.float32(1 / 16)
FEATURES = ("given_source", "given_target", "lexical_given_source", "lexical_given_target")
"""Columns of the scores of a phrase pair."""
WEIGHTS = (*FEATURES, "lm", "distortion", "words", "phrases", "unknown", *ORDERS)
"""What the search adds up, in the order of ``PhraseModel.weights``."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Ways to translate the spans of a sentence, one a row.

    ``words`` holds target words, padded with ``PAD`` to ``LONGEST`` columns, ``sizes`` says how many. ``scores`` has
    the columns log p(target | source), log p(source | target), and both lexical weights, alike.
    """

    starts: Ints
    lengths: Ints
    words: Words
    sizes: Ints
    scores: Floats


class LanguageModel:
    """A back-off model of one language, over the ids of its words."""

    def __init__(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Use the arrays that ``write_lm`` wrote."""
        self._trie = unpacked("", arrays)
        self._costs: Bytes = arrays["costs"]
        children = np.flatnonzero(joined(arrays["degrees"]))
        self._inner = np.zeros(len(self._trie.keys) + 1, dtype=bool)
        self._inner[children] = True
        self._back = np.zeros(int(children[-1]) + 1, dtype=np.uint8)
        self._back[children] = arrays["backoffs"]
        self._shorter = np.zeros(len(self._back), dtype=np.int32)
        self._link(children)
        self._known = int(np.searchsorted(self._trie.keys, np.uint64(1) << WORD))
        self.empty = 0
        self.begin = int(self._trie.child(np.zeros(1, np.int64), np.array([BEGIN]))[0])

    def _link(self, contexts: Ints) -> None:
        """Give every context the longest shorter one that ends alike, short ones first."""
        for first, after in self._trie.levels()[1:]:
            nodes = contexts[np.searchsorted(contexts, first) : np.searchsorted(contexts, after)]
            keys = self._trie.keys[nodes - 1]
            above = self._shorter[(keys >> WORD).astype(np.int64)].astype(np.int64)
            _, _, self._shorter[nodes] = self._follow(above, (keys & np.uint64(PAD)).astype(np.int64))

    def _follow(self, states: Ints, words: Ints) -> tuple[Ints, NDArray[np.int32], Ints]:
        """The longest n-gram that ends in each word, the steps of backing off to it, and the longest context after."""
        at, todo = states.astype(np.int64), np.arange(len(states))
        nodes, after = np.zeros_like(at), np.zeros_like(at)
        cost = np.zeros(len(states), dtype=np.int32)
        while todo.size:
            here = self._trie.child(at[todo], words[todo])
            sought = nodes[todo] == 0
            nodes[todo] = np.where(sought, here, nodes[todo])
            last = self._inner[here] & (here > 0)
            after[todo[last]] = here[last]
            cost[todo] += np.where(sought & (here == 0), self._back[at[todo]], 0)
            todo = todo[~last & (at[todo] > 0)]
            at[todo] = self._shorter[at[todo]]
        return nodes, cost, after

    def score(self, states: Ints, words: Ints) -> tuple[Floats, Ints]:
        """Natural log-probability of each word after its state, and the state that follows.

        Equal states have the same future. A word beyond the vocabulary counts as ``UNKNOWN``.
        """
        nodes, cost, after = self._follow(states, np.where(words < self._known, words, UNKNOWN))
        return -LM_STEP * (cost + self._costs[nodes - 1]).astype(np.float32), after


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseModel:
    """One direction of a store."""

    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    lm: LanguageModel
    order: WordOrder
    weights: Floats
    _source: Trie
    _target: Trie
    _levels: tuple[tuple[int, int], ...]
    _bounds: NDArray[np.int32]
    _nodes: NDArray[np.int32]
    _steps: Bytes
    _places: NDArray[np.int32] | None
    _columns: list[int]
    _source_ids: dict[str, int]
    _target_ids: dict[str, int]

    def source_id(self, word: str) -> int | None:
        """Number of a source word, smaller for a more frequent one; None when no phrase has it."""
        return self._source_ids.get(word)

    def target_id(self, word: str) -> int:
        """Number of a target word, ``UNKNOWN`` for one that the model has never seen."""
        return self._target_ids.get(word, UNKNOWN)

    def options(self, ids: Ints) -> Options:
        """The best phrase pairs of every span of a sentence, given as the ids of its words (0: unknown)."""
        found_at: list[tuple[Ints, Ints, Ints]] = []
        nodes = np.zeros(len(ids), dtype=np.int64)
        starts = np.arange(len(ids))
        for length in range(1, LONGEST + 1):
            fitting = starts + length <= len(ids)
            starts, nodes = starts[fitting], nodes[fitting]
            nodes = self._source.child(nodes, ids[starts + length - 1])
            starts, nodes = starts[nodes > 0], nodes[nodes > 0]
            found_at.append((starts, np.full(len(starts), length), nodes))
        first, lengths, found = (np.concatenate(parts) for parts in zip(*found_at, strict=True))
        begins = self._bounds[found].astype(np.int64)
        counts = self._bounds[found + 1] - begins
        rows = np.repeat(begins - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        if self._places is not None:
            rows = self._places[rows]
        scores = -PAIR_STEP * self._steps[rows][:, self._columns].astype(np.float32)
        spans = np.repeat(np.arange(len(counts)), counts)
        best = np.lexsort((-(scores @ self.weights[: len(FEATURES)]), spans))
        best = best[np.arange(len(best)) - np.repeat(np.cumsum(counts) - counts, counts) < OPTIONS]
        words, sizes = self._target.phrases(self._nodes[rows[best]].astype(np.int64), self._levels)
        return Options(
            starts=first[spans[best]], lengths=lengths[spans[best]], words=words, sizes=sizes, scores=scores[best]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Phrases of both languages, and the pairs of their nodes by French node."""

    fr: Trie
    en: Trie
    sources: NDArray[np.int32]
    targets: NDArray[np.int32]
    steps: Bytes

    @classmethod
    def of(cls, arrays: dict[str, NDArray[Any]]) -> "_Pairs":
        """Unpack what ``write_pairs`` wrote."""
        counts = joined(arrays["counts"])
        return cls(
            fr=unpacked("fr.", arrays),
            en=unpacked("en.", arrays),
            sources=np.repeat(np.arange(len(counts), dtype=np.int32), counts),
            targets=joined(arrays["targets"]).astype(np.int32),
            steps=np.ascontiguousarray(arrays["scores"].T),
        )


class PhraseStore:
    """A model folder, both directions of it."""

    def __init__(self, folder: Path) -> None:
        """Read a folder.

        Raises
        ------
        EngineError
            when a file is missing or damaged.

        """
        self.manifest = open_model(folder)
        try:
            self._words = {lang: (folder / f"words.{lang}.txt").read_text("utf-8").split("\n") for lang in LANGUAGES}
            weights = json.loads((folder / "weights.json").read_bytes())
            self._weights = {way: np.array([found[w] for w in WEIGHTS], np.float32) for way, found in weights.items()}
            self._pairs = _Pairs.of(read(folder / "pairs.zst"))
            self._lms = {lang: LanguageModel(read(folder / f"lm.{lang}.zst")) for lang in LANGUAGES}
            self._orders = {lang: read_order(folder, lang) for lang in LANGUAGES}
        except (OSError, KeyError, ValueError, zstandard.ZstdError, SafetensorError) as error:
            raise EngineError(f"The phrase tables in {folder} cannot be read ({error}).", advice=MEND) from error

    def direction(self, source: str, target: str) -> PhraseModel:
        """The model from one language to the other.

        Raises
        ------
        ValueError
            when the pair is not French and English.

        """
        if {source, target} != set(LANGUAGES):
            raise ValueError(f"The phrase tables translate between fr and en, not from {source} to {target}.")
        ahead, pairs = source == "fr", self._pairs
        mine, other = (pairs.fr, pairs.en) if ahead else (pairs.en, pairs.fr)
        nodes = pairs.sources if ahead else pairs.targets
        bounds = np.zeros(len(mine.keys) + 2, dtype=np.int32)
        np.cumsum(np.bincount(nodes, minlength=len(mine.keys) + 1), out=bounds[1:])
        return PhraseModel(
            source_words=tuple(self._words[source]),
            target_words=tuple(self._words[target]),
            lm=self._lms[target],
            order=self._orders[source],
            weights=self._weights[f"{source}-{target}"],
            _source=mine,
            _target=other,
            _levels=tuple(other.levels()),
            _bounds=bounds,
            _nodes=pairs.targets if ahead else pairs.sources,
            _steps=pairs.steps,
            _places=None if ahead else _order(nodes),
            _columns=[0, 1, 2, 3] if ahead else [1, 0, 3, 2],
            _source_ids={word: number for number, word in enumerate(self._words[source]) if number > END},
            _target_ids={word: number for number, word in enumerate(self._words[target]) if number > END},
        )


def write_words(folder: Path, lang: str, words: Sequence[str]) -> None:
    """Write the words of a language, most frequent first; they get the ids from 3 upwards."""
    (folder / f"words.{lang}.txt").write_text("\n".join([*SPECIAL, *words]), encoding="utf-8")


def write_weights(folder: Path, weights: Mapping[str, Sequence[float]]) -> None:
    """Write what each term of the search weighs, by direction (``fr-en``), in the order of ``WEIGHTS``."""
    named = {way: dict(zip(WEIGHTS, map(float, values), strict=True)) for way, values in weights.items()}
    (folder / "weights.json").write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def write_pairs(folder: Path, fr: Words, en: Words, scores: Floats) -> None:
    """Write phrase pairs.

    Parameters
    ----------
    folder:
        Where ``pairs.zst`` goes.
    fr, en:
        Ids of words, a phrase a row, padded with ``PAD`` to ``LONGEST`` columns.
    scores:
        Natural logarithms, four columns: p(en | fr), p(fr | en), and both lexical weights alike.

    """
    (left, sources), (right, targets) = planted(fr), planted(en)
    order = np.lexsort((targets, sources))
    arrays = {
        **packed("fr.", left),
        **packed("en.", right),
        "counts": split(np.bincount(sources, minlength=len(left.keys) + 1).astype(np.uint16)),
        "targets": split(targets[order].astype(np.uint32)),
        "scores": stepped(scores[order].T, PAIR_STEP),
    }
    write(folder / "pairs.zst", arrays)


def write_lm(folder: Path, lang: str, grams: Words, logs: Floats, backoffs: Floats) -> None:
    """Write a language model: n-grams padded with ``PAD`` with log-probabilities and back-off weights (natural logs).

    Every word of the vocabulary must be there alone, and so must the beginning of every n-gram.
    """
    trie, nodes = planted(grams)
    costs, back = np.zeros(len(nodes) + 1, dtype=np.float32), np.zeros(len(nodes) + 1, dtype=np.float32)
    costs[nodes], back[nodes] = logs, backoffs
    inner = np.flatnonzero(np.bincount((trie.keys >> WORD).astype(np.int64)))
    arrays = {**packed("", trie), "costs": stepped(costs[1:], LM_STEP), "backoffs": stepped(back[inner], LM_STEP)}
    write(folder / f"lm.{lang}.zst", arrays)


def _order(nodes: NDArray[np.int32]) -> NDArray[np.int32]:
    """The stable order of nodes; sorting plain numbers is faster than a stable argsort."""
    keyed = np.sort(nodes.astype(np.int64) << 32 | np.arange(len(nodes)))
    return (keyed & 0xFFFFFFFF).astype(np.int32)
