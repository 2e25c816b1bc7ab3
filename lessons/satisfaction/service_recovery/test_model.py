"""Service recovery against hand arithmetic, a simulation of its own, a world without effect, and other lived worlds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from datasets.world import live, load_scenario
from lessons.satisfaction.service_recovery import complaints, lived
from lessons.satisfaction.service_recovery import model as recovery

TEA = load_scenario("tea_shops")


@pytest.fixture(scope="module")
def lives() -> lived.TwoLives:
    return lived.two_lives(TEA, customers=1500, seed=3)


def test_satisfaction_by_hand_arithmetic():
    """0.8 × 2 × 2.5 = 4.0 lost; 1.8 won back leaves −2.2; silence takes 0.6 more; 1.8 ÷ 1.6 = 1.125."""
    one = recovery.Recovery(failure=2.5, good_answer=1.8)
    felt = (one.after_failure, one.after_answer, one.after_silence)
    assert felt == pytest.approx((-4.0, -2.2, -4.6))
    assert one.paradox_limit == pytest.approx(1.125)
    assert replace(one, failure=1.125).after_answer == pytest.approx(0)
    # After one failure already, 0.9 is won: 0.9 ÷ 1.6.
    assert replace(one, earlier_failures=1).paradox_limit == pytest.approx(0.5625)


def test_orders_kept_against_a_simulation_of_single_customers():
    """A coin for each order of 60,000 customers, mood and odds written out once more, order by order."""
    rng = np.random.default_rng(5)
    placed = {}
    for name, felt in (("answered", -2.2), ("silent", -4.6)):
        there, orders, mood = np.ones(60_000, dtype=bool), np.zeros(60_000), 0.35 * felt
        for _ in range(8):
            odds = 0.1 / 0.9 * (0.66 + 0.34 * np.exp(-0.8 * mood))
            there &= rng.random(60_000) > odds / (1 + odds)
            orders += there
            mood *= 0.65
        placed[name] = orders.mean()
    one = recovery.Recovery(failure=2.5, good_answer=1.8, leave=0.1)
    kept = one.orders_kept(orders=np.array([0.0, 8.0]))
    assert kept[0] == 0
    assert kept[1] == pytest.approx(placed["answered"] - placed["silent"], abs=0.05)
    assert one.orders_to_come(-2.2, orders=8) == pytest.approx(placed["answered"], abs=0.05)


def test_without_any_pull_an_answer_keeps_nothing():
    one = recovery.Recovery(failure=2.5, good_answer=1.8, departure=0)
    assert one.orders_kept(orders=np.array([5.0, 50.0])).tolist() == [0, 0]
    gain = recovery.gains(one, margin_per_order=np.array([1e6]), orders_ahead=np.array([9.0]), cost=25)
    assert gain.tolist() == [-25]
    # Two and a half answers at 10 each.
    margin, ahead = np.array([1e6]), np.array([9.0])
    gain = recovery.gains(one, margin_per_order=margin, orders_ahead=ahead, cost=10, answers=2.5)
    assert gain.tolist() == [-25]


def test_promise_and_truth_both_count_every_answer():
    """A customer who complains twice is paid for twice, and kept twice: 2 × (100 × ½ − 25)."""
    one = recovery.Recovery(failure=2.5, good_answer=1.8, leave=0.1)
    kept = one.orders_kept(orders=np.array([8.0]))[0]
    gain = recovery.gains(
        one, margin_per_order=np.array([50 / kept]), orders_ahead=np.array([8.0]), cost=25, answers=2
    )
    assert gain == pytest.approx(50)


def test_the_best_share_against_every_list_of_six_tried_by_hand():
    """Of all 64 lists of the six customers the best holds A and D alone, and brings 854."""
    gain = recovery.six_customers()["gain"].to_numpy()
    every = [sum(gain[place] for place in range(6) if number >> place & 1) for number in range(64)]
    walked = recovery.by_share(rank=gain, gain=gain)
    assert walked.profit[walked.best] == max(every) == 854
    assert walked.best == 2
    assert walked.at(1) == walked.profit[-1] == 766


def test_the_paradox_in_lived_encounters_of_the_world():
    """The same encounters with a failure, answered, and without: the engine's own satisfaction, point by point."""
    causes = replace(TEA.causes, waiting=0, hanging_up=0, outage=0)
    policy = replace(TEA.policy, answered_share=1.0)
    sides = {}
    for size in (0.0, 0.9, 2.5):
        scenario = replace(
            TEA, causes=replace(causes, failure=size), service=replace(TEA.service, failure_share=1)
        )
        world = live(scenario, policy=policy, customers=3000, seed=2, weeks=8, tables=("truth_encounters",))
        rows = world.tables["truth_encounters"].to_pandas()
        # First encounters: nothing has been learnt yet, and nobody has been lost.
        sides[size] = rows[rows["encounter"] == 0].set_index("order_id")
    for size, holds in ((0.9, True), (2.5, False)):
        answered = sides[size][sides[size]["answered_well"] == 1]
        won = answered["satisfaction_afterwards"] - sides[0.0]["satisfaction"].reindex(answered.index)
        one = recovery.Recovery(failure=size, good_answer=TEA.causes.good_answer)
        assert len(won) > 20
        # A shortfall weighs double only where quality falls below what was expected: in between lies each customer.
        assert won.min() >= one.after_answer - 1e-5
        assert won.max() <= one.good_answer - one.weight * size + 1e-5
        assert (one.after_answer > 0) == holds == bool(won.median() > 0)


def test_both_lives_add_up_to_two_worlds_lived_on_their_own(lives):
    """Against the truth tables of two worlds, each lived and closed without the other."""
    profit = []
    for share in (0.0, 1.0):
        world = live(
            TEA,
            policy=replace(TEA.policy, answered_share=share),
            customers=1500,
            seed=3,
            tables=("truth_customers",),
        )
        profit.append(world.truth_customers.column("profit_cents").to_numpy().sum() / 100)
    own = lives.gain(ids=lives.customers.index, cost=TEA.costs.answer_cents / 100).sum()
    assert own + lives.brought == pytest.approx(profit[1] - profit[0], abs=0.01)


def test_another_cost_against_a_world_in_which_answers_cost_that_much(lives):
    dear = replace(TEA, costs=replace(TEA.costs, answer_cents=4000))
    again = lived.two_lives(dear, customers=1500, seed=3)
    ids = lives.customers.index
    assert lives.gain(ids=ids, cost=40) == pytest.approx(again.gain(ids=ids, cost=40), abs=0.02)
    assert lives.customers["answers"].sum() > 200


def test_groups_say_what_the_orders_did(lives):
    rows = lives.customers
    assert (
        rows.loc[rows["group"] == lived.MOVED, "orders_all"]
        > rows.loc[rows["group"] == lived.MOVED, "orders_none"]
    ).all()
    same = rows["group"].isin([lived.STAYED, lived.GONE])
    assert (rows.loc[same, "orders_all"] == rows.loc[same, "orders_none"]).all()
    assert set(rows["group"]) == {lived.MOVED, lived.STAYED, lived.GONE, lived.FEWER}


def no_effect(seed: int, *, customers: int = 400) -> tuple[pd.DataFrame, pd.DataFrame, pd.Timestamp]:
    """Orders and complaints of customers whom an answer does not touch at all."""
    rng = np.random.default_rng(seed)
    start, weeks = pd.Timestamp("2024-01-01"), 104
    many = rng.poisson(rng.gamma(1.5, 8.0, customers)) + 1
    who = np.repeat(np.arange(customers), many)
    orders = pd.DataFrame(
        {
            "customer_id": who.astype(str),
            "ordered_at": start + pd.to_timedelta(rng.random(len(who)) * 7 * weeks, unit="D"),
            "amount_cents": 10_000,
        }
    ).sort_values("ordered_at", ignore_index=True)
    spoke = orders[rng.random(len(orders)) < 0.06]
    talk = pd.DataFrame(
        {
            "customer_id": spoke["customer_id"],
            "kind": "complaint",
            "started_at": spoke["ordered_at"],
            "abandoned": 0,
            "compensation_cents": np.where(rng.random(len(spoke)) < 0.5, 2500, 0),
        }
    )
    return orders, talk, start + pd.Timedelta(weeks=weeks)


def test_comparisons_against_a_world_without_any_effect():
    """The plain comparison finds hundreds where the truth is 0; the interval of the fair one holds 0."""
    plain, held = [], []
    for seed in range(30):
        orders, talk, until = no_effect(seed)
        lines = complaints.desk(orders=orders, interactions=talk, until=until, margin_share=0.5)
        found = complaints.compare(orders=orders, lines=lines, until=until, margin_share=0.5, answer_cost=0)
        plain.append(found.plain)
        held.append(found.low <= 0 <= found.high)
        assert sum(found.customers.values()) == orders["customer_id"].nunique()
    assert np.mean(plain) > 5 * np.std(plain) / 30**0.5 > 0
    assert sum(held) >= 25


def test_a_complainers_line_by_hand():
    """Orders of 100 and 60, 4 weeks known + 6: a pace of 0.2, over 50 weeks 10 orders of 32 margin."""
    day = pd.Timestamp("2024-01-01")
    at = [0, 20, 40]
    orders = pd.DataFrame(
        {
            "customer_id": ["7", "7", "7", "8"],
            "ordered_at": [*(day + pd.Timedelta(days=days) for days in at), day],
            "amount_cents": [10_000, 6_000, 99_900, 5_000],
        }
    )
    talk = pd.DataFrame(
        {
            "customer_id": ["7", "7", "8"],
            "kind": ["complaint", "question", "complaint"],
            "started_at": [day + pd.Timedelta(days=28), day, day],
            "abandoned": [0, 0, 1],
            "compensation_cents": [2500, 0, 0],
        }
    )
    until = day + pd.Timedelta(days=28 + 350)
    lines = complaints.desk(orders=orders, interactions=talk, until=until, margin_share=0.4)
    assert lines.index.tolist() == ["7"]
    line = lines.iloc[0].to_dict()
    assert (line["orders_so_far"], line["spent"], line["complaints"], line["answered_well"]) == (2, 160, 1, 1)
    assert line["margin_per_order"] == pytest.approx(32)
    assert line["pace"] == pytest.approx(0.2)
    assert line["orders_ahead"] == pytest.approx(10)
    assert line["value"] == pytest.approx(320)


def test_comparisons_of_five_customers_by_hand():
    """After the complaint 80 and 40 answered, 20 and 0 not; half is margin: 30 less 5. One order is too late."""
    day = pd.Timestamp("2024-01-01")
    bought = [
        *(("A", 0, 300), ("A", 100, 80), ("A", 200, 999), ("B", 0, 100), ("B", 100, 40)),
        *(("C", 0, 100), ("C", 100, 20), ("D", 0, 100), ("E", 0, 60)),
    ]
    orders = pd.DataFrame(
        {
            "customer_id": [who for who, _, _ in bought],
            "ordered_at": [day + pd.Timedelta(days=at) for _, at, _ in bought],
            "amount_cents": [100 * amount for _, _, amount in bought],
        }
    )
    talk = pd.DataFrame(
        {
            "customer_id": list("ABCD"),
            "kind": "complaint",
            "started_at": day + pd.Timedelta(hours=5),
            "abandoned": 0,
            "compensation_cents": [2500, 2500, 0, 0],
        }
    )
    until = day + pd.Timedelta(days=400)
    lines = complaints.desk(orders=orders, interactions=talk, until=until, margin_share=0.5)
    found = complaints.compare(orders=orders, lines=lines, until=until, margin_share=0.5, answer_cost=10)
    assert found.after == pytest.approx(25)
    # Margins 40, 20 and 10, 0: variances 200 and 50, of two customers each.
    assert found.high - found.after == pytest.approx(1.96 * 125**0.5)
    assert found.margin == pytest.approx({"silent": 30, "answered": 1519 / 4 - 10, "unanswered": 55})
    assert found.customers == {"silent": 1, "answered": 2, "unanswered": 2}


@pytest.mark.parametrize(("name", "value"), [("failure", -1), ("weight", 0), ("leave", 1), ("memory", 1.5)])
def test_numbers_that_make_no_sense_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        recovery.Recovery(**{"failure": 1, "good_answer": 1} | {name: value})
