"""The phrase-based translator between French and English that ships with the package: no compiler, no accelerator.

A log-linear model (Och and Ney 2002, https://aclanthology.org/P02-1038) over phrase pairs and a language model, both in
``phrase_table``, searched by ``beam``. What the guarded stage put in place of names and numbers is opaque here: it is
copied, and so is a word that the tables do not know in any spelling.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contrecoup.engines.beam import LONGEST, Beam, Candidates, Dials, search
from contrecoup.engines.elision import elided
from contrecoup.engines.phrase_table import END, FEATURES, UNKNOWN, WEIGHTS, PhraseModel, PhraseStore
from contrecoup.engines.stems import Stems
from contrecoup.engines.tokens import SYMBOL, detokenise, recase, symbol, tokenise, truecase
from contrecoup.engines.word_order import ORDERS
from contrecoup.weights import ASSETS

__all__ = ["FOLDER", "PhraseTranslator", "Prepared", "prepare", "rendered", "windows"]

FOLDER = ASSETS / "phrases"
# A longer text is no sentence: it comes back as it is, and none of it counts as known.
MAX_CHARACTERS = 5_000
# Longer sentences are cut after a mark, from this many words on.
CUT_FROM = 40
CUTS = frozenset(",;:–)”…")
# Reordering across these changes who says what.
WALLS = frozenset(".;:?!–…()“”|•")
# Letters from which a word in capitals shouts; shorter ones are codes.
LOUD = 4
ORDER = slice(WEIGHTS.index(ORDERS[0]), WEIGHTS.index(ORDERS[-1]) + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A sentence with every way to translate its spans.

    ``tokens`` are its words as the output copies them, ``known`` says which of them the tables have. ``features`` has
    a row for each candidate and the columns of ``WEIGHTS``, zero where only a search knows. From row ``copied`` on a
    word is copied. ``orders`` is what the word order model says of each boundary.
    """

    tokens: tuple[str, ...]
    known: NDArray[np.bool_]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.int64]
    sizes: NDArray[np.int64]
    features: NDArray[np.float64]
    orders: NDArray[np.float32]
    copied: int

    def between(self, first: int, last: int, weights: NDArray[np.floating]) -> Candidates:
        """The candidates that lie within a window of words, weighted."""
        rows = self.rows(first, last)
        return Candidates(
            starts=self.starts[rows] - first,
            ends=self.ends[rows] - first,
            scores=self.features[rows] @ weights,
            words=self.words[rows],
            sizes=self.sizes[rows],
            orders=self.orders[:, first : last + 1] * weights[ORDER][:, None],
            walls=tuple(place - first for place in range(first, last) if self.tokens[place] in WALLS),
        )

    def rows(self, first: int, last: int) -> NDArray[np.int64]:
        """Numbers of the candidates within a window of words."""
        return np.flatnonzero((self.starts >= first) & (self.ends <= last))


class PhraseTranslator:
    """Translates sentences; ``coverage`` says which share of their words it knows."""

    def __init__(self, folder: Path = FOLDER, *, beam: Beam | None = None) -> None:
        """Read a model folder.

        Raises
        ------
        EngineError
            when a file is missing or damaged.

        """
        store = PhraseStore(folder)
        self._name = store.manifest.name
        self._beam = beam or Beam()
        self._models = {
            (source, target): store.direction(source, target) for source, target in (("fr", "en"), ("en", "fr"))
        }
        self._stems = {way: Stems(model.source_words, way[0]) for way, model in self._models.items()}

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._name

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Translate each text. Words that the tables do not know are copied.

        Raises
        ------
        ValueError
            when the pair is not French and English.

        """
        model = self._model(source, target)
        return [self._translated(text, model, source, target) for text in texts]

    def coverage(self, texts: Sequence[str], source: str, target: str) -> list[float]:
        """Share of the words of each text that the tables know; 1 for a text without words.

        Raises
        ------
        ValueError
            when the pair is not French and English.

        """
        model = self._model(source, target)
        return [_share(text, model, self._stems[source, target]) for text in texts]

    def _model(self, source: str, target: str) -> PhraseModel:
        if (source, target) not in self._models:
            raise ValueError(f"The phrase tables translate between fr and en, not from {source} to {target}.")
        return self._models[source, target]

    def _translated(self, text: str, model: PhraseModel, source: str, target: str) -> str:
        if len(text) > MAX_CHARACTERS or not any(character.isalpha() for character in text):
            return text
        sentence = prepare(text, model, self._stems[source, target])
        weigh = dict(zip(WEIGHTS, model.weights.tolist(), strict=True))
        dials = Dials(lm=weigh["lm"], distortion=weigh["distortion"])
        state, out = model.lm.begin, list[str]()
        for first, last in windows(sentence.tokens):
            path = search(
                sentence.between(first, last, model.weights),
                last - first,
                model.lm,
                dials,
                beam=self._beam,
                start=state,
                end=END if last == len(sentence.tokens) else None,
            )
            state = path.state
            rows = sentence.rows(first, last)[list(path.rows)]
            out += rendered(sentence, rows, model)
        return recase(detokenise(elided(out, target), target), text)


def prepare(text: str, model: PhraseModel, stems: Stems) -> Prepared:
    """Cut a text into words and look up every span of them."""
    tokens = tuple(_spelled(truecase(tokenise(text, stems.lang), model.source_id), model))
    ids = np.array([_number(token, model, stems) for token in tokens], dtype=np.int64)
    found = model.options(ids)
    opaque = np.array([symbol(token) == SYMBOL for token in tokens], dtype=bool)
    held = np.concatenate([[0], np.cumsum(opaque)])
    ends = found.starts + found.lengths
    marks = (found.words == model.target_id(SYMBOL)).sum(axis=1)
    whole = np.flatnonzero(marks == held[ends] - held[found.starts])
    starts, ends = found.starts[whole], ends[whole]
    known = np.zeros(len(tokens), dtype=bool)
    known[starts[ends - starts == 1]] = True
    copied = np.flatnonzero(~known)
    words = np.full((len(copied), found.words.shape[1]), UNKNOWN, dtype=np.int64)
    words[:, 0] = [model.target_id(symbol(tokens[place])) for place in copied]
    features = np.zeros((len(whole) + len(copied), len(WEIGHTS)))
    features[: len(whole), : len(FEATURES)] = found.scores[whole]
    sizes = np.concatenate([found.sizes[whole], np.ones(len(copied), dtype=np.int64)])
    features[:, WEIGHTS.index("words")] = sizes
    features[:, WEIGHTS.index("phrases")] = 1
    features[len(whole) :, WEIGHTS.index("unknown")] = -1.0 * ~opaque[copied]
    return Prepared(
        tokens=tokens,
        known=known | opaque,
        starts=np.concatenate([starts, copied]),
        ends=np.concatenate([ends, copied + 1]),
        words=np.concatenate([found.words[whole].astype(np.int64), words]),
        sizes=sizes,
        features=features,
        orders=model.order.logs(ids),
        copied=len(whole),
    )


def _spelled(tokens: Sequence[str], model: PhraseModel) -> Iterator[str]:
    """Tokens, compounds that the tables do not know in their parts."""
    for token in tokens:
        parts = token.split("-") if token[0].isalpha() else [token]
        if len(parts) > 1 and model.source_id(token) is None and all(model.source_id(part) for part in parts):
            yield parts[0]
            for part in parts[1:]:
                yield from ("@-@", part)
        else:
            yield token


def _number(token: str, model: PhraseModel, stems: Stems) -> int:
    """The id of a token in the first form that the tables know, ``UNKNOWN`` when they know none.

    A word with a capital that they do not know is a name, unless it shouts.
    """
    known = symbol(token)
    number = model.source_id(known)
    if number is None and known.isalpha():
        if known.islower():
            number = model.source_id(known.capitalize())
        if number is None and (known.islower() or (known.isupper() and len(known) >= LOUD)):
            number = stems.nearest(known)
    return number or UNKNOWN


def windows(tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Stretches of a sentence that one search takes, each ending after a mark where there is one."""
    first = 0
    while len(tokens) - first > LONGEST:
        last = first + LONGEST
        places = (place for place in range(first + CUT_FROM, last) if tokens[place] in CUTS)
        last = next(places, last - 1) + 1
        yield first, last
        first = last
    yield first, len(tokens)


def rendered(sentence: Prepared, rows: Sequence[int] | NDArray[np.int64], model: PhraseModel) -> list[str]:
    """The words of a derivation: those of its rows, with the marks and the copied words of the source."""
    mark = model.target_id(SYMBOL)
    out: list[str] = []
    for row in rows:
        start, end = int(sentence.starts[row]), int(sentence.ends[row])
        if row >= sentence.copied:
            out.append(sentence.tokens[start])
            continue
        marks = iter([token for token in sentence.tokens[start:end] if symbol(token) == SYMBOL])
        words = sentence.words[row, : sentence.sizes[row]]
        out += [next(marks) if word == mark else model.target_words[word] for word in words]
    return out


def _share(text: str, model: PhraseModel, stems: Stems) -> float:
    """Known words among all; names inside a sentence and codes (R1) are known, though they are copied."""
    if len(text) > MAX_CHARACTERS:
        return 0.0
    sentence = prepare(text, model, stems)
    words = [
        bool(known) or any(character.isdigit() for character in token) or (place > 0 and token[0].isupper())
        for place, (token, known) in enumerate(zip(sentence.tokens, sentence.known, strict=True))
        if token[0].isalpha()
    ]
    return sum(words) / len(words) if words else 1.0
