"""Moves: which sessions were abnormal for an instrument, given the market. PriceBar → Move.

An event study with the market model (Brown & Warner, Journal of Financial Economics 14, 1985; MacKinlay, Journal of
Economic Literature 35, 1997): an instrument's daily simple returns are regressed on its benchmark's over ``WINDOW``
sessions that end ``GAP`` sessions before the event, and the event's return is compared with the forecast. Instruments
without a benchmark (indices, crypto) get the mean-adjusted model: their own mean stands for the forecast. Where a
sector earns its place out of sample, a second model with benchmark and sector stands beside the first. Baskets are
measured as instruments are, by the mean return of their members.
A session that cannot be measured is said to be unmeasured, with the reason; it is never a number.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from contrecoup.bars import Fault, Series
from contrecoup.instruments import Basket, Instrument
from contrecoup.models import Move, MoveVerdict, PriceBar
from contrecoup.panel import Panel, Returns, symbols_needed
from contrecoup.regression import Model, fit
from contrecoup.sessions import is_session, next_session, previous_session, sessions_before
from contrecoup.verdicts import with_verdicts

__all__ = ["GAP", "HISTORY", "LEAST", "METHOD", "WINDOW", "measure_moves", "measure_sessions", "symbols_needed"]

METHOD = "market-model-2"
WINDOW = 120
"""Sessions of the estimation window (MacKinlay 1997, p. 17: 120 days before the event)."""
GAP = 10
"""Sessions between the window's end and the event, so that the run-up to it does not teach the model."""
LEAST = 70
"""Joint observations without which there is no model (WRDS event study: 100-day windows, at least 70)."""
HISTORY = timedelta(days=220)
"""How far before an event bars are needed: ``WINDOW + GAP`` sessions and a margin for holidays."""


def measure_moves(
    bars: Mapping[str, Sequence[PriceBar]],
    instruments: Iterable[Instrument],
    *,
    symbols: Sequence[str],
    session_on: date,
    now: datetime,
    baskets: Iterable[Basket] = (),
) -> list[Move]:
    """Measure one date for every symbol of a watch-list; one row each, none where its exchange was closed.

    ``bars`` also holds the benchmarks' and sectors' (``symbols_needed``), from ``HISTORY`` before the date; bars after
    the date serve the cumulative returns, and no bar of a session that is not closed at ``now`` is used. q-values are
    those of all symbols that were measured on the date. Of ``baskets``, those have a row too of which the watch-list
    holds enough members; their q-values are those of the baskets alone, for they repeat what their members say.
    """
    return measure_sessions(bars, instruments, symbols=symbols, sessions_on=[session_on], now=now, baskets=baskets)


def measure_sessions(
    bars: Mapping[str, Sequence[PriceBar]],
    instruments: Iterable[Instrument],
    *,
    symbols: Sequence[str],
    sessions_on: Sequence[date],
    now: datetime,
    baskets: Iterable[Basket] = (),
) -> list[Move]:
    """Measure several dates as ``measure_moves`` measures one; each symbol's bars are judged once for all of them."""
    table = {instrument.symbol: instrument for instrument in instruments}
    panel = Panel(bars, table, symbols, now)
    listed = [table[symbol] for symbol in dict.fromkeys(symbols) if symbol in table]
    watched = {basket: basket.members(listed) for basket in baskets}
    moves: list[Move] = []
    for session_on in sessions_on:
        moves += with_verdicts(_measured(panel, table, dict.fromkeys(symbols), session_on))
        moves += with_verdicts(
            [
                _measure_basket(panel, basket, members, session_on)
                for basket, members in watched.items()
                if len(members) >= basket.least and is_session(basket.exchange, session_on)
            ]
        )
    return moves


def _measured(panel: Panel, table: Mapping[str, Instrument], symbols: Iterable[str], session_on: date) -> list[Move]:
    moves = []
    for symbol in symbols:
        instrument = table.get(symbol)
        if instrument is None:
            moves.append(_unmeasured(symbol, session_on, Fault.UNKNOWN_SYMBOL, panel.now))
        elif is_session(instrument.exchange, session_on):
            moves.append(_measure(panel, instrument, panel.series(symbol), session_on))
    return moves


def _measure_basket(panel: Panel, basket: Basket, members: Sequence[str], session_on: date) -> Move:
    day = panel.basket(basket, members, session_on)
    if isinstance(day, Fault):
        return _unmeasured(basket.symbol, session_on, day, panel.now)
    return replace(_measure(panel, basket, day.series, session_on), members=day.members, breadth=day.breadth)


def _measure(panel: Panel, instrument: Instrument, own: Series, session_on: date) -> Move:
    def refuse(fault: Fault) -> Move:
        return _unmeasured(instrument.symbol, session_on, fault, panel.now)

    if fault := own.fault_on(session_on):
        return refuse(fault)
    factors = [panel.factor(symbol, instrument.exchange) for symbol in [instrument.benchmark] if symbol]
    if not all(session_on in factor for factor in factors):
        return refuse(Fault.BENCHMARK_MISSING)
    window = sessions_before(instrument.exchange, session_on, WINDOW + GAP - 1)[:WINDOW]
    market = _estimate(own.returns, factors, window)
    if isinstance(market, Fault):
        return refuse(market)
    abnormal = [market.abnormal(day) for day in _around(instrument.exchange, session_on)]
    z = market.z(session_on)
    move = Move(
        symbol=instrument.symbol,
        session_on=session_on,
        method=METHOD,
        verdict=MoveVerdict.QUIET,
        reason="",
        simple_return=own.returns[session_on],
        expected_return=market.expected(session_on),
        abnormal_return=abnormal[1],
        z=z,
        p_value=market.model.p_value(z),
        rank_p_value=market.model.rank_p_value(z),
        car_0_1=_total(abnormal[1:]),
        car_m1_1=_total(abnormal),
        alpha=market.model.alpha,
        beta=market.model.betas[0] if market.model.betas else None,
        residual_sd=market.model.residual_sd,
        observations=market.model.observations,
        window_start_on=window[0],
        window_end_on=window[-1],
        benchmark=instrument.benchmark,
        volume_z=_volume_z(own, window, session_on),
        measured_at=panel.now,
    )
    return _beside_sector(move, panel, instrument, market, window)


def _beside_sector(
    move: Move, panel: Panel, instrument: Instrument, market: "_Estimate", window: Sequence[date]
) -> Move:
    """The same session against market and sector; without sound prices of the sector, the move stays as it is."""
    if instrument.sector is None:
        return move
    sector = panel.factor(instrument.sector, instrument.exchange)
    both = _estimate(market.own, [*market.factors, sector], window) if move.session_on in sector else None
    if both is None or isinstance(both, Fault):
        return move
    z = both.z(move.session_on)
    return replace(
        move,
        sector=instrument.sector,
        sector_beta=both.model.betas[-1],
        sector_abnormal_return=both.abnormal(move.session_on),
        sector_z=z,
        sector_p_value=both.model.p_value(z),
        sector_rank_p_value=both.model.rank_p_value(z),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Estimate:
    """A model of a window, and the returns that it can be asked about."""

    model: Model
    own: Returns
    factors: Sequence[Returns]

    def expected(self, day: date) -> float:
        """Forecast of a day, NaN where a factor has no return."""
        return self.model.expected([factor.get(day, math.nan) for factor in self.factors])

    def abnormal(self, day: date | None) -> float:
        """Abnormal return of a day, NaN where it cannot be had (yet)."""
        return math.nan if day is None else self.own.get(day, math.nan) - self.expected(day)

    def z(self, day: date) -> float:
        """Abnormal return of a measured day over the standard error of its forecast."""
        return self.abnormal(day) / self.model.forecast_sd([factor[day] for factor in self.factors])


def _estimate(own: Returns, factors: Sequence[Returns], window: Sequence[date]) -> _Estimate | Fault:
    joint = [day for day in window if day in own and all(day in factor for factor in factors)]
    if len(joint) < LEAST:
        return Fault.SHORT_HISTORY
    model = fit(_column(own, joint), [_column(factor, joint) for factor in factors])
    return Fault.FLAT_HISTORY if model is None else _Estimate(model=model, own=own, factors=factors)


def _around(calendar: str, session_on: date) -> tuple[date | None, date, date | None]:
    return previous_session(calendar, session_on), session_on, next_session(calendar, session_on)


def _total(abnormal: Sequence[float]) -> float | None:
    """Cumulative abnormal return, None while a session of it is missing."""
    total = math.fsum(abnormal)
    return None if math.isnan(total) else total


def _volume_z(own: Series, window: Sequence[date], session_on: date) -> float | None:
    """How unusual the log volume is against the window's, by the mean-adjusted model; None without volumes."""
    logs = {day: math.log(bar.volume) for day, bar in own.bars.items() if bar.volume and bar.volume > 0}
    known = [day for day in window if day in logs]
    if session_on not in logs or len(known) < LEAST:
        return None
    model = fit(_column(logs, known))
    return None if model is None else (logs[session_on] - model.alpha) / model.forecast_sd(())


def _column(figures: Mapping[date, float], days: Iterable[date]) -> NDArray[np.float64]:
    return np.array([figures[day] for day in days])


def _unmeasured(symbol: str, session_on: date, fault: Fault, now: datetime) -> Move:
    return Move(
        symbol=symbol,
        session_on=session_on,
        method=METHOD,
        verdict=MoveVerdict.UNMEASURED,
        reason=fault,
        measured_at=now,
    )
