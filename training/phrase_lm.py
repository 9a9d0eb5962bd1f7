"""Language models of several corpora, mixed for the texts that the engine will write, and pruned.

Interpolated modified Kneser-Ney (Chen and Goodman 1999) on each corpus, mixed linearly with the weights that EM finds
on held-out sentences, pruned by weighted difference (Seymore and Rosenfeld 1996); then the back-off weights of what is
left are computed anew. All n-grams of all corpora are one trie, so that every step is over arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from contrecoup.engines.phrase_table import BEGIN, END, LONGEST, PAD

ORDER = 4
ROUNDS = 20
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grams:
    """N-grams in breadth-first order, node 0 the root: keys (parent << 16 | word), counts by corpus, shorter ones."""

    keys: Ints
    bounds: tuple[int, ...]
    counts: Ints
    shorter: Ints

    def child(self, nodes: Ints, words: Ints) -> Ints:
        """The node that a word leads to, 0 where there is none."""
        wanted = nodes << 16 | words
        places = np.minimum(np.searchsorted(self.keys, wanted), len(self.keys) - 1)
        return np.where(self.keys[places] == wanted, places + 1, 0)

    @property
    def parents(self) -> Ints:
        """The node that each node but the root hangs on; the root hangs on itself."""
        return np.concatenate([[0], self.keys >> 16])


def count(corpora: Sequence[Sequence[Sequence[int]]], words: int) -> Grams:
    """All n-grams of the corpora, given as sentences of ids below ``words``, and every word alone."""
    flat = [np.array([i for s in corpus for i in (BEGIN, *s, END)], dtype=np.int64) for corpus in corpora]
    text = np.concatenate([np.arange(words), *flat])
    corpus = np.repeat(np.arange(-1, len(flat)), [words, *map(len, flat)])
    begins = np.concatenate([np.ones(words, dtype=np.int64), text[words:] == BEGIN])
    sentence = np.cumsum(begins)
    keys, counts, bounds = [], [np.zeros((1, len(flat)), dtype=np.int64)], [1]
    nodes = np.zeros(len(text), dtype=np.int64)
    for level in range(ORDER):
        starts = np.flatnonzero(
            (sentence[: len(text) - level] == sentence[level:]) & (corpus[: len(text) - level] >= -(level == 0))
        )
        found, places = np.unique(nodes[starts] << 16 | text[starts + level], return_inverse=True)
        nodes = np.zeros(len(text), dtype=np.int64)
        nodes[starts] = bounds[-1] + places
        cells = places[corpus[starts] >= 0] * len(flat) + corpus[starts][corpus[starts] >= 0]
        counts.append(np.bincount(cells, minlength=len(found) * len(flat)).reshape(len(found), -1))
        keys.append(found)
        bounds.append(bounds[-1] + len(found))
    grams = Grams(
        keys=np.concatenate(keys),
        bounds=tuple(bounds),
        counts=np.concatenate(counts),
        shorter=np.zeros(bounds[-1], dtype=np.int64),
    )
    for first, after in pairwise(bounds[1:]):
        own = grams.keys[first - 1 : after - 1]
        grams.shorter[first:after] = grams.child(grams.shorter[own >> 16], own & PAD)
    return grams


def kneser_ney(grams: Grams, corpus: int) -> Floats:
    """Probability of each n-gram's last word after the others, in one corpus."""
    counts = grams.counts[:, corpus]
    starts_text = _first_words(grams) == BEGIN
    # What stands on the left counts, not how often: but nothing stands on the left of a sentence.
    kinds = np.bincount(grams.shorter[grams.bounds[1] :], weights=counts[grams.bounds[1] :] > 0, minlength=len(counts))
    longest = np.arange(len(counts)) >= grams.bounds[-2]
    mass = np.where(longest | starts_text, counts, kinds).astype(np.float64)
    mass[BEGIN + 1] = 0
    parents, likely = grams.parents, np.zeros(len(counts))
    words = grams.bounds[1] - 1
    for level, (first, after) in enumerate(pairwise(grams.bounds)):
        own = mass[first:after]
        discount = discounts(own)[np.minimum(own, 3).astype(np.int64)]
        given = parents[first:after]
        total = np.bincount(given, weights=own, minlength=first)
        free = np.bincount(given, weights=discount, minlength=first)
        share = np.divide(free, total, out=np.ones_like(free), where=total > 0)
        lower = likely[grams.shorter[first:after]] if level else np.full(after - first, 1 / words)
        seen = np.divide(own - discount, total[given], out=np.zeros_like(own), where=total[given] > 0)
        likely[first:after] = seen + share[given] * lower
    return likely


def _first_words(grams: Grams) -> Ints:
    words = np.zeros(grams.bounds[-1], dtype=np.int64)
    words[1 : grams.bounds[1]] = grams.keys[: grams.bounds[1] - 1]
    for first, after in pairwise(grams.bounds[1:]):
        words[first:after] = words[grams.keys[first - 1 : after - 1] >> 16]
    return words


def discounts(counts: Floats) -> Floats:
    """Discounts of n-grams seen never, once, twice and more often."""
    ones = [max(1, np.count_nonzero(counts == times)) for times in range(1, 5)]
    ratio = ones[0] / (ones[0] + 2 * ones[1])
    found = [times - (times + 1) * ratio * ones[times] / ones[times - 1] for times in (1, 2, 3)]
    return np.array([0.0, *(min(max(value, 0.1), 0.9 * times) for times, value in zip((1, 2, 3), found, strict=True))])


def mixture(grams: Grams, models: Sequence[Floats], tuning: Sequence[Sequence[int]]) -> Floats:
    """Weights of the models under which the tuning sentences are most likely."""
    likely = np.stack([_sentences(grams, model, tuning) for model in models])
    weights = np.full(len(models), 1 / len(models))
    for _ in range(ROUNDS):
        parts = weights[:, None] * likely
        weights = (parts / parts.sum(axis=0)).mean(axis=1)
    print(f"mixture {np.round(weights, 3)}, perplexity {np.exp(-np.log(weights @ likely).mean()):.1f}", flush=True)
    return weights


def _sentences(grams: Grams, likely: Floats, sentences: Sequence[Sequence[int]]) -> Floats:
    """Probability of every word of some sentences, with what is kept of it when backing off."""
    back = _back_off(grams, likely)
    out = []
    for sentence in sentences:
        history = [BEGIN]
        for word in (*sentence, END):
            node, factor = 0, 1.0
            context = history[-(ORDER - 1) :]
            while True:
                node = _walk(grams, context)
                found = int(grams.child(np.array([node]), np.array([word]))[0]) if node or not context else 0
                if found or not context:
                    break
                factor *= back[node] if node else 1.0
                context = context[1:]
            out.append(factor * likely[found])
            history.append(word)
    return np.array(out)


def _walk(grams: Grams, words: Sequence[int]) -> int:
    node = 0
    for word in words:
        node = int(grams.child(np.array([node]), np.array([word]))[0])
        if not node:
            return 0
    return node


def _back_off(grams: Grams, likely: Floats) -> Floats:
    """Back-off weight of each n-gram: what its own continuations leave, over what they leave to the shorter one."""
    first = grams.bounds[1]
    parents, size = grams.parents[first:], len(likely)
    left = 1 - np.bincount(parents, weights=likely[first:], minlength=size)
    lower = 1 - np.bincount(parents, weights=likely[grams.shorter[first:]], minlength=size)
    return np.clip(left, 1e-6, 1) / np.clip(lower, 1e-6, None)


def prune(grams: Grams, likely: Floats, most: int) -> NDArray[np.bool_]:
    """The n-grams whose loss would change the model most, about so many, with all that they hang on; all words."""
    parents, size = grams.parents, len(likely)
    joint = likely.copy()
    for first, after in pairwise(grams.bounds[1:]):
        joint[first:after] *= joint[parents[first:after]]
    back = _back_off(grams, likely)
    lower = back[parents] * likely[grams.shorter]
    gain = joint * np.log(np.maximum(likely, 1e-30) / np.maximum(lower, 1e-30))
    gain[: grams.bounds[1]] = np.inf
    kept = gain >= np.partition(gain, max(0, size - most))[max(0, size - most)]
    for first, after in reversed(list(pairwise(grams.bounds[1:]))):
        nodes = np.arange(first, after)[kept[first:after]]
        kept[parents[nodes]] = kept[grams.shorter[nodes]] = True
    return kept


def thinned(
    grams: Grams, likely: Floats, kept: NDArray[np.bool_]
) -> tuple[NDArray[np.uint16], NDArray[np.float32], NDArray[np.float32]]:
    """Rows, log-probabilities and back-off weights (natural logs) for ``write_lm``."""
    kept[0] = True
    first = grams.bounds[1]
    parents, size = grams.parents, len(likely)
    inner = np.flatnonzero(kept)[1:]
    long = inner[inner >= first]
    left = 1 - np.bincount(parents[long], weights=likely[long], minlength=size)
    lower = 1 - np.bincount(parents[long], weights=likely[grams.shorter[long]], minlength=size)
    back = np.clip(left, 1e-6, 1) / np.clip(lower, 1e-6, None)
    rows = np.full((len(kept), LONGEST), PAD, dtype=np.uint16)
    for level, (start, after) in enumerate(pairwise(grams.bounds)):
        rows[start:after, :level] = rows[parents[start:after], :level]
        rows[start:after, level] = grams.keys[start - 1 : after - 1] & PAD
    logs = np.log(np.maximum(likely[inner], 1e-9)).astype(np.float32)
    return rows[inner], logs, np.log(np.minimum(back[inner], 1)).astype(np.float32)
