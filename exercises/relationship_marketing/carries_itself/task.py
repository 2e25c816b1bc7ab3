"""Does a dance school grow by recommendation alone?  R over a whole stay, of those whom talk has won."""

from __future__ import annotations

from typing import Any

import numpy as np

KIND = "choice"
CONCEPTS = ("word-of-mouth",)
ORDER = 2
UNITS = {"conversion": "percent", "anyway": "percent", "whole": "number", "gross": "number:2"}
UNITS |= {"rate": "number:2", "yearly": "number:2"}
TOLERANCE = 0
OPTIONS = ("carries", "fades", "conversion", "talks")


def given(rng: np.random.Generator) -> dict:
    """Draw a hall that grows (but not by one year's talk), or one that seems to by those who come anyway."""
    grows = bool(rng.integers(2))
    while True:
        drawn: dict[str, Any] = {"talks": int(rng.integers(2, 9)), "years": int(rng.integers(2, 6))}
        drawn |= {"conversion": int(rng.integers(4, 31)) / 100, "anyway": int(rng.integers(2, 11)) * 5 / 100}
        found = steps(**drawn)
        if grows and 1.08 <= found["rate"] <= 1.8 and found["yearly"] < 0.9:
            return drawn
        if not grows and 0.4 <= found["rate"] <= 0.92 and found["gross"] >= 1.08:
            return drawn


def steps(*, talks: int, years: int, conversion: float, anyway: float) -> dict:
    """Return the people told in all, who join, whom the talk has won (R), and R of one year."""
    gross = talks * years * conversion
    rate = gross * (1 - anyway)
    return {"whole": talks * years, "gross": gross, "rate": rate, "yearly": rate / years}


def answer(**given) -> str:
    """Hold R against 1."""
    return "carries" if steps(**given)["rate"] >= 1 else "fades"


def _instead(option: str, **given) -> str:
    """Return where a mistake leads. Raises ValueError where it leads to the answer all the same."""
    if answer(**given) == option:
        raise ValueError("This way to err changes nothing here.")
    return option


MISTAKES = {
    "one_year": lambda **given: _instead("fades", **given),
    "counts_anyway": lambda **given: _instead("carries", **given),
    "conversion_alone": lambda **given: "conversion",
    "talk_alone": lambda **given: "talks",
}
