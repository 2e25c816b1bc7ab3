"""What if a subscriber's own readiness to leave changes with the years?  The beta-discrete-Weibull model.

The shifted beta-geometric lets nobody change. Here the chance that a subscriber with leaving probability θ is still
there after t renewals is (1 − θ)^(t^c): with c above 1 each renewal becomes harder to win, below 1 easier, and at
c = 1 it is the shifted beta-geometric. θ varies over subscribers like a beta distribution, as before. Three parameters
from seven numbers: on short cohorts they are badly told apart, and the fit says so.

Source: Fader, Hardie, Liu, Davin & Steenburgh (2018), "'How to Project Customer Retention' Revisited: The Role of
Duration Dependence", Journal of Interactive Marketing 43, 1–16.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, polygamma, psi

from lessons.customer_value.btyd import fitting, sbg


@dataclass(frozen=True, kw_only=True)
class BetaDiscreteWeibull:
    """A cohort of subscribers whose own chance of leaving may change with the number of renewals.

    alpha, beta: the beta distribution of θ. c: the exponent of time. Raises ValueError unless all three are finite and
    above 0. Periods are whole numbers, 0 or more (ValueError otherwise), and may be arrays.

    >>> BetaDiscreteWeibull(alpha=1, beta=3, c=1).survival(periods=[0, 1, 2]).round(3).tolist()
    [1.0, 0.75, 0.6]
    """

    alpha: float
    beta: float
    c: float

    def __post_init__(self) -> None:
        """Refuse parameters that are not positive."""
        fitting.check_parameters(asdict(self))

    def survival(self, *, periods: ArrayLike) -> np.ndarray:
        """Share of the starting cohort that is left after so many renewals."""
        t = fitting.check_counts("periods", periods)
        return np.exp(betaln(self.alpha, self.beta + t**self.c) - betaln(self.alpha, self.beta))

    def log_likelihood(self, *, survivors: ArrayLike) -> float:
        """Log-likelihood of a cohort; `survivors` as for `fit`."""
        objective = _objective(np.asarray(survivors, dtype=float))
        return float(objective(np.log([self.alpha, self.beta, self.c]))[0])


def fit(*, survivors: ArrayLike) -> fitting.Fit:
    """Fit by maximum likelihood, from the shifted beta-geometric and from either side of it.

    survivors: how many of a cohort are there at the start and after each renewal, n + 1 numbers that never rise.
    Raises ValueError for anything else. Needs three renewals to tell the parameters apart.
    """
    simple = sbg.fit(survivors=survivors)
    survivors = np.asarray(survivors, dtype=float).ravel()
    start = np.log(list(simple.parameters.values())) if simple.converged else np.log([1.0, 3.0])
    starts = [np.append(start * shrink, np.log(c)) for shrink, c in ((1.0, 1.0), (0.5, 1.4), (1.2, 0.8))]
    return fitting.fitted(
        "bdw", ("alpha", "beta", "c"), _objective(survivors), starts, customers=survivors[0]
    )


def _objective(survivors: np.ndarray) -> fitting.Objective:
    """Log-likelihood in log parameters, with exact gradient and Hessian.

    With g, H the derivatives of ln S(t), those of S are S g and S (g gᵀ + H), and a share that left between
    t − 1 and t is the difference of two S.
    """
    left, stayed = -np.diff(survivors), survivors[-1]
    t = np.arange(1, survivors.size, dtype=float)

    def objective(theta: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        alpha, beta, c = np.exp(theta)
        u = t**c
        du, ddu = u * np.log(t), u * np.log(t) ** 2
        log_s = betaln(alpha, beta + u) - betaln(alpha, beta)
        both, one = psi(alpha + beta + u), psi(beta + u)
        both2, one2 = polygamma(1, alpha + beta + u), polygamma(1, beta + u)
        start, start2 = psi(alpha + beta), polygamma(1, alpha + beta)
        g = np.stack([start - both, one + start - both - psi(beta), (one - both) * du])
        h = np.empty((3, 3, t.size))
        h[0, 0] = start2 - both2
        h[0, 1] = h[1, 0] = start2 - both2
        h[1, 1] = one2 + start2 - both2 - polygamma(1, beta)
        h[0, 2] = h[2, 0] = -both2 * du
        h[1, 2] = h[2, 1] = (one2 - both2) * du
        h[2, 2] = (one2 - both2) * du**2 + (one - both) * ddu
        s = np.exp(log_s)
        ds, dds = s * g, s * (g[:, None] * g[None, :] + h)
        # What left between t − 1 and t; at t = 0 everybody is there whatever the parameters.
        before = np.concatenate([[0.0], log_s[:-1]])
        gone = np.exp(before) * -np.expm1(log_s - before)
        d_gone = -np.diff(ds, axis=1, prepend=0.0)
        dd_gone = -np.diff(dds, axis=2, prepend=0.0)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratio = d_gone / gone
            value = left @ np.log(gone) + stayed * log_s[-1]
            gradient = ratio @ left + stayed * g[:, -1]
            hessian = (dd_gone / gone - ratio[:, None] * ratio[None, :]) @ left + stayed * h[..., -1]
        if not (np.isfinite(value) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return -np.inf, np.zeros(3), -np.eye(3)
        return fitting.in_logs(theta, float(value), gradient, hessian)

    return objective
