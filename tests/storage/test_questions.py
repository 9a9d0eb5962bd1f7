"""Queries with their values written in: what comes out runs as it stands, whatever the values hold."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from contrecoup.errors import StoreError
from contrecoup.models import Digest, DigestItem, Method, Silence
from storage.questions import answers, sql_of
from storage.store import Store

EVERYTHING = {
    "symbol": "NVDA",
    "session_on": date(2025, 1, 27),
    "story_id": "s1",
    "since": datetime(2025, 1, 27, 5, 30, tzinfo=timezone(timedelta(hours=1))),
    "until": datetime(2025, 1, 28, 5, 30, tzinfo=timezone(timedelta(hours=1))),
    "start_at": datetime(2025, 1, 20, tzinfo=timezone(timedelta(hours=1))),
    "edition_on": date(2025, 1, 28),
    "since_on": date(2024, 12, 29),
    "lang": "fr",
    "profile": "default",
    "sessions": ("NVDA@2025-01-27", "ASML@2025-01-27"),
    "moves": ("NVDA@2025-01-27 a-en1 2025-01-24T21:00:00+00:00 market", "ASML@2025-01-27   market"),
    "feeds": (),
    "members": ("NVDA",),
    "least": 1,
    "count": 8,
    "shown": 0,
    "hours": 6,
    "remembered": 180,
    "prior_sessions": 20.0,
    "prior_middle": 0.46,
    "prior_spread": 0.085,
}
NAMES = sorted(
    item.name.removesuffix(".sql")
    for item in files("storage").joinpath("queries").iterdir()
    if item.name.startswith("explain_")
)


@pytest.mark.parametrize("name", [*NAMES, "entry_counts", "article_languages", "failures_between"])
def test_a_query_with_its_values_runs_on_the_snapshot(desk: Store, name: str) -> None:
    """Each query behind a number of the digest, in a small news desk."""
    sql = sql_of(name, EVERYTHING)
    [table] = answers(desk.snapshot(), [sql])
    assert table.columns
    assert sql.startswith("/* ")
    assert not re.search(r"\$|``|^--", sql, flags=re.MULTILINE)
    assert not table.cut


def test_a_quote_in_a_value_stays_in_it(desk: Store) -> None:
    """No value ends its literal, or the comment above."""
    sql = sql_of("explain_move", {"symbol": "x*/ 'or' 'a' = 'a", "session_on": date(2025, 1, 27)})
    assert "'x*/ ''or'' ''a'' = ''a'" in sql
    assert sql.partition("select")[0].count("*/") == 1
    assert answers(desk.snapshot(), [sql])[0].rows == ()


def test_a_moment_is_written_in_utc() -> None:
    """Whatever zone it comes in."""
    assert "timestamptz '2025-01-28 04:30:00.000000+00'" in sql_of("explain_story_publishers", EVERYTHING)


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("explain_nothing", {}, "no query 'explain_nothing'"),
        ("explain_move", {"symbol": "NVDA"}, "needs session_on"),
        ("explain_move", {"symbol": "NVDA", "session_on": None}, "NoneType cannot stand in a query"),
    ],
)
def test_what_cannot_be_asked_is_refused(name: str, values: dict[str, object], words: str) -> None:
    """No such query, a missing value, a value of no kind that SQL has."""
    with pytest.raises(StoreError, match=words):
        sql_of(name, values)


def test_several_queries_see_one_snapshot_and_nothing_else(desk: Store, tmp_path: Path) -> None:
    """In one opening, in their order; files stay out of reach."""
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", "utf-8")
    snapshot = desk.snapshot()
    assert [table.rows for table in answers(snapshot, ["select 1;", "select 2;"])] == [((1,),), ((2,),)]
    with pytest.raises(StoreError):
        answers(snapshot, [f"select * from '{secret}'"])  # noqa: S608  what a stranger might ask


def rows(desk: Store, name: str, **values: object) -> list[dict[str, object]]:
    """What a query gives in the small news desk, by column."""
    [table] = answers(desk.snapshot(), [sql_of(name, EVERYTHING | values)])
    return [dict(zip(table.columns, row, strict=True)) for row in table.rows]


def test_sessions_are_told_by_how_they_ended(desk: Store) -> None:
    """Nvidia's move has a story, that of ASML has none; a session that was not asked for is not counted."""
    told = {row["state"]: (row["number"], row["symbols"]) for row in rows(desk, "explain_tally")}
    assert told == {"linked": (1, "NVDA"), "unexplained": (1, "ASML")}
    assert [row["state"] for row in rows(desk, "explain_tally", sessions=("NVDA@2025-01-27",))] == ["linked"]


def test_the_move_that_houses_name_is_told_before_a_larger_one(desk: Store) -> None:
    """The keys of the order, and the title of the story; a move without a story comes after."""
    told = [(row["place"], row["move"], row["houses_naming"]) for row in rows(desk, "explain_headline")]
    assert told == [(1, "NVDA@2025-01-27", 2), (2, "ASML@2025-01-27", 0)]
    later = ("NVDA@2025-01-27 a-en1 2025-01-29T21:00:00+00:00 market",)
    assert [row["houses_naming"] for row in rows(desk, "explain_headline", moves=later)] == [0]


def test_what_is_left_out_is_what_the_edition_does_not_show(desk: Store, make: Callable[..., Any]) -> None:
    """A linked move without an item; a move without a story after those that are shown."""
    assert [row["symbol"] for row in rows(desk, "explain_left_out")] == ["NVDA"]
    desk.save(
        [
            make(
                DigestItem,
                edition_on=date(2025, 1, 28),
                lang="fr",
                profile="default",
                section="linked_moves",
                position=0,
                key="NVDA@2025-01-27",
            )
        ]
    )
    assert rows(desk, "explain_left_out") == []
    assert [row["symbol"] for row in rows(desk, "explain_unexplained")] == ["ASML"]
    assert rows(desk, "explain_unexplained", shown=1) == []


def test_a_story_that_moved_nothing_tells_what_it_met(desk: Store, make: Callable[..., Any]) -> None:
    """By the linking in force."""
    key = {"symbol": "ASML", "session_on": date(2025, 1, 27), "story_id": "a-en1"}
    assert rows(desk, "explain_silence", **key) == []
    desk.save([make(Method, stage="link", method="link-1")], [make(Silence, method="link-1", publishers=3, **key)])
    [row] = rows(desk, "explain_silence", **key)
    assert (row["percent"], row["publishers_around"]) == (-16.97, 3)


def test_late_articles_are_those_after_the_ones_that_are_shown(desk: Store, make: Callable[..., Any]) -> None:
    """An article of the window before that was first read after its edition was built."""
    end = datetime(2025, 1, 28, 5, 30, tzinfo=UTC)
    before = make(
        Digest,
        edition_on=date(2025, 1, 28),
        lang="en",
        profile="default",
        since_at=end - timedelta(days=30),
        until_at=end,
        built_at=end - timedelta(days=40),
    )
    desk.save([before])
    late = len(rows(desk, "explain_late", since=end))
    assert late > 0
    assert len(rows(desk, "explain_late", since=end, shown=1)) == late - 1
