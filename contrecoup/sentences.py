"""Where the sentences of a French or English text begin and end: shared by claims and translation."""

import re
from collections.abc import Iterator

# A line ends a sentence; so does a final mark before a capital, a figure or a quotation mark.
END = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s+[\"“«(\[]?\s?[^\W_a-zà-öø-ÿ])")
# Words whose full stop ends no sentence.
SHORT = re.compile(
    r"(?:^|[\s(«“\"])(?:M|MM|Mr|Mrs|Ms|Dr|St|Inc|Corp|Co|Ltd|vs|No|etc|cf|env|av|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct"
    r"|Nov|Dec|janv|févr|juil|a\.m|p\.m|U\.S|U\.K|[A-Z])\.$"
)
# The longest of them with its full stop and the mark before it.
LONGEST_SHORT = 7


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each sentence, blank edges left out; lines are paragraphs and never joined."""
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        for mark in END.finditer(text, line.start(), line.end()):
            if SHORT.search(text, max(start, mark.end() - LONGEST_SHORT), mark.end()):
                continue
            yield from _trimmed(text, start, mark.end())
            start = mark.end()
        yield from _trimmed(text, start, line.end())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    sentence = text[start:end]
    if sentence.strip():
        yield start + len(sentence) - len(sentence.lstrip()), end - len(sentence) + len(sentence.rstrip())
