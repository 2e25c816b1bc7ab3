"""What are one customer's three scores, and which response pays for a letter?"""

from __future__ import annotations

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
TOLERANCE = {"recency": 0.1, "frequency": 0.1, "monetary": 0.1, "break_even": 0.003}
NAMES = ("Ana", "Ben", "Chen", "Dora", "Emil", "Fay", "Gu", "Hana", "Ivo", "Jin")


def given(rng: np.random.Generator) -> dict:
    """Draw ten customers, no value twice, and ask for one who stands in the middle of nothing."""
    while True:
        customers = pd.DataFrame(
            {
                "customer": NAMES,
                "days_since_last_order": rng.choice(np.arange(2, 240), 10, replace=False),
                "orders": rng.choice(np.arange(1, 25), 10, replace=False),
                "spent": rng.choice(np.arange(40, 2400, 5), 10, replace=False),
            }
        )
        asked = [place for place, marks in enumerate(_marks(customers)) if 3 not in marks]
        if asked:
            break
    prices = {"cost": int(rng.integers(3, 10)), "order_value": 10 * int(rng.integers(7, 16))}
    prices["margin_share"] = int(rng.integers(30, 61)) / 100
    return {"customer": NAMES[int(rng.choice(asked))], **prices, "customers": customers}


def _marks(customers: pd.DataFrame) -> list[list[float]]:
    named = {"days_since_last_order": "recency_days", "orders": "frequency", "spent": "monetary"}
    return scores(customers.rename(columns=named), scheme="quintiles").astype(float).to_numpy().tolist()


def answer(*, customer: str, cost: float, order_value: float, margin_share: float, customers: pd.DataFrame):
    """Return R, F, M and the response at which a letter pays."""
    rate = break_even_rate(cost_per_letter=cost, margin_per_order=order_value * margin_share)
    return [*_marks(customers)[NAMES.index(customer)], rate]


def steps(*, order_value: float, margin_share: float, **_) -> dict:
    """Return the margin on an order."""
    return {"margin": order_value * margin_share}


def _turned(which: tuple[int, ...], given: dict) -> list[float]:
    return [6 - one if place in which else one for place, one in enumerate(answer(**given))]


MISTAKES = {
    "recency_turned_round": lambda **given: _turned((0,), given),
    "one_is_best": lambda **given: _turned((0, 1, 2), given),
    "margin_forgotten": lambda **given: [*answer(**given)[:3], given["cost"] / given["order_value"]],
}
