"""Does a loyalty programme pay?  Points given, points owed, and how much of the extra sales must be extra.

Members earn points, redeem some, and let others expire (breakage). A redeemed point is money off an order that
might have been paid in full. So the programme earns its margin on sales that would not have come without it, and
pays for all the others. How much is extra no ledger says: the sum is made for every answer.

Sources: Dowling & Uncles (1997), "Do Customer Loyalty Programs Really Work?", Sloan Management Review 38(4);
Leenheer, van Heerde, Bijmolt & Smidts (2007), IJRM 24(1), 31–47; IFRS 15, B39–B43 and Illustrative Example 52
(customer loyalty programme), for what is owed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

KINDS = ("earn", "redeem", "expire")


@dataclass(frozen=True, kw_only=True)
class Programme:
    """A programme's terms. `point_value`: money off per point redeemed. `redeemed_share`: points redeemed in the end,
    of those still open. `margin_share`: what an extra sale leaves, as a share. `running`: what cards, system and
    staff cost, money in all. Raises ValueError out of range.

    >>> card = Programme(point_value=0.04, redeemed_share=0.65, margin_share=0.55)
    >>> round(card.owed(points=100_000)), round(card.profit(extra_sales=9000, redeemed=60_000, outstanding=50_000))
    (2600, 1250)
    """

    point_value: float
    redeemed_share: float
    margin_share: float
    running: float = 0.0

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        for name in ("point_value", "running"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative.")
        for name in ("redeemed_share", "margin_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1.")

    def owed(self, *, points: float) -> float:
        """The liability, in money: open points × share redeemed in the end × value of a point."""
        return points * self.redeemed_share * self.point_value

    def cost(self, *, redeemed: float, outstanding: float) -> float:
        """What points redeemed cost, what open ones will, and what it takes to run the programme, in money."""
        return redeemed * self.point_value + self.owed(points=outstanding) + self.running

    def profit(self, *, extra_sales: float, redeemed: float, outstanding: float) -> float:
        """Margin on sales that are truly extra, less the points, in money."""
        return extra_sales * self.margin_share - self.cost(redeemed=redeemed, outstanding=outstanding)

    def share_needed(self, *, seen_extra: float, redeemed: float, outstanding: float) -> float:
        """The share of the extra sales seen that must be truly extra for the card to pay; inf if none is enough."""
        margin, cost = (
            seen_extra * self.margin_share,
            self.cost(redeemed=redeemed, outstanding=outstanding),
        )
        return cost / margin if margin > 0 else float("inf")

    def uplift_needed(self, *, points_per_money: float) -> float:
        """How much more members must buy, as a share of what they would anyway: u·m = c·(1 + u), c per unit of sales.

        >>> card = Programme(point_value=0.04, redeemed_share=0.65, margin_share=0.55)
        >>> round(card.uplift_needed(points_per_money=1), 4)
        0.0496
        """
        rate = points_per_money * self.redeemed_share * self.point_value
        return rate / (self.margin_share - rate) if rate < self.margin_share else float("inf")


def roll_forward(ledger: pd.DataFrame, *, programme: Programme, until: pd.Timestamp) -> pd.DataFrame:
    """Return the points account month by month, with what is owed at each month's end.

    `ledger` has posted_at, kind (earn, redeem, expire) and points (earned positive, the others negative). Columns
    month (first day), opening, earned, redeemed, expired, closing (points; closing = the sum of the four), owed and
    cost (money; cost of the month = points redeemed + change of what is owed). Months end with `until`, exclusive.
    """
    inside = ledger[ledger["posted_at"] < until]
    posted = inside["posted_at"]
    month = (posted.dt.year * 12 + posted.dt.month - 1).to_numpy()
    first, last = (month.min(), month.max()) if len(month) else (0, -1)
    points = {
        kind: np.bincount(
            month[own] - first, weights=inside["points"].to_numpy()[own], minlength=last - first + 1
        ).astype("int64")
        for kind in KINDS
        for own in [(inside["kind"] == kind).to_numpy()]
    }
    change = sum(points.values(), np.zeros(last - first + 1, dtype="int64"))
    closing = np.cumsum(change)
    owed = closing * programme.redeemed_share * programme.point_value
    return pd.DataFrame(
        {
            "month": [pd.Timestamp(year=at // 12, month=at % 12 + 1, day=1) for at in range(first, last + 1)],
            "opening": closing - change,
            "earned": points["earn"],
            "redeemed": points["redeem"],
            "expired": points["expire"],
            "closing": closing,
            "owed": owed,
            "cost": np.diff(owed, prepend=0.0) - points["redeem"] * programme.point_value,
        }
    )


@dataclass(frozen=True, kw_only=True)
class Allocation:
    """A sale with points, split by relative stand-alone prices: `now` is revenue, `deferred` waits for the points."""

    now: float
    deferred: float

    def earned(self, *, redeemed: float, expected: float) -> float:
        """Of `deferred`, what is revenue once `redeemed` points are in, of `expected` in the end; money."""
        return self.deferred * min(redeemed / expected, 1.0) if expected > 0 else self.deferred


def allocate(*, sales: float, points: float, redeemed_share: float, point_value: float) -> Allocation:
    """Split `sales` (money) between what was bought and the points, as IFRS 15 does.

    The points' stand-alone price is points × share redeemed in the end × value of a point.

    >>> split = allocate(sales=100_000, points=10_000, redeemed_share=0.95, point_value=1)
    >>> round(split.now), round(split.deferred), round(split.earned(redeemed=4_500, expected=9_500))
    (91324, 8676, 4110)
    """
    alone = points * redeemed_share * point_value
    now = sales * sales / (sales + alone) if sales > 0 else 0.0
    return Allocation(now=now, deferred=sales - now)


def profit_by_share(
    programme: Programme, *, shares: np.ndarray, seen_extra: float, redeemed: float, outstanding: float
) -> np.ndarray:
    """The programme's profit (money) for every share of the extra sales that may be truly extra."""
    cost = programme.cost(redeemed=redeemed, outstanding=outstanding)
    return np.asarray(shares, dtype=float) * seen_extra * programme.margin_share - cost


def six_members(*, margin_share: float = 0.55) -> pd.DataFrame:
    """Six members by hand: sales without the programme, with it, points off, and what the programme brought (money).

    >>> six_members()["brings"].round(2).tolist()
    [104.0, -26.0, 9.9, -22.7, 0.0, -24.0]
    """
    six = pd.DataFrame(
        {
            "without": [4000.0, 1200.0, 900.0, 700.0, 450.0, 620.0],
            "with_card": [4480.0, 1240.0, 918.0, 706.0, 450.0, 620.0],
            "points_off": [160.0, 48.0, 0.0, 26.0, 0.0, 24.0],
        }
    )
    six["extra"] = six["with_card"] - six["without"]
    six["brings"] = six["extra"] * margin_share - six["points_off"]
    return six
