"""The store: where every stage reads what is left to do and keeps what it did.

    with open_store(path) as store:
        todo = store.read(Document, "articles_to_classify")
        store.save(labels, readings)

One process has the file at a time, so open it late and close it early; ``Store.snapshot`` makes a copy for readers.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from contrecoup.errors import StoreError
from contrecoup.models import Failure
from storage.opening import connect, errors_of, snapshot_path, transaction
from storage.schema import is_current, prepare
from storage.snapshot import connect_snapshot, copy_to_snapshot
from storage.tables import TABLES, Table, arrow_table, columns_of

WAIT_S = 60.0
"""How long to wait for a database that another process holds."""

M = TypeVar("M")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The rows of one table whose columns have these values. Made by ``rows_where``."""

    model: type
    values: tuple[tuple[str, object], ...]


def rows_where(model: type, **values: object) -> Slice:
    """The rows of a model's table in which every named column has the given value.

    Raises
    ------
    StoreError
        when no column is named, for that would be the whole table, or the model has no such column.

    """
    names = {column.name for column in columns_of(model)}
    if not values or not names.issuperset(values):
        raise StoreError(
            f"{model.__name__} cannot be replaced by {', '.join(values) or 'no column'}.",
            advice=f"Name some of its columns: {', '.join(sorted(names))}.",
        )
    return Slice(model=model, values=tuple(values.items()))


class Store:
    """An open database."""

    def __init__(self, connection: DuckDBPyConnection, path: Path, repairs: Sequence[Failure] = ()) -> None:
        """Wrap a prepared connection; ``repairs`` tells what was found damaged when the file was opened."""
        self._connection = connection
        self._path = path
        self.repairs = tuple(repairs)
        catalogue = _catalogue(connection)
        self._keys = catalogue.keys
        self._relations = catalogue.relations

    def save(self, *batches: Sequence[object], replacing: Sequence[Slice] = ()) -> None:
        """Keep rows of any models in one transaction: all of it, or nothing.

        A row whose key the table has overwrites it or is left out, as ``storage.tables.TABLES`` says for its
        table. What is computed as a whole is given with the slice that it replaces, whose rows go first::

            store.save(links, evidence, replacing=[rows_where(Link, session_on=day, method=METHOD),
                                                   rows_where(Evidence, session_on=day, method=METHOD)])

        Raises
        ------
        StoreError
            when a value does not fit its column, or the database cannot be written (nothing of it is kept then).

        """
        rows: dict[type, list[object]] = {}
        for batch in batches:
            for row in batch:
                rows.setdefault(type(row), []).append(row)
        if not rows and not replacing:
            return
        arrows = {
            TABLES[model]: arrow_table(model, self._without_repeats(model, group)) for model, group in rows.items()
        }
        with errors_of(self._path), self._registered(arrows), transaction(self._connection):
            for old in replacing:
                self._connection.execute(_delete(old), dict(old.values))
            for table in arrows:
                self._connection.execute(_insert(table, self._keys[table.name]))

    def read(self, model: type[M], name: str, *, limit: int | None = None, **parameters: object) -> list[M]:
        """Read rows as values of any dataclass of scalars, from the columns that have the names of its fields.

        ``name`` is a table, a view (``storage/views``), or a file of ``storage/queries``, whose ``$named`` parameters
        are then given.

        Raises
        ------
        StoreError
            when there is no such name, a column or a parameter is missing, or the database cannot be read.

        """
        columns = columns_of(cast("type", model))
        names = ", ".join(f'"{column.name}"' for column in columns)
        sql = f"select {names} from {self._source(name)}{_limited(limit)}"  # noqa: S608  names of our own
        rows = self._rows(sql, parameters)
        return [model(**{c.name: c.restore(value) for c, value in zip(columns, row, strict=True)}) for row in rows]

    def count(self, name: str, **parameters: object) -> int:
        """Number of rows that ``read`` would give.

        Raises
        ------
        StoreError
            as ``read`` does.

        """
        sql = f"select count(*) from {self._source(name)}"  # noqa: S608  names of our own
        return int(self._rows(sql, parameters)[0][0])

    def snapshot(self) -> Path:
        """Copy all that was saved to ``<stem>.snapshot.duckdb`` beside the database, and give its path.

        Raises
        ------
        StoreError
            when the copy cannot be made; an older snapshot stays as it was.

        """
        with errors_of(self._path):
            self._connection.execute("checkpoint")
        return copy_to_snapshot(self._path)

    @contextmanager
    def _registered(self, arrows: Mapping[Table, pa.Table]) -> Iterator[None]:
        """Let SQL see each table's new rows as ``new_<table>``."""
        for table, arrow in arrows.items():
            self._connection.register(f"new_{table.name}", arrow)
        try:
            yield
        finally:
            # a full disk ends the connection: the error that came first counts
            with suppress(duckdb.Error):
                for table in arrows:
                    self._connection.unregister(f"new_{table.name}")

    def _rows(self, sql: str, parameters: dict[str, object]) -> list[tuple[Any, ...]]:
        with errors_of(self._path):
            answer = self._connection.execute(sql, parameters) if parameters else self._connection.execute(sql)
            return list(answer.fetchall())

    def _source(self, name: str) -> str:
        if name in self._relations:
            return name
        query = query_text(name)
        if query is None:
            raise StoreError(
                f"There is no table, view or query {name!r}.",
                advice="See storage/views and storage/queries for the names.",
            )
        return f"({query})"

    def _without_repeats(self, model: type, rows: Sequence[object]) -> list[object]:
        """One row a key (DuckDB refuses to meet a key twice): the last where rows overwrite, else the first."""
        table = TABLES[model]
        keys = self._keys[table.name]
        ordered = rows if table.known_key == "update" else reversed(rows)
        return list({tuple(getattr(row, key) for key in keys): row for row in ordered}.values())


@contextmanager
def open_store(path: Path, *, wait_s: float = WAIT_S) -> Iterator[Store]:
    """Open the database, made or brought up to date when needed; it is closed at the end of the block.

    Damage that could be mended is reported as rows of ``failures`` (stage ``store``) and in ``Store.repairs``.

    Raises
    ------
    StoreBusy
        when another process still holds the file after ``wait_s`` seconds.
    StoreError
        when it cannot be opened: damaged beyond its snapshot, newer than this program, no room, no permission.

    """
    connection, repairs = connect(path, wait_s=wait_s)
    try:
        with errors_of(path):
            prepare(connection)
            store = Store(connection, path, repairs)
        store.save(repairs)
        yield store
    finally:
        with errors_of(path):
            connection.close()


@contextmanager
def open_snapshot(database: Path) -> Iterator[Store]:
    """Open the snapshot of a database, to read only: flows may write to the database meanwhile.

    Raises
    ------
    StoreError
        when there is none yet, or its views are those of another version of Contrecoup.

    """
    path = snapshot_path(database)
    connection = connect_snapshot(path)
    try:
        with errors_of(path):
            current = is_current(connection)
        if not current:
            raise StoreError(
                f"The snapshot {path} is of another version of Contrecoup.",
                advice="Run 'contrecoup run' once: it makes a new one at its end.",
            )
        yield Store(connection, path)
    finally:
        connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Catalogue:
    """The columns of each table's primary key, and the names of all tables and views."""

    keys: Mapping[str, Sequence[str]]
    relations: frozenset[str]


# By what was run on the database (``storage.schema``): asking the catalogue anew would be half of each opening.
_catalogues: dict[tuple[str, ...], _Catalogue] = {}


def _catalogue(connection: DuckDBPyConnection) -> _Catalogue:
    run = tuple(hash_ for (hash_,) in connection.execute("select hash from migrations order by number").fetchall())
    if run not in _catalogues:
        keys = connection.execute(
            "select table_name, constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        ).fetchall()
        relations = connection.execute(
            "select table_name from duckdb_tables() union select view_name from duckdb_views() where not internal"
        ).fetchall()
        _catalogues[run] = _Catalogue(keys=dict(keys), relations=frozenset(name for (name,) in relations))
    return _catalogues[run]


@cache
def query_text(name: str) -> str | None:
    """The text of a file of ``storage/queries``, without its last semicolon, or None when there is none."""
    path = files("storage").joinpath("queries", f"{name}.sql")
    if not re.fullmatch("[a-z_]+", name) or not path.is_file():
        return None
    return path.read_text(encoding="utf-8").rstrip().removesuffix(";")


def _limited(limit: int | None) -> str:
    return "" if limit is None else f" limit {limit:d}"


def _insert(table: Table, keys: Sequence[str]) -> str:
    columns = [column.name for column in columns_of(table.model)]
    written = [name for name in columns if name not in keys and name not in table.kept]
    changes = ", ".join(f'"{name}" = excluded."{name}"' for name in written)
    known = "nothing" if table.known_key == "ignore" or not written else f"update set {changes}"
    only = f" where {table.name}.{table.only_if_new} <> excluded.{table.only_if_new}" if table.only_if_new else ""
    return (
        f"insert into {table.name} ({_quoted(columns)}) select {_quoted(columns)} from new_{table.name} "  # noqa: S608  our names
        f"on conflict ({_quoted(keys)}) do {known}{only}"
    )


def _delete(old: Slice) -> str:
    matches = " and ".join(f'"{name}" is not distinct from ${name}' for name, _ in old.values)
    return f"delete from {TABLES[old.model].name} where {matches}"  # noqa: S608  names of our columns


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
