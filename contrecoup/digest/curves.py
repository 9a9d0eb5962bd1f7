"""Where the lines and bars of the archive's charts stand: geometry only, drawn as inline SVG by the site's templates.

A chart needs no script and no library: every figure in it stands in a table beside it too. The attention curve has the
viewBox 0 0 720 300, the session window of a story's page 0 0 360 150, that of an edition 0 0 600 140, a sparkline
0 0 96 24; y grows downwards, as in SVG.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from contrecoup.digest.archive import Close, Session, Told
from contrecoup.digest.drawn import Course, Scale

WIDTH, HEIGHT = 720.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 712.0, 34.0, 248.0
STEPS_H = (1, 3, 6, 12, 24, 48, 168)
MOST_SLOTS = 60
MOST_TICKS = 6
SHORTEST = timedelta(hours=23)
ROOM = 110.0
"""Width of the name of a day on a narrow screen."""
DAY_H = 24
GAP = 0.15
"""Share of a slot that stays empty between two bars."""
LANGUAGES = ("fr", "en")

SPARK_WIDTH, SPARK_TOP, SPARK_BOTTOM, SPARK_MARGIN = 96.0, 3.0, 21.0, 2.0
WINDOW_LEFT, WINDOW_RIGHT, WINDOW_TOP, WINDOW_MIDDLE, WINDOW_BOTTOM = 4.0, 596.0, 10.0, 84.0, 132.0
ROOM_BETWEEN = 10.0
SMALL_LEFT, SMALL_RIGHT, SMALL_TOP, SMALL_BOTTOM = 8.0, 352.0, 16.0, 118.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """Independent houses that told a story from ``start_at`` (the wall clock of the reader's zone) on, by language."""

    start_at: datetime
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """Houses over all languages."""
        return sum(number for _, number in self.counts)

    def count(self, lang: str) -> int:
        """Houses in one language."""
        return dict(self.counts).get(lang, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One language's part of a slot's bar."""

    x: float
    y: float
    width: float
    height: float
    lang: str
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A session behind the bars; ``letter`` is its key in the list under the chart."""

    x: float
    width: float
    letter: str
    session: Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A mark of an axis: its place, and what stands there."""

    place: float
    value: datetime | int
    minor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """The attention curve of a story: bars by slots of ``step_h`` hours, over the sessions that it was linked to."""

    step_h: int
    slots: tuple[Slot, ...]
    bars: tuple[Bar, ...]
    bands: tuple[Band, ...]
    days: tuple[Tick, ...]
    levels: tuple[Tick, ...]
    peak: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A session's close in the chart of a session window."""

    x: float
    y: float
    close: Close
    marked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """The closes around a move; ``base_y`` is where the close before it stands, ``band_x`` where the session begins."""

    dots: tuple[Dot, ...]
    points: str
    base_y: float
    band_x: float
    band_width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWindow:
    """The chart beside a move of an edition: a line of closes, the session as a band, and bars (x, y, height).

    ``base_y`` is where the close before the session stands; ``grid`` are the whole tenths above and below it.
    """

    points: str
    base_y: float
    grid: tuple[float, ...]
    band_x: float
    band_width: float
    end_x: float
    end_y: float
    bars: tuple[tuple[float, float, float], ...]
    bar_width: float


def attention_of(told: Sequence[Told], sessions: Sequence[Session], zone: ZoneInfo) -> Attention | None:
    """The curve of a story, from its first telling to its last or to the end of the last session, and a day at least.

    None of a story that was told once, and of which no session is known: there is no course to draw.
    """
    if not told or (len(told) == 1 and not sessions):
        return None
    moments = [_wall(one.at, zone) for one in told]
    ends = [_wall(session.closes_at, zone) for session in sessions]
    starts = [_wall(session.opens_at, zone) for session in sessions]
    first, last = min(moments + starts), max(moments + ends)
    last = max(last, first + SHORTEST)
    step_h = next((step for step in STEPS_H if (last - first) / timedelta(hours=step) < MOST_SLOTS - 1), STEPS_H[-1])
    start, step = _floor(first, step_h), timedelta(hours=step_h)
    number = (last - start) // step + 1
    slots = _slots(told, start, step, number, zone)
    end = start + number * step
    return Attention(
        step_h=step_h,
        slots=slots,
        bars=_bars(slots),
        bands=tuple(
            Band(
                x=(x := _across(begin, start, end)),
                width=round(_across(finish, start, end) - x, 1),
                letter=chr(ord("A") + i % 26),
                session=session,
            )
            for i, (session, begin, finish) in enumerate(zip(sessions, starts, ends, strict=True))
        ),
        days=_days(start, end),
        levels=_levels(_top(slots)),
        peak=max(slots, key=lambda slot: slot.total),
    )


def path_of(closes: Sequence[Close], marked: Close | None) -> Path | None:
    """The chart of a session window; None when there is no close or the marked one is not among them."""
    if marked is None or marked not in closes:
        return None
    levels = [close.level for close in closes]
    low, high = min(*levels, 1.0), max(*levels, 1.0)
    span = high - low or 1.0
    step = (SMALL_RIGHT - SMALL_LEFT) / len(closes)

    def down(level: float) -> float:
        return round(SMALL_BOTTOM - (level - low) / span * (SMALL_BOTTOM - SMALL_TOP), 1)

    dots = tuple(
        Dot(x=round(SMALL_LEFT + (i + 0.5) * step, 1), y=down(close.level), close=close, marked=close is marked)
        for i, close in enumerate(closes)
    )
    at = closes.index(marked)
    return Path(
        dots=dots,
        points=" ".join(f"{dot.x:g},{dot.y:g}" for dot in dots),
        base_y=down(1.0),
        band_x=round(SMALL_LEFT + at * step, 1),
        band_width=round(step, 1),
    )


def spark_of(levels: Sequence[float]) -> str:
    """The points of a sparkline that fills 96 by 24; a level course runs through its middle."""
    heights = _heights(levels, SPARK_TOP, SPARK_BOTTOM)
    step = (SPARK_WIDTH - 2 * SPARK_MARGIN) / max(1, len(levels) - 1)
    return " ".join(f"{SPARK_MARGIN + at * step:.1f},{y:.1f}" for at, y in enumerate(heights))


def window_of(course: Course, scale: Scale) -> SessionWindow:
    """The session of a move and those before it, above the houses that told the story meanwhile, by a common scale."""
    span = course.end_at - course.start_at

    def across(moment: datetime) -> float:
        return round(WINDOW_LEFT + (moment - course.start_at) / span * (WINDOW_RIGHT - WINDOW_LEFT), 1)

    def down(change: float) -> float:
        return round(WINDOW_TOP + scale.down(change) * (WINDOW_MIDDLE - WINDOW_TOP), 1)

    heights = [down(change) for change in course.changes]
    points: list[tuple[float, float]] = []
    for at, close in enumerate(course.closes):
        points += [(across(close.opens_at), heights[at - 1])] if at else []
        points.append((across(close.at), heights[at]))
    last = course.closes[-1]
    opens = across(last.opens_at)
    step = (WINDOW_RIGHT - WINDOW_LEFT) / len(course.slots)
    unit = (WINDOW_BOTTOM - WINDOW_MIDDLE - ROOM_BETWEEN) / max(1, scale.houses)
    return SessionWindow(
        base_y=down(0.0),
        grid=tuple(down(change) for change in scale.grid),
        points=" ".join(f"{x:g},{y:g}" for x, y in points),
        band_x=opens,
        band_width=round(max(2.0, across(last.at) - opens), 1),
        end_x=across(last.at),
        end_y=heights[-1],
        bars=tuple(
            (
                round(WINDOW_LEFT + (at + 0.1) * step, 1),
                round(WINDOW_BOTTOM - houses * unit, 1),
                round(houses * unit, 1),
            )
            for at, houses in enumerate(course.slots)
            if houses
        ),
        bar_width=round(step * 0.8, 1),
    )


def _heights(levels: Sequence[float], top: float, bottom: float) -> list[float]:
    low, high = min(levels), max(levels)
    if high == low:
        return [(top + bottom) / 2] * len(levels)
    return [round(bottom - (level - low) / (high - low) * (bottom - top), 1) for level in levels]


def _slots(told: Sequence[Told], start: datetime, step: timedelta, number: int, zone: ZoneInfo) -> tuple[Slot, ...]:
    """Houses by slot and language; one that tells a story twice in a slot counts once in it."""
    houses: dict[tuple[int, str], set[str]] = defaultdict(set)
    for one in told:
        houses[(_wall(one.at, zone) - start) // step, one.lang].add(one.owner)
    others = sorted({one.lang for one in told} - set(LANGUAGES))
    langs = [lang for lang in (*LANGUAGES, *others) if any(key[1] == lang for key in houses)]
    return tuple(
        Slot(
            start_at=start + i * step,
            counts=tuple((lang, len(houses[i, lang])) for lang in langs if (i, lang) in houses),
        )
        for i in range(number)
    )


def _bars(slots: Sequence[Slot]) -> tuple[Bar, ...]:
    width = (RIGHT - LEFT) / len(slots)
    unit = (BOTTOM - TOP) / _top(slots)
    bars = []
    for i, slot in enumerate(slots):
        y = BOTTOM
        for lang, count in slot.counts:
            y -= count * unit
            bars.append(
                Bar(
                    x=round(LEFT + (i + GAP / 2) * width, 1),
                    y=round(y, 1),
                    width=round(width * (1 - GAP), 1),
                    height=round(count * unit - 1, 1),
                    lang=lang,
                    slot=slot,
                )
            )
    return tuple(bars)


def _days(start: datetime, end: datetime) -> tuple[Tick, ...]:
    """Local midnights, thinned out so that their names have room; every other one goes on a narrow screen.

    The day of the start stands at the left end when no midnight is near.
    """
    day = start if start == _floor(start, DAY_H) else _floor(start, DAY_H) + timedelta(days=1)
    days = []
    while day < end:
        days.append(day)
        day += timedelta(days=1)
    every = -(-len(days) // MOST_TICKS) or 1
    ticks = tuple(
        Tick(place=_across(day, start, end), value=day, minor=i % 2 == 1) for i, day in enumerate(days[::every])
    )
    if ticks and ticks[0].place < LEFT + ROOM:
        return ticks
    return (Tick(place=LEFT, value=start), *ticks)


def _levels(top: int) -> tuple[Tick, ...]:
    every = -(-top // 4)
    return tuple(
        Tick(place=round(BOTTOM - level / top * (BOTTOM - TOP), 1), value=level) for level in range(0, top + 1, every)
    )


def _top(slots: Sequence[Slot]) -> int:
    """The axis ends at a whole number of marks."""
    peak = max(slot.total for slot in slots)
    every = -(-peak // 4)
    return every * -(-peak // every)


def _across(moment: datetime, start: datetime, end: datetime) -> float:
    share = min(1.0, max(0.0, (moment - start) / (end - start)))
    return round(LEFT + share * (RIGHT - LEFT), 1)


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment on the reader's wall clock: slots are as long as its hours, also on the days when it changes."""
    return moment.astimezone(zone).replace(tzinfo=None)


def _floor(wall: datetime, step_h: int) -> datetime:
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    if step_h >= DAY_H:
        return midnight
    return midnight + timedelta(hours=wall.hour // step_h * step_h)
