"""Is a loyalty programme worth keeping, by a control group that chance has drawn?"""

from __future__ import annotations

import numpy as np

KIND = "choice"
CONCEPTS = ("loyalty-program",)
ORDER = 2
UNITS = {
    **dict.fromkeys(("before", "after", "other_before", "other_after", "cost"), "money:0"),
    **dict.fromkeys(("rise", "other_rise", "extra"), "money:0"),
    "margin": "percent",
    "won": "money:2",
    "profit": "money:2",
    "rise_won": "money:2",
}
TOLERANCE = 0
OPTIONS = ("pays", "loses", "rose", "sales")


def given(rng: np.random.Generator) -> dict:
    """Draw a garden centre's year; half of the learners meet a card that pays, half one that does not."""
    pays = bool(rng.integers(2))
    while True:
        before = int(rng.integers(60, 140)) * 10
        other_before = before + int(rng.integers(-2, 3)) * 10  # chance has drawn the groups
        drawn = {
            "before": before,
            "after": before + int(rng.integers(12, 40)) * 10,
            "other_before": other_before,
            "other_after": other_before + int(rng.integers(5, 25)) * 10,
            "margin": int(rng.integers(30, 61)) / 100,
            "cost": int(rng.integers(15, 91)),
        }
        found = steps(**drawn)
        tempting = found["rise_won"] > drawn["cost"] + 5 and found["extra"] > drawn["cost"] + 5
        after, other_after = drawn["after"], drawn["other_after"]
        extras = (found["extra"], after - other_after, after - before * other_after / other_before)
        profits = [extra * drawn["margin"] - drawn["cost"] for extra in extras]  # however one compares
        if tempting and min(map(abs, profits)) > 5 and {profit > 0 for profit in profits} == {pays}:
            return drawn


def steps(before, after, other_before, other_after, margin, cost) -> dict:
    """Rises of both groups, what is extra, its margin, and what is left."""
    rise, other_rise = after - before, other_after - other_before
    won = (rise - other_rise) * margin
    found = {"rise": rise, "other_rise": other_rise, "extra": rise - other_rise, "won": won}
    return found | {"profit": won - cost, "rise_won": rise * margin}


def answer(**given) -> str:
    """Decide by the margin on what members buy more than the control group, less what the points cost."""
    return "pays" if steps(**given)["profit"] > 0 else "loses"


MISTAKES = {"before_after": lambda **given: "rose", "forgot_margin": lambda **given: "sales"}
