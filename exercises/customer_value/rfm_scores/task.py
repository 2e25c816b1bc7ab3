"""What are one customer's three scores, and which response pays for a letter?"""

import numpy as np
import pandas as pd

from lessons.customer_value.rfm.model import break_even_rate, scores

KIND = "table"
CONCEPTS = ("rfm",)
ORDER = 1
ROWS = ("recency", "frequency", "monetary", "break_even")
UNITS = {
    "cost": "money",
    "order_value": "money",
    "margin_share": "percent",
    "margin": "money:2",
    "spent": "money",
    "break_even": "percent:1",
}
TOLERANCE = {"recency": 0.1, "frequency": 0.1, "monetary": 0.1, "break_even": 0.005}
NAMES = ("Ana", "Ben", "Chen", "Dora", "Emil", "Fay", "Gu", "Hana", "Ivo", "Jin")


def given(rng: np.random.Generator) -> dict:
    """Draw ten customers, no value twice, and ask for one who has no score in the middle."""
    prices: dict[str, float] = {
        "cost": int(rng.integers(3, 10)),
        "order_value": 10 * int(rng.integers(7, 16)),
    }
    prices["margin_share"] = int(rng.integers(30, 61)) / 100
    values = {"days_since_last_order": range(2, 240), "orders": range(1, 25), "spent": range(40, 2400, 5)}
    while True:
        drawn = {name: rng.choice(list(many), 10, replace=False) for name, many in values.items()}
        customers = pd.DataFrame({"customer": NAMES} | drawn)
        asked = [name for name, marks in zip(NAMES, _marks(customers), strict=True) if 3 not in marks]
        if asked:
            return {"customer": str(rng.choice(asked)), **prices, "customers": customers}


def _marks(customers: pd.DataFrame) -> list[list[float]]:
    named = {"days_since_last_order": "recency_days", "orders": "frequency", "spent": "monetary"}
    return scores(customers.rename(columns=named), scheme="quintiles").astype(float).to_numpy().tolist()


def answer(*, customer: str, cost: float, order_value: float, margin_share: float, customers: pd.DataFrame):
    """R, F, M and the response at which a letter pays."""
    rate = break_even_rate(cost_per_letter=cost, margin_per_order=order_value * margin_share)
    return [*_marks(customers)[NAMES.index(customer)], rate]


def steps(*, order_value: float, margin_share: float, **_) -> dict:
    """The margin on an order."""
    return {"margin": order_value * margin_share}


MISTAKES = {
    "recency_turned_round": lambda **given: [6 - answer(**given)[0], *answer(**given)[1:]],
    "one_is_best": lambda **given: [*(6 - one for one in answer(**given)[:3]), answer(**given)[3]],
    "margin_forgotten": lambda **given: [*answer(**given)[:3], given["cost"] / given["order_value"]],
}
