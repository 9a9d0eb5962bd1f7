"""What the commands share: where they print, how they print rows, and the options that most of them take."""

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

output = Console()
errors = Console(stderr=True)

Config = Annotated[Path, typer.Option("--config", "-c", help="The settings file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
DAY = ["%Y-%m-%d"]
DEFAULT_CONFIG = Path("contrecoup.toml")


def let_go() -> None:
    """Write out what is held back; nothing, where somebody has closed the pipe.

    The interpreter would try again at its end, complain, and end with a code of its own.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def show_rows(columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool) -> None:
    """Print a table, or one JSON object a row."""
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(dict(zip(columns, row, strict=True)), default=str, ensure_ascii=False) + "\n")
        return
    # what does not fit is folded, never cut: an address or a link is to be copied whole
    table = Table(*(Column(Text(name), overflow="fold") for name in columns), show_lines=False)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    output.print(table)
    output.print(f"{len(rows)} row{'s' if len(rows) != 1 else ''}", highlight=False)
