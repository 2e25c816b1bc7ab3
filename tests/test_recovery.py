"""Do the estimators get back what was planted, and with honest standard errors?

With the parameters in logarithms, (estimate − truth)ᵀ covariance⁻¹ (estimate − truth) is chi-square with as
many degrees of freedom as parameters, if both the world and the estimator are right. Its mean over twenty
worlds then has mean k and standard deviation √(2k/20), so it lies within about ±2.1 of these with chance 0.96.
The seeds are fixed. Times are continuous: whole days would bias the estimates.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from datasets.world import Scenario, live, live_rhythm, load_scenario
from lessons.customer_value.btyd import bg_nbd, gamma_gamma, mbg_nbd, sbg
from lessons.customer_value.btyd.fitting import Fit

WHOLE = load_scenario("tea_shops")
TEA = WHOLE.textbook()
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


def _alone(name: str) -> Scenario:
    """The textbook of another of the company's businesses."""
    others = [one for one in WHOLE.businesses if one.name != name]
    first = next(one for one in WHOLE.businesses if one.name == name)
    shares = [one.share for one in WHOLE.businesses]
    businesses = [replace(one, share=share) for one, share in zip([first, *others], shares, strict=True)]
    return replace(WHOLE, businesses=tuple(businesses)).textbook()


def _spending(scenario: Scenario, *, customers: int, seed: int) -> Fit:
    tables = live(scenario, customers=customers, seed=seed, tables=("orders",))
    orders = tables.orders.to_pandas()
    repeat = orders[orders["customer_id"].duplicated()].groupby("customer_id")["amount_cents"]
    return gamma_gamma.fit(x=repeat.size().to_numpy(), mean_spend=repeat.mean().to_numpy())


@pytest.mark.parametrize("business", ["shop", "wholesale"])
def test_gamma_gamma_gets_the_planted_parameters_back(business: str) -> None:
    scenario = _alone(business)
    main = scenario.main
    assert main.name == business
    planted = {"p": main.p, "q": main.q, "gamma": main.gamma_cents}
    distances = [_distance(_spending(scenario, customers=3000, seed=seed), planted) for seed in SEEDS]
    # Three parameters: mean 3, standard deviation √(6/20) = 0.55, and the same ±2 of these.
    assert 1.9 < np.mean(distances) < 4.3


def _renewals(scenario: Scenario, *, customers: int, seed: int) -> Fit:
    """The shifted beta-geometric model of a cohort that signs up on one day, over a year."""
    rhythm = live_rhythm(replace(scenario, joining_weeks=0.01), customers=customers, weeks=52, seed=seed)
    periods = 52 * 7 // scenario.main.period_days
    return sbg.fit(survivors=[int((rhythm.x >= renewal).sum()) for renewal in range(periods)])


@pytest.mark.parametrize("changes", [{}, {"a": 0.668, "b": 3.806}, {"a": 2.5, "b": 1.5}])
def test_sbg_gets_the_planted_parameters_back(changes: dict[str, float]) -> None:
    # With the second, the "high end" cohort of Fader and Hardie (2007).
    box = _alone("box").textbook(**changes)
    assert box.main.kind == "contract"
    planted = {"alpha": box.main.a, "beta": box.main.b}
    distances = [_distance(_renewals(box, customers=5000, seed=seed), planted) for seed in SEEDS]
    # Two parameters: mean 2, standard deviation √(4/20) = 0.45.
    assert 1.05 < np.mean(distances) < 2.95


def _rhythm_fit(model: Any) -> Callable[..., Fit]:
    def fit(scenario: Scenario, *, customers: int, seed: int) -> Fit:
        rhythm = live_rhythm(scenario, customers=customers, seed=seed)
        return model.fit(x=rhythm.x, recency=rhythm.recency, age=rhythm.age)

    return fit


@pytest.mark.parametrize(
    ("fit", "scenario"),
    [
        (_rhythm_fit(bg_nbd), TEA),
        (_rhythm_fit(mbg_nbd), TEA.textbook(leaving_from=0)),
        (_renewals, _alone("box")),
        (_spending, TEA),
    ],
    ids=["bg_nbd", "mbg_nbd", "sbg", "gamma_gamma"],
)
def test_intervals_cover_the_planted_parameters_as_often_as_they_say(
    fit: Callable[..., Fit], scenario: Scenario
) -> None:
    main, worlds = scenario.main, 40
    planted = {
        "r": main.r, "a": main.a, "b": main.b, "p": main.p, "q": main.q, "gamma": main.gamma_cents,
        # sBG calls the two shapes of the dropout probabilities so; of BG/NBD, alpha is the rate of the order rates.
        "alpha": main.a if main.kind == "contract" else main.alpha_weeks, "beta": main.b,
    }  # fmt: skip
    covered: dict[str, list[bool]] = {}
    for seed in range(201, 201 + worlds):
        found = fit(scenario, customers=1500, seed=seed)
        assert found.converged
        errors = np.sqrt(np.diag(found.covariance_log))
        for (name, value), error in zip(found.parameters.items(), errors, strict=True):
            covered.setdefault(name, []).append(abs(np.log(value / planted[name])) < 1.96 * error)
    # Of 40 intervals of 95%, 38 hold the truth; 33 or fewer do so three times in a thousand.
    assert {name: sum(held) for name, held in covered.items() if sum(held) < 34} == {}
    # And they are not too wide: an error twice as large as the true one would hold the truth always.
    assert np.mean(list(covered.values())) < 0.995
