"""The pages on columns and queries say what the database really has."""

import re
from pathlib import Path

import pytest

from storage.snapshot import query_snapshot
from storage.store import Store, open_store

DOCS = Path(__file__).parents[2] / "docs"


def documented() -> dict[str, set[str]]:
    """Columns of every table and view by docs/columns.md; "the columns of" another are counted in."""
    columns: dict[str, set[str]] = {}
    for section in re.split(r"^## ", (DOCS / "columns.md").read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name = section.partition("\n")[0]
        own = re.findall(r"^\| `(\w+)` \| [\w ]+ \| [^|]{4,} \|$", section, flags=re.MULTILINE)
        assert len(own) == len(set(own)), f"{name} explains a column twice"
        columns[name] = set(own)
        for other in re.findall(r"The columns of \[(\w+)\]", section):
            columns[name] |= columns[other]
    return columns


def present(store: Store) -> dict[str, set[str]]:
    """Columns of every table and view of the database."""
    columns: dict[str, set[str]] = {}
    for relation, column in store._connection.execute(
        "select table_name, column_name from duckdb_columns() where not internal"
    ).fetchall():
        columns.setdefault(relation, set()).add(column)
    return columns


def test_every_column_is_explained_and_none_is_stale(store: Store) -> None:
    """A column that is added, renamed or dropped must be so in docs/columns.md as well."""
    assert documented() == present(store)


def recipes() -> list[tuple[str, str]]:
    """Each question of the cookbook with its query."""
    text = (DOCS / "sql-cookbook.md").read_text(encoding="utf-8")
    return re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?```sql\n(.*?)```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_cookbook_has_a_query_for_every_question() -> None:
    """A heading without its query would be skipped by the test below."""
    text = (DOCS / "sql-cookbook.md").read_text(encoding="utf-8")
    assert len(recipes()) == text.count("\n## ") == text.count("```sql") >= 5


@pytest.mark.parametrize(("question", "sql"), recipes(), ids=lambda text: text.partition("\n")[0][:40])
def test_a_recipe_answers_its_question(desk: Store, question: str, sql: str) -> None:
    """Each query of the cookbook finds something in a small news desk, by the way that people query."""
    table = query_snapshot(desk.snapshot(), sql)
    assert table.rows, question
    assert not re.search(r"\b(SELECT|FROM|WHERE)\b", sql), "key words are in lower case"


def test_the_moves_of_the_day_show_their_story(desk: Store) -> None:
    """The first recipe, to the row: one move is linked, the other has no story."""
    [sql] = [sql for question, sql in recipes() if question.startswith("What moved")]
    rows = query_snapshot(desk.snapshot(), sql).rows
    assert sorted((row[0], row[1], row[4]) for row in rows) == [
        ("ASML", -16.97, None),
        ("NVDA", -16.97, "Chip rout after DeepSeek"),
    ]


def test_the_snapshot_explains_itself(path: Path) -> None:
    """Tables can be listed in the snapshot without leaving it."""
    with open_store(path) as store:
        copy = store.snapshot()
    names = {name for (name,) in query_snapshot(copy, "select table_name from duckdb_tables()").rows}
    assert {"entries", "articles", "links"} <= names
