"""How a name is written, and what must stand around it to mean a company: one ``Alias`` for each spelling.

Between the tables of ``assets/`` (read by ``contrecoup.instruments``) and the texts (read by ``contrecoup.entities``).
Names differ in what they need. "Nvidia" is only ever a company. "Apple" with its capital nearly always is, unless pies
or orchards are near. "Arm" needs a word that vouches for it. "Total", "Block" or "Strategy" are words of the market's
own prose too, so that "shares" beside them says nothing; only a sign of their own does (FIELD.md's list of ambiguous
names; OpenBB-finance/OpenBB#6066).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from contrecoup.models import Layer
from contrecoup.scrub import fold, fold_word

WORD = re.compile(r"[^\W_]+")
LANGUAGES = frozenset({"fr", "en"})


class Doubt(StrEnum):
    """What a name needs in order to count: nothing, no word against it, any word for it, or a sign of its own.

    ``CODE`` is a ticker that could be a word: it needs what a common name does, or another ticker near it.
    """

    NONE = "none"
    USUAL = "usual"
    AMBIGUOUS = "ambiguous"
    COMMON = "common"
    CODE = "code"


class Case(StrEnum):
    """Whether the capitals of a text tell names from words: only where there are both kinds of letters."""

    MIXED = "mixed"
    LOWER = "lower"
    CAPITALS = "capitals"


class Names(BaseModel):
    """What the blocks of both tables have in common; ``assets/instruments.toml`` explains the writing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    aliases: tuple[str, ...] = ()
    aliases_fr: tuple[str, ...] = ()
    aliases_en: tuple[str, ...] = ()
    usual: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """One way to write a name: folded words, and the conditions under which it counts.

    ``exact`` is the only spelling allowed (or the same in capitals, or any in a text without capitals), ``lang`` the
    only language. ``is_place`` marks a service in which others publish or sell. The patterns are over folded text:
    ``context`` vouches from near by and ``unless`` speaks against; ``not_before`` is matched at the name's end,
    ``not_after`` searched up to its start.
    """

    words: tuple[str, ...]
    target: str
    reason: str
    layer: Layer
    lang: str | None = None
    exact: str | None = None
    doubt: Doubt = Doubt.NONE
    is_place: bool = False
    context: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    not_before: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None

    def spoken_in(self, lang: str) -> bool:
        """Whether the alias holds in a text of this language; in neither French nor English, all do."""
        return self.lang is None or self.lang == lang or lang not in LANGUAGES

    def written_as(self, surface: str, case: Case) -> bool:
        """Whether the surface has the capitals that the alias asks for, as far as the text has any."""
        return self.exact is None or case is Case.LOWER or surface in {self.exact, self.exact.upper()}

    def doubt_in(self, case: Case) -> Doubt:
        """What the name needs in such a text: where capitals tell nothing, a word that vouches for it."""
        if case is Case.MIXED or self.exact is None or self.doubt is Doubt.COMMON:
            return self.doubt
        return Doubt.AMBIGUOUS


def aliases_of(names: Names, target: str, *, reason: str, layer: Layer) -> Iterator[Alias]:
    """Every alias of a block."""
    context = _pattern(names.context, rf"(?<!\w)(?:{_CHOICES})(?!\w)")
    unless = _pattern(names.unless, rf"(?<!\w)(?:{_CHOICES})(?!\w)")
    not_before = _pattern(names.not_before, rf"[\s'’-]{{1,2}}(?:{_CHOICES})(?!\w)")
    not_after = _pattern(names.not_after, rf"(?<!\w)(?:{_CHOICES})[\s'’-]{{1,2}}$")
    for doubt, lang, listed in (
        (Doubt.NONE, None, names.aliases),
        (Doubt.NONE, "fr", names.aliases_fr),
        (Doubt.NONE, "en", names.aliases_en),
        (Doubt.USUAL, None, names.usual),
        (Doubt.AMBIGUOUS, None, names.ambiguous),
        (Doubt.COMMON, None, names.common),
    ):
        for name in listed:
            is_exact = doubt is not Doubt.NONE or name.startswith("=")
            yield Alias(
                words=words_of(name),
                target=target,
                reason=reason,
                layer=layer,
                lang=lang,
                exact=name.removeprefix("=") if is_exact else None,
                doubt=doubt,
                is_place=name in names.places,
                context=context,
                unless=unless,
                not_before=not_before,
                not_after=not_after,
            )


def words_of(name: str) -> tuple[str, ...]:
    """Folded words of a name."""
    return tuple(fold_word(word) for word in WORD.findall(name))


_CHOICES = "CHOICES"


def _pattern(words: tuple[str, ...], shape: str) -> re.Pattern[str] | None:
    if not words:
        return None
    choices = "|".join(re.escape(fold(word)).replace(r"\*", r"\w*") for word in words)
    return re.compile(shape.replace(_CHOICES, choices))
