"""Attention: how many independent publishers tell a story around a moment, against how many usually do. For links.py.

A story can be released a week before prices react to it (R1: 20 January, Nvidia: 27 January 2025). What moves is the
attention, not the first article, so a link weighs the tellings around the session against those of the days before:
of the story itself, and of the instrument, some of which are in the news every day (extreme-sentiment news on 57 to
69 % of days for Apple, Microsoft and Nvidia; vivan-doshi/news-stock-prediction).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contrecoup.models import StoryArticle

# Days before the window that say what is usual; as long as a story can be a candidate for a move.
USUAL_OVER = timedelta(days=10)
# With this many publishers above the usual, attention is half of what it can be.
HALF_AT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Independent publishers in the window, and how many an equally long stretch before it had on average."""

    around: int
    usual: float
    instrument_usual: float

    @property
    def score(self) -> float:
        """Publishers above the story's own usual, saturating, and slower for an instrument that is always told of."""
        excess = max(0.0, self.around - self.usual)
        return excess / (excess + HALF_AT + self.instrument_usual)

    @property
    def rising(self) -> float:
        """Share of the window's tellings that are above the usual, in 0..1; 0 when nobody tells the story any more."""
        return max(0.0, self.around - self.usual) / self.around if self.around else 0.0


def measure_attention(
    members: Sequence[StoryArticle], *, instrument_usual: float, since: datetime, until: datetime
) -> Attention:
    """Attention of a story in (``since``, ``until``], beside the ``usual_publishers`` of the instrument."""
    return Attention(
        around=publishers_in(members, since, until),
        usual=usual_publishers(members, since, until),
        instrument_usual=instrument_usual,
    )


def publishers_in(members: Iterable[StoryArticle], since: datetime, until: datetime) -> int:
    """Independent publishers that told something in (``since``, ``until``]: all carriers of one dispatch count once."""
    first: dict[str, StoryArticle] = {}
    within = [member for member in members if since < member.told_at <= until]
    for member in sorted(within, key=lambda m: (m.told_at, m.article_id)):
        first.setdefault(member.wire_id, member)
    return len({member.house for member in first.values()})


def usual_publishers(members: Iterable[StoryArticle], since: datetime, until: datetime) -> float:
    """Independent publishers in a stretch as long as the window, on average over the ``USUAL_OVER`` before it.

    Each stretch is counted by itself, as the window is: five titles that write every day are five in each of them.
    """
    told, length = list(members), until - since
    stretches = max(1, USUAL_OVER // length)
    return sum(publishers_in(told, since - (n + 1) * length, since - n * length) for n in range(stretches)) / stretches
