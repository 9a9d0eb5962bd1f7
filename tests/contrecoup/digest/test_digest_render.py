from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from lxml import html as lxml_html

from contrecoup.digest import render
from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.edition import Edition, Quote
from contrecoup.digest.render import (
    MAX_HTML_BYTES,
    MAX_UNEXPLAINED,
    TEXT_WIDTH,
    fitted,
    mailed_bytes,
    render_digest,
    render_html,
    render_text,
)
from contrecoup.models import LinkLabel, Status

Day = Callable[[str], EditionInputs]
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


def _elements(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(str(element.tag), tuple(sorted(element.attrib))) for element in lxml_html.document_fromstring(text).iter()]


def _hrefs(text: str) -> set[str]:
    return {str(element.get("href")) for element in lxml_html.document_fromstring(text).iter("a")}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("title", HOSTILE)
def test_titles_bring_no_element_and_no_link_of_their_own(
    with_title: Callable[[str, str], EditionInputs], lang: str, title: str
) -> None:
    """The page has the same elements as with a harmless title, and the same links."""
    harmless = render_html(build_edition(with_title(lang, "plain words")))
    hostile = render_html(build_edition(with_title(lang, title)))
    assert _elements(hostile) == _elements(harmless)
    assert _hrefs(hostile) == _hrefs(harmless)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_links_lead_to_the_articles_only(january_27: Day, lang: str) -> None:
    """Nothing else on the page can be clicked, in either part."""
    day = january_27(lang)
    edition = build_edition(day)
    assert _hrefs(render_html(edition)) <= {document.url for document in day.documents}
    text = render_text(edition)
    assert {word for word in text.split() if "://" in word} <= {document.url for document in day.documents}


def test_an_article_with_a_foreign_address_is_named_without_a_link(january_27: Day) -> None:
    """The publisher still stands there as plain text."""
    day = january_27("en")
    documents = [replace(document, url="https://evil.example/x") for document in day.documents]
    edition = build_edition(replace(day, documents=documents))
    assert _hrefs(render_html(edition)) == set()
    assert "tape.example" in render_html(edition)
    assert "https://" not in render_text(edition)


def test_nothing_on_the_page_is_fetched(priced: Day) -> None:
    """No style sheet, no font, no script; pictures are in the page."""
    page = render_html(build_edition(priced("fr")))
    tags = {tag for tag, _ in _elements(page)}
    assert not tags & {"link", "script", "iframe", "object", "svg", "form", "input", "base"}
    images = lxml_html.document_fromstring(page).iter("img")
    assert all(str(image.get("src")).startswith("data:image/png;base64,") for image in images)


@pytest.mark.parametrize(("z", "words"), [(2.9, "inhabituel"), (3.0, "rare"), (-4.2, "très rare"), (5.96, "extrême")])
def test_the_size_of_a_move_is_told_in_figures_and_in_words(january_27: Day, z: float, words: str) -> None:
    """As it is rounded: nobody reads of 6.0 that it is less than 6."""
    day = january_27("fr")
    moves = [replace(move, z=z) for move in day.moves]
    page = render_html(build_edition(replace(day, moves=moves))).replace("\xa0", " ")
    assert f"{abs(z):.1f} erreurs types ({words})".replace(".", ",") in page


def test_the_character_set_is_told_at_once(january_27: Day) -> None:
    """Browsers look for it in the first 1,024 bytes of a file."""
    page = render_html(build_edition(january_27("fr")))
    assert page.index('<meta charset="utf-8">') < 1024 - len('<meta charset="utf-8">')
    assert page.count("charset") == 1


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_sources_of_the_other_language_are_named_without_their_titles(january_27: Day, lang: str) -> None:
    """A reader is given titles that can be read, and where the others are."""
    other = {"fr": "Nvidia tumbles 17% in record loss", "en": "Nvidia chute de 17"}[lang]
    edition = build_edition(january_27(lang))
    assert other not in render_html(edition).replace("\xa0", " ").split("<h2")[1]
    assert {source.lang for source in edition.groups[0].telling.sources} == {"fr", "en"}
    for part in (render_html(edition), render_text(edition)):
        assert "harbour.example" in part
        assert "depeche.example" in part


def test_the_page_follows_dark_mode_without_forcing_a_background(january_27: Day) -> None:
    """The media queries survive the inlining of styles."""
    page = render_html(build_edition(january_27("fr")))
    assert "prefers-color-scheme: dark" in page
    assert 'content="light dark"' in page
    assert "background" not in page


def test_the_sign_and_a_word_say_what_the_colour_says(january_27: Day) -> None:
    """Red and green are never the only signal."""
    page = render_html(build_edition(january_27("fr")))
    assert "−17,0\xa0%" in page
    assert "En baisse" in page


def test_an_edition_has_every_section_in_both_parts(january_27: Day) -> None:
    """HTML and text say the same."""
    edition = build_edition(january_27("en"))
    for words in ("NVIDIA", "Coinbase Global", "Orange", "Janus-Pro", "75 faux jetons", "Partial coverage", "8 feed"):
        assert words in render_html(edition).replace("\xa0", " ")
        assert words in render_text(edition).replace("\xa0", " ")


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_text_is_folded(january_27: Day, lang: str) -> None:
    """No line is longer than 74 characters, long addresses apart."""
    lines = render_text(build_edition(january_27(lang))).splitlines()
    assert max(len(line) for line in lines if "://" not in line) <= TEXT_WIDTH


def test_a_page_that_could_not_be_read_is_marked(january_27: Day) -> None:
    """A reader knows that only an excerpt was at hand."""
    day = january_27("fr")
    documents = [replace(document, status=Status.PAYWALL) for document in day.documents]
    assert "réservé aux abonnés" in render_html(build_edition(replace(day, documents=documents)))


def _fullest(day: EditionInputs, linked_stories: int = 12) -> EditionInputs:
    """Twelve linked stories with the longest titles, three long sources a language, and a whole watch-list moving."""
    title = "Ω" * 40 + " été" * 80
    stories, members, documents, moves, links = [], [], [], [], []
    for number in range(linked_stories):
        stories.append(replace(day.stories[0], id=f"s{number}", title=title))
        for place in range(6):
            article = f"s{number}" if place == 0 else f"s{number}-{place}"
            lang, publisher = ("fr", "en")[place % 2], f"{'p' * 40}{place}.example"
            members.append(
                replace(day.members[0], story_id=f"s{number}", article_id=article, wire_id=article, publisher=publisher)
            )
            url = f"https://{publisher}/" + "a" * 400
            documents.append(
                replace(day.documents[0], article_id=article, publisher=publisher, lang=lang, title=title, url=url)
            )
    for number in range(60):
        symbol = f"SYMBOL-{number}"
        moves.append(replace(day.moves[1], symbol=symbol))
        if number < 36:
            story = f"s{number % linked_stories}"
            links.append(replace(day.links[0], symbol=symbol, story_id=story, label=LinkLabel.STRONG))
    return replace(day, stories=stories, members=members, documents=documents, moves=moves, links=links)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_fullest_edition_is_not_clipped_by_mail_programs(january_27: Day, lang: str) -> None:
    """Ninety kilobytes hold the most that the limits of build let through."""
    assert len(render_html(build_edition(_fullest(january_27(lang)))).encode()) <= MAX_HTML_BYTES


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("most", [70_000, 40_000, 0])
def test_an_edition_that_is_too_long_loses_its_last_stories(
    january_27: Day, monkeypatch: pytest.MonkeyPatch, most: int, lang: str
) -> None:
    """Shelves go first, the first story never; moves that go with theirs are counted as hidden."""
    monkeypatch.setattr(render, "MAX_HTML_BYTES", most)
    full = build_edition(_fullest(january_27(lang)))
    cut = fitted(full)
    assert len(render_html(cut).encode()) <= most or len(cut.groups) == 1
    assert cut.groups == full.groups[: len(cut.groups)]
    assert cut.shelves == () or cut.groups == full.groups
    gone = full.groups[len(cut.groups) :]
    assert cut.hidden == full.hidden + sum(len(group.matches) + len(group.others) for group in gone)


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_shelves_go_before_tokens_and_tokens_before_moves(
    january_27: Day, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    """What is linked to a move is what a reader came for."""
    full = build_edition(january_27(lang))
    sizes = {}
    for edition in (replace(full, shelves=()), replace(full, shelves=(), tokens=())):
        sizes[len(edition.tokens)] = mailed_bytes(render_html(edition))
    monkeypatch.setattr(render, "MAX_HTML_BYTES", sizes[1])
    assert fitted(full) == replace(full, shelves=())
    monkeypatch.setattr(render, "MAX_HTML_BYTES", sizes[0])
    assert fitted(full) == replace(full, shelves=(), tokens=())


@pytest.mark.parametrize(
    ("lang", "line"), [("fr", "1 média indépendant · 2 articles"), ("en", "1 independent publisher · 2 articles")]
)
def test_articles_are_counted_where_they_are_more_than_publishers(january_27: Day, lang: str, line: str) -> None:
    """As many articles as publishers say nothing more."""
    day = january_27(lang)
    more = replace(day.members[5], article_id="en-5", wire_id="en-5")
    page = render_html(build_edition(replace(day, members=[*day.members, more]))).replace("\xa0", " ")
    assert line in page
    assert "2 articles" not in render_html(build_edition(day)).replace("\xa0", " ")


def test_a_quotation_stands_in_both_parts(january_27: Day) -> None:
    """When no claim was checked."""
    edition = build_edition(replace(january_27("fr"), claims=()))
    match = replace(edition.groups[0].matches[0], quote=Quote(publisher="p.example", lang="en", text="Nvidia slid"))
    edition = replace(edition, groups=(replace(edition.groups[0], matches=(match,)),))
    assert "p.example écrit" in render_html(edition)
    assert "p.example écrit" in render_text(edition)


@pytest.mark.parametrize(("lang", "line"), [("fr", "Et 3 autres mouvements"), ("en", "And 3 more moves")])
def test_linked_moves_without_room_are_counted(january_27: Day, lang: str, line: str) -> None:
    """A thirteenth story is left out with its moves."""
    edition = build_edition(_fullest(january_27(lang), linked_stories=13))
    assert edition.hidden + sum(len(group.matches) + len(group.others) for group in edition.groups) == 36
    assert line in render_html(edition).replace("\xa0", " ")
    assert line in render_text(edition).replace("\xa0", " ")


def test_moves_beyond_the_table_are_counted(january_27: Day) -> None:
    """Twenty-four moves without a story: twenty rows, and four more."""
    edition = build_edition(_fullest(january_27("en")))
    assert f"and {24 - MAX_UNEXPLAINED} more." in render_html(edition).replace("\xa0", " ")
    assert f"and {24 - MAX_UNEXPLAINED} more." in render_text(edition).replace("\xa0", " ")


def _empty(day: EditionInputs) -> Edition:
    return build_edition(
        EditionInputs(
            edition_on=day.edition_on,
            lang=day.lang,
            since_at=day.since_at,
            until_at=day.until_at,
            instruments=day.instruments,
            counts=replace(day.counts, coverage="stale", coverage_reason=""),
        )
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_edition_without_anything_is_still_an_edition(january_27: Day, lang: str) -> None:
    """It says so, that nothing changed, how to read it, and its counts."""
    edition = _empty(january_27(lang))
    assert render_html(edition).count("<h2") == 3
    assert render_text(edition).count("====\n") == 3


def test_the_digest_keeps_both_parts_and_the_window(january_27: Day) -> None:
    """The row of the store is complete."""
    day = january_27("fr")
    digest = render_digest(build_edition(day), built_at=day.until_at)
    assert (digest.edition_on, digest.lang, digest.coverage) == (date(2025, 1, 28), "fr", "partial")
    assert digest.html.startswith("<!DOCTYPE html>")
    assert digest.text.startswith("Contrecoup")
    assert (digest.since_at, digest.until_at, digest.built_at) == (day.since_at, day.until_at, day.until_at)
