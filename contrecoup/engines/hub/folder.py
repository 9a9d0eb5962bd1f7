"""A pulled model's folder, opened offline: its manifest holds, its weights are safetensors, no code comes with it."""

import importlib
import json
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeVar

from safetensors import SafetensorError

from contrecoup.errors import EngineError
from contrecoup.weights import Manifest, open_model

__all__ = [
    "Config",
    "HubFolder",
    "batches",
    "library",
    "limit_of",
    "load_model",
    "load_tokenizer",
    "open_folder",
    "quiet",
    "read_config",
    "read_json",
]

J = TypeVar("J", dict[str, Any], list[Any])
Purpose = Literal["translator", "classifier", "embedder"]
EXTRA = "Install it into the environment of contrecoup: pip install 'contrecoup[hub]'."
PULL = "Take the model in again: 'contrecoup models pull'."
# What transformers raises of a folder that it cannot load.
UNLOADABLE = (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, ImportError, SafetensorError)
SETTINGS = ("config.json", "tokenizer_config.json")
# Without one of these, transformers makes a tokenizer that knows no word.
VOCABULARIES = ("tokenizer.json", "vocab.json", "vocab.txt", "*.spm", "*.model")
# Length of an input to a model that states none.
USUAL_LIMIT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What ``config.json`` says: the family of the model, its head, and how many tokens it takes, if it says so."""

    family: str
    architecture: str
    positions: int | None
    shares_vocabulary: bool

    @property
    def purpose(self) -> Purpose:
        """What the head is for."""
        if self.architecture.endswith(("ForConditionalGeneration", "MTModel")):
            return "translator"
        return "classifier" if self.architecture.endswith("ForSequenceClassification") else "embedder"


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFolder:
    """A folder that was verified."""

    path: Path
    manifest: Manifest
    config: Config


def library(name: str) -> ModuleType:
    """A library of the extra ``hub``, imported now.

    Raises
    ------
    EngineError
        when it is not installed.

    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise EngineError(f"A model of the Hub needs {name}, which is not installed.", advice=EXTRA) from error


def open_folder(folder: Path) -> HubFolder:
    """Verify a folder: every file that is there is in the manifest, with its SHA-256, and none can run code.

    Raises
    ------
    EngineError
        when it has no safetensors or no tokenizer, wants code of its own to be run, or is not what its manifest says.

    """
    config = read_config(folder)
    if not any(folder.glob("*.safetensors")):
        others = ", ".join(sorted(path.name for path in folder.glob("*.bin"))) or "none"
        raise EngineError(
            f"{folder} has no weights as safetensors (found: {others}); other formats can run code and are not opened.",
            advice="Choose a revision of the model that has safetensors.",
        )
    manifest = open_model(folder)
    if not any(path for form in VOCABULARIES for path in folder.glob(form)):
        raise EngineError(f"{folder} has no tokenizer (none of {', '.join(VOCABULARIES)}).", advice=PULL)
    return HubFolder(path=folder, manifest=manifest, config=config)


def read_config(folder: Path) -> Config:
    """Read ``config.json``, and refuse a model that brings code.

    Raises
    ------
    EngineError
        when it is missing or no object, or when it or the tokenizer's names code to be run (``auto_map``).

    """
    found, tokenizer = (read_json(folder / name, dict) for name in SETTINGS)
    if not found:
        raise EngineError(f"{folder} holds no model of transformers: config.json is missing or empty.", advice=PULL)
    if "auto_map" in found or "auto_map" in tokenizer:
        raise EngineError(
            f"{folder} asks for code of its own to be run (auto_map), which contrecoup never does.",
            advice="Choose a model of an architecture that transformers has.",
        )
    architectures = found.get("architectures")
    positions = found.get("max_position_embeddings") or found.get("n_positions")
    return Config(
        family=str(found.get("model_type", "")),
        architecture=str(architectures[0]) if isinstance(architectures, list) and architectures else "",
        positions=positions if isinstance(positions, int) else None,
        shares_vocabulary=bool(found.get("share_encoder_decoder_embeddings", True)),
    )


def read_json(path: Path, kind: type[J]) -> J:
    """The object or array in a JSON file; an empty one when there is no such file.

    Raises
    ------
    EngineError
        when the file is no JSON, or holds something else.

    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return kind()
    except (OSError, ValueError, RecursionError) as error:
        raise EngineError(f"{path} cannot be read as JSON.", advice=PULL) from error
    if not isinstance(found, kind):
        raise EngineError(f"{path} holds no JSON {kind.__name__}.", advice=PULL)
    return found


def load_tokenizer(opened: HubFolder) -> Any:  # noqa: ANN401 - transformers is imported late
    """The tokenizer of a folder.

    Raises
    ------
    EngineError
        when transformers or a library that the tokenizer needs is missing, or its files make no tokenizer.

    """
    transformers = library("transformers")
    with _loading(opened, "tokenizer"):
        return transformers.AutoTokenizer.from_pretrained(
            str(opened.path), local_files_only=True, trust_remote_code=False
        )


def load_model(opened: HubFolder, auto_class: str, *, optional: str = "\0") -> Any:  # noqa: ANN401
    """The model of a folder in float32, ready to infer; weights whose names begin with ``optional`` may be absent.

    Raises
    ------
    EngineError
        when torch or transformers is missing, or the weights are not those of such a model.

    """
    torch, transformers = library("torch"), library("transformers")
    with _loading(opened, "model"):
        model, told = getattr(transformers, auto_class).from_pretrained(
            str(opened.path),
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            dtype=torch.float32,
            output_loading_info=True,
        )
    absent = sorted(key for key in told["missing_keys"] if not key.startswith(optional))
    if absent:
        raise EngineError(
            f"{opened.path} is no whole model for this use: {len(absent)} weights are missing, {absent[0]} first.",
            advice="Choose a model that was trained for it.",
        )
    return model.eval()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from drawing bars and from advising packages that change nothing here (sacremoses)."""
    transformers = library("transformers")
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextmanager
def _loading(opened: HubFolder, part: str) -> Iterator[None]:
    """Tell a failure in one sentence."""
    try:
        with quiet():
            yield
    except UNLOADABLE as error:
        missing = isinstance(error, ImportError)
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise EngineError(
            f"transformers cannot load the {part} in {opened.path}: {first}", advice=EXTRA if missing else PULL
        ) from error


def limit_of(tokenizer: Any, config: Config, *, spare: int = 0) -> int:  # noqa: ANN401
    """How many tokens an input may have; what is beyond is cut off. ``spare`` positions are not used."""
    positions = (config.positions or USUAL_LIMIT) - spare
    return int(min(positions, tokenizer.model_max_length))


def batches(lengths: Sequence[int], size: int) -> Iterator[list[int]]:
    """Places of ``lengths``, longest first, so that little is spent on padding."""
    order = sorted(range(len(lengths)), key=lambda place: -lengths[place])
    for start in range(0, len(order), size):
        yield order[start : start + size]
