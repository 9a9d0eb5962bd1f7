"""Feeds of every format become entries, and what is no feed says so."""

import json
import pickle
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from contrecoup.errors import ParseError
from extractors.feeds import FeedToParse, ParsedFeed, parse_feed

NOW = datetime(2025, 1, 28, 12, tzinfo=UTC)
URL = "https://www.exemple.fr/rss.xml"


def parse(body: str | bytes, charset: str | None = None, lang: str | None = None) -> ParsedFeed:
    """A feed as it came."""
    encoded = body.encode() if isinstance(body, str) else body
    return parse_feed(FeedToParse(body=encoded, url=URL, charset=charset, lang=lang, seen_at=NOW))


def item(
    title: str = "Nvidia chute",
    link: str = "https://exemple.fr/a",
    guid: str = "",
    date: str = "Mon, 27 Jan 2025 18:00:00 CET",
    more: str = "",
) -> str:
    """One RSS item."""
    return (
        f"<item><title>{title}</title><link>{link}</link>{f'<guid>{guid}</guid>' if guid else ''}"
        f"<pubDate>{date}</pubDate>{more}</item>"
    )


def rss(*items: str, head: str = "<language>fr-FR</language>") -> str:
    """An RSS 2.0 document."""
    title = "<title>Le &lt;b&gt;Journal&lt;/b&gt;</title>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{head}{"".join(items)}</channel></rss>'


def test_an_rss_item_becomes_an_entry() -> None:
    """With its canonical address, plain text, and its own date."""
    more = "<description>&lt;p&gt;Le titre perd 17&amp;nbsp;%&lt;/p&gt;</description><author>Zoé</author>"
    found = parse(rss(item(link="https://exemple.fr/a?utm_source=rss", guid="g1", more=more)))
    [entry] = found.entries
    assert (found.title, found.lang, found.skipped) == ("Le Journal", "fr", 0)
    assert (entry.url, entry.title, entry.summary) == ("https://exemple.fr/a", "Nvidia chute", "Le titre perd 17 %")
    assert (entry.guid, entry.author, entry.feed_url, entry.seen_at) == ("g1", "Zoé", URL, NOW)
    assert entry.published_at == datetime(2025, 1, 27, 17, tzinfo=UTC)
    assert (entry.published_raw, entry.lane) == ("Mon, 27 Jan 2025 18:00:00 CET", "dated")


def test_an_atom_entry_becomes_an_entry() -> None:
    """Relative links are joined, and a title that is declared as text keeps its brackets."""
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title><entry><id>tag:x,1</id>'
        '<title type="text">The &lt;dialog&gt; element</title><link href="/b"/><updated>2025-01-27T10:00:00Z</updated>'
        "<content type='html'>&lt;p&gt;Body&lt;/p&gt;</content></entry></feed>"
    )
    [entry] = parse(body).entries
    assert (entry.title, entry.url, entry.summary) == ("The <dialog> element", "https://www.exemple.fr/b", "Body")
    assert entry.published_at == datetime(2025, 1, 27, 10, tzinfo=UTC)


def json_feed(*items: object, **head: object) -> str:
    """A JSON Feed."""
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": list(items), **head})


def test_a_json_feed_item_becomes_an_entry() -> None:
    """Version 1.1, with HTML content."""
    one = {
        "id": 7, "url": "https://exemple.fr/j", "title": "A < B", "content_html": "<p>Un</p>",
        "date_published": "2025-01-27T10:00:00Z", "authors": [{"name": "Zoé"}],
    }  # fmt: skip
    found = parse(json_feed(one, "not an item", language="fr"))
    [entry] = found.entries
    assert (entry.guid, entry.url, entry.title, entry.summary) == ("7", "https://exemple.fr/j", "A < B", "Un")
    assert (entry.author, found.lang) == ("Zoé", "fr")


@pytest.mark.parametrize(
    "odd",
    [{"url": ["x"]}, {"url": "https://exemple.fr/j", "title": None}, {"url": "https://exemple.fr/j", "title": True}],
)
def test_a_json_item_with_wrong_types_is_skipped(odd: Mapping[str, object]) -> None:
    """And counted."""
    found = parse(json_feed(odd))
    assert (found.entries, found.skipped) == ((), 1)


def test_a_json_feed_without_a_list_has_no_entries() -> None:
    """Version 1.0 with an author object, and items that are none."""
    body = json.dumps({"version": "https://jsonfeed.org/version/1", "items": {}})
    assert parse(body).entries == ()


def test_a_json_item_may_have_one_author() -> None:
    """Version 1.0 said ``author``."""
    [entry] = parse(json_feed({"url": "https://exemple.fr/j", "content_text": "Un", "author": {"name": "A"}})).entries
    assert (entry.author, entry.title) == ("A", "Un")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", "empty"),
        (" \n\x00", "empty"),
        ("<!DOCTYPE html><html><head><title>Connexion</title></head><body>Maintenance</body></html>", "html"),
        ('{"error": "not found"}', "json"),
        ('{"cut', "json"),
        ("[" * 100_000, "json"),
        ("plain words", "not_a_feed"),
        ("<opml><body/></opml>", "html"),
        ("<kml><x/></kml>", "not_a_feed"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: str, kind: str) -> None:
    """And what to do, as a soft failure that survives the way out of a worker."""
    with pytest.raises(ParseError) as caught:
        parse(body)
    assert (caught.value.kind, caught.value.weight) == (kind, 0.5)
    assert pickle.loads(pickle.dumps(caught.value)).advice  # noqa: S301 - our own bytes


def test_a_parser_that_gives_up_is_a_soft_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hostile input made feedparser raise before."""

    def give_up(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr("feedparser.parse", give_up)
    with pytest.raises(ParseError, match="AssertionError") as caught:
        parse(rss(item()))
    assert caught.value.kind == "not_a_feed"


def test_a_feed_without_items_is_a_feed() -> None:
    """It may have some tomorrow."""
    assert parse(rss(), lang="en").entries == ()
    assert parse(rss(head=""), lang="en").lang == "en"


@pytest.mark.parametrize("cut", ["<title>Coupé en d", "<title>Coupé</title><link>https://exemple.fr/c</link>"])
def test_a_feed_that_was_cut_off_keeps_its_whole_items(cut: str) -> None:
    """The last one is not believed."""
    whole = rss(item(link="https://exemple.fr/a"), item(link="https://exemple.fr/b"))
    body = whole.removesuffix("</channel></rss>") + "<item>" + cut
    assert {entry.url for entry in parse(body).entries} == {"https://exemple.fr/a", "https://exemple.fr/b"}


def test_a_latin_1_feed_keeps_its_accents() -> None:
    """The declaration is rewritten with the bytes."""
    body = rss(item(title="Été à la Bourse : 3 €")).replace("?>", ' encoding="ISO-8859-1"?>', 1).encode("cp1252")
    assert parse(body).entries[0].title == "Été à la Bourse : 3 €"


def test_an_item_without_address_or_words_is_counted() -> None:
    """Skipped, never lost silently."""
    found = parse(
        rss(item(link="javascript:alert(1)"), item(link=""), item(title="", link="https://exemple.fr/x"), item())
    )
    assert (len(found.entries), found.skipped) == (1, 3)


def test_a_guid_that_is_an_address_stands_in_for_a_link() -> None:
    """Some feeds have no other."""
    [entry] = parse(rss(item(link="", guid="https://exemple.fr/guid"))).entries
    assert entry.url == "https://exemple.fr/guid"


def test_a_guid_that_is_no_address_is_no_link() -> None:
    """RSS calls every guid a permalink unless told otherwise."""
    assert parse(rss("<item><title>Nvidia chute</title><guid>12345</guid></item>")).skipped == 1


def test_an_item_keeps_its_id_when_its_title_and_trackers_change() -> None:
    """Identity is the guid, or the canonical address (FreshRSS#5909)."""
    first = parse(rss(item(link="http://exemple.fr/a?utm_source=x"))).entries[0]
    second = parse(rss(item(title="Nvidia plonge", link="https://www.exemple.fr/a"))).entries[0]
    assert first.id == second.id


def test_a_guid_that_several_items_share_identifies_none() -> None:
    """Two articles under one guid are two articles."""
    found = parse(rss(item(link="https://exemple.fr/a", guid="0"), item(link="https://exemple.fr/b", guid="0")))
    assert len({entry.id for entry in found.entries}) == 2


def test_an_item_that_is_listed_twice_is_one_entry() -> None:
    """The second is counted as skipped."""
    found = parse(rss(item(guid="g"), item(guid="g")))
    assert (len(found.entries), found.skipped) == (1, 1)


@pytest.mark.parametrize(
    ("date", "lane"),
    [("", "undated"), ("demain", "undated"), ("Tue, 28 Jan 2025 12:30:00 GMT", "dated"), ("2025-02-03", "future")],
)
def test_each_item_has_its_lane(date: str, lane: str) -> None:
    """No item is dated by when it was fetched."""
    [entry] = parse(rss(item(date=date))).entries
    assert entry.lane == lane
    assert (entry.published_at is None) == (lane != "dated")


def test_only_the_newest_items_of_a_huge_feed_are_taken() -> None:
    """The others are counted."""
    items = [
        item(link=f"https://exemple.fr/{n}", date=f"2025-01-{1 + n // 100:02} 00:{n % 60:02}:00Z") for n in range(2010)
    ]
    found = parse(rss(*items))
    assert (len(found.entries), found.skipped) == (2000, 10)
    assert found.entries[0].published_at == max(entry.published_at for entry in found.entries if entry.published_at)


@pytest.mark.parametrize(
    "tail",
    ["The post Nvidia appeared first on Blog.", "L’article Nvidia est apparu en premier sur Blog.", "Lire la suite"],
)
def test_the_furniture_of_a_summary_goes(tail: str) -> None:
    """WordPress says so under every item."""
    [entry] = parse(rss(item(more=f"<description>Le fond. {tail}</description>"))).entries
    assert entry.summary == "Le fond."


def test_a_long_summary_is_cut_between_words() -> None:
    """Some feeds carry whole articles."""
    [entry] = parse(rss(item(more=f"<description>{'mot ' * 2000}</description>"))).entries
    assert len(entry.summary) <= 2002
    assert entry.summary.endswith("mot …")


def test_markup_and_hidden_characters_never_reach_an_entry() -> None:
    """Titles are plain and scrubbed."""
    [entry] = parse(rss(item(title="A&lt;script&gt;x&lt;/script&gt;\u200bB &lt;b&gt;C&lt;/b&gt;"))).entries
    assert entry.title == "AB C"
