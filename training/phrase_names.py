"""Phrase pairs that put one name for another are dropped: "Steam Deck" must never come back as another console.

A free translation names what its original leaves out, and a phrase pair seen once looks sure. So a rare name of one
side needs a word of the other side that it is written like, or that it has been seen beside more than once. French
writes the adjectives of places small ("éthiopien", "Ethiopian"): they are names too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher

import numpy as np
from numpy.typing import NDArray
from phrase_corpus import Pair

from contrecoup.scrub import fold

# A name in more sentences than this has been seen enough for its scores to be trusted.
RARE = 30
# Sentences that hold both a name and its partner, and the least Dice coefficient of the two.
TOGETHER, DICE = 2, 0.2
LIKE = 0.6


def is_name(word: str) -> bool:
    """A word with a capital letter, or letters and figures mixed (R1)."""
    return word[:1].isupper() or (any(c.isdigit() for c in word) and any(c.isalpha() for c in word))


def partners(pairs: Sequence[Pair]) -> tuple[set[tuple[str, str]], Counter[str], Counter[str]]:
    """Words (French, English), one of them a name, that stand together too often for chance; sentences by word."""
    both: Counter[tuple[str, str]] = Counter()
    french: Counter[str] = Counter()
    english: Counter[str] = Counter()
    for pair in pairs:
        fr, en = set(pair.fr), set(pair.en)
        french.update(fr)
        english.update(en)
        names = {word for word in fr if is_name(word)}, {word for word in en if is_name(word)}
        both.update({(f, e) for f in names[0] for e in en} | {(f, e) for f in fr for e in names[1]})
    known = {
        (f, e) for (f, e), count in both.items() if count >= TOGETHER and 2 * count >= DICE * (french[f] + english[e])
    }
    return known, french, english


def faithful(
    fr: NDArray[np.integer], en: NDArray[np.integer], ids: Sequence[Mapping[str, int]], pairs: Sequence[Pair]
) -> NDArray[np.bool_]:
    """Which phrase pairs (rows of ids, padded) name nothing on one side alone."""
    known, *seen = partners(pairs)
    words = [dict(zip(side.values(), side, strict=True)) for side in ids]
    small = {f for f, e in known if f.islower() and is_name(e) and _alike(f, e)}
    names = [
        {word for word in side if (is_name(word) or word in small) and counts[word] < RARE}
        for side, counts in zip(ids, seen, strict=True)
    ]
    numbers = [np.array([side[word] for word in rare]) for side, rare in zip(ids, names, strict=True)]
    doubtful = np.isin(fr, numbers[0]).any(axis=1) | np.isin(en, numbers[1]).any(axis=1)
    kept = ~doubtful
    for row in np.flatnonzero(doubtful):
        left = [words[0][number] for number in fr[row].tolist() if number in words[0]]
        right = [words[1][number] for number in en[row].tolist() if number in words[1]]
        kept[row] = all(any(_partnered(f, e, known) for e in right) for f in left if f in names[0]) and all(
            any(_partnered(f, e, known) for f in left) for e in right if e in names[1]
        )
    return kept


def _partnered(one: str, other: str, known: set[tuple[str, str]]) -> bool:
    return (one, other) in known or _alike(one, other)


def _alike(one: str, other: str) -> bool:
    a, b = fold(one), fold(other)
    return a == b or (min(len(a), len(b)) > 2 and SequenceMatcher(None, a, b).ratio() >= LIKE)  # noqa: PLR2004
