"""What is a life made of: the company it is lived with, where a customer stands, and what became of everybody?"""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world.calendar import MICROSECONDS_PER_DAY, Calendar, Clock, Hours
from datasets.world.calls import Calls, PhoneLine
from datasets.world.policy import Policy
from datasets.world.scenario import Scenario

STAYED = -1

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Company:
    """A scenario under a policy, ready to be lived for so many days."""

    scenario: Scenario
    policy: Policy
    calendar: Calendar
    clock: Clock
    hours: Hours
    phone: PhoneLine | None
    """None: nobody asks what callers go through, and it moves nothing."""
    days: int


def policy_on(company: Company, day: int) -> Policy:
    """The policy that holds on a day."""
    return company.policy if day >= company.calendar.switch_day else company.scenario.policy


@dataclass
class State:
    """Where each relationship stands at its next encounter, and what it remembers.

    Arrays (n,); what a business does not need (feelings, points, campaigns) is None.
    """

    encounter: Integers
    day: Integers
    place: Floats
    """The part of the day's orders gone by."""
    last_at: Floats
    expectation: Any
    mood: Any
    earned: Any
    balance: Any
    mask: Any
    """Campaigns that reach the customer on the way to this encounter, one bit each."""

    def of(self, rows: Any) -> "State":
        """The state of these rows."""
        columns: dict[str, Any] = {}
        for name in _MEMORY:
            own = getattr(self, name)
            columns[name] = None if own is None else own[rows]
        return State(**columns)


_MEMORY = tuple(one.name for one in fields(State))


def keep(final: State, row: Integers, state: State) -> None:
    """Write a state into these rows of another."""
    for name in _MEMORY:
        if (kept := getattr(final, name)) is not None:
            kept[row] = getattr(state, name)


def joined(first: State, second: State) -> State:
    """Two states as one, one after the other."""
    both: dict[str, Any] = {name: (getattr(first, name), getattr(second, name)) for name in _MEMORY}
    columns: dict[str, Any] = {}
    for name, (own, other) in both.items():
        columns[name] = None if own is None else np.concatenate([own, other])
    return State(**columns)


def first_at(company: Company, began: Floats) -> Floats:
    """Microseconds from the company's start to the first encounter of relationships that begin on these days (n,)."""
    day = np.floor(began)
    at = day * MICROSECONDS_PER_DAY + np.floor(company.hours.clock_time(began - day))
    return np.maximum(at, 1)


@dataclass(frozen=True)
class Lives:
    """What became of relationships (n,), and all their encounters (m,), by row and time."""

    encounters: Integers
    """How many each had (n,)."""
    last_at: Floats
    """Microseconds from the company's start to the last encounter (n,)."""
    departure: NDArray[np.int8]
    """The number of the reason for which each left, or STAYED."""
    leave_probability: Floats
    """At the last encounter (n,)."""
    exposure: Floats
    """Expected encounters from the last one to the end of history, had the customer stayed (n,)."""
    state: State
    """Where each stands afterwards: the next encounter, as far as it is known, and the memory of the last."""
    row: Integers
    encounter: Integers
    at: Integers
    record: dict[str, NDArray[Any]]
    """Further columns (m,): cents, base_cents, cut_cents, profit_cents, and, if asked for, what was felt and done."""
    calls: Calls


def arranged(
    steps: list[dict[str, NDArray[Any]]],
    encounters: Integers,
    begun: Integers,
    last: dict[str, Floats],
    departure: NDArray[np.int8],
    final: State,
    calls: list[Calls],
) -> Lives:
    """The steps as columns. A customer's encounters stand together and in time, so each has its place unsorted."""
    count = encounters - begun
    first_place = np.cumsum(count) - count
    names = list(steps[0]) if steps else ["row", "encounter", "at", "cents", "cut_cents", "profit_cents"]
    columns: dict[str, NDArray[Any]] = {}
    if steps:
        place = np.concatenate(
            [first_place[step["row"]] + step["encounter"] - begun[step["row"]] for step in steps]
        )
    for name in names:
        parts = [step.pop(name) for step in steps]
        column = (
            np.concatenate(parts)
            if parts
            else np.zeros(0, dtype=np.int64 if name in ("row", "encounter") else float)
        )
        arranged = np.empty_like(column)
        if steps:
            arranged[place] = column
        columns[name] = arranged
    final.encounter = encounters
    return Lives(
        encounters=count,
        last_at=last["at"],
        departure=departure,
        leave_probability=last["leave"],
        exposure=last["exposure"],
        state=final,
        row=columns.pop("row"),
        encounter=columns.pop("encounter"),
        at=columns.pop("at").astype(np.int64),
        record=columns,
        calls=Calls.joined(calls),
    )
