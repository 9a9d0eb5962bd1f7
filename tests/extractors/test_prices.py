import gzip
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from contrecoup.errors import PriceError, SettingsError
from contrecoup.instruments import AliasTable
from contrecoup.settings import Prices
from extractors.prices import FilePrices, PriceProvider, YFinancePrices, open_prices

NOW = datetime(2025, 1, 29, 6, tzinfo=UTC)
START, END = date(2025, 1, 24), date(2025, 1, 31)
HEADER = "date,symbol,open,high,low,close,volume\n"
ROWS = (
    HEADER
    + "2025-01-27,NVDA,124.8,128.4,116.7,118.42,818830900\n"
    + "2025-01-24,NVDA,148.37,148.97,141.88,142.62,234657600\n"
    + "2025-01-28,NVDA,121.81,,NaN,128.99,\n"
    + "2025-01-27,BTC-USD,102620.01,103260.0,97777.77,102082.83,89006.62\n"
    + "2025-01-28,SU.PA,230,235,220,222.7,2500000\n"
)
INSTRUMENTS = AliasTable.load().instruments


def file_prices(path: Path, *, now: datetime = NOW) -> FilePrices:
    """A provider over a file."""
    return FilePrices(path, INSTRUMENTS, now=now)


def written(folder: Path, text: str, name: str = "prices.csv") -> Path:
    """A file with that text."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def packed(folder: Path) -> Path:
    """The rows as .csv.gz."""
    path = folder / "prices.csv.gz"
    path.write_bytes(gzip.compress(ROWS.encode()))
    return path


def parquet(folder: Path) -> Path:
    """The rows as Parquet."""
    path = folder / "prices.parquet"
    pa.parquet.write_table(pa.csv.read_csv(written(folder, ROWS)), path)
    return path


@pytest.mark.parametrize("write", [lambda folder: written(folder, ROWS), packed, parquet], ids=["csv", "gz", "parquet"])
def test_a_file_gives_the_bars_of_a_symbol_in_order(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    """CSV, packed CSV and Parquet alike."""
    bars = file_prices(write(tmp_path)).daily_bars("NVDA", START, END)
    assert [bar.session_on.day for bar in bars] == [24, 27, 28]
    assert (bars[1].open, bars[1].high, bars[1].low, bars[1].close) == (124.8, 128.4, 116.7, 118.42)
    assert (bars[1].volume, bars[1].complete, bars[1].provider, bars[1].fetched_at) == (818830900, True, "file", NOW)


def test_a_hole_stays_a_hole(tmp_path: Path) -> None:
    """Empty and NaN are None, never zero."""
    bar = file_prices(written(tmp_path, ROWS)).daily_bars("NVDA", date(2025, 1, 28), END)[0]
    assert (bar.high, bar.low, bar.volume, bar.adj_close, bar.close) == (None, None, None, None, 128.99)


def test_an_adjusted_close_is_read_where_the_file_has_one(tmp_path: Path) -> None:
    """The column is optional."""
    text = HEADER.strip() + ",adj_close,currency\n2025-01-27,NVDA,1,2,1,2,9,1.98,USD\n"
    assert file_prices(written(tmp_path, text)).daily_bars("NVDA", START, END)[0].adj_close == 1.98


@pytest.mark.parametrize(
    ("symbol", "now", "days"),
    [
        ("NVDA", datetime(2025, 1, 27, 20, 59, tzinfo=UTC), [24]),
        ("NVDA", datetime(2025, 1, 27, 21, tzinfo=UTC), [24, 27]),
        ("SU.PA", datetime(2025, 1, 28, 16, 29, tzinfo=UTC), []),
        ("SU.PA", datetime(2025, 1, 28, 16, 30, tzinfo=UTC), [28]),
        ("BTC-USD", datetime(2025, 1, 27, 23, 59, tzinfo=UTC), []),
        ("BTC-USD", datetime(2025, 1, 28, tzinfo=UTC), [27]),
    ],
)
def test_a_replay_never_sees_a_session_that_has_not_closed(
    tmp_path: Path, symbol: str, now: datetime, days: list[int]
) -> None:
    """The file knows tomorrow's close; whoever asks today does not get it."""
    bars = file_prices(written(tmp_path, ROWS), now=now).daily_bars(symbol, START, END)
    assert [bar.session_on.day for bar in bars] == days


def test_a_symbol_of_no_known_calendar_closes_with_the_utc_day(tmp_path: Path) -> None:
    """The latest close there is: no look ahead, whatever the exchange; so do days on which no exchange opens."""
    path = written(tmp_path, HEADER + "2025-01-27,WHO,1,1,1,1,1\n2025-01-26,NVDA,1,1,1,1,1\n")
    prices = file_prices(path, now=datetime(2025, 1, 27, 23, tzinfo=UTC))
    assert prices.daily_bars("WHO", START, END) == []
    assert [bar.session_on.day for bar in prices.daily_bars("NVDA", START, END)] == [26]


def test_a_symbol_that_is_not_in_the_file_is_unknown(tmp_path: Path) -> None:
    """And not an empty list."""
    with pytest.raises(PriceError, match=r"MSFT is not in prices\.csv\. Add its rows") as caught:
        file_prices(written(tmp_path, ROWS)).daily_bars("MSFT", START, END)
    assert caught.value.kind == "unknown_symbol"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!DOCTYPE html>\n<title>Just a moment</title>", "is a web page and no prices, line 1: '<!DOCTYPE html>'"),
        ("\ufeff\n  <html>", "is a web page and no prices, line 1: '<html>'"),
        ("date,symbol,open,high,low,close\n2025-01-27,NVDA,1,1,1,1\n", "has no column 'volume'"),
        (HEADER + "27/01/2025,NVDA,1,1,1,1,1\n", "is no table of prices: .*27/01/2025"),
        (HEADER + "2025-01-27,NVDA,1,1,1,dear,1\n", "is no table of prices: .*dear"),
        (HEADER + "2025-01-27,NVDA,1,1\n", "is no table of prices: .*Expected 7 columns"),
        (
            "date,symbol,open,high,low,close,close,volume\n2025-01-27,NVDA,1,1,1,1,1,1\n",
            "the column 'close' more than once",
        ),
        (HEADER + ",NVDA,1,1,1,1,1\n", "has rows without a date or a symbol"),
        ("", "is no table of prices: Empty CSV"),
    ],
    ids=[
        "a proof-of-work page",
        "a page after a mark",
        "no volume",
        "dates",
        "words",
        "short rows",
        "a column twice",
        "no date",
        "empty",
    ],
)
def test_a_file_that_is_no_table_of_prices_is_a_settings_error(tmp_path: Path, text: str, message: str) -> None:
    """The error says what the file is and which columns it needs."""
    with pytest.raises(SettingsError, match=message) as caught:
        file_prices(written(tmp_path, text)).daily_bars("NVDA", START, END)
    assert caught.value.advice.startswith("It needs the columns date,symbol,open")


def test_a_damaged_parquet_file_is_a_settings_error(tmp_path: Path) -> None:
    """Words in a file called Parquet."""
    with pytest.raises(SettingsError, match="is no table of prices"):
        file_prices(written(tmp_path, ROWS, "prices.parquet")).daily_bars("NVDA", START, END)


def test_dates_that_are_numbers_are_a_settings_error(tmp_path: Path) -> None:
    """20250127 in a Parquet file is no date."""
    columns = {name: [1.0] for name in ("open", "high", "low", "close", "volume")}
    table = pa.table({"date": [20250127], "symbol": ["NVDA"], **columns})
    pa.parquet.write_table(table, tmp_path / "prices.parquet")
    with pytest.raises(SettingsError, match="is no table of prices"):
        file_prices(tmp_path / "prices.parquet").daily_bars("NVDA", START, END)


def test_a_missing_file_is_a_settings_error(tmp_path: Path) -> None:
    """And names the setting to mend."""
    with pytest.raises(SettingsError, match=r"No such file or directory\. Mend \[prices\] path"):
        file_prices(tmp_path / "none.csv").daily_bars("NVDA", START, END)


class YFException(Exception):
    """As yfinance has it."""


class YFRateLimitError(YFException):
    """As yfinance has it."""


class YFTickerMissingError(YFException):
    """As yfinance has it."""


def frame(**columns: list[float]) -> pd.DataFrame:
    """A frame as ``Ticker.history`` gives it: days at midnight of the exchange."""
    days = pd.DatetimeIndex(["2025-01-24", "2025-01-27", "2025-01-29"]).tz_localize("America/New_York")
    prices = {"Open": [1.0, 2.0, 3.0], "High": [1.5, 2.5, 3.5], "Low": [0.5, 1.5, 2.5], "Close": [1.2, 2.2, 3.2]}
    return pd.DataFrame(prices | {"Adj Close": [1.1, 2.1, 3.1], "Volume": [10, 20, 30]} | columns, index=days)


def yahoo(monkeypatch: pytest.MonkeyPatch, answer: pd.DataFrame | Exception) -> SimpleNamespace:
    """Stand a library in for yfinance, which gives one answer and notes what it was asked."""
    asked = SimpleNamespace(symbol="", options={})

    class Ticker:
        """As yfinance has it."""

        def __init__(self, symbol: str) -> None:
            """Note the symbol."""
            asked.symbol = symbol

        def history(self, **options: object) -> pd.DataFrame:
            """Answer."""
            asked.options = options
            if isinstance(answer, Exception):
                raise answer
            return answer

    library, errors = ModuleType("yfinance"), ModuleType("yfinance.exceptions")
    asked.debug = SimpleNamespace(hide_exceptions=True)
    vars(library).update(Ticker=Ticker, config=SimpleNamespace(debug=asked.debug), exceptions=errors)
    vars(errors).update(
        YFException=YFException, YFRateLimitError=YFRateLimitError, YFTickerMissingError=YFTickerMissingError
    )
    monkeypatch.setitem(sys.modules, "yfinance", library)
    monkeypatch.setitem(sys.modules, "yfinance.exceptions", errors)
    return asked


def test_yahoo_gives_quoted_closes_of_closed_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not adjusted, both days included, and nothing of the session under way."""
    asked = yahoo(monkeypatch, frame(Volume=[10, float("nan"), 30]))
    bars = YFinancePrices(INSTRUMENTS, now=NOW).daily_bars("NVDA", START, END)
    assert [(bar.session_on.day, bar.close, bar.adj_close, bar.volume) for bar in bars] == [
        (24, 1.2, 1.1, 10.0),
        (27, 2.2, 2.1, None),
    ]
    assert (asked.symbol, asked.options["start"], asked.options["end"]) == ("NVDA", START, date(2025, 2, 1))
    assert (asked.options["auto_adjust"], asked.debug.hide_exceptions) == (False, False)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (YFRateLimitError("Too Many Requests"), "rate_limited"),
        (YFTickerMissingError("possibly delisted"), "unknown_symbol"),
        (YFException("down"), "unavailable"),
        (ConnectionError("no route"), "unavailable"),
        (TimeoutError("slow"), "unavailable"),
        (ValueError("Expecting value: line 1 column 1"), "not_prices"),
        (KeyError("chart"), "not_prices"),
        (frame().iloc[:0], "not_prices"),
        (frame().drop(columns="Close"), "not_prices"),
    ],
    ids=["429", "unknown", "down", "no route", "slow", "a page", "no chart", "an empty frame", "no closes"],
)
def test_what_yahoo_cannot_give_is_an_error_of_its_kind(
    monkeypatch: pytest.MonkeyPatch, answer: pd.DataFrame | Exception, kind: str
) -> None:
    """An empty frame is no answer either."""
    yahoo(monkeypatch, answer)
    with pytest.raises(PriceError, match=r"prices of NVDA\. \w+") as caught:
        YFinancePrices(INSTRUMENTS, now=NOW).daily_bars("NVDA", START, END)
    assert caught.value.kind == kind


def test_without_the_library_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Installing is the reader's choice."""
    monkeypatch.setitem(sys.modules, "yfinance", None)
    with pytest.raises(SettingsError, match=r"Install contrecoup\[yfinance\]"):
        YFinancePrices(INSTRUMENTS, now=NOW)


def test_the_settings_choose_the_provider(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file by its path, or Yahoo."""
    yahoo(monkeypatch, frame())
    chosen: list[PriceProvider] = [
        open_prices(Prices(path=tmp_path / "prices.csv"), INSTRUMENTS, now=NOW),
        open_prices(Prices(provider="yfinance"), INSTRUMENTS, now=NOW),
    ]
    assert [provider.name for provider in chosen] == ["file", "yfinance"]


def test_a_file_provider_without_a_path_is_a_settings_error() -> None:
    """The advice names both ways out."""
    with pytest.raises(SettingsError, match="Set path to a CSV or Parquet file, or provider to 'yfinance'"):
        open_prices(Prices(), INSTRUMENTS, now=NOW)
