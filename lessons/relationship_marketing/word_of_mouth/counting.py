"""How many others does a customer bring, counted from a table of referrals?  Who is young has not spoken yet.

Dividing referrals by customers counts those who came last week as if their talking were over. The mean cumulative
function counts each week of custom only among customers who have lived it. It says nothing of weeks that nobody has.

Source: Nelson (1995), "Confidence Limits for Recurrence Data", Technometrics 37(2), 147–157.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What a table of referrals says. `naive`: referrals ÷ customers. `mean` (n,): referrals per customer up to `week`
    (n,) of custom. `low`, `high`: 95% interval of the last mean, where referrals come independently."""

    customers: int
    referrals: int
    naive: float
    week: Floats
    mean: Floats
    low: float
    high: float

    @property
    def rate(self) -> float:
        """Referrals per customer over the weeks that anyone has lived."""
        return float(self.mean[-1])


def count(*, age_weeks: Floats, referral_age_weeks: Floats, weeks: int) -> Counted:
    """Count referrals by the referrer's age, in weeks since the first order.

    `age_weeks` (customers,): each customer's age at the end; `referral_age_weeks` (referrals,): the referrer's age at
    each referral; `weeks`: up to which age. Raises ValueError where there is no customer.

    >>> seen = count(age_weeks=np.array([10, 10, 2, 2]), referral_age_weeks=np.array([1, 6]), weeks=10)
    >>> seen.naive, seen.rate
    (0.5, 0.75)
    """
    if not len(age_weeks):
        raise ValueError("There is nobody to count.")
    ages, events = np.sort(age_weeks), np.sort(referral_age_weeks)
    events = events[events <= weeks]
    living = len(ages) - np.searchsorted(ages, events, side="left")
    share = 1 / np.maximum(living, 1)
    total, spread = (np.concatenate([[0.0], np.cumsum(part)]) for part in (share, share**2))
    week = np.arange(weeks + 1.0)
    reached = np.searchsorted(events, week, side="right")
    half = 1.959964 * float(np.sqrt(spread[reached[-1]]))
    mean = total[reached]
    return Counted(
        customers=len(ages),
        referrals=len(referral_age_weeks),
        naive=len(referral_age_weeks) / len(ages),
        week=week,
        mean=mean,
        low=float(mean[-1]) - half,
        high=float(mean[-1]) + half,
    )
