"""What share does a noodle brand reach in the long run, by two months of a panel?"""

import numpy as np

from lessons.loyalty.brand_switching.model import steady_state

KIND = "number"
CONCEPTS = ("brand-switching",)
ORDER = 2
UNITS = {
    "answer": "percent:1",
    "stay": "percent:2",
    "come": "percent:2",
    "today": "percent:1",
    "run": "number:1",
}
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw a panel whose counts differ clearly from its long run."""
    while True:
        ours, others = int(rng.integers(12, 40)) * 10, int(rng.integers(60, 140)) * 10
        stayed = round(ours * float(rng.uniform(0.5, 0.82)))
        came = round(others * float(rng.uniform(0.05, 0.25)))
        drawn = {"ours": ours, "stayed": stayed, "others": others, "came": came}
        wrong = [err(**drawn) for err in MISTAKES.values()]
        if min(abs(one - answer(**drawn)) for one in wrong) > 0.02:
            return drawn


def answer(*, ours: int, stayed: int, others: int, came: int) -> float:
    """Return the share at which as many come as go."""
    stay, come = stayed / ours, came / others
    return float(steady_state([[stay, 1 - stay], [come, 1 - come]])[0])


def steps(*, ours: int, stayed: int, others: int, came: int) -> dict:
    """Return the two chances, today's share and the run."""
    stay, come = stayed / ours, came / others
    return {"stay": stay, "come": come, "today": ours / (ours + others), "run": 1 / (1 - stay)}


MISTAKES = {
    "next_month": lambda ours, stayed, others, came: (stayed + came) / (ours + others),
    "heads_not_chances": lambda ours, stayed, others, came: came / (came + ours - stayed),
    "kept_for_lost": lambda ours, stayed, others, came: (came / others) / (came / others + stayed / ours),
}
