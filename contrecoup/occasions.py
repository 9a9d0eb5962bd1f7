"""Occasions: what a title says has happened, if anything. One of the parts of a link's score (parts.py).

Most of what is written about a listed company tells no event: lists of shares to buy, opinions, previews, price
forecasts, portraits, tests. Such pieces name the instrument in the title, fit its topic and come in time, and they are
as many on quiet days as on others. What tells a coincidence worth showing from them is the happening. The kinds are
those by which event studies sort corporate news (Boudoukh et al., NBER w18725, table 1), read by the words of
``assets/occasions.toml``; that file says how words are written, and ``benchmarks/README.md`` how well they read.

Precedence, in the title first: a form that could stand on any other day (``evergreen``) wins over every kind; then the
kinds in the order of the file, the mere move of a share last; then the weak forms. Of a title that asks, only what it
does not ask is heard, and "why does X fall?", which states the fall. Where the title says nothing, the lead is read;
where either gives advice or an opinion, the kind stays ``evergreen``, but an event in the lead still counts a little.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from contrecoup.errors import EngineError
from contrecoup.models import Document
from contrecoup.scrub import fold

__all__ = ["EVERGREEN", "UNCLEAR", "Occasion", "Occasions", "load_occasions", "occasion_of", "read_occasions"]

EVERGREEN, UNCLEAR = "evergreen", "unclear"
"""The kinds of what tells no happening: it could stand on any other day; nobody can tell."""
MOVE = "market"
"""The kind of a mere report of the move."""

# What an occasion is worth in 0..1: how often one so read is a happening among 1,261 headlines of the train half
# (title 0.89, lead 0.55, nothing read 0.16, a form of any day 0.05), from the last to the first. A lead often recalls
# what happened earlier.
IN_TITLE, IN_LEAD, OPEN, NOTHING = 1.0, 0.6, 0.13, 0.0
# An opinion whose lead tells an event comes with the event: among the headlines of gold/links.tsv as often one that
# tells the event of a move (0.23) as a title that states a happening (0.30), against 0.06 of other forms of any day. A
# lead that recalls a mere move does not help (0.13). Kept below a lead that tells an event without advice.
RECALLED = 0.3
# Journalists put what matters first; and so a title of 200 kB costs no more than a real one.
TITLE_CHARACTERS, LEAD_CHARACTERS = 300, 400
# ".." leaves out so many words at most.
LONGEST_GAP = 6

_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"(?<=[?!:;.…])\s+")
_GAP = ".."


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What has happened: a kind, what it is worth in 0..1, and the words that told it ("" when none did)."""

    kind: str
    worth: float
    words: str


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Phrases(_Block):
    en: tuple[str, ...]
    fr: tuple[str, ...]


class _Kind(_Phrases):
    name: str = Field(pattern=r"^[a-z]+$")


class _File(_Block):
    sets: dict[str, dict[str, str]]
    evergreen: _Phrases
    faint: _Phrases
    asides: _Phrases
    kinds: tuple[_Kind, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One word of a phrase, as any of some words or beginnings of words; ``gap`` words may stand before it."""

    words: frozenset[str]
    beginnings: tuple[str, ...]
    gap: int

    def takes(self, word: str) -> bool:
        """Whether the word is one of those meant; "#" means any number."""
        return (
            word in self.words
            or (bool(self.beginnings) and word.startswith(self.beginnings))
            or ("#" in self.words and word[0].isdecimal())
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phrase:
    """Words in a row, perhaps at the beginning (``first``) or at the end (``last``) of what is read."""

    items: tuple[_Item, ...]
    first: bool
    last: bool

    def ends_at(self, words: Sequence[str], start: int) -> int | None:
        """Where the phrase ends that starts at a word; of words left out, as few as possible."""
        at = start
        for item in self.items:
            found = (i for i in range(at, min(at + item.gap + 1, len(words))) if item.takes(words[i]))
            place = next(found, None)
            if place is None:
                return None
            at = place + 1
        return None if self.last and at < len(words) else at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The phrases of one kind in one language. ``keys`` leads from a first word, or its letters, to its phrases."""

    keys: Mapping[str, tuple[_Phrase, ...]]
    lengths: tuple[int, ...]

    @classmethod
    def of(cls, written: Sequence[str], sets: Mapping[str, str]) -> "_Words":
        """Compile phrases as written in the file."""
        keys: dict[str, tuple[_Phrase, ...]] = {}
        for text in written:
            phrase = _phrase(text, sets)
            for key in {*phrase.items[0].words, *phrase.items[0].beginnings}:
                keys[key] = (*keys.get(key, ()), phrase)
        return cls(keys=keys, lengths=tuple(sorted({len(key) for key in keys})))

    def find(self, words: Sequence[str]) -> str:
        """The words of the first phrase that speaks, or "" when none does."""
        for start, word in enumerate(words):
            for phrase in self._starting(word):
                if start and phrase.first:
                    continue
                end = phrase.ends_at(words, start)
                if end is not None:
                    return " ".join(words[start:end])
        return ""

    def _starting(self, word: str) -> Iterator[_Phrase]:
        if word[0].isdecimal():
            yield from self.keys.get("#", ())
        for length in self.lengths:
            if length > len(word):
                break
            yield from self.keys.get(word[:length], ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasions:
    """The words of one language: forms of any day, kinds in the order in which they are tried, marks of opinion."""

    evergreen: _Words
    faint: _Words
    asides: _Words
    kinds: tuple[tuple[str, _Words], ...]

    def read(self, title: str, lead: str) -> Occasion:
        """The occasion of a title and a lead of this language."""
        heard, asked = _heard(title[:TITLE_CHARACTERS])
        told = _words(lead[:LEAD_CHARACTERS])
        kind, words = self._happened(_words(heard))
        form = self.evergreen.find(_words(title[:TITLE_CHARACTERS]))
        if form and kind:
            return Occasion(kind=EVERGREEN, worth=NOTHING, words=form)
        if kind:
            return Occasion(kind=kind, worth=IN_TITLE, words=words)
        form = form or ("?" if asked else self.faint.find(_words(heard)))
        form = form or self.asides.find(told) or self.evergreen.find(told)
        return self._read_lead(told, form)

    def _read_lead(self, words: Sequence[str], form: str) -> Occasion:
        """The occasion of a piece whose title tells none; ``form`` marks it as one of any day."""
        kind, told = self._happened(words)
        if form:
            worth = RECALLED if kind not in {"", MOVE} else NOTHING
            return Occasion(kind=EVERGREEN, worth=worth, words=form)
        if kind:
            return Occasion(kind=kind, worth=IN_LEAD, words=told)
        return Occasion(kind=UNCLEAR, worth=OPEN, words="")

    def _happened(self, words: Sequence[str]) -> tuple[str, str]:
        found = ((kind, phrases.find(words)) for kind, phrases in self.kinds)
        return next(((kind, told) for kind, told in found if told), ("", ""))


def occasion_of(document: Document) -> Occasion:
    """The occasion of an article, read from its title, else from its lead.

    In an unknown language both lists are read, and the one that hears more counts: a form of any day, then a happening.
    """
    return _occasion(document.title, document.lead, document.lang)


# an article is asked for again by every session that it stands beside
@lru_cache(maxsize=8192)
def _occasion(title: str, lead: str, lang: str) -> Occasion:
    known = load_occasions()
    if lang in known:
        return known[lang].read(title, lead)
    read = [occasions.read(title, lead) for occasions in known.values()]
    return min(read, key=lambda one: (one.kind == UNCLEAR, one.kind != EVERGREEN))


def _heard(title: str) -> tuple[str, bool]:
    """What a title states, and whether it asks. "Why ...?" states what it asks about."""
    sentences = _SENTENCE_END.split(title)
    stated = [s for s in sentences if not s.rstrip().endswith("?") or fold(s).startswith(("why ", "pourquoi "))]
    return " ".join(stated), len(stated) < len(sentences)


def _words(text: str) -> list[str]:
    return _WORD.findall(fold(text))


def _phrase(written: str, sets: Mapping[str, str]) -> _Phrase:
    """One entry of the file.

    Raises
    ------
    ValueError
        when it holds no word, or one that cannot be.

    """
    tokens = written.split()
    first, last = tokens[0] == "^", tokens[-1] == "$"
    items, gap = [], 0
    for token in tokens[first : len(tokens) - last]:
        if token == _GAP:
            gap = LONGEST_GAP
            continue
        words = [word for one in token.split("|") for word in _choices(one, sets)]
        items.append(
            _Item(
                words=frozenset(fold(word) for word in words if not word.endswith("*")),
                beginnings=tuple(fold(word[:-1]) for word in words if word.endswith("*")),
                gap=gap,
            )
        )
        gap = 0
    if not items:
        raise ValueError(f"{written!r} holds no word.")
    return _Phrase(items=tuple(items), first=first, last=last)


def _choices(written: str, sets: Mapping[str, str]) -> list[str]:
    """One word, or those of a set.

    Raises
    ------
    ValueError
        when the set is not there, or when what is written can never be one word of a text.

    """
    if written.startswith("{"):
        if written.strip("{}") not in sets:
            raise ValueError(f"There is no set {written}.")
        return sets[written.strip("{}")].split()
    if written != "#" and not _WORD.fullmatch(written.removesuffix("*")):
        raise ValueError(f"{written!r} is no single word: blanks stand between words.")
    return [written]


def read_occasions(toml: str) -> Mapping[str, Occasions]:
    """Occasions by language, from the text of a file written like ``assets/occasions.toml``.

    Raises
    ------
    ValueError
        when the text is not TOML, a field is wrong (pydantic and tomllib name the place), or an entry is.

    """
    written = _File.model_validate(tomllib.loads(toml))
    found = {}
    for lang in ("en", "fr"):
        sets = written.sets[lang]
        found[lang] = Occasions(
            evergreen=_Words.of(getattr(written.evergreen, lang), sets),
            faint=_Words.of(getattr(written.faint, lang), sets),
            asides=_Words.of(getattr(written.asides, lang), sets),
            kinds=tuple((kind.name, _Words.of(getattr(kind, lang), sets)) for kind in written.kinds),
        )
    return found


@cache
def load_occasions() -> Mapping[str, Occasions]:
    """The words of the package, by language.

    Raises
    ------
    EngineError
        when the file was edited into something that cannot be read; the place is named.

    """
    path = files("contrecoup") / "assets" / "occasions.toml"
    try:
        return read_occasions(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EngineError(
            f"{path}: {error}", advice="Mend the entry that is named; its head tells the form."
        ) from error
