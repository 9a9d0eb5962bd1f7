"""Between bytes and values: parsers run here, in processes that can be killed.

Parsers of hostile bytes hang (20 kB of nested ``url(`` hold feedparser's sanitiser for seconds), swell and crash
(trafilatura#840), and a thread that does so cannot be stopped. Each worker has a pipe of its own, so that nothing a
dying one leaves behind reaches the others, and is started by ``python -m extractors.workers`` rather than by
``multiprocessing``, which would run the caller's main module again in each.
"""

import math
import os
import resource
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, TypeVar

from contrecoup.errors import ContrecoupError, ParseError

T = TypeVar("T")
R = TypeVar("R")

RECYCLE_AFTER = 200
START_S = 120.0
_resting: ContextVar["list[_Worker] | None"] = ContextVar("resting", default=None)
_ADVICE = "It is left out; report its address if this lasts."


def run_each(
    function: Callable[[T], R],
    items: Sequence[T],
    *,
    deadline_s: float,
    memory_bytes: int = 1 << 30,
    workers: int = 2,
    on_done: Callable[[], None] | None = None,
) -> list[R | ParseError]:
    """Call ``function`` on each item in a few worker processes; the results stand in the order of the items.

    An item that takes longer than ``deadline_s`` seconds, needs more than ``memory_bytes`` of address space (its
    worker's included) or kills its worker costs only itself: in its place stands a ``ParseError`` of kind
    ``parse_timeout``, ``parse_memory`` or ``parse_crash``. A ``ParseError`` that the function raises stands there as
    it is; any other exception as kind ``parse_error`` with its text as ``cause``. The deadline does not count the
    start of a worker, which imports the function's module first. The function must be defined at the top of an
    importable module; items and results must pickle. No process is started for no item.

    Raises
    ------
    ContrecoupError
        when a worker cannot be started or cannot import the function.

    """
    results: dict[int, R | ParseError] = {}
    todo = deque(enumerate(items))
    count = on_done or (lambda: None)
    contract = Contract(function=function, deadline_s=deadline_s, memory_bytes=memory_bytes)
    crew = _called_back(contract, min(workers, len(items)))
    for worker in crew:
        worker.give(*todo.popleft())
    try:
        while len(results) < len(items):
            idle = sum(worker.index is None for worker in crew)
            crew += [_Worker(contract) for _ in range(min(workers - len(crew), len(todo) - idle))]
            for worker in _heard_or_late(crew):
                index, result = worker.index, worker.answer()
                if index is not None:
                    results[index] = result
                    count()
                if worker.spent:
                    worker.stop()
                    crew.remove(worker)
                elif todo:
                    worker.give(*todo.popleft())
        crew = _let_rest(crew)
    finally:
        for worker in crew:
            worker.stop()
    return [results[index] for index in range(len(items))]


@contextmanager
def kept() -> Iterator[None]:
    """Let idle workers wait from one ``run_each`` of the block to the next, for starting one imports a parser.

    They end with the block; within another such block, with that one.
    """
    if _resting.get() is not None:
        yield
        return
    resting: list[_Worker] = []
    token = _resting.set(resting)
    try:
        yield
    finally:
        _resting.reset(token)
        for worker in resting:
            worker.stop()


def _called_back(contract: "Contract", most: int) -> list["_Worker"]:
    """At most so many of the workers that wait with this contract and are still alive."""
    resting = _resting.get() or []
    fit = [worker for worker in resting if worker.contract == contract and worker.alive][:most]
    for worker in fit:
        resting.remove(worker)
    return fit


def _let_rest(crew: Sequence["_Worker"]) -> list["_Worker"]:
    """The workers to be stopped: all but those that may wait for more."""
    resting = _resting.get()
    if resting is None:
        return list(crew)
    resting += [worker for worker in crew if worker.ready]
    return [worker for worker in crew if not worker.ready]


def _heard_or_late(crew: Sequence["_Worker"]) -> list["_Worker"]:
    """The workers that have said something, died or run out of time; waits for the first of them."""
    soonest = min(worker.ends_at for worker in crew)
    heard = wait([worker.connection for worker in crew], timeout=max(soonest - time.monotonic(), 0.0))
    now = time.monotonic()
    return [worker for worker in crew if worker.connection in heard or worker.ends_at <= now]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """What a worker does with each item, and its limits."""

    function: Callable[[Any], Any]
    deadline_s: float
    memory_bytes: int


class _Worker:
    """One process, its pipe, the index of the item in its hands, and when its time ends.

    ``ready`` once it has imported its function; ``spent`` when it must be replaced: it died, was late, ran out of
    memory or has done its share.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.connection, theirs = Pipe()
        self.index: int | None = None
        self.ends_at = time.monotonic() + START_S
        self.ready = False
        self.spent = False
        self._done = 0
        with theirs:
            self._process = _start(theirs)
        try:
            self.connection.send((contract.memory_bytes, contract.deadline_s))
            self.connection.send(contract.function)
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process.poll() is None

    def give(self, index: int, item: object) -> None:
        """Hand over an item."""
        self.index, self.ends_at = index, time.monotonic() + self.contract.deadline_s
        with suppress(OSError):  # a worker that has just died is heard of by its pipe
            self.connection.send(item)

    def answer(self) -> Any:  # noqa: ANN401 (what the function returns)
        """Take what the worker says: its readiness, a result, or a ``ParseError`` in its place."""
        self.index, self.ends_at = None, math.inf
        try:
            result = self.connection.recv() if self.connection.poll() else self._late()
        except (EOFError, OSError):
            result = self._dead()
        self._done += self.ready
        self.ready = True
        out_of_memory = isinstance(result, ParseError) and result.kind == "parse_memory"
        self.spent = self.spent or out_of_memory or self._done >= RECYCLE_AFTER
        return result

    def stop(self) -> None:
        """Kill the process and wait for its end."""
        self.connection.close()
        self._process.kill()
        self._process.wait()

    def _late(self) -> ParseError:
        self._refuse_unready("did not start in time")
        self.spent = True
        return _parse_error(
            "parse_timeout", f"Parsing took longer than {self.contract.deadline_s:g} s and was stopped."
        )

    def _dead(self) -> ParseError:
        self._refuse_unready("ended as it started")
        self.spent = True
        code = self._process.wait()
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return _parse_error("parse_crash", f"Parsing killed its process ({how}).", cause=how)

    def _refuse_unready(self, what: str) -> None:
        if not self.ready:
            raise ContrecoupError(
                f"A worker process {what}.", advice="Its own message stands above: mend that and run again."
            )


def _start(theirs: Connection) -> "subprocess.Popen[bytes]":
    end = theirs.fileno()
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sys.path),
        "OPENBLAS_NUM_THREADS": "1",  # a thread per core would each reserve address space
    }
    command = [sys.executable, "-P", "-m", "extractors.workers", str(end)]
    return subprocess.Popen(command, pass_fds=(end,), stdin=subprocess.DEVNULL, env=environment)  # noqa: S603


def _parse_error(kind: str, message: str, *, cause: str = "") -> ParseError:
    return ParseError(message, kind=kind, weight=1.0, advice=_ADVICE, cause=cause)


def attempt(function: Callable[[Any], Any], item: object) -> Any:  # noqa: ANN401 (what the function returns)
    """The result of ``function`` on ``item``, or the ``ParseError`` that stands for what it raised."""
    try:
        return function(item)
    except ParseError as error:
        return error
    except MemoryError:
        return _parse_error("parse_memory", "Parsing needed more memory than is allowed.")
    except Exception as error:  # noqa: BLE001 (whatever a parser raises on hostile bytes costs this one item)
        cause = f"{type(error).__name__}: {error}"
        return _parse_error("parse_error", f"Parsing failed: {cause[:200]}.", cause=cause[:1000])


def work(connection: Connection, function: Callable[[Any], Any], *, deadline_s: float) -> None:
    """Answer each item that comes through the pipe, until its other end is closed."""
    connection.send("ready")
    for item in _received(connection):
        with _own_end(deadline_s):
            result = attempt(function, item)
        try:
            connection.send(result)
        except MemoryError:
            connection.send(_parse_error("parse_memory", "The result needed more memory than is allowed."))
        except (TypeError, AttributeError, ValueError, RecursionError) as error:
            connection.send(_parse_error("parse_error", "The result cannot be passed on.", cause=str(error)))


def _received(connection: Connection) -> Iterator[object]:
    with suppress(EOFError):
        while True:
            yield connection.recv()


@contextmanager
def _own_end(deadline_s: float) -> Iterator[None]:
    """Let the system kill this process some time after the deadline, should the parent no longer be there to do so."""
    signal.alarm(math.ceil(deadline_s) + 10)
    yield
    signal.alarm(0)


def main() -> None:
    """Serve as a worker: limits first, then the import of the function, then items."""
    connection = Connection(int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    memory_bytes, deadline_s = connection.recv()
    function = connection.recv()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    work(connection, function, deadline_s=deadline_s)


if __name__ == "__main__":
    main()
