"""Grouping reads what is around the new articles, and goes on when its model is missing."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from contrecoup.models import Document, Failure, StoryArticle
from flows import enrich

if TYPE_CHECKING:
    from conftest import Desk

AFTER = datetime(2025, 1, 28, 12, tzinfo=UTC)
MEMBERS = "select article_id, story_id, reason, likeness, owner from story_articles_now order by all"


def test_a_queue_in_pages_makes_the_same_stories(desk: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive is grouped anew a page at a time: what was placed by the page before is read again around the next."""
    desk.replay()
    whole = desk.rows(MEMBERS)
    assert len(whole) > 1
    with desk.store() as store:
        for table in ("story_articles", "stories"):
            store._connection.execute(f"delete from {table}")  # noqa: S608
        store._connection.execute("delete from readings where stage = 'group'")
    monkeypatch.setattr(enrich, "GROUPED_AT_ONCE", 1)
    assert enrich.enrich.fn(str(desk.config), AFTER) == len(whole)
    assert desk.rows(MEMBERS) == whole
    assert enrich.enrich.fn(str(desk.config), AFTER) == 0


def test_what_was_told_long_before_is_not_read(desk: "Desk") -> None:
    """The neighbourhood of a late article holds a week on either side of it, and no more."""
    desk.replay()
    with desk.store() as store:
        [first, *_] = store.read(Document, "documents")
        members = store.read(StoryArticle, "story_articles_now")
        day = int(first.told_at.timestamp()) // 86_400
        near = store.read(StoryArticle, "story_articles_around", days=[day], ids=[])
        far = store.read(StoryArticle, "story_articles_around", days=[day - 30, day + 30], ids=[])
    assert {member.article_id for member in near} <= {member.article_id for member in members}
    assert first.article_id in {member.article_id for member in near}
    assert far == []
    assert all(abs(member.told_at - first.told_at) < timedelta(days=2) for member in near)


def test_a_missing_embedder_leaves_the_one_that_ships(desk: "Desk") -> None:
    """Stories are made all the same, and the failure says what to do."""
    (desk.folder / "models" / "broken").mkdir(parents=True)
    desk.more = '[engines]\nembedder = "broken"'
    desk.replay()
    assert {method for (method,) in desk.rows("select distinct method from story_articles")} == {"stories-2+static-1"}
    with desk.store() as store:
        [failure] = [row for row in store.read(Failure, "failures_open") if row.kind == "no_model"]
    assert failure.stage == "group"
    assert "contrecoup models pull" in failure.advice
