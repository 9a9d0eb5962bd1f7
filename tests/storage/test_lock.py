"""Only one run works on a database."""

import subprocess
import sys
from pathlib import Path

import pytest

from contrecoup.errors import StoreError
from storage.lock import AlreadyRunning, only_run

HOLD = """
import sys
from pathlib import Path
from storage.lock import only_run
with only_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_refused_while_the_first_lasts(path: Path) -> None:
    """It ends as a success: there is nothing to do."""
    with only_run(path), pytest.raises(AlreadyRunning, match=path.name) as refused, only_run(path):
        pytest.fail("both are at work")
    assert refused.value.exit_code == 0
    assert refused.value.advice


def test_the_lock_is_free_again_after_a_run(path: Path) -> None:
    """Whether the run ended well or not."""
    with pytest.raises(ZeroDivisionError), only_run(path):
        raise ZeroDivisionError
    with only_run(path):
        assert path.with_suffix(".lock").exists()


def test_the_lock_goes_with_a_process_that_is_killed(path: Path) -> None:
    """No stale file keeps later runs out."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(AlreadyRunning), only_run(path):
            pytest.fail("both are at work")
        holder.kill()
        holder.wait()
    with only_run(path):
        assert path.with_suffix(".lock").exists()


def test_runs_on_two_databases_do_not_meet(tmp_path: Path) -> None:
    """Each has its own lock."""
    with only_run(tmp_path / "a.duckdb"), only_run(tmp_path / "b.duckdb"):
        assert {path.name for path in tmp_path.iterdir()} == {"a.lock", "b.lock"}


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where the folder should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Cannot write in") as refused, only_run(tmp_path / "file" / "news.duckdb"):
        pytest.fail("there is no such folder")
    assert not isinstance(refused.value, AlreadyRunning)
    assert "database" in refused.value.advice
