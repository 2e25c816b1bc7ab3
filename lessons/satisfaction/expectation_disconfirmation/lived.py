"""Where does a survey lose what customers felt?  The same regression, from what was lived down to what was answered.

The company sees four scores of those who answered. The world knows what each order brought, so each step between the
two can be taken alone: leave out what was wished for, let answers err, round them and end them at ten, hear only some.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lessons.satisfaction.expectation_disconfirmation.estimating import (
    Fit,
    asymmetry,
    covered,
    least_squares,
    split,
    two_standards,
)

LOWEST_SCORE, HIGHEST_SCORE = 1, 10
SMALL, LARGE, ANALYSTS = 200, 2_000, 100


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What the survey says of the judgement, and what is true of it.

    `survey`, `both`: the regressions on the answers, against expectation alone and against desire too. `lived`: the
    first of them on what was lived. `stages`: surplus, shortfall and ratio by stage. `means`: satisfaction by reported
    gap. `planted`: the world's own slopes. `customers`: how many answered. `covered_small`, `covered_large`: of
    `ANALYSTS` who each hear SMALL or LARGE customers, how many give an interval of the ratio that holds the true one.
    """

    survey: Fit
    both: Fit
    lived: Fit
    stages: pd.DataFrame
    means: pd.DataFrame
    planted: dict[str, float]
    customers: int
    covered_small: int
    covered_large: int

    @property
    def true_ratio(self) -> float:
        """How many times as much a shortfall weighs as a surplus, in the world."""
        return self.planted["shortfall"] / self.planted["surplus"]


def answers(surveys: pd.DataFrame) -> pd.DataFrame:
    """The questionnaires that were answered: survey_id, customer_id, order_id, and the four scores as numbers."""
    columns = ["survey_id", "customer_id", "order_id", "expectation", "desire", "performance", "satisfaction"]
    return surveys.loc[surveys["satisfaction"].notna(), columns].reset_index(drop=True)


def planted(causes: Any) -> dict[str, float]:
    """The slopes that the world judges by (datasets.world.causes.Causes), in points per point."""
    more = 1 + causes.loss_weight
    return {
        "surplus": causes.disconfirmation,
        "shortfall": causes.disconfirmation * more,
        "surplus_desire": causes.desire,
        "shortfall_desire": causes.desire * more,
    }


def judge(*, surveys: pd.DataFrame, lived: pd.DataFrame, scenario: Any, seed: int = 1) -> Judged:
    """Regress the answers, and what was lived, and all that lies between.

    `lived` is truth_encounters with each order's `desire`; `scenario` gives the scale and the causes.
    """
    seen = answers(surveys)
    columns = {name: seen[name].to_numpy(float) for name in ("performance", "expectation", "desire")}
    satisfaction = seen["satisfaction"].to_numpy(float)
    who = seen["customer_id"].to_numpy()
    alone = {name: columns[name] for name in ("performance", "expectation")} | {"customers": who}
    survey = asymmetry(satisfaction, **alone)
    truth = planted(scenario.causes)
    ratio = truth["shortfall"] / truth["surplus"]
    felt = {
        name: lived[column].to_numpy(float)
        for name, column in (
            ("performance", "quality"),
            ("expectation", "expectation"),
            ("desire", "desire"),
            ("satisfaction", "satisfaction"),
            ("afterwards", "satisfaction_afterwards"),
        )
    }
    outcome = asymmetry(
        felt["satisfaction"], performance=felt["performance"], expectation=felt["expectation"]
    )
    gap = columns["performance"] - columns["expectation"]
    means = pd.DataFrame({"gap": gap, "satisfaction": satisfaction}).groupby("gap")["satisfaction"]
    small, large = (
        covered(satisfaction, **alone, true_ratio=ratio, analysts=ANALYSTS, sample=size, seed=seed)
        for size in (SMALL, LARGE)
    )
    return Judged(
        survey=survey,
        both=two_standards(satisfaction, **columns, customers=who),
        lived=outcome,
        stages=stages(felt, service=scenario.service, survey=survey, lived=outcome, seed=seed),
        means=means.agg(["mean", "count"]).reset_index(),
        planted=truth,
        customers=seen["customer_id"].nunique(),
        covered_small=small,
        covered_large=large,
    )


def stages(
    felt: dict[str, NDArray[np.float64]], *, service: Any, survey: Fit, lived: Fit, seed: int
) -> pd.DataFrame:
    """Surplus, shortfall and their ratio where: both standards are known and true; desire is left out; each answer
    errs; the scale is rounded and ends; only some answer (the company's own survey)."""
    exact = least_squares(
        felt["satisfaction"],
        split(felt["performance"], felt["expectation"])
        | split(felt["performance"], felt["desire"], suffix="_desire"),
    )
    rng = np.random.default_rng(seed)
    names = ("performance", "expectation", "afterwards")
    on_scale = {
        name: service.survey_satisfaction
        + service.survey_step * felt[name]
        + service.survey_noise * rng.standard_normal(len(felt[name]))
        for name in names
    }
    whole = {name: np.clip(np.rint(score), LOWEST_SCORE, HIGHEST_SCORE) for name, score in on_scale.items()}
    fits = [exact, lived]
    fits += [
        asymmetry(one["afterwards"], performance=one["performance"], expectation=one["expectation"])
        for one in (on_scale, whole)
    ]
    fits.append(survey)
    rows = []
    for stage, fit in zip(("exact", "lived", "errs", "ends", "some"), fits, strict=True):
        # Where both standards are known, quality that rises by a point counts against both.
        surplus, shortfall = (
            sum(slope for name, slope in fit.coefficients.items() if name.startswith(side))
            for side in ("surplus", "shortfall")
        )
        rows.append((stage, surplus, shortfall, shortfall / surplus if surplus else float("nan")))
    return pd.DataFrame(rows, columns=["stage", "surplus", "shortfall", "ratio"])
