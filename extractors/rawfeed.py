"""What a feed says, as it says it: the shape that every feed format is read into before ``extractors.feeds`` judges."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class RawItem:
    """One item: strings as they stand in the feed, ``title`` and ``summary`` with markup."""

    guid: str | None
    link: str
    title: str
    summary: str
    author: str | None
    published: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFeed:
    """One document."""

    title: str
    lang: str | None
    items: tuple[RawItem, ...]
