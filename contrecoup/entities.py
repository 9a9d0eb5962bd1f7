"""Who and what a text speaks of: Article ─find_mentions→ Mention. Names come from assets/, nothing is guessed.

Three kinds of writing count: a name of the alias tables; a ticker, where it is written as one (``$NVDA``, ``(NVDA)``,
``NASDAQ: NVDA``) or is no word (a bare ``NVDA``); an ISIN with a right check digit. Tickers are ASCII and are read from
the raw text, so a Greek or full-width look-alike matches nothing. A bare ``CRM`` or ``COIN`` counts only beside other
tickers, a bare ``ARM`` as its name does (OpenBB-finance/OpenBB#6066, hczhu/TickerTick-API#6). Names that mean other
things too need evidence (``contrecoup.vouching``), a firm's shop in which another's work ranks or is sold is not the
firm (``contrecoup.shops``), and every mention carries the reason for which it was made
(ZhuLinsen/daily_stock_analysis#1356).
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from contrecoup.aliases import WORD, Alias, Case, Doubt
from contrecoup.instruments import STRANGER, AliasTable, Instrument
from contrecoup.models import Document, Layer, Mention
from contrecoup.scrub import fold_word
from contrecoup.shops import is_shop
from contrecoup.vouching import Candidate, vouched

__all__ = ["FIELDS", "METHOD", "AliasTable", "Instrument", "find_mentions"]

METHOD = "aliases-3"
FIELDS = ("title", "lead", "text")

# A ticker shorter than this stands in parentheses only right after the company's name: (SU), (MU).
SURE_TICKER = 3
# A bare ticker below four letters, or one that is a word, needs others beside it, or its company's name before it; one
# of two letters needs a list. In a text of capitals none can be told from a word by its looks. Some are the names of
# parties, regions and other firms in French, and are tickers only where they are marked as such.
SURE_BARE_TICKER = 4
SHORT_BARE_TICKER = 2
NEVER_BARE = frozenset({"LR", "ORA", "STM", "SU"})
TICKER_WORDS = frozenset({"ARM", "COIN", "HOOD", "HUT", "META", "RIOT", "XYZ"})
MOST_CAPITALS = 0.6

# What stands between a company's name and its ticker: "Salesforce, Inc. [CRM]", "Micron (MU".
NAME_TO_TICKER = re.compile(
    r"(?:,?\s(?:Inc|Corp|Co|Ltd|Company|Incorporated|Corporation|Group|Holdings|SA|SE)\b\.?(?:['’]s)?)?,?\s?[(\[]?\s?"
)
GAP = re.compile(r"[ \u00a0\u202f\-\u2010\u2011.&/'’]{0,3}")
TICKERS = re.compile(
    r"(?P<cashtag>(?<![\w$])\$(?P<a>[A-Z]{1,6})(?![\w]))"
    r"|(?P<exchange_ticker>(?<!\w)(?:NASDAQ|Nasdaq|NYSE|Euronext(?: Paris)?|EURONEXT|EPA)"
    r"\s?:\s?(?P<b>[A-Z]{1,6})(?![\w]))"
    r"|(?P<ticker_in_parentheses>[(\[]\s?(?P<c>[A-Z]{1,6})(?=\s?[)\],;]|\s[-+]?\d+\.\d+\s?%))"
    r"|(?P<isin>(?<!\w)(?P<d>[A-Z]{2}[A-Z0-9]{9}[0-9])(?![\w]))"
    r"|(?P<bare_ticker>(?<![\w$@#/.-])(?P<e>[A-Z]{2,5})(?![\w]))",
    re.ASCII,
)
# "The Big 3: AVGO, MU, IBM": three codes with commas are tickers, and say nothing of the other words' capitals.
TICKER_LIST = re.compile(r"(?<![\w$])[A-Z]{1,5}(?:, (?:and |& )?[A-Z]{1,5}){2,}(?!\w)", re.ASCII)
REASONS = ("cashtag", "exchange_ticker", "ticker_in_parentheses", "isin", "bare_ticker")
DOUBTFUL = frozenset({"ticker_in_parentheses", "bare_ticker"})


def find_mentions(document: Document, table: AliasTable) -> list[Mention]:
    """Find the instruments, baskets, organisations and macro terms named in title, lead and text.

    The longest name wins and names do not overlap. The result is in the order of the fields, then of ``start``;
    ``surface`` is the text of the span.
    """
    found = {name: _scan(document.field(name), document.lang, table) for name in FIELDS}
    named = frozenset(one.target for candidates in found.values() for one in candidates if one.is_sure)
    return [
        _mention(document, name, kept)
        for name, candidates in found.items()
        for kept in vouched(document.field(name), candidates, named)
    ]


def _mention(document: Document, name: str, found: Candidate) -> Mention:
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


def _scan(text: str, lang: str, table: AliasTable) -> list[Candidate]:
    """All candidates of one field, longest first at each place, by ``start``."""
    case = _case(text)
    names = list(_names(text, lang, table, case))
    # "MARA Holdings" is one name, not a ticker and a stranger; "ARM" is the name in capitals before it is a ticker
    sure = [name for name in names if name.is_sure]
    tickers = [
        ticker
        for ticker in _tickers(text, table, names, case)
        if ticker.reason != "bare_ticker" or not _overlaps(ticker, sure if ticker.is_sure else names)
    ]
    kept = (name for name in names if name.target != STRANGER and not _overlaps(name, tickers))
    named = (name for name in kept if not is_shop(text, name.start, name.end))
    return sorted([*named, *tickers], key=lambda found: found.start)


def _case(text: str) -> Case:
    letters = [character for character in TICKER_LIST.sub("", text) if character.isalpha()]
    capitals = sum(letter.isupper() for letter in letters)
    if capitals > MOST_CAPITALS * len(letters):
        return Case.CAPITALS
    return Case.MIXED if capitals else Case.LOWER


def _overlaps(one: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether a place is in one of others, which stand in order and do not overlap."""
    before = bisect_left(others, one.end, key=lambda other: other.start)
    return before > 0 and one.start < others[before - 1].end


def _names(text: str, lang: str, table: AliasTable, case: Case) -> Iterator[Candidate]:
    words = list(WORD.finditer(text))
    folded = [fold_word(word.group()) for word in words]
    position = 0
    while position < len(words):
        first = table.starting_with(folded[position])
        spoken = tuple(alias for alias in first if alias.spoken_in(lang))
        alias, length = _longest(text, words[position : position + table.longest], spoken, case)
        if alias is not None:
            yield Candidate(
                start=words[position].start(),
                end=words[position + length - 1].end(),
                target=alias.target,
                reason=alias.reason,
                layer=alias.layer,
                doubt=alias.doubt_in(case),
                alias=alias,
            )
        position += length


def _longest(
    text: str, words: Sequence[re.Match[str]], aliases: tuple[Alias, ...], case: Case
) -> tuple[Alias | None, int]:
    """Longest alias that stands at the first word, with its length in words; (None, 1) when there is none."""
    for alias in aliases:
        run = words[: len(alias.words)]
        if tuple(fold_word(word.group()) for word in run) != alias.words:
            continue
        gaps = (text[a.end() : b.start()] for a, b in pairwise(run))
        if all(GAP.fullmatch(gap) for gap in gaps) and alias.written_as(text[run[0].start() : run[-1].end()], case):
            return alias, len(run)
    return None, 1


def _tickers(text: str, table: AliasTable, names: Sequence[Candidate], case: Case) -> Iterator[Candidate]:
    listed = {place for found in TICKER_LIST.finditer(text) for place in range(*found.span())}
    for match in TICKERS.finditer(text):
        reason = next(kind for kind in REASONS if match[kind])
        code = match["a"] or match["b"] or match["c"] or match["d"] or match["e"]
        symbol = table.symbol_of(code, isin=reason == "isin")
        if symbol is None:
            continue
        start = match.start("c") if reason == "ticker_in_parentheses" else match.start()
        doubt: Doubt | None = Doubt.NONE
        if reason in DOUBTFUL and symbol != _named_before(text, start, names):
            doubt = _doubt(code, case, is_bare=reason == "bare_ticker", is_listed=start in listed)
        if doubt is not None:
            yield Candidate(start=start, end=match.end(), target=symbol, reason=reason, layer=Layer.DIRECT, doubt=doubt)


def _doubt(code: str, case: Case, *, is_bare: bool, is_listed: bool) -> Doubt | None:
    """What a ticker needs that does not follow its company's name; None if it is too short or too much of a word."""
    is_word = code in TICKER_WORDS
    if not is_bare:
        return None if is_word or len(code) < SURE_TICKER else Doubt.NONE
    if code in NEVER_BARE or (len(code) <= SHORT_BARE_TICKER and not is_listed):
        return None
    if is_word or (len(code) < SURE_BARE_TICKER and not is_listed):
        return Doubt.CODE
    return Doubt.AMBIGUOUS if case is Case.CAPITALS and not is_listed else Doubt.NONE


def _named_before(text: str, start: int, names: Sequence[Candidate]) -> str | None:
    """Target of the name right before a ticker."""
    place = bisect_left(names, start, key=lambda name: name.start)
    if place == 0 or not NAME_TO_TICKER.fullmatch(text[names[place - 1].end : start]):
        return None
    return names[place - 1].target
