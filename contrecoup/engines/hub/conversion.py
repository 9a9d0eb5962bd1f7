"""Conversion of a translation model to CTranslate2 in int8, when it is pulled: several times faster on a processor."""

from pathlib import Path
from typing import Any

from contrecoup.engines.hub.folder import UNLOADABLE, library, quiet, read_config
from contrecoup.engines.hub.translation import CONVERTED
from contrecoup.errors import EngineError

__all__ = ["convert", "convertible"]

ARCHITECTURES = frozenset({"MarianMTModel", "M2M100ForConditionalGeneration", "T5ForConditionalGeneration"})


def convertible(folder: Path) -> bool:
    """Whether a conversion applies: a family that is known, with one vocabulary for both sides."""
    config = read_config(folder)
    return config.architecture in ARCHITECTURES and config.shares_vocabulary


def convert(folder: Path, *, quantization: str = "int8") -> Path:
    """Convert the model of a folder into a folder inside it, in place of what is there.

    Raises
    ------
    EngineError
        when the extra ``hub`` is missing, or the model cannot be converted.

    """
    library("torch")
    parent: Any = library("ctranslate2.converters").TransformersConverter

    class Converter(parent):  # type: ignore[misc]
        """Reads safetensors from this machine alone."""

        def load_model(self, model_class: Any, name: str, **told: Any) -> Any:  # noqa: ANN401
            model = model_class.from_pretrained(name, local_files_only=True, use_safetensors=True, **told)
            # transformers 5 calls every T5 tied; whether its outputs are scaled, which is meant here, stands elsewhere
            if (scaled := getattr(model.config, "scale_decoder_outputs", None)) is not None:
                model.config.tie_word_embeddings = scaled
            return model

        def load_tokenizer(self, tokenizer_class: Any, name: str, **told: Any) -> Any:  # noqa: ANN401
            tokenizer = tokenizer_class.from_pretrained(name, local_files_only=True, **told)
            # the converter (4.8) looks for the languages of M2M100 where transformers 4 told them
            if languages := getattr(tokenizer, "lang_token_to_id", None):
                vocabulary = {**tokenizer.get_vocab(), **languages}
                tokenizer.get_vocab = lambda: vocabulary
            return tokenizer

    target = folder / CONVERTED
    try:
        with quiet():
            Converter(str(folder)).convert(str(target), quantization=quantization, force=True)
    except UNLOADABLE as error:
        raise EngineError(
            f"{folder} cannot be converted to CTranslate2: {error}", advice="Choose another model."
        ) from error
    return target
