"""How many of a cohort are left in year 12, if we saw the first seven?  Two stories and three curves.

A regression draws a curve through the points and has no idea why they fall. The shifted beta-geometric tells a story:
everyone leaves with a probability of their own, and the ready leavers go first. On the years that were seen the two
look alike; beyond them only the story holds. A cohort that meets a new price or a new rival holds to neither.

Source: Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1), 76–90.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import betaln

from lessons.churn.sbg.bdw import BetaDiscreteWeibull
from lessons.churn.sbg.bdw import fit as fit_bdw
from lessons.customer_value.btyd.sbg import Sbg
from lessons.customer_value.btyd.sbg import fit as fit_sbg

# Of 1,000 subscribers, how many are left after each year; the paper fits the first eight numbers.
PUBLISHED = {
    "high_end": (1000, 869, 743, 653, 593, 551, 517, 491, 468, 445, 427, 409, 394),
    "regular": (1000, 631, 468, 382, 326, 289, 262, 241, 223, 207, 194, 183, 173),
}
STORIES = ("sbg", "bdw")
CURVES = ("linear", "quadratic", "exponential")
MODELS = (*STORIES, *CURVES)
SIX_LEAVE = (0.1, 0.1, 0.2, 0.2, 0.5, 0.5)
FURTHEST = 60_000


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A cohort as one model sees it.

    `survival`: share left after 0, 1, 2 … renewals. `parameters`: of a story, by name; the coefficients of a curve.
    `r_squared`: of a curve on the fitted points (the exponential's on logarithms), NaN for a story. `converged`: False
    where the likelihood has no optimum. `low`, `high`: a 95% interval of the last share, NaN where there is none.
    """

    model: str
    survival: np.ndarray
    parameters: dict[str, float]
    r_squared: float = np.nan
    converged: bool = True
    low: float = np.nan
    high: float = np.nan
    story: Sbg | BetaDiscreteWeibull | None = field(default=None, repr=False)


def project(*, survivors: Sequence[float], model: str, until: int) -> Projection:
    """Fit `model` to `survivors` (the start and each renewal seen) and project up to `until` renewals.

    model: one of MODELS. Raises ValueError for another, for survivors that rise, and for fewer than three renewals.

    >>> paper = project(survivors=PUBLISHED["high_end"][:8], model="sbg", until=12)
    >>> round(1000 * float(paper.survival[12])), round(paper.parameters["alpha"], 3)
    (378, 0.668)
    """
    if len(survivors) < 4:
        raise ValueError(
            f"survivors must have four numbers at least, the start and three renewals, not {len(survivors)}"
        )
    if model in CURVES:
        return _curve(np.asarray(survivors, dtype=float), model, until)
    if model not in STORIES:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, not {model!r}")
    made = Sbg if model == "sbg" else BetaDiscreteWeibull
    found = (fit_sbg if model == "sbg" else fit_bdw)(survivors=survivors)
    story = made(**found.parameters)
    low, high = _interval(made, found.parameters, found.covariance_log, until)
    return Projection(
        model=model,
        survival=story.survival(periods=np.arange(until + 1)),
        parameters=found.parameters,
        converged=found.converged,
        low=low,
        high=high,
        story=story,
    )


def _interval(
    made: type, parameters: dict[str, float], spread: np.ndarray, until: int
) -> tuple[float, float]:
    """The 95% interval of the share left after `until` renewals, on the log-odds (delta method)."""
    theta, names = np.log(list(parameters.values())), list(parameters)

    def log_odds(at: np.ndarray) -> float:
        share = float(made(**dict(zip(names, np.exp(at), strict=True))).survival(periods=until))
        return np.log(share / (1 - share))

    if not np.isfinite(spread).all():
        return np.nan, np.nan
    step = 1e-4 * np.eye(len(theta))
    slope = np.array([(log_odds(theta + one) - log_odds(theta - one)) / 2e-4 for one in step])
    middle, half = log_odds(theta), 1.96 * np.sqrt(max(slope @ spread @ slope, 0.0))
    low, high = 1 / (1 + np.exp(-(middle + np.array([-half, half]))))
    return float(low), float(high)


def _curve(survivors: np.ndarray, model: str, until: int) -> Projection:
    """Least squares on the shares left, or on their logarithms, by the number of renewals."""
    share, seen = survivors / survivors[0], np.arange(survivors.size)
    if model == "exponential" and share.min() <= 0:
        raise ValueError("survivors must stay above 0 for an exponential curve")
    powers = 2 if model == "quadratic" else 1
    outcome = np.log(share) if model == "exponential" else share
    design = np.vander(seen, powers + 1, increasing=True).astype(float)
    coefficients, *_ = np.linalg.lstsq(design, outcome, rcond=None)
    rest = outcome - design @ coefficients
    whole = np.vander(np.arange(until + 1), powers + 1, increasing=True).astype(float)
    line, last = whole @ coefficients, whole[-1]
    freedom = max(survivors.size - powers - 1, 1)
    error = np.sqrt(rest @ rest / freedom * (1 + last @ np.linalg.solve(design.T @ design, last)))
    ends = line[-1] + np.array([-1.96, 1.96]) * error
    if model == "exponential":
        line, ends = np.exp(line), np.exp(ends)
    return Projection(
        model=model,
        survival=line,
        parameters={f"b{power}": float(value) for power, value in enumerate(coefficients)},
        r_squared=float(1 - rest @ rest / np.sum((outcome - outcome.mean()) ** 2)),
        low=float(ends[0]),
        high=float(ends[1]),
    )


def holdout_error(projection: Projection, *, survivors: Sequence[float], fitted: int) -> float:
    """Mean absolute error, as a share of what was left, over the renewals after number `fitted`; NaN without any.

    >>> line = project(survivors=PUBLISHED["high_end"][:8], model="linear", until=12)
    >>> round(holdout_error(line, survivors=PUBLISHED["high_end"], fitted=7), 2)
    0.51
    """
    share = np.asarray(survivors, dtype=float) / survivors[0]
    later = share[fitted + 1 :]
    if later.size == 0:
        return np.nan
    return float(np.mean(np.abs(projection.survival[fitted + 1 : share.size] - later) / later))


def residual_lifetime(projection: Projection, *, renewals: int, discount_rate: float) -> float:
    """Discounted renewals still to come from a subscriber who has renewed so often; NaN where the curve has no sense.

    The next renewal counts in full, the one after it 1/(1 + discount_rate), and so on. A line falls below zero and
    a parabola turns up: neither has a lifetime. Raises ValueError unless the discount rate is at least 0.0005.
    """
    if not 0.0005 <= discount_rate < np.inf:
        raise ValueError(f"discount_rate must be 0.0005 or more, not {discount_rate}")
    if projection.model in ("linear", "quadratic"):
        return np.nan
    if projection.story is None:
        stays = np.exp(projection.parameters["b1"])
        # Its curve does not start at 1: a renewal rate that never changes is what it says of those who are there.
        return float(stays / (1 - stays / (1 + discount_rate))) if stays < 1 + discount_rate else np.inf
    ahead = np.arange(1, min(int(np.ceil(30 / np.log1p(discount_rate))), FURTHEST) + 1)
    left = projection.story.survival(periods=np.concatenate([[renewals], renewals + ahead]))
    return float(np.sum(left[1:] / left[0] * (1 + discount_rate) ** (1.0 - ahead)))


def all_models(*, survivors: Sequence[float], fitted: int, until: int) -> pd.DataFrame:
    """Every model on the same years: model, last (share left after `until`), error (of the holdout), r_squared."""
    rows = []
    for name in MODELS:
        found = project(survivors=survivors[: fitted + 1], model=name, until=until)
        error = holdout_error(found, survivors=survivors, fitted=fitted)
        rows.append((name, found.survival[-1], error, found.r_squared, found.converged))
    return pd.DataFrame(rows, columns=["model", "last", "error", "r_squared", "converged"])


def six_subscribers(*, years: int = 3) -> pd.DataFrame:
    """Six subscribers, each with a chance of leaving of their own: leave, then the chance to be there after each year.

    >>> six = six_subscribers()
    >>> six.sum().round(2).tolist()[1:]
    [4.4, 3.4, 2.73]
    """
    leave = np.array(SIX_LEAVE)
    rows = {f"year_{year}": (1 - leave) ** year for year in range(1, years + 1)}
    return pd.DataFrame({"leave": leave, **rows})


def implied_rates(projection: Projection) -> np.ndarray:
    """The retention rate at each renewal from the first on that a projection implies: S(t) / S(t − 1)."""
    return projection.survival[1:] / projection.survival[:-1]


def leaving_density(projection: Projection, *, chance: np.ndarray, renewals: int) -> np.ndarray:
    """How densely the chances of leaving lie among those who have renewed so often: beta(α, β + renewals).

    Under the shifted beta-geometric alone; raises ValueError for another model.
    """
    if not isinstance(projection.story, Sbg):
        raise ValueError(f"only the shifted beta-geometric has this density, not {projection.model}")
    a, b = projection.story.alpha, projection.story.beta + renewals
    return np.exp((a - 1) * np.log(chance) + (b - 1) * np.log1p(-chance) - betaln(a, b))
