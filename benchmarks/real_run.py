"""The whole pipe on captured feeds and pages: what became of each item, and how well the pages were read.

    python benchmarks/real_run.py --real FOLDER [--work FOLDER]

FOLDER holds ``feeds/`` and ``pages/`` as in ``extraction.py``. They are laid out as a recorded web in a temporary
folder (or in ``--work``, which is kept), served on the loopback, and read by the command ``contrecoup run``.
Each feed file stands at an invented host. Each page stands at its own address and is announced, with the title of its
gold, by an invented feed; without its date and without a language, so that both are what the page itself tells.
The addresses that the captured feeds name were never captured: the server answers 404 for them.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.sax.saxutils import escape

from extraction import Reading, Score, compare, feed_files, pages, report

from contrecoup.errors import ParseError
from contrecoup.identity import article_id, canonical_url
from contrecoup.models import Article, Document, Failure, Feed, Status
from extractors.replay import find_file, serve
from storage.opening import snapshot_path
from storage.snapshot import query_snapshot
from storage.store import open_store

PAGES_A_FEED = 60
QUERY = "select state, count(*) as entries from entry_states group by all order by entries desc, state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """The recorded web: addresses of its feeds, and the gold row of each page by the address it stands at."""

    feeds: tuple[str, ...]
    golds: Mapping[str, Mapping[str, Any]]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with pages/ and feeds/")
    parser.add_argument(
        "--work", type=Path, help="where to lay everything out, and leave it (default: a temporary one)"
    )
    chosen = parser.parse_args()
    with _folder(chosen.work) as work:
        laid = lay_out(chosen.real, work / "sites")
        config = work / "contrecoup.toml"
        with serve(work / "sites") as server:
            config.write_text(_settings(laid.feeds, server.address), "utf-8")
            _run(config)
        database = work / "build" / "contrecoup.duckdb"
        report_states(database)
        report_failures(database)
        print("\npages against their gold, as the database has them:")
        report(list(scores(database, laid.golds)))


@contextmanager
def _folder(work: Path | None) -> Iterator[Path]:
    if work is not None:
        work.mkdir(parents=True, exist_ok=True)
        yield work
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def lay_out(real: Path, sites: Path) -> Laid:
    """Write every feed and page below ``sites/<host>/``."""
    feeds = []
    for number, (_, name, body) in enumerate(feed_files(real / "feeds"), start=1):
        suffix = ".json" if ".json" in name else ".atom" if ".atom" in name else ".xml"
        feeds.append(f"http://feed{number:03}.captured.example/feed{suffix}")
        _write(sites, feeds[-1], body)
    golds: dict[str, Mapping[str, Any]] = {}
    for number, (row, body) in enumerate(pages(real / "pages"), start=1):
        url = _address(row, f"http://page{number:03}.captured.example/article.html", golds)
        golds[url] = row
        _write(sites, url, body, suffix=".html")
        _check_found(sites, url, body)
    addresses = list(golds)
    for start in range(0, len(addresses), PAGES_A_FEED):
        feeds.append(f"http://announced{start // PAGES_A_FEED}.example/feed.xml")
        chosen = {url: golds[url] for url in addresses[start : start + PAGES_A_FEED]}
        _write(sites, feeds[-1], _rss(chosen).encode())
    print(f"{len(feeds)} feeds ({len(feeds) - -(-len(golds) // PAGES_A_FEED)} captured), {len(golds)} pages laid out")
    return Laid(feeds=tuple(feeds), golds=golds)


def _address(row: Mapping[str, Any], invented: str, taken: Iterable[str]) -> str:
    """Where the pipe will ask for the page: its own address, or an invented one when it has none or shares it."""
    try:
        url = canonical_url(row["url"] or "")
    except ParseError:
        return invented
    return invented if article_id(url) in set(map(article_id, taken)) else url


def _write(sites: Path, url: str, body: bytes, *, suffix: str = "") -> None:
    """Put a body where ``extractors.replay`` looks for the address."""
    parts = urlsplit(url)
    path = unquote(parts.path).lstrip("/")
    name = f"{path}index" if not path or path.endswith("/") else path.removesuffix(suffix) if suffix else path
    file = sites / str(parts.hostname) / f"{name}{suffix}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(body)


def _check_found(sites: Path, url: str, body: bytes) -> None:
    parts = urlsplit(url)
    file = find_file(sites.resolve(), str(parts.hostname), parts.path)
    if file is None or file.read_bytes() != body:
        raise SystemExit(f"{url} was laid out where the server does not find it.")


def _rss(rows: Mapping[str, Mapping[str, Any]]) -> str:
    items = "".join(
        f"<item><title>{escape(escape(row['gold'].get('title') or row['id']))}</title>"
        f"<link>{escape(url)}</link><guid isPermaLink='false'>{escape(row['id'])}</guid></item>"
        for url, row in rows.items()
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Pages</title>{items}</channel></rss>'
    )


def _settings(feeds: Iterable[str], address: str) -> str:
    blocks = "".join(f'\n[[feeds]]\nurl = "{url}"\nname = "{urlsplit(url).hostname}"\n' for url in feeds)
    return (
        'database = "build/contrecoup.duckdb"\ndigests = "build/digests"\nmax_age_days = 36500\n\n'
        f'[network]\nconnect_to = "{address}"\npage_delay_s = 0\n{blocks}'
    )


def _run(config: Path) -> None:
    """Run the command as a person would; what it prints must hold no traceback."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("contrecoup")), "run", "--config", str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    seconds = time.perf_counter() - began
    traced = "Traceback" in done.stdout + done.stderr
    print(f"contrecoup run: exit code {done.returncode}, {seconds:.0f} s, traceback: {'YES' if traced else 'none'}")
    for line in [*done.stdout.splitlines()[-8:], *done.stderr.splitlines()[-12:]]:
        print("  |", line)


def report_states(database: Path) -> None:
    """Entries by state, from the snapshot by SQL, and the articles by language and status."""
    found = query_snapshot(snapshot_path(database), QUERY)
    counted = {str(state): int(str(number)) for state, number in found.rows}
    with open_store(database) as store:
        feeds = store.read(Feed, "feeds")
        articles = store.read(Article, "articles_now")
        entries = store.count("entries")
    print(f"\n{entries} entries; contrecoup sql {QUERY!r}:")
    for state, number in counted.items():
        print(f"    {state:<24}{number:>6}")
    print(f"    {'sum':<24}{sum(counted.values()):>6}")
    answered = sum(feed.failure_weight == 0 for feed in feeds)
    print(f"{len(feeds)} feeds: {answered} were read, {len(feeds) - answered} failed")
    print(f"\n{len(articles)} articles by language and status:")
    statuses = sorted({article.status for article in articles})
    table = Counter((article.lang, article.status) for article in articles)
    totals = Counter(article.lang for article in articles)
    print(f"    {'lang':<10}" + "".join(f"{status:>14}" for status in statuses))
    for lang, _ in totals.most_common():
        print(f"    {lang:<10}" + "".join(f"{table[lang, status]:>14}" for status in statuses))


def report_failures(database: Path) -> None:
    """Failures by stage and kind."""
    with open_store(database) as store:
        failures = store.read(Failure, "failures")
    print(f"\n{len(failures)} failures:")
    for (stage, kind), number in Counter((row.stage, row.kind) for row in failures).most_common():
        print(f"    {stage:<12}{kind:<24}{number:>6}")


def scores(database: Path, golds: Mapping[str, Mapping[str, Any]]) -> Iterator[Score]:
    """Each page of the gold against what the database has of it; nothing at all counts as empty."""
    with open_store(database) as store:
        documents = {document.article_id: document for document in store.read(Document, "documents")}
    for url, row in golds.items():
        found = documents.get(article_id(url))
        yield compare(
            row,
            Reading(
                status=found.status if found else Status.EMPTY,
                title=found.title if found else "",
                text=found.text if found else "",
                published_at=found.published_at if found else None,
                lang=found.lang if found else "unknown",
            ),
        )


if __name__ == "__main__":
    main()
