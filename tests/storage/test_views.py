"""Queues and summaries: what is left to do, and what stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contrecoup.identity import article_id, canonical_url
from contrecoup.models import (
    Article,
    Claim,
    Document,
    Entry,
    Failure,
    Feed,
    Label,
    Link,
    Method,
    Move,
    Page,
    PageBody,
    PriceBar,
    Reading,
    Status,
    Story,
    StoryArticle,
)
from storage.store import Store

NOON = datetime(2025, 1, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STAGES = ("translate", "classify", "find_entities", "find_claims", "find_look_alikes", "group")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Some columns of both queues that articles are made from."""

    entry_id: str
    url: str
    version: int
    body: bytes | None
    feed_lang: str | None
    kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A row of ``entry_states``."""

    entry_id: str
    state: str


def due(store: Store, now: datetime = NOON) -> list[str]:
    """Ids of the entries whose page is to be fetched."""
    return [e.id for e in store.read(Entry, "pages_to_fetch", now=now, oldest=NOON - 10 * 24 * HOUR)]


def states(store: Store) -> dict[str, str]:
    """Each entry's state."""
    rows = store.read(State, "entry_states")
    assert len({row.entry_id for row in rows}) == len(rows) == store.count("entries")
    return {row.entry_id: row.state for row in rows}


def test_feeds_are_due_when_their_time_has_come(store: Store, make: Callable[..., Any]) -> None:
    """A feed that was never checked comes first, one that must wait does not come."""
    store.save(
        [
            make(Feed, url="b", checked_at=NOON - HOUR, next_check_at=NOON),
            make(Feed, url="c", checked_at=NOON, next_check_at=NOON + HOUR),
            make(Feed, url="a"),
        ]
    )
    assert [feed.url for feed in store.read(Feed, "feeds_to_check", now=NOON)] == ["a", "b"]


def test_pages_are_fetched_newest_first_and_only_in_their_lanes(store: Store, make: Callable[..., Any]) -> None:
    """Undated entries come too; future and old ones do not; an address that two feeds carry comes once."""
    store.save(
        [
            make(Entry, id="old", url="1", lane="dated", published_at=NOON - 30 * 24 * HOUR),
            make(Entry, id="future", url="2", lane="future"),
            make(Entry, id="undated", url="3", lane="undated", seen_at=NOON - HOUR),
            make(Entry, id="new", url="4", lane="dated", published_at=NOON),
            make(Entry, id="same", url="4", lane="undated", seen_at=NOON - HOUR),
        ]
    )
    assert due(store) == ["new", "undated"]


def test_a_failed_page_waits_twice_as_long_each_time_and_then_for_ever(store: Store, make: Callable[..., Any]) -> None:
    """After the third soft failure its entry is told by the feed's own summary."""
    store.save([make(Feed, url="f", lang="fr")], [make(Entry, id="e", url="u", feed_url="f", lane="dated")])
    store.save([make(Failure, stage="page", key="u", at=NOON, weight=0.5)])
    assert (due(store, NOON + HOUR), due(store, NOON + 2 * HOUR)) == ([], ["e"])
    store.save([make(Failure, stage="page", key="u", at=NOON + 2 * HOUR, weight=0.5)])
    assert (due(store, NOON + 5 * HOUR), due(store, NOON + 6 * HOUR)) == ([], ["e"])
    assert states(store) == {"e": "waiting"}
    store.save([make(Failure, stage="page", key="u", at=NOON + 6 * HOUR, weight=0.5, kind="timeout")])
    assert due(store, NOON + 1000 * HOUR) == []
    assert states(store) == {"e": "failed:timeout"}
    assert store.read(Pending, "entries_without_page") == [
        Pending(entry_id="e", url="u", version=1, body=None, feed_lang="fr", kind="timeout")
    ]


def test_a_hard_failure_is_final_at_once(store: Store, make: Callable[..., Any]) -> None:
    """A page that is gone is not asked for again, and its article counts it as gone."""
    store.save(
        [make(Entry, id="e", url="u", lane="dated")], [make(Failure, stage="page", key="u", kind="gone", weight=1.0)]
    )
    assert due(store, NOON + 1000 * HOUR) == []
    assert store.count("entries_without_page") == 1
    store.save([make(Article, entry_id="e", status=Status.GONE)])
    assert store.count("entries_without_page") == 0
    assert states(store) == {"e": "gone"}


def test_a_page_is_extracted_once_by_each_method(store: Store, make: Callable[..., Any]) -> None:
    """A page waits until a method is in force, and again for the next method, as the next version."""
    store.save([make(Entry, id="e", url="u", lane="dated")], [make(Page, url="u", body_hash="b")])
    store.save([make(PageBody, body_hash="b", body=b"<p>")])
    assert store.count("pages_to_extract") == 0
    store.save([make(Method, stage="extract", method="one")])
    waiting = Pending(entry_id="e", url="u", version=1, body=b"<p>", feed_lang=None, kind=None)
    assert store.read(Pending, "pages_to_extract") == [waiting]
    store.save([make(Article, id="a", entry_id="e", version=1, body_hash="b", method="one", status=Status.TEASER)])
    assert store.count("pages_to_extract") == 0
    assert states(store) == {"e": "teaser"}
    store.save([make(Method, stage="extract", method="two")])
    assert store.read(Pending, "pages_to_extract") == [replace(waiting, version=2)]


def test_the_newest_page_of_an_address_is_extracted(store: Store, make: Callable[..., Any]) -> None:
    """A page that changed gives the next version; two feeds that carry its address give one article."""
    store.save([make(Method, stage="extract", method="one")])
    store.save([make(Entry, id=i, url="u", lane="dated", seen_at=NOON + h * HOUR) for h, i in enumerate("ab")])
    store.save([make(Page, url="u", body_hash=b, fetched_at=NOON + h * HOUR) for h, b in enumerate(("old", "new"))])
    store.save([make(PageBody, body_hash=b, body=b.encode()) for b in ("old", "new")])
    store.save([make(Article, entry_id="b", version=1, body_hash="old", method="one", status=Status.FULL)])
    assert [(p.entry_id, p.version, p.body) for p in store.read(Pending, "pages_to_extract")] == [("a", 2, b"new")]
    assert states(store) == {"a": "full", "b": "full"}


@pytest.mark.parametrize("stage", STAGES)
def test_an_article_is_read_once_by_each_method_of_a_stage(desk: Store, make: Callable[..., Any], stage: str) -> None:
    """What was read leaves the queue, and another method in force brings it back."""
    queue = f"articles_to_{stage}"
    assert desk.count(queue) == 0
    desk.save([make(Method, stage=stage, method="better-2")])
    documents = desk.read(Document, queue)
    assert [document.article_id for document in documents] == ["a-en1", "a-fr1", "a-fr2"]
    desk.save([make(Reading, article_id=d.article_id, stage=stage, method="better-2", found=0) for d in documents])
    assert desk.count(queue) == 0


def test_an_article_in_an_unknown_language_is_not_translated(desk: Store, make: Callable[..., Any]) -> None:
    """Nor is one of mixed language; the other stages read both."""
    desk.save([make(Article, id=lang, lang=lang) for lang in ("unknown", "mixed")])
    assert desk.count("articles_to_translate") == 0
    assert desk.count("articles_to_classify") == 2


def test_an_article_without_a_word_is_not_read(desk: Store, make: Callable[..., Any]) -> None:
    """There is nothing to understand in it."""
    desk.save([make(Article, id="void", title="", lead="")])
    assert desk.count("articles_to_group") == 0


def test_results_of_the_method_in_force_stand_before_newer_ones(desk: Store, make: Callable[..., Any]) -> None:
    """Going back to an older method shows its results again; until it has read an article, the others' stand."""
    later = NOON + HOUR
    desk.save([make(Label, article_id="a-en1", model="topics-2", topic="crypto_mining")])
    desk.save([make(Reading, article_id="a-en1", stage="classify", method="topics-2", at=later)])
    assert {label.topic for label in desk.read(Label, "labels_now")} == {"chip_stocks"}
    desk.save([make(Method, stage="classify", method="topics-2")])
    by_article = {label.article_id: label.topic for label in desk.read(Label, "labels_now")}
    assert by_article == {"a-en1": "crypto_mining", "a-fr1": "chip_stocks", "a-fr2": "chip_stocks"}


def test_wire_copies_count_once(desk: Store) -> None:
    """Three articles, of which one copies another: two publishers tell the story."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Now:
        articles: int
        publishers: int

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Attention:
        hour: datetime
        lang: str
        publishers: int

    assert desk.read(Now, "stories_now") == [Now(articles=3, publishers=2)]
    assert sorted((a.hour, a.lang, a.publishers) for a in desk.read(Attention, "story_attention")) == [
        (NOON, "en", 1),
        (NOON + HOUR, "fr", 1),
    ]


def test_titles_of_one_house_count_once(desk: Store, make: Callable[..., Any]) -> None:
    """Two sister titles, each with words of its own, are one more independent publisher, not two."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Now:
        publishers: int

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Peak:
        peak_hour: datetime
        peak_publishers: int
        hours: int
        usual_per_hour: float

    member = {"story_id": "a-en1", "lang": "en", "method": "group-1", "owner": "dowjones.com"}
    desk.save(
        [
            make(StoryArticle, article_id=i, wire_id=i, publisher=p, told_at=NOON + 4 * HOUR, **member)
            for i, p in (("x1", "wsj.com"), ("x2", "barrons.com"))
        ]
    )
    assert desk.read(Now, "stories_now") == [Now(publishers=3)]
    assert desk.read(Peak, "story_peaks") == [
        Peak(peak_hour=NOON, peak_publishers=1, hours=5, usual_per_hour=pytest.approx(0.5))
    ]


def test_a_peak_is_the_loudest_hour_of_both_languages(desk: Store, make: Callable[..., Any]) -> None:
    """Three publishers in one hour, one in another: the usual leaves the loudest hour out."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Peak:
        peak_hour: datetime
        peak_publishers: int
        usual_per_hour: float

    member = {"story_id": "a-en1", "method": "group-1", "owner": ""}
    desk.save(
        [
            make(StoryArticle, article_id=p, wire_id=p, publisher=p, lang=p[:2], told_at=NOON + HOUR, **member)
            for p in ("en.one", "fr.two")
        ]
    )
    assert desk.read(Peak, "story_peaks") == [
        Peak(peak_hour=NOON + HOUR, peak_publishers=3, usual_per_hour=pytest.approx(1.0))
    ]


def test_a_thread_shows_what_a_story_develops(desk: Store, make: Callable[..., Any]) -> None:
    """The rebound stands beside the fall, with the hours between."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Thread:
        story_id: str
        followed_title: str
        hours_after: float

    member = {"article_id": "up", "wire_id": "up", "publisher": "en.example", "told_at": NOON + 30 * HOUR}
    desk.save(
        [make(Story, id="up", title="Chips rebound", method="group-1", follows_story_id="a-en1")],
        [make(StoryArticle, story_id="up", lang="en", method="group-1", **member)],
    )
    assert desk.read(Thread, "story_threads") == [
        Thread(story_id="up", followed_title="Chip rout after DeepSeek", hours_after=30.0)
    ]


def test_only_the_neighbourhood_of_a_day_is_read_for_grouping(desk: Store, make: Callable[..., Any]) -> None:
    """Members told around, those asked for by id, and the founders of their stories; not the rest of the archive."""
    old = {"lang": "en", "publisher": "en.example", "method": "group-1"}
    for story, days in (("old", 40), ("older", 400)):
        for article, later in ((story, 0), (f"{story}-2", 1)):
            told_at = NOON - days * 24 * HOUR + later * HOUR
            desk.save([make(StoryArticle, story_id=story, article_id=article, wire_id=article, told_at=told_at, **old)])
    desk.save([make(StoryArticle, story_id="old", article_id="now", wire_id="now", told_at=NOON, **old)])
    around = desk.read(StoryArticle, "story_articles_around", days=[int(NOON.timestamp()) // 86_400], ids=["older-2"])
    assert {m.article_id for m in around} == {"a-en1", "a-fr1", "a-fr2", "now", "old", "older-2", "older"}


def test_the_last_measurement_and_linking_stand(desk: Store, make: Callable[..., Any]) -> None:
    """A better method adds rows, and the views show them alone."""
    day, later = NOON.date(), NOON + HOUR
    desk.save([make(Move, symbol="NVDA", session_on=day, method="market-2", measured_at=later)])
    desk.save([make(Link, symbol="NVDA", session_on=day, story_id="other", method="link-2", linked_at=later)])
    assert {(m.symbol, m.method) for m in desk.read(Move, "moves_now")} == {("NVDA", "market-2"), ("ASML", "market-1")}
    assert [link.story_id for link in desk.read(Link, "links_now")] == ["other"]


def test_a_claim_is_checked_again_only_if_new_bars_might_settle_it(desk: Store, make: Callable[..., Any]) -> None:
    """Settled claims are done; one that could not be checked waits for bars of its instrument."""
    assert desk.read(Claim, "claims_to_check", oldest=NOON - HOUR) == []
    desk.save([make(Claim, article_id="a-en1", start=9, symbol="NVDA", method="claims-1")])
    assert [c.start for c in desk.read(Claim, "claims_to_check", oldest=NOON - HOUR)] == [9]
    assert desk.read(Claim, "claims_to_check", oldest=NOON + HOUR) == []


def test_the_last_fetched_provider_gives_the_bars(store: Store, make: Callable[..., Any]) -> None:
    """One bar a session, of daily interval."""
    bar = {"symbol": "NVDA", "interval": "1d"}
    store.save([make(PriceBar, provider="file", close=1.0, **bar)])
    store.save([make(PriceBar, provider="yfinance", close=2.0, fetched_at=NOON + HOUR, **bar)])
    window = {"symbols": ["NVDA"], "start_on": NOON.date(), "end_on": NOON.date()}
    assert [b.close for b in store.read(PriceBar, "bars_of", **window)] == [2.0]


def test_every_entry_is_counted_once(desk: Store, make: Callable[..., Any]) -> None:
    """The columns of the coverage add up to the entries of each feed and day."""
    desk.save([make(Entry, id=lane, url=lane, feed_url="f", lane=lane) for lane in ("dated", "future")])
    desk.save(
        [make(Entry, id="e", url="u", feed_url="f", lane="dated")], [make(Failure, stage="page", key="u", weight=1.0)]
    )

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Row:
        feed: str
        entries: int
        full_text: int
        summary_only: int
        waiting: int
        failed: int
        set_aside: int

    rows = {row.feed: row for row in desk.read(Row, "coverage")}
    assert rows["f"] == Row(feed="f", entries=3, full_text=0, summary_only=0, waiting=1, failed=1, set_aside=1)
    assert rows["L’Exemple"].full_text == rows["L’Exemple"].entries == 2
    assert sum(row.entries for row in rows.values()) == desk.count("entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """A state and how many are in it."""

    state: str
    number: int


def test_entries_of_a_window_are_counted_by_their_state(desk: Store, make: Callable[..., Any]) -> None:
    """An edition counts the entries that were told in its window, whenever its run fetched them."""
    late = NOON + 3 * HOUR
    desk.save([make(Entry, id="late", url="late", lane="dated", published_at=NOON, seen_at=late)])
    desk.save([make(Entry, id="old", url="old", lane="dated", published_at=NOON - 24 * HOUR, seen_at=NOON)])
    desk.save([make(Entry, id="undated", url="undated", lane="undated", published_at=None, seen_at=NOON)])
    window = {"since": NOON - HOUR, "until": NOON + HOUR}
    tallies = {tally.state: tally.number for tally in desk.read(Tally, "entry_counts", **window)}
    assert tallies == {"full": 2, "waiting": 2}


def test_entries_that_will_not_be_fetched_do_not_wait(desk: Store, make: Callable[..., Any]) -> None:
    """An entry told before the oldest day of interest is not waiting but too old."""
    desk.save([make(Entry, id=f"{d}", url=f"{d}", lane="dated", published_at=NOON - d * 24 * HOUR) for d in (1, 11)])

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Row:
        state: str
        entries: int

    found = desk.read(Row, "states", oldest=NOON - 10 * 24 * HOUR)
    assert {(row.state, row.entries) for row in found} >= {("too_old", 1), ("waiting", 1)}


def test_a_failure_is_open_until_a_success(store: Store, make: Callable[..., Any]) -> None:
    """Only the last failure of each item is shown, and none once the item went well."""
    store.save([make(Failure, stage="page", key="u", at=NOON + n * HOUR, message=str(n)) for n in range(2)])
    assert [failure.message for failure in store.read(Failure, "failures_open")] == ["1"]
    store.save([make(Page, url="u", fetched_at=NOON + 2 * HOUR)])
    assert store.read(Failure, "failures_open") == []


def test_addresses_of_one_article_are_fetched_and_read_once(store: Store, make: Callable[..., Any]) -> None:
    """By http and https, with and without www. and a last slash: each entry ends in the state of the one article."""
    store.save(
        [
            make(Entry, id="one", url="http://www.presse.example/a/", lane="dated", published_at=NOON),
            make(Entry, id="two", url="https://presse.example/a", lane="dated", published_at=NOON, seen_at=NOON),
        ],
        [make(Method, stage="extract", method="m")],
    )
    assert due(store) == ["one"]
    pages = [("http://www.presse.example/a/", "b"), ("https://presse.example/a", "c")]
    store.save([make(Page, url=url, body_hash=body, fetched_at=NOON) for url, body in pages])
    store.save([make(PageBody, body_hash=body, body=b"<p>") for _, body in pages])
    assert [(row.entry_id, row.version) for row in store.read(Pending, "pages_to_extract")] == [("one", 1)]
    store.save([make(Article, id="a", entry_id="one", version=1, body_hash="b", method="m", status=Status.FULL)])
    assert store.count("pages_to_extract") == 0
    assert states(store) == {"one": "full", "two": "full"}


@pytest.mark.parametrize(
    "address",
    [
        "http://www.presse.example/é/",
        "https://presse.example/?a=http://www.b.example/",
        "https://www.www.example//",
        "https://presse.example/a?b=/",
    ],
)
def test_the_database_knows_one_article_by_the_same_addresses_as_its_id(store: Store, address: str) -> None:
    """The macro and ``contrecoup.identity`` fold the same differences, and no other."""
    others = [address, address.rstrip("/"), address.replace("www.", "", 1), address.replace("http:", "https:", 1)]
    known = [canonical_url(other) for other in [*others, "https://presse.example/a"]]
    keys = [store._connection.execute("select address_key($1)", [url]).fetchone() for url in known]
    same = [[one == other for other in keys] for one in keys]
    assert same == [[article_id(one) == article_id(other) for other in known] for one in known]


def test_a_site_that_asked_to_wait_is_left_alone(store: Store, make: Callable[..., Any]) -> None:
    """All of its pages, for as long as it asked; other sites are not concerned."""
    urls = {"one": "http://a.example/1", "two": "http://a.example/2", "else": "http://b.example/1"}
    store.save([make(Entry, id=name, url=url, lane="dated", published_at=NOON) for name, url in urls.items()])
    later = NOON + 5 * HOUR
    store.save([make(Failure, stage="page", key=urls["one"], at=NOON, weight=0.25, retry_at=later)])
    assert due(store, NOON + 4 * HOUR) == ["else"]
    assert sorted(due(store, later)) == ["else", "one", "two"]
