"""What is a new subscriber worth today?"""

import numpy as np

from lessons.customer_value.clv.model import CustomerValue

KIND = "number"
CONCEPTS = ("clv",)
ORDER = 1
UNITS = {
    "price": "money",
    "goods_share": "percent",
    "retention": "percent",
    "discount_rate": "percent",
    "margin": "money:2",
    "ratio": "number:5",
    "answer": "money:0",
}
TOLERANCE = 5.0


def given(rng: np.random.Generator) -> dict:
    """Draw a yearly box: price, share of it that the goods cost, retention and discount rate."""
    return {
        "price": 12 * int(rng.integers(30, 121)),
        "goods_share": int(rng.integers(35, 66)) / 100,
        "retention": int(rng.integers(60, 89)) / 100,
        "discount_rate": int(rng.integers(6, 16)) / 100,
    }


def answer(*, price: float, goods_share: float, retention: float, discount_rate: float) -> float:
    """Value of margins paid at the beginning of each year, for as long as the subscriber stays."""
    margin = price * (1 - goods_share)
    return CustomerValue(margin=margin, retention=retention, discount_rate=discount_rate).value()


def steps(*, price: float, goods_share: float, retention: float, discount_rate: float) -> dict:
    """The margin, and what each payment is worth as a multiple of the one before."""
    return {"margin": price * (1 - goods_share), "ratio": retention / (1 + discount_rate)}


MISTAKES = {
    "first_payment_forgotten": lambda **given: answer(**given) - given["price"] * (1 - given["goods_share"]),
    "margin_forgotten": lambda **given: answer(**(given | {"goods_share": 0.0})),
    "not_discounted": lambda **given: answer(**(given | {"discount_rate": 0.0})),
    "first_payment_discounted": lambda **given: answer(**given) / (1 + given["discount_rate"]),
    "loss_for_retention": lambda **given: answer(**(given | {"retention": 1 - given["retention"]})),
}
