"""How good is a churn score, and from which chance of leaving on does an offer pay?

A score is judged three times: does it rank (ROC, lift), does it mean what it says (calibration), and what does it
earn (profit by threshold and by depth). The profit counts an offer's effect as the same for all who would leave, and
as nothing for the others. That fails where the likeliest leavers are those whom no offer moves, or where an offer
wakes somebody who would have stayed: see uplift.

Source: Neslin, Gupta, Kamakura, Lu & Mason (2006), "Defection Detection", JMR 43(2); Verbeke, Dejaeger, Martens, Hur
& Baesens (2012), EJOR 218(1), for the maximum profit; Hanley & McNeil (1982), Radiology 143(1), for the AUC and its
standard error.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one offer costs and brings, in money; `save_rate` is a share.

    `cost` is spent on everyone written to. `save_rate` of those who would leave stay, each worth `value`. `voucher`
    is what redeeming costs: the saved redeem it, and so does everyone who would have stayed anyway.

    >>> round(Offer(cost=6, save_rate=0.1, value=200).threshold, 4)
    0.3
    """

    cost: float
    save_rate: float
    value: float
    voucher: float = 0.0

    def __post_init__(self) -> None:
        """Refuse amounts below zero and shares beyond 0 to 1."""
        if min(self.cost, self.value, self.voucher) < 0:
            raise ValueError("cost, value and voucher must not be below 0.")
        if not 0 <= self.save_rate <= 1:
            raise ValueError(f"save_rate is a share from 0 to 1, not {self.save_rate!r}.")

    @property
    def threshold(self) -> float:
        """The chance of leaving from which on an offer pays; above 1 (up to infinity) it pays for nobody."""
        won = self.save_rate * self.value + self.voucher * (1 - self.save_rate)
        return (self.cost + self.voucher) / won if won > 0 else float("inf")

    def profit(self, chance: ArrayLike) -> Floats:
        """Return what writing earns, for each chance of leaving (or 0/1 where it is known who left)."""
        leaving = np.asarray(chance, dtype=float)
        saved = leaving * self.save_rate * (self.value - self.voucher)
        return saved - (1 - leaving) * self.voucher - self.cost


def _both(labels: ArrayLike, scores: ArrayLike) -> tuple[Floats, Floats]:
    labels, scores = np.asarray(labels, dtype=float), np.asarray(scores, dtype=float)
    if labels.shape != scores.shape or labels.ndim != 1:
        raise ValueError(f"labels {labels.shape} and scores {scores.shape} must be two rows of equal length.")
    if not np.isin(labels, (0.0, 1.0)).all():
        raise ValueError("labels are 0 (stayed) or 1 (left).")
    return labels, scores


def _steps(labels: ArrayLike, scores: ArrayLike) -> pd.DataFrame:
    """Count, down the list, leavers and stayers at or above each score; equal scores are one step."""
    labels, scores = _both(labels, scores)
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    ends = np.flatnonzero(np.r_[np.diff(ranked) != 0, True]) if len(ranked) else np.zeros(0, dtype=int)
    caught = np.cumsum(labels[order])[ends]
    return pd.DataFrame(
        {
            "threshold": np.r_[np.inf, ranked[ends]],
            "written": np.r_[0, ends + 1],
            "caught": np.r_[0.0, caught],
        }
    )


def roc(labels: ArrayLike, scores: ArrayLike) -> pd.DataFrame:
    """Return threshold, false_alarms (share of stayers written to) and caught (share of leavers), from (0, 0) on.

    labels: 1 who left, 0 who stayed; scores: higher is likelier to leave. NaN where one of the two kinds is missing.

    >>> roc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])[["false_alarms", "caught"]].to_numpy().tolist()
    [[0.0, 0.0], [0.0, 0.5], [0.5, 0.5], [0.5, 1.0], [1.0, 1.0]]
    """
    steps = _steps(labels, scores)
    leavers, everyone = steps["caught"].iloc[-1], steps["written"].iloc[-1]
    stayers = everyone - leavers
    return pd.DataFrame(
        {
            "threshold": steps["threshold"],
            "false_alarms": (steps["written"] - steps["caught"]) / (stayers or np.nan),
            "caught": steps["caught"] / (leavers or np.nan),
        }
    )


def auc(labels: ArrayLike, scores: ArrayLike) -> float:
    """Return the chance that a random leaver scores higher than a random stayer, ties counting a half.

    NaN where one of the two kinds is missing.

    >>> auc([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    0.75
    """
    labels, scores = _both(labels, scores)
    leavers = labels.sum()
    stayers = len(labels) - leavers
    if not leavers or not stayers:
        return float("nan")
    ranks = pd.Series(scores).rank(method="average").to_numpy()
    return float((ranks[labels == 1].sum() - leavers * (leavers + 1) / 2) / (leavers * stayers))


def auc_error(area: float, *, leavers: int, stayers: int) -> float:
    """Return the standard error of an AUC after Hanley & McNeil's formula for exponential scores.

    >>> round(auc_error(0.893, leavers=51, stayers=58), 4)
    0.0325
    """
    one, two = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (leavers - 1) * (one - area**2) + (stayers - 1) * (two - area**2)
    return float(np.sqrt(spread / (leavers * stayers)))


def precision_recall(labels: ArrayLike, scores: ArrayLike) -> pd.DataFrame:
    """Return threshold, precision (leavers among those written to) and recall (share of leavers written to)."""
    steps = _steps(labels, scores).iloc[1:]
    leavers = steps["caught"].iloc[-1] if len(steps) else 0.0
    return pd.DataFrame(
        {
            "threshold": steps["threshold"],
            "precision": steps["caught"] / steps["written"],
            "recall": steps["caught"] / (leavers or np.nan),
        }
    ).reset_index(drop=True)


def lift(labels: ArrayLike, scores: ArrayLike, *, groups: int = 10) -> pd.DataFrame:
    """Return, for `groups` equal parts of the list, share (of the list so far), caught (of all leavers) and lift.

    `lift` is the part's own rate of leaving over everybody's. Rows of one score stay in the order they came in.

    >>> lift([1, 1, 0, 0], [4, 3, 2, 1], groups=2)["lift"].tolist()
    [2.0, 0.0]
    """
    labels, scores = _both(labels, scores)
    parts = [part for part in np.array_split(labels[np.argsort(-scores, kind="stable")], groups) if len(part)]
    left, size = np.array([part.sum() for part in parts]), np.array([len(part) for part in parts])
    everybody = labels.mean() if labels.any() else np.nan
    return pd.DataFrame(
        {
            "share": np.cumsum(size) / len(labels),
            "caught": np.cumsum(left) / (left.sum() or np.nan),
            "lift": left / size / everybody,
        }
    )


def calibration(labels: ArrayLike, chances: ArrayLike, *, groups: int = 10) -> pd.DataFrame:
    """Return predicted and observed (shares) and customers, for equal groups of customers by predicted chance.

    >>> calibration([0, 1, 1, 1], [0.2, 0.4, 0.7, 0.9], groups=2)["observed"].tolist()
    [0.5, 1.0]
    """
    labels, chances = _both(labels, chances)
    order = np.argsort(chances, kind="stable")
    parts = [part for part in np.array_split(order, groups) if len(part)]
    return pd.DataFrame(
        {
            "predicted": [chances[part].mean() for part in parts],
            "observed": [labels[part].mean() for part in parts],
            "customers": [len(part) for part in parts],
        }
    )


def by_threshold(labels: ArrayLike, chances: ArrayLike, *, offer: Offer, steps: int = 101) -> pd.DataFrame:
    """Return profit for thresholds 0, 0.01, … 1: everyone whose chance is at or above it is written to.

    Columns threshold, written (customers), caught (leavers among them), profit, at_random (what as many letters
    earn, sent by lot).
    """
    labels, chances = _both(labels, chances)
    cuts = np.linspace(0, 1, steps)
    order = np.argsort(-chances, kind="stable")
    left, total = (np.r_[0.0, np.cumsum(part[order])] for part in (labels, offer.profit(labels)))
    written = np.searchsorted(-chances[order], -cuts + 1e-12, side="right")
    mean = total[-1] / max(len(labels), 1)
    return pd.DataFrame(
        {
            "threshold": cuts,
            "written": written,
            "caught": left[written],
            "profit": total[written],
            "at_random": written * mean,
        }
    )


def at_threshold(labels: ArrayLike, chances: ArrayLike, *, offer: Offer) -> tuple[int, float]:
    """Return how many are written to at the offer's own threshold, and what they earn.

    >>> at_threshold([1, 0, 1], [0.9, 0.3, 0.2], offer=Offer(cost=6, save_rate=0.1, value=200))
    (2, 8.0)
    """
    labels, chances = _both(labels, chances)
    write = chances >= offer.threshold
    return int(write.sum()), float(offer.profit(labels[write]).sum())


def by_depth(leaving: ArrayLike, scores: ArrayLike, *, offer: Offer) -> pd.DataFrame:
    """Return share (of the list written to) and profit, after 0, 1, … n letters in the order of the scores.

    leaving: 0 or 1, or each customer's true chance. The highest profit is Verbeke's maximum profit criterion, and
    the share where it stands the fraction of customers to write to.
    """
    leaving, scores = np.asarray(leaving, dtype=float), np.asarray(scores, dtype=float)
    order = np.argsort(-scores, kind="stable")
    profit = np.r_[0.0, np.cumsum(offer.profit(leaving[order]))]
    return pd.DataFrame({"share": np.arange(len(profit)) / max(len(leaving), 1), "profit": profit})


def six_customers(*, offer: Offer) -> pd.DataFrame:
    """Return the six customers worked by hand: chance, left (0 or 1), profit of each letter, and the running total."""
    chance, left = np.array([0.80, 0.60, 0.45, 0.35, 0.20, 0.10]), np.array([1, 1, 0, 1, 0, 0])
    expected, profit = offer.profit(chance), offer.profit(left)
    return pd.DataFrame(
        {"chance": chance, "expected": expected, "left": left, "profit": profit, "total": np.cumsum(profit)}
    )
