"""Which of two tested advertisements should run: the modest promise or the bold one?"""

from __future__ import annotations

from typing import Any

import numpy as np

KIND = "choice"
CONCEPTS = ("expectation-disconfirmation",)
ORDER = 2
UNITS = {"buyers_modest": "number", "buyers_bold": "number", "stay_modest": "percent", "stay_bold": "percent"}
UNITS |= {"first": "money:0", "later": "money:0", "modest": "money:0", "bold": "money:0"}
TOLERANCE = 0
OPTIONS = ("modest_share", "bold_buyers", "modest_margin", "bold_margin")


def given(rng: np.random.Generator) -> dict:
    """Draw a bold advertisement that wins more buyers and keeps a smaller share; one of the two earns 6% more."""
    bold_wins = bool(rng.integers(2))
    while True:
        drawn: dict[str, Any] = {"buyers_modest": int(rng.integers(30, 60)) * 10}
        drawn |= {"buyers_bold": drawn["buyers_modest"] + int(rng.integers(10, 36)) * 10}
        drawn |= {
            "stay_modest": int(rng.integers(60, 86)) / 100,
            "stay_bold": int(rng.integers(20, 56)) / 100,
        }
        drawn |= {"first": int(rng.integers(2, 12)) * 10, "later": int(rng.integers(13, 50)) * 10}
        found = steps(**drawn)
        gain = found["bold"] / found["modest"] - 1
        if gain >= 0.06 if bold_wins else gain <= -0.06:
            return drawn


def steps(*, buyers_modest, buyers_bold, stay_modest, stay_bold, first, later) -> dict:
    """The margin of both: every buyer leaves the first one, whoever stays the later one too."""
    modest = buyers_modest * (first + stay_modest * later)
    return {"modest": modest, "bold": buyers_bold * (first + stay_bold * later)}


def answer(**given) -> str:
    """Take the larger sum."""
    found = steps(**given)
    return "bold_margin" if found["bold"] > found["modest"] else "modest_margin"


def other_sum(**given) -> str:
    """The advertisement that brings less."""
    return "modest_margin" if answer(**given) == "bold_margin" else "bold_margin"


MISTAKES = {
    "share_alone": lambda **given: "modest_share",
    "buyers_alone": lambda **given: "bold_buyers",
    "other_sum": other_sum,
}
