"""What is one more point of conversion worth, and at which step of the ladder?

Every month people are reached; each of them stands on a rung of the ladder until they climb or are lost. Where one
goes next depends on the rung alone, which makes the ladder an absorbing Markov chain with a steady inflow. In real
life customers on one rung differ, skip rungs and fall back: `counting` holds the ladder against a company's tables.

Sources: Kemeny & Snell (1960), "Finite Markov Chains", chapter III (fundamental matrix); Little (1961), "A Proof for
the Queuing Formula: L = λW", Operations Research 9(3); Pfeifer & Carraway (2000), "Modeling Customer Relationships
as Markov Chains", Journal of Interactive Marketing 14(2) (rewards and discounting).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RUNGS = ("suspect", "prospect", "first_time", "repeat", "client", "member", "advocate")
STEPS = ("enquire", "order", "again", "third", "card", "bring")
# Harbour Tea's shops, two years of its tables rounded: a test counts them again.
CONVERSIONS = (0.55, 0.62, 0.91, 0.75, 0.22, 0.11)
MONTHS = (1.0, 1.0, 4.0, 2.0, 7.0, 4.0, 7.0)
MARGINS = (0.0, 0.0, 11.0, 20.0, 32.0, 68.0, 78.0)

Floats = NDArray[Any]


@dataclass(frozen=True, kw_only=True)
class Ladder:
    """A ladder of rungs, RUNGS from the ground up, in months.

    `conversions` (6 shares): of those on a rung, how many ever climb to the next; the others are lost. `months` (7, at
    least 1): how long one stands on a rung on average. `margins_per_month` (7, money): what one there brings in a
    month. `reached_per_month`: people who enter on the ground. `cost_per_person`: money for reaching one of them.
    `referrals_per_year`: customers whom an advocate brings; they begin with a first order. Raises ValueError for a
    number outside its range, and where advocates bring so many that the ladder has no steady state.

    >>> tea = Ladder(reached_per_month=1000)
    >>> tea.reached().round().tolist()
    [1000.0, 550.0, 341.0, 310.0, 233.0, 51.0, 6.0]
    >>> tea.standing().round().tolist()
    [1000.0, 550.0, 1364.0, 621.0, 1629.0, 205.0, 39.0]
    """

    conversions: Sequence[float] = CONVERSIONS
    months: Sequence[float] = MONTHS
    margins_per_month: Sequence[float] = MARGINS
    reached_per_month: float
    cost_per_person: float = 0.0
    referrals_per_year: float = 0.0

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if len(self.conversions) != len(STEPS) or not all(0 <= share <= 1 for share in self.conversions):
            raise ValueError(f"conversions must be {len(STEPS)} shares, not {self.conversions}")
        if len(self.months) != len(RUNGS) or not all(1 <= months < np.inf for months in self.months):
            raise ValueError(f"months must be {len(RUNGS)} numbers of at least 1, not {self.months}")
        if len(self.margins_per_month) != len(RUNGS) or not np.isfinite(self.margins_per_month).all():
            raise ValueError(f"margins_per_month must be {len(RUNGS)} amounts, not {self.margins_per_month}")
        for name in ("reached_per_month", "cost_per_person", "referrals_per_year"):
            if not 0 <= getattr(self, name) < np.inf:
                raise ValueError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if self.brought_per_customer() >= 1:
            raise ValueError("each customer brings one or more others: the ladder has no steady state")

    def brought_per_customer(self) -> float:
        """How many new customers one customer brings, sooner or later, by becoming an advocate."""
        return float(np.prod(self.conversions[2:])) * self.months[-1] * self.referrals_per_year / 12

    def transitions(self) -> Floats:
        """The months' transition matrix (8, 8): the seven rungs, and last the lost, who stay lost."""
        matrix = np.zeros((len(RUNGS) + 1,) * 2)
        for rung, months in enumerate(self.months):
            climb = self.conversions[rung] if rung < len(STEPS) else 0.0
            matrix[rung, rung] = 1 - 1 / months
            matrix[rung, rung + 1] += climb / months
            matrix[rung, -1] += (1 - climb) / months
        matrix[-1, -1] = 1.0
        return matrix

    def fundamental(self) -> Floats:
        """(I − Q)⁻¹ (7, 7): months that one who starts on a rung (row) will spend on each (column)."""
        return np.linalg.inv(np.eye(len(RUNGS)) - self.transitions()[:-1, :-1])

    def _with_referrals(self) -> Floats:
        """(I − Q − R)⁻¹ (7, 7), where R brings new first-time customers from each advocate's month."""
        following = self.transitions()[:-1, :-1]
        following[-1, RUNGS.index("first_time")] += self.referrals_per_year / 12
        return np.linalg.inv(np.eye(len(RUNGS)) - following)

    def reached(self) -> Floats:
        """How many of a month's people (7,) ever reach each rung, referrals left out: N₀ₖ / Nₖₖ."""
        fundamental = self.fundamental()
        return self.reached_per_month * fundamental[0] / np.diag(fundamental)

    def standing(self) -> Floats:
        """How many people (7,) stand on each rung in the steady state, at the end of any month."""
        return self.reached_per_month * self._with_referrals()[0]

    def profit(self) -> float:
        """Margin less the cost of reaching people, money per month in the steady state."""
        cost = self.reached_per_month * self.cost_per_person
        return float(self.standing() @ np.asarray(self.margins_per_month)) - cost

    def worth_of_points(self) -> Floats:
        """What one more percentage point of each conversion (6,) is worth: money per month, in the steady state.

        The derivative n′ · dQ · (I − Q − R)⁻¹ · m, a hundredth of it: exact for a small move of one step alone.
        """
        ahead = self._with_referrals() @ np.asarray(self.margins_per_month)
        leaving = self.standing() / np.asarray(self.months)
        return 0.01 * leaving[:-1] * ahead[1:]

    def months_from_nothing(self, months: int) -> pd.DataFrame:
        """The ladder filling up from empty: month, and how many stand on each rung at its end."""
        following = self.transitions()[:-1, :-1]
        following[-1, RUNGS.index("first_time")] += self.referrals_per_year / 12
        now, rows = np.zeros(len(RUNGS)), []
        for month in range(1, months + 1):
            now = now @ following
            now[0] += self.reached_per_month
            rows.append((month, *now))
        return pd.DataFrame(rows, columns=["month", *RUNGS])

    def values(self, *, discount_rate_per_year: float) -> Floats:
        """What one who stands on each rung (7,) will bring from now on, discounted by the month: money."""
        monthly = (1 + discount_rate_per_year) ** (1 / 12)
        return chain_values(
            transitions=self.transitions()[:-1, :-1],
            rewards=self.margins_per_month,
            discount_rate=monthly - 1,
        )

    def table(self) -> pd.DataFrame:
        """One row a rung: rung, reached and standing (people), months, margin (money per month of all on the rung)."""
        standing = self.standing()
        return pd.DataFrame(
            {
                "rung": RUNGS,
                "reached": self.reached(),
                "months": np.asarray(self.months, dtype=float),
                "standing": standing,
                "margin": standing * np.asarray(self.margins_per_month),
            }
        )

    def moved(self, step: int, points: float = 1.0) -> "Ladder":
        """The same ladder with one conversion moved by so many percentage points (kept between 0 and 100)."""
        conversions = list(self.conversions)
        conversions[step] = min(max(conversions[step] + points / 100, 0.0), 1.0)
        return replace(self, conversions=tuple(conversions))


def chain_values(*, transitions: Floats, rewards: Sequence[float], discount_rate: float) -> Floats:
    """The expected present value of each state (n,): (I − P / (1 + d))⁻¹ R, money; rewards come at once.

    Source: Pfeifer & Carraway (2000), equation for the infinite horizon.

    >>> chain_values(transitions=np.array([[0.8]]), rewards=[240.0], discount_rate=0.1).round(2).tolist()
    [880.0]
    """
    if discount_rate <= -1:
        raise ValueError(f"discount_rate must lie above −1, not {discount_rate}")
    system = np.eye(len(rewards)) - transitions / (1 + discount_rate)
    return np.linalg.solve(system, np.asarray(rewards, dtype=float))
