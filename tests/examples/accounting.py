"""Finds the numbers of a text in which nobody has a part: neither a fact, nor a date, a name or a word of the press."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from html.parser import HTMLParser

from babel.dates import format_date

from contrecoup.digest.drawn import Course
from contrecoup.digest.edition import Edition
from contrecoup.digest.facts import Fact
from contrecoup.digest.mail_wording import LONGEST_RIVAL, MailWording
from contrecoup.digest.outward import shown
from contrecoup.digest.wording import THIRDS, read_phrases
from flows.explain import Opened, explain_facts

# Fields of an edition that hold words of the press, names, addresses or our own codes: what stands there is no figure.
WORDS = {
    "title",
    "translation",
    "counterpart",
    "text",
    "rival",
    "name",
    "names",
    "symbol",
    "publisher",
    "publishers",
    "href",
    "timezone",
    "story_id",
}
FIXED = ("howto", "section")
# Fractions are told in words.
FRACTIONS = {read_phrases(lang)[f"said.{name}"]: size for lang in ("fr", "en") for size, name in THIRDS.items()}
_NUMBER = re.compile(rf"\b(?:{'|'.join(FRACTIONS)})\b|[+−]?\d(?:[\d.,\u00a0\u202f]*\d)?")
_SPACES = re.compile(r"[ \n]+")


def flat(text: str) -> str:
    """A text without the breaks of its lines."""
    return _SPACES.sub(" ", text)


def numbers(text: str) -> list[str]:
    """Every figure of a text, as it is written."""
    return _NUMBER.findall(text)


def value(written: str, lang: str) -> tuple[float, float]:
    """A written figure, and half a unit of its last place."""
    if written in FRACTIONS:
        return FRACTIONS[written], 0.05
    plain = re.sub("[\u00a0\u202f+]", "", written.replace("−", "-"))
    plain = plain.replace(",", ".") if lang == "fr" else plain.replace(",", "")
    return float(plain), 0.5 / 10 ** len(plain.partition(".")[2])


def unaccounted(text: str, edition: Edition, facts: Sequence[Fact], wording: MailWording) -> list[str]:
    """What is wrong with the figures of a text: a fact without a place in it, or a figure without a fact."""
    wrong, left = [], flat(text)
    words = sorted({flat(word) for word in _words(edition, wording)}, key=len, reverse=True)
    lines: dict[str, list[str]] = {}
    for fact in facts:
        lines.setdefault(flat(fact.line), []).extend(numbers(fact.shown))
    for line, given in sorted(lines.items(), key=lambda one: -len(one[0])):
        told = numbers(_without(line, words))
        times = max(1, len(given) // max(1, len(told)))  # two stories may be told by as many at the same hour
        if Counter(told * times) != Counter(given):
            wrong.append(f"{line!r} has other figures than {given}")
        left, found = re.subn(rf"(?<![\w.,+−]){re.escape(line)}", " | ", left, count=times)
        if found < times:
            wrong.append(f"{line!r} is not in the text")
    left = _without(left, words)
    return wrong + [left[max(0, found.start() - 60) : found.end() + 40] for found in _NUMBER.finditer(left)]


def _without(text: str, words: Sequence[str]) -> str:
    for word in words:
        text = text.replace(word, "…")
    return text


def _words(edition: Edition, wording: MailWording) -> Iterator[str]:
    """Everything with digits in it that is no figure."""
    yield from (
        phrase for name, phrase in wording.phrases.items() if name.partition(".")[0] in FIXED and numbers(phrase)
    )
    for phrase in ("format.day_and_year", "format.date_in_subject"):
        yield str(format_date(edition.edition_on, wording.phrases[phrase], wording.locale))
    for name, found in _values(edition):
        if isinstance(found, Course):
            yield wording.slot_of(found)
        elif isinstance(found, datetime):
            yield from (wording.moment(found), wording.lately(found))
        elif isinstance(found, date):
            yield wording.day(found)
        elif isinstance(found, str) and name in WORDS and numbers(found):
            for told in (found, shown(found, LONGEST_RIVAL)):
                yield from (told, wording.quoted(told))


def _values(node: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Every value in an edition, with the name of the field that holds it."""
    if isinstance(node, Course):
        yield name, node
    if is_dataclass(node) and not isinstance(node, type):
        for field in fields(node):
            yield from _values(getattr(node, field.name), field.name)
    elif isinstance(node, (tuple, list)):
        for one in node:
            yield from _values(one, name)
    else:
        yield name, node


def differing(opened: Opened, lang: str) -> list[str]:
    """The facts whose query gives another number than the edition shows, to the last place that it shows."""
    wrong = []
    for answer in explain_facts(opened, opened.facts):
        for told in answer.numbers:
            [written] = numbers(told.fact.shown)
            shown, slack = value(written, lang)
            if abs(told.number - shown) > slack + 1e-9:
                wrong.append(f"{told.fact.item}, {told.fact.what}: {written}, but {answer.name} gives {told.number}")
    return wrong


class _Page(HTMLParser):
    """What a page says, to those who see pictures and to those who do not."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what stands for a picture."""
        self._silent = tag == "style"
        self.said += [text for name, text in attrs if name == "alt" and text]

    def handle_endtag(self, tag: str) -> None:
        """Hear again after a style."""
        del tag
        self._silent = False

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self._silent:
            self.said.append(data)


def unknown(html: str, edition: Edition, facts: Sequence[Fact], wording: MailWording) -> set[str]:
    """The figures of a page, pictures included, that no fact has."""
    page = _Page()
    page.feed(html)
    words = sorted({flat(word) for word in _words(edition, wording)}, key=len, reverse=True)
    known = {number for fact in facts for number in numbers(fact.shown)}
    return set(numbers(_without(flat(" | ".join(page.said)), words))) - known
