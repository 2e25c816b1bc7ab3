"""How can chance be a function, so that every customer can be lived again alone?

A usual generator is a stream: each draw depends on all the draws before it. Philox 4x32-10 is a keyed
function instead. It turns a counter of four 32-bit words and a key of two into four random 32-bit words.
Here the counter says whose draw it is and what for, and the key is the seed:

    counter = customer (2 words), encounter, purpose and replicate;   key = seed (2 words)

So a draw does not depend on which other draws were made, in what order, or on which machine.

Source: Salmon, Moraes, Dror & Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", Proceedings of
SC11. The published known-answer vectors are in test_philox.py.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

# One block of rows stays in the processor's cache; a million rows at once take five times as long a row.
ROWS = 16_384

_MULTIPLIERS = 0xD2511F53, 0xCD9E8D57
_KEY_STEPS = 0x9E3779B9, 0xBB67AE85
_LOW = 0xFFFFFFFF

Words = NDArray[np.uint64]


def philox4x32(counter: ArrayLike, key: tuple[int, int]) -> Words:
    """Four random 32-bit words for each counter, after ten rounds.

    `counter` has shape (4, n), values below 2**32; `key` is two words below 2**32. Returns shape (4, n); the
    words are held in uint64, because numpy multiplies 32 by 32 bits only there.

    >>> [hex(word) for word in philox4x32([[0], [0], [0], [0]], (0, 0))[:, 0]]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    words = np.array(counter, dtype=np.uint64)
    for start in range(0, words.shape[1], ROWS):
        _ten_rounds(words[:, start : start + ROWS], key)
    return words


def _ten_rounds(words: Words, key: tuple[int, int]) -> None:
    """Replace the words (4, n) by their image, in place and without new arrays: this is the hot loop."""
    c0, c1, c2, c3 = words
    left, right = np.empty_like(c0), np.empty_like(c0)
    k0, k1 = key
    for _ in range(10):
        np.multiply(c0, _MULTIPLIERS[0], out=left)
        np.multiply(c2, _MULTIPLIERS[1], out=right)
        np.right_shift(right, 32, out=c0)
        np.bitwise_xor(c0, c1, out=c0)
        np.bitwise_xor(c0, k0, out=c0)
        np.right_shift(left, 32, out=c2)
        np.bitwise_xor(c2, c3, out=c2)
        np.bitwise_xor(c2, k1, out=c2)
        np.bitwise_and(right, _LOW, out=c1)
        np.bitwise_and(left, _LOW, out=c3)
        k0, k1 = (k0 + _KEY_STEPS[0]) & _LOW, (k1 + _KEY_STEPS[1]) & _LOW


def draw(
    customer: NDArray[np.int64], encounter: ArrayLike, *, purpose: Any, seed: int, replicate: Any = 0
) -> Words:
    """Four random words for each customer and encounter, for one purpose.

    `customer` (n,) holds ids of up to 64 bits, `encounter`, `purpose` (below 2**8) and `replicate` (below
    2**24; 0 is what happened, others are other futures) are one number or (n,), `seed` is below 2**64. Returns shape
    (4, n).
    """
    counter = np.empty((4, len(customer)), dtype=np.uint64)
    identity = customer.astype(np.uint64, copy=False)
    np.bitwise_and(identity, _LOW, out=counter[0])
    np.right_shift(identity, 32, out=counter[1])
    counter[2] = encounter
    counter[3] = purpose << 24 | replicate
    key = int(seed) & _LOW, int(seed) >> 32
    for start in range(0, len(customer), ROWS):
        _ten_rounds(counter[:, start : start + ROWS], key)
    return counter


def uniform(word: Words) -> NDArray[np.float64]:
    """A number in the open interval (0, 1) from one word: the middle of one of 2**32 equal steps.

    >>> uniform(np.array([0, 2**31, 2**32 - 1], dtype=np.uint64)).round(6).tolist()
    [0.0, 0.5, 1.0]
    """
    return (word.astype(np.float64) + 0.5) * 2.0**-32


def fine_uniform(high: Words, low: Words) -> NDArray[np.float64]:
    """A number in the open interval (0, 1) from two words: the middle of one of 2**52 equal steps.

    Fifty-three bits would not do: the middle of the last step would round to 1.

    >>> last = np.array([2**32 - 1], dtype=np.uint64)
    >>> bool(fine_uniform(last, last)[0] < 1), bool(fine_uniform(last * 0, last * 0)[0] > 0)
    (True, True)
    """
    return ((high << 20 | low >> 12).astype(np.float64) + 0.5) * 2.0**-52
