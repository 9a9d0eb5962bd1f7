"""The names that a token may borrow, and how like one of them a spelling is. Read by ``impersonations``.

A token that wants to be taken for another is written like it: ``DeepSеek`` with a Cyrillic е, ``D33pSeek``,
``DEEPSEEK-AI``, full-width or mathematical letters, a space more, a letter less. Spellings are compared by their
skeletons, after Unicode Technical Standard 39 (*Unicode Security Mechanisms*, section 4, confusable detection), whose
table of look-alikes is in ``assets/confusables.tsv``; figures for letters come on top of it. Elsewhere in the pipe the
opposite holds: there a look-alike of a ticker is no ticker (``entities``).
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType

from contrecoup.scrub import fold, scrub

# Characters that show nothing may stand inside a word that was written to deceive.
WORD = re.compile("[^\\W_](?:[\u00ad\u200b-\u200f\u2060\ufeff]*[^\\W_])*")
GAP = re.compile(r"[ \u00a0\u202f_.&'’\-\u2010\u2011]{0,2}")
DIGITS = str.maketrans({"0": "o", "1": "l", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b", "$": "s", "@": "a"})
# What fakes are called besides the name: "RealTrump", "DeepSeekAI", "TrumpCoin", "DEEPSEEKR1".
BESIDE = (
    r"ai|app|bot|cash|chain|coin|dao|fi|gpt|inu|labs?|meme|official|pay|"
    r"pro|real|sol|swap|the|token|x|baby|mini|fake|[rv]\w"
)
FEWEST_INSIDE = 5
FEWEST_ONE_OFF = 7

# Chains that tokens live on, and targets of the tables that are no name to borrow.
CHAINS = frozenset({"BTC-USD", "ETH-USD", "org:solana"})
NO_BRANDS = ("macro:", "basket:", "^")
INSTITUTIONS = frozenset({"macro:fed", "macro:ecb", "macro:boj"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """A name that can be borrowed: what it stands for (``org:deepseek``, ``NVDA``, ``person:trump``), and how shown.

    ``coin`` says that the name is a token's own ("faux USDT").
    """

    target: str
    label: str
    coin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A place in a text where a brand is written, and in which way it is like the brand's own name.

    ``reason`` is ``same_name`` (case and accents aside), ``spacing``, ``hidden_characters``, ``other_width``
    (full-width and mathematical letters), ``look_alike_letters``, ``digits_for_letters``, ``name_inside``,
    ``one_letter_off``, or ``named_in_text`` for a name that no table has.
    """

    start: int
    end: int
    brand: Brand
    reason: str

    @property
    def disguised(self) -> bool:
        """Whether nobody writes the name so but to deceive."""
        return self.reason in {"hidden_characters", "other_width", "look_alike_letters", "digits_for_letters"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandTable:
    """Brands by the skeletons of their names. Make one with ``BrandTable.load()``."""

    _names: Mapping[str, tuple[tuple[str, Brand], ...]] = field(repr=False)
    _longest: int = field(repr=False)
    coins: re.Pattern[str] = field(repr=False)
    """Names that are a token's own, over folded text."""

    @classmethod
    def load(cls) -> "BrandTable":
        """The names of the package's tables; one table serves the whole process."""
        return _load()

    def names_in(self, text: str) -> Iterator[Named]:
        """Every place of the text where a brand is written, the longest name first; places do not overlap."""
        words = list(WORD.finditer(text))
        position = 0
        while position < len(words):
            named, length = self._named(text, words[position : position + self._longest])
            if named is not None:
                yield named
            position += length

    def _named(self, text: str, words: Sequence[re.Match[str]]) -> tuple[Named | None, int]:
        for length in range(len(words), 0, -1):
            start, end = words[0].start(), words[length - 1].end()
            gaps = (text[a.end() : b.start()] for a, b in pairwise(words[:length]))
            if not all(map(GAP.fullmatch, gaps)) or (found := self._like(text[start:end])) is None:
                continue
            return Named(start=start, end=end, brand=found[0], reason=found[1]), length
        return None, 1

    def _like(self, surface: str) -> tuple[Brand, str] | None:
        """The brand that a spelling is like, and in which way."""
        if not (surface[:1].isupper() or not surface.islower()) and surface.isascii():
            return None
        name = skeleton(surface)
        for written, brand in self._names.get(name, ()):
            return brand, _reason(surface, written)
        if not WORD.fullmatch(surface):
            return None
        return self._nearly(name)

    def _nearly(self, name: str) -> tuple[Brand, str] | None:
        """A brand inside a longer word, or one letter away from it; for names too long to be met by chance."""
        if len(name) > FEWEST_INSIDE:
            for inside in _without_besides(name):
                for _, brand in self._names.get(inside, ()):
                    return brand, "name_inside"
        if len(name) >= FEWEST_ONE_OFF:
            for other, brands in self._names.items():
                if len(other) >= FEWEST_ONE_OFF and _one_off(name, other):
                    return brands[0][1], "one_letter_off"
        return None


@cache
def _letters() -> Mapping[int, str]:
    """What each look-alike stands for, for ``str.translate``."""
    table: dict[int, str] = {}
    text = (files("contrecoup") / "assets" / "confusables.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        letter, mark, others = line.partition("\t")
        if mark and not line.startswith("#"):
            table.update({ord(other): letter for other in others})
    return MappingProxyType(table)


@lru_cache(maxsize=16384)
def skeleton(name: str) -> str:
    """What a name looks like: two spellings that a hurried reader takes for one another have the same.

    Nothing invisible, compatibility forms and look-alikes as plain letters, no case, accents, spaces or hyphens,
    figures as the letters for which they stand, and no difference between i and l, rn and m, vv and w.
    """
    plain = _squashed(_unmasked(name)).translate(DIGITS)
    return plain.replace("i", "l").replace("rn", "m").replace("vv", "w")


def _unmasked(name: str) -> str:
    return unicodedata.normalize("NFKC", scrub(name)).translate(_letters())


def _squashed(name: str) -> str:
    return "".join(character for character in fold(name) if character.isalnum() or character in "$@")


def _reason(surface: str, written: str) -> str:
    """In which way a spelling of the same skeleton is like the name: the least change that makes them equal."""
    if fold(surface) == fold(written):
        return "same_name"
    wanted = _squashed(written)
    steps = (
        ("spacing", surface.replace("\u00ad", "\u200b")),
        ("hidden_characters", scrub(surface)),
        ("other_width", unicodedata.normalize("NFKC", scrub(surface))),
        ("look_alike_letters", _unmasked(surface)),
    )
    for reason, changed in steps:
        visible = "\u200b" not in changed or reason != "spacing"
        if visible and _squashed(changed) == wanted:
            return reason
    return "digits_for_letters" if any(map(str.isdigit, surface)) else "look_alike_letters"


_BESIDE = re.compile(f"(?:{BESIDE})".replace("i", "l"))


def _without_besides(name: str) -> Iterator[str]:
    """The skeleton without one thing that fakes add before or behind a name."""
    for cut in range(1, len(name) - FEWEST_INSIDE + 1):
        if _BESIDE.fullmatch(name[:cut]):
            yield name[cut:]
        if _BESIDE.fullmatch(name[-cut:]):
            yield name[:-cut]


def _one_off(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two exchanged make the same of two different words."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    a, b = one[start:], other[start:]
    swapped = len(a) == len(b) and a[:2] == b[1::-1] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _names() -> Iterator[tuple[str, Brand]]:
    """Every way to write every brand; what ``impersonated.toml`` says of a name comes first."""
    folder = files("contrecoup") / "assets"
    for file, block, key in (
        ("impersonated.toml", "names", "target"),
        ("instruments.toml", "instruments", "symbol"),
        ("organisations.toml", "organisations", "target"),
        ("organisations.toml", "macro", "target"),
    ):
        for entry in tomllib.loads((folder / file).read_text(encoding="utf-8"))[block]:
            target = entry[key]
            funds = entry.get("kind") in {"etf", "index", "fx"}
            if target in CHAINS or funds or (target.startswith(NO_BRANDS) and target not in INSTITUTIONS):
                continue
            kinds = ("names", "usual", "aliases", "aliases_fr", "aliases_en", "ambiguous")
            names = [name.removeprefix("=") for kind in kinds for name in entry.get(kind, ())]
            short = min((name for name in names if names[0].startswith(name)), key=len)  # "Meta", not "Meta Platforms"
            brand = Brand(target=target, label=entry.get("label", short), coin=entry.get("coin", False))
            yield from ((name, brand) for name in names)


@cache
def _load() -> BrandTable:
    names: dict[str, list[tuple[str, Brand]]] = {}
    longest = 1
    coins = set()
    for name, brand in _names():
        if brand.coin:
            coins.add(re.escape(fold(name)))
        names.setdefault(skeleton(name), []).append((name, brand))
        longest = max(longest, len(WORD.findall(name)))
    return BrandTable(
        _names=MappingProxyType({name: tuple(brands) for name, brands in names.items()}),
        _longest=min(longest + 1, 4),
        coins=re.compile(rf"\b(?:{'|'.join(sorted(coins))})\b"),
    )
