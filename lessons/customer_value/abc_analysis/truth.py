"""What would ABC analysis find if chance were taken out?  For worlds whose truth is known.

An observed year is true expectation plus luck. Here stand both, and twenty companies to judge an interval by.

Source of the idea: Schmittlein, Cooper & Morrison (1993), "Truth in concentration in the land of (80/20)
laws", Marketing Science 12(2), 167–183.
"""

from datetime import date

import numpy as np
import pandas as pd

from datasets.world import Scenario, live
from datasets.world.truth import expected_future_orders
from lessons.customer_value.abc_analysis.model import customer_list, customers_for, share_interval


def expected_revenue(
    customers: pd.DataFrame, *, truth: pd.DataFrame, until: date, weeks_ahead: float
) -> pd.DataFrame:
    """Expected revenue of each customer (currency units), in the order of `customers` (from customer_list).

    `truth` is truth_customers indexed by customer_id. `past` is what a customer with these traits brings on
    average from the first order to `until`; `future` what can be expected in the `weeks_ahead` after it,
    given whether the customer was still there. Leaving after encounter 1 or later is assumed (BG/NBD).
    """
    own = truth.loc[customers["customer_id"]].reset_index(drop=True)
    end = pd.Timestamp(until) + pd.Timedelta(days=1)
    weeks_seen = (end - customers["first_order_at"]) / pd.Timedelta(weeks=1)
    there = (own["left_at"].isna() | (own["left_at"] >= end)).to_numpy(dtype=float)
    traits = {name: own[name].to_numpy() for name in ("purchase_rate_per_week", "dropout_probability")}
    spend = own["mean_spend_cents"].to_numpy() / 100
    repeat = expected_future_orders(alive=1.0, weeks=weeks_seen.to_numpy(), **traits)
    ahead = expected_future_orders(alive=there, weeks=weeks_ahead, **traits)
    return pd.DataFrame({"past": (1 + repeat) * spend, "future": ahead * spend})


def twenty_companies(
    scenario: Scenario, *, until: date, share: float = 0.80, customers: int = 1000
) -> tuple[pd.DataFrame, float, float]:
    """Intervals from twenty companies (seeds 101 to 120), and what they should contain.

    Returns the intervals (low, high), the share among all the twenty companies' customers together, and the
    share if each customer had brought exactly the expected revenue.
    """
    intervals, seen, expected = [], [], []
    weeks = -(-((until - scenario.start).days + 1) // 7)
    for seed in range(101, 121):
        world = live(
            scenario, customers=customers, weeks=weeks, seed=seed, tables=("orders", "truth_customers")
        )
        listed = customer_list(world.orders.to_pandas(), until=until)
        truth = world.truth_customers.to_pandas().set_index("customer_id")
        intervals.append(share_interval(listed["revenue"], share=share, seed=seed))
        seen.append(listed["revenue"].to_numpy())
        expected.append(expected_revenue(listed, truth=truth, until=until, weeks_ahead=0)["past"].to_numpy())
    all_seen, all_expected = np.concatenate(seen), np.concatenate(expected)
    return (
        pd.DataFrame(intervals, columns=["low", "high"]),
        customers_for(all_seen, share=share) / len(all_seen),
        customers_for(all_expected, share=share) / len(all_expected),
    )
