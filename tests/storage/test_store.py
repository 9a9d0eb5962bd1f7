"""What the store keeps when a key is written twice, a batch is broken, or a result is replaced."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contrecoup.errors import StoreError
from contrecoup.models import ArticleText, Entry, Evidence, Failure, Feed, Link, Method, Move, PageBody, PriceBar
from storage.store import Store, open_store, rows_where

NOON = datetime(2025, 1, 27, 12, tzinfo=UTC)
DAY = NOON.date()


def test_saved_rows_are_there_when_the_store_is_opened_again(path: Path, make: Callable[..., Any]) -> None:
    """What was saved is on the disk."""
    with open_store(path) as store:
        store.save([make(Feed, url="https://fr.example")])
    with open_store(path) as store:
        assert store.count("feeds") == 1


def test_an_entry_seen_again_keeps_when_it_was_first_seen(store: Store, make: Callable[..., Any]) -> None:
    """A corrected title is taken, the first sight stays."""
    store.save([make(Entry, title="Nvdia recule", seen_at=NOON)])
    store.save([make(Entry, title="Nvidia recule", seen_at=NOON + timedelta(days=1))])
    [entry] = store.read(Entry, "entries")
    assert (entry.title, entry.seen_at) == ("Nvidia recule", NOON)


def test_a_body_is_never_rewritten(store: Store, make: Callable[..., Any]) -> None:
    """The same fingerprint means the same bytes: the first stay."""
    store.save([make(PageBody, body=b"first")], [make(ArticleText, text="first")])
    store.save([make(PageBody, body=b"second")], [make(ArticleText, text="second")])
    assert store.read(PageBody, "page_bodies")[0].body == b"first"
    assert store.read(ArticleText, "article_texts")[0].text == "first"


def test_a_method_in_force_keeps_its_beginning_until_another_comes(store: Store, make: Callable[..., Any]) -> None:
    """Saying at every run which method is in force changes nothing; another method does."""
    later = NOON + timedelta(days=1)
    store.save([make(Method, stage="group", method="group-1", since_at=NOON)])
    store.save([make(Method, stage="group", method="group-1", since_at=later)])
    assert store.read(Method, "methods")[0].since_at == NOON
    store.save([make(Method, stage="group", method="group-2", since_at=later)])
    assert store.read(Method, "methods") == [Method(stage="group", method="group-2", since_at=later)]


def test_of_rows_with_one_key_in_a_batch_the_last_stands(store: Store, make: Callable[..., Any]) -> None:
    """Two entries of one feed with one identity do not stop the batch."""
    store.save([make(Entry, title="one"), make(Entry, title="two")])
    assert [entry.title for entry in store.read(Entry, "entries")] == ["two"]


def test_of_facts_with_one_key_in_a_batch_the_first_stands(store: Store, make: Callable[..., Any]) -> None:
    """What happened is not rewritten within a batch either."""
    store.save([make(Failure, message="one"), make(Failure, message="two")])
    assert [failure.message for failure in store.read(Failure, "failures")] == ["one"]


def test_a_batch_that_is_refused_leaves_nothing_of_its_companions(store: Store, make: Callable[..., Any]) -> None:
    """One save is one transaction: here the database refuses the second table."""
    broken = replace(make(Move), method=None)
    with pytest.raises(StoreError, match="NOT NULL"):
        store.save([make(Feed)], [broken])
    assert store.count("feeds") == 0
    store.save([make(Feed)])
    assert store.count("feeds") == 1


def test_saving_nothing_is_nothing(store: Store) -> None:
    """Empty batches are allowed, for a stage often finds nothing."""
    store.save([], [])
    assert store.count("feeds") == 0


def test_a_result_replaces_its_slice_and_no_other(store: Store, make: Callable[..., Any]) -> None:
    """Links of one session computed again leave those of other sessions and methods alone."""
    other_day = make(Link, session_on=DAY + timedelta(days=1), story_id="a", method="link-1")
    other_method = make(Link, session_on=DAY, story_id="a", method="link-0")
    store.save([make(Link, session_on=DAY, story_id=s, method="link-1") for s in "abc"], [other_day, other_method])
    kept = make(Link, session_on=DAY, story_id="b", method="link-1", rank=7)
    store.save([kept], replacing=[rows_where(Link, session_on=DAY, method="link-1")])
    assert {(link.session_on, link.method, link.story_id, link.rank) for link in store.read(Link, "links")} == {
        (other_day.session_on, "link-1", "a", 1),
        (DAY, "link-0", "a", 1),
        (DAY, "link-1", "b", 7),
    }


def test_a_slice_may_be_replaced_by_nothing(store: Store, make: Callable[..., Any]) -> None:
    """A session that has no links any more loses those it had; a column called ``at`` can be named."""
    store.save([make(Evidence, session_on=DAY)], [make(Failure, at=NOON)])
    store.save(replacing=[rows_where(Evidence, session_on=DAY), rows_where(Failure, at=NOON)])
    assert store.count("evidence") == store.count("failures") == 0


@pytest.mark.parametrize("values", [{}, {"colour": "red"}])
def test_a_slice_must_name_columns_of_the_model(values: dict[str, object]) -> None:
    """An empty slice would be the whole table."""
    with pytest.raises(StoreError, match="Link cannot be replaced by"):
        rows_where(Link, **values)


def test_a_view_is_read_as_any_dataclass_of_some_of_its_columns(desk: Store) -> None:
    """A flow that needs three columns declares three fields."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Told:
        title: str
        languages: str
        last_at: datetime

    assert desk.read(Told, "stories_now") == [
        Told(title="Chip rout after DeepSeek", languages="en,fr", last_at=NOON + timedelta(hours=2))
    ]


def test_a_limit_takes_the_first_of_the_queue(store: Store, make: Callable[..., Any]) -> None:
    """The order of the query decides which those are."""
    bars = [make(PriceBar, symbol="MC.PA", session_on=DAY - timedelta(days=n), interval="1d") for n in range(5)]
    store.save(bars)
    window = {"symbols": ["MC.PA"], "start_on": DAY - timedelta(days=3), "end_on": DAY}
    assert store.count("bars_of", **window) == 4
    assert [bar.session_on.day for bar in store.read(PriceBar, "bars_of", limit=2, **window)] == [24, 25]


@pytest.mark.parametrize("name", ["feed", "feeds; drop table feeds", "../migrations/0001_tables", "read_text('x')"])
def test_an_unknown_name_is_refused(store: Store, name: str) -> None:
    """Only tables, views and the query files can be read."""
    with pytest.raises(StoreError, match="no table, view or query"):
        store.read(Feed, name)


@pytest.mark.parametrize("parameters", [{}, {"now": NOON, "then": NOON}, {"now": [1]}])
def test_wrong_parameters_are_a_clear_error(desk: Store, parameters: dict[str, object]) -> None:
    """A missing, unknown or impossible parameter says so."""
    with pytest.raises(StoreError, match="refused"):
        desk.read(Feed, "feeds_to_check", **parameters)


def test_a_model_with_another_column_is_a_clear_error(store: Store) -> None:
    """The name of the column that is missing is told."""
    with pytest.raises(StoreError, match="symbol"):
        store.read(Link, "feeds")
