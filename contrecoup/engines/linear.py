"""Topics by weights of our own: the classifier that ships (made by ``training/topics.py``).

One calibrated logistic regression per topic (Cox 1958) over hashed words (Weinberger et al. 2009, "Feature Hashing
for Large Scale Multitask Learning"), over what the word groups of the scheme say, and over the sentence embedding that
ships, in which French and English share a space. Title, lead and, where there is no lead, the opening of the body are
read, in French or English alike and without translation; of the body the word groups speak. A topic without weights is
scored by its word groups alone (``contrecoup.engines.keywords``), so that a new block in ``topics.toml`` is all it
takes.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load_file

from contrecoup.engines.choose import load_embedder
from contrecoup.engines.keywords import KeywordClassifier, evidence
from contrecoup.errors import EngineError
from contrecoup.models import Document, Status
from contrecoup.scrub import fold
from contrecoup.topics import Scheme, load_scheme
from contrecoup.weights import ASSETS, open_model

__all__ = [
    "COLUMNS",
    "EMBEDDER",
    "WEIGHTS",
    "Columns",
    "LinearClassifier",
    "group_features",
    "headline",
    "sentence",
    "word_features",
]

COLUMNS, WEIGHTS = "columns.json", "weights.safetensors"
MEND = "Install the package anew."
EMBEDDER = "static"
"""Short name of the embedder whose vectors are read; it is loaded once a process, for stories too."""

# Journalists put what matters first; and so a page of 200 kB costs no more than a story told properly.
TITLE_CHARACTERS, LEAD_CHARACTERS = 400, 800
TITLE_WEIGHT, LEAD_WEIGHT = 2.0, 1.0
# No probability is taken for surer than this: log-odds of 6.9.
SURE = np.float32(0.001)
# A word's first letters stand for its family ("publie", "publié", "publication").
STEM = 5

_WORD = re.compile(r"[^\W\d_]\w*|\d+|[%$€]")


class Columns(BaseModel):
    """What the rows and columns of the weights mean: topics, groups of words by topic and name, and whose vectors."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    embedder: str
    topics: tuple[str, ...]
    groups: tuple[tuple[str, str], ...]


class LinearClassifier:
    """Calibrated logistic regressions; numpy alone at run time."""

    def __init__(self, folder: Path | None = None, scheme: Scheme | None = None) -> None:
        """Load the weights of the package, or of another folder, for the package's scheme, or for another.

        Raises
        ------
        EngineError
            when the folder is damaged, lacks a file or holds weights of other shapes than its columns say, or was
            made for another embedder than the one that ships.

        """
        folder = folder or ASSETS / "topics"
        self._scheme = scheme or load_scheme()
        self._name = open_model(folder).name
        try:
            self._columns = Columns.model_validate_json((folder / COLUMNS).read_bytes())
            weights = load_file(folder / WEIGHTS)
            self._words = weights["words"].astype(np.float32)
            self._groups = weights["groups"].astype(np.float32)
            self._meaning = weights["meaning"].astype(np.float32)
            self._bias = weights["bias"].astype(np.float32)
        except (OSError, KeyError, SafetensorError, ValidationError) as error:
            raise EngineError(f"The model in {folder} cannot be read: {error}.", advice=MEND) from error
        self._embedder = load_embedder(EMBEDDER)
        if self._columns.embedder != self._embedder.name:
            raise EngineError(f"The weights in {folder} read vectors of {self._columns.embedder}.", advice=MEND)
        count, length = len(self._columns.topics), self._embedder.embed([""]).shape[1]
        shapes = self._words.shape[:1], self._groups.shape, self._meaning.shape, self._bias.shape
        if shapes != ((count,), (count, 4 * len(self._columns.groups)), (count, length), (count,)):
            raise EngineError(f"The weights in {folder} have other shapes than {COLUMNS} says.", advice=MEND)
        self._keywords = KeywordClassifier(self._scheme)

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._name

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic names of the scheme, in the order of the columns."""
        return self._keywords.topics

    def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Probabilities of shape (len(documents), len(topics)), each topic on its own."""
        probabilities = np.zeros((len(documents), len(self.topics)), dtype=np.float32)
        trained = [topic in self._columns.topics for topic in self.topics]
        read = [headline(document) for document in documents]
        vectors = self._embedder.embed([sentence(one) for one in read])
        for row, document in enumerate(documents):
            scores = self._scores(read[row], vectors[row])
            if not all(trained) or has_body(document):
                whole = _log_odds(self._keywords.predict([document])[0])
                scores = np.where(trained, (scores + whole) / 2 if has_body(document) else scores, whole)
            probabilities[row] = 1.0 / (1.0 + np.exp(-scores))
        return probabilities

    def _scores(self, read: Document, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Log-odds of each topic of the scheme by title and lead; 0 for one without weights."""
        columns, values = word_features(read, self._words.shape[1])
        groups = group_features(read, self._scheme, self._columns.groups)
        scores = self._bias + self._words[:, columns] @ values + self._groups @ groups + self._meaning @ vector
        found = dict(zip(self._columns.topics, scores, strict=True))
        return np.array([found.get(topic, 0.0) for topic in self.topics], dtype=np.float32)


def has_body(document: Document) -> bool:
    """Whether the page was read; then the words of the whole speak with half the weight (the mean of both log-odds)."""
    return document.status is Status.FULL and bool(document.text)


def _log_odds(probabilities: NDArray[np.float32]) -> NDArray[np.float32]:
    kept = np.clip(probabilities, SURE, 1.0 - SURE)
    return np.log(kept / (1.0 - kept)).astype(np.float32)


def headline(document: Document) -> Document:
    """The document as title and lead alone, each cut; the opening of the body is the lead of one that has none."""
    lead = document.lead or (document.text if has_body(document) else "")
    return replace(
        document,
        title=document.title[:TITLE_CHARACTERS],
        lead=lead[:LEAD_CHARACTERS],
        text="",
        status=Status.TEASER,
    )


def sentence(read: Document) -> str:
    """What the embedder reads of a document: title and lead as one text."""
    return f"{read.title}. {read.lead}"


def word_features(document: Document, buckets: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Columns and values of the words of title and lead: a vector of length 1 (empty without any word)."""
    counts: dict[int, float] = {}
    for text, weight in ((document.title, TITLE_WEIGHT), (document.lead, LEAD_WEIGHT)):
        for key in _keys(text):
            column = crc32(key.encode()) % buckets
            counts[column] = counts.get(column, 0.0) + weight
    columns = np.fromiter(counts, dtype=np.int64, count=len(counts))
    values = np.log1p(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
    return columns, (values / max(float(np.linalg.norm(values)), 1e-9)).astype(np.float32)


def _keys(text: str) -> Iterator[str]:
    """The words of a text with their stems; every number is the same word."""
    for word in _WORD.findall(fold(text)):
        yield "w0" if word.isdigit() else f"w{word}"
        if len(word) > STEM:
            yield f"s{word[:STEM]}"


def group_features(document: Document, scheme: Scheme, groups: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """What the groups of words say, in title and lead and then in the title alone; then whether each says anything.

    A group no longer in the scheme is silent. Where all subject groups of a topic are silent, its other groups are not
    heard: a swindle is no fraudulent token until a token is spoken of. The title has a say of its own because leads
    are many words about many things.
    """
    heard = [_heard(one, scheme, groups) for one in (document, replace(document, lead=""))]
    said = np.array([*heard[0], *heard[1]], dtype=np.float32)
    return np.concatenate([said, (said != 0).astype(np.float32)])


def _heard(document: Document, scheme: Scheme, groups: Sequence[tuple[str, str]]) -> list[float]:
    found = evidence(document, scheme)
    subjects = {(t.name, g.name) for t in scheme.topics for g in t.groups if g.subject}
    mute = {topic for topic, _ in subjects} - {topic for topic, name in subjects if found.get((topic, name), 0.0)}
    return [0.0 if group[0] in mute else found.get(group, 0.0) for group in groups]
