"""How long do subscribers really stay?  Many more of the tea box's, who live on for years under the same causes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from datasets.world import live
from lessons.churn.retention_curve.model import kaplan_meier

CUSTOMERS, YEARS, SEED, ANALYSTS, SAMPLE = 10_000, 5, 2, 100, 100
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


def covered(many: Subscribers, *, today: int, month: int) -> int:
    """Of 100 analysts who see 100 subscribers up to month `today`, how many intervals at `month` hold the truth."""
    count = 0
    for analyst in range(ANALYSTS):
        mine = slice(analyst * SAMPLE, (analyst + 1) * SAMPLE)
        known = today - many.joined[mine]
        there = known >= 0
        # Last paid in month m and not since: gone in the month after it, if that has come.
        gone = (many.months[mine] + 1)[there]
        time, left = np.minimum(gone, known[there] + 0.5), gone <= known[there]
        found = kaplan_meier(time=time, left=left)
        upto = found[found["time"] <= month]
        if len(upto):
            low, high = upto.iloc[-1][["low", "high"]]
            count += bool(low <= many.survival[month] <= high)
    return count


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
