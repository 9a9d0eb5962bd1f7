"""Wire copies: the same text carried by several publishers, found by fingerprint. Used by stories.py.

MinHash over word 5-shingles of the body (Broder 1997; datasketch), banded for candidates, then the exact Jaccard of
the two texts decides, so that the estimate's error never does. Shingles are of words, hence the same for both
languages.
"""

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from datasketch import MinHash, MinHashLSH

from contrecoup.models import Document

# Two of three sentences of a dispatch in common: newsrooms cut a last paragraph or change a lead, and still carry it.
COPY_JACCARD = 0.6
SHINGLE_WORDS = 5
# A dispatch is carried within hours; two days more cover a week-end's regional papers.
CARRIED_WITHIN = timedelta(days=3)
# Shorter bodies share stock phrases (a market's closing table, a paper's own notice) without being copies.
MIN_WORDS = 60
# 128 permutations estimate Jaccard to ±0.04 (one standard error at 0.6); candidates are asked a margin below.
PERMUTATIONS = 128
CANDIDATE_JACCARD = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """The earliest article with the same text, and how much of it is the same."""

    article_id: str
    told_at: datetime
    jaccard: float


class Wires:
    """The fingerprints of the last days; its cost per article is flat, and old articles leave as new ones come."""

    def __init__(self) -> None:
        """Start empty."""
        self._bands = MinHashLSH(threshold=CANDIDATE_JACCARD, num_perm=PERMUTATIONS)
        self._carried: dict[str, Document] = {}
        self._queue: deque[str] = deque()

    def add(self, document: Document) -> None:
        """Keep an article's fingerprint; those told ``CARRIED_WITHIN`` before it are forgotten."""
        shingles = shingles_of(document.text)
        if not shingles or document.article_id in self._carried:
            return
        self._carried[document.article_id] = document
        self._queue.append(document.article_id)
        self._bands.insert(document.article_id, _fingerprint(shingles))
        while self._carried[self._queue[0]].told_at < document.told_at - CARRIED_WITHIN:
            old = self._queue.popleft()
            self._bands.remove(old)
            del self._carried[old]

    def first_carrier(self, document: Document) -> Copy | None:
        """The earliest kept article of which this one is a copy, if any."""
        shingles = shingles_of(document.text)
        if not shingles:
            return None
        copies = []
        for article_id in self._bands.query(_fingerprint(shingles)):
            other = self._carried[article_id]
            jaccard = jaccard_of(shingles, shingles_of(other.text))
            if jaccard >= COPY_JACCARD:
                copies.append(Copy(article_id=article_id, told_at=other.told_at, jaccard=jaccard))
        return min(copies, key=lambda copy: (copy.told_at, copy.article_id), default=None)


def shingles_of(text: str) -> frozenset[str]:
    """Runs of five words, without case and punctuation; none for a text of fewer than ``MIN_WORDS`` words."""
    words = re.findall(r"\w+", text.casefold())
    if len(words) < MIN_WORDS:
        return frozenset()
    return frozenset(" ".join(words[i : i + SHINGLE_WORDS]) for i in range(len(words) - SHINGLE_WORDS + 1))


def jaccard_of(one: frozenset[str], other: frozenset[str]) -> float:
    """Shared over all shingles of two texts, in 0..1; neither may be empty."""
    return len(one & other) / len(one | other)


def _fingerprint(shingles: frozenset[str]) -> MinHash:
    fingerprint = MinHash(num_perm=PERMUTATIONS)
    fingerprint.update_batch([shingle.encode() for shingle in sorted(shingles)])
    return fingerprint
