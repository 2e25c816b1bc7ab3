"""Do the estimators get back what was planted, and with honest standard errors?

With the parameters in logarithms, (estimate − truth)ᵀ covariance⁻¹ (estimate − truth) is chi-square with as
many degrees of freedom as parameters, if both the world and the estimator are right. Its mean over twenty
worlds then has mean k and standard deviation √(2k/20), so it lies within about ±2.1 of these with chance 0.96.
The seeds are fixed. Times are continuous: whole days would bias the estimates.
"""

from typing import Any

import numpy as np
import pytest

from datasets.world import Scenario, live, live_rhythm, load_scenario
from lessons.customer_value.btyd import bg_nbd, gamma_gamma, mbg_nbd
from lessons.customer_value.btyd.fitting import Fit

TEA = load_scenario("tea_shops").textbook()
SEEDS = range(101, 121)


def _distance(fit: Fit, planted: dict[str, float]) -> float:
    """The Wald statistic in log parameters."""
    assert fit.converged, fit.message
    error = np.log([fit.parameters[name] / planted[name] for name in fit.parameters])
    return float(error @ np.linalg.solve(fit.covariance_log, error))


def _mean_distance(model: Any, scenario: Scenario) -> float:
    main = scenario.main
    planted = {"r": main.r, "alpha": main.alpha_weeks, "a": main.a, "b": main.b}
    distances = []
    for seed in SEEDS:
        rhythm = live_rhythm(scenario, customers=6000, seed=seed)
        fit = model.fit(x=rhythm.x, recency=rhythm.recency, age=rhythm.age)
        distances.append(_distance(fit, planted))
    return float(np.mean(distances))


@pytest.mark.parametrize("changes", [{}, {"r": 0.3, "alpha_weeks": 4.4, "a": 1.6, "b": 2.4}])
def test_bg_nbd_gets_the_planted_parameters_back(changes: dict[str, float]) -> None:
    assert 2.7 < _mean_distance(bg_nbd, TEA.textbook(**changes)) < 5.6


def test_mbg_nbd_gets_the_planted_parameters_back_where_one_may_leave_after_the_first_order() -> None:
    assert 2.7 < _mean_distance(mbg_nbd, TEA.textbook(leaving_from=0)) < 5.6


def test_bg_nbd_does_not_fit_a_world_where_one_may_leave_after_the_first_order() -> None:
    assert _mean_distance(bg_nbd, TEA.textbook(leaving_from=0)) > 20


def test_gamma_gamma_gets_the_planted_parameters_back() -> None:
    planted = {"p": TEA.main.p, "q": TEA.main.q, "gamma": TEA.main.gamma_cents}
    distances = []
    for seed in SEEDS:
        orders = live(TEA, customers=4000, seed=seed).orders.to_pandas()
        repeat = orders[orders["customer_id"].duplicated()].groupby("customer_id")["amount_cents"]
        fit = gamma_gamma.fit(x=repeat.size().to_numpy(), mean_spend=repeat.mean().to_numpy())
        distances.append(_distance(fit, planted))
    # Three parameters: mean 3, standard deviation √(6/20) = 0.55, and the same ±2 of these.
    assert 1.9 < np.mean(distances) < 4.3
