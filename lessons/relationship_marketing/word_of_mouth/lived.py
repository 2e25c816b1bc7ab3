"""How many others does a customer of Harbour Tea truly bring?  Customers lived for eight years, and counted.

The company's own tables end after two years. Who is still a customer then goes on talking.
"""

from __future__ import annotations

import pandas as pd

from datasets.world import live, load_scenario
from lessons.relationship_marketing.word_of_mouth.counting import Counted, count

COMPANY, CUSTOMERS, SEED, YEARS = "tea_shops", 4000, 1, 8
_WEEK = pd.Timedelta(weeks=1)


def counted(*, customers: pd.DataFrame, referrals: pd.DataFrame, until: pd.Timestamp, weeks: int) -> Counted:
    """Count from the tables customers (customer_id, joined_at) and referrals (referrer_id, referred_at)."""
    joined = customers.set_index("customer_id")["joined_at"]
    age = (until - joined) / _WEEK
    spoke = joined.reindex(referrals["referrer_id"]).to_numpy()
    at = (referrals["referred_at"] - spoke) / _WEEK
    return count(age_weeks=age.to_numpy(float), referral_age_weeks=at.to_numpy(float), weeks=weeks)


def truth() -> Counted:
    """The same count over eight years of custom, which everyone who came by themselves could live."""
    world = live(
        load_scenario(COMPANY),
        customers=CUSTOMERS,
        seed=SEED,
        weeks=52 * YEARS + 26,
        tables=("customers", "referrals"),
    )
    tables = {name: table.to_pandas() for name, table in world.tables.items()}
    return counted(**tables, until=pd.Timestamp(world.until), weeks=52 * YEARS)


def praise_by_satisfaction(encounters: pd.DataFrame) -> tuple[float, float]:
    """Share of visits that are recommended, among the quarter that pleased least and the quarter that pleased most."""
    felt = encounters["satisfaction_afterwards"]
    low, high = felt.quantile([0.25, 0.75])
    worst, best = (encounters.loc[which, "recommended"].mean() for which in (felt <= low, felt >= high))
    return float(worst), float(best)
