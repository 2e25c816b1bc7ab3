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
TOLERANCE = 0.3
SHOWN = ["tenure_days", "orders", "days_since_last_order", "spent", "mean_order", "complaints"]
WHO = {"customers": 2500, "at_week": 88, "seed": 7}


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, pd.Series]:
    """What the shop sees before the letter, and what a letter truly adds to each one's expected profit."""
    tea = load_scenario("tea_shops")
    ways = [replace(tea.policy, targeting=whom) for whom in ("everyone", "nobody")]
    futures = [future_value(tea, policy=way, horizon_weeks=16, replicates=60, **WHO) for way in ways]
    ids = futures[0]["customer_id"].astype(str)
    written_to, silent = (future.set_index(ids)["expected_profit_cents"] / 100 for future in futures)
    known = seen("tea_shops", policy=tea.policy, **WHO)
    return known.query("business == 'shop' & contract == 0")[SHOWN], written_to - silent


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 of the shop's customers."""
    known = _company()[0]
    return {"picks": 200, "customers": known.iloc[np.sort(rng.permutation(len(known))[:1000])].reset_index()}


def answer(*, picks: int, customers: pd.DataFrame) -> list[str]:
    """Take the highest sums of the three RFM scores, and among equals who spent more."""
    named = {"days_since_last_order": "recency_days", "orders": "frequency", "spent": "monetary"}
    total = scores(customers.rename(columns=named), scheme="quintiles").sum(axis=1)
    return _first(picks, customers.assign(total=-total, less=-customers["spent"]), ["total", "less"])


def _first(picks: int, customers: pd.DataFrame, by: list[str], *, ascending: bool = True) -> list[str]:
    ranked = customers.sort_values([*by, "customer_id"], ascending=ascending)
    return ranked["customer_id"].head(picks).tolist()


def worth(submitted: list[str], **_) -> float:
    """What the letters add to the expected profit of these customers in the 16 weeks after."""
    return float(_company()[1].reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame) -> float:
    """What as many customers drawn by lot are worth."""
    return picks * float(_company()[1].reindex(customers["customer_id"]).mean())


MISTAKES = {
    "wakes_the_silent": lambda **given: _first(**given, by=["days_since_last_order"], ascending=False),
    "longest_customers": lambda **given: _first(**given, by=["tenure_days"], ascending=False),
    "fewest_orders": lambda **given: _first(**given, by=["orders"]),
}
