"""Which share of the profit do the best two of ten accounts bring?"""

import numpy as np
import pandas as pd

KIND = "number"
CONCEPTS = ("abc-analysis",)
ORDER = 1
UNITS = {
    "visit_cost": "money",
    "sales": "money",
    "margin_share": "percent",
    "best_two": "money",
    "all_ten": "money",
    "answer": "percent:1",
}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw ten wholesale accounts; small ones often want to be visited as much as large ones."""
    while True:
        sales, visits = np.sort(np.round(rng.lognormal(10.2, 0.8, 10), -2))[::-1], rng.integers(4, 60, 10)
        margin, visit_cost = rng.integers(15, 46, 10) / 100, 5 * int(rng.integers(30, 61))
        profit = sales * margin - visits * visit_cost
        if profit.sum() < 5000:
            continue
        best = np.sort(profit)[-2:].sum()
        ways = (sales[:2].sum() / sales.sum(), profit[:2].sum() / profit.sum(), best / profit.clip(0).sum())
        share = best / profit.sum()
        if share < 3 and min(abs(way - share) for way in ways) > 0.015:
            accounts = {"account": list("ABCDEFGHIJ"), "sales": sales, "margin_share": margin}
            return {"visit_cost": visit_cost, "accounts": pd.DataFrame(accounts | {"visits": visits})}


def _profit(*, visit_cost: float, accounts: pd.DataFrame) -> pd.Series:
    return accounts["sales"] * accounts["margin_share"] - accounts["visits"] * visit_cost


def answer(*, visit_cost: float, accounts: pd.DataFrame) -> float:
    """Profit of the two most profitable accounts over the profit of all ten."""
    profit = _profit(visit_cost=visit_cost, accounts=accounts)
    return float(profit.nlargest(2).sum() / profit.sum())


def steps(**given) -> dict:
    """The profit of the best two and of all."""
    profit = _profit(**given)
    return {"best_two": float(profit.nlargest(2).sum()), "all_ten": float(profit.sum())}


MISTAKES = {
    "share_of_sales": lambda accounts, **_: accounts["sales"].nlargest(2).sum() / accounts["sales"].sum(),
    "largest_by_sales": lambda **given: (
        _profit(**given)[given["accounts"]["sales"].nlargest(2).index].sum() / _profit(**given).sum()
    ),
    "visits_left_out": lambda **given: answer(visit_cost=0, accounts=given["accounts"]),
    "losses_left_out": lambda **given: _profit(**given).nlargest(2).sum() / _profit(**given).clip(0).sum(),
}
