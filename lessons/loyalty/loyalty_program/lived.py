"""What would the same members have bought without the programme?  Both lives of each, order by order.

The company is lived once more with no points and no tiers, and with the same chance. Each order then stands beside
itself: the same customer, the same day, another basket.

Source: Pearl (2009), "Causality", 2nd ed., chapter 7 (the same noise, another action).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from datasets.world import World, live


@dataclass(frozen=True)
class TwoLives:
    """The same customers with and without the programme.

    `baskets_without` (m,): each order's basket in the life without it, money before any discount, in the rows of the
    table orders, which are the same in both lives.
    `members`: by customer_id (text), those who earned points: extra (sales that the programme brought) and
    points_off (discounts for points), both money. `brings`: money by customer_id, true incremental profit, of all.
    """

    baskets_without: np.ndarray
    members: pd.DataFrame
    brings: pd.Series

    @property
    def extra_sales(self) -> float:
        """The sales that the programme truly brought, money."""
        return float(self.members["extra"].sum())

    @property
    def points_off(self) -> float:
        """Discounts given for points, money."""
        return float(self.members["points_off"].sum())


def two_lives(world: World, *, customers: int) -> TwoLives:
    """Live the customers of `world` (whose policy has the programme) once more without it; `customers` are roots.

    Raises ValueError where the two lives do not hold the same orders: then orders cannot be set side by side.
    """
    policy = replace(world.policy, loyalty_programme=False)
    other = live(
        world.scenario,
        policy=policy,
        customers=customers,
        seed=world.seed,
        tables=("orders", "truth_customers"),
    )
    here, there = world.orders, other.orders
    if not here.column("order_id").equals(there.column("order_id")):
        raise ValueError("The two lives hold different orders.")
    given, plain = (
        pd.DataFrame(
            {
                "amount": table.column("amount_cents").to_numpy() / 100,
                "off": table.column("discount_cents").to_numpy() / 100,
            }
        )
        for table in (here, there)
    )
    ids = here.column("customer_id").to_numpy()
    each = pd.DataFrame(
        {
            "extra": (given["amount"] + given["off"]) - (plain["amount"] + plain["off"]),
            "points_off": given["off"] - plain["off"],
        }
    ).groupby(ids).sum()  # fmt: skip
    earned = world.tables["loyalty_ledger"].column("customer_id").to_numpy()
    members = each[each.index.isin(earned)]
    members.index = members.index.astype(str).astype(object)
    profit = [
        pd.Series(
            side.truth_customers.column("profit_cents").to_numpy() / 100,
            index=side.truth_customers.column("customer_id").to_numpy(),
        )
        for side in (world, other)
    ]
    brings = profit[0] - profit[1]
    brings.index = brings.index.astype(str).astype(object)
    without = (plain["amount"] + plain["off"]).to_numpy()
    return TwoLives(baskets_without=without, members=members, brings=brings)
