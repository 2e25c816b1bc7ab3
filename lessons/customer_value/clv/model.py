"""What is a customer worth over the years?  Margin × retention × discount.

Each period a customer pays a margin, stays with the same probability, and money that comes later counts for
less. In real life customers differ, and the ones likely to leave go first: `mixed_customers` shows what an
average retention then hides.

Sources: Berger & Nasr (1998), "Customer Lifetime Value: Marketing Models and Applications", Journal of
Interactive Marketing 12(1); Gupta & Lehmann (2003), "Customers as Assets", Journal of Interactive Marketing
17(1); Fader & Hardie (2010), "Customer-Base Valuation in a Contractual Setting", Marketing Science 29(1).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

SIX_STAYS = (1, 2, 3, 5, 7, 12)


@dataclass(frozen=True, kw_only=True)
class CustomerValue:
    """One customer's payments, period by period; the period is a year unless the caller says otherwise.

    `margin` and `acquisition_cost` are money, margin per period. `retention` is the probability of staying from
    one period to the next. `discount_rate` and `margin_growth` are per period. `periods` is the number of
    payments counted, None for no end. `first_payment` "now": the first comes today and is certain (a customer
    just signed up). "later": today's is already in the till, the next comes after one period from those who
    stay (Gupta & Lehmann). Raises ValueError for a number outside its range.

    >>> box = CustomerValue(margin=240, retention=0.8, discount_rate=0.1)
    >>> round(box.value(), 2), round(box.retention_worth(2 * box.value()), 4)
    (880.0, 0.95)
    """

    margin: float
    retention: float
    discount_rate: float
    margin_growth: float = 0.0
    acquisition_cost: float = 0.0
    periods: int | None = None
    first_payment: Literal["now", "later"] = "now"

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if not 0 <= self.margin < math.inf:
            raise ValueError(f"margin must be 0 or more, not {self.margin}")
        if not 0 <= self.retention <= 1:
            raise ValueError(f"retention must lie between 0 and 1, not {self.retention}")
        if not 0 <= self.discount_rate < math.inf:
            raise ValueError(f"discount_rate must be 0 or more, not {self.discount_rate}")
        if not -1 <= self.margin_growth < math.inf:
            raise ValueError(f"margin_growth must be −1 or more, not {self.margin_growth}")
        if not 0 <= self.acquisition_cost < math.inf:
            raise ValueError(f"acquisition_cost must be 0 or more, not {self.acquisition_cost}")
        if self.periods is not None and self.periods < 1:
            raise ValueError(f"periods must be 1 or more, or None for no end, not {self.periods}")
        if self.first_payment not in ("now", "later"):
            raise ValueError(f'first_payment must be "now" or "later", not {self.first_payment!r}')

    def value(self) -> float:
        """Expected present value of all payments, in money; inf where the sum has no end."""
        return self.value_at(self.retention)

    def value_at(self, retention: float) -> float:
        """What the value would be at another retention, all else as it is. Raises ValueError outside 0 to 1."""
        if not 0 <= retention <= 1:
            raise ValueError(f"retention must lie between 0 and 1, not {retention}")
        # What each payment is worth today, as a multiple of the one before.
        ratio = retention * (1 + self.margin_growth) / (1 + self.discount_rate)
        first = self.margin
        if self.first_payment == "later":
            first *= retention / (1 + self.discount_rate)
        if first == 0:
            return 0.0
        if self.periods is None:
            return first / (1 - ratio) if ratio < 1 else math.inf
        if ratio in (0, 1):
            return first * (self.periods if ratio else 1)
        # (qⁿ − 1) / (q − 1), written so that it keeps its digits where q is close to 1.
        exponent = self.periods * math.log(ratio)
        return first * math.expm1(exponent) / (ratio - 1) if exponent < 700 else math.inf

    def net_value(self) -> float:
        """The value less what it cost to win the customer, in money."""
        return self.value() - self.acquisition_cost

    def retention_worth(self, target: float) -> float:
        """The lowest retention at which the value reaches `target`; nan if even full retention does not."""
        if self.value_at(1.0) < target:
            return math.nan
        low, high = 0.0, 1.0
        if self.value_at(low) >= target:
            return low
        # Halving the interval needs no derivative and does not mind a value that runs off to infinity.
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if self.value_at(middle) >= target else (middle, high)
        return high

    def break_even_retention(self) -> float:
        """The retention at which the value just pays for winning the customer; nan if none does."""
        return self.retention_worth(self.acquisition_cost)

    def expected_periods(self) -> float:
        """Expected number of periods as a customer, the first included: 1 / (1 − r) without an end."""
        return replace(self, margin=1.0, discount_rate=0.0, margin_growth=0.0, first_payment="now").value()

    def schedule(self, periods: int) -> pd.DataFrame:
        """The payments one by one: period, retained (share), margin, discount_factor, present_value, cumulative.

        `period` counts from 0 (today) or, where the first payment comes later, from 1. At most `self.periods` rows.
        """
        count = periods if self.periods is None else min(periods, self.periods)
        payments = np.arange(count)
        period = payments + (self.first_payment == "later")
        frame = pd.DataFrame({"period": period, "retained": self.retention**period})
        frame["margin"] = self.margin * (1 + self.margin_growth) ** payments
        frame["discount_factor"] = (1 + self.discount_rate) ** -period.astype(float)
        frame["present_value"] = frame["retained"] * frame["margin"] * frame["discount_factor"]
        frame["cumulative"] = frame["present_value"].cumsum()
        return frame


def by_retention(customer: CustomerValue, *, retentions: Sequence[float]) -> np.ndarray:
    """The value at each of `retentions`, all else as it is; inf where the sum has no end."""
    return np.array([customer.value_at(float(retention)) for retention in retentions])


def tornado(customer: CustomerValue, *, change: float = 0.2) -> pd.DataFrame:
    """Net value when one input alone moves by ±`change` of itself: input, low, high (money), widest first.

    `low` belongs to the smaller input. Retention stops at 1. An input that is 0 cannot move and is left out.

    >>> tornado(CustomerValue(margin=240, retention=0.8, discount_rate=0.1)).round(0).values.tolist()
    [['retention', 574.0, 1886.0], ['margin', 704.0, 1056.0], ['discount_rate', 926.0, 840.0]]
    """
    rows = []
    for name in ("margin", "retention", "discount_rate", "margin_growth", "acquisition_cost"):
        now = getattr(customer, name)
        if now == 0:
            continue
        ends = [now * (1 - change), now * (1 + change)]
        if name == "retention":
            ends[1] = min(ends[1], 1.0)
        low, high = (replace(customer, **{name: end}).net_value() for end in ends)
        rows.append((name, low, high))
    frame = pd.DataFrame(rows, columns=["input", "low", "high"])
    swing = (frame["high"] - frame["low"]).abs()
    return frame.loc[swing.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


@dataclass(frozen=True, kw_only=True)
class MixedCustomers:
    """Two kinds of customer, half and half at sign-up, and what their average retention makes of them.

    `formula`: value of the average newcomer's retention. `average`: the average of the two values, which is what
    the newcomers are really worth. `mature_retention`: the share of a long-standing base that stays; loyal
    customers pile up there. `mature_formula`: what that share makes of a newcomer.
    """

    formula: float
    average: float
    mature_retention: float
    mature_formula: float


def mixed_customers(customer: CustomerValue, *, spread: float) -> MixedCustomers:
    """Half the newcomers stay with `retention` + `spread`, half with `retention` − `spread`.

    Value bends upwards in retention, so by Jensen's inequality the average of the values exceeds the value of
    the average. Raises ValueError where a retention would leave 0 to 1.

    >>> box = CustomerValue(margin=240, retention=0.8, discount_rate=0.1)
    >>> mixed = mixed_customers(box, spread=0.15)
    >>> round(mixed.formula), round(mixed.average), round(mixed.mature_retention, 4), round(mixed.mature_formula)
    (880, 1173, 0.9125, 1408)
    """
    kinds = [round(customer.retention - spread, 12), round(customer.retention + spread, 12)]
    values = [replace(customer, retention=retention).value() for retention in kinds]
    # With as many joining as leaving, each kind's numbers grow with its stay, 1 / (1 − r).
    losses = [1 - retention for retention in kinds]
    mature = 1 - 2 / sum(1 / loss for loss in losses) if min(losses) > 0 else 1.0
    return MixedCustomers(
        formula=customer.value(),
        average=sum(values) / 2,
        mature_retention=mature,
        mature_formula=replace(customer, retention=mature).value(),
    )


def six_customers(
    *, margin: float, discount_rate: float, years_paid: Sequence[int] = SIX_STAYS
) -> pd.DataFrame:
    """Customers added up by hand: years_paid, paid (money), worth_today (money), one row each.

    The first payment is today's, each later one counts for 1 / (1 + d) of the one before. The retention that
    these stays imply is the renewals over the decisions to renew or not.

    >>> six_customers(margin=240, discount_rate=0.1).round(2).iloc[:3].values.tolist()
    [[1.0, 240.0, 240.0], [2.0, 480.0, 458.18], [3.0, 720.0, 656.53]]
    """
    worth = [sum(margin / (1 + discount_rate) ** year for year in range(years)) for years in years_paid]
    paid = [margin * years for years in years_paid]
    return pd.DataFrame({"years_paid": list(years_paid), "paid": paid, "worth_today": worth})


def observed_retention(years_paid: Sequence[int]) -> float:
    """The share of renewal decisions that went our way: (years − customers) / years.

    >>> observed_retention(SIX_STAYS)
    0.8
    """
    return (sum(years_paid) - len(years_paid)) / sum(years_paid)
