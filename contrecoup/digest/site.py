"""The archive as a static site: one page an edition and a story in each language, an index, a feed. Beside render.

Pages are values; ``flows/publish.py`` writes them. They need no server and no script: the index searches by a small
script of ours when there is one, and is the whole list without it. As in the mail, the templates own every element,
and the only addresses that lead out are the ``href`` that ``outward`` has judged. The policy in each page
(``Content-Security-Policy``) forbids everything that is not a file of the site.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from uuid import NAMESPACE_URL, uuid5

from jinja2 import Environment, PackageLoader, StrictUndefined

from contrecoup.digest.archive import StoryPage
from contrecoup.digest.curves import attention_of, path_of, spark_of, window_of
from contrecoup.digest.edition import Edition
from contrecoup.digest.render import MAX_UNEXPLAINED
from contrecoup.digest.site_wording import SiteWording, site_wording_of
from contrecoup.scrub import fold

FEED_ENTRIES = 30
HOME = "index.html"
STYLE = "style.css"
SCRIPT = "search.js"
PARTS = ("directness", "occasion", "topic_fit", "agreement", "timing", "attention", "surge", "breadth")
"""The parts of a link's score, as its page lists them."""

# As they are typed: an apostrophe and a minus of the keyboard find those of print; search.js folds alike.
_TYPED = str.maketrans("\N{RIGHT SINGLE QUOTATION MARK}\N{MINUS SIGN}", "'-")
_PLAIN_NAME = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A file of the site: where it goes, with ``/`` between folders, and its bytes."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """What the site tells in one language. ``built_at`` has the moment at which each edition was built, by its date.

    Editions and stories are in the order of time.
    """

    lang: str
    timezone: str
    editions: Sequence[Edition]
    built_at: Mapping[date, datetime]
    stories: Sequence[StoryPage]


def pages_of(archives: Sequence[Archive], *, base_url: str | None = None) -> Iterator[Page]:
    """Every file of the site. ``base_url``, without a slash at its end, makes the feed's addresses absolute."""
    for name in (STYLE, SCRIPT):
        yield Page(path=name, content=(files("contrecoup.digest") / "templates" / "site" / name).read_bytes())
    yield _page(HOME, "landing", archives=[(archive, _wording(archive)) for archive in archives], root="", lang="")
    for archive in archives:
        others = [other.lang for other in archives if other is not archive]
        yield from _pages_in(archive, others, base_url)


def story_path(story_id: str) -> str:
    """The file of a story; an id that is no plain name (ours are) stands under its hash."""
    name = story_id if _PLAIN_NAME.fullmatch(story_id) else uuid5(NAMESPACE_URL, story_id).hex
    return f"stories/{name}.html"


def edition_path(edition_on: date) -> str:
    """The file of an edition."""
    return f"editions/{edition_on.isoformat()}.html"


def _pages_in(archive: Archive, others: Sequence[str], base_url: str | None) -> Iterator[Page]:
    lang, w = archive.lang, _wording(archive)
    told = _told_in(archive.editions)
    shared: dict[str, object] = {"w": w, "lang": lang, "others": others, "most": MAX_UNEXPLAINED}
    newest = archive.stories[::-1]
    lines = {"editions": archive.editions[::-1], "stories": newest}
    yield _page(f"{lang}/{HOME}", "index", root="../", here=HOME, search=f"index-{lang}.js", **lines, **shared)
    yield Page(path=f"{lang}/index-{lang}.js", content=_index(archive.editions[::-1], newest, w))
    yield _feed(archive, w, base_url)
    for at, edition in enumerate(archive.editions):
        here = edition_path(edition.edition_on)
        before = archive.editions[at - 1] if at else None
        after = archive.editions[at + 1] if at + 1 < len(archive.editions) else None
        values = {"edition": edition, "before": before, "after": after, **shared}
        yield _page(f"{lang}/{here}", "edition", root="../../", here=here, **values)
    for page in archive.stories:
        here = story_path(page.telling.story_id)
        curve = attention_of(page.told, page.sessions, w.zone)
        shown_in = told.get(page.telling.story_id, ())
        values = {"page": page, "curve": curve, "editions": shown_in, "parts": PARTS, **shared}
        yield _page(f"{lang}/{here}", "story", root="../../", here=here, **values)


def _told_in(editions: Sequence[Edition]) -> Mapping[str, Sequence[date]]:
    """The editions that showed each story."""
    found: dict[str, list[date]] = {}
    for edition in editions:
        tellings = [group.telling for group in edition.groups] + list(edition.tokens)
        tellings += [telling for shelf in edition.shelves for telling in shelf.tellings]
        for story_id in dict.fromkeys(telling.story_id for telling in tellings):
            found.setdefault(story_id, []).append(edition.edition_on)
    return found


def _index(editions: Sequence[Edition], stories: Sequence[StoryPage], w: SiteWording) -> bytes:
    """What the search looks through, one folded line for each entry of the list in its order; a file of JavaScript.

    A page that is opened from a folder may load a script but fetch nothing, hence no JSON. The text is ASCII, so that
    no encoding can turn it into anything but a string.
    """
    lines = [_words(edition, w) for edition in editions] + [_words_of(page, w) for page in stories]
    folded = [fold(" ".join(line.split())).translate(_TYPED) for line in lines]
    return f"window.contrecoupIndex = {json.dumps(folded, indent=0)};\n".encode("ascii")


def _words(edition: Edition, w: SiteWording) -> str:
    names = [f"{m.figure.name} {m.figure.symbol}" for group in edition.groups for m in group.matches + group.others]
    names += [f"{figure.name} {figure.symbol}" for figure in edition.unexplained]
    return " ".join([w.day_and_year(edition.edition_on), edition.edition_on.isoformat(), w.headline(edition), *names])


def _words_of(page: StoryPage, w: SiteWording) -> str:
    telling = page.telling
    parts = [telling.title, telling.translation or "", telling.counterpart or ""]
    parts += [w.say_or_show("topic", page.topic)] if page.topic else []
    parts += [f"{one.source.title} {one.source.publisher}" for one in page.retellings]
    parts += [f"{one.match.figure.name} {one.link.symbol}" for one in page.coincidences]
    return " ".join(dict.fromkeys(" ".join(parts).split()))


def _feed(archive: Archive, w: SiteWording, base_url: str | None) -> Page:
    """The newest editions as Atom (RFC 4287); identifiers hold whether or not the site has an address yet."""
    newest = archive.editions[::-1][:FEED_ENTRIES]
    entries = [
        (edition, f"urn:uuid:{_uuid(archive.lang, edition.edition_on)}", archive.built_at[edition.edition_on])
        for edition in newest
    ]
    template = _environment().get_template("feed.xml.jinja")
    xml = template.render(
        w=w,
        lang=archive.lang,
        entries=entries,
        identity=f"urn:uuid:{_uuid(archive.lang, None)}",
        base=f"{base_url}/{archive.lang}/" if base_url else "",
    )
    return Page(path=f"{archive.lang}/feed.xml", content=xml.encode())


def _uuid(lang: str, edition_on: date | None) -> str:
    return str(uuid5(NAMESPACE_URL, f"contrecoup:{lang}:{edition_on or 'feed'}"))


def _wording(archive: Archive) -> SiteWording:
    return site_wording_of(archive.lang, archive.timezone)


def _page(path: str, template: str, **values: object) -> Page:
    html = _environment().get_template(f"{template}.html.jinja").render(**values)
    return Page(path=path, content=html.encode())


@cache
def _environment() -> Environment:
    """Everything is escaped: no template of the site writes plain text."""
    environment = Environment(
        loader=PackageLoader("contrecoup.digest", "templates/site"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(story_path=story_path, edition_path=edition_path)
    environment.globals.update(path_of=path_of, spark_of=spark_of, window_of=window_of)
    return environment
