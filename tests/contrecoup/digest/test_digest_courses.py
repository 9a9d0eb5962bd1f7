"""Charts and the market strip come from prices alone, and from sound ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.digest.build import EditionInputs, build_edition
from contrecoup.digest.courses import SESSIONS_BEFORE, SLOT_H
from contrecoup.digest.drawn import Course, Ticker
from contrecoup.digest.mail_wording import mail_wording_of
from contrecoup.digest.render import render_html
from contrecoup.digest.strip import month_before
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
    """A benchmark by its close; a basket has no level, only the changes of its measured members."""
    strip = _strip(priced("en"))
    assert list(strip) == ["SPY", "basket:chips"]
    assert strip["SPY"].close == 102.0
    assert strip["SPY"].simple_return == pytest.approx(102.0 / 103.8 - 1)
    assert strip["basket:chips"].close is None
    assert strip["basket:chips"].simple_return == -0.1
    mean = 1 + ((86.0 + 94.0 + 90.0) / 3 / 103.8 - 1)
    assert strip["basket:chips"].levels[-1] / strip["basket:chips"].levels[-2] == pytest.approx(mean)


@pytest.mark.parametrize(
    ("lang", "row"),
    [
        ("fr", "S&P 500 (lundi 27 janvier) : 102,00, −1,7 %, −0,1 %"),
        ("en", "S&P 500 (Monday 27 January): 102.00, −1.7%, −0.1%"),
    ],
)
def test_a_benchmark_that_did_not_trade_stands_with_the_day_of_its_last_close(priced: Day, lang: str, row: str) -> None:
    """On a holiday and on a week-end, in the mail's text and on its page; a basket stays away."""
    day = priced(lang)
    later = replace(day, moves=(), since_at=day.until_at, until_at=day.until_at + timedelta(hours=12))
    edition = build_edition(later)
    assert [one.symbol for one in edition.strip] == ["SPY"]
    w = mail_wording_of(lang, "Europe/Paris")
    assert " ".join(w.ticker_row(edition.strip[0]).replace("SPDR ", "").split()) == row
    assert w.day(MONDAY) in render_html(edition)


def test_the_lines_of_the_strip_stand_in_one_order_whatever_moved(priced: Day) -> None:
    """New York before Paris before coins, an exchange's benchmark before sectors; the order of the moves is no matter.

    Bitcoin stands for coins, which have no benchmark; a factor without prices has no line.
    """
    day = priced("en")
    spy = [bar for bar in day.bars if bar.symbol == "SPY"]
    followed = ["ETH-USD", "BTC-USD", "^STOXX50E", "SU.PA", "SOXX", "MU"]
    more = [replace(bar, symbol=symbol) for symbol in followed for bar in spy]
    chips = day.moves[-1]
    power = replace(chips, symbol="basket:ai_power")
    for moves in ((chips, power), (power, chips)):
        found = list(_strip(replace(day, bars=[*more, *day.bars], moves=moves)))
        assert found[:4] == ["SPY", "SOXX", "^STOXX50E", "BTC-USD"]
        assert found[4:] == ["basket:chips", "basket:ai_power"]


def test_a_month_begins_at_the_last_close_on_or_before_the_same_date(priced: Day) -> None:
    """27 December for 27 January: with a week-end more, the month is not longer."""
    [spy] = [one for one in build_edition(priced("en")).strip if one.symbol == "SPY"]
    closes = {bar.session_on: bar.close for bar in priced("en").bars if bar.symbol == "SPY"}
    assert spy.levels[-1] == pytest.approx(102.0 / (closes[date(2024, 12, 27)] or 0))
    assert len(spy.levels) == sum(day >= date(2024, 12, 27) for day in closes)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2025, 1, 27), date(2024, 12, 27)),
        (date(2025, 3, 31), date(2025, 2, 28)),
        (date(2024, 3, 30), date(2024, 2, 29)),
        (date(2025, 12, 31), date(2025, 11, 30)),
    ],
)
def test_a_month_before_is_the_same_date_or_the_last_of_the_month(day: date, before: date) -> None:
    """Months differ in length."""
    assert month_before(day) == before


def test_a_month_leads_over_a_session_without_a_price(priced: Day) -> None:
    """The closes before and after are known, and so is the change between them; a basket's composition is not."""
    day = priced("en")
    whole = _strip(day)["SPY"].levels
    holes = [bar for bar in day.bars if bar.session_on not in {date(2025, 1, 15), date(2024, 12, 27)}]
    strip = _strip(replace(day, bars=holes))
    assert len(strip["SPY"].levels) == len(whole) - 1
    closes = {bar.session_on: bar.close for bar in day.bars if bar.symbol == "SPY"}
    assert strip["SPY"].levels[-1] == pytest.approx(102.0 / (closes[date(2024, 12, 26)] or 0))
    assert strip["basket:chips"].levels == ()


@pytest.mark.parametrize(("lang", "row"), [("fr", "102,00, −1,7 %"), ("en", "102.00, −1.7%")])
def test_a_line_without_a_month_of_prices_says_nothing_of_the_month(priced: Day, lang: str, row: str) -> None:
    """Short histories, a price that cannot be, what looks like a split: neither a change nor a sparkline."""
    day = priced(lang)
    mid = date(2025, 1, 15)
    short = [bar for bar in day.bars if bar.session_on > date(2025, 1, 10)]
    wrong = [replace(bar, close=-1.0) if bar.session_on == mid else bar for bar in day.bars]
    split = [
        replace(bar, open=b / 2, high=b / 2, low=b / 2, close=b / 2)
        if bar.session_on < mid and (b := bar.close)
        else bar
        for bar in day.bars
    ]
    hidden = [bar for bar in split if bar.session_on != mid]
    for kept in (short, wrong, split, hidden):
        edition = build_edition(replace(day, bars=kept))
        assert {one.levels for one in edition.strip} == {()}
        assert " ".join(mail_wording_of(lang, "Europe/Paris").ticker_row(edition.strip[0]).split()).endswith(row)
        assert "data:image/png" not in render_html(replace(edition, groups=()))


@pytest.mark.parametrize(
    ("lang", "value", "row"),
    [("fr", "102 083", "Bitcoin : 102 083, −0,5 %, −4,8 %"), ("en", "102,083", "Bitcoin: 102,083, −0.5%, −4.8%")],
)
def test_large_prices_are_told_without_cents(lang: str, value: str, row: str) -> None:
    """Cents of a hundred thousand say nothing; a basket has no close. What the sparkline shows is told, too."""
    w = mail_wording_of(lang, "Europe/Paris")
    one = Ticker(
        symbol="BTC-USD", name="Bitcoin", session_on=MONDAY, close=102083.4, simple_return=-0.005, levels=(1.0, 0.952)
    )
    assert " ".join(w.close(one).split()) == value
    assert " ".join(w.ticker_row(one).split()) == row
    assert w.close(replace(one, close=None)) == ""


@pytest.mark.parametrize(
    ("lang", "caption"),
    [
        ("fr", "En baisse lundi 27 janvier : 103,80 → 86,00 USD · pic : 2 médias entre lun. 22 h et 1 h"),
        ("en", "Down on Monday 27 January: 103.80 → 86.00 USD · peak: 2 publishers between Mon 22:00 and 01:00"),
    ],
)
def test_the_caption_says_the_closes_and_the_peak(priced: Day, lang: str, caption: str) -> None:
    """What the chart shows stands beside it; a peak of one publisher is none, and a basket has no level to tell."""
    match = build_edition(priced(lang)).groups[0].matches[0]
    w = mail_wording_of(lang, "Europe/Paris")
    assert match.course is not None
    assert " ".join(w.caption(match.figure, match.course).split()) == caption
    alone = replace(match.course, slots=(0, 1), currency=None)
    assert " ".join(w.caption(match.figure, alone).split()) in {
        "En baisse lundi 27 janvier",
        "Down on Monday 27 January",
    }


@pytest.mark.parametrize(("lang", "closes"), [("fr", "+0,0 % ; −17,1 %"), ("en", "+0.0%; −17.1%")])
def test_a_basket_is_drawn_relative_to_the_close_before(priced: Day, lang: str, closes: str) -> None:
    """It has no level in its caption nor in its alternative text."""
    match = build_edition(priced(lang)).groups[0].matches[0]
    assert match.course is not None
    alone = replace(match.course, currency=None)
    told = " ".join(mail_wording_of(lang, "Europe/Paris").course_alt(match.figure, alone).split())
    assert closes.removeprefix("+") in told
    assert "86" not in told


def test_all_charts_of_an_edition_have_one_scale(priced: Day) -> None:
    """From the lowest close to the highest, relative to the close before; bars up to the most publishers."""
    day = priced("en")
    symbols = ["NVDA", "AMD", "AVGO"]
    moves = [replace(day.moves[1], symbol=symbol) for symbol in symbols]
    links = [replace(day.links[0], symbol=symbol, label=LinkLabel.STRONG) for symbol in symbols]
    edition = build_edition(replace(day, moves=moves, links=links))
    assert edition.scale is not None
    assert edition.scale.low == pytest.approx(86.0 / 103.8 - 1)
    assert edition.scale.high == 0.0
    assert edition.scale.grid == pytest.approx([-0.1])
    assert edition.scale.houses == 2
    assert [edition.scale.down(change) for change in (0.0, edition.scale.low)] == [0.0, 1.0]
    assert replace(edition, groups=()).scale is None
