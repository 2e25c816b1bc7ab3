"""What did the company know about a customer on that day?  Features that end before the label begins.

Everything is taken from rows up to and with the day; a row of the day after changes nothing. The trap is not in the
model but here: a table pulled today and called "as of June" knows what happened in July.

Source: Kaufman, Rosset, Perlich & Stitelman (2012), "Leakage in Data Mining", ACM TKDD 6(4): a feature is legitimate
when it could be observed at the time of the prediction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

NAMES = (
    "recency_days",
    "overdue",
    "age_days",
    "purchases",
    "late_share",
    "order_value",
    "discount_share",
    "complaints",
    "wait_minutes",
    "satisfaction",
    "contacts",
)


@dataclass(frozen=True, kw_only=True)
class Windows:
    """The days of one case: features up to and with `features_until`, the label in the days after `label_from`.

    Raises ValueError where the features reach into the label's days, unless `leak` says that this is wanted.

    >>> june = Windows(features_until=date(2025, 6, 1), label_from=date(2025, 6, 15), horizon_days=91)
    >>> june.label_until
    datetime.date(2025, 9, 14)
    """

    features_until: date
    label_from: date
    horizon_days: int
    leak: bool = False

    def __post_init__(self) -> None:
        """Refuse a look into the future."""
        if self.features_until > self.label_from and not self.leak:
            raise ValueError(
                f"features up to {self.features_until} know what the label from {self.label_from} on asks for"
            )

    @property
    def label_until(self) -> date:
        """The last day on which a customer may come back."""
        return self.label_from + timedelta(days=self.horizon_days)


def train_and_test(
    *, last_day: date, horizon_days: int, gap_days: int, leak_days: int = 0
) -> tuple[Windows, Windows]:
    """Return an earlier case to learn from and a later one to be judged by; the later ends on `last_day`.

    The earlier label is known on the day on which the later features end. `leak_days` moves the features' end
    that far past the day on which the label begins.
    """
    known = [last_day - timedelta(days=times * (horizon_days + gap_days)) for times in (2, 1)]
    first, second = (
        Windows(
            features_until=day + timedelta(days=gap_days + leak_days) if leak_days else day,
            label_from=day + timedelta(days=gap_days),
            horizon_days=horizon_days,
            leak=leak_days > 0,
        )
        for day in known
    )
    return first, second


def features(
    bought: pd.DataFrame,
    *,
    day: date,
    window_days: int,
    orders: pd.DataFrame,
    interactions: pd.DataFrame,
    surveys: pd.DataFrame,
    contacts: pd.DataFrame,
) -> pd.DataFrame:
    """Return one row of NAMES for each customer of `bought`, as known at the end of `day`.

    bought: by customer_id, what churn_labels says of orders up to `day` (age_days, recency_days, purchases,
    late_purchases, spend in currency units); the other four are the company's tables. Days, minutes, currency units
    and shares; satisfaction is the last answer on the 1-to-10 scale and NaN where nobody answered.
    """
    end = pd.Timestamp(day) + pd.Timedelta(days=1)
    start = end - pd.Timedelta(days=window_days)

    def within(rows: pd.DataFrame, when: str) -> pd.DataFrame:
        return rows[(rows[when] >= start) & (rows[when] < end)]

    paid = within(orders, "ordered_at").groupby("customer_id")[["amount_cents", "discount_cents"]].sum()
    voices = within(interactions, "started_at")
    complaints = voices.loc[voices["kind"] == "complaint"].groupby("customer_id").size()
    waits = voices.groupby("customer_id")["wait_seconds"].max() / 60
    answers = surveys[(surveys["answered_at"] < end) & surveys["satisfaction"].notna()]
    last_answer = (
        answers.sort_values("answered_at", kind="stable").groupby("customer_id")["satisfaction"].last()
    )
    letters = within(contacts, "assigned_at").groupby("customer_id")["contacted"].sum()
    known = bought.index
    off = paid["discount_cents"].reindex(known).astype(float)
    full = paid["amount_cents"].reindex(known).astype(float) + off
    purchases = bought["purchases"].clip(lower=1)
    # The usual pause between two orders, as far as the window shows it.
    pause = bought["age_days"].clip(lower=14, upper=window_days) / purchases
    return pd.DataFrame(
        {
            "recency_days": bought["recency_days"].astype(float),
            "overdue": bought["recency_days"] / pause,
            "age_days": bought["age_days"].astype(float),
            "purchases": bought["purchases"].astype(float),
            "late_share": bought["late_purchases"] / purchases,
            "order_value": bought["spend"].fillna(0.0) / purchases,
            "discount_share": (off / full.where(full > 0)).fillna(0.0),
            "complaints": complaints.reindex(known).fillna(0.0),
            "wait_minutes": waits.reindex(known).fillna(0.0),
            "satisfaction": last_answer.reindex(known).astype(float),
            "contacts": letters.reindex(known).fillna(0.0),
        },
        index=known,
        dtype=float,
    )[list(NAMES)]


def filled(table: pd.DataFrame, *, usual: float) -> np.ndarray:
    """Return the features as numbers (customers, NAMES), an unknown satisfaction taken as the usual one."""
    return table[list(NAMES)].fillna({"satisfaction": usual}).to_numpy(dtype=float)
