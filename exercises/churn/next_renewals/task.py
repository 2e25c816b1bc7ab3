"""What are the next three renewals of a loyal subscriber worth today?"""

import numpy as np

from lessons.customer_value.btyd.sbg import Sbg

KIND = "number"
CONCEPTS = ("sbg",)
ORDER = 2
UNITS = {"alpha": "number:1", "beta": "number:1", "discount": "percent"}
UNITS |= dict.fromkeys(("margin", "newcomer", "answer"), "money:0")
UNITS |= dict.fromkeys(("first", "second", "third"), "percent:2") | {"renewals": "number", "next": "number"}
TOLERANCE = 2.0


def given(rng: np.random.Generator) -> dict:
    """Draw the fit, the renewals behind, the margin of one year and the discount rate."""
    fit = {"alpha": int(rng.integers(7, 14)) / 10, "beta": int(rng.integers(12, 31)) / 10}
    behind = int(rng.integers(3, 8))
    money = {"margin": int(rng.integers(12, 41)) * 20, "discount": int(rng.integers(8, 16)) / 100}
    return {**fit, "renewals": behind, "next": behind + 1, **money}


def _left(it: dict, renewals: int) -> np.ndarray:
    """The share of the cohort that is there after `renewals` more than so many, for the next three."""
    return Sbg(alpha=it["alpha"], beta=it["beta"]).survival(periods=renewals + np.arange(4))


def _worth(it: dict, chance: np.ndarray, *, discount: float | None = None, later: int = 0) -> float:
    factor = 1 + (it["discount"] if discount is None else discount)
    return float(it["margin"] * np.sum(chance / factor ** (np.arange(3) + later)))


def _next(it: dict, behind: int) -> np.ndarray:
    """The chances of the next three renewals of somebody with `behind` renewals."""
    return _left(it, behind)[1:] / _left(it, behind)[0]


def answer(**it) -> float:
    """The next renewal in full, the two after it discounted, each with the chance that it comes."""
    return _worth(it, _next(it, it["renewals"]))


def steps(**it) -> dict:
    """The three rates, and what a newcomer's first three renewals would be worth."""
    left = _left(it, it["renewals"])
    named = dict(zip(("first", "second", "third"), (left[1:] / left[:-1]).tolist(), strict=True))
    return named | {"newcomer": _worth(it, _next(it, 0))}


MISTAKES = {
    "as_a_newcomer": lambda **it: _worth(it, _next(it, 0)),
    "one_rate_for_all": lambda **it: _worth(it, _next(it, 0)[0] ** np.arange(1, 4)),
    "counted_from_the_start": lambda **it: _worth(it, _left(it, it["renewals"])[1:]),
    "one_renewal_late": lambda **it: _worth(it, _next(it, it["renewals"] + 1)),
    "one_renewal_early": lambda **it: _worth(it, _next(it, it["renewals"] - 1)),
    "first_discounted": lambda **it: _worth(it, _next(it, it["renewals"]), later=1),
    "no_discount": lambda **it: _worth(it, _next(it, it["renewals"]), discount=0.0),
}
