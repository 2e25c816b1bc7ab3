"""What makes customers buy more often, or for more?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import Policy, live
from datasets.world.people import HOUSEHOLDS
from tests.causes.estimators import (
    LONG,
    SHORT,
    Estimate,
    company,
    finds,
    least_squares,
    lived,
    order_rate,
    poisson,
    share,
)

# Amounts of one customer hardly differ, so what moves them is seen.
EVEN = {**LONG, "p": 60.0}


@finds("repurchase")
@pytest.mark.parametrize("planted", [0.12, 0.0])
def test_the_order_rate_regressed_on_mood(planted: float) -> None:
    scenario = company(
        causes={"disconfirmation": 1.0, "repurchase": planted}, service={"memory": 0.6}, main=LONG
    )
    world, frame = lived(scenario, customers=2500)
    constant, slope = order_rate(world, frame, frame["mood"])
    slope.finds(planted, at_most=0.012)
    constant.finds(0.0, at_most=0.02)


@finds("price_order")
@pytest.mark.parametrize("planted", [0.7, 0.0])
@pytest.mark.parametrize("change", [0.5, -0.4])
def test_order_rates_before_and_after_a_change_of_price(planted: float, change: float) -> None:
    scenario = company(causes={"price_order": planted}, main=LONG, weeks=104)
    policy = Policy(price_change=change, from_week=52)
    _, frame = lived(scenario, customers=3000, policy=policy)
    # Time at risk after each order, cut in two where the price changes.
    there = frame[frame["left"] == 0]
    next_week = there["next_week"].fillna(np.inf).to_numpy()
    events, weeks, price = [], [], []
    for first, last, after in ((0, 52, 1.0), (52, 104, 1 + change)):
        inside = np.minimum(next_week, last) - np.maximum(there["week"].to_numpy(), first)
        events.append((next_week >= first) & (next_week < last) & (inside > 0))
        weeks.append(np.maximum(inside, 0))
        price.append(np.log(after) * there["price_sensitivity"].to_numpy())
    usual = there["purchase_rate_per_week"].to_numpy()
    exposed = np.concatenate(weeks) > 0
    constant, slope = poisson(
        np.concatenate(events)[exposed],
        np.concatenate(price)[exposed],
        offset=np.log((np.concatenate(weeks) * np.tile(usual, 2))[exposed]),
    )
    constant.finds(0.0, at_most=0.02)
    slope.finds(-planted, at_most=0.05)
    # Also for those who are on their way to an order when the price changes.
    waiting = (there["week"].to_numpy() < 52) & (next_week >= 52)
    weeks_left = np.minimum(next_week, 104)[waiting] - 52
    elastic = (1 + change) ** (-planted * there["price_sensitivity"].to_numpy()[waiting])
    expected = (usual[waiting] * elastic * weeks_left).sum()
    came = (next_week[waiting] < 104).sum()
    Estimate(came / expected, np.sqrt(came) / expected).finds(1.0, at_most=0.04)


def test_the_price_itself_changes_the_amounts() -> None:
    usual, dearer = (
        live(company(main=LONG), Policy(price_change=change), customers=500, tables=["orders"]).orders
        for change in (0.0, 0.25)
    )
    ratio = dearer["amount_cents"].to_numpy() / usual["amount_cents"].to_numpy()
    assert ratio == pytest.approx(1.25, rel=1e-2) and ratio.mean() == pytest.approx(1.25, rel=1e-4)


@finds("household_spend")
@pytest.mark.parametrize("planted", [1.0, 0.0])
def test_amounts_regressed_on_the_life_stage(planted: float) -> None:
    # Customers of one stage hardly differ either: q is the shape of their means.
    scenario = company(causes={"household_spend": planted}, main={**EVEN, "q": 100.0})
    _, frame = lived(scenario, customers=2500)
    factors = dict(zip(HOUSEHOLDS, scenario.households.spend, strict=True))
    mean = frame.groupby("customer_id").agg(
        cents=("amount_cents", "mean"), household=("household", "first"), true=("mean_spend_cents", "first")
    )
    spend = np.log(mean["household"].map(factors).to_numpy(dtype=float))
    slope = least_squares(np.log(mean["cents"]), spend)[1]
    slope.finds(planted, at_most=0.05)
    # The truth tells the same: what a customer spends in the long run holds the life stage.
    ratio = (frame["amount_cents"] / frame["mean_spend_cents"]).to_numpy()
    constant, slope = least_squares(ratio, np.log(frame["household"].map(factors).to_numpy(dtype=float)))
    constant.finds(1.0)
    slope.finds(0.0, at_most=0.01)


@finds("tier_spend")
@pytest.mark.parametrize("planted", [0.06, 0.0])
def test_amounts_regressed_on_the_tier_that_points_have_earned(planted: float) -> None:
    scenario = company(causes={"tier_spend": planted}, main={**EVEN, "loyalty": True})
    world = live(
        scenario,
        customers=2500,
        tables=["orders", "truth_customers", "truth_encounters", "loyalty_ledger"],
    )
    orders: Any = world.orders.to_pandas().merge(
        world.tables["truth_encounters"].select(["order_id", "encounter"]).to_pandas(), on="order_id"
    )
    ledger: Any = world.tables["loyalty_ledger"].to_pandas()
    points = ledger[ledger["kind"] == "earn"].set_index("order_id")["points"]
    orders["points"] = orders["order_id"].map(points).fillna(0)
    orders = orders.merge(world.truth_customers.to_pandas(), on="customer_id").sort_values(
        ["customer_id", "encounter"]
    )
    # One point for 100 cents, to those who enrolled.
    enrolled = orders.groupby("customer_id")["points"].transform("max") > 0
    assert (orders["points"] == orders["amount_cents"] // 100)[enrolled].mean() > 0.999
    earned = orders.groupby("customer_id")["points"].cumsum() - orders["points"]
    loyalty = scenario.loyalty
    tier = (earned >= loyalty.silver_points).astype(int) + (earned >= loyalty.gold_points)
    assert tier.value_counts().min() > 1000
    full = orders["amount_cents"] + orders["discount_cents"]
    slope = least_squares(np.log(full / orders["mean_spend_cents"]), tier)[1]
    slope.finds(planted, at_most=0.006)


def test_points_are_redeemed_as_often_and_for_as_much_as_planted() -> None:
    scenario = company(main={**EVEN, "loyalty": True})
    loyalty = scenario.loyalty
    world = live(scenario, customers=2500, tables=["orders", "loyalty_ledger"])
    orders: Any = world.orders.to_pandas()
    ledger: Any = world.tables["loyalty_ledger"].to_pandas()
    posted = ledger.pivot_table(index="order_id", columns="kind", values="points", aggfunc="sum").fillna(0)
    orders = orders.merge(posted, left_on="order_id", right_index=True, how="left").fillna(
        {"earn": 0, "redeem": 0}
    )
    orders = orders.sort_values(["customer_id", "ordered_at"])
    member = orders["customer_id"].isin(ledger["customer_id"])
    share(member.groupby(orders["customer_id"]).first()).finds(loyalty.enrolled_share)
    # Where nothing has expired, the balance before an order is what was earned and not yet redeemed.
    alive = orders[~orders["customer_id"].isin(ledger.loc[ledger["kind"] == "expire", "customer_id"])]
    net = alive["earn"] + alive["redeem"]
    balance = net.groupby(alive["customer_id"]).cumsum() - net
    enough = balance >= loyalty.redeem_minimum_points
    redeemed = alive["redeem"] < 0
    assert not redeemed[~enough].any() and enough.sum() > 3000
    share(redeemed[enough]).finds(loyalty.redeem_share)
    assert (-alive["redeem"][redeemed] == balance[redeemed]).all()
    full = orders["amount_cents"] + orders["discount_cents"]
    worth = -orders["redeem"] * loyalty.point_value_cents
    assert (orders["discount_cents"] == np.minimum(worth, full - 1)).all()


def test_points_expire_after_so_many_weeks_without_an_order() -> None:
    scenario = company(main={**SHORT, "alpha_weeks": 60.0, "loyalty": True}, loyalty={"expiry_weeks": 10})
    world = live(scenario, customers=1500, tables=["orders", "loyalty_ledger"])
    ledger: Any = world.tables["loyalty_ledger"].to_pandas()
    earned = ledger[ledger["kind"] == "earn"].sort_values("posted_at")
    expired = ledger[ledger["kind"] == "expire"].sort_values("posted_at")
    last = pd.merge_asof(
        expired, earned.assign(at=earned["posted_at"]), on="posted_at", by="customer_id", suffixes=("", "_of")
    )["at"]
    assert len(expired) > 1000
    assert (expired["posted_at"].to_numpy() - last == pd.Timedelta(weeks=10)).all()
    assert (ledger.groupby("customer_id")["points"].sum() >= 0).all()
