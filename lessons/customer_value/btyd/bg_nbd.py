"""Who will buy again, when nobody says goodbye?  The BG/NBD model.

Customers buy at random at their own steady rate; after each repeat purchase they leave for good with
their own probability. Rates vary over customers like a gamma, probabilities like a beta distribution.
Nobody can leave before the first repeat purchase, so one-time buyers all count as alive: in real life most
of them are gone.

Source: Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way: An Alternative to the Pareto/NBD
Model", Marketing Science 24(2).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, expit, gammaln, psi, xlogy, zeta

from . import fitting
from .fitting import Fit

NAMES = ("r", "alpha", "a", "b")


@dataclass(frozen=True, kw_only=True)
class BgNbd:
    """A customer base under the BG/NBD model.

    r, alpha: shape and rate of the gamma distribution of purchase rates (alpha is a time, in the unit of the
    ages). a, b: the beta distribution of the probability of leaving after a repeat purchase. Raises ValueError
    unless all four are finite and above 0. The methods work on arrays that broadcast; they raise ValueError
    for a recency beyond the age, a negative time, or an x that is no whole number.

    A customer of CDNOW with 2 repeat purchases, the last after 30.43 of 38.86 weeks, and the next 39 weeks:

    >>> cdnow = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(float(cdnow.p_alive(x=2, recency=30.43, age=38.86)), 3)
    0.727
    >>> round(float(cdnow.expected_purchases(x=2, recency=30.43, age=38.86, horizon=39)), 3)
    1.226
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
        return log_likelihood(self.r, self.alpha, self.a, self.b, x, recency, age, chances=x)

    def p_alive(self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a customer with this history is still a customer at the end of the age."""
        x, recency, age = fitting.check_history(x, recency, age)
        return expit(-log_odds_gone(self.r, self.alpha, self.a, self.b, x, recency, age, chances=x))

    def expected_purchases(
        self, *, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Purchases expected within `horizon` after the age, from a customer with this history.

        A customer who is alive is as a new one, with the parameters that the history has taught.
        """
        x, recency, age = fitting.check_history(x, recency, age)
        horizon = fitting.check_times("horizon", horizon)
        alive = self.p_alive(x=x, recency=recency, age=age)
        return alive * purchases_while_alive(self.r + x, self.alpha + age, self.a, self.b + x, horizon)

    def expected_purchases_new(self, *, horizon: ArrayLike) -> np.ndarray:
        """Repeat purchases expected from a new customer within `horizon` of the first purchase."""
        horizon = fitting.check_times("horizon", horizon)
        return purchases_while_alive(self.r, self.alpha, self.a, self.b, horizon)

    def pmf(self, *, n: ArrayLike, age: ArrayLike) -> np.ndarray:
        """Probability that a new customer makes n repeat purchases within `age`."""
        n, age = fitting.check_counts("n", n), fitting.check_times("age", age)
        return purchases_pmf(self.r, self.alpha, self.a, self.b, n, age)

    def conditional_pmf(
        self, *, n: ArrayLike, x: ArrayLike, recency: ArrayLike, age: ArrayLike, horizon: ArrayLike
    ) -> np.ndarray:
        """Probability of n purchases within `horizon` after the age, from a customer with this history."""
        n, horizon = fitting.check_counts("n", n), fitting.check_times("horizon", horizon)
        x, recency, age = fitting.check_history(x, recency, age)
        alive = self.p_alive(x=x, recency=recency, age=age)
        buys = purchases_pmf(self.r + x, self.alpha + age, self.a, self.b + x, n, horizon)
        return (1 - alive) * (n == 0) + alive * buys


def fit(*, x: ArrayLike, recency: ArrayLike, age: ArrayLike, weight: ArrayLike | None = None) -> Fit:
    """Fit by maximum likelihood.

    x, recency, age: one entry a customer, as for `BgNbd`; weight: customers a row (default 1 each).
    Raises ValueError for bad histories or weights. A base of one-time buyers only has no optimum: the fit
    then says so.
    """
    return beta_geometric_fit("bg-nbd", x, recency, age, weight, leaving_from=1)


# ---- what BG/NBD and MBG/NBD share: `chances` counts how often a customer could have left, and did not


def log_odds_gone(r, alpha, a, b, x, recency, age, chances) -> np.ndarray:
    """Log odds that a customer has left: −∞ for one who has had no chance to."""
    quiet = (r + x) * np.log1p((age - recency) / (alpha + recency))
    return np.where(chances > 0, np.log(a / (b + np.maximum(chances, 1) - 1)) + quiet, -np.inf)


def log_likelihood(r, alpha, a, b, x, recency, age, chances) -> np.ndarray:
    """Log-likelihood of each history: of having stayed all along, plus of having left at the last purchase."""
    buys = gammaln(r + x) - gammaln(r) - r * np.log1p(age / alpha) - x * np.log(alpha + age)
    stays = betaln(a, b + chances) - betaln(a, b)
    return buys + stays + np.logaddexp(0, log_odds_gone(r, alpha, a, b, x, recency, age, chances))


def purchases_pmf(r, alpha, a, b, n, t) -> np.ndarray:
    """P(n purchases within t) when each may be the last: stayed and bought n, or left at the n-th."""
    share = t / (alpha + t)
    log_buys = gammaln(r + n) - gammaln(r) - gammaln(n + 1) - r * np.log1p(t / alpha) + xlogy(n, share)
    stays = np.exp(betaln(a, b + n) - betaln(a, b) + log_buys)
    m = np.maximum(n, 1)  # n or more purchases, had the customer stayed: a negative binomial tail
    leaves = np.exp(betaln(a + 1, b + m - 1) - betaln(a, b)) * betainc(m, r, share)
    return stays + np.where(n > 0, leaves, 0.0)


def purchases_while_alive(r, alpha, a, b, t) -> np.ndarray:
    """Purchases expected within t: the mean of (1 − (1 + pt/alpha)^−r) / p over p ~ Beta(a, b).

    The textbook's hypergeometric form divides by a − 1 and loses all digits near it, so this integrates.
    """
    return fitting.once(_purchases_while_alive, r, alpha, a, b, t)


def _purchases_while_alive(r, alpha, a, b, t) -> np.ndarray:
    most = r * (t / alpha)  # purchases of customers who never leave
    out = np.zeros_like(most)
    for some in np.array_split(np.flatnonzero(most > 0), 1 + most.size // 4096):
        if some.size:
            out[some] = most[some] * _share_bought(r[some], (t / alpha)[some], a[some], b[some])
    return out


def _share_bought(r, z, a, b) -> np.ndarray:
    """Mean of g(p) = (1 − (1 + pz)^−r) / (rzp) over p ~ Beta(a, b), by the trapezoid rule in y = log(p/(1−p)).

    On the whole line the rule converges exponentially. Where a or b is small the tail would be long: there a
    straight line through g's end, whose mean is known, is taken off first.
    """
    with np.errstate(over="ignore", under="ignore"):
        at_1 = -np.expm1(-r * np.log1p(z)) / (r * z)
        left, right = (a < 0.5) * 1.0, (b < 0.5) * at_1
        log_b = betaln(a, b)
        peak = np.log(a / b)
        bend = np.minimum(peak, -np.log1p(r * z))  # g falls off from here
        density = lambda y: -a * np.logaddexp(0, -y) - b * np.logaddexp(0, y)  # noqa: E731
        top = np.maximum(density(peak) + _log_g(r, z, peak), density(bend) + _log_g(r, z, bend))
        low = np.where(
            a > 1.5,
            _where_falls(a - 1, b, np.log(np.maximum(a - 1, 0.1) / b), 37.0, side=-1),
            np.where(
                left > 0,
                (np.minimum(log_b, 0) - 37 - np.log1p((r + 1) * z)) / (a + 1),
                (top - 37) / a,
            ),
        )
        drop = 37 + np.maximum(density(peak) - log_b, 0) * (left > 0)
        high = _where_falls(a, b + (right > 0), np.log(a / (b + (right > 0))), drop, side=1)
        step = 0.3 * np.minimum(1, np.sqrt(1 / a + 1 / b))
        nodes = int(np.ceil(((high - low) / step).max())) + 1
        u = np.linspace(0, 1, nodes)[:, None]
        y = low + (high - low) * u
        p, q = expit(y), expit(-y)
        beyond = np.exp(_log_g(r, z, y)) - left * q - right * p
        mean = (np.exp(density(y) - log_b) * beyond).sum(axis=0) * (high - low) / (nodes - 1)
    return mean + (left * b + right * a) / (a + b)


def _log_g(r, z, y) -> np.ndarray:
    grown = np.log1p(z * expit(y))
    return np.log(-np.expm1(-r * grown) / (r * np.expm1(grown)))


def _where_falls(a, b, peak, drop, *, side) -> np.ndarray:
    """Where p^a (1−p)^b, seen over log odds, has fallen by e^−drop from its peak, on one side of it."""
    a = np.maximum(a, 0.1)
    level = -a * np.logaddexp(0, -peak) - b * np.logaddexp(0, peak) - drop
    y = np.maximum(peak, -level / b) if side > 0 else np.minimum(peak, level / a)
    for _ in range(100):  # Newton from outside a concave function never steps too far
        excess = -a * np.logaddexp(0, -y) - b * np.logaddexp(0, y) - level
        move = excess / (a - (a + b) * expit(y))
        y = y - move
        if np.abs(move).max() < 0.1 * np.sqrt(1 / a + 1 / b).min():
            break
    return y


def beta_geometric_fit(model: str, x, recency, age, weight, *, leaving_from: int) -> Fit:
    """Fit BG/NBD (customers may leave from purchase 1 on) or MBG/NBD (from purchase 0, the first, on)."""
    customers = fitting.check_customers(weight, *fitting.check_history(x, recency, age))
    every = max(1, customers[0].size // 3000)
    rows = fitting.distinct_rows(*customers, every=every)
    starts, times = _starts(*rows)
    found = _fit_rows(model, rows, starts, times, leaving_from)
    if every > 1:  # that was a quick fit on one row in so many, to begin from
        starts = [np.log(list(found.parameters.values())), starts[0]]
        found = _fit_rows(model, fitting.distinct_rows(*customers), starts, times, leaving_from)
    return found


def _fit_rows(model: str, rows, starts, times, leaving_from: int) -> Fit:
    objective = _objective(*rows, leaving_from=leaving_from)
    return fitting.fitted(model, NAMES, objective, starts, customers=rows[-1].sum(), times=times)


def _starts(x, recency, age, weight) -> tuple[list[np.ndarray], dict[str, float]]:
    """Rough parameters to begin with, from the mean and spread of counts, and the scale of time."""
    mean = np.average(x, weights=weight)
    spread = np.average((x - mean) ** 2, weights=weight)
    typical = float(np.average(age, weights=weight)) or 1.0
    r = np.clip(mean**2 / max(spread - mean, 0.1 * mean, 1e-9), 0.1, 3.0)
    alpha = np.clip(r / max(mean, 0.05), 1e-3, 10.0) * typical / 2
    leaving = ((1.0, 3.0), (0.3, 1.0), (3.0, 20.0))
    return [np.log([r, alpha, a, b]) for a, b in leaving], {"alpha": typical}


def _objective(x, recency, age, weight, *, leaving_from: int) -> fitting.Objective:
    """Log-likelihood, gradient and Hessian in log parameters.

    Special functions are needed only once for each count x, logs of ages only once for each age.
    """
    counts, place = np.unique(x, return_inverse=True)
    in_count = np.bincount(place, weights=weight)
    ages, place = np.unique(age, return_inverse=True)
    in_age, bought = np.bincount(place, weights=weight), np.bincount(place, weights=weight * x)
    customers = weight.sum()
    could = x + 1 - leaving_from > 0
    rows = [column[could] for column in (x, recency, age, weight)]
    parts = [[column[at : at + 4096] for column in rows] for at in range(0, rows[0].size, 4096)]

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        r, alpha, a, b = np.exp(theta)
        chances = counts + 1 - leaving_from
        value = in_count @ (gammaln(r + counts) - gammaln(r) + betaln(a, b + chances) - betaln(a, b))
        value -= in_age @ (r * np.log1p(ages / alpha)) + bought @ np.log(alpha + ages)
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[0] = in_count @ psi(r + counts) - customers * psi(r) - in_age @ np.log1p(ages / alpha)
        gradient[1] = in_age @ (r * ages / alpha / (alpha + ages)) - bought @ (1 / (alpha + ages))
        gradient[2] = customers * psi(a + b) - in_count @ psi(a + b + chances) + 0.0
        gradient[3] = gradient[2] + in_count @ psi(b + chances) - customers * psi(b)
        hessian[0, 0] = in_count @ zeta(2, r + counts) - customers * zeta(2, r)
        hessian[0, 1] = in_age @ (ages / alpha / (alpha + ages))
        hessian[1, 1] = bought @ (alpha + ages) ** -2 - in_age @ (r * (alpha**-2 - (alpha + ages) ** -2))
        hessian[2, 2] = customers * zeta(2, a + b) - in_count @ zeta(2, a + b + chances)
        hessian[2, 3] = hessian[2, 2]
        hessian[3, 3] = hessian[2, 2] + in_count @ zeta(2, b + chances) - customers * zeta(2, b)

        for part in parts:
            more = _could_have_left(r, alpha, a, b, *part, leaving_from=leaving_from)
            value, gradient, hessian = value + more[0], gradient + more[1], hessian + more[2]
        return fitting.in_logs(theta, value, gradient, hessian + np.triu(hessian, 1).T)

    return objective


def _could_have_left(r, alpha, a, b, x, recency, age, weight, *, leaving_from: int):
    """What log(1 + e^u) adds to value, gradient and Hessian (upper half); u: a row's log odds of being gone."""
    quiet = np.log1p((age - recency) / (alpha + recency))
    over, under, before = 1 / (alpha + age), 1 / (alpha + recency), 1 / (b + x - leaving_from)
    u = np.log(a * before) + (r + x) * quiet
    gone = expit(u)
    slope = np.stack(
        [quiet, (r + x) * (over - under), np.full_like(u, 1 / a), -before]
    )  # of u in r, alpha, a, b
    pull = weight * gone
    # einsum, since a matrix product would start threads for next to nothing
    hessian = np.triu(np.einsum("in,jn->ij", slope * (pull * (1 - gone)), slope))
    hessian[0, 1] += pull @ (over - under)
    hessian[1, 1] += pull @ ((r + x) * (under**2 - over**2))
    hessian[2, 2] -= pull.sum() / a**2
    hessian[3, 3] += pull @ before**2
    return weight @ np.logaddexp(0, u), np.einsum("in,n->i", slope, pull), hessian
