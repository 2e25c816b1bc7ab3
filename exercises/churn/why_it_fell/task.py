"""A magazine's retention has fallen: is it the mix, the new subscribers or the old ones?"""

import numpy as np
import pandas as pd

KIND = "choice"
CONCEPTS = ("retention-curve",)
ORDER = 2
OPTIONS = ("mix", "new", "old")
GROUPS = ("new", "old")
UNITS = dict.fromkeys(
    ("total_last", "total_now", *(f"{one}_{year}" for one in GROUPS for year in ("last", "now"))), "percent:1"
)
TOLERANCE = 0


def given(rng: np.random.Generator) -> dict:
    """Draw two years in which the whole falls, and in which no known mistake leads to the answer."""
    wanted = OPTIONS[rng.integers(3)]
    while True:
        before = rng.integers(10, 100, (2, 2)) * 20
        last = rng.uniform([0.55, 0.86], [0.75, 0.95])
        change = rng.uniform(0.015, 0.05, 2) * (
            1 if wanted == "mix" else [[-1, 1], [1, -1]][GROUPS.index(wanted)]
        )
        after = (before * np.array([last, last + change])).round().astype(int)
        table = pd.DataFrame({"year": ["last", "last", "now", "now"], "kind": [*GROUPS, *GROUPS]})
        drawn = {"subscribers": table.assign(at_start=before.ravel(), renewed=after.ravel())}
        found = steps(**drawn)
        clear = found["total_now"] < found["total_last"] - 0.015 and answer(**drawn) == wanted
        if clear and all(err(**drawn) != wanted for err in MISTAKES.values()):
            return drawn


def steps(*, subscribers: pd.DataFrame) -> dict:
    """Return the renewal rates by kind and year, and of the whole."""
    rows = subscribers.set_index(["kind", "year"])
    found = {
        f"{kind}_{year}": float(rows.loc[(kind, year), "renewed"] / rows.loc[(kind, year), "at_start"])
        for kind, year in rows.index
    }
    whole = subscribers.groupby("year")[["at_start", "renewed"]].sum()
    return found | {
        f"total_{year}": float(whole.loc[year, "renewed"] / whole.loc[year, "at_start"])
        for year in whole.index
    }


def answer(*, subscribers: pd.DataFrame) -> str:
    """Return the kind whose own rate has fallen, or the mix where none has."""
    rates = steps(subscribers=subscribers)
    return next((kind for kind in GROUPS if rates[f"{kind}_now"] < rates[f"{kind}_last"]), "mix")


def _most(values: pd.Series) -> str:
    return str(values.idxmax())


def _more_lost(subscribers: pd.DataFrame) -> str:
    lost = subscribers.assign(lost=subscribers["at_start"] - subscribers["renewed"]).pivot(
        index="kind", columns="year", values="lost"
    )
    return _most(lost["now"] - lost["last"])


MISTAKES = {
    "more_heads_lost": _more_lost,
    "larger_group": lambda subscribers: _most(
        subscribers[subscribers["year"] == "now"].set_index("kind")["at_start"]
    ),
}
