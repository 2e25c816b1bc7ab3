"""What lies in a basket, and which products go together?

Each product has its popularity: the share of baskets that hold it, each independently of the others, except where a
rule is planted: who buys `when` also buys `then` with the rule's confidence. A basket that would hold nothing holds
the first product of its business. So support, confidence and lift of every planted rule are known, and `planted`
tells them. The amount of the order is fixed already; it is spread over the lines by price and quantity.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.draws import BASKET, EVEN_MORE_BASKET, MORE_BASKET, draw
from datasets.world.history import History
from datasets.world.scenario import Business, Scenario

Integers = NDArray[np.int64]
_LEVELS = 2**16
# What a column of 32 bits holds.
MOST_PIECES = 2**31 - 1


@dataclass(frozen=True)
class Baskets:
    """Lines (l,): the encounter as a place among all, the line's number, the product's place, quantity and cents."""

    place: Integers
    line_number: Integers
    product: Integers
    quantity: Integers
    cents: Integers


def planted(scenario: Scenario) -> pd.DataFrame:
    """The planted rules: when, then, support (of both together), confidence, lift.

    >>> from datasets.world import load_scenario
    >>> planted(load_scenario("tea_shops")).columns.tolist()
    ['when', 'then', 'support', 'confidence', 'lift']
    """
    popularity = {one.name: one.popularity for one in scenario.products}
    rows = []
    for rule in scenario.basket_rules:
        when, then = popularity[rule.when], popularity[rule.then]
        both = when * rule.confidence
        bought = both + (1 - when) * then
        rows.append(
            (rule.when, rule.then, both, rule.confidence, rule.confidence / bought if bought else np.nan)
        )
    return pd.DataFrame(rows, columns=["when", "then", "support", "confidence", "lift"])


def baskets(history: History) -> Baskets:
    """All lines of all orders, in the orders' order."""
    scenario, business = history.company.scenario, history.business
    parts = []
    for number, one in enumerate(scenario.businesses):
        rows = np.flatnonzero(business == number)
        if one.kind == "contract":
            parts.append(_plans(history, rows, one))
        else:
            blocks = range(0, max(len(rows), 1), philox.ROWS)
            parts += [_baskets(history, rows[start : start + philox.ROWS], number) for start in blocks]
    joined: list[Any] = [np.concatenate(column) for column in zip(*parts, strict=True)]
    if len(scenario.businesses) > 1:
        order = np.argsort(joined[0], kind="stable")
        joined = [column[order] for column in joined]
    return Baskets(*joined)


def _plans(history: History, rows: Integers, business: Business) -> tuple[NDArray[Any], ...]:
    first = _own_products(history.company.scenario, business)[0]
    product = first + history.bonds.traits.plan[history.bond[rows]]
    cents = history.record["cents"][rows].astype(np.int64)
    ones = np.ones(len(rows), dtype=np.int64)
    return rows, ones, product, ones, cents


def _own_products(scenario: Scenario, business: Business) -> Integers:
    return np.array([place for place, one in enumerate(scenario.products) if one.business == business.name])


def _baskets(history: History, rows: Integers, number: int) -> tuple[NDArray[Any], ...]:
    scenario = history.company.scenario
    own = _own_products(scenario, scenario.businesses[number])
    identity, encounter = history.persons.identity[history.person[rows]], history.encounter[rows]
    held, spare = _held(scenario, own, identity, encounter, number, seed=history.seed)
    place, product = np.nonzero(held.T)
    count = held.sum(axis=0)
    # One to four units of each, two bits a product.
    units = (spare[place] >> (2 * product).astype(np.uint64) & 3).astype(np.int64) + 1
    price = np.array([one.list_price_cents for one in scenario.products])[own[product]]
    # Whole numbers below 2**53, so the sums are exact and the last line of an order ends exactly on its amount.
    reached = np.cumsum((units * price).astype(float))
    ends = np.cumsum(count) - 1
    before = np.concatenate([[0.0], reached[ends[:-1]]])
    weight = reached[ends] - before
    cents = history.record["cents"][rows]
    upto = np.floor(cents[place] * ((reached - before[place]) / weight[place]))
    line = np.arange(len(place)) - (ends - count + 1)[place]
    previous = np.where(line > 0, np.concatenate([[0.0], upto[:-1]]), 0.0)
    line_cents = upto - previous
    day = (history.at[rows] // 86_400_000_000).astype(np.int64)
    full = (cents + history.record["cut_cents"][rows]) / cents / history.company.calendar.price[day]
    # Whole pieces, at least one: what a piece was sold for lies round its list price, as after haggling or in a set.
    quantity = np.clip(np.rint(line_cents * full[place] / price), 1, MOST_PIECES).astype(np.int64)
    return rows[place], line + 1, own[product], quantity, line_cents.astype(np.int64)


def _held(
    scenario: Scenario, own: Integers, identity: Integers, encounter: Integers, number: int, *, seed: int
) -> tuple[NDArray[np.bool_], philox.Words]:
    """Which of the business's products each basket holds, (products, n), 16 bits each; and a word (n,) left over."""
    purposes = (BASKET, MORE_BASKET, EVEN_MORE_BASKET)[: 1 + (len(own) + 1) // 8]
    groups = [draw(identity, encounter, purpose=purpose, seed=seed, business=number) for purpose in purposes]
    spare, *used = [word for group in groups for word in group]
    halves = [half for word in used for half in (word & (_LEVELS - 1), word >> 16)]
    products = [scenario.products[place] for place in own]
    held = np.empty((len(own), len(identity)), dtype=bool)
    place = {one.name: row for row, one in enumerate(products)}
    for row, one in enumerate(products):
        held[row] = halves[row] < round(one.popularity * _LEVELS)
    for rule in scenario.basket_rules:
        if rule.when in place:
            with_it = halves[place[rule.then]] < round(rule.confidence * _LEVELS)
            held[place[rule.then]] = np.where(held[place[rule.when]], with_it, held[place[rule.then]])
    held[0] |= ~held.any(axis=0)
    return held, spare
