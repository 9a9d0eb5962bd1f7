"""How the weights of links were fitted: what stands in ``contrecoup/links.py`` comes out of this.

    python benchmarks/link_weights.py --real FOLDER

Stories beside real moves, judged by hand (``gold/links.tsv``): does the story tell the event, or not? A linear score is
fitted on pairs (Burges et al. 2005, RankNet without hidden units): the story that tells the event against those of the
same session that do not, and against those of quiet sessions of the same share. Weights are at least zero and are drawn
towards equal ones, which is what the few parts that the pairs do not decide keep. October to December 2024 are fitted,
January and February 2025 held out. Last comes the average base rate: how often quiet sessions reach a score.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from links import FIRST, HELD_OUT, LAST, judged_links
from numpy.typing import NDArray
from press import Real, read_real
from scipy.optimize import minimize

from contrecoup.cases import Archive
from contrecoup.instruments import AliasTable
from contrecoup.links import PARTS, judge_session, session_of
from contrecoup.models import MoveVerdict

EQUAL = 0.9
PULLS = (0.1, 0.25, 0.5, 1.0, 2.0)
# The scores at which labels are decided: the curve is fitted to how often quiet sessions reach these.
TAIL = np.linspace(0.45, 0.75, 31)
Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One story beside one session: its parts in the order of ``PARTS``, and yes, no, report or quiet."""

    symbol: str
    session_on: date
    parts: Vector
    verdict: str


def main() -> None:
    """Print weights, held-out figures and the curve of base rates."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with headlines/ and prices/")
    real = read_real(parser.parse_args().real, first=FIRST, last=LAST)
    examples = read_examples(real)
    fit = [example for example in examples if example.session_on < HELD_OUT]
    held_out = [example for example in examples if example.session_on >= HELD_OUT]
    weights = fitted(fit, chosen_pull(fit))
    weights /= weights.sum()
    for name, weight in zip(PARTS, weights, strict=True):
        print(f"{name:12}{weight:.2f}")
    for name, part in (("fit", fit), ("held out", held_out)):
        pairs, worth = pairs_of(part)
        first = firsts(part, weights)
        print(
            f"{name}: {len(part)} stories; pairs in order {np.average(pairs @ weights > 0, weights=worth):.3f};", end=""
        )
        print(f" first story tells the event {first.count('yes')}, the move {first.count('report')} of {len(first)}")
    scores = _quiet_scores(real, weights)
    reached = np.array([(scores >= level).mean() for level in TAIL])
    slope, offset = np.polyfit(TAIL, np.log(reached / (1 - reached)), 1)
    print(f"base rate of {len(scores)} quiet sessions: middle {-offset / slope:.3f}, spread {-1 / slope:.3f}")


def read_examples(real: Real) -> list[Example]:
    """Every judged story; one with any headline that tells the event tells it."""
    verdicts = judged_links()
    judged = {(symbol, day) for symbol, day, _ in verdicts}
    table = {instrument.symbol: instrument for instrument in AliasTable.load().instruments}
    archive = Archive(real.press, datetime(LAST.year + 1, 1, 1, tzinfo=UTC))
    found = []
    for move in real.moves:
        if (move.symbol, move.session_on) not in judged or move.simple_return is None:
            continue
        for candidate in judge_session(session_of(move, table[move.symbol], table), archive, table, real.moves):
            own = {verdicts.get((move.symbol, move.session_on, m.article_id), "") for m in candidate.case.members}
            verdict = next((v for v in ("quiet", "yes", "report", "no") if v in own), "")
            if verdict:
                parts = np.array([candidate.parts[name] for name in PARTS])
                found.append(Example(symbol=move.symbol, session_on=move.session_on, parts=parts, verdict=verdict))
    return found


def pairs_of(examples: Sequence[Example]) -> tuple[Vector, Vector]:
    """Differences of the parts, the better story first, and the worth of each pair; sessions count alike."""
    sessions: dict[tuple[str, date], list[Example]] = defaultdict(list)
    quiet: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        (quiet[example.symbol] if example.verdict == "quiet" else sessions[example.symbol, example.session_on]).append(
            example
        )
    any_quiet = [example for found in quiet.values() for example in found]
    pairs, worth = [], []
    for (symbol, _), told in sessions.items():
        for lesser in ([e for e in told if e.verdict == "no"], quiet[symbol] or any_quiet):
            differences = [e.parts - other.parts for e in told if e.verdict == "yes" for other in lesser]
            pairs += differences
            worth += [1 / len(differences) for _ in differences]
    return np.array(pairs), np.array(worth)


def fitted(examples: Sequence[Example], pull: float) -> Vector:
    """Weights that put the better story first, by logistic loss."""
    pairs, worth = pairs_of(examples)

    def loss(weights: Vector) -> tuple[float, Vector]:
        margins = pairs @ weights
        wrong = 1 / (1 + np.exp(margins))
        away = weights - EQUAL
        value = float(worth @ np.logaddexp(0, -margins) + pull / 2 * away @ away)
        return value, pull * away - pairs.T @ (worth * wrong)

    start = np.full(len(PARTS), EQUAL)
    return np.asarray(minimize(loss, start, jac=True, bounds=[(0, None)] * len(PARTS)).x)


def firsts(examples: Iterable[Example], weights: Vector) -> list[str]:
    """The verdict on the best story of every session on which one tells the event."""
    sessions: dict[tuple[str, date], list[Example]] = defaultdict(list)
    for example in examples:
        sessions[example.symbol, example.session_on].append(example)
    told = [found for found in sessions.values() if any(e.verdict == "yes" for e in found)]
    return [max(found, key=lambda e: float(e.parts @ weights)).verdict for found in told]


def _quiet_scores(real: Real, weights: Vector) -> Vector:
    """Best scores of the quiet sessions before those held out, of the shares with a feed of their own."""
    followed = {(symbol, day) for symbol in real.followed for day in real.covered[symbol] if day < HELD_OUT}
    table = {instrument.symbol: instrument for instrument in AliasTable.load().instruments}
    archive = Archive(real.press, datetime(LAST.year + 1, 1, 1, tzinfo=UTC))
    best = []
    for move in real.moves:
        if (move.symbol, move.session_on) in followed and move.verdict is MoveVerdict.QUIET:
            found = judge_session(session_of(move, table[move.symbol], table), archive, table, real.moves)
            scores = [float(np.array([one.parts[name] for name in PARTS]) @ weights) for one in found]
            best.append(max(scores, default=0.0))
    return np.array(best)


def chosen_pull(examples: Sequence[Example]) -> float:
    """The pull with most pairs in order on each month left out in turn; quiet sessions are in every part."""
    quiet = [example for example in examples if example.verdict == "quiet"]
    told = [example for example in examples if example.verdict != "quiet"]
    months = sorted({example.session_on.month for example in told})

    def in_order(pull: float) -> float:
        right, total = 0.0, 0.0
        for month in months:
            weights = fitted([*quiet, *(e for e in told if e.session_on.month != month)], pull)
            pairs, worth = pairs_of([*quiet, *(e for e in told if e.session_on.month == month)])
            right, total = right + float(worth @ (pairs @ weights > 0)), total + float(worth.sum())
        return right / total

    found = {pull: in_order(pull) for pull in PULLS}
    print("pairs in order, month by month:", ", ".join(f"pull {pull} {share:.3f}" for pull, share in found.items()))
    return max(found, key=found.__getitem__)


if __name__ == "__main__":
    main()
