"""What stories are measured on, and what they are held against: read by stories.py and by training/stories.py.

Three sets: the golden week (``truth.toml``), our own articles in two languages (``gold/bilingual-stories.tsv``) and
pairs of real headlines (``gold/story-pairs.tsv``: ids and verdicts; their text is not ours to publish). Every article
is read by the stages that come before grouping: mentions, topics, translations.
"""

import csv
import shutil
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from contrecoup import topics, translate
from contrecoup.engines.choose import load_classifier, load_translator
from contrecoup.entities import find_mentions
from contrecoup.gist import Told, tell
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Label, Mention, Status, Translation
from flows.run import replay_days
from storage.store import open_store

HOME = Path(__file__).resolve().parent.parent
GOLD = HOME / "benchmarks" / "gold"
WEEK = HOME / "examples" / "deepseek-week"
WEEK_DAYS = date(2025, 1, 18), date(2025, 1, 29)
# Headlines that a search page collected carry their publisher's name at the end.
COLLECTED = "Google News"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Articles with the true story of each, by article id; ``follows`` is the story that a story develops."""

    told: Sequence[Told]
    story: Mapping[str, str]
    follows: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two headlines, the earlier one first, and what a reader says: same, follow or other."""

    ids: tuple[str, str]
    verdict: str
    split: str


def read_week() -> Gold:
    """The golden week, lived through in a temporary folder."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "week"
        shutil.copytree(WEEK, folder, ignore=shutil.ignore_patterns("build"))
        report = replay_days(folder, *WEEK_DAYS)
        with open_store(report.database) as store:
            documents = store.read(Document, "documents")
            ids = [document.article_id for document in documents]
            told = tell(
                documents,
                mentions=store.read(Mention, "mentions_of", ids=ids),
                labels=store.read(Label, "labels_of", ids=ids),
                translations=store.read(Translation, "translations_of", ids=ids),
            )
    true = {one["url"]: one["story"] for one in tomllib.loads((WEEK / "truth.toml").read_text("utf-8"))["articles"]}
    return Gold(told=told, story={d.article_id: true[d.url] for d in documents}, follows={})


def read_bilingual() -> dict[str, Gold]:
    """Our own articles in two languages, by half."""
    rows = list(_rows(GOLD / "bilingual-stories.tsv", "\t"))
    told = {one.document.article_id: one for one in understand([_own(row) for row in rows])}
    return {
        split: Gold(
            told=[told[row["id"]] for row in rows if row["split"] == split],
            story={row["id"]: row["story"] for row in rows if row["split"] == split},
            follows={row["story"]: row["follows"] for row in rows if row["split"] == split and row["follows"]},
        )
        for split in ("train", "test")
    }


def read_pairs(real: Path) -> tuple[list[Pair], list[Told]]:
    """The pairs of headlines, and every headline of the days on which one of them was told."""
    headlines = [document for row in _headline_rows(real) if (document := _headline(row))]
    told_at = {document.article_id: document.told_at for document in headlines}
    pairs = [_pair(row, told_at) for row in _rows(GOLD / "story-pairs.tsv", "\t")]
    days = {told_at[one].date() for pair in pairs for one in pair.ids}
    return pairs, understand([document for document in headlines if document.told_at.date() in days])


def understand(documents: Sequence[Document]) -> list[Told]:
    """What the stages before grouping find in articles, with the engines that ship."""
    table = AliasTable.load()
    french = [document for document in documents if document.lang == "fr"]
    return tell(
        documents,
        mentions=[mention for document in documents for mention in find_mentions(document, table)],
        labels=topics.classify(documents, load_classifier("linear")),
        translations=translate.translate_documents(french, load_translator("phrases"), to_langs=["en"], table=table),
    )


def article(article_id: str, told_at: datetime, lang: str, publisher: str, texts: tuple[str, str, str]) -> Document:
    """A document of a title, a lead and a body."""
    title, lead, text = texts
    return Document(
        article_id=article_id,
        version=1,
        url=f"https://{publisher}/{article_id}",
        publisher=publisher,
        title=title,
        lead=lead,
        text=text,
        status=Status.FULL if text else Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=told_at,
        seen_at=told_at,
    )


def _own(row: Mapping[str, str]) -> Document:
    told_at = datetime.fromisoformat(row["told_at"])
    return article(row["id"], told_at, row["lang"], row["publisher"], (row["title"], row["lead"], ""))


def _headline(row: Mapping[str, str]) -> Document | None:
    """A headline that has a date; one without an hour is taken for noon."""
    if not row["date"]:
        return None
    title, publisher = row["title"], row["source"]
    if publisher.startswith(COLLECTED) and " - " in title:
        title, _, publisher = title.rpartition(" - ")
    told_at = datetime.fromisoformat(f"{row['date']}T{row['time'] or '12:00'}").replace(tzinfo=UTC)
    return article(row["id"], told_at, row["lang"], publisher, (title, row["snippet"], ""))


def _pair(row: Mapping[str, str], told_at: Mapping[str, datetime]) -> Pair:
    first, second = sorted((row["id1"], row["id2"]), key=lambda one: (told_at[one], one))
    return Pair(ids=(first, second), verdict=row["verdict"], split=row["split"])


def _headline_rows(real: Path) -> Iterator[dict[str, str]]:
    for path in sorted((real / "headlines").glob("*.csv")):
        yield from _rows(path, ",")


def _rows(path: Path, delimiter: str) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file, delimiter=delimiter)
