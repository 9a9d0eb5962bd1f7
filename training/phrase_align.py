"""Word alignments of the pairs: eflomal both ways, grown together (grow-diag-final-and, Koehn et al. 2003)."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from eflomal import Aligner
from phrase_corpus import Links, Pair

from contrecoup.engines.tokens import SYMBOL

STEM = 6
"""Letters of a word that are compared: inflected forms help each other."""
SAMPLERS = 1
"""Independent samplings that are averaged; three take three times as long."""
NEIGHBOURS = ((-1, 0), (0, -1), (1, 0), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1))


def align(pairs: Sequence[Pair]) -> list[Links]:
    """Links (French place, English place) of every pair, one row each. Words are compared by their stems."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for lang, sides in (("fr", (pair.fr for pair in pairs)), ("en", (pair.en for pair in pairs))):
            lines = (" ".join(word[:STEM].lower() for word in side) + "\n" for side in sides)
            (folder / lang).write_text("".join(lines), encoding="utf-8")
        with (folder / "fr").open(encoding="utf-8") as fr, (folder / "en").open(encoding="utf-8") as en:
            Aligner(n_samplers=SAMPLERS).align(fr, en, str(folder / "fwd"), str(folder / "rev"), quiet=True)
        ways = [(folder / way).read_text(encoding="utf-8").splitlines() for way in ("fwd", "rev")]
    return [_grown(pair, _read(one), _read(two)) for pair, one, two in zip(pairs, *ways, strict=True)]


def _read(line: str) -> set[tuple[int, int]]:
    links = (link.split("-") for link in line.split())
    return {(int(left), int(right)) for left, right in links}


def _grown(pair: Pair, one: set[tuple[int, int]], two: set[tuple[int, int]]) -> Links:
    """The links of both ways, those of one way beside them, and those of one way between two free words."""
    union, links = one | two, one & two
    lefts, rights = {left for left, _ in links}, {right for _, right in links}
    fresh = sorted(links)
    while fresh:
        left, right = fresh.pop()
        for down, across in NEIGHBOURS:
            near = (left + down, right + across)
            if near in union and near not in links and (near[0] not in lefts or near[1] not in rights):
                links.add(near)
                lefts.add(near[0])
                rights.add(near[1])
                fresh.append(near)
    for left, right in sorted(one) + sorted(two):
        if left not in lefts and right not in rights:
            links.add((left, right))
            lefts.add(left)
            rights.add(right)
    marks = dict(pair.marks)
    kept = [(left, right) for left, right in links if pair.fr[left] != SYMBOL and pair.en[right] != SYMBOL]
    return np.array(sorted([*kept, *marks.items()]), dtype=np.int16).reshape(-1, 2)
