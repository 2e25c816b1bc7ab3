"""Are the planted rules in the baskets, with their support, confidence and lift, and nothing else?

Source: Agrawal, Imieliński & Swami (1993), "Mining association rules between sets of items in large databases",
SIGMOD Record 22(2) (support and confidence); Brin et al. (1997), "Dynamic itemset counting" (lift).
"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import live
from datasets.world.baskets import planted
from tests.causes.estimators import LONG, Estimate, company, share

SHOP = company(main=LONG)


@pytest.fixture(scope="module")
def held() -> Any:
    """Which products each of some 50,000 baskets holds, a column for each."""
    world = live(SHOP, customers=1500, tables=["order_lines"])
    lines: Any = world.tables["order_lines"].to_pandas()
    assert not lines.duplicated(["order_id", "product_id"]).any()
    names = {place + 1: one.name for place, one in enumerate(SHOP.products)}
    return pd.crosstab(lines["order_id"], lines["product_id"].map(names)) > 0


def test_rules_have_their_support_confidence_and_lift(held: Any) -> None:
    rules: Any = planted(SHOP)
    assert len(rules) == len(SHOP.basket_rules) == 3
    popularity = {one.name: one.popularity for one in SHOP.products}
    for rule, told in zip(SHOP.basket_rules, rules.itertuples(), strict=True):
        when, then = held[rule.when], held[rule.then]
        share(then[when]).finds(rule.confidence)
        share(then[~when]).finds(popularity[rule.then])
        share(when & then).finds(popularity[rule.when] * rule.confidence)
        # By the law of total probability; what `planted` tells is the same.
        bought = popularity[rule.when] * rule.confidence + (1 - popularity[rule.when]) * popularity[rule.then]
        lift = then[when].mean() / then.mean()
        Estimate(lift, lift / np.sqrt((when & then).sum())).finds(rule.confidence / bought)
        support = popularity[rule.when] * rule.confidence
        assert (told.support, told.confidence) == pytest.approx((support, rule.confidence))
        assert told.lift == pytest.approx(rule.confidence / bought)
        assert told.lift > 1.5


def test_every_product_is_as_popular_as_planted_and_the_first_fills_empty_baskets(held: Any) -> None:
    rules = {rule.then: rule for rule in SHOP.basket_rules}
    popularity = {one.name: one.popularity for one in SHOP.products}
    first = SHOP.products[0].name
    for name, own in popularity.items():
        if name in rules:
            when = popularity[rules[name].when]
            own = when * rules[name].confidence + (1 - when) * own
        if name == first:
            others = held.drop(columns=first).any(axis=1)
            assert held[first][~others].all()
            share(held[first][others]).finds(own)
        else:
            share(held[name]).finds(own)


def test_products_without_a_rule_have_nothing_to_do_with_each_other(held: Any) -> None:
    ruled = {frozenset((rule.when, rule.then)) for rule in SHOP.basket_rules}
    names = [one.name for one in SHOP.products[1:]]
    pairs = 0
    for number, one in enumerate(names):
        for other in names[:number]:
            if frozenset((one, other)) not in ruled:
                phi = np.corrcoef(held[one], held[other])[0, 1]
                assert abs(phi) * np.sqrt(len(held)) < 4, (one, other)
                pairs += 1
    assert pairs == 33


def test_one_customer_s_baskets_are_as_different_as_two_customers() -> None:
    # What a basket holds depends on chance alone, not on the customer or on the basket before.
    world = live(SHOP, customers=800, tables=["orders", "order_lines", "truth_encounters"])
    lines: Any = world.tables["order_lines"].to_pandas()
    orders: Any = world.orders.to_pandas().merge(
        world.tables["truth_encounters"].select(["order_id", "encounter"]).to_pandas(), on="order_id"
    )
    oolong = set(lines.loc[lines["product_id"] == 3, "order_id"])
    orders["held"] = orders["order_id"].isin(oolong).astype(float)
    orders = orders.sort_values(["customer_id", "encounter"])
    before = orders.groupby("customer_id")["held"].shift(1)
    known = before.notna()
    correlation = np.corrcoef(orders["held"][known], before[known])[0, 1]
    assert abs(correlation) * np.sqrt(known.sum()) < 4


def test_units_are_one_to_four_alike_and_lines_add_up_to_the_order() -> None:
    world = live(SHOP, customers=500, tables=["orders", "order_lines"])
    lines: Any = world.tables["order_lines"].to_pandas()
    paid = world.orders.to_pandas().set_index("order_id")["amount_cents"]
    sums = lines.groupby("order_id")["amount_cents"].sum()
    assert (sums == paid[sums.index]).all() and len(sums) == len(paid) > 10_000
    # Within an order, money is spread by price times units: the ratio of two lines tells that of their units.
    price = np.array([one.list_price_cents for one in SHOP.products])[lines["product_id"] - 1]
    lines["units"] = lines["amount_cents"] / price
    pair = lines[lines.groupby("order_id")["line_number"].transform("max") == 2]
    wide = pair.pivot(index="order_id", columns="line_number", values="units")
    ratio: Any = wide[1] / wide[2]
    possible = sorted({first / second for first in range(1, 5) for second in range(1, 5)})
    nearest = np.array(possible)[np.abs(np.subtract.outer(ratio.to_numpy(), possible)).argmin(axis=1)]
    # Cents are whole, which shows in small lines.
    assert (np.abs(ratio / nearest - 1) < 0.01).mean() > 0.99
    for one in possible:
        ways = sum(np.isclose(first / second, one) for first in range(1, 5) for second in range(1, 5)) / 16
        Estimate(np.mean(np.isclose(nearest, one)), np.sqrt(ways * (1 - ways) / len(ratio))).finds(
            ways, at_most=0.01
        )
    # A whole number of pieces, at least one, as near to the list price as that allows.
    assert (lines["quantity"] >= 1).all()
    assert ((lines["quantity"] - lines["units"]).abs() <= 0.5)[lines["units"] >= 1].all()
    assert (lines.loc[lines["units"] < 1, "quantity"] == 1).all()


def test_contracts_are_for_the_plans_as_popular_as_planted() -> None:
    box = company("box")
    world = live(box, customers=6000, tables=["subscriptions", "order_lines"])
    plans = world.tables["subscriptions"]["product_id"].to_pandas()
    for place, one in enumerate(box.products):
        share(plans == place + 1).finds(one.popularity)
