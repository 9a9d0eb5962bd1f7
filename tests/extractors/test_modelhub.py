"""Models come from the Hub at one commit, as safetensors, each file as the commit has it."""

import errno
import json
from pathlib import Path
from typing import TYPE_CHECKING

import huggingface_hub.file_download
import numpy as np
import pytest
from huggingface_hub import constants
from safetensors.numpy import save

from contrecoup.errors import EngineError, SettingsError
from extractors import modelhub
from extractors.modelhub import fetch_model, wanted

if TYPE_CHECKING:
    from conftest import Hub

NAME = "someone/Encoder_1"
WEIGHTS = save({"weight": np.arange(4096, dtype=np.float32)})
FILES = {
    "config.json": json.dumps({"model_type": "bert", "architectures": ["BertModel"]}).encode(),
    "tokenizer.json": b"{}",
    "1_Pooling/config.json": b"{}",
    "README.md": b"# Encoder",
    "model.safetensors": WEIGHTS,
    "pytorch_model.bin": b"\x80\x04.",
    "tf_model.h5": b"",
    "onnx/model.onnx": b"",
    "onnx/config.json": b"{}",
    "modeling_encoder.py": b"raise SystemExit",
}
KEPT = {"config.json", "tokenizer.json", "1_Pooling/config.json", "README.md", "model.safetensors"}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client waits a second before it asks again."""
    monkeypatch.setattr(huggingface_hub.file_download.time, "sleep", lambda _: None)


def names(folder: Path) -> set[str]:
    """Files of a folder, without what the hub's client keeps for itself."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {str(path) for path in found if path.parts[0] != ".cache"}


def test_only_settings_tokenizer_and_safetensors_are_fetched(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """No pickle, no code, no other format; the licence is that of the card."""
    hub.put(NAME, FILES)
    assert fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True) == "apache-2.0"
    assert names(tmp_path) == KEPT
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS
    assert {path.rpartition("/")[2] for _, path, _ in hub.asked}.isdisjoint(
        {"pytorch_model.bin", "modeling_encoder.py"}
    )


def test_everything_is_asked_for_at_the_commit(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """No branch is ever named."""
    hub.put(NAME, FILES)
    fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert all(commit in path.split("/") for _, path, _ in hub.asked)


def test_weights_in_parts_are_fetched_unless_there_is_a_whole() -> None:
    """With the index that tells where each weight is."""
    parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"]
    assert set(wanted(["config.json", *parts])) == {"config.json", *parts}
    assert "model-00001-of-00002.safetensors" not in wanted([*parts, "model.safetensors"])


@pytest.mark.parametrize("revision", ["main", "v1.0", "0123456", "G" * 40, ""])
def test_a_revision_that_can_change_is_refused(tmp_path: Path, revision: str) -> None:
    """A branch, a tag and a shortened commit, before anything is asked."""
    with pytest.raises(SettingsError, match="pins no model") as caught:
        fetch_model(NAME, revision, tmp_path, endpoint="http://127.0.0.1:9")
    assert "40 hexadecimal digits" in caught.value.advice


@pytest.mark.parametrize("name", ["a/b/c", "--", "un modèle"])
def test_what_is_no_name_is_refused(hub: "Hub", tmp_path: Path, commit: str, name: str) -> None:
    """As the hub's client refuses it, in one sentence."""
    with pytest.raises(SettingsError, match="no name of a model"):
        fetch_model(name, commit, tmp_path, endpoint=hub.url)


def test_an_unknown_model_is_told(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """With advice on its spelling."""
    with pytest.raises(EngineError, match=f"has no model {NAME}"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url)


def test_an_unknown_revision_is_told(hub: "Hub", tmp_path: Path) -> None:
    """The model is there, the commit is not."""
    hub.put(NAME, FILES)
    with pytest.raises(EngineError, match="has no revision ffff"):
        fetch_model(NAME, "f" * 40, tmp_path, endpoint=hub.url)


def test_a_closed_model_is_told(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """Its conditions must be accepted on its page."""
    hub.put(NAME, FILES)
    hub.gated.add(NAME)
    with pytest.raises(EngineError, match="accept its conditions"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url)


def test_a_model_without_safetensors_is_refused_before_any_file(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """A pickle is no substitute."""
    hub.put(NAME, {name: body for name, body in FILES.items() if name != "model.safetensors"})
    with pytest.raises(EngineError, match="no weights as safetensors"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url)
    assert names(tmp_path) == set()


def test_a_model_that_brings_code_is_refused_before_its_weights(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """The settings are looked at first."""
    hub.put(NAME, {**FILES, "config.json": b'{"auto_map": {"AutoModel": "modeling_encoder.Encoder"}}'})
    with pytest.raises(EngineError, match="auto_map"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert hub.fetched("model.safetensors") == []


def test_no_network_is_told(tmp_path: Path, commit: str) -> None:
    """Nobody listens there."""
    with pytest.raises(EngineError, match="could not be reached") as caught:
        fetch_model(NAME, commit, tmp_path, endpoint="http://127.0.0.1:9")
    assert "again" in caught.value.advice


def test_a_network_that_is_forbidden_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, commit: str) -> None:
    """``HF_HUB_OFFLINE`` holds for us too."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(EngineError, match="HF_HUB_OFFLINE"):
        fetch_model(NAME, commit, tmp_path, endpoint="http://127.0.0.1:9")


def test_a_connection_that_is_cut_goes_on_where_it_broke(
    hub: "Hub", tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second request asks for the rest alone, from the last whole piece on."""
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 500)
    hub.put(NAME, FILES)
    hub.cuts["model.safetensors"] = [1000]
    fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert hub.fetched("model.safetensors") == [None, "bytes=1000-"]
    assert (tmp_path / "model.safetensors").read_bytes() == WEIGHTS


def test_a_pull_that_broke_off_is_taken_up_by_the_next(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """What had arrived is not asked for again, and nothing half was left under its name."""
    hub.put(NAME, FILES)
    hub.cuts["model.safetensors"] = [0] * 20
    with pytest.raises(EngineError, match="broke off") as caught:
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert "what has arrived is kept" in caught.value.advice
    assert names(tmp_path) == KEPT - {"model.safetensors"}
    hub.cuts.clear()
    hub.asked.clear()
    fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert names(tmp_path) == KEPT
    assert [path.rpartition("/")[2] for method, path, _ in hub.asked if "resolve" in path and method == "GET"] == [
        "model.safetensors"
    ]


@pytest.mark.parametrize("file", ["model.safetensors", "config.json"])
def test_a_file_that_arrives_damaged_is_taken_away(hub: "Hub", tmp_path: Path, commit: str, file: str) -> None:
    """Of the right length, but of another hash than the commit lists: large ones by SHA-256, small ones as git does."""
    hub.put(NAME, FILES)
    hub.lies[file] = FILES[file][:-1] + b"?"
    with pytest.raises(EngineError, match=f"{file} arrived damaged"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url, quiet=True)
    assert file not in names(tmp_path)


def test_a_full_disk_is_told(hub: "Hub", tmp_path: Path, commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what the system says of it."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    hub.put(NAME, FILES)
    monkeypatch.setattr(modelhub, "snapshot_download", full)
    with pytest.raises(EngineError, match="cannot be written: No space left"):
        fetch_model(NAME, commit, tmp_path, endpoint=hub.url)
