"""Does the rule "winning costs five times as much as keeping" hold for this gym, and where should the money go?"""

from __future__ import annotations

from typing import Any

import numpy as np

KIND = "choice"
CONCEPTS = ("relationship-economics",)
ORDER = 2
UNITS = {"contact": "money", "reply": "percent:1", "gift": "money", "before": "percent", "after": "percent"}
UNITS |= {"points": "percent", "to_win": "money", "to_keep": "money", "ratio": "number:1"}
TOLERANCE = 0
OPTIONS = ("win", "keep", "rule", "gift_price")


def given(rng: np.random.Generator) -> dict:
    """Draw a gym where one way is clearly cheaper, in half of the cases the other than one would think."""
    win = bool(rng.integers(2))
    while True:
        drawn: dict[str, Any] = {"contact": int(rng.integers(2, 16)), "reply": int(rng.integers(4, 61)) / 200}
        drawn |= {"members": 200 * int(rng.integers(3, 16)), "gift": int(rng.integers(5, 41))}
        drawn["before"] = int(rng.integers(60, 86)) / 100
        drawn["after"] = round(drawn["before"] + int(rng.integers(1, 9)) / 100, 2)
        found = steps(**drawn)
        if drawn["gift"] < 0.8 * found["to_win"] and drawn["contact"] < 0.8 * found["to_keep"]:
            if win and 0.2 < found["ratio"] < 0.8:
                return drawn
            if not win and 1.25 < found["ratio"] < 4.5:
                return drawn


def steps(*, contact: float, reply: float, members: int, gift: float, before: float, after: float) -> dict:
    """Return what winning one and keeping one more costs, and the ratio."""
    points = round(after - before, 2)
    to_win, to_keep = contact / reply, gift / points
    found = {"points": points, "to_win": to_win, "to_keep": to_keep, "ratio": to_win / to_keep}
    return found | {"saved": round(members * points)}


def answer(**given) -> str:
    """Hold the cost of winning one against that of keeping one who would have left."""
    return "keep" if steps(**given)["ratio"] > 1 else "win"


def _instead(option: str, **given) -> str:
    """Return where a mistake leads. Raises ValueError where it leads to the answer all the same."""
    if answer(**given) == option:
        raise ValueError("This way to err changes nothing here.")
    return option


MISTAKES = {
    "believes_the_rule": lambda **_: "rule",
    "price_of_trying": lambda **_: "gift_price",
    "over_all_who_stayed": lambda **given: _instead("keep", **given),
    "price_of_a_flyer": lambda **given: _instead("win", **given),
}
