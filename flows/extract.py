"""Pages become articles.

pages_to_extract      | extract_article | detect_language   > articles, article_texts
entries_without_page                                        > the same, from the feed's own words
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import zstandard
from prefect import flow

from contrecoup.dates import Published, choose_date
from contrecoup.errors import ParseError
from contrecoup.identity import article_id, canonical_url, digest_of, publisher_of
from contrecoup.language import detect_language
from contrecoup.models import Article, ArticleText, Failure, Status
from extractors.articles import METHOD, Extracted, PageToExtract, extract_article
from extractors.workers import kept, run_each
from flows.desk import Desk, failure_of, in_force, open_desk, perform, progress, step

PAGES_A_BATCH = 100
PAGE_DEADLINE_S = 10.0
QUEUES = ("pages_to_extract", "entries_without_page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A row of ``pages_to_extract`` or ``entries_without_page``: an entry, and its page when it has one."""

    entry_id: str
    url: str
    title: str
    summary: str
    author: str | None
    feed_lang: str | None
    published_raw: str | None
    published_at: datetime | None
    published_precision: str
    published_confidence: float
    lane: str
    seen_at: datetime
    version: int
    body_hash: str | None
    body: bytes | None
    final_url: str | None
    content_type: str | None
    charset: str | None
    kind: str | None


@flow(name="extract", log_prints=False)
def extract(config: str = "contrecoup.toml", now: datetime | None = None) -> int:
    """Make an article of every page that has none, and of every entry whose page cannot be had; give their number."""
    desk = open_desk(config, now)
    with desk.store() as store:
        store.save([in_force("extract", METHOD, desk.now)])
        left = {queue: store.count(queue) for queue in QUEUES}
    advance = progress.get().start("Articles", sum(left.values()))
    with kept():
        for queue, number in left.items():
            for _ in range(ceil(number / PAGES_A_BATCH)):
                read_next(desk, queue, advance)
    return sum(left.values())


def read_next(desk: Desk, queue: str, on_done: Callable[[], None]) -> None:
    """Make articles of the first entries of a queue, which leave it then."""
    with desk.store() as store:
        waiting = store.read(Pending, queue, limit=PAGES_A_BATCH)
    articles, texts, failures = perform(read_articles, waiting, desk.now, on_done)
    with desk.store() as store:
        store.save(texts, articles, failures)


@step
def read_articles(
    waiting: Sequence[Pending], now: datetime, on_done: Callable[[], None]
) -> tuple[list[Article], list[ArticleText], list[Failure]]:
    """Extract a batch in worker processes; a page that breaks the extractor gives a failure and its entry's words."""
    with_page = [item for item in waiting if item.body is not None]
    pages = [_page(item) for item in with_page]
    outcomes = run_each(extract_article, pages, deadline_s=PAGE_DEADLINE_S, on_done=on_done)
    for _ in range(len(waiting) - len(pages)):
        on_done()
    by_entry = {item.entry_id: outcome for item, outcome in zip(with_page, outcomes, strict=True)}
    articles: list[Article] = []
    texts: dict[str, ArticleText] = {}
    failures: list[Failure] = []
    for item in waiting:
        outcome = by_entry.get(item.entry_id)
        if isinstance(outcome, ParseError):
            failures.append(failure_of(outcome, stage="extract", key=item.url, now=now))
        extracted = outcome if isinstance(outcome, Extracted) else _own_words(item)
        text = ArticleText(text_hash=digest_of(extracted.text), text=extracted.text)
        texts[text.text_hash] = text
        articles.append(_article(item, extracted, text.text_hash))
    return articles, list(texts.values()), failures


def _page(item: Pending) -> PageToExtract:
    return PageToExtract(
        url=item.final_url or item.url,
        body=zstandard.decompress(item.body or b""),
        content_type=item.content_type or "",
        charset=item.charset,
        fetched_at=item.seen_at,
        summary=item.summary,
        title=item.title,
    )


def _own_words(item: Pending) -> Extracted:
    """What the feed says of an article whose page cannot be had or read."""
    gone = item.kind == "gone"
    return Extracted(
        title=item.title,
        byline=item.author,
        lead=item.summary,
        text="",
        status=Status.GONE if gone else Status.EMPTY if item.body is not None else Status.BLOCKED,
        html_lang=None,
        published=Published(),
        canonical=None,
        words=0,
    )


def _article(item: Pending, extracted: Extracted, text_hash: str) -> Article:
    published = choose_date(_feed_date(item), extracted.published, seen_at=item.seen_at)
    title, lead = extracted.title or item.title, extracted.lead or item.summary
    language = detect_language(
        f"{title}\n{lead}\n{extracted.text}", feed_lang=item.feed_lang, html_lang=extracted.html_lang
    )
    url = _address(item, extracted)
    return Article(
        id=article_id(item.url),
        version=item.version,
        entry_id=item.entry_id,
        body_hash=item.body_hash,
        url=url,
        publisher=publisher_of(url),
        title=title,
        byline=extracted.byline or item.author,
        lead=lead,
        text_hash=text_hash,
        words=extracted.words,
        status=extracted.status,
        lang=language.lang,
        lang_score=language.score,
        lang_why=language.why,
        published_at=published.at,
        published_raw=published.raw,
        published_source=published.source,
        published_confidence=published.confidence,
        seen_at=item.seen_at,
        method=METHOD,
    )


def _address(item: Pending, extracted: Extracted) -> str:
    """The page's own canonical address when it stays with the publisher, else where the page was found."""
    found = canonical_url(item.final_url or item.url)
    declared = extracted.canonical
    return declared if declared and publisher_of(declared) == publisher_of(found) else found


def _feed_date(item: Pending) -> Published:
    return Published(
        at=item.published_at,
        raw=item.published_raw,
        precision=item.published_precision,
        confidence=item.published_confidence,
        source="feed" if item.published_at else "none",
        lane=item.lane,
    )
