"""Cohorts, key figures and distinct rows, held against counting by hand and against pandas."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datasets import summaries
from datasets.real import load

# a failure is not made smaller: the logs are small, and each run of a database takes its time
few = settings(
    deadline=None,
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow],
)
logs = st.lists(
    st.tuples(
        st.sampled_from(["007", "7", "Ann", "张三"]),
        st.datetimes(dt.datetime(2023, 10, 1), dt.datetime(2024, 6, 30)),
        st.integers(0, 10**6),
    ),
    min_size=1,
    max_size=25,
)


def frame_of(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return load("cdnow").orders


# cohorts


def test_cdnow_cohorts_are_those_that_pandas_counts(cdnow):
    months = cdnow["ordered_at"].dt.to_period("M")
    joined = months.groupby(cdnow["customer_id"]).transform("min")
    since = (months.dt.year - joined.dt.year) * 12 + months.dt.month - joined.dt.month
    expected = pd.crosstab(joined, since, values=cdnow["customer_id"], aggfunc="nunique").fillna(0)
    table = summaries.monthly_cohorts(cdnow, until="1998-06-30")
    assert table["cohort"].dt.strftime("%Y-%m").unique().tolist() == ["1997-01", "1997-02", "1997-03"]
    assert table.groupby("cohort")["size"].first().sum() == 2357
    found = table.pivot(index="cohort", columns="month", values="active")
    np.testing.assert_array_equal(found.fillna(0).to_numpy(), expected.to_numpy())
    # every month up to June 1998 is there, also for the last cohort
    assert found.notna().sum(axis=1).tolist() == [18, 17, 16]
    assert (table["share"] == table["active"] / table["size"]).all()
    assert (table.loc[table["month"] == 0, "share"] == 1).all()


def test_a_cohort_that_never_came_back_has_its_zeros_and_december_meets_january():
    log = frame_of([("a", "2023-12-31T23:59", 1), ("b", "2024-01-01", 1), ("b", "2024-03-01", 1)])
    table = summaries.monthly_cohorts(log, until="2024-02-29")
    assert table[["month", "active"]].to_numpy().tolist() == [[0, 1], [1, 0], [2, 0], [0, 1], [1, 0]]
    assert summaries.monthly_cohorts(log, until="2023-11-30").empty


# key figures

MONTHS = ("2024-01-31", "2024-02-01")


def kpis_by_hand(frame: pd.DataFrame, until: dt.date, months: int, silent: int) -> list[dict]:
    frame = frame[frame["ordered_at"].dt.date <= until]
    if frame.empty:
        return []
    number = (frame["ordered_at"].dt.year * 12 + frame["ordered_at"].dt.month - 1) // months
    bought = {who: set(number[frame["customer_id"] == who]) for who in set(frame["customer_id"])}
    spent = frame["amount_cents"].groupby([frame["customer_id"], number]).sum().to_dict()
    rows, base = [], set()
    for period in range(number.min(), (until.year * 12 + until.month - 1) // months + 1):
        active = {who for who, when in bought.items() if period in when}
        new = {who for who in active if min(bought[who]) == period}
        now = {who for who, when in bought.items() if when & set(range(period - silent + 1, period + 1))}
        both = {who for who in active if period - 1 in bought[who]}
        up = {who for who in both if spent[who, period] > spent[who, period - 1]}
        cents = frame["amount_cents"][number == period]
        rows.append(
            {
                "customers": len(now),
                "active_customers": len(active),
                "new_customers": len(new),
                "returned_customers": len(active - new - base),
                "lost_customers": len(base - now),
                "new_share": len(new) / len(base) if base else np.nan,
                "lost_share": len(base - now) / len(base) if base else np.nan,
                "upgraded_share": len(up) / len(both) if both else np.nan,
                "repeat_share": len(active - new) / len(active) if active else np.nan,
                "orders": len(cents),
                "revenue": cents.sum() / 100,
                "mean_order_value": cents.mean() / 100 if len(cents) else np.nan,
                "mean_profit": 0.4 * cents.sum() / 100 / len(active) if active else np.nan,
            }
        )
        base = now
    return rows


@few
@given(logs, st.dates(dt.date(2023, 9, 30), dt.date(2024, 7, 31)), st.sampled_from([1, 3]), st.integers(1, 3))
def test_key_figures_are_those_counted_by_hand(rows, until, months, silent):
    frame = frame_of(rows)
    expected = pd.DataFrame(kpis_by_hand(frame, until, months, silent))
    table = summaries.kpis(frame, until=until, months=months, silent=silent, margin=0.4)
    if expected.empty:
        assert table.empty
    else:
        pd.testing.assert_frame_equal(table.drop(columns="period"), expected, check_dtype=False)
        assert all(period.month % months == 1 % months and period.day == 1 for period in table["period"])


def test_equal_spend_is_no_upgrade_and_a_gap_is_no_comparison():
    rows = [("same", 100, 100), ("more", 100, 101), ("less", 100, 99), ("more", 0, 1)]
    log = [(who, when, cents) for who, *both in rows for when, cents in zip(MONTHS, both, strict=True)]
    # bought more than ever, but not in January
    log += [("gap", "2023-12-31", 1), ("gap", "2024-02-29", 500)]
    table = summaries.kpis(frame_of(log), until="2024-02-29")
    assert table["upgraded_share"].tolist()[2] == pytest.approx(1 / 3)


def test_cdnow_key_figures_add_up(cdnow):
    table = summaries.kpis(cdnow, until="1998-06-30")
    assert len(table) == 18
    assert table["new_customers"].sum() == 2357
    assert table["orders"].sum() == len(cdnow)
    assert table["revenue"].sum() == pytest.approx(cdnow["amount_cents"].sum() / 100)
    moved = table["new_customers"] + table["returned_customers"] - table["lost_customers"]
    assert table["customers"].iloc[-1] == moved.sum()
    assert (table["customers"] >= table["active_customers"]).all()


def test_money_that_is_missing_is_never_zero(cdnow):
    table = summaries.kpis(cdnow.drop(columns="amount_cents"), until="1998-06-30")
    assert table[["revenue", "mean_order_value", "mean_profit", "upgraded_share"]].isna().all(axis=None)
    labels = summaries.churn_labels(cdnow.drop(columns="amount_cents"), at="1998-03-01")
    assert labels["spend"].isna().all()


def test_a_period_that_does_not_fit_a_year_is_refused(cdnow):
    with pytest.raises(ValueError, match="months is 5"):
        summaries.kpis(cdnow, until="1998-06-30", months=5)


# distinct rows on the engine


@pytest.mark.parametrize("options", [{}, {"unit": "day"}, {"whole_days": False}])
def test_rows_are_counted_on_the_engine_as_afterwards(cdnow, options):
    rows = summaries.recency_frequency_rows(cdnow, until="1997-09-30", **options)
    after = summaries.distinct_rows(summaries.recency_frequency(cdnow, until="1997-09-30", **options))
    pd.testing.assert_frame_equal(rows, after)
    assert rows["weight"].sum() == 2357


def test_rounded_rows_are_fewer_and_lie_at_most_half_a_step_away(cdnow):
    exact = summaries.recency_frequency(cdnow, until="1997-09-30", unit="day")
    rows = summaries.recency_frequency_rows(cdnow, until="1997-09-30", unit="week", round_days=7)
    by_hand = pd.DataFrame(
        {
            "x": exact["x"],
            "recency": np.floor(exact["recency"] / 7 + 0.5),
            "age": np.floor(exact["age"] / 7 + 0.5),
        }
    )
    counted = by_hand.groupby(["x", "recency", "age"]).size().reset_index(name="weight")
    pd.testing.assert_frame_equal(rows, counted)
    assert len(rows) < 0.7 * len(summaries.recency_frequency_rows(cdnow, until="1997-09-30"))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("recency_frequency_rows", {"until": "1997-09-30", "round_days": 7}),
        ("churn_labels", {"at": "1998-01-01", "horizon_days": 100}),
    ],
)
def test_the_sql_of_a_table_gives_the_table(cdnow, name, options):
    import duckdb
    import pyarrow as pa

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("orders", pa.Table.from_pandas(cdnow, preserve_index=False))
        shown = connection.sql(summaries.sql(name, **options)).to_arrow_table().to_pandas()
    pd.testing.assert_frame_equal(shown, getattr(summaries, name)(cdnow, **options), check_dtype=False)


def test_every_query_can_be_shown():
    for name, options in {
        "monthly_cohorts": {"until": "2024-01-31"},
        "kpis": {"until": "2024-01-31"},
        "basket_pairs": {"at_least": 5},
    }.items():
        assert summaries.sql(name, **options).startswith(("SELECT", "WITH"))
    with pytest.raises(ValueError, match="no SQL"):
        summaries.sql("nothing")
