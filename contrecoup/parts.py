"""Parts of a link's score: what speaks for one story beside one session, each part by itself. For links.py.

Every part lies in 0..1, but for the agreement, which is negative when the story states the other direction. They are
stored with the link, so that a reader can redo the sum, and named in its ``reason``.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from contrecoup.agreement import DIRECTION, EXACT, Agreed, agreement_of, best_first, session_spoken_of, titled_direction
from contrecoup.attention import Attention, measure_attention, publishers_in, usual_publishers
from contrecoup.cases import PLACES, Archive, Case, Named, Session, namings
from contrecoup.evidence import claim_code
from contrecoup.gist import Told
from contrecoup.instruments import Instrument
from contrecoup.models import Layer, Move, StoryArticle
from contrecoup.occasions import MOVE, Occasion, occasion_of
from contrecoup.sessions import session_moved_by, sessions_before

__all__ = ["PARTS", "Judged", "Scene", "breadth_of", "judge", "topic_fit"]

PARTS = ("directness", "occasion", "topic_fit", "agreement", "timing", "attention", "surge", "breadth")

# Timing of a story first told during or just before the session, of a mere report (told after the close, or of an
# earlier session), and the factor for every session in between; a story of SLOW_FROM sessions before that rises at the
# move keeps at least SLOW_BURN × its rise. What is one session old has had no time to burn slowly.
SAME_SESSION, REPORT, PER_SESSION, SLOW_BURN = 1.0, 0.3, 0.6, 0.8
SLOW_CODE, SLOW_FROM = "slow_burn", 2
EARLIER_CODE = "earlier_session"

# Which topics bear on which baskets, 0..1. A story without a topic is neither for nor against.
NO_TOPIC = 0.5
TOPICS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {
        "chip_stocks": {"chips": 1.0, "ai_power": 0.6, "ai_servers": 0.8, "hyperscalers": 0.5, "miners_hosts": 0.5},
        "ai_model_launch": {
            "chips": 0.8,
            "ai_power": 0.8,
            "ai_servers": 0.8,
            "hyperscalers": 0.8,
            "miners_hosts": 0.8,
            "big_tech": 0.6,
            "software": 0.6,
        },
        "crypto_mining": {"miners_hosts": 1.0, "miners": 1.0, "crypto_majors": 0.5, "crypto_equity": 0.5},
        "scam_tokens": {},
    }
)
# Topics that never bear on a listed instrument: a story of only these is no candidate.
NEVER = frozenset({"scam_tokens"})
# With this many publishers above the usual, the surge of an instrument is half of what it can be.
SURGE_HALF_AT = 3.0
# A story that names so many peers of the instrument up front, or states the move of so many members of a basket, speaks
# of them all.
WIDE_FROM = 2
# Peers that lie so many forecast errors from their expectation on average make a basket that moved.
WIDE_Z = 2.0
# A sector went the instrument's way when its breadth is at least this.
ALONG_FROM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What is the same for all candidates of a session: its basket's breadth, and who speaks of the instrument.

    ``breadth`` says how far its ``peers``, the other members of its baskets, went the same way; ``around`` are the
    independent publishers that name it in a title around the session, ``usual`` how many do in a stretch of
    that length.
    """

    peers: frozenset[str]
    breadth: float
    around: int
    usual: float

    @property
    def surge(self) -> float:
        """Publishers above the instrument's own usual, saturating, in 0..1."""
        excess = max(0.0, self.around - self.usual)
        return excess / (excess + SURGE_HALF_AT + self.usual)

    @classmethod
    def of(cls, session: Session, archive: Archive, *, peers: frozenset[str], breadth: float) -> "Scene":
        """The scene of a session."""
        titled = archive.titled(session)
        return cls(
            peers=peers,
            breadth=breadth,
            around=publishers_in(titled, session.since, min(session.until, archive.until)),
            usual=usual_publishers(titled, session.since, session.until),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One story judged beside one session.

    ``up_front`` counts the independent publishers that name the instrument itself in title or lead around the session;
    ``lag_sessions`` lie between the first telling and the session; a ``slow_burn`` rises at the move all the same;
    ``earlier`` is one whose articles of the time only report an earlier session; ``along`` says that the sector went
    the instrument's way.
    """

    case: Case
    named: tuple[Named, ...]
    agreed: tuple[Agreed, ...]
    parts: Mapping[str, float]
    up_front: int
    reason: str
    lag_sessions: int
    slow_burn: bool
    earlier: bool
    along: bool

    @property
    def states_it(self) -> bool:
        """Whether an article states this session's own figure, and prices agree."""
        return any(claim.worth == EXACT for claim in self.agreed)

    def told_in(self, session: Session) -> bool:
        """Whether one that speaks of the instrument came before the close, and after the opening if it is older.

        Of its sector or the market is as good, if the sector went its way: "tech shares fall" is not of Apple's rise.
        """
        fresh = session.since if self.lag_sessions == 0 else session.opened
        return any(
            fresh < named.told.document.told_at <= session.close
            for named in self.named
            if self.along or named.mention.layer is Layer.DIRECT
        )

    def is_of_another(self, session: Session) -> bool:
        """Whether it belongs to an earlier session: it states nothing of this one, and was not told in it."""
        return not self.agreed and (self.earlier or (self.lag_sessions > 0 and not self.told_in(session)))

    def names_up_front(self, target: str) -> bool:
        """Whether an article of the story names the target in its title or lead."""
        return any(n.mention.target == target and n.mention.field != "text" for n in self.named)


def judge(session: Session, case: Case, archive: Archive, scene: Scene) -> Judged | None:
    """The parts of one story; None when it is no candidate after all.

    A story first told after the close is one only when an article of it states this session's move in its direction,
    or, of a basket, that of members.
    """
    told = [archive.told[member.article_id] for member in case.members]
    topics = frozenset(topic for article in told for topic in article.topics)
    named = namings(session, told)
    if not named or (topics and topics <= NEVER):
        return None
    agreed = _claims(session, case, archive)
    stated = agreed[0].worth if agreed else _stated_of_members(session, case, archive)
    if stated <= 0.0 and case.first_at > session.close:
        return None
    attention = measure_attention(case.echo, instrument_usual=scene.usual, since=session.since, until=session.until)
    lag, timing, when = _timing(session, case, attention)
    earlier = not agreed and _reports_earlier(session, case, archive, named)
    if earlier:
        timing, when = min(timing, REPORT), EARLIER_CODE
    occasion = _occasion(session, case, told, earlier=earlier)
    parts = {
        "directness": named[0].directness,
        "occasion": occasion.worth,
        "topic_fit": topic_fit(topics, session.instrument),
        "agreement": 0.0 if earlier else stated or _titled(session, named),
        "timing": timing,
        "attention": attention.score,
        "surge": scene.surge,
        "breadth": scene.breadth if _is_wide(named, scene) else 1.0 - scene.breadth,
    }
    return Judged(
        case=case,
        named=tuple(named),
        agreed=tuple(a for a in agreed if a.worth > 0),
        parts=MappingProxyType({name: round(parts[name], 4) for name in PARTS}),
        up_front=publishers_in(_up_front(case, named), session.since, session.until),
        reason=_reason(session, named[0], agreed, attention, f"occasion:{occasion.kind};{when}"),
        lag_sessions=lag,
        slow_burn=when.startswith(SLOW_CODE),
        earlier=earlier,
        along=scene.breadth >= ALONG_FROM,
    )


def _up_front(case: Case, named: Sequence[Named]) -> list[StoryArticle]:
    """The articles of a story that name the instrument by its own name in title or lead."""
    naming = {n.told.document.article_id for n in named if n.directness >= PLACES["lead"]}
    return [member for member in case.members if member.article_id in naming]


def _claims(session: Session, case: Case, archive: Archive) -> list[Agreed]:
    found = []
    for member in case.members:
        for claim in archive.claims.get((member.article_id, session.instrument.symbol), ()):
            if session_spoken_of(claim, member.told_at, session.instrument.exchange) == session.move.session_on:
                worth = agreement_of(claim, session.measured)
                found.append(Agreed(claim=claim, told_at=member.told_at, worth=worth))
    return best_first(found)


def _stated_of_members(session: Session, case: Case, archive: Archive) -> float:
    """``DIRECTION`` when a story states that two members of a basket or more, and most that it has, went its way."""
    claims = [
        claim
        for member in case.members
        for symbol in session.members
        for claim in archive.claims.get((member.article_id, symbol), ())
        if session_spoken_of(claim, member.told_at, session.instrument.exchange) == session.move.session_on
    ]
    way = "up" if session.measured > 0 else "down"
    along = {claim.symbol for claim in claims if claim.direction == way}
    against = {claim.symbol for claim in claims if claim.direction != way}
    return DIRECTION if len(along) >= WIDE_FROM and len(along) > len(against) else 0.0


def _titled(session: Session, named: Sequence[Named]) -> float:
    """What titles that name the instrument say of the direction; negative when it is the other."""
    titles = [n.told.document for n in named if n.mention.field == "title" and n.mention.layer is not Layer.MACRO]
    return titled_direction([d for d in titles if d.told_at > session.since], session.measured)


def _occasion(session: Session, case: Case, told: Sequence[Told], *, earlier: bool) -> Occasion:
    """What has happened by the story's titles around the session, the best of them; of one that comes up anew, by all.

    What happened after the close is nothing that the session could coincide with, unless it is the report of its move;
    nor is the report of an ``earlier`` session's.
    """
    fresh = [article for article in told if article.document.told_at > session.since]
    fresh = fresh if fresh and case.echo == case.members else list(told)
    best = max((occasion_of(article.document) for article in fresh), key=lambda occasion: occasion.worth)
    late = case.first_at > session.close and best.kind != MOVE
    return replace(best, worth=0.0) if late or (earlier and best.kind == MOVE) else best


def _reports_earlier(session: Session, case: Case, archive: Archive, named: Sequence[Named]) -> bool:
    """Whether every article that names the instrument around the session states an earlier session in its title.

    Only a named day or a close counts: "Nvidia down 11%" before the opening may well speak of the day that begins. A
    wire copy states what its original does, under any headline.
    """
    told_at = {member.article_id: member.told_at for member in case.members if member.told_at > session.since}
    wire = {member.article_id: member.wire_id for member in case.members}
    naming = [n.told.document.article_id for n in named if n.told.document.article_id in told_at]
    symbol, exchange = session.instrument.symbol, session.instrument.exchange

    def earlier(article_id: str) -> bool:
        titled = [claim for claim in archive.claims.get((article_id, symbol), ()) if claim.field == "title"]
        sure = [claim for claim in titled if claim.session_on is not None or claim.period == "close"]
        spoken = [session_spoken_of(claim, told_at[article_id], exchange) for claim in sure]
        return any(day is not None and day < session.move.session_on for day in spoken)

    return bool(naming) and all(earlier(one) or (wire[one] in told_at and earlier(wire[one])) for one in naming)


def _timing(session: Session, case: Case, attention: Attention) -> tuple[int, float, str]:
    """Sessions between the first telling and the move, the timing part, and its code."""
    calendar, session_on = session.instrument.exchange, session.move.session_on
    if case.first_at > session.close:
        return 0, REPORT, "after_close"
    first = session_moved_by(calendar, case.first_at) or session_on
    lag = sum(1 for day in (*sessions_before(calendar, session_on, 20), session_on) if first < day <= session_on)
    fresh, rising = SAME_SESSION * PER_SESSION**lag, SLOW_BURN * attention.rising
    if lag >= SLOW_FROM and rising > fresh:
        return lag, rising, f"{SLOW_CODE}:{lag}"
    return lag, fresh, f"sessions_before:{lag}" if lag else "same_session"


def topic_fit(topics: frozenset[str], instrument: Instrument) -> float:
    """The best bearing of any of the topics on any of the instrument's baskets; ``NO_TOPIC`` without a known topic."""
    known = topics & TOPICS.keys()
    if not known:
        return NO_TOPIC
    return max((TOPICS[topic].get(basket, 0.0) for topic in known for basket in instrument.baskets), default=0.0)


def breadth_of(move: Move, peers: frozenset[str], moves: Iterable[Move]) -> float:
    """How far the measured peers went the move's way that session, 0..1: their mean z along it, over ``WIDE_Z``."""
    along = math.copysign(1.0, move.z or 0.0)
    others = [m.z * along for m in moves if m.session_on == move.session_on and m.symbol in peers and m.z is not None]
    return min(1.0, max(0.0, math.fsum(others) / len(others) / WIDE_Z)) if others else 0.0


def _is_wide(named: Sequence[Named], scene: Scene) -> bool:
    """Whether a story is of more than the instrument: it names two of its peers up front, or itself not up front."""
    mentions = [mention for n in named for mention in n.told.mentions if mention.field != "text"]
    if named[0].mention.layer is not Layer.DIRECT or named[0].mention.field == "text":
        return True
    return len({m.target for m in mentions} & scene.peers) >= WIDE_FROM


def _reason(session: Session, named: Named, agreed: Sequence[Agreed], attention: Attention, rest: str) -> str:
    """Codes of what the parts saw: ``direct:title;claim:-17%≈-16.97%;attention:9/0.4;occasion:deal;same_session``."""
    codes = [f"{named.mention.layer}:{named.mention.field}"]
    if agreed:
        codes.append(f"claim:{claim_code(agreed[0], session.measured)}")
    codes += [f"attention:{attention.around}/{attention.usual:.1f}", rest]
    return ";".join(codes)
