"""Moves as an edition shows them, grouped under the story that coincided with them. Between the inputs and build.

Order: the move that most independent publishers name comes first, then the stronger label, then the larger ``|z|``.
A reader looks for the move that everybody speaks of; the largest fall of a day is often that of a small firm that one
article names in passing (on 27 January 2025 Vistra and Vertiv fell further than Nvidia).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from contrecoup.digest.courses import Prices, course_of
from contrecoup.digest.edition import Figure, Group, Match, Quote, Said, SlowBurn, Unmeasured
from contrecoup.digest.inputs import EditionInputs
from contrecoup.digest.outward import imprint, safe_href, shown, without_offers
from contrecoup.digest.tellings import Library
from contrecoup.digest.watch import guarded
from contrecoup.models import (
    Check,
    Claim,
    Evidence,
    Layer,
    Link,
    LinkLabel,
    Move,
    MoveVerdict,
    Story,
    StoryArticle,
    Verdict,
)
from contrecoup.sessions import SEVEN_DAYS, close_of, sessions_before
from contrecoup.verdicts import by_sector_alone

FULL_IN_FIRST_GROUP = 3
FULL_IN_OTHER_GROUPS = 1
FULL_IN_ALL = 8
"""Moves shown with their chart and their reasons, so that an edition is read in five minutes; the rest has a row."""
SLOW_BURN, SLOW_FROM = "slow_burn", 2
"""Code in the reason of a link whose story began sessions before (contrecoup/parts.py), and how many make it slow."""
SESSION_PERIODS = ("close", "day", "open", "premarket", "intraday", "afterhours", "unknown")

_LEGAL_FORM = re.compile(r",? (?:Corporation|Corp\.?|Inc\.?|Limited|Ltd\.?|plc|SE|SA|N\.V\.|Holdings?)$")
_STRENGTH = {label: rank for rank, label in enumerate(LinkLabel)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidences:
    """What may be shown for a link: evidence by (symbol, story), claims by symbol, checks by the claim's key.

    ``naming`` holds the articles that name an instrument itself or claim something of it, by its symbol.
    """

    evidence: Mapping[tuple[str, str], Sequence[Evidence]]
    naming: Mapping[str, frozenset[str]]
    claims: Mapping[str, Sequence[Claim]]
    checks: Mapping[tuple[str, int, str, int], Check]


def groups_of(library: Library, prices: Prices) -> tuple[Group, ...]:
    """Every linked move under the story of its best link; the group that holds the day's first move comes first."""
    evidences = open_evidences(library.inputs)
    links = best_links(library)
    matches: dict[str, list[Match]] = defaultdict(list)
    for move in library.inputs.moves:
        link = links.get(_key(move))
        if link is not None and move.verdict is MoveVerdict.MOVE:
            matches[link.story_id].append(match_of(move, link, library, evidences))
    ordered = {story_id: sorted(found, key=_first_things_first) for story_id, found in matches.items()}
    groups: list[Group] = []
    room = FULL_IN_ALL
    for story_id, found in sorted(ordered.items(), key=lambda pair: _first_things_first(pair[1][0])):
        full = min(room, FULL_IN_OTHER_GROUPS if groups else FULL_IN_FIRST_GROUP)
        room -= min(full, len(found))
        naming = evidences.naming.get(found[0].figure.symbol, frozenset())
        telling = guarded(library.stories[story_id], library, per_language=1 if groups else 2, naming=naming)
        attention = max(match.attention for match in found)
        members = library.members.get(story_id, ())
        groups.append(
            Group(
                telling=telling,
                attention=attention,
                matches=tuple(_drawn(match, members, prices, library.inputs) for match in found[:full]),
                others=tuple(found[full:]),
            )
        )
    return tuple(groups)


def _drawn(match: Match, members: Sequence[StoryArticle], prices: Prices, inputs: EditionInputs) -> Match:
    return replace(match, course=course_of(match.figure, members, prices, inputs))


def best_links(library: Library) -> Mapping[str, Link]:
    """The best link of each move (``symbol@date``), among those whose story is known."""
    best: dict[str, Link] = {}
    for link in sorted(library.inputs.links, key=lambda link: (link.rank, -link.score, link.story_id)):
        if link.story_id in library.stories:
            best.setdefault(f"{link.symbol}@{link.session_on.isoformat()}", link)
    return best


def unexplained_of(library: Library) -> tuple[Figure, ...]:
    """Abnormal moves without any link, the largest ``|z|`` first."""
    links = best_links(library)
    moves = [move for move in library.inputs.moves if move.verdict is MoveVerdict.MOVE and _key(move) not in links]
    figures = [figure_of(move, library.inputs) for move in moves]
    return tuple(sorted(figures, key=lambda figure: (-abs(figure.z), figure.symbol)))


def unmeasured_of(library: Library) -> tuple[Unmeasured, ...]:
    """Instruments that could not be measured, by the reason."""
    names: dict[str, list[str]] = defaultdict(list)
    for move in library.inputs.moves:
        if move.verdict is MoveVerdict.UNMEASURED:
            names[shown(move.reason)].append(name_of(move.symbol, library.inputs))
    return tuple(Unmeasured(reason=reason, names=tuple(sorted(found))) for reason, found in sorted(names.items()))


def still_of(story: Story, library: Library) -> tuple[Figure, ...]:
    """The ordinary sessions of what a story names up front, when many told it and nothing that it names moved."""
    told = {(silence.symbol, silence.session_on) for silence in library.inputs.silences if silence.story_id == story.id}
    moves = [move for move in library.inputs.moves if (move.symbol, move.session_on) in told]
    return tuple(figure_of(move, library.inputs) for move in sorted(moves, key=lambda move: move.symbol))


def figure_of(move: Move, inputs: EditionInputs) -> Figure:
    """The figures of a measured move; a figure that the method did not give counts as zero."""
    beyond_sector = by_sector_alone(move)
    return Figure(
        symbol=move.symbol,
        name=name_of(move.symbol, inputs),
        session_on=move.session_on,
        simple_return=move.simple_return or 0.0,
        abnormal_return=(move.sector_abnormal_return if beyond_sector else move.abnormal_return) or 0.0,
        z=(move.sector_z if beyond_sector else move.z) or 0.0,
        members=move.members,
        scope=move.scope,
        beyond_sector=beyond_sector,
    )


def name_of(symbol: str, inputs: EditionInputs) -> str:
    """The name in the edition's language, without its legal form; a symbol that no table has goes by itself."""
    instrument = inputs.instruments.get(symbol)
    return _LEGAL_FORM.sub("", instrument.name_in(inputs.lang)) if instrument else symbol


def _key(move: Move) -> str:
    return f"{move.symbol}@{move.session_on.isoformat()}"


def _first_things_first(match: Match) -> tuple[int, int, float, str]:
    return (-len(match.named_by), -_STRENGTH[match.label], -abs(match.figure.z), match.figure.symbol)


def open_evidences(inputs: EditionInputs) -> Evidences:
    """Sort what can be shown by the keys that a match asks for."""
    evidence: dict[tuple[str, str], list[Evidence]] = defaultdict(list)
    for piece in inputs.evidence:
        evidence[piece.symbol, piece.story_id].append(piece)
    claims: dict[str, list[Claim]] = defaultdict(list)
    naming: dict[str, set[str]] = defaultdict(set)
    for claim in inputs.claims:
        if claim.symbol is not None:
            claims[claim.symbol].append(claim)
            naming[claim.symbol].add(claim.article_id)
    for mention in inputs.mentions:
        if mention.layer is Layer.DIRECT:
            naming[mention.target].add(mention.article_id)
    checks = {(check.article_id, check.version, check.field, check.start): check for check in inputs.checks}
    named = {symbol: frozenset(articles) for symbol, articles in naming.items()}
    return Evidences(evidence=evidence, naming=named, claims=claims, checks=checks)


def match_of(move: Move, link: Link, library: Library, evidences: Evidences) -> Match:
    """A move, and what speaks for the story of one of its links."""
    members = {member.article_id: member for member in library.members.get(link.story_id, ())}
    slow = _slow_link(link, library)
    shown_already = {link.story_id, slow.story_id if slow else None}
    rival = None if link.rival_story_id in shown_already else library.stories.get(link.rival_story_id or "")
    claims = [claim for claim in evidences.claims.get(move.symbol, ()) if claim.article_id in members]
    naming = evidences.naming.get(move.symbol, frozenset())
    since = _since(move, library.inputs)
    named_by: dict[str, str] = {}
    for member in members.values():
        if _is_own(member) and member.article_id in naming and member.told_at > since:
            named_by.setdefault(member.house, imprint(member.publisher))
    said = _said(claims, move, members, evidences, library)
    quotes = () if said else evidences.evidence.get((move.symbol, link.story_id), ())
    return Match(
        figure=figure_of(move, library.inputs),
        label=link.label,
        base_rate=link.base_rate,
        quiet_sessions=link.quiet_sessions,
        named_by=tuple(named_by.values()),
        named_since=since,
        directness=link.directness,
        attention=link.attention,
        lag_hours=link.lag_hours,
        lag_sessions=link.lag_sessions,
        told_at=library.stories[link.story_id].first_at,
        rival=guarded(rival, library).cited if rival else None,
        slow_burn=_slow_burn(slow, library) if slow else None,
        quote=_quote([piece for piece in quotes if piece.session_on == move.session_on], members, library),
        said=said,
    )


def _slow_link(link: Link, library: Library) -> Link | None:
    """The best of the move's other links whose story was told sessions before and came up again."""
    others = [
        other for other in library.inputs.links if (other.symbol, other.session_on) == (link.symbol, link.session_on)
    ]
    for other in sorted(others, key=lambda other: other.rank):
        slow = SLOW_BURN in other.reason and other.lag_sessions >= SLOW_FROM
        if other.story_id != link.story_id and other.story_id in library.stories and slow:
            return other
    return None


def _slow_burn(link: Link, library: Library) -> SlowBurn:
    story = library.stories[link.story_id]
    first_on = min((m.told_at for m in library.members.get(story.id, ())), default=story.first_at).date()
    days = max(1, (link.session_on - first_on).days)
    return SlowBurn(story=guarded(story, library).cited, days=days, sessions=link.lag_sessions)


def _quote(pieces: Sequence[Evidence], members: Mapping[str, StoryArticle], library: Library) -> Quote | None:
    """One piece of evidence, in the reader's language if there is one; of a story on tokens without offers."""
    known = [(piece, members[piece.article_id]) for piece in pieces if piece.article_id in members]
    if not known:
        return None
    piece, member = min(known, key=lambda pair: (pair[1].lang != library.inputs.lang, pair[0].kind, pair[0].article_id))
    text = shown(piece.quote)
    text = without_offers(text) if piece.story_id in library.guarded else text
    return Quote(publisher=imprint(member.publisher), lang=member.lang, text=text)


def _since(move: Move, inputs: EditionInputs) -> datetime:
    """The close before a session: who told of the instrument earlier, told of another session."""
    instrument = inputs.instruments.get(move.symbol)
    calendar = instrument.exchange if instrument else SEVEN_DAYS
    (before,) = sessions_before(calendar, move.session_on, 1)
    return close_of(calendar, before)


def _is_own(member: StoryArticle) -> bool:
    return member.wire_id == member.article_id


def _said(
    claims: Sequence[Claim], move: Move, members: Mapping[str, StoryArticle], evidences: Evidences, library: Library
) -> tuple[Said, ...]:
    """One claim that prices confirm and one that they contradict, else one that they cannot check.

    Of several, the one whose period is the clearest, then the first that was told.
    """
    found: dict[Verdict, tuple[tuple[int, datetime, str, int], Said]] = {}
    for claim in claims:
        check = evidences.checks.get((claim.article_id, claim.version, claim.field, claim.start))
        member = members[claim.article_id]
        if check is None or not _is_own(member) or not _about_session(claim, check, member, move):
            continue
        order = (SESSION_PERIODS.index(claim.period), member.told_at, claim.article_id, claim.start)
        if check.verdict not in found or order < found[check.verdict][0]:
            document = library.documents.get(claim.article_id)
            href = safe_href(document.url, document.publisher) if document else None
            found[check.verdict] = (order, replace(said_of(claim, check, member.publisher), href=href))
    told = [found[verdict][1] for verdict in (Verdict.CONFIRMED, Verdict.CONTRADICTED) if verdict in found]
    return tuple(told or [said for _, said in found.values()])


def _about_session(claim: Claim, check: Check, member: StoryArticle, move: Move) -> bool:
    """Whether a claim speaks of the session: by the price it was held against, its own date, or its day of telling."""
    if claim.period not in SESSION_PERIODS:
        return False
    compared_on = check.basis.partition("@")[2]
    if compared_on:
        return compared_on == move.session_on.isoformat()
    return (claim.session_on or member.told_at.date()) == move.session_on


def said_of(claim: Claim, check: Check, publisher: str) -> Said:
    """A claim of a publisher and its check, with the sign of its direction."""
    return Said(
        publisher=imprint(publisher),
        size=-claim.size if claim.direction == "down" else claim.size,
        unit=claim.unit,
        qualifier=claim.qualifier,
        period=claim.period,
        verdict=check.verdict,
        measured=check.measured,
        basis=check.basis.partition("@")[0],
        reason=shown(check.reason),
    )
