"""Where do new customers come from?  referrals and prospects.

Before each root there are people whom the company reached in vain: how many, follows from the two conversions of the
scenario's funnel, from being reached to enquiring and from enquiring to ordering. So the conversions are known.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.arrays import moments, public_ids, words
from datasets.world.calendar import MICROSECONDS_PER_DAY
from datasets.world.draws import PROSPECT, draw
from datasets.world.history import History
from datasets.world.ids import PROSPECTS, REFERRALS
from datasets.world.sales import joined_at
from datasets.world.scenario import CHANNELS

Integers = NDArray[np.int64]


def referrals(history: History) -> dict[str, Any]:
    """Who was sent by whom."""
    referred = np.flatnonzero(history.referrer >= 0)
    return {
        "referral_id": public_ids(
            history, referred, business=0, number=np.zeros(len(referred)), table=REFERRALS
        ),
        "referrer_id": history.customer_id[history.referrer[referred]],
        "customer_id": history.customer_id[referred],
        "referred_at": moments(history, np.rint(history.referred_at[referred] * MICROSECONDS_PER_DAY)),
    }


def prospects(history: History) -> dict[str, Any]:
    """Everybody whom the company reached on its own: those who became customers, and those who did not."""
    scenario, seed = history.company.scenario, history.seed
    funnel = scenario.funnel
    root = np.flatnonzero(history.referrer < 0)
    identity = history.persons.identity[root]
    success = funnel.enquiry_share * funnel.order_share
    word = draw(identity, 0, purpose=PROSPECT, seed=seed)[0]
    in_vain = np.zeros(len(root), dtype=np.int64)
    if success < 1:
        in_vain = np.floor(np.log(philox.uniform(word)) / np.log1p(-success)).astype(np.int64)
    count = in_vain + 1
    row = np.repeat(np.arange(len(root)), count)
    number = np.arange(len(row)) - (np.cumsum(count) - count)[row]
    won = number == in_vain[row]
    person = root[row]
    first = draw(identity[row], number + 1, purpose=PROSPECT, seed=seed)
    enquired_in_vain = funnel.enquiry_share * (1 - funnel.order_share) / (1 - success) if success < 1 else 0.0
    enquired = won | (philox.uniform(first[0]) < enquired_in_vain)
    to_order, to_enquire = (
        -np.log(philox.uniform(word)) * days * MICROSECONDS_PER_DAY
        for word, days in ((first[1], funnel.days_to_order), (first[2], funnel.days_to_enquire))
    )
    # Those in vain were reached in the same weeks as those who came.
    enquired_at = joined_at(history)[person] - np.ceil(to_order)
    channel = np.array(scenario.main.channels)
    return {
        "prospect_id": public_ids(history, person, business=0, number=number, table=PROSPECTS),
        "customer_id": pa.array(history.customer_id[person], mask=~won),
        "channel": words(
            np.searchsorted(np.cumsum(channel)[:-1], philox.uniform(first[3]), side="right"), CHANNELS
        ),
        "reached_at": moments(history, enquired_at - np.ceil(to_enquire)),
        "enquired_at": moments(history, enquired_at, known=enquired),
    }
