"""Moves: which sessions were abnormal for an instrument, given the market. PriceBar → Move.

An event study with the market model (Brown & Warner, Journal of Financial Economics 14, 1985; MacKinlay, Journal of
Economic Literature 35, 1997): an instrument's daily simple returns are regressed on its benchmark's over ``WINDOW``
sessions that end ``GAP`` sessions before the event, and the event's return is compared with the forecast. Instruments
without a benchmark (indices, crypto) get the mean-adjusted model: their own mean stands for the forecast.
A session that cannot be measured is said to be unmeasured, with the reason; it is never a number.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np
import scipy
from numpy.typing import NDArray

from contrecoup.bars import Fault, Series, judge_bars
from contrecoup.instruments import Instrument
from contrecoup.models import Move, MoveVerdict, PriceBar
from contrecoup.sessions import is_session, next_session, previous_session, sessions_before

METHOD = "market-model-1"
WINDOW = 120
"""Sessions of the estimation window (MacKinlay 1997, p. 17: 120 days before the event)."""
GAP = 10
"""Sessions between the window's end and the event, so that the run-up to it does not teach the model."""
LEAST = 70
"""Joint observations without which there is no model (WRDS event study: 100-day windows, at least 70)."""
FLAT = 1e-6
"""A residual standard deviation under a hundredth of a basis point is no market but a constant or a copied series."""
HISTORY = timedelta(days=220)
"""How far before an event bars are needed: ``WINDOW + GAP`` sessions and a margin for holidays."""

Z_LEAST = 2.33
"""A move lies this many forecast errors from its expectation, where chance comes on one session in fifty.

It matters on days on which much moves, when the rate below lets lesser figures pass; on others the rate decides.
"""
Q_MOST = 0.10
"""Of the sessions that are called moves, at most this share is expected to be none (Benjamini & Hochberg 1995).

At 0.05 Nvidia's +8.9 % of 28 January 2025 (q = 0.06) would not count. On 53 sessions from September 2024 to January
2025 and 37 instruments, 0.10 gave 59 moves and 0.05 gave 50; most sessions had one or none under either.
"""
ABNORMAL_LEAST = 0.01
"""A move is worth a reader's time: calm instruments reach the other two thresholds with half a per cent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A fitted market model, or a mean-adjusted one (``beta`` None, ``alpha`` the mean return)."""

    alpha: float
    beta: float | None
    residual_sd: float
    observations: int
    market_mean: float
    market_squares: float

    @property
    def freedom(self) -> int:
        """Degrees of freedom of Student's t."""
        return self.observations - (1 if self.beta is None else 2)

    def expected(self, market: float) -> float:
        """Forecast of the return, given the benchmark's."""
        return self.alpha + (self.beta or 0.0) * market

    def forecast_sd(self, market: float) -> float:
        """Standard error of a forecast: of the residual, and of the estimates it rests on."""
        leverage = 0.0 if self.beta is None else (market - self.market_mean) ** 2 / self.market_squares
        return self.residual_sd * math.sqrt(1 + 1 / self.observations + leverage)


def measure_moves(
    bars: Mapping[str, Sequence[PriceBar]],
    instruments: Iterable[Instrument],
    *,
    symbols: Sequence[str],
    session_on: date,
    now: datetime,
) -> list[Move]:
    """Measure one date for every symbol of a watch-list; one row each, none where its exchange was closed.

    ``bars`` also holds the benchmarks' (``symbols_needed``), from ``HISTORY`` before the date; bars after the date
    serve the cumulative returns, and no bar of a session that is not closed at ``now`` is used. q-values are those of
    all symbols that were measured on the date.
    """
    return measure_sessions(bars, instruments, symbols=symbols, sessions_on=[session_on], now=now)


def measure_sessions(
    bars: Mapping[str, Sequence[PriceBar]],
    instruments: Iterable[Instrument],
    *,
    symbols: Sequence[str],
    sessions_on: Sequence[date],
    now: datetime,
) -> list[Move]:
    """Measure several dates as ``measure_moves`` measures one; each symbol's bars are judged once for all of them."""
    table = {instrument.symbol: instrument for instrument in instruments}
    judged = {
        symbol: judge_bars(bars.get(symbol, ()), calendar=table[symbol].exchange, now=now)
        for symbol in symbols_needed(symbols, table.values())
        if symbol in table
    }
    return [
        move
        for session_on in sessions_on
        for move in _with_verdicts(_measured(judged, table, dict.fromkeys(symbols), session_on, now))
    ]


def _measured(
    judged: Mapping[str, Series],
    table: Mapping[str, Instrument],
    symbols: Iterable[str],
    session_on: date,
    now: datetime,
) -> list[Move]:
    moves = []
    for symbol in symbols:
        instrument = table.get(symbol)
        if instrument is None:
            moves.append(_unmeasured(symbol, session_on, Fault.UNKNOWN_SYMBOL, now))
        elif is_session(instrument.exchange, session_on):
            market = judged[instrument.benchmark] if instrument.benchmark else None
            moves.append(_measure(instrument, judged[symbol], market, session_on))
    return moves


def symbols_needed(symbols: Sequence[str], instruments: Iterable[Instrument]) -> tuple[str, ...]:
    """The symbols themselves and the benchmarks of their models, each once, in order."""
    benchmark_of = {instrument.symbol: instrument.benchmark for instrument in instruments}
    benchmarks = (benchmark_of.get(symbol) for symbol in symbols)
    return tuple(dict.fromkeys([*symbols, *(benchmark for benchmark in benchmarks if benchmark)]))


def fit(own: NDArray[np.float64], market: NDArray[np.float64] | None) -> Model | None:
    """Ordinary least squares of ``own`` on ``market`` (both of shape (n,)), or the mean of ``own`` without a market.

    None when a series does not vary: nothing can be forecast from it.
    """
    n = len(own)
    centred = own - own.mean()
    if market is None:
        squares, beta, residuals = 0.0, None, centred
        alpha, market_mean, freedom = float(own.mean()), 0.0, n - 1
    else:
        market_mean = float(market.mean())
        squares = float(np.sum((market - market_mean) ** 2))
        if squares <= 0:
            return None
        beta = float(np.sum((market - market_mean) * centred) / squares)
        residuals = centred - beta * (market - market_mean)
        alpha, freedom = float(own.mean()) - beta * market_mean, n - 2
    residual_sd = math.sqrt(float(np.sum(residuals**2)) / freedom)
    if residual_sd < FLAT:
        return None
    return Model(
        alpha=alpha,
        beta=beta,
        residual_sd=residual_sd,
        observations=n,
        market_mean=market_mean,
        market_squares=squares,
    )


def _measure(instrument: Instrument, own: Series, market: Series | None, session_on: date) -> Move:
    def refuse(fault: Fault) -> Move:
        return _unmeasured(instrument.symbol, session_on, fault, own.now)

    if fault := own.fault_on(session_on):
        return refuse(fault)
    if market is not None and session_on not in market.returns:
        return refuse(Fault.BENCHMARK_MISSING)
    window = sessions_before(instrument.exchange, session_on, WINDOW + GAP - 1)[:WINDOW]
    joint = [day for day in window if day in own.returns and (market is None or day in market.returns)]
    if len(joint) < LEAST:
        return refuse(Fault.SHORT_HISTORY)
    model = fit(_column(own.returns, joint), None if market is None else _column(market.returns, joint))
    if model is None:
        return refuse(Fault.FLAT_HISTORY)
    abnormal = _abnormal_returns(model, own, market, around=_around(instrument.exchange, session_on))
    market_return = 0.0 if market is None else market.returns[session_on]
    z = abnormal[1] / model.forecast_sd(market_return)
    return Move(
        symbol=instrument.symbol,
        session_on=session_on,
        method=METHOD,
        verdict=MoveVerdict.QUIET,
        reason="",
        simple_return=own.returns[session_on],
        expected_return=model.expected(market_return),
        abnormal_return=abnormal[1],
        z=z,
        p_value=float(2 * scipy.stats.t.sf(abs(z), model.freedom)),
        car_0_1=_total(abnormal[1:]),
        car_m1_1=_total(abnormal),
        alpha=model.alpha,
        beta=model.beta,
        residual_sd=model.residual_sd,
        observations=model.observations,
        window_start_on=window[0],
        window_end_on=window[-1],
        benchmark=instrument.benchmark,
        volume_z=_volume_z(own, window, session_on),
        measured_at=own.now,
    )


def _around(calendar: str, session_on: date) -> tuple[date | None, date, date | None]:
    return previous_session(calendar, session_on), session_on, next_session(calendar, session_on)


def _abnormal_returns(
    model: Model, own: Series, market: Series | None, *, around: tuple[date | None, date, date | None]
) -> list[float]:
    """Abnormal return of each session, NaN where one cannot be had (yet)."""
    nan = math.nan
    return [
        own.returns.get(day, nan) - model.expected(0.0 if market is None else market.returns.get(day, nan))
        if day
        else nan
        for day in around
    ]


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
    model = fit(_column(logs, known), None)
    return None if model is None else (logs[session_on] - model.alpha) / model.forecast_sd(0.0)


def _with_verdicts(moves: Sequence[Move]) -> list[Move]:
    p_values = [move.p_value for move in moves if move.p_value is not None]
    if not p_values:
        return list(moves)
    q_values = iter(scipy.stats.false_discovery_control(p_values).tolist())
    return [move if move.p_value is None else _judged(move, next(q_values)) for move in moves]


def _judged(move: Move, q_value: float) -> Move:
    z, abnormal = abs(move.z or 0.0), abs(move.abnormal_return or 0.0)
    moved = z >= Z_LEAST and q_value <= Q_MOST and abnormal >= ABNORMAL_LEAST
    return replace(move, q_value=q_value, verdict=MoveVerdict.MOVE if moved else MoveVerdict.QUIET)


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
