"""The archive, written from the snapshot of the small week."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from contrecoup.digest.site import Page
from contrecoup.errors import StoreError
from flows.publish import MANIFEST, publish, write_site
from storage.opening import snapshot_path

if TYPE_CHECKING:
    from conftest import Desk, Ended

pytestmark = pytest.mark.integration


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_site_has_a_page_for_each_edition_and_each_story_it_names(lived: "Desk", tmp_path: Path) -> None:
    """In both languages; what no edition shows and nothing is linked to has none."""
    done = publish(lived.config, tmp_path)
    names = set(_files(tmp_path))
    assert {f"{lang}/editions/2025-01-{day}.html" for lang in ("fr", "en") for day in (27, 28)} <= names
    titles = "".join(page.decode() for name, page in _files(tmp_path).items() if name.startswith("fr/stories/"))
    assert "Nvidia chute de 15" in titles
    assert "derby" not in titles
    assert done.editions == 4
    assert done.pages == sum(name.endswith(".html") for name in names)
    assert done.bytes == sum(len(content) for name, content in _files(tmp_path).items() if name != MANIFEST)


def test_the_page_of_an_edition_tells_what_its_mail_told(lived: "Desk", tmp_path: Path) -> None:
    """The same sentence of the day, in both languages."""
    publish(lived.config, tmp_path)
    for lang in ("fr", "en"):
        text = " ".join((lived.digests / f"2025-01-28-{lang}.txt").read_text("utf-8").split())
        page = (tmp_path / lang / "editions" / "2025-01-28.html").read_text("utf-8")
        headline = " ".join(page.partition("<h1>")[2].partition("</h1>")[0].replace("&#39;", "'").split())
        assert headline in text


def test_a_second_run_writes_nothing_and_another_folder_has_the_same_bytes(lived: "Desk", tmp_path: Path) -> None:
    """Nothing in the site depends on when it was made."""
    first = publish(lived.config, tmp_path / "one")
    again = publish(lived.config, tmp_path / "one")
    publish(lived.config, tmp_path / "two")
    assert first.written > 0
    assert (again.written, again.removed) == (0, 0)
    assert _files(tmp_path / "one") == _files(tmp_path / "two")


def test_the_site_is_written_while_a_flow_holds_the_database(copy: "Desk", tmp_path: Path) -> None:
    """Readers have the snapshot."""
    with copy.store():
        assert publish(copy.config, tmp_path).pages > 0


def test_a_page_that_is_no_more_is_taken_away_and_nothing_else(tmp_path: Path) -> None:
    """Only what the last site listed, under a name of ours."""
    kept, gone = Page(path="fr/index.html", content=b"1"), Page(path="fr/stories/ab.html", content=b"2")
    assert write_site(tmp_path, [kept, gone]) == (2, 0)
    (tmp_path / "fr" / "mine.html").write_text("a person's", "utf-8")
    outside = tmp_path.parent / "outside.html"
    outside.write_text("not ours", "utf-8")
    manifest = tmp_path / MANIFEST
    manifest.write_text(manifest.read_text("utf-8") + "../outside.html\nfr/stories/lost.html\n", "utf-8")
    assert write_site(tmp_path, [kept]) == (0, 2)
    assert sorted(_files(tmp_path)) == [MANIFEST, "fr/index.html", "fr/mine.html"]
    assert outside.exists()


def test_a_desk_without_any_edition_has_an_empty_archive(desk: "Desk", tmp_path: Path) -> None:
    """It says so instead of failing."""
    with desk.store() as store:
        store.snapshot()
    assert publish(desk.config, tmp_path).stories == 0
    assert "Aucune édition" in (tmp_path / "fr" / "index.html").read_text("utf-8")


def test_a_desk_that_never_ran_is_told_what_to_do(desk: "Desk", contrecoup: Callable[..., "Ended"]) -> None:
    """There is no snapshot to read."""
    ended = contrecoup("site", "--config", desk.config)
    assert ended.code == 3
    assert "contrecoup run" in ended.err


def test_a_snapshot_of_another_version_is_refused(copy: "Desk", tmp_path: Path) -> None:
    """Its views may lack what a page shows."""
    with copy.store() as store:
        store._connection.execute("update migrations set hash = 'older' where number = 0")
        store.snapshot()
    with pytest.raises(StoreError, match="another version") as refused:
        publish(copy.config, tmp_path)
    assert "contrecoup run" in refused.value.advice
    assert snapshot_path(copy.database).exists()


def test_a_folder_that_cannot_be_written_is_named(lived: "Desk", tmp_path: Path) -> None:
    """A file stands in its place."""
    blocked = tmp_path / "site"
    blocked.write_text("", "utf-8")
    with pytest.raises(StoreError, match="Cannot write the site"):
        publish(lived.config, blocked)


def test_the_command_writes_to_the_folder_of_the_settings(copy: "Desk", contrecoup: Callable[..., "Ended"]) -> None:
    """With the address of the settings in the feed; a program gets JSON."""
    copy.more = '[site]\nfolder = "build/site"\nbase_url = "https://desk.example"'
    copy.set_up()
    ended = contrecoup("site", "--config", copy.config)
    assert ended.code == 0
    assert "index.html" in ended.out
    told = json.loads(contrecoup("site", "--config", copy.config, "--json").out)
    assert told["written"] == 0
    assert told["folder"] == str(copy.folder / "build" / "site")
    feed = (copy.folder / "build" / "site" / "fr" / "feed.xml").read_text("utf-8")
    assert 'href="https://desk.example/fr/editions/2025-01-28.html"' in feed
