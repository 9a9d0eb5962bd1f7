"""What stands side by side agrees: French elisions and contractions, the English article a or an.

The last step of the phrase-based engine: its language model has seen most neighbours, not all.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from contrecoup.engines.tokens import FULL

__all__ = ["elided"]

SHORT = {full: short for short, full in FULL.items()} | {"le": "l'", "la": "l'"}
# Words that are cut before these alone.
BEFORE = {"ce": ("c'", "est", "était", "étaient", "eût", "en"), "si": ("s'", "il", "ils")}
CONTRACTED = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}
INFINITIVE = re.compile(r".+(?:(?<!i)er|oir|[aiu]ire|ndre|ttre)$")
# No elision before these: h aspiré, and vowels that behave as one.
ASPIRATED = re.compile(
    r"h(?:a(?:ck|i[nr]|l[lt]|mb|ndic|ng|rc|rd|s|ut|uss|v|y|ï)|âte|edge|éros|iér|iss|o(?:ld|ll|ng|nt|rs)|ua|ub|uit|urle)"
    r"|hé?r[io]ss|on[cz]|oui|uhlan|ya|ye|yo|ou(?:istiti|ate)",
    re.IGNORECASE,
)
SINGLE = re.compile(r"[A-Z]$")
VOWEL = re.compile(r"[aàâæeéèêëiîïoôœuùûyh]", re.IGNORECASE)
AN = re.compile(
    r"(?:[aeio](?!ne\b|nce\b|uro|u[ks])|u(?!ni|se|ti|s\b|sa|sd|k\b|sb)|hour|heir|honest|honou?r)", re.IGNORECASE
)
# Capitals read one by one, and those of them whose names begin with a vowel; NATO is a word.
SOUNDED = re.compile(r"[AEFHILMNORSX](?![AEIOU][A-Z]{2})")
SPELLED = re.compile(r"[A-Z]{2,}(?:\b|[\d-])")


def elided(tokens: Sequence[str], lang: str) -> list[str]:
    """Tokens of a French or English sentence, each in the form that the next one asks for."""
    return _french(tokens) if lang == "fr" else _english(tokens)


def _french(tokens: Sequence[str]) -> list[str]:
    out: list[str] = []
    for token in reversed(tokens):
        after = out[-1] if out else ""
        word = token.lower()
        contracted = CONTRACTED.get((word, after))
        if contracted is not None and not (len(out) > 1 and INFINITIVE.match(out[-2])):
            out[-1] = _cased(contracted, token)
        else:
            form = _form(word, after)
            out.append(token if form == word else _cased(form, token))
    return out[::-1]


def _form(word: str, after: str) -> str:
    """A word in lower case as it stands before another."""
    if word in BEFORE:
        return BEFORE[word][0] if after in BEFORE[word][1:] else word
    cut = VOWEL.match(after) is not None and ASPIRATED.match(after) is None and not SINGLE.match(after)
    if word == "l'":
        return word if cut or not after[:1].isalpha() else "le"
    return SHORT[word] if cut and word in SHORT and (word, after) != ("la", "une") else word


def _english(tokens: Sequence[str]) -> list[str]:
    out = list(tokens)
    for place, (token, after) in enumerate(pairwise(tokens)):
        if token.lower() in {"a", "an"} and after[:1].isalpha():
            spelled = SPELLED.match(after) is not None
            vowel = SOUNDED.match(after) if spelled else AN.match(after)
            out[place] = _cased("an" if vowel else "a", token)
    return out


def _cased(word: str, like: str) -> str:
    return word.capitalize() if like[0].isupper() else word
