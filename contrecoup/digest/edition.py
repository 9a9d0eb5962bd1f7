"""The words of the digest: what one edition holds, decided by build and worded by render. Values only, no sentences.

Texts of the press (titles, quotes, translations) come here already clipped and without clickable addresses
(``outward.shown``); every sentence of our own is made later, from the catalogue of its language.
"""

from dataclasses import dataclass
from datetime import date, datetime

from contrecoup.digest.drawn import Course, Scale, Ticker
from contrecoup.models import LinkLabel, Scope, Status, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the footer reconciles. ``entries`` are the window's feed items by the state in which each ended.

    ``failure_kinds`` are the failures by their kind (``Failure.kind``), the most frequent first.
    ``coverage`` is complete, partial or stale, and ``coverage_reason`` a code or a sentence that says why.
    """

    feeds: int = 0
    feeds_answered: int = 0
    feeds_failing: int = 0
    entries: tuple[tuple[str, int], ...] = ()
    articles_fr: int = 0
    articles_en: int = 0
    failure_kinds: tuple[tuple[str, int], ...] = ()
    coverage: str = "complete"
    coverage_reason: str = ""

    @property
    def entries_in_all(self) -> int:
        """The sum over the states."""
        return sum(number for _, number in self.entries)

    @property
    def failures(self) -> int:
        """The sum over the kinds."""
        return sum(number for _, number in self.failure_kinds)


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
    """A number that some publishers state, of look-alikes, of times, or of money (``unit``); see ``LookAlike``.

    ``span`` is the stretch within which all of them say that a growth took place (``impersonation_numbers.SPANS``).
    """

    number: float
    qualifier: str
    unit: str
    publishers: tuple[str, ...]
    span: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A sentence that denies a token: what the brand says when ``official``, else what the article does.

    ``verbatim``: the brand's words stand in it between quotation marks.
    """

    publisher: str
    lang: str
    text: str
    official: bool
    verbatim: bool


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
    ``beyond_sector`` says that ``abnormal_return`` and ``z`` are those beside the sector, which alone made the move.
    """

    symbol: str
    name: str
    session_on: date
    simple_return: float
    abnormal_return: float
    z: float
    members: int | None = None
    scope: Scope | None = None
    beyond_sector: bool = False

    @property
    def key(self) -> str:
        """``symbol@date``, the key of the move's ``DigestItem``."""
        return f"{self.symbol}@{self.session_on.isoformat()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A story's title as a sentence cites it, and its language: always a title of the press, never a translation."""

    title: str
    lang: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A story as it stands in an edition.

    ``publishers`` counts those whose text is their own, ``copies`` the articles that repeat another's. ``glossed``
    says that ``translation`` is a word-for-word gloss. ``counterpart`` is the first title in the reader's language
    (``reader``), when the story's own title is in another. ``seen_on`` is the last edition that showed the story.
    ``told_anew`` counts the articles since the last edition; ``latest`` is the newest of them with a text of its own,
    in the reader's language if there is one. ``watch`` is there in the watch on tokens, when a borrowed name was found.
    ``still`` are the ordinary sessions of what it names up front, when many told it and nothing moved.
    """

    story_id: str
    title: str
    lang: str
    translation: str | None
    glossed: bool
    counterpart: str | None
    reader: str
    first_at: datetime
    new: bool
    seen_on: date | None
    publishers: int
    articles: int
    copies: int
    told_anew: int
    latest: Source | None
    sources: tuple[Source, ...]
    watch: Watch | None = None
    still: tuple[Figure, ...] = ()

    @property
    def cited(self) -> Cited:
        """The story by its name in the reader's language, else by its own title."""
        if self.counterpart is None:
            return Cited(title=self.title, lang=self.lang)
        return Cited(title=self.counterpart, lang=self.reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A claim of the press about the move, and what prices say: ``size`` and ``measured`` are signed, in ``unit``.

    ``basis`` is the price that was compared: close, open or intraday (the day's extreme), empty when none was. ``href``
    is the article's address, where an edition shows the claim and it may be linked.
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
    href: str | None = None


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
class Revision:
    """A session of an edition before whose link is not what it was: ``story`` and ``label`` now, None without a link.

    ``key`` is the session's (``symbol@date``), ``story_id`` the id of ``story``.

    ``was`` is the label that it had, None when the edition had no story for it, and ``instead_of`` that story, as the
    edition cited it; ``same_story`` says that only the label is another.
    """

    key: str
    name: str
    session_on: date
    was: LinkLabel | None
    instead_of: Cited | None
    story_id: str | None
    story: Cited | None
    label: LinkLabel | None
    same_story: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What the edition before would say otherwise. ``late`` are articles that it missed.

    ``more_revised`` and ``more_late`` count those that are left out.
    """

    revisions: tuple[Revision, ...] = ()
    more_revised: int = 0
    late: tuple[Source, ...] = ()
    more_late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A move and what speaks for the story that coincided with it; the parts of the link are in 0..1.

    ``base_rate`` is the share of ordinary sessions on which a story fits as well; ``quiet_sessions`` of these are its
    own. ``named_by`` are the independent publishers of the story that name the instrument itself, first things first,
    in texts told after ``named_since``, the close before the session.
    ``told_at`` is when the story was first told, ``lag_hours`` before the close.
    ``rival`` came next, unless it is the ``slow_burn``, an older story beside this one. ``quote`` is None when
    ``said`` has something to show. ``course`` is there for a move that is shown in full, where its prices have no gap.
    """

    figure: Figure
    label: LinkLabel
    base_rate: float
    quiet_sessions: int
    named_by: tuple[str, ...]
    named_since: datetime
    directness: float
    attention: float
    lag_hours: float
    lag_sessions: int
    told_at: datetime
    rival: Cited | None
    slow_burn: SlowBurn | None
    quote: Quote | None
    said: tuple[Said, ...]
    course: Course | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A story with the moves that coincided with it: ``matches`` in full, ``others`` in one compact table.

    ``attention`` is the greatest of the links' (0..1).
    """

    telling: Telling
    attention: float
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
    """How many sessions were measured and how they ended; the parts add up to ``sessions``.

    ``followed`` is how many instruments and baskets had one.
    """

    sessions: int
    followed: int
    linked: int
    unexplained: int
    quiet: int
    unmeasured: int

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """How some sessions ended, with their number: what happened to none is left out."""
        ends = ("linked", "unexplained", "quiet", "unmeasured")
        return tuple((end, number) for end in ends if (number := int(getattr(self, end))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """Everything that one edition says, in reading order; it covers (``since_at``, ``until_at``].

    ``hidden`` counts the linked moves for whose stories there was no room; ``told`` are the ids of all stories that had
    an article in the window.
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
    told: frozenset[str] = frozenset()

    @property
    def untold(self) -> int:
        """How many stories of the window have no place here."""
        tellings = [group.telling for group in self.groups] + [one for shelf in self.shelves for one in shelf.tellings]
        return len(self.told - {telling.story_id for telling in (*tellings, *self.tokens)})

    @property
    def scale(self) -> Scale | None:
        """The scale of the edition's charts; None when it has none."""
        courses = [match.course for group in self.groups for match in group.matches if match.course]
        if not courses:
            return None
        changes = [0.0, *(change for course in courses for change in course.changes)]
        return Scale(low=min(changes), high=max(changes), houses=max(course.peak for course in courses))

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
