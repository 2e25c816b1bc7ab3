"""Has the net promoter score really risen from one quarter to the next?"""

from __future__ import annotations

from typing import Any

import numpy as np

from lessons.satisfaction.nps.model import Counts, change

KIND = "choice"
CONCEPTS = ("nps",)
ORDER = 2
UNITS = {"before": "number", "after": "number", "rise": "number", "one": "number:1", "other": "number:1"}
UNITS |= {"margin": "number:1"}
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
        rise, larger = found["rise"], max(found["one"], found["other"])
        if not larger * 1.05 < rise < (found["one"] + found["other"]) * 0.97:
            continue
        if rise > found["margin"] * 1.06 if real else rise < found["margin"] * 0.94:
            return drawn


def counts(quarter: str, drawn: dict) -> Counts:
    """The answers of one quarter by kind."""
    all_of, promoters, detractors = (drawn[f"{name}_{quarter}"] for name in ("n", "promoters", "detractors"))
    return Counts(promoters=promoters, passives=all_of - promoters - detractors, detractors=detractors)


def steps(**drawn) -> dict:
    """Both scores, their rise, the margin of each, and the margin of the rise."""
    one, other = counts("before", drawn), counts("after", drawn)
    step = {"before": one.shares.score_points, "after": other.shares.score_points}
    step |= {"rise": step["after"] - step["before"], "one": 1.96 * one.standard_error_points()}
    moved = 1.96 * change(one, other).standard_error_points
    return step | {"other": 1.96 * other.standard_error_points(), "margin": moved}


def answer(**drawn) -> str:
    """Hold the rise against its own margin."""
    found = steps(**drawn)
    return "real" if found["rise"] > found["margin"] else "noise"


def opposite(**drawn) -> str:
    """The other verdict for the same kind of reason."""
    return "noise" if answer(**drawn) == "real" else "real"


MISTAKES = {
    "overlap": lambda **drawn: "overlap",
    "either": lambda **drawn: "either",
    "opposite": opposite,
}
