"""The protocols that engines fulfil: batched, stateless, named. One adapter per inference library beside this file.

``name`` holds the engine's name and version, and becomes the ``model`` of every row that it produced.
"""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from contrecoup.models import Document


class Translator(Protocol):
    """Translates sentences."""

    @property
    def name(self) -> str:
        """Engine name and version."""

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Translate each text from ``source`` to ``target`` (ISO 639-1); as many strings come back, in order."""


class Classifier(Protocol):
    """Gives the probability of each topic of its scheme, several of which may hold."""

    @property
    def name(self) -> str:
        """Engine name and version."""

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic names, in the order of the columns of ``predict``."""

    def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Probabilities of shape (len(documents), len(topics))."""


class Embedder(Protocol):
    """Gives each text a place in one space for both languages, where nearness is likeness of meaning."""

    @property
    def name(self) -> str:
        """Engine name and version."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions); a text without any known token is the zero vector."""
