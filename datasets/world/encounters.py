"""How does a customer's life unfold, encounter after encounter?

All who are still there take the step together (one_encounter.py), and the encounter number is a column of the state:
as soon as some have left, others begin, so that about 16 thousand rows are always at work. The cost grows with the
number of encounters and with nothing else. What nobody asks for is not computed.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.draws import FUTURE, Foresight, draw
from datasets.world.ids import MOST_ENCOUNTERS
from datasets.world.lives import STAYED, Company, Lives, State, arranged, joined, keep, policy_on
from datasets.world.one_encounter import Encounters, customers
from datasets.world.scenario import Business
from datasets.world.traits import People, Relationships

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def reached_by_campaigns(
    company: Company, business: Business, persons: People, bonds: Relationships, public_id: Integers
) -> NDArray[np.bool_]:
    """Which campaigns (n, campaigns) may reach each relationship, before any rule on silence."""
    campaigns = company.scenario.campaigns
    reached = np.zeros((len(bonds.person), len(campaigns)), dtype=bool)
    listed = (
        np.isin(public_id[bonds.person], list(company.policy.targets)) if company.policy.targets else False
    )
    for number, campaign in enumerate(campaigns):
        if campaign.business != business.name:
            continue
        policy = policy_on(company, 7 * campaign.week)
        place = persons.campaign_places[bonds.person, number]
        if policy.targeting in ("random", "silent"):
            chosen = place < policy.contact_share
        elif policy.targeting == "list":
            chosen = listed
        else:
            chosen = policy.targeting == "everyone"
        reached[:, number] = chosen & (bonds.began < 7 * campaign.week)
    return reached


def live_through(
    company: Company,
    business: Business,
    persons: People,
    bonds: Relationships,
    *,
    reached: NDArray[np.bool_],
    seed: int,
    judged: bool = True,
    told: bool = True,
    begin: State | None = None,
    replicate: Any = 0,
) -> Lives:
    """Every encounter of these relationships before the last day, from their first one or from the state `begin`.

    `judged=False` leaves out quality, judgement and speech where no cause needs them; `told=False` leaves out the
    encounters themselves and tells how each life ended. `replicate` is one number or one for each relationship (n,):
    0 is history, others are futures.
    """
    number = company.scenario.businesses.index(business)
    who = customers(company.scenario, business, persons, bonds, reached)
    loop = Encounters(company, business, number, who, seed=seed, judged=judged, told=told)
    state = loop.newborn() if begin is None else begin
    replicate = np.broadcast_to(np.asarray(replicate, dtype=np.int64), (len(who.odds),))
    count = len(who.odds)
    final = state.of(np.arange(count))
    last = {"at": np.zeros(count), "leave": np.zeros(count), "exposure": np.zeros(count)}
    departure = np.full(count, STAYED, dtype=np.int8)
    encounters = state.encounter.copy()

    # Long lives first: the short ones fill the places that fall free, and few are left over at the end.
    there = np.flatnonzero(state.day < company.days)
    queue = there[np.argsort(-bonds.rate_per_week[there])]
    row = queue[: philox.ROWS]
    taken = len(row)
    now = state.of(row)
    steps: list[dict[str, NDArray[Any]]] = []
    foreseen: Foresight | None = None
    longest = 0
    # Once also for nobody, so that the record has its columns.
    while len(row) or (told and not steps):
        identity = bonds.identity[row]
        if len(row) and taken == len(queue) and (foreseen is None or foreseen.is_used_up):
            foreseen = loop.foresee(identity, now, replicate[row])
        words = foreseen.take() if foreseen else loop.draw(identity, now, replicate[row])
        step, after, leave_probability, reason, exposure = loop.step(
            row, identity, now, replicate[row], words
        )
        if told:
            steps.append({"row": row, "encounter": now.encounter, **step})
        longest += 1
        if longest >= MOST_ENCOUNTERS and now.encounter.max() + 1 >= MOST_ENCOUNTERS:
            raise ValueError(
                f"scenario {company.scenario.name}: a customer has {MOST_ENCOUNTERS} orders or more, and order ids "
                f"reach no further; lower r of businesses.{business.name}, or live fewer weeks"
            )
        ends = (reason != STAYED) | (after.day >= company.days)
        stays, ended = np.flatnonzero(~ends), np.flatnonzero(ends)
        done = row[ended]
        keep(final, done, after.of(ended))
        encounters[done] = after.encounter[ended]
        departure[done] = reason[ended]
        for name, values in (("at", step["at"]), ("leave", leave_probability), ("exposure", exposure)):
            last[name][done] = values[ended]
        if foreseen:
            foreseen.column = foreseen.column[stays]
        fresh = queue[taken : taken + philox.ROWS - len(stays)]
        taken += len(fresh)
        row = np.concatenate([row[stays], fresh])
        now = joined(after.of(stays), state.of(fresh))
    begun = state.encounter
    return arranged(steps, encounters, begun, last, departure, final, loop.calls)


def start_future(
    company: Company,
    business: Business,
    persons: People,
    bonds: Relationships,
    lives: Lives,
    *,
    reached: NDArray[np.bool_],
    day: int,
    seed: int,
    replicate: Any,
) -> State:
    """The state at the next encounter after `day`, the remaining exponential drawn anew: memory holds no more of it.

    `company` is lived on beyond `day`; `lives` ended there. Who has left gets a day after the last.
    """
    number = company.scenario.businesses.index(business)
    who = customers(company.scenario, business, persons, bonds, reached)
    loop = Encounters(company, business, number, who, seed=seed, judged=False)
    row = np.arange(len(bonds.identity))
    state = lives.state.of(row)
    if business.kind != "contract":
        words = draw(
            bonds.identity, state.encounter, purpose=FUTURE, seed=seed, business=number, replicate=replicate
        )
        today = np.full(len(row), day)
        kind = company.clock.of(response=who.response, mask=state.mask)
        reading = company.clock.read(kind, today, np.zeros(len(row)))
        need = -np.log(philox.fine_uniform(words[0], words[1]))
        pace = loop.pace(row, today, state.mood)
        next_day, place, _ = loop.next_reading(kind, reading, today, pace, need, row, state.mood)
        # Who has not begun yet begins on the day that was always meant.
        known = state.encounter > 0
        state.day, state.place = np.where(known, next_day, state.day), np.where(known, place, state.place)
    state.day = np.where(lives.departure == STAYED, state.day, company.days)
    return state
