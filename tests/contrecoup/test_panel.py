"""Factors on an instrument's clock, baskets of one and the same members, and what a watch-list needs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from contrecoup.bars import Fault, judge_bars
from contrecoup.instruments import AliasTable, Basket, Instrument
from contrecoup.models import PriceBar
from contrecoup.panel import BasketDay, Panel, on_clock, symbols_needed

NOW = datetime(2025, 1, 29, 6, tzinfo=UTC)
MONDAY = date(2025, 1, 27)


def bars(symbol: str, first: date, closes: Sequence[float | None]) -> list[PriceBar]:
    """Bars of consecutive days."""
    return [
        PriceBar(
            symbol=symbol,
            session_on=first + timedelta(days=n),
            interval="1d",
            provider="file",
            open=None,
            high=None,
            low=None,
            close=close,
            adj_close=None,
            volume=None,
            complete=True,
            fetched_at=NOW,
        )
        for n, close in enumerate(closes)
    ]


def instrument(symbol: str, *, exchange: str = "XNYS", kind: str = "stock", sector: str | None = None) -> Instrument:
    """An instrument of the made-up basket ``trio``."""
    return Instrument(
        symbol=symbol,
        name=symbol,
        kind=kind,
        exchange=exchange,
        currency="USD",
        benchmark=None,
        sector=sector,
        baskets=("trio",),
        tickers=(),
        isins=(),
    )


TRIO = Basket(
    symbol="basket:trio",
    name="Trio",
    name_fr="Le trio",
    kind="basket",
    exchange="XNYS",
    currency="USD",
    benchmark=None,
    baskets=("trio",),
    tickers=(),
    isins=(),
    least=3,
)
TABLE = {symbol: instrument(symbol) for symbol in ("A", "B", "C", "D")}
# Thursday 23 January to Tuesday 28, with a weekend of which New York knows nothing
COIN = bars("COIN", date(2025, 1, 22), [100, 100, 110, 120, 132, 99, 101])


def test_a_coin_counts_its_weekend_into_new_yorks_monday() -> None:
    """Saturday, Sunday and Monday together: from Friday's 110 to Monday's 99."""
    found = on_clock(judge_bars(COIN, calendar="24/7", now=NOW), "XNYS")
    assert found == {
        date(2025, 1, 23): pytest.approx(0.0),
        date(2025, 1, 24): pytest.approx(0.1),
        MONDAY: pytest.approx(99 / 110 - 1),
        date(2025, 1, 28): pytest.approx(101 / 99 - 1),
    }


def test_a_fault_in_the_weekend_leaves_no_return_on_monday() -> None:
    """What is not known is not taken for zero."""
    holed = [bar for bar in COIN if bar.session_on != date(2025, 1, 25)]
    found = on_clock(judge_bars(holed, calendar="24/7", now=NOW), "XNYS")
    assert set(found) == {date(2025, 1, 23), date(2025, 1, 24), date(2025, 1, 28)}


def test_a_factor_of_the_same_clock_stays_as_it_is() -> None:
    """And one of which nothing is sound has no returns on any clock."""
    series = judge_bars(COIN, calendar="24/7", now=NOW)
    assert on_clock(series, "24/7") is series.returns
    assert on_clock(judge_bars([], calendar="24/7", now=NOW), "XNYS") == {}


def test_a_holiday_of_the_factors_exchange_leaves_no_return() -> None:
    """New York was closed on 20 January 2025, Paris was not; Tuesday's return is known again."""
    quotes = bars("A", date(2025, 1, 16), [10, 11, 11, 11, None, 12])
    found = on_clock(judge_bars(quotes, calendar="XNYS", now=NOW), "XPAR")
    assert set(found) == {date(2025, 1, 17), date(2025, 1, 21)}


def panel(closes: Mapping[str, Sequence[float | None]], now: datetime = NOW) -> Panel:
    """Prices of Friday 24 January to Tuesday 28."""
    given = {symbol: bars(symbol, date(2025, 1, 24), own) for symbol, own in closes.items()}
    return Panel(given, TABLE, list(closes), now)


def test_a_basket_is_the_mean_of_its_measured_members() -> None:
    """Two fell, one rose; the fourth has no price and is not counted."""
    day = panel({"A": [100, 1, 1, 90], "B": [100, 1, 1, 80], "C": [100, 1, 1, 106], "D": [100, 1, 1, None]}).basket(
        TRIO, ["A", "B", "C", "D"], MONDAY
    )
    assert isinstance(day, BasketDay)
    assert day.series.returns == {MONDAY: pytest.approx((-0.1 - 0.2 + 0.06) / 3)}
    assert (day.members, day.breadth) == (3, pytest.approx(2 / 3))


def test_the_past_of_a_basket_is_that_of_the_days_members() -> None:
    """Whoever is missing today does not count yesterday either."""
    closes = {"A": [100, 1, 1, 110, 121], "B": [100, 1, 1, 110, 121], "C": [100, 1, 1, 110, 121]}
    four = panel({**closes, "D": [100, 1, 1, 60, None]}).basket(TRIO, ["A", "B", "C", "D"], date(2025, 1, 28))
    assert isinstance(four, BasketDay)
    assert four.series.returns == {MONDAY: pytest.approx(0.1), date(2025, 1, 28): pytest.approx(0.1)}


def test_too_few_members_or_an_open_session_give_no_basket() -> None:
    """Two of three are no group, and a session that trades has no close."""
    two = {"A": [100, 1, 1, 90], "B": [100, 1, 1, 80], "C": [100, 1, 1, None]}
    assert panel(two).basket(TRIO, ["A", "B", "C"], MONDAY) is Fault.FEW_MEMBERS
    midday = datetime(2025, 1, 27, 17, tzinfo=UTC)
    assert panel(two, midday).basket(TRIO, ["A", "B", "C"], MONDAY) is Fault.PARTIAL_DAY


def test_funds_and_other_clocks_are_no_members() -> None:
    """A fund that holds the group would count it twice; Paris closes before New York does."""
    listed = [TABLE["A"], instrument("FUND", kind="etf"), instrument("PARIS", exchange="XPAR"), TABLE["B"]]
    assert TRIO.members(listed) == ("A", "B")


def test_a_watch_list_needs_its_benchmarks_and_its_sectors() -> None:
    """Each once, in order: symbols, benchmarks, sectors; a sector on the list is not asked for twice."""
    table = AliasTable.load().instruments
    assert symbols_needed(["NVDA", "SU.PA", "MARA", "BTC-USD", "WHO"], table) == (
        "NVDA",
        "SU.PA",
        "MARA",
        "BTC-USD",
        "WHO",
        "SPY",
        "^STOXX50E",
        "SOXX",
    )


def test_a_factor_that_was_not_asked_for_has_no_returns() -> None:
    """A sector that the table of instruments lacks costs its figures and nothing else."""
    assert panel({"A": [100, 1, 1, 90]}).factor("NOBODY", "XNYS") == {}
    with pytest.raises(KeyError):
        panel({}).series("NOBODY")


@pytest.mark.parametrize(("lang", "name"), [("fr", "Le trio"), ("en", "Trio"), ("de", "Trio")])
def test_a_basket_has_a_name_in_both_languages(lang: str, name: str) -> None:
    """English stands in for any other."""
    assert TRIO.name_in(lang) == name


def test_the_baskets_of_the_package_are_those_that_texts_can_name() -> None:
    """Each has two names, members on its own clock, and a target that mentions have."""
    table = AliasTable.load()
    targets = {alias.target for alias in table.aliases}
    assert set(table.baskets) <= targets
    for symbol, basket in table.baskets.items():
        assert basket.symbol == symbol == f"basket:{basket.baskets[0]}"
        assert basket.name_in("fr") != basket.name_in("en")
        assert len(basket.members(table.instruments)) >= basket.least


def test_every_sector_of_the_package_is_an_instrument_of_it() -> None:
    """And no instrument is its own sector."""
    table = AliasTable.load()
    for one in table.instruments:
        assert one.sector is None or (table.instrument(one.sector) is not None and one.sector != one.symbol)
