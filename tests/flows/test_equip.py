"""``contrecoup models``: what ships and what was pulled is listed, fetched, tried; nothing half looks whole."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save

from contrecoup.engines import choose
from contrecoup.engines.choose import SHIPPED
from contrecoup.errors import EngineError, SettingsError
from contrecoup.weights import ASSETS, MANIFEST, open_model, read_manifest
from flows import equip
from flows.equip import list_models, pull_model, try_model

if TYPE_CHECKING:
    from conftest import Ended, Hub

REPOSITORY = Path(__file__).parents[2]
NAME = "someone/Encoder_1"
FILES = {
    "config.json": json.dumps({"model_type": "bert", "architectures": ["BertModel"]}).encode(),
    "tokenizer.json": b"{}",
    "model.safetensors": save({"weight": np.arange(16, dtype=np.float32)}),
    "pytorch_model.bin": b"\x80\x04.",
}
MARIAN = {**FILES, "config.json": b'{"model_type": "marian", "architectures": ["MarianMTModel"]}'}


def folder_of(path: Path, files: dict[str, bytes]) -> Path:
    """Files in a folder."""
    path.mkdir(parents=True)
    for name, body in files.items():
        (path / name).write_bytes(body)
    return path


def test_a_model_is_pulled_beside_the_settings(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """Its manifest keeps name, commit, licence and command, and holds."""
    hub.put(NAME, FILES)
    pulled = pull_model(NAME, commit, config=tmp_path / "contrecoup.toml", endpoint=hub.url, quiet=True)
    assert pulled.folder == tmp_path / "models" / NAME
    assert (pulled.choice, pulled.kind, pulled.converted, pulled.note) == (NAME, "embedder", False, "")
    manifest = open_model(pulled.folder)
    assert (manifest.name, manifest.licence) == ("someone-encoder-1-01234567", "apache-2.0")
    assert manifest.command == f"contrecoup models pull {NAME} --revision {commit}"
    assert set(manifest.files) == set(FILES) - {"pytorch_model.bin"}
    assert choose.find("embedder", pulled.choice, tmp_path) == str(pulled.folder)


def test_a_model_that_is_there_is_not_fetched_again(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """One that was damaged is."""
    hub.put(NAME, FILES)
    first = pull_model(NAME, commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    hub.asked.clear()
    assert pull_model(NAME, commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True) == first
    assert hub.asked == []
    (first.folder / "model.safetensors").write_bytes(b"\0")
    pull_model(NAME, commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert hub.asked
    assert open_model(first.folder).name == first.version


def test_a_pull_that_fails_leaves_nothing_that_looks_whole(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """What has arrived is put aside under another name, that no list shows and the next pull takes up."""
    hub.put(NAME, FILES)
    hub.lies["model.safetensors"] = FILES["model.safetensors"][:-1] + b"?"
    with pytest.raises(EngineError):
        pull_model(NAME, commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert not (tmp_path / "models" / NAME).exists()
    assert not list(tmp_path.rglob(MANIFEST))
    assert [row.name for row in list_models(tmp_path / "c.toml") if row.where == "pulled"] == []
    hub.lies.clear()
    pulled = pull_model(NAME, commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert [path.name for path in (tmp_path / "models" / "someone").iterdir()] == [pulled.folder.name]


def test_a_model_may_be_pulled_into_a_folder_of_your_own(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """But not over something that is no model."""
    hub.put(NAME, FILES)
    pulled = pull_model(NAME, commit, config=tmp_path / "c.toml", to=tmp_path / "mine", endpoint=hub.url, quiet=True)
    assert (pulled.folder, pulled.choice) == (tmp_path / "mine", str(tmp_path / "mine"))
    (tmp_path / "photos").mkdir()
    with pytest.raises(SettingsError, match="holds no model"):
        pull_model(NAME, commit, config=tmp_path / "c.toml", to=tmp_path / "photos", endpoint=hub.url)


def test_a_folder_of_this_machine_is_taken_in(tmp_path: Path) -> None:
    """By the same rules, without a network; its pickle stays behind."""
    source = folder_of(tmp_path / "Own model", FILES)
    pulled = pull_model(str(source), None, config=tmp_path / "c.toml")
    assert pulled.version.startswith("own-model-")
    assert pull_model(str(source), None, config=tmp_path / "c.toml") == pulled
    assert set(open_model(pulled.folder).files) == set(FILES) - {"pytorch_model.bin"}
    (source / "tokenizer.json").write_bytes(b"{ }")
    assert pull_model(str(source), None, config=tmp_path / "c.toml").version != pulled.version


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"config.json": FILES["config.json"], "pytorch_model.bin": b""}, "no weights as safetensors"),
        ({**FILES, "config.json": b'{"auto_map": {}}'}, "auto_map"),
        ({"model.safetensors": b""}, "config.json is missing"),
        ({**FILES, "config.json": b"[]"}, "holds no JSON dict"),
    ],
)
def test_a_folder_of_this_machine_that_cannot_be_used_is_refused(
    tmp_path: Path, files: dict[str, bytes], said: str
) -> None:
    """A pickle alone, code of its own, no settings."""
    source = folder_of(tmp_path / "own", files)
    with pytest.raises(EngineError, match=said):
        pull_model(str(source), None, config=tmp_path / "c.toml")
    assert not (tmp_path / "models" / "own").exists()


def test_without_the_extra_a_translation_model_is_kept_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one is told how to convert it."""
    monkeypatch.setattr(equip, "find_spec", lambda _: None)
    pulled = pull_model(str(folder_of(tmp_path / "own", MARIAN)), None, config=tmp_path / "c.toml")
    assert (pulled.kind, pulled.converted) == ("translator", False)
    assert "pip install 'contrecoup[hub]'" in pulled.note


def test_every_engine_that_ships_is_listed(tmp_path: Path) -> None:
    """With its kind; those that have weights, with the version in their manifest."""
    rows = list_models(tmp_path / "c.toml")
    assert [(row.kind, row.name) for row in rows] == [(kind, name) for kind in SHIPPED for name in SHIPPED[kind]]
    assert {row.where for row in rows} == {"ships"}
    for row in rows:
        folder = SHIPPED[row.kind][row.name].folder
        if folder and (folder / MANIFEST).exists():
            assert (row.version, row.licence) == (read_manifest(folder).name, read_manifest(folder).licence)
            assert row.size_mb > 0


def test_an_engine_whose_weights_are_missing_is_listed_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no reason for the list to fail."""
    gone = choose.Shipped(module="static", name="StaticEmbedder", weights="gone")
    monkeypatch.setattr(equip, "SHIPPED", {"embedder": {"static": gone}})
    assert [(row.name, row.version) for row in list_models(tmp_path / "c.toml")] == [("static", "missing")]


@pytest.mark.parametrize(
    ("name", "body"), [(MANIFEST, b"{"), ("config.json", b""), ("config.json", b'{"auto_map": 1}')]
)
def test_a_pulled_model_that_is_damaged_is_listed_as_such(tmp_path: Path, name: str, body: bytes) -> None:
    """The list goes on to the next one."""
    for folder in ("a", "b"):
        pull_model(str(folder_of(tmp_path / folder, FILES)), None, config=tmp_path / "c.toml")
    (tmp_path / "models" / "a" / name).write_bytes(body)
    rows = [row for row in list_models(tmp_path / "c.toml") if row.where == "pulled"]
    assert [(row.name, row.version == "damaged") for row in rows] == [("a", True), ("b", False)]


@pytest.mark.parametrize("architectures", ['"BertModel"', "5", "[]", "null", "{}"])
def test_a_model_whose_architecture_is_not_told_is_taken_for_an_embedder(tmp_path: Path, architectures: str) -> None:
    """Settings of an odd shape are no reason for a traceback."""
    config = f'{{"model_type": "bert", "architectures": {architectures}}}'.encode()
    pulled = pull_model(
        str(folder_of(tmp_path / "own", {**FILES, "config.json": config})), None, config=tmp_path / "c.toml"
    )
    assert pulled.kind == "embedder"


def test_a_name_that_leads_out_of_the_folder_of_models_makes_no_folder(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """It is no name of a model, and nothing is written for it."""
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(SettingsError, match="no name of a model"):
        pull_model("../../x", commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert sorted(tmp_path.rglob("*")) == before


def test_figures_stand_in_the_list(
    contrecoup: "Callable[..., Ended]", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the manifest has them; for a person, below the table."""
    source = folder_of(tmp_path / "own", FILES)
    pulled = pull_model(str(source), None, config=tmp_path / "c.toml")
    manifest = json.loads((pulled.folder / MANIFEST).read_text("utf-8"))
    (pulled.folder / MANIFEST).write_text(json.dumps({**manifest, "figures": {"top1": 0.93}}), "utf-8")
    monkeypatch.setattr(equip, "SHIPPED", {})
    [row] = list_models(tmp_path / "c.toml")
    assert (row.name, row.kind, row.figures, row.where) == ("own", "embedder", "top1 0.93", "pulled")
    assert f"{row.version}: top1 0.93" in contrecoup("models", "list", "--config", tmp_path / "c.toml").out


def test_a_translator_is_tried_both_ways(tmp_path: Path) -> None:
    """Six lines, and its pace."""
    trial = try_model("glossary", config=tmp_path / "c.toml")
    assert (trial.version, trial.unit, len(trial.lines)) == ("glossary-1", "tokens", 6)
    assert "12" in trial.lines[0].partition("→")[2]
    assert trial.per_second > 0


def test_a_classifier_is_tried_on_both_languages(tmp_path: Path) -> None:
    """The last sentence of each is of a scam."""
    trial = try_model("keywords", config=tmp_path / "c.toml")
    assert (trial.unit, len(trial.lines)) == ("texts", 6)
    assert all("scam_tokens" in line for line in trial.lines)


class Signs:
    """Embeds a text by its first sign."""

    name = "signs-1"

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One of two directions."""
        return np.array([[1.0, 0.0] if text[0] == "L" else [0.0, 1.0] for text in texts], dtype=np.float32)


def test_an_embedder_is_tried_on_pairs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each French sentence beside its translation, with their cosine."""
    monkeypatch.setattr(equip, "load_embedder", lambda _: Signs())
    trial = try_model("static", config=tmp_path / "c.toml")
    assert [line.rpartition(" ")[2] for line in trial.lines] == ["0.000"] * 3


def test_weights_of_ones_own_are_tried_from_their_folder(tmp_path: Path) -> None:
    """What they are for is told by their manifest, for they have no settings of transformers."""
    mine = tmp_path / "mine"
    shutil.copytree(ASSETS / "topics", mine)
    assert try_model("mine", config=tmp_path / "c.toml").kind == "classifier"


class Mute:
    """Translates nothing."""

    name = "mute-1"

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Refuse."""
        raise EngineError(f"No way from {source} to {target} for {len(texts)} texts.")


def test_a_translator_of_no_way_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own sentence comes through."""
    monkeypatch.setattr(equip, "load_translator", lambda _: Mute())
    with pytest.raises(EngineError, match="No way from en to fr"):
        try_model("glossary", config=tmp_path / "c.toml")


def test_the_commands_print_for_a_person_and_for_a_program(contrecoup: "Callable[..., Ended]", tmp_path: Path) -> None:
    """Pull says what to write in the settings; list shows the model, as a table or as objects."""
    config = tmp_path / "contrecoup.toml"
    source = folder_of(tmp_path / "own", FILES)
    ended = contrecoup("models", "pull", source, "--config", config)
    assert ended.code == 0
    block = tomllib.loads(ended.out[ended.out.index("[engines]") :])
    assert block == {"engines": {"embedder": "own"}}
    rows = [json.loads(line) for line in contrecoup("models", "list", "--json", "--config", config).out.splitlines()]
    assert [row["version"] for row in rows if row["where"] == "pulled"] == [
        open_model(tmp_path / "models" / "own").name
    ]
    assert "glossary" in contrecoup("models", "list", "--config", config).out
    assert "tokens a second" in contrecoup("models", "test", "glossary", "--config", config).out


def test_a_hub_name_without_a_revision_is_refused(contrecoup: "Callable[..., Ended]", tmp_path: Path) -> None:
    """The code is that of a wrong option, and the advice names the option."""
    ended = contrecoup("models", "pull", "someone/model", "--config", tmp_path / "c.toml")
    assert (ended.code, "--revision" in ended.err) == (2, True)


def test_an_unknown_model_cannot_be_tried(contrecoup: "Callable[..., Ended]", tmp_path: Path) -> None:
    """Nor one whose manifest is gone."""
    assert contrecoup("models", "test", "deepest", "--config", tmp_path / "c.toml").code == 2
    folder_of(tmp_path / "own", FILES)
    assert contrecoup("models", "test", tmp_path / "own", "--config", tmp_path / "c.toml").code == 6


def test_the_endpoint_of_the_environment_is_asked(hub: "Hub", tmp_path: Path, commit: str) -> None:
    """A mirror is named as for every other client of the Hub; the whole command, in a process of its own."""
    hub.put(NAME, FILES)
    command = [sys.executable, "-c", "from flows.cli import main; main()", "models", "pull", NAME]
    ended = subprocess.run(
        [*command, "--revision", commit, "--config", str(tmp_path / "c.toml")],
        env={**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "hf"), "HF_HUB_OFFLINE": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert 'embedder = "someone/Encoder_1"' in ended.stdout
    assert open_model(tmp_path / "models" / NAME).licence == "apache-2.0"


def test_the_tests_of_the_hub_stand_apart_from_the_others() -> None:
    """They need torch, so ``make test-hub`` runs them; every other folder of tests belongs to ``make test``."""
    told = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]["pytest"]["ini_options"]
    found = {f"tests/{path.name}" for path in (REPOSITORY / "tests").iterdir() if list(path.rglob("test_*.py"))}
    files = {f"tests/{path.name}" for path in (REPOSITORY / "tests").glob("test_*.py")}
    assert set(told["testpaths"]) == (found | files) - {"tests/hub"}
