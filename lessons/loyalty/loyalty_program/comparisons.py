"""What does the company see of the programme, and what would it conclude?  Before and after, members and others.

A member is silver from the order on that brings the points earned to the mark. The plain comparison sets the mean
basket after that order against the mean basket up to it. It is tilted: the mark is in money, so it takes many
small baskets to get there or a few large ones, and the baskets before are mostly those of small spenders.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

WEEKS_AROUND = 24
WEEKS_PER_STEP = 4
_SECONDS_PER_WEEK = 7 * 86_400.0


def baskets(orders: pd.DataFrame, *, ledger: pd.DataFrame, silver_points: int) -> pd.DataFrame:
    """The shops' orders with whose they are: one row an order.

    `orders` has customer_id, ordered_at, amount_cents, discount_cents; `ledger` customer_id, posted_at, kind,
    points. Columns customer_id, ordered_at, basket (money, before any discount), member (bool), silver_at (NaT for
    who never was), after (placed as a silver member).
    """
    earned = ledger[ledger["kind"] == "earn"].sort_values("posted_at", kind="stable")
    total = earned.groupby("customer_id")["points"].cumsum()
    silver_at = earned[total >= silver_points].groupby("customer_id")["posted_at"].first()
    silver_at.index = silver_at.index.astype(object)
    who = orders["customer_id"].astype(object)
    at = pd.to_datetime(who.map(silver_at))
    return pd.DataFrame(
        {
            "customer_id": who,
            "ordered_at": orders["ordered_at"],
            "basket": (orders["amount_cents"] + orders["discount_cents"]) / 100,
            "member": who.isin(set(earned["customer_id"])),
            "silver_at": at,
            "after": at.notna() & (orders["ordered_at"] > at),
        }
    )


@dataclass(frozen=True, kw_only=True)
class BeforeAfter:
    """Silver members' baskets: mean `before` and `after` (money), orders of each, members.

    `paired`: mean over members with orders on both sides of their own mean after less their own mean before (money).
    """

    before: float
    after: float
    orders_before: int
    orders_after: int
    members: int
    paired: float

    @property
    def seen_extra(self) -> float:
        """The extra sales that the plain comparison sees: difference of the means × orders after, in money."""
        return (self.after - self.before) * self.orders_after

    @property
    def rise(self) -> float:
        """The basket's rise, as a share."""
        return self.after / self.before - 1 if self.before else 0.0


def before_after(rows: pd.DataFrame, *, basket: str = "basket") -> BeforeAfter:
    """Compare silver members' baskets before and after they were silver; `rows` as `baskets` returns them."""
    silver = rows[rows["silver_at"].notna()]
    sides = [silver[silver["after"] == side] for side in (False, True)]
    own = [side.groupby("customer_id")[basket].mean() for side in sides]
    gaps = (own[1] - own[0]).dropna()
    return BeforeAfter(
        before=float(sides[0][basket].mean()) if len(sides[0]) else 0.0,
        after=float(sides[1][basket].mean()) if len(sides[1]) else 0.0,
        orders_before=len(sides[0]),
        orders_after=len(sides[1]),
        members=int(silver["customer_id"].nunique()),
        paired=float(gaps.mean()) if len(gaps) else 0.0,
    )


@dataclass(frozen=True, kw_only=True)
class Groups:
    """Sales per customer over all the records, money: mean, and `half` its 95% half-width, by group."""

    customers: dict[str, int]
    mean: dict[str, float]
    half: dict[str, float]


def groups(rows: pd.DataFrame) -> Groups:
    """Compare sales per customer: no members, members below silver, silver members, all members."""
    each = rows.groupby("customer_id").agg(
        sales=("basket", "sum"), member=("member", "first"), silver=("silver_at", "first")
    )
    chosen = {
        "others": ~each["member"],
        "members": each["member"],
        "below": each["member"] & each["silver"].isna(),
        "silver": each["silver"].notna(),
    }
    sales = {name: each.loc[own, "sales"] for name, own in chosen.items()}
    return Groups(
        customers={name: len(own) for name, own in sales.items()},
        mean={name: float(own.mean()) for name, own in sales.items()},
        half={name: float(1.96 * own.std() / max(len(own), 1) ** 0.5) for name, own in sales.items()},
    )


def around_silver(rows: pd.DataFrame, *, start: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Sales per member and week, in steps of WEEKS_PER_STEP weeks around the day on which silver was reached.

    Only members who can be watched WEEKS_AROUND weeks on both sides. Columns week (middle of the step, 0 is the
    day), sales (money per member and week). The step before the day holds the order that made them silver.
    """
    edge = pd.Timedelta(weeks=WEEKS_AROUND)
    chosen = rows[(rows["silver_at"] >= start + edge) & (rows["silver_at"] < until - edge)]
    away = (chosen["ordered_at"] - chosen["silver_at"]).dt.total_seconds() / _SECONDS_PER_WEEK
    # The order on the day itself belongs to the step that ends with it.
    step = np.ceil(away / WEEKS_PER_STEP - 1e-9).astype("int64")
    count = WEEKS_AROUND // WEEKS_PER_STEP
    sales = chosen.groupby(step)["basket"].sum().reindex(range(1 - count, count + 1)).fillna(0.0)
    members = max(chosen["customer_id"].nunique(), 1)
    return pd.DataFrame(
        {
            "week": (sales.index.to_numpy() - 0.5) * WEEKS_PER_STEP,
            "sales": sales.to_numpy() / members / WEEKS_PER_STEP,
        }
    )
