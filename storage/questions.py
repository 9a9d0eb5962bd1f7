"""Queries of ``storage/queries`` as anybody can run them: their text with the values in it, and their answers."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from contrecoup.errors import StoreError
from storage.snapshot import Table, query_each
from storage.store import query_text

MOST_ROWS = 10_000
_PARAMETER = re.compile(r"\$([a-z_]+)")


def sql_of(name: str, parameters: Mapping[str, object]) -> str:
    """The text of a query with its values written into it, and its question, with the short ones, before it.

    The question becomes a comment of the other kind, so that a shell may take the text for what it is: what begins
    with two hyphens would be an option.

    Raises
    ------
    StoreError
        when there is no such query, or a parameter of it is missing.

    """
    text = query_text(name)
    if text is None:
        raise StoreError(f"There is no query {name!r}.", advice="See storage/queries for the names.")
    lines = text.splitlines()
    asked = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
    sql = "\n".join(line for line in lines if not line.startswith("--"))
    if missing := set(_PARAMETER.findall(sql)) - parameters.keys():
        raise StoreError(f"The query {name!r} needs {', '.join(sorted(missing))}.", advice="Give each a value.")
    question = _PARAMETER.sub(lambda found: _told(found[1], parameters), "\n   ".join(asked)).replace("``", "")
    return f"/* {question} */\n{_PARAMETER.sub(lambda found: _literal(parameters[found[1]]), sql)};"


def answers(snapshot: Path, queries: Sequence[str]) -> list[Table]:
    """Rows of each query, from one opening of the snapshot.

    Raises
    ------
    StoreError
        as ``query_snapshot`` does.

    """
    return query_each(snapshot, queries, most_rows=MOST_ROWS)


def _told(name: str, parameters: Mapping[str, object]) -> str:
    """A value in a comment, which it cannot end; a list goes by its name."""
    value = parameters.get(name, name)
    return name if isinstance(value, (list, tuple)) else " ".join(str(value).split()).replace("*/", "")


def _literal(value: object) -> str:
    """A value as DuckDB's SQL writes it; moments in UTC."""
    if isinstance(value, datetime):
        return f"timestamptz '{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}+00'"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, Sequence):
        return f"[{', '.join(map(_literal, value))}]::varchar[]"
    raise StoreError(f"{type(value).__name__} cannot stand in a query.", advice="Give a text, a number or a date.")
