"""Beside the pipe: the oldest release of each Python that is fit for mail (``contrecoup status`` warns below it)."""

from collections.abc import Mapping
from types import MappingProxyType

FLOORS: Mapping[tuple[int, int], int] = MappingProxyType({(3, 11): 15, (3, 12): 13, (3, 13): 12, (3, 14): 3})
"""First patch release of each series in which ``email`` no longer lets a subject add headers (CVE-2026-1299)."""


def warnings_for(version: tuple[int, int, int]) -> list[str]:
    """What to know of a Python (major, minor, patch), one sentence each; nothing when it is sound or not listed."""
    major, minor, patch = version
    floor = FLOORS.get((major, minor), 0)
    hole = f"Python {major}.{minor}.{patch} has a hole in its mail library (CVE-2026-1299)"
    return [f"{hole}: upgrade to {major}.{minor}.{floor} or newer."] if patch < floor else []
