"""What a page says about itself outside its text: dates, language, address, description, and whether it is free.

``extractors.articles`` asks once per page. Every clue may be missing or wrong; none is corrected here.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lxml.html import HtmlElement

from contrecoup.dates import Published, read_date
from contrecoup.errors import ParseError
from contrecoup.identity import canonical_url
from contrecoup.scrub import plain, scrub

_DEEPEST_JSON = 8
_MOST_NODES = 500
_ARTICLE_TYPES = ("Article", "BlogPosting", "Report", "LiveBlogPosting", "Review")
_META_DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "dcterms.created",
    "dc.date.issued", "dcterms.date", "dc.date", "parsely-pub-date", "sailthru.date", "publishdate", "pubdate",
    "publish-date", "cxenseparse:recs:publishtime", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Clues:
    """Everything the head of a page and its JSON-LD said. ``free`` is schema.org's isAccessibleForFree."""

    published: Published
    lang: str | None
    canonical: str | None
    description: str
    free: bool | None


def read_clues(tree: HtmlElement, *, url: str, fetched_at: datetime) -> Clues:
    """Read a page's clues; the date by the order JSON-LD, meta tags, ``<time>`` (adbar/trafilatura#72)."""
    nodes = _articles_of(tree)
    metas = _metas(tree)
    lang = _lang(tree, metas)
    return Clues(
        published=_published(tree, nodes, metas, seen_at=fetched_at, lang=lang),
        lang=lang,
        canonical=_canonical(tree, metas, url),
        description=_description(nodes, metas),
        free=next((free for free in map(_free, nodes) if free is not None), None),
    )


def _articles_of(tree: HtmlElement) -> list[dict[str, Any]]:
    """JSON-LD nodes that speak of an article, before those of the page that holds it."""
    nodes: list[dict[str, Any]] = []
    for script in tree.iterfind(".//script[@type]"):
        if script.get("type", "").strip().lower() == "application/ld+json":
            try:
                nodes.extend(_walk(json.loads(script.text or "", strict=False), _DEEPEST_JSON))
            except (ValueError, RecursionError):
                continue
    kinds = [(node, str(node.get("@type"))) for node in nodes[:_MOST_NODES]]
    articles = [node for node, kind in kinds if any(name in kind for name in _ARTICLE_TYPES)]
    return articles + [node for node, kind in kinds if "WebPage" in kind]


def _walk(value: object, depth: int) -> Iterator[dict[str, Any]]:
    """The nodes of a JSON-LD document: itself, its list, its @graph, what it is the page of."""
    if depth and isinstance(value, list):
        for item in value:
            yield from _walk(item, depth - 1)
    elif depth and isinstance(value, dict):
        yield value
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _walk(value.get(name), depth - 1)


def _metas(tree: HtmlElement) -> dict[str, str]:
    """First content of each named meta tag, names in lower case."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or meta.get("itemprop") or meta.get("http-equiv")
        content = (meta.get("content") or "").strip()
        if name and content:
            metas.setdefault(name.strip().lower(), content)
    return metas


def _lang(tree: HtmlElement, metas: dict[str, str]) -> str | None:
    declared = tree.get("lang") or metas.get("og:locale") or metas.get("content-language") or ""
    code = declared.strip().lower()[:2]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None  # noqa: PLR2004 - ISO 639-1


def _canonical(tree: HtmlElement, metas: dict[str, str], url: str) -> str | None:
    """The address a page declares as its own. A home page is no article's address, whatever the page declares."""
    declared = next((link.get("href") for link in tree.iter("link") if link.get("rel") == "canonical"), None)
    for candidate in (declared, metas.get("og:url")):
        try:
            found = canonical_url(candidate or "", url if candidate else "")
        except ParseError:
            continue
        if found.count("/") > 3 or "?" in found or found == url:  # noqa: PLR2004 - https://host/
            return found
        if found.count("/") == 3 and not found.endswith("/"):  # noqa: PLR2004
            return found
    return None


def _description(nodes: list[dict[str, Any]], metas: dict[str, str]) -> str:
    said = [str(node.get("description") or "") for node in nodes]
    said += [metas.get(name, "") for name in ("og:description", "description", "twitter:description")]
    return next((text for text in (scrub(plain(words)) for words in said) if text), "")


def _free(node: dict[str, Any]) -> bool | None:
    said = str(node.get("isAccessibleForFree", "")).strip().lower()
    return {"true": True, "false": False}.get(said)


def _published(
    tree: HtmlElement,
    nodes: list[dict[str, Any]],
    metas: dict[str, str],
    *,
    seen_at: datetime,
    lang: str | None,
) -> Published:
    """The first clue that gives a date which is not in the future."""
    said = [("jsonld", str(node.get("datePublished") or "")) for node in nodes]
    said += [("meta", metas.get(name, "")) for name in _META_DATES]
    said += [("time", time.get("datetime") or "") for time in _times(tree)]
    for source, raw in said:
        published = read_date(scrub(raw), seen_at=seen_at, source=source, lang=lang)
        if published.at is not None:
            return published
    return Published()


def _times(tree: HtmlElement) -> list[HtmlElement]:
    """``<time>`` elements, those that say they hold the publication first, then those inside the article."""
    return [
        *tree.xpath("//time[@datetime][@pubdate or @itemprop='datePublished' or contains(@class, 'publish')]"),
        *tree.xpath("(//article//time[@datetime] | //main//time[@datetime])[1]"),
    ][:5]
