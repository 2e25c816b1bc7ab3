"""How long do subscribers stay?  The shifted beta-geometric model.

At each renewal a subscriber leaves with a probability of their own, the same every time; probabilities vary
over subscribers like a beta distribution. So the retention rate of a cohort rises, only because those who
leave readily are gone. A subscriber who really changes over time is not in it.

Sources: Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1); Fader &
Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring Heterogeneity",
Marketing Science 29(1).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln

from . import fitting
from .fitting import Fit


@dataclass(frozen=True, kw_only=True)
class Sbg:
    """A cohort of subscribers under the shifted beta-geometric model.

    alpha, beta: the beta distribution of the probability of leaving at a renewal. Raises ValueError unless both are
    finite and above 0. Periods are whole numbers, 0 or more (ValueError otherwise), and may be arrays.

    Of the "high end" cohort of the 2007 paper, after 12 periods there remain:

    >>> round(float(Sbg(alpha=0.668, beta=3.806).survival(periods=12)), 3)
    0.378
    """

    alpha: float
    beta: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def log_likelihood(self, *, survivors: ArrayLike) -> float:
        """Log-likelihood of a cohort; `survivors` as for `fit`."""
        return float(_objective(_check(survivors))(np.log([self.alpha, self.beta]))[0])

    def survival(self, *, periods: ArrayLike) -> np.ndarray:
        """Share of the starting cohort that is left after so many renewals."""
        t = fitting.check_counts("periods", periods)
        return np.exp(betaln(self.alpha, self.beta + t) - betaln(self.alpha, self.beta))

    def retention(self, *, periods: ArrayLike) -> np.ndarray:
        """Retention rate at renewal number `periods` (from 1): the share of those still there who renew."""
        t = fitting.check_counts("periods", periods)
        fitting.must("periods", t, t >= 1, "be 1 or more")
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)

    def expected_residual_lifetime(self, *, renewals: int, discount_rate: float) -> float:
        """Discounted periods still to come from a subscriber who has renewed so often (0: a new one).

        The next renewal, if it comes, counts in full, the one after it 1/(1 + discount_rate), and so on.
        Raises ValueError unless the discount rate per period is at least 0.0001.

        >>> round(Sbg(alpha=0.668, beta=3.806).expected_residual_lifetime(renewals=0, discount_rate=0.1), 2)
        5.41
        """
        start = float(fitting.check_counts("renewals", renewals))
        if not 1e-4 <= discount_rate < np.inf:
            raise ValueError(f"discount_rate must be a finite number, 0.0001 or more, not {discount_rate}.")
        t = np.arange(start, start + np.ceil(40 / np.log1p(discount_rate)))
        stays = np.cumsum(np.log1p(-self.alpha / (self.alpha + self.beta + t)))
        return float(np.exp(stays - (t - start) * np.log1p(discount_rate)).sum())


def fit(*, survivors: ArrayLike) -> Fit:
    """Fit by maximum likelihood.

    survivors: how many of a cohort are there at the start and after each renewal, n + 1 numbers that never rise.
    Raises ValueError for fewer than two numbers, or others than that. Needs two renewals at least to tell the two
    parameters apart; a cohort whose retention does not rise has no optimum. The fit then says so.
    """
    survivors = _check(survivors)
    objective = _objective(survivors)
    return fitting.fitted("sbg", ("alpha", "beta"), objective, [np.log([1.0, 3.0])], customers=survivors[0])


def _check(survivors: ArrayLike) -> np.ndarray:
    survivors = np.asarray(survivors, dtype=float).ravel()
    if survivors.size < 2:
        raise ValueError(
            "survivors must have two numbers at least: the starting cohort and who is left of it."
        )
    fitting.must("survivors", survivors, np.isfinite(survivors) & (survivors >= 0), "be finite, 0 or more")
    never_rises = np.concatenate([[survivors[0] > 0], np.diff(survivors) <= 0])
    fitting.must("survivors", survivors, never_rises, "start above 0 and never rise")
    return survivors


def _objective(survivors: np.ndarray) -> fitting.Objective:
    stayed, left, before = survivors[1:], -np.diff(survivors), survivors[:-1]
    t = np.arange(stayed.size)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        alpha, beta = np.exp(theta)
        one = 1 / (beta + t)
        both = 1 / (alpha + beta + t)
        value = -stayed @ np.log1p(alpha * one) + left @ np.log(alpha * both)
        by_both = before @ both
        gradient = np.array([left.sum() / alpha - by_both, stayed @ one - by_both])
        hessian = np.full((2, 2), before @ both**2)
        hessian[0, 0] -= left.sum() / alpha**2
        hessian[1, 1] -= stayed @ one**2
        return fitting.in_logs(theta, value, gradient, hessian)

    return objective
