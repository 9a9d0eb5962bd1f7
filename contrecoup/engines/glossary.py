"""A word-and-phrase gloss between French and English: the translator that needs no weights, and says what it does not know.

Longest phrase first, from ``assets/glossary.tsv``. The neighbours of a word choose between its readings (noun, verb,
adjective); known adjectives change places with their nouns; articles and "of" agree with what follows; figures were
written by the guarded stage (``contrecoup.translate``), which accepts a text only when enough of its words are known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from contrecoup.instruments import fold

TOKEN = re.compile(r"\[\d+\]|(?:[^\W\d_]|\d(?=[^\W\d_]))+(?:[-‑][^\W_]+)*['’]?|\d[\d\u202f\u00a0.,]*(?<![.,])|[^\w\s]|\s+|\w")
LONGEST = 6
# Readings that may follow an article or an adjective, and those that may follow a name.
NOMINAL, VERBAL = ("n", "a"), ("v",)
VOWEL = re.compile(r"[aeiouyhàâäéèêëîïôöùûüœ]", re.IGNORECASE)
AN = re.compile(r"(?:[aeio]|u(?!ni|se|ti|s )|hour|8|11|18)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row: both phrases and the part of speech with its agreement (``n:fs``: noun, feminine singular)."""

    fr: str
    en: str
    part: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """A stretch of output: its text, what it is, and the blank before it."""

    text: str
    part: str
    form: str = ""
    known: bool = True
    words: int = 1
    source: str = ""


@cache
def load_glossary() -> tuple[Entry, ...]:
    """The rows of the package's glossary: French, English, flags, separated by tabs; # begins a comment."""
    text = (files("contrecoup") / "assets" / "glossary.tsv").read_text(encoding="utf-8")
    return tuple(_entry(line) for line in text.splitlines() if line and not line.startswith("#"))


def _entry(line: str) -> Entry:
    fr, en, flags = (line.split("\t") + [""])[:3]
    part, _, form = flags.partition(":")
    return Entry(fr=fr, en=en, part=part, form=form)


class GlossaryTranslator:
    """Glosses sentences; ``coverage`` says which share of their words it knows."""

    def __init__(self, entries: Iterable[Entry] | None = None) -> None:
        """Use the package's glossary, or other rows."""
        rows = tuple(load_glossary() if entries is None else entries)
        self._tables = {"fr": _index(rows, "fr"), "en": _index(rows, "en")}

    @property
    def name(self) -> str:
        """Engine name and version."""
        return "glossary-1"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Gloss each text. Words that no row knows stay as they are.

        Raises
        ------
        ValueError
            when the pair is not French and English.

        """
        return [_render(text, self._units(text, source, target), target) for text in texts]

    def coverage(self, texts: Sequence[str], source: str, target: str) -> list[float]:
        """Share of the words of each text that a row knows; 1 for a text without words."""
        shares = []
        for text in texts:
            units = [unit for unit in self._units(text, source, target) if unit.part != "punctuation"]
            words = sum(unit.words for unit in units)
            shares.append(sum(unit.words for unit in units if unit.known) / words if words else 1.0)
        return shares

    def _units(self, text: str, source: str, target: str) -> list[_Unit]:
        if {source, target} != {"fr", "en"}:
            raise ValueError(f"The glossary translates between fr and en, not from {source} to {target}.")
        units = _looked_up(text, self._tables[source], source)
        return _agreed_fr(_adjectives_after(units)) if target == "fr" else _agreed_en(_adjectives_before(units))


def _index(rows: Sequence[Entry], source: str) -> Mapping[tuple[str, ...], tuple[Entry, ...]]:
    table: dict[tuple[str, ...], list[Entry]] = {}
    for row in rows:
        phrase = row.fr if source == "fr" else row.en
        if phrase:
            table.setdefault(_key(phrase), []).append(row)
            table.setdefault(tuple(fold(word) for word in _key(phrase)), []).append(row)
    return {key: tuple(dict.fromkeys(found)) for key, found in table.items()}


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(token.replace("’", "'") for token in TOKEN.findall(phrase.casefold()) if not token.isspace())


def _looked_up(text: str, table: Mapping[tuple[str, ...], tuple[Entry, ...]], source: str) -> list[_Unit]:
    tokens = [token for token in TOKEN.findall(text) if not token.isspace()]
    tokens = [part for token in tokens for part in _parted(token, table)]
    keys = [token.casefold().replace("’", "'") for token in tokens]
    units: list[_Unit] = []
    place = 0
    while place < len(tokens):
        for length in range(min(LONGEST, len(tokens) - place), 0, -1):
            phrase = tuple(keys[place : place + length])
            found = table.get(phrase) or table.get(tuple(fold(word) for word in phrase))
            if found:
                row = _chosen(found, units[-1] if units else None)
                surface = tokens[place] if length == 1 else ""
                units.append(_unit(row, source, length, surface))
                break
        else:
            length = 1
            units.append(_bare(tokens[place]))
        place += length
    return units


def _parted(token: str, table: Mapping[tuple[str, ...], tuple[Entry, ...]]) -> list[str]:
    """A hyphenated word that no row holds, in its parts; an English possessive, in two."""
    if len(token) > 1 and token[-1] in "'’" and token.casefold().replace("’", "'") not in ELISIONS:
        return [token[:-1], "'"]
    if "-" in token and not token.startswith("[") and (token.casefold(),) not in table:
        return [part for part in re.split(r"[-‑]", token) if part]
    return [token]


ELISIONS = frozenset(["l'", "d'", "qu'", "n'", "s'", "j'", "c'", "m'", "t'", "jusqu'", "lorsqu'", "puisqu'", "quelqu'", "aujourd'"])


def _chosen(found: Sequence[Entry], before: _Unit | None) -> Entry:
    """The reading that suits the word before: a noun after an article, a verb after a noun or a name."""
    wanted: tuple[str, ...] = ()
    if before is None or before.part in {"d", "a", "p", "of"}:
        wanted = NOMINAL
    elif before.part in {"n", "name", "r", "adv"}:
        wanted = VERBAL
    elif before.part in {"to", "aux"}:
        wanted = ("inf", "v")
    for part in wanted:
        for row in found:
            if row.part == part:
                return row
    return found[0]


def _unit(row: Entry, source: str, words: int, surface: str) -> _Unit:
    text = row.en if source == "fr" else row.fr
    if surface.isupper() and len(surface) > 1 and text:
        text = text.upper() if len(surface) > 3 else text  # noqa: PLR2004 (short words in capitals are acronyms)
    return _Unit(text=text, part=row.part, form=row.form, words=words, source=surface)


def _bare(token: str) -> _Unit:
    """A token that no row knows. Figures, marks and punctuation are known; so is a name inside a sentence."""
    if token.startswith("[") and len(token) > 1:
        return _Unit(text=token, part="name", source=token)
    if not any(character.isalpha() for character in token):
        return _Unit(text=token, part="punctuation" if not token[0].isdigit() else "number", source=token)
    return _Unit(text=token, part="name", known=False, source=token)


def _adjectives_before(units: Sequence[_Unit]) -> list[_Unit]:
    """French noun and adjectives in English order: "puces chinoises bon marché" gives adjectives, then the noun."""
    out: list[_Unit] = []
    for unit in units:
        place = len(out)
        while unit.part == "a" and place and out[place - 1].part == "a" and place > 1 and out[place - 2].part in {"n", "a"}:
            place -= 1
        if unit.part == "a" and place and out[place - 1].part == "n":
            out.insert(place - 1, unit)
        else:
            out.append(unit)
    return out


def _adjectives_after(units: Sequence[_Unit]) -> list[_Unit]:
    """English adjectives behind their noun, as French has them, save the few marked ``b`` that stay before."""
    out: list[_Unit] = []
    waiting: list[_Unit] = []
    for unit in units:
        if unit.part == "a" and "b" not in unit.form:
            waiting.append(unit)
        elif unit.part == "n":
            out += [unit, *(_agreeing(adjective, unit) for adjective in waiting)]
            waiting = []
        else:
            out += [*waiting, unit]
            waiting = []
    return out + waiting


def _agreeing(adjective: _Unit, noun: _Unit) -> _Unit:
    """The adjective's form for a noun's gender and number; the row holds the four forms, separated by bars."""
    forms = adjective.text.split("|")
    if len(forms) != 4:  # noqa: PLR2004 (ms, fs, mp, fp)
        return adjective
    return replace(adjective, text=forms[("f" in noun.form) + 2 * ("p" in noun.form)])


def _agreed_fr(units: Sequence[_Unit]) -> list[_Unit]:
    """Articles, contractions and elisions for what follows: le/la/l'/les, du/des, un/une, d'."""
    out: list[_Unit] = []
    noun = _Unit(text="", part="")
    for unit in reversed(units):
        if unit.part == "n":
            noun = unit
        after = out[-1] if out else _Unit(text="", part="")
        text = unit.text.split("|")[0] if unit.part == "a" and "|" in unit.text else unit.text
        if unit.part == "a" and "|" in unit.text:
            text = _agreeing(unit, noun).text
        if unit.part == "d" and "|" in unit.text:
            text = _agreeing(unit, noun).text
        if text in ELIDED and VOWEL.match(after.text) and (text != "la" or after.part in {"n", "a"}):
            text = ELIDED[text]
        joined = CONTRACTED.get((text, after.text))
        if joined is not None:
            out[-1] = replace(after, text="")
            text = joined
        out.append(replace(unit, text=text))
        if unit.part in {"v", "p", "punctuation"}:
            noun = _Unit(text="", part="")
    return out[::-1]


ELIDED = {"le": "l'", "la": "l'", "de": "d'", "que": "qu'", "ne": "n'", "se": "s'", "je": "j'"}
CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}


def _agreed_en(units: Sequence[_Unit]) -> list[_Unit]:
    """a or an, for what follows."""
    out: list[_Unit] = []
    for unit in reversed(units):
        after = next((u for u in reversed(out) if u.text), None)
        text = unit.text.split("|")[0]
        if text == "a" and after is not None and AN.match(after.text):
            text = "an"
        out.append(replace(unit, text=text))
    return out[::-1]


CLOSE = frozenset(".,;:!?)]}%…»")
OPEN = frozenset("([{«“")


def _render(text: str, units: Sequence[_Unit], target: str) -> str:
    """Join with the target's blanks, and give the sentence the capital it had."""
    out = ""
    for unit in units:
        if not unit.text:
            continue
        tight = not out or unit.text in CLOSE or out[-1] in OPEN or (out[-1] in "'’" and target == "fr")
        if target == "fr" and unit.text in {":", ";", "!", "?", "»"}:
            tight = False
        out += ("" if tight else " ") + unit.text
    first = next((c for c in text if c.isalpha()), "")
    return out[:1].upper() + out[1:] if first.isupper() else out
