"""Price claims found in real headlines and in sentences of our own, held against labels made by hand.

    python benchmarks/claims.py --real FOLDER [--split train|test] [--errors]
    python benchmarks/claims.py --real FOLDER --checks
    python benchmarks/claims.py --corpus

``FOLDER/headlines/*.csv`` holds the headlines (columns id, set, date, time, lang, title, snippet), which are not ours
to publish: ``gold/claims.tsv`` has ids and labels only. ``gold/claim-sentences.tsv`` is ours. Half of each, by a hash
of the id or the sentence, is the test half, on which nothing was tuned. Only claims that name an instrument count: a
claim without a symbol is shown nowhere. ``--corpus`` reads ``gold/claim-corpus.tsv``: sentences of our translation
corpus in both languages, drawn by a hash and labelled before the code ran on them. ``--checks`` holds every claim
found in the headlines against ``FOLDER/prices/prices.csv.gz``.
"""

import argparse
import csv
import gzip
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

from contrecoup.checks import check_claim
from contrecoup.claims import find_claims
from contrecoup.entities import find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.models import Claim, Document, PriceBar, Status

GOLD = Path(__file__).parent / "gold"
# The vendor of this set writes times of New York.
ZONES = {"stock-news": ZoneInfo("America/New_York")}
# Where only a day is known, a moment after the close of New York.
NO_TIME = time(22)
NOW = datetime(2026, 2, 1, tzinfo=UTC)
# Of a sentence without a date.
TOLD_AT = datetime(2025, 1, 28, 21, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text with its claims by our reading: (field, symbol, direction, size, unit, period, qualifier)."""

    source: str
    document: Document
    claims: tuple[tuple[str, ...], ...]

    @property
    def split(self) -> str:
        """Half of the cases each, by a hash of the id."""
        return "train" if sha256(self.document.article_id.encode()).digest()[0] % 2 == 0 else "test"


def document_of(article_id: str, lang: str, told_at: datetime, *, title: str, lead: str) -> Document:
    """A text of two fields, told at a moment."""
    return Document(
        article_id=article_id,
        version=1,
        url=f"headline:{article_id}",
        publisher="",
        title=title,
        lead=lead,
        text="",
        status=Status.TEASER,
        lang=lang,
        lang_score=1.0,
        published_at=told_at,
        seen_at=told_at,
    )


def read_headlines(real: Path) -> Iterator[Document]:
    """Every headline with its snippet and the moment of its telling."""
    for path in sorted((real / "headlines").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                day = date.fromisoformat(row["date"] or "2025-01-28")
                clock = time.fromisoformat(row["time"]) if row["time"] else NO_TIME
                told_at = datetime.combine(day, clock, ZONES.get(row["set"], UTC)).astimezone(UTC)
                yield document_of(row["id"], row["lang"], told_at, title=row["title"], lead=row["snippet"])


def read_cases(real: Path) -> list[Case]:
    """The labelled headlines and sentences."""
    headlines = {document.article_id: document for document in read_headlines(real)}
    claims: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    with (GOLD / "claims.tsv").open(encoding="utf-8", newline="") as file:
        for article_id, *labels in list(csv.reader(file, delimiter="\t"))[1:]:
            claims[article_id].extend([tuple(labels)] if labels[0] else [])
    cases = [Case(source="headlines", document=headlines[one], claims=tuple(own)) for one, own in claims.items()]
    with (GOLD / "claim-sentences.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            stated = tuple(("title", *claim.split()) for claim in row["claims"].split(";") if claim)
            document = document_of(row["sentence"], row["lang"], TOLD_AT, title=row["sentence"], lead="")
            cases.append(Case(source="sentences", document=document, claims=stated))
    return cases


def key_of(claim: Claim) -> tuple[str, ...]:
    """A claim in the form of the labels."""
    size = f"{claim.size:g}"
    symbol = claim.symbol or ""
    return claim.field, symbol, claim.direction, size, claim.unit, claim.period, claim.qualifier


def found_in(document: Document, table: AliasTable) -> list[Claim]:
    """The claims of a text that name an instrument."""
    return [claim for claim in find_claims(document, find_mentions(document, table)) if claim.symbol is not None]


def score(pairs: Iterable[tuple[Counter[tuple[str, ...]], Counter[tuple[str, ...]]]]) -> str:
    """``P R F1`` of (true, found) pairs."""
    right = true = got = 0
    for gold, found in pairs:
        right += (gold & found).total()
        true += gold.total()
        got += found.total()
    return f"{right / (got or 1):6.3f} {right / (true or 1):6.3f} {2 * right / ((got + true) or 1):6.3f}"


def print_scores(cases: Sequence[Case], found: Mapping[str, list[tuple[str, ...]]]) -> None:
    """One row per source, language and half: whole claims by five and by seven of their parts."""
    print(f"{'source':9} lang half  texts claims found |      P      R     F1 | period and qualifier too")
    for source, lang in (("headlines", "en"), ("headlines", "fr"), ("sentences", "fr"), ("sentences", "en")):
        for half in ("train", "test"):
            own = [c for c in cases if (c.source, c.document.lang, c.split) == (source, lang, half)]
            if not own:
                continue
            pairs = [(c.claims, found[c.document.article_id]) for c in own]
            short = score((Counter(k[:5] for k in a), Counter(k[:5] for k in b)) for a, b in pairs)
            whole = score((Counter(a), Counter(b)) for a, b in pairs)
            true, got = sum(len(a) for a, _ in pairs), sum(len(b) for _, b in pairs)
            print(f"{source:9} {lang:4} {half:5} {len(own):5} {true:6} {got:5} | {short} | {whole}")


def print_errors(cases: Iterable[Case], found: Mapping[str, list[tuple[str, ...]]]) -> None:
    """Texts whose claims differ from the labels: ``-`` missed, ``+`` wrong."""
    for case in cases:
        true, got = Counter(case.claims), Counter(found[case.document.article_id])
        if true != got:
            print(f"\n{case.source} {case.document.title} || {case.document.lead}")
            for sign, keys in (("-", true - got), ("+", got - true)):
                for key in keys:
                    print("  ", sign, *key)


def print_corpus(table: AliasTable) -> None:
    """Precision, recall and F1 by symbol, direction and size, one row per draw and language."""
    with (GOLD / "claim-corpus.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    print("draw lang |      P      R     F1")
    for draw, lang in (("1", "fr"), ("1", "en"), ("2", "fr"), ("2", "en")):
        pairs = []
        for row in (row for row in rows if row["draw"] == draw):
            document = document_of(row[lang], lang, TOLD_AT, title=row[lang], lead="")
            got = Counter(key_of(claim)[1:4] for claim in found_in(document, table))
            pairs.append((Counter(tuple(claim.split()) for claim in row["claims"].split(";") if claim), got))
        print(f"{draw:4} {lang:4} | {score(pairs)}")


def read_bars(real: Path) -> dict[str, list[PriceBar]]:
    """Daily bars by symbol."""
    found: dict[str, list[PriceBar]] = defaultdict(list)
    with gzip.open(real / "prices" / "prices.csv.gz", "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            prices = {name: float(row[name]) if row[name] else None for name in ("open", "high", "low", "close")}
            found[row["symbol"]].append(
                PriceBar(
                    symbol=row["symbol"],
                    session_on=date.fromisoformat(row["date"]),
                    interval="1d",
                    provider="real",
                    adj_close=None,
                    volume=float(row["volume"]) if row["volume"] else None,
                    complete=True,
                    fetched_at=NOW,
                    **prices,
                )
            )
    return found


def print_checks(real: Path, table: AliasTable) -> None:
    """Every claim found in the headlines with what bars say of it, then the number of each verdict."""
    bars = read_bars(real)
    calendars = {instrument.symbol: instrument.exchange for instrument in table.instruments}
    counts: Counter[tuple[str, str, str]] = Counter()
    for document in read_headlines(real):
        for claim in found_in(document, table):
            check = check_claim(
                claim,
                bars.get(claim.symbol or "", []),
                told_at=document.told_at,
                calendar=calendars[claim.symbol or ""],
                now=NOW,
            )
            counts[claim.period, check.verdict, check.reason] += 1
            measured = "" if check.measured is None else f"{check.measured:+.2f}"
            stated = " ".join(key_of(claim)[1:])
            print(
                f"{document.told_at:%Y-%m-%d %a %H:%M} | {stated} | {check.verdict} {check.reason} {measured}"
                f" {check.basis} | {claim.sentence[:200]}"
            )
    for (period, verdict, reason), number in sorted(counts.items()):
        print(f"{period:13} {verdict:13} {reason:20} {number:5}")


def main() -> None:
    """Print precision, recall and F1, or the checks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path)
    parser.add_argument("--split", choices=("train", "test"))
    parser.add_argument("--errors", action="store_true")
    parser.add_argument("--checks", action="store_true")
    parser.add_argument("--corpus", action="store_true")
    asked = parser.parse_args()
    table = AliasTable.load()
    if asked.corpus:
        print_corpus(table)
        return
    if asked.real is None:
        parser.error("--real FOLDER is needed for headlines")
    if asked.checks:
        print_checks(asked.real, table)
        return
    cases = [case for case in read_cases(asked.real) if asked.split in {None, case.split}]
    found = {c.document.article_id: [key_of(claim) for claim in found_in(c.document, table)] for c in cases}
    print_scores(cases, found)
    if asked.errors:
        print_errors(cases, found)


if __name__ == "__main__":
    main()
