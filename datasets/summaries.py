"""What do the orders say about each customer?  RFM, recency–frequency, tracking and holdout, written once.

Everything is an Ibis expression on DuckDB, so a million orders take about a second and the same text can be
shown as SQL. Orders come as a DataFrame, a pyarrow Table or the path of a Parquet file, with the columns
customer_id, ordered_at (UTC, without zone) and amount_cents (may be missing or all null).

Customers' behaviour is read in whole days, as the textbooks do: several purchases of one customer on one day are
one purchase and their amounts are added. ``until`` is inclusive. Durations are whole days divided by the days in
the unit (week 7, month 30.4375, year 365.25).

Sources: Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2), for x,
recency (t_x) and age (T); Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", for mean_spend.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    import pyarrow as pa

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
MICROSECONDS_A_DAY = 86_400_000_000
DATABASE = {
    "threads": 2,
    "memory_limit": "2GB",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}
COLUMNS = {"customer_id": "string", "ordered_at": "timestamp(6)", "amount_cents": "int64"}
NO_AMOUNT = float("nan")
ROWS_A_PIECE = 50_000


Moment = str | dt.date | dt.datetime


def recency_frequency(
    orders: pd.DataFrame | pa.Table | str | Path,
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
    and every order is a purchase of its own; a plain date as ``until`` then means the end of that day.
    Raises ValueError for an unknown unit, an unreadable date or a missing column.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "b"], "amount_cents": [1000, 2500, 700],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-08-02", "1997-02-01"])})
    >>> recency_frequency(orders, until="1997-09-30").round(3)
      customer_id  x  recency     age  mean_spend
    0           a  1   30.429  38.857        25.0
    1           b  0    0.000  34.429         0.0
    """
    days_per_unit = _days(unit)
    with _orders(orders) as (table, run):
        return run(_recency_frequency(table, until, days_per_unit, whole_days))


def rfm(orders: pd.DataFrame | pa.Table | str | Path, *, until: Moment) -> pd.DataFrame:
    """One row a customer: customer_id, recency_days, frequency, monetary, sorted by customer_id.

    recency_days is the days from the last purchase to ``until`` (small is good), frequency counts all days with
    a purchase, monetary is the sum of the amounts in currency units (NaN where amounts are missing).

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "a"], "amount_cents": [1000, 500, 2500],
    ...     "ordered_at": pd.to_datetime(["1997-01-01T09", "1997-01-01T18", "1997-08-02T10"])})
    >>> rfm(orders, until="1997-09-30")
      customer_id  recency_days  frequency  monetary
    0           a            59          2      40.0
    """
    with _orders(orders) as (table, run):
        return run(_rfm(table, until))


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
    with _database() as connection:
        connection.con.register("summary", pa.Table.from_pandas(summary[columns], preserve_index=False))
        table = connection.table("summary")
        counted = table.group_by(columns).agg(weight=table.count()).order_by(columns)
        return counted.to_pyarrow().to_pandas()


def cumulative_repeat_purchases(
    orders: pd.DataFrame | pa.Table | str | Path, *, until: Moment, unit: str = "week"
) -> pd.DataFrame:
    """Repeat purchases of everybody together by the end of each period: period, repeat_purchases.

    Period 1 starts on the day of the first order of all (week 1 is days 1 to 7); the last period is the one
    that holds ``until``. This is the actual line of a tracking plot.

    >>> orders = pd.DataFrame({"customer_id": ["a", "a", "a"], "amount_cents": [1, 1, 1],
    ...     "ordered_at": pd.to_datetime(["1997-01-01", "1997-01-07", "1997-01-15"])})
    >>> cumulative_repeat_purchases(orders, until="1997-01-20")["repeat_purchases"].tolist()
    [1, 1, 2]
    """
    days_per_unit = _days(unit)
    last = _date(until)
    with _orders(orders) as (table, run):
        counted = run(_repeat_purchases_by_period(table, until, days_per_unit))
    if counted.empty:
        return pd.DataFrame(
            {"period": pd.Series(dtype="int64"), "repeat_purchases": pd.Series(dtype="int64")}
        )
    first = pd.Timestamp(counted["start"].iloc[0]).date()
    periods = range(1, math.floor((last - first).days / days_per_unit) + 2)
    by_period = counted.set_index("period")["repeat_purchases"].reindex(periods, fill_value=0)
    return by_period.cumsum().astype("int64").rename_axis("period").reset_index()


def holdout_purchases(
    orders: pd.DataFrame | pa.Table | str | Path, *, since: Moment, until: Moment
) -> pd.DataFrame:
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
    if _date(until) < _date(since):
        raise ValueError(f"until ({_date(until)}) lies before since ({_date(since)})")
    with _orders(orders) as (table, run):
        return run(_holdout_purchases(table, since, until))


def sql(summary: str, **options: Any) -> str:
    """The DuckDB SQL behind a summary of this module, for reading: ``sql("rfm", until="1997-09-30")``.

    ``summary`` is recency_frequency, rfm or holdout_purchases; ``options`` are that function's own.
    """
    import ibis

    table = _order_columns(ibis.table(COLUMNS, name="orders"))
    if summary == "recency_frequency":
        days_per_unit = _days(options.get("unit", "week"))
        query = _recency_frequency(table, options["until"], days_per_unit, options.get("whole_days", True))
    elif summary == "rfm":
        query = _rfm(table, options["until"])
    elif summary == "holdout_purchases":
        query = _holdout_purchases(table, options["since"], options["until"])
    else:
        raise ValueError(f"no SQL is kept for {summary!r}")
    return str(ibis.to_sql(query, dialect="duckdb"))


# the expressions: an Ibis table of customer_id, ordered_at and cents in, an Ibis table out.
# cents are doubles, NaN where missing: sums stay exact up to 2**53 cents, and NaN spreads by itself.


def _purchase_days(orders, until: Moment):
    """One row a customer and day up to ``until``: day and cents, their amounts added."""
    orders = orders.mutate(day=orders.ordered_at.date())
    days = orders.filter(orders.day <= _date(until)).group_by(["customer_id", "day"])
    return days.agg(cents=lambda t: t.cents.sum())


def _recency_frequency(orders, until: Moment, days_per_unit: float, whole_days: bool):
    import ibis

    if whole_days:
        purchases = _purchase_days(orders, until).rename(at="day")
        end = ibis.literal(_date(until), type="date")

        def days_between(start, stop):
            return stop.delta(start, unit="day").cast("float64")
    else:
        moment = _end(until)
        purchases = orders.filter(
            orders.ordered_at < moment if _is_date(until) else orders.ordered_at <= moment
        )
        purchases = purchases.select("customer_id", at="ordered_at", cents="cents")
        end = ibis.literal(moment, type="timestamp(6)")

        def days_between(start, stop):
            return stop.delta(start, unit="microsecond").cast("float64") / MICROSECONDS_A_DAY

    customers = purchases.group_by("customer_id").agg(
        first=lambda t: t["at"].min(),
        last=lambda t: t["at"].max(),
        x=lambda t: (t.count() - 1).cast("int64"),
        cents=lambda t: t.cents.sum(),
        first_cents=lambda t: t.cents.argmin(t["at"]),
    )
    repeat_cents = customers.cents - customers.first_cents
    return customers.select(
        "customer_id",
        "x",
        recency=days_between(customers["first"], customers["last"]) / days_per_unit,
        age=days_between(customers["first"], end) / days_per_unit,
        # NaN - NaN stays NaN, so a customer without amounts never gets a 0 here
        mean_spend=ibis.ifelse(customers.x == 0, repeat_cents, repeat_cents / customers.x / 100),
    ).order_by("customer_id")


def _rfm(orders, until: Moment):
    import ibis

    days = _purchase_days(orders, until)
    customers = days.group_by("customer_id").agg(
        last=days.day.max(), frequency=days.count(), cents=days.cents.sum()
    )
    end: Any = ibis.literal(_date(until), type="date")
    return customers.select(
        "customer_id",
        recency_days=end.delta(customers["last"], unit="day").cast("int64"),
        frequency=customers.frequency.cast("int64"),
        monetary=customers.cents / 100,
    ).order_by("customer_id")


def _repeat_purchases_by_period(orders, until: Moment, days_per_unit: float):
    import ibis

    days = _purchase_days(orders, until)
    days = days.mutate(
        first=days.day.min().over(group_by="customer_id"), start=days.day.min().over(ibis.window())
    )
    elapsed = days.day.delta(days.start, unit="day").cast("float64")
    days = days.mutate(period=(elapsed / days_per_unit).floor().cast("int64") + 1)
    return days.group_by("period").agg(
        start=days.start.min(), repeat_purchases=(days.day > days["first"]).sum().cast("int64")
    )


def _holdout_purchases(orders, since: Moment, until: Moment):

    days = _purchase_days(orders, until)
    after = days.day > _date(since)
    known = days.group_by("customer_id").agg(
        first=days.day.min(),
        purchases=after.sum().cast("int64"),
        # an amount that is missing before ``since`` still says that spend is unknown: 0 * NaN is NaN
        cents=(days.cents * after.cast("float64")).sum(),
    )
    known = known.filter(known["first"] <= _date(since))
    return known.select("customer_id", "purchases", spend=known.cents / 100).order_by("customer_id")


# connections and arguments


@contextmanager
def _database() -> Iterator[Any]:
    """A database in memory of its own for one call: nothing is shared between threads, nothing stays behind."""
    import ibis

    connection = ibis.duckdb.connect(":memory:", **DATABASE)
    try:
        connection.con.execute("SET enable_progress_bar = false")
        connection.con.execute("SET temp_directory = ''")
        yield connection
    finally:
        connection.disconnect()


@contextmanager
def _orders(orders: pd.DataFrame | pa.Table | str | Path) -> Iterator[tuple[Any, Any]]:
    """An Ibis table of the three order columns, and a function that runs an expression on it."""
    import pyarrow as pa

    with _database() as connection:
        if isinstance(orders, str | Path):
            table = connection.read_parquet(str(orders), table_name="orders")
        else:
            names = list(orders.columns) if isinstance(orders, pd.DataFrame) else orders.column_names
            wanted = [name for name in COLUMNS if name in names]
            if isinstance(orders, pd.DataFrame):
                held = pa.Table.from_pandas(orders[wanted], preserve_index=False)
            else:
                held = orders.select(wanted)
            # in pieces, since one piece is scanned by one thread
            pieces = held.to_batches(max_chunksize=ROWS_A_PIECE)
            connection.con.register("orders", pa.Table.from_batches(pieces, schema=held.schema))
            table = connection.table("orders")
        missing = [name for name in ("customer_id", "ordered_at") if name not in table.columns]
        if missing:
            raise ValueError(f"orders need the column {missing[0]}; they have {', '.join(table.columns)}")
        table = _order_columns(table)
        # not to_pandas(): Ibis 12 sets an option that pandas 3 warns of
        yield table, lambda expression: expression.to_pyarrow().to_pandas()


def _order_columns(table):
    """customer_id, ordered_at and cents of a table as it came."""
    import ibis

    cents = ibis.literal(NO_AMOUNT)
    if "amount_cents" in table.columns:
        cents = table["amount_cents"].cast("float64").coalesce(NO_AMOUNT)
    return table.select("customer_id", ordered_at=table["ordered_at"].cast("timestamp(6)"), cents=cents)


def _days(unit: str) -> float:
    if unit not in DAYS:
        raise ValueError(f"unit is {unit!r}; use one of {', '.join(DAYS)}")
    return DAYS[unit]


def _is_date(moment: Moment) -> bool:
    """Whether a day is meant rather than an instant."""
    if isinstance(moment, str):
        return len(moment.strip()) <= len("1997-09-30")
    return not isinstance(moment, dt.datetime)


def _moment(moment: Moment) -> dt.datetime:
    """A naive UTC datetime; raises ValueError with a plain sentence."""
    if isinstance(moment, str):
        try:
            moment = dt.datetime.fromisoformat(moment.strip())
        except ValueError:
            raise ValueError(f"{moment!r} is no date; write it as 1997-09-30") from None
    if not isinstance(moment, dt.datetime):
        return dt.datetime(moment.year, moment.month, moment.day)
    if isinstance(moment, pd.Timestamp):
        moment = moment.to_pydatetime(warn=False)
    return moment.astimezone(dt.UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _date(moment: Moment) -> dt.date:
    return _moment(moment).date()


def _end(moment: Moment) -> dt.datetime:
    """The instant at which ``moment`` is over: for a plain date the following midnight."""
    return _moment(moment) + dt.timedelta(days=1) if _is_date(moment) else _moment(moment)
