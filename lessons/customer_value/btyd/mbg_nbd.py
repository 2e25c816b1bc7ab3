"""Who will buy again, when some never meant to?  The MBG/NBD model.

As BG/NBD, but customers may leave after any purchase, the first included. So a one-time buyer grows doubtful
with every quiet week. Still each customer's own rate is steady: seasons and campaigns are not in it.

Source: Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison of models for customer base
analysis", International Journal of Research in Marketing 24(3); the same model: Hoppe & Wagner (2007),
"Customer Base Analysis: The Case for a Central Variant of the Betageometric/NBD Model", Marketing ZFP 29(2).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit

from . import bg_nbd, fitting
from .fitting import Fit


@dataclass(frozen=True, kw_only=True)
class MbgNbd:
    """A customer base under the MBG/NBD model.

    r, alpha: shape and rate of the gamma distribution of purchase rates (alpha is a time, in the unit of the
    ages). a, b: the beta distribution of the probability of leaving after a purchase, the first included. Raises
    ValueError unless all four are finite and above 0. The methods work on arrays that broadcast; they raise
    ValueError for a recency beyond the age, a negative time, or an x that is no whole number.

    A customer of CDNOW who has not come back in 38.86 weeks:

    >>> cdnow = MbgNbd(r=0.525, alpha=6.183, a=0.891, b=1.614)
    >>> round(float(cdnow.p_alive(x=0, recency=0, age=38.86)), 3)
    0.39
    """

    r: float
    alpha: float
    a: float
    b: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Log-likelihood of each customer's purchase times, without factorials."""
        x, recency, age = fitting.check_history(x, recency, age)
        return bg_nbd.log_likelihood(self.r, self.alpha, self.a, self.b, x, recency, age, chances=x + 1)

    def p_alive(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a customer with this history is still a customer at the end of the age."""
        x, recency, age = fitting.check_history(x, recency, age)
        return expit(
            -bg_nbd.log_odds_gone(self.r, self.alpha, self.a, self.b, x, recency, age, chances=x + 1)
        )

    def expected_purchases(
        self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Purchases expected within `horizon` after the age, from a customer with this history."""
        x, recency, age = fitting.check_history(x, recency, age)
        horizon = fitting.check_times("horizon", horizon)
        alive = self.p_alive(x=x, recency=recency, age=age)
        b = self.b + x + 1
        return alive * bg_nbd.purchases_while_alive(self.r + x, self.alpha + age, self.a, b, horizon)

    def expected_purchases_new(self, *, horizon: ArrayLike) -> np.ndarray:
        """Repeat purchases expected from a new customer within `horizon` of the first purchase."""
        horizon = fitting.check_times("horizon", horizon)
        stays = self.b / (self.a + self.b)  # those who outlive the first purchase leave less readily
        return stays * bg_nbd.purchases_while_alive(self.r, self.alpha, self.a, self.b + 1, horizon)

    def pmf(self, *, n: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a new customer makes n repeat purchases within `age`."""
        n, age = fitting.check_counts("n", n), fitting.check_times("age", age)
        buys = bg_nbd.purchases_pmf(self.r, self.alpha, self.a, self.b + 1, n, age)
        return (self.a * (n == 0) + self.b * buys) / (self.a + self.b)

    def conditional_pmf(
        self, *, n: ArrayLike, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Probability of n purchases within `horizon` after the age, from a customer with this history."""
        n, horizon = fitting.check_counts("n", n), fitting.check_times("horizon", horizon)
        x, recency, age = fitting.check_history(x, recency, age)
        alive = self.p_alive(x=x, recency=recency, age=age)
        buys = bg_nbd.purchases_pmf(self.r + x, self.alpha + age, self.a, self.b + x + 1, n, horizon)
        return (1 - alive) * (n == 0) + alive * buys


def fit(*, x: ArrayLike, recency: ArrayLike, age: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x, recency, age: one entry a customer, as for `MbgNbd`; weight: customers a row (default 1 each).
    Raises ValueError for bad histories or weights.
    """
    return bg_nbd.beta_geometric_fit("mbg-nbd", x, recency, age, weight, leaving_from=0)
