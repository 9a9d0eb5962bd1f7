"""Prices: daily bars of a symbol, from a file or from Yahoo. Outside → PriceBar.

Every provider gives only bars of sessions that were closed at ``now``: the bar of a running session is no bar, and a
replay must not see tomorrow. Prices are passed on as they came, holes included; ``contrecoup.bars`` judges them.
"""

import importlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from contrecoup.errors import PriceError, SettingsError
from contrecoup.instruments import Instrument
from contrecoup.models import PriceBar
from contrecoup.sessions import SEVEN_DAYS, close_of, is_session
from contrecoup.settings import Prices

COLUMNS = ("date", "symbol", "open", "high", "low", "close", "volume")
KINDS: dict[str, pa.DataType] = {
    **dict.fromkeys((*COLUMNS, "adj_close"), pa.float64()),
    "date": pa.date32(),
    "symbol": pa.string(),
}
EXPECTED = "It needs the columns date,symbol,open,high,low,close,volume (and may have adj_close), dates as 2025-01-27."
SHOWN_BYTES = 60


class PriceProvider(Protocol):
    """Gives daily bars."""

    @property
    def name(self) -> str:
        """Name that stands in every bar's ``provider``."""

    def daily_bars(self, symbol: str, start: date, end: date) -> list[PriceBar]:
        """Bars of a symbol from ``start`` to ``end``, both included, oldest first.

        Raises
        ------
        PriceError
            with the kind ``unknown_symbol``, ``rate_limited``, ``unavailable`` or ``not_prices``.

        """


def open_prices(settings: Prices, instruments: Iterable[Instrument], *, now: datetime) -> PriceProvider:
    """The provider that the settings name.

    Raises
    ------
    SettingsError
        when the provider is ``file`` and no path is set, or ``yfinance`` and it is not installed.

    """
    if settings.provider == "yfinance":
        return YFinancePrices(instruments, now=now)
    if settings.path is None:
        raise SettingsError(
            "No prices: [prices] names no path.", advice="Set path to a CSV or Parquet file, or provider to 'yfinance'."
        )
    return FilePrices(settings.path, instruments, now=now)


class FilePrices:
    """Bars from a CSV (also .csv.gz) or Parquet file of many symbols, read once, at the first question."""

    name = "file"

    def __init__(self, path: Path, instruments: Iterable[Instrument], *, now: datetime) -> None:
        """The file is read at ``now``; ``instruments`` tell each symbol's calendar."""
        self._path = path
        self._now = now
        self._calendars = _calendars(instruments)

    @cached_property
    def _rows(self) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        table = _read_table(self._path)
        rows: dict[str, list[dict[str, Any]]] = {}
        for row in table.sort_by("date").to_pylist():
            rows.setdefault(row["symbol"], []).append(row)
        return MappingProxyType(rows)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol of the file, in alphabetical order."""
        return tuple(sorted(self._rows))

    def daily_bars(self, symbol: str, start: date, end: date) -> list[PriceBar]:
        """See ``PriceProvider``.

        Raises
        ------
        SettingsError
            when the file is missing or is no table of prices.
        PriceError
            when the symbol is not in the file.

        """
        if symbol not in self._rows:
            raise PriceError(
                f"{symbol} is not in {self._path.name}.",
                kind="unknown_symbol",
                advice="Add its rows to the file, or take it off the watch-list.",
            )
        rows = (row for row in self._rows[symbol] if start <= row["date"] <= end)
        bars = (_bar(self.name, symbol, row["date"], row, self._now) for row in rows)
        return list(_closed(bars, self._calendars.get(symbol, SEVEN_DAYS), self._now))


class YFinancePrices:
    """Bars from Yahoo by the library yfinance (extra ``yfinance``; an unofficial service, for personal use).

    ``Ticker.history`` and not ``yfinance.download``, which prints its errors and gives an empty frame instead
    (ranaroussi/yfinance issues 2289, 2480); closes are as quoted (``auto_adjust`` off), beside the adjusted close.
    """

    name = "yfinance"

    def __init__(self, instruments: Iterable[Instrument], *, now: datetime) -> None:
        """Load the library, which takes a second.

        Raises
        ------
        SettingsError
            when the extra is not installed.

        """
        try:
            # untyped, and an extra: Any until the frame has become bars
            self._yfinance: Any = importlib.import_module("yfinance")
            self._errors: Any = importlib.import_module("yfinance.exceptions")
        except ImportError as error:
            raise SettingsError(
                "The library yfinance is not installed.", advice="Install contrecoup[yfinance], or use provider 'file'."
            ) from error
        self._yfinance.config.debug.hide_exceptions = False
        self._now = now
        self._calendars = _calendars(instruments)

    def daily_bars(self, symbol: str, start: date, end: date) -> list[PriceBar]:
        """See ``PriceProvider``.

        Raises
        ------
        PriceError
            when Yahoo does not know the symbol, asks to wait, does not answer, or answers with something else.

        """
        try:
            frame = self._yfinance.Ticker(symbol).history(
                start=start, end=end + timedelta(days=1), interval="1d", auto_adjust=False, actions=False, keepna=True
            )
        except self._errors.YFRateLimitError as error:
            raise _refusal(symbol, "rate_limited") from error
        except self._errors.YFTickerMissingError as error:
            raise _refusal(symbol, "unknown_symbol") from error
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise _refusal(symbol, "not_prices") from error
        except (self._errors.YFException, OSError) as error:
            raise _refusal(symbol, "unavailable") from error
        if frame.empty or not {"Open", "High", "Low", "Close", "Volume"} <= set(frame.columns):
            raise _refusal(symbol, "not_prices")
        frame = frame.rename(columns=lambda column: column.lower().replace(" ", "_"))
        rows = zip(frame.index, frame.to_dict("records"), strict=True)
        bars = (_bar(self.name, symbol, moment.date(), row, self._now) for moment, row in rows)
        return list(_closed(bars, self._calendars.get(symbol, SEVEN_DAYS), self._now))


_REFUSALS = {
    "rate_limited": ("Yahoo asks to wait before giving", 0.25, "Run again in an hour; bars already kept stay valid."),
    "unknown_symbol": ("Yahoo has no", 1.0, "Check how Yahoo writes the symbol, or take it off the watch-list."),
    "not_prices": ("Yahoo answered with something else than", 0.5, "Run again later; upgrade yfinance if it goes on."),
    "unavailable": ("Yahoo could not be reached for", 0.25, "Check the network and run again."),
}


def _refusal(symbol: str, kind: str) -> PriceError:
    what, weight, advice = _REFUSALS[kind]
    return PriceError(f"{what} prices of {symbol}.", kind=kind, weight=weight, advice=advice)


def _calendars(instruments: Iterable[Instrument]) -> Mapping[str, str]:
    return MappingProxyType({instrument.symbol: instrument.exchange for instrument in instruments})


def _closed(bars: Iterable[PriceBar], calendar: str, now: datetime) -> Iterator[PriceBar]:
    """Leave out sessions not closed at ``now``. Days without a session, as a vendor may give, end as UTC days do."""
    for bar in bars:
        known = calendar if is_session(calendar, bar.session_on) else SEVEN_DAYS
        if close_of(known, bar.session_on) <= now:
            yield bar


def _bar(provider: str, symbol: str, session_on: date, row: Mapping[str, float | None], now: datetime) -> PriceBar:
    def figure(name: str) -> float | None:
        value = row.get(name)
        return None if value is None or math.isnan(value) else float(value)

    return PriceBar(
        symbol=symbol,
        session_on=session_on,
        interval="1d",
        provider=provider,
        open=figure("open"),
        high=figure("high"),
        low=figure("low"),
        close=figure("close"),
        adj_close=figure("adj_close"),
        volume=figure("volume"),
        complete=True,
        fetched_at=now,
    )


def _read_table(path: Path) -> pa.Table:
    """The table of a file with the columns of ``COLUMNS`` and, where it has them, the adjusted closes."""
    try:
        table = pa.parquet.read_table(path) if path.suffix == ".parquet" else _read_csv(path)
        missing = [name for name in COLUMNS if name not in table.column_names]
        if missing:
            raise SettingsError(f"{path} has no column {missing[0]!r}.", advice=EXPECTED)
        twice = [name for name in KINDS if table.column_names.count(name) > 1]
        if twice:
            raise SettingsError(f"{path} has the column {twice[0]!r} more than once.", advice=EXPECTED)
        kinds = {name: kind for name, kind in KINDS.items() if name in table.column_names}
        table = table.select(list(kinds)).cast(pa.schema(kinds))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise SettingsError(f"{path} is no table of prices: {error}.", advice=EXPECTED) from error
    except OSError as error:
        raise SettingsError(
            f"Cannot read the prices {path}: {error.strerror or error}.", advice="Mend [prices] path in the settings."
        ) from error
    keyed = table.filter(pc.and_(pc.is_valid(table["date"]), pc.is_valid(table["symbol"])))
    if keyed.num_rows < table.num_rows:
        raise SettingsError(f"{path} has rows without a date or a symbol.", advice=EXPECTED)
    return table


def _read_csv(path: Path) -> pa.Table:
    with pa.input_stream(str(path)) as file:  # unpacks .gz
        start = file.read(SHOWN_BYTES).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"<"):
        shown = start.decode("utf-8", "replace").splitlines()[0]
        raise SettingsError(f"{path} is a web page and no prices, line 1: {shown!r}.", advice=EXPECTED)
    return pa.csv.read_csv(path, convert_options=pa.csv.ConvertOptions(column_types=KINDS, strings_can_be_null=True))
