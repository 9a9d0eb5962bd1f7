"""A sentence encoder gives unit vectors, pooled as its folder says."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from small_models import LINES, Shelf, sealed

from contrecoup.engines.choose import load_embedder
from contrecoup.engines.hub.sentences import HubEmbedder
from contrecoup.errors import EngineError

LEGACY = {"word_embedding_dimension": 48, "pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}


def copy_of(shelf: Shelf, folder: Path, files: dict[str, object]) -> Path:
    """The encoder with more files, sealed."""
    shutil.copytree(shelf("bert_encoder"), folder)
    for name, told in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(told), "utf-8")
    return sealed(folder, "encoder-1")


def states(folder: Path, text: str, limit: int = 62) -> torch.Tensor:
    """The vectors of the tokens of one text, by transformers alone."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder).eval()
    with torch.inference_mode():
        return model(**tokenizer(text, return_tensors="pt", truncation=True, max_length=limit)).last_hidden_state[0]


def unit(vector: torch.Tensor) -> np.ndarray:
    """Of length one."""
    return (vector / vector.norm()).numpy()


def test_vectors_are_the_mean_of_the_tokens(shelf: Shelf) -> None:
    """Of each text by itself, whatever it is padded with."""
    found = load_embedder(str(shelf("bert_encoder"))).embed(LINES)
    assert found.shape == (len(LINES), 48)
    assert found.dtype == np.float32
    for line, vector in zip(LINES, found, strict=True):
        np.testing.assert_allclose(vector, unit(states(shelf("bert_encoder"), line).mean(0)), atol=1e-5)


@pytest.mark.parametrize("told", [LEGACY, {"pooling_mode": "cls"}], ids=["before 5.3", "since"])
def test_vectors_are_the_first_token_where_the_folder_says_so(
    shelf: Shelf, tmp_path: Path, told: dict[str, object]
) -> None:
    """In both forms of sentence-transformers' files."""
    folder = copy_of(shelf, tmp_path / "cls", {"1_Pooling/config.json": told})
    np.testing.assert_allclose(HubEmbedder(folder).embed(LINES[:1])[0], unit(states(folder, LINES[0])[0]), atol=1e-5)


def test_the_folder_s_own_limit_holds(shelf: Shelf, tmp_path: Path) -> None:
    """What is beyond it changes nothing."""
    folder = copy_of(shelf, tmp_path / "short", {"sentence_bert_config.json": {"max_seq_length": 5}})
    engine = HubEmbedder(folder)
    np.testing.assert_allclose(engine.embed(LINES[1:2])[0], unit(states(folder, LINES[1], 5).mean(0)), atol=1e-5)


@pytest.mark.parametrize(
    "files",
    [
        {"1_Pooling/config.json": {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True}},
        {"1_Pooling/config.json": {"pooling_mode": "lasttoken"}},
        {"modules.json": [{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]},
    ],
    ids=["two", "another", "a layer"],
)
def test_a_pooling_that_is_not_known_is_refused(shelf: Shelf, tmp_path: Path, files: dict[str, object]) -> None:
    """Rather than give vectors that the model was not trained for."""
    with pytest.raises(EngineError, match="is not known here"):
        HubEmbedder(copy_of(shelf, tmp_path / "other", files))


def test_usual_modules_are_known(shelf: Shelf, tmp_path: Path) -> None:
    """A transformer, a pooling, unit length."""
    modules = [{"type": f"sentence_transformers.models.{name}"} for name in ("Transformer", "Pooling", "Normalize")]
    engine = HubEmbedder(copy_of(shelf, tmp_path / "usual", {"modules.json": modules}))
    assert engine.name == "encoder-1"


def test_a_text_without_known_words_is_the_zero_vector(shelf: Shelf) -> None:
    """Nothing, blanks, and signs that the tokenizer never saw; others have length one, 200 kB too."""
    found = HubEmbedder(shelf("bert_encoder")).embed(["", " \n", "🚀📉", "chips", "LES PUCES", "chips rise " * 20_000])
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), [0, 0, 0, 1, 1, 1], atol=1e-5)
    assert HubEmbedder(shelf("bert_encoder")).embed([]).shape == (0, 48)
