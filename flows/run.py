"""Days lived without a Prefect server: the five flows, one after the other, for each edition.

ingest | extract | enrich | link | brief
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

from contrecoup.editions import Window, days, edition_at, window_of
from contrecoup.errors import NothingAnswered, SettingsError
from contrecoup.models import Digest
from contrecoup.settings import Settings, read_settings
from extractors.replay import serve
from extractors.workers import kept
from flows.brief import brief
from flows.deliver import Told, deliver
from flows.desk import open_desk, replaying
from flows.enrich import enrich
from flows.extract import extract
from flows.ingest import ingest
from flows.link import link
from storage.lock import only_run
from storage.opening import files_of
from storage.store import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a run leaves behind."""

    editions: tuple[date, ...]
    files: tuple[Path, ...]
    warnings: tuple[str, ...]
    database: Path
    snapshot: Path
    seconds: float
    silence: NothingAnswered | None = None

    def lines(self, shown: date | None = None) -> list[str]:
        """The report as a person reads it, with the files of one edition (the last unless ``shown`` is another)."""
        edition = f"{shown or self.editions[-1]}-"
        return [
            *(f"! {warning}" for warning in self.warnings),
            f"{len(self.editions)} edition{'s' if len(self.editions) != 1 else ''} in {self.seconds:.0f} s",
            *(f"  {path}" for path in self.files if path.name.startswith(edition)),
            f"  {self.database}",
            f"  {self.snapshot} (for your queries: contrecoup sql)",
        ]


def run_days(config: Path, first: date | None, last: date | None) -> Report:
    """Fetch what is new, read it, then link and write the editions from ``first`` to ``last`` (default: today's).

    When no feed answered, the editions are written all the same and the report says so.
    """
    began, now, settings = monotonic(), datetime.now(UTC), read_settings(config)
    today = edition_at(now, settings)
    windows = _windows(first or today, last or first or today, settings)
    with only_run(settings.database):
        silence = _collect(config, now, windows[0].since_at - timedelta(days=settings.max_age_days))
        outcomes = [_tell(config, window, now) for window in windows]
        return replace(_report(settings, windows, outcomes, monotonic() - began), silence=silence)


def replay_days(folder: Path, first: date, last: date, *, fresh: bool = False) -> Report:
    """Live through recorded days as if each edition's hour were now, from a server on this machine.

    ``folder`` holds ``sites/<host>/…`` and ``contrecoup.toml``. A day whose editions were all built is not lived
    again, only delivered, so that a replay that was killed goes on where it stopped; ``fresh`` forgets what was built.
    """
    began, config = monotonic(), folder / "contrecoup.toml"
    settings = read_settings(config)
    windows = _windows(first, last, settings)
    with only_run(settings.database):
        if fresh:
            _forget(settings)
        built = _built(settings)
        outcomes = []
        with kept(), serve(folder / "sites") as server, _in_place_of_the_web(server.address):
            for window in windows:
                if digests := built.get(window.edition_on):
                    outcomes.append(deliver(open_desk(config, window.until_at), digests))
                    continue
                server.set_clock(window.until_at)
                _collect(config, window.until_at, None)
                outcomes.append(_tell(config, window, window.until_at))
        return _report(settings, windows, outcomes, monotonic() - began)


def _windows(first: date, last: date, settings: Settings) -> list[Window]:
    if last < first:
        raise SettingsError(f"--to {last} is before --from {first}.", advice="Give the earlier day to --from.")
    return [window_of(day, settings) for day in days(first, last)]


def _collect(config: Path, now: datetime, oldest: datetime | None) -> NothingAnswered | None:
    """Fetch and read; that no feed answered is given back, so that what is there already is still told."""
    silence = None
    try:
        ingest.fn(str(config), now, oldest)
    except NothingAnswered as error:
        silence = error
    extract.fn(str(config), now)
    enrich.fn(str(config), now)
    return silence


def _tell(config: Path, window: Window, now: datetime) -> Told:
    linked = link.fn(str(config), min(now, window.until_at))
    told = brief.fn(str(config), now, window.edition_on)
    priceless = (f"{failure.message} {failure.advice}" for failure in linked.failures)
    return replace(told, warnings=(*priceless, *told.warnings))


def _built(settings: Settings) -> dict[date, list[Digest]]:
    """The editions of each day on which there is one in every language."""
    built: dict[date, list[Digest]] = {}
    with open_store(settings.database) as store:
        for digest in store.read(Digest, "digests"):
            built.setdefault(digest.edition_on, []).append(digest)
    return {day: found for day, found in built.items() if {d.lang for d in found}.issuperset(settings.languages)}


def _forget(settings: Settings) -> None:
    for path in files_of(settings.database):
        path.unlink(missing_ok=True)


@contextmanager
def _in_place_of_the_web(address: str) -> Iterator[None]:
    token = replaying.set(address)
    try:
        yield
    finally:
        replaying.reset(token)


def _report(settings: Settings, windows: list[Window], told: list[Told], seconds: float) -> Report:
    with open_store(settings.database) as store:
        snapshot = store.snapshot()
    return Report(
        editions=tuple(window.edition_on for window in windows),
        files=tuple(path for outcome in told for path in outcome.files),
        warnings=tuple(dict.fromkeys(warning for outcome in told for warning in outcome.warnings)),
        database=settings.database,
        snapshot=snapshot,
        seconds=seconds,
    )
