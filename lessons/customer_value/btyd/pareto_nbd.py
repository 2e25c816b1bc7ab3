"""Who will buy again, when customers may leave at any moment?  The Pareto/NBD model.

Customers buy at random at their own steady rate and live for an exponential time of their own; both rates
vary over customers like gamma distributions, independently. In real life they are not independent: who buys often
is often the one who stays.

Sources: Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do
Next?", Management Science 33(1); Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related
Expressions", brucehardie.com/notes/009.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit, exprel, gammaln, logsumexp, psi, zeta

from . import fitting
from .fitting import Fit
from .nbd import negative_binomial

NAMES = ("r", "alpha", "s", "beta")
MOST_NODES = 128


@dataclass(frozen=True, kw_only=True)
class ParetoNbd:
    """A customer base under the Pareto/NBD model.

    r, alpha: shape and rate of the gamma distribution of purchase rates; s, beta: the same for the rate at which
    customers leave (alpha and beta are times, in the unit of the ages). Raises ValueError unless all four are
    finite and above 0. The methods work on arrays that broadcast; they raise ValueError for a recency beyond the
    age, a negative time, or an x that is no whole number.

    A customer of CDNOW with 26 repeat purchases, the last after 30.86 of 31 weeks, and the next 52 weeks:

    >>> cdnow = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    >>> round(float(cdnow.p_alive(x=26, recency=30.86, age=31)), 4)
    0.9979
    >>> round(float(cdnow.expected_purchases(x=26, recency=30.86, age=31, horizon=52)), 2)
    25.46
    """

    r: float
    alpha: float
    s: float
    beta: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Log-likelihood of each customer's purchase times, without factorials."""
        x, recency, age = fitting.check_history(x, recency, age)
        buys = gammaln(self.r + x) - gammaln(self.r)
        alive = -self.r * np.log1p(age / self.alpha) - x * np.log(self.alpha + age)
        return (
            buys + alive - self.s * np.log1p(age / self.beta) + np.logaddexp(0, self._gone(x, recency, age))
        )

    def p_alive(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a customer with this history is still a customer at the end of the age."""
        return expit(-self._gone(*fitting.check_history(x, recency, age)))

    def expected_purchases(
        self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Purchases expected within `horizon` after the age, from a customer with this history."""
        x, recency, age = fitting.check_history(x, recency, age)
        horizon = fitting.check_times("horizon", horizon)
        rate = (self.r + x) / (self.alpha + age)
        return (
            self.p_alive(x=x, recency=recency, age=age) * rate * time_alive(self.s, self.beta + age, horizon)
        )

    def expected_purchases_new(self, *, horizon: ArrayLike) -> np.ndarray:
        """Repeat purchases expected from a new customer within `horizon` of the first purchase."""
        return self.r / self.alpha * time_alive(self.s, self.beta, fitting.check_times("horizon", horizon))

    def pmf(self, *, n: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a new customer makes n repeat purchases within `age`."""
        n, age = fitting.check_counts("n", n), fitting.check_times("age", age)
        return fitting.once(_pmf, self.r, self.alpha, self.s, self.beta, n, age)

    def conditional_pmf(
        self, *, n: ArrayLike, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Probability of n purchases within `horizon` after the age, from a customer with this history."""
        n, horizon = fitting.check_counts("n", n), fitting.check_times("horizon", horizon)
        x, recency, age = fitting.check_history(x, recency, age)
        alive = self.p_alive(x=x, recency=recency, age=age)
        buys = fitting.once(_pmf, self.r + x, self.alpha + age, self.s, self.beta + age, n, horizon)
        return (1 - alive) * (n == 0) + alive * buys

    def _gone(self, x: np.ndarray, recency: np.ndarray, age: np.ndarray) -> np.ndarray:
        return fitting.once(
            lambda *h: _log_odds_gone(self.r, self.alpha, self.s, self.beta, *h), x, recency, age
        )


def time_alive(s, beta, t) -> np.ndarray:
    """Time that a customer who lives now is expected to live within the next t: the mean of min(t, lifetime)."""
    log = np.log1p(t / beta)
    return beta * log * exprel((1 - s) * log)  # the textbook's form divides by s − 1


def fit(*, x: ArrayLike, recency: ArrayLike, age: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x, recency, age: one entry a customer, as for `ParetoNbd`; weight: customers a row (default 1 each).
    Raises ValueError for bad histories or weights. The integral over the moment of leaving is done by
    quadrature, with as many nodes as it takes for twice as many to say the same.
    """
    customers = fitting.check_customers(weight, *fitting.check_history(x, recency, age))
    every = max(1, customers[0].size // 3000)
    rows = fitting.distinct_rows(*customers, every=every)
    mean, typical = np.average(rows[0], weights=rows[-1]), float(np.average(rows[2], weights=rows[-1])) or 1.0
    r = np.clip(mean, 0.3, 3.0)
    alpha = typical * np.clip(r / max(mean, 0.05), 0.1, 10.0) / 3
    leaving = ((0.6, typical / 3), (0.2, typical / 20), (3.0, typical * 3))
    starts = [np.log([r, alpha, s, beta]) for s, beta in leaving]
    found, nodes = _fit_rows(rows, starts, typical, 8)
    if every > 1:  # that was a quick fit on one row in so many, to begin from
        starts = [np.log(list(found.parameters.values())), starts[0]]
        found, _ = _fit_rows(fitting.distinct_rows(*customers), starts, typical, nodes)
    return found


def _fit_rows(rows, starts, typical: float, nodes: int) -> tuple[Fit, int]:
    times = {"alpha": typical, "beta": typical}
    while True:
        objective = _objective(*rows, nodes=nodes)
        found = fitting.fitted("pareto-nbd", NAMES, objective, starts, customers=rows[-1].sum(), times=times)
        at = np.log(list(found.parameters.values()))
        starts = [at, *starts[1:]]
        if not found.converged or nodes >= MOST_NODES:
            return found, nodes
        value, gradient, _ = _objective(*rows, nodes=2 * nodes)(at)
        step = found.covariance_log @ gradient
        if abs(value - found.log_likelihood) < 1e-6 and np.abs(step).max() < 1e-7:
            return found, nodes
        nodes *= 2


@lru_cache(maxsize=16)
def _legendre(nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss–Legendre quadrature on [0, 1]."""
    place, weight = np.polynomial.legendre.leggauss(nodes)
    return (place + 1) / 2, weight / 2


def _moments_of_leaving(r, alpha, s, beta, x, recency, age, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes u between recency and age, and logs of weights, of ∫ (α+u)^−(r+x) (β+u)^−(s+1) du, nodes × rows.

    In log time v the integrand starts to fall like e^−6cv. Measured by z = (1 − e^−cv)/c it is close to a
    polynomial, so that few nodes will do: with e^−6cv itself it would be level at first, but rough at the
    far end. Weights are relative to (α+age)^−(r+x) (β+age)^−s.
    """
    least = min(alpha, beta)
    c = ((least + recency) * ((r + x) / (alpha + recency) + (s + 1) / (beta + recency)) - 1) / 6
    c = np.where(np.abs(c) < 1e-6, 1e-6, c)
    length = np.log1p((age - recency) / (least + recency))
    whole = -np.expm1(-c * length) / c
    place, weight = _legendre(nodes)
    decay = np.log1p(np.outer(place, -c * whole))  # −cv
    grown = np.expm1(decay / -c)
    u = recency + (least + recency) * grown
    back = age - u
    log_weight = (r + x) * np.log1p(back / (alpha + u)) + s * np.log1p(back / (beta + u))
    log_weight += np.log(weight)[:, None] + np.log(s) - decay
    return u, log_weight + np.log(whole * (least + recency) * (1 + grown) / (beta + u))


def _log_odds_gone(r, alpha, s, beta, x, recency, age) -> np.ndarray:
    """Log odds that a customer has left, each with as many nodes as it needs."""
    out = np.full(x.shape, -np.inf)
    rest, nodes = np.flatnonzero(age > recency), 16
    before = np.full(x.shape, np.nan)
    while rest.size:
        for some in np.array_split(rest, 1 + rest.size * nodes // 200_000):
            _, log_weight = _moments_of_leaving(r, alpha, s, beta, x[some], recency[some], age[some], nodes)
            out[some] = logsumexp(log_weight, axis=0)
        agree = np.abs(out[rest] - before[rest]) < 1e-12 * (1 + np.abs(out[rest]))
        before[rest] = out[rest]
        rest = rest[~agree] if nodes < 512 else rest[:0]
        nodes *= 2
    return out


def _objective(x, recency, age, weight, *, nodes: int) -> fitting.Objective:
    """Log-likelihood, gradient and Hessian in log parameters; the integral's are moments on its own nodes."""
    counts, place = np.unique(x, return_inverse=True)
    in_count, customers = np.bincount(place, weights=weight), weight.sum()
    rows = [np.ascontiguousarray(part) for part in (x, recency, age, weight)]
    parts = range(0, x.size, max(1, 16_384 // nodes))

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        r, alpha, s, beta = np.exp(theta)
        value = in_count @ (gammaln(r + counts) - gammaln(r))
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[0] = in_count @ psi(r + counts) - customers * psi(r)
        hessian[0, 0] = in_count @ zeta(2, r + counts) - customers * zeta(2, r)
        for begin in parts:
            part = [column[begin : begin + parts.step] for column in rows]
            more = _part(r, alpha, s, beta, *part, nodes=nodes)
            value, gradient, hessian = value + more[0], gradient + more[1], hessian + more[2]
        return fitting.in_logs(theta, value, gradient, hessian)

    return objective


def _part(r, alpha, s, beta, x, recency, age, weight, *, nodes: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Log-likelihood, gradient and Hessian of some rows, but for the terms in x and r alone.

    The likelihood of a row is a sum over moments of leaving, and "not yet"; so its logarithm's derivatives are
    means and covariances of the terms' derivatives.
    """
    with np.errstate(divide="ignore"):  # nobody leaves in no time: weight 0
        u, log_weight = _moments_of_leaving(r, alpha, s, beta, x, recency, age, nodes)
        top = np.maximum(log_weight.max(axis=0), 0)
        share = np.exp(log_weight - top)
    stays = np.exp(-top)
    total = share.sum(axis=0) + stays
    share /= total
    stays = stays / total
    value = weight @ (
        np.log(total) + top - r * np.log1p(age / alpha) - x * np.log(alpha + age) - s * np.log1p(age / beta)
    )
    buys, leaves = r + x, s + 1
    over, under = 1 / (alpha + u), 1 / (beta + u)
    over_age, under_age = 1 / (alpha + age), 1 / (beta + age)
    # First derivatives of each term's logarithm, less those of "not yet"; so "not yet" has none.
    terms = [
        np.log1p((age - u) * over),
        buys * (over_age - over),
        np.log1p((age - u) * under) + 1 / s,
        s * under_age - leaves * under,
    ]
    base = [-np.log1p(age / alpha), r * age / alpha * over_age - x * over_age, -np.log1p(age / beta)]
    base.append(s * age / beta * under_age)
    weighted = [share * term for term in terms]
    means = np.stack([term.sum(axis=0) for term in weighted])
    gradient = (means + np.stack(base)) @ weight
    hessian = np.empty((4, 4))
    for i in range(4):
        for j in range(i, 4):
            moment = np.einsum("kn,kn->n", weighted[i], terms[j])
            hessian[i, j] = hessian[j, i] = weight @ (moment - means[i] * means[j])
    # Second derivatives of the terms themselves, averaged; α^r and β^s in front are in `base` and here.
    by_over, by_under = np.einsum("kn,kn->n", share, over), np.einsum("kn,kn->n", share, under)
    squares = np.einsum("kn,kn,kn->n", share, over, over), np.einsum("kn,kn,kn->n", share, under, under)
    cross = 1 / alpha - by_over - stays * over_age, 1 / beta - by_under - stays * under_age
    hessian[0, 1] += weight @ cross[0]
    hessian[2, 3] += weight @ cross[1]
    hessian[1, 0], hessian[3, 2] = hessian[0, 1], hessian[2, 3]
    hessian[1, 1] += weight @ (buys * (squares[0] + stays * over_age**2) - r / alpha**2)
    hessian[2, 2] -= weight @ (1 - stays) / s**2
    hessian[3, 3] += weight @ (leaves * squares[1] + stays * s * under_age**2 - s / beta**2)
    return value, gradient, hessian


def _pmf(r, alpha, s, beta, n, t) -> np.ndarray:
    """P(n purchases within t): lived to t and bought n, or left at some u before and had bought n by then."""
    stays = negative_binomial(r, alpha, n, t) * np.exp(-s * np.log1p(t / beta))
    out = stays + 0.0
    for some in np.array_split(np.flatnonzero(t > 0), 1 + t.size // 2048):
        if some.size:
            out[some] += _left_after(r[some], alpha[some], s[some], beta[some], n[some], t[some])
    return out


def _left_after(r, alpha, s, beta, n, t) -> np.ndarray:
    """∫ P(n purchases within u) × density of leaving at u, over u from 0 to t, in v = log u.

    The integrand's logarithm is concave in v, so its body is found by Newton's method from outside.
    """

    def log_integrand(v):
        u = np.exp(v)
        return (n + 1) * v - (r + n) * np.log1p(u / alpha) - (s + 1) * np.log1p(u / beta)

    def slope(v):
        u = np.exp(v)
        return n + 1 - (r + n) * u / (alpha + u) - (s + 1) * u / (beta + u)

    end = np.log(t)
    low, high = np.full_like(end, -700.0), end.copy()
    for _ in range(80):  # bisect for the peak
        middle = (low + high) / 2
        rising = slope(middle) > 0
        low, high = np.where(rising, middle, low), np.where(rising, high, middle)
    peak = np.where(slope(end) >= 0, end, (low + high) / 2)
    level = log_integrand(peak) - 40
    left = level / (n + 1)
    left = np.minimum(left, peak)
    right = end.copy()
    for _ in range(60):
        left = left - (log_integrand(left) - level) / slope(left)
        falls = (log_integrand(right) < level) & (slope(right) < 0)
        right = np.where(
            falls, right - (log_integrand(right) - level) / np.where(falls, slope(right), 1), right
        )
    place, weight = _legendre(160)
    v = left + (right - left) * place[:, None]
    log_front = gammaln(r + n) - gammaln(r) - gammaln(n + 1) - n * np.log(alpha) + np.log(s / beta)
    return (weight[:, None] * np.exp(log_integrand(v) + log_front)).sum(axis=0) * (right - left)
