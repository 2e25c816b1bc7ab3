"""From which chance of leaving on does an offer pay, when a control group told what it saves?"""

from __future__ import annotations

import numpy as np

KIND = "number"
CONCEPTS = ("churn-prediction",)
ORDER = 1
UNITS = {
    "cost": "money",
    "value": "money",
    "control_left": "percent",
    "offered_left": "percent",
    "saved": "percent:0",
    "gain": "money:2",
    "answer": "percent:1",
}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw a trial that saved 10% to 30% of the leavers, and an offer that pays from 8% to 80% on, not near 50%."""
    while True:
        control = int(rng.integers(16, 41)) / 100
        offered = round(control * (1 - int(rng.integers(10, 31)) / 100), 4)
        cost, value = int(rng.integers(4, 21)), 10 * int(rng.integers(8, 41))
        threshold = cost / ((1 - offered / control) * value)
        if 0.08 < threshold < 0.8 and abs(threshold - 0.5) > 0.04:
            return {"cost": cost, "value": value, "control_left": control, "offered_left": offered}


def answer(*, cost: float, value: float, control_left: float, offered_left: float) -> float:
    """Return cost ÷ (share of leavers saved × value)."""
    return cost / ((1 - offered_left / control_left) * value)


def steps(*, cost: float, value: float, control_left: float, offered_left: float) -> dict:
    """Return the share saved, and what a letter to a leaver brings."""
    saved = 1 - offered_left / control_left
    return {"saved": saved, "gain": saved * value}


MISTAKES = {
    "one_half": lambda **_: 0.5,
    "forgot_save_rate": lambda cost, value, **_: cost / value,
    "points_for_share": lambda cost, value, control_left, offered_left: (
        cost / ((control_left - offered_left) * value)
    ),
    "share_still_leaving": lambda cost, value, control_left, offered_left: (
        cost / (offered_left / control_left * value)
    ),
}
