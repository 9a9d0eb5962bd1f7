"""The words of the digest: what one edition holds, decided by build and worded by render. Values only, no sentences.

Texts of the press (titles, quotes, translations) come here already clipped and without clickable addresses
(``outward.shown``); every sentence of our own is made later, from the catalogue of its language.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contrecoup.models import LinkLabel, Scope, Status, Verdict


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
class Counted:
    """A number that some publishers state, of look-alikes, of times, or of money (``unit``); see ``LookAlike``."""

    number: float
    qualifier: str
    unit: str
    publishers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A sentence that denies a token: the brand's own word when ``official``, else the article's."""

    publisher: str
    lang: str
    text: str
    official: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What a story says of look-alike tokens: whose names are borrowed, numbers stated, and one denial."""

    names: tuple[str, ...]
    counts: tuple[Counted, ...]
    growth: tuple[Counted, ...]
    losses: tuple[Counted, ...]
    denial: Denial | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """The figures of a move: returns are fractions, ``z`` counts standard errors of the forecast.

    ``members`` is the number of a basket's, else None; ``scope`` is ``sector`` of a move that its sector accounts for.
    """

    symbol: str
    name: str
    session_on: date
    simple_return: float
    abnormal_return: float
    z: float
    members: int | None = None
    scope: Scope | None = None

    @property
    def key(self) -> str:
        """``symbol@date``, the key of the move's ``DigestItem``."""
        return f"{self.symbol}@{self.session_on.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A story's title as a sentence cites it; ``translation`` is there of one in another language, if it was accepted.

    ``glossed`` says that ``translation`` is a word-for-word gloss.
    """

    title: str
    translation: str | None
    glossed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it stands in an edition.

    ``publishers`` counts those whose text is their own, ``copies`` the articles that repeat another's. ``glossed``
    says that ``translation`` is a word-for-word gloss. ``counterpart`` is the first title in the reader's language,
    when the story's own title is in another. ``seen_on`` is the last edition that showed the story. ``watch`` is there
    in the watch on tokens, when a borrowed name was found. ``still`` are the ordinary sessions of what it names up
    front, when many told it and nothing moved.
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
    watch: Watch | None = None
    still: tuple[Figure, ...] = ()

    @property
    def cited(self) -> Cited:
        """The story by its name in the reader's language, else by its own title and the translation."""
        translation = None if self.counterpart else self.translation
        return Cited(title=self.counterpart or self.title, translation=translation, glossed=self.glossed)


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
class SlowBurn:
    """A story first told sessions before a move, whose subject came up again around it."""

    story: Cited
    days: int
    sessions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """The price, or the level of an index, at the close of a session (``at``) that began at ``opens_at``."""

    opens_at: datetime
    at: datetime
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A session and those before it: ``closes`` up to its own, and how many houses told the story meanwhile.

    ``slots`` share the time from ``start_at`` to ``end_at`` evenly. ``currency`` is None of a basket, whose closes are
    an index that stood at 100 before the session.
    """

    closes: tuple[Close, ...]
    start_at: datetime
    end_at: datetime
    slots: tuple[int, ...]
    currency: str | None

    @property
    def peak(self) -> int:
        """The most houses in one slot."""
        return max(self.slots)

    @property
    def slot(self) -> timedelta:
        """How long a slot is."""
        return (self.end_at - self.start_at) / len(self.slots)

    @property
    def peak_at(self) -> datetime:
        """When the first slot of the most houses began."""
        return self.start_at + self.slots.index(self.peak) * self.slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticker:
    """A line of the market strip: a benchmark's close, or a basket's index (100 at the first of ``levels``).

    ``levels`` are relative closes, oldest first. ``members`` is the number of a basket's, else None.
    """

    symbol: str
    name: str
    session_on: date
    value: float
    simple_return: float
    levels: tuple[float, ...]
    members: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """A session of the edition before whose link is not what it was: ``story`` and ``label`` now, None without a link.

    ``was`` is the label that it had, None when the edition had no story for it; ``same_story`` says that only the label
    is another.
    """

    name: str
    session_on: date
    was: LinkLabel | None
    story: Cited | None
    label: LinkLabel | None
    same_story: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the edition before would say otherwise. ``late`` are articles that it missed, ``more_late`` their rest."""

    revisions: tuple[Revision, ...] = ()
    late: tuple[Source, ...] = ()
    more_late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A move and what speaks for the story that coincided with it; the parts of the link are in 0..1.

    ``base_rate`` is the share of ordinary sessions on which a story fits as well; ``quiet_sessions`` of these are its
    own. ``named_by`` are the independent publishers of the story that name the instrument itself, first things first.
    ``rival`` is None when it is the group's. ``slow_burn`` is an older story beside this one. ``quote`` is None when
    ``said`` has something to show. ``course`` is there for a move that is shown in full, where its prices have no gap.
    """

    figure: Figure
    label: LinkLabel
    base_rate: float
    quiet_sessions: int
    named_by: tuple[str, ...]
    directness: float
    attention: float
    lag_hours: float
    lag_sessions: int
    rival: Cited | None
    slow_burn: SlowBurn | None
    quote: Quote | None
    said: tuple[Said, ...]
    course: Course | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A story with the moves that coincided with it: ``matches`` in full, ``others`` in one compact table.

    ``attention`` is the greatest of the links' (0..1), ``rival`` the story that came next for its first move.
    """

    telling: Telling
    attention: float
    rival: Cited | None
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
    strip: tuple[Ticker, ...] = ()
    changes: Changes = Changes()

    @property
    def continued(self) -> tuple[Telling, ...]:
        """Stories of the shelves that an earlier edition had, and that are there for no other reason."""
        return tuple(one for shelf in self.shelves for one in shelf.tellings if _goes_on(one))

    @property
    def others(self) -> tuple[Shelf, ...]:
        """The shelves without those."""
        kept = (Shelf(topic=s.topic, tellings=tuple(t for t in s.tellings if not _goes_on(t))) for s in self.shelves)
        return tuple(shelf for shelf in kept if shelf.tellings)


def _goes_on(telling: Telling) -> bool:
    return telling.seen_on is not None and not telling.still
