"""On whose customers does a page work?  The synthetic company's, CDNOW's, or the learner's own."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import pandas as pd
import streamlit as st

Kind = Literal["simulated", "company", "cdnow", "published", "file"]
COMPANY, CUSTOMERS, SEED = "tea_shops", 10_000, 1


@dataclass(frozen=True, kw_only=True)
class Data:
    """Orders, the two dates that split them, and, for the synthetic company alone, the truth.

    `orders` has customer_id, ordered_at (UTC), amount_cents; `truth` is truth_customers by customer_id.
    `key` names the data for caches. For the company with all its causes, `world` is the whole of it
    (datasets.world.World); the orders then name their line of business, too.
    """

    kind: Kind
    key: str
    orders: pd.DataFrame
    currency: str
    calibration_until: date
    holdout_until: date
    truth: pd.DataFrame | None = None
    scenario: Any = None
    world: Any = None

    @functools.cached_property
    def has_amounts(self) -> bool:
        """Say whether the orders carry money at all."""
        return bool(self.orders["amount_cents"].notna().any())


@st.cache_data(max_entries=24, show_spinner=False)
def _rfm(key: str, day: date, _orders: pd.DataFrame) -> pd.DataFrame:
    from datasets.summaries import rfm

    return rfm(_orders, until=day).set_index("customer_id")


def rfm(data: Data, *, day: date) -> pd.DataFrame:
    """Return recency_days, frequency and monetary by customer, as known at the end of `day`."""
    return _rfm(data.key, day, data.orders)


@st.cache_data(max_entries=24, show_spinner=False)
def _recency_frequency(
    key: str, day: date, unit: str, whole_days: bool, _orders: pd.DataFrame
) -> pd.DataFrame:
    from datasets.summaries import recency_frequency

    return recency_frequency(_orders, until=day, unit=unit, whole_days=whole_days).set_index("customer_id")


def recency_frequency(data: Data, *, day: date, unit: str = "week") -> pd.DataFrame:
    """Return x, recency, age and mean_spend by customer, as known at the end of `day`.

    The synthetic company lives in continuous time and is summarised so; real data has whole days.
    """
    return _recency_frequency(data.key, day, unit, data.kind != "simulated", data.orders)


@st.cache_data(max_entries=24, show_spinner=False)
def _purchases(key: str, since: date, until: date, _orders: pd.DataFrame) -> pd.DataFrame:
    from datasets.summaries import holdout_purchases

    return holdout_purchases(_orders, since=since, until=until).set_index("customer_id")


def purchases(data: Data, *, since: date, until: date) -> pd.DataFrame:
    """Return purchases and spend by customer after `since`, up to and with `until`."""
    return _purchases(data.key, since, until, data.orders)


@st.cache_data(max_entries=24, show_spinner=False)
def sql(summary: str, *, day: date, whole_days: bool) -> str:
    """Return the DuckDB query behind a summary as of `day`, for the Code tab."""
    from datasets import summaries

    options: dict[str, Any] = {"since": day} if summary == "holdout_purchases" else {}
    return summaries.sql(summary, until=day, whole_days=whole_days, **options)


def true_chance_of_order(data: Data, *, day: date, weeks: float) -> pd.Series:
    """Return each synthetic customer's true chance of an order in the `weeks` after `day`."""
    from datasets.world.truth import chance_of_order

    truth = _alive_at(data, day)
    return pd.Series(
        chance_of_order(
            alive=truth["alive"], purchase_rate_per_week=truth["purchase_rate_per_week"], weeks=weeks
        ),
        index=truth.index,
    )


def true_expected_orders(data: Data, *, day: date, weeks: float) -> pd.Series:
    """Return each synthetic customer's true expected number of orders in the `weeks` after `day`."""
    from datasets.world.truth import expected_future_orders

    truth = _alive_at(data, day)
    return pd.Series(
        expected_future_orders(
            alive=truth["alive"],
            purchase_rate_per_week=truth["purchase_rate_per_week"],
            dropout_probability=truth["dropout_probability"],
            weeks=weeks,
        ),
        index=truth.index,
    )


def _alive_at(data: Data, day: date) -> pd.DataFrame:
    if data.truth is None:
        raise ValueError(f"No truth is known about the customers of {data.kind}.")
    evening = pd.Timestamp(day) + pd.Timedelta(days=1)
    left = data.truth["left_at"]
    return data.truth.assign(alive=(left.isna() | (left >= evening)).astype(float))


@st.cache_resource(max_entries=2, show_spinner=False)
def simulated() -> Data:
    """Live the lives of the synthetic company's customers; a year to learn from, a year to be judged by."""
    from datasets.world import live, load_scenario

    # The chapter's models hold exactly for customers whom no cause moves; later chapters switch the causes on.
    scenario = load_scenario(COMPANY).textbook()
    world = live(scenario, customers=CUSTOMERS, seed=SEED, tables=("customers", "orders", "truth_customers"))
    columns = ["customer_id", "ordered_at", "amount_cents"]
    return Data(kind="simulated", key=f"{COMPANY}-{CUSTOMERS}-{SEED}", **_lived(world, columns))


@st.cache_resource(max_entries=1, show_spinner=False)
def company() -> Data:
    """Live the lives of Harbour Tea's customers with every cause at work: all tables, and the truth beside them."""
    from datasets.world import live, load_scenario

    world = live(load_scenario(COMPANY), customers=CUSTOMERS, seed=SEED)
    columns = ["customer_id", "business", "ordered_at", "amount_cents"]
    return Data(
        kind="company", key=f"{COMPANY}-all-{CUSTOMERS}-{SEED}", world=world, **_lived(world, columns)
    )


def _lived(world: Any, columns: list[str]) -> dict[str, Any]:
    """Return what pages need of a world: orders with these columns, the truth, and the day that splits two years."""
    orders, truth = world.orders.to_pandas(), world.truth_customers.to_pandas()
    # Everywhere else an id is text: a file's 007 must not become 7.
    for rows in (orders, truth):
        rows["customer_id"] = rows["customer_id"].astype(str)
    return {
        "orders": orders[columns],
        "currency": world.scenario.currency,
        "calibration_until": world.start.date() + timedelta(weeks=52, days=-1),
        "holdout_until": world.until.date() - timedelta(days=1),
        "truth": truth.set_index("customer_id"),
        "scenario": world.scenario,
    }


@st.cache_resource(max_entries=64, show_spinner=False)
def _table(key: str, name: str, _world: Any) -> pd.DataFrame:
    rows = _world.tables[name]
    for number, column in enumerate(rows.column_names):
        if column.endswith("_id"):
            # Before pandas sees it: with a gap in it pandas makes decimals of the column, and rounds the ids.
            rows = rows.set_column(number, column, rows[column].cast("string"))
    return rows.to_pandas()


def table(data: Data, name: str) -> pd.DataFrame:
    """Return one of the company's tables (datasets/tables.py), its ids as text. Shared: never write into it.

    Raises ValueError for customers who are not a simulated company with all its tables.
    """
    if data.world is None:
        raise ValueError(f"There are no tables of a company for {data.kind}.")
    return _table(data.key, name, data.world)


@st.cache_resource(max_entries=1, show_spinner=False)
def published() -> Data:
    """Return no customers at all: the topic holds a published table, which its own model knows."""
    nobody = pd.DataFrame(
        {
            "customer_id": pd.Series(dtype=str),
            "ordered_at": pd.Series(dtype="datetime64[us]"),
            "amount_cents": pd.Series(dtype="int64"),
        }
    )
    return Data(
        kind="published",
        key="published",
        orders=nobody,
        currency="USD",
        calibration_until=date(2000, 1, 1),
        holdout_until=date(2000, 1, 1),
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def cdnow() -> Data:
    """Open the bundled CDNOW sample."""
    from datasets.real import load

    real = load("cdnow")
    return Data(
        kind="cdnow",
        key="cdnow",
        orders=real.orders,
        currency=real.currency,
        calibration_until=real.calibration_until,
        holdout_until=real.holdout_until,
    )


def own(*, orders: pd.DataFrame, key: str) -> Data:
    """Make the learner's good rows into data: two thirds of the span to learn from, one third to be judged by."""
    days = orders["ordered_at"].dt.normalize()
    first, last = days.min().date(), days.max().date()
    return Data(
        kind="file",
        key=f"file-{key}",
        orders=orders,
        currency="",
        calibration_until=first + timedelta(days=(last - first).days * 2 // 3),
        holdout_until=last,
    )


@st.cache_data(max_entries=24, show_spinner=False)
def _churn_labels(
    key: str, business: str, day: date, horizon_days: int, window_days: int, _orders: pd.DataFrame
) -> pd.DataFrame:
    from datasets.summaries import churn_labels

    line = _orders[_orders["business"] == business]
    return churn_labels(line, at=day, horizon_days=horizon_days, window_days=window_days).set_index(
        "customer_id"
    )


def churn_labels(
    data: Data, *, business: str, day: date, horizon_days: int, window_days: int
) -> pd.DataFrame:
    """Return, for each who bought in this line in the `window_days` up to `day`, what was known, and `churned`."""
    return _churn_labels(data.key, business, day, horizon_days, window_days, data.orders)


@st.cache_data(max_entries=24, show_spinner=False)
def _monthly_cohorts(key: str, business: str | None, day: date, _orders: pd.DataFrame) -> pd.DataFrame:
    from datasets.summaries import monthly_cohorts

    line = _orders if business is None else _orders[_orders["business"] == business]
    return monthly_cohorts(line, until=day)


def monthly_cohorts(data: Data, *, day: date, business: str | None = None) -> pd.DataFrame:
    """Return cohort, month, size, active and share by month of joining, as known at the end of `day`.

    `business` is one line of the company's, where a customer joins with the first order in it; None is all orders.
    """
    return _monthly_cohorts(data.key, business, day, data.orders)
