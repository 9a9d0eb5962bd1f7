"""From a choice in the settings to an engine: a short name of one that ships, or the folder of a model.

Nothing is imported before an engine is chosen, and each is loaded once a process.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from contrecoup.engines import Classifier, Embedder, Translator
from contrecoup.engines.hub.folder import read_config
from contrecoup.errors import EngineError, SettingsError
from contrecoup.weights import ASSETS, MANIFEST, read_manifest

__all__ = ["SHIPPED", "Shipped", "find", "kind_of_own", "load_classifier", "load_embedder", "load_translator"]

MODELS = "models"
"""Folder of the pulled models, beside the settings file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipped:
    """An engine that ships: where its class is, and the folder of its weights, if it has any."""

    module: str
    name: str
    weights: str | None = None

    @property
    def folder(self) -> Path | None:
        """The folder of its weights."""
        return ASSETS / self.weights if self.weights else None

    def load(self, *folder: Path) -> Any:  # noqa: ANN401 - one of the protocols, by the table it stands in
        """Import it and load its weights, or those of a folder.

        Raises
        ------
        EngineError
            when the weights are missing or damaged.

        """
        return getattr(importlib.import_module(f"contrecoup.engines.{self.module}"), self.name)(*folder)


SHIPPED: Mapping[str, Mapping[str, Shipped]] = {
    "translator": {
        "phrases": Shipped(module="phrases", name="PhraseTranslator", weights="phrases"),
        "glossary": Shipped(module="glossary", name="GlossaryTranslator"),
    },
    "embedder": {"static": Shipped(module="static", name="StaticEmbedder", weights="embeddings")},
    "classifier": {
        "linear": Shipped(module="linear", name="LinearClassifier", weights="topics"),
        "keywords": Shipped(module="keywords", name="KeywordClassifier"),
    },
}
# What runs the folder of a pulled model. Marian has a runner of its own, that needs neither torch nor transformers.
HUB = {
    "marian": Shipped(module="marian", name="MarianTranslator"),
    "translator": Shipped(module="hub.translation", name="HubTranslator"),
    "embedder": Shipped(module="hub.sentences", name="HubEmbedder"),
    "classifier": Shipped(module="hub.zeroshot", name="HubClassifier"),
}


def find(kind: str, choice: str, folder: Path = Path()) -> str:
    """The choice, if an engine has that short name; else the folder that it means, seen from ``folder``.

    A model is found by its folder, pulled or made by ``training/``, or by the name under which it was pulled into
    ``models``.

    Raises
    ------
    SettingsError
        when there is neither; the message lists the names that are known.

    """
    if choice in SHIPPED[kind]:
        return choice
    for path in (folder / choice, folder / MODELS / choice):
        if choice and path.is_dir():
            return str(path)
    known = ", ".join(SHIPPED[kind])
    raise SettingsError(
        f"There is no {kind} {choice!r}: known are {known}, and the folders of models.",
        advice="'contrecoup models list' shows what is here, 'contrecoup models pull' fetches a model.",
    )


def kind_of_own(folder: Path) -> str | None:
    """What the weights of a folder are for, if an engine that ships reads them; None for a model of the Hub."""
    return next((kind for kind in SHIPPED if _own(kind, folder)), None)


def load_translator(choice: str | Sequence[str], to_langs: Sequence[str] = ()) -> Translator:
    """The translator of a choice; of several, each translates the ways that those before it do not.

    It goes into every language of ``to_langs`` from the other one, or is refused.

    Raises
    ------
    SettingsError
        when there is no such engine.
    EngineError
        when its model is missing or damaged or goes one way alone, or the extra ``hub`` is not installed.

    """
    choices = (choice,) if isinstance(choice, str) else choice
    engine = _load_each(tuple(find("translator", one) for one in choices))
    for target in to_langs:
        engine.translate([], "en" if target == "fr" else "fr", target)
    return engine


def load_embedder(choice: str) -> Embedder:
    """The embedder of a choice; raises as ``load_translator``."""
    engine: Embedder = _load("embedder", find("embedder", choice))
    return engine


def load_classifier(choice: str) -> Classifier:
    """The classifier of a choice; raises as ``load_translator``."""
    engine: Classifier = _load("classifier", find("classifier", choice))
    return engine


@cache
def _load(kind: str, found: str) -> Any:  # noqa: ANN401
    """The engine of a short name or a folder, loaded once a process."""
    if found in SHIPPED[kind]:
        return SHIPPED[kind][found].load()
    folder = Path(found)
    if own := _own(kind, folder):
        return own.load(folder)
    converted = (folder / "ctranslate2").is_dir() and read_config(folder).family == "marian"
    return HUB["marian" if converted else kind].load(folder)


def _own(kind: str, folder: Path) -> Shipped | None:
    """The engine that ships whose weights these are, by the name in the manifest: ``phrases`` reads ``phrases-2``."""
    if not (folder / MANIFEST).is_file():
        return None
    own = SHIPPED[kind].get(read_manifest(folder).name.rpartition("-")[0])
    return own if own and own.weights else None


@cache
def _load_each(found: tuple[str, ...]) -> Translator:
    engines: list[Translator] = [_load("translator", one) for one in found]
    return engines[0] if len(engines) == 1 else ByWay(engines)


class ByWay:
    """Several translators as one: models that translate one way each."""

    def __init__(self, engines: Sequence[Translator]) -> None:
        """In the order in which they are asked."""
        self._engines = tuple(engines)

    @property
    def name(self) -> str:
        """Their names, joined."""
        return "+".join(engine.name for engine in self._engines)

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Translate with the first engine that goes this way.

        Raises
        ------
        EngineError
            when none does.

        """
        refusals: list[EngineError] = []
        for engine in self._engines:
            try:
                return engine.translate(texts, source, target)
            except EngineError as refusal:
                refusals.append(refusal)
        raise refusals[0]
