"""Churn labels and basket pairs, held against counting by hand."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

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
