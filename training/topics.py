"""Train the topic classifier: calibrated regressions over words, word groups of ``topics.toml`` and embeddings.

    python training/topics.py --real FOLDER [--out FOLDER]

Reads ``data/topics/{fr,en}.tsv`` (our own items), ``FOLDER/headlines/*.csv`` (real headlines, labelled by id in
``benchmarks/gold/topics.tsv``) and ``benchmarks/gold/topic-addresses.tsv`` (articles, whose titles stand in their
addresses). Rows of a test half are not read. Prints what a five-fold cross-validation says.
"""

import argparse
import csv
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from scipy.optimize import brentq
from scipy.sparse import csr_array, hstack
from sklearn.linear_model import LogisticRegression

from contrecoup.engines.choose import load_embedder
from contrecoup.engines.linear import (
    COLUMNS,
    EMBEDDER,
    WEIGHTS,
    Columns,
    group_features,
    headline,
    sentence,
    word_features,
)
from contrecoup.models import Document, Status
from contrecoup.topics import Scheme, load_scheme
from contrecoup.weights import ASSETS, Data, Manifest, seal

NAME = "linear-3"
HERE = Path(__file__).parent
OWN = HERE / "data" / "topics"
GOLD = HERE.parent / "benchmarks" / "gold" / "topics.tsv"
ADDRESSES = HERE.parent / "benchmarks" / "gold" / "topic-addresses.tsv"
TEST_PERCENT = 15

BUCKETS = 1 << 15
FOLDS = 5
# A topic with fewer examples stays with its words.
FEWEST = 50
# Inverse strength of the penalty, and what words, evidence (standardised), presence of a group and the embedding weigh
# beside each other: chosen by cross-validation on the rows that train, from 3-30, 1-4, 0.1-0.3, 0.15-0.5 and 0-2.
STRENGTH, WORDS, EVIDENCE, PRESENCE, MEANING = 10.0, 2.5, 0.15, 0.3, 1.5
# A labelled real title counts as three of our own items: chosen in the same way, between 1 and 5.
REAL = 3.0
# Without a word of these groups a headline is not of the topic: so unlabelled headlines can serve as examples against.
NEEDED = {
    "ai_model_launch": ("models",),
    "chip_stocks": ("chip makers",),
    "crypto_mining": ("miners",),
    "scam_tokens": ("tokens", "deceit"),
}
# What content systems put around a title: "actualite-583285-", "_AN-202507240237.html", "-103599".
_PAGE_NUMBER = re.compile(
    r"^(?:actualite-)?\d{4,}[-_]|(?:(?:_[a-z]{2}-|[-_.][a-z]{0,2})\d{4,}\w*)?(?:\.[a-z]\w*)?$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A headline with its topics; ``topics`` is None when nobody labelled it.

    ``source`` is own, real, addressed (a real title found by its subject) or unlabelled.
    """

    document: Document
    topics: frozenset[str] | None
    source: str


def as_document(title: str, lead: str, lang: str) -> Document:
    """A teaser: all that is known of an article whose page was not read."""
    return Document(
        article_id=title,
        version=1,
        url="",
        publisher="",
        title=title,
        lead=lead,
        text="",
        status=Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=None,
        seen_at=datetime(2025, 1, 1, tzinfo=UTC),
    )


def place(text: str, parts: int) -> int:
    """A number below ``parts`` that depends on the text alone."""
    return int(hashlib.blake2b(text.encode(), digest_size=4).hexdigest(), 16) % parts


def own_items(*, test: bool) -> Iterator[Example]:
    """Items of our own writing, of one half: a hash of the title decides, so that adding items moves no other."""
    for lang in ("fr", "en"):
        with (OWN / f"{lang}.tsv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                if (place(row["title"], 100) < TEST_PERCENT) == test:
                    document = as_document(row["title"], row["lead"], lang)
                    yield Example(document=document, topics=frozenset(row["topics"].split()), source="own")


def scheme_examples(scheme: Scheme) -> Iterator[Example]:
    """The examples that stand in the blocks of ``topics.toml``."""
    for topic in scheme.topics:
        for lang, text in topic.examples:
            yield Example(document=as_document(text, "", lang), topics=frozenset({topic.name}), source="own")


def real_headlines(real: Path) -> Iterator[Example]:
    """Headlines of the training half, labelled or not; which half an unlabelled one is in follows the same rule."""
    with GOLD.open(encoding="utf-8", newline="") as file:
        gold = {row["id"]: row for row in csv.DictReader(file, delimiter="\t")}
    for path in sorted((real / "headlines").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row["title"] and row["lang"] in {"fr", "en"} and is_training(row):
                    labelled = gold.get(row["id"])
                    yield Example(
                        document=as_document(row["title"], row["snippet"], row["lang"]),
                        topics=frozenset(labelled["labels"].split()) if labelled else None,
                        source="real" if labelled else "unlabelled",
                    )


def is_training(row: dict[str, str]) -> bool:
    """Split by source and time: later months, half the publishers of the DeepSeek news and five whole sets are test."""
    first_test_day = {
        "stock-news": "2025-01-20",
        "arstechnica": "2025-01-20",
        "crypto-2024": "2024-05-01",
        "sector-daily": "2026-01-05",
    }
    if row["set"] == "deepseek-news":
        return place(row["source"], 2) == 0
    if row["set"] in first_test_day:
        return row["date"] < first_test_day[row["set"]]
    return row["set"] in {"lemonde-2017", "depeches-2008"}


def addressed(*, test: bool, batch: str | None = None) -> Iterator[Example]:
    """Real articles of one batch or all, known by their address alone, of one half: that of their publisher."""
    with ADDRESSES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if (row["split"] == "test") == test and batch in {None, row["batch"]}:
                document = as_document(title_in(row["address"]), "", row["lang"])
                yield Example(document=document, topics=frozenset(row["labels"].split()), source="addressed")


def title_in(address: str) -> str:
    """The title that a publisher wrote into an address: the part with the most hyphens, without numbers of the page."""
    part = max(address.split("/")[1:], key=lambda part: part.count("-"))
    return _PAGE_NUMBER.sub("", part).replace("-", " ")


class Table:
    """Features, targets and weights of all examples, one row each; ``counts`` says which rows train which topic."""

    def __init__(self, examples: Sequence[Example], scheme: Scheme) -> None:
        """Compute the features as the engine does at run time."""
        told = Counter(topic for example in examples for topic in example.topics or ())
        self.topics = tuple(topic.name for topic in scheme.topics if told[topic.name] >= FEWEST)
        self.groups = tuple(dict.fromkeys((t.name, g.name) for t in scheme.topics for g in t.groups))
        read = [headline(example.document) for example in examples]
        self.words = _stack([word_features(document, BUCKETS) for document in read])
        said = np.array([group_features(document, scheme, self.groups) for document in read], dtype=np.float32)
        count = 2 * len(self.groups)
        labelled = np.array([example.topics is not None for example in examples])
        deviation = said[labelled, :count].std(axis=0)
        self.scale = np.concatenate([EVIDENCE / np.where(deviation > 0, deviation, 1.0), np.full(count, PRESENCE)])
        embedder = load_embedder(EMBEDDER)
        self.embedder = embedder.name
        meaning = embedder.embed([sentence(document) for document in read]) * MEANING
        self.features = csr_array(hstack([self.words * WORDS, csr_array(said * self.scale), csr_array(meaning)]))
        self.targets = np.array([[t in (e.topics or ()) for t in self.topics] for e in examples])
        silent = [[self._silent(row, topic) for topic in self.topics] for row in said]
        self.counts = labelled[:, None] | np.array(silent)
        self.weights = np.array([REAL if example.source in {"real", "addressed"} else 1.0 for example in examples])
        self.folds = np.array([place(document.title + document.lead[:40], FOLDS) for document in read])

    def _silent(self, said: NDArray[np.float32], topic: str) -> bool:
        return any(said[self.groups.index((topic, name))] == 0 for name in NEEDED.get(topic, ()))


def _stack(rows: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]]) -> csr_array:
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    values = np.concatenate([values for _, values in rows])
    return csr_array((values, columns, ends), shape=(len(rows), BUCKETS))


def fit(table: Table, topic: int, rows: NDArray[np.bool_]) -> LogisticRegression:
    """One topic's regression on some rows."""
    regression = LogisticRegression(C=STRENGTH, max_iter=5000)
    return regression.fit(table.features[rows], table.targets[rows, topic], sample_weight=table.weights[rows])


def held_out_scores(table: Table, topic: int) -> NDArray[np.float64]:
    """Each row's score by a regression that did not see it."""
    scores = np.zeros(table.features.shape[0])
    for fold in range(FOLDS):
        out = table.folds == fold
        scores[out] = fit(table, topic, table.counts[:, topic] & ~out).decision_function(table.features[out])
    return scores


def calibrate(scores: NDArray[np.float64], targets: NDArray[np.bool_], real: NDArray[np.bool_]) -> tuple[float, float]:
    """Slope and intercept that make scores log-odds (Platt 1999, "Probabilistic Outputs for Support Vector Machines").

    All rows tell the slope. Our own items hold a topic far more often than general news does (13 % and 0.2 % speak of
    scam tokens); chosen feeds lie between, so the intercept is the mean of that of all rows and of that which makes
    the probabilities of the real rows sum to the topic's number among them (one more in two more rows, as Platt does).
    A topic that no real row was labelled with has the former alone.
    """
    found = LogisticRegression(C=1e6).fit(scores[:, None], targets)
    slope = float(found.coef_[0, 0])
    if not targets[real].any():
        return slope, float(found.intercept_[0])
    wanted = (targets[real].sum() + 1) / (real.sum() + 2) * real.sum()
    rare = brentq(lambda shift: (1 / (1 + np.exp(-(slope * scores[real] + shift)))).sum() - wanted, -20, 20)
    return slope, (float(found.intercept_[0]) + float(rare)) / 2


def f1(probabilities: NDArray[np.float64], targets: NDArray[np.bool_]) -> float:
    """F1 at one half."""
    held = probabilities >= 0.5  # noqa: PLR2004 # the threshold of the scheme
    return float(2 * (held & targets).sum() / max(1, held.sum() + targets.sum()))


def train(examples: Sequence[Example], scheme: Scheme, folder: Path) -> dict[str, float]:
    """Write weights and columns; figures of the cross-validation come back."""
    table = Table(examples, scheme)
    sources = np.array([example.source for example in examples])
    weights = np.zeros((len(table.topics), table.features.shape[1]))
    bias = np.zeros(len(table.topics))
    figures = {}
    for number, topic in enumerate(table.topics):
        rows = table.counts[:, number]
        scores = held_out_scores(table, number)
        slope, intercept = calibrate(scores[rows], table.targets[rows, number], (sources == "real")[rows])
        probabilities = 1.0 / (1.0 + np.exp(-(slope * scores + intercept)))
        for source in ("own", "real", "addressed"):
            here = sources == source
            figures[f"cross_validated_f1_{source}_{topic}"] = round(
                f1(probabilities[here], table.targets[here, number]), 3
            )
        whole = fit(table, number, rows)
        weights[number] = slope * whole.coef_[0]
        bias[number] = slope * whole.intercept_[0] + intercept
    words, groups, meaning = np.split(weights, (BUCKETS, BUCKETS + len(table.scale)), axis=1)
    tensors = {
        "words": (WORDS * words).astype(np.float16),
        "groups": (table.scale * groups).astype(np.float32),
        "meaning": (MEANING * meaning).astype(np.float32),
        "bias": bias.astype(np.float32),
    }
    save_file(tensors, folder / WEIGHTS)
    columns = Columns(embedder=table.embedder, topics=table.topics, groups=table.groups)
    (folder / COLUMNS).write_text(json.dumps(columns.model_dump(), ensure_ascii=False) + "\n", encoding="utf-8")
    return figures


def main() -> None:
    """Train, print the figures and seal the folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=ASSETS / "topics")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    scheme = load_scheme()
    real = [*real_headlines(arguments.real), *addressed(test=False)]
    examples = [*own_items(test=False), *scheme_examples(scheme), *real]
    figures = train(examples, scheme, arguments.out)
    for name, value in figures.items():
        print(f"{name:52} {value:.3f}")
    number = {
        source: sum(e.source == source for e in examples) for source in ("own", "real", "addressed", "unlabelled")
    }
    print(number)
    manifest = Manifest(
        name=NAME,
        licence="Apache-2.0",
        made_on=date.today().isoformat(),  # noqa: DTZ011 # the day on the maker's calendar
        command="python training/topics.py --real FOLDER",
        data=(
            Data(name="training/data/topics, our own writing", licence="Apache-2.0", items=number["own"]),
            Data(name="real headlines labelled by id", licence="none stated; not published", items=number["real"]),
            Data(name="real titles by address", licence="none stated; not published", items=number["addressed"]),
            Data(name="real headlines unlabelled", licence="none stated; not published", items=number["unlabelled"]),
        ),
        figures=figures,
        files={},
    )
    seal(arguments.out, manifest)


if __name__ == "__main__":
    main()
