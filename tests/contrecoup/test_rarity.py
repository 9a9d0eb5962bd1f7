"""Rarity over a sliding window, and the cosine that weighs by it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from contrecoup.rarity import Bag, Rarity

AT = datetime(2025, 1, 27, 21, tzinfo=UTC)


def rarity() -> Rarity:
    """An empty window of a week."""
    return Rarity(timedelta(days=7))


def test_a_feature_has_the_same_number_in_every_bag() -> None:
    """Numbers are given once."""
    window = rarity()
    one, other = window.bag([("a", 1.0), ("b", 0.5)]), window.bag([("b", 1.0)])
    assert one.ids.tolist() == [0, 1]
    assert other.ids.tolist() == [1]


def test_more_features_than_there_was_room_for_are_counted() -> None:
    """The tables grow with the vocabulary, counts and all."""
    window = rarity()
    first = window.bag([("first", 1.0)])
    window.add(AT, [first])
    many = window.bag([(f"word{n}", 1.0) for n in range(5000)])
    window.add(AT, [many])
    assert window.of(first.ids)[0] == window.of(many.ids)[-1] < window.of(window.bag([("new", 1.0)]).ids)[0]


def test_rarity_forgets_what_left_the_window() -> None:
    """Frequencies are those of the last days only."""
    window = rarity()
    bag = window.bag([("name:r1", 1.0)])
    for _ in range(50):
        window.add(AT, [bag])
    common = window.of(bag.ids)[0]
    window.forget(AT + timedelta(days=8))
    assert window.of(bag.ids)[0] > common


def test_the_cosine_is_that_of_the_weighted_features() -> None:
    """Against the sum written out, several bags at once."""
    window = rarity()
    one = window.bag([("a", 1.0), ("b", 0.5)])
    others = [window.bag([("a", 1.0), ("c", 2.0)]), window.bag([("c", 1.0)]), window.bag([]), one]
    window.add(AT, [one])

    def vector(bag: Bag) -> np.ndarray:
        dense = np.zeros(3)
        dense[bag.ids] = bag.weights * window.of(bag.ids)
        return dense

    a, b = vector(one), vector(others[0])
    expected = a @ b / np.linalg.norm(a) / np.linalg.norm(b)
    assert window.cosines(one, others).tolist() == pytest.approx([expected, 0.0, 0.0, 1.0])
    assert window.cosines(window.bag([]), others).tolist() == [0.0] * 4


def test_no_other_bag_gives_no_cosine() -> None:
    """An article in a language of its own has nobody to share words with."""
    window = rarity()
    assert window.cosines(window.bag([("a", 1.0)]), []).shape == (0,)
