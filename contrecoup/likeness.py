"""Likeness: whether two articles tell one event, as a figure and its reasons, and the second check. Used by stories.py.

The figure is a cosine over the features of two gists, each weighted by its rarity in the week's news, then corrected
for topics and for the time between. The second check can only refuse: a rebound is not the fall, whatever the words.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from contrecoup.gist import FIELD_WEIGHTS, Gist, Told
from contrecoup.models import Layer

# An invented past of documents, so that the first articles of a young archive do not make every word look rare …
PRIOR_DOCUMENTS = 100.0
# … in which a feature stood in one document.
PRIOR_FREQUENCY = 1.0
# Topics agree, or contradict each other. A topic that is missing on one side says nothing: classifiers miss some.
SAME_TOPICS, OTHER_TOPICS = 1.2, 0.5
# Reports of a move with other figures this far apart are reports of two sessions.
SESSION_APART = timedelta(hours=20)
# The likeness halves over this gap since the story's newest article: what is told together belongs together.
HALF_LIFE = timedelta(days=3)


class Rarity:
    """Inverse document frequency over a sliding window of tellings, so that its cost and memory do not grow."""

    def __init__(self, window: timedelta) -> None:
        """Start empty; ``window`` is counted back from the newest article that was added."""
        self._window = window
        self._documents: deque[tuple[datetime, tuple[str, ...]]] = deque()
        self._frequency: Counter[str] = Counter()

    def add(self, told_at: datetime, features: Iterable[str]) -> None:
        """Count an article; those older than the window go."""
        kept = tuple(features)
        self._documents.append((told_at, kept))
        self._frequency.update(kept)
        while self._documents[0][0] < told_at - self._window:
            for feature in self._documents.popleft()[1]:
                self._frequency[feature] -= 1

    def of(self, feature: str) -> float:
        """Natural logarithm of documents over documents with the feature, an invented past included; above 0."""
        total = len(self._documents) + PRIOR_DOCUMENTS
        return math.log(1.0 + total / (self._frequency[feature] + PRIOR_FREQUENCY))


def likeness_of(one: Gist, other: Gist, rarity: Rarity) -> float:
    """Cosine of two gists in 0..1, weighted by rarity: shared features, and words (one language) or the gloss (two)."""
    a, b = (_comparable(gist, within=one.lang == other.lang) for gist in (one, other))
    weights = {feature: rarity.of(feature) for feature in a.keys() | b.keys()}
    dot = sum(a[f] * b[f] * weights[f] ** 2 for f in sorted(a.keys() & b.keys()))
    norm = math.sqrt(_square(a, weights) * _square(b, weights))
    return dot / norm if norm else 0.0


def _comparable(gist: Gist, *, within: bool) -> dict[str, float]:
    return dict(gist.shared + (gist.words if within else gist.gloss))


def _square(features: Mapping[str, float], weights: Mapping[str, float]) -> float:
    return sum((features[f] * weights[f]) ** 2 for f in sorted(features))


def topic_factor(one: frozenset[str], other: frozenset[str]) -> float:
    """How far the topics of two articles speak for one event; 1 when either has none."""
    if not one or not other or (one != other and one & other):
        return 1.0
    return SAME_TOPICS if one == other else OTHER_TOPICS


def time_factor(gap: timedelta) -> float:
    """1 for articles told together, halved every ``HALF_LIFE``; a negative gap (a late article) counts as none."""
    return float(0.5 ** (max(gap, timedelta(0)) / HALF_LIFE))


def refused(told: Told, gist: Gist, founder: Told, founding: Gist) -> bool:
    """The second check, whatever the likeness: other instruments, the other direction, or another session's figures."""
    return (
        _other_instruments(told, founder)
        or (gist.direction * founding.direction < 0 and bool(_market(told) & _market(founder)))
        or _other_session(told, gist, founder, founding)
    )


def _other_instruments(told: Told, founder: Told) -> bool:
    ours, theirs = _titled(told), _titled(founder)
    if not ours or not theirs:
        return False
    return not (ours & _named(founder)) and not (theirs & _named(told))


def _other_session(told: Told, gist: Gist, founder: Told, founding: Gist) -> bool:
    if not gist.direction or not founding.direction or not _market(told) & _market(founder):
        return False
    if abs(told.document.told_at - founder.document.told_at) < SESSION_APART:
        return False
    ours, theirs = (_top_figures(g) for g in (gist, founding))
    return bool(ours) and bool(theirs) and not ours & theirs


def _top_figures(gist: Gist) -> frozenset[str]:
    return frozenset(f for f, weight in gist.shared if f.startswith("figure:") and weight > FIELD_WEIGHTS["text"])


def _market(told: Told) -> frozenset[str]:
    return told.topics | _named(told)


def _named(told: Told) -> frozenset[str]:
    return frozenset(m.target for m in told.mentions if m.layer is Layer.DIRECT and ":" not in m.target)


def _titled(told: Told) -> frozenset[str]:
    return _named(Told(document=told.document, mentions=tuple(m for m in told.mentions if m.field == "title")))
