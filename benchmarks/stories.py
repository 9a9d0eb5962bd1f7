"""Stories against what readers say, beside two baselines in the same run; and how fast they are.

    python benchmarks/stories.py --real FOLDER
    python benchmarks/stories.py --scale

``FOLDER/headlines/*.csv`` holds the headlines. Of the golden week and of our own articles: B-cubed precision, recall
and F1 (Bagga & Baldwin 1998), and precision and recall of the French-English pairs alone. Of the pairs of headlines:
whether both are in one story when the headlines of their days are grouped together. Baselines: TF-IDF cosine of title
and lead with single link, at the threshold that is best on the training half; Jaccard of the titles' words of 0.55
with single link. Nothing is fitted on a test half or on the golden week. scikit-learn is needed.

``--scale`` groups 10,000, 30,000 and 100,000 articles of 30 days made of templates, a fifth of them wire copies.
"""

import argparse
import re
import resource
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from story_gold import Gold, Pair, read_bilingual, read_pairs, read_week
from story_scale import invent
from story_scores import Stories, across, b_cubed, pair_scores

from contrecoup.engines.choose import load_embedder
from contrecoup.gist import Told
from contrecoup.scrub import fold
from contrecoup.stories import STORY_LIFE, group_articles, method_of

JACCARD = 0.55
THRESHOLDS = tuple(step / 100 for step in range(10, 80, 5))
SCALES = (10_000, 30_000, 100_000)
Method = Callable[[Sequence[Told]], Stories]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, help="folder with headlines/*.csv")
    parser.add_argument("--scale", action="store_true", help="seconds and memory instead")
    chosen = parser.parse_args()
    if chosen.scale:
        report_scale()
    elif chosen.real:
        report_quality(chosen.real)
    else:
        parser.error("--real FOLDER or --scale")


def report_quality(real: Path) -> None:
    """Every method on every set."""
    week, own = read_week(), read_bilingual()
    pairs, headlines = read_pairs(real)
    train = [pair for pair in pairs if pair.split == "train"]
    test = [pair for pair in pairs if pair.split == "test"]
    for_articles = best(lambda method: b_cubed(method(own["train"].told), own["train"].story)[2])
    for_pairs = best(lambda method: pair_scores(method(headlines), train)[2])
    ours = method_of(load_embedder("static"))
    sets = {"golden week": week, "own articles, test": own["test"], "own articles, train": own["train"]}
    print(
        f"{'set':<20} {'method':<28} {'B3 P':>6} {'B3 R':>6} {'B3 F1':>6} {'fr-en P':>8} {'fr-en R':>8} {'largest':>8}"
    )
    for name, gold in sets.items():
        for label, method in (
            (ours, group),
            (f"TF-IDF single link {for_articles}", tfidf(for_articles)),
            ("title Jaccard 0.55", jaccard),
        ):
            print_gold(name, label, gold, method(gold.told))
    print(f"\n{'pairs of headlines':<20} {'method':<28} {'P':>6} {'R':>6} {'F1':>6}")
    for label, method in (
        (ours, group),
        (f"TF-IDF single link {for_pairs}", tfidf(for_pairs)),
        ("title Jaccard 0.55", jaccard),
    ):
        found = method(headlines)
        for half, chosen in (("test", test), ("train", train)):
            p, r, f1 = pair_scores(found, chosen)
            share = f"largest story {largest(found, headlines):.1%} of its day"
            print(f"{half:<20} {label:<28} {p:>6.3f} {r:>6.3f} {f1:>6.3f}   {share}")
    print()
    print_threads("own articles, test", own["test"])
    print_pair_threads(headlines, test)


def group(told: Sequence[Told]) -> Stories:
    """Ours."""
    found = group_articles(told, embedder=load_embedder("static"))
    return {member.article_id: member.story_id for member in found.members}


def tfidf(threshold: float) -> Method:
    """Articles whose TF-IDF cosine reaches the threshold, and whatever hangs on them."""

    def method(told: Sequence[Told]) -> Stories:
        vectorizer = TfidfVectorizer(strip_accents="unicode", sublinear_tf=True)
        words = csr_array(vectorizer.fit_transform([f"{one.document.title} {one.document.lead}" for one in told]))
        return single_link(told, coo_array(words @ words.T), threshold)

    return method


def jaccard(told: Sequence[Told]) -> Stories:
    """Articles whose titles share 0.55 of their words, and whatever hangs on them."""
    vectorizer = CountVectorizer(binary=True, analyzer=words_of)
    words = csr_array(vectorizer.fit_transform([one.document.title for one in told]), dtype=float)
    sizes = words.sum(axis=1)
    shared = coo_array(words @ words.T)
    row, column = shared.coords
    likeness = shared.data / (sizes[row] + sizes[column] - shared.data)
    return single_link(told, coo_array((likeness, shared.coords), shape=shared.shape), JACCARD)


def words_of(text: str) -> list[str]:
    """Folded words."""
    return re.findall(r"\w+", fold(text))


def single_link(told: Sequence[Told], likeness: coo_array, threshold: float) -> Stories:
    """Connected components of the pairs that reach the threshold and were told within the life of a story."""
    at = np.array([one.document.told_at.timestamp() for one in told])
    row, column = likeness.coords
    kept = (likeness.data >= threshold) & (np.abs(at[row] - at[column]) <= STORY_LIFE.total_seconds())
    linked = coo_array((np.ones(kept.sum()), (row[kept], column[kept])), shape=likeness.shape)
    _, found = connected_components(linked, directed=False)
    return {one.document.article_id: str(story) for one, story in zip(told, found, strict=True)}


def best(score: Callable[[Method], float]) -> float:
    """The threshold of the first baseline that scores best."""
    return max(THRESHOLDS, key=lambda threshold: score(tfidf(threshold)))


def largest(found: Stories, told: Sequence[Told]) -> float:
    """Share of the largest story in a day of a hundred articles or more."""
    days: defaultdict[object, Counter[str]] = defaultdict(Counter)
    for one in told:
        days[one.document.told_at.date()][found[one.document.article_id]] += 1
    return max((max(day.values()) / day.total() for day in days.values() if day.total() >= 100), default=0.0)  # noqa: PLR2004


def print_gold(name: str, label: str, gold: Gold, found: Stories) -> None:
    """One line of the table of sets."""
    p, r, f1 = b_cubed(found, gold.story)
    ap, ar = across(found, gold)
    biggest = max(Counter(found.values()).values())
    print(f"{name:<20} {label:<28} {p:>6.3f} {r:>6.3f} {f1:>6.3f} {ap:>8.3f} {ar:>8.3f} {biggest:>8}")


def print_threads(name: str, gold: Gold) -> None:
    """Where the stories that are said to follow another point: to their own, to the one they develop, elsewhere."""
    kinds: Counter[str] = Counter()
    for story in group_articles(gold.told, embedder=load_embedder("static")).stories:
        if story.follows_story_id:
            ours, theirs = gold.story[story.id], gold.story[story.follows_story_id]
            thread = theirs in (ours, gold.follows.get(ours)) or gold.follows.get(theirs) == ours
            kinds["a part of the same story" if ours == theirs else "in its thread" if thread else "elsewhere"] += 1
    print(f"stories that follow another, {name}: {dict(kinds)}")


def print_pair_threads(headlines: Sequence[Told], pairs: Sequence[Pair]) -> None:
    """How many pairs that develop one another are kept apart, and how many of them are named as such."""
    found = group_articles(headlines, embedder=load_embedder("static"))
    story = {member.article_id: member.story_id for member in found.members}
    follows = {one.id: one.follows_story_id for one in found.stories}
    wanted = [pair.ids for pair in pairs if pair.verdict == "follow"]
    apart = [(story[a], story[b]) for a, b in wanted if story[a] != story[b]]
    named = sum(follows[b] == a or follows[a] == b for a, b in apart)
    print(f"pairs that develop one another, test: {len(wanted)}, kept apart {len(apart)}, named {named}")


def report_scale() -> None:
    """Seconds and memory by number of articles."""
    embedder = load_embedder("static")
    embedder.embed(["warm"])
    for count in SCALES:
        told = invent(count)
        wall, cpu = time.perf_counter(), time.process_time()
        found = group_articles(told, embedder=embedder)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        copies = sum(member.reason == "wire_copy" for member in found.members)
        print(
            f"{count:>7} articles: {wall:6.1f} s ({cpu:6.1f} s of processor), {1e3 * cpu / count:.2f} ms an article, "
            f"peak {peak:5.0f} MB, {len(found.stories)} stories, {copies} wire copies"
        )


if __name__ == "__main__":
    main()
