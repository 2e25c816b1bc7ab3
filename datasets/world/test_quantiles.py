"""Are the tabulated quantiles the quantiles?"""

import mpmath
import numpy as np
import pytest
from scipy import special

from datasets.world.quantiles import beta_quantiles, gamma_quantiles

SHAPES = [0.1, 0.243, 0.8, 1.0, 3.74, 6.0, 100.0, 1000.0]
PAIRS = [(0.1, 0.1), (0.1, 1000.0), (0.793, 2.426), (0.9, 4.1), (1.0, 1.0), (1000.0, 0.1), (1000.0, 1000.0)]


def _everywhere() -> np.ndarray:
    """Numbers from 2⁻⁵³ to 1 − 2⁻⁵³, many of them near the ends."""
    z = np.random.default_rng(1).uniform(-36.7, 36.7, 20_000)
    u = 1 / (1 + np.exp(-z))
    return u[u < 1]


@pytest.mark.parametrize("shape", SHAPES)
def test_gamma_quantiles_agree_with_scipy(shape: float) -> None:
    u = _everywhere()
    scipy = np.where(u < 0.5, special.gammaincinv(shape, u), special.gammainccinv(shape, 1 - u))
    assert np.abs(gamma_quantiles(shape)(u) / scipy - 1).max() < 1e-7


@pytest.mark.parametrize(("a", "b"), PAIRS)
def test_beta_quantiles_agree_with_scipy(a: float, b: float) -> None:
    u = _everywhere()
    scipy = np.where(u < 0.5, special.betaincinv(a, b, u), special.betainccinv(a, b, 1 - u))
    assert np.abs(beta_quantiles(a, b)(u) / scipy - 1).max() < 1e-7


@pytest.mark.parametrize("u", [3 * 2.0**-53, 1e-6, 0.37, 1 - 2.0**-50])
def test_the_distribution_function_of_a_quantile_is_u_in_forty_digits(u: float) -> None:
    def error(x: mpmath.mpf, below: mpmath.mpf, density: mpmath.mpf) -> float:
        return abs(float((below - mpmath.mpf(u)) / (density * x)))

    with mpmath.workdps(40):
        for r in (0.1, 0.8, 6.0):
            x = mpmath.mpf(gamma_quantiles(r)(np.array([u])).item())
            density = x ** (r - 1) * mpmath.exp(-x) / mpmath.gamma(r)
            assert error(x, mpmath.gammainc(r, 0, x, regularized=True), density) < 1e-7
        for a, b in ((0.9, 4.1), (0.1, 30.0), (5.0, 5.0)):
            x = mpmath.mpf(beta_quantiles(a, b)(np.array([u])).item())
            density = x ** (a - 1) * (1 - x) ** (b - 1) / mpmath.beta(a, b)
            assert error(x, mpmath.betainc(a, b, 0, x, regularized=True), density) < 1e-7


def test_a_larger_u_never_gives_a_smaller_quantile() -> None:
    u = np.sort(_everywhere())
    for quantiles in (gamma_quantiles(0.8), gamma_quantiles(6.0), beta_quantiles(0.9, 4.1)):
        assert (np.diff(quantiles(u)) >= 0).all()


@pytest.mark.parametrize("shape", [0.0, -1.0, 0.01, 1001.0, float("nan")])
def test_a_shape_out_of_range_is_refused(shape: float) -> None:
    with pytest.raises(ValueError, match="shape"):
        gamma_quantiles(shape)
    with pytest.raises(ValueError, match="shape"):
        beta_quantiles(1.0, shape)
