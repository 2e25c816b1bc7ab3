"""How many of the customers who came in one month still buy in later ones?  The cohort table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.moments import Moment
from datasets.summaries.sources import orders_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source


def monthly_cohorts(orders: Source, *, until: Moment) -> pd.DataFrame:
    """One row a cohort and month since joining: cohort, month, size, active, share, sorted.

    cohort   first day of the calendar month of the first order
    month    calendar months since then; 0 is the cohort's own
    size     customers in the cohort
    active   those of them who ordered in that month, 0 where nobody did
    share    active / size; the share in month 0 is 1

    Months are calendar months in UTC. The last one ends with ``until`` and may be cut short.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "c"],
    ...     "ordered_at": pd.to_datetime(["2024-01-05", "2024-03-01", "2024-01-31", "2024-02-10"])})
    >>> table = monthly_cohorts(orders, until="2024-03-31")
    >>> table[["cohort", "month", "active", "share"]]
          cohort  month  active  share
    0 2024-01-01      0       2    1.0
    1 2024-01-01      1       0    0.0
    2 2024-01-01      2       1    0.5
    3 2024-02-01      0       1    1.0
    4 2024-02-01      1       0    0.0
    """
    last = moments.date(until)
    with orders_of(orders) as (table, run):
        counted = run(monthly_cohorts_query(table, until=until))
    end = last.year * 12 + last.month - 1
    pairs = [(first, month) for first in sorted(set(counted["cohort"])) for month in range(end - first + 1)]
    grid = pd.DataFrame(pairs, columns=["cohort", "month"], dtype="int64")
    found = grid.merge(counted, how="left", on=["cohort", "month"]).fillna({"active": 0})
    found["active"] = found["active"].astype("int64")
    found["size"] = found.groupby("cohort")["active"].transform("first")
    found["share"] = found["active"] / found["size"]
    found["cohort"] = first_days(found["cohort"])
    return found[["cohort", "month", "size", "active", "share"]]


def monthly_cohorts_query(orders: Any, *, until: Moment) -> Any:
    """The expression behind `monthly_cohorts`: cohort (months since year 0), month, active; no rows with 0."""
    months = customer_months(orders, until=until).group_by(["customer_id", "period"]).agg()
    months = months.mutate(cohort=months.period.min().over(group_by="customer_id"))
    months = months.select("cohort", month=months.period - months.cohort)
    counted = months.group_by(["cohort", "month"]).agg(active=months.count().cast("int64"))
    return counted.order_by(["cohort", "month"])


def customer_months(orders: Any, *, until: Moment, months: int = 1) -> Any:
    """The orders up to ``until`` and the period of each: whole spans of ``months`` since year 0."""
    orders = orders.mutate(day=orders.ordered_at.date())
    orders = orders.filter(orders.day <= moments.date(until))
    number = orders.day.year().cast("int64") * 12 + orders.day.month().cast("int64") - 1
    return orders.select("customer_id", "cents", period=(number / months).floor().cast("int64"))


def first_days(periods: pd.Series, months: int = 1) -> pd.Series:
    """The first day of each period that `customer_months` has numbered."""
    number = periods * months
    parts = pd.DataFrame({"year": number // 12, "month": number % 12 + 1, "day": 1})
    return pd.to_datetime(parts).astype("datetime64[us]")
