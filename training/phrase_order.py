"""Counts for the word order model: how the translations of neighbouring words stand to each other."""

import numpy as np
from numpy.typing import NDArray
from phrase_extract import Side

NEAR = 2
"""Translations so many places apart or fewer still follow each other: words without a link may stand between."""


def count_orders(side: Side, weights: NDArray[np.float64], words: int) -> NDArray[np.float64]:
    """Weighted counts of shape (side of the boundary, word, order); ``weights`` says what a sentence counts for."""
    first, last = side.first, side.last
    linked = (last[1:] >= 0) & (last[:-1] >= 0) & (side.sentence[1:] == side.sentence[:-1])
    ahead, back = first[1:] - last[:-1], first[:-1] - last[1:]
    orders = [(ahead >= 1) & (ahead <= NEAR), (back >= 1) & (back <= NEAR), (ahead > NEAR) | (back > NEAR)]
    counts = np.zeros((2, words, len(orders)))
    for order, here in enumerate(orders):
        places = np.flatnonzero(linked & here)
        weight = weights[side.sentence[places]]
        counts[0, :, order] = np.bincount(side.words[places], weights=weight, minlength=words)
        counts[1, :, order] = np.bincount(side.words[places + 1], weights=weight, minlength=words)
    return counts
