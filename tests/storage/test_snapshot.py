"""The snapshot: made while the database is held, and safe to hand to anybody's SQL."""

import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contrecoup.errors import StoreError
from contrecoup.models import Feed
from storage.opening import snapshot_path
from storage.snapshot import query_snapshot
from storage.store import Store, open_snapshot, open_store

OPEN = "import duckdb, sys; duckdb.connect(sys.argv[1])"


def test_a_snapshot_holds_all_that_was_saved(store: Store, make: Callable[..., Any]) -> None:
    """It can be queried while the database is still held, and moments are in UTC."""
    store.save([make(Feed, url="https://fr.example", checked_at=datetime(2025, 1, 27, tzinfo=UTC))])
    table = query_snapshot(store.snapshot(), "select url, checked_at from feeds")
    assert table.columns == ("url", "checked_at")
    [(url, checked_at)] = table.rows
    assert (url, str(checked_at)) == ("https://fr.example", "2025-01-27 00:00:00+00:00")
    assert not table.cut


def test_making_a_snapshot_does_not_let_go_of_the_database(store: Store, path: Path) -> None:
    """Opening and closing the file in the writer's process would (POSIX locks), and a second writer would get in."""
    store.snapshot()
    command = [sys.executable, "-c", OPEN, str(path)]
    second = subprocess.run(command, check=False, capture_output=True, text=True)
    assert "Could not set lock" in second.stderr


def test_a_reader_keeps_the_snapshot_that_it_opened(store: Store, make: Callable[..., Any]) -> None:
    """A new snapshot takes the old one's name, not its content."""
    with duckdb.connect(str(store.snapshot()), read_only=True) as reader:
        store.save([make(Feed)])
        copy = store.snapshot()
        assert reader.execute("select count(*) from feeds").fetchall() == [(0,)]
    assert query_snapshot(copy, "select count(*) from feeds").rows == ((1,),)


def test_a_copy_that_fails_leaves_the_old_snapshot(
    store: Store, make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the command that copies fails as it would on a full disk."""
    copy = store.snapshot()
    store.save([make(Feed)])
    monkeypatch.setattr("storage.snapshot.shutil.which", lambda _: "/bin/false")
    with pytest.raises(StoreError, match="refused"):
        store.snapshot()
    assert query_snapshot(copy, "select count(*) from feeds").rows == ((0,),)
    assert sorted(file.name for file in copy.parent.iterdir() if "part" in file.name) == []


@pytest.fixture
def copy(path: Path) -> Path:
    """The snapshot of an empty store."""
    with open_store(path) as store:
        return store.snapshot()


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_text('/etc/hostname')",
        "select * from read_csv('/etc/passwd')",
        "select * from '/etc/passwd'",
        "select * from glob('/*')",
        "copy feeds to 'feeds.csv'",
        "export database 'here'",
        "attach 'other.duckdb'",
        "install fts",
        "load httpfs",
        "set enable_external_access = true",
        "set lock_configuration = false",
        "set memory_limit = '200GB'",
        "create table mine (x bigint)",
        "delete from feeds",
        "drop view documents",
    ],
)
def test_a_query_reads_the_snapshot_and_nothing_else(copy: Path, sql: str) -> None:
    """Neither the machine's files nor the snapshot's own rows can be reached or changed."""
    with pytest.raises(StoreError, match="The query was refused"):
        query_snapshot(copy, sql)


def test_a_long_answer_is_cut_and_says_so(copy: Path) -> None:
    """A query without a limit does not fill the memory."""
    table = query_snapshot(copy, "select * from range(50)", most_rows=10)
    assert (len(table.rows), table.cut) == (10, True)
    assert not query_snapshot(copy, "select * from range(10)", most_rows=10).cut


@pytest.mark.parametrize("sql", ["", "-- only this", " ; "])
def test_no_query_gives_no_rows(copy: Path, sql: str) -> None:
    """A comment alone is no error."""
    assert query_snapshot(copy, sql).rows == ()


def test_a_missing_snapshot_says_how_to_make_one(path: Path) -> None:
    """The first thing that a new user meets."""
    with pytest.raises(StoreError, match=r"There is no snapshot.*contrecoup run"):
        query_snapshot(snapshot_path(path), "select 1")


def test_a_snapshot_that_is_no_database_is_a_clear_error(path: Path) -> None:
    """Any other file given as a snapshot."""
    path.write_text("a,b\n")
    with pytest.raises(StoreError, match="no DuckDB database"):
        query_snapshot(path, "select 1")


def test_a_snapshot_is_read_as_values_while_the_database_is_held(
    store: Store, path: Path, make: Callable[..., Any]
) -> None:
    """By the same names as the database, and nothing can be saved in it."""
    store.save([make(Feed, url="https://fr.example")])
    store.snapshot()
    with open_snapshot(path) as snapshot:
        assert [feed.url for feed in snapshot.read(Feed, "feeds")] == ["https://fr.example"]
        with pytest.raises(StoreError):
            snapshot.save([make(Feed, url="https://en.example")])


def test_a_snapshot_of_other_views_is_not_read(store: Store, path: Path) -> None:
    """The advice says how to come by a new one."""
    store._connection.execute("update migrations set hash = 'older' where number = 0")
    store.snapshot()
    with pytest.raises(StoreError, match="another version") as refused, open_snapshot(path):
        pass
    assert "contrecoup run" in refused.value.advice
