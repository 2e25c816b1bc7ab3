"""What are the next three renewals of a loyal subscriber worth today?"""

import numpy as np

from lessons.customer_value.btyd.sbg import Sbg

KIND = "number"
CONCEPTS = ("sbg",)
ORDER = 2
UNITS = {
    "alpha": "number:1",
    "beta": "number:1",
    "renewals": "number",
    "next": "number",
    "margin": "money",
    "discount": "percent",
    "first": "percent:1",
    "second": "percent:1",
    "third": "percent:1",
    "newcomer": "money:0",
    "answer": "money:0",
}
TOLERANCE = 1.0


def given(rng: np.random.Generator) -> dict:
    """Draw the fit, the renewals behind, the margin of one year and the discount rate."""
    renewals = int(rng.integers(3, 8))
    return {
        "alpha": round(float(rng.integers(7, 14)) / 10, 1),
        "beta": round(float(rng.integers(12, 31)) / 10, 1),
        "renewals": renewals,
        "next": renewals + 1,
        "margin": int(rng.integers(12, 41)) * 20,
        "discount": round(float(rng.integers(8, 16)) / 100, 2),
    }


def _worth(rates: np.ndarray, margin: float, discount: float, *, later: int = 0) -> float:
    """Three renewals with these retention rates, the first discounted by `later` years."""
    return float(margin * np.sum(np.cumprod(rates) / (1 + discount) ** (np.arange(3) + later)))


def _rates(alpha: float, beta: float, start: int) -> np.ndarray:
    return Sbg(alpha=alpha, beta=beta).retention(periods=np.arange(start + 1, start + 4))


def answer(*, alpha, beta, renewals, margin, discount, **_) -> float:
    """The next renewal in full, the two after it discounted, each with the chance that it comes."""
    return _worth(_rates(alpha, beta, renewals), margin, discount)


def steps(*, alpha, beta, renewals, margin, discount, **_) -> dict:
    """The three rates, and what a newcomer's first three renewals would be worth."""
    first, second, third = (float(rate) for rate in _rates(alpha, beta, renewals))
    newcomer = _worth(_rates(alpha, beta, 0), margin, discount)
    return {"first": first, "second": second, "third": third, "newcomer": newcomer}


def _unconditional(alpha, beta, renewals, margin, discount, **_) -> float:
    left = float(Sbg(alpha=alpha, beta=beta).survival(periods=renewals))
    return left * _worth(_rates(alpha, beta, renewals), margin, discount)


MISTAKES = {
    "as_a_newcomer": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        _rates(alpha, beta, 0), margin, discount
    ),
    "one_rate_for_all": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        np.full(3, beta / (alpha + beta)), margin, discount
    ),
    "counted_from_the_start": _unconditional,
    "one_renewal_late": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        _rates(alpha, beta, renewals + 1), margin, discount
    ),
    "one_renewal_early": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        _rates(alpha, beta, renewals - 1), margin, discount
    ),
    "first_discounted": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        _rates(alpha, beta, renewals), margin, discount, later=1
    ),
    "no_discount": lambda alpha, beta, renewals, margin, discount, **_: _worth(
        _rates(alpha, beta, renewals), margin, 0.0
    ),
}
