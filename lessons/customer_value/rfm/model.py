"""Whom do we write to?  RFM scores, response by cell, and the depth at which a mailing stops paying.

Each customer is scored on recency, frequency and money. What a cell answered to the last mailing is
taken for what it will answer to the next; that assumption fails when the season, the offer or the
customers have changed. An order that would have come without the letter counts as an answer, too.

Source: Hughes (1994), Strategic Database Marketing; Bult & Wansbeek (1995), "Optimal Selection for
Direct Mail", Marketing Science 14(4); Wilson (1927), JASA 22(158), for the intervals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

Scheme = Literal["quintiles", "fixed", "custom"]
# Upper limits of the worst to the second-best class.
RECENCY_CUTS_DAYS = (30, 91, 182, 273)
FREQUENCY_CUTS_ORDERS = (2, 3, 5, 9)
MONETARY_CUTS_ORDER_VALUES = (1, 2, 4, 8)


@dataclass(frozen=True, kw_only=True)
class Weights:
    """How much each of the three counts in a custom score; any non-negative numbers, not all zero."""

    recency: float = 1.0
    frequency: float = 1.0
    monetary: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Mailing:
    """Profit by depth: after writing to the first 0, 1, … n customers of the list.

    `share` (n+1) is the share of the list written to, `orders` and `profit` (n+1) are cumulative;
    within one score nobody is better than another, so the curve is straight there.
    """

    share: np.ndarray
    orders: np.ndarray
    profit: np.ndarray
    cost_per_letter: float
    margin_per_order: float

    @property
    def best(self) -> int:
        """Number of letters at which the profit peaks."""
        return int(np.argmax(self.profit))

    def affordable(self, *, budget: float) -> int:
        """Letters worth writing that the budget pays for (budget in money)."""
        return min(self.best, int(budget / self.cost_per_letter + 1e-9), len(self.share) - 1)


def break_even_rate(*, cost_per_letter: float, margin_per_order: float) -> float:
    """Return the chance of an order at which a letter just pays.

    >>> break_even_rate(cost_per_letter=0.8, margin_per_order=20)
    0.04
    """
    if margin_per_order <= 0 or cost_per_letter < 0:
        raise ValueError("margin_per_order must be above 0 and cost_per_letter not below 0.")
    return cost_per_letter / margin_per_order


def equal_groups(values: np.ndarray, *, groups: int = 5) -> np.ndarray:
    """Score 1 (lowest) to `groups` (highest) by rank, in groups of equal size; equal values share a score.

    >>> equal_groups(np.array([10., 20., 30., 40., 50.]))
    array([1, 2, 3, 4, 5])
    """
    values = np.asarray(values, dtype=float)
    if not len(values):
        return np.zeros(0, dtype=int)
    rank = pd.Series(values).rank(method="average").to_numpy()
    return np.minimum(np.floor((rank - 0.5) * groups / len(values)).astype(int) + 1, groups)


def scores(customers: pd.DataFrame, *, scheme: Scheme, order_value: float | None = None) -> pd.DataFrame:
    """Score customers 1 to 5 on each of the three.

    `customers` has recency_days (days since the last order), frequency (orders) and monetary (money spent);
    `order_value` is a typical order's value in the same money, for fixed cuts (None: taken from the data).
    Returns columns R, F, M (5 is best), indexed like `customers`.
    """
    recency, frequency, monetary = (
        customers[name].to_numpy(float) for name in ("recency_days", "frequency", "monetary")
    )
    if scheme == "fixed":
        typical = order_value or float(monetary.sum() / max(frequency.sum(), 1)) or 1.0
        marks = (
            5 - np.searchsorted(RECENCY_CUTS_DAYS, recency, side="left"),
            1 + np.searchsorted(FREQUENCY_CUTS_ORDERS, frequency, side="right"),
            1 + np.searchsorted(MONETARY_CUTS_ORDER_VALUES, monetary / typical, side="right"),
        )
    else:
        marks = (equal_groups(-recency), equal_groups(frequency), equal_groups(monetary))
    return pd.DataFrame(dict(zip("RFM", marks, strict=True)), index=customers.index)


def ranking(marks: pd.DataFrame, *, scheme: Scheme, weights: Weights | None = None) -> np.ndarray:
    """Return one number per customer, the best highest: the cell read as a number (555 … 111), or a weighted sum."""
    if scheme != "custom":
        return (marks["R"] * 100 + marks["F"] * 10 + marks["M"]).to_numpy(float)
    weights = weights or Weights()
    parts = np.array([weights.recency, weights.frequency, weights.monetary], dtype=float)
    if (parts < 0).any() or not parts.sum():
        raise ValueError("Weights must not be negative, and not all zero.")
    return marks[["R", "F", "M"]].to_numpy(float) @ (parts / parts.sum())


def mailing(
    *, rank: np.ndarray, chance: np.ndarray, cost_per_letter: float, margin_per_order: float
) -> Mailing:
    """Walk down the list by `rank` and add up what each letter earns.

    `chance` is each customer's chance of an order, or 0/1 where the answer is known. Customers of one rank
    are written to in no order, so each counts with their group's mean.
    """
    break_even_rate(cost_per_letter=cost_per_letter, margin_per_order=margin_per_order)
    ranked = pd.DataFrame({"rank": np.asarray(rank, float), "chance": np.asarray(chance, float)})
    ranked["chance"] = ranked.groupby("rank")["chance"].transform("mean")
    ranked = ranked.sort_values("rank", ascending=False, kind="stable")
    orders = np.concatenate([[0.0], np.cumsum(ranked["chance"].to_numpy())])
    letters = np.arange(len(orders))
    return Mailing(
        share=letters / max(len(ranked), 1),
        orders=orders,
        profit=orders * margin_per_order - letters * cost_per_letter,
        cost_per_letter=cost_per_letter,
        margin_per_order=margin_per_order,
    )


def wilson(answers: np.ndarray, letters: np.ndarray, *, z: float = 1.959964) -> tuple[np.ndarray, np.ndarray]:
    """Return the lower and upper end of Wilson's interval for a response rate (95% unless told)."""
    letters = np.maximum(np.asarray(letters, float), 1e-12)
    rate = np.asarray(answers, float) / letters
    middle = (rate + z**2 / (2 * letters)) / (1 + z**2 / letters)
    half = z * np.sqrt(rate * (1 - rate) / letters + z**2 / (4 * letters**2)) / (1 + z**2 / letters)
    return middle - half, middle + half


def by_cell(
    marks: pd.DataFrame,
    *,
    answered: np.ndarray,
    cost_per_letter: float,
    margin_per_order: float,
    by: str = "RFM",
) -> pd.DataFrame:
    """Return one row per cell that has customers: letters, answers, rate, its 95% interval, profit, pays.

    `by` names the scores that make a cell, for example "RF" for the recency × frequency map.
    """
    limit = break_even_rate(cost_per_letter=cost_per_letter, margin_per_order=margin_per_order)
    grouped = marks.assign(answers=np.asarray(answered, float)).groupby(list(by), observed=True)["answers"]
    cells = grouped.agg(letters="size", answers="sum").reset_index()
    cells["rate"] = cells["answers"] / cells["letters"]
    cells["low"], cells["high"] = wilson(cells["answers"].to_numpy(), cells["letters"].to_numpy())
    cells["profit"] = cells["answers"] * margin_per_order - cells["letters"] * cost_per_letter
    cells["pays"] = cells["rate"] >= limit
    return cells.sort_values(list(by), ascending=False).reset_index(drop=True)


def coverage(marks: pd.DataFrame, *, answered: np.ndarray, true_chance: np.ndarray) -> float:
    """Return the share of cells (of five customers or more) whose interval holds the cell's true mean chance."""
    cells = by_cell(marks, answered=answered, cost_per_letter=0.0, margin_per_order=1.0)
    truth = marks.assign(true=np.asarray(true_chance, float)).groupby(["R", "F", "M"])["true"].mean()
    cells["true"] = truth.reindex(pd.MultiIndex.from_frame(cells[["R", "F", "M"]])).to_numpy()
    cells = cells[cells["letters"] >= 5]
    if cells.empty:
        return float("nan")
    return float(((cells["low"] <= cells["true"]) & (cells["true"] <= cells["high"])).mean())


def six_customers() -> pd.DataFrame:
    """Return the six customers that are scored by hand: three groups of two on each measure, then the decision.

    Columns recency_days, frequency, monetary, R, F, M, cell, rate (their cell's answers to the last
    mailing, per letter), profit_per_letter (at a margin of 30 and a letter of 6).
    """
    six = pd.DataFrame(
        {
            "recency_days": [4, 12, 35, 60, 150, 280],
            "frequency": [9, 2, 6, 1, 5, 1],
            "monetary": [640.0, 150.0, 480.0, 95.0, 520.0, 60.0],
        }
    )
    six["R"] = equal_groups(-six["recency_days"].to_numpy(float), groups=3)
    six["F"] = equal_groups(six["frequency"].to_numpy(float), groups=3)
    six["M"] = equal_groups(six["monetary"].to_numpy(float), groups=3)
    six["cell"] = six["R"] * 100 + six["F"] * 10 + six["M"]
    six["rate"] = [0.55, 0.30, 0.40, 0.18, 0.22, 0.03]
    six["profit_per_letter"] = six["rate"] * 30 - 6
    return six
