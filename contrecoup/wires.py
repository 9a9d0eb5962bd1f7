"""Wire copies: the same text carried by several publishers, found by fingerprint. Used by stories.py.

MinHash over word 5-shingles of the body (Broder 1997; datasketch), banded for candidates, then the exact Jaccard of
the two texts decides, so that the estimate's error never does. Shingles are of words, hence the same for both
languages.
"""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from contrecoup.models import Document

# Two of three sentences of a dispatch in common: newsrooms cut a last paragraph or change a lead, and still carry it.
COPY_JACCARD = 0.6
SHINGLE_WORDS = 5
# A dispatch is carried within hours; two days more cover a week-end's regional papers.
CARRIED_WITHIN = timedelta(days=3)
# Shorter bodies share stock phrases (a market's closing table, a paper's own notice) without being copies.
MIN_WORDS = 60
# 21 bands of 3 permutations make candidates of 99 % of the pairs at a Jaccard of 0.6, and of 2 % of those at 0.1.
BANDS, BAND_PERMUTATIONS = 21, 3
PERMUTATIONS = BANDS * BAND_PERMUTATIONS
# An odd multiplier that spreads over 64 bits (Knuth 1997, vol. 3, § 6.4: the golden ratio).
SPREAD = np.uint64(0x9E3779B97F4A7C15)

_WORD = re.compile(r"\w+")
# Copied, because drawing the permutations takes longer than a fingerprint.
_EMPTY = MinHash(num_perm=PERMUTATIONS, hashfunc=int)

Shingles = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The earliest article with the same text, and how much of it is the same."""

    article_id: str
    told_at: datetime
    jaccard: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Carried:
    article_id: str
    told_at: datetime
    shingles: Shingles


class Wires:
    """The fingerprints of the last days; its cost per article is flat, and old articles leave as new ones come."""

    def __init__(self) -> None:
        """Start empty."""
        self._bands = MinHashLSH(num_perm=PERMUTATIONS, params=(BANDS, BAND_PERMUTATIONS))
        self._carried: dict[str, _Carried] = {}
        self._queue: deque[str] = deque()

    def add(self, document: Document) -> Copy | None:
        """Keep an article's fingerprint; give the earliest kept article of which it is a copy, if any.

        Articles told ``CARRIED_WITHIN`` before it are forgotten.
        """
        shingles = shingles_of(document.text)
        if not len(shingles) or document.article_id in self._carried:
            return None
        self._forget(document.told_at - CARRIED_WITHIN)
        fingerprint = _fingerprint(shingles)
        copies = [
            Copy(article_id=other.article_id, told_at=other.told_at, jaccard=jaccard)
            for other in map(self._carried.__getitem__, self._bands.query(fingerprint))
            if (jaccard := jaccard_of(shingles, other.shingles)) >= COPY_JACCARD
        ]
        self._carried[document.article_id] = _Carried(
            article_id=document.article_id, told_at=document.told_at, shingles=shingles
        )
        self._queue.append(document.article_id)
        self._bands.insert(document.article_id, fingerprint, check_duplication=False)
        return min(copies, key=lambda copy: (copy.told_at, copy.article_id), default=None)

    def _forget(self, before: datetime) -> None:
        while self._queue and self._carried[self._queue[0]].told_at < before:
            old = self._queue.popleft()
            self._bands.remove(old)
            del self._carried[old]


def shingles_of(text: str) -> Shingles:
    """Hashes of the runs of five words, sorted, each once; none for a text of fewer than ``MIN_WORDS`` words."""
    words = _WORD.findall(text.casefold())
    if len(words) < MIN_WORDS:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.array([crc32(word.encode("utf-8", "surrogatepass")) for word in words], dtype=np.uint64)
    runs = len(words) - SHINGLE_WORDS + 1
    mixed = np.zeros(runs, dtype=np.uint64)
    for start in range(SHINGLE_WORDS):
        mixed = (mixed ^ hashes[start : start + runs]) * SPREAD
    return np.unique(mixed)


def jaccard_of(one: Shingles, other: Shingles) -> float:
    """Shared over all shingles of two texts, in 0..1; neither may be empty."""
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def _fingerprint(shingles: Shingles) -> MinHash:
    fingerprint = _EMPTY.copy()
    fingerprint.update_batch((shingles >> np.uint64(32)).tolist())
    return fingerprint
