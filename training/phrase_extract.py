"""Phrase pairs of aligned sentences, scored and pruned, over the whole corpus at once in arrays.

Extraction after Koehn et al. 2003; probabilities with modified Kneser-Ney discounts (Foster et al. 2006,
https://aclanthology.org/W06-1607); pruning by Fisher's exact test (Johnson et al. 2007,
https://aclanthology.org/D07-1103).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from phrase_corpus import Links, Pair
from phrase_lm import discounts
from scipy.special import gammaln

from contrecoup.engines.phrase_table import LONGEST, PAD

FREE = 2
"""Words without a link that a phrase may take in on either side."""
TOP = 20
"""Translations of a phrase that are kept at most, each way."""
WITHIN = 6.0
"""And none that scores so much less than the best."""
RANKING = np.array([1, 0.5, 0.5, 0.5], dtype=np.float32)
"""What the four scores count for in that."""
# Phrases of so few words are kept even when they met once, and those of so many words of a corpus that weighs so much.
SHORT, WEIGHTY, WEIGHTY_WORDS = 2, 3.0, 9
RARE = 1e-4
FAR = 1 << 30
PRIME = np.uint64(0x9E3779B97F4A7C15)
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """All sentences of a language end to end: ids of words, the sentence of each, first and last link of each."""

    words: Ints
    sentence: NDArray[np.int32]
    first: Ints
    last: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Phrase pairs: ids of words padded with ``PAD``, and the scores of ``write_pairs``."""

    fr: NDArray[np.uint16]
    en: NDArray[np.uint16]
    scores: NDArray[np.float32]


def flatten(pairs: Sequence[Pair], links: Sequence[Links], ids: Sequence[Mapping[str, int]]) -> tuple[Side, Side, Ints]:
    """Both sides end to end, and all links as places in them; a word without id is 0."""
    sizes = [np.array([len(side) for side in sides]) for sides in zip(*((p.fr, p.en) for p in pairs), strict=True)]
    starts = [np.cumsum(size) - size for size in sizes]
    joined = np.concatenate(links).astype(np.int64)
    counts = [len(rows) for rows in links]
    joined += np.stack([np.repeat(start, counts) for start in starts], axis=1)
    sides = []
    for column, size in enumerate(sizes):
        words = np.fromiter(
            (ids[column].get(word, 0) for pair in pairs for word in (pair.fr, pair.en)[column]), np.int64, size.sum()
        )
        first, last = np.full(len(words), FAR, dtype=np.int64), np.full(len(words), -1, dtype=np.int64)
        np.minimum.at(first, joined[:, column], joined[:, 1 - column])
        np.maximum.at(last, joined[:, column], joined[:, 1 - column])
        sentence = np.repeat(np.arange(len(size), dtype=np.int32), size)
        sides.append(Side(words=words, sentence=sentence, first=first, last=last))
    return sides[0], sides[1], joined


def _spans(side: Side) -> list[tuple[Ints, Ints]]:
    """First and last link of the spans of one word, of two, and so on, by their first word."""
    spans = [(side.first, side.last)]
    for size in range(1, LONGEST):
        first, last = spans[-1]
        spans.append((np.minimum(first[:-1], side.first[size:]), np.maximum(last[:-1], side.last[size:])))
    return spans


def extract(left: Side, right: Side) -> Iterator[tuple[int, Ints, Ints, int]]:
    """Consistent phrase pairs, many at a time: number of words and first places left, first places and number right."""
    back = _spans(right)
    for size, (first, last) in enumerate(_spans(left), start=1):
        starts = np.arange(len(first))
        whole = left.sentence[starts] == left.sentence[starts + size - 1]
        starts = starts[whole & (last >= 0) & (last - first < LONGEST)]
        begin, length = first[starts], last[starts] - first[starts] + 1
        for other in range(1, LONGEST + 1):
            here, there = starts[length == other], begin[length == other]
            kept = (back[other - 1][0][there] >= here) & (back[other - 1][1][there] < here + size)
            for before, after in product(range(FREE + 1), repeat=2):
                if other + before + after <= LONGEST:
                    yield size, *_widened(here[kept], there[kept], other, (before, after), right)


def _widened(here: Ints, there: Ints, size: int, free: tuple[int, int], side: Side) -> tuple[Ints, Ints, int]:
    """Those spans that have so many free words before and after them in their sentence."""
    before, after = free
    fits = (there >= before) & (there + size + after <= len(side.words))
    here, there = here[fits], there[fits]
    own = side.sentence[there]
    for place in [*range(-before, 0), *range(size, size + after)]:
        ok = (side.sentence[there + place] == own) & (side.last[there + place] < 0)
        here, there, own = here[ok], there[ok], own[ok]
    return here, there - before, size + before + after


def score(left: Side, right: Side, links: Ints, weights: Floats, alike: Sequence[tuple[Ints, Ints]]) -> Table:
    """Phrase pairs of the corpus with their scores.

    ``weights`` says what a sentence counts for, ``alike`` which ids on both sides (of the opaque symbol, of brackets,
    of a power of ten) a phrase pair has equally many of.
    """
    pairs = _counted(left, right, weights, alike)
    print(f"{len(pairs.count)} phrase pairs", flush=True)
    pairs = pairs.where(_telling(pairs))
    print(f"{len(pairs.count)} are no accident", flush=True)
    fr, en = _words(left, pairs.here, pairs.size), _words(right, pairs.there, pairs.other)
    scores = np.log(
        np.stack(
            [
                _kneser_ney(pairs, pairs.fr, pairs.en),
                _kneser_ney(pairs, pairs.en, pairs.fr),
                _lexical(fr, en, _links(left, right, links, weights)),
                _lexical(en, fr, _links(right, left, links[:, ::-1], weights)),
            ],
            axis=1,
        )
    ).astype(np.float32)
    kept = _best(pairs.fr, scores @ RANKING) | _best(pairs.en, scores[:, [1, 0, 3, 2]] @ RANKING)
    return Table(fr=fr[kept], en=en[kept], scores=scores[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Distinct phrase pairs: numbers of their phrases, counts, weight, and where one of them stands."""

    fr: Ints
    en: Ints
    count: Ints
    weight: Floats
    here: Ints
    size: Ints
    there: Ints
    other: Ints
    seen: tuple[Ints, Ints]

    def where(self, kept: NDArray[np.bool_]) -> "_Pairs":
        """Some of them."""
        columns = ("fr", "en", "count", "weight", "here", "size", "there", "other")
        return _Pairs(**{name: getattr(self, name)[kept] for name in columns}, seen=self.seen)


def _hashes(side: Side) -> list[NDArray[np.uint64]]:
    """A number for each span of one word, of two, and so on, the same for the same words."""
    words = (side.words.astype(np.uint64) + np.uint64(1)) * PRIME
    hashes = [words]
    for size in range(1, LONGEST):
        longer = hashes[-1][:-1] * PRIME + words[size:]
        hashes.append(longer ^ (longer >> np.uint64(29)))
    return hashes


def _runs(side: Side, wanted: Ints) -> list[Ints]:
    """How many of some words (0: words without id) stand in each span of one word, of two, and so on."""
    total = np.concatenate([[0], np.cumsum(np.isin(side.words, wanted))])
    return [total[size:] - total[:-size] for size in range(1, LONGEST + 1)]


def _counted(left: Side, right: Side, weights: Floats, alike: Sequence[tuple[Ints, Ints]]) -> _Pairs:
    hashes = _hashes(left), _hashes(right)
    unknown = _runs(left, np.zeros(1, int)), _runs(right, np.zeros(1, int))
    marks = [(_runs(left, one), _runs(right, two)) for one, two in alike]
    parts = []
    for size, starts, others, other in extract(left, right):
        ok = (unknown[0][size - 1][starts] == 0) & (unknown[1][other - 1][others] == 0)
        for one, two in marks:
            ok &= one[size - 1][starts] == two[other - 1][others]
        here, there = starts[ok], others[ok]
        whole = np.stack([here, np.full_like(here, size), there, np.full_like(here, other)])
        parts.append((hashes[0][size - 1][here], hashes[1][other - 1][there], whole.astype(np.int32)))
    fr, en = (np.concatenate([part[side] for part in parts]) for side in (0, 1))
    places = np.concatenate([part[2] for part in parts], axis=1)
    order = np.argsort(fr * PRIME ^ en, kind="stable")
    mixed = (fr * PRIME ^ en)[order]
    heads = np.flatnonzero(np.concatenate([[True], mixed[1:] != mixed[:-1]]))
    weight = np.add.reduceat(weights[left.sentence[places[0][order]]], heads)
    first = order[heads]
    counts = np.diff(np.append(heads, len(order)))
    numbers = [np.unique(side[first], return_inverse=True)[1] for side in (fr, en)]
    # How often a phrase was seen in pairs, for the test of Fisher.
    seen = [np.bincount(number, weights=counts).astype(np.int64) for number in numbers]
    return _Pairs(
        fr=numbers[0],
        en=numbers[1],
        count=counts,
        weight=weight,
        **dict(zip(("here", "size", "there", "other"), places[:, first].astype(np.int64), strict=True)),
        seen=(seen[0], seen[1]),
    )


def _telling(pairs: _Pairs) -> NDArray[np.bool_]:
    """Pairs that meet more often than chance would have it; short ones and weighty ones in any case."""
    total = pairs.count.sum()
    left, right, both = pairs.seen[0][pairs.fr], pairs.seen[1][pairs.en], pairs.count
    log = gammaln(left + 1) - gammaln(both + 1) - gammaln(left - both + 1)
    log += gammaln(total - left + 1) - gammaln(right - both + 1) - gammaln(total - left - right + both + 1)
    log -= gammaln(total + 1) - gammaln(right + 1) - gammaln(total - right + 1)
    short = (pairs.size <= SHORT) & (pairs.other <= SHORT)
    weighty = (pairs.weight >= WEIGHTY) & (pairs.size + pairs.other <= WEIGHTY_WORDS)
    return (-log > np.log(total) + 1e-3) | short | weighty


def _kneser_ney(pairs: _Pairs, given: Ints, wanted: Ints) -> Floats:
    """p(wanted | given), with modified Kneser-Ney discounts in the proportion of the weights."""
    cut = discounts(pairs.count)[np.minimum(pairs.count, 3)] * pairs.weight / pairs.count
    total = np.maximum(np.bincount(given, weights=pairs.weight), RARE)
    free = np.bincount(given, weights=cut) / total
    kinds = np.bincount(wanted) / len(wanted)
    return (pairs.weight - cut) / total[given] + free[given] * kinds[wanted]


def _best(given: Ints, score: NDArray[np.float32]) -> NDArray[np.bool_]:
    """The best translations of each phrase."""
    order = np.lexsort((-score, given))
    heads = np.flatnonzero(np.concatenate([[True], given[order][1:] != given[order][:-1]]))
    sizes = np.diff(np.append(heads, len(given)))
    rank, top = np.empty(len(given), dtype=np.int64), np.empty(len(given), dtype=np.float32)
    rank[order] = np.arange(len(given)) - np.repeat(heads, sizes)
    top[order] = np.repeat(score[order][heads], sizes)
    return (rank < TOP) & (score > top - WITHIN)


def _words(side: Side, places: Ints, sizes: Ints) -> NDArray[np.uint16]:
    out = np.full((len(places), LONGEST), PAD, dtype=np.uint16)
    for column in range(LONGEST):
        rows = sizes > column
        out[rows, column] = side.words[places[rows] + column]
    return out


def _links(given: Side, wanted: Side, links: Ints, weights: Floats) -> tuple[Ints, Floats]:
    """Keys (given << 16 | wanted, ``PAD`` for no word) and w(wanted | given), by weighted links."""
    free = np.flatnonzero(wanted.last < 0)
    left = np.concatenate([given.words[links[:, 0]], np.full(len(free), PAD)])
    places = np.concatenate([links[:, 1], free])
    keys, number = np.unique(left << 16 | wanted.words[places], return_inverse=True)
    mass = np.bincount(number, weights=weights[wanted.sentence[places]])
    return keys, mass / np.bincount(keys >> 16, weights=mass)[keys >> 16]


def _lexical(given: NDArray[np.uint16], wanted: NDArray[np.uint16], table: tuple[Ints, Floats]) -> Floats:
    """For each phrase, the product over its words of the likeliest link to a word of the other phrase, or to none."""
    keys, likely = table
    out = np.ones(len(given))
    for column in wanted.T.astype(np.int64):
        best = np.full(len(given), RARE)
        for other in [*given.T.astype(np.int64), np.full(len(given), PAD)]:
            sought = other << 16 | column
            places = np.minimum(np.searchsorted(keys, sought), len(keys) - 1)
            best = np.maximum(best, np.where(keys[places] == sought, likely[places], 0))
        out *= np.where(column == PAD, 1, best)
    return out
