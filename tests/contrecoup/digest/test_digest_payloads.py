"""Ten thousand pieces of markup, in every place where a stranger's words stand: none becomes part of the page."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

import pytest
from lxml import html as lxml_html

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.render import render_html
from contrecoup.models import Evidence, LookAlike, MoveVerdict

PAYLOADS = 10_028
STORIES = 8
PLACES = 5 * STORIES + 4
"""Payloads on one page: five with each linked story (three titles, a translation, a quotation) and four others."""

_ELEMENTS = [
    *("script", "img", "svg", "iframe", "a", "style", "link", "meta", "base", "form", "input", "body", "video"),
    *("audio", "object", "embed", "math", "details", "marquee", "table", "textarea", "template", "noscript"),
    *("select", "button", "xmp"),
]
_EVENTS = [
    *("onerror", "onload", "onclick", "onmouseover", "onfocus", "ontoggle", "onanimationend", "onpointerenter"),
    *("onbeforeinput", "onpageshow", "onwheel", "oncut"),
]
_SHAPES = (
    "<{tag} {event}=alert(1)>",
    "<{tag}/{event}=alert(1)//",
    "<{TAG} {event}='alert(1)'>",
    '"><{tag} {event}=alert(1)>',
    "'><{tag} {event}=alert(1)>",
    "\" {event}=\"alert('{tag}')",
    "' {event}='alert(\"{tag}\")",
    "</title><{tag} {event}=alert(1)>",
    "</style><{tag} {event}=alert(1)>",
    "</td></tr></table><{tag} {event}=alert(1)>",
    "--><{tag} {event}=alert(1)><!--",
    "<![endif]--><{tag} {event}=alert(1)>",
    "<!--[if mso]><{tag} {event}=alert(1)><![endif]-->",
    "]]><{tag} {event}=alert(1)><![CDATA[",
    "&lt;{tag} {event}=alert(1)&gt;",
    "&#60;{tag} {event}=alert(1)&#62;",
    "&#x3c;{tag} {event}=alert(1)&#x3e;",
    "%3C{tag} {event}=alert(1)%3E",
    "<<{tag} {event}=alert(1)>>",
    "<{tag}\t{event}\n=\ralert(1)>",
    "<{tag} {event}=\u2028alert(1)>",
    "<{tag}\x00 {event}=alert(1)>",
    "＜{tag} {event}=alert(1)＞",
    "<{tag} src=x:x {event}=alert(1) lang=fr>",
    "<{tag} href=javascript:alert(1) {event}=x>{tag}</{tag}>",
    "<{tag} href='https://evil.example/' {event}=x>",
    "<{tag} style=background:url(//evil.example) {event}=x>",
    "{{{{ '<{tag} {event}=1>' | safe }}}}{{% raw %}}",
    "<{tag} {event}=alert(1)\u202e>",
    '<a href="cid:x"><{tag} {event}=x>',
    'src="data:image/png;base64,AAAA" <{tag} {event}=x>',
    "javascript:/*--></title></style></textarea><{tag} {event}=alert(1)>",
    "[{tag}](javascript:alert(1)) {event} http://evil.example/{tag}",
)

Day = Callable[[str], EditionInputs]


def payloads() -> Iterator[str]:
    """Forms of the cheat sheets, each with each element and each event."""
    for shape, tag, event in product(_SHAPES, _ELEMENTS, _EVENTS):
        yield shape.format(tag=tag, TAG=tag.upper(), event=event)


def filled(day: EditionInputs, texts: Sequence[str]) -> EditionInputs:
    """The day with the texts in all places that a stranger fills, addresses of articles among them."""
    given = iter(texts)
    stories, members, documents, translations, links, moves, evidence = [], [], [], [], [], [], []
    for at in range(STORIES):
        founder = f"s{at}"
        lang = "en" if day.lang == "fr" else "fr"
        titles = [next(given), next(given), next(given)]
        stories.append(replace(day.stories[0], id=founder, title=titles[0], lang=lang))
        for place, title in enumerate(titles):
            article, publisher = founder if place == 0 else f"s{at}-{place}", f"p{at}-{place}.example"
            members.append(
                replace(day.members[0], story_id=founder, article_id=article, wire_id=article, publisher=publisher)
            )
            documents.append(
                replace(
                    day.documents[0],
                    article_id=article,
                    publisher=publisher,
                    lang=lang if place < 2 or at % 2 else day.lang,
                    title=title,
                    url=f"https://{publisher}/{title}" if place else f"https://{publisher}/plain",
                )
            )
        translations.append(replace(day.translations[0], article_id=founder, text=next(given), to_lang=day.lang))
        symbol = day.moves[at % 3].symbol if at < 3 else f"S{at}"
        moves.append(replace(day.moves[0], symbol=symbol))
        links.append(replace(day.links[0], symbol=symbol, story_id=founder))
        evidence.append(
            Evidence(
                symbol=symbol,
                session_on=day.moves[0].session_on,
                story_id=founder,
                method="m",
                article_id=founder,
                version=1,
                kind="mention",
                quote=next(given),
                detail="",
            )
        )
    token = next(document for document in day.documents if document.article_id == "fr-3")
    token = replace(token, title=next(given))
    name, sentence, reason = next(given), next(given), next(given)
    look_alikes = [_row("brand", name=name), _row("denial", sentence=sentence)]
    unmeasured = replace(day.moves[-1], verdict=MoveVerdict.UNMEASURED, reason=reason)
    kept = [story for story in day.stories if story.id == "fr-3"]
    return replace(
        day,
        stories=[*stories, *(replace(story, title=token.title) for story in kept)],
        members=[*members, *(member for member in day.members if member.story_id == "fr-3")],
        documents=[*documents, token],
        translations=translations,
        links=links,
        moves=[*moves, unmeasured],
        evidence=evidence,
        claims=(),
        look_alikes=look_alikes,
        late=frozenset({"s0-1", "s1-2", "fr-3"}),
        counts=replace(day.counts, coverage_reason=reason),
    )


def _row(kind: str, *, name: str = "DeepSeek", sentence: str = "") -> LookAlike:
    return LookAlike(
        article_id="fr-3",
        version=1,
        field="lead",
        start=0,
        end=1,
        kind=kind,
        brand="org:deepseek",
        name=name,
        surface="",
        reason="says",
        number=None,
        unit="",
        qualifier="",
        sentence=sentence,
        method="m",
    )


def shapes_of(page: str) -> tuple[set[tuple[str, ...]], set[str]]:
    """Every kind of element with its attributes (and their values, but for words and addresses); and all addresses."""
    kinds, addresses = set(), set()
    for element in lxml_html.document_fromstring(page).iter():
        values = {name: value for name, value in element.attrib.items() if name not in {"href", "src", "alt", "lang"}}
        kinds.add((str(element.tag), *sorted(element.attrib), *(f"{n}={v}" for n, v in sorted(values.items()))))
        addresses |= {str(element.get(name)) for name in ("href", "src") if element.get(name)}
    return kinds, addresses


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_ten_thousand_payloads_add_nothing_to_the_page(priced: Day, lang: str) -> None:
    """No element, no attribute and no address that a page of plain words does not have."""
    day = priced(lang)
    plain = [f"plain words {at}" for at in range(PLACES)]
    ours, _ = shapes_of(render_html(build_edition(filled(day, plain))))
    allowed = {f"https://p{at}-0.example/plain" for at in range(STORIES)}
    allowed |= {document.url for document in day.documents}
    every, seen = islice(payloads(), PAYLOADS), 0
    while texts := list(islice(every, PLACES)):
        seen += len(texts)
        page = render_html(build_edition(filled(day, texts + plain[len(texts) :])))
        kinds, addresses = shapes_of(page)
        assert kinds <= ours, kinds - ours
        assert {address for address in addresses if not address.startswith("data:image/png;base64,iVBOR")} <= allowed
        assert page.count("<!--") == 2
    assert seen == PAYLOADS


def test_the_payloads_are_as_many_as_they_say() -> None:
    """All different, and each would do harm if it were taken for markup."""
    found = list(islice(payloads(), PAYLOADS))
    assert len(set(found)) == PAYLOADS
    as_markup = lxml_html.document_fromstring("<body>" + "".join(f"<p>{one}</p>" for one in found[:300]))
    assert as_markup.xpath("//script | //*[@onerror]")
