"""Has the net promoter score really risen from one quarter to the next?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.satisfaction.nps.model import Counts, change

KIND = "choice"
CONCEPTS = ("nps",)
ORDER = 2
UNITS = dict.fromkeys(("before", "after", "rise", "one", "other", "margin"), "number:2")
TOLERANCE = 0
OPTIONS = ("real", "noise", "overlap", "either")


def given(rng: np.random.Generator) -> dict:
    """Draw two quarters whose rise lies above the margin of one score and below the sum of both margins."""
    real = bool(rng.integers(2))
    while True:
        drawn: dict[str, Any] = {
            "n_before": int(rng.integers(5, 31)) * 20,
            "n_after": int(rng.integers(5, 31)) * 20,
        }
        for quarter in ("before", "after"):
            drawn[f"promoters_{quarter}"] = int(drawn[f"n_{quarter}"] * rng.uniform(0.3, 0.6))
            drawn[f"detractors_{quarter}"] = int(drawn[f"n_{quarter}"] * rng.uniform(0.08, 0.3))
        found = steps(**drawn)
        rise, widths = found["rise"], (found["one"], found["other"])
        between = max(widths) * 1.05 < rise < sum(widths) * 0.97
        if between and real == (rise > found["margin"]) and abs(rise / found["margin"] - 1) > 0.06:
            return drawn


def steps(**drawn) -> dict:
    """Both scores, their rise, the margin of each, and the margin of the rise."""
    both = []
    for when in ("before", "after"):
        n, promoters, detractors = (drawn[f"{name}_{when}"] for name in ("n", "promoters", "detractors"))
        both.append(Counts(promoters=promoters, passives=n - promoters - detractors, detractors=detractors))
    (one, other), moved = both, change(*both)
    step = {"before": one.shares.score_points, "after": other.shares.score_points}
    step |= {"rise": moved.points, "margin": 1.96 * moved.standard_error_points}
    return step | {"one": 1.96 * one.standard_error_points(), "other": 1.96 * other.standard_error_points()}


def answer(**drawn) -> str:
    """Hold the rise against its own margin."""
    found = steps(**drawn)
    return "real" if found["rise"] > found["margin"] else "noise"


MISTAKES = {
    "overlap": lambda **drawn: "overlap",
    "either": lambda **drawn: "either",
    "opposite": lambda **drawn: "noise" if answer(**drawn) == "real" else "real",
}
