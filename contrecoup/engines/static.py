"""Static embeddings of our own: the sentence encoder that ships (made by ``training/embeddings.py``).

A text's vector is the sum of its words' vectors, at unit length; a word's length is its learned weight, so that "the"
adds little. A word outside the vocabulary (a name, a new coinage, a typing error) is the mean of its character n-grams
(Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information"). French and English share the tables, case
and accents are folded, and word order says nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from scipy.sparse import csr_array

from contrecoup.errors import EngineError
from contrecoup.scrub import fold_word
from contrecoup.weights import ASSETS, open_model

__all__ = ["VOCABULARY", "WEIGHTS", "StaticEmbedder", "grams", "words"]

VOCABULARY, WEIGHTS = "words.txt", "weights.safetensors"
SHORTEST, LONGEST = 3, 5
# Texts that are summed at a time: bounds the memory, and changes no vector.
BATCH = 1024
# "1,250", "1 250" and "1.250" are one number, and so are "9,3" and "9.3".
_THOUSANDS = re.compile(r"(?<=\d)(?<!\d{4})[\s,.](?=\d{3}(?!\d))")
# A longer word is read in pieces, so that a page without blanks costs no more than another.
_WORD = re.compile(r"\d{1,20}(?:[.,]\d{1,20})+|[^\W_]{1,40}")


def words(text: str) -> list[str]:
    """Words and numbers of a text, folded; the same in training and at run time."""
    text = _THOUSANDS.sub("", unicodedata.normalize("NFC", text))
    return [fold_word(word).replace(",", ".") for word in _WORD.findall(text)]


def grams(word: str, buckets: int) -> list[int]:
    """Buckets of a word's character n-grams, its borders marked: at least one, repeated where they collide."""
    marked = f"<{word}>"
    return [
        crc32(marked[start : start + size].encode()) % buckets
        for size in range(SHORTEST, LONGEST + 1)
        for start in range(len(marked) - size + 1)
    ]


class StaticEmbedder:
    """Sums of word vectors; numpy and scipy alone at run time."""

    def __init__(self, folder: Path | None = None) -> None:
        """Load the weights of the package, or of another folder.

        Raises
        ------
        EngineError
            when the folder is damaged, lacks a file or holds tables of unlike shapes.

        """
        folder = folder or ASSETS / "embeddings"
        self._name = open_model(folder).name
        try:
            known = (folder / VOCABULARY).read_text("utf-8").split()
            tensors = load_file(folder / WEIGHTS)
            self._rows, self._scales = tensors["rows"], tensors["scales"]
        except (OSError, KeyError, UnicodeDecodeError, SafetensorError) as error:
            raise EngineError(
                f"The model in {folder} cannot be read: {error}.", advice="Install the package anew."
            ) from error
        if self._rows.ndim != 2 or self._scales.shape != self._rows.shape[:1] or len(known) >= len(self._rows):  # noqa: PLR2004
            raise EngineError(f"The tables in {folder} have unlike shapes.", advice="Install the package anew.")
        self._words = {word: row for row, word in enumerate(known)}
        self._buckets = len(self._rows) - len(known)

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._name

    @property
    def dimensions(self) -> int:
        """Length of a vector."""
        return int(self._rows.shape[1])

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions); a text without a letter or a digit is the zero vector."""
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), BATCH):
            found[start : start + BATCH] = self._sums(texts[start : start + BATCH])
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        found /= np.where(lengths > 0, lengths, 1.0)
        return found

    def _sums(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Sums of the words' vectors. Rows are added in the order of the table, so that neighbours change nothing."""
        rows: list[int] = []
        shares: list[float] = []
        ends = [0]
        for text in texts:
            for word in words(text):
                pieces = self._pieces(word)
                rows += pieces
                shares += [1.0 / len(pieces)] * len(pieces)
            ends.append(len(rows))
        used, places = np.unique(np.array(rows, dtype=np.int64), return_inverse=True)
        counts = csr_array((np.array(shares, dtype=np.float32), places, ends), shape=(len(texts), len(used)))
        counts.sum_duplicates()
        table = self._rows[used].astype(np.float32) * self._scales[used, None]
        return np.asarray(counts @ table, dtype=np.float32)

    def _pieces(self, word: str) -> list[int]:
        """Rows whose mean is the word: its own, or those of its n-grams."""
        own = self._words.get(word)
        if own is not None:
            return [own]
        return [len(self._words) + bucket for bucket in grams(word, self._buckets)]
