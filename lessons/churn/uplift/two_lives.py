"""What would each customer bring, called and not called?  The company in whose customers' habits uplift can be found.

For the exercises, the company of this topic: those who come seldom need the reminder, those who come every week mind
the call. An earlier campaign by lot is what the learner sees; of other customers of the company the truth is kept
here.
"""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world.replay import future_value
from lessons.churn.uplift import lived

WEEKS, COST = 12, 5
NEW, EARLIER = 4_000, 16_000


@functools.lru_cache(maxsize=1)
def earlier() -> pd.DataFrame:
    """The earlier campaign by lot, one row a customer: customer_id (text), what was known before it, called (1 or 0)
    and margin (money, of the twelve weeks after). Shared: never write into it."""
    campaign = lived.linked(customers=EARLIER, seed=1)
    table = campaign.features.assign(called=campaign.contacted, margin=campaign.outcome(WEEKS).round(2))
    return table.rename_axis("customer_id").reset_index()


BANDS = {
    "orders": ([-1, 2, 5, 10, 1000], ["0–2", "3–5", "6–10", "11+"]),
    "days_since_order": ([-1, 45, 120, 10_000], ["0–45", "46–120", "121+"]),
    "mean_order": ([-1, 70, 1e6], ["≤ 70", "> 70"]),
}


def banded(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers' habits in bands, as words: BANDS, one row a customer."""
    bands = {name: pd.cut(customers[name], edges, labels=words) for name, (edges, words) in BANDS.items()}
    return pd.DataFrame(bands).astype(str)


@functools.lru_cache(maxsize=1)
def _earlier_in_bands() -> pd.DataFrame:
    return earlier()[["called", "margin"]].join(banded(earlier()))


def by_group(rows: NDArray[np.int64]) -> pd.DataFrame:
    """These rows of the earlier campaign summed up: for each group of BANDS called, margin_called, left_alone,
    margin_left (means, money)."""
    marked = _earlier_in_bands().iloc[rows]
    sides = [
        marked[marked["called"] == lot].groupby(list(BANDS), sort=False)["margin"].agg(["size", "mean"])
        for lot in (1, 0)
    ]
    table = sides[0].set_axis(["called", "margin_called"], axis=1)
    table = table.join(sides[1].set_axis(["left_alone", "margin_left"], axis=1))
    order = {name: {word: place for place, word in enumerate(words)} for name, (_, words) in BANDS.items()}
    table = table.dropna().round(2).reset_index().astype({"called": "int64", "left_alone": "int64"})
    table = table.sort_values(list(BANDS), key=lambda column: column.map(order[str(column.name)]))
    return table[[*BANDS, "called", "margin_called", "left_alone", "margin_left"]].reset_index(drop=True)


@functools.lru_cache(maxsize=1)
def others() -> pd.DataFrame:
    """Other customers, one row each: customer_id (text), what is known of them, and `added`, what a call truly adds to
    the profit to be expected of each in twelve weeks, less its cost (money). Shared: never write into it."""
    features = lived.linked(customers=NEW, seed=2).features
    parts = []
    for scenario, count, first in lived.of_all_habits(customers=NEW):
        dear = tuple(replace(one, contact_cost_cents=100 * COST) for one in scenario.campaigns)
        ahead = [
            future_value(
                replace(scenario, campaigns=dear),
                at_week=lived.WEEK,
                horizon_weeks=WEEKS,
                customers=count,
                first=first,
                seed=2,
                replicates=40,
                policy=replace(scenario.policy, targeting=whom),
            ).set_index("customer_id")["expected_profit_cents"]
            for whom in ("everyone", "nobody")
        ]
        parts.append((ahead[0] - ahead[1]) / 100)
    added = pd.concat(parts)
    added.index = added.index.astype(str)
    return features.assign(added=added.reindex(features.index)).rename_axis("customer_id").reset_index()
