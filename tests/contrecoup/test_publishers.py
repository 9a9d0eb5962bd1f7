"""Titles of one house speak with one voice."""

import tomllib
from collections import Counter

import pytest

from contrecoup.identity import publisher_of
from contrecoup.publishers import owner_of
from contrecoup.weights import ASSETS


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wsj.com", "marketwatch.com"),
        ("barrons.com", "wsj.com"),
        ("bfmtv.com", "rmc.fr"),
        ("lesechos.fr", "investir.fr"),
        ("lefigaro.fr", "journaldunet.com"),
        ("TechRadar.com", "tomshardware.com"),
    ],
)
def test_sister_titles_have_one_owner(one: str, other: str) -> None:
    """American, British and French houses alike, in any case of letters."""
    assert owner_of(one) == owner_of(other)


def test_a_publisher_outside_the_table_owns_itself() -> None:
    """Nobody is merged by default."""
    assert owner_of("press.example") == "press.example"
    assert owner_of("lemonde.fr") != owner_of("lefigaro.fr")


def test_the_table_names_each_title_once_by_its_registrable_domain() -> None:
    """As publishers are named in the database; a title under two houses would depend on the order of lines."""
    houses = tomllib.loads((ASSETS / "publishers.toml").read_text("utf-8"))["houses"]
    titles = Counter(title for house in houses.values() for title in house)
    assert [title for title, count in titles.items() if count > 1] == []
    assert [title for title in titles if publisher_of(f"https://www.{title}/") != title] == []
