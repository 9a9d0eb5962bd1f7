"""Migrations are only added to, and views follow the code."""

import re
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import duckdb
import pytest

from contrecoup.errors import StoreError
from storage.opening import errors_of
from storage.schema import Script, prepare, read_scripts
from storage.store import Store, open_store

TABLE = Script(number=1, name="one", sql="create table one (x bigint)")
VIEW = Script(number=10, name="double", sql="create or replace view double as select 2 * x as y from one")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """A database in memory."""
    return duckdb.connect(":memory:")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store that nobody writes to."""
    with open_store(tmp_path_factory.mktemp("schema") / "news.duckdb") as opened:
        yield opened


def test_preparing_twice_changes_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables, views and rows stay as they are."""
    prepare(connection, migrations=(TABLE,), views=(VIEW,))
    connection.execute("insert into one values (21)")
    prepare(connection, migrations=(TABLE,), views=(VIEW,))
    assert connection.execute("select y from double").fetchall() == [(42,)]


def test_a_new_migration_runs_once_and_views_see_it(connection: duckdb.DuckDBPyConnection) -> None:
    """A column that is added later shows in a view over all columns."""
    all_columns = Script(number=10, name="everything", sql="create or replace view everything as select * from one")
    prepare(connection, migrations=(TABLE,), views=(all_columns,))
    more = Script(number=2, name="two", sql="alter table one add column z varchar; insert into one values (1, 'z')")
    for _ in range(2):
        prepare(connection, migrations=(TABLE, more), views=(all_columns,))
    assert connection.execute("select * from everything").fetchall() == [(1, "z")]


def test_a_view_that_the_code_lost_is_dropped(connection: duckdb.DuckDBPyConnection) -> None:
    """No stale view answers with yesterday's meaning."""
    prepare(connection, migrations=(TABLE,), views=(VIEW,))
    prepare(connection, migrations=(TABLE,), views=())
    with pytest.raises(duckdb.CatalogException):
        connection.execute("select y from double")


def test_a_rewritten_migration_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    """Otherwise two databases of one version would differ."""
    prepare(connection, migrations=(TABLE,), views=())
    other = Script(number=1, name="one", sql="create table one (x varchar)")
    with pytest.raises(StoreError, match="Migration 1 of the database is not the one"):
        prepare(connection, migrations=(other,), views=())


def test_a_newer_database_is_refused(connection: duckdb.DuckDBPyConnection) -> None:
    """An older program must not write into tables that it does not know."""
    prepare(connection, migrations=(TABLE, Script(number=2, name="two", sql="select 1")), views=())
    with pytest.raises(StoreError, match="newer Contrecoup: it has migration 2, this one ends at 1"):
        prepare(connection, migrations=(TABLE,), views=())


def test_a_failed_migration_leaves_nothing(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Half a migration would be neither the old state nor the new."""
    broken = Script(number=2, name="two", sql="create table two (x bigint); select wrong from nowhere")
    with pytest.raises(StoreError, match="nowhere"), errors_of(path):
        prepare(connection, migrations=(TABLE, broken), views=())
    assert connection.execute("select number from migrations").fetchall() == [(1,)]
    assert connection.execute("select table_name from duckdb_tables() where table_name = 'two'").fetchall() == []


def test_a_store_of_a_newer_program_says_to_update(path: Path) -> None:
    """The user learns which of the two is old."""
    with open_store(path) as store:
        store._connection.execute("insert into migrations values (9999, 'future', 'hash')")
    with pytest.raises(StoreError, match="Update Contrecoup"), open_store(path):
        pass


def test_a_view_is_named_as_its_file(empty: Store) -> None:
    """One view a file, found by its name."""
    views = read_scripts("views")
    for script in views:
        assert re.findall(r"create or replace view (\w+) as\n", script.sql) == [script.name]
        assert script.name in empty._relations
    assert len({script.number for script in views}) == len(views)


def sql_files() -> list[Path]:
    """Every view and query file."""
    folders = [files("storage").joinpath(folder) for folder in ("views", "queries")]
    return sorted(Path(str(file)) for folder in folders for file in folder.iterdir())


@pytest.mark.parametrize("file", sql_files(), ids=lambda file: file.stem)
def test_sql_begins_with_the_question_it_answers(file: Path) -> None:
    """The first line is a comment with a question, and key words are in lower case."""
    first, *rest = file.read_text(encoding="utf-8").splitlines()
    assert first.startswith("-- ")
    assert "?" in first
    assert not re.search(r"\b(SELECT|FROM|WHERE|JOIN|GROUP|ORDER)\b", "\n".join(rest))


@pytest.mark.parametrize("file", sql_files(), ids=lambda file: file.stem)
def test_every_query_is_accepted_by_the_database(empty: Store, file: Path) -> None:
    """Each view and query answers on an empty store, with the parameters it names."""
    text = file.read_text(encoding="utf-8")
    if file.parent.name == "views":
        assert empty.count(file.stem.partition("_")[2]) == 0
        return
    lists = {"symbols", "ids", "moves"}
    days = {name for name in re.findall(r"\$(\w+)", text) if name.endswith("_on")}
    words = {"symbol", "lang", "profile"}
    numbers = {"count", "hours", "remembered", "shown", "least", "prior_middle", "prior_sessions", "prior_spread"}
    parameters = {
        name: ["x"]
        if name in lists
        else "x"
        if name in words
        else 1
        if name in numbers
        else "2025-01-27"
        if name in days
        else "2025-01-27 12:00+00"
        for name in re.findall(r"\$(\w+)", text)
    }
    assert empty.count(file.stem, **parameters) == 0
