"""Which 300 customers should be called?  Marked by the profit that the calls truly add."""

import numpy as np
import pandas as pd

from exercises.churn.two_lives import BANDS, COST, EARLIER, WEEKS, added, banded, by_group, others

KIND = "decision"
CONCEPTS = ("uplift",)
ORDER = 1
UNITS = {"picks": "number", "cost": "money", "weeks": "number", "few": "number", "worth": "money:0"}
UNITS |= dict.fromkeys(("mean_order", "margin_called", "margin_left"), "money:2")
TOLERANCE = 0.4
SHOWN = ["customer_id", *BANDS, "recent_orders", "days_known"]


def given(rng: np.random.Generator) -> dict:
    """Draw 1,500 customers, and 8,000 of the earlier campaign, summed up by group."""
    then = np.sort(rng.permutation(EARLIER)[:8_000])
    rows = others().iloc[np.sort(rng.permutation(len(others()))[:1500])]
    drawn = {"picks": 300, "cost": COST, "weeks": WEEKS, "few": 50, "earlier": by_group(then)}
    return drawn | {"customers": rows[SHOWN].reset_index(drop=True)}


def answer(*, picks: int, few: int, earlier: pd.DataFrame, customers: pd.DataFrame, **_) -> list[str]:
    """Take the customers of the groups in which a call added most; small groups last."""
    gain = (earlier["margin_called"] - earlier["margin_left"]).where(
        earlier[["called", "left_alone"]].min(axis=1) >= few, -1e9
    )
    found = banded(customers).merge(earlier.assign(gain=gain), how="left", on=list(BANDS))["gain"]
    return _first(picks, customers.assign(gain=found.fillna(-1e9).to_numpy()), "gain")


def _first(picks: int, customers: pd.DataFrame, by: str) -> list[str]:
    ranked = customers.sort_values([by, "customer_id"], ascending=[False, True])
    return ranked["customer_id"].head(picks).tolist()


def worth(submitted: list[str], **_) -> float:
    """What these calls add to the profit to be expected, less their cost."""
    return float(added().reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame, **_) -> float:
    """What as many calls by lot are worth."""
    return worth(customers["customer_id"].tolist()) / len(customers) * picks


MISTAKES = {
    "likely_to_leave": lambda picks, customers, **_: _first(picks, customers, "days_since_order"),
    "likely_to_buy": lambda picks, customers, **_: _first(picks, customers, "orders"),
    "biggest_spenders": lambda picks, customers, **_: _first(
        picks, customers.assign(spent=customers["orders"] * customers["mean_order"]), "spent"
    ),
}
