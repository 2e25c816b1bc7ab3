"""How satisfied are the guests of a hotel on average, when a shortfall weighs more?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons.satisfaction.expectation_disconfirmation.model import felt

KIND = "number"
CONCEPTS = ("expectation-disconfirmation",)
ORDER = 1
UNITS = {"promise": "number", "weight": "number:1", "rating": "number", "guests": "number"}
UNITS |= {"all": "number", "surplus": "number:1", "shortfall": "number:1", "answer": "number:2"}
TOLERANCE = 0.006


def given(rng: np.random.Generator) -> dict:
    """Draw a promise and how many guests found how much; some get less, and not all counts are alike."""
    promise, weight = int(rng.integers(6, 9)), float(rng.choice([1.5, 2.0, 2.5, 3.0]))
    counts = [int(rng.integers(low, high)) for low, high in ((4, 18), (10, 30), (20, 45), (8, 28), (3, 14))]
    ratings = [promise + step for step in (2, 1, 0, -1, -2)]
    return {
        "promise": promise,
        "weight": weight,
        "stays": pd.DataFrame({"rating": ratings, "guests": counts}),
    }


def mean(values: np.ndarray, stays: pd.DataFrame) -> float:
    """The mean of a value by rating over all guests."""
    return float(np.average(values, weights=stays["guests"]))


def gaps(promise: float, stays: pd.DataFrame) -> np.ndarray:
    """What came less what was promised, by rating."""
    return stays["rating"].to_numpy(float) - promise


def answer(*, promise: float, weight: float, stays: pd.DataFrame) -> float:
    """Weigh each gap, then take the mean over the guests."""
    return mean(felt(gaps(promise, stays), loss_weight=weight - 1), stays)


MISTAKES = {
    "no_weight": lambda *, promise, weight, stays: mean(gaps(promise, stays), stays),
    "mean_first": lambda *, promise, weight, stays: float(
        felt(mean(gaps(promise, stays), stays), loss_weight=weight - 1)
    ),
    "once_more": lambda *, weight, **rest: answer(weight=weight + 1, **rest),
    "ratings_alike": lambda *, stays, **rest: answer(stays=stays.assign(guests=1), **rest),
}


def steps(*, promise: float, weight: float, stays: pd.DataFrame) -> dict:
    """The guests, the points of surplus, and the points of shortfall as they are felt."""
    gap, guests = gaps(promise, stays), stays["guests"]
    pleased, hurt = float(np.maximum(gap, 0) @ guests), float(-np.minimum(gap, 0) @ guests)
    return {"all": int(guests.sum()), "surplus": pleased, "shortfall": hurt * weight}
