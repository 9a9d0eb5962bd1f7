"""Models and tables are the same thing, written twice: these tests keep them so."""

import dataclasses
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest

from contrecoup import models
from contrecoup.errors import StoreError
from contrecoup.models import Feed, Label
from storage.store import Store, open_store
from storage.tables import TABLES, arrow_table, columns_of

MODELS = sorted(TABLES, key=lambda model: model.__name__)


def identities() -> dict[str, list[str]]:
    """What the comment above each model says identifies it."""
    found = re.findall(r"# Identified by ([^\n]+)\.\n@dataclass[^\n]*\nclass (\w+)", inspect.getsource(models))
    return {
        name: [word.partition(" ")[0] for word in re.sub(r"\([^)]*\)", "", words).split(", ")] for words, name in found
    }


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store in which each table is written to by one test at most."""
    with open_store(tmp_path_factory.mktemp("tables") / "news.duckdb") as opened:
        yield opened


def test_every_model_but_document_has_a_table() -> None:
    """A model that is added without a table is found here and not in production."""
    all_models = {
        thing
        for _, thing in inspect.getmembers(models, dataclasses.is_dataclass)
        if thing.__module__ == models.__name__
    }
    assert all_models - set(TABLES) == {models.Document}


@pytest.mark.parametrize("model", MODELS)
def test_a_table_has_the_columns_of_its_model(empty: Store, model: type) -> None:
    """The same names in the same order, of the same types, empty where the field may be None."""
    rows = empty._connection.execute(
        "select column_name, data_type, is_nullable from duckdb_columns() "
        "where table_name = $name order by column_index",
        {"name": TABLES[model].name},
    ).fetchall()
    assert rows == [(c.name, c.sql, c.optional) for c in columns_of(model)]


@pytest.mark.parametrize("model", MODELS)
def test_the_primary_key_is_what_the_models_comment_says(empty: Store, model: type) -> None:
    """The comment above a model and the key of its table name the same fields."""
    assert empty._keys[TABLES[model].name] == identities()[model.__name__]


@pytest.mark.parametrize("model", MODELS)
def test_every_model_comes_back_as_it_was_saved(empty: Store, make: Callable[..., Any], model: type) -> None:
    """Enumerations, moments in UTC, days, bytes and absent values survive the database."""
    row = make(model)
    empty.save([row])
    assert empty.read(model, TABLES[model].name) == [row]


def test_optional_fields_come_back_when_they_are_there(store: Store, make: Callable[..., Any]) -> None:
    """A field that may be None keeps the value it has."""
    feed = make(Feed, lang="fr", expect_per_day=3.0, checked_at=models_moment("2025-01-27T08:00:00+01:00"))
    store.save([feed])
    assert store.read(Feed, "feeds") == [feed]
    assert str(store.read(Feed, "feeds")[0].checked_at) == "2025-01-27 07:00:00+00:00"


def test_a_moment_without_a_zone_is_refused(make: Callable[..., Any]) -> None:
    """A naive moment would be stored hours away from what it means."""
    with pytest.raises(StoreError, match="checked_at has no time zone"):
        arrow_table(Feed, [make(Feed, checked_at=models_moment("2025-01-27T08:00:00"))])


@pytest.mark.parametrize("values", [{"name": "\ud83d"}, {"failure_weight": "heavy"}, {"name": 3}])
def test_a_value_that_does_not_fit_its_column_is_refused(make: Callable[..., Any], values: dict[str, object]) -> None:
    """A lone surrogate, a word for a number and a number for a word give one clear error."""
    with pytest.raises(StoreError, match="A Feed cannot be stored"):
        arrow_table(Feed, [make(Feed, **values)])


@pytest.mark.parametrize(
    "text", ["'; drop table labels; --", "ﷺ\u202e𝒯", "é\n\t\x00", "NULL", "$topic", "Ω≈ç√∫˜µ", "𐐀" * 1000, ""]
)
def test_hostile_text_is_only_text(store: Store, make: Callable[..., Any], text: str) -> None:
    """Quotes, controls and other planes are kept to the letter."""
    store.save([make(Label, why=text)])
    assert store.read(Label, "labels")[0].why == text


def models_moment(text: str) -> datetime:
    """A moment from its ISO form."""
    return datetime.fromisoformat(text)
