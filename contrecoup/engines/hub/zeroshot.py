"""Topics by a model of natural-language inference, without training (Yin, Hay and Roth 2019).

The document is the premise, the topic's description in the scheme the hypothesis. Each topic is judged on its own:
its probability is that of entailment against contradiction, neutral left out.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from contrecoup.engines.hub.folder import batches, library, limit_of, load_model, load_tokenizer, open_folder
from contrecoup.errors import EngineError
from contrecoup.models import Document, Status
from contrecoup.topics import Scheme, load_scheme

__all__ = ["HubClassifier"]

BATCH = 16
HYPOTHESIS = "This text is about: {}."
ENTAILED, CONTRADICTED = ("entail",), ("contradict", "not_entail", "not entail")


class HubClassifier:
    """Judges the topics of a scheme with the NLI model of a folder that ``contrecoup models pull`` made.

    Only title and lead are read of an article whose page could not be; a long text is cut at the model's limit.
    """

    def __init__(self, folder: Path, scheme: Scheme | None = None) -> None:
        """Verify and load the folder, for the package's scheme or another.

        Raises
        ------
        EngineError
            when the folder is refused, the extra ``hub`` is missing, or its labels are not those of NLI.

        """
        self._opened = open_folder(folder)
        self._scheme = scheme or load_scheme()
        self._torch = library("torch")
        self._tokenizer = load_tokenizer(self._opened)
        self._model = load_model(self._opened, "AutoModelForSequenceClassification")
        self._columns = [self._label(CONTRADICTED), self._label(ENTAILED)]
        self._limit = limit_of(self._tokenizer, self._opened.config, spare=2)

    @property
    def name(self) -> str:
        """Engine name and version."""
        return self._opened.manifest.name

    @property
    def topics(self) -> tuple[str, ...]:
        """Topic names, in the order of the columns."""
        return tuple(topic.name for topic in self._scheme.topics)

    def predict(self, documents: Sequence[Document]) -> NDArray[np.float32]:
        """Probabilities of shape (len(documents), len(topics)), each topic on its own."""
        hypotheses = [HYPOTHESIS.format(topic.description.rstrip(".")) for topic in self._scheme.topics]
        premises = [_premise(document) for document in documents]
        pairs = [(premise, hypothesis) for premise in premises for hypothesis in hypotheses]
        found = np.zeros(len(pairs), dtype=np.float32)
        for batch in batches([len(premise) for premise, _ in pairs], BATCH):
            found[batch] = self._entailed([pairs[place] for place in batch])
        return found.reshape(len(documents), len(hypotheses))

    def _entailed(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        premises, hypotheses = zip(*pairs, strict=True)
        inputs = self._tokenizer(
            list(premises),
            list(hypotheses),
            truncation="only_first",
            max_length=self._limit,
            padding=True,
            return_tensors="pt",
        )
        with self._torch.inference_mode():
            logits = self._model(**inputs).logits[:, self._columns]
        probabilities: NDArray[np.float32] = logits.softmax(dim=-1)[:, 1].numpy()
        return probabilities

    def _label(self, beginnings: tuple[str, ...]) -> int:
        labels = {int(column): str(label).casefold() for column, label in self._model.config.id2label.items()}
        found = [column for column, label in labels.items() if label.startswith(beginnings)]
        if len(found) != 1:
            raise EngineError(
                f"{self._opened.path} is no model of inference: its labels are {', '.join(labels.values())}.",
                advice="Choose one whose labels are entailment and contradiction (or not_entailment).",
            )
        return found[0]


def _premise(document: Document) -> str:
    readable = document.status is Status.FULL
    return "\n".join(part for part in (document.title, document.lead, document.text if readable else "") if part)
