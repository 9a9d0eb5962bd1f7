"""The words of the project: every value that passes from one stage to the next.

All types are frozen, slotted and keyword-only. A field ``*_at`` is an aware UTC ``datetime``, a field
``*_on`` is a ``date``. Fields are scalars only, so that each type maps to one table of the same columns
(``storage/migrations``); the comment above each type names what identifies it. ``method`` and ``model`` hold the name
and version of what produced the row and belong to the key, so that a better method adds rows.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    """What could be read of an article. Everything but ``FULL`` shows the feed's own summary instead."""

    FULL = "full"
    TEASER = "teaser"
    CONSENT_WALL = "consent_wall"
    PAYWALL = "paywall"
    BLOCKED = "blocked"
    EMPTY = "empty"
    NOT_HTML = "not_html"
    GONE = "gone"


class Layer(StrEnum):
    """How directly a text speaks of an instrument: by name, by its basket, or by the market as a whole."""

    DIRECT = "direct"
    SECTOR = "sector"
    MACRO = "macro"


class Verdict(StrEnum):
    """What price data say of a claim about prices."""

    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"
    UNCHECKABLE = "uncheckable"


class MoveVerdict(StrEnum):
    """Whether a session was abnormal for an instrument, or why that cannot be said."""

    MOVE = "move"
    QUIET = "quiet"
    UNMEASURED = "unmeasured"


class Scope(StrEnum):
    """Of a move, whether it was the instrument's own, or its sector's as well and no more than that."""

    OWN = "own"
    SECTOR = "sector"


class LinkLabel(StrEnum):
    """Strength of a link between a move and a story, weakest first. Never a statement of cause."""

    COINCIDES = "coincides"
    PLAUSIBLE = "plausible"
    STRONG = "strong"


class DeliveryState(StrEnum):
    """Stage of one mail. ``COMMITTING`` found at start-up means the mail may have left: it becomes ``UNKNOWN``."""

    PLANNED = "planned"
    COMMITTING = "committing"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"


# Identified by url.
@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A subscribed feed (from the settings) and what was last seen of it."""

    url: str
    name: str
    lang: str | None = None
    expect_per_day: float | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    checked_at: datetime | None = None
    changed_at: datetime | None = None
    failure_weight: float = 0.0
    next_check_at: datetime | None = None
    moved_to: str | None = None


# Identified by id = hash(feed url, guid or canonical link).
@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item of a feed, as the feed tells it. ``url`` is canonical. ``lane`` is dated, undated or future."""

    id: str
    feed_url: str
    guid: str | None
    url: str
    title: str
    summary: str
    author: str | None
    published_raw: str | None
    published_at: datetime | None
    published_precision: str
    published_confidence: float
    lane: str
    seen_at: datetime


# Identified by url, body_hash.
@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer to the fetching of an article's address; its bytes are in the ``PageBody`` of ``body_hash``."""

    url: str
    body_hash: str
    final_url: str
    status: int
    content_type: str
    charset: str | None
    bytes_decoded: int
    fetched_at: datetime


# Identified by body_hash (insert-only).
@dataclass(frozen=True, slots=True, kw_only=True)
class PageBody:
    """Body of a page, compressed with zstd, kept so that any day can be extracted again."""

    body_hash: str
    body: bytes


# Identified by id = hash(canonical url), version.
@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was extracted of one page (or, when the page could not be read, of its feed entry).

    ``lead`` is the article's own standfirst, or the feed's summary when ``status`` is not full.
    ``text_hash`` points to ``ArticleText``. ``lang`` is ``fr``, ``en``, another ISO 639-1 code, ``mixed``
    or ``unknown``. ``published_source`` says which clue dated it (feed, jsonld, meta, time, htmldate, none).
    """

    id: str
    version: int
    entry_id: str
    body_hash: str | None
    url: str
    publisher: str
    title: str
    byline: str | None
    lead: str
    text_hash: str
    words: int
    status: Status
    lang: str
    lang_score: float
    lang_why: str
    published_at: datetime | None
    published_raw: str | None
    published_source: str
    published_confidence: float
    seen_at: datetime
    method: str


# Identified by text_hash (insert-only).
@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """Body text of an article, paragraphs separated by a newline; empty unless the status is full."""

    text_hash: str
    text: str


# No table of its own: a row of the view ``documents``.
@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The newest version of an article with its text: what every stage of understanding reads."""

    article_id: str
    version: int
    url: str
    publisher: str
    title: str
    lead: str
    text: str
    status: Status
    lang: str
    lang_score: float
    published_at: datetime | None
    seen_at: datetime

    def field(self, name: str) -> str:
        """Text of ``title``, ``lead`` or ``text``; spans of mentions and claims count characters in it."""
        return {"title": self.title, "lead": self.lead, "text": self.text}[name]

    @property
    def told_at(self) -> datetime:
        """When the story was told: its publication, or the moment we first saw it when it has no date."""
        return self.published_at or self.seen_at


# Identified by article_id, version, stage, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The fact that a stage's method has read an article, and how many things it found there."""

    article_id: str
    version: int
    stage: str
    method: str
    found: int
    at: datetime


# Identified by stage.
@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """The method in force for a stage: what the ``*_to_*`` views compare the readings with."""

    stage: str
    method: str
    since_at: datetime


# Identified by article_id, version, field, to_lang, model.
@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """A machine translation of one field and what the guards measured.

    ``coverage`` is the share of the source words the engine knew, ``length_ratio`` target over source
    characters, ``repeats`` the longest run of a repeated phrase, ``attempts`` 2 where the engine was asked
    again, clause by clause. A refused translation has ``accepted = False`` and a ``reason``; the original is
    shown then.
    """

    article_id: str
    version: int
    field: str
    to_lang: str
    model: str
    text: str
    accepted: bool
    reason: str
    coverage: float
    length_ratio: float
    repeats: int
    numbers_kept: bool
    names_kept: bool
    attempts: int = 1


# Identified by key.
@dataclass(frozen=True, slots=True, kw_only=True)
class TranslationUnit:
    """A sentence that an engine has translated: ``key`` is the hash of engine, languages and sentence."""

    key: str
    model: str
    source: str
    target: str
    text: str


# Identified by article_id, version, scheme, model, topic.
@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Probability that a topic of a scheme holds for an article; ``why`` lists the words that spoke for it."""

    article_id: str
    version: int
    scheme: str
    model: str
    topic: str
    probability: float
    holds: bool
    why: str


# Identified by article_id, version, field, start, target, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """A place in a text that speaks of an instrument, a basket, an organisation or a token.

    ``target`` is an instrument's symbol (``NVDA``), or ``basket:chips``, ``org:deepseek``, ``token:…``.
    ``start`` and ``end`` count characters in the field.
    """

    article_id: str
    version: int
    field: str
    start: int
    end: int
    target: str
    surface: str
    reason: str
    layer: Layer
    method: str


# Identified by article_id, version, field, start, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A price move that a text states. ``size`` is positive, in ``unit`` (percent, points, usd_bn, eur_bn).

    ``direction`` is up or down; ``qualifier`` is exact, about, nearly, up_to or more_than; ``period`` is
    close, open, premarket, afterhours, intraday, day, week, month, year_to_date, year, span (another stretch, such as
    six months) or unknown; ``session_on`` is the session the text speaks of when that can be told. ``symbol`` is None
    when no instrument could be attached.
    """

    article_id: str
    version: int
    field: str
    start: int
    end: int
    symbol: str | None
    direction: str
    size: float
    unit: str
    qualifier: str
    period: str
    session_on: date | None
    sentence: str
    method: str


# Identified by article_id, version, field, start, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What price bars say of the claim at the same place; ``measured`` has the claim's unit and is signed."""

    article_id: str
    version: int
    field: str
    start: int
    method: str
    verdict: Verdict
    measured: float | None
    basis: str
    reason: str
    checked_at: datetime


# Identified by article_id, version, field, start, kind, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class LookAlike:
    """What an article says of tokens that borrow a name.

    ``kind`` is brand (a place where the borrowed name stands, ``surface``, with the reason of the match), count (of
    look-alikes), growth (by how many ``times`` they became more), loss (of buyers, in ``usd`` or ``eur``) or denial
    (``reason`` says: the brand's own word, or states: the article's). ``brand`` is ``org:deepseek``, ``NVDA``,
    ``person:trump`` or, when no table has it, ``name:…``; ``name`` is shown to readers. ``qualifier`` of a number is
    exact, about, more_than, at_least, dozens, hundreds or thousands (``number`` is then the least that the word means).
    """

    article_id: str
    version: int
    field: str
    start: int
    end: int
    kind: str
    brand: str
    name: str
    surface: str
    reason: str
    number: float | None
    unit: str
    qualifier: str
    sentence: str
    method: str


# Identified by id = article id of the founding article.
@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One event as told by several articles. Languages, publishers and attention are views over its articles.

    ``follows_story_id`` is the earlier story that this one develops (the rebound, the reply), if any.
    """

    id: str
    title: str
    lang: str
    first_at: datetime
    method: str
    follows_story_id: str | None = None


# Identified by article_id, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class StoryArticle:
    """Membership of an article in a story, judged against the founding article.

    ``reason`` is founder, same_url, wire_copy, gist or gist_other_language; ``wire_id`` is the article that
    was first to carry the same text (itself when original), so that wire copies count once. ``owner`` is the house of
    the publisher, whose titles count once too; empty in rows that were kept before houses were.
    """

    story_id: str
    article_id: str
    version: int
    likeness: float
    reason: str
    wire_id: str
    publisher: str
    lang: str
    told_at: datetime
    method: str
    owner: str = ""

    @property
    def house(self) -> str:
        """Who speaks: the owner of the publisher, for whoever counts independent ones (as the views do)."""
        return self.owner or self.publisher


# Identified by symbol, session_on, interval, provider.
@dataclass(frozen=True, slots=True, kw_only=True)
class PriceBar:
    """One bar. Prices in the instrument's currency; ``volume`` in units traded; ``complete`` once the session ended."""

    symbol: str
    session_on: date
    interval: str
    provider: str
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    adj_close: float | None
    volume: float | None
    complete: bool
    fetched_at: datetime


# Identified by symbol, session_on, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One instrument's (or ``basket:…``'s) session measured against its market model.

    Returns are simple and fractional (0.01 = 1 %). ``z`` is the abnormal return over its forecast standard
    error, ``p_value`` Student's t two-sided, ``q_value`` Benjamini-Hochberg over the watch-list and day.
    ``reason`` says why a session could not be measured, or is ``rank_disagrees`` on a move that the rank test doubts.

    The ``sector_*`` figures are those of the model with market and sector, where the instrument has one; ``scope`` of
    a move then says whether it was the instrument's ``own`` or its ``sector``'s. ``members`` and ``breadth`` are a
    basket's: how many were measured, and the share of them that went its way.
    """

    symbol: str
    session_on: date
    method: str
    verdict: MoveVerdict
    reason: str
    simple_return: float | None = None
    expected_return: float | None = None
    abnormal_return: float | None = None
    z: float | None = None
    p_value: float | None = None
    q_value: float | None = None
    car_0_1: float | None = None
    car_m1_1: float | None = None
    alpha: float | None = None
    beta: float | None = None
    residual_sd: float | None = None
    observations: int = 0
    window_start_on: date | None = None
    window_end_on: date | None = None
    benchmark: str | None = None
    volume_z: float | None = None
    measured_at: datetime
    rank_p_value: float | None = None
    sector: str | None = None
    sector_beta: float | None = None
    sector_abnormal_return: float | None = None
    sector_z: float | None = None
    sector_p_value: float | None = None
    sector_rank_p_value: float | None = None
    scope: Scope | None = None
    members: int | None = None
    breadth: float | None = None


# Identified by symbol, session_on, story_id, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A story that coincided with a move, with every part of its score (each in 0..1) and its rank among rivals.

    ``agreement`` alone can be negative: the story states the other direction. ``base_rate`` is the share of the
    instrument's quiet sessions on which some story fitted as well, over ``quiet_sessions`` of them and a prior.
    ``lag_hours`` is the end of the session minus the story's first telling.
    """

    symbol: str
    session_on: date
    story_id: str
    method: str
    rank: int
    label: LinkLabel
    score: float
    directness: float
    topic_fit: float
    attention: float
    timing: float
    agreement: float
    breadth: float
    lag_hours: float
    lag_sessions: int
    rival_story_id: str | None
    reason: str
    linked_at: datetime
    base_rate: float
    quiet_sessions: int
    occasion: float
    surge: float


# Identified by symbol, session_on, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """How well the best story fitted on a quiet session of an instrument (0 without any), for the base rate of links.

    ``stories`` counts the candidates.
    """

    symbol: str
    session_on: date
    method: str
    score: float
    story_id: str | None
    stories: int


# Identified by symbol, session_on, story_id, method.
@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A story that many publishers told up front of an instrument, and that moved nothing in the session it met."""

    symbol: str
    session_on: date
    story_id: str
    method: str
    publishers: int


# Identified by symbol, session_on, story_id, method, article_id, version, kind.
@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that can be shown for a link: a mention or a claim (``kind``), quoted from an article."""

    symbol: str
    session_on: date
    story_id: str
    method: str
    article_id: str
    version: int
    kind: str
    quote: str
    detail: str


# Identified by edition_on, lang, profile.
@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """One edition. It covers (``since_at``, ``until_at``]; ``coverage`` is complete, partial or stale."""

    edition_on: date
    lang: str
    profile: str
    since_at: datetime
    until_at: datetime
    coverage: str
    subject: str
    html: str
    text: str
    built_at: datetime


# Identified by edition_on, lang, profile, section, position.
@dataclass(frozen=True, slots=True, kw_only=True)
class DigestItem:
    """What stands where in an edition; ``key`` is a story id or ``symbol@date``.

    ``story_id`` and ``label`` are those of a linked move, or of a revised one, None of everything else.
    """

    edition_on: date
    lang: str
    profile: str
    section: str
    position: int
    key: str
    title: str
    story_id: str | None = None
    label: LinkLabel | None = None


# Identified by edition_on, lang, profile, recipient.
@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One mail of one edition to one recipient."""

    edition_on: date
    lang: str
    profile: str
    recipient: str
    state: DeliveryState
    message_id: str
    attempts: int
    at: datetime
    detail: str


# Identified by recipient, lang.
@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscription:
    """A reader's wish to get no more mails in a language, whatever the settings say. ``recipient`` is lower case."""

    recipient: str
    lang: str
    at: datetime


# Identified by stage, key, at.
@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One item that could not be processed: what happened, and in ``advice`` what to do about it.

    ``weight`` is 1 for a hard, 0.5 for a soft and 0.25 for a passing failure (Media Cloud's rss-fetcher).
    ``retry_at`` is when a site that asked to wait may be asked again (``Retry-After``).
    """

    stage: str
    key: str
    at: datetime
    kind: str
    message: str
    advice: str
    cause: str
    weight: float
    retry_at: datetime | None = None
