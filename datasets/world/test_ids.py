"""Do numbers of customers and events stay different, fit where they are kept, and tell nothing of whose they are?"""

import re

import numpy as np
import pytest

from datasets.tables import TABLES
from datasets.world import World, history, ids, live, load_scenario
from datasets.world.ids import (
    CUSTOMER_BITS,
    EVENT_BITS,
    LARGEST_CIRCLE,
    LARGEST_ROOT,
    MOST_BUSINESSES,
    MOST_ENCOUNTERS,
    ORDERS,
    customer_ids,
    event_ids,
    referred_identities,
    scramble,
    tags,
)

MANY = 100_000
TAG_BITS = 16
each_size = pytest.mark.parametrize("bits", [CUSTOMER_BITS, EVENT_BITS])


@each_size
def test_different_numbers_stay_different(bits: int) -> None:
    rng = np.random.default_rng(bits)
    last = np.uint64(2**bits - 1)
    for numbers in (
        np.arange(MANY, dtype=np.uint64),
        last - np.arange(MANY, dtype=np.uint64),
        np.arange(MANY, dtype=np.uint64) << np.uint64(bits - 20),
        np.unique(rng.integers(0, 2**bits, MANY, dtype=np.uint64)),
    ):
        numbers = np.unique(numbers & last)
        given = numbers.copy()
        scrambled = scramble(numbers, bits=bits, table=ORDERS, seed=3)
        assert len(np.unique(scrambled)) == len(numbers) > 1000
        assert 0 <= scrambled.min() <= scrambled.max() < 2**bits
        assert (numbers == given).all(), "the caller's numbers must not be touched"


def test_a_small_scrambling_is_a_permutation() -> None:
    """Every step can be undone, whatever the number of bits; here all numbers can be tried."""
    for bits in (8, 11, 16):
        scrambled = scramble(np.arange(2**bits, dtype=np.uint64), bits=bits, table=ORDERS, seed=1)
        assert (np.sort(scrambled) == np.arange(2**bits)).all()


@each_size
def test_neighbours_end_up_anywhere(bits: int) -> None:
    numbers = np.arange(MANY, dtype=np.uint64)
    scrambled = scramble(numbers.copy(), bits=bits, table=ORDERS, seed=3)
    for bit in range(bits):
        one = scrambled >> bit & 1
        assert abs(one.mean() - 0.5) * 2 * np.sqrt(MANY) < 4.8, bit
        assert abs((one[1:] == one[:-1]).mean() - 0.5) * 2 * np.sqrt(MANY) < 4.8, bit
        for step in (1, 2, 4, 256, 2**16):
            other = scramble(numbers ^ np.uint64(step), bits=bits, table=ORDERS, seed=3) >> bit & 1
            assert 0.3 < (one == other).mean() < 0.7, (bit, step)
    r = np.corrcoef(numbers.astype(float), scrambled.astype(float))[0, 1]
    assert abs(r) * np.sqrt(MANY) < 4


def test_seeds_and_tables_number_differently() -> None:
    numbers = np.arange(2000, dtype=np.uint64)
    ways = [
        scramble(numbers.copy(), bits=EVENT_BITS, table=table, seed=seed)
        for table in range(10)
        for seed in (1, 2)
    ]
    assert len(np.unique(np.concatenate(ways))) == 20 * 2000


def test_a_public_number_has_fifteen_digits_and_an_events_number_nineteen() -> None:
    assert 2**CUSTOMER_BITS < 10**15 < 2**53 and 2**EVENT_BITS <= 2**63
    root, tag = np.array([1, LARGEST_ROOT]), np.array([0, 2**TAG_BITS - 1])
    public = customer_ids(root, tag, seed=2**64 - 1)
    assert len(set(public)) == 2 and 0 <= public.min() <= public.max() < 10**15
    events = event_ids(
        root, tag, business=MOST_BUSINESSES - 1, number=MOST_ENCOUNTERS - 1, kind=3, table=ORDERS, seed=0
    )
    assert len(set(events)) == 2 and 0 <= events.min() <= events.max() < 2**63


def test_events_differ_in_every_part() -> None:
    root, tag, business, number, kind = np.meshgrid(
        [1, 2, LARGEST_ROOT], [0, 1, 65_535], [0, 3], [0, 1, 255, MOST_ENCOUNTERS - 1], [0, 3]
    )
    events = event_ids(
        root.ravel(),
        tag.ravel(),
        business=business.ravel(),
        number=number.ravel(),
        kind=kind.ravel(),
        table=ORDERS,
        seed=4,
    )
    assert len(np.unique(events)) == root.size


def test_a_root_and_whom_it_brings_are_other_persons() -> None:
    referrer, encounter = np.divmod(np.arange(MANY), 50)
    identity = np.concatenate(
        [referred_identities(referrer, business=business, encounter=encounter, seed=1) for business in (0, 1)]
    )
    assert len(np.unique(identity)) == 2 * MANY
    assert not ((identity > 0) & (identity <= LARGEST_ROOT)).any()
    again = referred_identities(identity[:10], business=0, encounter=np.zeros(10, dtype=np.int64), seed=1)
    assert len(set(again) & set(identity)) == 0


def test_nobody_of_a_circle_has_the_number_of_another() -> None:
    # Far more than would come, so that many meet: 4,095 of 65,535 numbers, in each of forty circles.
    root = np.repeat(np.arange(1, 41), LARGEST_CIRCLE - 1)
    identity = np.random.default_rng(1).integers(-(2**63), 2**63, len(root))
    tag = tags(root, identity, seed=1)
    assert tag.min() >= 1 and tag.max() <= 2**TAG_BITS - 1
    assert len(np.unique(root << TAG_BITS | tag)) == len(root)
    # The order in which they come makes no difference.
    order = np.random.default_rng(2).permutation(len(root))
    assert (tags(root[order], identity[order], seed=1) == tag[order]).all()


def test_the_last_number_of_a_circle_is_followed_by_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        ids, "draw", lambda identity, *_, **__: np.full((4, len(identity)), 65_534, dtype=np.uint64)
    )
    tag = tags(np.ones(3, dtype=np.int64), np.array([9, 5, 7]), seed=1)
    assert tag.tolist() == [2, 65_535, 1]


@pytest.mark.parametrize(
    "name", [name for name, table in TABLES.items() if name not in ("products", "campaigns", "order_lines")]
)
def test_ids_of_a_lived_company_are_scrambled_numbers(name: str, tea: World) -> None:
    table = TABLES[name]
    numbers = tea.tables[name][table.key[0]].to_numpy()
    bits = CUSTOMER_BITS if table.key[0] == "customer_id" else EVENT_BITS
    for bit in range(bits):
        assert abs((numbers >> bit & 1).mean() - 0.5) * 2 * np.sqrt(len(numbers)) < 4.8, bit
    assert abs(np.corrcoef(numbers.astype(float), np.arange(len(numbers)))[0, 1]) * np.sqrt(len(numbers)) < 4


def test_products_and_campaigns_count_from_one(tea: World) -> None:
    for name in ("products", "campaigns"):
        numbers = tea.tables[name][TABLES[name].key[0]].to_pylist()
        assert numbers == list(range(1, len(numbers) + 1)) and len(numbers) > 2


def test_ids_of_different_tables_are_not_the_same_numbers(tea: World) -> None:
    """A survey's number is not that of the order it asks about, or a table would say who was asked."""
    keys = {
        table.key[0]: tea.tables[name][table.key[0]].to_numpy()
        for name, table in TABLES.items()
        if not table.is_truth and re.fullmatch(r"(?!product|campaign)\w+_id", table.key[0])
    }
    assert len(keys) > 8
    # The key of order_lines is that of orders and comes once, since it has the same name.
    everything = np.concatenate([np.unique(values) for values in keys.values()])
    assert len(np.unique(everything)) == len(everything)


def test_an_id_does_not_depend_on_how_long_or_how_many_are_lived() -> None:
    tea = load_scenario("tea_shops")
    whole = live(tea, customers=400, seed=8, tables=("orders",)).orders["order_id"].to_pylist()
    part = (
        live(tea, customers=50, first=101, weeks=30, seed=8, tables=("orders",))
        .orders["order_id"]
        .to_pylist()
    )
    assert len(part) > 50 and set(part) < set(whole)


def test_history_and_ids_agree_on_what_is_too_much() -> None:
    assert history.LARGEST_CIRCLE == LARGEST_CIRCLE < 2**TAG_BITS
