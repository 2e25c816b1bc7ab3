"""What is true of customers and encounters?  truth_customers and truth_encounters.

These columns hold what the engine knew and no company can: traits, why somebody left, what was felt.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world.arrays import moments, words
from datasets.world.calendar import PERSUADABLE, SLEEPING_DOG, UNMOVED
from datasets.world.history import History
from datasets.world.lives import STAYED
from datasets.world.programmes import assigned
from datasets.world.sales import payments
from datasets.world.scenario import REASONS
from datasets.world.truth import chance_of_being_there

STAGES = ("first_time", "repeat", "client", "member", "advocate")
RESPONSES = ("persuadable", "sleeping_dog", "sure_thing", "lost_cause")

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def truth_customers(history: History) -> dict[str, Any]:
    """Traits, departure and value of each customer."""
    persons, bonds, scenario = history.persons, history.bonds, history.company.scenario
    count = len(history.customer_id)
    home = np.flatnonzero(persons.home[bonds.person] == bonds.business)
    traits: dict[str, Floats] = {}
    for name in ("rate_per_week", "dropout", "mean_cents"):
        traits[name] = np.zeros(count)
        traits[name][bonds.person[home]] = getattr(bonds.traits, name)[home]
    gone, left_at, reason = departures(history)
    credit = np.array([one.kind == "credit" for one in scenario.businesses])
    on_credit = np.zeros(count, dtype=bool)
    on_credit[bonds.person[credit[bonds.business]]] = True
    return {
        "customer_id": history.customer_id,
        "segment": words(persons.segment, [one.name for one in scenario.segments]),
        "response_type": words(response_types(history, traits["rate_per_week"]), RESPONSES),
        "stage": words(stages(history), STAGES),
        "purchase_rate_per_week": traits["rate_per_week"],
        "dropout_probability": traits["dropout"],
        "mean_spend_cents": traits["mean_cents"],
        "desire": persons.desire,
        "price_sensitivity": persons.price_sensitivity,
        "credit_recovery": _where_known(persons.recovery, on_credit),
        "left_at": moments(history, left_at, known=gone),
        "departure_reason": words(np.maximum(reason, 0), REASONS, known=gone),
        "alive": ~gone,
        "p_alive_given_traits": p_alive(history),
        "uplift_orders_per_contact": uplift_orders(history, traits["rate_per_week"]),
        "profit_cents": np.rint(profit_cents(history)),
    }


def departures(history: History) -> tuple[NDArray[np.bool_], Floats, Integers]:
    """Who has left every business, when the last one was left, and why; arrays (n,)."""
    bonds, count = history.bonds, len(history.customer_id)
    there = history.coming | (np.bincount(bonds.person[bonds.departure == STAYED], minlength=count) > 0)
    left_at, reason = np.full(count, -np.inf), np.full(count, STAYED, dtype=np.int64)
    np.maximum.at(left_at, bonds.person, bonds.last_at)
    latest = bonds.last_at == left_at[bonds.person]
    reason[bonds.person[latest]] = bonds.departure[latest]
    return ~there, left_at, reason


def p_alive(history: History) -> Floats:
    """The chance (n,) that a customer is still there in some business, given traits, memory and silence."""
    bonds = history.bonds
    there = chance_of_being_there(leave_probability=bonds.leave_probability, exposure=bonds.exposure)
    gone = np.ones(len(history.customer_id))
    np.multiply.at(gone, bonds.person, 1 - there)
    return np.where(history.coming, 1.0, 1 - gone)


def response_types(history: History, rate_per_week: Floats) -> Integers:
    """What a contact does to each customer (n,): a number in RESPONSES.

    Whom it does not move is a sure thing if an order would come within a campaign's weeks anyway, more likely than
    not, and a lost cause if not.
    """
    weeks = _campaign_weeks(history)
    buys_anyway = -np.expm1(-rate_per_week * weeks) >= 0.5
    response = history.persons.response
    moved = {PERSUADABLE: 0, SLEEPING_DOG: 1}
    return np.select(
        [response == kind for kind in moved], list(moved.values()), default=np.where(buys_anyway, 2, 3)
    )


def uplift_orders(history: History, rate_per_week: Floats) -> Floats:
    """Orders (n,) that one contact adds during its weeks, expected, of a customer who is there, out of season.

    A contract's next period comes when it comes: there a contact moves staying alone, and adds none.
    """
    scenario, response = history.company.scenario, history.persons.response
    causes = scenario.causes
    contract = np.array([one.kind == "contract" for one in scenario.businesses])[history.persons.home]
    lift = np.select(
        [response == PERSUADABLE, response == SLEEPING_DOG], [causes.persuasion, -causes.annoyance], 0.0
    )
    return np.where((response == UNMOVED) | contract, 0.0, lift * rate_per_week * _campaign_weeks(history))


def _campaign_weeks(history: History) -> float:
    campaigns = history.company.scenario.campaigns
    return float(np.mean([one.weeks for one in campaigns])) if campaigns else 4.0


def stages(history: History) -> Integers:
    """The highest rung of the ladder that each customer (n,) has reached: a number in STAGES."""
    count = len(history.customer_id)
    orders = np.bincount(history.bonds.person, weights=history.bonds.count, minlength=count)
    stage = np.minimum(orders - 1, 2).astype(np.int64)
    gained = history.record.get("points_gained")
    if gained is not None:
        member = np.bincount(history.person, weights=gained, minlength=count) > 0
        stage[member & (orders >= 3)] = 3
    if "recommended" in history.record:
        praised = np.bincount(history.person[history.record["recommended"]], minlength=count) > 0
        stage[praised] = 4
    return stage


def profit_cents(history: History, *, since: float = -np.inf) -> Floats:
    """What each customer (n,) brought from `since` (microseconds) on, less goods, service, bonds, answers, contacts.

    Only what is paid in the end counts, also where it is paid after the end of history.
    """
    scenario, count = history.company.scenario, len(history.customer_id)
    profit = history.record["profit_cents"].copy()
    for number, one in enumerate(scenario.businesses):
        if one.kind == "credit":
            rows = np.flatnonzero(history.business == number)
            unpaid = rows[np.isinf(payments(history, rows, number))]
            profit[unpaid] -= history.record["cents"][unpaid]
    total = np.bincount(history.person, weights=profit * (history.at >= since), minlength=count).astype(float)
    for number, campaign in enumerate(scenario.campaigns):
        if campaign.week * 7 * 86_400_000_000 >= since:
            bond, reached = assigned(history, number)
            cost = np.bincount(history.bonds.person[bond[reached]], minlength=count)
            total -= campaign.contact_cost_cents * cost
    return total


def truth_encounters(history: History) -> dict[str, Any]:
    """What was delivered and felt at each encounter, and how likely it was to be the last."""
    record, bonds = history.record, history.bonds
    last = bonds.first + bonds.count - 1
    left = np.zeros(len(history.at), dtype=bool)
    left[last] = bonds.departure != STAYED
    return {
        "order_id": history.order_id,
        "encounter": history.encounter,
        **{
            name: record[name]
            for name in (
                "quality",
                "expectation",
                "disconfirmation",
                "satisfaction",
                "satisfaction_afterwards",
                "failed",
                "complained",
                "answered_well",
                "recommended",
                "leave_probability",
            )
        },
        "left": left,
    }


def _where_known(values: Floats, known: NDArray[np.bool_]) -> Any:
    import pyarrow as pa

    return pa.array(values, mask=~known)
