"""Translation by a Marian model (Junczys-Dowmunt et al. 2018) on CTranslate2 and SentencePiece, without torch.

The folder is the one that ``training/translation.py`` or ``contrecoup models pull`` wrote: a CTranslate2 conversion in
``ctranslate2/`` or beside the manifest, with its ``source.spm`` and ``target.spm``; or two such folders, ``fr-en/`` and
``en-fr/``. A model of both directions knows a tag for each language and is told the target by it; one of a single
direction names its languages in ``tokenizer_config.json`` or stands in a folder that does.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contrecoup.engines.hub.folder import library, read_json
from contrecoup.errors import EngineError
from contrecoup.weights import MEND, open_model

__all__ = ["PATIENCE", "MarianTranslator"]

# Ways to write a language (ISO 639-1, ISO 639-3); between the signs of a tag, it is the target.
CODES = {"fr": ("fr", "fra"), "en": ("en", "eng")}
BEAM = 4
PATIENCE = 2.0
"""CTranslate2 stops when a beam's worth of hypotheses has ended, though a better one may be a token short of its end;
with this patience (Kasai et al. 2022) it waits for twice as many, and finds what transformers finds."""
BATCH = 32
END = "</s>"
# A sentence is cut into windows of so many tokens, where a word begins; one of more windows is no sentence.
WINDOW, WINDOWS = 200, 10
WORD_START = "▁"
MARK = re.compile(r"\[\d+\]")
LETTER = re.compile(r"[^\W\d_]")
# Characters that the models never saw in training; they saw their plain forms.
PLAIN = str.maketrans("’‘ʼ", "'''")
FRENCH_MARKS = (
    (re.compile(r"(?<![\s;!?]) ?(?=[;!?]+(?:\s|$))"), "\u202f"),
    (re.compile(r" (?=[:»%])|(?<=«) "), "\u00a0"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Model:
    """What translates one direction: the tag to put in front, the end to put behind, the two vocabularies."""

    translator: Any
    source: Any
    target: Any
    tag: tuple[str, ...]
    end: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sentence:
    """A text as the model is shown it, and what is to be undone after."""

    text: str
    marks: tuple[str, ...]
    shouted: bool


class MarianTranslator:
    """Translates with the Marian model of a folder; directions are loaded when they are first asked for."""

    def __init__(self, folder: Path, *, compute_type: str = "int8", beam: int = BEAM) -> None:
        """Verify the folder and find the libraries; ``compute_type`` is CTranslate2's.

        Raises
        ------
        EngineError
            when the folder is not what its manifest says, or a library of the extra ``hub`` is missing.

        """
        self._folder, self._compute_type, self._beam = folder, compute_type, beam
        self._manifest = open_model(folder)
        self._engine, self._pieces = library("ctranslate2"), library("sentencepiece")
        self._models: dict[tuple[str, str], _Model] = {}
        self._loaded: dict[Path, Any] = {}

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._manifest.name

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Translate each text; one without a letter comes back as it is, one of over 2,000 tokens comes back empty.

        Raises
        ------
        EngineError
            when the folder's model does not translate from ``source`` to ``target``, or is damaged.

        """
        model = self._model(source, target)
        sentences = [_shown(text) for text in texts]
        windows: list[list[str]] = []
        spans = []
        for sentence in sentences:
            cut = _windows(model.source.encode(sentence.text, out_type=str)) if LETTER.search(sentence.text) else []
            spans.append((len(windows), len(windows) + len(cut)))
            windows += cut
        outputs = self._run(model, windows)
        return [
            text if not LETTER.search(sentence.text) else _restored(" ".join(outputs[first:last]), sentence, target)
            for text, sentence, (first, last) in zip(texts, sentences, spans, strict=True)
        ]

    def _run(self, model: _Model, windows: Sequence[list[str]]) -> list[str]:
        """Translate pieces; CTranslate2 sorts them by length before it makes batches."""
        if not windows:
            return []
        results = model.translator.translate_batch(
            [[*model.tag, *window, *model.end] for window in windows],
            max_batch_size=BATCH,
            beam_size=self._beam,
            patience=PATIENCE,
            disable_unk=True,
        )
        return [model.target.decode(result.hypotheses[0]) for result in results]

    def _model(self, source: str, target: str) -> _Model:
        if (source, target) not in self._models:
            self._models[source, target] = self._load(source, target)
        return self._models[source, target]

    def _load(self, source: str, target: str) -> _Model:
        home = self._home(source, target)
        folder = next((path for path in (home / "ctranslate2", home) if (path / "model.bin").is_file()), None)
        if folder is None:
            raise EngineError(f"There is no CTranslate2 model in {home}: model.bin is missing.", advice=MEND)
        vocabulary = _vocabulary(folder)
        tag = next((tag for tag in (f">>{code}<<" for code in CODES[target]) if tag in vocabulary), None)
        named = read_json(home / "tokenizer_config.json", dict)
        stated = named.get("source_lang") in CODES[source] and named.get("target_lang") in CODES[target]
        if tag is None and home == self._folder and not stated:
            raise self._unable(source, target)
        return _Model(
            translator=self._translator(folder),
            source=self._spm(folder, "source.spm"),
            target=self._spm(folder, "target.spm"),
            tag=() if tag is None else (tag,),
            end=() if read_json(folder / "config.json", dict).get("add_source_eos") else (END,),
        )

    def _home(self, source: str, target: str) -> Path:
        """The folder of a direction, or that of all when it is not parted."""
        if {source, target} != set(CODES):
            raise self._unable(source, target)
        parted = [path for path in self._folder.glob("??-??") if path.is_dir()]
        home = self._folder / f"{source}-{target}" if parted else self._folder
        if parted and home not in parted:
            raise self._unable(source, target)
        return home

    def _unable(self, source: str, target: str) -> EngineError:
        return EngineError(
            f"{self._folder} does not translate from {source} to {target}.",
            advice="Name a folder that has a model for this direction.",
        )

    def _translator(self, folder: Path) -> Any:  # noqa: ANN401 - CTranslate2 is imported late
        """The model of a folder, shared by both directions."""
        if folder not in self._loaded:
            try:
                self._loaded[folder] = self._engine.Translator(
                    str(folder), device="cpu", compute_type=self._compute_type
                )
            except (RuntimeError, ValueError) as error:
                raise EngineError(f"ctranslate2 cannot load {folder}: {error}.", advice=MEND) from error
        return self._loaded[folder]

    def _spm(self, folder: Path, name: str) -> Any:  # noqa: ANN401 - SentencePiece is imported late
        """A vocabulary beside the conversion or in the folder above; one for both languages is ``source.spm``."""
        places = [place / file for file in (name, "source.spm") for place in (folder, folder.parent)]
        path = next((path for path in places if path.is_file()), None)
        if path is None:
            raise EngineError(f"The model in {folder} is not whole: {name} is missing.", advice=MEND)
        if path not in self._loaded:
            try:
                self._loaded[path] = self._pieces.SentencePieceProcessor(model_file=str(path))
            except (RuntimeError, OSError) as error:
                raise EngineError(f"{path} is no SentencePiece vocabulary.", advice=MEND) from error
        return self._loaded[path]


def _vocabulary(folder: Path) -> set[str]:
    """Source pieces of a CTranslate2 model."""
    names = ("shared_vocabulary.json", "source_vocabulary.json")
    return {str(piece) for name in names for piece in read_json(folder / name, list)}


def _shown(text: str) -> _Sentence:
    """A text on one line, marks numbered from 0, capitals brought down where there is nothing else.

    Models loop on lines in capitals (Helsinki-NLP/Opus-MT#49), of which they saw few.
    """
    plain = " ".join(text.translate(PLAIN).split())
    marks = tuple(dict.fromkeys(MARK.findall(plain)))
    plain = MARK.sub(lambda found: f"[{marks.index(found.group())}]", plain)
    shouted = plain.isupper() and " " in plain
    return _Sentence(text=plain.capitalize() if shouted else plain, marks=marks, shouted=shouted)


def _windows(pieces: list[str]) -> list[list[str]]:
    """Pieces in windows, each ended where a word begins if one does; none when there are too many."""
    cut: list[list[str]] = []
    start = 0
    while start < len(pieces):
        if len(cut) == WINDOWS:
            return []
        end = min(start + WINDOW, len(pieces))
        if end < len(pieces):
            words = (place for place in range(end, start, -1) if pieces[place].startswith(WORD_START))
            end = next(words, end)
        cut.append(pieces[start:end])
        start = end
    return cut


def _restored(translated: str, sentence: _Sentence, target: str) -> str:
    """The translation with the text's own marks and capitals; marks that were never given out are dropped."""

    def own(found: re.Match[str]) -> str:
        number = int(found.group()[1:-1])
        return sentence.marks[number] if number < len(sentence.marks) else ""

    text = MARK.sub(own, translated.upper() if sentence.shouted else translated)
    for pattern, blank in FRENCH_MARKS if target == "fr" else ():
        text = pattern.sub(blank, text)
    return text.strip()
