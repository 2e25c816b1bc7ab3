"""Who still leaves when we tie customers to us?  Financial, social and structural bonds, reason by reason.

A bond weakens some wishes to leave and not others, and each further yuan keeps fewer than the one before. Every
customer is taken to be the average one. Real customers differ, and those who are kept are the ones who were about to
go and soon want to go again; the average does not notice.

Source: Berry & Parasuraman (1991), "Marketing Services", Free Press, for the three levels; the sizes are assumed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

BONDS = ("financial", "social", "structural")
REASONS = ("service", "price", "competitor", "moved", "involuntary")
# Of 100 who leave Harbour Tea where nothing ties them, how many go for each reason.
LEAVERS = (43.0, 13.0, 22.0, 15.0, 7.0)
# Which wishes a bond weakens: nobody is kept in town, or solvent, by a discount.
HOLDS: Mapping[str, tuple[str, ...]] = {
    "financial": ("price", "competitor"),
    "social": ("service", "competitor"),
    "structural": ("service", "price", "competitor"),
}
# Log-odds that a bond at full effort takes from each wish it weakens, and what that effort costs an order.
STRENGTH: Mapping[str, float] = {"financial": 0.8, "social": 0.8, "structural": 0.9}
FULL_COST: Mapping[str, float] = {"financial": 3.0, "social": 3.5, "structural": 2.5}
# Log-odds of leaving for the price, per unit of log price.
PRICE_PULL = 4.0
WEEKS_PER_YEAR = 52


@dataclass(frozen=True, kw_only=True)
class Ties:
    """A budget spread over three bonds, and the average customer whom it ties.

    `financial`, `social`, `structural`: money per order, each at most its full cost. `leaves`: chance that an order is
    the last where nothing ties. `orders_per_week`, `margin`: money per order before the bonds. `years`: the horizon.

    >>> equal = Ties(financial=1, social=1, structural=1)
    >>> round(equal.still_leave(), 1), round(equal.gain())
    (62.2, 168)
    """

    financial: float
    social: float
    structural: float
    leaves: float = 0.07
    orders_per_week: float = 0.17
    margin: float = 48.0
    years: float = 4.0

    def __post_init__(self) -> None:
        """Refuse amounts that are negative or beyond full effort, and a chance outside 0 to 1."""
        for bond in BONDS:
            if not 0 <= getattr(self, bond) <= FULL_COST[bond]:
                raise ValueError(f"{bond} must be from 0 to {FULL_COST[bond]:g} an order.")
        if not 0 < self.leaves < 1:
            raise ValueError("leaves must be above 0 and below 1.")

    @property
    def spend(self) -> float:
        """What all bonds together cost, money per order."""
        return self.financial + self.social + self.structural

    def effort(self, bond: str) -> float:
        """How far a bond is built, 0 to 1."""
        return getattr(self, bond) / FULL_COST[bond]

    def hold(self, reason: str) -> float:
        """Log-odds that the bonds take from leaving for `reason`."""
        return sum(STRENGTH[bond] * self.effort(bond) for bond in BONDS if reason in HOLDS[bond])

    def departures(self) -> pd.DataFrame:
        """One row per reason: without (departures of 100), hold (log-odds), factor, with_ties (departures left)."""
        hold = [self.hold(reason) for reason in REASONS]
        factor = np.exp(-np.array(hold))
        return pd.DataFrame(
            {
                "reason": REASONS,
                "without": LEAVERS,
                "hold": hold,
                "factor": factor,
                "with_ties": np.array(LEAVERS) * factor,
            }
        )

    def still_leave(self) -> float:
        """Of 100 who would leave, how many leave all the same."""
        return sum(
            leavers * math.exp(-self.hold(reason)) for reason, leavers in zip(REASONS, LEAVERS, strict=True)
        )

    def chance_of_leaving(self) -> float:
        """Chance that an order is the last: the odds shrink as the departures do."""
        odds = self.leaves / (1 - self.leaves) * self.still_leave() / sum(LEAVERS)
        return odds / (1 + odds)

    def orders(self) -> float:
        """Expected orders within the horizon, the first among them; nobody leaves at the first."""
        return float(self.orders_by_week()[-1])

    def orders_by_week(self) -> np.ndarray:
        """Expected orders up to each week, from week 0 on: arrivals at an even rate, thinned by who has left."""
        weeks = np.arange(round(self.years * WEEKS_PER_YEAR) + 1)
        fading = self.orders_per_week * self.chance_of_leaving()
        return 1 - self.orders_per_week * np.expm1(-fading * weeks) / fading

    def gain_by_week(self) -> np.ndarray:
        """Profit per customer up to each week, less what it would be without bonds."""
        nothing = replace(self, financial=0, social=0, structural=0)
        tied = self.orders_by_week() * (self.margin - self.spend)
        return tied - nothing.orders_by_week() * self.margin

    def gain(self) -> float:
        """Profit per customer over the horizon, less what it would be without bonds."""
        return float(self.gain_by_week()[-1])

    def price_room(self) -> float:
        """The switching cost as a share of the price: how far it could rise before the wish to leave for the price
        is what it was without bonds."""
        return math.expm1(self.hold("price") / PRICE_PULL)


def best_split(budget: float, *, customer: Ties, step: float = 0.05) -> Ties:
    """Spread `budget` (money per order) so that the fewest leave, to the nearest `step`.

    >>> best = best_split(3, customer=Ties(financial=1, social=1, structural=1))
    >>> best.financial, best.social, best.structural, round(best.still_leave())
    (0.0, 0.5, 2.5, 51)
    """
    count = {bond: round(FULL_COST[bond] / step) for bond in BONDS}
    units = min(round(budget / step), sum(count.values()))
    structural, social = np.meshgrid(
        np.arange(count["structural"] + 1), np.arange(count["social"] + 1), indexing="ij"
    )
    financial = units - structural - social
    allowed = (financial >= 0) & (financial <= count["financial"])
    amount = {"financial": financial, "social": social, "structural": structural}
    left = np.zeros(structural.shape)
    for reason, leavers in zip(REASONS, LEAVERS, strict=True):
        hold = sum(STRENGTH[bond] * amount[bond] / count[bond] * (reason in HOLDS[bond]) for bond in BONDS)
        left = left + leavers * np.exp(-hold)
    place = np.unravel_index(np.argmin(np.where(allowed, left, np.inf)), left.shape)
    return replace(customer, **{bond: round(float(amount[bond][place]) * step, 10) for bond in BONDS})
