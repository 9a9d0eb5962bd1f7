"""The tables of names that the stages of understanding share: instruments, organisations, baskets, macro terms.

Read once from ``assets/instruments.toml`` and ``assets/organisations.toml``, where the writing of names is explained;
frozen afterwards. ``contrecoup.entities`` looks the names up in texts.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from contrecoup.aliases import Alias, Doubt, Names, aliases_of, words_of
from contrecoup.models import Layer

# Length of an International Securities Identification Number (ISO 6166).
ISIN_LENGTH = 12
# Target of a name that holds one of ours and is something else: it makes no mention.
STRANGER = ""
MEMBER_KINDS = frozenset({"stock", "adr", "crypto"})


class _InstrumentBlock(Names):
    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    benchmark: str | None = None
    sector: str | None = None
    baskets: tuple[str, ...] = ()
    tickers: tuple[str, ...] | None = None
    isins: tuple[str, ...] = ()


class _BasketBlock(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    symbol: str
    name: str
    name_fr: str
    exchange: str
    currency: str
    benchmark: str | None = None
    least: int


class _TargetBlock(Names):
    target: str


class _InstrumentFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    baskets: tuple[_BasketBlock, ...]
    instruments: tuple[_InstrumentBlock, ...]


class _OrganisationFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organisations: tuple[_TargetBlock, ...]
    baskets: tuple[_TargetBlock, ...]
    macro: tuple[_TargetBlock, ...]
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """Something with a price. ``exchange`` is its calendar: XNYS, XPAR, 24/7 or 24/5; ``benchmark`` a symbol or None.

    ``sector`` is the symbol of a second factor where it earns its place (benchmarks/moves.py), else None. ``kind`` is
    stock, adr, etf, index, crypto, fx or basket; ``tickers`` are its codes as articles write them.
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    currency: str
    benchmark: str | None
    sector: str | None = None
    baskets: tuple[str, ...]
    tickers: tuple[str, ...]
    isins: tuple[str, ...]
    name_fr: str | None = None

    def name_in(self, lang: str) -> str:
        """The name in the reader's language."""
        return self.name_fr if lang == "fr" and self.name_fr else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket(Instrument):
    """A group of instruments measured as one; its ``symbol`` is what mentions of it have as target (``basket:chips``).

    ``least`` is the number of measured members without which a session of it says nothing.
    """

    least: int

    def members(self, instruments: Iterable[Instrument]) -> tuple[str, ...]:
        """Symbols of the shares or coins of the group that trade on the basket's own clock.

        A fund that holds the group would count it twice, and a Paris close cannot be averaged with a New York one.
        """
        return tuple(
            one.symbol
            for one in instruments
            if set(self.baskets) & set(one.baskets) and one.exchange == self.exchange and one.kind in MEMBER_KINDS
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasTable:
    """Instruments, baskets by symbol, and every alias, by first word and ticker. Made by ``AliasTable.load()``."""

    instruments: tuple[Instrument, ...]
    baskets: Mapping[str, Basket]
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
    listed = _InstrumentFile.model_validate(tomllib.loads(_read("instruments.toml")))
    blocks = listed.instruments
    others = _OrganisationFile.model_validate(tomllib.loads(_read("organisations.toml")))
    instruments = tuple(_instrument(block) for block in blocks)
    aliases = [*_of_instruments(blocks)]
    aliases += _of_targets(others.organisations, "organisation", Layer.DIRECT)
    aliases += _of_targets(others.baskets, "basket_term", Layer.SECTOR)
    aliases += _of_targets(others.macro, "macro_term", Layer.MACRO)
    aliases += (
        Alias(words=words_of(name), target=STRANGER, reason="", layer=Layer.DIRECT, exact=name)
        for name in others.strangers
    )
    by_word: dict[str, list[Alias]] = {}
    for alias in sorted(aliases, key=lambda alias: (-len(alias.words), alias.doubt is not Doubt.NONE)):
        by_word.setdefault(alias.words[0], []).append(alias)
    codes = {code: i.symbol for i in instruments for code in (*i.tickers, *i.isins)}
    return AliasTable(
        instruments=instruments,
        baskets=MappingProxyType({block.symbol: _basket(block) for block in listed.baskets}),
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
        sector=block.sector,
        baskets=block.baskets,
        tickers=(block.symbol,) if block.tickers is None else block.tickers,
        isins=block.isins,
    )


def _basket(block: _BasketBlock) -> Basket:
    return Basket(
        symbol=block.symbol,
        name=block.name,
        name_fr=block.name_fr,
        kind="basket",
        exchange=block.exchange,
        currency=block.currency,
        benchmark=block.benchmark,
        baskets=(block.symbol.removeprefix("basket:"),),
        tickers=(),
        isins=(),
        least=block.least,
    )


def _of_instruments(blocks: Iterable[_InstrumentBlock]) -> Iterator[Alias]:
    for block in blocks:
        layer = Layer.MACRO if block.kind in {"index", "fx"} else Layer.DIRECT
        yield from aliases_of(block, block.symbol, reason="name", layer=layer)


def _of_targets(blocks: Iterable[_TargetBlock], reason: str, layer: Layer) -> Iterator[Alias]:
    for block in blocks:
        yield from aliases_of(block, block.target, reason=reason, layer=layer)
