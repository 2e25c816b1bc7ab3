"""How many of those who join are still there after a year?  The retention curve, read off the cohorts.

A cohort is all who joined in one month. Its retention curve is the share that is still there after so many months;
its retention rate is the share of those there a month ago who are still there now. Everything rests on knowing who
is there: with a contract one sees it. In a shop one sees only who bought, and who is quiet is not gone.

Sources: Kaplan & Meier (1958), "Nonparametric Estimation from Incomplete Observations", Journal of the American
Statistical Association 53(282), 457–481; Vaupel & Yashin (1985), "Heterogeneity's Ruses", The American Statistician
39(3), 176–185; Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1),
76–90; Fader & Hardie (2010), "Customer-Base Valuation in a Contractual Setting", Marketing Science 29(1), 85–93.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z95 = 1.959963984540054


def last_full_month(day: date) -> date:
    """The last day of the last calendar month that is over at the end of `day`.

    >>> str(last_full_month(date(2024, 3, 30))), str(last_full_month(date(2024, 2, 29)))
    ('2024-02-29', '2024-02-29')
    """
    tomorrow = day + timedelta(days=1)
    return day if tomorrow.day == 1 else day.replace(day=1) - timedelta(days=1)


def known_after(cohorts: pd.DataFrame, *, months: int) -> pd.DataFrame:
    """The part of a cohort table that was known `months` months after the oldest cohort's own: the triangle.

    `cohorts` has cohort (first day of the month), month (since joining, 0 the cohort's own), size and active.
    """
    return cohorts[calendar(cohorts) <= months]


def calendar(cohorts: pd.DataFrame) -> pd.Series:
    """The calendar month of each row, counted from the oldest cohort's own, which is 0."""
    joined = cohorts["cohort"].dt.year * 12 + cohorts["cohort"].dt.month
    return joined - joined.min() + cohorts["month"]


def rates(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Retention by month since joining: month (from 1), cohorts, before, after, rate, mean_rate.

    `before` and `after` are customers a month ago and now, of the cohorts old enough to tell; `rate` is after / before,
    the rate of the whole. `mean_rate` is the plain average of the cohorts' own rates, which lets ten customers
    weigh as much as a thousand.

    >>> table = pd.DataFrame({"cohort": pd.to_datetime(["2024-01-01"] * 2 + ["2024-02-01"] * 2),
    ...     "month": [0, 1, 0, 1], "size": [90, 90, 10, 10], "active": [90, 81, 10, 5]})
    >>> rates(table)[["rate", "mean_rate"]].values.round(9).tolist()
    [[0.86, 0.7]]
    """
    pairs = _pairs(cohorts)
    pairs["own"] = pairs["active"] / pairs["before"].where(pairs["before"] > 0)
    grouped = pairs.groupby("month")
    found = grouped.agg(
        cohorts=("active", "size"),
        before=("before", "sum"),
        after=("active", "sum"),
        mean_rate=("own", "mean"),
    ).reset_index()
    found["rate"] = found["after"] / found["before"].where(found["before"] > 0)
    return found[["month", "cohorts", "before", "after", "rate", "mean_rate"]].dropna(subset=["rate"])


def company_rate(cohorts: pd.DataFrame, *, latest: int = 1) -> tuple[float, int]:
    """The retention rate of all customers together over the `latest` calendar months, and how many decisions it is.

    (nan, 0) where nobody has been there for a month.
    """
    pairs = _pairs(cohorts)
    if pairs.empty:
        return math.nan, 0
    pairs = pairs[pairs["calendar"] > pairs["calendar"].max() - latest]
    before = int(pairs["before"].sum())
    return (float(pairs["active"].sum()) / before if before else math.nan), before


def _pairs(cohorts: pd.DataFrame) -> pd.DataFrame:
    """Each cohort's month beside the one before it."""
    table = cohorts.assign(calendar=calendar(cohorts)).sort_values(["cohort", "month"])
    table["before"] = table.groupby("cohort")["active"].shift()
    return table[table["month"] > 0].copy()


def curve(by_month: pd.DataFrame) -> pd.DataFrame:
    """The retention curve from `rates`: month (from 0), share, low, high.

    Each month's rate comes from the cohorts that are old enough for it, and the rates are multiplied: the estimate of
    Kaplan and Meier. The 95% interval is Greenwood's, on the scale of log(−log). It takes every step for leaving for
    good; where customers come back, as in a shop, it is only a rough guide.
    """
    before, after = by_month["before"].to_numpy(float), by_month["after"].to_numpy(float)
    share = np.cumprod(np.append(1.0, after / before))
    low, high = greenwood(share[1:], before, before - after)
    months = np.append(0, by_month["month"].to_numpy(int))
    return pd.DataFrame(
        {"month": months, "share": share, "low": np.append(1, low), "high": np.append(1, high)}
    )


def kaplan_meier(*, time: ArrayLike, left: ArrayLike) -> pd.DataFrame:
    """The survival of customers one by one: time, at_risk, leaving, share, low, high, a row for each time of leaving.

    `time` is how long each was seen; `left` is 1 for who left then and 0 for who was still there (right-censored).
    Who is seen until t counts as at risk at t.

    >>> kaplan_meier(time=[1, 2, 2, 3], left=[1, 1, 0, 1])[["time", "at_risk", "share"]].values.tolist()
    [[1.0, 4.0, 0.75], [2.0, 3.0, 0.5], [3.0, 1.0, 0.0]]
    """
    seen, gone = np.asarray(time, dtype=float), np.asarray(left, dtype=bool)
    times = np.unique(seen[gone])
    at_risk = len(seen) - np.searchsorted(np.sort(seen), times, side="left")
    leaving = np.searchsorted(np.sort(seen[gone]), times, side="right") - np.searchsorted(
        np.sort(seen[gone]), times, side="left"
    )
    share = np.cumprod(1 - leaving / np.maximum(at_risk, 1))
    low, high = greenwood(share, at_risk, leaving)
    return pd.DataFrame(
        {"time": times, "at_risk": at_risk, "leaving": leaving, "share": share, "low": low, "high": high}
    )


def greenwood(share: ArrayLike, at_risk: ArrayLike, leaving: ArrayLike) -> tuple[Floats, Floats]:
    """Greenwood's 95% interval of a survival curve on the scale of log(−log), as (low, high); nan outside (0, 1)."""
    survival, n, d = (np.asarray(one, dtype=float) for one in (share, at_risk, leaving))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(np.where(d == 0, 0.0, d / (n * (n - d))))
        half = Z95 * np.sqrt(variance) / np.abs(np.log(survival))
        inside = (survival > 0) & (survival < 1) & np.isfinite(half)
        low = np.where(inside, survival ** np.exp(half), np.nan)
        high = np.where(inside, survival ** np.exp(-half), np.nan)
    return low, high


def one_rate_for_ever(rate: float, *, months: int) -> Floats:
    """What is left after 0 … `months` months if the same rate held for everybody and for ever, (months + 1,)."""
    return np.asarray(rate ** np.arange(months + 1), dtype=float)


def expected_periods(rate: float, *, periods: int | None = None) -> float:
    """Expected periods as a customer, the first included, at one rate for all: 1 / (1 − r), or within `periods` only.

    Raises ValueError for a rate outside 0 to 1. At a rate of 1 there is no end: inf.

    >>> expected_periods(0.95), round(expected_periods(0.95, periods=12), 3)
    (20.0, 9.193)
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"a retention rate lies between 0 and 1, not {rate}")
    if rate == 1:
        return math.inf if periods is None else float(periods)
    whole = 1 / (1 - rate)
    # 1 / (1 − 0.95) is 19.999…: nobody should see that.
    return round(whole if periods is None else whole * (1 - rate**periods), 12)


def two_kinds(*, stay: tuple[float, float], share: float, periods: int) -> pd.DataFrame:
    """Customers of two kinds, each with a rate of its own that never changes: month, rate, share, loyal.

    `share` is the first kind's part of those who join. The rate of the whole rises all the same, since the other kind
    is used up (Vaupel & Yashin 1985); `loyal` is the first kind's part of those who are left.
    """
    month = np.arange(periods + 1)
    first, second = share * stay[0] ** month, (1 - share) * stay[1] ** month
    left = first + second
    return pd.DataFrame(
        {
            "month": month,
            "rate": np.append(np.nan, left[1:] / left[:-1]),
            "share": left,
            "loyal": first / left,
        }
    )


def growing_company(
    *, months: int, growth: float, growing_from: int, alpha: float, beta: float, improvement: float
) -> pd.DataFrame:
    """A company whose every cohort is better than the one before: month, company, youngest, oldest (rates).

    Each month's newcomers follow a shifted beta-geometric curve, whose rate at renewal t is
    (β + t − 1) / (α + β + t − 1); from cohort to cohort α falls by the share `improvement`, so at every age
    the newer cohort renews more. Up to month `growing_from` as many join each month, then `growth` more each time.
    `youngest`: first renewals of the month before's newcomers; `oldest`: renewals of the first cohort.
    """
    joined = np.where(
        np.arange(months) < growing_from, 1.0, (1 + growth) ** (np.arange(months) - growing_from + 1.0)
    )
    age = np.arange(1, months + 1)
    shapes = alpha * (1 - improvement) ** np.arange(months)
    rate = (beta + age - 1) / (shapes[:, None] + beta + age - 1)
    there = joined[:, None] * np.cumprod(np.column_stack([np.ones(months), rate]), axis=1)
    rows = []
    for month in range(1, months):
        cohort = np.arange(month)
        before, after = there[cohort, month - cohort - 1].sum(), there[cohort, month - cohort].sum()
        rows.append((month, after / before, rate[month - 1, 0], rate[0, month - 1]))
    return pd.DataFrame(rows, columns=["month", "company", "youngest", "oldest"])


def grouped(cohorts: pd.DataFrame, *, most: int = 8) -> pd.DataFrame:
    """Cohorts of neighbouring months put together until at most `most` are left: the same columns.

    A month since joining is kept only where every cohort of the group has reached it.
    """
    number = cohorts["cohort"].dt.year * 12 + cohorts["cohort"].dt.month - 1
    span = next(span for span in (1, 2, 3, 6, 12, 24, 60, 1200) if (number // span).nunique() <= most)
    table = cohorts.assign(group=number // span)
    of_group = table.groupby("group")["cohort"].transform("nunique")
    here = table.groupby(["group", "month"])["cohort"].transform("nunique")
    found = (
        table[of_group == here]
        .groupby(["group", "month"])
        .agg(cohort=("cohort", "min"), size=("size", "sum"), active=("active", "sum"))
        .reset_index()
    )
    # A group is named by its first month, also where that month's own cohort is missing.
    found["cohort"] = found.groupby("group")["cohort"].transform("min")
    found["share"] = found["active"] / found["size"]
    return found[["cohort", "month", "size", "active", "share"]]
