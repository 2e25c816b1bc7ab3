"""Which retention rates and which curve do two cohorts of a gym show, one of them still young?"""

import numpy as np
import pandas as pd

from lessons.churn.retention_curve.model import curve, rates

KIND = "table"
CONCEPTS = ("retention-curve",)
ORDER = 1
ROWS = ("month_1", "month_2", "month_3", "after_3")
MONTHS = ["month_0", "month_1_members", "month_2_members", "month_3_members"]
UNITS = dict.fromkeys(ROWS, "percent:1") | dict.fromkeys(MONTHS, "number:0")
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw a small cohort that stays, seen for three months, and a large one that leaves, seen for two."""
    rows = []
    for sizes, low, high, seen in (((60, 120), 0.88, 0.95, 3), ((300, 600), 0.6, 0.75, 2)):
        members = [float(rng.integers(*sizes))]
        for month in range(seen):
            members.append(round(members[-1] * (float(rng.uniform(low, high)) + 0.02 * month)))
        rows.append([*members, np.nan][:4])
    table = pd.DataFrame(rows, columns=MONTHS)
    table.insert(0, "cohort", ["january", "february"])
    return {"members": table}


def _rates(members: pd.DataFrame) -> pd.DataFrame:
    wide = members[MONTHS].set_axis(range(4), axis=1).set_axis(pd.to_datetime(["2024-01-01", "2024-02-01"]))
    long = wide.rename_axis("cohort").reset_index().melt("cohort", var_name="month", value_name="active")
    return rates(long.dropna().assign(size=1).astype({"month": int}))


def _all(found: list[float]) -> list[float]:
    return [*found, float(np.prod(found))]


def answer(*, members: pd.DataFrame) -> list[float]:
    """Return the rates of months 1 to 3, both cohorts together, and the share left after three months."""
    found = _rates(members)
    return [*found["rate"].tolist(), float(curve(found)["share"].iloc[-1])]


def _of_the_start(members: pd.DataFrame) -> list[float]:
    shares = [members[month].sum() / members["month_0"][members[month].notna()].sum() for month in MONTHS[1:]]
    return [*shares, shares[-1]]


def _with_the_young(members: pd.DataFrame) -> list[float]:
    there = members[MONTHS].sum().to_numpy()
    return _all((there[1:] / there[:-1]).tolist())


MISTAKES = {
    "of_the_start": _of_the_start,
    "with_the_young": _with_the_young,
    "mean_of_rates": lambda members: _all(_rates(members)["mean_rate"].tolist()),
}
