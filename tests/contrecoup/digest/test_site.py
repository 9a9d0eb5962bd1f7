import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import PurePosixPath

import feedparser
import pytest
from lxml import etree
from lxml import html as lxml_html

from contrecoup.digest.archive import build_story_page
from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.site import Archive, Page, edition_path, pages_of, story_path
from contrecoup.digest.stacks import stack
from contrecoup.models import Evidence, MoveVerdict, PriceBar, Status

Day = Callable[[str], EditionInputs]
Titled = Callable[[str, str], EditionInputs]
ATOM = {"a": "http://www.w3.org/2005/Atom"}
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><a href="https://evil.example/">x</a>',
    "</style><style>*{display:none}",
    "<svg/onload=alert(1)>",
    "{{ 7*7 }}{% raw %}",
    "&lt;b&gt;&#60;b&#62;",
    "<!-- ",
    "]]><![CDATA[",
    "javascript:alert(1)//https://evil.example",
)


def _bars() -> list[PriceBar]:
    """Twenty sessions of one instrument, the last but one being 27 January."""
    days = [date(2025, 1, 28) - timedelta(days=n) for n in range(20)]
    return [
        PriceBar(
            symbol="NVDA",
            session_on=day,
            interval="1d",
            provider="file",
            open=None,
            high=None,
            low=None,
            close=100.0 if day < date(2025, 1, 27) else 83.0,
            adj_close=None,
            volume=None,
            complete=True,
            fetched_at=datetime.fromisoformat("2025-01-28T06:00:00+00:00"),
        )
        for day in days
    ]


def _evidence(article: str, quote: str) -> Evidence:
    return Evidence(
        symbol="NVDA",
        session_on=date(2025, 1, 27),
        story_id="en-1",
        method="m",
        article_id=article,
        version=1,
        kind="mention",
        quote=quote,
        detail="",
    )


def _with_threads(day: EditionInputs) -> EditionInputs:
    """The same day with evidence, one story that develops another, and the story on models told in a third language."""
    stories = [replace(one, follows_story_id="en-1") if one.id == "en-4" else one for one in day.stories]
    quotes = [_evidence("en-2", "Nvidia tumbled."), _evidence("fr-1", "Nvidia a chuté."), _evidence("xx", "Gone.")]
    members = [replace(one, lang="de") if one.article_id == "en-4" else one for one in day.members]
    documents = [replace(one, lang="de") if one.article_id == "en-4" else one for one in day.documents]
    return replace(day, stories=stories, evidence=quotes, members=members, documents=documents)


def _on_tokens(day: EditionInputs) -> EditionInputs:
    """The same day, every story being one on tokens, and none linked to a move."""
    labels = [replace(label, topic="scam_tokens", holds=True) for label in day.labels]
    return replace(day, labels=labels, links=(), evidence=())


def _archive(day: EditionInputs) -> Archive:
    stacks = stack(day, _bars())
    earlier = replace(day, edition_on=date(2025, 1, 27), moves=(), links=())
    return Archive(
        lang=day.lang,
        timezone=day.timezone,
        editions=[build_edition(earlier), build_edition(day)],
        built_at={date(2025, 1, 27): day.since_at, day.edition_on: day.until_at},
        stories=[build_story_page(story, stacks) for story in day.stories],
    )


def _site(french: EditionInputs, english: EditionInputs, base_url: str | None = None) -> Mapping[str, bytes]:
    pages = pages_of([_archive(_with_threads(french)), _archive(_with_threads(english))], base_url=base_url)
    return {page.path: page.content for page in pages}


@pytest.fixture
def site(january_27: Day) -> Mapping[str, bytes]:
    """Every file of a small site in both languages."""
    return _site(january_27("fr"), january_27("en"))


def _trees(site: Mapping[str, bytes]) -> Iterator[tuple[str, lxml_html.HtmlElement]]:
    for path, content in site.items():
        if path.endswith(".html"):
            yield path, lxml_html.document_fromstring(content)


def _shape(site: Mapping[str, bytes]) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return {path: [(str(one.tag), tuple(sorted(one.attrib))) for one in tree.iter()] for path, tree in _trees(site)}


def _out(site: Mapping[str, bytes]) -> set[str]:
    return {
        str(one.get("href")) for _, tree in _trees(site) for one in tree.iter() if "://" in str(one.get("href") or "")
    }


def _texts(site: Mapping[str, bytes], path: str) -> str:
    return " ".join(lxml_html.document_fromstring(site[path]).text_content().split())


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_bring_no_element_no_attribute_and_no_link_of_their_own(with_title: Titled, title: str) -> None:
    """Every page of the site has the same shape as with harmless titles, and the same links out."""
    harmless = _site(with_title("fr", "plain words"), with_title("en", "plain words"))
    hostile = _site(with_title("fr", title), with_title("en", title))
    assert _shape(hostile) == _shape(harmless)
    assert _out(hostile) == _out(harmless)


@pytest.mark.parametrize("title", [*HOSTILE, "\x00\x0b\x1f\ufffe words \u2028"])
def test_titles_break_neither_the_feed_nor_the_index_of_the_search(with_title: Titled, title: str) -> None:
    """Both are still well formed, and the index is a list of plain strings."""
    site = _site(with_title("fr", title), with_title("en", title))
    for lang in ("fr", "en"):
        etree.fromstring(site[f"{lang}/feed.xml"])
        script = site[f"{lang}/index-{lang}.js"].decode("ascii")
        lines = json.loads(script.removeprefix("window.contrecoupIndex = ").removesuffix(";\n"))
        assert all(isinstance(line, str) for line in lines)


def test_links_lead_to_the_publishers_only(site: Mapping[str, bytes], january_27: Day) -> None:
    """Every address that leaves the site is that of an article."""
    assert _out(site) == {document.url for document in january_27("fr").documents}


def test_an_article_with_a_foreign_address_is_named_without_a_link(january_27: Day) -> None:
    """The publisher still stands there."""
    days = [january_27(lang) for lang in ("fr", "en")]
    foreign = [replace(d, documents=[replace(one, url="https://evil.example/x") for one in d.documents]) for d in days]
    site = _site(*foreign)
    assert _out(site) == set()
    assert "tape.example" in _texts(site, "en/stories/en-1.html")


def test_every_link_inside_the_site_leads_to_a_file_of_it(site: Mapping[str, bytes]) -> None:
    """Relative addresses, so that the site works from a folder; fragments lead to an id of the page."""
    for path, tree in _trees(site):
        for one in tree.xpath("//*[@href or @src]"):
            address = one.get("href") or one.get("src")
            if "://" in address:
                continue
            if address.startswith("#"):
                assert tree.xpath(f"//*[@id='{address[1:]}']"), (path, address)
                continue
            parts: list[str] = []
            for part in (PurePosixPath(path).parent / address).parts:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in site, (path, address)


def test_no_page_can_run_or_fetch_anything_foreign(site: Mapping[str, bytes]) -> None:
    """A strict policy, scripts of ours in files only, no style, no handler, no frame, no picture."""
    for path, tree in _trees(site):
        [policy] = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy.startswith("default-src 'none'; style-src 'self'; "), path
        assert "unsafe" not in policy
        assert not tree.xpath("//style | //iframe | //img | //object | //embed | //base | //@style"), path
        assert not [name for one in tree.iter() for name in one.attrib if str(name).startswith("on")], path
        assert all(one.get("src") and not one.text for one in tree.xpath("//script")), path


def test_headings_go_down_one_step_at_a_time(site: Mapping[str, bytes]) -> None:
    """One first heading a page, and no level is left out on the way down."""
    for path, tree in _trees(site):
        levels = [int(str(one.tag)[1]) for one in tree.iter() if re.fullmatch("h[1-6]", str(one.tag))]
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)


def test_every_page_has_its_landmarks_a_language_and_a_title(site: Mapping[str, bytes]) -> None:
    """Main everywhere; a skip link, a header, a footer and a named navigation on all pages but the door."""
    for path, tree in _trees(site):
        lang = path.split("/")[0]
        assert tree.get("lang") == (lang if lang in {"fr", "en"} else "fr")
        assert tree.findtext(".//title")
        assert len(tree.xpath("//main[@id='content']")) == 1
        if "/" in path:
            assert tree.xpath("//body/a[1][@class='skip'][@href='#content']")
            assert len(tree.xpath("//body/header | //body/footer")) == 2
            assert all(one.get("aria-label") for one in tree.xpath("//nav"))


def test_ids_are_unique_and_labels_point_to_something(site: Mapping[str, bytes]) -> None:
    """Names of regions, charts and fields come from elements that exist."""
    for path, tree in _trees(site):
        ids = tree.xpath("//@id")
        assert len(ids) == len(set(ids)), path
        named = [one for value in tree.xpath("//@aria-labelledby | //@for") for one in value.split()]
        assert set(named) <= set(ids), path
        assert {one.get("id") for one in tree.xpath("//input")} == set(tree.xpath("//label/@for"))


def test_every_chart_has_a_name_and_its_figures_in_a_table(site: Mapping[str, bytes]) -> None:
    """A reader who sees no picture misses no number."""
    tree = lxml_html.document_fromstring(site["en/stories/en-1.html"])
    charts = tree.xpath("//svg[@role='img']")
    assert len(charts) == 2
    for chart in charts:
        assert chart.findtext("title")
        assert chart.xpath("ancestor::figure/following-sibling::details//table | ancestor::figure//details//table")
    assert all(one.get("aria-hidden") == "true" for one in tree.xpath("//svg[not(@role)]"))


def test_every_cell_of_a_head_says_what_it_heads(site: Mapping[str, bytes]) -> None:
    """Columns and rows, in every table."""
    heads = [one for _, tree in _trees(site) for one in tree.xpath("//th")]
    assert {one.get("scope") for one in heads} == {"col", "row"}


@pytest.mark.parametrize(("lang", "other"), [("fr", "en"), ("en", "fr")])
def test_each_page_names_its_version_in_the_other_language(site: Mapping[str, bytes], lang: str, other: str) -> None:
    """By ``hreflang`` in the head and a link in the navigation, which is marked as that language."""
    for path, tree in _trees(site):
        if path.startswith(f"{lang}/"):
            [alternate] = tree.xpath(f"//link[@rel='alternate'][@hreflang='{other}']/@href")
            assert alternate.endswith(f"{other}/{path.partition('/')[2]}")
            assert tree.xpath(f"//nav//a[@hreflang='{other}'][@lang='{other}']/@href") == [alternate]


def test_a_foreign_title_is_marked_with_its_language_and_its_translation_as_a_machines(
    site: Mapping[str, bytes],
) -> None:
    """The original stands first, then a title of the press in the reader's language, else the translation."""
    tree = lxml_html.document_fromstring(site["fr/stories/en-1.html"])
    assert tree.xpath("//h1/@lang") == ["en"]
    under = [" ".join(one.text_content().split()) for one in tree.xpath("//h1/following-sibling::p[@class='under']")]
    assert under == ["Nvidia chute de 17 % à la clôture titre de presse"]
    alone = lxml_html.document_fromstring(site["en/stories/fr-2.html"])
    assert alone.xpath("//h1/following-sibling::p[@class='under']/span/text()") == ["word-for-word gloss"]
    assert lxml_html.document_fromstring(site["en/stories/en-1.html"]).xpath("//h1/@lang") == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "fr",
            [
                "Prolongé par",
                "Aussi large que le mouvement",
                "Taux de base",
                "confirmé",
                "reprise d’une dépêche",
                "−17,0 %",
            ],
        ),
        ("en", ["Developed by", "As wide as the move", "Base rate", "confirmed", "wire copy", "−17.0%"]),
    ],
)
def test_a_story_has_its_threads_moves_claims_and_timeline(
    site: Mapping[str, bytes], lang: str, words: list[str]
) -> None:
    """Everything that speaks for its links, in the reader's language; quotations stay in their own."""
    text = _texts(site, f"{lang}/stories/en-1.html")
    assert [word for word in [*words, "Nvidia tumbled.", "Nvidia a chuté."] if word not in text] == []
    assert "Gone." not in text


def test_a_story_that_develops_another_leads_to_it(site: Mapping[str, bytes]) -> None:
    """And the other leads back."""
    later = lxml_html.document_fromstring(site["en/stories/en-4.html"])
    assert later.xpath("//dl//a/@href")[0].endswith("en/stories/en-1.html")
    earlier = lxml_html.document_fromstring(site["en/stories/en-1.html"])
    assert any(href.endswith("en/stories/en-4.html") for href in earlier.xpath("//dl//a/@href"))


def test_a_story_is_pointed_to_by_its_name_in_the_readers_language(site: Mapping[str, bytes]) -> None:
    """A title of the press if there is one, else the original."""
    french = lxml_html.document_fromstring(site["fr/stories/en-4.html"])
    assert french.xpath("//dl//a[contains(@href, 'en-1')]/text()") == ["Nvidia chute de 17\xa0% à la clôture"]
    assert french.xpath("//dl//a[contains(@href, 'en-1')]/@lang") == []


def test_an_edition_leads_to_the_stories_that_it_shows_and_to_its_neighbours(site: Mapping[str, bytes]) -> None:
    """Each story names the editions in turn."""
    tree = lxml_html.document_fromstring(site["fr/editions/2025-01-28.html"])
    hrefs = set(tree.xpath("//main//a/@href"))
    assert {"../../fr/stories/en-1.html", "../../fr/stories/fr-3.html", "2025-01-27.html"} <= hrefs
    assert "../../fr/editions/2025-01-28.html" in site["fr/stories/en-1.html"].decode()


def test_pages_on_tokens_withhold_what_one_would_need_to_buy_one(with_title: Titled) -> None:
    """On the page of the story, in the list, in the search and where another story names it."""
    offer = "Buy $FAKE at 0x1234567890abcdef now, +900 %"
    days = [_with_threads(with_title(lang, offer)) for lang in ("fr", "en")]
    site = {page.path: page.content for page in pages_of([_archive(_on_tokens(day)) for day in days])}
    assert [path for path, content in site.items() if b"0x1234567890abcdef" in content or b"$FAKE" in content] == []


def test_the_search_has_a_line_for_each_entry_of_the_list(site: Mapping[str, bytes]) -> None:
    """In the list's order, folded; the whole list is there without a script, and the field is not."""
    tree = lxml_html.document_fromstring(site["fr/index.html"])
    lines = json.loads(site["fr/index-fr.js"].decode()[len("window.contrecoupIndex = ") : -2])
    entries = tree.xpath("//li[@class='entry']")
    assert len(lines) == len(entries) == 2 + 5
    assert "mardi 28 janvier 2025" in lines[0]
    assert "nvda" in lines[0]
    at = next(i for i, one in enumerate(entries) if "75 faux" in one.text_content())
    assert "jetons.example" in lines[at]
    assert tree.xpath("//div[@role='search'][@hidden]")


def test_the_search_finds_what_a_keyboard_writes(site: Mapping[str, bytes]) -> None:
    """A straight apostrophe and a hyphen for those of print, on both sides of the comparison."""
    lines = site["fr/index-fr.js"].decode()
    assert "lancements de modeles d'ia" in lines
    assert "nvidia -17,0" in lines
    script = site["search.js"].decode()
    assert all(f"/{mark}/g" in script for mark in "’−")
    assert not any(mark in lines for mark in (r"\u2019", r"\u2212"))


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_feed_is_atom_that_a_reader_takes(site: Mapping[str, bytes], lang: str) -> None:
    """Every element that RFC 4287 asks for, newest edition first."""
    feed = etree.fromstring(site[f"{lang}/feed.xml"])
    for name in ("id", "title", "updated", "author/a:name"):
        assert feed.findtext(f"a:{name}", namespaces=ATOM)
    entries = feed.findall("a:entry", namespaces=ATOM)
    assert [one.find("a:link", namespaces=ATOM).get("href") for one in entries] == [
        "editions/2025-01-28.html",
        "editions/2025-01-27.html",
    ]
    assert all(one.findtext(f"a:{name}", namespaces=ATOM) for one in entries for name in ("id", "title", "updated"))
    assert len({one.findtext("a:id", namespaces=ATOM) for one in entries}) == 2
    parsed = feedparser.parse(site[f"{lang}/feed.xml"])
    assert not parsed.bozo
    assert parsed.version == "atom10"


def test_a_site_with_an_address_has_it_in_the_feed(january_27: Day) -> None:
    """A reader of feeds needs whole addresses; identifiers stay as they were."""
    days = january_27("fr"), january_27("en")
    bare, served = _site(*days), _site(*days, base_url="https://desk.example/contrecoup")
    assert b'href="https://desk.example/contrecoup/fr/editions/2025-01-28.html"' in served["fr/feed.xml"]
    ids = [[one.text for one in etree.fromstring(s["fr/feed.xml"]).iter("{*}id")] for s in (bare, served)]
    assert ids[0] == ids[1]


def test_the_same_rows_give_the_same_bytes(january_27: Day, site: Mapping[str, bytes]) -> None:
    """Nothing in a page depends on when or where it was made."""
    assert _site(january_27("fr"), january_27("en")) == site


def test_a_site_without_any_edition_says_so(january_27: Day) -> None:
    """A door, an empty index and an empty feed."""
    empty = Archive(lang="fr", timezone="Europe/Paris", editions=[], built_at={}, stories=[])
    site = {page.path: page.content for page in pages_of([empty])}
    assert "Aucune édition" in _texts(site, "fr/index.html")
    assert len(etree.fromstring(site["fr/feed.xml"]).findall("a:entry", namespaces=ATOM)) == 0
    assert january_27("fr").lang == "fr"


def test_a_page_that_could_not_be_read_is_marked_in_the_timeline(january_27: Day) -> None:
    """As in the mail."""
    day = january_27("fr")
    documents = [replace(document, status=Status.PAYWALL) for document in day.documents]
    walled = replace(day, documents=documents)
    assert "réservé aux abonnés" in _texts(_site(walled, january_27("en")), "fr/stories/en-1.html")


def test_a_link_without_an_abnormal_move_or_a_known_session_is_not_drawn(january_27: Day) -> None:
    """The move was measured again and is quiet now; another was measured on a Sunday, which has no hours."""
    day = _with_threads(january_27("en"))
    quiet = [replace(move, verdict=MoveVerdict.QUIET) if move.symbol == "NVDA" else move for move in day.moves]
    page = build_story_page(day.stories[0], stack(replace(day, moves=quiet), ()))
    assert page.coincidences == ()
    sunday = date(2025, 1, 26)
    moves = [replace(move, session_on=sunday) for move in day.moves]
    links = [replace(link, session_on=sunday) for link in day.links]
    page = build_story_page(day.stories[0], stack(replace(day, moves=moves, links=links), ()))
    assert [one.link.symbol for one in page.coincidences] == ["NVDA"]
    assert page.sessions == ()


def test_a_claim_about_a_longer_period_is_no_claim_about_a_session(january_27: Day) -> None:
    """A year's gain is not held against one close."""
    day = january_27("en")
    yearly = [replace(claim, period="year") for claim in day.claims]
    assert build_story_page(day.stories[0], stack(replace(day, claims=yearly), ())).checked == ()


def test_a_move_of_what_no_table_has_is_told_without_its_session(january_27: Day) -> None:
    """Its symbol stands for it."""
    day = january_27("en")
    page = build_story_page(day.stories[0], stack(replace(day, instruments={}), ()))
    assert [one.match.figure.name for one in page.coincidences] == ["NVDA"]
    assert page.sessions == ()


def test_names_of_files_hold_no_part_of_an_address() -> None:
    """Our ids are hexadecimal; anything else stands under its hash."""
    assert story_path("0a1b2c") == "stories/0a1b2c.html"
    assert re.fullmatch(r"stories/[0-9a-f]{32}\.html", story_path("../../etc/passwd"))
    assert edition_path(date(2025, 1, 28)) == "editions/2025-01-28.html"
    assert Page(path="a", content=b"").path == "a"
