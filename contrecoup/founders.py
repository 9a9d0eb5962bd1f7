"""Founders: the founding articles of the stories that can still be joined, and which of them an article is like.

The index of stories.py. Founders are looked up by a product of the article's vector with the vectors of the window
(a matrix product for a block of articles at a time), and the nearest are compared in full. What an article costs
depends on the window, not on the archive.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from contrecoup.likeness import GRID, Sketch, Vector, likenesses_and_kinships
from contrecoup.rarity import Rarity

# Founders nearest in meaning that are compared in full.
COMPARED = 24
# Least cosine of those. Two texts of unlike subjects lie below it.
LEAST_COSINE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A founding article, how probable it is that the article at hand tells the same event, and their kinship."""

    founder: Sketch
    likeness: float
    kinship: float

    @property
    def story_id(self) -> str:
        """A story has the id of its founder."""
        return self.founder.told.document.article_id


class Founders:
    """Founding articles by row, in the order in which they came. Rows of closed stories are dropped now and then."""

    def __init__(self, life: timedelta) -> None:
        """Start empty; a story can be joined until ``life`` after its newest article, and before its first."""
        self._life_s = life.total_seconds()
        self._sketches: list[Sketch] = []
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.float32] = np.zeros((0, 0), dtype=np.float32)
        self._first_s = np.zeros(0)
        self._last_s = np.zeros(0)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._sketches)

    def add(self, sketch: Sketch) -> None:
        """Open the story of a founding article."""
        row, told_s = len(self._sketches), sketch.told.document.told_at.timestamp()
        if row == len(self._first_s):
            self._grow(len(sketch.vector))
        self._rows[sketch.told.document.article_id] = row
        self._sketches.append(sketch)
        self._vectors[row] = sketch.vector
        self._first_s[row] = self._last_s[row] = told_s

    def tell(self, story_id: str, told_at: datetime) -> None:
        """Keep a story open that was told again; one that is not here stays closed."""
        row = self._rows.get(story_id)
        if row is not None:
            self._last_s[row] = max(self._last_s[row], told_at.timestamp())

    def forget(self, now: datetime) -> None:
        """Drop the closed stories when they are many; only stories that an article of ``now`` can join are kept."""
        count = len(self._sketches)
        kept = np.flatnonzero(self._last_s[:count] >= now.timestamp() - self._life_s)
        if len(kept) * 4 > count * 3:
            return
        self._sketches = [self._sketches[row] for row in kept]
        self._rows = {sketch.told.document.article_id: row for row, sketch in enumerate(self._sketches)}
        self._vectors = self._vectors[kept]
        self._first_s, self._last_s = self._first_s[kept], self._last_s[kept]

    def products(self, vectors: Vector) -> Vector:
        """Products of each vector with the founders of today, of shape (len(vectors), len(self))."""
        if not len(self):
            return np.zeros((len(vectors), 0), dtype=np.float32)
        return np.asarray(vectors @ self._vectors[: len(self)].T)

    def rivals(self, sketch: Sketch, products: Vector, rarity: Rarity) -> list[Rival]:
        """The open stories most like an article, best first.

        ``products`` are its row of ``products``, made when there were as many founders or fewer: the rest is added.
        """
        if not len(self):
            return []
        products = np.concatenate([products, self._vectors[len(products) : len(self)] @ sketch.vector])
        near = self._nearest(products, sketch.told.document.told_at.timestamp())
        if not near:
            return []
        founders = [self._sketches[row] for row in near]
        likeness, kinship = likenesses_and_kinships(sketch, founders, rarity).tolist()
        rivals = [
            Rival(founder=f, likeness=one, kinship=other)
            for f, one, other in zip(founders, likeness, kinship, strict=True)
        ]
        return sorted(rivals, key=lambda rival: (-rival.likeness, rival.story_id))

    def _nearest(self, products: Vector, told_s: float) -> Sequence[int]:
        count = len(self)
        is_open = self._last_s[:count] >= told_s - self._life_s
        is_open &= self._first_s[:count] <= told_s + self._life_s
        rows = np.flatnonzero(is_open & (products > LEAST_COSINE * GRID**2))
        if len(rows) > COMPARED:
            least = np.partition(products[rows], len(rows) - COMPARED)[len(rows) - COMPARED]
            rows = rows[products[rows] >= least]
        order = np.argsort(-products[rows], kind="stable")
        return [int(row) for row in rows[order[:COMPARED]]]

    def _grow(self, width: int) -> None:
        more = max(256, len(self._first_s))
        self._vectors = np.vstack([self._vectors.reshape(-1, width), np.zeros((more, width), dtype=np.float32)])
        self._first_s = np.concatenate([self._first_s, np.zeros(more)])
        self._last_s = np.concatenate([self._last_s, np.zeros(more)])
