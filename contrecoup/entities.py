"""Who and what a text speaks of: Article ─find_mentions→ Mention. Names come from assets/, nothing is guessed.

Three kinds of writing count: a name of the alias tables; a ticker, where it is written as one (``$NVDA``, ``(NVDA)``,
``NASDAQ: NVDA``) or is no word (a bare ``NVDA``); an ISIN with a right check digit. Tickers are ASCII and are read from
the raw text, so a Greek or full-width look-alike matches nothing. A bare ``ARM`` or ``COIN`` is never a ticker
(OpenBB-finance/OpenBB#6066, hczhu/TickerTick-API#6), and every mention carries the reason for which it was made
(ZhuLinsen/daily_stock_analysis#1356).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from contrecoup.instruments import WORD, Alias, AliasTable, Instrument
from contrecoup.models import Document, Layer, Mention
from contrecoup.scrub import fold, fold_word

__all__ = ["FIELDS", "METHOD", "AliasTable", "Instrument", "find_mentions"]

METHOD = "aliases-1"
FIELDS = ("title", "lead", "text")

# How far, in characters either side, a word can vouch for an ambiguous name.
WINDOW = 140
# A ticker shorter than this stands in parentheses only right after the company's name: (SU), (MU).
SURE_TICKER = 3

# A bare ticker has at least four letters and is no word; in a text of capitals none can be told from a word.
TICKER_WORDS = frozenset({"COIN", "HOOD"})
MOST_CAPITALS = 0.6

GAP = re.compile(r"[ \u00a0\u202f\-\u2010\u2011.&/'’]{0,3}")
TICKERS = re.compile(
    r"(?P<cashtag>(?<![\w$])\$(?P<a>[A-Z]{1,6})(?![\w]))"
    r"|(?P<exchange_ticker>(?<!\w)(?:NASDAQ|Nasdaq|NYSE|Euronext(?: Paris)?|EURONEXT|EPA)"
    r"\s?:\s?(?P<b>[A-Z]{1,6})(?![\w]))"
    r"|(?P<ticker_in_parentheses>\((?P<c>[A-Z]{1,6})(?=\)|,|;))"
    r"|(?P<isin>(?<!\w)(?P<d>[A-Z]{2}[A-Z0-9]{9}[0-9])(?![\w]))"
    r"|(?P<bare_ticker>(?<![\w$@#/.-])(?P<e>[A-Z]{4,5})(?![\w]))",
    re.ASCII,
)
REASONS = ("cashtag", "exchange_ticker", "ticker_in_parentheses", "isin", "bare_ticker")
# Words that make a company of a name in either language.
MARKET = re.compile(
    r"(?<!\w)(?:shares?|stocks?|titres?|actions?|bourse|nasdaq|nyse|cac|wall street|capitalisation|market (?:cap|value)"
    r"|investors?|investisseurs?|analysts?|analystes?|ceo|pdg|revenue|earnings|chiffre d.affaires|resultats"
    r"|seance|trading|cloture)(?!\w)|[0-9] ?%"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A candidate: where, what, and whether it still needs a word that vouches for it."""

    start: int
    end: int
    target: str
    reason: str
    layer: Layer
    doubt: Alias | None = None


def find_mentions(document: Document, table: AliasTable) -> list[Mention]:
    """Find the instruments, baskets, organisations and macro terms named in title, lead and text.

    The longest name wins and names do not overlap. The result is in the order of the fields, then of ``start``;
    ``surface`` is the text of the span.
    """
    found = {name: _scan(document.field(name), document.lang, table) for name in FIELDS}
    sure = frozenset(f.target for candidates in found.values() for f in candidates if f.doubt is None)
    return [
        _mention(document, name, kept)
        for name, candidates in found.items()
        for kept in _vouched(document.field(name), candidates, sure)
    ]


def _mention(document: Document, name: str, found: _Found) -> Mention:
    return Mention(
        article_id=document.article_id,
        version=document.version,
        field=name,
        start=found.start,
        end=found.end,
        target=found.target,
        surface=document.field(name)[found.start : found.end],
        reason=found.reason,
        layer=found.layer,
        method=METHOD,
    )


def _scan(text: str, lang: str, table: AliasTable) -> list[_Found]:
    """All candidates of one field, longest first at each place, by ``start``."""
    names = list(_names(text, lang, table))
    before = {found.end: found.target for found in names}
    sure = [name for name in names if name.doubt is None]
    # "MARA Holdings" is one name, not a ticker and a stranger
    tickers = [t for t in _tickers(text, table, before) if t.reason != "bare_ticker" or not _overlaps(t, sure)]
    return sorted([*(name for name in names if not _overlaps(name, tickers)), *tickers], key=lambda found: found.start)


def _overlaps(one: _Found, others: Sequence[_Found]) -> bool:
    """Whether a place is in one of others, which stand in order and do not overlap."""
    before = bisect_left(others, one.end, key=lambda other: other.start)
    return before > 0 and one.start < others[before - 1].end


def _names(text: str, lang: str, table: AliasTable) -> Iterator[_Found]:
    words = list(WORD.finditer(text))
    folded = [fold_word(word.group()) for word in words]
    position = 0
    while position < len(words):
        alias, length = _longest(
            text, words[position : position + table.longest], table.starting_with(folded[position]), lang
        )
        if alias is not None:
            start, end = words[position].start(), words[position + length - 1].end()
            doubt = alias if alias.ambiguous else None
            yield _Found(start=start, end=end, target=alias.target, reason=alias.reason, layer=alias.layer, doubt=doubt)
        position += length


def _longest(
    text: str, words: Sequence[re.Match[str]], aliases: tuple[Alias, ...], lang: str
) -> tuple[Alias | None, int]:
    """Longest alias that stands at the first word, with its length in words; (None, 1) when there is none."""
    for alias in aliases:
        run = words[: len(alias.words)]
        if tuple(fold_word(word.group()) for word in run) != alias.words or not alias.spoken_in(lang):
            continue
        gaps = (text[a.end() : b.start()] for a, b in pairwise(run))
        if all(GAP.fullmatch(gap) for gap in gaps) and alias.written_as(text[run[0].start() : run[-1].end()]):
            return alias, len(run)
    return None, 1


def _tickers(text: str, table: AliasTable, before: Mapping[int, str]) -> Iterator[_Found]:
    shouted = _is_shouted(text)
    for match in TICKERS.finditer(text):
        reason = next(kind for kind in REASONS if match[kind])
        code = match["a"] or match["b"] or match["c"] or match["d"] or match["e"]
        symbol = table.symbol_of(code, isin=reason == "isin")
        if symbol is None or (reason == "bare_ticker" and (code in TICKER_WORDS or shouted)):
            continue
        start = match.start("c") if reason == "ticker_in_parentheses" else match.start()
        if reason == "ticker_in_parentheses" and len(code) < SURE_TICKER and symbol != _named_before(match, before):
            continue
        yield _Found(start=start, end=match.end(), target=symbol, reason=reason, layer=Layer.DIRECT)


def _is_shouted(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(letter.isupper() for letter in letters) > MOST_CAPITALS * len(letters)


def _named_before(match: re.Match[str], before: Mapping[int, str]) -> str | None:
    return before.get(match.start()) or before.get(match.start() - 1)


def _vouched(text: str, candidates: list[_Found], sure: frozenset[str]) -> Iterator[_Found]:
    """Candidates without those ambiguous names that nothing in the text vouches for."""
    for found in candidates:
        alias = found.doubt
        if alias is None:
            yield found
            continue
        after = fold(text[found.end : found.end + WINDOW])
        around = fold(text[max(0, found.start - WINDOW) : found.start]) + " … " + after
        if alias.not_before is not None and alias.not_before.match(after):
            continue
        neighbour = any(
            other.doubt is None and other.layer is Layer.DIRECT and abs(other.start - found.start) <= WINDOW
            for other in candidates
        )
        named = found.target in sure
        if named or neighbour or MARKET.search(around) or (alias.context is not None and alias.context.search(around)):
            yield replace(found, reason="name_in_context")
