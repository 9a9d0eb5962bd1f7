"""The first thing done to every foreign text: invisible characters and markup go, plain words stay.

``extractors`` scrub whatever they read before it becomes an ``Entry`` or an ``Article``, so that no later stage
meets control characters, bidirectional overrides, lone surrogates (DuckDB refuses them) or third-party markup.
"""

import html
import re
import unicodedata
from functools import lru_cache

LONGEST_MARKUP = 400_000
"""Characters of markup that ``plain`` reads; what lies beyond is cut off."""

_LINE_ENDS = re.compile(r"\r\n?|[\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Controls, surrogates, private use and format characters. The soft hyphen, the zero-width characters and the
# bidirectional controls are format characters, as is the tags block (Unicode TR 36, "invisible" characters).
_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_HIDDEN_BESIDES = re.compile("[\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_MAYBE_HIDDEN = re.compile(r"[^\t\n -~\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205f\u20a0-\u20bf]")
_SPACES = re.compile(r"[^\S\n]+")

_OPAQUE = frozenset({"script", "style", "noscript", "template", "iframe", "object", "svg", "math", "head", "title"})
_BREAKING_TABLE = (
    "address article aside blockquote br dd div dl dt figcaption figure footer h1 h2 h3 h4 h5 h6 header hr li main "
    "nav ol p pre section table td th tr ul"
)
_BREAKING = frozenset(_BREAKING_TABLE.split())
_TAG_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9:-]*)")


def scrub(text: str, *, keep_lines: bool = False) -> str:
    r"""Text in NFC without invisible characters, its white space folded to single spaces.

    With ``keep_lines``, line ends stay as single ``\n`` between lines that are not empty.
    """
    text = _LINE_ENDS.sub("\n", text)
    text = _MAYBE_HIDDEN.sub(_visible, text)
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    if not keep_lines:
        return " ".join(text.split())
    return "\n".join(line for line in map(str.strip, text.split("\n")) if line)


def _visible(match: re.Match[str]) -> str:
    character = match.group()
    hidden = unicodedata.category(character) in _HIDDEN_CATEGORIES or _HIDDEN_BESIDES.match(character)
    return "" if hidden else character


def plain(markup: str) -> str:
    """Words of an HTML fragment, scrubbed, one line per block element.

    Reads the fragment once from left to right, so that hostile markup costs no more than honest markup
    (a sanitiser took 35 s on a megabyte of ``&``). Scripts, styles and comments are dropped with their content;
    a ``<`` that opens no tag is text.
    """
    pieces: list[str] = []
    markup = markup[:LONGEST_MARKUP]
    at = 0
    while (start := markup.find("<", at)) >= 0:
        pieces.append(markup[at:start])
        at = _after_tag(markup, start, pieces)
    pieces.append(markup[at:])
    return scrub(html.unescape("".join(pieces)), keep_lines=True)


def _after_tag(markup: str, start: int, pieces: list[str]) -> int:
    """Where reading goes on after the ``<`` at ``start``; what the tag stands for is added to ``pieces``."""
    if markup.startswith("<!--", start):
        return _after(markup, "-->", start)
    if markup.startswith("<![CDATA[", start):
        return start + len("<![CDATA[")
    if markup.startswith(("<!", "<?"), start):
        return _after(markup, ">", start)
    name = _TAG_NAME.match(markup, start + 1)
    if name is None:
        pieces.append("<")
        return start + 1
    tag = name.group(1).lower()
    if tag in _BREAKING:
        pieces.append("\n")
    if tag in _OPAQUE and markup[start + 1] != "/":
        closing = re.compile(f"</{tag}", re.IGNORECASE).search(markup, start)
        return _after(markup, ">", closing.end()) if closing else len(markup)
    return _after(markup, ">", start)


def _after(markup: str, closing: str, start: int) -> int:
    found = markup.find(closing, start)
    return len(markup) if found < 0 else found + len(closing)


def fold(text: str) -> str:
    """Lower case without accents or ligatures. Compatibility forms (full-width letters) stay, so they match nothing."""
    marks = unicodedata.normalize("NFD", text.casefold().replace("œ", "oe").replace("æ", "ae"))
    return unicodedata.normalize("NFC", "".join(c for c in marks if not unicodedata.combining(c)))


@lru_cache(maxsize=65536)
def fold_word(word: str) -> str:
    """The same for single words, which come back often; whole texts would fill the memory."""
    return fold(word)
