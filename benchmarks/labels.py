"""Instruments in real headlines, held against labels made by hand (benchmarks/gold, ids and labels only).

    python benchmarks/labels.py --real FOLDER [--errors]

``FOLDER/headlines/*.csv`` holds the headlines (columns id, lang, title, snippet), which are not ours to publish.
"""

import argparse
import csv
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from contrecoup.entities import METHOD, find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Layer, Status

GOLD = Path(__file__).parent / "gold"
LANGUAGES = ("fr", "en")
Labels = Mapping[str, frozenset[str]]


def read_gold(name: str) -> dict[str, frozenset[str]]:
    """Labels by headline id."""
    return {row["id"]: frozenset(row["labels"].split()) for row in _rows(name)}


def read_splits(name: str) -> dict[str, str]:
    """The half of each headline, train or test, by id."""
    return {row["id"]: row["split"] for row in _rows(name)}


def _rows(name: str) -> list[dict[str, str]]:
    with (GOLD / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


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


def instruments_found(headlines: Mapping[str, Document], ids: Iterable[str]) -> dict[str, frozenset[str]]:
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


def figures(gold: Labels, found: Labels, ids: Collection[str]) -> str:
    """Headlines, mentions, precision, recall and F1 over some of the headlines, as one line."""
    right = sum(len(gold[one] & found[one]) for one in ids)
    true, got = (sum(len(sets[one]) for one in ids) for sets in (gold, found))
    shares = (right / got if got else 0.0, right / true if true else 0.0, 2 * right / (got + true) if got + true else 0)
    return f"{len(ids):9d} {true:5d} " + " ".join(f"{share:6.3f}" for share in shares)


def speed(headlines: Mapping[str, Document], *, characters: int = 200_000) -> float:
    """Characters a second in one body made of headlines."""
    table = AliasTable.load()
    some = next(iter(headlines.values()))
    body = "\n".join(one.title for one in headlines.values())[:characters]
    document = Document(**{name: getattr(some, name) for name in Document.__slots__} | {"text": body, "lang": "en"})
    start = time.perf_counter()
    find_mentions(document, table)
    return len(body) / (time.perf_counter() - start)


def main() -> None:
    """Print precision, recall and F1 per split and language, and what was got wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--errors", action="store_true", help="list the headlines with a wrong or missing symbol")
    parser.add_argument("--split", choices=("train", "test"), help="one split alone")
    asked = parser.parse_args()
    gold, splits = read_gold("instruments.tsv"), read_splits("instruments.tsv")
    headlines = read_headlines(asked.real, snippets=False)
    chosen = [one for one in gold if asked.split in {None, splits[one]}]
    found = instruments_found(headlines, chosen)
    print(f"{METHOD}\nsplit lang headlines cases      P      R     F1")
    for split in sorted({splits[one] for one in chosen}):
        own = [one for one in chosen if splits[one] == split]
        for lang in LANGUAGES:
            spoken = [one for one in own if headlines[one].lang == lang]
            print(f"{split:5} {lang:4} {figures(gold, found, spoken)}")
        print(f"{split:5} all  {figures(gold, found, own)}")
    print(f"find_mentions: {speed(headlines):,.0f} characters a second")
    for one in chosen if asked.errors else ():
        if gold[one] != found[one]:
            missed, wrong = (" ".join(sorted(some)) for some in (gold[one] - found[one], found[one] - gold[one]))
            print(f"{splits[one]} {one} missed [{missed}] wrong [{wrong}] {headlines[one].title}")


if __name__ == "__main__":
    main()
