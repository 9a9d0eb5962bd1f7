"""What the engines that ship cost: load time, speed, memory, and the whole stage that uses them.

    python benchmarks/engines.py

Each engine is loaded in a process of its own and reads the titles and leads of the golden week; then one process
enriches that week from the beginning, and its peak memory is that of the stage (Prefect and DuckDB included).
"""

import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path

from contrecoup.engines.choose import SHIPPED, load_classifier, load_embedder, load_translator
from contrecoup.models import Document
from flows.enrich import enrich
from flows.run import replay_days
from storage.store import open_store

WEEK = Path(__file__).resolve().parent.parent / "examples" / "deepseek-week"
AFTER = datetime(2025, 1, 29, 12, tzinfo=UTC)


def peak_mb() -> float:
    """Peak resident memory of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def engine(kind: str, name: str, config: Path) -> dict[str, float]:
    """Load time, speed and memory of one engine over the documents of a database."""
    with open_store(config.parent / "build" / "contrecoup.duckdb") as store:
        documents = store.read(Document, "documents")
    before, began = peak_mb(), time.perf_counter()
    if kind == "translator":
        translator = load_translator(name)
        loaded = time.perf_counter()
        for source, target in (("fr", "en"), ("en", "fr")):
            texts = [text for d in documents if d.lang == source for text in (d.title, d.lead) if text]
            translator.translate(texts, source, target)
        number = sum(len(f"{d.title} {d.lead}".split()) for d in documents if d.lang in {"fr", "en"})
    elif kind == "embedder":
        embedder = load_embedder(name)
        loaded = time.perf_counter()
        number = len(embedder.embed([f"{d.title}\n{d.lead}" for d in documents] * 20))
    else:
        classifier = load_classifier(name)
        loaded = time.perf_counter()
        number = len(classifier.predict(documents))
    spent = time.perf_counter() - loaded
    return {"load": loaded - began, "speed": number / spent, "memory": peak_mb() - before}


def replay(config: Path) -> dict[str, float]:
    """The week lived through, in a process of its own too: a child's peak begins at its parent's."""
    replay_days(config.parent, date(2025, 1, 18), date(2025, 1, 29))
    return {}


def stage(config: Path) -> dict[str, float]:
    """Seconds and memory of the whole stage, every article read anew."""
    with open_store(config.parent / "build" / "contrecoup.duckdb") as store:
        for table in ("readings", "methods", "translation_units", "stories", "story_articles"):
            store._connection.execute(f"delete from {table}")  # noqa: S608, SLF001 - begin again
    began = time.perf_counter()
    articles = enrich.fn(str(config), AFTER)
    return {"articles": articles, "seconds": time.perf_counter() - began, "memory": peak_mb()}


def measured(*arguments: str) -> dict[str, float]:
    """The figures of this script run in a process of its own."""
    command = [sys.executable, __file__, *arguments]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ourselves
    figures: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return figures


def main() -> None:
    """Print a line per engine, then one for the stage."""
    if len(sys.argv) > 1:
        kind, name, config = sys.argv[1], sys.argv[2], Path(sys.argv[3])
        whole = {"replay": replay, "stage": stage}.get(kind)
        print(json.dumps(whole(config) if whole else engine(kind, name, config)))
        return
    with tempfile.TemporaryDirectory() as folder:
        week = Path(shutil.copytree(WEEK, Path(folder) / "week", ignore=shutil.ignore_patterns("build")))
        config = str(week / "contrecoup.toml")
        measured("replay", "", config)
        units = {"translator": "words/s", "embedder": "texts/s", "classifier": "documents/s"}
        for kind, engines in SHIPPED.items():
            for name in engines:
                found = measured(kind, name, config)
                print(
                    f"{kind:<11} {name:<9} load {found['load']:5.2f} s  {found['speed']:8.0f} {units[kind]:<12}"
                    f" +{found['memory']:.0f} MB",
                    flush=True,
                )
        found = measured("stage", "", config)
        print("enrich: {articles:.0f} articles in {seconds:.1f} s, peak memory {memory:.0f} MB".format(**found))


if __name__ == "__main__":
    main()
