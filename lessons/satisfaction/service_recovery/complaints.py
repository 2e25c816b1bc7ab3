"""What does the company see of its complainers, and what would a plain comparison make of it?

A customer's line is written on the day of the first complaint that was heard, from what the tills knew that day. The
plain comparison sets customers who were ever answered well against the others; who orders more often has more
occasions to complain and to be answered, so it finds a difference even where an answer does nothing.

Source: the error is that of a group whose members had to live long enough to enter it, Suissa (2008), "Immortal Time
Bias in Pharmacoepidemiology", American Journal of Epidemiology 167(4), 492–499.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# A first order alone says little of the pace: it counts as if the customer had been watched these weeks longer.
NEWCOMER_WEEKS = 6.0
WEEKS_AFTER = 26
_WEEK = pd.Timedelta(weeks=1)


def desk(
    *, orders: pd.DataFrame, interactions: pd.DataFrame, until: pd.Timestamp, margin_share: float
) -> pd.DataFrame:
    """The complainers who were heard, one row each, by customer_id, as known when they first complained.

    `orders` has customer_id, ordered_at, amount_cents; `interactions` as in datasets/tables.py; `until` is the end
    of the records. Columns complained_at, orders_so_far, spent and margin_per_order (money), pace (orders per
    week), orders_ahead (at that pace until the end), value (margin of those orders, money); and, known later,
    complaints and answered_well (how many of them).
    """
    heard = interactions[(interactions["kind"] == "complaint") & (interactions["abandoned"] == 0)]
    heard = heard.assign(answered_well=heard["compensation_cents"] > 0)
    by_customer = heard.groupby("customer_id")
    lines = by_customer.agg(
        complained_at=("started_at", "min"),
        complaints=("started_at", "size"),
        answered_well=("answered_well", "sum"),
    )
    lines.index = lines.index.astype(object)
    first = heard.loc[by_customer["started_at"].idxmin()].set_index("customer_id")["answered_well"]
    lines["first_answered"] = first.reindex(lines.index).astype(int)
    own = orders[orders["customer_id"].isin(lines.index)]
    at = own["customer_id"].astype(object).map(lines["complained_at"])
    before = own[own["ordered_at"] <= at].groupby("customer_id")
    known = before.agg(
        orders_so_far=("ordered_at", "size"), since=("ordered_at", "min"), cents=("amount_cents", "sum")
    )
    known.index = known.index.astype(object)
    lines = lines.join(known, how="inner")
    weeks_known = (lines["complained_at"] - lines["since"]).dt.total_seconds() / _WEEK.total_seconds()
    lines["spent"] = lines.pop("cents") / 100
    lines["margin_per_order"] = lines["spent"] / lines["orders_so_far"] * margin_share
    lines["pace"] = lines["orders_so_far"] / (weeks_known + NEWCOMER_WEEKS)
    lines["orders_ahead"] = lines["pace"] * ((until - lines["complained_at"]) / _WEEK).clip(lower=0)
    lines["value"] = lines["margin_per_order"] * lines["orders_ahead"]
    return lines.drop(columns="since")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Plain comparisons, money per customer. `customers`, `margin`: by group (silent, unanswered, answered), all years.

    `after`: margin in the WEEKS_AFTER weeks after the first complaint, answered well less not, `low` to `high` its
    95% interval: nearly an experiment where chance decides who is answered.
    """

    customers: dict[str, int]
    margin: dict[str, float]
    after: float
    low: float
    high: float

    @property
    def plain(self) -> float:
        """What an answer seems to bring: ever answered well less never, margin per customer."""
        return self.margin["answered"] - self.margin["unanswered"]


def compare(
    *, orders: pd.DataFrame, lines: pd.DataFrame, until: pd.Timestamp, margin_share: float, answer_cost: float
) -> Comparison:
    """Set customers answered well against those who were not; `lines` are the desk's, an answer costs `answer_cost`."""
    margin = orders.groupby("customer_id")["amount_cents"].sum() / 100 * margin_share
    margin.index = margin.index.astype(object)
    spent = lines["answered_well"].reindex(margin.index).fillna(0) * answer_cost
    margin = margin - spent
    ever = lines["answered_well"].reindex(margin.index)
    groups = {"silent": ever.isna(), "unanswered": ever == 0, "answered": ever > 0}
    early = lines[lines["complained_at"] <= until - WEEKS_AFTER * _WEEK]
    own = orders[orders["customer_id"].isin(early.index)]
    since = own["ordered_at"] - own["customer_id"].astype(object).map(early["complained_at"])
    weeks = since.dt.total_seconds() / _WEEK.total_seconds()
    later = own[(weeks > 0) & (weeks <= WEEKS_AFTER)].groupby("customer_id")["amount_cents"].sum()
    later.index = later.index.astype(object)
    later = later.reindex(early.index).fillna(0.0) / 100 * margin_share
    sides = [later[early["first_answered"] == side] for side in (1, 0)]
    difference = float(sides[0].mean() - sides[1].mean())
    error = float(np.sqrt(sum(side.var() / max(len(side), 1) for side in sides)))
    return Comparison(
        customers={name: int(chosen.sum()) for name, chosen in groups.items()},
        margin={name: float(margin[chosen].mean()) for name, chosen in groups.items()},
        after=difference,
        low=difference - 1.96 * error,
        high=difference + 1.96 * error,
    )
