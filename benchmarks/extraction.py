"""How well articles are read, against pages with a gold standard.

    python benchmarks/extraction.py --real FOLDER [--show 5]

FOLDER holds ``pages/gold.jsonl`` and the pages it names (gzip), and ``feeds/`` with feed files of any kind. Bodies are
compared by token F1, segments by how many wanted ones are found and how many unwanted ones are not; sets are
never pooled, because they disagree on captions and lists.
"""

import argparse
import gzip
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

from contrecoup.dates import read_date
from contrecoup.errors import ParseError
from contrecoup.language import detect_language
from contrecoup.models import Status
from extractors.articles import PageToExtract, extract_article
from extractors.feeds import FeedToParse, parse_feed

NOW = datetime(2026, 11, 22, tzinfo=UTC)
_TOKEN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One page: F1, precision and recall of its text, and whether its title, day and language are the gold's."""

    page: str
    lang: str
    group: str
    status: Status
    body: tuple[float, float, float] | None
    title: bool | None
    day: bool | None
    language: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What was read of a page, by whatever way."""

    status: Status
    title: str
    text: str
    published_at: datetime | None
    lang: str


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, required=True, help="folder with pages/ and feeds/")
    parser.add_argument("--show", type=int, default=0, help="how many of the worst pages to name")
    chosen = parser.parse_args()
    started = time.perf_counter()
    scores = [score(*pair) for pair in pages(chosen.real / "pages")]
    print(f"{len(scores)} pages in {time.perf_counter() - started:.1f} s")
    report(scores)
    full = [s for s in scores if s.body and s.status is Status.FULL]
    for worst in sorted(full, key=lambda s: s.body or (0.0,))[: chosen.show]:
        print("  worst", worst)
    for other in [s for s in scores if s.status is not Status.FULL][: chosen.show]:
        print("  not full", other.page, other.status)
    report_feeds(chosen.real / "feeds")


def pages(folder: Path) -> Iterator[tuple[Mapping[str, Any], bytes]]:
    """Each gold row with its page's bytes."""
    with (folder / "gold.jsonl").open(encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            yield row, gzip.decompress((folder / row["file"]).read_bytes())


def score(row: Mapping[str, Any], body: bytes) -> Score:
    """Extract one page and compare it."""
    found = extract_article(PageToExtract(url=row["url"] or "https://page.example/", body=body, fetched_at=NOW))
    language = detect_language(found.text, feed_lang=None, html_lang=found.html_lang)
    return compare(
        row,
        Reading(
            status=found.status,
            title=found.title,
            text=found.text,
            published_at=found.published.at,
            lang=language.lang,
        ),
    )


def compare(row: Mapping[str, Any], read: Reading) -> Score:
    """Hold what was read of a page against its gold."""
    gold = row["gold"]
    return Score(
        page=row["id"],
        lang=row["lang"],
        group=row["set"],
        status=read.status,
        body=_body(gold, read),
        title=_same_title(gold.get("title"), read.title) if read.status is Status.FULL else None,
        day=_same_day(gold.get("date"), read.published_at),
        language=read.lang == row["lang"],
    )


def _body(gold: Mapping[str, Any], read: Reading) -> tuple[float, float, float] | None:
    """Segments are looked for in the title too, since some of the wanted ones are headlines."""
    if gold.get("must_contain"):
        whole = f"{read.title}\n{read.text}"
        wanted = sum(segment in whole for segment in gold["must_contain"])
        unwanted = sum(segment in whole for segment in gold["must_not_contain"] or ())
        return _f1(wanted, wanted + unwanted, len(gold["must_contain"]))
    expected = "\n".join(gold.get("body") or ()) or gold.get("body_text")
    if not expected:
        return None
    ours, theirs = Counter(_TOKEN.findall(read.text.lower())), Counter(_TOKEN.findall(expected.lower()))
    return _f1((ours & theirs).total(), ours.total(), theirs.total())


def _f1(hits: int, ours: int, theirs: int) -> tuple[float, float, float]:
    precision, recall = hits / max(ours, 1), hits / max(theirs, 1)
    return 2 * precision * recall / max(precision + recall, 1e-9), precision, recall


def _same_title(gold: str | None, found: str) -> bool | None:
    if not gold:
        return None
    one, other = " ".join(_TOKEN.findall(gold.lower())), " ".join(_TOKEN.findall(found.lower()))
    return one == other or (min(len(one), len(other)) > 15 and (one in other or other in one))  # noqa: PLR2004


def _same_day(gold: str | None, found: datetime | None) -> bool | None:
    """Right when at most a day apart: golds name local days, without saying where."""
    expected = read_date(gold, seen_at=NOW, source="gold").at if gold else None
    if expected is None or found is None:
        return None if expected is None else False
    return abs(found - expected) <= timedelta(hours=26)


def report(scores: list[Score]) -> None:
    """One line per language and set, then the other figures."""
    groups: defaultdict[tuple[str, str], list[Score]] = defaultdict(list)
    for one in scores:
        groups[one.lang, one.group].append(one)
    print(f"{'lang set':<20}{'pages':>6}{'full':>6}{'F1':>8}{'P':>8}{'R':>8}   (full pages)")
    for (lang, group), members in sorted(groups.items()):
        bodies = [s.body for s in members if s.body and s.status is Status.FULL]
        figures = "".join(f"{fmean(column):>8.3f}" for column in zip(*bodies, strict=True))
        full = sum(s.status is Status.FULL for s in members)
        print(f"{lang} {group:<17}{len(members):>6}{full:>6}{figures}")
    for lang in ("fr", "en"):
        mine = [s for s in scores if s.lang == lang]
        bodies = [s.body for s in mine if s.body and s.status is Status.FULL]
        print(
            f"{lang}: mean F1 {fmean(body[0] for body in bodies):.3f} over {len(bodies)} full pages with a body;",
            end="",
        )
        print(" ".join(("", *(f"{status} {count}" for status, count in Counter(s.status for s in mine).items()))))
        for name in ("title", "day", "language"):
            marks = [getattr(s, name) for s in mine if getattr(s, name) is not None]
            marks = [s.language for s in mine if s.status is Status.FULL] if name == "language" else marks
            print(f"    {name:<9}{fmean(marks):.3f} of {len(marks)}")


def feed_files(folder: Path) -> Iterator[tuple[str, str, bytes]]:
    """Group (the folder it lies in), path and bytes of each feed file."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.parent != folder):
        body = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        name = file.relative_to(folder)
        yield name.parts[0], name.as_posix(), body


def report_feeds(folder: Path) -> None:
    """Outcome of every feed file, by the folder it lies in."""
    outcomes: Counter[tuple[str, str]] = Counter()
    lanes: Counter[str] = Counter()
    skipped = 0
    started = time.perf_counter()
    for group, _, body in feed_files(folder):
        try:
            parsed = parse_feed(FeedToParse(body=body, url="https://feed.example/rss", seen_at=NOW))
        except ParseError as error:
            outcomes[group, error.kind] += 1
            continue
        outcomes[group, "entries" if parsed.entries else "no usable entry"] += 1
        lanes.update(entry.lane for entry in parsed.entries)
        skipped += parsed.skipped
    print(f"{outcomes.total()} feed files in {time.perf_counter() - started:.1f} s, 0 uncaught exceptions")
    for (group, outcome), count in sorted(outcomes.items()):
        print(f"    {group:<10}{outcome:<16}{count:>5}")
    print(f"    entries {lanes.total()} ({dict(lanes)}), skipped {skipped}")


if __name__ == "__main__":
    main()
