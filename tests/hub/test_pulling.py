"""A translation model is pulled, converted, tried and chosen, end to end, on this machine."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from small_models import Shelf

from contrecoup.engines.choose import load_translator
from contrecoup.errors import EngineError
from contrecoup.settings import read_settings
from contrecoup.weights import MANIFEST, open_model
from flows.equip import list_models, pull_model, try_model

if TYPE_CHECKING:
    from conftest import Hub


@pytest.mark.parametrize("name", ["marian", "m2m100", "nllb", "madlad"])
def test_a_pulled_model_is_converted_and_can_be_chosen(
    hub: "Hub", shelf: Shelf, tmp_path: Path, commit: str, name: str
) -> None:
    """Pulled by name, tried by name, chosen by name in the settings; it translates as it learned."""
    hub.put_folder(f"owner/{name}", shelf(name))
    config = tmp_path / "contrecoup.toml"
    pulled = pull_model(f"owner/{name}", commit, config=config, endpoint=hub.url, quiet=True)
    assert (pulled.kind, pulled.converted, pulled.note) == ("translator", True, "")
    manifest = open_model(pulled.folder)
    assert "ctranslate2/model.bin" in manifest.files
    assert {name for name in manifest.files if name.endswith(".bin")} == {"ctranslate2/model.bin"}
    config.write_text(f'[engines]\ntranslator = "owner/{name}"\n', "utf-8")
    engine = load_translator(read_settings(config).engines.translator)
    assert engine.translate(["les puces montent", "la demande ralentit"], "fr", "en") == ["chips rise", "demand slows"]
    trial = try_model(f"owner/{name}", config=config)
    assert (trial.version, len(trial.lines)) == (f"owner-{name}-{commit[:8]}", 6)
    [row] = [row for row in list_models(config) if row.where == "pulled"]
    assert (row.name, row.kind, row.licence) == (f"owner/{name}", "translator", "apache-2.0")


@pytest.mark.parametrize("name", ["bert_encoder", "bert_nli"])
def test_other_models_are_pulled_and_tried(hub: "Hub", shelf: Shelf, tmp_path: Path, commit: str, name: str) -> None:
    """They are not converted."""
    kind = {"bert_encoder": "embedder", "bert_nli": "classifier"}[name]
    hub.put_folder(f"owner/{name}", shelf(name))
    pulled = pull_model(f"owner/{name}", commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert (pulled.kind, pulled.converted) == (kind, False)
    assert try_model(f"owner/{name}", config=tmp_path / "c.toml").kind == kind


def test_a_model_that_cannot_be_converted_is_not_put_in_place(
    hub: "Hub", shelf: Shelf, tmp_path: Path, commit: str
) -> None:
    """Weights that do not fit their settings leave no model."""
    files = {path.name: path.read_bytes() for path in shelf("nllb").iterdir() if path.name != MANIFEST}
    config = json.loads(files["config.json"])
    hub.put("owner/odd", {**files, "config.json": json.dumps({**config, "d_model": 24}).encode()})
    with pytest.raises(EngineError, match="cannot be converted"):
        pull_model("owner/odd", commit, config=tmp_path / "c.toml", endpoint=hub.url, quiet=True)
    assert not (tmp_path / "models" / "owner" / "odd").exists()
    assert not list(tmp_path.rglob(MANIFEST))
