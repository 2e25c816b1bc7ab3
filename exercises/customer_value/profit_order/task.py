"""In which order do five accounts stand once serving them is paid for?"""

import numpy as np
import pandas as pd

KIND = "ranking"
CONCEPTS = ("abc-analysis",)
ORDER = 2
UNITS = {"delivery_cost": "money", "sales": "money", "margin_share": "percent", "profits": "money:0"} | {
    "terms_cost": "percent:1"
}
TOLERANCE = 0
OPTIONS = ("hotel", "cafe", "market", "school", "airport")


def given(rng: np.random.Generator) -> dict:
    """Draw five accounts whose order changes with every cost that is taken into account."""
    while True:
        accounts = pd.DataFrame(
            {
                "account": OPTIONS,
                "sales": rng.choice(np.arange(60, 200), 5, replace=False) * 1000.0,
                "margin_share": rng.integers(12, 46, 5) / 100,
                "deliveries": rng.integers(10, 240, 5),
                "days_to_pay": rng.choice(np.arange(15, 271, 15), 5, replace=False),
            }
        )
        made = {"delivery_cost": 10 * int(rng.integers(8, 21)), "terms_cost": 0.12, "accounts": accounts}
        profit = np.sort(_profit(**made))
        ways = {tuple(way) for way in (answer(**made), *(follow(**made) for follow in MISTAKES.values()))}
        if np.diff(profit).min() > 200 and len(ways) == 1 + len(MISTAKES):
            return made


def _profit(*, delivery_cost: float, terms_cost: float, accounts: pd.DataFrame) -> pd.Series:
    """Margin less deliveries, less the interest on what is owed while they take their time to pay."""
    kept = accounts["margin_share"] - accounts["days_to_pay"] / 365 * terms_cost
    return accounts["sales"] * kept - accounts["deliveries"] * delivery_cost


def answer(**given) -> list[str]:
    """The accounts, the most profitable first."""
    return _ranked(_profit(**given))


def _ranked(values: pd.Series) -> list[str]:
    return [OPTIONS[place] for place in values.sort_values(ascending=False).index]


def steps(**given) -> dict:
    """The five profits, highest first."""
    return {"profits": sorted(_profit(**given).tolist(), reverse=True)}


MISTAKES = {
    "by_sales": lambda accounts, **_: _ranked(accounts["sales"]),
    "by_margin": lambda accounts, **_: _ranked(accounts["sales"] * accounts["margin_share"]),
    "terms_forgotten": lambda **given: _ranked(_profit(**{**given, "terms_cost": 0.0})),
}
