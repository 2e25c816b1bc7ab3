"""What if some customers answered more than once?  Then the error counts customers, and not answers.

One person's answers resemble each other: the second teaches less than a stranger's. So the gaps between a customer's
answers and the mean are added up before they are squared. Where everybody answers once, all of this is Wald's and
Rocks' interval again.

Sources: Liang & Zeger (1986), "Longitudinal Data Analysis Using Generalized Linear Models", Biometrika 73(1), 13–22;
Rocks (2016), "Interval Estimation for the Net Promoter Score", The American Statistician 70(4) (the added answers).
"""

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lessons.satisfaction.nps.model import (
    ADDED_ANSWERS,
    ADDED_OUTSIDE,
    LEAST_PROMOTER,
    MOST_DETRACTOR,
    Change,
    Method,
    normal_change,
    z_of,
)

Floats = NDArray[np.float64]


def worth(scores: ArrayLike) -> Floats:
    """What each score from 0 to 10 counts (n,): +1, 0 or −1.

    >>> worth([10, 8, 3]).tolist()
    [1.0, 0.0, -1.0]
    """
    given = np.asarray(scores, dtype=float)
    return (given >= LEAST_PROMOTER).astype(float) - (given <= MOST_DETRACTOR)


def interval_points(
    scores: ArrayLike, customers: ArrayLike, *, confidence: float = 0.95, method: Method = "adjusted"
) -> tuple[float, float]:
    """The score's interval in points, from `scores` (n,) and who gave them (n,). Raises ValueError for no answers.

    Rocks' added answers count as those of three customers of their own.

    >>> [round(end, 1) for end in interval_points([10, 9, 9, 8, 7, 3], list("abcdef"), method="wald")]
    [-26.3, 93.0]
    >>> [round(end, 1) for end in interval_points([10, 9, 9, 8, 7, 3], list("aaabcd"), method="wald")]
    [-46.7, 100]
    """
    counts = worth(scores)
    if not len(counts):
        raise ValueError("there must be at least one answer")
    outside, more = (ADDED_OUTSIDE, ADDED_ANSWERS) if method == "adjusted" else (0.0, 0.0)
    total = len(counts) + more
    middle = float(counts.sum()) / total
    added = outside * ((1 - middle) ** 2 + (1 + middle) ** 2) + (more - 2 * outside) * middle**2
    error = math.sqrt(float((_gaps(counts - middle, customers) ** 2).sum()) + added) / total
    reach = z_of(confidence) * error
    return 100 * max(middle - reach, -1), 100 * min(middle + reach, 1)


def change(
    earlier: tuple[ArrayLike, ArrayLike], later: tuple[ArrayLike, ArrayLike], *, confidence: float = 0.95
) -> Change:
    """Hold two surveys' scores against each other (Wald); each is (scores, customers), and some may be in both.

    Who is generous in both surveys moves both scores, and so moves their difference less.
    """
    counts = [worth(scores) for scores, _ in (earlier, later)]
    means = [float(one.mean()) for one in counts]
    gaps = [sign * (one - mean) / len(one) for sign, one, mean in zip((-1, 1), counts, means, strict=True)]
    who = np.concatenate([np.asarray(customers) for _, customers in (earlier, later)])
    error = math.sqrt(float((_gaps(np.concatenate(gaps), who) ** 2).sum()))
    return normal_change(100 * (means[1] - means[0]), error=100 * error, confidence=confidence)


def _gaps(gaps: Floats, customers: ArrayLike) -> Floats:
    """Each customer's gaps, added up (g,)."""
    return np.bincount(pd.factorize(np.asarray(customers))[0], weights=gaps).astype(float)
