"""Summaries held against the published CDNOW figures and against pandas, lived through row by row."""

from __future__ import annotations

import datetime as dt
import itertools

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datasets import summaries
from datasets.real import load

settings.register_profile(
    "summaries", deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("summaries")


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    return load("cdnow").orders


def orders(*rows: tuple[str, str, int]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    return frame.assign(ordered_at=pd.to_datetime(frame["ordered_at"], format="ISO8601"))


def test_cdnow_is_the_summary_that_fader_and_hardie_publish(cdnow):
    """Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2), and its data."""
    summary = summaries.recency_frequency(cdnow, until="1997-09-30", unit="week")
    assert len(summary) == 2357
    first = summary.iloc[0]
    assert (first["customer_id"], first["x"], round(first["recency"], 2), round(first["age"], 2)) == (
        "0001",
        2,
        30.43,
        38.86,
    )
    assert (summary["x"] > 0).sum() == 946
    assert summary["age"].max() == pytest.approx(272 / 7)


def test_cdnow_has_the_repeat_purchases_of_the_published_calibration_and_holdout(cdnow):
    """2,457 repeat purchases in 39 weeks and 1,882 in the 39 weeks after them."""
    tracking = summaries.cumulative_repeat_purchases(cdnow, until="1998-06-30", unit="week").set_index(
        "period"
    )
    assert len(tracking) == 78
    assert tracking["repeat_purchases"][39] == 2457
    assert tracking["repeat_purchases"][78] == 2457 + 1882
    summary = summaries.recency_frequency(cdnow, until="1997-09-30")
    assert summary["x"].sum() == 2457
    holdout = summaries.holdout_purchases(cdnow, since="1997-09-30", until="1998-06-30")
    assert len(holdout) == 2357
    assert holdout["purchases"].sum() == 1882


def test_cdnow_spend_is_that_of_the_gamma_gamma_note(cdnow):
    """Fader & Hardie (2013), The Gamma-Gamma Model of Monetary Value: the 946 repeat buyers average $35.08."""
    summary = summaries.recency_frequency(cdnow, until="1997-09-30")
    spent = summary.loc[summary["x"] > 0, "mean_spend"]
    assert spent.mean() == pytest.approx(35.08, abs=0.005)
    assert (summary.loc[summary["x"] == 0, "mean_spend"] == 0).all()


def by_hand(frame: pd.DataFrame, until: dt.date) -> dict[str, tuple]:
    """x, recency and age in days, mean spend, days, money: one customer after the other."""
    found = {}
    for customer, own in frame.groupby("customer_id"):
        by_day: dict[dt.date, int] = {}
        for moment, cents in zip(own["ordered_at"], own["amount_cents"], strict=True):
            if moment.date() <= until:
                by_day[moment.date()] = by_day.get(moment.date(), 0) + int(cents)
        if by_day:
            days = sorted(by_day)
            repeat = [by_day[day] for day in days[1:]]
            mean = sum(repeat) / len(repeat) / 100 if repeat else 0.0
            recency, age = (days[-1] - days[0]).days, (until - days[0]).days
            found[customer] = (
                len(repeat),
                recency,
                age,
                mean,
                (until - days[-1]).days,
                len(days),
                sum(by_day.values()) / 100,
            )
    return found


moments = st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2024, 1, 20))
logs = st.lists(
    st.tuples(st.sampled_from(["007", "7", "Ann", "张三"]), moments, st.integers(0, 10**9)),
    min_size=1,
    max_size=25,
)


@given(logs, st.dates(dt.date(2023, 12, 31), dt.date(2024, 2, 1)))
def test_any_log_is_summarised_as_by_hand(rows, until):
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    expected = by_hand(frame, until)
    summary = summaries.recency_frequency(frame, until=until, unit="day")
    assert summary["customer_id"].tolist() == sorted(expected)
    for customer, *row, spend in summary.itertuples(index=False, name=None):
        assert tuple(row) == expected[customer][:3]
        assert spend == pytest.approx(expected[customer][3])
    scored = summaries.rfm(frame, until=until)
    for customer, *row, spend in scored.itertuples(index=False, name=None):
        assert tuple(row) == expected[customer][4:6]
        assert spend == pytest.approx(expected[customer][6])


@pytest.mark.parametrize(("unit", "days"), [("day", 1), ("week", 7), ("month", 30.4375), ("year", 365.25)])
def test_units_divide_whole_days(unit, days):
    log = orders(("a", "1997-01-01T23:59", 100), ("a", "1997-08-02T00:01", 100))
    row = summaries.recency_frequency(log, until="1997-09-30", unit=unit).iloc[0]
    assert row["recency"] == pytest.approx(213 / days)
    assert row["age"] == pytest.approx(272 / days)


def test_until_is_inclusive_and_later_customers_are_left_out():
    log = orders(("a", "1997-09-30T23:59:59", 100), ("b", "1997-10-01", 100))
    summary = summaries.recency_frequency(log, until="1997-09-30")
    assert summary["customer_id"].tolist() == ["a"]
    assert summary["age"].tolist() == [0]


def test_continuous_time_counts_every_order():
    log = orders(
        ("a", "2024-01-01T06:00", 100), ("a", "2024-01-01T18:00", 300), ("a", "2024-01-03T06:00", 500)
    )
    row = summaries.recency_frequency(log, until="2024-01-07", unit="day", whole_days=False).iloc[0]
    assert (row["x"], row["recency"], row["age"], row["mean_spend"]) == (2, 2.0, 6.75, 4.0)
    instant = summaries.recency_frequency(
        log, until=dt.datetime(2024, 1, 2, 6), unit="day", whole_days=False
    ).iloc[0]
    assert (instant["x"], instant["recency"], instant["age"]) == (1, 0.5, 1.0)


def test_which_of_two_orders_at_the_first_instant_came_first_is_not_left_to_the_engine(tmp_path):
    log = orders(("a", "2024-01-01", 100), ("a", "2024-01-01", 300), ("a", "2024-01-02", 700))
    for rows in itertools.permutations(range(3)):
        row = summaries.recency_frequency(log.iloc[list(rows)], until="2024-01-07", whole_days=False).iloc[0]
        assert (row["x"], row["mean_spend"]) == (2, 4.5)  # 700 and the other of 100 and 300: their mean
    alone = summaries.recency_frequency(log.head(2), until="2024-01-07", whole_days=False).iloc[0]
    assert (alone["x"], alone["recency"], alone["mean_spend"]) == (1, 0.0, 2.0)
    rng = np.random.default_rng(1)
    frame = pd.DataFrame(
        {
            "customer_id": rng.integers(0, 5_000, 40_000),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 9, 40_000), unit="D"),
            "amount_cents": rng.integers(1, 10_000, 40_000),
        }
    )
    firsts = frame[frame["ordered_at"] == frame.groupby("customer_id")["ordered_at"].transform("min")]
    assert firsts["customer_id"].duplicated().sum() > 1_000
    cents = frame.groupby("customer_id")["amount_cents"].agg(["sum", "count"])
    first = firsts.groupby("customer_id")["amount_cents"].mean()
    more = cents["count"] > 1
    expected = ((cents["sum"] - first) / (cents["count"] - 1) / 100).where(more, 0.0)
    for shuffle in range(3):
        mixed = frame.sample(frac=1, random_state=shuffle)
        mixed.to_parquet(tmp_path / "orders.parquet", row_group_size=2_048)
        got = summaries.recency_frequency(
            tmp_path / "orders.parquet", until="2024-01-31", whole_days=False
        ).set_index("customer_id")["mean_spend"]
        pd.testing.assert_series_equal(got, expected, check_names=False, check_index_type=False, rtol=1e-12)


def test_missing_amounts_are_nan_everywhere_and_never_zero():
    log = orders(("a", "2024-01-01", 100), ("a", "2024-01-02", 100), ("b", "2024-01-01", 100)).drop(
        columns="amount_cents"
    )
    for frame in (log, log.assign(amount_cents=pd.array([None] * 3, dtype="Int64"))):
        assert summaries.recency_frequency(frame, until="2024-02-01")["mean_spend"].isna().all()
        assert summaries.rfm(frame, until="2024-02-01")["monetary"].isna().all()
        assert (
            summaries.holdout_purchases(frame, since="2024-01-01", until="2024-02-01")["spend"].isna().all()
        )


def test_frames_tables_and_parquet_files_give_the_same(cdnow, tmp_path):
    table = pa.Table.from_pandas(cdnow, preserve_index=False)
    path = tmp_path / "orders.parquet"
    cdnow.to_parquet(path)
    of_frame = summaries.rfm(cdnow, until="1997-09-30")
    for source in (table, path, str(path)):
        pd.testing.assert_frame_equal(summaries.rfm(source, until="1997-09-30"), of_frame, check_dtype=False)


def test_whole_numbers_may_name_customers():
    log = orders(("2", "2024-01-01", 1), ("10", "2024-01-01", 1)).astype({"customer_id": "int64"})
    assert summaries.rfm(log, until="2024-01-02")["customer_id"].tolist() == [2, 10]


def test_distinct_rows_keep_every_customer(cdnow):
    summary = summaries.recency_frequency(cdnow, until="1997-09-30")
    distinct = summaries.distinct_rows(summary)
    counted = summary.groupby(["x", "recency", "age"]).size()
    assert distinct["weight"].tolist() == counted.tolist()
    assert distinct["recency"].tolist() == counted.index.get_level_values("recency").tolist()
    assert distinct["weight"].sum() == 2357


def test_tracking_begins_with_the_first_order_and_has_every_period():
    log = orders(
        ("a", "2024-01-10", 1), ("a", "2024-01-16", 1), ("b", "2024-01-17", 1), ("a", "2024-02-07", 1)
    )
    tracking = summaries.cumulative_repeat_purchases(log, until="2024-02-13", unit="week")
    assert tracking["period"].tolist() == [1, 2, 3, 4, 5]
    assert tracking["repeat_purchases"].tolist() == [1, 1, 1, 1, 2]
    assert summaries.cumulative_repeat_purchases(log, until="2024-01-01").empty


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"until": "30.9.1997"}, "is no date"),
        ({"until": "1997-09-30", "unit": "fortnight"}, "use one of day, week"),
    ],
)
def test_a_wrong_argument_is_named(options, words):
    with pytest.raises(ValueError, match=words):
        summaries.recency_frequency(orders(("a", "2024-01-01", 1)), **options)


def test_a_missing_column_is_named():
    with pytest.raises(ValueError, match="ordered_at"):
        summaries.rfm(pd.DataFrame({"customer_id": ["a"]}), until="2024-01-01")


def test_nothing_is_shared_between_threads(cdnow):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(3) as pool:
        lengths = list(pool.map(lambda _: len(summaries.rfm(cdnow, until="1997-09-30")), range(6)))
    assert lengths == [2357] * 6


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("recency_frequency", {"until": "1997-09-30", "unit": "week"}),
        ("rfm", {"until": "1997-09-30"}),
        ("holdout_purchases", {"since": "1997-09-30", "until": "1998-06-30"}),
    ],
)
def test_the_sql_that_is_shown_gives_what_the_function_gives(cdnow, name, options):
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.register("orders", pa.Table.from_pandas(cdnow, preserve_index=False))
        shown = connection.sql(summaries.sql(name, **options)).to_arrow_table().to_pandas()
    pd.testing.assert_frame_equal(shown, getattr(summaries, name)(cdnow, **options), check_dtype=False)


def test_the_real_data_says_where_it_comes_from():
    real = load("cdnow")
    assert (real.calibration_until, real.holdout_until, real.currency) == (
        dt.date(1997, 9, 30),
        dt.date(1998, 6, 30),
        "USD",
    )
    assert "Hardie" in real.source
    assert real.title
    assert len(real.orders) == 6919
    assert real.orders["amount_cents"].sum() == round(
        np.float64(real.orders["amount_cents"].astype(float).sum())
    )
    with pytest.raises(ValueError, match="cdnow"):
        load("nothing")


def test_no_orders_give_no_rows():
    none = orders().astype({"ordered_at": "datetime64[us]", "amount_cents": "int64"})
    assert summaries.recency_frequency(none, until="2024-01-01").empty
    assert summaries.cumulative_repeat_purchases(none, until="2024-01-01").empty
