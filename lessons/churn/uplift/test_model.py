"""Is the uplift right?  Held against hand counts, scikit-learn, simulations with known effects, and two lives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from datasets.world import live, load_scenario
from datasets.world.replay import replay
from lessons.churn.uplift import lived, notebook
from lessons.churn.uplift import model as uplift


@pytest.fixture(scope="module")
def campaign() -> lived.Campaign:
    return lived.linked(customers=16_000)


def simulated(count: int = 40_000, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, np.ndarray]:
    """Customers whose effect is known: 20 for the young, −10 for the old, on margins that age moves the other way."""
    rng = np.random.default_rng(seed)
    age, noise = rng.uniform(0, 4, count), rng.normal(0, 30, count)
    effect = np.where(age < 2, 20.0, -10.0)
    contacted = (rng.random(count) < 0.5).astype(int)
    outcome = 20 * age + noise + effect * contacted
    return pd.DataFrame({"age": np.expm1(age), "other": rng.uniform(0, 9, count)}), contacted, outcome, effect


def test_the_mean_of_the_turned_outcome_is_the_difference_of_means_exactly(campaign):
    y, t = campaign.outcome(12), campaign.contacted
    turned = uplift.transformed_outcome(outcome=y, contacted=t, share=t.mean())
    assert turned.mean() == pytest.approx(y[t == 1].mean() - y[t == 0].mean(), abs=1e-9)


def test_gains_of_six_against_a_count_by_hand():
    six = uplift.six_customers()
    assert six["transformed"].tolist() == [120, 0, 90, 0, 0, -60]
    found = uplift.seen_gains(
        score=[6, 5, 4, 3, 2, 1], contacted=six["contacted"], outcome=six["margin"], cost=10, depths=6
    )
    # k × (mean of the called − mean of the others): 2 × 60, 3 × 52.5, 4 × 52.5, 5 × 35, 6 × 25.
    by_hand = np.array([0, 0, 120, 157.5, 210, 175, 150])
    assert found.gain * 6 / 1000 == pytest.approx(by_hand)
    assert found.profit * 6 / 1000 == pytest.approx(by_hand - 10 * np.arange(7))
    # Trapezoids above the line to (1, 150), one sixth wide.
    above = by_hand - 25 * np.arange(7)
    assert found.qini * 6 / 1000 == pytest.approx((above[1:] + above[:-1]).sum() / 2 / 6)


def test_true_gains_of_four_against_a_count_by_hand():
    found = uplift.true_gains(score=[1, 4, 3, 2], effect=[-8, 6, 1, 0], cost=2, depths=4)
    assert (found.gain * 4 / 1000).tolist() == [0, 6, 7, 7, -1]
    assert (found.profit * 4 / 1000).tolist() == [0, 4, 3, 1, -9]
    assert found.share[found.best] == 0.25


def test_regressions_against_scikit_learn():
    from sklearn.linear_model import LogisticRegression, Ridge

    features, contacted, outcome, _ = simulated(3_000)
    x = uplift.design(features)
    ridge = Ridge(alpha=7.0).fit(x[:, 1:], outcome)
    ours = uplift.linear(x, outcome, penalty=7.0)
    assert ours == pytest.approx(np.r_[ridge.intercept_, ridge.coef_], rel=1e-6, abs=1e-8)
    buys = (outcome > 40).astype(float)
    other = LogisticRegression(C=1 / 7.0, tol=1e-10, max_iter=5_000).fit(x[:, 1:], buys)
    ours = uplift.logistic(x, buys, penalty=7.0)
    assert ours == pytest.approx(np.r_[other.intercept_, other.coef_[0]], rel=1e-4, abs=1e-5)
    assert contacted.mean() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("method", ["two", "transformed"])
def test_known_effects_of_a_simulation_are_found(method):
    features, contacted, outcome, effect = simulated()
    score = uplift.scores(features=features, contacted=contacted, outcome=outcome, method=method)
    found = uplift.true_gains(score=score, effect=effect, cost=0)
    best = uplift.true_gains(score=effect, effect=effect, cost=0)
    assert found.qini > 0.9 * best.qini
    assert found.share[found.best] == pytest.approx(0.5, abs=0.06)
    # The margin rises with age and the effect falls: who buys most is exactly the wrong list.
    risk = uplift.scores(
        features=features, contacted=contacted, outcome=np.maximum(outcome, 0), method="buyers"
    )
    assert uplift.true_gains(score=risk, effect=effect, cost=0).qini < -0.5 * best.qini


def test_ten_parts_of_a_simulation_hold_their_known_effects_as_often_as_they_say():
    held = 0
    for seed in range(10):
        features, contacted, outcome, effect = simulated(4_000, seed)
        tenths = uplift.by_decile(score=features["age"], contacted=contacted, outcome=outcome, effect=effect)
        held += int(((tenths["low"] <= tenths["true"]) & (tenths["true"] <= tenths["high"])).sum())
    assert 86 <= held <= 100


def test_the_two_lives_against_the_worlds_own_replay():
    """The difference of orders by replay, everybody called against nobody, customer by customer."""
    habit = lived.HABITS["gift_giver"]
    scenario = lived.of_one_habit(load_scenario("tea_shops"), "gift_giver", habit)
    found = lived._campaign(scenario, customers=1_500, seed=4, first=1)
    policy = replace(scenario.policy, from_week=lived.WEEK)
    both = replay(
        scenario,
        before=replace(policy, targeting="nobody"),
        after=replace(policy, targeting="everyone"),
        customers=1_500,
        seed=4,
    ).customers.set_index("customer_id")
    both.index = both.index.astype(str)
    changed = (both["orders_before"] != both["orders_after"]).reindex(found.features.index)
    moved = found.effect(lived.WEEKS_AFTER) != 0
    assert moved.sum() > 100
    # More or fewer orders is another margin; equal numbers may still fall on other days or cost other sums.
    assert moved[changed.to_numpy()].all()
    # Where the margin is the same, so is the replay's profit, but for the call's own cost (and a rare question less).
    same = both["incremental_profit_cents"].reindex(found.features.index)[~moved]
    assert (same == -scenario.campaigns[0].contact_cost_cents).mean() > 0.99


def test_what_the_company_saw_is_one_of_the_two_lives():
    """The margin after the lot, from the company's own orders, is the called life's or the other's, as the lot fell."""
    scenario = lived.of_one_habit(load_scenario("tea_shops"), "daily_drinker", lived.HABITS["daily_drinker"])
    found = lived._campaign(scenario, customers=800, seed=2, first=1)
    orders = live(scenario, customers=800, seed=2, tables=("orders",)).tables["orders"].to_pandas()
    start = pd.Timestamp(scenario.start) + pd.Timedelta(weeks=lived.WEEK)
    after = orders[orders["ordered_at"] >= start]
    spent = after.groupby(after["customer_id"].astype(str))["amount_cents"].sum() / 100
    margin = spent.reindex(found.features.index).fillna(0.0).to_numpy() * (1 - scenario.costs.goods_share)
    assert found.outcome(lived.WEEKS_AFTER) == pytest.approx(margin)
    assert (found.called != found.left).any()


def test_the_estimate_meets_the_truth_of_two_lives(campaign):
    y, t, effect = campaign.outcome(12), campaign.contacted, campaign.effect(12)
    found, error = uplift.average_effect(outcome=y, contacted=t)
    assert abs(found - effect.mean()) < 3.3 * error
    lists = {
        name: uplift.scores(features=campaign.features, contacted=t, outcome=y, method=name, penalty=1000.0)
        for name in uplift.METHODS
    }
    areas = uplift.qinis(lists, contacted=t, outcome=y, effect=effect)["true"]
    assert areas["two"] > areas["transformed"] > areas["risk"] > areas["buyers"]
    knowing = uplift.true_gains(score=campaign.expected, effect=effect, cost=5).profit.max()
    assert knowing > uplift.true_gains(score=lists["two"], effect=effect, cost=5).profit.max()


def test_features_are_known_before_the_lot_by_hand():
    start = pd.Timestamp("2025-03-01")
    orders = pd.DataFrame(
        {
            "customer_id": [7, 7, 7],
            "ordered_at": [start - pd.Timedelta(days=days) for days in (400, 100, 10)],
            "amount_cents": [1000, 2000, 6000],
        }
    )
    found = lived.known_before(orders, start=start).to_numpy()[0]
    assert list(found) == [2, 1, 10, 400, 30.0]


def test_what_comes_after_the_lot_is_in_no_feature():
    """The company's whole two years, and a company that ended a week after the lot: the same features."""
    whole = live(load_scenario("tea_shops"), customers=700, seed=3, tables=lived.TABLES)
    one, other = lived.hidden(world=whole, customers=700, seed=3), lived.hidden(customers=700, seed=3)
    pd.testing.assert_frame_equal(one.features, other.features)
    assert (one.contacted == other.contacted).all()


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="share"):
        uplift.transformed_outcome(outcome=[1], contacted=[1], share=1.0)
    features = pd.DataFrame({"x": [1.0, 2, 3, 4]})
    with pytest.raises(ValueError, match="method"):
        uplift.scores(features=features, contacted=[1, 0, 1, 0], outcome=[1, 2, 3, 4], method="magic")
    with pytest.raises(ValueError, match="contacted"):
        uplift.scores(features=features, contacted=[1, 1, 1, 1], outcome=[1, 2, 3, 4], method="two")


def test_the_notebook_repeats_the_list():
    features, contacted, outcome, _ = simulated(2_000)
    table = features.assign(customer_id="1", contacted=contacted, margin=outcome, score=0.0)
    names: dict = {"pd": pd, "table": table}
    for cell in notebook.cells({"method": "two", "cost": 5.0, "penalty": 1000.0}):
        exec(cell, names)
    assert names["gains"].share[names["gains"].best] == pytest.approx(0.5, abs=0.15)
