"""The best derivation of a sentence under a phrase table and a language model: beam search over numpy arrays.

Hypotheses stand in stacks by how many source words they cover (Koehn, Och and Marcu 2003,
https://aclanthology.org/N03-1017; Koehn 2004, Pharaoh). A stack draws from the stacks before it all at once: every
extension gets a cheap estimate, the best of them are scored with the language model in one pass (as cube pruning
does lazily: Huang and Chiang 2007, https://aclanthology.org/P07-1019), equal ones are recombined, and the best stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["LONGEST", "Arcs", "Beam", "Candidates", "Dials", "LanguageModel", "Path", "search"]

Integers: TypeAlias = NDArray[np.int64]
Reals: TypeAlias = NDArray[np.float64]

LONGEST = 62
"""Source words that one search takes: the coverage of a hypothesis is one 64-bit number."""
# Options of one span that are tried, the best by estimate.
SPAN_OPTIONS = 16


class LanguageModel(Protocol):
    """An automaton over target words: a state stands for all that the next words depend on."""

    @property
    def empty(self) -> int:
        """State without any context."""

    def score(self, states: Integers, words: Integers) -> tuple[NDArray[np.float32], Integers]:
        """Natural log probability of each word in its state, and the states after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Ways to translate spans of a sentence, one row each; every single word has at least one.

    ``scores`` are weighted, the language model left out. ``words`` holds the target words, of which the first ``sizes``
    count. No jump passes over the source words at ``walls``. ``orders`` has a column for each boundary between source
    words, both ends included, and says what it gains, weighted, when what stands after it in the source comes right
    after what stands before it in the target, right before it, or neither.
    """

    starts: Integers
    ends: Integers
    scores: Reals
    words: Integers
    sizes: Integers
    orders: Reals
    walls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dials:
    """Weights of the two features that only a search knows: log probability of the text, and words jumped over."""

    lm: float
    distortion: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Beam:
    """How wide to search: hypotheses kept a stack, extensions scored in full, and words a jump may pass over."""

    stack: int = 80
    candidates: int = 400
    jump: int = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The best derivation: rows of the candidates in target order, its score, and the state it leaves."""

    rows: tuple[int, ...]
    score: float
    state: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Arcs:
    """Every extension that a search scored in full, for lists of the n best: hypotheses are numbered over all stacks.

    ``targets`` is -1 where the hypothesis that an extension led to fell out of its stack.
    """

    sources: Integers
    rows: Integers
    targets: Integers
    scores: Reals


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """Hypotheses that cover as many words.

    ``places`` is where the last span of each ended, ``begins`` where it began if the word before is still to come (else
    -1), and ``gaps`` the first word left out.
    """

    first: int
    scores: Reals
    covered: NDArray[np.uint64]
    states: Integers
    places: Integers
    begins: Integers
    gaps: Integers
    sources: Integers
    rows: Integers


def search(
    candidates: Candidates,
    length: int,
    lm: LanguageModel,
    dials: Dials,
    *,
    beam: Beam,
    start: int,
    end: int | None = None,
    trace: list[Arcs] | None = None,
) -> Path:
    """Cover each of ``length`` source words once, from the language model's state ``start``.

    ``end`` is the word that ends a sentence, if one does here. ``trace`` gathers what a list of the n best needs.
    """
    if not length:
        return Path(rows=(), score=0.0, state=start)
    run = _Search(candidates, length, lm, dials, beam)
    stacks = [_origin(start)]
    for words in range(1, length + 1):
        stacks.append(run.stack(stacks, words, None if words < length else end, trace))
    best = int(np.argmax(stacks[-1].scores))
    rows, at = [], stacks[-1].first + best
    for stack in reversed(stacks[1:]):
        if at >= stack.first:
            rows.append(int(stack.rows[at - stack.first]))
            at = int(stack.sources[at - stack.first])
    return Path(rows=tuple(reversed(rows)), score=float(stacks[-1].scores[best]), state=int(stacks[-1].states[best]))


def _origin(start: int) -> _Stack:
    none = np.zeros(1, np.int64)
    return _Stack(
        first=0,
        scores=np.zeros(1),
        covered=np.zeros(1, np.uint64),
        states=np.array([start]),
        places=none,
        begins=none - 1,
        gaps=none,
        sources=none,
        rows=none,
    )


class _Search:
    """Tables of one sentence, made once: spans, their candidates by estimate, and what is still to be gained."""

    def __init__(self, candidates: Candidates, length: int, lm: LanguageModel, dials: Dials, beam: Beam) -> None:
        self._lm, self._dials, self._beam = lm, dials, beam
        alone, _ = _spoken(lm, np.full(len(candidates.starts), lm.empty), candidates.words, candidates.sizes)
        estimates = candidates.scores + dials.lm * alone
        order = np.lexsort((-estimates, candidates.ends, candidates.starts))
        keys = candidates.starts[order] * (length + 1) + candidates.ends[order]
        spans, firsts, counts = np.unique(keys, return_index=True, return_counts=True)
        self._rows, self._estimates = order, estimates[order]
        self._scores, self._words, self._sizes = (
            candidates.scores[order],
            candidates.words[order],
            candidates.sizes[order],
        )
        self._firsts, self._counts = firsts, np.minimum(counts, SPAN_OPTIONS)
        self._starts, self._ends = np.divmod(spans, length + 1)
        one = np.uint64(1)
        self._masks = (one << self._ends.astype(np.uint64)) - (one << self._starts.astype(np.uint64))
        walls = np.array([-1, *candidates.walls])
        behind = walls[np.searchsorted(walls, self._ends) - 1]
        self._before = ((one << (behind + 1).astype(np.uint64)) - one) & ~self._masks
        self._sized = [np.flatnonzero(self._ends - self._starts == size) for size in range(length + 1)]
        self._gains = self._future(length)
        self._rests: dict[int, float] = {}
        self._orders = candidates.orders
        self._length = length

    def _future(self, length: int) -> Reals:
        """The most that each span may gain, jumps left out: ``gains[i, j]`` for words i to j."""
        best = {
            (int(start), int(stop)): float(self._estimates[first])
            for start, stop, first in zip(self._starts, self._ends, self._firsts, strict=True)
        }
        gains = np.full((length + 1, length + 1), -np.inf)
        np.fill_diagonal(gains, 0.0)
        for stop in range(1, length + 1):
            for start in range(stop):
                if (start, stop) in best:
                    gains[:, stop] = np.maximum(gains[:, stop], gains[:, start] + best[start, stop])
        return gains

    def _rest(self, covered: int) -> float:
        """The most that the words not covered may gain."""
        if covered not in self._rests:
            gain, left = 0.0, ~covered & ((1 << self._length) - 1)
            while left:
                start = (left & -left).bit_length() - 1
                size = ((left >> start) + 1 & ~(left >> start)).bit_length() - 1
                gain += float(self._gains[start, start + size])
                left &= ~(((1 << size) - 1) << start)
            self._rests[covered] = gain
        return self._rests[covered]

    def stack(self, stacks: Sequence[_Stack], words: int, end: int | None, trace: list[Arcs] | None) -> _Stack:
        """The hypotheses that cover ``words`` words, best first."""
        parts = [self._extended(stacks[words - size], size) for size in range(1, words + 1) if len(self._sized[size])]
        sources, states, spans, scores, covered = (np.concatenate(part) for part in zip(*parts, strict=True))
        seen, where = np.unique(covered, return_inverse=True)
        rests = np.array([self._rest(int(one)) for one in seen])[where]
        pairs, rows = self._shortlist(spans, scores + rests)
        gained, after = self._gained(states[pairs], rows)
        exact = scores[pairs] + gained
        if end is not None:
            exact = exact + self._dials.lm * self._lm.score(after, np.full(len(after), end))[0]
        sources, covered, places = sources[pairs], covered[pairs], self._ends[spans[pairs]]
        begins = _open(covered, self._starts[spans[pairs]])
        order, group = _recombined(exact + rests[pairs], covered, (after, places, begins))
        kept = order[: self._beam.stack]
        first = stacks[-1].first + len(stacks[-1].scores)
        if trace is not None:
            targets = np.where(group < len(kept), first + group, -1)
            trace.append(Arcs(sources=sources, rows=self._rows[rows], targets=targets, scores=exact))
        left = ~covered[kept]
        return _Stack(
            first=first,
            scores=exact[kept],
            covered=covered[kept],
            states=after[kept],
            places=places[kept],
            begins=begins[kept],
            gaps=np.log2((left & (~left + np.uint64(1))).astype(np.float64)).astype(np.int64),
            sources=sources[kept],
            rows=self._rows[rows[kept]],
        )

    def _extended(self, stack: _Stack, size: int) -> tuple[Integers, Integers, Integers, Reals, NDArray[np.uint64]]:
        """Each hypothesis with each span of ``size`` words that it may take next."""
        spans = self._sized[size]
        covered, masks = stack.covered[:, None], self._masks[spans]
        places, gaps, starts = stack.places[:, None], stack.gaps[:, None], self._starts[spans]
        jumps = np.abs(starts - places)
        reach = self._ends[spans] - gaps
        allowed = ((covered & masks) == 0) & ((covered & self._before[spans]) == self._before[spans])
        allowed &= (jumps <= self._beam.jump) & ((reach <= self._beam.jump) | (starts == gaps))
        one, other = np.nonzero(allowed)
        scores = stack.scores[one] - self._dials.distortion * jumps[one, other]
        scores += self._ordered(stack.places[one], stack.begins[one], spans[other])
        return stack.first + one, stack.states[one], spans[other], scores, stack.covered[one] | masks[other]

    def _ordered(self, places: Integers, begins: Integers, spans: Integers) -> Reals:
        """What the boundaries gain at which a span comes after the last one."""
        after, before, apart = self._orders
        starts, ends = self._starts[spans], self._ends[spans]
        rest = apart[starts] + apart[places]
        gained: Reals = np.where(starts == places, after[starts], np.where(ends == begins, before[ends], rest))
        return gained

    def _shortlist(self, spans: Integers, scores: Reals) -> tuple[Integers, Integers]:
        """The best of all (hypothesis and span, row) by estimate."""
        counts = self._counts[spans]
        pairs = np.repeat(np.arange(len(spans)), counts)
        rows = np.arange(len(pairs)) - np.repeat(np.cumsum(counts) - counts, counts) + self._firsts[spans[pairs]]
        if len(pairs) > self._beam.candidates:
            estimates = scores[pairs] + self._estimates[rows]
            best = np.sort(np.argpartition(-estimates, self._beam.candidates)[: self._beam.candidates])
            pairs, rows = pairs[best], rows[best]
        return pairs, rows

    def _gained(self, states: Integers, rows: Integers) -> tuple[Reals, Integers]:
        """What each row gains after its state, and the state then; each pair of both is scored once."""
        keys, where = np.unique(states * len(self._rows) + rows, return_inverse=True)
        before, row = np.divmod(keys, len(self._rows))
        logs, after = _spoken(self._lm, before, self._words[row], self._sizes[row])
        return (self._scores[row] + self._dials.lm * logs)[where], after[where]


def _spoken(lm: LanguageModel, states: Integers, words: Integers, sizes: Integers) -> tuple[Reals, Integers]:
    """Log probability of each row of words after its state, and the state then."""
    logs, states = np.zeros(len(states)), states.astype(np.int64)
    for place in range(int(sizes.max(initial=0))):
        here = np.flatnonzero(sizes > place)
        gained, states[here] = lm.score(states[here], words[here, place])
        logs[here] += gained
    return logs, states


def _open(covered: NDArray[np.uint64], starts: Integers) -> Integers:
    """Where spans began if the word before is not covered, else -1."""
    before = np.maximum(starts - 1, 0).astype(np.uint64)
    return np.where((starts > 0) & (covered >> before & np.uint64(1) == 0), starts, -1)


def _recombined(
    totals: Reals, covered: NDArray[np.uint64], futures: tuple[Integers, Integers, Integers]
) -> tuple[Integers, Integers]:
    """The best of each set of hypotheses with one future, best first, and the rank of each one's set."""
    keys = np.stack([covered.view(np.int64), *futures])
    order = np.lexsort((-totals, *keys))
    ordered = keys[:, order]
    fresh = np.concatenate([[True], (ordered[:, 1:] != ordered[:, :-1]).any(axis=0)])
    heads = order[fresh]
    ranking = np.argsort(-totals[heads], kind="stable")
    ranks = np.empty_like(ranking)
    ranks[ranking] = np.arange(len(ranking))
    group = np.empty_like(order)
    group[order] = ranks[np.cumsum(fresh) - 1]
    return heads[ranking], group
