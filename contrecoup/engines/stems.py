"""The nearest known word of an unknown one: another spelling, or another form of the same word.

For the phrase-based engine, whose tables hold the forms that training met. Endings are cut as light stemmers do
(Savoy 2006, https://doi.org/10.1145/1141277.1141523), accents and capitals put aside.
"""

import re
from collections.abc import Sequence
from functools import cached_property

from contrecoup.scrub import fold, fold_word

__all__ = ["Stems", "stem"]

# The longest ending that leaves four letters.
ENDING = {
    "fr": re.compile(
        r"(?<=\w{4})(?:(?:[ei]?r|iss)?(?:aient|ait|ais|ont|ons|ez|ai?)|(?:iss)?(?:ent|ante?s?)|[ei]rent"
        r"|[ei]r|ees?|es?|its?|is?|s|x|ifs?|ives?|e?ments?|ages?|eu(?:rs?|ses?)|ations?)$"
    ),
    "en": re.compile(r"(?<=\w{4})(?:'s|e?ments?|ings?|e[dr]s?|ie[ds]|est|es|ly|[sey])$"),
}


class Stems:
    """The words of a language, most frequent first; their places are their ids. Indexed when first asked."""

    def __init__(self, words: Sequence[str], lang: str) -> None:
        """Know the words of French (``fr``) or English."""
        self.lang = lang
        self._words = words

    def nearest(self, word: str) -> int | None:
        """The id of a word that differs in accents and capitals alone, else of one with the same stem; None for none.

        A word with a capital may be a name, of which no other form is looked for.
        """
        folded, (spellings, stems) = fold_word(word), self._index
        found = spellings.get(folded)
        return stems.get(stem(folded, self.lang)) if found is None and word.islower() else found

    @cached_property
    def _index(self) -> tuple[dict[str, int], dict[str, int]]:
        spellings: dict[str, int] = {}
        stems: dict[str, int] = {}
        for number, word in enumerate(self._words):
            if word.isalpha() and word.islower():
                folded = fold(word)
                spellings.setdefault(folded, number)
                stems.setdefault(stem(folded, self.lang), number)
        return spellings, stems


def stem(word: str, lang: str) -> str:
    """A word in lower case without accents, without its ending."""
    return ENDING[lang].sub("", word)
