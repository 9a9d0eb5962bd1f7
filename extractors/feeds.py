"""Bytes of a feed become entries: RSS, Atom and CDF through feedparser, JSON Feed by itself.

Runs in a worker process (``extractors.workers``), because some inputs keep feedparser busy for minutes. It only
ever sees bytes that are here already: given a string, it would open files and addresses.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import feedparser

from contrecoup.dates import read_date
from contrecoup.errors import ParseError
from contrecoup.identity import canonical_url, entry_id
from contrecoup.models import Entry
from contrecoup.scrub import plain, scrub
from extractors.charset import decode
from extractors.jsonfeed import read_json_feed
from extractors.rawfeed import RawFeed, RawItem

MOST_ENTRIES = 2000
"""Newest entries taken of a feed (mediacloud/rss-fetcher has the same cap)."""
LONGEST_SUMMARY = 2000
LONGEST_TITLE = 300

_XML_DECLARATION = re.compile(r"^\s*<\?xml[^<>]{0,300}\?>")
_ITEM_OPENS = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_ITEM_CLOSES = re.compile(r"</(?:\w{1,20}:)?(?:item|entry)\s*>")
_ROOT_CLOSES = re.compile(r"</(?:\w{1,20}:)?(?:rss|feed|rdf|channel)\s*>\s*(?:<!--[^<>]*-->\s*)*$", re.IGNORECASE)
_HTML_HEAD = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
# What WordPress adds under every item, and the stumps of excerpts.
_FURNITURE = re.compile(
    r"(?:^|\s)(?:The post .{1,300} appeared first on .{1,100}|L[’']article .{1,300} est apparu en premier sur .{1,100}"
    r"|Cet article .{1,300} est apparu en premier sur .{1,100}|(?:Continue reading|Read more|Lire la suite)\b.{0,200})$"
)
# What feedparser is known to raise on hostile input; anything it raises beyond these costs the worker one item.
_PARSER_ERRORS = (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedToParse:
    """A feed's answer: its body, what HTTP said of it, the language its subscription states, and when it came."""

    body: bytes
    url: str
    content_type: str = ""
    charset: str | None = None
    lang: str | None = None
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """Entries of a feed, newest first; ``skipped`` counts the items without address or title and those over the cap."""

    entries: tuple[Entry, ...]
    skipped: int
    lang: str | None
    title: str


def parse_feed(feed: FeedToParse) -> ParsedFeed:
    """Read a feed; of one that was cut off, the whole items.

    Raises
    ------
    ParseError
        of kind ``empty``, ``html`` (a login or maintenance page), ``json`` (no JSON Feed) or ``not_a_feed``;
        the address of the feed and its ETag should be kept (RELIABILITY F8).

    """
    text = decode(feed.body, feed.charset).strip("\x00 \t\r\n\ufeff")
    if not text:
        raise _no_feed("empty", "The answer was empty.")
    raw = read_json_feed(text) if text[0] in "{[" else _read_xml(text)
    lang = (raw.lang or feed.lang or "").strip().lower()[:2] or None
    entries = _entries(raw.items, feed, lang)
    newest = sorted(entries, key=lambda entry: entry.published_at or datetime.min.replace(tzinfo=UTC), reverse=True)
    taken = tuple(newest[:MOST_ENTRIES])
    return ParsedFeed(
        entries=taken,
        skipped=len(raw.items) - len(taken),
        lang=lang,
        title=scrub(plain(raw.title)),
    )


def _no_feed(kind: str, message: str) -> ParseError:
    return ParseError(
        message,
        kind=kind,
        weight=0.5,
        advice="Open the address in a browser; if the feed has moved, change its url in the settings.",
    )


def _read_xml(text: str) -> RawFeed:
    """Items as feedparser sees them, strings only: dates stay raw, markup is not sanitised but removed later."""
    body = _XML_DECLARATION.sub("", _whole_items(text), count=1)
    headers = {"content-type": "application/xml; charset=utf-8"}
    stream = io.BytesIO(b'<?xml version="1.0" encoding="utf-8"?>' + body.encode("utf-8", "replace"))
    try:
        parsed = feedparser.parse(stream, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except _PARSER_ERRORS as error:
        raise _no_feed("not_a_feed", f"The parser gave up on the feed: {type(error).__name__}.") from error
    if not parsed.version and not parsed.entries:
        if _HTML_HEAD.search(text[:5000]):
            raise _no_feed("html", "The answer is a web page, not a feed: a login or maintenance page, perhaps.")
        raise _no_feed("not_a_feed", "The answer is no feed that we know.")
    literal = parsed.version.startswith("atom")
    return RawFeed(
        title=_string(parsed.feed.get("title")),
        lang=_string(parsed.feed.get("language")) or None,
        items=tuple(_raw_item(entry, literal=literal) for entry in parsed.entries),
    )


def _whole_items(text: str) -> str:
    """The text up to its last whole item, when it ends before the document does."""
    if _ROOT_CLOSES.search(text[-2000:]):
        return text
    opened = closed = 0
    for match in _ITEM_OPENS.finditer(text):
        opened = match.start()
    for match in _ITEM_CLOSES.finditer(text):
        closed = match.end()
    return text[:opened] if closed and opened >= closed else text


def _raw_item(entry: feedparser.FeedParserDict, *, literal: bool) -> RawItem:
    contents = entry.get("content") or [{}]
    summary = _string(entry.get("summary")) or _string(contents[0].get("value"))
    title = _string(entry.get("title"))
    detail = entry.get("title_detail") or {}
    if literal and detail.get("type") == "text/plain":
        title = title.replace("&", "&amp;").replace("<", "&lt;")
    # feedparser answers a question for ``updated`` with ``published`` and a warning; the dict itself does not.
    updated = _string(dict.get(entry, "updated"))
    # A guid is offered as a link unless the feed forbids it; ``_link`` knows better when it is an address.
    guid, link = _string(entry.get("id")), _string(entry.get("link"))
    if entry.get("guidislink") and link == guid:
        link = ""
    return RawItem(
        guid=guid or None,
        link=_string(entry.get("feedburner_origlink")) or link,
        title=title,
        summary=summary,
        author=_string(entry.get("author")) or None,
        published=_string(entry.get("published")) or updated or None,
    )


def _string(value: object) -> str:
    """Feedparser gives dicts and None where a feed repeats or empties an element."""
    return value if isinstance(value, str) else ""


def _entries(items: Sequence[RawItem], feed: FeedToParse, lang: str | None) -> list[Entry]:
    """Usable items, one per identity. A guid that several addresses share identifies none of them (RELIABILITY F16)."""
    links = {id(item): _link(item, feed.url) for item in items}
    shared = _shared_guids((item.guid, links[id(item)]) for item in items)
    entries: dict[str, Entry] = {}
    for item in items:
        entry = _entry(item, links[id(item)], feed=feed, lang=lang, guid=None if item.guid in shared else item.guid)
        if entry is not None:
            entries.setdefault(entry.id, entry)
    return list(entries.values())


def _shared_guids(pairs: Iterable[tuple[str | None, str | None]]) -> set[str]:
    urls: defaultdict[str, set[str]] = defaultdict(set)
    for guid, url in pairs:
        if guid and url:
            urls[guid].add(url)
    return {guid for guid, used in urls.items() if len(used) > 1}


def _link(item: RawItem, base: str) -> str | None:
    """Address of an item: its link, or a guid that is one."""
    for candidate in (item.link, item.guid or ""):
        try:
            return canonical_url(candidate, base if candidate == item.link and candidate.strip() else "")
        except ParseError:
            continue
    return None


def _entry(item: RawItem, url: str | None, *, feed: FeedToParse, lang: str | None, guid: str | None) -> Entry | None:
    """The entry of an item, or None when it has no address, or neither title nor summary."""
    summary = _FURNITURE.sub("", _cut(scrub(plain(item.summary)), LONGEST_SUMMARY)).strip()
    title = _cut(scrub(plain(item.title)) or summary, LONGEST_TITLE)
    if url is None or not title:
        return None
    published = read_date(item.published, seen_at=feed.seen_at, source="feed", lang=lang)
    return Entry(
        id=entry_id(feed.url, guid, url, title),
        feed_url=feed.url,
        guid=scrub(guid)[:1000] if guid else None,
        url=url,
        title=title,
        summary=summary,
        author=scrub(plain(item.author or ""))[:200] or None,
        published_raw=scrub(published.raw)[:200] if published.raw else None,
        published_at=published.at,
        published_precision=published.precision,
        published_confidence=published.confidence,
        lane=published.lane,
        seen_at=feed.seen_at,
    )


def _cut(text: str, longest: int) -> str:
    """The text, cut between two words when it is too long."""
    if len(text) <= longest:
        return text
    return text[:longest].rpartition(" ")[0].rstrip() + " …"
