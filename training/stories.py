"""Fit the weights by which two articles are held to tell one event (``contrecoup/likeness.py``), and its thresholds.

    python training/stories.py --real FOLDER

Learns from the training halves alone: every pair within a week of our own articles (``benchmarks/gold``), and the
pairs of real headlines (``FOLDER/headlines``). Our own stories are spread over twenty months, where nothing competes
with them; for the pairs they are moved into ten days of one month, each with the stories that follow it, so that they
crowd each other as news does. Prints what is pasted into the two modules: weights, then the thresholds by the B-cubed
F1 of the training half as it was told, at a French-English precision of 0.95 or more, and by the pairs' F1.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from unittest.mock import patch
from zlib import crc32

import numpy as np
from sklearn.linear_model import LogisticRegression

from contrecoup import likeness, stories
from contrecoup.engines.choose import load_embedder
from contrecoup.gist import Told, gist_text, read_gist
from contrecoup.likeness import FEATURES, Sketch, on_grid, pair_features, sketch_of
from contrecoup.rarity import Floats, Rarity

sys.path.append(str(Path(__file__).resolve().parent.parent / "benchmarks"))
from story_gold import Gold, Pair, read_bilingual, read_pairs
from story_scores import Stories, across, b_cubed, pair_scores

# Our own stories are moved into so many days: some 50 articles a day. With 30 the training half is grouped as well,
# and the test half with less precision across languages.
CROWDED_DAYS = 10
CROWDED_FROM = datetime(2025, 3, 3, tzinfo=UTC)
# Inverse strength of the penalty; 0.3, 3 and 10 fit alike.
STRENGTH = 1.0
LEAST_PRECISION = 0.95
ONE_LANGUAGE = (0.12, 0.15, 0.17, 0.20, 0.25, 0.30)
TWO_LANGUAGES = (0.08, 0.10, 0.12, 0.15, 0.20)
Compared = Callable[[Told, Sequence[Sketch]], Iterable[Sketch]]


def main() -> None:
    """Print weights and thresholds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with headlines/*.csv")
    real = parser.parse_args().real
    own = read_bilingual()["train"]
    pairs, headlines = read_pairs(real)
    train = [pair for pair in pairs if pair.split == "train"]
    weights = fit([*own_pairs(own), *headline_pairs(train, headlines)])
    print(FEATURES, np.round(weights, 2).tolist(), sep="\n")
    with patch.object(likeness, "WEIGHTS", np.round(weights, 2)):
        report_thresholds(own, train, headlines)


def fit(examples: Sequence[tuple[Floats, bool, bool]]) -> Floats:
    """Weights of shape (2, features) from (features, across languages, same event)."""
    rows = []
    for crossed in (False, True):
        own = [(features, same) for features, across_languages, same in examples if across_languages is crossed]
        inputs, same = np.array([features[1:] for features, _ in own]), np.array([same for _, same in own])
        print(f"{'two languages' if crossed else 'one language'}: {len(own)} pairs, {same.sum()} of one event")
        model = LogisticRegression(C=STRENGTH, max_iter=5000).fit(inputs, same)
        rows.append([model.intercept_[0], *model.coef_[0]])
    return np.array(rows)


def own_pairs(gold: Gold) -> Iterator[tuple[Floats, bool, bool]]:
    """All pairs within a week of our own articles, once they are crowded."""

    def before(told: Told, earlier: Sequence[Sketch]) -> Iterable[Sketch]:
        since = told.document.told_at - stories.STORY_LIFE
        return [sketch for sketch in earlier if sketch.told.document.told_at >= since]

    for one, other, features in compared(crowded(gold), before):
        yield features, one.gist.lang != other.gist.lang, gold.story[_id(one)] == gold.story[_id(other)]


def headline_pairs(pairs: Sequence[Pair], headlines: Sequence[Told]) -> Iterator[tuple[Floats, bool, bool]]:
    """The pairs of real headlines, among the headlines of their days."""
    verdicts = {frozenset(pair.ids): pair.verdict for pair in pairs}
    partners: dict[str, set[str]] = {}
    for first, second in (pair.ids for pair in pairs):
        partners.setdefault(second, set()).add(first)

    def judged(told: Told, earlier: Sequence[Sketch]) -> Iterable[Sketch]:
        wanted = partners.get(told.document.article_id)
        return [sketch for sketch in earlier if _id(sketch) in wanted] if wanted else []

    for one, other, features in compared(headlines, judged):
        verdict = verdicts[frozenset((_id(one), _id(other)))]
        yield features, one.gist.lang != other.gist.lang, verdict == "same"


def crowded(gold: Gold) -> list[Told]:
    """The articles at other dates: the hour stays, each thread of stories begins within ``CROWDED_DAYS``."""
    first: dict[str, datetime] = {}
    for told in sorted(gold.told, key=lambda told: told.document.told_at):
        first.setdefault(gold.story[told.document.article_id], told.document.told_at)
    moved = []
    for told in gold.told:
        thread = _thread(gold.story[told.document.article_id], gold.follows, first)
        begins = CROWDED_FROM + timedelta(days=crc32(thread.encode()) % CROWDED_DAYS)
        at = told.document.told_at + (begins.date() - first[thread].date())
        moved.append(replace(told, document=replace(told.document, published_at=at, seen_at=at)))
    return moved


def _thread(story: str, follows: Mapping[str, str], known: Mapping[str, datetime]) -> str:
    while follows.get(story, "") in known:
        story = follows[story]
    return story


def compared(told: Sequence[Told], choose: Compared) -> Iterator[tuple[Sketch, Sketch, Floats]]:
    """Each article with the earlier ones that are chosen, and the features of the pair as they were when it came."""
    ordered = sorted(told, key=lambda one: (one.document.told_at, one.document.article_id))
    rarity, earlier = Rarity(stories.STORY_LIFE), list[Sketch]()
    vectors = on_grid(load_embedder("static").embed([gist_text(one) for one in ordered]))
    for one, vector in zip(ordered, vectors, strict=True):
        rarity.forget(one.document.told_at)
        sketch = sketch_of(one, read_gist(one), vector, rarity)
        if others := list(choose(one, earlier)):
            yield from zip([sketch] * len(others), others, pair_features(sketch, others, rarity), strict=True)
        earlier.append(sketch)
        rarity.add(one.document.told_at, sketch.bags)


def report_thresholds(own: Gold, pairs: Sequence[Pair], headlines: Sequence[Told]) -> None:
    """Scores of the training half by threshold; those that cross languages too freely are left out."""
    for one, two in product(ONE_LANGUAGE, TWO_LANGUAGES):
        with patch.multiple(stories, JOIN=one, JOIN_OTHER_LANGUAGE=two):
            found = group(own.told)
            (_, _, f1), (precision, recall) = b_cubed(found, own.story), across(found, own)
            if precision >= LEAST_PRECISION:
                among = pair_scores(group(headlines), pairs)[2] if two == TWO_LANGUAGES[0] else float("nan")
                print(f"{one} {two}: B3 F1 {f1:.3f}, across P {precision:.3f} R {recall:.3f}, pairs F1 {among:.3f}")


def group(told: Sequence[Told]) -> Stories:
    """Story of each article."""
    found = stories.group_articles(told, embedder=load_embedder("static"))
    return {member.article_id: member.story_id for member in found.members}


def _id(sketch: Sketch) -> str:
    return sketch.told.document.article_id


if __name__ == "__main__":
    main()
