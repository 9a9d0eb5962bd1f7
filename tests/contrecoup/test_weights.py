"""Model folders and their manifests."""

import json
from pathlib import Path

import pytest

from contrecoup.errors import EngineError
from contrecoup.weights import Manifest, open_model, read_manifest, seal

MADE = Manifest(name="tiny-1", licence="Apache-2.0", made_on="2026-11-22", command="python training/tiny.py", files={})


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A sealed folder with two files."""
    (tmp_path / "en-fr").mkdir()
    (tmp_path / "weights.safetensors").write_bytes(b"weights" * 100)
    (tmp_path / "en-fr" / "model.bin").write_bytes(b"converted")
    seal(tmp_path, MADE)
    return tmp_path


def test_a_sealed_folder_opens_and_lists_every_file(model: Path) -> None:
    """Files of subfolders too; the manifest read is the one that was written."""
    manifest = open_model(model)
    assert sorted(manifest.files) == ["en-fr/model.bin", "weights.safetensors"]
    assert (manifest.name, manifest) == ("tiny-1", read_manifest(model))


def test_a_flipped_bit_is_refused_by_name(model: Path) -> None:
    """The error names the file, and what mends it."""
    path = model / "weights.safetensors"
    raw = bytearray(path.read_bytes())
    raw[350] ^= 1
    path.write_bytes(raw)
    with pytest.raises(EngineError, match=r"weights\.safetensors is damaged") as caught:
        open_model(model)
    assert "contrecoup models pull" in caught.value.advice


def test_a_missing_file_is_named(model: Path) -> None:
    """A folder that is not whole does not open."""
    (model / "weights.safetensors").unlink()
    with pytest.raises(EngineError, match=r"weights\.safetensors is missing"):
        open_model(model)


def test_a_file_that_the_manifest_does_not_list_is_named(model: Path) -> None:
    """It could change what an engine reads."""
    (model / "config.json").write_text("{}", "utf-8")
    with pytest.raises(EngineError, match=r"does not list: config\.json"):
        open_model(model)


@pytest.mark.parametrize(
    "name", ["model.pkl", "pytorch_model.bin", "model.pt", "en-fr/tokenizer.py", "arrays.npy", "M.PKL"]
)
def test_a_format_that_can_run_code_is_refused_even_when_the_manifest_lists_it(model: Path, name: str) -> None:
    """Pickles by any name, and code."""
    (model / name).write_bytes(b"\x80\x04.")
    seal(model, MADE)
    with pytest.raises(EngineError, match="can run code"):
        open_model(model)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, r"manifest\.json is missing"),
        ("{", "damaged"),
        ("[]", "damaged"),
        (json.dumps({"name": "x-1"}), "licence"),
        (json.dumps({**MADE.model_dump(), "name": "../x"}), "name"),
        (json.dumps({**MADE.model_dump(), "files": {"../../etc/passwd": "0"}}), "files"),
        (json.dumps({**MADE.model_dump(), "files": {"/etc/passwd": "0"}}), "files"),
    ],
)
def test_a_manifest_that_is_none_is_refused_with_the_field(model: Path, content: str | None, problem: str) -> None:
    """Missing, cut, of another shape, or pointing outside its folder."""
    path = model / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(EngineError, match=problem):
        open_model(model)
