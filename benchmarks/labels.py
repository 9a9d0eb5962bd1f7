"""Topics and instruments in real headlines, held against labels made by hand (benchmarks/gold, ids and labels only).

    python benchmarks/labels.py --real FOLDER

``FOLDER/headlines/*.csv`` holds the headlines (columns id, lang, title, snippet), which are not ours to publish.
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from contrecoup.engines.keywords import KeywordClassifier
from contrecoup.entities import find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Layer, Status
from contrecoup.topics import classify

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


def topics_found(headlines: Mapping[str, Document], ids: Mapping[str, object]) -> dict[str, frozenset[str]]:
    """Topics that hold by the engine that ships."""
    labels = classify([headlines[one] for one in ids], KeywordClassifier())
    held = defaultdict(set)
    for label in labels:
        if label.holds:
            held[label.article_id].add(label.topic)
    return {one: frozenset(held[one]) for one in ids}


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


def scores(
    gold: Mapping[str, frozenset[str]], found: Mapping[str, frozenset[str]], langs: Mapping[str, str], *, by_label: bool
) -> Iterator[tuple[str, str, int, float, float, float]]:
    """Label (or all), language, cases, precision, recall and F1."""
    labels = sorted({label for one in gold.values() for label in one}) if by_label else ["all"]
    for label in labels:
        for lang in ("fr", "en"):
            own = [one for one in gold if langs[one] == lang]
            true = {(one, x) for one in own for x in gold[one] if label in {"all", x}}
            got = {(one, x) for one in own for x in found[one] if label in {"all", x}}
            right = len(true & got)
            yield (
                label,
                lang,
                len(true),
                right / len(got) if got else float("nan"),
                right / len(true) if true else float("nan"),
                2 * right / (len(got) + len(true)) if got or true else float("nan"),
            )


def main() -> None:
    """Print a table of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    real = parser.parse_args().real
    print(f"{'label':18} {'lang':4} {'cases':>5} {'P':>6} {'R':>6} {'F1':>6}")
    for name, finder, snippets, by_label in (
        ("topics.tsv", topics_found, True, True),
        ("instruments.tsv", instruments_found, False, False),
    ):
        gold = read_gold(name)
        headlines = read_headlines(real, snippets=snippets)
        found = finder(headlines, gold)
        langs = {one: headlines[one].lang for one in gold}
        for label, lang, cases, precision, recall, f1 in scores(gold, found, langs, by_label=by_label):
            print(f"{label:18} {lang:4} {cases:5d} {precision:6.3f} {recall:6.3f} {f1:6.3f}   of {len(gold)} headlines")


if __name__ == "__main__":
    main()
