"""The programme's sums against the standard's printed example, a hand ledger, a world without effect, and replays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from datasets.world import live, load_scenario
from datasets.world.replay import replay
from lessons.loyalty.loyalty_program import comparisons, lived
from lessons.loyalty.loyalty_program import model as loyalty

TEA = load_scenario("tea_shops")
CUSTOMERS = 1500


@pytest.fixture(scope="module")
def world():
    return live(TEA, customers=CUSTOMERS, seed=5)


@pytest.fixture(scope="module")
def lives(world) -> lived.TwoLives:
    return lived.two_lives(world, customers=CUSTOMERS)


def tables(world) -> tuple[pd.DataFrame, pd.DataFrame]:
    orders, ledger = (world.tables[name].to_pandas() for name in ("orders", "loyalty_ledger"))
    for rows in (orders, ledger):
        rows["customer_id"] = rows["customer_id"].astype(str)
    return orders, ledger


def test_allocation_is_that_of_ifrs_15_example_52():
    """Printed: 91,324 and 8,676; 4,110 in the first year; 3,493 in the second (9,700 expected); 1,073 left."""
    split = loyalty.allocate(sales=100_000, points=10_000, redeemed_share=0.95, point_value=1)
    assert (round(split.now), round(split.deferred)) == (91_324, 8_676)
    first = split.earned(redeemed=4_500, expected=9_500)
    both = split.earned(redeemed=8_500, expected=9_700)
    assert round(first) == 4_110
    assert round(split.deferred - first) == 4_566
    assert round(both - first) == 3_493
    assert round(split.deferred - both) == 1_073


def test_account_against_a_ledger_kept_by_hand():
    """January +500 +300, February −500 and nothing else, March nothing, April +100 −300 expired: 800, 300, 300, 100."""
    ledger = pd.DataFrame(
        {
            "posted_at": pd.to_datetime(
                ["2024-01-03", "2024-01-31", "2024-02-01", "2024-04-02", "2024-04-30", "2024-05-01"]
            ),
            "kind": ["earn", "earn", "redeem", "earn", "expire", "earn"],
            "points": [500, 300, -500, 100, -300, 999],
        }
    )
    terms = loyalty.Programme(point_value=0.04, redeemed_share=0.5, margin_share=0.55)
    account = loyalty.roll_forward(ledger, programme=terms, until=pd.Timestamp("2024-05-01"))
    assert account["opening"].tolist() == [0, 800, 300, 300]
    assert account["closing"].tolist() == [800, 300, 300, 100]
    assert account["expired"].tolist() == [0, 0, 0, -300]
    assert account["owed"].tolist() == pytest.approx([16, 6, 6, 2])
    # 500 redeemed cost 20, and 10 less is owed.
    assert account["cost"].tolist() == pytest.approx([16, 10, 0, -4])


def test_account_of_the_world_closes_with_what_the_engine_holds(world):
    """Points open at the end, counted from the ledger; what members earned follows from what they paid."""
    orders, ledger = tables(world)
    terms = loyalty.Programme(point_value=0.04, redeemed_share=0.65, margin_share=0.55)
    account = loyalty.roll_forward(ledger, programme=terms, until=pd.Timestamp(world.until))
    assert account["closing"].iloc[-1] == ledger["points"].sum()
    by_customer = ledger.groupby("customer_id")["points"].sum()
    assert (by_customer >= 0).all()
    members = set(ledger.loc[ledger["kind"] == "earn", "customer_id"])
    shop = orders[(orders["business"] == "shop") & orders["customer_id"].isin(members)]
    assert account["earned"].sum() == (shop["amount_cents"] // 100).sum()
    # Of one life's costs the months add up to the whole.
    cost = terms.cost(redeemed=-account["redeemed"].sum(), outstanding=account["closing"].iloc[-1])
    assert account["cost"].sum() == pytest.approx(cost)


def test_break_even_share_against_bisection():
    terms = loyalty.Programme(point_value=0.04, redeemed_share=0.65, margin_share=0.55, running=900)
    points = {"redeemed": 700_000.0, "outstanding": 300_000.0}
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        earns = middle * 200_000 * 0.55 - 0.04 * 700_000 - 0.04 * 0.65 * 300_000 - 900
        low, high = (low, middle) if earns > 0 else (middle, high)
    assert terms.share_needed(seen_extra=200_000, **points) == pytest.approx(high)
    line = loyalty.profit_by_share(terms, shares=np.array([0, high, 1]), seen_extra=200_000, **points)
    assert line == pytest.approx([-36_700, 0, 73_300], abs=1e-6)


def test_uplift_needed_by_hand():
    """c = 0.04 × 0.5 = 0.02 per yuan; 0.02 ÷ (0.52 − 0.02) = 0.04: 1.04 sold, 0.0208 for points, 0.04 × 0.52 margin."""
    terms = loyalty.Programme(point_value=0.04, redeemed_share=0.5, margin_share=0.52)
    assert terms.uplift_needed(points_per_money=1) == pytest.approx(0.04)
    assert loyalty.Programme(point_value=1, redeemed_share=1, margin_share=0.5).uplift_needed(
        points_per_money=1
    ) == float("inf")


def no_effect(seed: int, *, customers: int = 300) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Orders of people who differ and never change, with a point for each whole yuan."""
    rng = np.random.default_rng(seed)
    many = rng.poisson(12, customers) + 1
    who = np.repeat(np.arange(customers), many)
    mean = rng.gamma(3, 30, customers)[who]
    orders = pd.DataFrame(
        {
            "customer_id": who.astype(str),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.random(len(who)) * 728, unit="D"),
            "amount_cents": np.rint(100 * rng.gamma(6, mean / 6)).astype(int),
            "discount_cents": 0,
        }
    )
    ledger = orders.assign(posted_at=orders["ordered_at"], kind="earn", points=orders["amount_cents"] // 100)
    return orders, ledger


def test_before_and_after_against_a_world_without_any_effect():
    """Nobody changes, and yet the baskets after silver are larger on average; each member's own mean is smaller."""
    rises, paired = [], []
    for seed in range(20):
        orders, ledger = no_effect(seed)
        found = comparisons.before_after(comparisons.baskets(orders, ledger=ledger, silver_points=600))
        rises.append(found.rise)
        paired.append(found.paired)
    assert np.mean(rises) > 0.05
    assert np.mean(rises) > 5 * np.std(rises) / 20**0.5
    assert np.mean(paired) < -5 * np.std(paired) / 20**0.5


def test_baskets_by_hand():
    """400 + 150 are 550 points, the third order makes 650: silver from the fourth on, the third counts as before."""
    at = pd.to_datetime([f"2024-01-0{day}" for day in (1, 2, 3, 4)])
    orders = pd.DataFrame(
        {
            "customer_id": ["7"] * 4 + ["8"],
            "ordered_at": [*at, at[0]],
            "amount_cents": [40_000, 15_000, 10_000, 20_000, 5_000],
            "discount_cents": [0, 0, 0, 2_000, 0],
        }
    )
    ledger = pd.DataFrame(
        {"customer_id": "7", "posted_at": at, "kind": "earn", "points": [400, 150, 100, 200]}
    )
    rows = comparisons.baskets(orders, ledger=ledger, silver_points=600)
    assert rows["after"].tolist() == [False, False, False, True, False]
    assert rows["member"].tolist() == [True] * 4 + [False]
    found = comparisons.before_after(rows)
    assert (found.before, found.after, found.orders_after, found.members) == (650 / 3, 220, 1, 1)
    assert found.seen_extra == pytest.approx(220 - 650 / 3)
    groups = comparisons.groups(rows)
    assert groups.mean == {
        "others": 50,
        "members": 870,
        "silver": 870,
        "below": pytest.approx(np.nan, nan_ok=True),
    }


def test_both_lives_add_up_to_the_replay_of_the_policy(world, lives):
    """The replay lives both policies on its own and counts each person's profit; here order stands beside order."""
    without = replace(TEA.policy, loyalty_programme=False)
    both = replay(TEA, before=without, after=TEA.policy, customers=CUSTOMERS, seed=5)
    assert lives.brings.sum() == pytest.approx(both.incremental_profit_cents / 100)
    mine = lives.brings.reindex(both.customers["customer_id"].astype(str))
    assert mine.to_numpy() == pytest.approx(
        both.customers["incremental_profit_cents"].to_numpy() / 100, abs=0.011
    )
    # Margin on what is extra less points: the world's own margin, to the rounding of its cents.
    margin = lives.extra_sales * (1 - TEA.costs.goods_share) - lives.points_off
    assert margin == pytest.approx(lives.brings.sum(), abs=0.01 * len(lives.baskets_without))


def test_extra_against_the_engines_own_effect_of_tiers(world, lives):
    """Silver raises an order by e^0.06, gold by e^0.12, nobody else's at all, and no order comes or goes."""
    orders, ledger = tables(world)
    shop = (orders["business"] == "shop").to_numpy()
    rows = comparisons.baskets(orders[shop], ledger=ledger, silver_points=600)
    factor = rows["basket"].to_numpy() / lives.baskets_without[shop]
    assert factor[~rows["after"].to_numpy()] == pytest.approx(1, abs=1e-9)
    tiers = np.log(factor[rows["after"].to_numpy()]) / TEA.causes.tier_spend
    assert tiers.min() > 0.8
    assert tiers.max() < 2.2
    assert np.abs(tiers - np.rint(tiers)).max() < 0.2


def test_sales_around_silver_show_a_peak_where_nobody_hurries():
    orders, ledger = no_effect(3, customers=2000)
    rows = comparisons.baskets(orders, ledger=ledger, silver_points=600)
    start = pd.Timestamp("2024-01-01")
    steps = comparisons.around_silver(rows, start=start, until=start + pd.Timedelta(days=728))
    assert steps["week"].tolist() == [4.0 * step - 2 for step in range(-5, 7)]
    last = steps.loc[steps["week"] == -2, "sales"].item()
    assert last > 2 * steps.loc[steps["week"] > 0, "sales"].mean()


@pytest.mark.parametrize(
    ("name", "value"), [("point_value", -1), ("redeemed_share", 1.1), ("margin_share", -0.1)]
)
def test_numbers_that_make_no_sense_are_refused(name, value):
    with pytest.raises(ValueError, match=name):
        loyalty.Programme(**{"point_value": 1, "redeemed_share": 1, "margin_share": 1} | {name: value})
