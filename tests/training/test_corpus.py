"""The bilingual corpus: what any training or measurement takes for granted."""

import csv
import hashlib
from collections import Counter
from pathlib import Path

import pytest

CORPUS = Path(__file__).parents[2] / "training" / "data" / "tech-finance.tsv"
TEST_PERCENT = 15


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a file of tab-separated columns."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.fixture(scope="module")
def pairs() -> list[dict[str, str]]:
    """Every pair, by column."""
    return read(CORPUS)


def test_the_split_follows_the_french_side_and_nothing_else(pairs: list[dict[str, str]]) -> None:
    """Adding pairs moves none of the others between training and test."""
    for pair in pairs:
        place = int(hashlib.blake2b(pair["fr"].encode(), digest_size=4).hexdigest(), 16) % 100
        assert pair["split"] == ("test" if place < TEST_PERCENT else "train")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_test_sentence_stands_in_the_general_news(pairs: list[dict[str, str]], lang: str) -> None:
    """All of which is for training."""
    kept = {pair[lang].casefold() for pair in pairs if pair["split"] == "test"}
    for path in CORPUS.parent.glob("general-news-*.tsv"):
        rows = read(path)
        assert rows
        assert [row[lang] for row in rows if row[lang].casefold() in kept] == []


def test_every_pair_of_the_general_news_is_whole_and_stands_once() -> None:
    """Both sides are there and of comparable length, and each file holds the pairs first written in its language."""
    seen: Counter[str] = Counter()
    for lang in ("fr", "en"):
        rows = read(CORPUS.parent / f"general-news-{lang}.tsv")
        assert len(rows) >= 15_000
        assert {row["original"] for row in rows} == {lang}
        assert {row["kind"] for row in rows} == {"headline", "lead", "body"}
        assert [row for row in rows if not 0.4 <= len(row["en"]) / len(row["fr"]) <= 2.5] == []
        seen.update(row[side].casefold() for row in rows for side in ("fr", "en"))
    assert [text for text, number in seen.items() if number > 1] == []


def test_the_dictionary_holds_words_and_no_sentences() -> None:
    """One to three words a side, no row twice."""
    rows = [(row["fr"], row["en"]) for row in read(CORPUS.parent / "dictionary.tsv")]
    assert len(rows) == len(set(rows)) >= 25_000
    for side in (text for row in rows for text in row):
        assert 1 <= len(side.split()) <= 3
        assert side[0].isalpha()


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_no_sentence_stands_twice(pairs: list[dict[str, str]], lang: str) -> None:
    """So no test sentence is seen in training either."""
    counts = Counter(pair[lang].casefold() for pair in pairs)
    assert [text for text, number in counts.items() if number > 1] == []


def test_every_pair_is_whole(pairs: list[dict[str, str]]) -> None:
    """Both sides are there, of comparable length, and the other columns hold known words."""
    assert len(pairs) >= 3000
    for pair in pairs:
        assert 0.4 <= len(pair["en"]) / len(pair["fr"]) <= 2.5
        assert pair["kind"] in {"headline", "lead", "body"}
        assert pair["original"] in {"fr", "en"}


def test_both_directions_and_every_domain_are_well_filled(pairs: list[dict[str, str]]) -> None:
    """At least 45 % begin in each language, and each of the nine domains has 250 pairs or more."""
    origins = Counter(pair["original"] for pair in pairs)
    domains = Counter(pair["domain"] for pair in pairs)
    assert min(origins.values()) >= 0.45 * len(pairs)
    assert len(domains) == 9
    assert min(domains.values()) >= 250
