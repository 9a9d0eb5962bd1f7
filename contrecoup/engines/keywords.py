"""Topics by words: the classifier that needs no weights, and that any other has to beat."""

from collections.abc import Sequence
from math import log1p

import numpy as np
from numpy.typing import NDArray

from contrecoup.models import Document, Status
from contrecoup.scrub import fold
from contrecoup.topics import READ_CHARACTERS, Group, Scheme, load_scheme

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
        return "keywords-2"

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic names, in the order of the columns."""
        return tuple(topic.name for topic in self._scheme.topics)

    def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Probabilities of shape (len(documents), len(topics)), each topic on its own."""
        scores = np.zeros((len(documents), len(self._scheme.topics)), dtype=np.float32)
        for row, document in enumerate(documents):
            found = evidence(document, self._scheme)
            for column, topic in enumerate(self._scheme.topics):
                scores[row, column] = topic.bias + sum(v for (name, _), v in found.items() if name == topic.name)
        return (1.0 / (1.0 + np.exp(-scores))).astype(np.float32)


def evidence(document: Document, scheme: Scheme) -> dict[tuple[str, str], float]:
    """What each group of words adds to its topic's score, by the names of topic and group; absent ones add nothing.

    In an unknown language the stronger of a group's two readings counts.
    """
    fields = _weighted_fields(document)
    best: dict[tuple[str, str], float] = {}
    for topic in scheme.topics:
        for group in topic.groups:
            if group.lang == document.lang or document.lang not in {"fr", "en"}:
                key = topic.name, group.name
                value = _group_evidence(fields, group)
                best[key] = max(best.get(key, value), value, key=abs)
    return best


def _weighted_fields(document: Document) -> tuple[tuple[str, float], ...]:
    title, lead, text = (fold(field[:READ_CHARACTERS]) for field in (document.title, document.lead, document.text))
    if document.status is not Status.FULL or not text:
        return (title, ALONE * TITLE), (lead, ALONE * LEAD)
    return (title, TITLE), (lead, LEAD), (text, BODY * min(1.0, USUAL_WORDS / max(1, len(text.split()))))


def _group_evidence(fields: Sequence[tuple[str, float]], group: Group) -> float:
    weighted: dict[int, float] = {}
    for text, weight in fields:
        for match in group.pattern.finditer(text):
            word = (match.lastindex or 1) - 1
            weighted[word] = weighted.get(word, 0.0) + weight
    total = sum(group.weights[word] * log1p(amount) for word, amount in weighted.items())
    return max(-group.cap, min(group.cap, total))
