"""How does the customer base move from month to month?  New, lost, upgraded customers, and what they bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.cohorts import customer_months, first_days
from datasets.summaries.moments import Moment
from datasets.summaries.sources import orders_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source

PERIODS = (1, 2, 3, 4, 6, 12)


def kpis(
    orders: Source, *, until: Moment, months: int = 1, silent: int = 3, margin: float = 1.0
) -> pd.DataFrame:
    """One row a period of ``months`` calendar months (1, 3, 12 …), from the first order to ``until``.

    period               its first day
    customers            customers at its end: they ordered in it or in the ``silent`` - 1 periods before
    active_customers     customers who ordered in it
    new_customers        those whose first order of all falls into it
    returned_customers   those who ordered in it after ``silent`` periods or more without an order
    lost_customers       customers for whom it is the ``silent``-th period in a row without an order
    new_share            new_customers / customers at its beginning; NaN where there were none
    lost_share           lost_customers / customers at its beginning
    upgraded_share       of those active in this and the last period, the share who spent more in this one
    repeat_share         share of active_customers who had ordered before this period
    orders               number of orders
    revenue              sum of the amounts in currency units
    mean_order_value     revenue / orders
    mean_profit          ``margin`` × revenue / active_customers; with the default margin of 1, the mean revenue

    The last period ends with ``until`` and may be cut short: then its lost customers are counted too early. Shares
    and means without a denominator are NaN, and so is money where amounts are missing.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "a"], "amount_cents": [100, 300, 500, 200],
    ...     "ordered_at": pd.to_datetime(["2024-01-05", "2024-02-01", "2024-02-02", "2024-05-01"])})
    >>> table = kpis(orders, until="2024-05-31", silent=2)
    >>> table[["period", "customers", "new_customers", "returned_customers", "lost_customers"]]
          period  customers  new_customers  returned_customers  lost_customers
    0 2024-01-01          1              1                   0               0
    1 2024-02-01          2              1                   0               0
    2 2024-03-01          2              0                   0               0
    3 2024-04-01          0              0                   0               2
    4 2024-05-01          1              0                   1               0
    >>> table["upgraded_share"].tolist()[1], table["mean_order_value"].tolist()[:2]
    (1.0, [1.0, 4.0])
    """
    with orders_of(orders) as (table, run):
        found = run(kpis_query(table, until=until, months=months, silent=silent)).set_index("period")
    last = moments.date(until)
    first = int(found.index.min()) if len(found) else 0
    end = (last.year * 12 + last.month - 1) // months if len(found) else -1
    found = found.reindex(range(first, end + 1), fill_value=0)
    lost = found["lost_later"].shift(silent, fill_value=0)
    customers = (found["new"] + found["returned"] - lost).cumsum()
    before = customers.shift(1, fill_value=0)
    revenue = found["cents"] / 100
    table = {
        "customers": customers,
        "active_customers": found["active"],
        "new_customers": found["new"],
        "returned_customers": found["returned"],
        "lost_customers": lost,
        "new_share": found["new"] / before.where(before > 0),
        "lost_share": lost / before.where(before > 0),
        "upgraded_share": found["upgraded"] / found["compared"].where(found["compared"] > 0),
        "repeat_share": (found["active"] - found["new"]) / found["active"].where(found["active"] > 0),
        "orders": found["orders"],
        "revenue": revenue,
        "mean_order_value": revenue / found["orders"].where(found["orders"] > 0),
        "mean_profit": margin * revenue / found["active"].where(found["active"] > 0),
    }
    period = first_days(found.index.to_series(), months)
    return pd.DataFrame({"period": period, **table}).reset_index(drop=True)


def kpis_query(orders: Any, *, until: Moment, months: int = 1, silent: int = 3) -> Any:
    """The expression behind `kpis`: counts by period, a customer's last and next period beside each other.

    lost_later counts the customers of a period who order nothing in the ``silent`` periods after it.
    """
    import ibis

    if months not in PERIODS:
        raise ValueError(f"months is {months!r}; use one of {', '.join(map(str, PERIODS))}")
    silent = moments.whole(silent, "silent")
    rows = customer_months(orders, until=until, months=months)
    spent = rows.group_by(["customer_id", "period"]).agg(orders=rows.count(), cents=rows.cents.sum())
    own = ibis.window(group_by="customer_id", order_by="period")
    spent = spent.mutate(
        before=spent.period.lag().over(own),
        after=spent.period.lead().over(own),
        cents_before=spent.cents.lag().over(own),
    )
    compared = (spent.before == spent.period - 1) & ~spent.cents.isnan() & ~spent.cents_before.isnan()
    columns = {
        "active": spent.count(),
        "new": spent.before.isnull().sum(),
        "returned": (spent.period - spent.before > silent).sum(),
        "lost_later": (spent.after.isnull() | (spent.after - spent.period > silent)).sum(),
        "compared": compared.sum(),
        "upgraded": (compared & (spent.cents > spent.cents_before)).sum(),
        "orders": spent.orders.sum(),
    }
    # a sum over nothing but missing values is missing
    counted = {name: column.coalesce(0).cast("int64") for name, column in columns.items()}
    return spent.group_by("period").agg(**counted, cents=spent.cents.sum()).order_by("period")
