"""Cases: the stories that speak of an instrument around a session, and where they name it. First half of links.py.

A case is a story as it stood when the following session opened: nothing told later is in it, and nothing told after
the edition's ``until`` is in the archive at all.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contrecoup.attention import USUAL_OVER, publishers_in, usual_publishers
from contrecoup.gist import Told
from contrecoup.instruments import Instrument
from contrecoup.models import Claim, Layer, Mention, Move, Story, StoryArticle
from contrecoup.sessions import close_of, next_session, open_of, previous_session

# How directly a text speaks of the instrument: by layer, then by place.
LAYERS = {Layer.DIRECT: 1.0, Layer.SECTOR: 0.5, Layer.MACRO: 0.3}
PLACES = {"title": 1.0, "lead": 0.9, "text": 0.6}
# A story's subject is the organisation in the title of its founding article. It has come up anew when so many
# publishers name it around a session, and so many times as many as in the days before.
SUBJECT, ECHO_FROM, ECHO_RISE = "org:", 3, 2.0
# To name the exchange on which everything is traded is no reason to link anything with it.
MARKET_PLACES = frozenset({"macro:wall_street", "macro:europe", "macro:asia"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What was told: stories, their members, the articles with what was found in them, and their claims.

    ``told`` and ``members`` reach back ``attention.USUAL_OVER`` before the first session, so that the usual is known.
    """

    stories: Sequence[Story]
    members: Sequence[StoryArticle]
    told: Sequence[Told]
    claims: Sequence[Claim] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One session of an instrument or a basket: ``since`` is the close before it, ``until`` the opening after it.

    ``members`` are those of a basket; it is spoken of as the sector it is when one of them is.
    """

    move: Move
    instrument: Instrument
    members: frozenset[str]
    measured: float
    since: datetime
    opened: datetime
    close: datetime
    until: datetime

    @classmethod
    def of(cls, move: Move, instrument: Instrument, *, members: frozenset[str] = frozenset()) -> "Session":
        """The clock of a move's session on the instrument's exchange."""
        calendar = instrument.exchange
        before, after = previous_session(calendar, move.session_on), next_session(calendar, move.session_on)
        close = close_of(calendar, move.session_on)
        return cls(
            move=move,
            instrument=instrument,
            members=members,
            measured=move.simple_return or 0.0,
            since=close_of(calendar, before) if before else close - timedelta(days=1),
            opened=open_of(calendar, move.session_on),
            close=close,
            until=max(close, open_of(calendar, after)) if after else close,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A story as it stood at the horizon of a session.

    ``echo`` are the articles by which its attention is measured: its own, or, once it is a session old, whatever names
    its subject. The release of a model goes on in stories of its download figures, of its rivals and of their shares.
    """

    story_id: str
    members: tuple[StoryArticle, ...]
    first_at: datetime
    echo: tuple[StoryArticle, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The most direct mention of an instrument in a story."""

    mention: Mention
    told: Told
    directness: float


class Archive:
    """The press indexed by what it names, so that a move meets only the stories that speak of it."""

    def __init__(self, press: Press, until: datetime) -> None:
        """Index everything told up to ``until``."""
        self.until = until
        self.told = {told.document.article_id: told for told in press.told}
        self.claims: dict[tuple[str, str | None], list[Claim]] = defaultdict(list)
        for claim in press.claims:
            self.claims[claim.article_id, claim.symbol].append(claim)
        self._first_at = {story.id: story.first_at for story in press.stories}
        self._members: dict[str, list[StoryArticle]] = defaultdict(list)
        self._naming: dict[str, dict[str, StoryArticle]] = defaultdict(dict)
        for member in press.members:
            if member.story_id in self._first_at and member.article_id in self.told and member.told_at <= until:
                self._members[member.story_id].append(member)
                for mention in self.told[member.article_id].mentions:
                    self._naming[mention.target][member.article_id] = member
        self._moments = sorted(member.told_at for members in self._members.values() for member in members)
        self._last_at = {story_id: max(m.told_at for m in told) for story_id, told in self._members.items()}
        self._macro = self.naming(t for t in self._naming if t.startswith("macro:") and t not in MARKET_PLACES)

    def heard(self, session: Session) -> bool:
        """Whether anything at all was told around a session."""
        after = bisect_right(self._moments, session.since)
        return after < len(self._moments) and self._moments[after] <= session.until

    def naming(self, targets: Iterable[str]) -> list[StoryArticle]:
        """Articles that name any of the targets."""
        found = {key: member for target in targets for key, member in self._naming.get(target, {}).items()}
        return list(found.values())

    def titled(self, session: Session) -> list[StoryArticle]:
        """Articles whose title names the instrument, or the basket or a member of it."""
        named = {session.instrument.symbol, *session.members}
        return [
            member
            for member in self.naming(sorted(named))
            if any(m.target in named and m.field == "title" for m in self.told[member.article_id].mentions)
        ]

    def candidates(self, session: Session) -> list[Case]:
        """Stories that name the instrument, its baskets or the market, and that were told around the session.

        What nobody told between the close before and the opening after did not coincide, however well it would fit,
        and however much was said of its subject.
        """
        horizon = min(session.until, self.until)
        naming = [*self.naming([*targets_of(session.instrument), *sorted(session.members)]), *self._macro]
        cases = []
        for story_id in sorted({member.story_id for member in naming if member.told_at <= horizon}):
            if self._last_at[story_id] <= session.since:
                continue
            members = tuple(m for m in self._members[story_id] if m.told_at <= horizon)
            if any(member.told_at > session.since for member in members):
                first_at = min(self._first_at[story_id], *(member.told_at for member in members))
                echo = self._echo(members, session, horizon) if first_at <= session.since else ()
                cases.append(Case(story_id=story_id, members=members, first_at=first_at, echo=echo or members))
        return cases

    def _echo(self, members: Sequence[StoryArticle], session: Session, horizon: datetime) -> tuple[StoryArticle, ...]:
        """What names the subject of a story, when so many turned to it around the session that it came up anew."""
        founder = min(members, key=lambda member: (member.told_at, member.article_id))
        if founder.told_at < session.since - USUAL_OVER:
            return ()
        subject = {
            m.target
            for m in self.told[founder.article_id].mentions
            if m.field == "title" and m.target.startswith(SUBJECT)
        }
        naming = [member for member in self.naming(sorted(subject)) if member.told_at <= horizon]
        around = publishers_in(naming, session.since, horizon)
        usual = usual_publishers(naming, session.since, session.until)
        return tuple(naming) if around >= ECHO_FROM and around >= ECHO_RISE * usual else ()


def targets_of(instrument: Instrument) -> tuple[str, ...]:
    """What a mention's target can be to speak of the instrument: its symbol, or one of its baskets."""
    return (instrument.symbol, *(f"basket:{basket}" for basket in instrument.baskets))


def namings(session: Session, told: Iterable[Told]) -> list[Named]:
    """The best mention of each article that speaks of the instrument, most direct first."""
    wanted = set(targets_of(session.instrument))
    best = []
    for article in told:
        rated = [(_directness(mention, wanted, session.members), mention) for mention in article.mentions]
        named = [(value, mention) for value, mention in rated if value > 0]
        if named:
            value, mention = min(named, key=lambda pair: (-pair[0], pair[1].field, pair[1].start))
            best.append(Named(mention=mention, told=article, directness=value))
    return sorted(best, key=lambda n: (-n.directness, n.told.document.told_at, n.told.document.article_id))


def _directness(mention: Mention, wanted: set[str], members: frozenset[str]) -> float:
    if mention.target in wanted:
        return LAYERS[mention.layer] * PLACES[mention.field]
    if mention.target in members:
        return LAYERS[Layer.SECTOR] * PLACES[mention.field]
    if mention.target in MARKET_PLACES:
        return 0.0
    # a body mentions rates and indices as background; only up front does a text speak of the market as a whole
    if mention.layer is Layer.MACRO and mention.field != "text":
        return LAYERS[Layer.MACRO] * PLACES[mention.field]
    return 0.0
