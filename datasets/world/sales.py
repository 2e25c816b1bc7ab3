"""Who bought what, on which terms, and was it paid?

The tables customers, accounts, products, orders, order_lines and subscriptions.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.tables import words as table_words
from datasets.world import philox
from datasets.world.arrays import moments, public_ids, words
from datasets.world.baskets import baskets
from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.draws import PAYMENT, draw
from datasets.world.history import History
from datasets.world.ids import ACCOUNTS, SUBSCRIPTIONS
from datasets.world.lives import STAYED
from datasets.world.people import company_names, people
from datasets.world.scenario import CHANNELS, Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def customers(history: History) -> dict[str, Any]:
    """Who ordered: what the company may know of each person."""
    persons, scenario = history.persons, history.company.scenario
    return {
        "customer_id": history.customer_id,
        "business": words(persons.home, [one.name for one in scenario.businesses]),
        "joined_at": moments(history, joined_at(history)),
        **people(
            persons.identity,
            locales=scenario.locales,
            household=persons.household,
            start=scenario.start,
            seed=history.seed,
        ),
    }


def joined_at(history: History) -> Integers:
    """Microseconds from the company's start to each person's first order (n,)."""
    bonds = history.bonds
    first = np.full(len(history.customer_id), np.iinfo(np.int64).max)
    np.minimum.at(first, bonds.person, history.at[bonds.first])
    return first


def accounts(history: History) -> dict[str, Any]:
    """Business customers who buy on credit."""
    bonds, scenario = history.bonds, history.company.scenario
    kinds = np.array([one.kind == "credit" for one in scenario.businesses])
    chosen = np.flatnonzero(kinds[bonds.business])
    person = bonds.person[chosen]
    limit = scenario.credit.limit_orders * bonds.traits.mean_cents[chosen]
    return {
        "account_id": _bond_ids(history, chosen, table=ACCOUNTS),
        "customer_id": history.customer_id[person],
        "company_name": company_names(
            history.persons.identity[person], locales=scenario.locales, seed=history.seed
        ),
        "opened_at": moments(history, history.at[bonds.first[chosen]]),
        "credit_limit_cents": np.minimum(np.ceil(limit / 100_000), 1e10) * 100_000,
        "terms_days": np.full(len(chosen), scenario.credit.terms_days),
    }


def products(history: History) -> dict[str, Any]:
    """What the company sells; the names come from datasets/words."""
    return product_columns(history.company.scenario)


def product_columns(scenario: Scenario) -> dict[str, Any]:
    """The table products of a company, whose product ids count from 1."""
    named = {language: table_words(language)["scenarios"].get(scenario.name, {}) for language in ("en", "zh")}
    own = scenario.products
    price = np.array([one.list_price_cents for one in own], dtype=np.int64)
    return {
        "product_id": np.arange(1, len(own) + 1),
        "business": pa.array([one.business for one in own]),
        **{
            f"name_{language}": pa.array([said.get("products", {}).get(one.name, one.name) for one in own])
            for language, said in named.items()
        },
        "list_price_cents": price,
        "unit_cost_cents": np.rint(price * scenario.costs.goods_share),
    }


def orders(history: History) -> dict[str, Any]:
    """Every order, with what was paid and when."""
    scenario, record = history.company.scenario, history.record
    person, business = history.person, history.business
    channel = np.zeros(len(person), dtype=np.int64)
    paid_at = history.at.astype(float)
    for number, one in enumerate(scenario.businesses):
        rows = np.flatnonzero(business == number)
        place = (record["channel_place"][rows] + 0.5) / 4096
        channel[rows] = np.searchsorted(np.cumsum(one.channels)[:-1], place, side="right")
        if one.kind == "credit":
            paid_at[rows] = payments(history, rows, number)
    paid = paid_at < history.end
    return {
        "order_id": history.order_id,
        "customer_id": history.customer_id[person],
        "business": words(business, [one.name for one in scenario.businesses]),
        "channel": words(channel, CHANNELS),
        "ordered_at": moments(history, history.at),
        "amount_cents": record["cents"],
        "discount_cents": record["cut_cents"],
        "paid_at": moments(history, paid_at, known=paid),
        "paid_cents": np.where(paid, record["cents"], 0),
    }


def payments(history: History, rows: Integers, business: int) -> Floats:
    """When these orders on credit are paid, microseconds from the start; infinite where never."""
    person, credit = history.person[rows], history.company.scenario.credit
    words = draw(
        history.persons.identity[person],
        history.encounter[rows],
        purpose=PAYMENT,
        seed=history.seed,
        business=business,
    )
    recovery = history.persons.recovery[person]
    in_time = credit.terms_days * (0.4 + 0.6 * philox.uniform(words[1]))
    late = -np.log(philox.uniform(words[2])) * credit.slow_days * (1 - recovery)
    paid_at = history.at[rows] + np.floor((in_time + late) * MICROSECONDS_PER_DAY)
    return np.where(philox.uniform(words[0]) < recovery, paid_at, np.inf)


def order_lines(history: History) -> dict[str, Any]:
    """What was in each basket."""
    basket = baskets(history)
    return {
        "order_id": history.order_id[basket.place],
        "line_number": basket.line_number,
        "product_id": basket.product + 1,
        "quantity": basket.quantity,
        "amount_cents": basket.cents,
    }


def subscriptions(history: History) -> dict[str, Any]:
    """Contracts: each runs to the end of the last period that was paid."""
    bonds, scenario = history.bonds, history.company.scenario
    contract = np.array([one.kind == "contract" for one in scenario.businesses])
    days = np.array([one.period_days for one in scenario.businesses])
    own_products = [
        next(place for place, product in enumerate(scenario.products) if product.business == one.name)
        for one in scenario.businesses
    ]
    chosen = np.flatnonzero(contract[bonds.business])
    person, period = bonds.person[chosen], days[bonds.business[chosen]]
    ended_at = bonds.last_at[chosen] + period * float(MICROSECONDS_PER_DAY)
    ended = (bonds.departure[chosen] != STAYED) & (ended_at < history.end)
    return {
        "subscription_id": _bond_ids(history, chosen, table=SUBSCRIPTIONS),
        "customer_id": history.customer_id[person],
        "product_id": np.array(own_products)[bonds.business[chosen]] + bonds.traits.plan[chosen] + 1,
        "started_at": moments(history, history.at[bonds.first[chosen]]),
        "ended_at": moments(history, ended_at, known=ended),
        "period_days": period,
    }


def _bond_ids(history: History, chosen: Integers, *, table: int) -> Integers:
    person = history.bonds.person[chosen]
    return public_ids(
        history, person, business=history.bonds.business[chosen], number=np.zeros(len(chosen)), table=table
    )
