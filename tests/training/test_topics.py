"""The labelled items that the topic classifier learns from."""

import csv
import hashlib
import re
from collections import Counter
from pathlib import Path

import pytest

from contrecoup.scrub import fold
from contrecoup.topics import load_scheme

HOME = Path(__file__).parents[2]
ITEMS = HOME / "training" / "data" / "topics"
GOLD = HOME / "benchmarks" / "gold" / "topics.tsv"
ADDRESSES = HOME / "benchmarks" / "gold" / "topic-addresses.tsv"
TOPICS = {topic.name for topic in load_scheme().topics}
TEST_PERCENT = 15


def read(lang: str) -> list[dict[str, str]]:
    """Every item of one language, by column."""
    with (ITEMS / f"{lang}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def is_test(title: str) -> bool:
    """The half of an item: a hash of its title alone."""
    return int(hashlib.blake2b(title.encode(), digest_size=4).hexdigest(), 16) % 100 < TEST_PERCENT


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_item_is_well_formed(lang: str) -> None:
    """Four columns, known topics and kinds, a title, and no blanks at the ends."""
    for item in read(lang):
        assert list(item) == ["topics", "kind", "title", "lead"]
        assert set(item["topics"].split()) <= TOPICS
        assert item["kind"] in {"headline", "teaser", "hard"}
        assert item["title"] == item["title"].strip()
        assert item["lead"] == item["lead"].strip()
        assert len(item["title"]) > 5


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_title_stands_twice(lang: str) -> None:
    """So no title of the test half is in the training half, in whatever case."""
    counts = Counter(fold(item["title"]) for item in read(lang))
    assert [title for title, number in counts.items() if number > 1] == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_lead_stands_in_both_halves(lang: str) -> None:
    """A lead under two titles would be seen in training and asked for in the test."""
    items = [item for item in read(lang) if item["lead"]]
    halves = [{fold(item["lead"]) for item in items if is_test(item["title"]) == test} for test in (True, False)]
    assert halves[0].isdisjoint(halves[1])


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_every_topic_has_its_share_of_either_half(lang: str) -> None:
    """At least 120 items each, 10 of them in the test half, and as many without a topic as a quarter."""
    items = read(lang)
    assert len(items) >= 800
    for topic in TOPICS:
        own = [item for item in items if topic in item["topics"].split()]
        assert len(own) >= 120
        assert sum(is_test(item["title"]) for item in own) >= 10
    assert sum(not item["topics"] for item in items) >= len(items) / 4


def test_examples_of_the_scheme_are_no_test_items() -> None:
    """They are trained on."""
    asked = {fold(item["title"]) for lang in ("fr", "en") for item in read(lang) if is_test(item["title"])}
    assert {fold(text) for topic in load_scheme().topics for _, text in topic.examples}.isdisjoint(asked)


def test_gold_labels_are_known_and_each_headline_is_in_one_half() -> None:
    """Ids, batch, half and labels only."""
    with GOLD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == ["id", "batch", "split", "labels"]
    assert len({row["id"] for row in rows}) == len(rows) >= 1200
    for row in rows:
        assert row["split"] in {"train", "test"}
        assert set(row["labels"].split()) <= TOPICS
    assert sum(row["split"] == "test" for row in rows) >= 800


def publisher(address: str) -> str:
    """The last two labels of an address's host."""
    return ".".join(address.partition("/")[0].split(".")[-2:])


def test_addresses_are_labelled_once_and_no_publisher_is_in_both_halves() -> None:
    """A hash of the publisher's domain decides; either language has cases of both rare topics in the test half."""
    with ADDRESSES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert list(rows[0]) == ["address", "batch", "lang", "split", "labels"]
    assert len({row["address"] for row in rows}) == len(rows) >= 600
    for row in rows:
        assert row["batch"] in {"1", "2"}
        half = int(hashlib.blake2b(publisher(row["address"]).encode(), digest_size=4).hexdigest(), 16) % 2
        assert row["split"] == ("test" if half else "train")
        assert set(row["labels"].split()) <= TOPICS
    tested = Counter((row["lang"], row["labels"]) for row in rows if row["split"] == "test")
    for lang in ("fr", "en"):
        assert min(tested[lang, "ai_model_launch"], tested[lang, "scam_tokens"], tested[lang, ""]) >= 20


def test_an_address_holds_a_title_and_no_text() -> None:
    """The part with the most hyphens is one of words, in the address of a page, without what a browser adds."""
    with ADDRESSES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            assert not set(row["address"]) & set(" ?#")
            assert max(part.count("-") for part in row["address"].split("/")[1:]) >= 2


def words(text: str) -> frozenset[str]:
    """Words of three letters or figures and more, without accents or case."""
    return frozenset(re.findall(r"\w{3,}", fold(text)))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_item_that_trains_has_the_words_of_a_test_address(lang: str) -> None:
    """At most three in five of the words of both are common; a story told in other words takes a reader to find."""
    with ADDRESSES.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["split"] == "test"]
    asked = [words(max(row["address"].split("/")[1:], key=lambda part: part.count("-"))) for row in rows]
    trained = {item["title"]: words(item["title"]) for item in read(lang) if not is_test(item["title"])}
    shared = {title: max(len(own & one) / len(own | one) for one in asked) for title, own in trained.items()}
    assert [title for title, share in shared.items() if share > 0.6] == []
