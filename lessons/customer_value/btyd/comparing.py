"""Which model of leaving fits these customers?  All of them, fitted to the same people.

NBD, Pareto/NBD, BG/NBD and MBG/NBD read the same three numbers of a customer, so their log-likelihoods can be
compared. BG/BB reads other data, bought or not in each of so many equal opportunities, and stands apart.

Sources: Ehrenberg (1959), Applied Statistics 8(1); Schmittlein, Morrison & Colombo (1987), Management Science
33(1); Fader, Hardie & Lee (2005), Marketing Science 24(2); Batislam, Denizel & Filiztekin (2007), International
Journal of Research in Marketing 24(3); Fader, Hardie & Shang (2010), Marketing Science 29(6).
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lessons.customer_value.btyd import bg_bb, bg_nbd, mbg_nbd, nbd, pareto_nbd
from lessons.customer_value.btyd.fitting import Fit

# A fit reports numbers; the model that they belong to answers questions.
MODELS = {
    "nbd": (nbd.fit, nbd.Nbd),
    "pareto_nbd": (pareto_nbd.fit, pareto_nbd.ParetoNbd),
    "bg_nbd": (bg_nbd.fit, bg_nbd.BgNbd),
    "mbg_nbd": (mbg_nbd.fit, mbg_nbd.MbgNbd),
}


def ahead(model: Any, *, age: np.ndarray, horizon: float) -> float:
    """Orders expected in the horizon from customers of these ages of whom nothing else is known: the curve's rise."""
    ages, customers = np.unique(age, return_counts=True)
    new = model.expected_purchases_new
    return float(customers @ (new(horizon=ages + horizon) - new(horizon=ages)))


def side_by_side(
    summary: pd.DataFrame, *, orders_after: float, horizon: float
) -> dict[str, tuple[Fit, float]]:
    """Fit every model of buying times: name → (fit, error of the total after the mark, as a share)."""
    data = {name: summary[name].to_numpy(dtype=float) for name in ("x", "recency", "age")}
    found = {}
    for name, (find, kind) in MODELS.items():
        fit = find(**data)
        total = ahead(kind(**fit.parameters), age=data["age"], horizon=horizon)
        found[name] = (fit, total / orders_after - 1 if orders_after else float("nan"))
    return found


def opportunities(
    orders: pd.DataFrame, *, mark: date, until: date, days_per_opportunity: float
) -> pd.DataFrame:
    """Cut every customer's time into equal opportunities to buy, for BG/BB: bought in it, or not.

    Opportunity 1 begins the day after the first order. Returns customer_id, age (whole opportunities up
    to `mark`, at least 1), x (those with an order), recency (the last of them, 0 if none), and `after`: of the
    next m opportunities, m whole ones fitting between `mark` and `until`, those with an order.
    """
    day = (orders["ordered_at"].dt.normalize() - pd.Timestamp(mark)).dt.days
    first = day.groupby(orders["customer_id"]).transform("min")
    place = np.ceil((day - first) / days_per_opportunity).astype(int)
    n = np.floor(-first / days_per_opportunity).astype(int)
    m = int((until - mark).days / days_per_opportunity)
    kept = (first <= 0) & (n >= 1)
    frame = pd.DataFrame({"customer_id": orders["customer_id"], "n": n, "place": place})[kept]
    frame = frame.drop_duplicates(["customer_id", "place"])
    used = (frame["place"] >= 1) & (frame["place"] <= frame["n"])
    later = (frame["place"] > frame["n"]) & (frame["place"] <= frame["n"] + m)
    return (
        frame.assign(x=used, recency=frame["place"].where(used, 0), after=later)
        .groupby("customer_id")
        .agg(age=("n", "first"), x=("x", "sum"), recency=("recency", "max"), after=("after", "sum"))
        .reset_index()
        .assign(opportunities_after=m)
    )


def fit_bg_bb(chances: pd.DataFrame) -> tuple[Fit, float]:
    """Fit BG/BB to the frame of `opportunities`; return the fit and its error, as a share, in its own unit."""
    data = {name: chances[name].to_numpy(dtype=float) for name in ("x", "recency", "age")}
    fit = bg_bb.fit(**data)
    horizon = int(chances["opportunities_after"].iloc[0])
    total = ahead(bg_bb.BgBb(**fit.parameters), age=data["age"], horizon=horizon)
    came = float(chances["after"].sum())
    return fit, total / came - 1 if came else float("nan")
