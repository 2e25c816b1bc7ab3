"""Churn scores against scikit-learn's metrics, Hanley & McNeil's printed example, counting by hand, and the world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.churn.churn_prediction import case, features, fitting, notebook, truth
from lessons.churn.churn_prediction import model as churn
from lessons.frame import data as frame_data
from lessons.frame.data import Data

OFFER = churn.Offer(cost=6, save_rate=0.1, value=200)


def scored(seed: int, count: int = 400, ties: bool = False) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    chances = rng.beta(2, 3, count)
    left = (rng.random(count) < chances).astype(int)
    return left, chances.round(1) if ties else chances


# Ranking and calibration.


def test_auc_and_its_error_are_those_printed_by_hanley_and_mcneil_1982():
    """Table I: 109 CT images rated 1 to 5; area 0.893, standard error 0.032."""
    normal, abnormal = [33, 6, 6, 11, 2], [3, 2, 2, 11, 33]
    labels = [0] * sum(normal) + [1] * sum(abnormal)
    ratings = [*np.repeat(range(1, 6), normal), *np.repeat(range(1, 6), abnormal)]
    area = churn.auc(labels, ratings)
    assert round(area, 3) == 0.893
    assert round(churn.auc_error(area, leavers=51, stayers=58), 3) == 0.032


@pytest.mark.parametrize("ties", [False, True])
def test_roc_auc_and_precision_are_scikit_learns(ties):
    from sklearn import metrics

    left, chances = scored(1, ties=ties)
    assert churn.auc(left, chances) == pytest.approx(metrics.roc_auc_score(left, chances), abs=1e-12)
    curve = churn.roc(left, chances)
    alarms, caught, cuts = metrics.roc_curve(left, chances, drop_intermediate=False)
    np.testing.assert_allclose(curve["false_alarms"], alarms)
    np.testing.assert_allclose(curve["caught"], caught)
    np.testing.assert_allclose(curve["threshold"], cuts)
    precise, recall, _ = metrics.precision_recall_curve(left, chances)
    ours = churn.precision_recall(left, chances)
    np.testing.assert_allclose(ours["precision"], precise[:-1][::-1])
    np.testing.assert_allclose(ours["recall"], recall[:-1][::-1])


def test_calibration_is_scikit_learns_by_quantiles():
    from sklearn.calibration import calibration_curve

    left, chances = scored(2, 1000)
    observed, predicted = calibration_curve(left, chances, n_bins=10, strategy="quantile")
    ours = churn.calibration(left, chances)
    np.testing.assert_allclose(ours["observed"], observed)
    np.testing.assert_allclose(ours["predicted"], predicted)


def test_lift_by_hand():
    """Ten customers, four leave: three among the first five, one among the last."""
    table = churn.lift([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], range(10, 0, -1), groups=2)
    assert table["lift"].round(9).tolist() == [1.5, 0.5]
    assert table["caught"].tolist() == [0.75, 1.0]


def test_the_area_has_the_error_that_three_thousand_fresh_samples_show():
    """Exponential scores, for which Hanley and McNeil's formula is exact: rates 1 and 4, area 0.8."""
    rng = np.random.default_rng(4)
    labels = np.r_[np.ones(40), np.zeros(60)]
    areas = [churn.auc(labels, np.r_[rng.exponential(4, 40), rng.exponential(1, 60)]) for _ in range(3000)]
    assert np.mean(areas) == pytest.approx(0.8, abs=0.004)
    assert np.std(areas) == pytest.approx(churn.auc_error(0.8, leavers=40, stayers=60), rel=0.05)


# Money.


def test_six_customers_by_hand():
    """20p − 6 each; a leaver's letter earns 14, another's costs 6; eight of nine pairs in order."""
    six = churn.six_customers(offer=OFFER)
    assert six["expected"].round(6).tolist() == [10, 6, 3, 1, -2, -4]
    assert six["total"].round(6).tolist() == [14, 28, 22, 36, 30, 24]
    assert churn.auc(six["left"], six["chance"]) == pytest.approx(8 / 9)


def test_the_profit_is_neslins_printed_formula():
    """Π = Nα {βγ(V − c − d) + β(1 − γ)(−c) + (1 − β)(−c − d)} with N letters, β leavers among them; 46 of 200."""
    offer = churn.Offer(cost=1.5, save_rate=0.3, value=80, voucher=5)
    beta, gamma, cost, value, voucher = 46 / 200, 0.3, 1.5, 80, 5
    per_letter = (
        beta * gamma * (value - cost - voucher) + beta * (1 - gamma) * -cost + (1 - beta) * (-cost - voucher)
    )
    assert offer.profit(np.r_[np.ones(46), np.zeros(154)]).sum() == pytest.approx(200 * per_letter)


@given(
    cost=st.floats(0, 50),
    save_rate=st.floats(0.01, 1),
    value=st.floats(1, 1000),
    voucher=st.floats(0, 50),
)
def test_at_the_threshold_a_letter_earns_nothing(cost, save_rate, value, voucher):
    offer = churn.Offer(cost=cost, save_rate=save_rate, value=value, voucher=voucher)
    if offer.threshold <= 1:
        assert float(offer.profit(offer.threshold)) == pytest.approx(0, abs=1e-6)


def test_with_true_chances_the_threshold_is_the_best_of_every_subset_tried():
    """All 2^10 ways to write to ten customers, counted one by one."""
    chances = np.random.default_rng(5).random(10)
    worth = OFFER.profit(chances)
    subsets = (np.arange(2**10)[:, None] >> np.arange(10)) & 1
    assert (subsets @ worth).max() == pytest.approx(worth[chances >= OFFER.threshold].sum())
    assert churn.by_depth(chances, chances, offer=OFFER)["profit"].max() == pytest.approx(
        (subsets @ worth).max()
    )


def test_profit_by_threshold_is_counted_one_by_one():
    left, chances = scored(6, ties=True)
    table = churn.by_threshold(left, chances, offer=OFFER)
    for row in table.iloc[[0, 10, 30, 50, 70, 100]].to_dict("records"):
        written = [int(y) for y, p in zip(left, chances, strict=True) if p >= row["threshold"] - 1e-9]
        assert row["written"] == len(written) and row["caught"] == sum(written)
        assert row["profit"] == pytest.approx(14 * sum(written) - 6 * written.count(0))


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="save_rate"):
        churn.Offer(cost=1, save_rate=1.2, value=10)
    with pytest.raises(ValueError, match="equal length"):
        churn.auc([1, 0], [0.2])
    with pytest.raises(ValueError, match="labels"):
        churn.roc([0, 2], [0.1, 0.2])
    rows = pd.DataFrame(0.0, index=range(4), columns=list(features.NAMES))
    with pytest.raises(ValueError, match="nothing to learn"):
        fitting.fit(rows, left=np.ones(4), method="logistic")
    assert np.isnan(churn.auc([1, 1], [0.1, 0.2]))


# Learning.


def planted(count: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.normal(size=(count, len(features.NAMES))), columns=list(features.NAMES))


def test_the_logistic_finds_planted_weights_and_the_trees_a_planted_corner():
    table, rng = planted(6000, 7), np.random.default_rng(8)
    odds = 1.2 * table["recency_days"] - 0.8 * table["purchases"] - 0.5
    left = (rng.random(len(table)) < 1 / (1 + np.exp(-odds))).astype(int)
    weights = fitting.fit(table, left=left.to_numpy(), method="logistic").weights
    assert weights["recency_days"] == pytest.approx(1.2, abs=0.15)
    assert weights["purchases"] == pytest.approx(-0.8, abs=0.15)
    assert abs(weights["complaints"]) < 0.12
    # Where only the combination counts, adding up finds nothing.
    corner = (table["recency_days"] * table["purchases"] > 0).to_numpy().astype(int)
    half = np.arange(len(table)) < 3000
    found = {
        method: churn.auc(
            corner[~half], fitting.fit(table[half], left=corner[half], method=method).chance(table[~half])
        )
        for method in ("logistic", "trees")
    }
    assert found["logistic"] < 0.6 and found["trees"] > 0.9


# Nothing of the future.


def orders_of(rows: list) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "amount_cents"])
    frame["ordered_at"] = pd.to_datetime(frame["ordered_at"])
    return frame.assign(discount_cents=frame["amount_cents"] // 10)


DAY = date(2025, 3, 31)


def tables(times: list) -> dict[str, pd.DataFrame]:
    """A complaint, a survey's answer, a letter and an order of customer a at each of these times."""
    when, count = pd.to_datetime(pd.Series(times, dtype="datetime64[ns]")), len(times)
    who = ["a"] * count
    return {
        "orders": orders_of([("a", time, 500 + place) for place, time in enumerate(times)]),
        "interactions": pd.DataFrame(
            {
                "customer_id": who,
                "kind": "complaint",
                "started_at": when,
                "wait_seconds": 60 * (1 + np.arange(count)),
            }
        ),
        "surveys": pd.DataFrame(
            {"customer_id": who, "answered_at": when, "satisfaction": 1.0 + np.arange(count) % 10}
        ),
        "contacts": pd.DataFrame({"customer_id": who, "assigned_at": when, "contacted": 1}),
    }


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_after_the_day_no_feature_moves(seed):
    rng = np.random.default_rng(seed)
    evening = pd.Timestamp(DAY) + pd.Timedelta(days=1)
    before = [evening - pd.Timedelta(seconds=int(s)) for s in rng.integers(1, 100 * 86_400, 5 * (seed > 0))]
    after = [evening, *(evening + pd.Timedelta(seconds=int(s)) for s in rng.integers(0, 100 * 86_400, 6))]
    bought = pd.DataFrame(
        {"age_days": 100, "recency_days": 3, "purchases": 2, "late_purchases": 1, "spend": 20.0},
        index=["a", "b"],
    )
    one, other = (
        features.features(bought, day=DAY, window_days=182, **tables(times))
        for times in (before, [*before, *after])
    )
    pd.testing.assert_frame_equal(one, other)
    assert one.loc["a", "complaints"] == len(before)


def memoryless(customers: int, weeks: int, seed: int) -> Data:
    """Customers who all order at one constant rate and never leave: the past says nothing about the future."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(weeks / 10, customers)
    start = pd.Timestamp("2024-01-01")
    seconds = rng.random(counts.sum()) * weeks * 7 * 86_400
    orders = pd.DataFrame(
        {
            "customer_id": np.repeat([f"c{n}" for n in range(customers)], counts),
            "business": "shop",
            "ordered_at": (start + pd.to_timedelta(seconds, unit="s")).astype("datetime64[us]"),
            "amount_cents": 1000,
            "discount_cents": 0,
        }
    )
    orders.insert(0, "order_id", [str(n) for n in range(len(orders))])
    nothing = tables([])
    world = {
        "orders": orders,
        "truth_encounters": orders[["order_id"]].assign(leave_probability=0.0, left=0),
        "interactions": nothing["interactions"].astype({"wait_seconds": float}),
        "surveys": nothing["surveys"],
        "contacts": nothing["contacts"].astype({"contacted": float}),
    }
    ids = orders["customer_id"].unique()
    return Data(
        kind="company",
        key=f"memoryless-{seed}",
        orders=orders,
        currency="CNY",
        calibration_until=start.date(),
        holdout_until=orders["ordered_at"].max().date(),
        truth=pd.DataFrame({"purchase_rate_per_week": 0.1, "dropout_probability": 0.0}, index=ids),
        world=SimpleNamespace(
            tables={name: pa.Table.from_pandas(rows, preserve_index=False) for name, rows in world.items()}
        ),
    )


@pytest.mark.parametrize("gap", [0, 4])
def test_memoryless_customers_cannot_be_predicted_unless_the_features_leak(gap):
    """Poisson orders of one rate: an AUC above one half could come from the future alone."""
    data = memoryless(3000, 80, seed=11 + gap)
    honest = case.season(data, weeks=13, gap_weeks=gap, leak=False)
    fit = fitting.fit(honest.learned, left=honest.learned_left, method="trees")
    assert churn.auc(honest.left, fit.chance(honest.tested)) == pytest.approx(0.5, abs=0.035)
    leaking = case.judged(data, weeks=13, gap_weeks=gap, leak=True, method="trees")
    assert churn.auc(leaking.season.left, leaking.tested) > 0.7
    assert churn.auc(leaking.season.left, leaking.used) == pytest.approx(0.5, abs=0.035)


def test_windows_refuse_a_look_ahead_and_the_earlier_label_ends_where_the_later_features_end():
    with pytest.raises(ValueError, match="know what the label"):
        features.Windows(features_until=date(2025, 7, 1), label_from=date(2025, 6, 30), horizon_days=91)
    first, second = features.train_and_test(last_day=date(2025, 12, 28), horizon_days=182, gap_days=14)
    assert first.label_until == second.features_until == date(2025, 6, 15)
    assert second.label_until == date(2025, 12, 28)
    assert second.label_from == second.features_until + timedelta(days=14)


# The world.


@pytest.fixture(scope="module")
def company() -> Data:
    return frame_data.company()


@pytest.fixture(scope="module")
def judged(company) -> case.Judged:
    return case.judged(company, weeks=26, gap_weeks=0, leak=False, method="logistic")


def test_true_chances_agree_with_who_really_left_tenth_by_tenth(judged):
    truly = judged.season.truly
    groups = churn.calibration(truly["gone"], truly["chance"])
    assert (groups["predicted"] - groups["observed"]).abs().max() < 0.07
    assert churn.auc(truly["gone"], truly["chance"]) > 0.8


def test_true_chances_of_being_there_are_those_of_lived_futures(company):
    """datasets.world.replay counts the exposure with season, mood and price; ours leaves them out."""
    from datasets.world.replay import future_value

    lived = future_value(company.scenario, at_week=78, horizon_weeks=1, customers=1500, replicates=1)
    lived = lived.assign(customer_id=lived["customer_id"].astype(str)).set_index("customer_id")
    everyone = frame_data.table(company, "customers").set_index("customer_id")["business"]
    subscribed = set(frame_data.table(company, "subscriptions")["customer_id"])
    shops = [who for who in lived.index if everyone.get(who) == "shop" and who not in subscribed]
    day = company.orders["ordered_at"].min().date() + timedelta(weeks=78, days=-1)
    encounters = truth.encounters_of(
        frame_data.table(company, "orders"), frame_data.table(company, "truth_encounters")
    )
    came = encounters.loc[encounters["ordered_at"] < pd.Timestamp(day), "customer_id"].unique()
    known = pd.Index(shops).intersection(came)
    ours = truth.leaving(encounters, company.truth, customers=known, day=day, until=day)
    assert ours["chance"].mean() == pytest.approx(1 - lived.loc[known, "p_alive"].mean(), abs=0.02)
    assert np.corrcoef(ours["chance"], 1 - lived.loc[known, "p_alive"])[0, 1] > 0.95


def test_in_the_company_the_leak_promises_much_and_earns_less_than_honest_features(company, judged):
    offer = OFFER
    honest = churn.by_threshold(judged.season.left, judged.used, offer=offer)["profit"][30]
    leaking = case.judged(company, weeks=26, gap_weeks=0, leak=True, method="logistic")
    promised, used = (
        churn.by_threshold(leaking.season.left, chances, offer=offer)["profit"][30]
        for chances in (leaking.tested, leaking.used)
    )
    assert promised > 1.3 * honest > 1.3 * used
    # Without a look ahead the test is what one gets.
    np.testing.assert_array_equal(judged.tested, judged.used)
    assert replace(OFFER, cost=0).threshold == 0


def test_the_notebooks_cells_run_on_the_pages_table(judged):
    rows = judged.season.used.assign(chance=judged.used, left=judged.season.left).reset_index()
    numbers = {
        "method": "logistic",
        "cost": 6,
        "save_rate": 0.1,
        "value": 200,
        "voucher": 0,
        "threshold": 0.3,
    }
    names = {"table": rows}
    for cell in notebook.cells(numbers):
        exec(compile(cell, "cell", "exec"), names)
