"""What titles say has happened, held against labels made by hand (benchmarks/gold, ids and labels only).

    python benchmarks/occasions.py --real FOLDER [--errors train]

``FOLDER/headlines/*.csv`` holds the headlines, which are not ours to publish; ``gold/occasion-titles.tsv`` holds titles
that we wrote. A kind other than ``evergreen`` and ``unclear`` is a happening.
"""

import argparse
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labels import GOLD, read_headlines

from contrecoup.models import Document
from contrecoup.occasions import EVERGREEN, UNCLEAR, Occasion, load_occasions, occasion_of

NOTHING = {EVERGREEN, UNCLEAR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One document, its kind by hand and by the words."""

    document: Document
    split: str
    source: str
    gold: str
    read: Occasion

    @property
    def happened(self) -> bool:
        """Whether it tells a happening, by hand."""
        return self.gold not in NOTHING

    @property
    def heard(self) -> bool:
        """Whether it tells a happening, by the words."""
        return self.read.kind not in NOTHING


def judged(real: Path) -> Iterator[Judged]:
    """Every labelled headline of the folder, and every title of our own."""
    headlines = read_headlines(real, snippets=True)
    blank = next(iter(headlines.values()))
    for row in _rows("occasions.tsv"):
        yield _judge(headlines[row["id"]], row, "real")
    for row in _rows("occasion-titles.tsv"):
        document = replace(blank, article_id="", title=row["title"], lead="", lang=row["lang"])
        yield _judge(document, row, "written")


def _rows(name: str) -> list[dict[str, str]]:
    with (GOLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _judge(document: Document, row: dict[str, str], source: str) -> Judged:
    return Judged(document=document, split=row["split"], source=source, gold=row["kind"], read=occasion_of(document))


def ratios(right: int, got: int, true: int) -> str:
    """Precision, recall and F1; a dash for what has no cases."""
    values = right / got if got else None, right / true if true else None, 2 * right / (got + true) if true else None
    return " ".join("     -" if value is None else f"{value:6.3f}" for value in values)


def print_happenings(cases: Sequence[Judged]) -> None:
    """Happening against not, per source, split and language."""
    print("source  split lang cases happened      P      R     F1   kind")
    for source, split, lang in sorted({(c.source, c.split, c.document.lang) for c in cases}):
        own = [c for c in cases if (c.source, c.split, c.document.lang) == (source, split, lang)]
        happened, heard = sum(c.happened for c in own), sum(c.heard for c in own)
        line = ratios(sum(c.happened and c.heard for c in own), heard, happened)
        kind = sum(c.gold == c.read.kind for c in own) / len(own)
        print(f"{source:7} {split:5} {lang:4} {len(own):5d} {happened:8d} {line} {kind:6.3f}")


def print_kinds(cases: Sequence[Judged]) -> None:
    """Precision, recall and F1 of each kind on real headlines, per split and language."""
    kinds = [*dict.fromkeys(kind for kind, _ in load_occasions()["en"].kinds), EVERGREEN, UNCLEAR]
    columns = sorted({(c.split, c.document.lang) for c in cases})
    print("\nkind      " + "".join(f" {f'{split} {lang}: cases, P, R, F1':>28}" for split, lang in columns))
    for kind in kinds:
        line = f"{kind:10}"
        for column in columns:
            own = [c for c in cases if (c.split, c.document.lang) == column]
            got, true = sum(c.read.kind == kind for c in own), sum(c.gold == kind for c in own)
            line += f" {true:7d} {ratios(sum(c.gold == c.read.kind == kind for c in own), got, true)}"
        print(line)


def print_errors(cases: Sequence[Judged], split: str) -> None:
    """What was read otherwise than by hand, with the words that did it; ``!`` where a happening hangs on it."""
    for case in cases:
        if case.split == split and case.gold != case.read.kind:
            mark = "!" if case.happened != case.heard else " "
            print(f"{mark} {case.gold} -> {case.read.kind} [{case.read.words}] {case.document.title[:120]}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with headlines/")
    parser.add_argument("--errors", choices=("train", "test"), help="print the errors of this half too")
    chosen = parser.parse_args()
    cases = list(judged(chosen.real))
    print_happenings(cases)
    print_kinds([case for case in cases if case.source == "real"])
    if chosen.errors:
        print()
        print_errors(cases, chosen.errors)


if __name__ == "__main__":
    main()
