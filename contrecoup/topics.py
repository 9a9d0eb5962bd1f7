"""Topics: Article ─classify→ Label. The scheme is read from ``assets/topics.toml``; a fifth topic needs no code.

A topic is a logistic score over groups of words: score = bias + Σ groups of min(cap, Σ words of weight · log(1 + tf)),
where tf counts a word by where it stands. Caps make "and" of sums: with two groups capped below the bias, a text must
speak both of chips and of the market. A negative group takes away at most its cap.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from contrecoup.engines import Classifier
from contrecoup.errors import EngineError
from contrecoup.models import Document, Label
from contrecoup.scrub import fold

__all__ = ["READ_CHARACTERS", "SCHEME", "Scheme", "Topic", "classify", "load_scheme"]

SCHEME = "news-1"
# Lighter words are there for trained weights, which set weights of their own; they are no reason that a reader sees.
SPEAKS = 0.1
READ_CHARACTERS = 20_000
"""Of each field, what lies beyond is not searched for words: longer texts are lists, logs or attacks."""


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _GroupBlock(_Block):
    name: str
    subject: bool = False
    cap: float = Field(default=3.0, gt=0)
    both: dict[str, float] = {}
    fr: dict[str, float] = {}
    en: dict[str, float] = {}


class _TopicBlock(_Block):
    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    description: str = Field(min_length=1)
    bias: float
    threshold: float = Field(default=0.5, gt=0, lt=1)
    groups: tuple[_GroupBlock, ...] = Field(min_length=1)
    examples: dict[Literal["fr", "en"], tuple[str, ...]] = {}


class _File(_Block):
    topics: tuple[_TopicBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Words of one idea. ``pattern`` matches folded text; its n-th capture group is the word of ``weights[n - 1]``.

    A ``subject`` group names what the topic is about; trained weights hear the other groups only beside one of these.
    """

    name: str
    subject: bool
    cap: float
    lang: str
    pattern: re.Pattern[str]
    words: tuple[str, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic of the scheme: it holds when its probability reaches ``threshold``.

    ``examples`` are headlines of the topic, each with its language, from which ``training/topics.py`` learns.
    """

    name: str
    description: str
    bias: float
    threshold: float
    groups: tuple[Group, ...]
    examples: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Named topics, in the order of the columns of every classifier."""

    name: str
    topics: tuple[Topic, ...]


@cache
def load_scheme() -> Scheme:
    """The scheme of the package.

    Raises
    ------
    EngineError
        when the file was edited into something that is no scheme; the place is named.

    """
    path = files("contrecoup") / "assets" / "topics.toml"
    try:
        return read_scheme(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EngineError(
            f"{path}: {error}", advice="Mend the block that is named; its head tells the form."
        ) from error


def read_scheme(toml: str) -> Scheme:
    """A scheme from the text of a file written like ``assets/topics.toml``.

    Raises
    ------
    ValueError
        when the text is not TOML or a field is wrong (pydantic and tomllib name the place).

    """
    blocks = _File.model_validate(tomllib.loads(toml)).topics
    return Scheme(name=SCHEME, topics=tuple(_topic(block) for block in blocks))


def _topic(block: _TopicBlock) -> Topic:
    return Topic(
        name=block.name,
        description=block.description,
        bias=block.bias,
        threshold=block.threshold,
        groups=tuple(group for written in block.groups for group in _groups(written)),
        examples=tuple((lang, text) for lang, texts in block.examples.items() for text in texts),
    )


def _groups(block: _GroupBlock) -> Iterator[Group]:
    """One group per language, since a word can mean other things in the other language (French "chips")."""
    for lang in ("fr", "en"):
        weights = {**block.both, **(block.fr if lang == "fr" else block.en)}
        if not weights:
            continue
        ordered = sorted(weights, key=len, reverse=True)
        yield Group(
            name=block.name,
            subject=block.subject,
            cap=block.cap,
            lang=lang,
            pattern=re.compile(r"(?<!\w)(?:" + "|".join(f"({_expression(word)})" for word in ordered) + r")(?!\w)"),
            words=tuple(ordered),
            weights=tuple(weights[word] for word in ordered),
        )


def _expression(word: str) -> str:
    """A phrase as a pattern over folded text: ``*`` takes any ending, a space any blank, hyphen or apostrophe."""
    quoted = re.escape(fold(word)).replace("'", "['’]")
    return quoted.replace(r"\*", r"\w*").replace(r"\ ", r"[\s\-'’]+")


def classify(documents: Sequence[Document], classifier: Classifier, scheme: Scheme | None = None) -> list[Label]:
    """One label per document and topic of the scheme; ``why`` lists the words of the scheme that the document holds.

    A topic that the classifier does not know has no label.
    """
    scheme = scheme or load_scheme()
    if not documents:
        return []
    probabilities = classifier.predict(documents)
    columns = {name: column for column, name in enumerate(classifier.topics)}
    return [
        Label(
            article_id=document.article_id,
            version=document.version,
            scheme=scheme.name,
            model=classifier.name,
            topic=topic.name,
            probability=float(row[columns[topic.name]]),
            holds=float(row[columns[topic.name]]) >= topic.threshold,
            why=", ".join(words_for(document, topic)),
        )
        for document, row in zip(documents, probabilities, strict=True)
        for topic in scheme.topics
        if topic.name in columns
    ]


def words_for(document: Document, topic: Topic) -> list[str]:
    """Words of the document, as folded, that speak for a topic: in reading order, each once, eight at most."""
    fields = (document.title, document.lead, document.text)
    text = fold("\n".join(field[:READ_CHARACTERS] for field in fields))
    found = (
        (match.start(), match.group())
        for group in topic.groups
        if group.lang == document.lang or document.lang not in {"fr", "en"}
        for match in group.pattern.finditer(text)
        if group.weights[(match.lastindex or 1) - 1] >= SPEAKS
    )
    return list(dict.fromkeys(word for _, word in sorted(found)))[:8]
