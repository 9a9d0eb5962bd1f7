"""Which table keeps which model, how a column is typed, and what happens when a key is written twice.

The primary keys are declared once, in ``storage/migrations``, and read back from the database's catalogue.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, Literal, get_args, get_type_hints

import pyarrow as pa

from contrecoup.errors import StoreError
from contrecoup.models import (
    Article,
    ArticleText,
    Background,
    Check,
    Claim,
    Delivery,
    Digest,
    DigestItem,
    Entry,
    Evidence,
    Failure,
    Feed,
    Label,
    Link,
    LookAlike,
    Mention,
    Method,
    Move,
    Page,
    PageBody,
    PriceBar,
    Reading,
    Silence,
    Story,
    StoryArticle,
    Translation,
    TranslationUnit,
    Unsubscription,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The table of one model.

    A row whose key is there already overwrites it (``update``, except the columns in ``kept``, and only where the
    column ``only_if_new`` differs) or is left out (``ignore``: what happened is never rewritten).
    """

    name: str
    model: type
    known_key: Literal["update", "ignore"] = "update"
    kept: frozenset[str] = frozenset()
    only_if_new: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One field of a model: its SQL type, its Arrow type, and the Python type that a value read has."""

    name: str
    sql: str
    arrow: pa.DataType
    python: type
    optional: bool

    def restore(self, value: Any) -> object:  # noqa: ANN401  of any of the types below
        """Give a value read from the database the type of the field: enumerations, and moments in UTC."""
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        if value is not None and issubclass(self.python, StrEnum):
            return self.python(value)
        return value


TABLES: dict[type, Table] = {
    table.model: table
    for table in (
        Table(name="feeds", model=Feed),
        Table(name="entries", model=Entry, kept=frozenset({"seen_at"})),
        Table(name="pages", model=Page, known_key="ignore"),
        Table(name="page_bodies", model=PageBody, known_key="ignore"),
        Table(name="articles", model=Article, known_key="ignore"),
        Table(name="article_texts", model=ArticleText, known_key="ignore"),
        Table(name="readings", model=Reading),
        Table(name="methods", model=Method, only_if_new="method"),
        Table(name="translations", model=Translation),
        Table(name="translation_units", model=TranslationUnit, known_key="ignore"),
        Table(name="labels", model=Label),
        Table(name="mentions", model=Mention),
        Table(name="claims", model=Claim),
        Table(name="checks", model=Check),
        Table(name="look_alikes", model=LookAlike),
        Table(name="stories", model=Story, kept=frozenset({"title", "lang", "first_at"})),
        Table(name="story_articles", model=StoryArticle),
        Table(name="price_bars", model=PriceBar),
        Table(name="moves", model=Move),
        Table(name="links", model=Link),
        Table(name="evidence", model=Evidence),
        Table(name="backgrounds", model=Background),
        Table(name="silences", model=Silence),
        Table(name="digests", model=Digest),
        Table(name="digest_items", model=DigestItem),
        Table(name="deliveries", model=Delivery),
        Table(name="unsubscriptions", model=Unsubscription, known_key="ignore"),
        Table(name="failures", model=Failure, known_key="ignore"),
    )
}

_TYPES: dict[type, tuple[str, pa.DataType]] = {
    str: ("VARCHAR", pa.string()),
    float: ("DOUBLE", pa.float64()),
    int: ("BIGINT", pa.int64()),
    bool: ("BOOLEAN", pa.bool_()),
    bytes: ("BLOB", pa.binary()),
    date: ("DATE", pa.date32()),
    datetime: ("TIMESTAMP WITH TIME ZONE", pa.timestamp("us", tz="UTC")),
}


@cache
def columns_of(model: type) -> tuple[Column, ...]:
    """The columns of a model, in the order of its fields."""
    hints = get_type_hints(model)
    return tuple(_column(field.name, hints[field.name]) for field in fields(model))


def arrow_table(model: type, rows: Sequence[object]) -> pa.Table:
    """The rows of one model as an Arrow table of its columns.

    Raises
    ------
    StoreError
        when a moment has no time zone, or a value does not fit its column (a lone surrogate, a wrong type).

    """
    columns = columns_of(model)
    try:
        arrays = [pa.array([_checked(getattr(row, c.name), c) for row in rows], type=c.arrow) for c in columns]
    except (pa.ArrowException, UnicodeError, TypeError) as error:
        raise StoreError(
            f"A {model.__name__} cannot be stored: {error}.", advice="Report it: a stage gave a value of another type."
        ) from error
    return pa.table(arrays, schema=pa.schema([pa.field(c.name, c.arrow) for c in columns]))


def _column(name: str, hint: Any) -> Column:  # noqa: ANN401  a type hint may be a class or a union
    members = get_args(hint) or (hint,)
    python = next(member for member in members if member is not type(None))
    sql, arrow = _TYPES[str if issubclass(python, StrEnum) else python]
    return Column(name=name, sql=sql, arrow=arrow, python=python, optional=type(None) in members)


def _checked(value: object, column: Column) -> object:
    if isinstance(value, datetime) and value.tzinfo is None:
        raise TypeError(f"{column.name} has no time zone")
    return value
