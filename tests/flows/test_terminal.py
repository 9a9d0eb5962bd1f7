"""How commands print: rows that fit any terminal, and an end without a word when nobody reads on."""

import os
import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from flows.terminal import output, show_rows

if TYPE_CHECKING:
    from conftest import Desk, Ended

LINK = "https://newsroom.example/out?reader=" + "0123456789abcdef" * 4


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["--help"]], ids=["rows", "objects", "help"])
def test_a_reader_who_has_enough_is_no_error(lived: "Desk", command: list[str]) -> None:
    """As in ``| head -1``: the code is 0, and standard error has no word of it."""
    program = f"import sys\nsys.argv = ['contrecoup', *{command!r}]\nfrom flows.cli import main\nmain()\n"
    ours, theirs = os.pipe()
    os.close(ours)
    try:
        ended = subprocess.run(
            [sys.executable, "-c", program],
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            cwd=lived.folder,
            check=False,
        )
    finally:
        os.close(theirs)
    assert ended.returncode == 0, ended.stderr
    assert [line for line in ended.stderr.splitlines() if not line.startswith("! ")] == []


def test_what_does_not_fit_a_column_is_folded(capsys: pytest.CaptureFixture[str]) -> None:
    """Never cut: every sign of a link is there, over several lines."""
    show_rows(("recipient", "unsubscribe"), [("anne@bank.example", LINK)], as_json=False)
    cells = [line.split("│")[2].strip() for line in capsys.readouterr().out.splitlines() if line.startswith("│")]
    assert output.width < len(LINK) + len("anne@bank.example")
    assert "".join(cells) == LINK


def test_square_brackets_of_the_press_are_no_markup(contrecoup: Callable[..., "Ended"], lived: "Desk") -> None:
    """A title may hold any sign, and is shown as it is."""
    ended = contrecoup("sql", "select '[/b] [prices]' as \"[/i]\"", "--config", str(lived.config))
    assert ended.code == 0
    assert "[/b] [prices]" in ended.out
    assert "[/i]" in ended.out
