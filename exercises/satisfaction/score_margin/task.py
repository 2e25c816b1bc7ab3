"""How large is the margin of error of a net promoter score?"""

from __future__ import annotations

import math

import numpy as np

from lessons.satisfaction.nps.model import Counts

KIND = "number"
CONCEPTS = ("nps",)
ORDER = 1
UNITS = {"promoters": "number", "passives": "number", "detractors": "number", "answer": "number:1"}
UNITS |= {"answers": "number", "p": "percent", "d": "percent", "score": "number:1", "variance": "number:4"}
UNITS |= {"error": "number:4"}
TOLERANCE = 0.1
Z = 1.96


def given(rng: np.random.Generator) -> dict:
    """Draw whole percents of a round number of answers; promoters well ahead, and detractors not few."""
    answers = int(rng.choice([100, 200, 300, 400]))
    detractors = int(rng.integers(12, 26))
    promoters = int(rng.integers(detractors + 22, 62))
    counts = {"promoters": promoters * answers // 100, "detractors": detractors * answers // 100}
    return counts | {"passives": answers - sum(counts.values())}


def answer(**given) -> float:
    """1.96 standard errors, in points."""
    return Z * Counts(**given).standard_error_points()


def other(variance, *, z: float = Z, power: float = 0.5):
    """The margin with another variance of one answer, another z, or no root."""

    def follow(**given) -> float:
        found = steps(**given)
        return 100 * z * (variance(found["p"], found["d"]) / found["answers"]) ** power

    return follow


MISTAKES = {
    "square_forgotten": other(lambda p, d: p + d),
    "promoters_alone": other(lambda p, d: p * (1 - p)),
    "two_shares": other(lambda p, d: p * (1 - p) + d * (1 - d)),
    "one_error": other(lambda p, d: p + d - (p - d) ** 2, z=1),
    "root_forgotten": other(lambda p, d: p + d - (p - d) ** 2, power=1),
}


def steps(**given) -> dict:
    """Shares, score, variance and standard error on the way."""
    answers = sum(given.values())
    p, d = given["promoters"] / answers, given["detractors"] / answers
    variance = p + d - (p - d) ** 2
    step = {"answers": answers, "p": p, "d": d, "score": 100 * (p - d)}
    return step | {"variance": variance, "error": math.sqrt(variance / answers)}
