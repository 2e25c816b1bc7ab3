"""Whom did the company write to, and who holds how many points?  campaigns, contacts, loyalty_ledger."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.world.arrays import moments, public_ids, words
from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.history import History
from datasets.world.ids import CONTACTS, ENTRIES
from datasets.world.lives import policy_on

Integers = NDArray[np.int64]
_WEEK = 7 * MICROSECONDS_PER_DAY
EARN, REDEEM, EXPIRE = range(3)
KINDS = ("earn", "redeem", "expire")


def campaigns(history: History) -> dict[str, Any]:
    """The company's campaigns, numbered from 1, those of the future left out."""
    own = [one for one in history.company.scenario.campaigns if one.week * _WEEK < history.end]
    started = np.array([one.week for one in own], dtype=np.int64) * _WEEK
    return {
        "campaign_id": np.arange(1, len(own) + 1),
        "business": pa.array([one.business for one in own], pa.string()),
        "channel": pa.array([one.channel for one in own], pa.string()),
        "started_at": moments(history, started),
        "ended_at": moments(history, started + np.array([one.weeks for one in own], dtype=np.int64) * _WEEK),
        "contact_cost_cents": np.array([one.contact_cost_cents for one in own], dtype=np.int64),
    }


def contacts(history: History) -> dict[str, Any]:
    """Who was contacted in each campaign, and who was left out by chance (the control group)."""
    parts = [assigned(history, number) for number in range(len(history.company.scenario.campaigns))]
    bond = np.concatenate([np.zeros(0, dtype=np.int64), *(bond for bond, _ in parts)])
    campaign = np.repeat(np.arange(len(parts)), [len(bond) for bond, _ in parts])
    week = np.array([one.week for one in history.company.scenario.campaigns], dtype=np.int64)
    person = history.bonds.person[bond]
    return {
        "contact_id": public_ids(
            history, person, business=history.bonds.business[bond], number=campaign, table=CONTACTS
        ),
        "campaign_id": campaign + 1,
        "customer_id": history.customer_id[person],
        "assigned_at": moments(history, week[campaign] * _WEEK if len(week) else campaign),
        "contacted": np.concatenate([np.zeros(0, dtype=bool), *(reached for _, reached in parts)]),
    }


def assigned(history: History, number: int) -> tuple[Integers, NDArray[np.bool_]]:
    """The relationships (c,) that a campaign might reach, and whether it did (c,)."""
    scenario, bonds = history.company.scenario, history.bonds
    campaign = scenario.campaigns[number]
    start = campaign.week * _WEEK
    policy = policy_on(history.company, 7 * campaign.week)
    place = [one.name for one in scenario.businesses].index(campaign.business)
    begun = history.at[bonds.first] < start if len(bonds.first) else np.zeros(0, dtype=bool)
    chosen = begun & (bonds.business == place) & (start < history.end)
    if policy.targeting == "silent" and chosen.any():
        earlier = np.add.reduceat((history.at < start).astype(np.int64), bonds.first)
        last = history.at[bonds.first + np.maximum(earlier - 1, 0)]
        chosen &= start - last >= policy.silent_weeks * _WEEK
    bond = np.flatnonzero(chosen)
    return bond, bonds.reached[bond, number]


def loyalty_ledger(history: History) -> dict[str, Any]:
    """Points earned, redeemed and expired."""
    record, bonds = history.record, history.bonds
    if "points_gained" not in record:
        return _ledger(
            history, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0)
        )
    expiry = history.company.scenario.loyalty.expiry_weeks * _WEEK
    place, kind, points, posted_at = [], [], [], []
    for number, name, sign in (
        (EARN, "points_gained", 1),
        (REDEEM, "points_redeemed", -1),
        (EXPIRE, "points_expired", -1),
    ):
        rows = np.flatnonzero(record[name] > 0)
        place.append(rows)
        kind.append(np.full(len(rows), number))
        points.append(sign * record[name][rows])
        # Points expire between two orders, a fixed time after the earlier one.
        posted_at.append(history.at[rows] if number != EXPIRE else history.at[rows - 1] + expiry)
    silent = np.flatnonzero((bonds.balance > 0) & (bonds.last_at + expiry < history.end))
    # The order that never came would have been the next: its number makes the entry's id.
    place.append(bonds.first[silent] + bonds.count[silent] - 1)
    kind.append(np.full(len(silent), EXPIRE + 1))
    points.append(-bonds.balance[silent])
    posted_at.append(bonds.last_at[silent] + expiry)
    columns = [np.concatenate(parts) for parts in (place, kind, points, posted_at)]
    order = np.lexsort((columns[1], columns[0]))
    return _ledger(history, *(column[order] for column in columns))


def _ledger(
    history: History, place: Integers, kind: Integers, points: NDArray[Any], posted_at: NDArray[Any]
) -> dict[str, Any]:
    person = history.person[place]
    after_the_last = kind > EXPIRE
    kind = np.minimum(kind, EXPIRE)
    expired = kind == EXPIRE
    return {
        "entry_id": public_ids(
            history,
            person,
            business=history.business[place],
            number=history.encounter[place] + after_the_last,
            kind=kind,
            table=ENTRIES,
        ),
        "customer_id": history.customer_id[person],
        "order_id": pa.array(history.order_id[place], mask=expired),
        "posted_at": moments(history, posted_at),
        "kind": words(kind, KINDS),
        "points": points,
    }
