"""Where each number of an edition comes from: its line, and the query that gives it. Read by explain.

An edition is decided by ``build``; each number that its lines show is also the answer of one query of
``storage/queries``, whose name and parameters stand in its fact. Nothing is counted here: the database does that again,
by itself, and ``contrecoup explain`` shows both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.digest.edition import Figure
from contrecoup.instruments import Basket

TALLY, COUNTS, MARKET, CHANGES = "tally", "counts", "market", "changes"
"""Items that are no move and no story: how the sessions ended, the footer, the strip, what changed."""

Value = str | int | float | date | datetime | Sequence[str]
Parameters = dict[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A query of ``storage/queries`` with its parameters, and the place of a number in its answer.

    The number is the sum of ``column`` over the rows, their count where ``column`` is None; only rows in which every
    column of ``where`` has its value are looked at.
    """

    query: str
    parameters: tuple[tuple[str, Value], ...]
    column: str | None = None
    where: tuple[tuple[str, Value], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number as an edition shows it (``shown``), what it says, and the line in which it stands.

    ``item`` is ``symbol@date``, a story id, ``tally``, ``counts``, ``market`` or ``changes``. The line is one of the
    subject and the text, or what stands for a picture.
    """

    item: str
    what: str
    shown: str
    line: str
    source: Source
    pictured: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an edition was asked to look at, which its rows do not tell.

    ``sessions`` are those that closed in its window (``symbol@date``); ``feeds`` the addresses of the settings;
    ``baskets`` each basket's members among what is followed; ``most`` is how many moves without a story it shows.
    """

    sessions: Sequence[str]
    feeds: Sequence[str]
    baskets: Mapping[str, tuple[Basket, Sequence[str]]]
    most: int


def source_of(query: str, parameters: Parameters, *, column: str | None = None, **where: Value) -> Source:
    """A source; what is named besides ``column`` chooses its rows."""
    return Source(query=query, parameters=tuple(parameters.items()), column=column, where=tuple(where.items()))


def move_source(figure: Figure, column: str) -> Source:
    """A figure that was measured of a session."""
    return source_of("explain_move", {"symbol": figure.symbol, "session_on": figure.session_on}, column=column)


def link_of(figure: Figure, story_id: str) -> Parameters:
    """The key of a link."""
    return {"symbol": figure.symbol, "session_on": figure.session_on, "story_id": story_id}
