"""The archive as a static site in a folder, from the snapshot: flows may write to the database meanwhile.

digests, stories, moves, links | build_edition, build_story_page | pages_of   > files
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic

from contrecoup.digest.archive import build_story_page
from contrecoup.digest.build import build_edition
from contrecoup.digest.changes import REMEMBERED
from contrecoup.digest.edition import Counts, Edition
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.profiles import EVERYTHING
from contrecoup.digest.site import Archive, Page, pages_of
from contrecoup.digest.stacks import stack
from contrecoup.editions import Window
from contrecoup.errors import StoreError
from contrecoup.models import (
    Check,
    Claim,
    Digest,
    DigestItem,
    Document,
    Evidence,
    Label,
    Link,
    LookAlike,
    Mention,
    Move,
    PriceBar,
    Story,
    StoryArticle,
    Translation,
)
from flows.brief import inputs_of
from flows.desk import Desk, open_desk
from storage.store import Store, open_snapshot

# What the site consists of, one path a line: what an earlier run wrote and this one does not is taken away.
MANIFEST = "files.txt"
# Sessions before the first and after the last edition of which prices are shown.
AROUND = timedelta(days=30)
_OURS = re.compile(r"(?:[a-z]{2}/)?(?:(?:editions|stories)/)?[0-9A-Za-z_-]{1,80}\.(?:html|css|js|xml)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What the site holds, in all languages, and what was done to the folder."""

    folder: Path
    editions: int
    stories: int
    pages: int
    bytes: int
    written: int
    removed: int
    seconds: float

    def lines(self) -> list[str]:
        """What was done, as a person reads it."""
        files = f"{self.written} files written, {self.removed} removed"
        return [f"{self.pages} pages, {files}, {self.seconds:.1f} s", f"  {self.folder / 'index.html'}"]


def publish(config: Path, out: Path | None = None) -> Published:
    """Write the site to ``out``, or to the folder of the settings. A file that has not changed is not touched.

    Raises
    ------
    StoreError
        when there is no snapshot yet, or the folder cannot be written.

    """
    began, desk = monotonic(), open_desk(config, datetime.now(UTC))
    folder = out or desk.settings.site.folder
    with open_snapshot(desk.settings.database) as store:
        archives = _archives(desk, store)
    pages = list(pages_of(archives, base_url=desk.settings.site.base_url))
    try:
        written, removed = write_site(folder, pages)
    except OSError as error:
        raise StoreError(
            f"Cannot write the site to {folder}: {error.strerror}.",
            advice="Make the folder writable, or name another with --out.",
        ) from error
    return Published(
        folder=folder,
        editions=sum(len(archive.editions) for archive in archives),
        stories=sum(len(archive.stories) for archive in archives),
        pages=sum(page.path.endswith(".html") for page in pages),
        bytes=sum(len(page.content) for page in pages),
        written=written,
        removed=removed,
        seconds=monotonic() - began,
    )


def write_site(folder: Path, pages: Sequence[Page]) -> tuple[int, int]:
    """Write what changed, by rename, and take away what an earlier site had; the counts of both.

    Only files of our own names are ever taken away, and only those that the earlier manifest lists.
    """
    listed = "".join(f"{path}\n" for path in sorted(page.path for page in pages))
    manifest = folder / MANIFEST
    before = manifest.read_text("utf-8").splitlines() if manifest.is_file() else []
    written = sum(_put(folder / page.path, page.content) for page in pages)
    gone = [path for path in before if _OURS.fullmatch(path) and path not in set(listed.splitlines())]
    for path in gone:
        (folder / path).unlink(missing_ok=True)
    _put(manifest, listed.encode())
    return written, len(gone)


def _put(path: Path, content: bytes) -> bool:
    """Write beside and rename, so that nobody reads half a file; whether there was anything to write."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    beside.replace(path)
    return True


def _archives(desk: Desk, store: Store) -> list[Archive]:
    """The whole archive in each language of the settings that has an edition, from one reading of the rows."""
    built = [digest for digest in store.read(Digest, "digests") if digest.profile == EVERYTHING.name]
    days = {digest.edition_on: digest for digest in sorted(built, key=lambda digest: digest.lang)}
    windows = [Window(edition_on=day, since_at=days[day].since_at, until_at=days[day].until_at) for day in sorted(days)]
    editions = [inputs_of(desk, store, window, desk.settings.languages[0]) for window in windows]
    whole = _whole(desk, store, windows)
    symbols = sorted({link.symbol for link in whole.links})
    start_on, end_on = whole.since_at.date() - AROUND, whole.until_at.date()
    bars = store.read(PriceBar, "bars_of", symbols=symbols, start_on=start_on, end_on=end_on)
    archives = []
    for lang in desk.settings.languages:
        rows = {digest.edition_on: digest for digest in built if digest.lang == lang}
        told = [_edition(one, rows[one.edition_on], store, lang) for one in editions if one.edition_on in rows]
        archives.append(_archive(replace(whole, lang=lang), bars, told, rows))
    return archives


def _edition(inputs: EditionInputs, digest: Digest, store: Store, lang: str) -> Edition:
    """An edition as build makes it from the rows of now; how much it covered is what it said at its hour."""
    previous = store.read(
        DigestItem,
        "digest_items_before",
        since_on=digest.edition_on - REMEMBERED,
        edition_on=digest.edition_on,
        lang=lang,
        profile=EVERYTHING.name,
    )
    counts = replace(inputs.counts, coverage=digest.coverage, coverage_reason="")
    return build_edition(replace(inputs, lang=lang, previous=previous, counts=counts))


def _archive(
    whole: EditionInputs, bars: Sequence[PriceBar], editions: Sequence[Edition], rows: Mapping[date, Digest]
) -> Archive:
    stacks = stack(whole, bars)
    wanted = _wanted(editions, whole)
    return Archive(
        lang=whole.lang,
        timezone=whole.timezone,
        editions=editions,
        built_at={day: digest.built_at for day, digest in rows.items()},
        stories=[build_story_page(story, stacks) for story in whole.stories if story.id in wanted],
    )


def _wanted(editions: Iterable[Edition], whole: EditionInputs) -> frozenset[str]:
    """The stories that have a page: those an edition shows, those linked, their rivals, and what any of them follows.

    A page names no story that has none. Most stories of a day are told by one outlet and are in no edition.
    """
    wanted = {link.story_id for link in whole.links}
    wanted |= {link.rival_story_id for link in whole.links if link.rival_story_id}
    for edition in editions:
        wanted |= {group.telling.story_id for group in edition.groups}
        wanted |= {telling.story_id for shelf in edition.shelves for telling in shelf.tellings}
        wanted |= {telling.story_id for telling in edition.tokens}
    return frozenset(wanted)


def _whole(desk: Desk, store: Store, windows: Sequence[Window]) -> EditionInputs:
    """Every row that a page of a story may show, as if one edition covered all the days."""
    since_at = windows[0].since_at if windows else desk.now
    until_at = windows[-1].until_at if windows else desk.now
    start_on, end_on = since_at.date() - AROUND, until_at.date()
    stories = store.read(Story, "stories_now")
    members = store.read(StoryArticle, "members_of", ids=[story.id for story in stories], until=until_at)
    told = {member.story_id for member in members}
    articles = [member.article_id for member in members]
    return EditionInputs(
        edition_on=windows[-1].edition_on if windows else desk.now.date(),
        lang=desk.settings.languages[0],
        since_at=since_at,
        until_at=until_at,
        timezone=desk.settings.timezone,
        moves=store.read(Move, "moves_between", start_on=start_on, end_on=end_on),
        links=store.read(Link, "links_between", start_on=start_on, end_on=end_on),
        evidence=store.read(Evidence, "evidence_between", start_on=start_on, end_on=end_on),
        stories=sorted((story for story in stories if story.id in told), key=lambda story: (story.first_at, story.id)),
        members=members,
        documents=store.read(Document, "documents_of", ids=articles),
        translations=store.read(Translation, "translations_of", ids=articles),
        labels=store.read(Label, "labels_of", ids=articles),
        mentions=store.read(Mention, "mentions_of", ids=articles),
        claims=store.read(Claim, "claims_of", ids=articles),
        checks=store.read(Check, "checks_of", ids=articles),
        look_alikes=store.read(LookAlike, "look_alikes_of", ids=articles),
        instruments={**desk.instruments, **desk.table.baskets},
        counts=Counts(),
    )
