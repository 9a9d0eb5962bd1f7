"""Translation by models of the Hub: Marian, NLLB, M2M100 and MADLAD, by CTranslate2 where the folder has a conversion.

Both runners read what the tokenizer of transformers made and give back ids that it decodes, so they differ in nothing
but arithmetic. The beginning of a text that is longer than the model takes is translated, its rest is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from contrecoup.engines.hub.folder import HubFolder, batches, library, limit_of, load_model, load_tokenizer, open_folder
from contrecoup.engines.marian import PATIENCE
from contrecoup.errors import EngineError

__all__ = ["CONVERTED", "HubTranslator", "Runner"]

Runner = Literal["ctranslate2", "transformers"]
CONVERTED = "ctranslate2"
"""Folder of the conversion inside a model's folder."""

BATCH = 16
# A translation may have so many times the tokens of its source, and so many more.
GROWTH, ROOM = 2, 16
# Codes of the families for a language: ISO 639-1, ISO 639-3, FLORES-200.
CODES = {"fr": ("fr", "fra", "fra_Latn"), "en": ("en", "eng", "eng_Latn")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a model is told a direction: text before each input, language of the tokenizer, first token of the output."""

    prefix: str = ""
    source: str | None = None
    forced: str | None = None


class Runs(Protocol):
    """Generates: ids of inputs in, ids of outputs out."""

    def generate(self, rows: Sequence[Sequence[int]], *, forced: int | None, beam: int, room: int) -> list[list[int]]:
        """At most ``room`` tokens for each row."""


class HubTranslator:
    """Translates with the model of a folder that ``contrecoup models pull`` made."""

    def __init__(self, folder: Path, *, runner: Runner | None = None, beam: int = 4) -> None:
        """Verify and load the folder; without ``runner``, CTranslate2 where there is a conversion.

        Raises
        ------
        EngineError
            when the folder is refused, the extra ``hub`` is missing, or the model is of no family that is known.

        """
        self._opened = open_folder(folder)
        if self._opened.config.family not in FAMILIES:
            known = ", ".join(sorted(FAMILIES))
            raise EngineError(
                f"{folder} is a model of the family {self._opened.config.family!r}, which translates nothing here.",
                advice=f"Choose a model of one of these: {known}.",
            )
        self._beam = beam
        self._tokenizer = load_tokenizer(self._opened)
        self._limit = limit_of(self._tokenizer, self._opened.config)
        converted = folder / CONVERTED
        runner = runner or ("ctranslate2" if converted.is_dir() else "transformers")
        self._runner: Runs = (
            _CTranslate2(converted, self._tokenizer)
            if runner == "ctranslate2"
            else _Transformers(self._opened, self._tokenizer)
        )

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._opened.manifest.name

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Translate each text; a blank one stays empty.

        Raises
        ------
        EngineError
            when the model does not translate from ``source`` to ``target``.

        """
        way = self._way(source, target)
        if way.source is not None:
            self._tokenizer.src_lang = way.source
        forced = None if way.forced is None else self._tokenizer.convert_tokens_to_ids(way.forced)
        places = [place for place, text in enumerate(texts) if text.strip()]
        inputs = [way.prefix + texts[place] for place in places]
        rows = self._tokenizer(inputs, truncation=True, max_length=self._limit)["input_ids"] if inputs else []
        translated = [""] * len(texts)
        for batch in batches([len(row) for row in rows], BATCH):
            room = min(self._limit - 1, GROWTH * len(rows[batch[0]]) + ROOM)
            outputs = self._runner.generate([rows[n] for n in batch], forced=forced, beam=self._beam, room=room)
            for n, output in zip(batch, outputs, strict=True):
                translated[places[n]] = self._decoded([one for one in output if one != forced][:room])
        return translated

    def _decoded(self, ids: Sequence[int]) -> str:
        text = self._tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        return str(text).strip()

    def _way(self, source: str, target: str) -> Way:
        if source not in CODES or target not in CODES:
            raise EngineError(f"Translation goes between {' and '.join(CODES)}, not from {source} to {target}.")
        way = FAMILIES[self._opened.config.family](self._tokenizer, source, target)
        if way is None:
            raise EngineError(
                f"{self._opened.path} does not translate from {source} to {target}.",
                advice='Name a model for each way: translator = ["…-fr-en", "…-en-fr"].',
            )
        return way


def _marian(tokenizer: Any, source: str, target: str) -> Way | None:  # noqa: ANN401
    """A model of several targets takes a tag; another is of one direction, which its tokenizer's settings name."""
    vocabulary = tokenizer.get_vocab()
    if any(piece.startswith(">>") and piece.endswith("<<") for piece in vocabulary):
        tags = (f">>{code}<<" for code in CODES[target])
        return next((Way(prefix=f"{tag} ") for tag in tags if tag in vocabulary), None)
    stated = (tokenizer.init_kwargs.get("source_lang"), tokenizer.init_kwargs.get("target_lang"))
    return Way() if stated[0] in CODES[source] and stated[1] in CODES[target] else None


def _m2m(tokenizer: Any, source: str, target: str) -> Way | None:  # noqa: ANN401
    """NLLB calls languages ``fra_Latn``; M2M100 calls them ``fr`` and their tokens ``__fr__``."""
    for form, of in (("{}", 2), ("__{}__", 0)):
        first, forced = CODES[source][of], form.format(CODES[target][of])
        if _knows(tokenizer, form.format(first)) and _knows(tokenizer, forced):
            return Way(source=first, forced=forced)
    return None


def _t5(tokenizer: Any, source: str, target: str) -> Way | None:  # noqa: ANN401
    """MADLAD-400 is told the target alone (Kudugunta et al. 2023); other T5 models have no such token."""
    del source
    tag = f"<2{target}>"
    return Way(prefix=f"{tag} ") if _knows(tokenizer, tag) else None


def _knows(tokenizer: Any, token: str) -> bool:  # noqa: ANN401
    """Whether a token has an id; M2M100 keeps its languages out of the vocabulary that it tells."""
    return tokenizer.convert_tokens_to_ids(token) not in {None, tokenizer.unk_token_id}


FAMILIES = {"marian": _marian, "m2m_100": _m2m, "t5": _t5}


class _Transformers:
    """``generate`` of transformers, on torch, in float32."""

    def __init__(self, opened: HubFolder, tokenizer: Any) -> None:  # noqa: ANN401
        self._torch = library("torch")
        self._tokenizer = tokenizer
        self._model = load_model(opened, "AutoModelForSeq2SeqLM")
        self._model.generation_config.max_length = None

    def generate(self, rows: Sequence[Sequence[int]], *, forced: int | None, beam: int, room: int) -> list[list[int]]:
        """See ``Runs``."""
        inputs = self._tokenizer.pad({"input_ids": [list(row) for row in rows]}, return_tensors="pt")
        told = {} if forced is None else {"forced_bos_token_id": forced}
        with self._torch.inference_mode():
            outputs = self._model.generate(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                num_beams=beam,
                do_sample=False,
                max_new_tokens=room + 1,
                **told,
            )
        # the first token is the one that starts the decoder
        return [row[1:] for row in outputs.tolist()]


class _CTranslate2:
    """CTranslate2, in the precision of the conversion."""

    def __init__(self, folder: Path, tokenizer: Any) -> None:  # noqa: ANN401
        try:
            self._translator = library("ctranslate2").Translator(str(folder), device="cpu")
        except RuntimeError as error:
            raise EngineError(
                f"ctranslate2 cannot load {folder}: {error}", advice="Take it in again: 'contrecoup models pull'."
            ) from error
        self._tokenizer = tokenizer

    def generate(self, rows: Sequence[Sequence[int]], *, forced: int | None, beam: int, room: int) -> list[list[int]]:
        """See ``Runs``."""
        first = None if forced is None else [[self._tokenizer.convert_ids_to_tokens(forced)]] * len(rows)
        results = self._translator.translate_batch(
            [self._tokenizer.convert_ids_to_tokens(list(row)) for row in rows],
            target_prefix=first,
            beam_size=beam,
            patience=PATIENCE,
            max_decoding_length=room + 1,
        )
        return [self._tokenizer.convert_tokens_to_ids(result.hypotheses[0]) for result in results]
