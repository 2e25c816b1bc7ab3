"""Which customers will have left half a year from now?  Learn from an earlier list, score a later one."""

import functools

import numpy as np
import pandas as pd

from datasets.world import load_scenario
from exercises.customers import replayed, seen
from lessons.churn.churn_prediction.model import auc

KIND = "scores"
CONCEPTS = ("churn-prediction",)
ORDER = 2
UNITS = {"spent": "money:2", "worth": "number:3"}
TOLERANCE = 0.55
SHOWN = ["tenure_days", "orders", "days_since_last_order", "spent", "complaints"]


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """The shop's lists of weeks 52 (with `silent`) and 78; who has truly left by week 104, which nobody sees."""
    policy = load_scenario("tea_shops").policy
    then, now = (seen("tea_shops", policy=policy, at_week=week) for week in (52, 78))
    then["silent"] = (now["days_since_last_order"].reindex(then.index) >= 182).astype("int64")
    in_shop = "business == 'shop' & contract == 0 & days_since_last_order < 182"
    truth = replayed("tea_shops", before=policy, after=policy)
    return then.query(in_shop)[[*SHOWN, "silent"]], now.query(in_shop)[SHOWN], truth["left_before"]


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 customers of each list."""
    lists = [one.sample(1000, random_state=rng).reset_index() for one in _company()[:2]]
    return dict(zip(("earlier", "customers"), lists, strict=True))


def answer(*, customers: pd.DataFrame, **_) -> pd.Series:
    """How far the silence is beyond the customer's own pace: orders × ln(tenure ÷ tenure at the last order)."""
    rows = customers.set_index("customer_id")
    tenure = rows["tenure_days"] + 30  # a month more, so that nobody is judged by a few days
    return rows["orders"] * np.log(tenure / (tenure - rows["days_since_last_order"]))


def worth(submitted: pd.Series, **_) -> float:
    """The AUC against who has truly left by week 104."""
    return auc(_company()[2].reindex(submitted.index), submitted)


def chance(**_) -> float:
    """What scores by lot are worth."""
    return 0.5


MISTAKES = {
    "turned_round": lambda customers, **_: -customers.set_index("customer_id")["days_since_last_order"],
    "most_orders": lambda customers, **_: customers.set_index("customer_id")["orders"],
    "biggest_spenders": lambda customers, **_: customers.set_index("customer_id")["spent"],
}
