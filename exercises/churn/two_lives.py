"""What would each customer bring, called and not called?  The company in whose customers' habits uplift can be found.

It is the company of the topic on uplift: those who come seldom need the reminder, those who come every week mind the
call. An earlier campaign by lot is what the learner sees; of other customers of the same company the truth is kept here.
"""

import functools
from dataclasses import replace

import pandas as pd

from datasets.world.replay import future_value
from lessons.churn.uplift import lived

WEEKS, COST = 12, 5
NEW, EARLIER = 4_000, 16_000


@functools.lru_cache(maxsize=1)
def earlier() -> pd.DataFrame:
    """The earlier campaign by lot, one row a customer: customer_id (text), what was known before it, called (1 or 0) and
    margin (money, of the twelve weeks after). Shared: never write into it."""
    campaign = lived.linked(customers=EARLIER, seed=1)
    table = campaign.features.assign(called=campaign.contacted, margin=campaign.outcome(WEEKS).round(2))
    return table.rename_axis("customer_id").reset_index()


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
