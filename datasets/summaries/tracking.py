"""What did the customers do afterwards?  Repeat purchases by period, and the holdout to judge a forecast by."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.moments import Moment
from datasets.summaries.purchases import purchase_days
from datasets.summaries.sources import orders_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source


def cumulative_repeat_purchases(orders: Source, *, until: Moment, unit: str = "week") -> pd.DataFrame:
    """Repeat purchases of everybody together by the end of each period: period, repeat_purchases.

    Period 1 starts on the day of the first order of all (week 1 is days 1 to 7); the last period is the one
    that holds ``until``. This is the actual line of a tracking plot.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "a"], "amount_cents": [1, 1, 1],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-01-07", "1997-01-15"])})
    >>> cumulative_repeat_purchases(orders, until="1997-01-20")["repeat_purchases"].tolist()
    [1, 1, 2]
    """
    days_per_unit = moments.days_in(unit)
    last = moments.date(until)
    with orders_of(orders) as (table, run):
        counted = run(_repeat_purchases_by_period(table, until, days_per_unit))
    if counted.empty:
        return pd.DataFrame(
            {"period": pd.Series(dtype="int64"), "repeat_purchases": pd.Series(dtype="int64")}
        )
    first = pd.Timestamp(counted["start"].iloc[0]).date()
    periods = range(1, math.floor((last - first).days / days_per_unit) + 2)
    by_period = counted.set_index("period")["repeat_purchases"].reindex(periods, fill_value=0)
    return by_period.cumsum().astype("int64").rename_axis("period").reset_index()


def holdout_purchases(orders: Source, *, since: Moment, until: Moment) -> pd.DataFrame:
    """What the customers known at ``since`` did afterwards: customer_id, purchases, spend.

    purchases counts days with a purchase after ``since`` and up to ``until`` (inclusive); spend is their sum in
    currency units (NaN where amounts are missing). Customers without any are there with 0.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "c"], "amount_cents": [1000, 2500, 700, 900],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-10-01", "1997-02-01", "1997-12-01"])})
    >>> holdout_purchases(orders, since="1997-09-30", until="1998-06-30")
      customer_id  purchases  spend
    0           a          1   25.0
    1           b          0    0.0
    """
    if moments.date(until) < moments.date(since):
        raise ValueError(f"until ({moments.date(until)}) lies before since ({moments.date(since)})")
    with orders_of(orders) as (table, run):
        return run(holdout_purchases_query(table, since=since, until=until).order_by("customer_id"))


def holdout_purchases_query(orders: Any, *, since: Moment, until: Moment) -> Any:
    """The expression behind `holdout_purchases`."""
    days = purchase_days(orders, until)
    after = days.day > moments.date(since)
    known = days.group_by("customer_id").agg(
        first=days.day.min(),
        purchases=after.sum().cast("int64"),
        # an amount that is missing before ``since`` still says that spend is unknown: 0 * NaN is NaN
        cents=(days.cents * after.cast("float64")).sum(),
    )
    known = known.filter(known["first"] <= moments.date(since))
    return known.select("customer_id", "purchases", spend=known.cents / 100)


def _repeat_purchases_by_period(orders: Any, until: Moment, days_per_unit: float) -> Any:
    import ibis

    days = purchase_days(orders, until)
    days = days.mutate(
        first=days.day.min().over(group_by="customer_id"), start=days.day.min().over(ibis.window())
    )
    elapsed = days.day.delta(days.start, unit="day").cast("float64")
    days = days.mutate(period=(elapsed / days_per_unit).floor().cast("int64") + 1)
    return days.group_by("period").agg(
        start=days.start.min(), repeat_purchases=(days.day > days["first"]).sum().cast("int64")
    )
