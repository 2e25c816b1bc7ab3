"""What would the same customers have done under another policy?

Chance is a function of customer, encounter and purpose, and every draw decides monotonically. So two histories with
the same seed and different policies are histories of the same people: they agree until the policy touches somebody,
and what differs afterwards is its effect, for each customer alone. No experiment of a real company can see this.

A future is lived in the same way: from a date on, the remaining exponential is drawn anew, as often as asked, and the
mean of many futures is the customer's true expected value, with the Monte Carlo error that it has.

Source of the idea: Pearl (2009), "Causality", 2nd ed., chapter 7 (counterfactuals: the same noise, another action).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.company import checked_weeks
from datasets.world.encounters import live_through, reached_by_campaigns, start_future
from datasets.world.history import History, company_under, live_history
from datasets.world.lives import STAYED, Company, Lives, policy_on
from datasets.world.policy import Policy
from datasets.world.scenario import REASONS, Scenario
from datasets.world.secrets import departures, p_alive, profit_cents
from datasets.world.traits import People, Relationships

# What differs first between the two histories of a customer.
CHANGES = (
    "nothing",
    "quality",
    "answer",
    "wait",
    "amount",
    "contact",
    "left",
    "stayed",
    "timing",
    "referral",
    "brought",
    "not_brought",
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Replay:
    """The same people under two policies.

    `customers` has one row for each person who came in either history: customer_id; referred (0 or 1); orders_before,
    orders_after; profit_before_cents, profit_after_cents, incremental_profit_cents; left_before, left_after (0 or 1);
    reason_before, reason_after ("" for who stayed); change, one of CHANGES: what differed first; changed_at, when.
    """

    before: Policy
    after: Policy
    customers: pd.DataFrame

    @property
    def incremental_profit_cents(self) -> int:
        """What the new policy brings in all, against the old one."""
        return int(self.customers["incremental_profit_cents"].sum())


def replay(
    scenario: Scenario,
    *,
    after: Policy,
    customers: int,
    before: Policy | None = None,
    seed: int = 1,
    weeks: int | None = None,
    first: int = 1,
) -> Replay:
    """Live the same customers under two policies, `before` (default: the usual one) and `after`, and compare.

    Raises ValueError for numbers out of range.

    >>> from datasets.world import load_scenario
    >>> tea = load_scenario("tea_shops")
    >>> better = replay(tea, after=replace(tea.policy, answered_share=1.0), customers=500, weeks=52)
    >>> sorted(set(better.customers["change"]) - {"nothing", "brought", "not_brought", "referral"})
    ['answer']
    """
    weeks = checked_weeks(scenario, customers=customers, weeks=weeks, seed=seed, first=first)
    before = before or scenario.policy
    roots = np.arange(first, first + customers, dtype=np.int64)
    one, other = (
        live_history(company_under(scenario, policy, days=7 * weeks, seed=seed), roots=roots, seed=seed)
        for policy in (before, after)
    )
    return Replay(before=before, after=after, customers=compare(one, other))


def compare(before: History, after: History) -> pd.DataFrame:
    """The table `customers` of a Replay, from two histories of the same roots with the same seed."""
    sides = []
    for history in (before, after):
        gone, _, reason = departures(history)
        names = np.array([*REASONS, ""])
        count = len(history.customer_id)
        sides.append(
            pd.DataFrame(
                {
                    "customer_id": history.customer_id,
                    "referred": (history.referrer >= 0).astype(np.int8),
                    "orders": np.bincount(history.bonds.person, weights=history.bonds.count, minlength=count),
                    "profit": np.rint(profit_cents(history)),
                    "left": gone.astype(np.int8),
                    "reason": names[np.where(gone, reason, len(REASONS))],
                },
                index=pd.Index(history.persons.identity),
            )
        )
    one, other = sides
    both = one.join(other, how="outer", suffixes=("_before", "_after"))
    changed = _first_changes(before, after)
    table = pd.DataFrame(
        {
            "customer_id": both["customer_id_before"].fillna(both["customer_id_after"]).astype("int64"),
            "referred": both["referred_before"].fillna(both["referred_after"]).astype("int8"),
        }
    )
    for name, kind in (("orders", "int64"), ("profit", "int64"), ("left", "int8")):
        unit = "_cents" if name == "profit" else ""
        for side in ("before", "after"):
            table[f"{name}_{side}{unit}"] = both[f"{name}_{side}"].fillna(0).astype(kind)
    table["incremental_profit_cents"] = table["profit_after_cents"] - table["profit_before_cents"]
    for side in ("before", "after"):
        table[f"reason_{side}"] = both[f"reason_{side}"].fillna("")
    only_after, only_before = both["customer_id_before"].isna(), both["customer_id_after"].isna()
    table["change"] = "nothing"
    table["changed_at"] = pd.Series(pd.NaT, index=table.index, dtype="datetime64[us]")
    table.loc[changed.index, "change"] = changed["change"]
    start = np.datetime64(before.company.scenario.start, "us")
    table.loc[changed.index, "changed_at"] = start + changed["at"].to_numpy().astype("timedelta64[us]")
    table.loc[only_after, "change"] = "brought"
    table.loc[only_before, "change"] = "not_brought"
    return table.reset_index(drop=True)


def _first_changes(before: History, after: History) -> pd.DataFrame:
    """What differed first, and when (microseconds), by identity, of those for whom anything did."""
    one, other = (
        pd.MultiIndex.from_arrays([one.persons.identity[one.bonds.person], one.bonds.business])
        for one in (before, after)
    )
    place = other.get_indexer(one)
    mine = np.flatnonzero(place >= 0)
    theirs = place[mine]
    shared = np.minimum(before.bonds.count[mine], after.bonds.count[theirs])
    bond = np.repeat(np.arange(len(mine)), shared)
    number = np.arange(len(bond)) - (np.cumsum(shared) - shared)[bond]
    left, right = before.bonds.first[mine][bond] + number, after.bonds.first[theirs][bond] + number

    def differs(name: str) -> NDArray[np.bool_]:
        return before.record[name][left] != after.record[name][right]

    last = number == shared[bond] - 1
    ends_before = (
        last & (before.bonds.departure[mine][bond] != STAYED) & (shared == before.bonds.count[mine])[bond]
    )
    ends_after = (
        last & (after.bonds.departure[theirs][bond] != STAYED) & (shared == after.bonds.count[theirs])[bond]
    )
    late = before.at[left] != after.at[right]
    reached = _contacted_between(before, after, mine, theirs, bond, left, right, number)
    tests = [
        # A referrer who praised at another time brings the same person at another time.
        ("referral", late & (number == 0)),
        ("contact", late & reached),
        ("timing", late),
        ("quality", differs("quality")),
        ("answer", differs("answered_well")),
        ("wait", differs("satisfaction_afterwards")),
        ("amount", differs("cents")),
        ("left", ends_after & ~ends_before),
        ("stayed", ends_before & ~ends_after),
        # Both stayed after the last encounter that they share, and one came again within the history.
        ("timing", last & (before.bonds.count[mine] != after.bonds.count[theirs])[bond]),
    ]
    kind = np.full(len(bond), -1)
    for name, holds in reversed(tests):
        kind[holds] = CHANGES.index(name)
    at = np.minimum(before.at[left], after.at[right])
    # Where only one came again, the difference shows when that one did.
    again = (kind == CHANGES.index("timing")) & ~late
    at[again] = np.minimum(
        _next_at(before, mine[bond], left)[again], _next_at(after, theirs[bond], right)[again]
    )
    found = np.flatnonzero(kind >= 0)
    frame = pd.DataFrame(
        {
            "identity": before.persons.identity[before.bonds.person[mine]][bond[found]],
            "at": at[found],
            "change": np.array(CHANGES)[kind[found]],
        }
    )
    return frame.sort_values("at", kind="stable").drop_duplicates("identity").set_index("identity")


def _next_at(history: History, bond: Integers, place: Integers) -> Integers:
    """The time of the encounter after these, the largest number where there is none."""
    last = history.bonds.first[bond] + history.bonds.count[bond] - 1
    following = history.at[np.minimum(place + 1, len(history.at) - 1)]
    return np.where(place < last, following, np.iinfo(np.int64).max)


def _contacted_between(
    before: History,
    after: History,
    mine: Integers,
    theirs: Integers,
    bond: Integers,
    left: Integers,
    right: Integers,
    number: Integers,
) -> NDArray[np.bool_]:
    """Whether a campaign that reached the customer in one history alone fell before each shared encounter."""
    contacted = np.zeros(len(bond), dtype=bool)
    for place, campaign in enumerate(before.company.scenario.campaigns):
        only_one = before.bonds.reached[mine, place] != after.bonds.reached[theirs, place]
        start = campaign.week * 7 * MICROSECONDS_PER_DAY
        contacted |= only_one[bond] & (np.maximum(before.at[left], after.at[right]) >= start)
    return contacted & (number > 0)


def future_value(
    scenario: Scenario,
    *,
    at_week: int,
    horizon_weeks: int,
    customers: int,
    policy: Policy | None = None,
    replicates: int = 100,
    discount_rate_per_year: float = 0.0,
    seed: int = 1,
    first: int = 1,
) -> pd.DataFrame:
    """What each customer of week `at_week` will truly bring in the weeks after it, if `policy` holds from then on.

    One row a customer: customer_id, p_alive (given traits, memory and silence), alive (0 or 1), expected_orders,
    expected_profit_cents, standard_error_cents (of the mean over the futures). The expectation is that of a customer
    whose state is known: who has left orders nothing more, though a campaign may still write to them at a cost. Whom
    they will refer is not counted. Raises ValueError for numbers out of range.

    >>> from datasets.world import load_scenario
    >>> tea = load_scenario("tea_shops")
    >>> ahead = future_value(tea, at_week=52, horizon_weeks=26, customers=50, replicates=20)
    >>> bool((ahead.loc[ahead["alive"] == 0, "expected_orders"] == 0).all())
    True
    """
    for name, value in (("horizon_weeks", horizon_weeks), ("replicates", replicates)):
        if type(value) is not int or not 1 <= value <= 10_000:
            raise ValueError(f"{name} must be a whole number from 1 to 10000, not {value!r}")
    checked_weeks(scenario, customers=customers, weeks=at_week, seed=seed, first=first)
    checked_weeks(scenario, customers=customers, weeks=at_week + horizon_weeks, seed=seed, first=first)
    policy = replace(policy or scenario.policy, from_week=at_week)
    roots = np.arange(first, first + customers, dtype=np.int64)
    now, later = (
        company_under(scenario, policy, days=7 * weeks, seed=seed)
        for weeks in (at_week, at_week + horizon_weeks)
    )
    past = live_history(now, roots=roots, seed=seed, judged=False, keep_lives=True)
    place = pd.Index(past.persons.identity)
    count = len(place)
    profit, orders = np.zeros((replicates, count)), np.zeros(count)
    for one in past.lives:
        number, persons, bonds, lives = one.business, one.persons, one.bonds, one.lives
        reached = reached_by_campaigns(
            later,
            scenario.businesses[number],
            persons,
            bonds,
            past.customer_id[place.get_indexer(pd.Index(persons.identity))],
        )
        rows = place.get_indexer(pd.Index(persons.identity[bonds.person]))
        # A block of futures at a time, so that memory does not grow with their number.
        step = max(1, 200_000 // max(1, len(rows)))
        for begin in range(0, replicates, step):
            many = np.arange(begin, min(begin + step, replicates))
            value, bought = _futures(
                later, number, persons, bonds, lives, reached, at_week, many + 1, discount_rate_per_year, seed
            )
            np.add.at(profit, (many[:, None], rows[None, :]), value)
            np.add.at(orders, rows, bought.sum(axis=0))
    gone, _, _ = departures(past)
    error = profit.std(axis=0, ddof=1) / np.sqrt(replicates) if replicates > 1 else np.full(count, np.nan)
    return pd.DataFrame(
        {
            "customer_id": past.customer_id,
            "p_alive": p_alive(past),
            "alive": (~gone).astype(np.int8),
            "expected_orders": orders / replicates,
            "expected_profit_cents": profit.mean(axis=0),
            "standard_error_cents": error,
        }
    )


def _futures(
    company: Company,
    number: int,
    persons: People,
    bonds: Relationships,
    lives: Lives,
    reached: NDArray[np.bool_],
    at_week: int,
    replicates: Integers,
    discount_rate_per_year: float,
    seed: int,
) -> tuple[Floats, Floats]:
    """Profit in cents and orders (futures, n) of these relationships in each of these futures."""
    scenario = company.scenario
    business, many, count = scenario.businesses[number], len(replicates), len(bonds.person)
    rows = np.tile(np.arange(count), many)
    copies = np.repeat(replicates, count)
    bonds_many, reached_many = _repeat(bonds, rows), reached[rows]
    lives_many = replace(lives, state=lives.state.of(rows), departure=lives.departure[rows])
    day = 7 * at_week
    state = start_future(
        company,
        business,
        persons,
        bonds_many,
        lives_many,
        reached=reached_many,
        day=day,
        seed=seed,
        replicate=copies,
    )
    ahead = live_through(
        company,
        business,
        persons,
        bonds_many,
        reached=reached_many,
        seed=seed,
        judged=False,
        begin=state,
        replicate=copies,
    )
    begin = day * float(MICROSECONDS_PER_DAY)
    years = (ahead.at - begin) / (365.25 * MICROSECONDS_PER_DAY)
    profit = ahead.record["profit_cents"].copy()
    if business.kind == "credit":
        unpaid = 1 - persons.recovery[bonds_many.person[ahead.row]]
        profit -= ahead.record["cents"] * unpaid
    profit *= (1 + discount_rate_per_year) ** -years
    value = np.bincount(ahead.row, weights=profit, minlength=len(rows)).astype(float)
    for place, campaign in enumerate(scenario.campaigns):
        start = campaign.week * 7.0 * MICROSECONDS_PER_DAY
        if campaign.business != business.name or not begin <= start < company.days * MICROSECONDS_PER_DAY:
            continue
        silent = np.full(len(rows), np.inf)
        if (rule := policy_on(company, 7 * campaign.week)).targeting == "silent":
            last = lives.last_at[rows].copy()
            earlier = ahead.at < start
            np.maximum.at(last, ahead.row[earlier], ahead.at[earlier].astype(float))
            silent = start - last - 7 * rule.silent_weeks * MICROSECONDS_PER_DAY
        contacted = reached_many[:, place] & (silent >= 0)
        value -= (
            contacted
            * campaign.contact_cost_cents
            * (1 + discount_rate_per_year) ** (-(start - begin) / (365.25 * MICROSECONDS_PER_DAY))
        )
    bought = np.bincount(ahead.row, minlength=len(rows)).astype(float)
    return value.reshape(many, count), bought.reshape(many, count)


def _repeat(values: Any, rows: Integers) -> Any:
    return type(values)(**{name: column[rows] for name, column in vars(values).items()})
