"""A word-and-phrase gloss between French and English: the translator that needs no weights.

Longest phrase first, from ``assets/glossary.tsv``. The neighbours of a word choose between its readings (noun, verb,
adjective); known adjectives change places with their nouns; articles and "of" agree with what follows; figures were
written by the guarded stage (``contrecoup.translate``), which accepts a text when enough of its words are known.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from contrecoup.scrub import fold, fold_word

TOKEN = re.compile(
    r"\[\d+\]|(?:\d[\d.]*)?[^\W\d_][^\W_]*(?:[-‑.][^\W_]+)*['’]?|\d[\d\u202f\u00a0.,]*(?<![.,])|[^\w\s]|\w"
)
LONGEST = 6
# Share of capitals from which a title capitalises every word, and length from which capitals are shouted.
TITLED, LOUD = 0.6, 4
ELISIONS = frozenset(
    ("l'", "d'", "qu'", "n'", "s'", "j'", "c'", "m'", "t'", "jusqu'", "lorsqu'", "puisqu'", "quelqu'", "aujourd'")
)
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
    """A stretch of output: its text, what it is, and how many source words it stands for."""

    text: str
    part: str
    form: str = ""
    known: bool = True
    words: int = 1
    glued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    """A word, mark or sign of the source; ``glued`` when no blank stands before it."""

    text: str
    glued: bool


@cache
def load_glossary() -> tuple[Entry, ...]:
    """The rows of the package's glossary: French, English, flags, separated by tabs; # begins a comment."""
    text = (files("contrecoup") / "assets" / "glossary.tsv").read_text(encoding="utf-8")
    return tuple(_entry(line) for line in text.splitlines() if line and not line.startswith("#"))


def _entry(line: str) -> Entry:
    fr, en, flags = [*line.split("\t"), ""][:3]
    part, _, form = flags.partition(":")
    return Entry(fr=fr, en=en, part=part, form=form)


class GlossaryTranslator:
    """Glosses sentences; ``coverage`` says which share of their words it knows."""

    def __init__(self, entries: Iterable[Entry] | None = None) -> None:
        """Use the package's glossary, or other rows."""
        rows = tuple(load_glossary() if entries is None else entries)
        self._tables = {"fr": _index(rows, "fr"), "en": _index(rows, "en")}
        self._words = {
            lang: frozenset(word for phrase in table for word in phrase) for lang, table in self._tables.items()
        }

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
            units = self._units(text, source, target)
            words = sum(unit.words for unit in units)
            shares.append(sum(unit.words for unit in units if unit.known) / words if words else 1.0)
        return shares

    def _units(self, text: str, source: str, target: str) -> list[_Unit]:
        if {source, target} != {"fr", "en"}:
            raise ValueError(f"The glossary translates between fr and en, not from {source} to {target}.")
        units = _looked_up(text, self._tables[source], self._words[source], source)
        return _agreed_fr(_adjectives_after(units)) if target == "fr" else _agreed_en(_adjectives_before(units))


def _index(rows: Sequence[Entry], source: str) -> Mapping[tuple[str, ...], tuple[Entry, ...]]:
    """Rows by their words, and by the words without accents unless these are another word (sur, sûr)."""
    away = "<" if source == "fr" else ">"
    exact: dict[tuple[str, ...], list[Entry]] = {}
    plain: dict[tuple[str, ...], list[Entry]] = {}
    for row in (row for row in rows if away not in row.form):
        for phrase in row.fr.split("|") if source == "fr" else [row.en]:
            exact.setdefault(_key(phrase), []).append(row)
            plain.setdefault(_key(fold(phrase)), []).append(row)
    return {key: tuple(dict.fromkeys(found)) for key, found in (plain | exact).items() if key}


def _key(phrase: str) -> tuple[str, ...]:
    return tuple(token.replace("’", "'") for token in TOKEN.findall(phrase.casefold()) if not token.isspace())


def _looked_up(
    text: str, table: Mapping[tuple[str, ...], tuple[Entry, ...]], words: frozenset[str], source: str
) -> list[_Unit]:
    tokens = [part for match in TOKEN.finditer(text) for part in _parted(match, text, words)]
    keys = [token.text.casefold().replace("’", "'") for token in tokens]
    capitals = [token.text[0].isupper() for token in tokens if token.text[0].isalpha()]
    titled = sum(capitals) > TITLED * len(capitals)
    units: list[_Unit] = []
    place = 0
    while place < len(tokens):
        found, length = _longest(keys, place, table)
        if found:
            row = _chosen(found, units[-1] if units else None, keys[place], source)
            units.append(_unit(row, source, length, tokens[place]))
        else:
            units.append(_bare(tokens[place], named=place > 0 and not titled))
        place += length
    return units


def _longest(
    keys: Sequence[str], place: int, table: Mapping[tuple[str, ...], tuple[Entry, ...]]
) -> tuple[tuple[Entry, ...], int]:
    """Rows of the longest phrase that begins at a place, and its length; none, and 1."""
    for length in range(min(LONGEST, len(keys) - place), 0, -1):
        phrase = tuple(keys[place : place + length])
        found = table.get(phrase) or table.get(tuple(fold_word(word) for word in phrase))
        if found:
            return found, length
    return (), 1


def _parted(match: re.Match[str], text: str, words: frozenset[str]) -> list[_Token]:
    """A token; a hyphenated word that no row holds, and an English possessive, in their parts."""
    token = match.group()
    glued = match.start() > 0 and not text[match.start() - 1].isspace()
    if len(token) > 1 and token[-1] in "'’" and token.casefold().replace("’", "'") not in ELISIONS:
        ending = ["'", "s"] if token[-2] in "sS" else ["'"]
        return [_Token(text=token[:-1], glued=glued), *(_Token(text=part, glued=True) for part in ending)]
    coded = any(character.isdigit() for character in token)
    if "-" in token[1:] and not coded and token.casefold() not in words:
        return [_Token(text=part, glued=glued) for part in re.split(r"[-‑]", token) if part]
    return [_Token(text=token, glued=glued)]


def _chosen(found: Sequence[Entry], before: _Unit | None, key: str, source: str) -> Entry:
    """The reading that suits the word before: a noun after an article, a verb after a noun or a name."""
    wanted: tuple[str, ...] = ()
    if before is None or before.part in {"d", "a", "p", "of", "poss"}:
        wanted = NOMINAL
    elif before.part in {"n", "name"}:
        bare = source == "en" and not key.endswith(("s", "ed"))
        wanted = ("n", "v") if bare else ("v", "of", "to") if before.text.startswith("[") else ("v", "of", "a")
    elif before.part in {"v", "pp", "inf"}:
        wanted = ("d", "n", "a")
    elif before.part in {"r", "adv"}:
        wanted = ("v",)
    elif before.part in {"to", "aux"}:
        wanted = ("inf", "v")
    ranked = (row for part in wanted for row in found if row.part == part)
    return next(ranked, found[0])


def _unit(row: Entry, source: str, words: int, token: _Token) -> _Unit:
    text = row.en if source == "fr" else row.fr
    loud = words == 1 and token.text.isupper() and len(token.text) >= LOUD
    return _Unit(text=text.upper() if loud else text, part=row.part, form=row.form, words=words)


def _bare(token: _Token, *, named: bool) -> _Unit:
    """A token that no row knows. Figures, marks, codes (R1) and proper names inside a sentence count as known."""
    text = token.text
    if text.startswith("[") and len(text) > 1:
        return _Unit(text=text, part="name", words=0, glued=token.glued)
    if not any(character.isalpha() for character in text):
        return _Unit(text=text, part="number" if text[0].isdigit() else "punctuation", words=0, glued=token.glued)
    code = any(character.isdigit() for character in text)
    return _Unit(text=text, part="name", known=code or (named and text[0].isupper()))


def _adjectives_before(units: Sequence[_Unit]) -> list[_Unit]:
    """French noun and adjectives in English order: "nouvelles puces chinoises rapides", new fast Chinese chips."""
    out: list[_Unit] = []
    for unit in units:
        if unit.part != "a" or not out or out[-1].part != "n":
            out.append(unit)
            continue
        place = len(out) - 1
        while place and out[place - 1].part == "a" and "b" not in out[place - 1].form:
            place -= 1
        out.insert(place, unit)
    return out


def _adjectives_after(units: Sequence[_Unit]) -> list[_Unit]:
    """English noun phrases in French order: "cheap chip rout" is noun, adjective, "de", noun; "X's Y" is "Y de X".

    Adjectives marked ``b`` stay before their noun.
    """
    out: list[_Unit] = []
    phrase: list[_Unit] = []
    owner: list[_Unit] = []
    for unit in [*units, END]:
        if unit.part in {"a", "n"} and not (phrase and phrase[-1].part == "n" and unit.part == "a"):
            phrase.append(unit)
            continue
        ordered, phrase = _noun_phrase(phrase), [unit] if unit.part in {"a", "n"} else []
        if unit.part == "poss":
            if not ordered and out:
                ordered = [out.pop()]
            owner = [*ordered, *([OF, *owner] if owner else [])]
            continue
        out += ordered + ([OF, *owner] if owner and ordered else owner)
        owner = []
        if not phrase and unit is not END:
            out.append(unit)
    return out + phrase


def _noun_phrase(phrase: Sequence[_Unit]) -> list[_Unit]:
    nouns = [unit for unit in phrase if unit.part == "n"]
    if not nouns:
        return list(phrase)
    adjectives = [_agreeing(unit, nouns[-1]) for unit in phrase if unit.part == "a"]
    before = [a for a in adjectives if "b" in a.form]
    after = [a for a in adjectives if "b" not in a.form]
    rest = [unit for noun in reversed(nouns[:-1]) for unit in (OF, noun)]
    return [*before, nouns[-1], *after, *rest]


OF = _Unit(text="de", part="of", words=0)
END = _Unit(text="", part="end", words=0)


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
        text = unit.text
        if "|" in text:
            text = _agreeing(unit, noun).text
        if text in ELIDED and VOWEL.match(after.text) and (text != "la" or after.part in {"n", "a"}):
            text = ELIDED[text]
        if unit.part == "v" and after.text.startswith("[") and BY.search(text):
            text += " de"
        joined = CONTRACTED.get((text, after.text))
        if joined is not None:
            out[-1] = replace(after, text="")
            text = joined
        out.append(replace(unit, text=text))
        if unit.part in {"v", "p", "punctuation"}:
            noun = _Unit(text="", part="")
    return out[::-1]


ELIDED = {"le": "l'", "la": "l'", "de": "d'", "que": "qu'", "ne": "n'", "se": "s'", "je": "j'"}
# Verbs of movement that take "de" before an amount.
BY = re.compile(
    r"(?:^|['’ ])(?:chut|bondi|recul|plong|grimp|progress|rebondi|dégringol|effondr|envol|gliss|déviss|flamb)\w*$"
)
CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}


def _agreed_en(units: Sequence[_Unit]) -> list[_Unit]:
    """The article a or an, for what follows."""
    out: list[_Unit] = []
    for unit in reversed(units):
        after = next((u for u in reversed(out) if u.text), None)
        text = unit.text.split("|")[0]
        if text == "a" and after is not None and AN.match(after.text):
            text = "an"
        out.append(replace(unit, text=text))
    return out[::-1]


CLOSE = frozenset(".,;:!?)]}%…»”")
OPEN = frozenset("([{“")
SPACED = frozenset(":;!?»")
DASHES = frozenset("-–/+−")
QUOTES = {"en": {"«": "“", "»": "”"}, "fr": {"“": "«", "”": "»"}}


def _render(text: str, units: Sequence[_Unit], target: str) -> str:
    """Join with the target's blanks and quotation marks, and give the sentence the capital it had."""
    out, dashed = "", False
    for unit in units:
        piece = QUOTES[target].get(unit.text, unit.text)
        if not piece:
            continue
        tight = not out or piece in CLOSE or out[-1] in OPEN or out[-1] in "'’" or (unit.glued and dashed)
        if target == "fr" and piece in SPACED:
            tight = False
        dashed = piece in DASHES
        out += ("" if tight or (dashed and unit.glued) else " ") + piece
    first = next((c for c in text if c.isalpha()), "")
    return out[:1].upper() + out[1:] if first.isupper() else out
