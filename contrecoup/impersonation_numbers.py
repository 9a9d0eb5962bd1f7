"""Numbers that French and English texts state of look-alike tokens: how many, how many times more, how much was lost.

Over ``flat`` text (``impersonation_grammar``), in which the letters of brands may be masked. Read by
``impersonations``, which decides whether a sentence tells of look-alikes at all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from contrecoup.impersonation_grammar import BRAND, COIN, FAKE_WORD, FAKES, flat

_UNITS = (
    "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize",
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
)
_WORDS = {word: value for line in _UNITS for value, word in enumerate(line.split())}
_WORDS |= {"une": 1, "seventeen": 17, "eighteen": 18, "nineteen": 19}
_TENS_TABLE = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS_EN = dict(zip(_TENS_TABLE.split(), range(20, 100, 10), strict=True))
_TENS_FR = {"vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_WORDS |= _TENS_EN | _TENS_FR | {"septante": 70, "octante": 80, "nonante": 90}
_TIMES = {"dozen": 12, "hundred": 100, "cent": 100, "cents": 100, "thousand": 1000, "mille": 1000}
# Collective numbers: how many at least, and what is kept as the qualifier.
ROUND = {
    "dizaine": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40,
    "cinquantaine": 50, "soixantaine": 60, "centaine": 100,
}  # fmt: skip
MANY = {
    "dizaines": ("dozens", 20), "douzaines": ("dozens", 24), "centaines": ("hundreds", 200),
    "milliers": ("thousands", 2000), "dozens": ("dozens", 24), "hundreds": ("hundreds", 200),
    "thousands": ("thousands", 2000), "scores": ("dozens", 40),
}  # fmt: skip
DOZENS = {"dozen": ("dozens", 12), "hundred": ("hundreds", 100)}
"""After "by the"."""
FEWEST = 2
"""One of the fakes counts nothing."""
SCALES = {"m": 1e6, "k": 1e3, "million": 1e6, "thousand": 1e3, "milliard": 1e9, "billion": 1e9}
_NUMBER_WORD = "|".join(sorted({*_WORDS, *_TIMES, "et", "and", "a"}, key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[  ,.]\d{3})+(?!\d)|\d+"
_WRITTEN = rf"(?:(?:{_NUMBER_WORD})(?:[\s-](?:{_NUMBER_WORD}))*)"
_MANY = rf"(?:{'|'.join(MANY)}|(?:une |a )?(?:{'|'.join(ROUND)}))"
_ADJECTIVE = (
    rf"(?:{FAKE_WORD}|{BRAND}+|ai|ia|crypto|solana|meme|such|new|nouveaux?|autres?|other|different\w*|separate"
    rf"|similar"
    r"|similaires?|identiques?|malicious|suspects?|suspicious|scam)"
)
counted = re.compile(
    rf"(?P<lead>\b(?:well over|more than|over|upwards? of|north of|at least|no fewer than|nearly|almost|about|around"
    rf"|roughly|some|close to|plus de|plus d'|au moins|pas moins de|pres de|pres d'|environ|quelque|autour de"
    rf"|bien plus de)\s?)?"
    rf"(?P<number>(?<![\d.,$€£])\b(?:{_DIGITS})|\b{_MANY}|\b{_WRITTEN})(?P<more>\s(?:or more|ou plus))?"
    rf"\s(?:(?:de|d'|of)\s?)?(?P<between>(?:[\"«“]*{_ADJECTIVE}[\"»”]*\s|(?:de|d')\s?)*)[\"«“]*"
    rf"(?P<noun>{FAKES}|{COIN})\b(?!\s(?:issuers?|makers?|sellers?|exchanges?|apps?|sites?|websites?|accounts?"
    rf"|wallets?|ads?)\b)"
)
counted_after = re.compile(
    rf"\b(?:{FAKES}|{COIN})\b[^.;]{{0,40}}\b(?:par|by the)\s(?P<number>dizaines|centaines|milliers|dozens?"
    rf"|hundreds?)\b"
)
counted_bare = re.compile(
    rf"(?P<number>(?<![\d.,$€£])\b(?:{_DIGITS}))\s(?:(?:ont|avaient) ete\s|(?:have|had) been\s|were\s)?"
    r"(?:recense\w*|counted|comptes?|identified|identifies|spotted|detected|detectes?|reperes?)\b"
)
counted_to = re.compile(
    rf"\b(?:number|tally|count|nombre|total)\s(?:of|de|des)\s[^.;]{{0,60}}\b(?:to|at|reached|atteint|a|est de)\s"
    rf"(?P<number>{_DIGITS})(?![\d%]|[.,]\d|\s?(?:%|million|milliard|billion|dollars?|euros?|times|fois))"
)
QUALIFIERS = {
    "at_least": ("at least", "no fewer than", "au moins", "pas moins de"),
    "more_than": (
        "more than", "over", "well over", "upward of", "upwards of", "north of", "plus de", "plus d'",
        "bien plus de"),
    "about": ("nearly", "almost", "about", "around", "roughly", "some", "close to",
        "pres de", "pres d'", "environ", "quelque", "autour de"),
}  # fmt: skip
grown = re.compile(
    r"\b(?:(?P<times>two|three|four|five|six|seven|eight|nine|ten|\d+|deux|trois|quatre|cinq|six|sept|huit|neuf|dix)"
    r"\s(?:times|fois)\s(?:as many|as much|more|the|plus)|(?P<verb>doubl|tripl|quadrupl|quintupl)(?:e|es|ed"
    r"|ent|er|ant)?\b"
    r"|multipli\w+ par (?P<by>\w+)|(?P<twice>twice) as many)"
)
GROWN = {"doubl": 2, "tripl": 3, "quadrupl": 4, "quintupl": 5, "twice": 2}
SPANS = {
    "day": r"(?:a|one|a single|24|twenty-four|un|une|une seule|un seul|vingt-quatre) (?:day|hours|jour|journee|heures)",
    "night": r"(?:overnight|a night|une nuit)",
    "week": r"(?:a|one|une|seven|sept|7) (?:week|semaine|days|jours)",
    "month": r"(?:a|one|un) (?:month|mois)",
}
_SPAN = "|".join(rf"(?P<{name}>{words})" for name, words in SPANS.items())
spanned_after = re.compile(
    rf"^[^,;:.]{{0,60}}?\b(?:(?:in|within|over|en|sur)(?: just| only| moins d')? )?(?:{_SPAN})\b"
)
spanned_before = re.compile(rf"^\s*(?:in|within|over|en|sur)(?: just| only)? (?:{_SPAN}),[^;:.]{{0,60}}$")
_MONEY = (
    rf"(?P<symbol>[$€])?\s?(?P<size>(?:{_DIGITS})(?:[.,]\d+)?)\s?(?P<scale>million|milliard|billion|thousand"
    rf"|[mk]\b)?s?\s?(?:de |d')?(?P<unit>dollars?|euros?|usd|eur|\$|€)?"
)
lost = re.compile(
    rf"\b(?:lost|lose|loses|losing|losses? of|stole|stolen|steal|drained|drain|siphon\w*|steals?|rafl\w+"
    rf"|floue\w* de|swindled|defrauded|scammed"
    rf"|perdu|perdent|pertes? de|vole|derobe|detourne|prejudice de)\b(?P<gap>[^.;$€\d]{{0,40}}){_MONEY}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A number that a text states, in characters of it. ``qualifier`` as in ``models.LookAlike``."""

    start: int
    end: int
    number: float
    qualifier: str
    unit: str = ""


def number_of(words: str) -> int:
    """A whole number in figures or in words of either language; 0 for words that are none (``and``)."""
    if words[0].isdigit():
        return int(re.sub(r"\D", "", words))
    total, current = 0, 0
    for word in re.split(r"[\s-]", words):
        if word in {"vingt", "vingts"} and current % 100 == 4:  # noqa: PLR2004  quatre-vingt
            current += 76
        elif _TIMES.get(word) == 1000:  # noqa: PLR2004
            total, current = total + 1000 * max(current, 1), 0
        elif word in _TIMES:
            current = max(current, 1) * _TIMES[word]
        else:
            current += _WORDS.get(word, 0)
    return total + current


def counts_in(sentence: str) -> Iterator[tuple[Stated, re.Match[str]]]:
    """Numbers of tokens that a flat sentence counts, each with what it was read from."""
    for match in counted.finditer(sentence):
        stated = _count(match, lead=(match["lead"] or "").strip(), more=bool(match["more"]))
        if stated is not None:
            yield stated, match
    for pattern in (counted_after, counted_bare, counted_to):
        for match in pattern.finditer(sentence):
            stated = _count(match)
            if stated is not None:
                yield stated, match


def _count(match: re.Match[str], *, lead: str = "", more: bool = False) -> Stated | None:
    words = re.sub("^(?:une|a) ", "", match["number"])
    qualifier = "at_least" if more else next((name for name, leads in QUALIFIERS.items() if lead in leads), "")
    if words in MANY:
        qualifier, number = MANY[words]
    elif words in DOZENS and match.re is counted_after:
        qualifier, number = DOZENS[words]
    elif words in ROUND:
        qualifier, number = qualifier or "about", ROUND[words]
    else:
        number = number_of(words)
    if number < FEWEST:
        return None
    return Stated(
        start=match.start("number"), end=match.end("number"), number=float(number), qualifier=qualifier or "exact"
    )


def growth_in(sentence: str) -> Iterator[Stated]:
    """By how many times the look-alikes are said to have become more."""
    for match in grown.finditer(sentence):
        verb = match["verb"] or match["twice"]
        number = GROWN[verb] if verb else number_of(match["times"] or match["by"])
        if number >= FEWEST:
            yield Stated(start=match.start(), end=match.end(), number=float(number), qualifier="exact", unit="times")


def span_of(sentence: str, words: str) -> str:
    """Within what a growth told in these words of a sentence took place: a key of ``SPANS``, or empty."""
    start = sentence.find(words) if words else -1
    if start < 0:
        return ""
    plain = flat(sentence)
    told = spanned_after.match(plain[start + len(words) :]) or spanned_before.match(plain[:start])
    return str(told.lastgroup) if told is not None else ""


def losses_in(sentence: str) -> Iterator[Stated]:
    """Amounts of money that buyers are said to have lost, in dollars or euros."""
    for match in lost.finditer(sentence):
        money = (match["symbol"] or "") + (match["unit"] or "")
        if not money:
            continue
        scale, size = match["scale"] or "", match["size"]
        # three figures behind one mark are thousands, unless a scale follows: "310,000", but "1.250 million"
        fraction = re.fullmatch(r"(\d+)[.,](\d+)" if scale else r"(\d+)[.,](\d{1,2}|\d{4,})", size)
        number = float(f"{fraction[1]}.{fraction[2]}") if fraction else float(re.sub(r"\D", "", size))
        unit = "eur" if "€" in money or "eur" in money else "usd"
        number = round(number * SCALES.get(scale, 1.0), 2)
        yield Stated(start=match.start("size"), end=match.end(), number=number, qualifier="exact", unit=unit)
