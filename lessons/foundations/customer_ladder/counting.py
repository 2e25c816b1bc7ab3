"""How many climb each step of a company's ladder?  Counted from its tables, and held against the truth.

A count has three weaknesses: some have not had the time to climb yet, some climb where nobody sees it, and it is a
count. The interval knows only the third.

Source: Wilson (1927), "Probable inference, the law of succession, and statistical inference", Journal of the American
Statistical Association 22 (the interval).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from lessons.foundations.customer_ladder.model import STEPS


@dataclass(frozen=True, kw_only=True)
class Climbs:
    """When each customer reached a rung: one row a customer, the columns first_time, repeat, client, member, advocate.

    NaT where they have not. Each time is that of the rung and all below it.
    """

    times: pd.DataFrame

    def counted(self, until: pd.Timestamp) -> list[tuple[int, int]]:
        """(who stood on the rung, who had climbed) for the four steps from the first order on, before `until`."""
        had = (self.times < until).sum().tolist()
        return list(pairwise(had))


def climbs(*, orders: pd.DataFrame, earned: pd.DataFrame, silver_points: float, brought: pd.Series) -> Climbs:
    """Find when each customer climbed.

    `orders`: customer_id, ordered_at. `earned`: the card's postings (customer_id, posted_at, points, all positive); the
    member's rung is the silver card, `silver_points` earned. `brought`: the time at which a customer brought somebody
    (or recommended), by customer_id.
    """
    orders = orders.sort_values(["customer_id", "ordered_at"], kind="stable")
    number = orders.groupby("customer_id").cumcount()
    times = pd.DataFrame(
        {
            name: orders[number == place].set_index("customer_id")["ordered_at"]
            for place, name in enumerate(("first_time", "repeat", "client"))
        }
    )
    earned = earned.sort_values("posted_at", kind="stable")
    enough = earned[earned.groupby("customer_id")["points"].cumsum() >= silver_points]
    silver = enough.groupby("customer_id")["posted_at"].first().reindex(times.index)
    # A later rung counts from the day on which all below it were reached, too.
    times["member"] = _later(times["client"], silver)
    times["advocate"] = _later(times["member"], brought.reindex(times.index))
    return Climbs(times=times)


def _later(one: pd.Series, other: pd.Series) -> pd.Series:
    both = one.notna() & other.notna()
    return pd.concat([one, other], axis=1).max(axis=1).where(both)


def interval(climbed: int, stood: int) -> tuple[float, float]:
    """The 95% interval of a share after Wilson (1927); the whole range where nobody stood there.

    >>> [round(end, 3) for end in interval(10, 20)]
    [0.299, 0.701]
    """
    if stood == 0:
        return 0.0, 1.0
    z, share = 1.959964, climbed / stood
    middle = (share + z**2 / (2 * stood)) / (1 + z**2 / stood)
    half = z / (1 + z**2 / stood) * np.sqrt(share * (1 - share) / stood + z**2 / (4 * stood**2))
    return float(middle - half), float(middle + half)


def held(counted: list[tuple[int, int]], *, true: list[float]) -> pd.DataFrame:
    """One row a step: step, stood, climbed, share, low, high, true, covered (does the interval hold the truth?)."""
    rows = []
    for step, (stood, climbed), truth in zip(STEPS, counted, true, strict=True):
        low, high = interval(climbed, stood)
        share = climbed / stood if stood else float("nan")
        rows.append((step, stood, climbed, share, low, high, truth, low <= truth <= high))
    columns = ["step", "stood", "climbed", "share", "low", "high", "true", "covered"]
    return pd.DataFrame(rows, columns=columns)
