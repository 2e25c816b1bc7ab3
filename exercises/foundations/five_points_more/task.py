"""By what share does a customer's net value rise when five points more of them stay?"""

from __future__ import annotations

import numpy as np

KIND = "number"
CONCEPTS = ("relationship-economics",)
ORDER = 1
UNITS = dict.fromkeys(("retention", "better", "discount"), "percent") | {"margin": "money", "cost": "money"}
UNITS |= dict.fromkeys(("now", "then", "net_now", "net_then"), "money:2") | {"answer": "percent:1"}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw a service paid by the year whose customers are worth clearly more than winning them costs."""
    while True:
        drawn = {"margin": 20 * int(rng.integers(5, 31)), "retention": int(rng.integers(55, 91)) / 100}
        drawn |= {"better": round(drawn["retention"] + 0.05, 2), "discount": int(rng.integers(5, 16)) / 100}
        drawn["cost"] = 10 * round(drawn["margin"] * int(rng.integers(5, 26)) / 100)
        found = steps(**drawn)
        if found["net_now"] <= 0.4 * found["now"]:
            continue
        if abs(answer(**drawn) - MISTAKES["years_for_value"](**drawn)) > 0.01:
            return drawn


def _value(margin: float, retention: float, discount: float) -> float:
    return margin * (1 + discount) / (1 + discount - retention)


def steps(*, margin: float, retention: float, better: float, discount: float, cost: float) -> dict:
    """Return the value before and after, and the same less the cost of winning."""
    now, then = (_value(margin, share, discount) for share in (retention, better))
    return {
        "now": now,
        "then": then,
        "net_now": now - cost,
        "net_then": then - cost,
    }


def answer(**given) -> float:
    """Return the rise of the net value, as a share of it."""
    found = steps(**given)
    return found["net_then"] / found["net_now"] - 1


MISTAKES = {
    "forgot_the_cost": lambda **given: steps(**given)["then"] / steps(**given)["now"] - 1,
    "years_for_value": lambda **given: (1 - given["retention"]) / (0.95 - given["retention"]) - 1,
    "in_proportion": lambda **given: 0.05 / given["retention"],
    "five_percent_of_it": lambda **given: (
        (_value(given["margin"], given["retention"] * 1.05, given["discount"]) - given["cost"])
        / steps(**given)["net_now"]
        - 1
    ),
}
