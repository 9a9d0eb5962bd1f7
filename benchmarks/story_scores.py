"""Scores of a grouping, by the stories that readers see: for stories.py and training/stories.py."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import combinations

from story_gold import Gold, Pair

Stories = Mapping[str, str]
"""Story by article id."""


def b_cubed(found: Stories, true: Stories) -> tuple[float, float, float]:
    """B-cubed precision, recall and F1 over the articles."""
    ours, theirs = _members(found), _members(true)
    both = [(ours[found[one]], theirs[true[one]]) for one in true]
    precision = sum(len(a & b) / len(a) for a, b in both) / len(both)
    recall = sum(len(a & b) / len(b) for a, b in both) / len(both)
    return precision, recall, 2 * precision * recall / (precision + recall)


def across(found: Stories, gold: Gold) -> tuple[float, float]:
    """Precision and recall of the pairs of one story that stand in two languages."""
    lang = {one.document.article_id: one.document.lang for one in gold.told}
    counts: Counter[tuple[bool, bool]] = Counter(
        (found[a] == found[b], gold.story[a] == gold.story[b]) for a, b in combinations(lang, 2) if lang[a] != lang[b]
    )
    right = counts[True, True]
    return right / max(1, right + counts[True, False]), right / max(1, right + counts[False, True])


def pair_scores(found: Stories, pairs: Sequence[Pair]) -> tuple[float, float, float]:
    """Precision, recall and F1 of the pairs that tell one event."""
    counts = Counter((found[pair.ids[0]] == found[pair.ids[1]], pair.verdict == "same") for pair in pairs)
    right = counts[True, True]
    precision, recall = right / max(1, right + counts[True, False]), right / max(1, right + counts[False, True])
    return precision, recall, 2 * right / max(1, 2 * right + counts[True, False] + counts[False, True])


def _members(stories: Stories) -> dict[str, set[str]]:
    members: dict[str, set[str]] = defaultdict(set)
    for one, story in stories.items():
        members[story].add(one)
    return members
