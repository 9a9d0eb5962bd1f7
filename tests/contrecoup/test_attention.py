"""Independent publishers around a moment, against the usual."""

from datetime import UTC, datetime, timedelta

import pytest

from contrecoup.attention import Attention, measure_attention, publishers_in, usual_publishers
from contrecoup.models import StoryArticle

CLOSE = datetime(2025, 1, 27, 21, tzinfo=UTC)
DAY = timedelta(days=1)


def member(name: str, *, hours: float = 0, wire: str = "", publisher: str = "") -> StoryArticle:
    """A telling some hours before the close."""
    return StoryArticle(
        story_id="s",
        article_id=name,
        version=1,
        likeness=1.0,
        reason="gist",
        wire_id=wire or name,
        publisher=publisher or f"{name}.example",
        lang="fr",
        told_at=CLOSE - timedelta(hours=hours),
        method="m",
    )


def test_carriers_of_one_dispatch_and_pieces_of_one_publisher_count_once() -> None:
    """Three carriers, one newsroom with two pieces: two independent publishers."""
    told = [
        member("agency"),
        member("daily", wire="agency"),
        member("weekly", wire="agency"),
        member("blog", publisher="blog.example"),
        member("blog-again", publisher="blog.example"),
    ]
    assert publishers_in(told, CLOSE - DAY, CLOSE) == 2


def test_the_window_excludes_its_start_and_includes_its_end() -> None:
    """Two windows side by side count nothing twice."""
    told = [member("at-start", hours=24), member("at-end")]
    assert publishers_in(told, CLOSE - DAY, CLOSE) == 1


def test_attention_above_the_usual_scores_and_a_steady_hum_does_not() -> None:
    """One publisher a day for ten days is nobody's event."""
    hum = [member(f"p{n}", hours=24 * n + 1) for n in range(11)]
    steady = measure_attention(hum, instrument_usual=0.0, since=CLOSE - DAY, until=CLOSE)
    assert (steady.around, steady.usual, steady.score, steady.rising) == (1, 1.0, 0.0, 0.0)
    burst = [*hum, *(member(f"b{n}") for n in range(6))]
    loud = measure_attention(burst, instrument_usual=0.0, since=CLOSE - DAY, until=CLOSE)
    assert loud.around == 7
    assert loud.score > 0.5
    assert loud.rising == pytest.approx(6 / 7)


def test_five_titles_that_write_every_day_are_no_rise_and_no_attention() -> None:
    """The same five in every stretch: counted once in ten days they would look like five times the usual."""
    daily = [member(f"p{n}-{day}", hours=24 * day + 1, publisher=f"p{n}") for n in range(5) for day in range(11)]
    steady = measure_attention(daily, instrument_usual=0.0, since=CLOSE - DAY, until=CLOSE)
    assert (steady.around, steady.usual, steady.score, steady.rising) == (5, 5.0, 0.0, 0.0)


def test_the_same_burst_says_less_of_an_instrument_that_is_always_told_of() -> None:
    """The instrument's own usual lowers the score."""
    burst = [member(f"b{n}") for n in range(4)]
    famous = [member(f"n{n}", hours=30 + n) for n in range(60)]
    quiet_one = measure_attention(burst, instrument_usual=0.0, since=CLOSE - DAY, until=CLOSE)
    loud_one = measure_attention(
        burst, instrument_usual=usual_publishers(famous, CLOSE - DAY, CLOSE), since=CLOSE - DAY, until=CLOSE
    )
    assert loud_one.score < quiet_one.score


def test_a_story_that_nobody_tells_any_more_has_no_attention() -> None:
    """No division by zero, no rise."""
    none = Attention(around=0, usual=0.0, instrument_usual=0.0)
    assert (none.score, none.rising) == (0.0, 0.0)
