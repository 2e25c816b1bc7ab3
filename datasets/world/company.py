"""What does a company see of its customers, and what is true of them?

`live` puts the parts together: traits, encounters, names, and the truth beside them. A customer's life
depends on the scenario, the seed and the customer's id alone. So customers 500 to 600 lived by themselves are
the same as in the whole, and 52 weeks are the first half of 104.
"""

import numbers
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa

from datasets.tables import TABLES
from datasets.world import philox
from datasets.world.encounters import (
    MICROSECONDS_PER_WEEK,
    ORDER_IDS,
    PERSON,
    Floats,
    Integers,
    Traits,
    encounters,
    traits,
)
from datasets.world.people import people
from datasets.world.quantiles import gamma_quantiles
from datasets.world.scenario import LONGEST_WEEKS, Scenario
from datasets.world.truth import p_alive_given_traits

# An order id packs 33 bits of customer and 16 of encounter: 15 digits, which a spreadsheet keeps exactly.
LARGEST_CUSTOMER_ID = 2**33 - 1
LARGEST_AMOUNT_CENTS = 10**15
_ENCOUNTER_BITS = 16
_ORDER_ID_BITS = 49


@dataclass(frozen=True)
class World:
    """A company's data and its truth, as pyarrow Tables with the schemas of datasets/tables.py.

    `start` and `until` are naive UTC; orders lie in start ≤ ordered_at < until.
    """

    scenario: Scenario
    start: datetime
    until: datetime
    customers: pa.Table
    orders: pa.Table
    truth_customers: pa.Table


@dataclass(frozen=True)
class Rhythm:
    """When customers ordered, without money or names: arrays of shape (n,), times in weeks, exact.

    `x` counts orders after the first, `recency` is the time from the first order to the last, `age` from the
    first order to the end of history, `alive` is the truth at that end.
    """

    customer_id: Integers
    x: Integers
    recency: Floats
    age: Floats
    alive: np.ndarray


def live(
    scenario: Scenario, *, customers: int, weeks: int | None = None, seed: int = 1, first: int = 1
) -> World:
    """Let customers live, from the company's start for `weeks` (default: the scenario's), and return all.

    Customers have the ids `first` … `first + customers - 1`. Raises ValueError for numbers out of range.

    >>> from datasets.world import load_scenario
    >>> world = live(load_scenario("tea_shops"), customers=100, seed=7)
    >>> world.customers.num_rows, world.orders.column_names
    (100, ['order_id', 'customer_id', 'ordered_at', 'amount_cents'])
    """
    weeks = _check(scenario, customers=customers, weeks=weeks, seed=seed, first=first)
    customer = np.arange(first, first + customers, dtype=np.int64)
    born = traits(scenario, customer, weeks=weeks, seed=seed)
    lives = _lives(scenario, customer, born, weeks=weeks, seed=seed)
    start = datetime(scenario.start.year, scenario.start.month, scenario.start.day)
    until = start + timedelta(weeks=weeks)
    epoch = np.datetime64(start, "us")
    joined_at = epoch + born.joined_after
    person = people(philox.draw(customer, 0, purpose=PERSON, seed=seed), scenario.locales)
    return World(
        scenario=scenario,
        start=start,
        until=until,
        customers=_table("customers", {"customer_id": customer, "joined_at": joined_at, **person}),
        orders=_orders(lives, epoch, seed=seed),
        truth_customers=_truth(lives, born, epoch, leaving_from=scenario.leaving_from, weeks=weeks),
    )


def live_rhythm(
    scenario: Scenario, *, customers: int, weeks: int | None = None, seed: int = 1, first: int = 1
) -> Rhythm:
    """The same lives as `live`, but only when customers ordered: what a BG/NBD model is fitted to.

    >>> from datasets.world import load_scenario
    >>> rhythm = live_rhythm(load_scenario("tea_shops"), customers=100, seed=7)
    >>> bool((rhythm.recency <= rhythm.age).all())
    True
    """
    weeks = _check(scenario, customers=customers, weeks=weeks, seed=seed, first=first)
    customer = np.arange(first, first + customers, dtype=np.int64)
    born = traits(scenario, customer, weeks=weeks, seed=seed)
    until = weeks * MICROSECONDS_PER_WEEK
    x, last, alive = np.zeros(customers, dtype=np.int64), np.zeros(customers), np.zeros(customers, dtype=bool)
    for step in encounters(customer, born, leaving_from=scenario.leaving_from, until=until, seed=seed):
        x[step.row] = step.encounter
        last[step.row] = step.at
        alive[step.row] = ~step.leaves
    return Rhythm(
        customer_id=customer,
        x=x,
        recency=(last - born.joined_after) / MICROSECONDS_PER_WEEK,
        age=(until - born.joined_after) / MICROSECONDS_PER_WEEK,
        alive=alive,
    )


@dataclass(frozen=True)
class _Lives:
    """All encounters of some customers: four arrays a customer, then four an order, by customer and time."""

    customer: Integers
    last_encounter: Integers
    last_at: Floats
    left: np.ndarray
    row: Integers
    encounter: Integers
    at: Integers
    cents: Integers


def _lives(scenario: Scenario, customer: Integers, born: Traits, *, weeks: int, seed: int) -> _Lives:
    until = weeks * MICROSECONDS_PER_WEEK
    last_encounter, last_at = np.zeros(len(customer), dtype=np.int64), np.zeros(len(customer))
    left = np.zeros(len(customer), dtype=bool)
    quantiles, scale = gamma_quantiles(scenario.p), born.mean_spend_cents / scenario.p
    steps = []
    for step in encounters(customer, born, leaving_from=scenario.leaving_from, until=until, seed=seed):
        last_encounter[step.row] = step.encounter
        last_at[step.row] = step.at
        left[step.row] = step.leaves
        # Never nothing, for that would be no purchase; never more than an integer of cents can hold.
        amount = quantiles(philox.uniform(step.spend_word)) * scale[step.row]
        amount = np.clip(np.rint(amount), 1, LARGEST_AMOUNT_CENTS)
        steps.append((step.row, step.encounter, step.at, amount))
    orders = last_encounter + 1
    if orders.max() > 2**_ENCOUNTER_BITS:
        raise ValueError(
            f"scenario {scenario.name}: a customer has {orders.max()} orders, and order ids reach only to "
            f"{2**_ENCOUNTER_BITS}; lower r, or live fewer weeks"
        )
    # A customer's orders stand together and in time, so the place of each is known without sorting.
    first_place = np.cumsum(orders) - orders
    row = np.repeat(np.arange(len(customer)), orders)
    at, cents = np.empty(len(row), dtype=np.int64), np.empty(len(row), dtype=np.int64)
    for step_row, step_encounter, step_at, amount in steps:
        place = first_place[step_row] + step_encounter
        at[place] = step_at
        cents[place] = amount
    return _Lives(
        customer, last_encounter, last_at, left, row, np.arange(len(row)) - first_place[row], at, cents
    )


def _orders(lives: _Lives, epoch: np.datetime64, *, seed: int) -> pa.Table:
    customer = lives.customer[lives.row]
    columns = {
        "order_id": order_ids(customer, lives.encounter, seed=seed),
        "customer_id": customer,
        "ordered_at": epoch + lives.at,
        "amount_cents": lives.cents,
    }
    return _table("orders", columns)


def _truth(lives: _Lives, born: Traits, epoch: np.datetime64, *, leaving_from: int, weeks: int) -> pa.Table:
    p_alive = p_alive_given_traits(
        purchase_rate_per_week=born.purchase_rate_per_week,
        dropout_probability=born.dropout_probability,
        weeks_since_last_order=weeks - lives.last_at / MICROSECONDS_PER_WEEK,
        last_encounter=lives.last_encounter,
        leaving_from=leaving_from,
    )
    left_at = epoch + lives.last_at.astype(np.int64)
    columns = {
        "customer_id": lives.customer,
        "purchase_rate_per_week": born.purchase_rate_per_week,
        "dropout_probability": born.dropout_probability,
        "mean_spend_cents": born.mean_spend_cents,
        "left_at": pa.array(left_at, pa.timestamp("us"), mask=~lives.left),
        "alive": (~lives.left).astype(np.int8),
        "p_alive_given_traits": p_alive,
    }
    return _table("truth_customers", columns)


def order_ids(customer: Integers, encounter: Integers, *, seed: int) -> Integers:
    """An id for each order from (customer, encounter), different for each pair and telling nothing of either.

    Multiplying by an odd number, adding, and xor with the upper bits each turn the 49-bit numbers around
    among themselves, so no two pairs can meet.

    >>> order_ids(np.array([1, 1, 2]), np.array([0, 1, 0]), seed=1).tolist()
    [427230663467577, 473235163343957, 520751916116858]
    """
    mask = 2**_ORDER_ID_BITS - 1
    secret = philox.draw(np.zeros(2, dtype=np.int64), [0, 1], purpose=ORDER_IDS, seed=seed)
    keys = (secret[0] << 32 | secret[1]) & mask
    number = (customer.astype(np.uint64) << _ENCOUNTER_BITS) | encounter.astype(np.uint64)
    number = (number + keys[0]) & mask
    for factor in (0x1B03738712FAD, 0x0D6E8FEB86659, 0x1CE4E5B9BF58D):
        number ^= number >> 25
        number *= np.uint64(factor)
        number += keys[1]
        number &= np.uint64(mask)
    number ^= number >> 25
    return number.astype(np.int64)


def _check(scenario: Scenario, *, customers: int, weeks: int | None, seed: int, first: int) -> int:
    """The weeks to live. Raises ValueError, one sentence, for numbers out of range."""
    weeks = scenario.weeks if weeks is None else weeks
    for name, value, lowest, highest in (
        ("customers", customers, 1, LARGEST_CUSTOMER_ID),
        ("weeks", weeks, 1, LONGEST_WEEKS),
        ("seed", seed, 0, 2**64 - 1),
        ("first", first, 1, LARGEST_CUSTOMER_ID - customers + 1),
    ):
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or not lowest <= value <= highest:
            raise ValueError(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}")
    return int(weeks)


def _table(name: str, columns: dict[str, object]) -> pa.Table:
    schema = TABLES[name].schema
    return pa.table([pa.array(columns[field.name], field.type) for field in schema], schema=schema)
