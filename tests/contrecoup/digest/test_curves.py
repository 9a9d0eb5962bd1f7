from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from contrecoup.digest.archive import Close, Session, Told, closes_around
from contrecoup.digest.curves import (
    BOTTOM,
    LEFT,
    MOST_SLOTS,
    RIGHT,
    TOP,
    WINDOW_BOTTOM,
    WINDOW_MIDDLE,
    Attention,
    attention_of,
    path_of,
    spark_of,
    window_of,
)
from contrecoup.digest.drawn import Close as CloseAt
from contrecoup.digest.drawn import Course, Scale
from contrecoup.digest.site_wording import site_wording_of
from contrecoup.models import PriceBar

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2025, 1, 27, 12, tzinfo=UTC)
MONDAY = date(2025, 1, 27)


def _told(*hours: float, lang: str = "fr", owner: str | None = None) -> list[Told]:
    return [Told(at=NOON + timedelta(hours=h), lang=lang, owner=owner or f"house-{lang}-{h}") for h in hours]


def _session(opens_h: float, closes_h: float) -> Session:
    return Session(
        exchange="XNYS",
        session_on=MONDAY,
        opens_at=NOON + timedelta(hours=opens_h),
        closes_at=NOON + timedelta(hours=closes_h),
        moves=1,
    )


def _curve(told: Sequence[Told], sessions: Sequence[Session] = ()) -> Attention:
    curve = attention_of(told, sessions, PARIS)
    assert curve is not None
    return curve


def _bar(day: int, close: float | None, *, adjusted: float | None = None, complete: bool = True) -> PriceBar:
    return PriceBar(
        symbol="NVDA",
        session_on=date(2025, 1, day),
        interval="1d",
        provider="file",
        open=None,
        high=None,
        low=None,
        close=close,
        adj_close=adjusted,
        volume=None,
        complete=complete,
        fetched_at=NOON,
    )


def test_a_house_counts_once_in_a_slot_whatever_it_publishes() -> None:
    """Three articles of one house in an hour, one of another."""
    curve = _curve([*_told(0, 0.2, 0.4, owner="one"), *_told(0.5, owner="two"), *_told(1.2, lang="en")])
    assert [slot.counts for slot in curve.slots[:2]] == [(("fr", 2),), (("en", 1),)]
    assert (curve.peak.total, curve.peak.count("fr"), curve.peak.count("en")) == (2, 2, 0)


def test_a_slot_begins_on_the_readers_own_clock() -> None:
    """Noon in universal time is one o'clock in Paris."""
    assert _curve(_told(0, 1)).slots[0].start_at.hour == 13


@pytest.mark.parametrize(("span_h", "step_h"), [(20, 1), (100, 3), (300, 6), (600, 12), (1200, 24), (90_000, 168)])
def test_slots_grow_with_the_life_of_a_story(span_h: int, step_h: int) -> None:
    """So that bars stay wide enough to be seen, until a week is the longest."""
    curve = _curve(_told(0, span_h))
    assert curve.step_h == step_h
    assert len(curve.slots) <= MOST_SLOTS or step_h == 168
    assert sum(slot.total for slot in curve.slots) == 2


def test_bars_of_languages_stand_on_each_other_within_the_frame() -> None:
    """French below, English on it, a third language last."""
    curve = _curve([*_told(0, 0.1), *_told(0, lang="en"), *_told(0, lang="de"), *_told(5)])
    first = [bar for bar in curve.bars if bar.slot is curve.slots[0]]
    assert [bar.lang for bar in first] == ["fr", "en", "de"]
    assert first[0].y > first[1].y > first[2].y >= TOP
    assert all(bar.x >= LEFT and bar.x + bar.width <= RIGHT for bar in curve.bars)
    assert all(bar.y + bar.height <= BOTTOM for bar in curve.bars)


def test_the_frame_reaches_to_the_end_of_the_session() -> None:
    """The story was told before it opened, and not again."""
    curve = _curve(_told(0), [_session(2.5, 9), _session(26.5, 33)])
    assert [band.letter for band in curve.bands] == ["A", "B"]
    assert curve.bands[0].x > LEFT
    assert curve.bands[-1].x + curve.bands[-1].width <= RIGHT
    assert curve.slots[-1].start_at > datetime(2025, 1, 28, 21)  # noqa: DTZ001  the reader's wall clock


def test_a_story_that_nobody_told_has_no_curve() -> None:
    """Nor has one that was told once, unless a session is drawn beside it."""
    assert attention_of([], [], PARIS) is None
    assert attention_of(_told(0), [], PARIS) is None
    assert len(_curve(_told(0), [_session(2.5, 9)]).slots) == 24


def test_the_axis_of_days_begins_with_the_first_and_is_thinned_out() -> None:
    """Long stories show some of their days."""
    short, long = _curve(_told(0, 20)), _curve(_told(0, 600))
    assert short.days[0].place == LEFT
    assert len(short.days) == 2
    assert len(long.days) <= 7
    assert {tick.minor for tick in long.days} == {True, False}


def test_the_axis_of_houses_ends_at_a_whole_mark() -> None:
    """Nine houses: 0, 3, 6, 9."""
    curve = _curve([told for n in range(9) for told in _told(0, owner=f"house {n}")])
    assert [tick.value for tick in curve.levels] == [0, 3, 6, 9]
    assert (curve.levels[0].place, curve.levels[-1].place) == (BOTTOM, TOP)


def test_a_day_of_25_hours_keeps_every_telling() -> None:
    """Clocks went back at 01:00 UTC on 26 October 2025: the hour that came twice is one slot."""
    night = datetime(2025, 10, 25, 23, 30, tzinfo=UTC)
    told = [Told(at=night + timedelta(hours=h), lang="fr", owner=f"house {h}") for h in range(4)]
    assert [slot.total for slot in _curve(told).slots][:3] == [1, 2, 1]


def test_closes_are_told_relative_to_the_one_before_the_move() -> None:
    """One hundred, then 83: minus 17 percent."""
    closes = closes_around([_bar(23, 90.0), _bar(24, 100.0), _bar(27, 83.0), _bar(28, 91.3)], MONDAY)
    assert [(close.session_on.day, round(close.level, 3)) for close in closes] == [(24, 1.0), (27, 0.83), (28, 0.913)]
    assert round(closes[1].simple_return, 4) == -0.17


def test_adjusted_closes_count_where_all_sessions_have_one() -> None:
    """After a split of ten for one the raw ones would show a fall."""
    bars = [_bar(24, 1000.0, adjusted=100.0), _bar(27, 101.0, adjusted=101.0)]
    assert round(closes_around(bars, MONDAY)[0].simple_return, 4) == 0.01
    mixed = [_bar(24, 100.0), _bar(27, 101.0, adjusted=50.5)]
    assert round(closes_around(mixed, MONDAY)[0].simple_return, 4) == 0.01


@pytest.mark.parametrize(
    "bars", [[], [_bar(27, 83.0)], [_bar(24, 100.0), _bar(27, None)], [_bar(24, 100.0), _bar(27, 83.0, complete=False)]]
)
def test_a_session_without_its_close_or_the_one_before_has_no_chart(bars: list[PriceBar]) -> None:
    """Nothing is drawn that was not measured."""
    assert closes_around(bars, MONDAY) == ()


def test_the_chart_of_a_session_marks_it_and_holds_the_line_of_the_close_before() -> None:
    """The mark is the lowest point here, the base the highest."""
    closes = closes_around([_bar(23, 99.0), _bar(24, 100.0), _bar(27, 83.0)], MONDAY)
    path = path_of(closes, closes[-1])
    assert path is not None
    marked = [dot for dot in path.dots if dot.marked]
    assert [dot.close.session_on for dot in marked] == [MONDAY]
    assert path.base_y < marked[0].y
    assert path.band_x < marked[0].x < path.band_x + path.band_width
    assert len(path.points.split()) == 2


def test_nothing_is_drawn_without_the_session_itself() -> None:
    """A level price for all that is shown would divide by nothing: it is drawn as a straight line."""
    flat = Close(session_on=MONDAY, level=1.0, simple_return=0.0)
    assert path_of([], None) is None
    assert path_of([flat], Close(session_on=date(2025, 1, 28), level=1.0, simple_return=0.0)) is None
    assert path_of([flat], flat) is not None


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "fr",
            ("lun. 27 janv., 13 h", "lun. 27 janv.", "heure", "tranche de 6 heures", "jour", "1 dans une autre langue"),
        ),
        ("en", ("Mon 27 Jan, 13:00", "Mon 27 Jan", "hour", "6 hours", "day", "1 in another language")),
    ],
)
def test_slots_and_steps_are_told_in_each_language(lang: str, words: tuple[str, ...]) -> None:
    """Hours below a day, days from there on."""
    w, slot = site_wording_of(lang, "Europe/Paris"), _curve(_told(0, 0.5, lang="de", owner="x")).slots[0]
    told = (w.slot(slot.start_at, 1), w.slot(slot.start_at, 24), w.step(1), w.step(6), w.step(24), w.houses(slot))
    assert tuple(one.replace("\N{NO-BREAK SPACE}", " ") for one in told) == words


def test_hours_of_a_session_are_those_of_the_reader() -> None:
    """New York opens at half past three in the afternoon in Paris."""
    session = _session(2.5, 9)
    told = [
        site_wording_of(lang, "Europe/Paris").hours_of(session).replace("\N{NO-BREAK SPACE}", " ")
        for lang in ("fr", "en")
    ]
    assert told == ["New York, lun. 27 janv., 15 h 30 à 22 h 00", "New York, Mon 27 Jan, 15:30 to 22:00"]


def test_a_sparkline_falls_where_the_levels_fall() -> None:
    """The least is lowest, the greatest highest; a level course is a line through the middle."""
    heights = [float(point.split(",")[1]) for point in spark_of([1.0, 1.2, 0.8]).split()]
    assert heights[1] < heights[0] < heights[2]
    assert {point.split(",")[1] for point in spark_of([1.0, 1.0, 1.0]).split()} == {"12.0"}


def test_the_window_of_a_move_holds_its_session_and_the_press_under_it() -> None:
    """Bars stand on one line, only where somebody told the story; the line ends at the close of the session."""
    closes = tuple(
        CloseAt(opens_at=NOON + timedelta(hours=24 * n - 6), at=NOON + timedelta(hours=24 * n), value=value)
        for n, value in enumerate((100.0, 101.0, 83.0))
    )
    course = Course(
        closes=closes,
        start_at=NOON - timedelta(hours=6),
        end_at=NOON + timedelta(hours=54),
        slots=(0, 0, 1, 3, 0),
        currency="USD",
    )
    window = window_of(course, Scale(low=-0.3, high=0.1, houses=6))
    assert len(window.bars) == 2
    assert {round(y + height, 1) for _, y, height in window.bars} == {WINDOW_BOTTOM}
    assert window.band_x + window.band_width == pytest.approx(window.end_x, abs=0.2)
    assert window.end_y == max(float(point.split(",")[1]) for point in window.points.split())
    assert len(window.grid) == 4
    assert window.grid[-1] < window.base_y < window.end_y < window.grid[0]
    assert max(height for _, _, height in window.bars) == pytest.approx(
        (WINDOW_BOTTOM - WINDOW_MIDDLE - 10) / 2, abs=0.1
    )
