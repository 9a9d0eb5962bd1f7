"""The facts of an edition: which numbers it shows, in which line, and by which query; what the golden week lacks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from contrecoup.digest.build import build_edition
from contrecoup.digest.edition import Changes, Cited, Counted, Counts, Edition, SlowBurn, Tally, Watch
from contrecoup.digest.edition_facts import facts_of
from contrecoup.digest.facts import Fact, Ground
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.render import render_html

Inputs = Callable[[str], EditionInputs]
LANGS = pytest.mark.parametrize("lang", ["fr", "en"])
GROUND = Ground(sessions=("NVDA@2025-01-27",), feeds=("https://a.example/rss",), baskets={}, most=1)


def told(edition: Edition, ground: Ground = GROUND) -> tuple[Fact, ...]:
    """The facts of an edition in its own language."""
    return facts_of(edition, mail_wording_of(edition.lang, edition.timezone), ground)


def empty(edition: Edition, tally: Tally) -> Edition:
    """The edition of a day on which nothing moved."""
    return replace(edition, groups=(), unexplained=(), hidden=0, shelves=(), tokens=(), tally=tally)


@LANGS
def test_every_number_stands_in_its_line(january_27: Inputs, lang: str) -> None:
    """What is shown is a part of the line, and every fact has a query."""
    facts = told(build_edition(january_27(lang)))
    assert len(facts) > 30
    assert [fact for fact in facts if fact.shown not in fact.line] == []
    assert all(fact.source.query and fact.item for fact in facts)


@LANGS
@pytest.mark.parametrize(("quiet", "unmeasured", "verdict"), [(3, 1, "quiet"), (0, 2, "unmeasured")])
def test_a_day_without_moves_tells_how_many_sessions_there_were(
    january_27: Inputs, lang: str, quiet: int, unmeasured: int, verdict: str
) -> None:
    """The line under its headline says so, and the headline has no figure of its own."""
    tally = Tally(
        sessions=quiet + unmeasured,
        followed=quiet + unmeasured,
        linked=0,
        unexplained=0,
        quiet=quiet,
        unmeasured=unmeasured,
    )
    edition = empty(build_edition(january_27(lang)), tally)
    headline = mail_wording_of(lang, edition.timezone).headline(edition)
    facts = told(edition)
    assert [fact for fact in facts if fact.line == headline] == []
    assert (str(quiet or unmeasured), (("state", verdict),)) in [(fact.shown, fact.source.where) for fact in facts]


def test_a_day_on_which_nothing_closed_has_no_number_in_its_headline(january_27: Inputs) -> None:
    """No session, no figure."""
    edition = empty(
        build_edition(january_27("en")), Tally(sessions=0, followed=0, linked=0, unexplained=0, quiet=0, unmeasured=0)
    )
    headline = mail_wording_of("en", edition.timezone).headline(edition)
    assert [fact for fact in told(edition) if fact.line == headline] == []


@LANGS
def test_what_there_was_no_room_for_is_counted_by_queries_of_its_own(january_27: Inputs, lang: str) -> None:
    """Linked moves, moves without a story, revised links, late articles."""
    edition = build_edition(january_27(lang))
    figure = edition.groups[0].matches[0].figure
    crowded = replace(edition, hidden=4, unexplained=(figure,) * 3, changes=Changes(more_revised=3, more_late=5))
    found = {fact.source.query: fact.shown for fact in told(crowded)}
    assert found["explain_left_out"] == "4"
    assert found["explain_unexplained"] == "2"
    assert found["explain_revised"] == "3"
    assert found["explain_late"] == "5"


@LANGS
@pytest.mark.parametrize(("days", "columns"), [(1, ["sessions"]), (7, ["days", "sessions"])])
def test_an_older_story_is_told_with_its_days_and_sessions(
    january_27: Inputs, lang: str, days: int, columns: list[str]
) -> None:
    """One day is "the day before": no figure."""
    edition = build_edition(january_27(lang))
    first, *rest = edition.groups
    slow = SlowBurn(story=Cited(title="DeepSeek", lang="en"), days=days, sessions=5)
    match = replace(first.matches[0], slow_burn=slow)
    edition = replace(edition, groups=(replace(first, matches=(match, *first.matches[1:])), *rest))
    found = [fact for fact in told(edition) if fact.source.query == "explain_slow_burn"]
    assert [fact.source.column for fact in found] == columns
    assert all(fact.shown in fact.line for fact in found)


@LANGS
@pytest.mark.parametrize(
    ("hours", "figures"),
    [(0.0, []), (0.2, [("12", "minutes")]), (5.0, [("5", "hours")]), (20.0, []), (170.0, [("7", "days")])],
)
def test_a_lag_is_asked_for_in_the_unit_in_which_it_is_told(
    january_27: Inputs, lang: str, hours: float, figures: list[tuple[str, str]]
) -> None:
    """None has no figure, nor has a weekday with its hour."""
    edition = build_edition(january_27(lang))
    first, *rest = edition.groups
    match = replace(first.matches[0], lag_hours=hours, named_by=(), quiet_sessions=80)
    edition = replace(edition, groups=(replace(first, matches=(match,), others=()), *rest))
    found = [fact for fact in told(edition) if fact.item == match.figure.key]
    assert [(f.shown, f.source.column) for f in found if f.source.query == "explain_link"] == figures
    queries = {fact.source.query for fact in found}
    assert queries.isdisjoint({"explain_named_by", "explain_quiet_sessions"})
    assert "explain_base_rate" in queries


@LANGS
def test_what_a_move_did_beside_its_sector_is_asked_for_as_such(january_27: Inputs, lang: str) -> None:
    """Its columns are those of the model with the sector."""
    edition = build_edition(january_27(lang))
    first, *rest = edition.groups
    figure = replace(first.matches[0].figure, beyond_sector=True)
    match = replace(first.matches[0], figure=figure)
    edition = replace(edition, groups=(replace(first, matches=(match,), others=()), *rest))
    columns = {fact.source.column for fact in told(edition) if fact.item == figure.key}
    assert {"percent", "sector_abnormal_percent", "sector_standard_errors"} <= columns
    assert columns.isdisjoint({"abnormal_percent", "standard_errors"})


@LANGS
def test_the_lines_of_the_strip_ask_for_as_many_closes_as_their_month_has(priced: Inputs, lang: str) -> None:
    """Without a month, for the two closes of the session's return; a basket has no close."""
    edition = build_edition(priced(lang))
    found = [fact for fact in told(edition) if fact.item == "market"]
    count = len(edition.strip[0].levels)
    assert {dict(fact.source.parameters)["count"] for fact in found if fact.what.startswith("SPY")} == {count}
    assert "basket:chips: close" not in {fact.what for fact in found}
    bare = replace(edition, strip=(replace(edition.strip[0], levels=()),))
    found = [fact for fact in told(bare) if fact.item == "market"]
    assert [fact.what for fact in found] == ["SPY: close", "SPY: return"]
    assert {dict(fact.source.parameters)["count"] for fact in found} == {2}


@LANGS
def test_the_highest_bar_of_all_charts_is_a_fact_of_its_chart(priced: Inputs, lang: str) -> None:
    """The legend says it, below the pictures."""
    edition = build_edition(priced(lang))
    [fact] = [fact for fact in told(edition) if fact.what == "highest bar of all charts"]
    assert edition.scale is not None
    assert (fact.shown, fact.item) == (str(edition.scale.houses), "NVDA@2025-01-27")
    assert f"{fact.line}</p>" in render_html(edition)


@LANGS
def test_a_vague_number_of_look_alikes_has_no_figure(january_27: Inputs, lang: str) -> None:
    """Dozens are a word; 75 is the number of the second place."""
    edition = build_edition(january_27(lang))
    telling = edition.groups[0].telling
    watch = Watch(
        names=("DeepSeek",),
        counts=(
            Counted(number=0.0, qualifier="dozens", unit="", publishers=("a.example", "b.example")),
            Counted(number=75.0, qualifier="at_least", unit="", publishers=("c.example",)),
        ),
        growth=(),
        losses=(),
        denial=None,
    )
    edition = replace(edition, tokens=(replace(telling, watch=watch), replace(telling, watch=None)))
    [fact] = [fact for fact in told(edition) if fact.source.query == "explain_watch"]
    assert (fact.shown, fact.source.where) == ("75", (("kind", "count"), ("place", 2)))


@LANGS
def test_the_footer_counts_what_failed_only_if_something_did(january_27: Inputs, lang: str) -> None:
    """No failing feed, no incident, no entry: no figure of them."""
    edition = build_edition(january_27(lang))
    counts = Counts(feeds=2, feeds_answered=1, feeds_failing=1, entries=(("full", 3),), failure_kinds=(("gone", 2),))
    found = [fact.what for fact in told(replace(edition, counts=counts)) if fact.item == "counts"]
    assert {"feeds: failing", "incidents", "feed entries", "feed entries: full"} <= set(found)
    nothing = [fact.what for fact in told(replace(edition, counts=Counts(feeds=2))) if fact.item == "counts"]
    assert nothing == ["feeds: answered", "feeds", "articles: fr", "articles: en", "stories not shown"]


def test_the_same_number_is_asked_for_by_the_same_query(january_27: Inputs) -> None:
    """In both languages: what differs is how it reads."""
    keys = [
        {(fact.item, fact.what, fact.source.query) for fact in told(build_edition(january_27(lang)))}
        for lang in ("fr", "en")
    ]
    assert {key for key in keys[0] if key[0].startswith("NVDA@")} == {k for k in keys[1] if k[0].startswith("NVDA@")}


def test_a_move_is_asked_for_by_symbol_and_day(january_27: Inputs) -> None:
    """The parameters are plain values."""
    facts = told(build_edition(january_27("en")))
    fact = next(fact for fact in facts if fact.source.query == "explain_move" and fact.item == "NVDA@2025-01-27")
    assert dict(fact.source.parameters) == {"symbol": "NVDA", "session_on": date(2025, 1, 27)}
