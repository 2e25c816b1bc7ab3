"""Bonds against hand arithmetic, an independent choice simulation, SciPy's optimiser, and two worlds lived apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from lessons.relationship_marketing.bond_levels import lived
from lessons.relationship_marketing.bond_levels.model import (
    FULL_COST,
    LEAVERS,
    REASONS,
    STRENGTH,
    Ties,
    best_split,
)

NOTHING = Ties(financial=0, social=0, structural=0)


def test_one_yuan_in_each_by_hand():
    """On paper: 43 e^−0.5886 = 23.87, 13 e^−0.6267 = 6.95, 22 e^−0.8552 = 9.35, and 22 whom nothing holds."""
    rows = Ties(financial=1, social=1, structural=1).departures().set_index("reason")
    assert rows["with_ties"].round(2).to_dict() == {
        "service": 23.87,
        "price": 6.95,
        "competitor": 9.35,
        "moved": 15,
        "involuntary": 7,
    }
    assert rows["hold"].round(2).tolist() == [0.59, 0.63, 0.86, 0, 0]


def test_the_sizes_are_those_of_the_world_that_is_lived():
    """The scenario's own file: strengths, costs in cents, the price's pull, and what an order leaves."""
    from datasets.world import load_scenario

    tea = load_scenario("tea_shops")
    for bond, strength in STRENGTH.items():
        assert getattr(tea.causes, f"{bond}_bond") == strength
        assert getattr(tea.costs, f"{bond}_bond_cents") == 100 * FULL_COST[bond]
    assert tea.causes.price_departure == 4
    assert sum(LEAVERS) == 100


def test_the_leavers_without_ties_are_those_counted_in_the_lived_world():
    before = lived.history(margin_share=0.55, years=4, money=(0, 0, 0))
    gone = before.bonds.departure
    share = 100 * np.bincount(gone[gone >= 0], minlength=5) / (gone >= 0).sum()
    assert share == pytest.approx(LEAVERS, abs=3)
    assert (gone >= 0).sum() / len(before.at) == pytest.approx(NOTHING.leaves, abs=0.01)


def test_departures_and_orders_agree_with_customers_who_choose_with_gumbel_noise():
    """McFadden's argument, not our algebra: staying or one of five reasons, whichever has the highest utility."""
    ties = Ties(financial=1, social=2, structural=0.5, years=2)
    rng = np.random.default_rng(5)
    utility = np.log(ties.leaves / (1 - ties.leaves) * np.array(LEAVERS) / 100)
    hold = np.array([0.8 / 3 + 0.45 / 2.5, 0.8 * 2 / 3.5, 0.0])
    utility -= [0.8 * 2 / 3.5 + 0.45 / 2.5, hold[0], 0.8 / 3 + hold[1] + 0.45 / 2.5, 0, 0]
    people = 40_000
    clock, orders, there = np.zeros(people), np.ones(people), np.ones(people, dtype=bool)
    reasons = np.zeros(5)
    while there.any():
        clock[there] += rng.exponential(1 / ties.orders_per_week, there.sum())
        there &= clock < ties.years * 52
        orders[there] += 1
        best = (rng.gumbel(size=(people, 6)) + np.array([0, *utility])).argmax(axis=1)
        leaving = there & (best > 0)
        reasons += np.bincount(best[leaving] - 1, minlength=5)
        there &= ~leaving
    assert ties.orders() == pytest.approx(orders.mean(), rel=0.01)
    left = ties.departures()["with_ties"].to_numpy()
    assert reasons / reasons.sum() == pytest.approx(left / left.sum(), abs=0.01)
    assert ties.chance_of_leaving() == pytest.approx(reasons.sum() / (orders.sum() - people), rel=0.02)


def test_gain_by_hand_for_customers_who_all_but_stay():
    """Where nobody leaves, ties only cost: 0.17 × 52 orders and the first, at ¥3 each."""
    ties = Ties(financial=1, social=1, structural=1, leaves=1e-9, years=1)
    assert ties.gain() == pytest.approx(-3 * (1 + 0.17 * 52), rel=1e-6)


@pytest.mark.parametrize("budget", [0.5, 2.5, 4, 6.25, 8.5])
def test_best_split_agrees_with_scipys_optimiser(budget):
    from scipy.optimize import minimize

    found = best_split(budget, customer=NOTHING)

    def left(money):
        f, s, k = money
        a, b, c = 0.8 * f / 3, 0.8 * s / 3.5, 0.9 * k / 2.5
        return 43 * math.exp(-b - c) + 13 * math.exp(-a - c) + 22 * math.exp(-a - b - c) + 22

    answer = minimize(
        left,
        [budget / 9 * 3, budget / 9 * 3.5, budget / 9 * 2.5],
        bounds=[(0, 3), (0, 3.5), (0, 2.5)],
        constraints={"type": "eq", "fun": lambda money: sum(money) - budget},
    )
    assert found.spend == pytest.approx(budget)
    assert found.still_leave() == pytest.approx(answer.fun, abs=0.01)
    assert [found.financial, found.social, found.structural] == pytest.approx(answer.x, abs=0.06)


def test_price_room_undoes_the_ties_in_the_worlds_own_power_law():
    ties = Ties(financial=3, social=0, structural=2.5)
    # price^4 e^−(0.8 + 0.9) = 1 at price = e^(1.7 / 4).
    assert (1 + ties.price_room()) ** 4 * math.exp(-1.7) == pytest.approx(1)
    assert NOTHING.price_room() == 0


def test_the_true_gain_is_the_difference_of_two_worlds_lived_apart():
    """Not by replay: each world's own truth table, added up."""
    from datasets.world import live, load_scenario

    money = (1.0, 0.5, 2.0)
    before, after = (lived.history(margin_share=0.4, years=2, money=one) for one in ((0, 0, 0), money))
    found = lived.held_against(before, after)
    tea = load_scenario("tea_shops")
    tea = replace(tea, costs=replace(tea.costs, goods_share=0.6))
    usual = replace(tea.policy, financial_bond=0.0, social_bond=0.0, structural_bond=0.0)
    tied = replace(usual, financial_bond=1 / 3, social_bond=1 / 7, structural_bond=0.8)
    total, departures = [], []
    for policy in (usual, tied):
        world = live(
            tea, policy, customers=lived.CUSTOMERS, seed=lived.SEED, weeks=104, tables=("truth_customers",)
        )
        truth = world.truth_customers.to_pandas()
        total.append(truth["profit_cents"].sum() / 100)
        departures.append(truth["departure_reason"].notna().sum())
    assert found.effect.sum() == pytest.approx(total[1] - total[0], abs=0.02)
    share, curve = found.curve()
    assert curve[-1] * len(found.effect) == pytest.approx(total[1] - total[0], abs=0.02)
    assert (share[0], share[-1]) == (0, 1)
    assert departures[1] < departures[0]


def test_without_bonds_nothing_differs():
    before = lived.history(margin_share=0.55, years=1, money=(0, 0, 0))
    found = lived.held_against(before, before)
    assert not found.effect.any()
    assert (found.kept, found.in_vain, round(found.still_leave, 9)) == (0, 0, 100)
    assert sum(found.by_reason) == pytest.approx(100)
    assert len(found.by_reason) == len(REASONS)


def test_amounts_beyond_full_effort_are_refused():
    with pytest.raises(ValueError, match="structural"):
        Ties(financial=0, social=0, structural=2.6)
    with pytest.raises(ValueError, match="leaves"):
        Ties(financial=0, social=0, structural=0, leaves=1)
