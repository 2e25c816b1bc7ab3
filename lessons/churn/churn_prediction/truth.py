"""Who had truly left the shops, and what was each one's true chance?  What no company can know.

The chance is that of somebody who knows every customer's hidden rate of buying and the true odds of leaving at the
last order, but not how the dice will fall. Season and mood move the rate a little; this chance leaves them out.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from datasets.world.truth import chance_of_being_there

LINE = "shop"
_WEEK = pd.Timedelta(days=7)


def encounters_of(orders: pd.DataFrame, truth_encounters: pd.DataFrame) -> pd.DataFrame:
    """Return the shops' orders in time, with what was true of each: leave_probability and left (0 or 1)."""
    line = orders.loc[orders["business"] == LINE, ["order_id", "customer_id", "ordered_at"]]
    truly = truth_encounters[["order_id", "leave_probability", "left"]]
    return line.merge(truly, on="order_id").sort_values("ordered_at", kind="stable")


def leaving(
    encounters: pd.DataFrame,
    truth_customers: pd.DataFrame,
    *,
    customers: pd.Index,
    day: date,
    until: date,
) -> pd.DataFrame:
    """Return, by customer, gone_before (left by the end of `day`), gone (left by the end of `until`), both 0 or 1, and
    chance: the true chance of being gone by then, as it stood at the end of `day`.

    A customer who is there orders at rate λ and after each order leaves with probability p, so is lost at rate λp.
    """
    evening = pd.Timestamp(day) + pd.Timedelta(days=1)
    close = pd.Timestamp(until) + pd.Timedelta(days=1)
    last = encounters[encounters["ordered_at"] < evening].groupby("customer_id").last().reindex(customers)
    left_at = encounters[encounters["left"] == 1].set_index("customer_id")["ordered_at"].reindex(customers)
    rate = truth_customers["purchase_rate_per_week"].reindex(customers).to_numpy(dtype=float)
    own = truth_customers["dropout_probability"].reindex(customers).to_numpy(dtype=float)
    leave = last["leave_probability"].to_numpy(dtype=float)
    silent_weeks = ((evening - last["ordered_at"]) / _WEEK).to_numpy(dtype=float)
    there = chance_of_being_there(leave_probability=leave, exposure=rate * silent_weeks)
    # After the very first order nobody leaves, so its chance of 0 says nothing of the next.
    ahead = np.where(leave > 0, leave, own)
    stays = np.exp(-rate * ahead * ((close - evening) / _WEEK))
    return pd.DataFrame(
        {
            "gone_before": (left_at < evening).to_numpy().astype(int),
            "gone": (left_at < close).to_numpy().astype(int),
            "chance": 1 - there * stays,
        },
        index=customers,
    )
