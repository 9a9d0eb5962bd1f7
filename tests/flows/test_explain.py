"""``contrecoup explain`` as a person and a program meet it: items, queries that run as they stand, and plain errors."""

import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest

from flows.run import replay_days

if TYPE_CHECKING:
    from conftest import Desk, Ended

Run = Callable[..., "Ended"]
LAST = date(2025, 1, 28)
DAY = LAST.isoformat()

pytestmark = pytest.mark.integration


def _told(contrecoup: Run, desk: "Desk", *arguments: str) -> list[dict[str, object]]:
    ended = contrecoup("explain", DAY, *arguments, "--config", desk.config, "--json")
    assert ended.code == 0, ended.err
    return [json.loads(line) for line in ended.out.splitlines()]


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_without_an_item_the_items_of_an_edition_are_listed(contrecoup: Run, lived: "Desk", lang: str) -> None:
    """The move, the story beside it, the tally and the footer, each with how many numbers it has."""
    items = {str(item["item"]): item for item in _told(contrecoup, lived, "--lang", lang)}
    assert {"tally", "counts", "NVDA@2025-01-27"} <= items.keys()
    assert items["tally"]["numbers"] == 4
    stories = [key for key in items if re.fullmatch("[0-9a-f]{32}", key)]
    assert stories
    assert all(items[story]["title"] for story in stories)


@pytest.mark.parametrize("item", ["NVDA", "nvda", "NVDA@2025-01-27", "Nvidia", "nvidia corporation"])
def test_a_move_is_found_by_its_symbol_too(contrecoup: Run, lived: "Desk", item: str) -> None:
    """Return, abnormal return, size, base rate and who names it, each with its query and rows."""
    told = {str(query["query"]): query for query in _told(contrecoup, lived, item, "--lang", "en")}
    assert {"explain_move", "explain_base_rate", "explain_named_by"} <= told.keys()
    [row] = told["explain_move"]["rows"]  # type: ignore[misc]
    assert row["percent"] == pytest.approx(-15, abs=2.5)
    whats = {number["what"] for query in told.values() for number in query["numbers"]}  # type: ignore[attr-defined]
    assert {"return", "abnormal return", "standard errors (z)", "base rate"} <= whats


def test_a_query_runs_as_it_stands(contrecoup: Run, lived: "Desk") -> None:
    """What is printed goes into ``contrecoup sql`` and gives the same rows."""
    for item in ("NVDA", "tally", "counts", "market"):
        for query in _told(contrecoup, lived, item):
            ended = contrecoup("sql", query["sql"], "--config", lived.config, "--json", "--limit", 1000)
            assert ended.code == 0, ended.err
            assert [json.loads(line) for line in ended.out.splitlines()] == query["rows"]


def test_a_story_is_found_by_the_beginning_of_its_id(contrecoup: Run, lived: "Desk") -> None:
    """As many letters as no other story begins with."""
    keys = [str(item["item"]) for item in _told(contrecoup, lived)]
    story = next(key for key in keys if re.fullmatch("[0-9a-f]{32}", key))
    [query] = [q for q in _told(contrecoup, lived, story[:12]) if q["query"] == "explain_story_publishers"]
    assert query["rows"]
    assert query["numbers"][0]["item"] == story  # type: ignore[index]


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize(
    ("asked", "item"),
    [
        ("SPY", "market"),
        ("spy", "market"),
        ("SPDR S&P 500 ETF Trust", "market"),
        ("footer", "counts"),
        ("Coverage", "counts"),
        ("MARKET", "market"),
    ],
)
def test_a_part_is_found_by_other_names_too(contrecoup: Run, lived: "Desk", asked: str, item: str, lang: str) -> None:
    """Of what stands only in the market strip, the strip is explained; the footer's names need no key."""
    assert _told(contrecoup, lived, asked, "--lang", lang) == _told(contrecoup, lived, item, "--lang", lang)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_headline_shows_why_its_move_comes_first(contrecoup: Run, lived: "Desk", lang: str) -> None:
    """The keys of the order, one row a move, and the numbers of the subject and the first sentence."""
    order, *others = _told(contrecoup, lived, "headline", "--lang", lang)
    [row] = order["rows"]  # type: ignore[misc]
    assert (row["place"], row["move"], row["houses_naming"]) == (1, "NVDA@2025-01-27", 2)
    assert row["label"]
    assert row["standard_errors"] > 3
    numbers = [number for query in others for number in query["numbers"]]  # type: ignore[attr-defined]
    assert {number["what"] for number in numbers} == {"return", "abnormal moves"}
    [item, *_] = _told(contrecoup, lived, "--lang", lang)
    assert (item["item"], item["numbers"]) == ("headline", len(numbers))


def test_in_a_pipe_it_is_plain_text(contrecoup: Run, lived: "Desk") -> None:
    """No box, no colour, a query that can be copied, and the number as the edition has it."""
    ended = contrecoup("explain", DAY, "tally", "--config", lived.config, "--lang", "fr")
    assert ended.code == 0
    assert "\x1b" not in ended.out
    assert not re.search("[│┃━┏]", ended.out)
    assert "column number where state = linked" in ended.out
    assert "/* How did the sessions of sessions end" in ended.out
    assert "'NVDA@2025-01-27'" in ended.out
    assert ended.err == ""


def test_in_a_terminal_it_is_a_table(contrecoup: Run, lived: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rows, framed."""
    monkeypatch.setattr("flows.explain_command.output._force_terminal", True)
    ended = contrecoup("explain", DAY, "--config", lived.config)
    assert ended.code == 0
    assert re.search("[│┃]", ended.out)


def test_an_edition_that_is_not_there_names_those_that_are(contrecoup: Run, lived: "Desk") -> None:
    """One line of what is wrong, one of what there is."""
    ended = contrecoup("explain", "2025-03-01", "--config", lived.config)
    assert ended.code == 2
    assert "There is no edition of 2025-03-01 in 'fr'." in ended.err
    assert "There are: 2025-01-28 (en, fr), 2025-01-27 (en, fr)." in ended.err


def test_a_desk_without_editions_says_how_to_build_one(contrecoup: Run, copy: "Desk") -> None:
    """The advice names the command."""
    with copy.store() as store:
        store._connection.execute("delete from digests")
        store.snapshot()
    ended = contrecoup("explain", DAY, "--config", copy.config)
    assert ended.code == 2
    assert "'contrecoup run' builds one" in ended.err


@pytest.mark.parametrize(
    ("item", "error"),
    [
        ("TSLA", "has no item 'TSLA'"),
        ("Apple", "An ordinary session has no item: 'tally' counts it"),
        ("nobody", "It has headline, tally, NVDA, "),
        ("zzz", "has no item 'zzz'"),
        ("", "is the beginning of"),
    ],
)
def test_an_item_that_is_not_there_is_one_clear_line(contrecoup: Run, lived: "Desk", item: str, error: str) -> None:
    """No such symbol, no such story, or a beginning that several share."""
    ended = contrecoup("explain", DAY, item, "--config", lived.config)
    assert ended.code == 2
    assert error in ended.err
    assert len(ended.err.strip().splitlines()) == 2


def test_a_profile_that_nobody_reads_is_refused(contrecoup: Run, copy: "Desk") -> None:
    """Its edition was kept, but the settings no longer tell what it was made from."""
    with copy.store() as store:
        store._connection.execute("update digests set profile = 'old' where lang = 'fr'")
        store.snapshot()
    ended = contrecoup("explain", DAY, "--profile", "old", "--config", copy.config)
    assert ended.code == 2
    assert "No recipient of the settings has the profile 'old' any more." in ended.err
    assert "for the profile 'other'" in contrecoup("explain", DAY, "--profile", "other", "-c", copy.config).err


def test_a_readers_edition_is_explained_by_its_own_sessions(contrecoup: Run, copy: "Desk") -> None:
    """Of a watch-list of one share, one session was followed, and the query counts one."""
    settings = copy.config.read_text("utf-8")
    reader = '[[recipients]]\naddress = "a@reader.example"\nlang = "en"\nsymbols = ["AAPL"]\n'
    copy.config.write_text(f"{settings}\n{reader}", "utf-8")
    with copy.store() as store:
        store._connection.execute("delete from digests")
    replay_days(copy.folder, LAST, LAST)
    [profile] = [name for (name,) in copy.rows("select distinct profile from digests") if name != "default"]
    told = _told(contrecoup, copy, "tally", "--lang", "en", "--profile", str(profile))
    [query] = [query for query in told if query["query"] == "explain_tally"]
    assert "AAPL@2025-01-27" in str(query["sql"])
    assert "NVDA@2025-01-27" not in str(query["sql"])


def test_rows_that_changed_since_are_told(contrecoup: Run, copy: "Desk") -> None:
    """The edition said another number in its mail: that is written to standard error."""
    with copy.store() as store:
        store._connection.execute("update moves set simple_return = -0.11 where symbol = 'NVDA'")
        store.snapshot()
    ended = contrecoup("explain", DAY, "NVDA", "--config", copy.config)
    assert ended.code == 0
    assert "rows came or changed since" in ended.err


def test_a_query_may_come_by_standard_input(contrecoup: Run, lived: "Desk", monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell then reads nothing of it."""
    query, *_ = _told(contrecoup, lived, "tally")
    monkeypatch.setattr("sys.stdin", io.StringIO(str(query["sql"])))
    ended = contrecoup("sql", "-", "--config", lived.config, "--json")
    assert [json.loads(line) for line in ended.out.splitlines()] == query["rows"]


def test_the_sessions_that_are_asked_for_are_those_that_are_counted(contrecoup: Run, lived: "Desk") -> None:
    """A basket of which too few members are watched is never measured, and not asked for."""
    told = _told(contrecoup, lived, "tally")
    [tally] = [query for query in told if query["query"] == "explain_tally"]
    asked = set(re.findall(r"'([^' ]+@\d{4}-\d\d-\d\d)'", str(tally["sql"])))
    [followed] = {n["number"] for n in tally["numbers"] if n["what"] == "sessions followed"}  # type: ignore[attr-defined]
    assert len(asked) == followed
    counted = {symbol for row in tally["rows"] for symbol in row["symbols"].split()}  # type: ignore[attr-defined]
    assert {key.partition("@")[0] for key in asked} == counted


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_that_nothing_was_revised_is_said_with_the_query_that_shows_it(
    contrecoup: Run, lived: "Desk", lang: str
) -> None:
    """The edition before is looked at whether something became of it or not."""
    items = {str(item["item"]): item["numbers"] for item in _told(contrecoup, lived, "--lang", lang)}
    assert items["changes"] == 0
    ended = contrecoup("explain", DAY, "changes", "--config", lived.config, "--lang", lang)
    assert ended.code == 0, ended.err
    assert "No link of an edition before was revised." in ended.out
    assert "No article of the edition before was read late." in ended.out
    assert f"lang = '{lang}'" in ended.out


def test_a_link_that_was_revised_is_shown_by_its_query(contrecoup: Run, copy: "Desk") -> None:
    """What the edition before said, and what holds now."""
    with copy.store() as store:
        store._connection.execute(
            "insert into digest_items by name select date '2025-01-27' as edition_on, 'fr' as lang, "
            "'default' as profile, 'unexplained' as section, 99 as position, 'NVDA@2025-01-27' as key, 'N' as title"
        )
        store.snapshot()
    [revised] = [query for query in _told(contrecoup, copy, "changes") if query["query"] == "explain_revised"]
    [row] = revised["rows"]  # type: ignore[misc]
    assert (row["key"], row["label_then"], row["story_then"]) == ("NVDA@2025-01-27", None, None)
    assert row["story_now"]


def test_a_story_under_another_founder_is_not_shown_as_revised(contrecoup: Run, copy: "Desk") -> None:
    """The articles of then under another id are the same story; and a link that was never kept is not compared."""
    with copy.store() as store:
        store._connection.execute(
            "insert into digest_items by name select date '2025-01-27' as edition_on, 'fr' as lang, "
            "'default' as profile, 'linked_moves' as section, 98 as position, 'NVDA@2025-01-27' as key, 'N' as title, "
            "l.label, max(a.article_id) as story_id from links_now l join story_articles_now a using (story_id) where "
            "l.symbol = 'NVDA' and l.session_on = '2025-01-27' and l.rank = 1 and a.article_id <> l.story_id "
            "group by all"
        )
        store._connection.execute(
            "insert into digest_items by name select edition_on, lang, profile, section, 99 as position, "
            "'AMD@2025-01-27' as key, title from digest_items where position = 98"
        )
        kept = store._connection.execute("select count(*) from digest_items where position > 97").fetchall()
        store.snapshot()
    [revised] = [query for query in _told(contrecoup, copy, "changes") if query["query"] == "explain_revised"]
    assert (kept, revised["rows"]) == ([(2,)], [])


def test_the_help_names_every_part_of_an_edition(contrecoup: Run, lived: "Desk") -> None:
    """A move, a story, and all else that is listed."""
    told = contrecoup("explain", "--help").out
    keys = {str(item["item"]) for item in _told(contrecoup, lived)}
    parts = {key for key in keys if "@" not in key and not re.fullmatch("[0-9a-f]{32}", key)}
    assert parts >= {"tally", "market", "changes", "counts"}
    assert [part for part in parts if part not in told] == []
