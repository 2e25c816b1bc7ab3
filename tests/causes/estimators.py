"""One business in which few causes are at work, what its tables show, and the textbook's estimators.

Leaving for one of several reasons is a multinomial logit; it is estimated reason by reason, each against staying:
Begg & Gray (1984), "Calculation of polychotomous logistic regression parameters using individualized regressions",
Biometrika 71(1), 11–18. Order rates are compared by Poisson regression on events and time at risk: Holford (1980),
"The analysis of rates and of survivorship using log-linear models", Biometrics 36(2), 299–305.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from datasets.world import Policy, World, live, load_scenario
from datasets.world.causes import Causes
from datasets.world.scenario import REASONS, Scenario

TEA = load_scenario("tea_shops")
NAMES = {one.name for one in fields(Causes)}

# Many who leave soon, and many who stay long: the one shows what drives them away, the other what they buy.
SHORT = {"r": 3.0, "alpha_weeks": 3.0, "a": 2.0, "b": 8.0}
LONG = {"r": 3.0, "alpha_weeks": 6.0, "a": 1.0, "b": 60.0}

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here


def finds(*names: str) -> Callable[[Callable], Callable]:
    """Say which causes a test finds back; test_every_cause.py reads it."""
    if unknown := set(names) - NAMES:
        raise ValueError(f"there is no cause {', '.join(sorted(unknown))}")
    return lambda test: test


def company(business: str = "shop", *, causes: Any = None, main: Any = None, **parts: Any) -> Scenario:
    """One business of the tea company with these causes alone.

    `main` are changes of the business; of `parts`, a dictionary changes fields of that part of the scenario, and
    anything else takes its place.
    """
    own = next(one for one in TEA.businesses if one.name == business)
    products = tuple(one for one in TEA.products if one.business == business)
    parts = {
        name: replace(getattr(TEA, name), **part) if isinstance(part, dict) else part
        for name, part in parts.items()
    }
    defaults = {
        "products": products,
        "basket_rules": TEA.basket_rules if business == "shop" else (),
        "campaigns": (),
        "policy": Policy(),
        "causes": Causes(**(causes or {})),
    }
    own = replace(own, **{"share": 1.0, "also": 0.0, "loyalty": False, **(main or {})})
    return replace(TEA, **{**defaults, **parts, "businesses": (own,)})


@lru_cache(maxsize=6)
def lived(scenario: Scenario, *, customers: int, policy: Policy | None = None) -> tuple[World, Frame]:
    """A world, and its encounters: orders, what was felt there and the customer's traits, in order of time."""
    tables = ["customers", "orders", "truth_customers", "truth_encounters", "contacts"]
    world = live(scenario, policy, customers=customers, tables=tables)
    frame: Frame = world.orders.to_pandas().merge(
        world.tables["truth_encounters"].to_pandas(), on="order_id", validate="1:1"
    )
    traits: Frame = world.truth_customers.to_pandas().merge(
        world.customers.select(["customer_id", "household", "joined_at"]).to_pandas(), on="customer_id"
    )
    frame = frame.merge(traits, on="customer_id", validate="m:1")
    frame = frame.sort_values(["customer_id", "encounter"], ignore_index=True)
    frame["week"] = (frame["ordered_at"] - world.start) / pd.Timedelta(weeks=1)
    frame["next_week"] = frame.groupby("customer_id")["week"].shift(-1)
    frame["mood"] = _smoothed(frame, scenario.service.memory)
    return world, frame


def _smoothed(frame: Frame, weight: float) -> Any:
    """Each customer's satisfaction so far, exponentially smoothed from 0, after each encounter."""
    felt = frame["satisfaction_afterwards"].to_numpy(dtype=float)
    mood, encounter = np.zeros(len(frame)), frame["encounter"].to_numpy()
    for number in range(encounter.max() + 1):
        rows = np.flatnonzero(encounter == number)
        before = mood[rows - 1] if number else 0.0
        mood[rows] = (1 - weight) * before + weight * felt[rows]
    return mood


@dataclass(frozen=True)
class Estimate:
    """A coefficient and its standard error."""

    value: Any
    error: Any

    def finds(self, planted: float, *, at_most: float | None = None) -> bool:
        """Within four standard errors, which are so small that half as much again would be out of reach.

        `at_most` is the largest standard error allowed, by default a tenth of what is planted.
        """
        largest = abs(planted) / 10 if at_most is None else at_most
        assert 0 < self.error <= largest * 1.0001, f"{self} is too vague to find {planted}"
        assert abs(self.value - planted) <= 4 * self.error, f"{self} is not {planted}"
        return True


def least_squares(y: Any, *columns: Any) -> list[Estimate]:
    """Ordinary least squares on a constant and these columns."""
    x = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    inverse = np.linalg.inv(x.T @ x)
    coefficients = inverse @ (x.T @ np.asarray(y, dtype=float))
    variance = np.sum((y - x @ coefficients) ** 2) / (len(y) - x.shape[1])
    return _estimates(coefficients, inverse * variance)


def logistic(y: Any, *columns: Any, offset: Any = 0.0) -> list[Estimate]:
    """Logistic regression on a constant and these columns."""
    return _newton(y, columns, offset, lambda eta: 1 / (1 + np.exp(-eta)), lambda mean: mean * (1 - mean))


def poisson(y: Any, *columns: Any, offset: Any = 0.0) -> list[Estimate]:
    """Poisson regression with log link on a constant and these columns."""
    return _newton(y, columns, offset, np.exp, lambda mean: mean)


def _newton(y: Any, columns: Any, offset: Any, mean_of: Any, variance_of: Any) -> list[Estimate]:
    x = np.column_stack([np.ones(len(y)), *columns]).astype(float)
    y, offset, coefficients = (
        np.asarray(y, dtype=float),
        np.asarray(offset, dtype=float),
        np.zeros(x.shape[1]),
    )
    coefficients[0] = np.log(max(y.mean(), 1e-9) / np.exp(offset).mean())
    for _ in range(60):
        mean = mean_of(x @ coefficients + offset)
        inverse = np.linalg.inv(x.T @ (x * variance_of(mean)[:, None]))
        step = inverse @ (x.T @ (y - mean))
        coefficients += np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            return _estimates(coefficients, inverse)
    raise AssertionError("Newton's method did not settle")


def _estimates(coefficients: Any, covariance: Any) -> list[Estimate]:
    errors = np.sqrt(np.diag(covariance))
    return [Estimate(float(value), float(error)) for value, error in zip(coefficients, errors, strict=True)]


def share(hits: Any) -> Estimate:
    """A share of trues, with its binomial standard error."""
    hits = np.asarray(hits, dtype=float)
    return Estimate(float(hits.mean()), float(np.sqrt(hits.mean() * (1 - hits.mean()) / len(hits))))


def difference(first: Any, second: Any) -> Estimate:
    """Mean of the first less mean of the second."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    error = np.sqrt(first.var(ddof=1) / len(first) + second.var(ddof=1) / len(second))
    return Estimate(float(first.mean() - second.mean()), float(error))


def why_they_leave(frame: Frame, *columns: Any) -> dict[str, list[Estimate]]:
    """For each reason, its share (log) and what the columns add to the log-odds of leaving for it."""
    dropout = frame["dropout_probability"].clip(upper=1 - 1e-12)
    offset = np.log(dropout / (1 - dropout)).to_numpy()
    may_leave, left = frame["encounter"].to_numpy() >= 1, frame["left"].to_numpy() == 1
    reason = frame["departure_reason"].to_numpy()
    found = {}
    for name in REASONS:
        rows = np.flatnonzero(may_leave & (~left | (reason == name)))
        found[name] = logistic(left[rows], *(np.asarray(one)[rows] for one in columns), offset=offset[rows])
    return found


def order_rate(world: World, frame: Frame, *columns: Any) -> list[Estimate]:
    """Log of the order rate against the customer's own: a constant, and what each column adds from an order on."""
    there = frame["left"].to_numpy() == 0
    event = frame["next_week"].notna().to_numpy()[there]
    end = (world.until - world.start).days / 7
    weeks = (frame["next_week"].fillna(end) - frame["week"]).to_numpy()[there]
    usual = frame["purchase_rate_per_week"].to_numpy()[there]
    columns = tuple(np.asarray(one)[there] for one in columns)
    return poisson(event, *columns, offset=np.log(usual * np.maximum(weeks, 1e-9)))
