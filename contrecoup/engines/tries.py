"""Tries of words and how they are packed: phrases and n-grams of the phrase-based engine.

Nodes are in breadth-first order, so that the key of a node, ``parent << 16 | word``, is sorted and a look-up is a
binary search. On disk a trie is its words and the number of children of each node (a LOUDS-like layout, Jacobson
1989), byte by byte; scores are eight bits; zstd does the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray
from safetensors.numpy import load, save

__all__ = [
    "LONGEST",
    "PAD",
    "WORD",
    "Trie",
    "joined",
    "packed",
    "planted",
    "read",
    "split",
    "stepped",
    "unpacked",
    "write",
]

LONGEST = 6
"""Words of a phrase at most."""
PAD = 0xFFFF
WORD = np.uint64(16)
# Scores are kept in steps, of which there are 255.
STEPS = 255
# Higher levels take several times as long for a hundredth of the size.
LEVEL = 17

Ints = NDArray[np.int64]
Words = NDArray[np.uint16]
Bytes = NDArray[np.uint8]
Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trie:
    """Node 0 is the root, node n has key n-1."""

    keys: NDArray[np.uint64]

    def child(self, nodes: Ints, words: Ints | Words) -> Ints:
        """The node that a word leads to from each node; 0 where there is none."""
        wanted = nodes.astype(np.uint64) << WORD | words.astype(np.uint64)
        places = np.searchsorted(self.keys, wanted)
        places[places == len(self.keys)] = 0
        return np.where(self.keys[places] == wanted, places + 1, 0)

    def levels(self) -> list[tuple[int, int]]:
        """First and last node, exclusive, of the phrases of one word, of two, and so on."""
        bounds: list[tuple[int, int]] = []
        first = 1
        while first <= len(self.keys):
            after = 1 + int(np.searchsorted(self.keys, np.uint64(first) << WORD))
            bounds.append((bounds[-1][1] if bounds else 1, after))
            first = after
        return bounds

    def phrases(self, nodes: Ints, levels: Sequence[tuple[int, int]]) -> tuple[Words, Ints]:
        """Words on the way to each node, padded to ``LONGEST``, and how many they are."""
        sizes = np.searchsorted(np.array([first for first, _ in levels]), nodes, side="right").astype(np.int64)
        words = np.full((len(nodes), LONGEST), PAD, dtype=np.uint16)
        rows, at, places = np.arange(len(nodes)), nodes.copy(), sizes.copy()
        while rows.size:
            keys = self.keys[at - 1]
            places -= 1
            words[rows, places] = keys.astype(np.uint16)
            up = (keys >> WORD).astype(np.int64)
            more = up > 0
            rows, at, places = rows[more], up[more], places[more]
        return words, sizes


def planted(rows: Words) -> tuple[Trie, Ints]:
    """A trie of phrases, rows padded with ``PAD``, and the node of each."""
    nodes = np.zeros(len(rows), dtype=np.int64)
    keys: list[NDArray[np.uint64]] = []
    size = 0
    for column in rows.T:
        alive = column != PAD
        found, places = np.unique(nodes[alive].astype(np.uint64) << WORD | column[alive], return_inverse=True)
        nodes[alive] = size + 1 + places
        keys.append(found)
        size += len(found)
    return Trie(keys=np.concatenate(keys)), nodes


def stepped(logs: NDArray[np.float32], step: np.float32) -> Bytes:
    """Negative logarithms in steps, eight bits each."""
    steps: Bytes = np.clip(np.rint(-logs / step), 0, STEPS).astype(np.uint8)
    return steps


def packed(name: str, trie: Trie) -> Arrays:
    """A trie as arrays whose names begin alike: words, and the number of children of each node."""
    degrees = np.bincount((trie.keys >> WORD).astype(np.int64), minlength=len(trie.keys) + 1)
    return {
        f"{name}words": split(trie.keys.astype(np.uint16)),
        f"{name}degrees": split(degrees.astype(np.uint16)),
    }


def unpacked(name: str, arrays: Arrays) -> Trie:
    """The trie that ``packed`` took apart."""
    degrees = joined(arrays[f"{name}degrees"])
    parents = np.repeat(np.arange(len(degrees), dtype=np.uint64), degrees)
    return Trie(keys=parents << WORD | joined(arrays[f"{name}words"]))


def split(values: NDArray[Any]) -> Bytes:
    """Values of several bytes as one row for each byte, which compress better."""
    return np.ascontiguousarray(values.view(np.uint8).reshape(-1, values.itemsize).T)


def joined(planes: Bytes) -> NDArray[Any]:
    """The values that ``split`` took apart, unsigned, of two or four bytes."""
    kind = {2: np.uint16, 4: np.uint32}[len(planes)]
    return np.ascontiguousarray(planes.T).view(kind).ravel()


def write(path: Path, arrays: Arrays) -> None:
    """Write arrays as safetensors under zstd."""
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    path.write_bytes(zstandard.ZstdCompressor(level=LEVEL).compress(save(whole)))


def read(path: Path) -> Arrays:
    """Read what ``write`` wrote."""
    return load(zstandard.ZstdDecompressor().decompress(path.read_bytes()))
