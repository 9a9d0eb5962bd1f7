"""One run at a time on a database, and one that mails, by locks of the operating system, which go with the process."""

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
    with _locked(database.with_suffix(".lock"), f"A run is at work on {database}.", wait=False):
        yield


@contextmanager
def only_mailing(database: Path, *, wait: bool) -> Iterator[None]:
    """Hold ``<stem>.mail.lock``: what another process is about to send is never taken for what a dead one left.

    With ``wait`` another process that mails is waited for.

    Raises
    ------
    AlreadyRunning
        when another process holds it and is not waited for.
    StoreError
        when the folder cannot be written.

    """
    with _locked(database.with_suffix(".mail.lock"), f"A run is mailing from {database}.", wait=wait):
        yield


@contextmanager
def _locked(path: Path, why: str, *, wait: bool) -> Iterator[None]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = path.open("a")
    except OSError as error:
        raise StoreError(
            f"Cannot write in {path.parent}: {error.strerror}.", advice="Make the folder writable, or set 'database'."
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AlreadyRunning(why, advice="Nothing to do: it will finish.") from error
        yield
