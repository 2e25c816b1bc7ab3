"""What does the programme owe at the end of the year?"""

from __future__ import annotations

import numpy as np

from lessons.loyalty.loyalty_program.model import Programme

KIND = "number"
CONCEPTS = ("loyalty-program",)
ORDER = 1
UNITS = {
    "opening": "number",
    "earned": "number",
    "redeemed": "number",
    "expired": "number",
    "value": "money:2",
    "breakage": "percent",
    "open_points": "number",
    "coming": "number",
    "answer": "money:0",
}
TOLERANCE = 1.0


def given(rng: np.random.Generator) -> dict:
    """Draw a year of a bakery chain's card."""
    earned = int(rng.integers(300, 1500)) * 1000
    return {
        "opening": int(rng.integers(100, 900)) * 1000,
        "earned": earned,
        "redeemed": int(earned * rng.uniform(0.4, 0.65) / 1000) * 1000,
        "expired": int(earned * rng.uniform(0.1, 0.3) / 1000) * 1000,
        "value": int(rng.integers(1, 11)) / 100,
        "breakage": int(rng.integers(12, 42)) / 100,
    }


def steps(opening, earned, redeemed, expired, value, breakage) -> dict:
    """Points open at the end, and those of them that will be redeemed."""
    points = opening + earned - redeemed - expired
    return {"open_points": points, "coming": points * (1 - breakage)}


def answer(*, value: float, breakage: float, **given) -> float:
    """Open points × share redeemed in the end × value of a point."""
    programme = Programme(point_value=value, redeemed_share=1 - breakage, margin_share=1)
    return programme.owed(points=steps(value=value, breakage=breakage, **given)["open_points"])


MISTAKES = {
    "forgot_breakage": lambda **given: answer(**given | {"breakage": 0.0}),
    "owes_the_breakage": lambda **given: answer(**given | {"breakage": 1 - given["breakage"]}),
    "forgot_opening": lambda **given: answer(**given | {"opening": 0}),
    "forgot_expired": lambda **given: answer(**given | {"expired": 0}),
}
