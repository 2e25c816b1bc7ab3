"""Which customers bring most of the revenue?  ABC analysis, the Lorenz curve, the Gini coefficient.

Customers are sorted from the best and summed up. All of it describes one period that is over. Next year's
best customers are partly others: to treat the list as a forecast is the assumption that fails.

Sources: Lorenz (1905), "Methods of measuring the concentration of wealth", Publications of the American
Statistical Association 9(70); Gini (1914); Dickie (1951), "ABC inventory analysis shoots for dollars, not
pennies", Factory Management and Maintenance; Schmittlein, Cooper & Morrison (1993), "Truth in concentration
in the land of (80/20) laws", Marketing Science 12(2).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

CLASSES = ("A", "B", "C")


def customer_list(orders: pd.DataFrame, *, until: date, after: date | None = None) -> pd.DataFrame:
    """Add up the orders after one day and until another (inclusive): one row a customer, most revenue first.

    `orders` has customer_id, ordered_at, amount_cents. Returns customer_id, orders, revenue (currency units;
    the number of orders where there are no amounts) and first_order_at.
    """
    chosen = orders["ordered_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)
    if after is not None:
        chosen &= orders["ordered_at"] >= pd.Timestamp(after) + pd.Timedelta(days=1)
    by_customer = orders[chosen].groupby("customer_id")
    found = by_customer.agg(
        orders=("ordered_at", "size"), revenue=("amount_cents", "sum"), first_order_at=("ordered_at", "min")
    ).reset_index()
    if orders["amount_cents"].isna().all():
        found["revenue"] = found["orders"]
    else:
        found["revenue"] = found["revenue"].astype(float) / 100
    found["revenue"] = found["revenue"].astype(float)
    return found.sort_values("revenue", ascending=False, kind="stable", ignore_index=True)


def concentration(values: ArrayLike, *, by: ArrayLike | None = None, points: int = 200) -> pd.DataFrame:
    """Share of all customers (`customers`) against their share of all value (`total`), best first.

    Customers are sorted by `by`, or else by their own value. At most `points` + 1 rows, from (0, 0) to
    (1, 1). A total of zero gives zeros; a negative one has no shares and gives NaN.

    >>> concentration([1, 5, 4]).round(3).to_dict("list")
    {'customers': [0.0, 0.333, 0.667, 1.0], 'total': [0.0, 0.5, 0.9, 1.0]}
    """
    value = np.asarray(values, dtype=float)
    order = np.argsort(-np.asarray(value if by is None else by, dtype=float), kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(value[order])])
    total = value.sum()
    share = summed / total if total > 0 else np.where(total < 0, np.nan, 0 * summed)
    kept = np.unique(np.linspace(0, len(value), min(points, len(value)) + 1).round().astype(int))
    return pd.DataFrame({"customers": kept / max(len(value), 1), "total": share[kept]})


def customers_for(revenue: ArrayLike, *, share: float) -> int:
    """The fewest customers who together bring `share` of the revenue (0 where there is none).

    >>> customers_for([1, 5, 4], share=0.8)
    2
    """
    return int((classes(revenue, a=share, ab=share) == "A").sum())


def classes(revenue: ArrayLike, *, a: float = 0.80, ab: float = 0.95) -> NDArray[np.str_]:
    """Class of each customer, "A", "B" or "C", in the order given.

    A customer is in A as long as those before bring less than the share `a` of all revenue: the one who
    crosses the limit is still in. B likewise with `ab`. Raises ValueError unless 0 < a ≤ ab ≤ 1 and no
    revenue is negative.

    >>> classes([100, 700, 150, 50]).tolist()
    ['B', 'A', 'A', 'C']
    """
    if not 0 < a <= ab <= 1:
        raise ValueError(f"The limits must obey 0 < a ≤ ab ≤ 1; here a = {a}, ab = {ab}.")
    value = _not_negative(revenue)
    order = np.argsort(-value, kind="stable")
    before = np.cumsum(value[order]) - value[order]
    # Sums of cents in floating point miss a limit by a hair; a hair is not a customer.
    limits = np.array([a, ab]) * value.sum() * (1 - 1e-12)
    found = np.empty(len(value), dtype="<U1")
    found[order] = np.array(CLASSES)[(before[:, None] >= limits).sum(axis=1)]
    return found


def gini(values: ArrayLike) -> float:
    """The Gini coefficient: 0 where all are equal, (n − 1) / n where one of n has everything.

    It is the mean absolute difference between two customers, divided by twice the mean; drawn, it is the area
    between the Lorenz curve and the diagonal, doubled. All zeros count as equal. Raises ValueError for
    negative or no values.

    >>> round(gini([1, 5, 4]), 4)
    0.2667
    """
    value = np.sort(_not_negative(values))
    n, total = len(value), value.sum()
    if n == 0:
        raise ValueError("The Gini coefficient needs at least one customer.")
    return float(2 * (np.arange(1, n + 1) * value).sum() / (n * total) - (n + 1) / n) if total > 0 else 0.0


def share_interval(
    revenue: ArrayLike,
    *,
    share: float = 0.80,
    level: float = 0.95,
    draws: int = 200,
    groups: int = 2000,
    seed: int = 1,
) -> tuple[float, float]:
    """Bootstrap interval of the share of customers who bring `share` of the revenue.

    Customers are drawn again with replacement and the share is read anew; the interval holds the middle
    `level`. Long lists are first gathered into `groups` of neighbours, so that time is bounded. Method:
    Efron (1979), "Bootstrap methods: another look at the jackknife", Annals of Statistics 7(1).
    """
    value = np.sort(_not_negative(revenue))[::-1]
    if not value.sum() > 0:
        return float("nan"), float("nan")
    parts = np.array_split(value, min(groups, len(value)))
    size, mean = np.array([len(part) for part in parts]), np.array([part.mean() for part in parts])
    drawn = np.random.default_rng(seed).multinomial(len(value), size / len(value), size=draws)
    summed = np.cumsum(drawn * mean, axis=1)
    target = share * summed[:, -1:] * (1 - 1e-12)
    last = (summed >= target).argmax(axis=1)[:, None]
    # Of the group that crosses the limit, as many as it takes.
    others = np.take_along_axis(np.cumsum(drawn, axis=1) - drawn, last, axis=1)
    missing = target - np.take_along_axis(summed - drawn * mean, last, axis=1)
    needed = (others + np.ceil(missing / mean[last]))[:, 0]
    low, high = np.quantile(needed / len(value), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a choice of customers is worth in the next period, against the best choice of as many.

    `right` is the share of the chosen who belong to the best; `reached` and `best` are shares of the next
    period's value, `lost` is the difference in the unit of that value.
    """

    right: float
    reached: float
    best: float
    lost: float


def choice(*, chosen: ArrayLike, next_value: ArrayLike) -> Choice:
    """Hold the chosen customers (boolean, shape (n,)) against their value in the next period, shape (n,)."""
    mine, value = np.asarray(chosen, dtype=bool), np.asarray(next_value, dtype=float)
    best = np.zeros(len(value), dtype=bool)
    best[np.argsort(-value, kind="stable")[: mine.sum()]] = True
    total = value.sum() or 1.0
    return Choice(
        right=float((mine & best).sum() / max(mine.sum(), 1)),
        reached=float(value[mine].sum() / total),
        best=float(value[best].sum() / total),
        lost=float(value[best].sum() - value[mine].sum()),
    )


def class_table(customers: pd.DataFrame, *, class_of: ArrayLike, profit: ArrayLike) -> pd.DataFrame:
    """One row a class, index A, B, C: customers, orders, revenue, profit (currency units)."""
    frame = customers[["orders", "revenue"]].assign(customers=1, profit=np.asarray(profit))
    return frame.groupby(np.asarray(class_of)).sum().reindex(list(CLASSES), fill_value=0)


def migration(before: ArrayLike, after: ArrayLike, *, bought: ArrayLike) -> pd.DataFrame:
    """Count how customers moved between the classes; those who bought nothing are in column "none"."""
    to = np.where(np.asarray(bought, dtype=bool), np.asarray(after), "none")
    counts = pd.crosstab(np.asarray(before), to)
    return counts.reindex(index=list(CLASSES), columns=[*CLASSES, "none"], fill_value=0)


def _not_negative(values: ArrayLike) -> NDArray[np.float64]:
    value = np.asarray(values, dtype=float)
    if not (value >= 0).all():
        raise ValueError("Revenue must be zero or more for every customer; use the whale curve for profit.")
    return value
