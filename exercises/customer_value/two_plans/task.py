"""Which of two plans adds more to a customer's value?"""

import numpy as np

from lessons.customer_value.clv.model import CustomerValue

KIND = "choice"
CONCEPTS = ("clv",)
ORDER = 2
UNITS = {
    **dict.fromkeys(("margin", "retention_cost", "margin_cost"), "money"),
    **dict.fromkeys(("now", "by_retention", "by_margin"), "money:0"),
    **dict.fromkeys(("retention", "discount_rate", "more_retention", "more_margin"), "percent"),
}
TOLERANCE = 0
OPTIONS = ("retention_value", "margin_value", "neither", "margin_at_once", "no_cost")


def given(rng: np.random.Generator) -> dict:
    """Draw two plans; a third each where one, the other, or neither is worth its cost."""
    wanted = str(rng.choice(OPTIONS[:3]))
    while True:
        made = {
            "margin": 10 * int(rng.integers(15, 61)),
            "retention": int(rng.integers(55, 87)) / 100,
            "discount_rate": int(rng.integers(6, 14)) / 100,
            "more_retention": int(rng.integers(2, 8)) / 100,
            "retention_cost": 5 * int(rng.integers(4, 60)),
            "more_margin": int(rng.integers(5, 25)) / 100,
            "margin_cost": 5 * int(rng.integers(4, 60)),
        }
        gains = steps(**made)
        clear = min(abs(gains["by_retention"] - gains["by_margin"]), *map(abs, list(gains.values())[1:]))
        if answer(**made) == wanted and clear > 0.03 * gains["now"]:
            return made


def answer(**given) -> str:
    """The plan with the larger gain after its cost, or neither."""
    gains = steps(**given)
    if max(gains["by_retention"], gains["by_margin"]) < 0:
        return "neither"
    return "retention_value" if gains["by_retention"] > gains["by_margin"] else "margin_value"


def steps(
    *, margin, retention, discount_rate, more_retention, retention_cost, more_margin, margin_cost
) -> dict:
    """The value now, and each plan's gain after its cost."""
    now = CustomerValue(margin=margin, retention=retention, discount_rate=discount_rate).value()
    kept = CustomerValue(margin=margin, retention=retention + more_retention, discount_rate=discount_rate)
    by_retention, by_margin = kept.value() - now - retention_cost, now * more_margin - margin_cost
    return {"now": now, "by_retention": by_retention, "by_margin": by_margin}


MISTAKES = {"one_year_only": lambda **_: "margin_at_once", "cost_forgotten": lambda **_: "no_cost"}
