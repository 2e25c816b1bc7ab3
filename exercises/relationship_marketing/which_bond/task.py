"""Which of three bonds pays, given why students of a language school leave?"""

from __future__ import annotations

from typing import Any

import numpy as np

KIND = "choice"
CONCEPTS = ("bond-levels",)
ORDER = 2
OPTIONS = ("points", "staff", "structure", "none")
BONDS = OPTIONS[:3]
UNITS = dict.fromkeys(("service", "price", "rival", "other", *(f"hold_{bond}" for bond in BONDS)), "percent")
UNITS |= dict.fromkeys(
    ("value", *(f"{what}_{bond}" for what in ("cost", "net") for bond in BONDS)), "money:0"
)
UNITS |= {f"kept_{bond}": "number:1" for bond in BONDS}
TOLERANCE = 0


def given(rng: np.random.Generator) -> dict:
    """Draw a school where one choice is clearly best and no known mistake leads to it."""
    wanted = OPTIONS[rng.integers(4)]
    while True:
        service, price, rival = (int(one) for one in rng.integers(5, 50, 3))
        if not 60 <= service + price + rival <= 90:
            continue
        drawn: dict[str, Any] = {"service": service / 100, "price": price / 100, "rival": rival / 100}
        drawn |= {"leavers": int(rng.integers(10, 61)) * 10, "value": int(rng.integers(6, 41)) * 100}
        drawn["other"] = (100 - service - price - rival) / 100
        drawn |= {f"hold_{bond}": int(rng.integers(3, 11)) * 5 / 100 for bond in BONDS}
        drawn |= {f"cost_{bond}": int(rng.integers(5, 100)) * 1000 for bond in BONDS}
        second, best = sorted(steps(**drawn)[f"net_{bond}"] for bond in BONDS)[-2:]
        clear = min(best - second, abs(best)) > 0.1 * abs(best) + 2000
        if clear and answer(**drawn) == wanted and all(err(**drawn) != wanted for err in MISTAKES.values()):
            return drawn


def steps(*, leavers: int, value: int, service: float, price: float, rival: float, **given) -> dict:
    """Return students kept and profit left, by bond: each reaches some of the reasons only."""
    reach = {"points": price + rival, "staff": service + rival, "structure": service + price + rival}
    kept = {bond: leavers * reach[bond] * given[f"hold_{bond}"] for bond in BONDS}
    found = {f"kept_{bond}": kept[bond] for bond in BONDS}
    return found | {f"net_{bond}": kept[bond] * value - given[f"cost_{bond}"] for bond in BONDS}


def answer(**given) -> str:
    """Return the bond that leaves the most, or none where all would lose."""
    nets = steps(**given)
    best = max(BONDS, key=lambda bond: nets[f"net_{bond}"])
    return best if nets[f"net_{best}"] > 0 else "none"


MISTAKES = {
    "all_leavers": lambda **given: answer(**given | {"service": 0.0, "price": 0.0, "rival": 1.0}),
    "most_kept": lambda **given: max(BONDS, key=lambda bond: steps(**given)[f"kept_{bond}"]),
    "cheapest": lambda **given: min(BONDS, key=lambda bond: given[f"cost_{bond}"]),
}
