"""The snapshot: a copy of the database that anybody may query while flows write to the database itself."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from contrecoup.errors import StoreError
from storage.opening import errors_of, snapshot_path, verify

MOST_ROWS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What a query gave: names of the columns, and rows in their order. ``cut`` says that there were more rows."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    cut: bool


def copy_to_snapshot(database: Path) -> Path:
    """Copy a database file without a log (after a checkpoint, with no write going on) over its snapshot.

    The copy is made by a child process: if the process that writes opened and closed the file once more, it would lose
    its lock on it (POSIX record locks belong to the process). Readers of the old snapshot keep what they opened.

    Raises
    ------
    StoreError
        when the copy cannot be made; the old snapshot stays then.

    """
    snapshot = snapshot_path(database)
    part = snapshot.with_name(f"{snapshot.name}.part")
    with errors_of(snapshot):
        copied = subprocess.run(  # noqa: S603  the paths are arguments, no shell reads them
            [shutil.which("cp") or "cp", "--", str(database), str(part)], check=False, capture_output=True, text=True
        )
        if copied.returncode:
            part.unlink(missing_ok=True)
            raise OSError(copied.stderr.strip())
        verify(part)
        with part.open("rb") as copy:
            os.fsync(copy.fileno())
        part.replace(snapshot)
    return snapshot


def connect_snapshot(path: Path) -> DuckDBPyConnection:
    """Open a snapshot to read.

    Raises
    ------
    StoreError
        when there is none yet, or it does not open.

    """
    if not path.exists():
        raise StoreError(f"There is no snapshot {path}.", advice="Run 'contrecoup run' first: it makes one at its end.")
    with errors_of(path):
        connection = duckdb.connect(str(path), read_only=True, config={"memory_limit": "2GB", "threads": "2"})
        connection.execute("set TimeZone = 'UTC'")
    return connection


def query_snapshot(path: Path, sql: str, *, most_rows: int = MOST_ROWS) -> Table:
    """Run somebody's SQL on a snapshot: it can read the tables and views, and nothing else on the machine.

    Raises
    ------
    StoreError
        when there is no snapshot yet, or DuckDB does not accept the query (its words are in the message).

    """
    return query_each(path, [sql], most_rows=most_rows)[0]


def query_each(path: Path, queries: Sequence[str], *, most_rows: int = MOST_ROWS) -> list[Table]:
    """Run several queries as ``query_snapshot`` runs one, on the same snapshot.

    Raises
    ------
    StoreError
        as ``query_snapshot`` does.

    """
    connection = connect_snapshot(path)
    try:
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return [_answer(connection, sql, most_rows) for sql in queries]
    except duckdb.Error as error:
        raise StoreError(
            f"The query was refused: {error}",
            advice="docs/columns.md lists the tables; docs/sql-cookbook.md has examples.",
        ) from error
    finally:
        connection.close()


def _answer(connection: DuckDBPyConnection, sql: str, most_rows: int) -> Table:
    # without a statement, execute gives None, which is no answer to read
    answer = connection.execute(sql if connection.extract_statements(sql) else "select 1 where false")
    rows = answer.fetchmany(most_rows + 1)
    columns = tuple(column[0] for column in answer.description or ())
    return Table(columns=columns, rows=tuple(rows[:most_rows]), cut=len(rows) > most_rows)
