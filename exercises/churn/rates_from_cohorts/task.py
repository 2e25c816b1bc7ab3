"""Which retention rates and which curve do two cohorts of a gym show, one of them still young?"""

import numpy as np
import pandas as pd

from lessons.churn.retention_curve.model import curve, rates

KIND = "table"
CONCEPTS = ("retention-curve",)
ORDER = 1
ROWS = ("month_1", "month_2", "month_3", "after_3")
UNITS = dict.fromkeys(ROWS, "percent:1")
TOLERANCE = 0.004
MONTHS = ("month_0", "month_1_members", "month_2_members", "month_3_members")


def given(rng: np.random.Generator) -> dict:
    """Draw a cohort seen for three months and one seen for two, of different size and kind."""
    rows = []
    for size, low, high, seen in (
        (rng.integers(60, 120), 0.88, 0.95, 3),
        (rng.integers(300, 600), 0.6, 0.75, 2),
    ):
        members = [int(size)]
        for month in range(seen):
            members.append(round(members[-1] * (float(rng.uniform(low, high)) + 0.02 * month)))
        rows.append([*members, *[np.nan] * (3 - seen)])
    table = pd.DataFrame(rows, columns=list(MONTHS))
    table.insert(0, "cohort", ["january", "february"])
    return {"members": table}


def _known(members: pd.DataFrame) -> pd.DataFrame:
    wide = members[list(MONTHS)].to_numpy()
    at = [(row, month) for row, month in np.ndindex(*wide.shape) if wide[row, month] == wide[row, month]]
    joined = pd.to_datetime(["2024-01-01", "2024-02-01"])
    rows = [(joined[row], month, wide[row, 0], wide[row, month]) for row, month in at]
    return rates(pd.DataFrame(rows, columns=["cohort", "month", "size", "active"]))


def answer(*, members: pd.DataFrame) -> list[float]:
    """Return the rates of months 1 to 3, both cohorts together, and the share left after three months."""
    found = _known(members)
    return [*found["rate"].tolist(), float(curve(found)["share"].iloc[-1])]


def _of_the_start(members: pd.DataFrame) -> list[float]:
    shares = [members[month].sum() / members["month_0"][members[month].notna()].sum() for month in MONTHS[1:]]
    return [*shares, shares[-1]]


def _with_the_young(members: pd.DataFrame) -> list[float]:
    all_there = members[list(MONTHS)].sum().to_numpy()
    found = all_there[1:] / all_there[:-1]
    return [*found, float(np.prod(found))]


def _mean_of_rates(members: pd.DataFrame) -> list[float]:
    found = _known(members)["mean_rate"].tolist()
    return [*found, float(np.prod(found))]


MISTAKES = {"of_the_start": _of_the_start, "with_the_young": _with_the_young, "mean_of_rates": _mean_of_rates}
