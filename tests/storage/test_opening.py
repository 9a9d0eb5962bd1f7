"""A database that is held, killed, damaged or full."""

import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contrecoup.errors import StoreBusy, StoreError
from contrecoup.models import Failure, Feed, PageBody
from storage.opening import snapshot_path, told
from storage.store import open_store

HOLD = """
import sys
from pathlib import Path
from storage.store import open_store
with open_store(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""

WRITE = """
import sys
from pathlib import Path
from contrecoup.models import Feed
from storage.store import open_store
with open_store(Path(sys.argv[1])) as store:
    for number in range(100_000):
        store.save([Feed(url=f"{number}/{half}", name="x" * 200) for half in range(20)])
        print(number, flush=True)
"""

FILL = """
import os, resource, signal, sys
from pathlib import Path
from contrecoup.errors import StoreError
from contrecoup.models import PageBody
from storage.store import open_store
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
saved = 0
try:
    with open_store(Path(sys.argv[1])) as store:
        for number in range(100):
            store.save([PageBody(body_hash=str(number), body=os.urandom(100_000))])
            saved += 1
except StoreError as error:
    print(saved, error.advice)
"""


def start(script: str, path: Path) -> subprocess.Popen[str]:
    """Run a script on the database in another process."""
    return subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def write_and_die(path: Path, saves: int) -> int:
    """Kill a writer in the middle of saving; give the number of the last save that it called done."""
    with start(WRITE, path) as writer:
        assert writer.stdout is not None
        for _ in range(saves):
            writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)
        return max([saves - 1, *map(int, writer.stdout.read().split())])


def leave_a_log(path: Path, saves: int = 6) -> None:
    """Kill a writer after some saves, so that they stand in the log alone."""
    with open_store(path):
        pass
    write_and_die(path, saves)
    assert log_of(path).stat().st_size > 10_000


def log_of(path: Path) -> Path:
    """The write-ahead log of a database."""
    return path.with_name(f"{path.name}.wal")


def test_a_held_database_names_its_holder(path: Path) -> None:
    """After the wait, the error says which process to wait for."""
    with start(HOLD, path) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(StoreBusy, match=f"held by process {holder.pid}") as caught, open_store(path, wait_s=0.1):
            pass
        holder.communicate("\n")
    assert caught.value.exit_code == 5


def test_a_held_database_is_opened_once_it_is_free(path: Path) -> None:
    """The second of two runs waits for the first."""
    with start(HOLD, path) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        release = threading.Timer(0.1, holder.communicate, ["\n"])
        release.start()
        with open_store(path, wait_s=60) as store:
            assert store.count("feeds") == 0
        release.join()


def test_a_killed_writer_loses_nothing_that_it_was_told_is_saved(path: Path) -> None:
    """Killed in the middle of saving, twice: each save is there whole or not at all, and none done is lost."""
    for saves in (1, 5):
        acknowledged = write_and_die(path, saves)
        with open_store(path) as store:
            halves: dict[int, int] = {}
            for feed in store.read(Feed, "feeds"):
                number = int(feed.url.partition("/")[0])
                halves[number] = halves.get(number, 0) + 1
            assert set(halves.values()) == {20}
            assert sorted(halves) == list(range(len(halves)))
            assert len(halves) > acknowledged
            assert store.repairs == ()


@pytest.mark.parametrize("damage", ["flip", "zeros", "flip_first"])
def test_a_damaged_log_is_put_aside_and_what_stands_before_it_kept(
    path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A power cut tears the end of the log: the store opens, says so, and keeps the damaged log."""
    leave_a_log(path)
    whole = log_of(path).read_bytes()
    middle = whole.index(b"xxxx", len(whole) // 2 if damage != "flip_first" else 0)
    flipped = bytes([whole[middle] ^ 0x41]) + whole[middle + 1 :]
    torn = whole[:middle] + (bytes(len(whole) - middle) if damage == "zeros" else flipped)
    log_of(path).write_bytes(torn)
    with caplog.at_level(logging.WARNING), open_store(path) as store:
        [repair] = store.repairs
        assert store.read(Failure, "failures") == [repair]
        feeds = store.count("feeds")
        assert feeds % 20 == 0
        assert (feeds > 0) == (damage != "flip_first")
    assert repair.kind == "log_damaged"
    assert "put aside" in caplog.text
    [aside] = path.parent.glob("news.duckdb.wal.corrupt-*")
    assert aside.read_bytes() == torn
    with open_store(path) as store:
        assert store.repairs == ()


def test_a_cut_log_keeps_what_stands_before_the_cut(path: Path) -> None:
    """A log that ends in the middle of a save is no damage."""
    leave_a_log(path)
    os.truncate(log_of(path), log_of(path).stat().st_size - 3000)
    with open_store(path) as store:
        assert store.repairs == ()
        assert store.count("feeds") % 20 == 0


def damage_database(path: Path) -> bytes:
    """Write over the heads of the file; give what it holds then."""
    content = path.read_bytes()
    damaged = b"\xff" * 12288 + content[12288:]
    path.write_bytes(damaged)
    return damaged


def test_a_damaged_database_is_put_aside_and_its_snapshot_restored(path: Path, make: Callable[..., Any]) -> None:
    """The damaged file is kept, and so is its log if it has one."""
    with open_store(path) as store:
        store.save([make(Feed)])
        store.snapshot()
    damaged = damage_database(path)
    log_of(path).write_bytes(b"")
    with open_store(path) as store:
        assert store.count("feeds") == 1
        assert [repair.kind for repair in store.repairs] == ["database_damaged"]
    [aside] = path.parent.glob("news.duckdb.corrupt-*")
    assert aside.read_bytes() == damaged
    assert len(list(path.parent.glob("news.duckdb.wal.corrupt-*"))) == 1


def test_a_second_damage_of_the_same_second_gets_a_name_of_its_own(path: Path, make: Callable[..., Any]) -> None:
    """Nothing that was put aside is overwritten."""
    with open_store(path) as store:
        store.save([make(Feed)])
        store.snapshot()
    for _ in range(2):
        damage_database(path)
        os.utime(path, (0, 0))
        with open_store(path):
            pass
    assert len(list(path.parent.glob("news.duckdb.corrupt-*"))) == 2


def test_a_damaged_database_without_snapshot_says_what_to_do(path: Path) -> None:
    """Nothing is touched then: the user decides."""
    with open_store(path):
        pass
    damaged = damage_database(path)
    with pytest.raises(StoreError, match=r"is damaged, or is no DuckDB database.*Name another"), open_store(path):
        pass
    assert path.read_bytes() == damaged


def test_a_damaged_snapshot_is_not_restored(path: Path) -> None:
    """A database that is damaged is left where it is when its snapshot is no better."""
    with open_store(path) as store:
        store.snapshot()
    damage_database(path)
    damage_database(snapshot_path(path))
    with pytest.raises(StoreError, match=r"news\.snapshot|damaged"), open_store(path):
        pass
    assert list(path.parent.glob("*.corrupt-*")) == []


def test_a_full_disk_loses_nothing_that_was_saved(path: Path) -> None:
    """The run stops with advice; once there is room the next one goes on from the last save."""
    with start(FILL, path) as filler:
        output, _ = filler.communicate()
    saved, _, advice = output.partition(" ")
    assert "Free some space" in advice
    with open_store(path) as store:
        assert store.count("page_bodies") == int(saved) > 0
        store.save([PageBody(body_hash="more", body=b"")])


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"refused.*Check the path"), open_store(tmp_path / "file" / "news.duckdb"):
        pass


def test_a_folder_in_the_place_of_the_database_is_a_clear_error(tmp_path: Path) -> None:
    """DuckDB cannot open a folder."""
    with pytest.raises(StoreError, match=r"refused.*Check the path"), open_store(tmp_path):
        pass


def test_the_file_is_one_that_duckdb_1_5_reads(path: Path) -> None:
    """The version of the format stands at byte 12: 1.5 reads those from 64 to 68, whatever version wrote it."""
    with open_store(path):
        pass
    assert 64 <= int.from_bytes(path.read_bytes()[12:20], "little") <= 68


def test_a_file_of_another_format_says_which_duckdb_to_install(path: Path) -> None:
    """The sentence DuckDB gives for a file of a format it does not know."""
    error = OSError("Trying to read a database file with version number 999, but we can only read versions 64 to 68.")
    assert "Install duckdb" in told(error, path).advice


def test_a_lock_without_a_process_number_is_still_busy(path: Path) -> None:
    """Some systems do not tell who holds the file."""
    busy = told(OSError("Could not set lock on file: unknown"), path)
    assert isinstance(busy, StoreBusy)
    assert "another process" in busy.message


def refuse(monkeypatch: pytest.MonkeyPatch, message: str) -> None:
    """Let DuckDB refuse every opening."""

    def refusing(path: Path) -> None:
        raise duckdb.IOException(f"IO Error: {message} {path}")

    monkeypatch.setattr("storage.opening._connect", refusing)


def test_a_full_disk_at_the_opening_is_not_taken_for_damage(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The log is whole: it stays where it is."""
    log_of(path).write_bytes(b"whole")
    refuse(monkeypatch, "Failure while replaying WAL file: No space left on device")
    with pytest.raises(StoreError, match="No room left"), open_store(path):
        pass
    assert log_of(path).read_bytes() == b"whole"


def test_a_database_is_restored_once_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the restored file is refused as well, the disk is the problem: the store stops instead of trying for ever."""
    with open_store(path) as store:
        store.snapshot()
    refuse(monkeypatch, "Corrupt database file")
    with pytest.raises(StoreError, match="is damaged"), open_store(path):
        pass
    assert len(list(path.parent.glob("news.duckdb.corrupt-*"))) == 1
