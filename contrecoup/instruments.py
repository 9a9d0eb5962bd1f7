"""The tables of names that the stages of understanding share: instruments, organisations, baskets, macro terms.

Read once from ``assets/instruments.toml`` and ``assets/organisations.toml``, where the writing of names is explained;
frozen afterwards. ``contrecoup.entities`` looks the names up in texts.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from contrecoup.models import Layer
from contrecoup.scrub import fold, fold_word

# Length of an International Securities Identification Number (ISO 6166).
ISIN_LENGTH = 12
WORD = re.compile(r"[^\W_]+")


class _Names(BaseModel):
    """What the blocks of both files have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aliases: tuple[str, ...] = ()
    aliases_fr: tuple[str, ...] = ()
    aliases_en: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()


class _InstrumentBlock(_Names):
    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    benchmark: str | None = None
    baskets: tuple[str, ...] = ()
    tickers: tuple[str, ...] | None = None
    isins: tuple[str, ...] = ()


class _TargetBlock(_Names):
    target: str


class _InstrumentFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    instruments: tuple[_InstrumentBlock, ...]


class _OrganisationFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organisations: tuple[_TargetBlock, ...]
    baskets: tuple[_TargetBlock, ...]
    macro: tuple[_TargetBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Something with a price. ``exchange`` is its calendar: XNYS, XPAR, 24/7 or 24/5; ``benchmark`` a symbol or None.

    ``kind`` is stock, adr, etf, index, crypto or fx; ``tickers`` are its codes as articles write them.
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    benchmark: str | None
    baskets: tuple[str, ...]
    tickers: tuple[str, ...]
    isins: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One way to write a name: folded words, and the conditions under which it counts.

    ``exact`` is the only spelling allowed (or the same in capitals), ``lang`` the only language. An ambiguous
    name needs ``context`` near it and must not stand right before ``not_before`` (patterns over folded text).
    """

    words: tuple[str, ...]
    target: str
    reason: str
    layer: Layer
    lang: str | None = None
    exact: str | None = None
    ambiguous: bool = False
    context: re.Pattern[str] | None = None
    not_before: re.Pattern[str] | None = None

    def spoken_in(self, lang: str) -> bool:
        """Whether the alias holds in a text of this language; in neither French nor English, all do."""
        return self.lang is None or self.lang == lang or lang not in {"fr", "en"}

    def written_as(self, surface: str) -> bool:
        """Whether the surface has the capitals that the alias asks for."""
        return self.exact is None or surface in {self.exact, self.exact.upper()}


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTable:
    """Instruments and every alias, indexed by first word and by ticker. Make one with ``AliasTable.load()``."""

    instruments: tuple[Instrument, ...]
    aliases: tuple[Alias, ...]
    _by_word: Mapping[str, tuple[Alias, ...]] = field(repr=False, compare=False)
    _by_code: Mapping[str, str] = field(repr=False, compare=False)
    _by_symbol: Mapping[str, Instrument] = field(repr=False, compare=False)
    _longest: int = field(repr=False, compare=False)

    @classmethod
    def load(cls) -> "AliasTable":
        """Read the two files of the package; one table serves the whole process."""
        return _load()

    def instrument(self, symbol: str) -> Instrument | None:
        """The instrument of a symbol, or None."""
        return self._by_symbol.get(symbol)

    @property
    def longest(self) -> int:
        """Words of the longest alias."""
        return self._longest

    def starting_with(self, word: str) -> tuple[Alias, ...]:
        """Aliases whose first folded word this is, longest first."""
        return self._by_word.get(word, ())

    def symbol_of(self, code: str, *, isin: bool = False) -> str | None:
        """Symbol of a ticker, or of an ISIN whose check digit is right."""
        return None if isin and not is_isin(code) else self._by_code.get(code)


def is_isin(code: str) -> bool:
    """Whether the check digit of a code is right (ISO 6166: Luhn's sum over digits, letters counting from 10)."""
    if len(code) != ISIN_LENGTH or not code.isascii() or not code.isalnum():
        return False
    digits = "".join(str(int(character, 36)) for character in code)
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _read(name: str) -> str:
    return (files("contrecoup") / "assets" / name).read_text(encoding="utf-8")


@cache
def _load() -> AliasTable:
    blocks = _InstrumentFile.model_validate(tomllib.loads(_read("instruments.toml"))).instruments
    others = _OrganisationFile.model_validate(tomllib.loads(_read("organisations.toml")))
    instruments = tuple(_instrument(block) for block in blocks)
    aliases = [*_of_instruments(blocks)]
    aliases += _of_targets(others.organisations, "organisation", Layer.DIRECT)
    aliases += _of_targets(others.baskets, "basket_term", Layer.SECTOR)
    aliases += _of_targets(others.macro, "macro_term", Layer.MACRO)
    by_word: dict[str, list[Alias]] = {}
    for alias in sorted(aliases, key=lambda alias: (-len(alias.words), alias.ambiguous)):
        by_word.setdefault(alias.words[0], []).append(alias)
    codes = {code: i.symbol for i in instruments for code in (*i.tickers, *i.isins)}
    return AliasTable(
        instruments=instruments,
        aliases=tuple(aliases),
        _by_word=MappingProxyType({word: tuple(found) for word, found in by_word.items()}),
        _by_code=MappingProxyType(codes),
        _by_symbol=MappingProxyType({i.symbol: i for i in instruments}),
        _longest=max(len(alias.words) for alias in aliases),
    )


def _instrument(block: _InstrumentBlock) -> Instrument:
    return Instrument(
        symbol=block.symbol,
        name=block.name,
        kind=block.kind,
        exchange=block.exchange,
        currency=block.currency,
        benchmark=block.benchmark,
        baskets=block.baskets,
        tickers=(block.symbol,) if block.tickers is None else block.tickers,
        isins=block.isins,
    )


def _of_instruments(blocks: Iterable[_InstrumentBlock]) -> Iterator[Alias]:
    for block in blocks:
        layer = Layer.MACRO if block.kind in {"index", "fx"} else Layer.DIRECT
        yield from _of_block(block, block.symbol, "name", layer)


def _of_targets(blocks: Iterable[_TargetBlock], reason: str, layer: Layer) -> Iterator[Alias]:
    for block in blocks:
        yield from _of_block(block, block.target, reason, layer)


def _of_block(block: _Names, target: str, reason: str, layer: Layer) -> Iterator[Alias]:
    for lang, names in ((None, block.aliases), ("fr", block.aliases_fr), ("en", block.aliases_en)):
        for name in names:
            exact = name[1:] if name.startswith("=") else None
            yield Alias(words=_words(name), target=target, reason=reason, layer=layer, lang=lang, exact=exact)
    for name in block.ambiguous:
        yield Alias(
            words=_words(name),
            target=target,
            reason="name_in_context",
            layer=layer,
            exact=name,
            ambiguous=True,
            context=_pattern(block.context, prefix=r"(?<!\w)"),
            not_before=_pattern(block.not_before, prefix=r"\W{1,2}"),
        )


def _words(name: str) -> tuple[str, ...]:
    return tuple(fold_word(word) for word in WORD.findall(name))


def _pattern(words: tuple[str, ...], *, prefix: str) -> re.Pattern[str] | None:
    if not words:
        return None
    choices = "|".join(re.escape(fold(word)).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"{prefix}(?:{choices})(?!\w)")
