"""The desk: what every flow needs before it starts, from one settings file and one moment."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, ParamSpec, Protocol, TypeVar

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext

from contrecoup.errors import FetchError, ItemError
from contrecoup.instruments import AliasTable, Instrument
from contrecoup.models import Failure, Method
from contrecoup.settings import Settings, read_settings
from extractors.addresses import redact
from storage.store import WAIT_S, Store, open_store

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Desk:
    """One settings file, and the moment that the flow takes for now."""

    settings: Settings
    now: datetime

    @contextmanager
    def store(self, *, wait_s: float = WAIT_S) -> Iterator[Store]:
        """Open the database, for as short as possible: nobody else can while it is open."""
        with open_store(self.settings.database, wait_s=wait_s) as store:
            yield store

    @cached_property
    def table(self) -> AliasTable:
        """Names of instruments and organisations in both languages."""
        return AliasTable.load()

    @cached_property
    def instruments(self) -> Mapping[str, Instrument]:
        """Everything with a price that we know, by symbol."""
        return {instrument.symbol: instrument for instrument in self.table.instruments}

    @property
    def watched(self) -> tuple[str, ...]:
        """The symbols of the watch-list that we know."""
        return tuple(symbol for symbol in self.settings.watchlist.symbols if symbol in self.instruments)

    @property
    def unknown_symbols(self) -> tuple[str, ...]:
        """The symbols of the watch-list that we do not know."""
        return tuple(symbol for symbol in self.settings.watchlist.symbols if symbol not in self.instruments)


replaying: ContextVar[str | None] = ContextVar("replaying", default=None)
"""Address of the server that stands for the whole web while recorded sites are replayed, else None."""


def open_desk(config: str | Path, now: datetime | None) -> Desk:
    """Read the settings; without ``now`` the clock is the machine's."""
    settings = read_settings(Path(config))
    if address := replaying.get():
        network = settings.network.model_copy(update={"connect_to": address})
        settings = settings.model_copy(update={"network": network})
    return Desk(settings, now or datetime.now(UTC))


def step(function: Callable[P, R]) -> Task[P, R]:
    """Make a Prefect task of a batch: no caching, since what is left to do is read from the database."""
    return task(cache_policy=NO_CACHE, persist_result=False)(function)


def perform(batch: Task[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run a batch as a Prefect task inside a flow run, and as a plain call anywhere else."""
    if FlowRunContext.get() is None:
        return batch.fn(*args, **kwargs)
    return batch(*args, **kwargs)


def failure_of(error: ItemError, *, stage: str, key: str, now: datetime) -> Failure:
    """The row that keeps an item's error."""
    wait_s = error.retry_after_s if isinstance(error, FetchError) else None
    return Failure(
        stage=stage,
        key=key,
        at=now,
        kind=error.kind,
        message=error.message,
        advice=error.advice,
        cause=error.cause or (redact(repr(error.__cause__)) if error.__cause__ else ""),
        weight=error.weight,
        retry_at=None if wait_s is None else now + timedelta(seconds=wait_s),
    )


def in_force(stage: str, method: str, now: datetime) -> Method:
    """The row that tells the ``*_to_*`` views which method a stage works with."""
    return Method(stage=stage, method=method, since_at=now)


class Progress(Protocol):
    """Shows how far a long step is."""

    def start(self, description: str, total: int) -> Callable[[], None]:
        """Begin a bar; the function that comes back advances it by one."""


class Silent:
    """Shows nothing: flows that a worker runs."""

    def start(self, description: str, total: int) -> Callable[[], None]:
        """See ``Progress``."""
        del description, total
        return lambda: None


progress: ContextVar[Progress] = ContextVar("progress", default=Silent())  # noqa: B039 - it has no state


def batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Consecutive slices of at most ``size`` items."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
