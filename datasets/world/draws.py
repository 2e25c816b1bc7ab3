"""What is each draw for?

A draw is named by whose it is, which encounter it belongs to, and its purpose. No number below may be used twice,
or two things that should be independent would be the same chance. A customer has several businesses: the business
stands in the upper bits of the replicate, whose lower bits tell history (0) from the futures of a replay.
Purposes 40 to 47 belong to people.py.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox

RATE_AND_DROPOUT, SPENDING_AND_JOINING, PLAN = 0, 1, 2
SCRAMBLE, TAG, REFERRED, NEWCOMER = 3, 4, 5, 6
HABITS, WISHES, ALSO = 7, 8, 9
GAP_SPEND_LEAVE, QUALITY, SPEECH, CONTACT, ANSWER = 10, 11, 12, 13, 14
SURVEY, SURVEY_NOISE = 16, 17
BASKET, MORE_BASKET, EVEN_MORE_BASKET = 18, 19, 20
PAYMENT = 21
ASSIGNMENT, PROSPECT = 23, 24
DAY, WEEK = 25, 26
FUTURE = 27
TASTE, CHOICE, OFFER = 28, 29, 30

REPLICATE_BITS = 20


def draw(
    identity: NDArray[np.int64],
    encounter: Any,
    *,
    purpose: int,
    seed: int,
    business: int = 0,
    replicate: Any = 0,
) -> philox.Words:
    """Four random words (4, n) for one purpose; `replicate` is one number or (n,), 0 is what happened."""
    return philox.draw(
        identity, encounter, purpose=purpose, seed=seed, replicate=business << REPLICATE_BITS | replicate
    )


def draw_each(
    identity: NDArray[np.int64],
    encounter: Any,
    *,
    purposes: tuple[int, ...],
    seed: int,
    business: int,
    replicate: Any,
) -> tuple[philox.Words, ...]:
    """What `draw` gives for each purpose, all at once: few rows cost hardly more than none, so one call saves time."""
    times, count = len(purposes), len(identity)
    words = philox.draw(
        np.tile(identity, times),
        np.tile(encounter, times),
        purpose=np.repeat(np.array(purposes), count),
        seed=seed,
        replicate=np.tile(business << REPLICATE_BITS | replicate, times),
    )
    return (
        tuple(words[:, start : start + count] for start in range(0, times * count, count))
        if count
        else (words,) * times
    )


@dataclass
class Foresight:
    """The draws of few customers for several encounters: drawing for a hundred rows takes as long as for thousands."""

    words: NDArray[np.uint64]
    """By purpose, word, encounter from here on, and column."""
    column: NDArray[np.int64]
    """The column of each customer who is still there (n,)."""
    used: int = 0

    @property
    def is_used_up(self) -> bool:
        """Whether the last encounter has been taken."""
        return self.used == self.words.shape[2]

    def take(self) -> tuple[philox.Words, ...]:
        """The words (4, n) of each purpose for the next encounter."""
        words = self.words[:, :, self.used][:, :, self.column]
        self.used += 1
        return tuple(words)


def foresee(
    identity: NDArray[np.int64],
    encounter: NDArray[np.int64],
    *,
    purposes: tuple[int, ...],
    seed: int,
    business: int,
    replicate: NDArray[np.int64],
) -> Foresight | None:
    """The draws for the next encounters of each customer (n,), as many as fit a block; None where that is one."""
    count = len(identity)
    encounters = min(_FURTHEST, philox.ROWS // count)
    if encounters < 2:
        return None
    times = (len(purposes), encounters, 1)
    number = np.broadcast_to(
        encounter + np.arange(encounters)[:, None], (len(purposes), encounters, count)
    ).ravel()
    words = philox.draw(
        np.tile(identity, times).ravel(),
        number,
        purpose=np.repeat(np.array(purposes), encounters * count),
        seed=seed,
        replicate=np.tile(business << REPLICATE_BITS | replicate, times).ravel(),
    )
    shaped = words.reshape(4, len(purposes), encounters, count).swapaxes(0, 1)
    return Foresight(words=shaped, column=np.arange(count))


_FURTHEST = 32
