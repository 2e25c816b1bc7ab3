"""How many stand on each rung of a language school's ladder after two months?"""

from __future__ import annotations

import numpy as np

KIND = "table"
CONCEPTS = ("customer-ladder",)
ORDER = 2
ROWS = ("enquirers", "beginners", "regulars")
UNITS = dict.fromkeys(("stay_1", "climb_1", "stay_2", "climb_2", "stay_3"), "percent")
UNITS |= dict.fromkeys(("enquirers", "beginners", "regulars", "month_1", "month_2", "month_3"), "number:1")
TOLERANCE = 0.6


def given(rng: np.random.Generator) -> dict:
    """Draw a ladder of three rungs that is still moving."""
    drawn: dict[str, float] = {"new": 20 * int(rng.integers(4, 16))}
    for rung, (stay, climb) in enumerate(((20, 30), (45, 25), (80, 0)), start=1):
        drawn[f"stay_{rung}"] = (stay + 5 * int(rng.integers(0, 4))) / 100
        if climb:
            drawn[f"climb_{rung}"] = (climb + 5 * int(rng.integers(-2, 3))) / 100
    counts = (int(rng.integers(8, 21)), int(rng.integers(6, 16)), int(rng.integers(4, 13)))
    return drawn | {f"now_{rung}": 20 * count for rung, count in enumerate(counts, start=1)}


def _months(
    months: int, *, new, stay_1, climb_1, stay_2, climb_2, stay_3, now_1, now_2, now_3
) -> list[float]:
    matrix = np.array([[stay_1, climb_1, 0], [0, stay_2, climb_2], [0, 0, stay_3]])
    now = np.array([now_1, now_2, now_3], dtype=float)
    for _ in range(months):
        now = now @ matrix + [new, 0, 0]
    return now.tolist()


def answer(**given) -> list[float]:
    """Two months of stay, climb and newcomers."""
    return _months(2, **given)


def steps(**given) -> dict:
    """The counts after one month."""
    return {f"month_{rung}": count for rung, count in enumerate(_months(1, **given), start=1)}


MISTAKES = {
    "one_month": lambda **given: _months(1, **given),
    "nobody_new": lambda **given: _months(2, **{**given, "new": 0}),
    "climbers_stay_too": lambda **given: _months(
        2,
        **{
            **given,
            "stay_1": given["stay_1"] + given["climb_1"],
            "stay_2": given["stay_2"] + given["climb_2"],
        },
    ),
    "only_climbers": lambda **given: _months(2, **{**given, "stay_2": 0.0, "stay_3": 0.0}),
}
