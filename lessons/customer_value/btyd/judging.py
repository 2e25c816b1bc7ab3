"""How good is the estimate?  A fitted model held against the truth, and against its own uncertainty.

Four judgements: are customers with P(alive) of 30% alive in 3 cases of 10; what does a ranking by estimated
value cost against the true ranking; would more customers help; and do 95% intervals hold the planted
parameters in 95 worlds of 100. The last needs a world whose parameters are known, so it makes its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from datasets.world import Scenario, live_rhythm
from lessons.customer_value.btyd import bg_nbd, gamma_gamma, mbg_nbd
from lessons.customer_value.btyd.fitting import Fit


def alive_by_estimate(p_alive: np.ndarray, *, alive: np.ndarray, groups: int = 10) -> pd.DataFrame:
    """Group customers by estimated P(alive) in steps of 1 / groups; compare with the share truly alive.

    p_alive: estimates; alive: 0 or 1, same shape. Returns estimate (mean of the group), share (truly alive) and
    customers, a row for each group that holds anybody.

    >>> alive_by_estimate(np.array([0.9, 0.92, 0.1]), alive=np.array([1, 1, 0]))["share"].to_list()
    [0.0, 1.0]
    """
    group = np.minimum((np.asarray(p_alive) * groups).astype(int), groups - 1)
    frame = pd.DataFrame({"group": group, "estimate": p_alive, "share": np.asarray(alive, dtype=float)})
    means = frame.groupby("group")[["estimate", "share"]].mean()
    return means.assign(customers=frame.groupby("group").size()).reset_index(drop=True)


def expected_spend(*, x: np.ndarray, mean_spend: np.ndarray) -> tuple[Fit, np.ndarray]:
    """Fit gamma-gamma to the customers with repeat orders; return the fit and every customer's expected amount.

    x: repeat orders; mean_spend: their mean amount, in units of money. A customer without repeat orders
    gets the average of all customers. Raises ValueError with fewer than 3 customers who repeat.
    """
    known = (x > 0) & (mean_spend > 0)
    if known.sum() < 3:
        raise ValueError("Expected spend needs at least 3 customers with a repeat order and an amount.")
    fit = gamma_gamma.fit(x=x[known], mean_spend=mean_spend[known])
    model = gamma_gamma.GammaGamma(**fit.parameters)
    return fit, model.expected_spend(x=np.where(known, x, 0), mean_spend=np.where(known, mean_spend, 0.0))


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """What choosing customers by estimated value brings, by how many are chosen (0 … all).

    `chosen` is the worth of the customers picked by the estimate, `best` that of the same number picked by
    worth itself; both cumulative, shape (customers + 1,), in units of money.
    """

    chosen: np.ndarray
    best: np.ndarray

    def lost(self, customers: int) -> float:
        """Money lost by choosing so many customers by the estimate."""
        return float(self.best[customers] - self.chosen[customers])


def rank(*, estimate: np.ndarray, worth: np.ndarray) -> Ranking:
    """Rank customers by `estimate` and count what they are worth; ties keep the order of the rows.

    >>> rank(estimate=np.array([3.0, 2.0, 1.0]), worth=np.array([5.0, 0.0, 9.0])).lost(1)
    4.0
    """
    by_estimate = np.argsort(-np.asarray(estimate), kind="stable")
    return Ranking(
        chosen=np.r_[0.0, np.cumsum(np.asarray(worth, dtype=float)[by_estimate])],
        best=np.r_[0.0, np.cumsum(np.sort(np.asarray(worth, dtype=float))[::-1])],
    )


def forecast_error(model: Any, *, covariance_log: np.ndarray, age: np.ndarray, horizon: float) -> float:
    """Standard error of the forecast of all orders in the horizon, as a share of it, by the delta method.

    model: a frozen dataclass of the parameters, in the order of `covariance_log` (of their logarithms);
    age: ages of the customers, horizon: time ahead, in its unit. Only the error in the parameters, that is, what
    more customers would cure; not the chance in the orders themselves, nor a wrong model.
    """
    ages = np.quantile(age, np.linspace(0.01, 0.99, 50))
    values = {name: getattr(model, name) for name in model.__dataclass_fields__}

    def log_forecast(**changed: float) -> float:
        moved = type(model)(**(values | changed))
        ahead = moved.expected_purchases_new(horizon=ages + horizon) - moved.expected_purchases_new(
            horizon=ages
        )
        return float(np.log(ahead.mean()))

    step = 1e-4
    slope = [
        (log_forecast(**{name: value * np.exp(step)}) - log_forecast(**{name: value * np.exp(-step)}))
        / (2 * step)
        for name, value in values.items()
    ]
    return float(np.sqrt(np.array(slope) @ covariance_log @ np.array(slope)))


def precision(
    *, x: np.ndarray, recency: np.ndarray, age: np.ndarray, horizon: float, sizes: Sequence[int], seed: int
) -> pd.DataFrame:
    """Refit BG/NBD on the first 100, 300, … of the customers in a random order, as if there were no more.

    Returns customers, half_width (of the 95% interval of the forecast, as a share of it; NaN where the fit found
    no optimum) and pace_per_unit (repeat orders expected per customer and unit of time in the horizon).
    """
    order = np.random.default_rng(seed).permutation(len(x))
    rows = []
    for size in sizes:
        some = order[:size]
        fit = bg_nbd.fit(x=x[some], recency=recency[some], age=age[some])
        half_width = float("nan")
        if fit.converged:
            model = bg_nbd.BgNbd(**fit.parameters)
            error = forecast_error(model, covariance_log=fit.covariance_log, age=age[some], horizon=horizon)
            half_width = 1.96 * error
        rows.append({"customers": len(some), "half_width": half_width})
    return pd.DataFrame(rows)


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Planted parameters sought in fresh worlds.

    In `worlds` worlds of `customers` each, `covered` of `intervals` 95% intervals held the planted value; `bias`
    is the mean estimate over the planted value, less 1, of the mean purchase rate r / alpha and the mean
    dropout a / (a + b).
    """

    worlds: int
    customers: int
    covered: int
    intervals: int
    bias: dict[str, float]


def recovery(
    scenario: Scenario, *, worlds: int, customers: int, weeks: int, first_seed: int = 1001
) -> Recovery:
    """Live `worlds` small worlds of the scenario, fit each in continuous time, and compare with what was planted.

    The model is BG/NBD, or MBG/NBD where customers may leave after the very first order. The intervals are
    symmetric in the logarithm, since parameters are positive and their errors skewed.
    """
    main = scenario.main
    find = bg_nbd.fit if main.leaving_from else mbg_nbd.fit
    planted = {"r": main.r, "alpha": main.alpha_weeks, "a": main.a, "b": main.b}
    rate, dropout, covered, used = [], [], 0, 0
    for seed in range(first_seed, first_seed + worlds):
        lives = live_rhythm(scenario, customers=customers, weeks=weeks, seed=seed)
        here = lives.age >= 0
        fit = find(x=lives.x[here], recency=lives.recency[here], age=lives.age[here])
        if not fit.converged:
            continue
        used += 1
        found = fit.parameters
        distance = np.log([found[name] / planted[name] for name in found])
        covered += int((np.abs(distance) <= 1.96 * np.sqrt(np.diag(fit.covariance_log))).sum())
        rate.append(found["r"] / found["alpha"])
        dropout.append(found["a"] / (found["a"] + found["b"]))
    return Recovery(
        worlds=worlds,
        customers=customers,
        covered=covered,
        intervals=4 * used,
        bias={
            "rate": float(np.mean(rate)) / (planted["r"] / planted["alpha"]) - 1,
            "dropout": float(np.mean(dropout)) / (planted["a"] / (planted["a"] + planted["b"])) - 1,
        },
    )
