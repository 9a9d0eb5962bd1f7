"""Strong links on true dates and on placebo dates: the project's headline figure.

    python benchmarks/links.py --real FOLDER [--draws 200]

Real prices and real dated headlines of October 2024 to February 2025. The moves are those of the shares that have a
feed of headlines of their own, in the sessions that it covers; then those of what headlines often name without one. A
placebo draw tells each instrument's headlines a random number of sessions (10 to 60) later, round and round within
those sessions, so that no headline falls into a hole of the archive, and links again from the beginning, base rates
included. The interval of the ratio is a bootstrap over days (Efron & Tibshirani 1993, percentile method), since shares
move together. What the first story of a link tells was judged by hand (``gold/links.tsv``).
"""

import argparse
import csv
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from labels import GOLD
from press import Real, read_real, shifted

from contrecoup.instruments import AliasTable
from contrecoup.links import link_moves
from contrecoup.models import Link, LinkLabel, Move, MoveVerdict

LABELS = list(LinkLabel)
FIRST, LAST, HELD_OUT = date(2024, 10, 1), date(2025, 2, 28), date(2025, 1, 1)
ROUT = date(2025, 1, 27)
LEAST_SHIFT, MOST_SHIFT = 10, 60
LEAST_SESSIONS = 40
SEED, RESAMPLES = 20250127, 10_000
Key = tuple[str, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One move: its best link on the true dates, and by each placebo shift."""

    key: Key
    true: Link | None
    placebo: Mapping[int, LinkLabel | None]


def main() -> None:
    """Print shares, ratio and interval."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with headlines/ and prices/")
    parser.add_argument("--draws", type=int, default=200)
    chosen = parser.parse_args()
    began = time.perf_counter()
    real = read_real(chosen.real, first=FIRST, last=LAST)
    outcomes = [o for symbol, days in sorted(real.covered.items()) for o in outcomes_of(real, symbol, days)]
    chance = placebo_of(outcomes, chosen.draws)
    told = f"{len(real.press.told)} headlines, {len(real.press.stories)} stories"
    print(f"{told}; {len({o.key[0] for o in outcomes})} shares, {chosen.draws} placebo draws\n")
    print(f"{'moves':28} n  true strong  placebo strong  ratio  95 % interval")
    followed = [o for o in outcomes if o.key[0] in real.followed]
    for name, part in _parts(followed):
        _report(name, part, chance)
    _report("named, without a feed", [o for o in outcomes if o.key[0] not in real.followed], chance)
    _report("every move of the above", outcomes, chance)
    print("\nwith a feed    true  placebo")
    for label in (*LinkLabel, None):
        true = np.mean([(o.true.label if o.true else None) is label for o in followed])
        drawn = np.mean([found is label for o in followed for found in o.placebo.values()])
        print(f"{label or 'unexplained':12}{true:7.3f}{drawn:9.3f}")
    _judge(real, followed)
    print(f"\n{time.perf_counter() - began:.0f} s")


def outcomes_of(real: Real, symbol: str, days: Sequence[date]) -> list[Outcome]:
    """The moves of one share in the sessions that its feed covers."""
    own = [move for move in real.moves if move.symbol == symbol and move.session_on in set(days)]
    keys = [(symbol, move.session_on) for move in own if move.verdict is MoveVerdict.MOVE]
    if len(days) < LEAST_SESSIONS or not keys:
        return []
    true = linked(real, own, days, 0)
    shifts = range(LEAST_SHIFT, min(MOST_SHIFT, len(days) - LEAST_SHIFT) + 1)
    placebo = {steps: linked(real, own, days, steps) for steps in shifts}
    return [
        Outcome(
            key=key,
            true=true.get(key),
            placebo={steps: found[key].label if key in found else None for steps, found in placebo.items()},
        )
        for key in keys
    ]


def linked(real: Real, moves: Sequence[Move], days: Sequence[date], steps: int) -> dict[Key, Link]:
    """The strongest link of each move when the press of these sessions is told ``steps`` of them later."""
    until = datetime(LAST.year + 1, 1, 1, tzinfo=UTC)
    press = shifted(real.press, days, steps)
    table = AliasTable.load()
    found = link_moves(moves, press, measured=real.moves, instruments=table.instruments, until=until, now=until)
    best: dict[Key, Link] = {}
    for link in found.links:
        before = best.setdefault((link.symbol, link.session_on), link)
        if LABELS.index(link.label) > LABELS.index(before.label):
            best[link.symbol, link.session_on] = link
    return best


def placebo_of(outcomes: Sequence[Outcome], draws: int) -> dict[Key, float]:
    """Share of the draws in which each move is strong; a draw has one shift for each share."""
    random = np.random.default_rng(SEED)
    shifts = {o.key[0]: sorted(o.placebo) for o in outcomes}
    strong: Counter[Key] = Counter()
    for _ in range(draws):
        drawn = {symbol: int(random.choice(own)) for symbol, own in shifts.items()}
        strong.update(o.key for o in outcomes if o.placebo[drawn[o.key[0]]] is LinkLabel.STRONG)
    return {o.key: strong[o.key] / draws for o in outcomes}


def _parts(outcomes: Sequence[Outcome]) -> Iterable[tuple[str, list[Outcome]]]:
    yield "October to December (fit)", [o for o in outcomes if o.key[1] < HELD_OUT]
    yield "January, February (held out)", [o for o in outcomes if o.key[1] >= HELD_OUT]
    yield "all but 27 January", [o for o in outcomes if o.key[1] != ROUT]
    yield "all with a feed", list(outcomes)


def _report(name: str, outcomes: Sequence[Outcome], chance: Mapping[Key, float]) -> None:
    if not outcomes:
        print(f"{name:28}  0")
        return
    days = sorted({o.key[1] for o in outcomes})
    sums = np.array([_sums([o for o in outcomes if o.key[1] == day], chance) for day in days])
    count, true, drawn = sums.sum(axis=0)
    picks = np.random.default_rng(SEED).integers(len(days), size=(RESAMPLES, len(days)))
    resampled = sums[picks].sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = np.nan_to_num(resampled[:, 1] / resampled[:, 2], nan=0.0, posinf=np.inf)
    low, high = np.quantile(ratios, [0.025, 0.975], method="nearest")
    ratio = true / drawn if drawn else float("inf")
    print(f"{name:28}{count:3.0f}{true / count:13.3f}{drawn / count:16.3f}{ratio:7.1f}  {low:.1f} to {high:.1f}")


def _sums(outcomes: Sequence[Outcome], chance: Mapping[Key, float]) -> tuple[float, float, float]:
    strong = sum(o.true is not None and o.true.label is LinkLabel.STRONG for o in outcomes)
    return len(outcomes), strong, math.fsum(chance[o.key] for o in outcomes)


def _judge(real: Real, outcomes: Sequence[Outcome]) -> None:
    """What the stories of the links tell, by hand: the event, a mere report of the move, or something else."""
    verdicts = judged_links()
    members: dict[str, list[str]] = defaultdict(list)
    for member in real.press.members:
        members[member.story_id].append(member.article_id)
    print("\nlabel        event  report  other  not judged")
    for label in reversed(LinkLabel):
        told: Counter[str] = Counter()
        for outcome in outcomes:
            if outcome.true and outcome.true.label is label:
                found = {verdicts.get((*outcome.key, article), "") for article in members[outcome.true.story_id]}
                told[next((v for v in ("yes", "report", "no") if v in found), "")] += 1
        print(f"{label:12}{told['yes']:6d}{told['report']:8d}{told['no']:7d}{told['']:12d}")


def judged_links() -> dict[tuple[str, date, str], str]:
    """Verdicts by symbol, session and headline id."""
    with (GOLD / "links.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {(row["symbol"], date.fromisoformat(row["session_on"]), row["id"]): row["verdict"] for row in rows}


if __name__ == "__main__":
    main()
