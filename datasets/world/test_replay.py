"""Do the same people live in both histories, and does only that differ which the policy touches?"""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import Policy, Scenario, live, load_scenario
from datasets.world.replay import CHANGES, future_value, replay

TEA = load_scenario("tea_shops")
Frame = Any


def _changed(scenario: Scenario = TEA, **changes: Any) -> Frame:
    return replay(scenario, after=replace(scenario.policy, **changes), customers=2000, seed=5).customers


def _kinds(frame: Frame) -> set[str]:
    # Who is referred may come at another time or not at all, since the referrer lives otherwise.
    own = frame[frame["referred"] == 0]
    return set(own["change"]) - {"nothing"}


def test_the_same_policy_changes_nothing() -> None:
    same = replay(TEA, after=TEA.policy, customers=500, seed=5)
    assert set(same.customers["change"]) == {"nothing"}
    assert same.incremental_profit_cents == 0
    assert len(same.customers) > 500  # roots, and whom they referred


def test_the_same_policy_from_another_week_changes_nothing_not_even_a_microsecond() -> None:
    bank = load_scenario("retail_bank")
    same = replay(bank, after=replace(bank.policy, from_week=50), customers=2500, seed=9)
    assert set(same.customers["change"]) == {"nothing"}


@pytest.mark.parametrize(
    ("policy", "first"),
    [
        ({"service_points": 0.5}, {"quality"}),
        ({"answered_share": 0.9}, {"answer"}),
        ({"agents_factor": 0.6}, {"wait", "answer"}),
        ({"loyalty_programme": False}, {"amount"}),
        ({"financial_bond": 1.0}, {"stayed"}),
        ({"social_bond": 1.0, "structural_bond": 1.0}, {"stayed"}),
        ({"price_change": 0.1}, {"amount", "timing", "left"}),
        ({"targeting": "nobody"}, {"contact", "timing", "left", "stayed"}),
        ({"targeting": "silent"}, {"contact", "timing", "left", "stayed"}),
    ],
)
def test_what_differs_first_is_what_the_policy_touches(policy: dict[str, Any], first: set[str]) -> None:
    kinds = _kinds(_changed(**policy))
    assert kinds
    assert kinds <= first
    assert kinds <= set(CHANGES)


def test_only_who_complained_is_touched_by_how_complaints_are_answered() -> None:
    policy = replace(TEA.policy, answered_share=1.0)
    changed = replay(TEA, after=policy, customers=2000, seed=5).customers
    world = live(TEA, customers=2000, seed=5)
    calls: Frame = world.tables["interactions"].to_pandas()
    complained = set(calls.loc[calls["kind"] == "complaint", "customer_id"])
    touched = changed[(changed["change"] != "nothing") & (changed["referred"] == 0)]
    # A complaint made in the last two days comes after the end of the table, and may be answered all the same.
    assert len(set(touched["customer_id"]) - complained) <= 2
    assert len(touched) > 50


def test_a_better_answer_helps_those_who_got_it_and_more_often_keeps_than_loses_them() -> None:
    answered = _changed(replace(TEA, causes=replace(TEA.causes, departure=2.0)), answered_share=1.0)
    touched = answered[answered["change"] == "answer"]
    assert touched["left_after"].sum() < touched["left_before"].sum()
    assert touched["orders_after"].sum() > touched["orders_before"].sum()


def test_before_a_policy_begins_nothing_differs() -> None:
    policies: tuple[dict[str, Any], ...] = (
        {"answered_share": 1.0},
        {"price_change": 0.2},
        {"agents_factor": 0.5},
        {"service_points": 1.0},
    )
    for policy in policies:
        changed = _changed(from_week=60, **policy)
        first: Frame = changed["changed_at"].min()
        begins = pd.Timestamp(TEA.start) + pd.Timedelta(weeks=60)
        # An order that would have come before the day may come after it, never the other way round.
        assert first >= begins, policy
        assert _kinds(changed)


def test_a_price_that_rises_on_a_day_slows_those_who_are_on_their_way() -> None:
    rising = replace(TEA.with_causes("price_order"), policy=replace(TEA.policy, targeting="nobody"))
    changed = _changed(rising, price_change=0.5, from_week=60)
    shop = changed[changed["referred"] == 0]
    assert shop["orders_after"].sum() < shop["orders_before"].sum()
    orders = {}
    for price in (0.0, 0.5):
        policy = replace(rising.policy, price_change=price, from_week=60)
        world = live(rising, policy, customers=4000, seed=5, tables=("orders",))
        frame: Frame = world.orders.to_pandas()
        frame = frame[frame["business"] == "shop"]
        late = frame["ordered_at"] >= pd.Timestamp(world.start) + pd.Timedelta(weeks=60)
        orders[price] = (late.sum(), (~late).sum())
    assert orders[0.0][1] == orders[0.5][1]
    # Elasticity 0.7 and price sensitivities 1, 0.5, 0.7, 2 with shares 0.38, 0.17, 0.25, 0.20: Σ share·1.5^(−0.7·s).
    sensitivities = [(one.share, one.price_sensitivity) for one in TEA.segments]
    expected = sum(share * 1.5 ** (-TEA.causes.price_order * own) for share, own in sensitivities)
    # Fewer orders are fewer chances to leave, so a little more is kept than the rates alone say.
    assert expected - 0.05 < orders[0.5][0] / orders[0.0][0] < expected + 0.12


def test_profit_by_hand() -> None:
    # No cause, no loyalty, no campaign: an order's profit is its amount less the goods at the usual price.
    plain = TEA.textbook()
    policy = replace(plain.policy, price_change=0.25)
    found = replay(plain, before=plain.policy, after=policy, customers=300, seed=2).customers
    amounts: Frame = (
        live(plain, customers=300, seed=2).orders.to_pandas().groupby("customer_id")["amount_cents"].sum()
    )
    calls: Frame = live(plain, customers=300, seed=2).tables["interactions"].to_pandas()
    found = found.set_index("customer_id")
    told = calls[(calls["channel"] == "phone") & (calls["abandoned"] == 0)].groupby("customer_id").size()
    well = calls[calls["compensation_cents"] > 0].groupby("customer_id").size()
    quiet = found.index.difference(calls["customer_id"])
    assert len(quiet) > 50
    margin = 1 - plain.costs.goods_share
    assert np.abs(found.loc[quiet, "profit_before_cents"] - margin * amounts[quiet]).max() <= 30
    # A quarter more on each order, at the same cost of goods.
    assert np.abs(found.loc[quiet, "incremental_profit_cents"] - 0.25 * amounts[quiet]).max() <= 30
    noisy = found.index.intersection(told.index.union(well.index))
    cost = margin * amounts[noisy] - found.loc[noisy, "profit_before_cents"]
    by_hand = told.reindex(noisy, fill_value=0) * plain.costs.call_cents
    by_hand = by_hand + well.reindex(noisy, fill_value=0) * plain.costs.answer_cents
    assert (np.abs(cost - by_hand) <= 30).mean() > 0.95  # some calls and answers come after the end


def test_targets_by_list_are_reached_and_nobody_else() -> None:
    usual = live(TEA, customers=1000, seed=5)
    chosen = frozenset(usual.customers["customer_id"].to_pylist()[:200])
    policy = replace(TEA.policy, targeting="list", targets=chosen)
    contacts: Frame = live(TEA, policy, customers=1000, seed=5).tables["contacts"].to_pandas()
    assert set(contacts.loc[contacts["contacted"] == 1, "customer_id"]) <= chosen
    assert set(contacts.loc[contacts["contacted"] == 0, "customer_id"]).isdisjoint(chosen)
    assert contacts["contacted"].sum() > 300


def test_the_true_effect_of_a_campaign_by_replay_is_what_its_experiment_finds() -> None:
    only = TEA.with_causes("persuasion", "annoyance")
    only = replace(only, causes=replace(only.causes, persuasion=2.0))
    scenario = replace(only, campaigns=only.campaigns[:1])
    everyone, nobody = (replace(scenario.policy, targeting=name) for name in ("everyone", "nobody"))
    truth = replay(scenario, before=nobody, after=everyone, customers=12_000, seed=5).customers
    world = live(scenario, customers=12_000, seed=5)
    start = pd.Timestamp(world.start) + pd.Timedelta(weeks=scenario.campaigns[0].week)
    orders: Frame = world.orders.to_pandas()
    within = orders[(orders["ordered_at"] >= start) & (orders["ordered_at"] < start + pd.Timedelta(weeks=4))]
    contacts: Frame = world.tables["contacts"].to_pandas().set_index("customer_id")
    contacts["orders"] = within[within["business"] == "shop"]["customer_id"].value_counts()
    contacts["orders"] = contacts["orders"].fillna(0)
    treated, control = (contacts.loc[contacts["contacted"] == flag, "orders"] for flag in (1, 0))
    found = treated.mean() - control.mean()
    error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))
    true = truth["orders_after"].sum() - truth["orders_before"].sum()
    # Orders that a campaign brings forward are partly missing later on through leaving: the truth is over all weeks.
    assert abs(found - true / len(contacts)) < 4 * error
    assert found > 4 * error


# The future


def test_the_future_that_is_expected_is_the_future_that_comes() -> None:
    ahead: Frame = future_value(TEA, at_week=52, horizon_weeks=52, customers=4000, replicates=30, seed=9)
    now, later = (live(TEA, customers=4000, weeks=weeks, seed=9) for weeks in (52, 104))
    came = later.orders["customer_id"].to_pandas().value_counts()
    came = came.sub(now.orders["customer_id"].to_pandas().value_counts(), fill_value=0)
    ahead = ahead.set_index("customer_id")
    error = came.reindex(ahead.index, fill_value=0) - ahead["expected_orders"]
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))
    # Also among those of whom much and of whom little is expected.
    for _, group in error.groupby(pd.qcut(ahead["expected_orders"], 5, duplicates="drop"), observed=True):
        assert abs(group.mean()) < 4 * group.std() / np.sqrt(len(group)) + 0.05
    assert error.abs().sum() > 100


def test_the_monte_carlo_error_is_what_it_says() -> None:
    few, many = (
        future_value(TEA, at_week=52, horizon_weeks=26, customers=600, replicates=count, seed=3)
        for count in (200, 1000)
    )
    # The first two hundred futures are among the thousand, hence the smaller variance of the difference.
    distance = few["expected_profit_cents"] - many["expected_profit_cents"]
    error = few["standard_error_cents"] * np.sqrt(1 - 200 / 1000)
    # Who will hardly come again has a skewed mean of few futures, of which no such statement holds.
    moves = many["expected_orders"] > 1
    assert 0.85 < np.mean((distance[moves] / error[moves]) ** 2) < 1.35


def test_in_the_textbook_the_future_is_the_formulas() -> None:
    from datasets.world.truth import expected_future_orders

    plain = TEA.textbook()
    ahead: Frame = future_value(plain, at_week=52, horizon_weeks=40, customers=800, replicates=300, seed=4)
    truth: Frame = live(plain, customers=800, weeks=52, seed=4).truth_customers.to_pandas()
    expected = expected_future_orders(
        alive=truth["alive"],
        purchase_rate_per_week=truth["purchase_rate_per_week"],
        dropout_probability=truth["dropout_probability"],
        weeks=40,
    )
    assert np.abs(ahead["p_alive"] - truth["p_alive_given_traits"]).max() < 1e-12
    error = ahead["expected_orders"].to_numpy() - expected
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))
    assert np.abs(error).mean() < 0.25
    assert ((expected == 0) == (ahead["alive"] == 0)).all()


def test_discounting_lowers_the_value_by_less_than_a_year_would() -> None:
    plain, discounted = (
        future_value(
            TEA, at_week=52, horizon_weeks=52, customers=300, replicates=10, discount_rate_per_year=rate
        )["expected_profit_cents"].sum()
        for rate in (0.0, 0.2)
    )
    assert 1 / 1.2 < discounted / plain < 1


def test_numbers_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="replicates must be a whole number"):
        future_value(TEA, at_week=52, horizon_weeks=4, customers=10, replicates=0)
    with pytest.raises(ValueError, match="policy: answered_share must be a number from 0 to 1"):
        Policy(answered_share=2.0)
    with pytest.raises(ValueError, match="customers must be a whole number"):
        replay(TEA, after=TEA.policy, customers=0)


@pytest.mark.parametrize("name", ["retail_bank", "car_dealer"])
def test_the_future_comes_also_where_customers_are_still_joining(name: str) -> None:
    scenario = load_scenario(name)
    ahead: Frame = future_value(
        scenario, at_week=70, horizon_weeks=40, customers=1500, replicates=20, seed=55
    ).set_index("customer_id")
    now, later = (
        live(scenario, customers=1500, weeks=weeks, seed=55, tables=("orders",)) for weeks in (70, 110)
    )
    before = later.orders.filter(later.orders["ordered_at"].to_numpy() < np.datetime64(now.until))
    # Who has not joined by then is not there: the shorter history is the beginning of the longer.
    assert set(before["order_id"].to_pylist()) == set(now.orders["order_id"].to_pylist())
    assert 300 < len(ahead) < 1500
    came = later.orders["customer_id"].to_pandas().value_counts()
    came = came.sub(now.orders["customer_id"].to_pandas().value_counts(), fill_value=0)
    error = came.reindex(ahead.index, fill_value=0) - ahead["expected_orders"]
    assert abs(error.mean()) < 4 * error.std() / np.sqrt(len(error))
