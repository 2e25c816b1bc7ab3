"""How likely is a silent customer still a customer?"""

import numpy as np

from lessons.customer_value.btyd.bg_nbd import BgNbd

KIND = "number"
CONCEPTS = ("btyd",)
ORDER = 1
UNITS = {"odds": "number:3", "answer": "percent:1"}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw parameters in weeks, and a customer with three or more orders whose fate is open."""
    while True:
        made = {
            "r": int(rng.integers(30, 120)) / 100,
            "alpha": int(rng.integers(30, 90)) / 10,
            "a": int(rng.integers(50, 130)) / 100,
            "b": int(rng.integers(20, 60)) / 10,
            "age_days": 7 * int(rng.integers(30, 90)),
            "silent_days": 7 * int(rng.integers(4, 40)),
            "orders": int(rng.integers(3, 13)),
        }
        if made["silent_days"] > made["age_days"] - 14:
            continue
        ways = [answer(**made), *(follow(**made) for follow in MISTAKES.values())]
        if 0.08 < ways[0] < 0.92 and min(abs(one - ways[0]) for one in ways[1:]) > 0.012:
            return made


def answer(*, r, alpha, a, b, age_days, silent_days, orders, first_counts=0, days_per_unit=7) -> float:
    """P(alive) of BG/NBD from the repeat orders, the last one's time and the age."""
    history = {"x": orders - 1 + first_counts, "recency": age_days - silent_days, "age": age_days}
    for name in ("recency", "age"):
        history[name] /= days_per_unit
    return float(BgNbd(r=r, alpha=alpha, a=a, b=b).p_alive(**history))


def steps(*, r, alpha, a, b, age_days, silent_days, orders) -> dict:
    """Repeat orders, age and recency in weeks, and the odds of having left."""
    alive = answer(r=r, alpha=alpha, a=a, b=b, age_days=age_days, silent_days=silent_days, orders=orders)
    weeks = {"age": age_days // 7, "recency": (age_days - silent_days) // 7}
    return {"x": orders - 1, **weeks, "odds": 1 / alive - 1}


MISTAKES = {
    "all_orders": lambda **given: answer(**given, first_counts=1),
    "days_for_weeks": lambda **given: answer(**given, days_per_unit=1),
    "silence_for_recency": lambda **given: answer(
        **(given | {"silent_days": given["age_days"] - given["silent_days"]})
    ),
    "gone_for_alive": lambda **given: 1 - answer(**given),
}
