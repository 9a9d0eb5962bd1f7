"""Publishers: which of them speak with one voice. For wherever independent publishers are counted.

A newspaper and its sister titles share newsrooms, wires and often whole texts: six sites of one house are no six
sources. The table in ``assets/publishers.toml`` is ours and small; whoever is not in it owns itself.
"""

import tomllib
from collections.abc import Mapping
from functools import cache

from contrecoup.weights import ASSETS


def owner_of(publisher: str) -> str:
    """The house of a publisher, both by registrable domain; of a publisher outside the table, itself.

    >>> owner_of("marketwatch.com"), owner_of("press.example")
    ('dowjones.com', 'press.example')
    """
    return _owners().get(publisher.casefold(), publisher)


@cache
def _owners() -> Mapping[str, str]:
    houses = tomllib.loads((ASSETS / "publishers.toml").read_text("utf-8"))["houses"]
    return {title: house for house, titles in houses.items() for title in titles}
