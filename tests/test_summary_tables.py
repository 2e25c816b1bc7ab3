"""Cohorts, churn labels, basket pairs and key figures, held against counting by hand and against pandas."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

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


# churn


def features_by_hand(frame: pd.DataFrame, at: dt.date, horizon: int, window: int) -> dict[str, tuple]:
    found = {}
    for customer, own in frame.groupby("customer_id"):
        days = own["ordered_at"].dt.date
        ages = [(at - day).days for day in sorted(set(days)) if day <= at]
        inside = [age for age in ages if age < window]
        if inside:
            spend = own["amount_cents"][[day <= at and (at - day).days < window for day in days]].sum() / 100
            back = any(0 < (day - at).days <= horizon for day in days)
            late = sum(age < window // 2 for age in inside)
            found[str(customer)] = (ages[0], ages[-1], len(inside), late, spend, int(not back))
    return found


@few
@given(logs, st.dates(dt.date(2023, 11, 1), dt.date(2024, 5, 1)), st.integers(1, 60), st.integers(2, 120))
def test_churn_labels_are_those_counted_by_hand(rows, at, horizon, window):
    frame = frame_of([*rows, ("end", dt.datetime(2024, 7, 1), 0)])
    expected = features_by_hand(frame, at, horizon, window)
    table = summaries.churn_labels(frame, at=at, horizon_days=horizon, window_days=window)
    assert table["customer_id"].tolist() == sorted(expected)
    for customer, *row in table.itertuples(index=False, name=None):
        assert tuple(row) == pytest.approx(expected[customer])


def test_the_window_ends_with_the_day_and_its_later_half_is_the_shorter_one():
    """Window of 7 days up to the 10th: the 4th to the 10th; the later half, of 3 days, begins on the 8th."""
    days = ["2024-01-03", "2024-01-04", "2024-01-07", "2024-01-08", "2024-01-10T23:59:59", "2024-01-11"]
    table = summaries.churn_labels(
        frame_of([("a", day, 100) for day in days]), at="2024-01-10", horizon_days=1, window_days=7
    )
    assert table.to_numpy().tolist() == [["a", 7, 0, 4, 2, 4.0, 0]]


@few
@given(logs, logs)
def test_no_feature_knows_what_comes_after(before, after):
    """Whatever happens after the day, only the label may move."""
    at = dt.datetime(2024, 1, 31, 23, 59, 59)
    past = [(who, min(when, at), cents) for who, when, cents in before]
    future = [(who, max(when, dt.datetime(2024, 2, 1)), cents) for who, when, cents in after]
    end = ("end", dt.datetime(2024, 7, 1), 0)
    features = ["customer_id", "age_days", "recency_days", "purchases", "late_purchases", "spend"]
    one, other = (
        summaries.churn_labels(frame_of([*past, *rows, end]), at=at, window_days=200) for rows in ([], future)
    )
    pd.testing.assert_frame_equal(one[features], other[features])
    assert (one["churned"] == 1).all()
    back = {who for who, when, _ in future if when.date() <= dt.date(2024, 4, 30)}
    assert set(other.loc[other["churned"] == 0, "customer_id"]) == back & set(other["customer_id"])


def test_churn_is_refused_where_the_future_is_not_known_yet(cdnow):
    table = summaries.churn_labels(cdnow, at="1998-04-01", horizon_days=90)
    days = cdnow["ordered_at"]
    assert len(table) == cdnow["customer_id"][(days > "1997-04-01") & (days <= "1998-04-01")].nunique()
    with pytest.raises(ValueError, match="they end on 1998-06-30"):
        summaries.churn_labels(cdnow, at="1998-04-02", horizon_days=90)
    with pytest.raises(ValueError, match="horizon_days is 0"):
        summaries.churn_labels(cdnow, at="1998-04-01", horizon_days=0)


# baskets

BASKETS = [{"tea", "milk"}, {"tea", "milk", "cup"}, {"tea"}, {"milk", "cup"}, {"tea", "cup", "milk"}]


def lines_of(baskets: list[set]) -> pd.DataFrame:
    rows = [(number, item) for number, items in enumerate(baskets) for item in sorted(items)]
    return pd.DataFrame(rows, columns=["order_id", "product_id"])


def test_basket_pairs_by_hand():
    """Five baskets: tea in 4, milk in 4, cup in 3; tea with milk in 3, cup with milk in 3, cup with tea in 2."""
    table = summaries.basket_pairs(lines_of(BASKETS)).set_index(["product_a", "product_b"])
    assert table.index.tolist() == [("cup", "milk"), ("milk", "tea"), ("cup", "tea")]
    cup_milk, milk_tea, cup_tea = (table.loc[pair].tolist() for pair in table.index)
    assert cup_milk == pytest.approx([3, 3 / 5, 3 / 3, 3 / 4, (3 / 5) / (3 / 5 * 4 / 5)])
    assert milk_tea == pytest.approx([3, 3 / 5, 3 / 4, 3 / 4, (3 / 5) / (4 / 5 * 4 / 5)])
    assert cup_tea == pytest.approx([2, 2 / 5, 2 / 3, 2 / 4, (2 / 5) / (3 / 5 * 4 / 5)])
    assert len(summaries.basket_pairs(lines_of(BASKETS), at_least=3)) == 2
    assert summaries.basket_pairs(lines_of(BASKETS), at_least=4).empty


@few
@given(st.lists(st.sets(st.integers(1, 6)), min_size=1, max_size=15), st.integers(1, 3))
def test_basket_pairs_are_those_counted_one_by_one(baskets, at_least):
    # a product may stand on two lines of an order, and is in it once
    lines = pd.concat([lines_of(baskets)] * 2).astype("int64")
    table = summaries.basket_pairs(lines, at_least=at_least)
    kept = [items for items in baskets if items]
    expected = {}
    for a, b in combinations(range(1, 7), 2):
        both, with_a, with_b = (sum(want <= items for items in kept) for want in ({a, b}, {a}, {b}))
        if both >= at_least:
            lift = both / len(kept) / (with_a / len(kept) * with_b / len(kept))
            expected[a, b] = [both, both / len(kept), both / with_a, both / with_b, lift]
    assert {tuple(row[:2]): row[2:] for row in table.to_numpy().tolist()} == {
        pair: pytest.approx(row) for pair, row in expected.items()
    }


def test_a_missing_product_column_is_named():
    with pytest.raises(ValueError, match="order lines need the column product_id"):
        summaries.basket_pairs(pd.DataFrame({"order_id": [1]}))


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
