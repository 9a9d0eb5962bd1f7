"""Bytes of a page become an article: title, byline, lead, text, date, and what could be read of it.

Runs in a worker process (``extractors.workers``) and never in a thread (adbar/trafilatura#840): some flat pages
keep trafilatura busy for minutes, and libxml2 has crashed under threads.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import trafilatura
from lxml.html import HtmlElement
from trafilatura.settings import Document

from contrecoup.dates import Published, read_date
from contrecoup.models import Status
from contrecoup.scrub import plain, scrub
from extractors.charset import decode
from extractors.clues import Clues, read_clues
from extractors.walls import Found, judge, without_notices

METHOD = f"trafilatura-{trafilatura.__version__}+walls-1"

LONGEST_LEAD = 600
SHORTEST_LEAD = 40
HTMLDATE_CONFIDENCE = 0.4
_MOST_VISIBLE = 200_000
_DEEPEST = 200
"""libxml2 gives up at 256 levels, and trafilatura then returns nothing at all."""
_HTML_TYPES = ("html", "xml", "text/plain", "octet-stream")
_HTML_TAG = re.compile(r"<(?:!doctype\s+html|html|head|body|article|div|p|title|meta)\b", re.IGNORECASE)
_WRAPPERS = re.compile(r"</?(?:div|span|section|center|font|b|i|em|strong|blockquote)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToExtract:
    """A page's body and what HTTP said of it; ``title`` and ``summary`` are the feed's."""

    url: str
    body: bytes
    content_type: str = ""
    charset: str | None = None
    fetched_at: datetime
    summary: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """What was read of a page. Unless it is full, ``text`` is empty and ``title`` and ``lead`` are the feed's.

    ``text`` has one paragraph per line and ``words`` counts its words; ``canonical`` is the address the page
    declares as its own.
    """

    title: str
    byline: str | None
    lead: str
    text: str
    status: Status
    html_lang: str | None
    published: Published
    canonical: str | None
    words: int


def extract_article(page: PageToExtract) -> Extracted:
    """Read a page; one that holds no article gets a status that says so, and raises nothing."""
    source = decode(page.body, page.charset).replace("\x00", "")
    if not _is_html(page, source):
        return _without_text(page, Status.NOT_HTML)
    tree = _parse(source)
    if tree is None:
        return _without_text(page, Status.EMPTY)
    clues = read_clues(tree, url=page.url, fetched_at=page.fetched_at)
    visible = _visible_text(tree)
    document = _extract(tree, page)
    title = scrub(plain(document.title or ""))
    text = _below(title, without_notices(scrub(document.text or "", keep_lines=True)))
    published = _published(clues, document, page)
    status = judge(Found(text=text, visible=visible, title=title, url=page.url, summary=page.summary, free=clues.free))
    if status is not Status.FULL:
        return _without_text(page, status, html_lang=clues.lang, published=published, canonical=clues.canonical)
    return Extracted(
        title=title or page.title,
        byline=_byline(document.author),
        lead=_lead(clues.description, text),
        text=text,
        status=status,
        html_lang=clues.lang,
        published=published,
        canonical=clues.canonical,
        words=len(text.split()),
    )


def _without_text(
    page: PageToExtract,
    status: Status,
    *,
    html_lang: str | None = None,
    published: Published | None = None,
    canonical: str | None = None,
) -> Extracted:
    """The feed's own words; a page that could not be read is believed on nothing, one that was cut on its head."""
    told = status in {Status.TEASER, Status.PAYWALL}
    return Extracted(
        title=page.title,
        byline=None,
        lead=page.summary,
        text="",
        status=status,
        html_lang=html_lang if told else None,
        published=published if told and published else Published(),
        canonical=canonical if told else None,
        words=0,
    )


def _is_html(page: PageToExtract, source: str) -> bool:
    """By its type, by its first bytes (a PDF may come as text/html), and by having any tag at all."""
    kind = page.content_type.lower()
    if kind and not any(name in kind for name in _HTML_TYPES):
        return False
    if page.body.lstrip()[:5] in {b"%PDF-", b"{\\rtf"} or page.body[:4] in {b"PK\x03\x04", b"\x89PNG", b"GIF8"}:
        return False
    return not source.strip() or _HTML_TAG.search(source[:20_000]) is not None


def _parse(source: str) -> HtmlElement | None:
    """Tree of a page; one that is nested too deeply loses the wrappers that carry no meaning."""
    tree = trafilatura.load_html(source)
    if tree is None or _depth(tree) < _DEEPEST:
        return tree
    return trafilatura.load_html(_WRAPPERS.sub(" ", source))


def _depth(tree: HtmlElement) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for element in level for child in element]
    return deepest


def _visible_text(tree: HtmlElement) -> str:
    pieces = tree.xpath("//body//text()[not(parent::script or parent::style or parent::template)]")
    return scrub(" ".join(pieces)[:_MOST_VISIBLE])


def _extract(tree: HtmlElement, page: PageToExtract) -> Document:
    """What trafilatura makes of the page: title, author and text, and htmldate's guess at the day.

    Tables stay out: pages laid out by tables would give every sentence twice.
    """
    latest = (page.fetched_at + timedelta(days=1)).date().isoformat()
    found = trafilatura.bare_extraction(
        tree,
        url=page.url,
        include_comments=False,
        include_tables=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": latest},
    )
    return found if isinstance(found, Document) else Document()


def _published(clues: Clues, document: Document, page: PageToExtract) -> Published:
    """The date that the page states, else htmldate's guess."""
    if clues.published.at is not None:
        return clues.published
    guess = read_date(document.date, seen_at=page.fetched_at, source="htmldate")
    return replace(guess, confidence=HTMLDATE_CONFIDENCE) if guess.at else Published()


def _below(title: str, text: str) -> str:
    """The text without the page's own headline at its start, which would be taken for the article's lead."""
    first, _, rest = text.partition("\n")
    return rest if rest and _letters(first) == _letters(title) else text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _byline(author: str | None) -> str | None:
    """Names, joined by commas; addresses and whole sentences are no names."""
    names = [scrub(plain(name)) for name in (author or "").split(";")]
    kept = [name for name in names if name and "http" not in name and len(name) <= 60]  # noqa: PLR2004
    return ", ".join(dict.fromkeys(kept)) or None


def _lead(description: str, text: str) -> str:
    """The page's description, or its first real paragraph when that says more than a cut-off description."""
    paragraphs = text.split("\n")
    first = next((line for line in paragraphs if len(line) >= SHORTEST_LEAD), paragraphs[0])
    start = description.rstrip(".… ")
    usable = len(start) >= SHORTEST_LEAD and without_notices(description)
    cut_off = description.endswith(("…", "...")) and first.startswith(start[:SHORTEST_LEAD])
    lead = description if usable and not cut_off else first
    return lead if len(lead) <= LONGEST_LEAD else lead[:LONGEST_LEAD].rpartition(" ")[0] + " …"
