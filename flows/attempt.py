"""One stage on a person's own input, by the code that the flows run (``contrecoup try``).

A line of output is one JSON object for one document, in the order of the input; docs/pipeline.md lists the fields.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from contrecoup import market
from contrecoup.claims import find_claims
from contrecoup.engines import Classifier, Embedder, Translator
from contrecoup.entities import find_mentions
from contrecoup.errors import ParseError, PriceError, SettingsError
from contrecoup.identity import article_id, publisher_of
from contrecoup.instruments import AliasTable
from contrecoup.language import detect_language, likelier_language
from contrecoup.models import Document, Status
from contrecoup.topics import classify
from contrecoup.translate import LANGUAGES, translate_documents
from extractors.articles import PageToExtract, extract_article
from extractors.prices import FilePrices
from extractors.workers import run_each

PAGE_DEADLINE_S = 10.0
# A line of text up to this long is read as a headline, a longer one as a body.
LONGEST_HEADLINE = 200
# Decimals of a vector or a cosine that are printed.
DECIMALS = 4
# What makes an object of the output beside the rows themselves.
KEYS = frozenset({"article_id", "version", "method", "model", "scheme"})


def read_bytes(path: Path) -> bytes:
    """Bytes of a file, or of standard input for ``-``.

    Raises
    ------
    SettingsError
        when the file cannot be read.

    """
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"Cannot read {path}: {error.strerror}.", advice="Name a file, or - for input.") from error


def documents(path: Path, *, lang: str | None, as_json: bool) -> list[Document]:
    """One document a line: plain text, or JSON objects with any of title, lead, text, lang and url.

    A document too short to tell its language has the likelier of French and English, or that of the whole input.

    Raises
    ------
    SettingsError
        when a line is not UTF-8 or not such an object (the line is named).

    """
    found = _lines(path, as_json=as_json)
    whole = (
        lang
        or detect_language(
            "\n".join(text for fields in found for text in fields.values()), feed_lang=None, html_lang=None
        ).lang
    )
    return [_document(fields, lang=lang, otherwise=whole, number=n) for n, fields in enumerate(found, start=1)]


def texts(path: Path, *, as_json: bool) -> list[str]:
    """Words of each document, one a line: title, lead and text.

    Raises
    ------
    SettingsError
        as :func:`documents` does.

    """
    found = _lines(path, as_json=as_json)
    return ["\n".join(filter(None, map(fields.get, ("title", "lead", "text")))) for fields in found]


def _lines(path: Path, *, as_json: bool) -> list[Mapping[str, str]]:
    return [_parsed(path, n, raw, as_json=as_json) for n, raw in enumerate(read_bytes(path).splitlines(), start=1)]


def _parsed(path: Path, number: int, raw: bytes, *, as_json: bool) -> Mapping[str, str]:
    try:
        line = raw.decode("utf-8-sig")
        return _fields(json.loads(line if line.strip() else "{}")) if as_json else _plain(line)
    except (ValueError, RecursionError) as error:
        expected = "a JSON object of texts (title, lead, text, lang, url)" if as_json else "UTF-8 text"
        raise SettingsError(f"{path}, line {number}: not {expected}.", advice="Mend that line.") from error


def _fields(value: object) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values() if text is not None):
        raise ValueError(value)
    publisher_of(value.get("url") or "")  # refuses what is no address
    # half a character (\ud800 alone, in JSON) cannot be printed; one character stands for it, so that spans still fit
    return {key: (text or "").encode("utf-8", "replace").decode() for key, text in value.items()}


def _plain(line: str) -> Mapping[str, str]:
    return {"title" if len(line) <= LONGEST_HEADLINE else "text": line}


def _document(fields: Mapping[str, str], *, lang: str | None, otherwise: str, number: int) -> Document:
    title, lead, text = (fields.get(name, "") for name in ("title", "lead", "text"))
    url = fields.get("url") or f"line:{number}"
    words = f"{title}\n{lead}\n{text}"
    told = detect_language(words, feed_lang=lang, html_lang=None)
    guess = likelier_language(words, otherwise=otherwise)
    return Document(
        article_id=article_id(url),
        version=1,
        url=url,
        publisher=publisher_of(url) if "//" in url else "",
        title=title,
        lead=lead,
        text=text,
        status=Status.FULL,
        lang=fields.get("lang") or lang or (guess if told.lang == "unknown" else told.lang),
        lang_score=told.score,
        published_at=None,
        seen_at=datetime.now(UTC),
    )


def _row(value: Any, **more: object) -> dict[str, object]:  # noqa: ANN401 - any row of the models
    return {**{key: field for key, field in asdict(value).items() if key not in KEYS}, **more}


def write(lines: Iterator[Mapping[str, object]]) -> None:
    """Print each object on a line of its own."""
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")


def language(found: Sequence[Document], *, lang: str | None) -> Iterator[dict[str, object]]:
    """Language of each document, with ``lang`` as the prior that a feed would give."""
    for document in found:
        told = detect_language(
            f"{document.title}\n{document.lead}\n{document.text}".strip(), feed_lang=lang, html_lang=None
        )
        yield asdict(told)


def translate(found: Sequence[Document], translator: Translator) -> Iterator[dict[str, object]]:
    """Title and lead of each document in the other language, and what the guards measured."""
    rows = translate_documents(found, translator, to_langs=LANGUAGES, table=AliasTable.load())
    for document in found:
        own = [_row(row) for row in rows if row.article_id == document.article_id]
        yield {"lang": document.lang, "translations": own}


def topics(found: Sequence[Document], classifier: Classifier) -> Iterator[dict[str, object]]:
    """Probability of each topic, and which hold."""
    for document in found:
        labels = classify([document], classifier)
        yield {
            "lang": document.lang,
            "topics": {label.topic: round(label.probability, 4) for label in labels},
            "holds": [label.topic for label in labels if label.holds],
            "why": {label.topic: label.why for label in labels if label.why},
        }


def entities(found: Sequence[Document]) -> Iterator[dict[str, object]]:
    """Instruments, baskets, organisations and macro terms named."""
    for document in found:
        yield {"lang": document.lang, "mentions": [_row(m) for m in find_mentions(document, AliasTable.load())]}


def claims(found: Sequence[Document]) -> Iterator[dict[str, object]]:
    """Price moves that each document states."""
    for document in found:
        mentions = find_mentions(document, AliasTable.load())
        yield {"lang": document.lang, "claims": [_row(claim) for claim in find_claims(document, mentions)]}


def embed(found: Sequence[str], embedder: Embedder) -> Iterator[dict[str, object]]:
    """Vector of each text."""
    for text, vector in zip(found, embedder.embed(found), strict=True):
        rounded = [round(value, DECIMALS) for value in vector.tolist()]
        yield {"text": text, "engine": embedder.name, "dims": len(rounded), "vector": rounded}


def similar(
    found: Sequence[str], others: Sequence[str], embedder: Embedder, *, top: int
) -> Iterator[dict[str, object]]:
    """The ``top`` texts of ``others`` that are nearest to each text, by the cosine; a zero vector is near nothing."""
    theirs = embedder.embed(others)
    placed = np.flatnonzero(theirs.any(axis=1))
    for text, vector in zip(found, embedder.embed(found), strict=True):
        cosines = theirs[placed] @ vector
        nearest = np.argsort(-cosines, kind="stable")[:top] if vector.any() else np.arange(0)
        matches = [
            {"line": line + 1, "text": others[line], "cosine": round(cosine, DECIMALS)}
            for line, cosine in zip(placed[nearest].tolist(), cosines[nearest].tolist(), strict=True)
        ]
        yield {"text": text, "engine": embedder.name, "matches": matches}


def extract(path: Path, *, url: str) -> Iterator[dict[str, object]]:
    """What is read of a page; a page that breaks the parser gives its error."""
    page = PageToExtract(url=url, body=read_bytes(path), fetched_at=datetime.now(UTC))
    [outcome] = run_each(extract_article, [page], deadline_s=PAGE_DEADLINE_S)
    if isinstance(outcome, ParseError):
        yield {"url": url, "error": outcome.kind, "message": outcome.message, "advice": outcome.advice}
        return
    told = detect_language(
        f"{outcome.title}\n{outcome.lead}\n{outcome.text}", feed_lang=None, html_lang=outcome.html_lang
    )
    yield {"url": url, **asdict(outcome), "lang": told.lang}


def moves(prices: Path, on: date) -> Iterator[dict[str, object]]:
    """Measure each instrument of a price file on a date."""
    table = AliasTable.load()
    now = datetime.combine(on, time.max, UTC) + timedelta(days=7)
    provider = FilePrices(prices, table.instruments, now=now)
    known = [symbol for symbol in provider.symbols if table.instrument(symbol)]
    bars = {}
    for symbol in known:
        try:
            bars[symbol] = provider.daily_bars(symbol, on - market.HISTORY, on + timedelta(days=7))
        except PriceError:
            bars[symbol] = []
    baskets = table.baskets.values()
    for move in market.measure_moves(bars, table.instruments, symbols=known, session_on=on, now=now, baskets=baskets):
        yield _row(move)
    for symbol in provider.symbols:
        if symbol not in known:
            yield {"symbol": symbol, "session_on": on, "verdict": "unmeasured", "reason": "unknown_symbol"}
