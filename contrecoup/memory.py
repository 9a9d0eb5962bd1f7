"""Translation memory: what an engine said of a sentence once is not asked again. Used by translate.py.

Sister titles, wire copies and follow-ups share their sentences, names and numbers taken out, so much of a day is there.
"""

from collections.abc import Callable, Iterable, Sequence

from contrecoup.engines import Translator
from contrecoup.identity import digest_of
from contrecoup.models import TranslationUnit

__all__ = ["Memory"]


def _nothing(keys: Sequence[str]) -> Iterable[TranslationUnit]:
    del keys
    return ()


class Memory:
    """Sentences translated before. ``recall`` gives the units of those keys that are known; ``learnt`` are new ones."""

    def __init__(self, recall: Callable[[Sequence[str]], Iterable[TranslationUnit]] = _nothing) -> None:
        """Begin with what ``recall`` knows."""
        self._recall = recall
        self._units: dict[str, TranslationUnit] = {}
        self.learnt: list[TranslationUnit] = []

    def translate(self, translator: Translator, texts: Sequence[str], source: str, target: str) -> list[str]:
        """As ``Translator.translate``; each text that is new to this engine is asked once."""
        keys = [digest_of(translator.name, source, target, text) for text in texts]
        wanted = dict(zip(keys, texts, strict=True))
        self._units |= {unit.key: unit for unit in self._recall([key for key in wanted if key not in self._units])}
        new = {key: text for key, text in wanted.items() if key not in self._units}
        outputs = translator.translate(list(new.values()), source, target) if new else []
        for key, output in zip(new, outputs, strict=True):
            unit = TranslationUnit(key=key, model=translator.name, source=source, target=target, text=output)
            self._units[key] = unit
            self.learnt.append(unit)
        return [self._units[key].text for key in keys]
