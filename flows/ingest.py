"""Feeds and pages come in.

feeds_to_check  | fetch | parse_feed       > entries, feeds
entries_ahead   | read_date                > entries
pages_to_fetch  | fetch                    > pages, page_bodies
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import zstandard
from prefect import flow

from contrecoup.dates import read_date
from contrecoup.errors import FetchError, ItemError, NothingAnswered, ParseError
from contrecoup.models import Entry, Failure, Feed, Page, PageBody
from contrecoup.settings import Network
from extractors.feeds import FeedToParse, ParsedFeed, parse_feed
from extractors.web import Request, Response, fetch_all
from extractors.workers import run_each
from flows.desk import Desk, batches, failure_of, open_desk, perform, progress, step

FEEDS_A_BATCH = 200
PAGES_A_BATCH = 100
FEED_DEADLINE_S = 20.0
# A failing feed is asked again after 1, 2, 4 … 24 hours and, after a month of failures, once a week (RELIABILITY G16).
LONGEST_WAIT = timedelta(hours=24)
DOUBLINGS = 5
WEEKLY_AFTER = 30.0


@flow(name="ingest", log_prints=False)
def ingest(config: str = "contrecoup.toml", now: datetime | None = None, oldest: datetime | None = None) -> int:
    """Fetch every feed that is due, then the pages of its new entries; give the number of new pages.

    ``oldest`` is the publication date before which an entry's page is not fetched (by default
    ``max_age_days`` before ``now``).
    """
    desk = open_desk(config, now)
    check_feeds(desk)
    return fetch_pages(desk, oldest or desk.now - timedelta(days=desk.settings.max_age_days))


def check_feeds(desk: Desk) -> None:
    """Fetch the feeds that are due and keep their entries.

    Raises
    ------
    NothingAnswered
        when feeds were due and not one of them answered.

    """
    subscribed = {block.url: block.feed() for block in desk.settings.feeds}
    with desk.store() as store:
        known = {feed.url: feed for feed in store.read(Feed, "feeds")}
        store.save([_subscribe(feed, known.get(feed.url)) for feed in subscribed.values()])
        store.save(_come_due(store.read(Entry, "entries_ahead"), subscribed, desk.now))
        due = [feed for feed in store.read(Feed, "feeds_to_check", now=desk.now) if feed.url in subscribed]
    answered = 0
    advance = progress.get().start("Feeds", len(due))
    for batch in batches(due, FEEDS_A_BATCH):
        feeds, entries, failures = perform(read_feeds, batch, desk.settings.network, desk.now, advance)
        answered += sum(feed.failure_weight == 0 for feed in feeds)
        with desk.store() as store:
            store.save(entries, feeds, failures)
    if due and not answered:
        raise NothingAnswered(
            f"None of the {len(due)} feeds that were due answered.",
            advice="Check the network; 'contrecoup status' lists each feed's failure.",
        )


def _subscribe(feed: Feed, known: Feed | None) -> Feed:
    if known is None:
        return feed
    return replace(
        known,
        name=feed.name,
        lang=feed.lang,
        expect_per_day=feed.expect_per_day,
    )


def _come_due(ahead: Sequence[Entry], subscribed: Mapping[str, Feed], now: datetime) -> list[Entry]:
    """Entries that were dated ahead of our clock and no longer are: a feed that does not change is not read again."""
    due = []
    for entry in ahead:
        feed = subscribed.get(entry.feed_url)
        published = read_date(entry.published_raw, seen_at=now, source="feed", lang=feed.lang if feed else None)
        if published.lane == "dated":
            due.append(
                replace(
                    entry,
                    published_at=published.at,
                    published_precision=published.precision,
                    published_confidence=published.confidence,
                    lane=published.lane,
                )
            )
    return due


@step
def read_feeds(
    feeds: Sequence[Feed], network: Network, now: datetime, on_done: Callable[[], None]
) -> tuple[list[Feed], list[Entry], list[Failure]]:
    """Fetch and parse feeds: each feed's new state, the entries, and what failed."""
    requests = [
        Request(url=f.url, etag=f.etag, last_modified=f.last_modified, body_hash=f.body_hash, kind="feed")
        for f in feeds
    ]
    answers = fetch_all(requests, network, now=now, on_done=on_done)
    changed = [
        (feed, answer)
        for feed, answer in zip(feeds, answers, strict=True)
        if isinstance(answer, Response) and not answer.unchanged
    ]
    parsed = run_each(
        parse_feed,
        [
            FeedToParse(
                body=answer.body,
                url=feed.url,
                content_type=answer.content_type,
                charset=answer.charset,
                lang=feed.lang,
                seen_at=now,
            )
            for feed, answer in changed
        ],
        deadline_s=FEED_DEADLINE_S,
    )
    contents: dict[str, ParsedFeed | ParseError] = {
        feed.url: content for (feed, _), content in zip(changed, parsed, strict=True)
    }
    states: list[Feed] = []
    entries: list[Entry] = []
    failures: list[Failure] = []
    for feed, answer in zip(feeds, answers, strict=True):
        outcome = contents.get(feed.url, answer)
        if isinstance(outcome, ItemError):
            states.append(_failed(feed, outcome, now))
            failures.append(failure_of(outcome, stage="feed", key=feed.url, now=now))
        elif isinstance(answer, Response):
            states.append(_answered(feed, answer, now))
            entries.extend(outcome.entries if isinstance(outcome, ParsedFeed) else ())
    return states, entries, failures


def _answered(feed: Feed, answer: Response, now: datetime) -> Feed:
    checked = replace(feed, checked_at=now, failure_weight=0.0, next_check_at=None, moved_to=answer.permanent_url)
    if answer.unchanged:
        return checked
    return replace(
        checked,
        etag=answer.etag,
        last_modified=answer.last_modified,
        body_hash=answer.body_hash,
        changed_at=now,
    )


def _failed(feed: Feed, error: ItemError, now: datetime) -> Feed:
    weight = feed.failure_weight + error.weight
    growing = min(timedelta(hours=2 ** min(max(weight - 1, 0), DOUBLINGS)), LONGEST_WAIT)
    wait = growing if weight <= WEEKLY_AFTER else timedelta(days=7)
    asked = error.retry_after_s if isinstance(error, FetchError) else None
    if asked is not None:
        wait = timedelta(seconds=asked)
    return replace(feed, checked_at=now, failure_weight=weight, next_check_at=now + wait)


def fetch_pages(desk: Desk, oldest: datetime) -> int:
    """Fetch the page of every entry that has none; give the number of pages that came."""
    with desk.store() as store:
        entries = store.read(Entry, "pages_to_fetch", now=desk.now, oldest=oldest)
    urls = list(dict.fromkeys(entry.url for entry in entries))
    advance = progress.get().start("Pages", len(urls))
    came = 0
    resting: set[str] = set()
    for batch in batches(urls, PAGES_A_BATCH):
        asked = [url for url in batch if urlsplit(url).netloc not in resting]
        pages, bodies, failures = perform(read_pages, asked, desk.settings.network, desk.now, advance)
        resting.update(urlsplit(failure.key).netloc for failure in failures if failure.retry_at is not None)
        came += len(pages)
        with desk.store() as store:
            store.save(bodies, pages, failures)
        for _ in range(len(batch) - len(asked)):
            advance()
    return came


@step
def read_pages(
    urls: Sequence[str], network: Network, now: datetime, on_done: Callable[[], None]
) -> tuple[list[Page], list[PageBody], list[Failure]]:
    """Fetch pages: each with its compressed body, and what failed."""
    pages, bodies, failures = [], {}, []
    answers = fetch_all([Request(url=url, kind="page") for url in urls], network, now=now, on_done=on_done)
    for url, answer in zip(urls, answers, strict=True):
        if isinstance(answer, FetchError):
            failures.append(failure_of(answer, stage="page", key=url, now=now))
            continue
        pages.append(
            Page(
                url=url,
                body_hash=answer.body_hash,
                final_url=answer.final_url,
                status=answer.status,
                content_type=answer.content_type,
                charset=answer.charset,
                bytes_decoded=len(answer.body),
                fetched_at=now,
            )
        )
        bodies[answer.body_hash] = PageBody(body_hash=answer.body_hash, body=zstandard.compress(answer.body))
    return pages, list(bodies.values()), failures
