"""The recipe of the translation model, on a handful of pairs: it stops, goes on, and leaves a model that runs."""

import csv
import gzip
import importlib
import random
import sys
from pathlib import Path
from types import ModuleType

import pytest
import torch

from contrecoup.engines.marian import MarianTranslator
from contrecoup.weights import open_model

REPOSITORY = Path(__file__).parents[2]
COLUMNS = ("split", "corpus", "fr", "en")
NOUNS = (("le titre", "the stock"), ("la banque", "the bank"), ("la puce", "the chip"), ("le jeton", "the token"))
VERBS = (("perd", "loses"), ("gagne", "gains"), ("vaut", "is worth"), ("atteint", "reaches"))

pytestmark = pytest.mark.filterwarnings(
    "ignore:Recommended. pip install sacremoses", "ignore:builtin type .* has no __module__ attribute"
)


def lesson() -> list[tuple[str, str]]:
    """Pairs with figures."""
    return [(f"{n[0]} {v[0]} {k} %", f"{n[1]} {v[1]} {k}%") for n in NOUNS for v in VERBS for k in range(10, 40)]


def table(path: Path, rows: list[tuple[str, ...]]) -> None:
    """A table like those of the corpora."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n").writerows([COLUMNS, *rows])


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, with data, sizes and budget of our own."""
    monkeypatch.syspath_prepend(str(REPOSITORY / "training"))
    pairs, script = (importlib.import_module(name) for name in ("translation_pairs", "translation"))
    root, real = tmp_path / "repository", tmp_path / "real"
    own = [("test" if n % 60 == 0 else "train", "tech-finance", fr, en) for n, (fr, en) in enumerate(lesson())]
    table(root / "training" / "data" / "tech-finance.tsv", own)
    table(real / "parallel" / "dev.tsv", [("test", "news", "la banque perd 12 %", "the bank loses 12%")])
    (real / "parallel" / "train").mkdir()
    with gzip.open(real / "parallel" / "train" / "tatoeba.tsv.gz", "wt", encoding="utf-8") as file:
        file.writelines(f"{fr}\t{en}\n" for fr, en in lesson())
    corpora = tuple(corpus for corpus in pairs.CORPORA if corpus.name in {"tech-finance", "tatoeba"})
    shape = script.Shape(
        vocabulary=330,
        width=32,
        inner=64,
        heads=2,
        encoder=2,
        decoder=1,
        dropout=0.1,
        tokens=400,
        rate=3e-3,
        warm_up=20,
        budget=15000,
    )
    monkeypatch.setattr(pairs, "ROOT", root)
    monkeypatch.setattr(script, "ROOT", root)
    monkeypatch.setattr(pairs, "CORPORA", corpora)
    monkeypatch.setattr(script, "CPU", shape)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    return script


def run(recipe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *more: str) -> None:
    """The command line."""
    folders = ("--real", str(tmp_path / "real"), "--run", str(tmp_path / "run"))
    monkeypatch.setattr(sys, "argv", ["translation.py", *folders, *more])
    recipe.main()


def test_training_goes_on_where_it_stopped_and_leaves_a_sealed_model(
    recipe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A slice of no time saves and stops; the next one spends the budget, measures, exports and installs."""
    run(recipe, tmp_path, monkeypatch, "--minutes", "0")
    assert (tmp_path / "run" / "state.pt").exists()
    assert not (tmp_path / "run" / "marian").exists()

    run(recipe, tmp_path, monkeypatch, "--out", str(tmp_path / "installed"))
    told = capsys.readouterr().out
    assert "tech-finance fr-en: BLEU" in told
    assert "news en-fr: BLEU" in told
    assert "nrefs:1|case:mixed|eff:no|tok:13a" in told
    manifest = open_model(tmp_path / "installed")
    assert {data.name: data.items for data in manifest.data} == {"tech-finance": 472, "tatoeba": 480}
    assert manifest.figures["million target tokens"] >= 0.015
    assert not list((tmp_path / "installed").glob("*.safetensors"))
    assert list((tmp_path / "run" / "marian").glob("*.safetensors"))
    engine = MarianTranslator(tmp_path / "installed")
    assert engine.name == "marian-1"
    assert all(isinstance(text, str) for text in engine.translate(["la puce gagne 12 %"], "fr", "en"))


def test_the_state_is_all_there_is_to_go_on_from(
    recipe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Weights, average and place are read back as they were written; padding still embeds to zero."""
    run(recipe, tmp_path, monkeypatch, "--minutes", "0")
    first = recipe.Training(tmp_path / "run", recipe.CPU, "cpu")
    pairs = recipe.Pairs(tmp_path / "run" / "train.npz", first.padding)
    losses = [first.advance(*pairs.batch(rows, "cpu")).item() for rows in pairs.plan(400, 0)[:12]]
    first.save()
    second = recipe.Training(tmp_path / "run", recipe.CPU, "cpu")
    assert losses[-1] < losses[0]
    assert second.step == 12
    for name, tensor in first.model.state_dict().items():
        assert torch.equal(tensor, second.model.state_dict()[name]), name
    assert all(map(torch.equal, first.average, second.average))
    assert not second.model.model.shared.weight[second.padding].any()


def test_batches_hold_every_pair_once_and_no_more_tokens_than_allowed(
    recipe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In another order each epoch."""
    run(recipe, tmp_path, monkeypatch, "--minutes", "0")
    pairs = recipe.Pairs(tmp_path / "run" / "train.npz", 330)
    plan = pairs.plan(400, 0)
    assert sorted(row for rows in plan for row in rows) == list(range(len(pairs.source)))
    assert all(max(side.numel() for side in pairs.batch(rows, "cpu")) <= 400 for rows in plan)
    assert plan == pairs.plan(400, 0)
    assert plan != pairs.plan(400, 1)


@pytest.mark.parametrize(
    ("source", "target", "langs", "expected"),
    [
        ("le titre perd 12 %", "the stock loses 12%", ("fr", "en"), ("le titre perd [0]", "the stock loses [0]")),
        ("the stock loses 12.5%", "le titre perd 12,5 %", ("en", "fr"), ("the stock loses [0]", "le titre perd [0]")),
        ("lève 2 milliards d'euros", "raises €2 billion", ("fr", "en"), ("lève [0]", "raises [0]")),
        ("3 contre 4", "4 against 3", ("fr", "en"), ("[0] contre [1]", "[1] against [0]")),
        ("trois points", "three points", ("fr", "en"), None),
        ("il perd 3 points", "he loses three points", ("fr", "en"), None),
    ],
)
def test_figures_become_marks_when_both_sides_have_them(
    recipe: ModuleType, source: str, target: str, langs: tuple[str, str], expected: tuple[str, str] | None
) -> None:
    """As the guarded stage masks them, numbered in the order of the source."""
    masked = importlib.import_module("translation_pairs").masked
    assert recipe
    assert masked(source, target, langs, random.Random(1)) == expected  # noqa: S311


def test_no_copyleft_and_no_test_pair_is_read(recipe: ModuleType, tmp_path: Path) -> None:
    """The weights carry no question, and the kept test set stays unseen."""
    pairs = importlib.import_module("translation_pairs")
    names = {corpus.name for corpus in importlib.reload(pairs).CORPORA}
    assert not names & {"wce-news", "gitman", "diabla"}
    with (REPOSITORY / "training" / "data" / "tech-finance.tsv").open(encoding="utf-8", newline="") as file:
        kept = {r["fr"] for r in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if r["split"] == "test"}
    assert recipe
    for corpus in pairs.OWN:
        read = {french for french, _ in pairs.read(corpus, tmp_path, tmp_path)}
        assert read
        assert not read & kept
