"""What does answering every complaint bring in a year, by a trial in which chance decided who was answered?"""

from __future__ import annotations

import numpy as np

KIND = "number"
CONCEPTS = ("service-recovery",)
ORDER = 1
UNITS = {
    "complaints": "number",
    "kept": "number:0",
    **dict.fromkeys(("back_answered", "back_not", "margin", "points"), "percent"),
    **dict.fromkeys(("sales", "cost", "won", "spent", "answer"), "money:0"),
}
TOLERANCE = 1.0


def given(rng: np.random.Generator) -> dict:
    """Draw a hotel group's year."""
    back_not = int(rng.integers(25, 60))
    return {
        "complaints": int(rng.integers(4, 18)) * 100,
        "back_answered": (back_not + int(rng.integers(5, 19))) / 100,
        "back_not": back_not / 100,
        "sales": int(rng.integers(50, 200)) * 10,
        "margin": int(rng.integers(25, 61)) / 100,
        "cost": int(rng.integers(20, 121)),
    }


def steps(complaints, back_answered, back_not, sales, margin, cost) -> dict:
    """Points gained, guests kept, margin won, money spent."""
    kept = complaints * (back_answered - back_not)
    return {
        "points": back_answered - back_not,
        "kept": kept,
        "won": kept * sales * margin,
        "spent": complaints * cost,
    }


def answer(**given) -> float:
    """Margin of those who came back because of the answer, less the cost of answering everybody."""
    found = steps(**given)
    return found["won"] - found["spent"]


MISTAKES = {
    "all_who_came_back": lambda **given: answer(**given | {"back_not": 0.0}),
    "forgot_margin": lambda **given: answer(**given | {"margin": 1.0}),
    "cost_of_the_kept": lambda **given: steps(**given)["won"] - steps(**given)["kept"] * given["cost"],
    "forgot_cost": lambda **given: steps(**given)["won"],
}
