"""Pythons with a known hole are named, and only those."""

import pytest

from contrecoup.floors import warnings_for


@pytest.mark.parametrize("version", [(3, 11, 15), (3, 12, 13), (3, 13, 12), (3, 14, 3), (3, 15, 0), (3, 11, 99)])
def test_a_sound_python_is_not_warned_of(version: tuple[int, int, int]) -> None:
    """At its floor, above it, or in a series that never had the hole."""
    assert warnings_for(version) == []


@pytest.mark.parametrize(
    ("version", "floor"),
    [((3, 11, 14), "3.11.15"), ((3, 12, 0), "3.12.13"), ((3, 13, 11), "3.13.12"), ((3, 14, 2), "3.14.3")],
)
def test_a_python_below_its_floor_is_told_what_to_become(version: tuple[int, int, int], floor: str) -> None:
    """One sentence, with the version to upgrade to."""
    [warning] = warnings_for(version)
    assert "CVE-2026-1299" in warning
    assert f"upgrade to {floor} or newer" in warning
