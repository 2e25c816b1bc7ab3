"""Which customers get the tea tin that reorders itself: a structural bond for a few, lived for three years."""

from __future__ import annotations

import functools
from dataclasses import replace

import numpy as np
import pandas as pd

from datasets.world import load_scenario
from exercises.customers import replayed, seen

KIND = "decision"
CONCEPTS = ("bond-levels",)
ORDER = 1
UNITS, TOLERANCE = {"picks": "number", "spent": "money:2", "worth": "money:0"}, 0.5
WEEK, WEEKS, LISTED, USUAL = 52, 208, 1500, load_scenario("tea_shops").policy
TIED = replace(USUAL, structural_bond=1.0, from_week=WEEK)
SHOWN = ["tenure_days", "orders", "days_since_last_order", "spent", "complaints", "last_satisfaction"]


def given(rng: np.random.Generator) -> dict:
    """Draw 1,500 of the shop's customers as they are known at the end of the first year."""
    known = seen("tea_shops", policy=USUAL, at_week=WEEK).query("business == 'shop'")
    drawn = known.iloc[np.sort(rng.permutation(len(known))[:LISTED])]
    return {"customers": drawn[SHOWN].reset_index(), "picks": int(rng.integers(6, 9)) * 25}


def _first(customers: pd.DataFrame, picks: int, by: str) -> list[str]:
    order = np.argsort(-np.asarray(customers.eval(by), dtype=float), kind="stable")
    return customers["customer_id"].iloc[order[:picks]].tolist()


def answer(*, customers: pd.DataFrame, picks: int) -> list[str]:
    """Return those who have much to be lost, and are still there to be held."""
    return _first(customers, picks, "spent * (days_since_last_order <= 60)")


@functools.lru_cache(maxsize=1)
def _effect() -> pd.Series:
    return replayed("tea_shops", before=USUAL, after=TIED, weeks=WEEKS)["incremental_profit"]


def worth(submitted: list[str], **_) -> float:
    """Return what tying these customers truly brings in three years."""
    return float(_effect().reindex(submitted).sum())


def chance(*, customers: pd.DataFrame, picks: int) -> float:
    """Return what as many customers chosen by lot bring."""
    return worth(customers["customer_id"].tolist()) / len(customers) * picks


MISTAKES = {
    "win_back": lambda customers, picks: _first(customers, picks, "days_since_last_order"),
    "lost_big": lambda customers, picks: _first(customers, picks, "spent * (days_since_last_order > 90)"),
    "newest": lambda customers, picks: _first(customers, picks, "-tenure_days"),
    "longest": lambda customers, picks: _first(customers, picks, "tenure_days"),
}
