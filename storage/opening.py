"""Opening the database file: waiting for whoever holds it, and putting damaged files aside.

DuckDB locks its file to one process and refuses others at once, hence the waiting. It survives being killed at any
moment, but refuses a write-ahead log with a damaged tail, the usual trace of a power loss (duckdb/duckdb#19712,
#22044). Such a log is put aside under a name of its own, never deleted, and all that stands before the damage is kept.
"""

import fcntl
import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection

from contrecoup.errors import StoreBusy, StoreError
from contrecoup.models import Failure

# DuckDB 1.5 and 2.0 both read files of version 1.5; without a limit, DuckDB takes 80 % of the memory.
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "storage_compatibility_version": "v1.5.0",
    "memory_limit": "2GB",
    "threads": "2",
}

FIRST_PAUSE_S = 0.02
LONGEST_PAUSE_S = 1.0

_LOCKED = "Could not set lock on file"
_FULL = ("No space left", "File too large", "Disk quota exceeded", "not enough disk space")
_LOG_DAMAGED = "while replaying WAL file"
_DATABASE_DAMAGED = ("Corrupt database file", "not a valid DuckDB database file", "Could not read enough bytes")

_log = logging.getLogger(__name__)


def snapshot_path(database: Path) -> Path:
    """Where the snapshot of a database stands: ``news.snapshot.duckdb`` beside ``news.duckdb``."""
    return database.with_name(f"{database.stem}.snapshot.duckdb")


def files_of(database: Path) -> tuple[Path, ...]:
    """The files in which everything that was saved stands: the database, its log and its snapshot."""
    return database, database.with_name(f"{database.name}.wal"), snapshot_path(database)


def connect(path: Path, *, wait_s: float) -> tuple[DuckDBPyConnection, list[Failure]]:
    """Open the file to read and write; the failures that come back tell what was damaged and how it was mended.

    Raises
    ------
    StoreBusy
        when another process still holds it after ``wait_s`` seconds; its process number is named.
    StoreError
        when it cannot be opened, or is damaged and there is no snapshot to go back to.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _wait_and_connect(path, wait_s), []
    except duckdb.Error as error:
        if not _is_damage(str(error)):
            raise told(error, path) from error
    except OSError as error:
        raise told(error, path) from error
    with _one_at_a_time(path):
        return _mend_and_connect(path, wait_s)


@contextmanager
def errors_of(path: Path) -> Iterator[None]:
    """Turn every error of DuckDB or the file system into a ``StoreError`` that says what to do."""
    try:
        yield
    except (duckdb.Error, OSError) as error:
        raise told(error, path) from error


@contextmanager
def transaction(connection: DuckDBPyConnection) -> Iterator[None]:
    """All that the block executes, or nothing of it."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # a commit that failed has ended the transaction, and a full disk the connection: the first error counts
        with suppress(duckdb.Error):
            connection.execute("rollback")
        raise


def told(error: Exception, path: Path) -> StoreError:
    """The error as one sentence of what happened and one of what to do."""
    text = str(error)
    first_line = text.partition("\n")[0]
    if _LOCKED in text:
        holder = re.search(r"\(PID (\d+)\)", text)
        who = f"process {holder[1]}" if holder else "another process"
        return StoreBusy(f"The database {path} is held by {who}.", advice="Wait until that process ends, or stop it.")
    if any(sign in text for sign in _FULL):
        return StoreError(
            f"No room left on the disk for {path}: {first_line}.",
            advice="Free some space and run again: everything that was saved is kept.",
        )
    if "version number" in text and "database file" in text:
        return StoreError(
            f"{path} was written by another version of DuckDB: {first_line}.", advice="Install duckdb 1.5.5 or newer."
        )
    if _is_damage(text):
        return StoreError(
            f"{path} is damaged, or is no DuckDB database: {first_line}.",
            advice=f"Name another database in the settings, or put a copy that works in its place ({path}).",
        )
    advice = "Check the path and its permissions." if isinstance(error, (OSError, duckdb.IOException)) else "Report it."
    return StoreError(f"The database {path} refused: {first_line}.", advice=advice)


def _wait_and_connect(path: Path, wait_s: float) -> DuckDBPyConnection:
    deadline = time.monotonic() + wait_s
    pause_s = FIRST_PAUSE_S
    while True:
        try:
            return _connect(path)
        except duckdb.IOException as error:
            left_s = deadline - time.monotonic()
            if _LOCKED not in str(error) or left_s <= 0:
                raise
        time.sleep(min(pause_s, left_s))
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


def _connect(path: Path) -> DuckDBPyConnection:
    connection = duckdb.connect(str(path), config=CONFIG)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def _is_damage(text: str) -> bool:
    if any(sign in text for sign in _FULL):
        return False
    return any(sign in text for sign in (_LOG_DAMAGED, *_DATABASE_DAMAGED))


def _mend_and_connect(path: Path, wait_s: float) -> tuple[DuckDBPyConnection, list[Failure]]:
    """Mend the log as often as it takes (it gets shorter each time) and the database once."""
    repairs: list[Failure] = []
    restored = False
    while True:
        try:
            return _wait_and_connect(path, wait_s), repairs
        except duckdb.Error as error:
            text = str(error)
            log_is_damaged = _LOG_DAMAGED in text
            if not _is_damage(text) or (restored and not log_is_damaged):
                raise told(error, path) from error
            with errors_of(path):
                repair = _mend_log(path, text) if log_is_damaged else _restore_snapshot(path, text)
            if repair is None:
                raise told(error, path) from error
        restored = restored or not log_is_damaged
        _log.warning("%s %s", repair.message, repair.advice)
        repairs.append(repair)


def _mend_log(path: Path, cause: str) -> Failure:
    """Put the log aside, and leave in its place the part before the damage, whose transactions are whole."""
    log = path.with_name(f"{path.name}.wal")
    when = _last_written(log)
    aside = _put_aside(log, when)
    damage = re.search(r"at byte position (\d+)", cause)
    whole = aside.read_bytes()[: int(damage[1])] if damage else b""
    log.write_bytes(whole)
    return Failure(
        stage="store",
        key=path.name,
        at=when,
        kind="log_damaged",
        message=f"The end of the database's log was damaged, as by a power cut; it was put aside as {aside.name}.",
        advice="Run again: what was saved after the damage is fetched once more.",
        cause=cause,
        weight=1.0,
    )


def _restore_snapshot(path: Path, cause: str) -> Failure | None:
    """Put the database aside and start from its snapshot, if it has one that opens."""
    snapshot = snapshot_path(path)
    if not snapshot.exists():
        return None
    verify(snapshot)
    when = _last_written(path)
    log = path.with_name(f"{path.name}.wal")
    if log.exists():
        _put_aside(log, when)
    aside = _put_aside(path, when)
    part = path.with_name(f"{path.name}.part")
    shutil.copyfile(snapshot, part)
    part.replace(path)
    return Failure(
        stage="store",
        key=path.name,
        at=when,
        kind="database_damaged",
        message=f"The database was damaged; it was put aside as {aside.name} and its last snapshot restored.",
        advice="Run again: what was saved since that snapshot is fetched once more. Check the disk.",
        cause=cause,
        weight=1.0,
    )


def verify(copy: Path) -> None:
    """Open a copy read-only, so that a broken one raises ``duckdb.Error`` now and not when it is needed."""
    with duckdb.connect(str(copy), read_only=True) as connection:
        connection.execute("select count(*) from migrations").fetchall()


def _put_aside(path: Path, when: datetime) -> Path:
    """Rename to ``<name>.corrupt-<when>``, numbered where that name is taken."""
    stem = f"{path.name}.corrupt-{when:%Y%m%dT%H%M%SZ}"
    aside = path.with_name(stem)
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{stem}-{number}")
    return path.rename(aside)


def _last_written(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Let one process mend at a time: the next one finds the file mended, or held."""
    with path.with_name(f"{path.name}.mending").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
