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
    "profit": "money",
    "best_two": "money",
    "all_ten": "money",
    "answer": "percent:1",
}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw ten wholesale accounts; small ones often want to be visited as much as large ones."""
    while True:
        sales = np.sort(np.round(rng.lognormal(10.2, 0.8, 10), -2))[::-1]
        visits = rng.integers(4, 60, 10)
        margin = rng.integers(22, 41, 10) / 100
        made = {"visit_cost": 5 * int(rng.integers(30, 61))}
        accounts = {"account": list("ABCDEFGHIJ"), "sales": sales, "margin_share": margin, "visits": visits}
        made["accounts"] = pd.DataFrame(accounts)
        ways = [answer(**made), *(follow(**made) for follow in MISTAKES.values())]
        apart = min(abs(one - ways[0]) for one in ways[1:]) > 0.015
        if apart and _profit(**made).sum() > 0.2 * (sales * margin).sum() and ways[0] < 3:
            return made


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
