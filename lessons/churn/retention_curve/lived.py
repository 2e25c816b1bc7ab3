"""How long do subscribers really stay?  Many more of the tea box's, who live on for years under the same causes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from datasets.world import live
from lessons.churn.retention_curve.model import greenwood

CUSTOMERS, YEARS, SEED, ANALYSTS = 10_000, 5, 2, 100
BOX = "box"


@dataclass(frozen=True, kw_only=True)
class Subscribers:
    """What became of many subscribers: `survival` by calendar months since joining (from 0), and boxes in five years.

    `months` (n,) is from the first box to the last one paid; `joined` (n,) months from the world's start.
    """

    survival: np.ndarray
    months: np.ndarray
    joined: np.ndarray
    boxes: float
    periods: int


def many_boxes(scenario: Any, *, weeks: int) -> Any:
    """The scenario with the tea box and its main business alone: as there, three subscribers in ten shop as well."""
    main, box = scenario.main, next(one for one in scenario.businesses if one.name == BOX)
    shoppers = main.share * box.also / (main.share * box.also + box.share)
    kept = {main.name, BOX}
    return replace(
        scenario,
        weeks=weeks,
        businesses=(replace(main, share=shoppers), replace(box, share=1 - shoppers, also=1.0)),
        products=tuple(one for one in scenario.products if one.business in kept),
        campaigns=tuple(one for one in scenario.campaigns if one.business in kept),
    )


def subscribers(scenario: Any) -> Subscribers:
    """Live the tea box's subscribers for five years after the last has joined, all causes at work."""
    joining = scenario.joining_weeks + 26  # who shops may subscribe half a year later
    weeks = int(joining) + 52 * YEARS + 1
    world = live(
        many_boxes(scenario, weeks=weeks), customers=CUSTOMERS, seed=SEED, tables=("customers", "orders")
    )
    orders = world.tables["orders"].to_pandas()
    orders = orders[orders["business"] == BOX]
    days = next(one for one in scenario.businesses if one.name == BOX).period_days
    periods = 365 * YEARS // days
    # Whoever is referred later is not seen for five years.
    first = orders.groupby("customer_id")["ordered_at"].transform("min")
    early = first < pd.Timestamp(world.start) + pd.Timedelta(weeks=joining)
    orders, first = orders[early], first[early]
    within = orders["ordered_at"] < first + pd.Timedelta(days=periods * days - 1)
    kept = orders[within].assign(first=first[within]).groupby("customer_id")
    found = kept.agg(first=("first", "min"), last=("ordered_at", "max"), boxes=("ordered_at", "size"))
    months = _month(found["last"]) - _month(found["first"])
    start = pd.Timestamp(world.start)
    return Subscribers(
        survival=np.array([(months >= month).mean() for month in range(12 * YEARS - 1)]),
        months=months.to_numpy(),
        joined=(_month(found["first"]) - (start.year * 12 + start.month)).to_numpy(),
        boxes=float(found["boxes"].mean()),
        periods=periods,
    )


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What analysts say who see as many subscribers: nine in ten between `low` and `high`; `covered` hold the truth."""

    low: float
    high: float
    covered: int


def judge(many: Subscribers, *, today: int, month: int, sample: int, seed: int = 1) -> Judged:
    """Let 100 analysts see `sample` subscribers of their own up to month `today`, and read the curve at `month`."""
    rng = np.random.default_rng(seed)
    mine = rng.choice(np.flatnonzero(many.joined <= today), (ANALYSTS, sample))
    # Last paid in month m and not since: gone in the month after it, if that has come.
    known, gone = today - many.joined[mine], many.months[mine] + 1
    steps = range(1, month + 1)
    at_risk = np.column_stack([((gone >= step) & (known >= step)).sum(axis=1) for step in steps])
    leaving = np.column_stack([((gone == step) & (known >= step)).sum(axis=1) for step in steps])
    share = np.cumprod(1 - leaving / np.maximum(at_risk, 1), axis=1)
    low, high = np.array([greenwood(*one) for one in zip(share, at_risk, leaving, strict=True)])[..., -1].T
    least, most = np.quantile(share[:, -1], [0.05, 0.95])
    covered = int(((low <= many.survival[month]) & (many.survival[month] <= high)).sum())
    return Judged(low=float(least), high=float(most), covered=covered)


def still_customers(truth: pd.DataFrame, joined: pd.Series, *, months: int, until: date) -> np.ndarray:
    """The share of shop customers who are truly still customers, by months since joining, (months + 1,).

    `truth` has left_at (NaT while there) and `joined` the time of the first order, both by customer; a month counts
    those who joined early enough for it to be over by `until`.
    """
    both = truth[["left_at"]].join(joined.rename("first"), how="inner")
    last = until.year * 12 + until.month
    age = last - _month(both["first"])
    stayed = (_month(both["left_at"]) - _month(both["first"])).fillna(10**6)
    return np.array(
        [
            (stayed[age >= month] >= month).mean() if (age >= month).any() else np.nan
            for month in range(months + 1)
        ]
    )


def _month(time: pd.Series) -> pd.Series:
    return time.dt.year * 12 + time.dt.month
