"""How much will a customer spend on a purchase?  The gamma–gamma model.

A customer's purchases vary like a gamma distribution around the customer's own mean, and the means vary over
customers. How much someone spends is taken to have nothing to do with how often: check that, because in many
shops it does.

Sources: Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for Customer Base Analysis", Journal of
Marketing Research 42(4); Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value",
brucehardie.com/notes/025.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import gammaln, psi, zeta

from . import fitting
from .fitting import Fit

NAMES = ("p", "q", "gamma")


@dataclass(frozen=True, kw_only=True)
class GammaGamma:
    """Spend per purchase under the gamma–gamma model.

    p: shape of a customer's purchases around the customer's mean; q, gamma: shape and rate (an amount of money, in
    the unit of the spend) of the distribution of means. Raises ValueError unless all three are finite and above 0.

    A customer of CDNOW with 2 repeat purchases of 22.35 dollars on average:

    >>> cdnow = GammaGamma(p=6.25, q=3.74, gamma=15.44)
    >>> round(float(cdnow.expected_spend(x=2, mean_spend=22.35)), 2)
    24.66
    """

    p: float
    q: float
    gamma: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, x: ArrayLike, mean_spend: ArrayLike) -> np.ndarray:
        """Log-density of each customer's mean spend over x repeat purchases; x from 1, mean_spend above 0."""
        x, mean_spend = _check(x, mean_spend)
        fitting.must("x", x, x > 0, "be 1 or more")
        fitting.must("mean_spend", mean_spend, mean_spend > 0, "be above 0")
        spend, shape = x * mean_spend, self.p * x
        fixed = gammaln(shape + self.q) - gammaln(shape) - gammaln(self.q)
        tails = self.q * np.log1p(spend / self.gamma) + shape * np.log1p(self.gamma / spend)
        return fixed - tails - np.log(mean_spend)

    def expected_spend(self, *, x: ArrayLike, mean_spend: ArrayLike) -> np.ndarray:
        """Mean spend expected of a customer with x repeat purchases of mean_spend on average.

        Arrays that broadcast; with x = 0 the mean spend plays no part. Infinite where p·x + q ≤ 1: the model then
        has no mean. Raises ValueError for a negative number or an x that is no whole number.
        """
        x, mean_spend = _check(x, mean_spend)
        shape = self.p * x + self.q - 1
        exists = shape > 0
        total = self.p * (self.gamma + np.where(x > 0, x * mean_spend, 0.0))
        return np.where(exists, total / np.where(exists, shape, 1.0), np.inf)[()]


def fit(*, x: ArrayLike, mean_spend: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x: repeat purchases, mean_spend: their mean amount, one entry a customer; weight: customers a row (default
    1 each). Customers without repeat purchase, or who paid nothing, have no say and are left out: `customers`
    counts the others. Raises ValueError for bad values, or if nobody is left.
    """
    x, mean_spend, weight = fitting.check_customers(weight, *_check(x, mean_spend))
    pays = (x > 0) & (mean_spend > 0)
    if not pays.any():
        raise ValueError("No customer has both a repeat purchase and a mean spend above 0.")
    x, mean_spend, weight = fitting.distinct_rows(x[pays], mean_spend[pays], weight[pays])
    typical = float(np.average(mean_spend, weights=weight))
    starts = [np.log([p, q, typical * q / p]) for p, q in ((4.0, 3.0), (0.7, 1.5), (30.0, 8.0))]
    objective = _objective(x, mean_spend, weight)
    return fitting.fitted(
        "gamma-gamma", NAMES, objective, starts, customers=weight.sum(), times={"gamma": typical}
    )


def _check(x: ArrayLike, mean_spend: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    x, mean_spend = np.broadcast_arrays(fitting.check_counts("x", x), np.asarray(mean_spend, dtype=float))
    good = (x == 0) | (np.isfinite(mean_spend) & (mean_spend >= 0))
    fitting.must("mean_spend", mean_spend, good, "be a finite number, 0 or more")
    return x, mean_spend


def _objective(x: np.ndarray, mean_spend: np.ndarray, weight: np.ndarray) -> fitting.Objective:
    counts, place = np.unique(x, return_inverse=True)
    in_count, customers = np.bincount(place, weights=weight), weight.sum()
    spend = x * mean_spend
    constant = weight @ np.log(mean_spend)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        p, q, gamma = np.exp(theta)
        shape, over = p * counts, 1 / (gamma + spend)
        below, above = np.log1p(spend / gamma), np.log1p(gamma / spend)
        value = in_count @ (gammaln(shape + q) - gammaln(shape)) - customers * gammaln(q) - constant
        value -= q * (weight @ below) + p * (weight @ (x * above))
        both, own = zeta(2, shape + q), zeta(2, shape)
        gradient = np.array(
            [
                in_count @ (counts * (psi(shape + q) - psi(shape))) - weight @ (x * above),
                in_count @ psi(shape + q) - customers * psi(q) - weight @ below,
                weight @ ((q * spend / gamma - p * x) * over),
            ]
        )
        hessian = np.zeros((3, 3))
        hessian[0, 0] = in_count @ (counts**2 * (both - own))
        hessian[0, 1] = in_count @ (counts * both)
        hessian[0, 2] = -weight @ (x * over)
        hessian[1, 1] = in_count @ both - customers * zeta(2, q)
        hessian[1, 2] = weight @ (spend / gamma * over)
        hessian[2, 2] = weight @ (p * x * over**2 - q * spend / gamma * over * (over + 1 / gamma))
        return fitting.in_logs(theta, value, gradient, hessian + np.triu(hessian, 1).T)

    return objective
