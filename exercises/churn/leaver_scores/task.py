"""Which customers will have left half a year from now?  Learn from an earlier list, score a later one."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from datasets.world import load_scenario
from exercises.customers import replayed, seen
from lessons.churn.churn_prediction.model import auc

KIND = "scores"
CONCEPTS = ("churn-prediction",)
ORDER = 2
UNITS = {"earlier_week": "number", "later_week": "number", "spent": "money:2", "worth": "number:3"}
TOLERANCE = 0.35
SHOWN = ["tenure_days", "orders", "days_since_last_order", "days_between_orders", "spent", "complaints"]


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return the shop's lists of weeks 52 (with `silent`) and 78, and who has left by week 104, which nobody sees."""
    policy = load_scenario("tea_shops").policy
    then, now = (seen("tea_shops", policy=policy, at_week=week) for week in (52, 78))
    then["silent"] = (now["days_since_last_order"].reindex(then.index) >= 182).astype("int64")
    lists = [
        one.query("business == 'shop' & contract == 0 & days_since_last_order < 182") for one in (then, now)
    ]
    gone = replayed("tea_shops", before=policy, after=policy)["left_before"]
    return lists[0][[*SHOWN, "silent"]], lists[1][SHOWN], gone


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 customers of each list."""
    lists = [one.iloc[np.sort(rng.permutation(len(one))[:1000])].reset_index() for one in _company()[:2]]
    return {"earlier_week": 52, "later_week": 78, "earlier": lists[0], "customers": lists[1]}


def answer(*, earlier: pd.DataFrame, customers: pd.DataFrame, **_) -> pd.Series:
    """Learn the log-odds of silence from the earlier list by logistic regression."""
    from sklearn.linear_model import LogisticRegression

    def known(rows: pd.DataFrame) -> np.ndarray:
        pause, silence = rows["tenure_days"].clip(lower=14) / rows["orders"], rows["days_since_last_order"]
        return np.column_stack((silence / 60, np.log1p(silence / pause), np.log(pause), rows["complaints"]))

    fit = LogisticRegression().fit(known(earlier), earlier["silent"])
    return pd.Series(fit.predict_proba(known(customers))[:, 1], index=customers["customer_id"])


def worth(submitted: pd.Series, **_) -> float:
    """Return the AUC against who has truly left by week 104."""
    return auc(_company()[2].reindex(submitted.index), submitted)


def chance(**_) -> float:
    """Return what scores by lot are worth."""
    return 0.5


MISTAKES = {
    "recency_turned_round": lambda customers, **_: (
        -customers.set_index("customer_id")["days_since_last_order"]
    ),
    "most_orders_first": lambda customers, **_: customers.set_index("customer_id")["orders"],
    "biggest_spenders_first": lambda customers, **_: customers.set_index("customer_id")["spent"],
    "longest_customers_first": lambda customers, **_: customers.set_index("customer_id")["tenure_days"],
}
