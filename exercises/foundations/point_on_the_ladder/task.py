"""What is one point more of trial lessons worth to a yoga studio, in the long run?"""

from __future__ import annotations

import numpy as np

KIND = "number"
CONCEPTS = ("customer-ladder",)
ORDER = 1
UNITS = {"try_share": "percent", "join_share": "percent", "year_share": "percent", "monthly": "money"}
UNITS |= {
    "yearly": "money",
    "more": "number:2",
    "per_joiner": "money:2",
    "profit": "money:2",
    "answer": "money:2",
}
TOLERANCE = 1.0


def given(rng: np.random.Generator) -> dict:
    """Draw a studio whose trial gate is far from 1 in 100 of everything else."""
    return {
        "reached": 100 * int(rng.integers(4, 21)),
        "try_share": int(rng.integers(8, 31)) / 100,
        "join_share": int(rng.integers(31, 61)) / 100,
        "months": int(rng.integers(3, 9)),
        "monthly": 10 * int(rng.integers(8, 31)),
        "year_share": int(rng.integers(15, 46)) / 100,
        "year_months": int(rng.integers(14, 37)),
        "yearly": 10 * int(rng.integers(20, 46)),
    }


def steps(*, reached, try_share, join_share, months, monthly, year_share, year_months, yearly) -> dict:
    """Return the joiners that a point brings, what one brings over all rungs, and the whole profit a month."""
    per_joiner = months * monthly + year_share * year_months * yearly
    joiners = reached * try_share * join_share
    return {"more": reached * 0.01 * join_share, "per_joiner": per_joiner, "profit": joiners * per_joiner}


def answer(**given) -> float:
    """Arrivals that a point adds, times all that stands above the gate."""
    found = steps(**given)
    return found["more"] * found["per_joiner"]


MISTAKES = {
    "one_percent": lambda **given: steps(**given)["profit"] / 100,
    "next_rung_only": lambda **given: steps(**given)["more"] * given["months"] * given["monthly"],
    "forgot_the_time": lambda **given: (
        steps(**given)["more"] * (given["monthly"] + given["year_share"] * given["yearly"])
    ),
    "all_of_them_join": lambda **given: 0.01 * given["reached"] * steps(**given)["per_joiner"],
    "point_on_joining": lambda **given: (
        0.01 * given["reached"] * given["try_share"] * steps(**given)["per_joiner"]
    ),
}
