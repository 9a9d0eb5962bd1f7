"""Likeness: how probable it is that two articles tell one event, and the second check. Used by founders.py, stories.py.

Likeness is a logistic regression over few features of the pair: what they mean (embedding), which rare names, figures
and instruments they share, which words, how far apart they were told, whether their topics agree. The second check can
only refuse: a rebound is not the fall, whatever the words.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from contrecoup.gist import FIELD_WEIGHTS, Gist, Told
from contrecoup.models import Layer
from contrecoup.rarity import Bag, Floats, Rarity

# Vectors are kept in whole numbers of this part of their length. The sums of their products then stay below 2**24 and
# are exact in single precision in whatever order they are made, so that no batch and no processor changes a story.
GRID = 4000.0
FEATURES = ("always", "embedding", "shared", "words", "codes", "topics", "titled", "near")
# Fitted by training/stories.py on training halves alone: 97,956 pairs of our own articles in French and English, moved
# into ten days, and 653 pairs of real headlines. Rows: in one language, across two. "always" is the intercept.
WEIGHTS: Floats = np.array(
    [
        [-9.61, 5.45, 3.58, 3.12, 0.66, 0.84, 0.46, 3.81],
        [-11.44, 9.08, 4.17, 5.70, 1.12, 1.15, 0.58, 4.48],
    ]
)
# What "near", the last feature, counts for in a kinship. The rebound comes a day after the fall: with its whole weight
# a story of the same morning on anything would stand before the one that is developed. Chosen like FOLLOW (stories.py).
NEAR_IN_KINSHIP = 0.5
# Told on one news day. Reports of a move with other figures that are not are reports of two sessions.
NEAR = timedelta(hours=20)
# Figures that are not round (30 % of one thing is not 30 % of another), and names with a digit (R1, o1, B200).
_CODE = re.compile(r"figure:(?!\d0*%?$|\de)|name:.*\d")
_OF_TEXT = FIELD_WEIGHTS["text"]

Vector = NDArray[np.float32]
Refusal = Literal["instruments", "tokens", "direction", "session"]
# A story on look-alike tokens bears a famous name, and is never the story of what made it famous.
TOKENS = "scam_tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """All that is compared of an article: its gist, its place in the shared space, and its features by number."""

    told: Told
    gist: Gist
    vector: Vector
    shared: Bag
    words: Bag
    gloss: Bag
    codes: frozenset[str]
    titled: frozenset[str]

    @property
    def bags(self) -> tuple[Bag, Bag, Bag]:
        """Every feature once."""
        return self.shared, self.words, self.gloss


def sketch_of(told: Told, gist: Gist, vector: Vector, rarity: Rarity) -> Sketch:
    """The sketch of an article; ``vector`` is on the grid."""
    return Sketch(
        told=told,
        gist=gist,
        vector=vector,
        shared=rarity.bag(gist.shared),
        words=rarity.bag(gist.words),
        gloss=rarity.bag(gist.gloss),
        codes=frozenset(feature for feature, weight in gist.shared if weight > _OF_TEXT and _CODE.match(feature)),
        titled=frozenset(mention.target for mention in told.mentions if mention.field == "title"),
    )


def on_grid(vectors: NDArray[np.float32]) -> Vector:
    """Unit vectors in whole numbers of their length over ``GRID``."""
    return np.asarray(np.rint(vectors * GRID), dtype=np.float32)


def likenesses(one: Sketch, others: Sequence[Sketch], rarity: Rarity) -> Floats:
    """Probability that each other article tells the same event, of shape (len(others),)."""
    return np.asarray(likenesses_and_kinships(one, others, rarity)[0])


def likenesses_and_kinships(one: Sketch, others: Sequence[Sketch], rarity: Rarity) -> Floats:
    """Likeness to each other article, and how near it is to what this one develops: shape (2, len(others)), in 0..1.

    A kinship is a likeness in which the day on which both were told counts half. It orders; it is no probability.
    """
    crossed = np.array([one.gist.lang != other.gist.lang for other in others], dtype=np.int64)
    parts = pair_features(one, others, rarity) * WEIGHTS[crossed]
    scores = np.sum(parts, axis=1)
    return np.asarray(1.0 / (1.0 + np.exp(-np.stack([scores, scores - parts[:, -1] * (1.0 - NEAR_IN_KINSHIP)]))))


def pair_features(one: Sketch, others: Sequence[Sketch], rarity: Rarity) -> Floats:
    """The features of each pair, of shape (len(others), len(FEATURES))."""
    told_at = one.told.document.told_at
    crossed = np.array([one.gist.lang != other.gist.lang for other in others], dtype=bool)
    words = np.zeros(len(others))
    words[~crossed] = rarity.cosines(one.words, [o.words for o, far in zip(others, crossed, strict=True) if not far])
    words[crossed] = rarity.cosines(one.gloss, [o.gloss for o, far in zip(others, crossed, strict=True) if far])
    gaps = [abs(told_at - other.told.document.told_at) for other in others]
    columns = [
        np.ones(len(others)),
        np.stack([other.vector for other in others]) @ one.vector / GRID**2,
        rarity.cosines(one.shared, [other.shared for other in others]),
        words,
        np.array([_codes_agree(one.codes, other.codes) for other in others]),
        np.array([topics_agree(one.told.topics, other.told.topics) for other in others]),
        np.array([_titles_agree(one.titled, other.titled) for other in others]),
        np.array([float(gap < NEAR) for gap in gaps]),
    ]
    return np.stack(columns, axis=1)


def topics_agree(one: frozenset[str], other: frozenset[str]) -> float:
    """1 for the same topics, -1 for others, 0 in between or when either has none: classifiers miss some."""
    if not one or not other or (one != other and one & other):
        return 0.0
    return 1.0 if one == other else -1.0


def _codes_agree(one: frozenset[str], other: frozenset[str]) -> float:
    """1 when a figure or model is named by both, -1 when each names others, 0 when either names none."""
    if not one or not other:
        return 0.0
    return -1.0 if one.isdisjoint(other) else 1.0


def _titles_agree(one: frozenset[str], other: frozenset[str]) -> float:
    """How far two titles name the same instruments and organisations: Dice's measure from -1 to 1, 0 if either none."""
    return 4.0 * len(one & other) / (len(one) + len(other)) - 1.0 if one and other else 0.0


def refusal(one: Sketch, founder: Sketch) -> Refusal | None:
    """Why two articles cannot tell one event: other instruments, tokens against none, other direction, another session.

    Figures of another session, that is: a price that falls on says another figure every hour of the same day.
    """
    if _other_instruments(one.told, founder.told):
        return "instruments"
    if one.told.topics and founder.told.topics and (TOKENS in one.told.topics) != (TOKENS in founder.told.topics):
        return "tokens"
    if not _market(one.told) & _market(founder.told):
        return None
    if one.gist.direction * founder.gist.direction < 0:
        return "direction"
    return "session" if _other_session(one, founder) else None


def _other_instruments(told: Told, founder: Told) -> bool:
    """Whether the titles name instruments, and no instrument of either title is in the other's title or lead."""
    ours, theirs = _named(told, "title"), _named(founder, "title")
    if not ours or not theirs:
        return False
    return not ours & _named(founder, "title", "lead") and not theirs & _named(told, "title", "lead")


def _other_session(one: Sketch, founder: Sketch) -> bool:
    if not one.gist.direction or not founder.gist.direction:
        return False
    if abs(one.told.document.told_at - founder.told.document.told_at) < NEAR:
        return False
    ours, theirs = (_top_figures(sketch.gist) for sketch in (one, founder))
    return bool(ours) and bool(theirs) and not ours & theirs


def _top_figures(gist: Gist) -> frozenset[str]:
    return frozenset(f for f, weight in gist.shared if f.startswith("figure:") and weight > _OF_TEXT)


def _market(told: Told) -> frozenset[str]:
    return told.topics | _named(told, *FIELD_WEIGHTS)


def _named(told: Told, *fields: str) -> frozenset[str]:
    return frozenset(
        m.target for m in told.mentions if m.layer is Layer.DIRECT and m.field in fields and ":" not in m.target
    )
