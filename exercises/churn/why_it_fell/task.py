"""A magazine's retention has fallen: is it the mix, the new subscribers or the old ones?"""

import numpy as np
import pandas as pd

KIND = "choice"
CONCEPTS = ("retention-curve",)
ORDER = 2
OPTIONS = ("mix", "new", "old")
GROUPS = ("new", "old")
UNITS = {f"{one}_{year}": "percent:1" for one in ("total", *GROUPS) for year in ("last", "now")}
TOLERANCE = 0


def given(rng: np.random.Generator) -> dict:
    """Draw two years in which the whole falls, and in which no known mistake leads to the answer."""
    wanted = OPTIONS[rng.integers(3)]
    while True:
        before = rng.integers(10, 100, (2, 2)) * 20
        rates = rng.uniform([0.55, 0.86], [0.75, 0.92])
        change = rng.uniform(0.006, 0.02, 2)
        if wanted != "mix":
            change[GROUPS.index(wanted)] = -rng.uniform(0.06, 0.12)
        after = (before * np.array([rates, rates + change])).round().astype(int)
        table = {"year": ["last", "last", "now", "now"], "kind": [*GROUPS, *GROUPS]}
        numbers = {"at_start": before.ravel(), "renewed": after.ravel()}
        (new, old), (new_now, old_now) = before
        grew, larger = new_now - new > old_now - old, new_now > old_now
        whole = after.sum(axis=1) / before.sum(axis=1)
        blamed = {GROUPS[0] if one else GROUPS[1] for one in (grew, larger)}
        tied = new_now - new == old_now - old or new_now == old_now
        if whole[1] < whole[0] - 0.015 and wanted not in blamed and not tied:
            return {"subscribers": pd.DataFrame(table | numbers)}


def steps(*, subscribers: pd.DataFrame) -> dict:
    """Return the renewal rates by kind and year, and of the whole."""
    total = subscribers.groupby("year", as_index=False)[["at_start", "renewed"]].sum()
    rows = pd.concat([subscribers, total.assign(kind="total")])
    names = [f"{kind}_{year}" for kind, year in zip(rows["kind"], rows["year"], strict=True)]
    return dict(zip(names, (rows["renewed"] / rows["at_start"]).tolist(), strict=True))


def answer(*, subscribers: pd.DataFrame) -> str:
    """Return the kind whose own rate has fallen, or the mix where none has."""
    rates = steps(subscribers=subscribers)
    return next((kind for kind in GROUPS if rates[f"{kind}_now"] < rates[f"{kind}_last"]), "mix")


def _starts(subscribers: pd.DataFrame) -> pd.DataFrame:
    return subscribers.pivot(index="kind", columns="year", values="at_start")


MISTAKES = {
    "grew_most": lambda subscribers: str(_starts(subscribers).diff(axis=1)["now"].idxmax()),
    "larger_group": lambda subscribers: str(_starts(subscribers)["now"].idxmax()),
}
