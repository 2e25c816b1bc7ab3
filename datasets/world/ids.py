"""How does a customer or an order get a number that gives nothing away?

Inside the engine a customer is an identity of 64 bits: a root's own number, or for a referred customer a hash of
who referred and when, so that the same person comes into being under any policy. What the company sees is another
number: root, place in the root's circle and event are packed side by side, and the packed number is scrambled.
Each step of the scrambling turns the numbers around among themselves, so two different ones never meet.
"""

import numpy as np
from numpy.typing import NDArray

from datasets.world.draws import REFERRED, SCRAMBLE, TAG, draw

LARGEST_ROOT = 2**29 - 1
MOST_ENCOUNTERS = 2**14
# A customer and all who came through the customer.
LARGEST_CIRCLE = 2**12
MOST_BUSINESSES = 4

# Fifteen digits: a spreadsheet keeps them exactly. Event ids need more room and are text in a spreadsheet.
CUSTOMER_BITS = 49
EVENT_BITS = 63
_TAG_BITS = 16

CUSTOMERS, ORDERS, INTERACTIONS, SURVEYS, ENTRIES, CONTACTS, REFERRALS, PROSPECTS, ACCOUNTS, SUBSCRIPTIONS = (
    range(10)
)

Integers = NDArray[np.int64]


def scramble(number: NDArray[np.uint64], *, bits: int, table: int, seed: int) -> Integers:
    """Another number of as many bits for each number, different ones for different ones.

    >>> numbers = np.arange(100_000, dtype=np.uint64)
    >>> len(np.unique(scramble(numbers, bits=49, table=CUSTOMERS, seed=1)))
    100000
    """
    mask = np.uint64(2**bits - 1)
    half = np.uint64(bits // 2 + 1)
    secret = draw(np.full(2, table, dtype=np.int64), [0, 1], purpose=SCRAMBLE, seed=seed)
    first, second = (secret[0] << 32 | secret[1]) & mask
    number = (number + first) & mask
    # Multiplying by an odd number, adding, and xor with the upper half can each be undone.
    for factor in (0x1B03738712FAD1B5, 0x0D6E8FEB86659FD9, 0x1CE4E5B9BF58D2B7):
        number ^= number >> half
        number *= np.uint64(factor)
        number += second
        number &= mask
    number ^= number >> half
    return number.astype(np.int64)


def customer_ids(root: Integers, tag: Integers, *, seed: int) -> Integers:
    """Public ids (n,) of customers: 15 digits, unique, telling nothing of root or tag."""
    return scramble(_person(root, tag), bits=CUSTOMER_BITS, table=CUSTOMERS, seed=seed)


def event_ids(
    root: Integers,
    tag: Integers,
    *,
    business: object,
    number: object,
    kind: object = 0,
    table: int,
    seed: int,
) -> Integers:
    """Public ids (n,) of events: the `number`-th of a customer in a business (below 2**14), of one of four kinds."""
    packed = _person(root, tag) << np.uint64(2) | np.asarray(business, dtype=np.uint64)
    packed = packed << np.uint64(14) | np.asarray(number).astype(np.uint64)
    packed = packed << np.uint64(2) | np.asarray(kind, dtype=np.uint64)
    return scramble(packed, bits=EVENT_BITS, table=table, seed=seed)


def _person(root: Integers, tag: Integers) -> NDArray[np.uint64]:
    return root.astype(np.uint64) << np.uint64(_TAG_BITS) | tag.astype(np.uint64)


def referred_identities(referrer: Integers, *, business: int, encounter: Integers, seed: int) -> Integers:
    """The identity (n,) of the person whom a referrer sends after an encounter: a hash of both, 64 bits."""
    words = draw(referrer, encounter, purpose=REFERRED, seed=seed, business=business)
    return (words[0] << 32 | words[1]).astype(np.int64)


def tags(root: Integers, identity: Integers, *, seed: int) -> Integers:
    """A number from 1 to 65,535 for each referred customer (n,), different within the circle of a root.

    It is a hash of the identity, so a person keeps it under any policy. Where two people of one circle meet, which
    happens once in tens of thousands of circles, the one with the larger identity takes the next free number.
    """
    words = draw(identity, 0, purpose=TAG, seed=seed)
    tag = (words[0] % (2**_TAG_BITS - 1) + 1).astype(np.int64)
    order = np.lexsort((identity, tag, root))
    while True:
        ordered_root, ordered_tag = root[order], tag[order]
        meets = (ordered_root[1:] == ordered_root[:-1]) & (ordered_tag[1:] == ordered_tag[:-1])
        if not meets.any():
            return tag
        later = order[1:][meets]
        tag[later] = tag[later] % (2**_TAG_BITS - 1) + 1
        order = np.lexsort((identity, tag, root))
