"""Least squares of a return on one factor, on two, and on none, held against an independent solver."""

import numpy as np
import pytest
from scipy.special import stdtr

from contrecoup.regression import fit

N = 120
RANDOM = np.random.default_rng(4)
MARKET = RANDOM.normal(0.0005, 0.01, N)
SECTOR = 0.8 * MARKET + RANDOM.normal(0, 0.015, N)
OWN = 0.001 + 1.3 * MARKET + 0.6 * SECTOR + 0.02 * RANDOM.standard_t(4, N)


@pytest.mark.parametrize(
    ("factors", "asked"),
    [((), ()), ((MARKET,), (-0.014,)), ((MARKET, SECTOR), (-0.014, -0.092)), ((MARKET, SECTOR), (0.03, -0.09))],
    ids=["its own mean", "market", "market and sector", "market up, sector down"],
)
def test_a_model_agrees_with_an_independent_solver(factors: tuple[np.ndarray, ...], asked: tuple[float, ...]) -> None:
    """Coefficients, forecast, its standard error and p are those of numpy's solver and of the normal equations."""
    design = np.column_stack([np.ones(N), *factors])
    solution, squares, *_ = np.linalg.lstsq(design, OWN, rcond=None)
    freedom = N - design.shape[1]
    point = np.array([1.0, *asked])
    residual_sd = np.sqrt(squares[0] / freedom)
    error = residual_sd * np.sqrt(1 + point @ np.linalg.inv(design.T @ design) @ point)
    model = fit(OWN, factors)
    assert model is not None
    assert (model.alpha, *model.betas) == pytest.approx(tuple(solution), abs=1e-12)
    assert model.residual_sd == pytest.approx(residual_sd, abs=1e-12)
    assert (model.observations, model.freedom) == (N, freedom)
    assert model.expected(asked) == pytest.approx(point @ solution, abs=1e-12)
    assert model.forecast_sd(asked) == pytest.approx(error, abs=1e-12)
    z = (-0.17 - point @ solution) / error
    assert model.p_value(z) == pytest.approx(2 * stdtr(freedom, -abs(z)), abs=1e-12)


def test_residuals_are_ranked_by_their_own_standard_errors() -> None:
    """Each residual is divided by what its day's leverage leaves of the residual's spread, then all are sorted."""
    design = np.column_stack([np.ones(N), MARKET, SECTOR])
    hat = design @ np.linalg.inv(design.T @ design) @ design.T
    residuals = OWN - hat @ OWN
    spread = np.sqrt(residuals @ residuals / (N - 3) * (1 - np.diag(hat)))
    model = fit(OWN, (MARKET, SECTOR))
    assert model is not None
    assert model.standardised == pytest.approx(np.sort(residuals / spread), abs=1e-12)


@pytest.mark.parametrize(
    ("z", "p_value"),
    [(99.0, 2 / 121), (-99.0, 2 / 121), (0.0, 1.0)],
    ids=["further up than any day", "further down than any day", "in the middle"],
)
def test_the_rank_says_how_many_days_were_further_out(z: float, p_value: float) -> None:
    """Beyond all 120 days it is the first of 121 on its side; the middle is as likely as can be."""
    symmetric = np.concatenate([np.linspace(0.001, 0.06, N // 2), -np.linspace(0.001, 0.06, N // 2)])
    model = fit(symmetric)
    assert model is not None
    assert model.rank_p_value(z) == pytest.approx(p_value)


def test_a_rank_between_two_days_counts_those_beyond_it() -> None:
    """With the third largest of 120 days under it, two remain over it: third of 121."""
    model = fit(OWN, (MARKET,))
    assert model is not None
    between = float(model.standardised[-3] + model.standardised[-2]) / 2
    assert model.rank_p_value(between) == pytest.approx(2 * 3 / 121)
    assert model.rank_p_value(float(model.standardised[-3])) == pytest.approx(2 * 4 / 121)


def test_the_rank_test_keeps_its_size_whatever_the_law() -> None:
    """With tails too heavy for Student's t, one session in twenty still has a rank p-value of 0.05 or less."""
    random = np.random.default_rng(11)
    draws = random.standard_t(2, (800, N + 1)) * 0.02
    rejected = 0
    for draw in draws:
        model = fit(draw[:-1])
        assert model is not None
        rejected += model.rank_p_value((draw[-1] - model.alpha) / model.forecast_sd(())) <= 0.05
    # 6 of 121 ranks give 0.0496 or less: 39.7 of 800, with a standard deviation of 6.1
    assert 22 <= rejected <= 58


@pytest.mark.parametrize(
    ("own", "factors"),
    [
        (np.full(N, 0.01), (MARKET,)),
        (2 * MARKET + 0.001, (MARKET,)),
        (OWN, (np.full(N, 0.003),)),
        (OWN, (MARKET, 3 * MARKET - 0.001)),
        (OWN, (MARKET, np.zeros(N))),
    ],
    ids=["constant", "a copy of the market", "a constant market", "a sector that copies the market", "a dead sector"],
)
def test_what_does_not_vary_gives_no_model(own: np.ndarray, factors: tuple[np.ndarray, ...]) -> None:
    """Nothing is forecast from it, and nothing is divided by zero."""
    assert fit(own, factors) is None
