"""Least squares for event studies: a return explained by one factor, by two, or by its own mean. Serves market.py.

The standard error of a forecast counts the estimates it rests on (Patell, Journal of Accounting Research 14, 1976),
and the rank of the event among the days of the estimation checks what Student's t says of it (Corrado, Journal of
Financial Economics 23, 1989).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

FLAT = 1e-6
"""A standard deviation under a hundredth of a basis point is no market but a constant or a copied series."""

Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """A fitted market model: ``alpha`` and a slope in ``betas`` for each factor; without factors, the mean return.

    ``means`` are the factors' in the window, ``triangle`` (k, k) is R of their QR decomposition, and ``standardised``
    (n,) are the residuals over their own standard errors, sorted.
    """

    alpha: float
    betas: tuple[float, ...]
    residual_sd: float
    observations: int
    means: tuple[float, ...]
    triangle: Column
    standardised: Column

    @property
    def freedom(self) -> int:
        """Degrees of freedom of Student's t."""
        return self.observations - 1 - len(self.betas)

    def expected(self, factors: Sequence[float]) -> float:
        """Forecast of the return, given the factors'."""
        return self.alpha + math.fsum(beta * factor for beta, factor in zip(self.betas, factors, strict=True))

    def forecast_sd(self, factors: Sequence[float]) -> float:
        """Standard error of a forecast: of the residual, and of the estimates it rests on."""
        leverage = 1 / self.observations
        if self.betas:
            away = np.asarray(factors) - np.asarray(self.means)
            leverage += float(np.sum(scipy.linalg.solve_triangular(self.triangle, away, trans="T") ** 2))
        return self.residual_sd * math.sqrt(1 + leverage)

    def p_value(self, z: float) -> float:
        """Two-sided probability of a forecast error of ``z`` standard errors or more, by Student's t."""
        return float(2 * scipy.stats.t.sf(abs(z), self.freedom))

    def rank_p_value(self, z: float) -> float:
        """Two-sided probability of the rank that ``z`` has among the days of the window, were it one of them.

        Corrado (1989) ranks the abnormal returns of window and event together; for one instrument and one day his
        statistic has a known law, each of the n + 1 ranks being as likely as any other, which is used here as it is in
        place of his normal approximation. Both sides are standardised (Corrado & Zivney, Journal of Financial and
        Quantitative Analysis 27, 1992). The least value is 2 / (n + 1): it can doubt a move, and not prove one.
        """
        n = self.observations
        not_over = int(np.searchsorted(self.standardised, z, side="right"))
        not_under = n - int(np.searchsorted(self.standardised, z, side="left"))
        return min(1.0, 2 * (1 + min(not_over, not_under)) / (n + 1))


def fit(own: Column, factors: Sequence[Column] = ()) -> Model | None:
    """Ordinary least squares of ``own`` (n,) on the factors (each (n,)) and a constant; on the constant without any.

    None when ``own`` is explained whole, or a factor does not vary or is a copy of those before it: nothing can be
    forecast then.
    """
    n, k = len(own), len(factors)
    centred = own - own.mean()
    means = tuple(float(factor.mean()) for factor in factors)
    design = np.column_stack([factor - mean for factor, mean in zip(factors, means, strict=True)] or [np.empty((n, 0))])
    orthogonal, triangle = np.linalg.qr(design)
    if k and float(np.min(np.abs(np.diag(triangle)))) < FLAT * math.sqrt(n):
        return None
    slopes = scipy.linalg.solve_triangular(triangle, orthogonal.T @ centred) if k else np.empty(0)
    residuals = centred - design @ slopes
    residual_sd = math.sqrt(float(residuals @ residuals) / (n - 1 - k))
    if residual_sd < FLAT:
        return None
    leverages = 1 / n + np.sum(orthogonal**2, axis=1)
    return Model(
        alpha=float(own.mean() - slopes @ np.asarray(means)),
        betas=tuple(slopes.tolist()),
        residual_sd=residual_sd,
        observations=n,
        means=means,
        triangle=triangle,
        standardised=np.sort(residuals / (residual_sd * np.sqrt(1 - leverages))),
    )
