"""The search for the best derivation, against one that tries them all."""

from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from contrecoup.engines.beam import Arcs, Beam, Candidates, Dials, Path, search

START, END = 1, 2
WIDE = Beam(stack=100_000, candidates=1_000_000, jump=99)
DIALS = Dials(lm=0.7, distortion=0.4)


class Bigrams:
    """A language model of ten words whose state is the word before; 0 is none."""

    empty = 0

    def __init__(self, seed: int) -> None:
        """Probabilities drawn at random."""
        table = np.random.default_rng(seed).dirichlet(np.full(10, 0.3), size=10)
        self.logs = np.log(table + 1e-6).astype(np.float32)

    def score(
        self, states: NDArray[np.int64], words: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Look the pairs up."""
        return self.logs[states, words], words


def drawn(seed: int, length: int, walls: tuple[int, ...] = ()) -> Candidates:
    """One to three options for spans of up to three words, of up to three target words each."""
    random = np.random.default_rng(seed)
    spans = [
        (start, start + size)
        for size in (1, 2, 3)
        for start in range(length - size + 1)
        for _ in range(random.integers(1 if size == 1 else 0, 3))
    ]
    spans = [span for number, span in enumerate(spans) if number % 7 != 3 or span[1] - span[0] == 1]
    return Candidates(
        starts=np.array([start for start, _ in spans]),
        ends=np.array([end for _, end in spans]),
        scores=random.normal(-2, 1, len(spans)),
        words=random.integers(3, 10, (len(spans), 3)),
        sizes=random.integers(0, 4, len(spans)),
        orders=random.normal(-1, 1, (3, length + 1)),
        walls=walls,
    )


def derivations(candidates: Candidates, length: int, jump: int) -> Iterator[tuple[int, ...]]:
    """Every order of options that covers each word once, jumps no farther, and passes no wall."""

    def longer(rows: tuple[int, ...], covered: frozenset[int], place: int) -> Iterator[tuple[int, ...]]:
        if len(covered) == length:
            yield rows
            return
        gap = min(set(range(length)) - covered)
        for row, (start, end) in enumerate(zip(candidates.starts, candidates.ends, strict=True)):
            span = frozenset(range(start, end))
            passed = {wall for wall in candidates.walls if wall < end}
            needed = set(range(max(passed) + 1)) - span if passed else set()
            far = abs(start - place) > jump or (start != gap and end - gap > jump)
            if not covered & span and needed <= covered and not far:
                yield from longer((*rows, row), covered | span, end)

    return longer((), frozenset(), 0)


def worth(candidates: Candidates, rows: tuple[int, ...], lm: Bigrams) -> float:
    """The score of a derivation, summed in the plainest way."""
    total, state, begin, place = 0.0, START, -1, 0
    after, before, apart = candidates.orders
    for row in rows:
        start, end = int(candidates.starts[row]), int(candidates.ends[row])
        total += candidates.scores[row] - DIALS.distortion * abs(start - place)
        if start == place:
            total += after[start]
        else:
            total += before[end] if end == begin else apart[start] + apart[place]
        begin, place = start, end
        for word in candidates.words[row, : candidates.sizes[row]]:
            total += DIALS.lm * float(lm.logs[state, word])
            state = int(word)
    return total + DIALS.lm * float(lm.logs[state, END])


def found(candidates: Candidates, length: int, lm: Bigrams, beam: Beam = WIDE, trace: list[Arcs] | None = None) -> Path:
    """What the search finds."""
    return search(candidates, length, lm, DIALS, beam=beam, start=START, end=END, trace=trace)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize(("jump", "walls"), [(99, ()), (2, ()), (99, (2,))])
def test_a_wide_beam_finds_the_best_of_all_derivations(seed: int, jump: int, walls: tuple[int, ...]) -> None:
    """Nothing that trying every derivation finds is better."""
    candidates, lm = drawn(seed, 5, walls), Bigrams(seed)
    best = max(derivations(candidates, 5, jump), key=lambda rows: worth(candidates, rows, lm))
    path = found(candidates, 5, lm, Beam(stack=100_000, candidates=1_000_000, jump=jump))
    assert path.score == pytest.approx(worth(candidates, best, lm))
    assert worth(candidates, path.rows, lm) == pytest.approx(path.score)


@pytest.mark.parametrize("seed", range(5))
def test_a_narrow_beam_gives_a_whole_derivation_and_its_true_score(seed: int) -> None:
    """With three hypotheses a stack every word is still covered once, and the score is that of the rows."""
    candidates, lm = drawn(seed, 12), Bigrams(seed)
    path = found(candidates, 12, lm, Beam(stack=3, candidates=5, jump=4))
    covered = sorted(word for row in path.rows for word in range(candidates.starts[row], candidates.ends[row]))
    assert covered == list(range(12))
    assert worth(candidates, path.rows, lm) == pytest.approx(path.score)
    assert path.score <= found(candidates, 12, lm).score + 1e-9


def test_a_trace_holds_every_way_to_the_end() -> None:
    """The last arcs lead to hypotheses of the last stack, the best of them with the path's score."""
    candidates, lm = drawn(3, 5), Bigrams(3)
    trace: list[Arcs] = []
    path = found(candidates, 5, lm, trace=trace)
    assert len(trace) == 5
    assert trace[-1].scores.max() == pytest.approx(path.score)
    assert path.rows[-1] in trace[-1].rows
    assert trace[0].sources.max() == 0
    assert min(arcs.targets.min() for arcs in trace) > 0


def test_hypotheses_that_fell_out_of_their_stack_are_marked() -> None:
    """A stack of one keeps one target; all else led nowhere."""
    trace: list[Arcs] = []
    found(drawn(3, 5), 5, Bigrams(3), Beam(stack=1, candidates=50, jump=5), trace)
    assert {int(target) for target in trace[0].targets} <= {-1, 1}
    assert -1 in trace[1].targets


def test_no_words_need_no_derivation() -> None:
    """The empty sentence keeps its state."""
    path = found(drawn(0, 3), 0, Bigrams(0))
    assert path == Path(rows=(), score=0.0, state=START)


def test_a_sentence_that_goes_on_does_not_pay_for_its_end() -> None:
    """Without an end word the last state is handed on."""
    candidates, lm = drawn(1, 4), Bigrams(1)
    open_end = search(candidates, 4, lm, DIALS, beam=WIDE, start=START)
    assert open_end.score >= found(candidates, 4, lm).score
    assert open_end.state in range(10)


def test_the_longest_sentence_fits_its_coverage() -> None:
    """62 words are covered without overflow."""
    candidates, lm = drawn(1, 62), Bigrams(1)
    path = found(candidates, 62, lm, Beam(stack=5, candidates=30, jump=3))
    assert sum(int(candidates.ends[row] - candidates.starts[row]) for row in path.rows) == 62
