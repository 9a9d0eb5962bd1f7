"""Embeddings by a sentence-embedding model of the Hub, pooled as its folder says (Reimers and Gurevych 2019)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from contrecoup.engines.hub.folder import (
    HubFolder,
    batches,
    library,
    limit_of,
    load_model,
    load_tokenizer,
    open_folder,
    read_json,
)
from contrecoup.errors import EngineError

__all__ = ["HubEmbedder"]

BATCH = 32
Pooling = Literal["mean", "cls"]
# Names of the two ways in the files of sentence-transformers, before and since its version 5.3.
POOLINGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "mean": "mean",
    "cls": "cls",
}
MODULES = frozenset({"Transformer", "Pooling", "Normalize"})


class HubEmbedder:
    """Embeds with the model of a folder that ``contrecoup models pull`` made; a long text is cut at its limit."""

    def __init__(self, folder: Path) -> None:
        """Verify and load the folder.

        Raises
        ------
        EngineError
            when the folder is refused, the extra ``hub`` is missing, or it pools in a way that is not known here.

        """
        self._opened = open_folder(folder)
        self._pooling = pooling_of(self._opened)
        self._torch = library("torch")
        self._tokenizer = load_tokenizer(self._opened)
        self._model = load_model(self._opened, "AutoModel", optional="pooler.")
        stated = read_json(folder / "sentence_bert_config.json", dict).get("max_seq_length")
        limit = limit_of(self._tokenizer, self._opened.config, spare=2)
        self._limit = min(limit, stated) if isinstance(stated, int) else limit

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._opened.manifest.name

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), dimensions); a text without any known token is the zero vector."""
        vectors = np.zeros((len(texts), self._model.config.hidden_size), dtype=np.float32)
        for batch in batches([len(text) for text in texts], BATCH):
            vectors[batch] = self._embedded([texts[place] for place in batch])
        return vectors

    def _embedded(self, texts: Sequence[str]) -> NDArray[np.float32]:
        inputs = self._tokenizer(
            list(texts), truncation=True, max_length=self._limit, padding=True, return_tensors="pt"
        )
        mask = inputs["attention_mask"].unsqueeze(-1)
        with self._torch.inference_mode():
            states = self._model(**inputs).last_hidden_state
            pooled = states[:, 0] if self._pooling == "cls" else (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            unit = self._torch.nn.functional.normalize(pooled, dim=-1)
        vectors: NDArray[np.float32] = (unit * self._known(inputs["input_ids"])).numpy()
        return vectors

    def _known(self, ids: Any) -> Any:  # noqa: ANN401 - tensors
        """1 for each row with a token that is neither special nor unknown, else 0; shape (rows, 1)."""
        special = self._torch.tensor(self._tokenizer.all_special_ids)
        return (~self._torch.isin(ids, special)).any(1, keepdim=True)


def pooling_of(opened: HubFolder) -> Pooling:
    """How the folder's files say that token vectors become one: the mean when they say nothing.

    Raises
    ------
    EngineError
        when they ask for another pooling, or for more than pooling (a dense layer, say).

    """
    modules = [str(one.get("type", "")).rpartition(".")[2] for one in read_json(opened.path / "modules.json", list)]
    folder = next((path for path in sorted(opened.path.glob("*_Pooling")) if path.is_dir()), None)
    stated = read_json(folder / "config.json", dict) if folder else {}
    named = stated.get("pooling_mode")
    active = [key for key, on in stated.items() if key.startswith("pooling_mode_") and on is True]
    asked = [str(named)] if named is not None else active
    unknown = sorted((set(modules) - MODULES) | (set(asked) - POOLINGS.keys()))
    if unknown or len(asked) > 1:
        raise EngineError(
            f"{opened.path} asks for {', '.join(unknown or asked)}, which is not known here.",
            advice="Choose a model that takes the mean of its tokens, or its first one.",
        )
    return POOLINGS[asked[0]] if asked else "mean"
