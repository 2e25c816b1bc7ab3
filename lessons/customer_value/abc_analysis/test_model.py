"""Held against distributions with known curves, published cases, CDNOW counted by hand, and six customers."""

import csv
import io
import math
from collections import defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, special

from datasets.world import live, load_scenario
from lessons.customer_value.abc_analysis import workbook
from lessons.customer_value.abc_analysis.model import (
    choice,
    class_table,
    classes,
    concentration,
    customer_list,
    customers_for,
    gini,
    migration,
    share_interval,
)
from lessons.customer_value.abc_analysis.truth import expected_revenue, twenty_companies
from lessons.customer_value.abc_analysis.whale import analyse, profits, six_customers, whale
from lessons.words import Text

CDNOW = Path(__file__).parents[3] / "datasets" / "real" / "cdnow_sample.csv"


# Six customers, worked on paper: revenue 5,000 2,500 1,200 700 400 200; orders 10 25 4 7 2 2, 60 each; 40%.


def test_six_customers_are_as_worked_on_paper():
    six = six_customers()
    assert six["cumulative_share"].tolist() == pytest.approx([0.50, 0.75, 0.87, 0.94, 0.98, 1.00])
    assert six["class"].tolist() == ["A", "A", "A", "B", "B", "C"]
    assert six["cost_to_serve"].tolist() == [600, 1500, 240, 420, 120, 120]
    assert six["profit"].tolist() == [1400, -500, 240, -140, 40, -40]


def test_whale_of_the_six_customers():
    # 3,000 of 4,000 gross margin are spent on 50 orders. 1,400 + 240 + 40 = 1,680 of a profit of 1,000.
    six = six_customers()
    profit = profits(revenue=six["revenue"], orders=six["orders"], cost_to_serve=0.75)
    assert profit.tolist() == pytest.approx(six["profit"].tolist())
    found = whale(profit)
    assert (found.peak, found.peak_at, found.losing) == pytest.approx((1.68, 0.5, 0.5))
    assert concentration(profit)["total"].tolist() == pytest.approx([0, 1.40, 1.64, 1.68, 1.64, 1.50, 1.00])


def test_gini_of_the_six_customers():
    # 2 (1·200 + 2·400 + 3·700 + 4·1,200 + 5·2,500 + 6·5,000) / (6 · 10,000) − 7/6 = 1.68 − 1.1667
    assert gini(six_customers()["revenue"]) == pytest.approx(0.5133, abs=5e-5)


# Distributions whose curves are in the textbooks (Kleiber & Kotz 2003, Statistical Size Distributions).


def pareto_list(shape: float, customers: int = 10_000) -> np.ndarray:
    """Revenue of equal slices of a Pareto distribution, whose Lorenz curve is 1 − (1 − p)^(1 − 1/a)."""
    depth = np.linspace(0, 1, customers + 1)
    return np.diff(1 - (1 - depth) ** (1 - 1 / shape))


def quantiles(customers: int = 20_000) -> np.ndarray:
    return (np.arange(customers) + 0.5) / customers


@pytest.mark.parametrize("shape", [1.161, 1.5, 2.0, 3.0])
def test_gini_of_a_pareto_distribution(shape):
    assert gini(pareto_list(shape)) == pytest.approx(1 / (2 * shape - 1), abs=5e-4)


def test_gini_of_an_exponential_distribution_is_a_half():
    assert gini(-np.log1p(-quantiles())) == pytest.approx(0.5, abs=5e-4)


@pytest.mark.parametrize("sigma", [0.5, 1.0, 1.5])
def test_gini_of_a_lognormal_distribution(sigma):
    assert gini(np.exp(sigma * special.ndtri(quantiles()))) == pytest.approx(math.erf(sigma / 2), abs=1e-3)


def test_eighty_twenty_is_a_pareto_distribution_of_shape_log5_over_log4():
    revenue = pareto_list(math.log(5) / math.log(4))
    assert customers_for(revenue, share=0.80) == pytest.approx(2000, abs=1)
    # The rule then holds again inside the best fifth: 64% from 4%.
    assert customers_for(revenue, share=0.64) == pytest.approx(400, abs=1)


# Published whale curves.


def test_twenty_per_cent_earn_225_at_kanthal():
    # Kaplan & Cooper (1998), Cost & Effect: best 20% earn 225%, 70% break even, 10% lose 125%.
    profit = [225 / 20] * 20 + [0.0] * 70 + [-12.5] * 10
    found = whale(profit)
    assert (found.peak, found.peak_at, found.losing) == pytest.approx((2.25, 0.20, 0.10))
    at_90 = concentration(profit).set_index("customers")["total"].loc[0.9]
    assert at_90 == pytest.approx(2.25)


def test_best_fifth_earns_150_and_worst_two_fifths_take_50():
    # The shape in Kaplan & Narayanan (2001), as a setting: 100 customers, each 100 of revenue, 40 of margin.
    # 1,760 orders at 2 cost 88% of the margin: 20 order twice (+36), 40 twenty times (0), 40 23 times (−6).
    orders = [2] * 20 + [20] * 40 + [23] * 40
    profit = profits(revenue=[100] * 100, orders=orders, cost_to_serve=0.88).round(9)
    found = whale(profit)
    assert (found.peak, found.peak_at, found.losing) == pytest.approx((1.5, 0.2, 0.4))
    curve = concentration(profit).set_index("customers")["total"]
    assert curve.loc[[0.2, 0.6, 1.0]].tolist() == pytest.approx([1.5, 1.5, 1.0])


def test_hump_rises_to_150_per_cent_as_the_cost_to_serve_rises():
    revenue, orders = np.array([700, 200, 60, 30, 10]), np.array([4, 3, 2, 2, 2])
    peaks = [
        whale(profits(revenue=revenue, orders=orders, cost_to_serve=cost)).peak
        for cost in (0.0, 0.2, 0.4, 0.6)
    ]
    assert peaks[0] == 1.0
    assert peaks == sorted(peaks)
    # By hand, at 78%: margins 280 80 24 12 4 (400), cost 24 an order; profits 184 8 −24 −36 −44, total 88.
    found = whale(profits(revenue=revenue, orders=orders, cost_to_serve=0.78))
    assert found.peak == pytest.approx(192 / 88)


def test_cost_charged_by_revenue_hides_the_hump():
    six = six_customers()
    profit = profits(revenue=six["revenue"], orders=six["orders"], cost_to_serve=0.75, driver="revenue")
    assert profit.tolist() == pytest.approx([500, 250, 120, 70, 40, 20])
    assert whale(profit).peak == pytest.approx(1.0)


# CDNOW, counted without pandas and without the sorted formula.


@pytest.fixture(scope="module")
def cdnow() -> pd.DataFrame:
    frame = pd.read_csv(CDNOW, parse_dates=["date"])
    cents = (frame["dollar_value"] * 100).round().astype("int64")
    return pd.DataFrame(
        {"customer_id": frame["customer_id"], "ordered_at": frame["date"], "amount_cents": cents}
    )


def test_cdnow_needs_38_per_cent_of_its_customers_for_80_per_cent_of_the_revenue(cdnow):
    spent, bought = defaultdict(int), defaultdict(int)
    with CDNOW.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["date"] <= "1997-09-30":
                spent[row["customer_id"]] += round(float(row["dollar_value"]) * 100)
                bought[row["customer_id"]] += 1
    summed, needed = 0, 0
    for cents in sorted(spent.values(), reverse=True):
        if summed < 0.8 * sum(spent.values()):
            summed, needed = summed + cents, needed + 1
    found = customer_list(cdnow, until=date(1997, 9, 30))
    assert len(found) == len(spent) == 2357
    assert found["revenue"].sum() == pytest.approx(173_115.55)
    assert found["orders"].sum() == sum(bought.values()) == 4960
    assert customers_for(found["revenue"], share=0.80) == needed == 900
    amounts = np.array(list(spent.values()), dtype=float)
    mean_difference = np.abs(amounts[:, None] - amounts[None, :]).mean()
    assert gini(found["revenue"]) == pytest.approx(mean_difference / (2 * amounts.mean()))
    assert gini(found["revenue"]) == pytest.approx(0.5853, abs=5e-5)


# The interval, and the truth.


def test_interval_catches_the_share_of_an_exponential_distribution():
    # The best p of the customers bring p (1 − log p) of an exponential total.
    truth = optimize.root_scalar(lambda p: p * (1 - math.log(p)) - 0.8, bracket=(0.01, 0.99)).root
    rng = np.random.default_rng(5)
    samples = rng.exponential(size=(600, 400))
    estimates = np.array([customers_for(sample, share=0.80) / 400 for sample in samples])
    ends = np.array([share_interval(sample, seed=seed) for seed, sample in enumerate(samples[:80])])
    assert 70 <= ((ends[:, 0] <= truth) & (truth <= ends[:, 1])).sum() <= 80
    # Each end lies 1.96 standard deviations of the estimate away, as it came out over 600 samples.
    reach = np.abs(ends - estimates[:80, None]).mean(axis=0) / estimates.std()
    assert reach.tolist() == pytest.approx([1.96, 1.96], rel=0.08)


def test_long_lists_have_the_same_interval_as_their_groups():
    revenue = np.random.default_rng(3).lognormal(size=4000)
    assert share_interval(revenue, groups=500) == pytest.approx(
        share_interval(revenue, groups=4000), abs=0.004
    )


def test_expected_revenue_is_what_comes_on_average():
    world = live(load_scenario("tea_shops").textbook(), customers=6000, seed=11)
    orders, until = world.orders.to_pandas(), date(2024, 12, 29)
    listed = customer_list(orders, until=until)
    truth = world.truth_customers.to_pandas().set_index("customer_id")
    expected = expected_revenue(listed, truth=truth, until=until, weeks_ahead=52)
    after = customer_list(orders, after=until, until=date(2025, 12, 28))
    assert expected["past"].sum() == pytest.approx(listed["revenue"].sum(), rel=0.03)
    assert expected["future"].sum() == pytest.approx(after["revenue"].sum(), rel=0.04)
    # Luck makes an observed year steeper than what could be expected of it.
    assert gini(expected["past"]) < gini(listed["revenue"])


def test_intervals_of_twenty_companies_catch_one_year_and_miss_what_luck_added():
    intervals, one_year, without_chance = twenty_companies(
        load_scenario("tea_shops").textbook(), until=date(2024, 12, 29), customers=400
    )
    caught = ((intervals["low"] <= one_year) & (one_year <= intervals["high"])).sum()
    missed = ((intervals["low"] > without_chance) | (intervals["high"] < without_chance)).sum()
    assert caught >= 16
    assert missed >= 10
    assert without_chance > one_year


def test_choice_by_hand():
    # Chosen: customers 1 and 2, worth 10 and 0 next year; the best two are 1 (10) and 4 (6), of 20 in all.
    found = choice(chosen=[True, True, False, False], next_value=[10, 0, 4, 6])
    assert (found.right, found.reached, found.best, found.lost) == (0.5, 0.5, 0.8, 6.0)


def test_migration_by_hand():
    counts = migration(["A", "A", "B", "C"], ["A", "C", "A", "C"], bought=[True, True, True, False])
    assert list(counts.loc["A"]) == [1, 0, 1, 0]
    assert list(counts.loc["B"]) == [1, 0, 0, 0]
    assert list(counts.loc["C"]) == [0, 0, 0, 1]


# Edges.


def test_the_customer_who_crosses_a_limit_is_still_in():
    assert classes([50, 30, 20], a=0.5, ab=0.9).tolist() == ["A", "B", "B"]
    assert classes([50, 30, 20], a=0.51, ab=0.8).tolist() == ["A", "A", "C"]


def test_ten_equal_customers_are_cut_at_the_limits_exactly():
    found = classes([0.1] * 10, a=0.8, ab=0.9)
    assert "".join(found) == "AAAAAAAABC"
    assert gini([7.0] * 10) == pytest.approx(0.0)


def test_one_customer():
    assert classes([12.5]).tolist() == ["A"]
    assert gini([12.5]) == pytest.approx(0.0)
    assert share_interval([12.5]) == (1.0, 1.0)
    assert concentration([12.5])["total"].tolist() == [0.0, 1.0]


def test_nobody_has_paid_anything():
    assert set(classes([0, 0, 0])) == {"C"}
    assert gini([0, 0]) == 0.0
    assert concentration([0, 0])["total"].tolist() == [0, 0, 0]
    assert all(math.isnan(end) for end in share_interval([0, 0]))
    free = pd.DataFrame({"customer_id": ["x"], "orders": [1], "revenue": [0.0]})
    assert math.isnan(analyse(free, a=0.8, ab=0.95, cost_to_serve=0.5, driver="orders").whale.peak)


def test_one_customer_of_n_has_everything():
    assert gini([0, 0, 0, 9]) == pytest.approx(3 / 4)


def test_a_loss_in_all_has_no_shares():
    assert math.isnan(whale([10, -30]).peak)
    assert concentration([10, -30])["total"].isna().all()


@pytest.mark.parametrize("call", [lambda: gini([5, -1]), lambda: classes([5, -1]), lambda: gini([])])
def test_negative_revenue_and_no_customers_are_refused(call):
    with pytest.raises(ValueError, match="customer"):
        call()


@pytest.mark.parametrize(("a", "ab"), [(0, 0.9), (0.9, 0.8), (0.5, 1.1)])
def test_limits_in_the_wrong_order_are_refused(a, ab):
    with pytest.raises(ValueError, match="limits"):
        classes([1, 2], a=a, ab=ab)


def test_unknown_driver_is_refused():
    with pytest.raises(ValueError, match="choose one of"):
        profits(revenue=[1], orders=[1], cost_to_serve=0.1, driver="weight")


def test_list_takes_the_last_day_in_and_leaves_later_days_to_the_next_period():
    moments = ["2024-03-01 09:00", "2024-03-05 23:59", "2024-03-06 00:00", "2024-03-04 12:00"]
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "b", "c"],
            "ordered_at": pd.to_datetime(moments),
            "amount_cents": pd.array([1050, 200, 999, 0], dtype="Int64"),
        }
    )
    first = customer_list(orders, until=date(2024, 3, 5))
    assert first[["customer_id", "orders", "revenue"]].to_numpy().tolist() == [
        ["a", 1, 10.5],
        ["b", 1, 2.0],
        ["c", 1, 0.0],
    ]
    assert customer_list(orders, after=date(2024, 3, 5), until=date(2024, 3, 9))["revenue"].tolist() == [9.99]


def test_orders_are_counted_where_there_are_no_amounts():
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "b"],
            "ordered_at": pd.to_datetime(["2024-03-01", "2024-03-02", "2024-03-03"]),
            "amount_cents": pd.array([None, None, None], dtype="Int64"),
        }
    )
    assert customer_list(orders, until=date(2024, 3, 5))["revenue"].tolist() == [2.0, 1.0]


amounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(amounts)
def test_gini_is_half_the_relative_mean_difference(cents):
    values = np.array(cents, dtype=float)
    difference = np.abs(values[:, None] - values[None, :]).mean()
    expected = difference / (2 * values.mean()) if values.sum() else 0.0
    assert gini(values) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(amounts, st.floats(0, 0.9), st.sampled_from(["revenue", "orders", "customers"]))
def test_cost_to_serve_moves_profit_about_and_keeps_its_total(cents, cost, driver):
    revenue, orders = np.array(cents) / 100, np.arange(1, len(cents) + 1)
    profit = profits(revenue=revenue, orders=orders, cost_to_serve=cost, driver=driver)
    assert profit.sum() == pytest.approx(0.4 * (1 - cost) * revenue.sum(), rel=1e-9, abs=1e-6)
    if revenue.sum() > 1:
        assert whale(profit).peak <= 1 / (1 - cost) + 1e-6


@settings(max_examples=60, deadline=None)
@given(amounts)
def test_pareto_curve_is_concave_and_classes_follow_the_amounts(cents):
    steps = np.diff(concentration(cents)["total"])
    assert (np.diff(steps) <= 1e-9).all()
    ranked = classes(cents)[np.argsort(-np.array(cents), kind="stable")]
    assert "".join(ranked) == "".join(sorted(ranked))


def test_workbook_holds_what_the_page_shows():
    six = six_customers().rename(columns={"customer": "customer_id"})
    found = analyse(six, a=0.80, ab=0.95, cost_to_serve=0.75, driver="orders")
    table = class_table(six, class_of=found.rows["class"], profit=found.rows["profit"])
    assert list(table.loc["A"]) == [39, 8700, 3, 1140]
    text = Text("en", Path(__file__).parent)
    made = workbook.make(text, found, a=0.80, ab=0.95, cost=0.75, driver="orders")
    live_book = openpyxl.load_workbook(io.BytesIO(made))
    assert live_book.worksheets[1]["D3"].value.startswith("=D2+")
    values = openpyxl.load_workbook(io.BytesIO(made), data_only=True)
    assert [row[4] for row in values.worksheets[1].iter_rows(min_row=2, values_only=True)] == list("AAABBC")
    assert values.worksheets[0]["B11"].value == pytest.approx(0.5133, abs=5e-5)
