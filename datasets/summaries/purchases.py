"""How often and how lately has each customer bought?  RFM, recency–frequency, and their distinct rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.moments import MICROSECONDS_A_DAY, Moment
from datasets.summaries.sources import database, orders_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source


def recency_frequency(
    orders: Source,
    *,
    until: Moment,
    unit: str = "week",
    whole_days: bool = True,
) -> pd.DataFrame:
    """One row a customer: customer_id, x, recency, age, mean_spend, sorted by customer_id.

    x            repeat purchases: days with a purchase, less the first
    recency      first to last purchase, in ``unit`` (0 where x = 0)
    age          first purchase to ``until``, in ``unit``
    mean_spend   mean amount of the repeat days in currency units (cents / 100); 0 where x = 0,
                 NaN where amounts are missing

    Customers whose first purchase is after ``until`` are left out. With ``whole_days=False`` time is continuous
    and every order is a purchase of its own; a plain date as ``until`` then means the end of that day. Which of
    several orders at a customer's first instant was the first cannot be told; their mean amount stands for it.
    Raises ValueError for an unknown unit, an unreadable date or a missing column.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "amount_cents": [1000, 2500, 700],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-08-02", "1997-02-01"])})
    >>> recency_frequency(orders, until="1997-09-30").round(3)
      customer_id  x  recency     age  mean_spend
    0           a  1   30.429  38.857        25.0
    1           b  0    0.000  34.429         0.0
    """
    with orders_of(orders) as (table, run):
        query = recency_frequency_query(table, until=until, unit=unit, whole_days=whole_days)
        return run(query.order_by("customer_id"))


def recency_frequency_rows(
    orders: Source,
    *,
    until: Moment,
    unit: str = "week",
    whole_days: bool = True,
    round_days: int | None = None,
) -> pd.DataFrame:
    """The distinct (x, recency, age) and how many customers share each, as ``weight``, sorted.

    What `distinct_rows` makes of `recency_frequency`, but counted where the orders lie, so that a hundred million
    customers come back as a table that a model is fitted to in seconds. With ``round_days=7`` recency and age are
    rounded to whole weeks first (x is not touched): of a million customers over two years some 60,000 rows are
    left, of whole days some 600,000.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b", "c"],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-01-08", "1997-01-01", "1997-01-01"])})
    >>> recency_frequency_rows(orders, until="1997-01-15")
       x  recency  age  weight
    0  0      0.0  2.0       2
    1  1      1.0  2.0       1
    """
    options = {"until": until, "unit": unit, "whole_days": whole_days, "round_days": round_days}
    with orders_of(orders) as (table, run):
        return run(recency_frequency_rows_query(table, **options))


def rfm(orders: Source, *, until: Moment) -> pd.DataFrame:
    """One row a customer: customer_id, recency_days, frequency, monetary, sorted by customer_id.

    recency_days is the days from the last purchase to ``until`` (small is good), frequency counts all days with
    a purchase, monetary is the sum of the amounts in currency units (NaN where amounts are missing).

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "a"], "amount_cents": [1000, 500, 2500],
    ...     "ordered_at": pd.to_datetime(["1997-01-01T09", "1997-01-01T18", "1997-08-02T10"])})
    >>> rfm(orders, until="1997-09-30")
      customer_id  recency_days  frequency  monetary
    0           a            59          2      40.0
    """
    with orders_of(orders) as (table, run):
        return run(rfm_query(table, until=until).order_by("customer_id"))


def distinct_rows(summary: pd.DataFrame, columns: Sequence[str] = ("x", "recency", "age")) -> pd.DataFrame:
    """The distinct rows of ``columns`` and how many customers share each, as ``weight``, sorted.

    Whole-day dates give few distinct rows, and a likelihood needs each of them only once.

    >>> distinct_rows(pd.DataFrame({"x": [0, 0, 2], "recency": [0., 0., 3.], "age": [9., 9., 9.]}))
       x  recency  age  weight
    0  0      0.0  9.0       2
    1  2      3.0  9.0       1
    """
    import pyarrow as pa

    columns = list(columns)
    with database() as connection:
        connection.con.register("summary", pa.Table.from_pandas(summary[columns], preserve_index=False))
        table = connection.table("summary")
        return distinct_rows_query(table, columns).to_pyarrow().to_pandas()


# the expressions: an Ibis table of customer_id, ordered_at and cents in, an Ibis table out


def purchase_days(orders: Any, until: Moment) -> Any:
    """One row a customer and day up to ``until``: day and cents, their amounts added."""
    orders = orders.mutate(day=orders.ordered_at.date())
    days = orders.filter(orders.day <= moments.date(until)).group_by(["customer_id", "day"])
    return days.agg(cents=lambda t: t.cents.sum())


def recency_frequency_query(
    orders: Any, *, until: Moment, unit: str = "week", whole_days: bool = True
) -> Any:
    """The expression behind `recency_frequency`."""
    import ibis

    days_per_unit = moments.days_in(unit)
    if whole_days:
        purchases = purchase_days(orders, until).rename(at="day")
        end = ibis.literal(moments.date(until), type="date")

        def days_between(start, stop):
            return stop.delta(start, unit="day").cast("float64")
    else:
        moment = moments.end(until)
        purchases = orders.filter(
            orders.ordered_at < moment if moments.is_date(until) else orders.ordered_at <= moment
        )
        # by instant first: among equal instants every run would take another row for the first
        purchases = purchases.group_by(["customer_id", "ordered_at"]).agg(
            cents=lambda t: t.cents.sum(), orders=lambda t: t.count()
        )
        purchases = purchases.rename(at="ordered_at")
        end = ibis.literal(moment, type="timestamp(6)")

        def days_between(start, stop):
            return stop.delta(start, unit="microsecond").cast("float64") / MICROSECONDS_A_DAY

    customers = purchases.group_by("customer_id").agg(
        first=lambda t: t["at"].min(),
        last=lambda t: t["at"].max(),
        x=lambda t: ((t.count() if whole_days else t.orders.sum()) - 1).cast("int64"),
        cents=lambda t: t.cents.sum(),
        first_cents=lambda t: (t.cents if whole_days else t.cents / t.orders).argmin(t["at"]),
    )
    repeat_cents = customers.cents - customers.first_cents
    return customers.select(
        "customer_id",
        "x",
        recency=days_between(customers["first"], customers["last"]) / days_per_unit,
        age=days_between(customers["first"], end) / days_per_unit,
        # NaN - NaN stays NaN, so a customer without amounts never gets a 0 here
        mean_spend=ibis.ifelse(customers.x == 0, repeat_cents, repeat_cents / customers.x / 100),
    )


def recency_frequency_rows_query(
    orders: Any, *, until: Moment, unit: str = "week", whole_days: bool = True, round_days: int | None = None
) -> Any:
    """The expression behind `recency_frequency_rows`."""
    days_per_unit = moments.days_in(unit)
    step = moments.whole(round_days, "round_days") if round_days is not None else None
    rows = recency_frequency_query(orders, until=until, unit="day", whole_days=whole_days)

    def rounded(days):  # half a step goes up on every engine, which round() does not promise
        return days if step is None else (days / step + 0.5).floor().cast("float64") * step

    rows = rows.select(
        "x", recency=rounded(rows.recency) / days_per_unit, age=rounded(rows.age) / days_per_unit
    )
    return distinct_rows_query(rows, ["x", "recency", "age"])


def distinct_rows_query(rows: Any, columns: Sequence[str]) -> Any:
    """The expression behind `distinct_rows`."""
    counted = rows.group_by(list(columns)).agg(weight=lambda t: t.count().cast("int64"))
    return counted.order_by(list(columns))


def rfm_query(orders: Any, *, until: Moment) -> Any:
    """The expression behind `rfm`."""
    import ibis

    days = purchase_days(orders, until)
    customers = days.group_by("customer_id").agg(
        last=days.day.max(), frequency=days.count(), cents=days.cents.sum()
    )
    end: Any = ibis.literal(moments.date(until), type="date")
    return customers.select(
        "customer_id",
        recency_days=end.delta(customers["last"], unit="day").cast("int64"),
        frequency=customers.frequency.cast("int64"),
        monetary=customers.cents / 100,
    )
