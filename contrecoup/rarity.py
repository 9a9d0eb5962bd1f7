"""Rarity: how little a feature says when everybody tells of it this week, and the cosine that weighs by it.

Used by likeness.py. Features are numbered, so that an article is compared with many founders in a few array operations.
"""

import math
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

# An invented past of documents, so that the first articles of a young archive do not make every word look rare …
PRIOR_DOCUMENTS = 100.0
# … in which a feature stood in one document.
PRIOR_FREQUENCY = 1.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Features of a text by their numbers, each once, with their weights before rarity; both of one length."""

    ids: NDArray[np.int64]
    weights: Floats


class Rarity:
    """Inverse document frequency over a sliding window of tellings, so that old news does not count."""

    def __init__(self, window: timedelta) -> None:
        """Start empty; ``window`` is how long an article counts."""
        self._window = window
        self._numbers: dict[str, int] = {}
        self._documents: deque[tuple[datetime, NDArray[np.int64]]] = deque()
        self._frequency: Floats = np.zeros(1024)
        self._scratch: Floats = np.zeros(1024)

    def bag(self, features: Sequence[tuple[str, float]]) -> Bag:
        """Number the features of a text; none may stand there twice."""
        numbers = self._numbers
        ids = np.array([numbers.setdefault(feature, len(numbers)) for feature, _ in features], dtype=np.int64)
        if len(numbers) > len(self._frequency):
            self._frequency = _doubled(self._frequency, len(numbers))
            self._scratch = np.zeros(len(self._frequency))
        return Bag(ids=ids, weights=np.array([weight for _, weight in features], dtype=np.float64))

    def add(self, told_at: datetime, bags: Iterable[Bag]) -> None:
        """Count an article that has these features, no two bags the same one."""
        ids = np.concatenate([bag.ids for bag in bags])
        self._frequency[ids] += 1.0
        self._documents.append((told_at, ids))

    def forget(self, now: datetime) -> None:
        """Leave out the articles told longer than the window before ``now``."""
        while self._documents and self._documents[0][0] < now - self._window:
            self._frequency[self._documents.popleft()[1]] -= 1.0

    def of(self, ids: NDArray[np.int64]) -> Floats:
        """Natural logarithm of documents over documents with the feature, an invented past included; above 0."""
        total = len(self._documents) + PRIOR_DOCUMENTS
        return np.asarray(np.log(1.0 + total / (self._frequency[ids] + PRIOR_FREQUENCY)))

    def cosines(self, one: Bag, others: Sequence[Bag]) -> Floats:
        """Cosine of a bag with each other one, weighted by rarity: len(others) numbers in 0..1, 0 for an empty bag."""
        if not others:
            return np.zeros(0)
        lengths = [len(bag.ids) for bag in others]
        ids = np.concatenate([bag.ids for bag in others])
        theirs = np.concatenate([bag.weights for bag in others]) * self.of(ids)
        ours = one.weights * self.of(one.ids)
        self._scratch[one.ids] = ours
        place = np.repeat(np.arange(len(others)), lengths)
        dots = np.bincount(place, theirs * self._scratch[ids], len(others))
        self._scratch[one.ids] = 0.0
        norms = np.sqrt(np.bincount(place, theirs * theirs, len(others))) * math.sqrt(float(ours @ ours))
        return np.asarray(np.divide(dots, norms, out=np.zeros(len(others)), where=norms > 0))


def _doubled(values: Floats, least: int) -> Floats:
    return np.concatenate([values, np.zeros(max(len(values), least - len(values)))])
