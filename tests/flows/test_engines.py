"""A run whose settings choose a model that cannot be loaded, and the run after it was mended."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from contrecoup.models import Failure
from flows.enrich import enrich
from flows.run import Report

if TYPE_CHECKING:
    from conftest import Desk

AFTER = datetime(2025, 1, 28, 12, tzinfo=UTC)


@pytest.fixture
def hampered(desk: "Desk") -> tuple["Desk", Report]:
    """The desk after a day with a folder for a translator that holds no model."""
    (desk.folder / "models" / "broken").mkdir(parents=True)
    desk.more = '[engines]\ntranslator = "broken"'
    return desk, desk.replay()


def _models(desk: "Desk") -> set[object]:
    return {model for (model,) in desk.rows("select distinct model from translations_now")}


def test_a_run_without_its_model_goes_on_with_words_and_says_so(hampered: tuple["Desk", Report]) -> None:
    """In the report, among the failures, and in the edition of each language."""
    desk, report = hampered
    assert any(
        "broken holds no model" in warning and "contrecoup models pull" in warning for warning in report.warnings
    )
    assert _models(desk) == {"glossary-1"}
    with desk.store() as store:
        [failure] = [row for row in store.read(Failure, "failures_open") if row.kind == "no_model"]
    assert (failure.stage, failure.key) == ("translate", "[engines]")
    assert "de simples lexiques" in (desk.digests / "2025-01-28-fr.txt").read_text("utf-8")
    assert "words alone stood in for it" in (desk.digests / "2025-01-28-en.txt").read_text("utf-8")


def test_articles_are_read_again_once_the_model_is_there(hampered: tuple["Desk", Report]) -> None:
    """The translations of the model stand then, and the failure is mended."""
    desk, _ = hampered
    desk.more = ""
    desk.set_up()
    enrich.fn(str(desk.config), AFTER)
    assert _models(desk) == {"phrases-2"}
    with desk.store() as store:
        assert store.count("models_missing", since=datetime(2025, 1, 1, tzinfo=UTC)) == 0
        assert not [row for row in store.read(Failure, "failures_open") if row.kind == "no_model"]
