"""Which complaints get a good answer?  Marked by what the answers truly bring, customer by customer."""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from datasets.world import load_scenario
from exercises.customers import replayed, seen

KIND = "decision"
CONCEPTS = ("service-recovery",)
ORDER = 2
UNITS = {"picks": "number", "spent": "money:2", "mean_order": "money:2", "worth": "money:0"}
WEEK, PEOPLE, TOLERANCE = 40, 12_000, 0.35
SHOWN = ["business", "tenure_days", "orders", "days_since_last_order", "spent", "mean_order", "complaints"]


@functools.lru_cache(maxsize=1)
def _desk() -> tuple[pd.DataFrame, pd.Series]:
    """Return who complains after WEEK, as known in that week, and what an answer truly brings."""
    usual = load_scenario("tea_shops").policy
    none, everyone = (replace(usual, answered_share=share, from_week=WEEK) for share in (0.0, 1.0))
    lived = replayed("tea_shops", before=none, after=everyone, customers=PEOPLE)
    known = seen("tea_shops", policy=usual, at_week=WEEK, customers=PEOPLE)[SHOWN]
    return known[known.index.isin(lived.query("change == 'answer'").index)], lived["incremental_profit"]


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 of the customers who complain."""
    known = _desk()[0]
    while True:
        rows = np.sort(rng.permutation(len(known))[:1000])
        drawn = {"picks": 200, "customers": known.iloc[rows].reset_index()}
        if worth(answer(**drawn)) > 1000:  # once in 400 draws even the big spenders do not pay
            return drawn


def _first(column: str, ascending: bool):
    order = {"by": [column, "customer_id"], "ascending": ascending}
    return lambda picks, customers: customers.sort_values(**order)["customer_id"].head(picks).tolist()


def worth(submitted: list[str], **_) -> float:
    """Return what the answers bring until the end of the two years, their cost taken off."""
    return float(_desk()[1].reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame) -> float:
    """Return what as many customers drawn by lot bring."""
    return picks * float(_desk()[1].reindex(customers["customer_id"]).mean())


answer = _first("spent", False)  # an answer keeps orders; those of the big spenders are worth the most
MISTAKES = {
    "newest": _first("tenure_days", True),
    "smallest": _first("spent", True),
    "longest_silent": _first("days_since_last_order", False),
}
