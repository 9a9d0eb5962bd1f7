"""Translation, engine by engine, on the same sentences in one run: BLEU, chrF, number fidelity, speed.

    python benchmarks/translation.py --real FOLDER [--engine phrases --engine glossary …] [--show 60]

``FOLDER/parallel/dev.tsv`` holds ``corpus, ref, fr, en``; the kept test set is ours (training/data/tech-finance.tsv).
Every engine sees what the pipe gives it: names and numbers as marks, which come back in the target's style. "whole" is
the share of sentences in which every name, figure and sign came back as the guards want it (``Translation.accepted``
asks more). Apertium (Debian: apertium, apertium-fr-es, apertium-eng-spa) goes through Spanish, and is left out where it
is not installed.
"""

import argparse
import csv
import shutil
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sacrebleu

from contrecoup.engines import Translator
from contrecoup.engines.choose import load_translator
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Status, Translation
from contrecoup.translate import LANGUAGES, translate_documents

KEPT = Path(__file__).resolve().parent.parent / "training" / "data" / "tech-finance.tsv"
BLEU, CHRF = sacrebleu.BLEU(), sacrebleu.CHRF()
PIVOT = {("fr", "en"): ("fr-es", "spa-eng"), ("en", "fr"): ("eng-spa", "es-fr")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A sentence in both languages."""

    corpus: str
    fr: str
    en: str


class Apertium:
    """The rule-based engine, through Spanish."""

    name = "apertium"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """One line per text, ``*`` and ``@`` of unknown words taken off."""
        lines = "\n".join(text.replace("\n", " ") for text in texts)
        for mode in PIVOT[source, target]:
            done = subprocess.run(["apertium", "-u", mode], input=lines, capture_output=True, text=True, check=True)  # noqa: S603, S607
            lines = done.stdout
        return lines.split("\n")[: len(texts)]


def read_pairs(real: Path) -> list[Pair]:
    """The development pairs and the kept test set."""
    with (real / "parallel" / "dev.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        pairs = [Pair(corpus=row["corpus"], fr=row["fr"], en=row["en"]) for row in rows]
    return pairs + kept_pairs()


def kept_pairs() -> list[Pair]:
    """The part of our own corpus that no training sees."""
    with KEPT.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [Pair(corpus="tech-finance", fr=row["fr"], en=row["en"]) for row in rows if row["split"] == "test"]


def translated(texts: Iterable[str], translator: Translator, source: str, target: str) -> list[Translation]:
    """The title of one document per text, by the guarded stage; refused ones keep what the engine said."""
    now = datetime.now(UTC)
    documents = [
        Document(
            article_id=str(number),
            version=1,
            url="benchmark:",
            publisher="",
            title=text,
            lead="",
            text="",
            status=Status.FULL,
            lang=source,
            lang_score=1.0,
            published_at=None,
            seen_at=now,
        )
        for number, text in enumerate(texts)
    ]
    rows = translate_documents(documents, translator, to_langs=(target,), table=AliasTable.load())
    return [row for row in rows if row.field == "title"]


def measure(pairs: Sequence[Pair], translator: Translator) -> None:
    """Print a line per direction and corpus."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[pair.corpus].append(pair)
    for source, target in (LANGUAGES, LANGUAGES[::-1]):
        for corpus, group in groups.items():
            texts, references = ([getattr(pair, lang) for pair in group] for lang in (source, target))
            began = time.perf_counter()
            rows = translated(texts, translator, source, target)
            seconds = time.perf_counter() - began
            outputs = [row.text for row in rows]
            bleu, chrf = (metric.corpus_score(outputs, [references]).score for metric in (BLEU, CHRF))
            whole = sum(row.numbers_kept and row.names_kept for row in rows) / len(rows)
            accepted = sum(row.accepted for row in rows) / len(rows)
            print(
                f"{translator.name:<14} {source}-{target} {corpus:<13} {len(group):>4}"
                f"  BLEU {bleu:5.1f}  chrF {chrf:5.1f}  whole {whole:.3f}  accepted {accepted:.3f}"
                f"  {len(group) / seconds:6.1f} sentences/s",
                flush=True,
            )


def show(number: int, translator: Translator) -> None:
    """Print French headlines of the kept set, at even steps, beside reference and output, as a Markdown table."""
    with KEPT.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        headlines = [row for row in rows if row["split"] == "test" and row["kind"] == "headline"]
    test = headlines[:: len(headlines) // number][:number]
    outputs = translated([row["fr"] for row in test], translator, "fr", "en")
    print("| French | reference | output |\n|---|---|---|")
    for row, output in zip(test, outputs, strict=True):
        mark = "" if output.accepted else f" (refused: {output.reason})"
        print(f"| {row['fr']} | {row['en']} | {output.text}{mark} |")


def main() -> None:
    """Read the options, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--engine", action="append", help="names or folders; default: phrases and glossary")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N headlines side by side instead")
    options = parser.parse_args()
    engines = [load_translator(name) for name in options.engine or ("phrases", "glossary")]
    if options.show:
        show(options.show, engines[0])
        return
    pairs = read_pairs(options.real)
    for engine in [*engines, *([Apertium()] if shutil.which("apertium") else [])]:
        measure(pairs, engine)
    print(BLEU.get_signature(), CHRF.get_signature(), sep="\n")


if __name__ == "__main__":
    main()
