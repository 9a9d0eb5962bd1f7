"""JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/) for ``extractors.feeds``."""

import json
from collections.abc import Mapping

from contrecoup.errors import ParseError
from extractors.rawfeed import RawFeed, RawItem


def read_json_feed(text: str) -> RawFeed:
    """Items of a JSON Feed; fields of a wrong type read as absent.

    Raises
    ------
    ParseError
        of kind ``json``, when the text is no JSON or some other JSON.

    """
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_json_feed("The answer begins like JSON and is not valid JSON.") from error
    if not isinstance(feed, dict) or "jsonfeed.org/version/1" not in _text(feed, "version"):
        raise _no_json_feed("The answer is JSON, but no JSON Feed.")
    listed = feed.get("items")
    items = [item for item in listed if isinstance(item, dict)] if isinstance(listed, list) else []
    return RawFeed(
        title=_escaped(_text(feed, "title")),
        lang=_text(feed, "language") or None,
        items=tuple(map(_item, items)),
    )


def _no_json_feed(message: str) -> ParseError:
    return ParseError(
        message,
        kind="json",
        weight=0.5,
        advice="Look for the site's RSS, Atom or JSON Feed address and put it into the settings.",
    )


def _item(item: Mapping[str, object]) -> RawItem:
    return RawItem(
        guid=_text(item, "id") or None,
        link=_text(item, "url") or _text(item, "external_url"),
        title=_escaped(_text(item, "title")),
        summary=_escaped(_text(item, "summary") or _text(item, "content_text")) or _text(item, "content_html"),
        author=_author(item) or None,
        published=_text(item, "date_published") or _text(item, "date_modified") or None,
    )


def _author(item: Mapping[str, object]) -> str:
    """The first of ``authors`` (1.1), or the ``author`` of 1.0."""
    authors = item.get("authors")
    first = authors[0] if isinstance(authors, list) and authors else item.get("author")
    return _escaped(_text(first, "name")) if isinstance(first, dict) else ""


def _text(item: Mapping[str, object], name: str) -> str:
    value = item.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _escaped(text: str) -> str:
    """Plain text as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
