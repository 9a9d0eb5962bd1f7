"""Instruments in real headlines, held against labels made by hand (benchmarks/gold, ids and labels only).

    python benchmarks/labels.py --real FOLDER

``FOLDER/headlines/*.csv`` holds the headlines (columns id, lang, title, snippet), which are not ours to publish.
"""

import argparse
import csv
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from contrecoup.entities import find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Layer, Status

GOLD = Path(__file__).parent / "gold"


def read_gold(name: str) -> dict[str, frozenset[str]]:
    """Labels by headline id."""
    with (GOLD / name).open(encoding="utf-8", newline="") as file:
        return {row["id"]: frozenset(row["labels"].split()) for row in csv.DictReader(file, delimiter="\t")}


def read_headlines(real: Path, *, snippets: bool) -> dict[str, Document]:
    """Every headline as a document without a body, by id."""
    found = {}
    for path in sorted((real / "headlines").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["id"]] = Document(
                    article_id=row["id"],
                    version=1,
                    url=f"headline:{row['id']}",
                    publisher="",
                    title=row["title"],
                    lead=row["snippet"] if snippets else "",
                    text="",
                    status=Status.TEASER,
                    lang=row["lang"],
                    lang_score=1.0,
                    published_at=None,
                    seen_at=datetime.now(UTC),
                )
    return found


def instruments_found(headlines: Mapping[str, Document], ids: Mapping[str, object]) -> dict[str, frozenset[str]]:
    """Symbols named in the titles."""
    table = AliasTable.load()
    symbols = {instrument.symbol for instrument in table.instruments}
    return {
        one: frozenset(
            m.target
            for m in find_mentions(headlines[one], table)
            if m.target in symbols and (m.layer is Layer.DIRECT or m.target.startswith("^"))
        )
        for one in ids
    }


def main() -> None:
    """Print precision, recall and F1 per language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    real = parser.parse_args().real
    gold = read_gold("instruments.tsv")
    headlines = read_headlines(real, snippets=False)
    found = instruments_found(headlines, gold)
    print("lang cases      P      R     F1")
    for lang in ("fr", "en"):
        own = [one for one in gold if headlines[one].lang == lang]
        right = sum(len(gold[one] & found[one]) for one in own)
        true, got = (sum(len(sets[one]) for one in own) for sets in (gold, found))
        print(f"{lang:4} {true:5d} {right / got:6.3f} {right / true:6.3f} {2 * right / (got + true):6.3f}")


if __name__ == "__main__":
    main()
