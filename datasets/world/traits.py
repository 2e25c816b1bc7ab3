"""What is a customer born with?

A person has habits and wishes; in each business that the person comes to, a pace, a readiness to leave and a mean
amount of its own. All are drawn from the identity alone, so they are the same under any policy and in any part of a
large company.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.calendar import PERSUADABLE, SLEEPING_DOG, UNMOVED
from datasets.world.draws import (
    ALSO,
    ASSIGNMENT,
    HABITS,
    PLAN,
    RATE_AND_DROPOUT,
    SPENDING_AND_JOINING,
    WISHES,
    draw,
)
from datasets.world.quantiles import beta_quantiles, gamma_quantiles, normal_quantiles
from datasets.world.scenario import Scenario

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A customer of another business comes to this one within half a year of joining the company.
ALSO_WITHIN_DAYS = 182.0


@dataclass(frozen=True)
class People:
    """Persons, one row each; arrays of shape (n,)."""

    identity: Integers
    root: Integers
    joined: Floats
    """Days from the company's start to the first order, with the part of the day gone by."""
    home: Integers
    """The business in which the person begins."""
    household: Integers
    segment: Integers
    response: Integers
    desire: Floats
    price_sensitivity: Floats
    complaint: Floats
    enrolled: NDArray[np.bool_]
    recovery: Floats
    campaign_places: Floats
    """A number from 0 to 1 for each campaign, (n, campaigns): below the share contacted, the person is."""


@dataclass(frozen=True)
class Relationships:
    """What persons bring to one business; `person` (n,) are rows of People, the other arrays (n,) beside it."""

    person: Integers
    identity: Integers
    began: Floats
    """Days from the company's start to the first order in this business."""
    rate_per_week: Floats
    dropout: Floats
    mean_cents: Floats
    plan: Integers
    """The product that a contract is for, counted within the business; 0 without a contract."""


def people(
    scenario: Scenario,
    identity: Integers,
    *,
    root: Integers,
    seed: int,
    joined: Floats | None = None,
    home: Integers | None = None,
) -> People:
    """The persons of these identities (n,). Referred ones come with `joined` and `home`; roots draw theirs."""
    habits = draw(identity, 0, purpose=HABITS, seed=seed)
    wishes = draw(identity, 0, purpose=WISHES, seed=seed)
    segment = _which([one.share for one in scenario.segments], habits[1])
    place = philox.uniform(habits[2])
    response = np.where(
        place < scenario.persuadable_share,
        PERSUADABLE,
        np.where(place >= 1 - scenario.sleeping_dog_share, SLEEPING_DOG, UNMOVED),
    )
    if home is None:
        home = _which([one.share for one in scenario.businesses], wishes[1])
    if joined is None:
        words = draw(identity, 0, purpose=SPENDING_AND_JOINING, seed=seed)
        joined = philox.fine_uniform(words[2], words[3]) * 7 * min(scenario.joining_weeks, scenario.weeks)
    kinds = scenario.segments
    spread = normal_quantiles(philox.uniform(wishes[0])) * scenario.service.desire_spread
    recovery = beta_quantiles(scenario.credit.recovery_a, scenario.credit.recovery_b)
    lots = [
        draw(identity, four, purpose=ASSIGNMENT, seed=seed)
        for four in range(-(-len(scenario.campaigns) // 4))
    ]
    places = [philox.uniform(lots[number // 4][number % 4]) for number in range(len(scenario.campaigns))]
    return People(
        identity=identity,
        root=root,
        joined=joined,
        home=home,
        household=_which(list(scenario.households.share), habits[0]),
        segment=segment,
        response=response,
        desire=scenario.service.desire + np.array([one.desire for one in kinds])[segment] + spread,
        price_sensitivity=np.array([one.price_sensitivity for one in kinds])[segment],
        complaint=np.array([one.complaint for one in kinds])[segment],
        enrolled=philox.uniform(habits[3]) < scenario.loyalty.enrolled_share,
        recovery=recovery(philox.fine_uniform(wishes[2], wishes[3])),
        campaign_places=np.stack(places, axis=1) if places else np.zeros((len(identity), 0)),
    )


def relationships(scenario: Scenario, persons: People, *, business: int, seed: int) -> Relationships:
    """The relationships of these persons in one business: those at home there, and those who come there too."""
    own = scenario.businesses[business]
    at_home = persons.home == business
    delay = np.zeros(len(at_home))
    if own.also:
        words = draw(persons.identity, 0, purpose=ALSO, seed=seed, business=business)
        also = ~at_home & (philox.uniform(words[0]) < own.also)
        delay = np.where(also, philox.uniform(words[1]) * ALSO_WITHIN_DAYS, 0.0)
        at_home |= also
    person = np.flatnonzero(at_home)
    identity = persons.identity[person]
    words = draw(identity, 0, purpose=RATE_AND_DROPOUT, seed=seed, business=business)
    rate = gamma_quantiles(own.r)(philox.fine_uniform(words[0], words[1])) / own.alpha_weeks
    dropout = beta_quantiles(own.a, own.b)(philox.fine_uniform(words[2], words[3]))
    words = draw(identity, 0, purpose=SPENDING_AND_JOINING, seed=seed, business=business)
    mean_cents = own.p * own.gamma_cents / gamma_quantiles(own.q)(philox.fine_uniform(words[0], words[1]))
    spending = np.array(scenario.households.spend) ** scenario.causes.household_spend
    mean_cents = mean_cents * spending[persons.household[person]]
    plan = np.zeros(len(person), dtype=np.int64)
    if own.kind == "contract":
        plans = [one for one in scenario.products if one.business == own.name]
        word = draw(identity, 0, purpose=PLAN, seed=seed, business=business)[0]
        plan = _which([one.popularity for one in plans], word)
        mean_cents = np.array([float(one.list_price_cents) for one in plans])[plan]
        rate = np.full(len(person), own.mean_rate_per_week)
    return Relationships(
        person=person,
        identity=identity,
        began=persons.joined[person] + delay[person],
        rate_per_week=rate,
        dropout=dropout,
        mean_cents=mean_cents,
        plan=plan,
    )


def _which(shares: list[float], word: philox.Words) -> Integers:
    """The number (n,) of the share in which each word falls."""
    return np.searchsorted(np.cumsum(shares)[:-1], philox.uniform(word), side="right").astype(np.int64)
