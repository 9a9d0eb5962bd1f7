"""What the commands share: where they print, how they print rows, and the options that most of them take."""

import json
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


def show_rows(columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool) -> None:
    """Print a table, or one JSON object a row."""
    if as_json:
        for row in rows:
            sys.stdout.write(json.dumps(dict(zip(columns, row, strict=True)), default=str, ensure_ascii=False) + "\n")
        return
    table = Table(*(Column(Text(name)) for name in columns), show_lines=False)
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    output.print(table)
    output.print(f"{len(rows)} row{'s' if len(rows) != 1 else ''}", highlight=False)
