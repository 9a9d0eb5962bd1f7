"""Language of an article, from its body first and from what its feed and its page say of themselves second.

``flows.extract`` asks once per article. The answer may be ``unknown`` or ``mixed``: a later stage that cannot
work with either says so instead of guessing.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
from langdetect.lang_detect_exception import LangDetectException

METHOD = "langdetect-1.0.9+priors-1"

READ_CHARACTERS = 2000
FEWEST_LETTERS = 40
"""Below this many letters nothing is detected: langdetect is right on 48 % of French words, 78 % of pairs of words
and 98.8 % of sentences (pemistahl/lingua-py, accuracy reports)."""
SURE_LETTERS = 200
PRIOR_WEIGHT = 4.0
"""Odds that one prior (the feed's or the page's own word) multiplies; two that agree multiply twice."""
MIXED_SHARE = 0.25

# The commonest words that only one of the two languages has.
_FRENCH_TABLE = (
    "le la les des du une et est dans pour que qui sur au aux par pas avec il elle ce cette ces son sa ses leur plus "
    "ont été sont mais où comme être selon nous vous"
)
_FRENCH = frozenset(_FRENCH_TABLE.split())
_ENGLISH_TABLE = (
    "the of and to is that for with was are as it by be this has have from at its their his her which not they but "
    "were had will would been said who an"
)
_ENGLISH = frozenset(_ENGLISH_TABLE.split())
_WORD = re.compile(r"[^\W\d_]+")
_CODE = re.compile(r"([a-z]{2})(?:[-_].*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """``lang`` is an ISO 639-1 code, ``mixed`` or ``unknown``; ``score`` is in 0..1.

    ``why`` is body (the text decided), body+priors (and its feed or page agree), priors (too little text), mixed,
    uncertain (several languages about as likely), nothing (neither text nor prior).
    """

    lang: str
    score: float
    why: str


def detect_language(text: str, *, feed_lang: str | None, html_lang: str | None) -> Language:
    """Language of a body text, given the codes (``fr``, ``fr-FR``…) that its feed and its page declare.

    langdetect's candidates for the first 2,000 characters are weighed with the declared languages and made to sum to
    one; the score of a short text is lowered in proportion. A text whose paragraphs are French for a
    quarter and English for a quarter is ``mixed`` (Mimino666/langdetect#3, #13).
    """
    text = text.strip()  # langdetect's answer changes with the blank lines of a missing lead or body
    priors = Counter(code for code in map(_code, (feed_lang, html_lang)) if code)
    letters = sum(map(str.isalpha, text[:READ_CHARACTERS]))
    candidates = _candidates(text[:READ_CHARACTERS]) if letters >= FEWEST_LETTERS else {}
    if not candidates:
        return _from_priors(priors)
    if _is_mixed(text):
        return Language(lang="mixed", score=1.0, why="mixed")
    weighed = {lang: odds * PRIOR_WEIGHT ** priors[lang] for lang, odds in candidates.items()}
    lang = max(weighed, key=lambda code: (weighed[code], code))
    score = weighed[lang] / sum(weighed.values())
    if score < 0.6:  # noqa: PLR2004 - hardly better than a coin
        return Language(lang="unknown", score=round(score, 3), why="uncertain")
    length = min(1.0, letters / SURE_LETTERS)
    return Language(lang=lang, score=round(score * length, 3), why="body+priors" if priors[lang] else "body")


def likelier_language(text: str, *, otherwise: str) -> str:
    """French or English, whichever is likelier in a text too short for ``detect_language``, or ``otherwise``.

    A guess, for lines that a person tries by hand; the pipe keeps ``unknown``.
    """
    odds = _candidates(text)
    french, english = odds.get("fr", 0.0), odds.get("en", 0.0)
    if french == english:
        return otherwise
    return "fr" if french > english else "en"


def _code(tag: str | None) -> str | None:
    match = _CODE.match((tag or "").strip().lower())
    return match.group(1) if match else None


def _from_priors(priors: Counter[str]) -> Language:
    """Two declarations that agree are worth 0.5, one alone 0.3, a contradiction nothing."""
    if len(priors) != 1:
        return Language(lang="unknown", score=0.0, why="uncertain" if priors else "nothing")
    [(lang, count)] = priors.items()
    return Language(lang=lang, score=0.5 if count > 1 else 0.3, why="priors")


@cache
def _factory() -> DetectorFactory:
    """Own factory: the library's global one draws at random unless a class attribute is set for everybody."""
    factory = DetectorFactory()
    factory.seed = 20250127
    factory.load_profile(PROFILES_DIRECTORY)
    return factory


def _candidates(text: str) -> dict[str, float]:
    detector = _factory().create()
    detector.append(text)
    try:
        found = detector.get_probabilities()
    except LangDetectException:
        return {}
    odds: dict[str, float] = {}
    for candidate in found:
        code = candidate.lang.partition("-")[0]
        odds[code] = odds.get(code, 0.0) + candidate.prob
    return odds


def _is_mixed(text: str) -> bool:
    """Whether French and English paragraphs both hold a quarter of the letters that could be told."""
    letters: Counter[str] = Counter()
    for paragraph in text.split("\n"):
        words = [word.lower() for word in _WORD.findall(paragraph[:READ_CHARACTERS])]
        french, english = sum(word in _FRENCH for word in words), sum(word in _ENGLISH for word in words)
        if max(french, english) >= 3 and max(french, english) >= 3 * min(french, english):  # noqa: PLR2004
            letters["fr" if french > english else "en"] += sum(map(len, words))
    return min(letters["fr"], letters["en"]) >= MIXED_SHARE * letters.total() > 0
