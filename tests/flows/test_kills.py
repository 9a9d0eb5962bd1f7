"""A run that is killed at any moment is completed by the next, with nothing lost and nothing twice."""

import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.integration
RUNNER = Path(__file__).with_name("killed_run.py")
WEEK = ("2025-01-27", "2025-01-28")


def _kill(desk: "Desk", model: str, when: str) -> None:
    """Replay the small week in a process that dies when it keeps rows of a model."""
    command = [sys.executable, str(RUNNER), str(desk.folder), *WEEK, model, when]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def _complete(desk: "Desk") -> None:
    desk.replay(*map(_day, WEEK))


def _day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("model", "when"),
    [
        pytest.param("Page", "before", id="before the pages are committed"),
        pytest.param("Article", "after", id="after the articles are committed"),
        pytest.param("Link", "before", id="before the links are committed"),
        pytest.param("Digest", "after", id="between the digest and its files"),
    ],
)
def test_the_next_run_completes_one_that_was_killed(lived: "Desk", desk: "Desk", model: str, when: str) -> None:
    """Every table and every file is as if nothing had happened, times included."""
    _kill(desk, model, when)
    _complete(desk)
    assert desk.dump() == lived.dump()
    assert _files(desk) == _files(lived)


def test_what_was_not_committed_is_not_there(desk: "Desk") -> None:
    """A death before the commit of the pages leaves the entries, and no page or body."""
    _kill(desk, "Page", "before")
    assert desk.rows("select (select count(*) from entries) > 0, (select count(*) from pages)") == [(True, 0)]
    assert desk.rows("select count(*) from page_bodies") == [(0,)]


def _files(desk: "Desk") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in desk.digests.iterdir()}
