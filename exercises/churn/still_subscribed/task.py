"""How many of a cohort are left after some renewals, if everyone leaves with a chance of their own?"""

import numpy as np

from lessons.customer_value.btyd.sbg import Sbg

KIND = "number"
CONCEPTS = ("sbg",)
ORDER = 1
UNITS = {
    "alpha": "number:1",
    "beta": "number:1",
    "cohort": "number",
    "renewals": "number",
    "first": "percent:1",
    "second": "percent:1",
    "last": "percent:1",
    "answer": "number:0",
}
TOLERANCE = 2.0


def given(rng: np.random.Generator) -> dict:
    """Draw the two parameters, the cohort and how many renewals lie ahead."""
    return {
        "alpha": round(float(rng.integers(6, 13)) / 10, 1),
        "beta": round(float(rng.integers(18, 41)) / 10, 1),
        "cohort": int(rng.integers(4, 13)) * 250,
        "renewals": int(rng.integers(4, 7)),
    }


def _left(alpha: float, beta: float, renewals: int) -> float:
    return float(Sbg(alpha=alpha, beta=beta).survival(periods=renewals))


def answer(*, alpha: float, beta: float, cohort: int, renewals: int) -> float:
    """The cohort times the product of the retention rates."""
    return cohort * _left(alpha, beta, renewals)


def steps(*, alpha: float, beta: float, renewals: int, **_) -> dict:
    """The first retention rates and the last."""
    first, second, last = Sbg(alpha=alpha, beta=beta).retention(periods=[1, 2, renewals])
    return {"first": float(first), "second": float(second), "last": float(last)}


MISTAKES = {
    "one_chance_for_all": lambda alpha, beta, cohort, renewals: cohort * (beta / (alpha + beta)) ** renewals,
    "one_renewal_short": lambda alpha, beta, cohort, renewals: cohort * _left(alpha, beta, renewals - 1),
    "began_one_late": lambda alpha, beta, cohort, renewals: (
        cohort * _left(alpha, beta, renewals + 1) / _left(alpha, beta, 1)
    ),
    "those_who_left": lambda alpha, beta, cohort, renewals: cohort * (1 - _left(alpha, beta, renewals)),
    "mixed_up_parameters": lambda alpha, beta, cohort, renewals: cohort * _left(beta, alpha, renewals),
}
