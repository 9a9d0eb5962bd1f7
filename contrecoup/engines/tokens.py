"""Words and marks of French and English sentences, and sentences made of them again: for the phrase-based engine.

Training and translation cut text alike. Marks that the guarded stage gives out (``[0]``), figures and addresses are
opaque: they are copied, and the models know all of them as one symbol. Quotation marks become ``“`` and ``”``, every
apostrophe ``'``; a hyphen, slash or tilde between two tokens that touch it is written ``@-@``. Lines after Moses'
tokenizer.perl and recaser (Koehn et al. 2007, https://aclanthology.org/P07-2045), without its tables.
"""

import re
from collections.abc import Callable, Sequence

__all__ = ["FULL", "SYMBOL", "detokenise", "in_full", "recase", "symbol", "tokenise", "truecase"]

SYMBOL = "[#]"
"""What the models know every mark, figure and address as."""

APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'", "‘": " “ ", "«": " “ ", "»": " ” ", "„": " “ "})
# A quotation between single marks, which stand where no letter touches them.
SINGLE = re.compile(r"(?<![\w.])'(?=[\w\[])([^']*(?:(?<=\w)'(?=\w)[^']*)*)(?<=[\w.,!?\]])'(?!\w)")
DOUBLE = re.compile(r'(?P<open>(?<![^\s(\[“])"(?=\S))|"')
WORD = r"[^\W\d_](?:[^\W_]|['&](?=[^\W\d_])|\.(?=(?-i:[a-zà-ÿ]{2}))|(?<=\d)\.(?=\d)|[-‑](?=[^\W_]))*(?:\+(?!\w))?"
TOKEN = re.compile(
    r"\[(?:\d+|#)\]|(?:https?://|www\.)[^\s<>”]*[^\s<>”.,;:!?)\]]"
    r"|(?:[^\W\d_]\.){2,}|[A-Z]{1,2}\$(?=\d|\[)"
    r"|(?:d|l|n|s|j|c|m|t|qu|jusqu|lorsqu|puisqu|quoiqu)'(?=[^\W\d_]|\[\d|\[#)"
    rf"|{WORD}"
    r"|\d+(?:[.,\u00a0\u202f ]\d{3})+(?:[.,]\d+)?(?![\w])|\d+(?:[.,:]\d+)*(?:[^\W\d_][^\W_]*(?:-[^\W_]+)*)?"
    r"|(?<![^\s(\[“])[-+−](?=\d|\[)|\.{2,}|-{2,}|'(?:s|re|ll|ve|d|m)(?!\w)|[^\w\s]|\w",
    re.IGNORECASE,
)
INVERTED = re.compile(
    r"(?<=\w)(-t)?-(?:ils?|elles?|on|ce|je|tu|nous|vous|moi|toi|lui|leur|les?|la|en|y|là|ci)$", re.IGNORECASE
)
ENGLISH = re.compile(r"(?<=\w)(?:n't|'(?:s|re|ll|ve|d|m))$", re.IGNORECASE)
JOINED = frozenset("-‑/~:^")
SIGNS = frozenset("-+−")
FULL = {
    "d'": "de", "qu'": "que", "n'": "ne", "j'": "je", "m'": "me", "t'": "te", "c'": "ce", "s'": "se",
    "jusqu'": "jusque", "lorsqu'": "lorsque", "puisqu'": "puisque", "quoiqu'": "quoique",
}  # fmt: skip
"""Elided words that have one full form; ``elision`` shortens them again."""
CLEAR = {"...": "…", "..": "…", "--": "–", "---": "–", "—": "–"}
# So many words, most of them with a capital, are a title that capitalises for show.
TITLED, SHARE = 4, 0.6
NO_BREAK = "\u00a0"
CLOSE, OPEN = frozenset(".,)]}…”%"), frozenset("([{“")
HIGH, WIDE, SIGNED = frozenset(":;!?"), frozenset("%”"), frozenset("$€£")


def tokenise(text: str, lang: str) -> list[str]:
    """Words and marks of a text in French (``fr``) or English, in order; none for one without any."""
    text = _quoted(text.translate(APOSTROPHES))
    tokens: list[str] = []
    matches = list(TOKEN.finditer(text))
    for place, match in enumerate(matches):
        piece = CLEAR.get(match.group(), match.group())
        blank = match.start() == 0 or text[match.start() - 1] in " \u00a0\u202f\n(["
        after = matches[place + 1] if place + 1 < len(matches) else None
        if after is None or (piece not in SIGNS and after.start() != match.end()):
            tokens += _parts(piece, lang)
        elif piece in JOINED and not blank and after.start() == match.end():
            tokens.append(f"@{'-' if piece == '‑' else piece}@")
        elif piece in SIGNS and blank and after.start() == match.end():
            tokens.append(f"{piece}@")
        else:
            tokens += _parts(piece, lang)
    return in_full(tokens) if lang == "fr" else tokens


def in_full(tokens: Sequence[str]) -> list[str]:
    """French tokens without elisions (d'énergie: de énergie), so that a word counts as one; l' stays, and names do."""
    out = []
    for place, (token, after) in enumerate(zip(tokens, [*tokens[1:], ""], strict=False)):
        full = FULL.get(token.lower(), token)
        if full == "se" and token.lower() == "s'" and after.lower() in {"il", "ils"}:
            full = "si"
        if token[0].isupper() and full != token:
            full = full.capitalize() if place == 0 or after.isupper() else token
        out.append(full)
    return out


def _quoted(text: str) -> str:
    """Straight quotation marks as opening and closing ones, with blanks around."""
    text = SINGLE.sub(r" “ \1 ” ", text)
    return DOUBLE.sub(lambda match: " “ " if match["open"] is not None else " ” ", text)


def _parts(piece: str, lang: str) -> list[str]:
    """French verbs without the pronoun that follows them, English words without what was contracted to them."""
    found = (INVERTED if lang == "fr" else ENGLISH).search(piece.replace("‑", "-"))
    if found is None or piece[0] in "[@" or not piece[0].isalpha():
        return [piece]
    return [piece[: found.start()], piece[found.start() :].replace("‑", "-").lower()]


def symbol(piece: str) -> str:
    """The piece as the models know it: marks, figures and addresses are ``[#]``."""
    opaque = piece[0] == "[" and len(piece) > 1
    figure = piece[0].isdigit() and not any(character.isalpha() for character in piece)
    return SYMBOL if opaque or figure or piece.startswith(("http", "www.")) else piece


def truecase(tokens: Sequence[str], rank: Callable[[str], float | None]) -> list[str]:
    """Tokens without the capitals that only their place gave them.

    ``rank`` says how rare a spelling is (smaller is more frequent; None: never seen). The first word of a sentence,
    every word after a colon or quotation mark, and every word of a line in capitals or in title case takes the most
    frequent of its spellings.
    """
    words = [piece for piece in tokens if piece[0].isalpha()]
    capitals = sum(word[0].isupper() for word in words)
    shown = len(words) >= TITLED and capitals > SHARE * len(words)
    loud = len(words) > 1 and all(word.isupper() for word in words)
    out, first = [], True
    for piece in tokens:
        out.append(_usual(piece, rank, loud=loud) if first or shown or loud else piece)
        first = piece in {":", "“", "?", "!", ".", "–"} or (first and not piece[0].isalnum() and piece[0] != "[")
    return out


def _usual(piece: str, rank: Callable[[str], float | None], *, loud: bool) -> str:
    code = not loud and len(piece) > 1 and piece.isupper()
    if code or not piece[0].isupper():
        return piece
    spellings = [piece, piece.lower(), *([piece.capitalize()] if loud else [])]
    seen = [(place, number, word) for number, word in enumerate(spellings) if (place := rank(word)) is not None]
    if seen:
        return min(seen)[2]
    return piece.capitalize() if loud and len(piece) > TITLED else piece


def recase(text: str, like: str) -> str:
    """A sentence that begins with a capital when the one it stands for does."""
    first = next((character for character in like if character.isalnum() or character == "["), "")
    if not first.isupper():
        return text
    place = next((place for place, character in enumerate(text) if character.isalnum() or character == "["), 0)
    return text[:place] + text[place : place + 1].upper() + text[place + 1 :]


def detokenise(tokens: Sequence[str], lang: str) -> str:
    """Tokens as a sentence of French, with its no-break spaces, or of English."""
    out, tight = "", True
    for piece in tokens:
        glued = len(piece) > 1 and piece[-1] == "@"
        if tight or (glued and piece[0] == "@") or _leans(piece, lang):
            blank = NO_BREAK if lang == "fr" and not tight and piece in HIGH | WIDE else ""
        else:
            blank = " "
        out += blank + _written(piece.strip("@") if glued else piece, lang)
        elided = piece[-1] == "'" and len(piece) > 1
        tight = glued or elided or piece in OPEN or (lang == "en" and piece[-1] in SIGNED)
    return out


def _leans(piece: str, lang: str) -> bool:
    """Whether a piece touches the one before."""
    if piece in CLOSE or piece in HIGH or piece == "'":
        return True
    if lang == "fr":
        return piece[0] == "-" and piece[-1].isalpha()
    return piece[0] == "'" or piece.lower() == "n't"


def _written(piece: str, lang: str) -> str:
    if piece == "“":
        return f"«{NO_BREAK}" if lang == "fr" else '"'
    if piece == "”":
        return "»" if lang == "fr" else '"'
    return piece
