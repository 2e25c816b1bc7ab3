"""Which 200 customers should get the letter?  Marked by the profit that it truly adds."""

from __future__ import annotations

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
WEEK, PEOPLE = 88, 2500


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, pd.Series]:
    """Return what the shop sees before the letter, and what a letter truly adds to each one's expected profit."""
    tea = load_scenario("tea_shops")
    lived = {"at_week": WEEK, "horizon_weeks": 16, "customers": PEOPLE, "seed": 7, "replicates": 60}
    ahead = [
        future_value(tea, policy=replace(tea.policy, targeting=whom), **lived)
        for whom in ("everyone", "nobody")
    ]
    added = (ahead[0]["expected_profit_cents"] - ahead[1]["expected_profit_cents"]) / 100
    added.index = ahead[0]["customer_id"].astype(str)
    known = seen("tea_shops", policy=tea.policy, at_week=WEEK, customers=PEOPLE)
    return known.query("business == 'shop' & contract == 0")[SHOWN], added


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 of the shop's customers."""
    known = _company()[0]
    return {"picks": 200, "customers": known.iloc[np.sort(rng.permutation(len(known))[:1000])].reset_index()}


def answer(*, picks: int, customers: pd.DataFrame) -> list[str]:
    """Take the highest sums of the three RFM scores, and among equals who spent more."""
    named = {"days_since_last_order": "recency_days", "orders": "frequency", "spent": "monetary"}
    total = scores(customers.rename(columns=named), scheme="quintiles").sum(axis=1)
    ranked = customers.assign(total=total).sort_values(["total", "spent", "customer_id"], ascending=False)
    return ranked["customer_id"].head(picks).tolist()


def worth(submitted: list[str], **_) -> float:
    """Return what the letters add to the expected profit of these customers in the 16 weeks after."""
    return float(_company()[1].reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame) -> float:
    """Return what as many customers drawn by lot are worth."""
    return picks * float(_company()[1].reindex(customers["customer_id"]).mean())


def _first(column: str, ascending: bool):
    return lambda picks, customers: (
        customers.sort_values([column, "customer_id"], ascending=ascending)["customer_id"]
        .head(picks)
        .tolist()
    )


MISTAKES = {
    "wakes_the_silent": _first("days_since_last_order", False),
    "longest_customers": _first("tenure_days", False),
    "fewest_orders": _first("orders", True),
}
