"""What the settings choose becomes an engine, or a sentence that lists what there is."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from contrecoup.engines import choose
from contrecoup.engines.choose import (
    HUB,
    SHIPPED,
    ByWay,
    Shipped,
    find,
    load_classifier,
    load_embedder,
    load_translator,
)
from contrecoup.engines.hub.folder import library, open_folder
from contrecoup.errors import EngineError, SettingsError
from contrecoup.settings import Settings, read_settings
from contrecoup.weights import ASSETS, Manifest, read_manifest, seal


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Engines of one test are not those of another."""
    caches = (choose._load, choose._load_each)
    yield
    for cache in caches:
        cache.cache_clear()


def folder(path: Path, files: dict[str, bytes]) -> Path:
    """A model folder with its manifest."""
    path.mkdir(parents=True)
    for name, body in files.items():
        (path / name).write_bytes(body)
    seal(path, Manifest(name="small-1", licence="MIT", made_on="2026-11-22", command="a test", files={}))
    return path


def settings(tmp_path: Path, engines: str) -> Settings:
    """Settings with a block of engines."""
    path = tmp_path / "contrecoup.toml"
    path.write_text(f"[engines]\n{engines}\n", "utf-8")
    return read_settings(path)


BERT = b'{"model_type": "bert", "architectures": ["BertModel"], "max_position_embeddings": 64}'
GOOD = {"config.json": BERT, "model.safetensors": b"\0" * 64, "vocab.txt": b""}


def test_engines_are_chosen_for_you() -> None:
    """Each choice that the settings make by themselves is an engine that ships."""
    chosen = Settings().engines
    assert set(chosen.translator) <= set(SHIPPED["translator"])
    assert chosen.embedder in SHIPPED["embedder"]
    assert chosen.classifier in SHIPPED["classifier"]


def test_one_translator_or_several_may_be_named(tmp_path: Path) -> None:
    """A name, or a list of names."""
    assert settings(tmp_path, 'translator = "glossary"').engines.translator == ("glossary",)
    several = settings(tmp_path, 'translator = ["phrases", "glossary"]')
    assert several.engines.translator == ("phrases", "glossary")


@pytest.mark.parametrize(
    ("kind", "weights"), [("translator", "phrases"), ("embedder", "embeddings"), ("classifier", "topics")]
)
def test_weights_of_ones_own_run_from_their_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, weights: str
) -> None:
    """What ``training/`` made is chosen by its folder, and is read from there."""
    mine = tmp_path / "mine"
    shutil.copytree(ASSETS / weights, mine)
    manifest = read_manifest(mine)
    seal(mine, manifest.model_copy(update={"name": f"{manifest.name}0"}))
    load = {"translator": load_translator, "embedder": load_embedder, "classifier": load_classifier}[kind]
    assert load(str(mine)).name == f"{manifest.name}0"
    monkeypatch.chdir(tmp_path)
    assert load("mine").name == f"{manifest.name}0"


@pytest.mark.parametrize("kind", sorted(SHIPPED))
def test_an_unknown_engine_is_refused_with_those_that_are_known(tmp_path: Path, kind: str) -> None:
    """When the settings are read, before anything is fetched."""
    with pytest.raises(SettingsError, match=f"no {kind} 'deepest'") as caught:
        settings(tmp_path, f'{kind} = "deepest"')
    assert all(name in caught.value.message for name in SHIPPED[kind])
    assert "contrecoup models list" in caught.value.advice


@pytest.mark.parametrize("engines", ["translator = []", "translator = 3", 'summariser = "x"', 'embedder = ""'])
def test_a_choice_of_another_form_is_refused(tmp_path: Path, engines: str) -> None:
    """No translator at all, a number, an engine that is for nothing, an empty name."""
    with pytest.raises(SettingsError):
        settings(tmp_path, engines)


@pytest.mark.parametrize("written", ["models/owner/small", "owner/small"])
def test_a_pulled_model_is_found_by_folder_and_by_name(tmp_path: Path, written: str) -> None:
    """Both count from the folder of the settings, wherever the command is run."""
    made = folder(tmp_path / "models" / "owner" / "small", GOOD)
    assert settings(tmp_path, f'embedder = "{written}"').engines.embedder == str(made)
    assert find("embedder", str(made)) == str(made)


def test_an_engine_is_loaded_once() -> None:
    """A process that asks again has the same."""
    assert load_translator("glossary") is load_translator(["glossary"])
    assert load_translator("glossary").name == "glossary-1"
    assert load_classifier("keywords") is load_classifier("keywords")


@pytest.mark.parametrize("kind", sorted(SHIPPED))
def test_every_engine_is_where_the_table_says(kind: str) -> None:
    """Its file is there, though nothing imports it before it is chosen."""
    home = Path(choose.__file__).parent
    for engine in [*SHIPPED[kind].values(), *HUB.values()]:
        source = home / f"{engine.module.replace('.', '/')}.py"
        assert f"class {engine.name}" in source.read_text("utf-8")


class OneWay:
    """Translates into one language."""

    def __init__(self, target: str) -> None:
        """Name the language."""
        self.name, self._target = f"to-{target}", target

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Say what would be done."""
        if target != self._target:
            raise EngineError(f"{self.name} does not go from {source} to {target}.")
        return [f"{self.name}: {text}" for text in texts]


def test_several_translators_share_the_ways() -> None:
    """Each text goes to the first that translates its way; when none does, the first says so."""
    both = ByWay([OneWay("en"), OneWay("fr")])
    assert both.name == "to-en+to-fr"
    assert both.translate(["puces"], "fr", "en") == ["to-en: puces"]
    assert both.translate(["chips"], "en", "fr") == ["to-fr: chips"]
    with pytest.raises(EngineError, match="to-en does not go"):
        both.translate(["chips"], "en", "de")


def test_a_list_of_translators_is_loaded_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name has the names of all, so that rows tell which made them."""
    monkeypatch.setitem(SHIPPED["translator"], "again", Shipped(module="glossary", name="GlossaryTranslator"))
    assert load_translator(["glossary", "again"]).name == "glossary-1+glossary-1"


def test_a_translator_of_one_way_is_refused_where_both_are_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    """When it is loaded, rather than amid a run; where the other way is not wanted, it does."""
    monkeypatch.setattr(choose, "_load", lambda _, found: OneWay({"glossary": "en", "phrases": "fr"}[found]))
    assert load_translator("glossary", ["en"]).name == "to-en"
    with pytest.raises(EngineError, match="does not go from en to fr"):
        load_translator("glossary", ["fr", "en"])
    assert load_translator(["glossary", "phrases"], ["fr", "en"]).name == "to-en+to-fr"


def test_a_library_that_is_missing_is_told_with_the_extra() -> None:
    """The advice is the command that installs it."""
    with pytest.raises(EngineError, match="needs no_such_library") as caught:
        library("no_such_library")
    assert "pip install 'contrecoup[hub]'" in caught.value.advice


def test_a_pulled_model_without_the_extra_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder is verified first, then torch is found to be missing."""
    monkeypatch.setitem(sys.modules, "torch", None)
    made = folder(tmp_path / "small", GOOD)
    with pytest.raises(EngineError, match="torch") as caught:
        choose.load_embedder(str(made))
    assert "contrecoup[hub]" in caught.value.advice


def test_a_marian_model_that_was_converted_runs_without_torch(tmp_path: Path) -> None:
    """It goes to the engine that needs CTranslate2 alone; one that was not goes to transformers."""
    config = b'{"model_type": "marian", "architectures": ["MarianMTModel"]}'
    made = folder(tmp_path / "m", {"config.json": config, "model.safetensors": b"\0"})
    loaded: list[str] = []

    def load(self: Shipped, *folders: Path) -> str:
        loaded.append(f"{self.name} {folders[0].name}")
        return ""

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shipped, "load", load)
        load_translator(str(made))
        choose._load.cache_clear()
        choose._load_each.cache_clear()
        (made / "ctranslate2").mkdir()
        load_translator(str(made))
    assert loaded == ["HubTranslator m", "MarianTranslator m"]


def test_a_folder_is_what_its_manifest_says(tmp_path: Path) -> None:
    """Its settings are read without any library of the extra."""
    opened = open_folder(folder(tmp_path / "small", GOOD))
    assert (opened.manifest.name, opened.config.family, opened.config.purpose) == ("small-1", "bert", "embedder")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model.safetensors": None, "pytorch_model.bin": b"\x80\x04."}, "no weights as safetensors"),
        ({"model.safetensors": b"\0" * 63 + b"\1"}, "SHA-256"),
        ({"tokenizer.json": None}, "tokenizer.json is missing"),
        ({"manifest.json": None}, "manifest.json is missing"),
        ({"config.json": None}, "config.json is missing"),
        ({"config.json": b"[]"}, "holds no JSON dict"),
        ({"config.json": b"{"}, "cannot be read as JSON"),
        ({"config.json": b'{"auto_map": {"AutoModel": "m.M"}}'}, "auto_map"),
        ({"tokenizer_config.json": b'{"auto_map": {"AutoTokenizer": ["m.M", null]}}'}, "auto_map"),
        ({"adapter_model.safetensors": b"\0"}, "its manifest does not list: adapter_model.safetensors"),
    ],
    ids=["bin", "byte", "file", "manifest", "settings", "array", "broken", "code", "tokenizer code", "stranger"],
)
def test_a_folder_that_is_not_as_it_was_sealed_is_refused(
    tmp_path: Path, change: dict[str, bytes | None], said: str
) -> None:
    """Each time with one sentence that names what is wrong, and nothing is loaded."""
    made = folder(tmp_path / "small", {**GOOD, "tokenizer.json": b"{}"})
    for name, body in change.items():
        if body is None:
            (made / name).unlink()
        else:
            (made / name).write_bytes(body)
    with pytest.raises(EngineError, match=said) as caught:
        open_folder(made)
    assert caught.value.advice


@pytest.mark.parametrize("name", ["weights.pkl", "training_args.bin", "rng.pth", "modeling.py"])
def test_a_folder_with_a_pickle_is_refused(tmp_path: Path, name: str) -> None:
    """Even where its manifest vouches for it."""
    made = folder(tmp_path / "small", {**GOOD, name: b"\x80\x04."})
    with pytest.raises(EngineError, match=f"{name} is not opened"):
        open_folder(made)
