"""One run at a time on a database, by a lock of the operating system, which goes when the process does."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contrecoup.errors import StoreError


class AlreadyRunning(StoreError):
    """Another run works on this database."""

    exit_code = 0


@contextmanager
def only_run(database: Path) -> Iterator[None]:
    """Hold ``<stem>.lock`` beside the database for the length of the block.

    Raises
    ------
    AlreadyRunning
        when another process holds it.
    StoreError
        when the folder cannot be written.

    """
    path = database.with_suffix(".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a")
    except OSError as error:
        raise StoreError(
            f"Cannot write in {path.parent}: {error.strerror}.", advice="Make the folder writable, or set 'database'."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(f"A run is at work on {database}.", advice="Nothing to do: it will finish.") from error
        yield
