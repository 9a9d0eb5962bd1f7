"""Pairs for the phrase tables: raw files → sentences cut, masked and cased as the engine will meet them.

Figures are masked as the guarded stage masks them, and the names of the alias table in our own corpus too; marks that
stand for the same thing on both sides are aligned beforehand.
"""

import csv
import gzip
import hashlib
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contrecoup.engines.glossary import load_glossary
from contrecoup.engines.tokens import SYMBOL, symbol, tokenise, truecase
from contrecoup.entities import find_mentions
from contrecoup.instruments import AliasTable
from contrecoup.models import Document, Layer, Status
from contrecoup.translate import mask

HERE = Path(__file__).resolve().parent
OWN, NEWS = "tech-finance", "general-news"
HELD_PERCENT = {OWN: 5, NEWS: 3}
"""Share of our own pairs kept for tuning, by a hash of the French side: about as many of each."""
NEAR, HELD = ("tico19", "optech", "tatoeba", "bitcoinorg"), 75
"""Corpora that come next to news, and how many pairs of each are kept for tuning."""
APART_PERCENT = 15
"""Share of our own news items kept apart by those who test topics on them, by a hash of the title."""
# Corpus: what one pair counts for, and how many pairs are taken at most. Copyleft corpora are not read.
CORPORA = {
    "tico19": (4.0, None),
    "optech": (1.0, None),
    "bitcoinorg": (3.0, None),
    "monero": (2.0, None),
    "hfcourse": (1.5, None),
    "tatoeba": (1.0, None),
    "laws": (0.25, 60_000),
    "react": (0.25, 4_000),
    "vue": (0.25, 4_000),
    "django": (0.15, 4_000),
    "pydocs": (0.15, 4_000),
    "phpdoc": (0.1, 4_000),
}
OWN_WEIGHTS = {OWN: 30.0, NEWS: 20.0}
LONGEST, RATIO = 100, 3.0
FINANCE = re.compile(r"\b(?:banque|bancaire|action|placement|valeur|crédit|société|marché|financi|fiscal|taxe)")
WORDS_WEIGHT = 1.0
"""Of a row of the glossary and of the dictionary."""
COPYLEFT = ("GPL", "CC-BY-SA")

Links = NDArray[np.int16]
"""Word alignments of a pair: French place, English place, one link a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Tokens of both sides, the places of marks that stand for the same thing, the corpus and its weight."""

    fr: tuple[str, ...]
    en: tuple[str, ...]
    marks: tuple[tuple[int, int], ...]
    corpus: str
    weight: float


def read_pairs(real: Path) -> tuple[list[Pair], list[tuple[str, str, str]]]:
    """Training pairs, truecased, and the raw pairs held out for tuning as (corpus, fr, en)."""
    held, raw = [], []
    table = AliasTable.load()
    for number, (corpus, weight, fr, en) in enumerate(_raw(real)):
        if number % 100_000 == 0:
            print(f"{number} pairs read", file=sys.stderr, flush=True)
        if weight == 0:
            held.append((corpus, fr, en))
            continue
        raw.append((corpus, weight, *_cut(fr, en, table if corpus in OWN_WEIGHTS else None)))
    cases = [_cases(pair[2] for pair in raw), _cases(pair[3] for pair in raw)]
    pairs = []
    for corpus, weight, fr, en in raw:
        tokens = tuple(truecase(fr, cases[0].get)), tuple(truecase(en, cases[1].get))
        if not tokens[0] or not tokens[1] or max(map(len, tokens)) > LONGEST:
            continue
        if not 1 / RATIO <= len(tokens[0]) / len(tokens[1]) <= RATIO:
            continue
        marks = _matched(*tokens)
        known = tuple(tuple(map(symbol, side)) for side in tokens)
        pairs.append(Pair(fr=known[0], en=known[1], marks=marks, corpus=corpus, weight=weight))
    return pairs, held


def held_pairs(real: Path) -> list[tuple[str, str, str]]:
    """The pairs held out for tuning, raw: corpus, French, English, in an order that mixes the corpora."""
    found = [(corpus, fr, en) for corpus, weight, fr, en in _raw(real) if weight == 0]
    return sorted(found, key=lambda row: _place(row[1], 1 << 32))


def cut(text: str, lang: str, table: AliasTable, rank: Callable[[str], float | None]) -> list[str]:
    """One text as the models know it: masked, names too, cut and cased."""
    masked = mask(text, named(text, lang, table), source=lang, target=lang)
    return [symbol(token) for token in truecase(tokenise(masked.text, lang), rank)]


def headlines(real: Path, gold: Path) -> dict[str, list[str]]:
    """Titles by language, without those of the labelled test set and of copyleft collections."""
    with gold.open(encoding="utf-8", newline="") as file:
        kept_apart = {row["id"] for row in csv.DictReader(file, delimiter="\t")}
    found: dict[str, set[str]] = {"fr": set(), "en": set()}
    for path in sorted((real / "headlines").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                free = not any(name in row["licence"] for name in COPYLEFT)
                if free and row["id"] not in kept_apart and row["lang"] in found:
                    found[row["lang"]].add(row["title"])
    return {lang: sorted(titles) for lang, titles in found.items()}


def own_texts(lang: str) -> list[str]:
    """Titles and leads of our own news items that no test of topics uses, without sentences of our test pairs."""
    tests = [_plain(row[lang]) for row in _rows(HERE / "data" / f"{OWN}.tsv") if row["split"] == "test"]
    rows = [row for row in _rows(HERE / "data" / "topics" / f"{lang}.tsv") if _place(row["title"]) >= APART_PERCENT]
    texts = [text for row in rows for text in (row["title"], row["lead"]) if text]
    return [text for text in texts if not any(test in _plain(text) or _plain(text) in test for test in tests)]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _place(text: str, among: int = 100) -> int:
    return int(hashlib.blake2b(text.encode(), digest_size=4).hexdigest(), 16) % among


def _words() -> Iterator[tuple[str, float, str, str]]:
    """Every form of every row of the glossary that stands for itself, and the dictionary."""
    for entry in load_glossary():
        if entry.part != "z" and entry.fr and entry.en:
            for fr in dict.fromkeys(entry.fr.split("|")):
                yield "glossary", WORDS_WEIGHT, fr, entry.en.split("|")[0]
    for row in _rows(HERE / "data" / "dictionary.tsv"):
        yield "dictionary", WORDS_WEIGHT, row["fr"], row["en"]


def _raw(real: Path) -> Iterator[tuple[str, float, str, str]]:
    """Corpus, weight (0: held out), French and English of every pair that is taken."""
    rng = random.Random(3)  # noqa: S311
    for name, weight in OWN_WEIGHTS.items():
        for path in sorted((HERE / "data").glob(f"{name}*.tsv")):
            for row in (row for row in _rows(path) if row.get("split", "train") == "train"):
                yield name, 0.0 if _place(f"tuning {row['fr']}") < HELD_PERCENT[name] else weight, row["fr"], row["en"]
    yield from _words()
    for name, (weight, most) in CORPORA.items():
        with gzip.open(real / "parallel" / "train" / f"{name}.tsv.gz", "rt", encoding="utf-8") as file:
            lines = sorted({tuple(line.rstrip("\n").split("\t")) for line in file})
        rng.shuffle(lines)
        if name == "laws":
            lines.sort(key=lambda line: FINANCE.search(line[0]) is None)
        tuning = HELD if name in NEAR else 0
        for number, (fr, en) in enumerate(lines[:most]):
            yield name, 0.0 if number < tuning else weight, fr, en


def _cut(fr: str, en: str, table: AliasTable | None) -> tuple[list[str], list[str]]:
    """Tokens of both sides, in which ``[n]`` is the same piece on both."""
    sides = []
    for text, lang in ((fr, "fr"), (en, "en")):
        sides.append(mask(text, named(text, lang, table) if table else [], source=lang, target="en"))
    left, right = ([piece.casefold().replace(" ", "") for piece in side.pieces] for side in sides)
    common: dict[str, int] = {}
    free = list(enumerate(right))
    for number, piece in enumerate(left):
        match = next((place for place, other in free if other == piece), None)
        if match is not None:
            free.remove((match, piece))
            common[f"fr{number}"] = common[f"en{match}"] = number
    out = []
    for side, lang in zip(sides, ("fr", "en"), strict=True):
        tokens: list[str] = []
        for token in tokenise(side.text, lang):
            number = int(token[1:-1]) if re.fullmatch(r"\[\d+\]", token) and int(token[1:-1]) < len(side.pieces) else -1
            if number < 0:
                tokens.append(token)
            elif f"{lang}{number}" in common:
                tokens.append(f"[{common[f'{lang}{number}']}]")
            else:
                tokens += tokenise(side.pieces[number], lang) if side.pieces[number] in side.names else [SYMBOL]
        out.append(tokens)
    return out[0], out[1]


def named(text: str, lang: str, table: AliasTable) -> list[tuple[int, int]]:
    """Spans of the names that the guarded stage would take out of a title."""
    when = datetime(2025, 1, 1, tzinfo=UTC)
    document = Document(
        article_id="",
        version=1,
        url="",
        publisher="",
        title=text,
        lead="",
        text="",
        status=Status.FULL,
        lang=lang,
        lang_score=1.0,
        published_at=when,
        seen_at=when,
    )
    found = (m for m in find_mentions(document, table) if m.layer is Layer.DIRECT and not m.surface.islower())
    return [(mention.start, mention.end) for mention in found]


def _cases(sentences: Iterator[Sequence[str]]) -> dict[str, float]:
    """How rare each spelling is where a capital is no matter of place: not first, not in a title."""
    counts: Counter[str] = Counter()
    for tokens in sentences:
        words = [token for token in tokens if token[0].isalpha()]
        if sum(word[0].isupper() for word in words) <= 0.5 * len(words):
            counts.update(tokens[1:])
    return {word: -float(count) for word, count in counts.items()}


def _matched(fr: Sequence[str], en: Sequence[str]) -> tuple[tuple[int, int], ...]:
    places = {token: place for place, token in enumerate(en) if token[0] == "[" and len(token) > 1}
    return tuple((place, places[token]) for place, token in enumerate(fr) if token != SYMBOL and token in places)
