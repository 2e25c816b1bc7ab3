"""Which 300 customers should be called?  Marked by the profit that the calls truly add."""

import numpy as np
import pandas as pd

from exercises.churn.two_lives import COST, WEEKS, earlier, others

KIND = "decision"
CONCEPTS = ("uplift",)
ORDER = 1
UNITS = {
    "picks": "number",
    "cost": "money",
    "weeks": "number",
    "mean_order": "money:2",
    "margin_called": "money:2",
    "margin_left": "money:2",
    "worth": "money:0",
}
TOLERANCE = 0.35
BANDS = {
    "orders": ([-1, 2, 5, 10, 1000], ["0–2", "3–5", "6–10", "11+"]),
    "days_since_order": ([-1, 45, 120, 10_000], ["0–45", "46–120", "121+"]),
    "mean_order": ([-1, 70, 1e6], ["≤ 70", "> 70"]),
}
SHOWN = ["customer_id", *BANDS, "recent_orders", "days_known"]


def _banded(customers: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {name: pd.cut(customers[name], edges, labels=words) for name, (edges, words) in BANDS.items()}
    )


def given(rng: np.random.Generator) -> dict:
    """Draw 1,500 customers, and 12,000 of the earlier campaign, summed up by group."""
    then = earlier().iloc[np.sort(rng.permutation(len(earlier()))[:12_000])]
    groups = then.groupby([*(column for _, column in _banded(then).items()), "called"], observed=True)
    table = groups["margin"].agg(["size", "mean"]).unstack("called").dropna()
    table.columns = ["left_alone", "called", "margin_left", "margin_called"]
    table = table[["called", "margin_called", "left_alone", "margin_left"]].round(2).reset_index()
    table = table.astype(dict.fromkeys(BANDS, str) | {"called": "int64", "left_alone": "int64"})
    rows = others().iloc[np.sort(rng.permutation(len(others()))[:1500])]
    shown = {"earlier": table, "customers": rows[SHOWN].reset_index(drop=True)}
    return {"picks": 300, "cost": COST, "weeks": WEEKS, **shown}


def answer(*, picks: int, earlier: pd.DataFrame, customers: pd.DataFrame, **_) -> list[str]:
    """Take the customers of the groups in which a call added most."""
    gain = earlier.assign(gain=earlier["margin_called"] - earlier["margin_left"])[[*BANDS, "gain"]]
    found = _banded(customers).astype(str).merge(gain, how="left", on=list(BANDS))["gain"]
    return _first(picks, customers.assign(gain=found.fillna(-1e9).to_numpy()), "gain")


def _first(picks: int, customers: pd.DataFrame, by: str) -> list[str]:
    ranked = customers.sort_values([by, "customer_id"], ascending=[False, True])
    return ranked["customer_id"].head(picks).tolist()


def _added() -> pd.Series:
    return others().set_index("customer_id")["added"]


def worth(submitted: list[str], **_) -> float:
    """What these calls add to the profit to be expected, less their cost."""
    return float(_added().reindex(submitted).sum())


def chance(*, picks: int, customers: pd.DataFrame, **_) -> float:
    """What as many calls by lot are worth."""
    return picks * float(_added().reindex(customers["customer_id"]).mean())


MISTAKES = {
    "likely_to_leave": lambda picks, customers, **_: _first(picks, customers, "days_since_order"),
    "likely_to_buy": lambda picks, customers, **_: _first(picks, customers, "orders"),
    "biggest_spenders": lambda picks, customers, **_: _first(
        picks, customers.assign(spent=customers["orders"] * customers["mean_order"]), "spent"
    ),
}
