"""How words tend to change places in translation: a reordering model of the phrase-based engine, by the word.

At each boundary between two source words, what stands after it may come right after what stands before it in the
target, right before it ("puce chinoise", Chinese chip), or neither: monotone, swap or apart, as in lexicalised
reordering (Koehn et al. 2005, https://aclanthology.org/2005.iwslt-1.8). The chances are those of the two words at the
boundary, each taken alone, so that the table is small: a word has six bytes.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import zstandard
from numpy.typing import NDArray
from safetensors.numpy import load, save

__all__ = ["ORDERS", "WordOrder", "read_order", "write_order"]

ORDERS = ("monotone", "swap", "apart")
# Natural logarithms are kept in steps.
STEP = np.float32(1 / 16)
# Counts that every word gets on top of its own, shared out as all words behave.
PRIOR = 10.0

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOrder:
    """Log-probabilities of the orders for all words together, and what each word adds to them.

    ``steps`` has the axes side of the boundary (before, after), word, order.
    """

    overall: Floats
    steps: NDArray[np.int8]

    def logs(self, ids: NDArray[np.int64]) -> Floats:
        """Natural logarithms for each order (rows) and boundary of a sentence of words, both ends (zero) included."""
        logs = np.zeros((len(ORDERS), len(ids) + 1), dtype=np.float32)
        added = self.steps[0, ids[:-1]].astype(np.float32) + self.steps[1, ids[1:]]
        logs[:, 1 : len(ids)] = (self.overall + STEP * added).T
        return logs


def read_order(folder: Path, lang: str) -> WordOrder:
    """Read the model of a source language."""
    arrays = load(zstandard.ZstdDecompressor().decompress((folder / f"order.{lang}.zst").read_bytes()))
    return WordOrder(overall=arrays["overall"], steps=arrays["steps"])


def write_order(folder: Path, lang: str, counts: NDArray[np.float64]) -> None:
    """Write the model of a source language: how often each (side, word, order) was seen."""
    overall = counts[0].sum(axis=0) / counts[0].sum()
    chances = (counts + PRIOR * overall) / (counts.sum(axis=-1, keepdims=True) + PRIOR)
    steps = np.clip(np.rint(np.log(chances / overall) / STEP), -127, 127).astype(np.int8)
    data = save({"overall": np.log(overall).astype(np.float32), "steps": steps})
    (folder / f"order.{lang}.zst").write_bytes(zstandard.ZstdCompressor(level=19).compress(data))
