"""What would the same customers have brought, had every complaint been answered well, or none?  Two lives of each.

The truth for each customer is the difference between two histories with the same chance: one in which nobody is
answered well, one in which everybody is who was heard. Whom customers brought is counted apart.

Source: Pearl (2009), "Causality", 2nd ed., chapter 7 (the same noise, another action).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from datasets.world import Scenario, live
from datasets.world.replay import replay

MOVED, GONE, STAYED, FEWER = "moved", "gone_anyway", "stayed_anyway", "fewer"


@dataclass(frozen=True)
class TwoLives:
    """Both lives of each customer, by customer_id (text).

    `customers`: benefit (money: profit answered less profit not, before the cost of answers), answers (how many were
    given), orders_none, orders_all, group (what the answers did: one of MOVED, GONE, STAYED, FEWER).
    `brought`: profit of people who were referred in one life alone or at another time, money, all together.
    """

    customers: pd.DataFrame
    answer_cost: float
    brought: float

    def gain(self, *, ids: pd.Index, cost: float) -> np.ndarray:
        """What answering these customers truly brings at `cost` per answer (n,), money."""
        rows = self.customers.reindex(ids)
        return (rows["benefit"].fillna(0.0) - cost * rows["answers"].fillna(0)).to_numpy(float)


def two_lives(scenario: Scenario, *, customers: int, seed: int = 1) -> TwoLives:
    """Live the customers with no complaint answered well, and with all of them."""
    none, everyone = (replace(scenario.policy, answered_share=share) for share in (0.0, 1.0))
    both = replay(scenario, before=none, after=everyone, customers=customers, seed=seed).customers
    rows = both.assign(customer_id=both["customer_id"].astype(str)).set_index("customer_id")
    rows.index = rows.index.astype(object)
    tables = live(
        scenario, policy=everyone, customers=customers, seed=seed, tables=("orders", "truth_encounters")
    ).tables
    well = tables["truth_encounters"].column("answered_well").to_numpy() > 0
    # Both tables come in the same order, one row an order: an id of 64 bits need not be joined on.
    assert tables["orders"].column("order_id").equals(tables["truth_encounters"].column("order_id"))
    ids = pd.Series(tables["orders"].column("customer_id").to_numpy()[well]).astype(str)
    answers = ids.value_counts().reindex(rows.index).fillna(0).astype(int)
    answer_cost = scenario.costs.answer_cents / 100
    own = ~rows["change"].isin(["referral", "brought", "not_brought"])
    profit = rows["incremental_profit_cents"] / 100
    more, fewer = (
        rows["orders_after"] > rows["orders_before"],
        rows["orders_after"] < rows["orders_before"],
    )
    group = np.select([more, fewer, rows["left_after"] == 1], [MOVED, FEWER, GONE], STAYED)
    lived = pd.DataFrame(
        {
            "benefit": profit + answer_cost * answers,
            "answers": answers,
            "orders_none": rows["orders_before"],
            "orders_all": rows["orders_after"],
            "group": group,
        }
    )
    return TwoLives(customers=lived[own], answer_cost=answer_cost, brought=float(profit[~own].sum()))
