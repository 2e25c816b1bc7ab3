"""How does a customer's life unfold, order after order?

A life is a sequence of encounters. Encounter 0 is the first order, at the moment of joining. At each
encounter the customer spends, then decides whether to leave, and if not, waits an exponential time for the
next. All living customers take the step together, and the encounter number is a column of the state: as soon
as some have left, others begin, so that about 16 thousand rows are always at work. The cost grows with the
number of orders and with nothing else.

Time is counted in microseconds since the company's start. A float64 holds such whole numbers exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.quantiles import beta_quantiles, gamma_quantiles
from datasets.world.scenario import Scenario

MICROSECONDS_PER_WEEK = 7 * 24 * 3600 * 10**6

# What a draw is for. One draw gives four words: an encounter's words are gap, gap, spend and leaving.
RATE_AND_DROPOUT, SPENDING_AND_JOINING, PERSON, ENCOUNTER, ORDER_IDS = range(5)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Traits:
    """What a customer is born with; one row a customer, each array of shape (n,)."""

    purchase_rate_per_week: Floats
    dropout_probability: Floats
    mean_spend_cents: Floats
    joined_after: Integers
    """Microseconds from the company's start to the first order."""


@dataclass(frozen=True)
class Step:
    """One encounter of each of some customers; arrays of one length, at most `philox.ROWS`."""

    row: Integers
    encounter: Integers
    at: Floats
    """Microseconds since the company's start."""
    spend_word: philox.Words
    leaves: NDArray[np.bool_]


def traits(scenario: Scenario, customer: Integers, *, weeks: float, seed: int) -> Traits:
    """Each customer's own rate, dropout probability, mean spend and joining time, drawn by id alone.

    `customer` (n,) are ids. Joining is spread evenly over the first `joining_weeks`, or `weeks` if fewer.
    """
    words = philox.draw(customer, 0, purpose=RATE_AND_DROPOUT, seed=seed)
    rate = gamma_quantiles(scenario.r)(philox.fine_uniform(words[0], words[1])) / scenario.alpha_weeks
    dropout = beta_quantiles(scenario.a, scenario.b)(philox.fine_uniform(words[2], words[3]))
    words = philox.draw(customer, 0, purpose=SPENDING_AND_JOINING, seed=seed)
    spread = gamma_quantiles(scenario.q)(philox.fine_uniform(words[0], words[1])) / scenario.gamma_cents
    joining = min(scenario.joining_weeks, weeks) * MICROSECONDS_PER_WEEK
    return Traits(
        purchase_rate_per_week=rate,
        dropout_probability=dropout,
        mean_spend_cents=scenario.p / spread,
        joined_after=(philox.fine_uniform(words[2], words[3]) * joining).astype(np.int64),
    )


def encounters(
    customer: Integers, traits: Traits, *, leaving_from: int, until: float, seed: int
) -> Iterator[Step]:
    """Every encounter before `until` (microseconds since the start), in steps of many customers at once.

    Within a step no customer comes twice, and a customer's encounters come in order. A customer whose last
    step says `leaves` has left there; any other is alive at `until`.
    """
    mean_gap = MICROSECONDS_PER_WEEK / traits.purchase_rate_per_week
    joined = traits.joined_after.astype(np.float64)
    # Long lives first: the short ones fill the places that fall free, and few are left over at the end.
    queue = np.argsort(-traits.purchase_rate_per_week, kind="stable")
    row = queue[: philox.ROWS]
    begun = len(row)
    encounter = np.zeros(begun, dtype=np.int64)
    at = joined[row]
    while len(row):
        words = philox.draw(customer[row], encounter, purpose=ENCOUNTER, seed=seed)
        leaves = (philox.uniform(words[3]) < traits.dropout_probability[row]) & (encounter >= leaving_from)
        yield Step(row=row, encounter=encounter, at=at, spend_word=words[2], leaves=leaves)

        gap = -np.log(philox.fine_uniform(words[0], words[1])) * mean_gap[row]
        next_at = at + np.maximum(np.floor(gap), 1)
        stays = np.flatnonzero(~leaves & (next_at < until))
        fresh = queue[begun : begun + philox.ROWS - len(stays)]
        begun += len(fresh)
        row = np.concatenate([row[stays], fresh])
        encounter = np.concatenate([encounter[stays] + 1, np.zeros(len(fresh), dtype=np.int64)])
        at = np.concatenate([next_at[stays], joined[fresh]])
