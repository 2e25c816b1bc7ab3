"""Which 200 customers should get the letter?  Marked by the profit that it truly adds."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from datasets.world import load_scenario
from datasets.world.replay import future_value
from exercises.customers import seen
from lessons.customer_value.rfm.model import scores

KIND = "decision"
CONCEPTS = ("rfm",)
ORDER = 2
UNITS = {"picks": "number", "spent": "money:2", "mean_order": "money:2", "worth": "money:0"}
TOLERANCE = 0.45
SHOWN = ["tenure_days", "orders", "days_since_last_order", "spent", "mean_order", "complaints"]
MEASURES = ["recency_days", "frequency", "monetary"]
WHO = {"customers": 2500, "at_week": 88, "seed": 7}


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, pd.Series]:
    """What the shop sees before the letter, and what a letter truly adds to each one's expected profit."""
    tea = load_scenario("tea_shops")
    known = seen("tea_shops", policy=tea.policy, **WHO).query("business == 'shop' & contract == 0")[SHOWN]
    ways = [replace(tea.policy, targeting=whom) for whom in ("everyone", "nobody")]
    ahead = [future_value(tea, policy=way, horizon_weeks=16, replicates=60, **WHO) for way in ways]
    one, other = (way["expected_profit_cents"] / 100 for way in ahead)
    return known, (one - other).set_axis(ahead[0]["customer_id"].astype(str))


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 of the shop's customers."""
    return {"picks": 200, "customers": _company()[0].sample(1000, random_state=rng).reset_index()}


def answer(*, picks: int, customers: pd.DataFrame) -> list[str]:
    """Take the highest sums of the three RFM scores, and among equals who spent more."""
    measures = customers[["days_since_last_order", "orders", "spent"]]
    total = scores(measures.set_axis(MEASURES, axis=1), scheme="quintiles").sum(axis=1)
    return list(customers.assign(total=total).nlargest(picks, ["total", "spent"])["customer_id"])


def worth(submitted: list[str], **_) -> float:
    """What the letters add to the expected profit of these customers in the 16 weeks after."""
    return float(_company()[1].reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame) -> float:
    """What as many customers drawn by lot are worth."""
    return picks * float(_company()[1].reindex(customers["customer_id"]).mean())


MISTAKES = {
    "silent": lambda picks, customers: list(customers.nlargest(picks, "days_since_last_order").customer_id),
    "oldest": lambda picks, customers: list(customers.nlargest(picks, "tenure_days").customer_id),
}
