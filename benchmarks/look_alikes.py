"""Look-alike tokens in sentences that we wrote, held against labels made by hand.

    python benchmarks/look_alikes.py [--half test|tune|corpus] [--show]

``tune`` and ``test`` are halves of benchmarks/gold/look-alike-sentences.tsv; ``corpus`` are 140 pairs drawn from those
of training/data/tech-finance.tsv on tokens, which others wrote for another purpose, labelled in look-alike-corpus.tsv.
A sentence is read as the lead of an article. Counts are right when the number and its qualifier are; denials when it is
told rightly whose word they are; the figures are of single labels, not of sentences.
"""

import argparse
import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from contrecoup.brands import BrandTable
from contrecoup.impersonations import find_look_alikes
from contrecoup.models import Document, LookAlike, Status

GOLD = Path(__file__).parent / "gold"
CORPUS = Path(__file__).parents[1] / "training" / "data" / "tech-finance.tsv"
VAGUE = re.compile(r"\d+ (?=dozens|hundreds|thousands)")
KINDS = ("brand", "count", "denial", "growth", "loss")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sentence and its labels, each written ``kind:value``."""

    id: str
    half: str
    lang: str
    text: str
    labels: frozenset[str]


def read_cases() -> list[Case]:
    """The sentences of both golds."""
    return [
        *(_case(row, row["half"], row["lang"], row["text"]) for row in _rows(GOLD / "look-alike-sentences.tsv")),
        *_corpus(),
    ]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _corpus() -> list[Case]:
    """Labelled pairs of the corpus, each side a sentence of its own; the id is a hash of the French side."""
    labels = {row["id"]: row for row in _rows(GOLD / "look-alike-corpus.tsv")}
    pairs = {blake2b(row["fr"].encode(), digest_size=6).hexdigest(): row for row in _rows(CORPUS)}
    return [
        _case(labels[one], f"corpus-{labels[one]['draw']}", lang, pairs[one][lang])
        for one in labels
        for lang in ("fr", "en")
    ]


def _case(row: Mapping[str, str], half: str, lang: str, text: str) -> Case:
    brands = [f"brand:{target}" for target in row["brands"].split()]
    # the least that "dozens" means is not the same in both languages
    others = [f"{kind}:{VAGUE.sub('', row[kind])}" for kind in KINDS[1:] if row[kind]]
    return Case(id=row["id"] + lang, half=half, lang=lang, text=text, labels=frozenset(brands + others))


def read_as_lead(case: Case) -> Document:
    """An article that is nothing but the sentence."""
    return Document(
        article_id=case.id,
        version=1,
        url=f"sentence:{case.id}",
        publisher="",
        title="",
        lead=case.text,
        text="",
        status=Status.TEASER,
        lang=case.lang,
        lang_score=1.0,
        published_at=None,
        seen_at=datetime.now(UTC),
    )


def label_of(row: LookAlike) -> str:
    """A row as the gold writes it."""
    value = {
        "brand": row.brand,
        "count": VAGUE.sub("", f"{row.number or 0:.0f} {row.qualifier}"),
        "denial": row.reason,
    }.get(row.kind, f"{row.number or 0:g}")
    return f"{row.kind}:{value if row.kind != 'loss' else f'{row.number:.0f}'}"


def main() -> None:
    """Print precision and recall per language and kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--half", choices=("test", "tune", "corpus-1", "corpus-2", "corpus-3", "corpus-4"), default="test"
    )
    parser.add_argument("--show", action="store_true", help="print each sentence that is read wrongly")
    arguments = parser.parse_args()
    table = BrandTable.load()
    cases = [case for case in read_cases() if case.half == arguments.half]
    found = {case.id: {label_of(row) for row in find_look_alikes(read_as_lead(case), table)} for case in cases}
    print("lang kind   labels      P      R")
    for lang in ("fr", "en"):
        for kind in KINDS:
            own = [case for case in cases if case.lang == lang]
            gold = {(case.id, label) for case in own for label in case.labels if label.startswith(kind)}
            got = {(case.id, label) for case in own for label in found[case.id] if label.startswith(kind)}
            right = len(gold & got)
            precision, recall = right / len(got) if got else 1.0, right / len(gold) if gold else 1.0
            print(f"{lang:4} {kind:6} {len(gold):6d} {precision:6.2f} {recall:6.2f}")
    silent = [case for case in cases if not case.labels]
    print(f"sentences without a label: {len(silent)}, with something found: {sum(bool(found[c.id]) for c in silent)}")
    if arguments.show:
        for case in cases:
            if case.labels != found[case.id]:
                print(f"\n{case.text}\n  gold {sorted(case.labels)}\n  got  {sorted(found[case.id])}")


if __name__ == "__main__":
    main()
