"""Workers: what goes wrong with one item costs that item alone."""

import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Pipe
from pathlib import Path
from types import ModuleType

import pytest

from contrecoup.errors import ContrecoupError, ParseError
from extractors import workers
from extractors.workers import attempt, kept, run_each, work

JOBS = """
import ctypes, os, time

from contrecoup.errors import ParseError


def double(item):
    return item * 2


def pid(item):
    return os.getpid()


def obey(order):
    match order:
        case "hang":
            time.sleep(3600)
        case "abort":
            os.abort()
        case "segfault":
            ctypes.string_at(0)
        case "leave":
            os._exit(3)
        case "swell":
            return len(bytearray(4 << 30))
        case "refuse":
            raise ParseError("Ceci n'est pas un flux.", kind="not_a_feed", weight=0.5, advice="Check it.", cause="html")
        case "fail":
            raise ValueError("valeur inattendue : é")
        case "recurse":
            return obey_again(order)
        case "lambda":
            return lambda: order
    return order


def obey_again(order):
    return obey(order)
"""


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    """An importable module of functions that behave as they are told."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "jobs_of_tests.py").write_text(JOBS, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        import jobs_of_tests  # noqa: PLC0415 (just written)

        yield jobs_of_tests


def _kinds(results: list[object]) -> list[object]:
    return [result.kind if isinstance(result, ParseError) else result for result in results]


def test_results_stand_in_the_order_of_the_items(jobs: ModuleType) -> None:
    """However many workers share them."""
    assert run_each(jobs.double, range(50), deadline_s=20) == list(range(0, 100, 2))


@pytest.mark.parametrize(
    ("order", "kind"),
    [
        ("abort", "parse_crash"),
        ("segfault", "parse_crash"),
        ("leave", "parse_crash"),
        ("swell", "parse_memory"),
        ("refuse", "not_a_feed"),
        ("fail", "parse_error"),
        ("lambda", "parse_error"),
    ],
)
def test_a_bad_item_costs_only_itself(jobs: ModuleType, order: str, kind: str) -> None:
    """The items before and after it are all there."""
    results = run_each(jobs.obey, ["un", order, "deux", order, "trois"], deadline_s=20)
    assert _kinds(results) == ["un", kind, "deux", kind, "trois"]


def test_an_item_that_hangs_is_stopped_at_its_deadline(jobs: ModuleType) -> None:
    """And its worker replaced, even when it is the only one."""
    results = run_each(jobs.obey, ["hang", "une suite", "hang"], deadline_s=0.3, workers=1)
    assert _kinds(results) == ["parse_timeout", "une suite", "parse_timeout"]
    assert "0.3 s" in results[0].message


def test_a_crash_names_its_signal(jobs: ModuleType) -> None:
    """So that a report can be read."""
    abort, leave = run_each(jobs.obey, ["abort", "leave"], deadline_s=20)
    assert (abort.cause, leave.cause) == ("SIGABRT", "exit code 3")


def test_an_error_of_the_project_comes_back_whole(jobs: ModuleType) -> None:
    """Its kind, weight, message, advice and cause pass between processes."""
    (error,) = run_each(jobs.obey, ["refuse"], deadline_s=20)
    assert (error.message, error.advice, error.kind, error.weight, error.cause) == (
        "Ceci n'est pas un flux.",
        "Check it.",
        "not_a_feed",
        0.5,
        "html",
    )


def test_any_other_error_is_told_as_the_cause(jobs: ModuleType) -> None:
    """The text of the exception is kept, not its traceback."""
    (error,) = run_each(jobs.obey, ["fail"], deadline_s=20)
    assert error.cause == "ValueError: valeur inattendue : é"
    assert error.advice


def test_no_process_is_started_for_no_item(jobs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """An idle run costs nothing."""
    monkeypatch.setattr(workers, "_start", lambda _: pytest.fail("started"))
    assert run_each(jobs.double, [], deadline_s=20) == []


def test_no_more_processes_are_started_than_there_are_items(jobs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workers for one item would be one too many."""
    started, start = [], workers._start
    monkeypatch.setattr(workers, "_start", lambda end: started.append(1) or start(end))
    run_each(jobs.double, [1], deadline_s=20, workers=8)
    assert len(started) == 1


def test_a_worker_is_replaced_when_it_has_done_its_share(jobs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaks of parsers do not add up."""
    monkeypatch.setattr(workers, "RECYCLE_AFTER", 3)
    pids = run_each(jobs.pid, range(7), deadline_s=20, workers=1)
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_each_item_is_counted_once(jobs: ModuleType) -> None:
    """Whether it went well or not, so that a progress bar ends at its end."""
    done = []
    run_each(jobs.obey, ["un", "abort", "fail", "swell", "hang"], deadline_s=0.5, on_done=lambda: done.append(1))
    assert len(done) == 5


def test_it_works_in_a_thread_that_is_not_the_main_one(jobs: ModuleType) -> None:
    """Prefect runs tasks in threads."""
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.extend(run_each(jobs.double, [1, 2], deadline_s=20)))
    thread.start()
    thread.join()
    assert results == [2, 4]


def test_a_function_that_workers_cannot_import_stops_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The worker's own message is shown, and no further workers are tried."""
    (tmp_path / "gone_for_workers.py").write_text("def double(item): return item * 2", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    import gone_for_workers  # noqa: PLC0415 (just written)

    (tmp_path / "gone_for_workers.py").unlink()
    with pytest.raises(ContrecoupError, match="ended as it started"):
        run_each(gone_for_workers.double, [1], deadline_s=20)
    assert "gone_for_workers" in capfd.readouterr().err


def test_a_worker_that_does_not_start_in_time_stops_the_run(jobs: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than waiting for ever."""
    monkeypatch.setattr(workers, "START_S", 0.0)
    with pytest.raises(ContrecoupError, match="did not start in time"):
        run_each(jobs.double, [1], deadline_s=20)


def test_a_function_that_cannot_be_passed_on_is_an_error_of_the_caller() -> None:
    """A lambda has no name to import it by, and the worker just started is ended."""
    with pytest.raises((AttributeError, TypeError, ValueError), match="pickle"):
        run_each(lambda item: item, [1], deadline_s=20)


def _served(function: Callable[[object], object], items: list[object], monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What ``work`` answers, run in this process."""
    alarms: list[int] = []
    monkeypatch.setattr(signal, "alarm", alarms.append)
    ours, theirs = Pipe()
    with ours, theirs:
        thread = threading.Thread(target=work, args=(theirs, function), kwargs={"deadline_s": 1.5})
        thread.start()
        answers = [ours.recv()]
        for item in items:
            ours.send(item)
            answers.append(ours.recv())
        ours.close()
        thread.join()
    assert alarms == [12, 0] * len(items)
    return answers


def test_a_worker_says_that_it_is_ready_then_answers_until_its_pipe_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """An alarm is set for each item, should the parent be gone by then."""
    assert _served(len, ["à", "deux"], monkeypatch) == ["ready", 1, 4]


def test_a_result_that_cannot_be_passed_on_is_an_error_of_its_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not take the worker with it."""
    _, lock, two = _served(lambda item: threading.Lock() if item == 1 else item, [1, 2], monkeypatch)
    assert (lock.kind, two) == ("parse_error", 2)


class _Heavy:
    def __reduce__(self) -> tuple[object, ...]:
        raise MemoryError


def test_a_result_too_large_to_be_passed_on_is_an_error_of_its_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the result down may be what no longer fits."""
    _, heavy = _served(lambda _: _Heavy(), [1], monkeypatch)
    assert heavy.kind == "parse_memory"


def test_running_out_of_memory_is_told_as_such() -> None:
    """Not as an error of the parser."""

    def swell(_item: object) -> None:
        raise MemoryError

    assert attempt(swell, 1).kind == "parse_memory"


def test_any_other_error_of_a_parser_is_told_by_its_type_and_text() -> None:
    """At a length that fits a table."""

    def fail(_item: object) -> None:
        raise KeyError("é" * 5000)

    error = attempt(fail, 1)
    assert (error.kind, len(error.cause)) == ("parse_error", 1000)
    assert error.cause.startswith("KeyError: 'é")


def test_errors_that_parsers_raise_on_purpose_are_kept() -> None:
    """The very same object comes back."""
    error = ParseError("vide", kind="empty")

    def refuse(_item: object) -> None:
        raise error

    assert attempt(refuse, 1) is error


def test_a_worker_sets_its_limits_before_its_first_item(monkeypatch: pytest.MonkeyPatch) -> None:
    """No core dump, no more memory than allowed, and Ctrl-C is left to the parent."""
    calls: list[tuple[int, object]] = []
    monkeypatch.setattr(workers.resource, "setrlimit", lambda what, limit: calls.append((what, limit)))
    monkeypatch.setattr(signal, "signal", lambda what, how: calls.append((what, how)))
    monkeypatch.setattr(signal, "alarm", lambda _: None)
    ours, theirs = Pipe()
    monkeypatch.setattr(workers.sys, "argv", ["workers.py", str(os.dup(theirs.fileno()))])
    theirs.close()
    thread = threading.Thread(target=workers.main)
    thread.start()
    with ours:
        ours.send((1 << 30, 1.0))
        ours.send(len)
        answers = [ours.recv()]
        ours.send("été")
        answers.append(ours.recv())
    thread.join()
    assert answers == ["ready", 3]
    assert calls == [
        (signal.SIGINT, signal.SIG_IGN),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    ]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_kept_worker_serves_the_next_call(jobs: ModuleType) -> None:
    """The same process answers until the outermost block ends, and is gone then."""
    with kept():
        with kept():
            (first,) = run_each(jobs.pid, [1], deadline_s=20, workers=1)
        assert run_each(jobs.pid, [1, 2], deadline_s=20, workers=1) == [first, first]
        assert _is_running(first)
    assert not _is_running(first)


def test_a_kept_worker_serves_only_its_own_function_and_limits(jobs: ModuleType) -> None:
    """Another deadline, or another function, is another worker."""
    with kept():
        (first,) = run_each(jobs.pid, [1], deadline_s=20, workers=1)
        assert run_each(jobs.double, [1], deadline_s=20, workers=1) == [2]
        assert run_each(jobs.pid, [1], deadline_s=19, workers=1) != [first]
        assert run_each(jobs.pid, [1], deadline_s=20, workers=1) == [first]


def test_a_kept_worker_that_died_meanwhile_costs_nothing(jobs: ModuleType) -> None:
    """It is replaced before it is given an item."""
    with kept():
        (first,) = run_each(jobs.pid, [1], deadline_s=20, workers=1)
        os.kill(first, signal.SIGKILL)
        os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
        (second,) = run_each(jobs.pid, [1], deadline_s=20, workers=1)
    assert isinstance(second, int)
    assert second != first


def test_a_worker_that_was_stopped_is_not_kept(jobs: ModuleType) -> None:
    """A late or dead one is replaced in the next call."""
    with kept():
        assert _kinds(run_each(jobs.obey, ["leave"], deadline_s=20, workers=1)) == ["parse_crash"]
        assert run_each(jobs.obey, ["suite"], deadline_s=20, workers=1) == ["suite"]
