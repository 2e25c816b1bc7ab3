"""Whom does a contact move?  Uplift from a campaign whose contacts were drawn by lot.

Nobody is seen both with and without the call, so no customer's uplift is ever observed. Where the lot decided who was
called, groups can be compared instead: two models, one of the called and one of the others, or one model of an outcome
turned so that its mean is the uplift. Without the lot none of it holds: then the called differ from the others anyway.

Sources: Radcliffe (2007), "Using control groups to target on predicted lift", Direct Marketing Analytics Journal 1,
14–21 (Qini); Lo (2002), "The true lift model", ACM SIGKDD Explorations 4(2), 78–86; Athey & Imbens (2016), "Recursive
partitioning for heterogeneous causal effects", PNAS 113(27) (transformed outcome); Künzel, Sekhon, Bickel & Yu (2019),
"Metalearners for estimating heterogeneous treatment effects", PNAS 116(10) (the two models as T-learner).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
METHODS = ("two", "transformed", "risk", "buyers")
DEPTHS = 200
SIX = {
    "contacted": (1, 0, 1, 0, 1, 0),
    "margin": (60.0, 0.0, 45.0, 0.0, 0.0, 30.0),
}


def transformed_outcome(*, outcome: ArrayLike, contacted: ArrayLike, share: float) -> Floats:
    """Y (T − e) / (e (1 − e)), one number a customer: its mean is the uplift, though each one is far off.

    share: the chance e with which the lot contacted anybody. Raises ValueError unless 0 < e < 1.

    >>> transformed_outcome(outcome=[60, 0, 45, 0, 0, 30], contacted=[1, 0, 1, 0, 1, 0], share=0.5).mean()
    np.float64(25.0)
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, not {share}")
    y: Floats = np.asarray(outcome, dtype=float)
    t: Floats = np.asarray(contacted, dtype=float)
    return y * (t - share) / (share * (1 - share))


def design(features: pd.DataFrame) -> Floats:
    """Features (n, k) as a matrix with a constant, each as a logarithm, standardised, with squares and products."""
    logs = np.log1p(features.to_numpy(dtype=float))
    spread = logs.std(axis=0)
    made = (logs - logs.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    count = made.shape[1]
    products = [made[:, i] * made[:, j] for i in range(count) for j in range(i, count)]
    return np.column_stack([np.ones(len(made)), made, *products])


def _cross(x: Floats, z: Floats) -> Floats:
    """xᵀ z in pieces: on so tall a product all cores would set to work, and on a busy server wait for one another."""
    made = np.zeros((x.shape[1], z.shape[1]))
    for row in range(0, len(x), 512):
        made += x[row : row + 512].T @ z[row : row + 512]
    return made


def predicted(x: Floats, coefficients: Floats) -> Floats:
    """x b, one number a row."""
    return np.einsum("ni,i->n", x, coefficients)


def linear(x: Floats, y: Floats, *, penalty: float) -> Floats:
    """Least squares with a ridge on all coefficients (k,) but the first."""
    ridge = penalty * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    return np.linalg.solve(_cross(x, x) + ridge, np.einsum("ni,n->i", x, y))


def logistic(x: Floats, y: Floats, *, penalty: float) -> Floats:
    """Logistic regression of 0 and 1 by Newton's method, with a ridge of penalty/2 · |b|² on all but the first."""
    ridge = penalty * np.eye(x.shape[1])
    ridge[0, 0] = 1e-9
    found = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(predicted(x, found), -30, 30)))
        slope = np.einsum("ni,n->i", x, y - chance) - ridge @ found
        step = np.linalg.solve(_cross(x * (chance * (1 - chance))[:, None], x) + ridge, slope)
        found = found + step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-9:
            break
    return found


def scores(
    *, features: pd.DataFrame, contacted: ArrayLike, outcome: ArrayLike, method: str, penalty: float = 100.0
) -> Floats:
    """Score every customer (n,), the first to be contacted highest, each by models that never saw them.

    features: what was known before the campaign. contacted: 1 or 0 by the lot. outcome: the margin afterwards, in
    money. Customers are split in two; each half is scored by models of the other half, and scores count as ranks within
    their half. method: "two" (the difference of two regressions), "transformed" (one regression of the transformed
    outcome), "risk" (chance to buy nothing, were nobody contacted) or "buyers" (its reverse). Raises ValueError for
    another method, or if a half lacks contacted or others.
    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}, not {method!r}")
    x, t, y = design(features), np.asarray(contacted, dtype=float), np.asarray(outcome, dtype=float)
    half = np.arange(len(t)) % 2 == 0
    found = np.empty(len(t))
    for ours, theirs in ((half, ~half), (~half, half)):
        called, others = theirs & (t == 1), theirs & (t == 0)
        if not called.any() or not others.any():
            raise ValueError("contacted must be 1 for some and 0 for others in each half of the customers")
        if method == "two":
            with_call, without = (linear(x[part], y[part], penalty=penalty) for part in (called, others))
            score = predicted(x[ours], with_call - without)
        elif method == "transformed":
            turned = transformed_outcome(outcome=y, contacted=t, share=float(t[theirs].mean()))
            score = predicted(x[ours], linear(x[theirs], turned[theirs], penalty=penalty))
        else:
            leaning = logistic(x[others], (y[others] > 0).astype(float), penalty=penalty / 10)
            buys = predicted(x[ours], leaning)
            score = buys if method == "buyers" else -buys
        found[ours] = pd.Series(score).rank(pct=True).to_numpy()
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Gains:
    """What contacting from the top of a list brings, by how far down one goes.

    `share`: of the customers contacted, from 0 to 1. `gain`: extra margin, `profit`: the same less the contacts' cost;
    money per 1,000 customers on the whole list.
    """

    share: Floats
    gain: Floats
    profit: Floats

    @property
    def best(self) -> int:
        """The place in `share` where the profit is highest."""
        return int(np.argmax(self.profit))

    @property
    def qini(self) -> float:
        """The area between the gain and the straight line of a random order: money per 1,000 customers, on average
        over all depths (Radcliffe's Qini, before it is divided by the best that could be)."""
        return float(np.trapezoid(self.gain - self.share * self.gain[-1], self.share))


def seen_gains(
    *, score: ArrayLike, contacted: ArrayLike, outcome: ArrayLike, cost: float, depths: int = DEPTHS
) -> Gains:
    """The gains as the campaign itself shows them: among the first k, contacted less others, times k.

    Radcliffe's Qini: at each depth the others' sum is scaled to the number of the contacted, here both to all k.

    >>> few = seen_gains(score=[4, 3, 2, 1], contacted=[1, 0, 1, 0], outcome=[9, 4, 1, 3], cost=0, depths=2)
    >>> few.gain.tolist()
    [0.0, 2500.0, 1500.0]
    """
    order = np.argsort(-np.asarray(score, dtype=float), kind="stable")
    t, y = np.asarray(contacted, dtype=float)[order], np.asarray(outcome, dtype=float)[order]
    called, others = np.cumsum(t), np.cumsum(1 - t)
    k = np.arange(1, len(t) + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        uplift = np.cumsum(t * y) / called - np.cumsum((1 - t) * y) / others
    total = np.where((called > 0) & (others > 0), uplift * k, 0.0)
    return _at_depths(total.astype(np.float64), cost, depths)


def true_gains(*, score: ArrayLike, effect: ArrayLike, cost: float, depths: int = DEPTHS) -> Gains:
    """The gains where each customer's effect (money) is known: the sum over those contacted."""
    order = np.argsort(-np.asarray(score, dtype=float), kind="stable")
    effects: Floats = np.asarray(effect, dtype=float)[order]
    return _at_depths(np.cumsum(effects).astype(np.float64), cost, depths)


def _at_depths(total: Floats, cost: float, depths: int) -> Gains:
    count = len(total)
    places = np.unique(np.round(np.linspace(0, count, depths + 1)).astype(int))
    gain = np.concatenate([[0.0], total])[places] * 1000 / count
    share = places / count
    return Gains(share=share, gain=gain, profit=gain - 1000 * cost * share)


def average_effect(*, outcome: ArrayLike, contacted: ArrayLike) -> tuple[float, float]:
    """The mean uplift of a contact and its standard error, in money."""
    y, t = np.asarray(outcome, dtype=float), np.asarray(contacted, dtype=float) == 1
    error = np.sqrt(y[t].var(ddof=1) / t.sum() + y[~t].var(ddof=1) / (~t).sum())
    return float(y[t].mean() - y[~t].mean()), float(error)


def by_decile(
    *, score: ArrayLike, contacted: ArrayLike, outcome: ArrayLike, effect: ArrayLike | None = None
) -> pd.DataFrame:
    """Ten groups from the top of the list: group (1–10), customers, uplift, low, high (95%), true (NaN if unknown)."""
    score, y = np.asarray(score, dtype=float), np.asarray(outcome, dtype=float)
    t = np.asarray(contacted, dtype=float)
    place = np.empty(len(score), dtype=int)
    place[np.argsort(-score, kind="stable")] = np.arange(len(score))
    group = place * 10 // len(score) + 1
    rows = []
    for number in range(1, 11):
        inside = group == number
        uplift, error = average_effect(outcome=y[inside], contacted=t[inside])
        true = np.nan if effect is None else float(np.asarray(effect, dtype=float)[inside].mean())
        rows.append((number, int(inside.sum()), uplift, uplift - 1.96 * error, uplift + 1.96 * error, true))
    return pd.DataFrame(rows, columns=["group", "customers", "uplift", "low", "high", "true"])


def six_customers() -> pd.DataFrame:
    """Six customers of a campaign by lot, half of them called: contacted, margin, transformed; in the list's order."""
    table: dict[str, Any] = {name: list(values) for name, values in SIX.items()}
    frame = pd.DataFrame(table)
    frame["transformed"] = transformed_outcome(
        outcome=frame["margin"], contacted=frame["contacted"], share=0.5
    )
    return frame


def qinis(
    lists: dict[str, Floats], *, contacted: ArrayLike, outcome: ArrayLike, effect: ArrayLike
) -> pd.DataFrame:
    """Of each list (name → score): its Qini as `seen` in the campaign and in truth (`true`), by name."""
    seen = {
        name: seen_gains(score=score, contacted=contacted, outcome=outcome, cost=0.0).qini
        for name, score in lists.items()
    }
    true = {name: true_gains(score=score, effect=effect, cost=0.0).qini for name, score in lists.items()}
    return pd.DataFrame({"seen": seen, "true": true})
