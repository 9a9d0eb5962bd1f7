"""What the command line shows of the database."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contrecoup.errors import SettingsError
from contrecoup.floors import warnings_for
from contrecoup.models import Digest, Failure
from contrecoup.settings import read_settings
from storage.opening import snapshot_path
from storage.snapshot import Table, query_snapshot
from storage.store import open_store

# A person waits this long for a flow to let go of the database.
PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Entries that ended in one state, by language."""

    state: str
    lang: str
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A feed that fails, or has moved."""

    name: str
    url: str
    failure_weight: float
    checked_at: datetime | None
    kind: str | None
    message: str | None
    advice: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Where the desk stands; ``warnings`` are about the machine it stands on."""

    warnings: Sequence[str]
    states: Sequence[State]
    troubles: Sequence[Trouble]
    failures: Sequence[Failure]


def status_of(config: Path) -> Status:
    """Entries by state, feeds in trouble, and failures that nothing has mended."""
    settings = read_settings(config)
    oldest = datetime.now(UTC) - timedelta(days=settings.max_age_days)
    with open_store(settings.database, wait_s=PATIENCE_S) as store:
        return Status(
            warnings=warnings_for(sys.version_info[:3]),
            states=store.read(State, "states", oldest=oldest),
            troubles=store.read(Trouble, "feeds_in_trouble"),
            failures=store.read(Failure, "failures_open"),
        )


def built_digest(config: Path, on: date, lang: str) -> Digest:
    """An edition that was built.

    Raises
    ------
    SettingsError
        when there is none of that date and language.

    """
    with open_store(read_settings(config).database, wait_s=PATIENCE_S) as store:
        found = [d for d in store.read(Digest, "digests") if (d.edition_on, d.lang) == (on, lang)]
    if not found:
        raise SettingsError(
            f"There is no edition of {on} in {lang!r}.", advice=f"Build it with: contrecoup run --from {on} --to {on}"
        )
    return found[0]


def answer(config: Path, sql: str, limit: int) -> Table:
    """Rows of somebody's query, from the snapshot."""
    return query_snapshot(snapshot_path(read_settings(config).database), sql, most_rows=limit)
