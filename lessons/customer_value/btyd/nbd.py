"""How often do customers buy, if nobody ever leaves?  The NBD model.

Customers buy at random at their own steady rate, for ever, and rates vary over customers like a gamma
distribution. Real customers do leave: the longer the horizon, the more it promises too much.

Source: Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8(1).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi, xlogy, zeta

from . import fitting
from .fitting import Fit


@dataclass(frozen=True, kw_only=True)
class Nbd:
    """A customer base under the NBD model.

    r, alpha: shape and rate of the gamma distribution of purchase rates (alpha is a time, in the unit of the
    ages). Raises ValueError unless both are finite and above 0. The methods work on arrays that broadcast; they
    raise ValueError for a recency beyond the age, a negative time, or an x that is no whole number. Recency
    plays no part, and 0 will do.

    Who bought twice in 38.86 weeks is expected to buy about twice in the next 39:

    >>> round(float(Nbd(r=0.4, alpha=12).expected_purchases(x=2, recency=30.43, age=38.86, horizon=39)), 2)
    1.84
    """

    r: float
    alpha: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, x: ArrayLike, recency: ArrayLike = 0.0, age: ArrayLike) -> np.ndarray:
        """Log-likelihood of each customer's purchase times, without factorials."""
        x, _, age = fitting.check_history(x, recency, age)
        fixed = gammaln(self.r + x) - gammaln(self.r)
        return fixed - self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)

    def p_alive(self, *, x: ArrayLike, recency: ArrayLike = 0.0, age: ArrayLike) -> np.ndarray:
        """1 for everybody: nobody leaves in this model."""
        return np.ones_like(fitting.check_history(x, recency, age)[0])[()]

    def expected_purchases(
        self, *, x: ArrayLike, recency: ArrayLike = 0.0, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Purchases expected within `horizon` after the age, from a customer with this history."""
        x, _, age = fitting.check_history(x, recency, age)
        return (self.r + x) / (self.alpha + age) * fitting.check_times("horizon", horizon)

    def expected_purchases_new(self, *, horizon: ArrayLike) -> np.ndarray:
        """Repeat purchases expected from a new customer within `horizon` of the first purchase."""
        return self.r / self.alpha * fitting.check_times("horizon", horizon)

    def pmf(self, *, n: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a new customer makes n repeat purchases within `age`."""
        n, age = fitting.check_counts("n", n), fitting.check_times("age", age)
        return negative_binomial(self.r, self.alpha, n, age)

    def conditional_pmf(
        self, *, n: ArrayLike, x: ArrayLike, recency: ArrayLike = 0.0, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Probability of n purchases within `horizon` after the age, from a customer with this history."""
        n, horizon = fitting.check_counts("n", n), fitting.check_times("horizon", horizon)
        x, _, age = fitting.check_history(x, recency, age)
        return negative_binomial(self.r + x, self.alpha + age, n, horizon)


def negative_binomial(r, alpha, n, t) -> np.ndarray:
    """P(n purchases within t) at a rate that is gamma(r, alpha)."""
    log_ways = gammaln(r + n) - gammaln(r) - gammaln(n + 1)
    return np.exp(log_ways - r * np.log1p(t / alpha) + xlogy(n, t / (alpha + t)))


def fit(*, x: ArrayLike, recency: ArrayLike = 0.0, age: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x, age: one entry a customer, as for `Nbd`; weight: customers a row (default 1 each). Raises ValueError
    for bad histories or weights. Counts that spread no more than pure chance would spread them (variance ≤
    mean) have no optimum: the fit then says so.
    """
    x, _, age, weight = fitting.check_customers(weight, *fitting.check_history(x, recency, age))
    x, age, weight = fitting.distinct_rows(x, age, weight)
    typical = float(np.average(age, weights=weight)) or 1.0
    mean = np.average(x, weights=weight)
    spread = np.average((x - mean) ** 2, weights=weight)
    r = np.clip(mean**2 / max(spread - mean, 0.1 * mean, 1e-9), 0.1, 10.0)
    starts = [np.log([shape, shape * typical / max(mean, 0.01)]) for shape in (r, 0.3, 3.0)]
    objective = _objective(x, age, weight)
    return fitting.fitted(
        "nbd", ("r", "alpha"), objective, starts, customers=weight.sum(), times={"alpha": typical}
    )


def _objective(x: np.ndarray, age: np.ndarray, weight: np.ndarray) -> fitting.Objective:
    counts, place = np.unique(x, return_inverse=True)
    in_count, customers = np.bincount(place, weights=weight), weight.sum()

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        r, alpha = np.exp(theta)
        over = 1 / (alpha + age)
        value = in_count @ (gammaln(r + counts) - gammaln(r))
        value -= weight @ (r * np.log1p(age / alpha) + x * np.log(alpha + age))
        by_r = in_count @ (psi(r + counts) - psi(r)) - weight @ np.log1p(age / alpha)
        by_alpha = weight @ ((r * age / alpha - x) * over)
        by_rr = in_count @ zeta(2, r + counts) - customers * zeta(2, r)
        by_r_alpha = weight @ (age / alpha * over)
        by_alpha_alpha = weight @ (x * over**2 - r * age / alpha * over * (over + 1 / alpha))
        hessian = np.array([[by_rr, by_r_alpha], [by_r_alpha, by_alpha_alpha]])
        return fitting.in_logs(theta, value, np.array([by_r, by_alpha]), hessian)

    return objective
