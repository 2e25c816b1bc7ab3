"""What is known of one forecast?  The customers, their true state where a world is known, and their value."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from lessons.customer_value.btyd import judging
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.fitting import Fit
from lessons.frame import Data, Text
from lessons.frame.data import purchases, true_expected_orders


@dataclass(frozen=True, kw_only=True)
class Case:
    """One forecast in its setting: the data, the mark, the unit of time, and the reader's words."""

    text: Text
    data: Data
    found: btyd.Forecast
    mark: date
    unit: str
    part: int

    @property
    def key(self) -> tuple:
        """What names this case in a cache."""
        return (self.data.key, self.mark, self.unit, self.part, self.found.fit.model)

    @property
    def days(self) -> float:
        """Days in the unit of time."""
        return btyd.DAYS_PER_UNIT[self.unit]

    @property
    def horizon(self) -> float:
        """Time after the mark, in the unit."""
        return (self.found.last_day - self.found.mark) / self.days

    def truly_alive(self) -> np.ndarray:
        """Return 1 for each customer who was still one at the end of the mark's day, else 0."""
        assert self.data.truth is not None
        left = self.data.truth.loc[self.found.customers["customer_id"], "left_at"]
        evening = pd.Timestamp(self.mark) + pd.Timedelta(days=1)
        return (left.isna() | (left >= evening)).to_numpy().astype(int)

    def planted(self) -> dict[str, float]:
        """Return the world's own parameters, alpha in the unit of time; empty where no world is known."""
        scenario = self.data.scenario
        if scenario is None:
            return {}
        main = scenario.main
        alpha = main.alpha_weeks * 7 / self.days
        return {"r": main.r, "alpha": alpha, "a": main.a, "b": main.b}

    def money(self, amount: float) -> str:
        """Write an amount of the customers' money."""
        return self.text.money(amount, self.data.currency)

    def signed(self, share: float) -> str:
        """Write a difference with its sign: +1.9%."""
        return ("+" if share > 0 else "") + self.text.percent(share, 1)


@dataclass(frozen=True, kw_only=True)
class Worth:
    """Every customer's value after the mark: `estimate` by the model, `worth` as it was, in units of money.

    `worth` is the true expectation where the world is known, and what was spent where it is not.
    """

    spend_fit: Fit
    spend: np.ndarray
    estimate: np.ndarray
    worth: np.ndarray
    correlation: float


def value(case: Case) -> Worth | None:
    """Value every customer; None where there are no amounts or too few repeat orders."""
    data, rows = case.data, case.found.customers
    if rows["mean_spend"].isna().any():
        return None
    x, mean_spend = rows["x"].to_numpy(dtype=float), rows["mean_spend"].to_numpy(dtype=float)
    try:
        fit, spend = judging.expected_spend(x=x, mean_spend=mean_spend)
    except ValueError:
        return None
    if data.truth is not None:
        weeks = (case.found.last_day - case.found.mark) / 7
        orders = true_expected_orders(data, day=case.mark, weeks=weeks)
        worth = (orders * data.truth["mean_spend_cents"] / 100).loc[rows["customer_id"]].to_numpy()
    else:
        after = purchases(data, since=case.mark, until=data.holdout_until)
        worth = rows["customer_id"].map(after["spend"]).fillna(0.0).to_numpy()
    again = (x > 0) & (mean_spend > 0)
    return Worth(
        spend_fit=fit,
        spend=spend,
        estimate=rows["expected"].to_numpy() * spend,
        worth=worth,
        correlation=_correlation(x[again], mean_spend[again]),
    )


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return NaN where one of the two is the same for everybody."""
    return float(np.corrcoef(x, y)[0, 1]) if np.ptp(x) and np.ptp(y) else float("nan")
