"""Who will give again at the next occasion?  The BG/BB model.

There are fixed occasions: a yearly appeal, a monthly box. At each one a customer who is still there buys or does not,
with a probability of their own, after leaving for good with another. Both vary over customers like beta
distributions, independently. At most one purchase an occasion: two in one month count as one.

Source: Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing
Science 29(6).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, exprel, gammaln

from . import fitting
from .fitting import Fit

NAMES = ("alpha", "beta", "gamma", "delta")
STARTS = [np.log(start) for start in ((1.0, 1.0, 1.0, 3.0), (0.3, 0.5, 0.3, 1.0), (3.0, 3.0, 3.0, 20.0))]


@dataclass(frozen=True, kw_only=True)
class BgBb:
    """A customer base under the BG/BB model.

    alpha, beta: the beta distribution of the probability of buying at an occasion; gamma, delta: that of leaving
    before it. Raises ValueError unless all four are finite and above 0. The methods work on arrays that
    broadcast. A history is x (purchases after the first), recency (the occasion of the last one, 0 if x = 0) and age
    (occasions so far, n in the paper): whole numbers, x ≤ recency ≤ age ≤ 100,000, else ValueError.

    A donor who gave at 4 of 6 yearly appeals, the last time at the fifth, and the next 10 years:

    >>> donors = BgBb(alpha=1.204, beta=0.750, gamma=0.657, delta=2.783)
    >>> round(float(donors.expected_purchases(x=4, recency=5, age=6, horizon=10)), 2)
    3.63
    """

    alpha: float
    beta: float
    gamma: float
    delta: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Log-likelihood of each customer's string of purchases, without factorials."""
        return fitting.once(lambda *h: self._log_parts(*h)[0], *check_history(x, recency, age))

    def p_alive(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike, ahead: int = 1) -> np.ndarray:
        """Probability that a customer with this history is a customer at the occasion `age + ahead`.

        As in the paper, the next occasion unless told otherwise; ahead=0 is the last one that was seen.
        """
        x, recency, age = check_history(x, recency, age)
        whole, there = (fitting.once(lambda *h, i=i: self._log_parts(*h)[i], x, recency, age) for i in (0, 1))
        alive, delta = np.exp(there - whole), self.delta + age
        for k in range(int(fitting.check_counts("ahead", ahead))):
            alive = alive * (delta + k) / (self.gamma + delta + k)
        return alive

    def expected_purchases(
        self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Purchases expected at the next `horizon` occasions, from a customer with this history."""
        x, recency, age = check_history(x, recency, age)
        horizon = fitting.check_counts("horizon", horizon)
        buys = (self.alpha + x) / (self.alpha + self.beta + age)
        there = fitting.once(_occasions_there, self.gamma, self.delta + age, horizon)
        return self.p_alive(x=x, recency=recency, age=age, ahead=0) * buys * there

    def expected_purchases_new(self, *, horizon: ArrayLike) -> np.ndarray:
        """Purchases expected from a new customer at the first `horizon` occasions after the first purchase."""
        horizon = fitting.check_counts("horizon", horizon)
        buys = self.alpha / (self.alpha + self.beta)
        return buys * fitting.once(_occasions_there, self.gamma, self.delta, horizon)

    def pmf(self, *, n: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a new customer makes n purchases at the first `age` occasions."""
        n, age = fitting.check_counts("n", n), _check_summed("age", age)
        return fitting.once(_pmf, self.alpha, self.beta, self.gamma, self.delta, n, age)

    def conditional_pmf(
        self, *, n: ArrayLike, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Probability of n purchases at the next `horizon` occasions, from a customer with this history."""
        n, horizon = fitting.check_counts("n", n), _check_summed("horizon", horizon)
        x, recency, age = check_history(x, recency, age)
        alive = self.p_alive(x=x, recency=recency, age=age, ahead=0)
        learnt = (self.alpha + x, self.beta + age - x, self.gamma, self.delta + age)
        return (1 - alive) * (n == 0) + alive * fitting.once(_pmf, *learnt, n, horizon)

    def _log_parts(
        self, x: np.ndarray, recency: np.ndarray, age: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Log-likelihood, and its part from still being there at the last occasion."""
        log_term, row, last = _log_terms(np.log(list(asdict(self).values())), *_spell_out(x, recency, age))
        return _log_sum(log_term, row, x.size), log_term[last]


def check_history(x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[np.ndarray, ...]:
    """Histories as float arrays of one shape; ValueError unless whole, x ≤ recency ≤ age ≤ 100,000."""
    x, recency, age = fitting.check_history(x, recency, age)
    fitting.must("recency", recency, recency == np.floor(recency), "be the number of an occasion")
    fitting.must("age", age, age == np.floor(age), "be a whole number of occasions")
    _check_summed("age", age)
    fitting.must("x", x, x <= recency, "not exceed recency: one purchase an occasion at most")
    return x, recency, age


def _check_summed(name: str, occasions: ArrayLike) -> np.ndarray:
    occasions = fitting.check_counts(name, occasions)
    fitting.must(name, occasions, occasions <= 100_000, "be 100,000 occasions at most (each is summed over)")
    return occasions


def fit(*, x: ArrayLike, recency: ArrayLike, age: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x, recency, age: one entry a customer, as for `BgBb`; weight: customers a row (default 1 each). Raises
    ValueError for bad histories or weights.
    """
    rows = fitting.distinct_rows(*fitting.check_customers(weight, *check_history(x, recency, age)))
    objective = _objective(*rows)
    return fitting.fitted("bg-bb", NAMES, objective, STARTS, customers=rows[-1].sum())


def _spell_out(x: np.ndarray, recency: np.ndarray, age: np.ndarray) -> tuple[np.ndarray, ...]:
    """One entry for each last occasion k at which a customer may have been there: recency … age.

    Returns integer arrays: x, k, whether the customer left then (0 for k = age), the row it belongs to.
    """
    x, recency, age = (column.astype(np.int64) for column in (x, recency, age))
    many = age - recency + 1
    row = np.repeat(np.arange(x.size), many)
    k = np.arange(row.size) - np.repeat(np.cumsum(many) - many, many) + recency[row]
    return x[row], k, (k < age[row]).astype(np.int64), row


def _rising(base: float, most: int, power: int) -> np.ndarray:
    """Sums over j < m of log(base + j) (power 0) or (base + j)^−power, for m = 0 … most."""
    j = base + np.arange(most, dtype=float)
    return np.concatenate([[0.0], np.cumsum(np.log(j) if power == 0 else j**-power)])


def _tables(theta: np.ndarray, x, k, left, power: int) -> tuple[np.ndarray, ...]:
    """The five parts of each term: purchases, misses, both; renewals, and renewals with the leaving."""
    alpha, beta, gamma, delta = np.exp(theta)
    most = int(k.max()) + 1
    table = [_rising(base, most, power) for base in (alpha, beta, alpha + beta, delta, gamma + delta)]
    return tuple(part[at] for part, at in zip(table, (x, k - x, k, k, k + left), strict=True))


def _log_terms(theta: np.ndarray, x, k, left, row) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    buys, misses, both, renews, ends = _tables(theta, x, k, left, 0)
    return buys + misses - both + renews - ends + left * theta[2], row, left == 0


def _log_sum(log_term: np.ndarray, row: np.ndarray, rows: int) -> np.ndarray:
    top = np.full(rows, -np.inf)
    np.maximum.at(top, row, log_term)
    return top + np.log(np.bincount(row, weights=np.exp(log_term - top[row]), minlength=rows))


def _objective(x, recency, age, weight) -> fitting.Objective:
    """Log-likelihood, gradient and Hessian: a row's likelihood is a sum, so means and covariances of its terms."""
    x, k, left, row = _spell_out(x, recency, age)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        gamma = np.exp(theta[2])
        log_term = _log_terms(theta, x, k, left, row)[0]
        log_row = _log_sum(log_term, row, weight.size)
        share = np.exp(log_term - log_row[row])
        pull = share * weight[row]
        buys, misses, both, renews, ends = _tables(theta, x, k, left, 1)
        slope = np.stack([buys - both, misses - both, left / gamma - ends, renews - ends])
        mean = np.stack([np.bincount(row, weights=share * part, minlength=weight.size) for part in slope])
        hessian = (slope * pull) @ slope.T - (mean * weight) @ mean.T
        buys, misses, both, renews, ends = (pull @ part for part in _tables(theta, x, k, left, 2))
        hessian += np.kron(np.diag([1.0, 0.0]), np.full((2, 2), both))
        hessian += np.kron(np.diag([0.0, 1.0]), np.full((2, 2), ends))
        hessian -= np.diag([buys, misses, pull @ left / gamma**2, renews])
        return fitting.in_logs(theta, weight @ log_row, slope @ pull, hessian)

    return objective


def _occasions_there(gamma: np.ndarray, delta: np.ndarray, horizon: np.ndarray) -> np.ndarray:
    """Occasions at which a customer is expected to be there, of the next `horizon`."""
    total, there = np.zeros_like(horizon), np.ones_like(horizon)
    summed = 2000.0  # beyond so many, the rest in closed form
    for k in range(int(min(horizon.max(initial=0), summed))):
        there = there * (delta + k) / (gamma + delta + k)
        total += np.where(k < horizon, there, 0.0)
    rest = np.maximum(horizon - summed, 0)
    if rest.any():
        first, end, by = delta + summed, delta + summed + rest, 1 - gamma
        # The sum over j = 1 … rest of (first)_j / (gamma + first)_j. Its closed form divides by 1 − gamma, hence
        # expm1(y)/y, with y from Stirling's series for a ratio of gammas, or from the gammas where it is poor.
        series = _log_per_unit(end, by) - _log_per_unit(first, by)
        exact = gammaln(gamma + first) - gammaln(1 + first) + gammaln(1 + end) - gammaln(gamma + end)
        per_unit = np.where(gamma < 50, series, exact / np.where(gamma < 50, 1.0, by))
        total += there * first * per_unit * exprel(by * per_unit)
    return total


def _log_per_unit(z: np.ndarray, by: np.ndarray) -> np.ndarray:
    """log(Γ(z + 1) / Γ(z + 1 − by)) / by for large z."""
    middle = z + (1 - by) / 2
    return np.log(middle) - (by**2 - 1) / (24 * middle**2)


def _pmf(alpha, beta, gamma, delta, n, age) -> np.ndarray:
    """P(n purchases at `age` occasions): summed over the last occasion at which the customer was there."""
    out = np.zeros_like(n)
    rows = int(max(1, 200_000 // (age.max(initial=0) + 1)))
    for start in range(0, n.size, rows):
        part = slice(start, start + rows)
        a, b, g, d, m, most = (column[part] for column in (alpha, beta, gamma, delta, n, age))
        k = np.arange(int(most.max()) + 1)[:, None]
        at = np.clip(k, m, np.maximum(m, most))  # inside the range, for the sake of the logarithms
        ways = gammaln(at + 1) - gammaln(m + 1) - gammaln(at - m + 1)
        buys = ways + betaln(a + m, b + at - m) - betaln(a, b)
        stays = np.where(k < most, betaln(g + 1, d + at), betaln(g, d + at)) - betaln(g, d)
        out[part] = np.where((k >= m) & (k <= most), np.exp(buys + stays), 0.0).sum(axis=0)
    return out
