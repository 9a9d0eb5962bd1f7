"""The words of the digest: what one edition holds, decided by build and worded by render. Values only, no sentences.

Texts of the press (titles, quotes, translations) come here already clipped and without clickable addresses
(``outward.shown``); every sentence of our own is made later, from ``phrases/<lang>.toml``.
"""

from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.models import LinkLabel, Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the footer reconciles. ``entries`` are the window's feed items by the state in which each ended.

    ``coverage`` is complete, partial or stale, and ``coverage_reason`` a code or a sentence that says why.
    """

    feeds: int = 0
    feeds_answered: int = 0
    feeds_failing: int = 0
    entries: tuple[tuple[str, int], ...] = ()
    articles_fr: int = 0
    articles_en: int = 0
    failures: int = 0
    coverage: str = "complete"
    coverage_reason: str = ""

    @property
    def entries_in_all(self) -> int:
        """The sum over the states."""
        return sum(number for _, number in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One article behind a story. ``href`` is None when its address may not be linked (see ``outward.safe_href``)."""

    publisher: str
    title: str
    lang: str
    told_at: datetime
    status: Status
    href: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it stands in an edition.

    ``publishers`` counts those whose text is their own, ``copies`` the articles that repeat another's. ``glossed``
    says that ``translation`` is a word-for-word gloss. ``counterpart`` is the first title in the reader's language,
    among what is new if it can be, when the story's own title is in another. ``seen_on`` is the last edition that
    showed the story.
    """

    story_id: str
    title: str
    lang: str
    translation: str | None
    glossed: bool
    counterpart: str | None
    first_at: datetime
    new: bool
    seen_on: date | None
    publishers: int
    articles: int
    copies: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The figures of a move: returns are fractions, ``z`` counts standard errors of the forecast."""

    symbol: str
    name: str
    session_on: date
    simple_return: float
    abnormal_return: float
    z: float

    @property
    def key(self) -> str:
        """``symbol@date``, the key of the move's ``DigestItem``."""
        return f"{self.symbol}@{self.session_on.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A claim of the press about the move, and what prices say: ``size`` and ``measured`` are signed, in ``unit``.

    ``basis`` is the price that was compared: close, open or intraday (the day's extreme), empty when none was.
    """

    publisher: str
    size: float
    unit: str
    qualifier: str
    period: str
    verdict: Verdict
    measured: float | None
    basis: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Words of an article that name the instrument: what can be shown when no claim about prices was checked."""

    publisher: str
    lang: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A move and what speaks for the story that coincided with it; the parts of the link are in 0..1.

    ``named_by`` counts the independent publishers of the story that name the instrument itself. ``rival`` is
    None when it is the group's. ``quote`` is None when ``said`` has something to show.
    """

    figure: Figure
    label: LinkLabel
    named_by: int
    directness: float
    attention: float
    lag_hours: float
    rival: str | None
    quote: Quote | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A story with the moves that coincided with it: ``matches`` in full, ``others`` in one compact table.

    ``attention`` is the greatest of the links' (0..1), ``rival`` the title of the story that came next for its first
    move.
    """

    telling: Telling
    attention: float
    rival: str | None
    matches: tuple[Match, ...]
    others: tuple[Match, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmeasured:
    """The instruments that could not be measured for one reason (a code or a sentence of the method)."""

    reason: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The stories of one topic that are linked to no move."""

    topic: str
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many sessions were measured and how they ended; the parts add up to ``sessions``."""

    sessions: int
    linked: int
    unexplained: int
    quiet: int
    unmeasured: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything that one edition says, in reading order; it covers (``since_at``, ``until_at``].

    ``hidden`` counts the linked moves for whose stories there was no room.
    """

    edition_on: date
    lang: str
    profile: str
    since_at: datetime
    until_at: datetime
    timezone: str
    groups: tuple[Group, ...]
    hidden: int
    unexplained: tuple[Figure, ...]
    unmeasured: tuple[Unmeasured, ...]
    shelves: tuple[Shelf, ...]
    tokens: tuple[Telling, ...]
    tally: Tally
    counts: Counts
