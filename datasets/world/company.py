"""What does a company see of its customers, and what is true of them?

`live` puts the parts together and returns every table. A customer's life depends on the scenario, the policy, the
seed and the customer alone. So roots 500 to 600 lived by themselves are the same as in the whole, and 52 weeks are
the first half of 104.
"""

import numbers
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.tables import TABLES
from datasets.world import growth, programmes, sales, secrets, voices
from datasets.world.arrays import table
from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.encounters import live_through, reached_by_campaigns
from datasets.world.history import History, company_under, live_history
from datasets.world.ids import LARGEST_ROOT, customer_ids
from datasets.world.lives import STAYED, first_at
from datasets.world.policy import Policy
from datasets.world.scenario import LONGEST_WEEKS, Scenario
from datasets.world.traits import people, relationships

_MAKERS: dict[str, Callable[[History], dict[str, Any]]] = {
    name: getattr(room, name)
    for name in TABLES
    for room in (sales, voices, programmes, growth, secrets)
    if hasattr(room, name)
}
# The tables that are made of what is felt and said.
_FELT = {"interactions", "surveys", "truth_encounters", "referrals"}


@dataclass(frozen=True)
class World:
    """A company's data and its truth: pyarrow Tables with the schemas of datasets/tables.py, by name.

    `start` and `until` are naive UTC; orders lie in start ≤ ordered_at < until.
    """

    scenario: Scenario
    policy: Policy
    seed: int
    start: datetime
    until: datetime
    tables: dict[str, pa.Table]

    @property
    def customers(self) -> pa.Table:
        """The table customers."""
        return self.tables["customers"]

    @property
    def orders(self) -> pa.Table:
        """The table orders."""
        return self.tables["orders"]

    @property
    def truth_customers(self) -> pa.Table:
        """The table truth_customers."""
        return self.tables["truth_customers"]


@dataclass(frozen=True)
class Rhythm:
    """When customers of the first business ordered, without money or names: arrays (n,), times in weeks, exact.

    `x` counts orders after the first, `recency` is the time from the first order to the last, `age` from the
    first order to the end of history, `alive` is the truth at that end.
    """

    customer_id: NDArray[np.int64]
    x: NDArray[np.int64]
    recency: NDArray[np.float64]
    age: NDArray[np.float64]
    alive: NDArray[np.bool_]


def live(
    scenario: Scenario,
    policy: Policy | None = None,
    *,
    customers: int,
    seed: int = 1,
    weeks: int | None = None,
    first: int = 1,
    tables: Iterable[str] | None = None,
) -> World:
    """Let customers live, from the company's start for `weeks` (default: the scenario's), and return all tables.

    `policy` is how the company is run, by default as it usually is. `customers` counts those who come by themselves,
    numbers `first` … `first + customers - 1`, those who will join after the weeks lived among them; whom they refer
    comes on top. `tables` are the names of the tables to
    make, by default all. Raises ValueError for numbers out of range and for a table that there is not.

    >>> from datasets.world import load_scenario
    >>> world = live(load_scenario("tea_shops").textbook(), customers=100, seed=7)
    >>> world.customers.num_rows, len(world.tables)
    (100, 15)
    """
    weeks = checked_weeks(scenario, customers=customers, weeks=weeks, seed=seed, first=first)
    names = checked_tables(tables)
    policy = policy or scenario.policy
    judged = bool(_FELT & set(names))
    # A customer's profit is less what calls and answers cost.
    phone = judged or "truth_customers" in names or _speech_matters(scenario)
    company = company_under(scenario, policy, days=7 * weeks, seed=seed, phone=phone)
    roots = np.arange(first, first + customers, dtype=np.int64)
    history = live_history(company, roots=roots, seed=seed, judged=judged)
    start = datetime(scenario.start.year, scenario.start.month, scenario.start.day)
    return World(
        scenario=scenario,
        policy=policy,
        seed=seed,
        start=start,
        until=start + timedelta(weeks=weeks),
        tables={name: table(name, _MAKERS[name](history)) for name in names},
    )


def live_rhythm(
    scenario: Scenario, *, customers: int, weeks: int | None = None, seed: int = 1, first: int = 1
) -> Rhythm:
    """The same lives as `live`, but only when roots ordered in the first business: what BG/NBD is fitted to.

    >>> from datasets.world import load_scenario
    >>> rhythm = live_rhythm(load_scenario("tea_shops").textbook(), customers=100, seed=7)
    >>> bool((rhythm.recency <= rhythm.age).all())
    True
    """
    weeks = checked_weeks(scenario, customers=customers, weeks=weeks, seed=seed, first=first)
    phone = _speech_matters(scenario)
    company = company_under(scenario, scenario.policy, days=7 * weeks, seed=seed, phone=phone)
    roots = np.arange(first, first + customers, dtype=np.int64)
    persons = people(scenario, roots, root=roots, seed=seed)
    bonds = relationships(scenario, persons, business=0, seed=seed)
    public_id = customer_ids(roots, np.zeros(customers, dtype=np.int64), seed=seed)
    reached = reached_by_campaigns(company, scenario.main, persons, bonds, public_id)
    lives = live_through(
        company, scenario.main, persons, bonds, reached=reached, seed=seed, judged=False, told=False
    )
    began = np.flatnonzero(lives.encounters)
    joined_at = first_at(company, bonds.began[began])
    week = 7 * MICROSECONDS_PER_DAY
    return Rhythm(
        customer_id=public_id[bonds.person[began]],
        x=lives.encounters[began] - 1,
        recency=(lives.last_at[began] - joined_at) / week,
        age=weeks - joined_at / week,
        alive=lives.departure[began] == STAYED,
    )


def _speech_matters(scenario: Scenario) -> bool:
    """Whether what callers go through changes how they live."""
    causes = scenario.causes
    return bool(causes.waiting or causes.hanging_up or causes.good_answer or causes.poor_answer)


def checked_tables(tables: Iterable[str] | None) -> list[str]:
    """The names of the tables to make, in the order of TABLES. Raises ValueError for one that there is not."""
    wanted = list(TABLES) if tables is None else list(tables)
    if unknown := [name for name in wanted if name not in TABLES]:
        raise ValueError(f"there is no table {unknown[0]!r}: choose from {', '.join(TABLES)}")
    return [name for name in TABLES if name in wanted]


def checked_weeks(scenario: Scenario, *, customers: int, weeks: int | None, seed: int, first: int) -> int:
    """The weeks to live. Raises ValueError, one sentence, for numbers out of range."""
    weeks = scenario.weeks if weeks is None else weeks
    for name, value, lowest, highest in (
        ("customers", customers, 1, LARGEST_ROOT),
        ("weeks", weeks, 1, LONGEST_WEEKS),
        ("seed", seed, 0, 2**64 - 1),
        ("first", first, 1, LARGEST_ROOT - customers + 1 if isinstance(customers, int) else LARGEST_ROOT),
    ):
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if not whole or not lowest <= value <= highest:
            raise ValueError(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}")
    return int(weeks)
