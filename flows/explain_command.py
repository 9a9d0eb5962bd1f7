"""The command ``contrecoup explain``: tables in a terminal, aligned text in a pipe, JSON for a program."""

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from flows.terminal import DAY, DEFAULT_CONFIG, AsJson, Config, errors, output, show_rows

if TYPE_CHECKING:
    from flows.explain import Answer, Item, Number


def explain(
    edition: Annotated[datetime, typer.Argument(formats=DAY, help="Date of an edition that was built.")],
    item: Annotated[
        str | None,
        typer.Argument(
            help="NVDA, nvidia or NVDA@2025-01-27, a story's id, headline, tally, market, watch, changes, counts "
            "(default: list)."
        ),
    ] = None,
    lang: Annotated[str, typer.Option(help="fr or en.")] = "fr",
    profile: Annotated[str, typer.Option(help="Profile of the edition.")] = "default",
    config: Config = DEFAULT_CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show where an edition's numbers come from: as it shows them, the query that gives each, and its rows."""
    from flows.explain import explain_item, open_edition

    opened = open_edition(config, edition.date(), lang, profile)
    if item is None:
        _show_items(opened.items, as_json=as_json)
    elif as_json:
        _write_json(explain_item(opened, item))
    else:
        _show_answers(explain_item(opened, item))


def _show_items(items: "Sequence[Item]", *, as_json: bool) -> None:
    """List what an edition has numbers of."""
    _show(("item", "title", "numbers"), [(one.key, one.title, one.numbers) for one in items], as_json=as_json)


def _show_answers(answers: "Sequence[Answer]") -> None:
    """Each number as the edition shows it and as its query gives it, then the query and its rows."""
    for answer in answers:
        told = [(n.fact.item, n.fact.shown, n.fact.what, _place(n), f"{n.number:.10g}") for n in answer.numbers]
        told = list(dict.fromkeys(told))  # a number may stand in several places
        if told:
            _show(("item", "in the digest", "what it says", "place in the rows", "number"), told, as_json=False)
        output.print(f"\n{answer.sql}\n", markup=False, highlight=False, soft_wrap=True)
        if answer.nothing:
            output.print(answer.nothing, markup=False, highlight=False, soft_wrap=True)
        else:
            _show(answer.table.columns, answer.table.rows, as_json=False)
        output.print()
    numbers = [number for answer in answers for number in answer.numbers]
    if changed := sum(not number.kept for number in numbers):
        errors.print(
            f"{changed} of {len(numbers)} numbers stand in lines that the edition did not have when it was built: "
            "rows came or changed since.",
            highlight=False,
            soft_wrap=True,
        )


def _place(number: "Number") -> str:
    """``number of rows``, or ``column number where state = full``."""
    source = number.fact.source
    what = f"column {source.column}" if source.column else "number of rows"
    where = " and ".join(f"{column} = {value}" for column, value in source.where)
    return f"{what} where {where}" if where else what


def _show(columns: Sequence[str], rows: Sequence[tuple[object, ...]], *, as_json: bool) -> None:
    if as_json or output.is_terminal:
        show_rows(columns, rows, as_json=as_json)
        return
    told = [tuple("" if value is None else " ".join(str(value).split()) for value in row) for row in rows]
    widths = [max(map(len, cells)) for cells in zip(columns, *told, strict=True)]
    for row in (columns, *told):
        line = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        output.print(line.rstrip(), markup=False, highlight=False, soft_wrap=True)


def _write_json(answers: "Sequence[Answer]") -> None:
    """One object a query."""
    for answer in answers:
        numbers = [
            {
                "item": one.fact.item,
                "what": one.fact.what,
                "shown": one.fact.shown,
                "line": one.fact.line,
                "number": one.number,
                "as_built": one.kept,
            }
            for one in answer.numbers
        ]
        rows = [dict(zip(answer.table.columns, row, strict=True)) for row in answer.table.rows]
        told = {"query": answer.name, "sql": answer.sql, "numbers": numbers, "rows": rows}
        sys.stdout.write(json.dumps(told, default=str, ensure_ascii=False) + "\n")
