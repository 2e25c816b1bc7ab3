"""Nobody signs a contract in a shop: what if the repeat-buying rate stands in for retention?

The calibration period is cut in two halves. Of the buyers of the first half, the share that buys again in the
second is taken for retention, and the spending of the second half's buyers for the margin of one period. Someone
who merely pauses counts as lost for good, and one average stands for everybody: judging.py holds the
result against the truth.

Source: Dwyer (1997), "Customer Lifetime Valuation to Support Marketing Decision Making", Journal of Direct
Marketing 11(4): "lost for good" against "always a share".
"""

import functools
from dataclasses import dataclass
from datetime import date

import pandas as pd

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class RepeatBuying:
    """What two half-periods of `days` each show: one row of `customers` per buyer, money in currency units.

    `customers` (indexed by customer_id): first, second (order days in each half), spend (money in the second).
    `spend` is NaN throughout where the orders have no amounts.
    """

    days: float
    customers: pd.DataFrame

    @functools.cached_property
    def buyers(self) -> int:
        """Buyers of the first half."""
        return int((self.customers["first"] > 0).sum())

    @functools.cached_property
    def bought_again(self) -> int:
        """Those of them who bought in the second half too."""
        return int(((self.customers["first"] > 0) & (self.customers["second"] > 0)).sum())

    @property
    def retention(self) -> float:
        """The share that bought again; 0 where nobody bought in the first half."""
        return self.bought_again / self.buyers if self.buyers else 0.0

    @functools.cached_property
    def latest(self) -> pd.DataFrame:
        """The second half's buyers: the customers whose future is to be valued."""
        return self.customers[self.customers["second"] > 0]

    @functools.cached_property
    def spend_per_buyer(self) -> float:
        """Mean spending of the second half's buyers in that half, in money; NaN without amounts or buyers."""
        return float(self.latest["spend"].mean())

    def per_period(self, rate_per_year: float) -> float:
        """A yearly rate (discount, growth) for one half-period: (1 + rate)^(days / 365.25) − 1."""
        return (1 + rate_per_year) ** (self.days / DAYS_PER_YEAR) - 1


def measure(*, orders: pd.DataFrame, until: date) -> RepeatBuying:
    """Cut the time from the first order to `until` (inclusive) in two and count who bought in which half.

    `orders` has customer_id, ordered_at (datetime64) and amount_cents; several orders on one day count once.
    Raises ValueError where no order lies in that time.
    """
    end = pd.Timestamp(until) + pd.Timedelta(days=1)
    inside = orders.loc[orders["ordered_at"] < end, ["customer_id", "ordered_at", "amount_cents"]]
    if inside.empty:
        raise ValueError(f"There is no order until {until}.")
    start = inside["ordered_at"].min().normalize()
    middle = start + (end - start) / 2
    second = inside["ordered_at"] >= middle
    day = inside["ordered_at"].dt.normalize()
    days = pd.DataFrame(
        {"customer_id": inside["customer_id"], "day": day, "second": second}
    ).drop_duplicates()
    counts = days.groupby(["customer_id", "second"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=[False, True], fill_value=0).set_axis(["first", "second"], axis=1)
    spend = inside[second].groupby("customer_id")["amount_cents"].sum(min_count=1) / 100
    customers = counts.assign(spend=spend.reindex(counts.index).astype(float))
    if inside["amount_cents"].notna().any():
        customers["spend"] = customers["spend"].fillna(0.0)
    return RepeatBuying(days=(end - start) / pd.Timedelta(days=1) / 2, customers=customers)
