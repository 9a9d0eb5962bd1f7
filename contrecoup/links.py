"""Links: which stories coincided with a move, how strongly, and what can be shown for it. The last stage of thinking.

::

    Move ─ stories that name it, its basket or the market ─ each part scored ─ ranked with its rivals ─→ Link, Evidence
    quiet session ─ the same ─→ Background (how well the best story fits when nothing happens), Silence

A link says that a story and an abnormal session coincided, never more. Its score is a weighted mean of parts
(parts.py), each stored. What the score is worth is measured where nothing happened: its *base rate* is the share of
the instrument's quiet sessions on which some story fitted at least as well. An instrument that is written about every
day earns no strong link by being written about (extreme-sentiment news on 57 to 69 % of days for Apple, Microsoft and
Nvidia; vivan-doshi/news-stock-prediction). Nothing told after ``until`` is read, nor anything told after the following
session had opened: the edition of a morning knows only what was known that morning.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType

from contrecoup.agreement import EARLIER
from contrecoup.cases import Archive, Press, Session
from contrecoup.evidence import show
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import Background, Evidence, Link, LinkLabel, Move, MoveVerdict, Silence
from contrecoup.parts import PARTS, REPORT, Judged, Scene, breadth_of, judge

__all__ = [
    "METHOD",
    "PARTS",
    "Linked",
    "Press",
    "base_rate_of",
    "judge_session",
    "label_of",
    "link_moves",
    "score_of",
    "session_of",
]

METHOD = "links-4"

WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "directness": 0.14,
        "occasion": 0.20,
        "topic_fit": 0.05,
        "agreement": 0.15,
        "timing": 0.07,
        "attention": 0.12,
        "surge": 0.14,
        "breadth": 0.13,
    }
)
"""How much each part counts; they sum to one."""
MOST = 5
"""A digest shows one story and names a rival; the others are kept for those who look into the data, and so is the best
slow burn, which later reports of the move would crowd out."""

STRONG_AT_MOST, PLAUSIBLE_AT_MOST, COINCIDES_AT_MOST = 0.05, 0.20, 0.50
"""Largest base rate of a link by its label. What every second quiet session has as well is no link: the move stays
unexplained rather than beside a story that names the instrument in passing."""
REMEMBERED = timedelta(days=180)
"""Quiet sessions up to so long ago make an instrument's base rate: about 120 sessions, as in its market model."""
PRIOR_SESSIONS = 20.0
PRIOR_MIDDLE, PRIOR_SPREAD = 0.48, 0.082
"""A young archive knows few quiet sessions: it begins with an invented past of so many, of average base rates.

The average is a logistic curve of the score, fitted to the quiet sessions of the shares that have a feed of headlines
of their own (benchmarks/link_weights.py).
"""
SHARED_FROM = 2
"""So many members of a basket make a story one that they share."""
LOUD_FROM = 3
"""So many independent publishers that name an instrument up front make a story that moved nothing worth a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """What the stage leaves of some sessions."""

    links: tuple[Link, ...]
    evidence: tuple[Evidence, ...]
    backgrounds: tuple[Background, ...]
    silences: tuple[Silence, ...]


def link_moves(
    moves: Sequence[Move],
    press: Press,
    *,
    measured: Sequence[Move],
    instruments: Sequence[Instrument],
    backgrounds: Sequence[Background] = (),
    until: datetime,
    now: datetime,
) -> Linked:
    """Link every abnormal session to the stories that coincided with it, best first, at most ``MOST`` each.

    ``moves`` are sessions of every verdict: the quiet ones make the backgrounds and the silences. ``measured`` are all
    that were measured on these days, from which breadth is taken. ``backgrounds`` are those of earlier sessions; later
    ones are not looked at. Nothing told after ``until`` is read.
    """
    desk = _Desk(measured, Archive(press, until), instruments, backgrounds, now)
    baskets = {instrument.symbol for instrument in instruments if isinstance(instrument, Basket)}
    order = sorted(moves, key=lambda m: (m.session_on, m.verdict is MoveVerdict.MOVE, m.symbol in baskets, m.symbol))
    for move in order:  # a basket after its members, whose stories lead its own
        desk.take(move)
    return Linked(
        links=tuple(desk.links),
        evidence=tuple(desk.evidence),
        backgrounds=tuple(desk.backgrounds),
        silences=tuple(desk.silences()),
    )


class _Desk:
    """The sessions in order of time while they are judged; never handed out."""

    def __init__(
        self,
        measured: Sequence[Move],
        archive: Archive,
        instruments: Sequence[Instrument],
        known: Sequence[Background],
        now: datetime,
    ) -> None:
        self.links: list[Link] = []
        self.evidence: list[Evidence] = []
        self.backgrounds: list[Background] = []
        self._loud: list[tuple[Silence, Session]] = []
        self._moved: dict[str, list[Session]] = defaultdict(list)
        self._led: dict[tuple[str, date], str] = {}
        self._table = {instrument.symbol: instrument for instrument in instruments}
        self._archive = archive
        self._now = now
        self._sessions: dict[date, list[Move]] = defaultdict(list)
        for move in measured:
            self._sessions[move.session_on].append(move)
        self._quiet: dict[str, dict[date, float]] = defaultdict(dict)
        for background in known:
            self._quiet[background.symbol][background.session_on] = background.score

    def take(self, move: Move) -> None:
        """Judge one session; one that was not measured, or of no known instrument, says nothing."""
        instrument = self._table.get(move.symbol)
        if instrument is None or move.simple_return is None:
            return
        session = session_of(move, instrument, self._table)
        scored = self._judged(session)
        if move.verdict is MoveVerdict.MOVE:
            self._link(session, scored)
        else:
            self._remember(session, scored)

    def silences(self) -> list[Silence]:
        """Loud stories of which, while the session lasted, nothing moved that they name up front or are linked to.

        Sessions are compared by their hours: a Saturday of bitcoin's lies in a share's Monday.
        """
        return [
            silence
            for silence, quiet in self._loud
            if not any(
                moved.since < quiet.close and quiet.since < moved.close for moved in self._moved[silence.story_id]
            )
        ]

    def _judged(self, session: Session) -> list[tuple[float, Judged]]:
        found = judge_session(session, self._archive, self._table, self._sessions[session.move.session_on])
        scored = [(score_of(judged.parts), judged) for judged in found]
        return sorted(scored, key=lambda pair: (-pair[0], pair[1].case.first_at, pair[1].case.story_id))

    def _link(self, session: Session, scored: Sequence[tuple[float, Judged]]) -> None:
        for _, judged in scored:
            if judged.names_up_front(session.move.symbol):
                self._moved[judged.case.story_id].append(session)
        past = self._past(session)
        rated = [(base_rate_of(score, past), score, judged) for score, judged in scored]
        fitting = [found for found in rated if found[0] <= COINCIDES_AT_MOST]
        burns = [found for found in fitting if found[2].slow_burn]
        lead = self._lead(session, [judged for _, _, judged in fitting])
        fitting.sort(key=lambda found: found[2] is not lead)
        best = fitting[:MOST] + [found for found in burns[:1] if found not in fitting[:MOST]]
        if lead is not None:
            self._led[session.move.symbol, session.move.session_on] = lead.case.story_id
        for rank, (rate, score, judged) in enumerate(best, start=1):
            rivals = [other.case.story_id for _, _, other in best if other is not judged]
            lag = session.close - judged.case.first_at
            label = label_of(rate, judged.parts, told=judged.told_in(session))
            if label is not LinkLabel.COINCIDES:
                self._moved[judged.case.story_id].append(session)
            self.links.append(
                Link(
                    symbol=session.move.symbol,
                    session_on=session.move.session_on,
                    story_id=judged.case.story_id,
                    method=METHOD,
                    rank=rank,
                    label=label,
                    score=score,
                    base_rate=round(rate, 4),
                    quiet_sessions=len(past),
                    lag_hours=round(lag / timedelta(hours=1), 2),
                    lag_sessions=judged.lag_sessions,
                    rival_story_id=rivals[0] if rivals else None,
                    reason=judged.reason,
                    linked_at=self._now,
                    **judged.parts,
                )
            )
            self.evidence += show(session, judged.case, judged.named, judged.agreed, method=METHOD)

    def _lead(self, session: Session, fitting: Sequence[Judged]) -> Judged | None:
        """The story that leads: of a basket, the one that most of its members that moved share; else the fittest.

        What belongs to an earlier session gives way to a story that states this session's own figure, and what was
        first told after the close to one that was told before it and states it too.
        """
        day = session.move.session_on
        shared = Counter(self._led[symbol, day] for symbol in session.members if (symbol, day) in self._led)
        common = [judged for judged in fitting if shared[judged.case.story_id] >= SHARED_FROM]
        if common or not fitting:
            return max(common, key=lambda judged: shared[judged.case.story_id], default=None)
        stating = [judged for judged in fitting if judged.states_it]
        timely = [judged for judged in stating if judged.case.first_at <= session.close and judged.told_in(session)]
        if fitting[0].case.first_at > session.close:
            return next(iter(timely), fitting[0])
        if fitting[0].is_of_another(session):
            return next(iter(timely or stating), fitting[0])
        return fitting[0]

    def _remember(self, session: Session, scored: Sequence[tuple[float, Judged]]) -> None:
        if not self._archive.heard(session):  # before the first feed, or while none answered: no evidence of silence
            return
        symbol, session_on = session.move.symbol, session.move.session_on
        score = scored[0][0] if scored else 0.0
        self._quiet[symbol][session_on] = score
        self.backgrounds.append(
            Background(
                symbol=symbol,
                session_on=session_on,
                method=METHOD,
                score=score,
                story_id=scored[0][1].case.story_id if scored else None,
                stories=len(scored),
            )
        )
        for _, judged in scored:
            titled = judged.named[0].directness == 1.0
            if titled and judged.up_front >= LOUD_FROM and judged.lag_sessions == 0:
                silence = Silence(
                    symbol=symbol,
                    session_on=session_on,
                    story_id=judged.case.story_id,
                    method=METHOD,
                    publishers=judged.up_front,
                )
                self._loud.append((silence, session))

    def _past(self, session: Session) -> list[float]:
        on = session.move.session_on
        return [s for day, s in self._quiet[session.move.symbol].items() if on - REMEMBERED <= day < on]


def session_of(move: Move, instrument: Instrument, table: Mapping[str, Instrument]) -> Session:
    """The session of a move; that of a basket knows the members."""
    members = instrument.members(table.values()) if isinstance(instrument, Basket) else ()
    return Session.of(move, instrument, members=frozenset(members))


def judge_session(
    session: Session, archive: Archive, table: Mapping[str, Instrument], measured: Iterable[Move]
) -> list[Judged]:
    """Every candidate of a session, judged; ``measured`` are the moves of the day."""
    peers = peers_of(session.instrument, table)
    scene = Scene.of(session, archive, peers=peers, breadth=breadth_of(session.move, peers, measured))
    found = (judge(session, case, archive, scene) for case in archive.candidates(session))
    return [judged for judged in found if judged is not None]


def peers_of(instrument: Instrument, table: Mapping[str, Instrument]) -> frozenset[str]:
    """The other members of the instrument's baskets, the baskets themselves aside."""
    baskets = set(instrument.baskets)
    return frozenset(
        symbol
        for symbol, other in table.items()
        if symbol != instrument.symbol and baskets & set(other.baskets) and not isinstance(other, Basket)
    )


def score_of(parts: Mapping[str, float]) -> float:
    """Weighted mean of the parts, at least 0, as it is stored: the next run compares with what it reads back."""
    return round(max(0.0, math.fsum(weight * parts[name] for name, weight in WEIGHTS.items())), 4)


def base_rate_of(score: float, quiet: Iterable[float]) -> float:
    """Share of quiet sessions with a story that fitted as well: ``quiet`` are their best scores, the prior included."""
    past = list(quiet)
    prior = 1.0 / (1.0 + math.exp((score - PRIOR_MIDDLE) / PRIOR_SPREAD))
    return (sum(other >= score for other in past) + PRIOR_SESSIONS * prior) / (len(past) + PRIOR_SESSIONS)


def label_of(base_rate: float, parts: Mapping[str, float], *, told: bool = True) -> LinkLabel:
    """How strongly a story and a move coincide, by what such stories are worth when nothing happens.

    A mere report (told after the close, or of an earlier session) can never be called strong, and plausible only when
    it states this session's size. Nor is strong what states the other direction, or a story of which no
    article that speaks of the instrument was ``told`` before the close (and after the opening, when the story is older
    than that), however much is said of its subject.
    """
    report = parts["timing"] <= REPORT
    if base_rate <= STRONG_AT_MOST and told and not report and parts["agreement"] >= 0:
        return LinkLabel.STRONG
    if base_rate <= PLAUSIBLE_AT_MOST and (not report or parts["agreement"] >= EARLIER):
        return LinkLabel.PLAUSIBLE
    return LinkLabel.COINCIDES
