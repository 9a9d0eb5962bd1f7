"""Links: which stories coincided with a move, how strongly, and what can be shown for it. The last stage of thinking.

::

    Move ─ stories that name it, its basket or the market ─ each part scored ─ ranked with its rivals ─→ Link, Evidence

A link says that a story and an abnormal session coincided, never more. Its score is a weighted mean of six parts, each
in 0..1 and stored, and its ``reason`` names what each part saw, so that a reader can redo the sum. Nothing told after
``until`` is read, nor anything told after the following session had opened: the edition of a morning knows only what
was known that morning.

An article that reports a move does not precede it. A story first told after the close can be a candidate only when
one of its articles states this session's move of the instrument and in its direction (the story of the move itself,
such as an evening report on miners); its timing is then low, and it can never be called strong. So is that of a story
whose titles report an earlier session and of which nothing states this one ("Apple ends up 3.2%", told after Monday's
close, is no news of Tuesday's rise).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contrecoup.agreement import Agreed, agreement_of, best_first, session_spoken_of
from contrecoup.attention import Attention, measure_attention, usual_publishers
from contrecoup.cases import Archive, Case, Named, Press, Session, namings
from contrecoup.evidence import claim_code, show
from contrecoup.gist import direction_of
from contrecoup.instruments import Instrument
from contrecoup.models import Evidence, Layer, Link, LinkLabel, Move, MoveVerdict
from contrecoup.sessions import session_moved_by, sessions_before

__all__ = ["METHOD", "Press", "breadth_of", "label_of", "link_moves", "topic_fit"]

METHOD = "links-2"

# How much each part counts. To be named is the condition of a link and weighs most; a claim that agrees and the order
# in time are what a reader asks next; attention tells the event from the background; topic and basket break ties.
WEIGHTS = {
    "directness": 0.30,
    "agreement": 0.20,
    "timing": 0.20,
    "attention": 0.15,
    "topic_fit": 0.10,
    "breadth": 0.05,
}
# Below this there is nothing to show: a story that names the instrument in passing, days ago, scores about 0.3 to 0.4.
LEAST = 0.45
PLAUSIBLE = 0.60
# A story of the other direction weighs less: a record high told on the day of a fall is another event. It is not left
# out, since good results on the day of a fall, told by many, are what a reader looks for.
CONTRADICTED = 0.6
# "Strong" is for stories that name the instrument up front, began before the move was over, and either state its
# price rightly or were on many publishers' front pages. On placebo dates it must stay under 5 %.
STRONG = 0.65
STRONG_DIRECTNESS, STRONG_TIMING, STRONG_AGREEMENT, STRONG_ATTENTION = 0.9, 0.6, 0.7, 0.5
# A digest shows one story and names a rival; the others are kept for those who look into the data.
MOST = 5

# Timing of a story first told during or just before the session, of a mere report (told after the close, or of an
# earlier session), and the factor for every session in between; a story that rises at the move keeps at least
# SLOW_BURN × its rise.
SAME_SESSION, REPORT, PER_SESSION, SLOW_BURN = 1.0, 0.3, 0.6, 0.8

# Which topics bear on which baskets, 0..1. A story without a topic is neither for nor against.
NO_TOPIC = 0.5
TOPICS: Mapping[str, Mapping[str, float]] = {
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
# Topics that never bear on a listed instrument: a story of only these is no candidate.
NEVER = frozenset({"scam_tokens"})


def link_moves(
    moves: Sequence[Move], press: Press, *, instruments: Sequence[Instrument], until: datetime, now: datetime
) -> tuple[list[Link], list[Evidence]]:
    """Link every abnormal session to the stories that coincided with it, best first, at most ``MOST`` each.

    ``moves`` are all measured sessions, quiet ones included: breadth counts them. Nothing told after ``until`` is read.
    """
    table = {instrument.symbol: instrument for instrument in instruments}
    archive = Archive(press, until)
    links: list[Link] = []
    evidence: list[Evidence] = []
    for move in sorted(moves, key=lambda m: (m.session_on, m.symbol)):
        instrument = table.get(move.symbol)
        if move.verdict is not MoveVerdict.MOVE or instrument is None or move.simple_return is None:
            continue
        session = Session.of(move, instrument)
        scene = _Scene(
            breadth=breadth_of(move, instrument, moves, table),
            usual=usual_publishers(archive.naming([move.symbol]), session.since, session.until),
        )
        found = [_judge(session, case, archive, scene) for case in archive.candidates(session)]
        scored = [judged for judged in found if judged is not None and judged.score >= LEAST]
        best = sorted(scored, key=lambda j: (-j.score, j.case.first_at, j.case.story_id))[:MOST]
        links += [_link(session, judged, rank, best, now) for rank, judged in enumerate(best, start=1)]
        evidence += [
            row for judged in best for row in show(session, judged.case, judged.named, judged.agreed, method=METHOD)
        ]
    return links, evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is the same for all candidates of a move: its basket's breadth, the instrument's usual publishers."""

    breadth: float
    usual: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    case: Case
    named: tuple[Named, ...]
    agreed: tuple[Agreed, ...]
    attention: Attention
    parts: tuple[tuple[str, float], ...]
    contradicted: bool
    reason: str
    lag_sessions: int

    @property
    def score(self) -> float:
        mean = sum(WEIGHTS[name] * value for name, value in self.parts)
        return mean * (CONTRADICTED if self.contradicted else 1.0)


def _judge(session: Session, case: Case, archive: Archive, scene: _Scene) -> _Judged | None:
    """Score one story; None when it is no candidate after all."""
    told = [archive.told[member.article_id] for member in case.members]
    topics = frozenset(topic for article in told for topic in article.topics)
    named = namings(session, told)
    if not named or (topics and topics <= NEVER):
        return None
    agreed = _claims(session, case, archive)
    worth = agreed[0].worth if agreed else 0.0
    if worth == 0.0 and case.first_at > session.close:
        return None
    attention = measure_attention(case.members, instrument_usual=scene.usual, since=session.since, until=session.until)
    lag, timing, when = _timing(session, case, attention)
    if not agreed and _reports_earlier(session, case, archive, named):
        timing, when = min(timing, REPORT), "earlier_session"
    contradicted = _contradicts(session, named, agreed)
    parts = {
        "directness": named[0].directness,
        "agreement": worth,
        "timing": timing,
        "attention": attention.score,
        "topic_fit": topic_fit(topics, session.instrument),
        "breadth": scene.breadth,
    }
    return _Judged(
        case=case,
        named=tuple(named),
        agreed=tuple(a for a in agreed if a.worth > 0),
        attention=attention,
        parts=tuple((name, round(value, 4)) for name, value in parts.items()),
        contradicted=contradicted,
        reason=_reason(session, named[0], agreed, attention, f"{when};contradicted" if contradicted else when),
        lag_sessions=lag,
    )


def _claims(session: Session, case: Case, archive: Archive) -> list[Agreed]:
    found = []
    for member in case.members:
        for claim in archive.claims.get((member.article_id, session.instrument.symbol), ()):
            if session_spoken_of(claim, member.told_at, session.instrument.exchange) == session.move.session_on:
                worth = agreement_of(claim, session.measured)
                found.append(Agreed(claim=claim, told_at=member.told_at, worth=worth))
    return best_first(found)


def _contradicts(session: Session, named: Sequence[Named], agreed: Sequence[Agreed]) -> bool:
    """Whether the story reports the other direction: by its claims, else where it names the instrument up front."""
    if agreed:
        return agreed[0].worth == 0
    fronts = [n.told.document for n in named if n.mention.field != "text" and n.mention.layer is not Layer.MACRO]
    directions = {direction_of(document.title, document.lead) for document in fronts}
    return directions == {-1 if session.measured > 0 else 1}


def _reports_earlier(session: Session, case: Case, archive: Archive, named: Sequence[Named]) -> bool:
    """Whether every article that names the instrument around the session states an earlier session in its title.

    Only a named day or a close counts: "Nvidia down 11%" before the opening may well speak of the day that begins.
    """
    told_at = {member.article_id: member.told_at for member in case.members if member.told_at > session.since}
    naming = [n.told.document.article_id for n in named if n.told.document.article_id in told_at]
    symbol, exchange = session.instrument.symbol, session.instrument.exchange

    def earlier(article_id: str) -> bool:
        titled = [claim for claim in archive.claims.get((article_id, symbol), ()) if claim.field == "title"]
        sure = [claim for claim in titled if claim.session_on is not None or claim.period == "close"]
        spoken = [session_spoken_of(claim, told_at[article_id], exchange) for claim in sure]
        return any(day is not None and day < session.move.session_on for day in spoken)

    return bool(naming) and all(map(earlier, naming))


def _timing(session: Session, case: Case, attention: Attention) -> tuple[int, float, str]:
    """Sessions between the first telling and the move, the timing part, and its code."""
    calendar, session_on = session.instrument.exchange, session.move.session_on
    if case.first_at > session.close:
        return 0, REPORT, "after_close"
    first = session_moved_by(calendar, case.first_at) or session_on
    lag = sum(1 for day in (*sessions_before(calendar, session_on, 20), session_on) if first < day <= session_on)
    fresh, rising = SAME_SESSION * PER_SESSION**lag, SLOW_BURN * attention.rising
    if lag and rising > fresh:
        return lag, rising, "slow_burn"
    return lag, fresh, f"sessions_before:{lag}" if lag else "same_session"


def topic_fit(topics: frozenset[str], instrument: Instrument) -> float:
    """The best bearing of any of the topics on any of the instrument's baskets; ``NO_TOPIC`` without a known topic."""
    known = topics & TOPICS.keys()
    if not known:
        return NO_TOPIC
    return max((TOPICS[topic].get(basket, 0.0) for topic in known for basket in instrument.baskets), default=0.0)


def breadth_of(move: Move, instrument: Instrument, moves: Iterable[Move], table: Mapping[str, Instrument]) -> float:
    """Share of the basket's other measured members that went the same way that session; 0 without any."""
    baskets = set(instrument.baskets)
    peers = [
        m.simple_return
        for m in moves
        if m.session_on == move.session_on
        and m.symbol != move.symbol
        and m.symbol in table
        and baskets & set(table[m.symbol].baskets)
        and m.simple_return is not None
    ]
    same = [value for value in peers if value * (move.simple_return or 0.0) > 0]
    return len(same) / len(peers) if peers else 0.0


def _reason(session: Session, named: Named, agreed: Sequence[Agreed], attention: Attention, when: str) -> str:
    """Codes of what each part saw, such as ``direct:title;claim:-17%≈-16.97%;attention:9/0.4;same_session``."""
    codes = [f"{named.mention.layer}:{named.mention.field}"]
    if agreed:
        codes.append(f"claim:{claim_code(agreed[0], session.measured)}")
    codes += [f"attention:{attention.around}/{attention.usual:.1f}", when]
    return ";".join(codes)


def _link(session: Session, judged: _Judged, rank: int, best: Sequence[_Judged], now: datetime) -> Link:
    rivals = [other.case.story_id for other in best if other is not judged]
    lag = session.close - judged.case.first_at
    return Link(
        symbol=session.move.symbol,
        session_on=session.move.session_on,
        story_id=judged.case.story_id,
        method=METHOD,
        rank=rank,
        label=label_of(judged.score, dict(judged.parts)),
        score=round(judged.score, 4),
        lag_hours=round(lag / timedelta(hours=1), 2),
        lag_sessions=judged.lag_sessions,
        rival_story_id=rivals[0] if rivals else None,
        reason=judged.reason,
        linked_at=now,
        **dict(judged.parts),
    )


def label_of(score: float, parts: Mapping[str, float]) -> LinkLabel:
    """How strongly a story and a move coincide.

    Strong asks for a name up front, an order in time, a topic that bears on the instrument, and a witness: a claim
    that agrees, or the press. Plausible asks for one of the first two: an evening article on something else that
    recalls the move in its body only coincides.
    """
    witnessed = parts["agreement"] >= STRONG_AGREEMENT or parts["attention"] >= STRONG_ATTENTION
    upfront, in_time = parts["directness"] >= STRONG_DIRECTNESS, parts["timing"] >= STRONG_TIMING
    if score >= STRONG and upfront and in_time and witnessed and parts["topic_fit"] > 0:
        return LinkLabel.STRONG
    return LinkLabel.PLAUSIBLE if score >= PLAUSIBLE and (upfront or in_time) else LinkLabel.COINCIDES
