"""Two years by hand, in the reader's words, and a figure that one meets in reports."""

from __future__ import annotations

import functools

import pandas as pd

from lessons.frame import Text

# Kind of customer, year, at the start, still there at its end: each kind renews better in the second year.
HAND = (("new", 1, 200, 160), ("old", 1, 800, 780), ("new", 2, 800, 680), ("old", 2, 800, 784))


@functools.lru_cache(maxsize=8)
def by_hand(text: Text) -> pd.DataFrame:
    """Newcomers and old customers in two years, each year's total below them."""
    rows = []
    for year in (1, 2):
        own = [row for row in HAND if row[1] == year]
        whole = ("whole", year, sum(row[2] for row in own), sum(row[3] for row in own))
        for kind, _, before, after in [*own, whole]:
            rows.append(
                (
                    text.label(f"{kind}_{year}"),
                    text.number(before),
                    text.number(after),
                    text.percent(after / before, 1),
                )
            )
    columns = [text.label(name) for name in ("who", "at_start", "at_end", "rate")]
    return pd.DataFrame(rows, columns=columns)


def of_all_ever(known: pd.DataFrame) -> float:
    """Of all who ever joined, the share that is there now: each cohort at an age of its own."""
    newest = known.sort_values("month").groupby("cohort").tail(1)
    return float(newest["active"].sum() / newest["size"].sum())
