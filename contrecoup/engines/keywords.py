"""Topics by words: the classifier that needs no weights, and that any other has to beat."""

from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from contrecoup.models import Document, Status
from contrecoup.scrub import fold
from contrecoup.topics import Group, Scheme, Topic, load_scheme

# Weight of one occurrence by where it stands; that of a word in the body is per USUAL_WORDS words of body.
TITLE, LEAD, BODY = 3.0, 2.0, 1.0
USUAL_WORDS = 250
# Title and lead count this many times more when they are all there is (a headline, a teaser, a wall). Chosen on the
# golden week's teasers and on a look at real headlines: 2 leaves two teasers without their topic, 4 lets in other news.
ALONE = 3.0


class KeywordClassifier:
    """Logistic scores over the word groups of a scheme (``contrecoup.topics``).

    Only title and lead are read of an article whose page could not be: a wall's text says nothing of its topic.
    """

    def __init__(self, scheme: Scheme | None = None) -> None:
        """Use the package's scheme, or another."""
        self._scheme = scheme or load_scheme()

    @property
    def name(self) -> str:
        """Engine name and version."""
        return "keywords-1"

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic names, in the order of the columns."""
        return tuple(topic.name for topic in self._scheme.topics)

    def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Probabilities of shape (len(documents), len(topics)), each topic on its own."""
        scores = np.zeros((len(documents), len(self._scheme.topics)), dtype=np.float32)
        for row, document in enumerate(documents):
            fields = _weighted_fields(document)
            for column, topic in enumerate(self._scheme.topics):
                scores[row, column] = _score(fields, document.lang, topic)
        return (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)


def _weighted_fields(document: Document) -> tuple[tuple[str, float], ...]:
    title, lead = fold(document.title), fold(document.lead)
    if document.status is not Status.FULL or not document.text:
        return (title, ALONE * TITLE), (lead, ALONE * LEAD)
    body = BODY * min(1.0, USUAL_WORDS / len(document.text.split()))
    return (title, TITLE), (lead, LEAD), (fold(document.text), body)


def _score(fields: Sequence[tuple[str, float]], lang: str, topic: Topic) -> float:
    """Score before the logistic; in an unknown language the better of the two readings of each group counts."""
    best: dict[str, float] = {}
    for group in topic.groups:
        if group.lang == lang or lang not in {"fr", "en"}:
            value = _evidence(fields, group)
            best[group.name] = max(best.get(group.name, value), value, key=abs)
    return topic.bias + sum(best.values())


def _evidence(fields: Sequence[tuple[str, float]], group: Group) -> float:
    weighted: dict[int, float] = {}
    for text, weight in fields:
        for match in group.pattern.finditer(text):
            word = (match.lastindex or 1) - 1
            weighted[word] = weighted.get(word, 0.0) + weight
    total = sum(group.weights[word] * log1p(amount) for word, amount in weighted.items())
    return max(-group.cap, min(group.cap, total))
