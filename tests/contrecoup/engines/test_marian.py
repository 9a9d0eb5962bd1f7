"""The Marian engine without its libraries: what it refuses, and what it does to a text before and after the model.

CTranslate2 and SentencePiece are of the extra ``hub``; ``tests/hub`` runs the engine on them. Here a stand-in splits at
blanks and hands the pieces back, each turned around, so that what was shown to the model can be read off.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from contrecoup.engines import marian
from contrecoup.engines.marian import MarianTranslator
from contrecoup.errors import EngineError
from contrecoup.weights import Manifest, seal

MANIFEST_FIELDS = Manifest(name="small-1", licence="Apache-2.0", made_on="2026-11-22", command="a test", files={})
FILES = {
    "ctranslate2/model.bin": "weights",
    "ctranslate2/config.json": "{}",
    "ctranslate2/shared_vocabulary.json": '["</s>", ">>fr<<", ">>en<<"]',
    "source.spm": "pieces",
}


@dataclass(frozen=True)
class Result:
    """As CTranslate2's."""

    hypotheses: list[list[str]]


class Pieces:
    """Stands in for a SentencePiece processor."""

    def __init__(self, *, model_file: str) -> None:
        """Refuse what a test calls damaged."""
        if Path(model_file).read_text(encoding="utf-8") == "damaged":
            raise RuntimeError("could not parse ModelProto")

    def encode(self, text: str, *, out_type: type) -> list[str]:
        """Words."""
        assert out_type is str
        return [f"▁{word}" for word in text.split()]

    def decode(self, pieces: Sequence[str]) -> str:
        """A text of them."""
        return " ".join(piece.removeprefix("▁") for piece in pieces)


class Reverser:
    """Stands in for CTranslate2's translator; remembers what it was shown."""

    shown: tuple[list[str], ...] = ()

    def __init__(self, folder: str, *, device: str, compute_type: str) -> None:
        """Refuse what a test calls damaged."""
        assert (device, compute_type) == ("cpu", "int8")
        if (Path(folder) / "model.bin").read_text(encoding="utf-8") == "damaged":
            raise RuntimeError("unsupported model version")

    def translate_batch(self, source: list[list[str]], **options: object) -> list[Result]:
        """Words turned around; marks, tags and ends are no words."""
        assert options == {"max_batch_size": 32, "beam_size": 4, "patience": 2.0, "disable_unk": True}
        Reverser.shown = tuple(source)
        words = [[piece for piece in pieces if not piece.startswith((">>", "</"))] for pieces in source]
        return [Result([[p if "[" in p else f"▁{p.removeprefix('▁')[::-1]}" for p in pieces]]) for pieces in words]


class Libraries:
    """Stands in for both modules."""

    Translator = Reverser
    SentencePieceProcessor = Pieces


def model(folder: Path, **changed: str | None) -> Path:
    """A sealed model folder; ``changed`` files have another content, or are missing when it is None."""
    for name, content in {**FILES, **changed}.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
    seal(folder, MANIFEST_FIELDS)
    return folder


@pytest.fixture
def _libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marian, "library", lambda _name: Libraries)


@pytest.fixture
def engine(tmp_path: Path, _libraries: None) -> MarianTranslator:
    """The engine on a model of both directions."""
    return MarianTranslator(model(tmp_path))


@pytest.mark.parametrize("missing", ["ctranslate2", "sentencepiece"])
def test_a_missing_library_is_named_with_the_command_that_mends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """They come with the extra ``hub`` alone."""
    for name in ("ctranslate2", "sentencepiece"):
        monkeypatch.setitem(sys.modules, name, None if name == missing else Libraries)
    with pytest.raises(EngineError, match=missing) as raised:
        MarianTranslator(model(tmp_path))
    assert "pip install 'contrecoup[hub]'" in raised.value.advice


def test_nothing_but_the_adapter_needs_the_libraries() -> None:
    """Importing the module imports neither, nor torch."""
    loaded = {name for name, module in vars(marian).items() if name in {"ctranslate2", "sentencepiece", "torch"}}
    assert loaded == set()


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    """The advice says how to come by one."""
    with pytest.raises(EngineError, match=r"manifest\.json is missing") as raised:
        MarianTranslator(tmp_path / "nothing")
    assert "contrecoup models pull" in raised.value.advice


@pytest.mark.usefixtures("_libraries")
@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("source.spm", None, "source.spm is missing"),
        ("source.spm", "pieceS", "SHA-256"),
        ("ctranslate2/model.bin", None, "model.bin is missing"),
        ("ctranslate2/model.bin", "weightS", "SHA-256"),
    ],
)
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, content: str | None, message: str) -> None:
    """A lost file and a flipped bit are told before anything is loaded."""
    folder = model(tmp_path)
    (folder / name).unlink() if content is None else (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(EngineError, match=message):
        MarianTranslator(folder)


@pytest.mark.usefixtures("_libraries")
def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    """Not even when the manifest vouches for it."""
    with pytest.raises(EngineError, match="can run code"):
        MarianTranslator(model(tmp_path, **{"pytorch_model.bin": "pickle"}))


@pytest.mark.usefixtures("_libraries")
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"ctranslate2/model.bin": None}, "model.bin is missing"),
        ({"source.spm": None}, "source.spm is missing"),
        ({"ctranslate2/model.bin": "damaged"}, "cannot load .*unsupported model version"),
        ({"source.spm": "damaged"}, "no SentencePiece vocabulary"),
        ({"ctranslate2/shared_vocabulary.json": "[]"}, "does not translate from fr to en"),
        ({"ctranslate2/shared_vocabulary.json": "{"}, "cannot be read as JSON"),
    ],
)
def test_a_folder_that_was_sealed_wrong_is_told_in_one_sentence(
    tmp_path: Path, changed: dict[str, str | None], message: str
) -> None:
    """A manifest vouches for what was written, not for its sense."""
    engine = MarianTranslator(model(tmp_path, **changed))
    with pytest.raises(EngineError, match=message):
        engine.translate(["bonjour"], "fr", "en")


@pytest.mark.parametrize(("source", "target"), [("fr", "fr"), ("fr", "de"), ("de", "en")])
def test_other_languages_are_refused(engine: MarianTranslator, source: str, target: str) -> None:
    """The error names the pair."""
    with pytest.raises(EngineError, match=f"from {source} to {target}"):
        engine.translate(["bonjour"], source, target)


@pytest.mark.parametrize(("source", "target", "tag"), [("fr", "en", ">>en<<"), ("en", "fr", ">>fr<<")])
def test_a_model_of_both_directions_is_told_the_target(
    engine: MarianTranslator, source: str, target: str, tag: str
) -> None:
    """A tag in front, the end of the sentence behind."""
    assert engine.translate(["titre en Bourse"], source, target) == ["ertit ne esruoB"]
    assert Reverser.shown == ([tag, "▁titre", "▁en", "▁Bourse", "</s>"],)
    assert engine.name == "small-1"


@pytest.mark.usefixtures("_libraries")
def test_a_model_that_adds_the_end_itself_is_not_given_one(tmp_path: Path) -> None:
    """As CTranslate2's converter for models of Marian's own format has it; tags may be of three letters."""
    changed = {
        "ctranslate2/config.json": '{"add_source_eos": true}',
        "ctranslate2/shared_vocabulary.json": '[">>fra<<", ">>eng<<"]',
    }
    MarianTranslator(model(tmp_path, **changed)).translate(["titre"], "fr", "en")
    assert Reverser.shown == ([">>eng<<", "▁titre"],)


@pytest.mark.usefixtures("_libraries")
@pytest.mark.parametrize(("way", "refused"), [(("fr", "en"), ("en", "fr")), (("en", "fr"), ("fr", "en"))])
def test_a_model_of_one_direction_is_known_by_its_settings(
    tmp_path: Path, way: tuple[str, str], refused: tuple[str, str]
) -> None:
    """Without tags, the tokenizer's settings say the languages."""
    settings = json.dumps({"source_lang": way[0], "target_lang": way[1]})
    changed = {"ctranslate2/shared_vocabulary.json": "[]", "tokenizer_config.json": settings}
    engine = MarianTranslator(model(tmp_path, **changed))
    assert engine.translate(["abc"], *way) == ["cba"]
    assert Reverser.shown == (["▁abc", "</s>"],)
    with pytest.raises(EngineError, match=f"from {refused[0]} to {refused[1]}"):
        engine.translate(["abc"], *refused)


@pytest.mark.usefixtures("_libraries")
def test_a_folder_for_each_direction_is_found_by_its_name(tmp_path: Path) -> None:
    """As with the models of opus-mt, converted in place; a direction without a folder is refused."""
    flat = {f"fr-en/{name}": "x" for name in ("model.bin", "source.spm", "target.spm")}
    vocabularies = {"fr-en/source_vocabulary.json": "[]", "fr-en/config.json": "{}"}
    engine = MarianTranslator(model(tmp_path, **flat, **vocabularies, **dict.fromkeys(FILES)))
    assert engine.translate(["abc"], "fr", "en") == ["cba"]
    with pytest.raises(EngineError, match="from en to fr"):
        engine.translate(["abc"], "en", "fr")


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("text", ["", "  \n", "12,5 % 1 200 -3", "🚀🚀🚀", "[0]", "— … !"])
def test_a_text_without_a_letter_comes_back_as_it_is(engine: MarianTranslator, text: str, lang: str) -> None:
    """There is nothing to translate, and models invent."""
    assert engine.translate([text], lang, "en" if lang == "fr" else "fr") == [text]


def test_texts_come_back_in_order_with_those_that_no_model_saw(engine: MarianTranslator) -> None:
    """Blank ones stay where they were."""
    assert engine.translate(["", "abc", "7", "de\nfg"], "fr", "en") == ["", "cba", "7", "ed gf"]
    assert engine.translate([], "fr", "en") == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_200_kilobytes_in_one_sentence_come_back_empty(engine: MarianTranslator, lang: str) -> None:
    """It is no sentence; the guarded stage refuses an empty translation and shows the original."""
    assert engine.translate(["un titre " * 22_000], lang, "en" if lang == "fr" else "fr") == [""]


def test_a_sentence_of_over_200_tokens_goes_in_windows(engine: MarianTranslator) -> None:
    """Nothing of it is lost."""
    assert engine.translate(["ab " * 450], "fr", "en") == [" ".join(["ba"] * 450)]
    assert [len(pieces) for pieces in Reverser.shown] == [202, 202, 52]


def test_a_word_is_not_cut_unless_it_fills_a_window() -> None:
    """Windows end where a word begins."""
    pieces = ["▁a"] * 199 + ["▁b", "c", "d"]
    assert [len(window) for window in marian._windows(pieces)] == [199, 3]
    assert [len(window) for window in marian._windows(["x"] * 450)] == [200, 200, 50]


def test_marks_are_numbered_for_the_model_and_put_back(engine: MarianTranslator) -> None:
    """The model knows ten marks; a sentence late in a text may have any numbers."""
    assert engine.translate(["[17] perd [23] et [17]"], "fr", "en") == ["[17] drep [23] te [17]"]
    assert Reverser.shown == ([">>en<<", "▁[0]", "▁perd", "▁[1]", "▁et", "▁[0]", "</s>"],)


def test_a_mark_that_the_model_invents_is_dropped(engine: MarianTranslator, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would stand for a piece of another sentence."""
    monkeypatch.setattr(engine, "_run", lambda _model, _windows: ["[0] loses [4]"])
    assert engine.translate(["[3] perd"], "fr", "en") == ["[3] loses"]


@pytest.mark.parametrize(
    ("text", "shown", "expected"),
    [
        ("LE TITRE [5] BONDIT", ["▁Le", "▁titre", "▁[0]", "▁bondit"], "EL ERTIT [5] TIDNOB"),
        ("NVIDIA", ["▁NVIDIA"], "AIDIVN"),
        ("L’IA en Bourse", ["▁L'IA", "▁en", "▁Bourse"], "AI'L ne esruoB"),
    ],
)
def test_capitals_are_brought_down_and_put_back(
    engine: MarianTranslator, text: str, shown: list[str], expected: str
) -> None:
    """Models loop on lines in capitals; one word may be a name."""
    assert engine.translate([text], "fr", "en") == [expected]
    assert Reverser.shown == ([">>en<<", *shown, "</s>"],)


@pytest.mark.parametrize(
    ("output", "french"),
    [
        ("Quoi ? Vraiment?!", "Quoi\u202f? Vraiment\u202f?!"),
        ("Bilan : 12 % ; « oui »", "Bilan\u00a0: 12\u00a0%\u202f; «\u00a0oui\u00a0»"),
        ("à 16:30, sur a?b", "à 16:30, sur a?b"),
    ],
)
def test_french_has_its_blanks_before_high_marks(
    engine: MarianTranslator, monkeypatch: pytest.MonkeyPatch, output: str, french: str
) -> None:
    """The vocabulary knows one kind of blank; English keeps it."""
    monkeypatch.setattr(engine, "_run", lambda _model, _windows: [output])
    assert engine.translate(["text"], "en", "fr") == [french]
    assert engine.translate(["texte"], "fr", "en") == [output]
