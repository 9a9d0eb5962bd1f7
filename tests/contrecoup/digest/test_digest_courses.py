"""Charts and the market strip come from prices alone, and from sound ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.courses import SESSIONS_BEFORE, SLOT_H
from contrecoup.digest.edition import Course, Ticker
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.models import LinkLabel

Day = Callable[[str], EditionInputs]
MONDAY = date(2025, 1, 27)


def _course(day: EditionInputs) -> Course | None:
    return build_edition(day).groups[0].matches[0].course


def test_a_course_ends_with_the_close_of_the_move(priced: Day) -> None:
    """The sessions before it, each with its hours; the prices are those of the bars."""
    told = _course(priced("fr"))
    assert told is not None
    assert len(told.closes) == SESSIONS_BEFORE + 1
    assert [round(close.value, 2) for close in told.closes[-2:]] == [103.8, 86.0]
    assert told.closes[-1].opens_at == datetime(2025, 1, 27, 14, 30, tzinfo=UTC)
    assert told.closes[-1].at == datetime(2025, 1, 27, 21, 0, tzinfo=UTC)
    assert told.currency == "USD"


def test_attention_counts_each_house_once_a_slot_and_no_wire_copy(priced: Day) -> None:
    """Three own texts: one in the morning, two of the same slot in the evening."""
    told = _course(priced("fr"))
    assert told is not None
    assert sum(told.slots) == 3
    assert told.peak == 2
    assert told.peak_at <= datetime(2025, 1, 27, 21, 0, tzinfo=UTC) < told.peak_at + timedelta(hours=SLOT_H)
    assert told.end_at - told.start_at == len(told.slots) * told.slot


def test_one_house_with_two_papers_counts_once(priced: Day) -> None:
    """Owners count, not domains."""
    day = priced("en")
    told = _course(replace(day, members=[replace(member, owner="group") for member in day.members]))
    assert told is not None
    assert told.peak == 1


def test_a_gap_in_the_prices_leaves_no_chart(priced: Day) -> None:
    """A line over a missing close would be an invention."""
    day = priced("en")
    holes = [bar for bar in day.bars if bar.session_on != date(2025, 1, 23)]
    assert _course(replace(day, bars=holes)) is None
    assert _course(replace(day, bars=())) is None


def test_an_instrument_that_the_table_lacks_has_no_chart(priced: Day) -> None:
    """It is shown by its symbol and its figures."""
    day = priced("en")
    table = {symbol: one for symbol, one in day.instruments.items() if symbol != "NVDA"}
    assert _course(replace(day, instruments=table)) is None


def test_moves_in_the_compact_table_have_no_chart(priced: Day) -> None:
    """Charts are for the moves shown in full."""
    day = priced("en")
    symbols = ["NVDA", "AMD", "AVGO", "SPY"]
    moves = [replace(day.moves[1], symbol=symbol) for symbol in symbols]
    links = [replace(day.links[0], symbol=symbol, label=LinkLabel.STRONG) for symbol in symbols]
    (group,) = build_edition(replace(day, moves=moves, links=links)).groups
    assert [match.course is None for match in group.matches + group.others] == [False, False, False, True]


def _strip(day: EditionInputs) -> dict[str, Ticker]:
    return {one.symbol: one for one in build_edition(day).strip}


def test_the_strip_has_the_benchmark_and_the_basket(priced: Day) -> None:
    """A benchmark by its close, a basket by an index of its measured members."""
    strip = _strip(priced("en"))
    assert list(strip) == ["SPY", "basket:chips"]
    assert (strip["SPY"].value, strip["SPY"].members) == (102.0, None)
    assert strip["SPY"].simple_return == pytest.approx(102.0 / 103.8 - 1)
    assert strip["basket:chips"].members == 3
    assert strip["basket:chips"].simple_return == -0.1
    assert strip["basket:chips"].value == pytest.approx(100 * strip["basket:chips"].levels[-1])
    mean = 1 + ((86.0 + 94.0 + 90.0) / 3 / 103.8 - 1)
    assert strip["basket:chips"].levels[-1] / strip["basket:chips"].levels[-2] == pytest.approx(mean)


def test_a_benchmark_whose_session_closed_earlier_stays_away(priced: Day) -> None:
    """On a Sunday the strip has no Friday."""
    day = priced("fr")
    later = replace(day, since_at=day.since_at + timedelta(days=1), until_at=day.until_at + timedelta(days=1))
    assert "SPY" not in _strip(later)


def test_a_line_of_the_strip_needs_a_month_of_prices(priced: Day) -> None:
    """Short histories are measured elsewhere, and drawn nowhere."""
    day = priced("fr")
    assert _strip(replace(day, bars=[bar for bar in day.bars if bar.session_on > date(2025, 1, 10)])) == {}


@pytest.mark.parametrize(
    ("lang", "value", "row"),
    [("fr", "102 083", "Bitcoin : 102 083, −0,5 %, −4,8 %"), ("en", "102,083", "Bitcoin: 102,083, −0.5%, −4.8%")],
)
def test_large_prices_are_told_without_cents(lang: str, value: str, row: str) -> None:
    """Cents of a hundred thousand say nothing; an index has one decimal. What the sparkline shows is told, too."""
    w = mail_wording_of(lang, "Europe/Paris")
    one = Ticker(
        symbol="BTC-USD", name="Bitcoin", session_on=MONDAY, value=102083.4, simple_return=-0.005, levels=(1.05, 1.0)
    )
    assert " ".join(w.value(one).split()) == value
    assert " ".join(w.ticker_row(one).split()) == row
    assert w.value(replace(one, members=2, value=99.96)) in {"100,0", "100.0"}


@pytest.mark.parametrize(
    ("lang", "caption"),
    [
        ("fr", "En baisse lundi 27 janvier : 103,80 → 86,00 USD · pic : 2 médias en trois heures, lun. 22 h 00"),
        ("en", "Down on Monday 27 January: 103.80 → 86.00 USD · peak: 2 publishers within three hours, Mon 22:00"),
    ],
)
def test_the_caption_says_the_closes_and_the_peak(priced: Day, lang: str, caption: str) -> None:
    """What the chart shows stands beside it; a peak of one publisher is none."""
    match = build_edition(priced(lang)).groups[0].matches[0]
    w = mail_wording_of(lang, "Europe/Paris")
    assert match.course is not None
    assert " ".join(w.caption(match.figure, match.course).split()) == caption
    alone = replace(match.course, slots=(0, 1), currency=None)
    told = " ".join(w.caption(match.figure, alone).split())
    assert "·" not in told
    assert told.endswith(("86,0", "86.0"))
