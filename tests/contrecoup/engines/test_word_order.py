"""How words tend to change places."""

from pathlib import Path

import numpy as np
import pytest

from contrecoup.engines.word_order import read_order, write_order


def counted() -> np.ndarray:
    """Word 0 was never seen, word 1 often kept its place, word 2 often came before what stood before it."""
    counts = np.zeros((2, 3, 3))
    counts[:, 1] = [900.0, 50.0, 50.0]
    counts[1, 2] = [100.0, 800.0, 100.0]
    counts[0, 2] = [800.0, 100.0, 100.0]
    return counts


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_word_seen_to_swap_makes_a_swap_likelier_where_it_follows(tmp_path: Path, lang: str) -> None:
    """Before a boundary the same word does not."""
    write_order(tmp_path, lang, counted())
    order = read_order(tmp_path, lang)
    _, (monotone, swap, _), (_, after, _), _ = order.logs(np.array([1, 2, 1])).T
    assert swap > monotone
    assert after < swap


def test_an_unknown_word_behaves_as_all_words_do(tmp_path: Path) -> None:
    """Its boundaries have the overall chances, which add up to one."""
    write_order(tmp_path, "fr", counted())
    logs = read_order(tmp_path, "fr").logs(np.array([0, 0]))
    assert np.exp(logs[:, 1]).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("length", [0, 1])
def test_the_ends_of_a_sentence_cost_nothing(tmp_path: Path, length: int) -> None:
    """A sentence without boundaries between words has zeros alone."""
    write_order(tmp_path, "en", counted())
    logs = read_order(tmp_path, "en").logs(np.ones(length, dtype=np.int64))
    assert logs.tolist() == np.zeros((3, length + 1)).tolist()
