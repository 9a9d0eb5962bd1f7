"""The five flows one after the other, on a small recorded week."""

from datetime import date
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Desk

pytestmark = pytest.mark.integration


def _week() -> tuple[date, date]:
    return date(2025, 1, 27), date(2025, 1, 28)


def test_every_article_is_read_in_full_and_by_every_stage(lived: "Desk") -> None:
    """Six entries, six full articles in their languages, and six readings of each."""
    assert lived.rows("select lang, status, count(*) from articles group by all order by all") == [
        ("en", "full", 3),
        ("fr", "full", 3),
    ]
    stages = lived.rows("select stage, count(distinct article_id) from readings group by all order by all")
    names = ("classify", "find_claims", "find_entities", "find_look_alikes", "group", "translate")
    assert stages == [(name, 6) for name in names]


def test_the_planted_fall_is_the_only_move(lived: "Desk") -> None:
    """Nvidia's 15 % stand out of two hundred sessions of noise."""
    moves = lived.rows("select symbol, session_on::varchar, round(simple_return, 3) from moves where verdict = 'move'")
    assert moves == [("NVDA", "2025-01-27", -0.15)]


def test_the_fall_is_linked_to_the_story_that_both_outlets_told(lived: "Desk") -> None:
    """The first of the candidates is the one whose titles speak of it."""
    titles = lived.rows(
        "select a.title from links l join story_articles s using (story_id) join articles a on a.id = s.article_id "
        "where l.symbol = 'NVDA' and l.session_on = '2025-01-27' and l.rank = 1 and a.title like 'Nvidia%' order by 1"
    )
    assert [title for (title,) in titles] == [
        "Nvidia chute de 15 % à Wall Street, DeepSeek inquiète les fabricants de puces",
        "Nvidia shares fall 15% as DeepSeek rattles chip stocks",
    ]


def test_the_claims_of_the_fall_are_confirmed(lived: "Desk") -> None:
    """Both outlets say 15 %, and so do the prices."""
    same = "k.article_id = c.article_id and k.field = c.field and k.start = c.start"
    told = lived.rows(f"select distinct c.symbol, c.direction, c.size, k.verdict from claims c join checks k on {same}")  # noqa: S608
    assert told == [("NVDA", "down", 15.0, "confirmed")]
    assert lived.rows("select count(distinct article_id) from claims") == [(2,)]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_each_edition_is_written_in_three_forms(lived: "Desk", lang: str) -> None:
    """HTML, text and mail of both days, and no half-written file beside them."""
    names = {path.name for path in lived.digests.iterdir() if f"-{lang}." in path.name}
    assert names == {f"2025-01-{day}-{lang}.{form}" for day in (27, 28) for form in ("html", "txt", "eml")}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_edition_begins_with_the_fall(lived: "Desk", lang: str) -> None:
    """Nvidia stands before any story that moved nothing."""
    text = (lived.digests / f"2025-01-28-{lang}.txt").read_text("utf-8")
    assert 0 < text.index("NVDA") < text.index("Cipher Mining")


def test_every_entry_ends_in_one_state(lived: "Desk") -> None:
    """The states count each entry once."""
    assert lived.rows("select count(*), count(distinct entry_id) from entry_states") == [(6, 6)]
    assert lived.rows("select count(*) from entries") == [(6,)]


def test_the_footer_repeats_what_sql_counts(lived: "Desk") -> None:
    """Entries and languages of the last window, counted here by other queries than the digest's own."""
    window = "seen_at > (select since_at from digests where edition_on = '2025-01-28' and lang = 'en')"
    [(entries,)] = lived.rows(f"select count(*) from entries where {window}")  # noqa: S608
    counts = dict(lived.rows(f"select lang, count(*) from articles where {window} group by lang"))  # noqa: S608
    text = (lived.digests / "2025-01-28-en.txt").read_text("utf-8").replace("\N{NO-BREAK SPACE}", " ")
    assert f"- {entries} feed entries in the period (read in full: {entries})." in text
    assert f"- Articles in French: {counts['fr']}, in English: {counts['en']}; no incident." in text


def test_the_same_days_again_change_nothing(lived: "Desk", copy: "Desk") -> None:
    """Editions that stand are not lived through again."""
    copy.replay(*_week())
    assert copy.dump() == lived.dump()


def test_the_stages_again_change_nothing(lived: "Desk", copy: "Desk") -> None:
    """Without its editions, the last day is gone through again, and every row comes out as it was."""
    with copy.store() as store:
        store._connection.execute("delete from digests")
    copy.replay(*_week())
    assert copy.dump() == lived.dump()
