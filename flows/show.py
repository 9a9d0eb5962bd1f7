"""What the command line shows of the database."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from contrecoup.digest.profiles import DEFAULT
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


def built_digest(config: Path, on: date | None, lang: str) -> Digest:
    """An edition that was built: of a date, or the latest.

    Raises
    ------
    SettingsError
        when no edition is made in that language, or there is none of that date.

    """
    settings = read_settings(config)
    if lang not in settings.languages:
        raise SettingsError(
            f"No edition is made in {lang!r}.", advice=f"Languages of the settings: {', '.join(settings.languages)}."
        )
    with open_store(settings.database, wait_s=PATIENCE_S) as store:
        digests = [d for d in store.read(Digest, "digests") if (d.lang, d.profile) == (lang, DEFAULT)]
    found = [digest for digest in digests if on in {None, digest.edition_on}]
    if not found:
        wanted = f"of {on} " if on else ""
        span = f" --from {on} --to {on}" if on else ""
        raise SettingsError(f"There is no edition {wanted}in {lang!r}.", advice=f"Build it with: contrecoup run{span}")
    return max(found, key=lambda digest: digest.edition_on)


def answer(config: Path, sql: str, limit: int) -> Table:
    """Rows of somebody's query, from the snapshot."""
    return query_snapshot(snapshot_path(read_settings(config).database), sql, most_rows=limit)
