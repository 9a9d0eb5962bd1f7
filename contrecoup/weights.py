"""Model folders: weights beside a manifest that vouches for them. Read by the engines, written by training/.

A folder holds ``manifest.json`` and the files that it lists with their SHA-256. Only safetensors, text and CTranslate2
files are opened; a pickle is refused by its name, whatever the manifest says.
"""

import hashlib
import json
from importlib.resources import files
from pathlib import Path, PurePosixPath

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from contrecoup.errors import EngineError

__all__ = ["ASSETS", "MANIFEST", "Data", "Manifest", "open_model", "read_manifest", "seal"]

MANIFEST = "manifest.json"
ASSETS = Path(str(files("contrecoup"))) / "assets"
MEND = "Install the package anew, or fetch the model with 'contrecoup models pull'."
# Formats that run code when they are read.
UNSAFE = frozenset({".bin", ".ckpt", ".h5", ".joblib", ".msgpack", ".npy", ".pickle", ".pkl", ".pt", ".pth", ".py"})
# CTranslate2 calls its own format, which holds arrays alone, by this name.
SAFE_NAMES = frozenset({"model.bin"})


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Data(_Block):
    """One corpus that a model was made from."""

    name: str
    licence: str
    items: int = Field(ge=0)


class Manifest(_Block):
    """What a model is: ``name`` with its version, as rows keep it; ``figures`` as measured on the day it was made."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    licence: str
    made_on: str
    command: str
    data: tuple[Data, ...] = ()
    figures: dict[str, float] = {}
    files: dict[str, str]

    @field_validator("files")
    @classmethod
    def inside(cls, names: dict[str, str]) -> dict[str, str]:
        """Refuse a file that lies outside the folder."""
        if outside := [
            name for name in names if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts
        ]:
            message = f"{outside[0]!r} lies outside the folder"
            raise ValueError(message)
        return names


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a model folder, its files unread.

    Raises
    ------
    EngineError
        when there is none, or it is no manifest.

    """
    path = folder / MANIFEST
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise EngineError(f"No model in {folder}: {path.name} is missing.", advice=MEND) from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise EngineError(f"{path} is damaged: {where}: {first['msg']}.", advice=MEND) from error


def open_model(folder: Path) -> Manifest:
    """Check every file of a model folder against its manifest; one that is not listed could change what is read.

    Raises
    ------
    EngineError
        when a file is missing or not listed, has another SHA-256 than the manifest says, or is of a format that can
        run code.

    """
    manifest = read_manifest(folder)
    if strangers := sorted(_present(folder) - manifest.files.keys()):
        raise EngineError(f"{folder} holds files that its manifest does not list: {', '.join(strangers)}.", advice=MEND)
    for name, expected in manifest.files.items():
        if _unsafe(folder / name):
            raise EngineError(f"{folder / name} is not opened: its format can run code.", advice=MEND)
        try:
            digest = _sha256(folder / name)
        except OSError as error:
            raise EngineError(f"The model in {folder} is not whole: {name} is missing.", advice=MEND) from error
        if digest != expected:
            raise EngineError(f"{folder / name} is damaged: its SHA-256 is not that of the manifest.", advice=MEND)
    return manifest


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Write the manifest of a folder whose weights are written: every other file is listed with its SHA-256."""
    sealed = manifest.model_copy(update={"files": {name: _sha256(folder / name) for name in sorted(_present(folder))}})
    text = json.dumps(sealed.model_dump(), ensure_ascii=False, indent=1, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    return sealed


def _present(folder: Path) -> set[str]:
    """Names of the files of a folder, the manifest left out."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} - {MANIFEST}


def _unsafe(path: Path) -> bool:
    return path.suffix.lower() in UNSAFE and path.name not in SAFE_NAMES


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
