"""The translation memory."""

from collections.abc import Sequence

from contrecoup.memory import Memory
from contrecoup.models import TranslationUnit


class Engine:
    """A translator that counts what it is asked."""

    def __init__(self, name: str = "fake-1") -> None:
        """Begin with nothing asked."""
        self.name = name
        self.asked: list[str] = []

    def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Answer each text by its languages and itself."""
        self.asked += texts
        return [f"{source}>{target}: {text}" for text in texts]


def test_a_sentence_that_stands_twice_is_asked_once_and_answered_twice() -> None:
    """Order and number of the answers are those of the texts."""
    engine = Engine()
    said = Memory().translate(engine, ["un", "deux", "un"], "fr", "en")
    assert said == ["fr>en: un", "fr>en: deux", "fr>en: un"]
    assert engine.asked == ["un", "deux"]


def test_what_was_learnt_one_day_is_recalled_the_next() -> None:
    """The units of one memory serve another, and nothing is learnt twice."""
    first = Memory()
    expected = first.translate(Engine(), ["un", "two"], "fr", "en")
    kept = {unit.key: unit for unit in first.learnt}

    def recall(keys: Sequence[str]) -> list[TranslationUnit]:
        return [kept[key] for key in keys if key in kept]

    engine, second = Engine(), Memory(recall)
    assert second.translate(engine, ["un", "two"], "fr", "en") == expected
    assert (engine.asked, second.learnt) == ([], [])


def test_another_engine_or_direction_is_asked_anew() -> None:
    """One engine's words are never shown under another's name."""
    memory, one, other = Memory(), Engine("one-1"), Engine("other-1")
    memory.translate(one, ["net"], "fr", "en")
    assert memory.translate(one, ["net"], "en", "fr") == ["en>fr: net"]
    assert memory.translate(other, ["net"], "fr", "en") == ["fr>en: net"]
    assert (one.asked, other.asked) == (["net", "net"], ["net"])
    assert len({unit.key for unit in memory.learnt}) == 3
