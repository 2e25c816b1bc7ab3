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
TOLERANCE = 0.06
Z = 1.96


def given(rng: np.random.Generator) -> dict:
    """Draw whole percents of a round number of answers; promoters well ahead, and detractors not few."""
    answers = int(rng.choice([100, 200, 300, 400]))
    detractors = int(rng.integers(12, 26))
    promoters = int(rng.integers(detractors + 22, 62))
    counts = {"promoters": promoters * answers // 100, "detractors": detractors * answers // 100}
    return counts | {"passives": answers - sum(counts.values())}


def shares(promoters: int, passives: int, detractors: int) -> tuple[int, float, float]:
    """The number of answers, and the shares of promoters and detractors."""
    answers = promoters + passives + detractors
    return answers, promoters / answers, detractors / answers


def answer(**given) -> float:
    """1.96 standard errors, in points."""
    return Z * Counts(**given).standard_error_points()


def wrongly(variance, *, z: float = Z, root: bool = True):
    """The margin with another variance of one answer, another z, or without the root."""

    def follow(**given) -> float:
        answers, p, d = shares(**given)
        return 100 * z * (math.sqrt(variance(p, d) / answers) if root else variance(p, d) / answers)

    return follow


MISTAKES = {
    "square_forgotten": wrongly(lambda p, d: p + d),
    "promoters_alone": wrongly(lambda p, d: p * (1 - p)),
    "two_shares": wrongly(lambda p, d: p * (1 - p) + d * (1 - d)),
    "one_error": wrongly(lambda p, d: p + d - (p - d) ** 2, z=1),
    "root_forgotten": wrongly(lambda p, d: p + d - (p - d) ** 2, root=False),
}


def steps(**given) -> dict:
    """Shares, score, variance and standard error on the way."""
    answers, p, d = shares(**given)
    variance = p + d - (p - d) ** 2
    step = {"answers": answers, "p": p, "d": d, "score": 100 * (p - d)}
    return step | {"variance": variance, "error": math.sqrt(variance / answers)}
