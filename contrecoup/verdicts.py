"""Verdicts: which of a day's measured sessions are called moves. Move without q → Move with q, verdict and scope.

An instrument with a sector is tested twice: against the market, and against market and sector. The first finds what a
reader sees on the tape, a whole sector's fall included; the second finds what the instrument did beside its sector.
Either can make a move, and the two chances are paid for: the instrument enters the day's false discovery rate with
twice the lesser of its p-values (Bonferroni, which holds whatever the dependence of the two). To have fallen less than
the sector is no move (Qualcomm lost 0.5 % on 27 January 2025, 5 standard errors better than its sector): the second
test counts only where the price itself and its part beside the market went the same way, the latter by
``ABNORMAL_LEAST``; elsewhere its p-value is taken for 1, which can only cost moves.
"""

from collections.abc import Sequence
from dataclasses import replace

import scipy

from contrecoup.models import Move, MoveVerdict, Scope

Z_LEAST = 2.33
"""A move lies this many forecast errors from its expectation, where chance comes on one session in fifty.

It matters on days on which much moves, when the rate below lets lesser figures pass; on others the rate decides.
"""
Q_MOST = 0.10
"""Of the sessions that are called moves, at most this share is expected to be none (Benjamini & Hochberg 1995)."""
ABNORMAL_LEAST = 0.01
"""A move is worth a reader's time: calm instruments reach the other two thresholds with half a per cent."""
RANK_MOST = 0.05
"""A move whose rank is likelier than this is flagged: of 121 days it is not among the three furthest on its side."""
BREADTH_LEAST = 2 / 3
"""A basket moves when two members in three went its way; what one of them does alone is that member's move.

On 27 January 2025 the mean of five hyperscalers was -3.6 %, of which Oracle's -13.8 % made the most; two of them rose.
"""
RANK_DISAGREES = "rank_disagrees"


def with_verdicts(moves: Sequence[Move]) -> list[Move]:
    """Give each measured session of one day and one family (instruments, or baskets) its q-value and its verdict."""
    p_values = [combined_p(move) for move in moves if move.p_value is not None]
    if not p_values:
        return list(moves)
    q_values = iter(scipy.stats.false_discovery_control(p_values).tolist())
    return [move if move.p_value is None else _judged(move, next(q_values)) for move in moves]


def combined_p(move: Move) -> float:
    """The p-value with which a measured session enters the day's family of tests."""
    own = 1.0 if move.p_value is None else move.p_value
    if move.sector_p_value is None:
        return own
    return min(1.0, 2 * min(own, move.sector_p_value if _sector_counts(move) else 1.0))


def by_sector_alone(move: Move) -> bool:
    """Whether a move is one for what it did beside its sector, and beside the market would be none."""
    return move.scope is Scope.OWN and not _is_far(move.z, move.abnormal_return)


def _judged(move: Move, q_value: float) -> Move:
    by_market = _is_far(move.z, move.abnormal_return)
    by_sector = _sector_counts(move) and _is_far(move.sector_z, move.sector_abnormal_return)
    together = move.breadth is None or move.breadth >= BREADTH_LEAST
    if q_value > Q_MOST or not together or not (by_market or by_sector):
        return replace(move, q_value=q_value, verdict=MoveVerdict.QUIET)
    ranks = [move.rank_p_value if by_market else None, move.sector_rank_p_value if by_sector else None]
    doubted = all(rank > RANK_MOST for rank in ranks if rank is not None)
    return replace(
        move,
        q_value=q_value,
        verdict=MoveVerdict.MOVE,
        reason=RANK_DISAGREES if doubted else "",
        scope=None if move.sector_z is None else Scope.OWN if by_sector else Scope.SECTOR,
    )


def _is_far(z: float | None, abnormal: float | None) -> bool:
    return abs(z or 0.0) >= Z_LEAST and abs(abnormal or 0.0) >= ABNORMAL_LEAST


def _sector_counts(move: Move) -> bool:
    """Whether price, part beside the market, and part beside the sector went the same way, the second far enough."""
    price, market, beside = move.simple_return or 0.0, move.abnormal_return or 0.0, move.sector_abnormal_return or 0.0
    return abs(market) >= ABNORMAL_LEAST and market * beside > 0 and market * price > 0
