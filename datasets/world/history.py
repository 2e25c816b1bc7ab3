"""What happened to all these customers, and to those whom they brought?

The roots live first. Whoever was referred by them lives next, and then whoever was referred by those, until nobody
new comes before the last day. All of a root's circle is lived together, so a part of a large company needs no other
part. The result is one set of arrays for persons, one for relationships and one for encounters, in the order in which
the tables show them: circle by circle, within a circle by chance, so that a row's place tells nothing.
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.calendar import MICROSECONDS_PER_DAY, calendar, clock, hours
from datasets.world.calls import Calls, PhoneLine, phone_line
from datasets.world.draws import NEWCOMER, TAG, draw
from datasets.world.encounters import live_through, reached_by_campaigns
from datasets.world.ids import LARGEST_CIRCLE, ORDERS, customer_ids, event_ids, referred_identities, tags
from datasets.world.lives import Company, Lives
from datasets.world.policy import Policy
from datasets.world.scenario import Scenario
from datasets.world.traits import People, Relationships, people, relationships

PILOT_CUSTOMERS = 2048
_PILOT_SEED = 0

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Bonds:
    """Relationships (r,): who, in which business, and what became of it."""

    person: Integers
    business: Integers
    traits: Relationships
    reached: NDArray[np.bool_]
    count: Integers
    first: Integers
    """Place of the first encounter among all."""
    last_at: Floats
    departure: NDArray[np.int8]
    leave_probability: Floats
    exposure: Floats
    balance: Floats
    """Points not yet redeemed after the last encounter."""


@dataclass(frozen=True)
class History:
    """Persons (n,), relationships (r,) and encounters (m,) of a company, with its complaints, questions, referrals."""

    company: Company
    seed: int
    persons: People
    tag: Integers
    customer_id: Integers
    bonds: Bonds
    bond: Integers
    """The relationship of each encounter (m,)."""
    encounter: Integers
    at: Integers
    """Microseconds from the company's start (m,)."""
    record: dict[str, NDArray[Any]]
    calls: Calls
    call_place: Integers
    """The encounter, as a place among all, that each complaint or question is about."""
    coming: NDArray[np.bool_]
    """Persons (n,) who will come to a further business only after the last day: they have not left."""
    referrer: Integers
    """For each person (n,) the place of who referred them, or -1."""
    referred_at: Floats
    lives: "tuple[Lived, ...]"
    """As they were lived, by business and by generation, for a future to go on from; empty unless asked for."""

    @property
    def end(self) -> int:
        """Microseconds from the company's start to the end of history."""
        return self.company.days * MICROSECONDS_PER_DAY

    @cached_property
    def person(self) -> Integers:
        """The person of each encounter (m,)."""
        return self.bonds.person[self.bond]

    @cached_property
    def business(self) -> Integers:
        """The business of each encounter (m,)."""
        return self.bonds.business[self.bond]

    @cached_property
    def order_id(self) -> Integers:
        """The public id of each encounter's order (m,), which three tables name."""
        root, tag = self.persons.root[self.person], self.tag[self.person]
        return event_ids(
            root, tag, business=self.business, number=self.encounter, table=ORDERS, seed=self.seed
        )


@dataclass(frozen=True)
class Lived:
    """One generation in one business; `start` is the place of its first person among all."""

    business: int
    start: int
    persons: People
    bonds: Relationships
    reached: NDArray[np.bool_]
    lives: Lives


def company_under(scenario: Scenario, policy: Policy, *, days: int, seed: int, phone: bool = True) -> Company:
    """A scenario under a policy, ready to be lived; the phone lines take the usual policy's calls."""
    dates = calendar(scenario, policy, days=days, seed=seed)
    return Company(
        scenario=scenario,
        policy=policy,
        calendar=dates,
        clock=clock(scenario, dates),
        hours=hours(scenario),
        phone=_phone_lines(scenario, policy, dates.switch_day) if phone else None,
        days=days,
    )


def _phone_lines(scenario: Scenario, policy: Policy, switch_day: int) -> PhoneLine:
    """The lines under a policy's number of agents, and before its day under the usual one."""
    line = _phone_line(scenario, policy.agents_factor)
    if switch_day == 0:
        return line
    return replace(
        line, waits_before=_phone_line(scenario, scenario.policy.agents_factor).waits, switch_day=switch_day
    )


@lru_cache(maxsize=32)
def _phone_line(scenario: Scenario, agents_factor: float) -> PhoneLine:
    # Under any policy the calls are the usual ones: whether one complaint is answered must not change how long
    # somebody else waits.
    return phone_line(scenario, calls_per_week=_pilot_calls_per_week(scenario), agents_factor=agents_factor)


@lru_cache(maxsize=32)
def _pilot_calls_per_week(scenario: Scenario) -> float:
    """Calls a week of a company of the reference size, from a block of customers who never wait."""
    days = 7 * min(scenario.weeks, 104)
    # All of the block are there, also where the company's own customers take longer to join.
    scenario = replace(scenario, joining_weeks=min(scenario.joining_weeks, days / 7))
    usual = replace(scenario.policy, from_week=0, targets=frozenset())
    company = company_under(scenario, usual, days=days, seed=_PILOT_SEED, phone=False)
    company = replace(company, phone=PhoneLine(scenario=scenario, waits=None))
    roots = np.arange(1, PILOT_CUSTOMERS + 1, dtype=np.int64)
    lived = live_history(company, roots=roots, seed=_PILOT_SEED)
    calls = int(lived.calls.by_phone.sum()) * scenario.call_centre.reference_customers / PILOT_CUSTOMERS
    # Never none: a line that is planned for nobody would keep the rare caller waiting for ever.
    return max(calls / (days / 7), 1.0)


def live_history(
    company: Company, *, roots: Integers, seed: int, judged: bool = True, keep_lives: bool = False
) -> History:
    """All customers of these roots (n,) and their lives. Raises ValueError for too many orders or referrals."""
    scenario = company.scenario
    generation = people(scenario, roots, root=roots, seed=seed)
    # Who joins after the last day is not there yet.
    generation = _rows(generation, generation.joined < company.days - 1e-9)
    roots = generation.identity
    persons, tag, referrer, referred_at = (
        generation,
        np.zeros(len(roots), dtype=np.int64),
        [_nobody(roots)],
        [_never(roots)],
    )
    lived: list[Lived] = []
    start = 0
    while not lived or len(generation.identity):
        public_id = customer_ids(persons.root, tag, seed=seed)[start:]
        arrivals = []
        for number, business in enumerate(scenario.businesses):
            bonds = relationships(scenario, generation, business=number, seed=seed)
            reached = reached_by_campaigns(company, business, generation, bonds, public_id)
            lives = live_through(
                company, business, generation, bonds, reached=reached, seed=seed, judged=judged
            )
            lived.append(Lived(number, start, generation, bonds, reached, lives))
            arrivals.append(_arrivals(company, generation, bonds, lives, number, start=start, seed=seed))
        generation, by, when = _newcomers(company, arrivals, seed=seed)
        start = len(persons.identity)
        referrer.append(by)
        referred_at.append(when)
        if len(generation.identity):
            persons = _together([persons, generation])
            if np.unique(persons.root, return_counts=True)[1].max() > LARGEST_CIRCLE:
                raise ValueError(
                    f"scenario {scenario.name}: one customer and those who came through them are more than "
                    f"{LARGEST_CIRCLE}; lower causes.referral, or live fewer weeks"
                )
            later = persons.identity[len(roots) :]
            tag = np.concatenate([tag[: len(roots)], tags(persons.root[len(roots) :], later, seed=seed)])
    return _in_order(
        company, seed, persons, tag, np.concatenate(referrer), np.concatenate(referred_at), lived, keep_lives
    )


def _nobody(roots: Integers) -> Integers:
    return np.full(len(roots), -1, dtype=np.int64)


def _never(roots: Integers) -> Floats:
    return np.full(len(roots), np.nan)


def _arrivals(
    company: Company,
    persons: People,
    bonds: Relationships,
    lives: Lives,
    business: int,
    *,
    start: int,
    seed: int,
) -> tuple[NDArray[Any], ...]:
    """Identity, root, joining day, business, referrer and time of praise of whom these lives bring."""
    if "refers" not in lives.record:
        empty = np.zeros(0, dtype=np.int64)
        return empty, empty, empty.astype(float), empty, empty, empty.astype(float)
    place = np.flatnonzero(lives.record["refers"])
    person = bonds.person[lives.row[place]]
    identity = referred_identities(
        persons.identity[person], business=business, encounter=lives.encounter[place], seed=seed
    )
    words = draw(identity, 0, purpose=NEWCOMER, seed=seed)
    delay = -np.log(philox.fine_uniform(words[0], words[1])) * 7 * company.scenario.referral_weeks
    praised_at = lives.at[place] / MICROSECONDS_PER_DAY
    day = np.floor(praised_at)
    # A newcomer's hour is a share of the day's orders gone by, so the delay begins at such a share too.
    joined = day + company.hours.gone_by_at(praised_at - day) + delay
    home = np.full(len(place), business, dtype=np.int64)
    return identity, persons.root[person], joined, home, person + start, praised_at


def _newcomers(
    company: Company, arrivals: list[tuple[NDArray[Any], ...]], *, seed: int
) -> tuple[People, Integers, Floats]:
    """The persons who arrive before the last day, who referred them, and when (days)."""
    columns = [np.concatenate(parts) for parts in zip(*arrivals, strict=True)]
    # The first order comes at least a microsecond before the end, and the day is not the last one rounded up.
    inside = columns[2] < company.days - 1e-9
    identity, root, joined, home, by, praised_at = (column[inside] for column in columns)
    newcomers = people(company.scenario, identity, root=root, seed=seed, joined=joined, home=home)
    return newcomers, by, praised_at


def _together(parts: list[Any]) -> Any:
    """Dataclasses of arrays as one."""
    return type(parts[0])(
        **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(parts[0])}
    )


def _rows(values: Any, rows: Any) -> Any:
    """These rows of a dataclass of arrays."""
    return type(values)(**{one.name: getattr(values, one.name)[rows] for one in fields(values)})


def _in_order(
    company: Company,
    seed: int,
    persons: People,
    tag: Integers,
    referrer: Integers,
    referred_at: Floats,
    lived: list[Lived],
    keep_lives: bool,
) -> History:
    public_id = customer_ids(persons.root, tag, seed=seed)
    # Within a circle by chance: were it by public id, rising numbers would give a circle away.
    shuffled = draw(persons.identity, 0, purpose=TAG, seed=seed)[1]
    order = np.lexsort((shuffled, persons.root))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))

    person = np.concatenate([one.start + one.bonds.person for one in lived])
    business = np.concatenate([np.full(len(one.bonds.person), one.business) for one in lived])
    lives = [one.lives for one in lived]
    count = np.concatenate([one.encounters for one in lives])
    old_first = np.cumsum(count) - count
    offset = np.cumsum([0, *(len(one.encounters) for one in lives)])
    # Somebody who would have come to a second business only after the last day has no relationship there.
    begun = np.flatnonzero(count)
    by_person = begun[
        np.argsort(rank[person[begun]] * len(company.scenario.businesses) + business[begun], kind="stable")
    ]
    bond_rank = np.full(len(count), -1, dtype=np.int64)
    bond_rank[by_person] = np.arange(len(by_person))

    new_count = count[by_person]
    new_first = np.cumsum(new_count) - new_count
    bond = np.repeat(np.arange(len(by_person)), new_count)
    encounter_order = np.arange(len(bond)) + (old_first[by_person] - new_first)[bond]

    calls = Calls.joined([one.calls for one in lives])
    call_bond = np.concatenate(
        [bond_rank[one.calls.row + start] for one, start in zip(lives, offset, strict=False)]
    )
    whole = replace(calls, row=call_bond)
    call_order = np.lexsort((whole.encounter, whole.row))
    whole = _rows(whole, call_order)
    back = np.where(referrer >= 0, rank[referrer], -1)
    return History(
        company=company,
        seed=seed,
        persons=_rows(persons, order),
        tag=tag[order],
        customer_id=public_id[order],
        bonds=Bonds(
            person=rank[person[by_person]],
            business=business[by_person],
            traits=_rows(_together([one.bonds for one in lived]), by_person),
            reached=np.concatenate([one.reached for one in lived])[by_person],
            count=new_count,
            first=new_first,
            last_at=np.concatenate([one.last_at for one in lives])[by_person],
            departure=np.concatenate([one.departure for one in lives])[by_person],
            leave_probability=np.concatenate([one.leave_probability for one in lives])[by_person],
            exposure=np.concatenate([one.exposure for one in lives])[by_person],
            balance=np.concatenate([_balance(one) for one in lives])[by_person],
        ),
        bond=bond,
        encounter=np.concatenate([one.encounter for one in lives])[encounter_order],
        at=np.concatenate([one.at for one in lives])[encounter_order],
        record=_columns(lives, encounter_order),
        calls=whole,
        call_place=new_first[whole.row] + whole.encounter,
        coming=np.isin(np.arange(len(order)), rank[person[count == 0]]),
        referrer=back[order],
        referred_at=referred_at[order],
        lives=tuple(lived) if keep_lives else (),
    )


def _balance(lives: Lives) -> Floats:
    """The points left; none in a business that gives none."""
    return np.zeros(len(lives.encounters)) if lives.state.balance is None else lives.state.balance


def _columns(lives: list[Lives], order: Integers) -> dict[str, NDArray[Any]]:
    """The encounters' columns in the new order; what a business does not have is 0 there."""
    names = dict.fromkeys(name for one in lives for name in one.record)
    columns = {}
    for name in names:
        kind = next(one.record[name].dtype for one in lives if name in one.record)
        parts = [one.record.get(name, np.zeros(len(one.row), dtype=kind)) for one in lives]
        columns[name] = np.concatenate(parts)[order]
    return columns
