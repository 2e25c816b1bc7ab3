"""Who will be gone?  Labels for churn prediction that let nothing of the future into the features."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.moments import Moment
from datasets.summaries.purchases import purchase_days
from datasets.summaries.sources import orders_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source


def churn_labels(
    orders: Source, *, at: Moment, horizon_days: int = 90, window_days: int = 365
) -> pd.DataFrame:
    """One row a customer who bought in the window: features as of the end of day ``at``, and what came after.

    age_days         first purchase ever to ``at``
    recency_days     last purchase to ``at``
    purchases        days with a purchase in the ``window_days`` that end with ``at``
    late_purchases   those of them in the window's later half
    spend            amounts of the window in currency units (NaN where amounts are missing)
    churned          1 where no purchase falls into the ``horizon_days`` after ``at``, else 0

    Columns: customer_id and these, sorted by customer_id. Every feature is taken from orders up to and with ``at``,
    the label alone from later ones. Customers who were silent for the whole window had left before and are no cases.
    Raises ValueError where the orders end before the horizon does, since then nobody can say who has churned.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "b"], "amount_cents": [100, 300, 500, 900],
    ...     "ordered_at": pd.to_datetime(["2024-01-01", "2024-03-01", "2024-03-21", "2024-04-30"])})
    >>> table = churn_labels(orders, at="2024-03-31", horizon_days=30, window_days=60)
    >>> table[["customer_id", "age_days", "recency_days", "purchases", "churned"]]
      customer_id  age_days  recency_days  purchases  churned
    0           a        90            30          1        1
    1           b        10            10          1        0
    """
    closes = moments.date(at) + dt.timedelta(days=moments.whole(horizon_days, "horizon_days"))
    with orders_of(orders) as (table, run):
        last = run(table.aggregate(last=table.ordered_at.max()))["last"].iloc[0]
        if pd.isna(last) or last.date() < closes:
            until = "there are none" if pd.isna(last) else f"they end on {last.date()}"
            raise ValueError(
                f"churn is not known yet: the horizon ends on {closes}, but of orders {until}; "
                "take an earlier day or a shorter horizon"
            )
        query = churn_labels_query(table, at=at, horizon_days=horizon_days, window_days=window_days)
        return run(query.order_by("customer_id"))


def churn_labels_query(orders: Any, *, at: Moment, horizon_days: int = 90, window_days: int = 365) -> Any:
    """The expression behind `churn_labels`."""
    import ibis

    now = moments.date(at)
    horizon = dt.timedelta(days=moments.whole(horizon_days, "horizon_days"))
    window = moments.whole(window_days, "window_days", least=2)
    days = purchase_days(orders, now + horizon)
    known = days.day <= now
    within = known & (days.day > now - dt.timedelta(days=window))
    late = known & (days.day > now - dt.timedelta(days=window // 2))
    customers = days.group_by("customer_id").agg(
        first=days.day.min(),
        last=days.day.max(where=known),
        purchases=within.sum().cast("int64"),
        late_purchases=late.sum().cast("int64"),
        cents=days.cents.sum(where=within),
        later=(~known).sum().cast("int64"),
    )
    customers = customers.filter(customers.purchases > 0)
    end: Any = ibis.literal(now, type="date")
    return customers.select(
        "customer_id",
        "purchases",
        "late_purchases",
        age_days=end.delta(customers["first"], unit="day").cast("int64"),
        recency_days=end.delta(customers["last"], unit="day").cast("int64"),
        spend=customers.cents / 100,
        churned=(customers.later == 0).cast("int64"),
    ).select("customer_id", "age_days", "recency_days", "purchases", "late_purchases", "spend", "churned")
