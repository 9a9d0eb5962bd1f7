"""Topics of real titles and of our own items, all kept from training: engines that ship, and TF-IDF beside them.

    python benchmarks/topics.py --real FOLDER

Real headlines are named in ``gold/topics.tsv`` (ids and labels only), their texts are ``FOLDER/headlines/*.csv``; other
real articles are named by the addresses in ``gold/topic-addresses.tsv``, which hold their titles. With TF-IDF, logistic
regression learns from the labelled rows that ``training/topics.py`` learns from. Beside F1 stands its 95 % interval
over 2,000 resamples of the rows (Efron 1979, percentiles). The error is the expected calibration error (Naeini et al.
2015) over ten bins of equal width, per topic and language. scikit-learn is needed.
"""

import argparse
import csv
import runpy
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from labels import GOLD, read_headlines
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from contrecoup.engines.keywords import KeywordClassifier
from contrecoup.engines.linear import LinearClassifier
from contrecoup.models import Document

BINS = 10
RESAMPLES = 2000
FIRST_BATCHES = {"1", "2", "3", "4"}
Items = Sequence[tuple[Document, frozenset[str]]]
Predict = Callable[[Sequence[Document]], NDArray[np.float32]]


def real_test(real: Path) -> tuple[Items, Items]:
    """Headlines of the test half with their labels: the first four batches, and all."""
    headlines = read_headlines(real, snippets=True)
    with (GOLD / "topics.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["split"] == "test"]
    items = [(headlines[row["id"]], frozenset(row["labels"].split())) for row in rows]
    return [item for item, row in zip(items, rows, strict=True) if row["batch"] in FIRST_BATCHES], items


def labelled(examples: Iterable[Any]) -> Items:
    """Documents and topics of what ``training/topics.py`` reads."""
    return [(example.document, example.topics) for example in examples]


def tfidf(examples: Sequence[Any], topics: Sequence[str]) -> Predict:
    """Words and pairs of words, sublinear, one regression per topic: the textbook's answer."""
    known = [example for example in examples if example.topics is not None]
    reader = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, strip_accents="unicode", min_df=2)
    features = reader.fit_transform([_text(example.document) for example in known])
    models = [
        LogisticRegression(C=10, max_iter=5000).fit(features, [topic in example.topics for example in known])
        for topic in topics
    ]

    def predict(documents: Sequence[Document]) -> NDArray[np.float32]:
        seen = reader.transform([_text(document) for document in documents])
        return np.column_stack([model.predict_proba(seen)[:, 1] for model in models]).astype(np.float32)

    return predict


def _text(document: Document) -> str:
    return f"{document.title} {document.title} {document.lead}"


def calibration_error(probabilities: NDArray[np.float32], targets: NDArray[np.bool_]) -> float:
    """Mean distance of stated and found frequency, each bin by its number of rows."""
    bins = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    gaps = [
        abs(probabilities[bins == one].mean() - targets[bins == one].mean()) * (bins == one).mean()
        for one in np.unique(bins)
    ]
    return float(sum(gaps))


def interval(held: NDArray[np.bool_], true: NDArray[np.bool_]) -> tuple[float, float]:
    """Where F1 lies in 95 of 100 resamples of the rows."""
    random = np.random.default_rng(1)
    drawn = random.integers(len(true), size=(RESAMPLES, len(true)))
    right, both = (held & true)[drawn].sum(axis=1), (held.astype(int) + true)[drawn].sum(axis=1)
    low, high = np.percentile(2 * right / np.maximum(1, both), (2.5, 97.5))
    return float(low), float(high)


def table(name: str, predict: Predict, items: Items, topics: Sequence[str]) -> None:
    """Precision, recall, F1 with its interval, and calibration per topic and language."""
    found = predict([document for document, _ in items])
    for column, topic in enumerate(topics):
        for lang in ("fr", "en"):
            here = np.array([document.lang == lang for document, _ in items])
            true = np.array([topic in labels for _, labels in items])[here]
            stated = found[here, column]
            held = stated >= 0.5  # noqa: PLR2004 # the threshold of the scheme
            right = (held & true).sum()
            scores = " ".join(
                f"{part / whole:6.3f}" if whole else "     -"
                for part, whole in ((right, held.sum()), (right, true.sum()), (2 * right, held.sum() + true.sum()))
            )
            low, high = interval(held, true)
            error = calibration_error(stated, true)
            counts = f"{true.sum():4d} of {here.sum():4d}"
            print(f"{name:22} {topic:16} {lang} {counts} {scores} {low:6.3f}-{high:.3f} {error:6.3f}")


def speed(predict: Predict, documents: Sequence[Document]) -> float:
    """Documents per second, one by one batch of 200, best of three."""
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        for first in range(0, len(documents), 200):
            predict(documents[first : first + 200])
        best = max(best, len(documents) / (time.perf_counter() - start))
    return best


def main() -> None:
    """Print the tables, then speed and time to load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True)
    real = parser.parse_args().real
    training = runpy.run_path(str(Path(__file__).parents[1] / "training" / "topics.py"), run_name="training")
    start = time.perf_counter()
    linear = LinearClassifier()
    loading = time.perf_counter() - start
    topics, words = linear.topics, KeywordClassifier()
    learnt = [
        *training["own_items"](test=False),
        *training["real_headlines"](real),
        *training["addressed"](test=False),
    ]
    engines = (
        (words.name, words.predict),
        ("tf-idf + regression", tfidf(learnt, topics)),
        (linear.name, linear.predict),
    )
    first, headlines = real_test(real)
    sets = {
        "real headlines of the first four batches": first,
        "real headlines": headlines,
        "titles in addresses, first batch": labelled(training["addressed"](test=True, batch="1")),
        "titles in addresses, second batch": labelled(training["addressed"](test=True, batch="2")),
        "our own items": labelled(training["own_items"](test=True)),
    }
    print(f"{'engine':22} {'topic':16} lang cases          P      R     F1  its interval  error")
    for title, items in sets.items():
        print(title)
        for name, predict in engines:
            table(name, predict, items, topics)
    documents = [document for document, _ in headlines]
    for name, predict in engines:
        print(f"{name:22} {speed(predict, documents):7.0f} headlines/s")
    print(f"{linear.name} loads in {loading * 1000:.0f} ms")


if __name__ == "__main__":
    main()
