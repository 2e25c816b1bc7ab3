"""How many orders will these customers still place?  A fitted buy-till-you-die model at work.

The model files beside this one (bg_nbd, nbd and others) hold one model each. Here stands what a report does with
them: six customers by hand, the tracking curve into the holdout, and the comparisons that show where a
model is off. Every customer's time counts from the own first order, which is order 0 and no repeat order.
What fails in real life: a pace that changes with the season or a campaign.

Sources: Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do
Next?", Management Science 33(1); Fader, Hardie & Lee (2005), "'Counting Your Customers' the Easy Way",
Marketing Science 24(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from lessons.customer_value.btyd import bg_nbd, nbd
from lessons.customer_value.btyd.fitting import Fit

DAYS_PER_UNIT = {"day": 1.0, "week": 7.0, "month": 30.4375}


def terms(model: bg_nbd.BgNbd, *, x: Any, recency: Any, age: Any, horizon: float) -> pd.DataFrame:
    """Take the BG/NBD formula for P(alive) apart, a column a step, a row a customer.

    x: repeat orders; recency: time of the last order, age: time watched, horizon: time ahead, all in the
    model's unit and counted from the first order. `risk` = a / (b + x - 1) is the odds of having left right
    after the last order, `silence` = ((alpha + age) / (alpha + recency)) ** (r + x) what the silence since
    makes of them, `odds_gone` their product (0 where x = 0), `p_alive` = 1 / (1 + odds_gone).

    >>> easy = bg_nbd.BgNbd(r=1, alpha=10, a=1, b=2)
    >>> terms(easy, x=[4], recency=[20], age=[50], horizon=40).iloc[0][["risk", "silence"]].to_list()
    [0.2, 32.0]
    """
    x, recency, age = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (x, recency, age)))
    repeat = x > 0
    risk = np.where(repeat, model.a / (model.b + np.maximum(x, 1) - 1), 0.0)
    silence = ((model.alpha + age) / (model.alpha + recency)) ** (model.r + x)
    odds_gone = np.where(repeat, risk * silence, 0.0)
    return pd.DataFrame(
        {
            "x": x,
            "recency": recency,
            "age": age,
            "risk": risk,
            "silence": np.where(repeat, silence, np.nan),
            "odds_gone": odds_gone,
            "p_alive": 1 / (1 + odds_gone),
            "expected": model.expected_purchases(x=x, recency=recency, age=age, horizon=horizon),
        }
    )


def six_customers() -> pd.DataFrame:
    """Six customers that can be worked by hand: 50 weeks old, r = 1, alpha = 10, a = 1, b = 2, 40 weeks ahead.

    >>> six_customers()["p_alive"].round(3).to_list()
    [1.0, 0.333, 0.667, 0.135, 0.668, 0.833]
    """
    easy = bg_nbd.BgNbd(r=1.0, alpha=10.0, a=1.0, b=2.0)
    return terms(easy, x=[0, 1, 1, 4, 4, 4], recency=[0, 20, 50, 20, 40, 50], age=50, horizon=40).assign(
        customer=list("ABCDEF")
    )


def repeat_orders(orders: pd.DataFrame, *, customers: Any, start: date, one_a_day: bool) -> pd.DataFrame:
    """Return customer_id and day (0 = `start`) of every repeat order of these customers.

    orders: customer_id, ordered_at. With `one_a_day` all orders of a customer on one day are one purchase.
    """
    kept = orders.loc[orders["customer_id"].isin(customers), ["customer_id", "ordered_at"]]
    kept = kept.sort_values(["customer_id", "ordered_at"], kind="stable", ignore_index=True)
    kept["day"] = (kept["ordered_at"].dt.normalize() - pd.Timestamp(start)).dt.days
    if one_a_day:
        kept = kept.drop_duplicates(["customer_id", "day"])
    return kept.loc[kept["customer_id"].duplicated(), ["customer_id", "day"]]


def expected_cumulative(
    model: Any, *, age_days: np.ndarray, mark: int, days: int, days_per_unit: float
) -> np.ndarray:
    """Return the repeat orders that the model expects by the end of each day 0 … days, shape (days + 1,).

    age_days: days from each customer's first order to the end of day `mark`. The sum over customers of E[X(t)],
    t being the time since the first order: what the model says of customers of whom nothing else is known.
    """
    whole = np.clip(np.floor(age_days + 1e-6).astype(int), 0, mark)
    # With times of day, ages are on average half a day more than whole: taken for all of them alike.
    rest = float(np.mean(np.maximum(age_days - whole, 0.0)))
    newcomers = np.bincount(mark - whole, minlength=days + 1).astype(float)
    by_one = model.expected_purchases_new(horizon=(np.arange(days + 1) + rest) / days_per_unit)
    return np.convolve(newcomers, by_one)[: days + 1]


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """One fitted model, held against the orders of these customers, before and after the mark.

    `actual` and `expected` are cumulative repeat orders at the end of each day, shape (last_day + 1,); the data
    from day `mark` + 1 on (the holdout) were not used in the fit. `customers` has a row a customer.
    """

    fit: Fit
    model: Any
    customers: pd.DataFrame
    mark: int
    actual: np.ndarray
    expected: np.ndarray

    @property
    def last_day(self) -> int:
        """The last day of the holdout."""
        return len(self.actual) - 1

    @property
    def before(self) -> float:
        """Repeat orders before the mark."""
        return float(self.actual[self.mark])

    @property
    def after(self) -> float:
        """Orders after the mark: what came."""
        return float(self.actual[-1] - self.actual[self.mark])

    @property
    def expected_after(self) -> float:
        """Orders after the mark: what the model expected."""
        return float(self.expected[-1] - self.expected[self.mark])

    @property
    def error(self) -> float:
        """Orders expected after the mark over those that came, less 1; NaN where none came."""
        return self.expected_after / self.after - 1 if self.after else float("nan")

    def pace(self, orders: float) -> float:
        """Express so many orders after the mark as a share of the pace before it (1 = the pace held)."""
        if not self.before:
            return float("nan")
        return orders / (self.last_day - self.mark) / (self.before / self.mark)

    def height(self, pace: float) -> float:
        """Return the cumulative orders at the end of the holdout if this share of the pace held."""
        return self.before + pace * self.before / self.mark * (self.last_day - self.mark)


def one_in(summary: pd.DataFrame, *, part: int, seed: int) -> pd.DataFrame:
    """Keep one customer in `part`, chosen at random; the same seed keeps the smaller part inside the larger."""
    if part == 1:
        return summary
    place = np.random.default_rng(seed).permutation(len(summary))
    return summary[place < max(1, len(summary) // part)].reset_index(drop=True)


def forecast(
    summary: pd.DataFrame,
    *,
    repeats: pd.DataFrame,
    mark: int,
    last_day: int,
    days_per_unit: float,
    leave: bool,
) -> Forecast:
    """Fit BG/NBD (or NBD, where customers never `leave`) and look ahead from day `mark` to `last_day`.

    summary: customer_id, x, recency, age in units of `days_per_unit` days; repeats: from `repeat_orders`. The
    frame of customers gets p_alive, expected (orders after the mark) and after (those that came).
    """
    x, recency, age = (summary[name].to_numpy(dtype=float) for name in ("x", "recency", "age"))
    fit = (bg_nbd if leave else nbd).fit(x=x, recency=recency, age=age)
    model = (bg_nbd.BgNbd if leave else nbd.Nbd)(**fit.parameters)
    horizon = (last_day - mark) / days_per_unit
    day = repeats["day"].to_numpy()
    later = repeats.loc[(day > mark) & (day <= last_day), "customer_id"].value_counts()
    return Forecast(
        fit=fit,
        model=model,
        customers=summary.assign(
            p_alive=model.p_alive(x=x, recency=recency, age=age),
            expected=model.expected_purchases(x=x, recency=recency, age=age, horizon=horizon),
            after=summary["customer_id"].map(later).fillna(0).astype(int),
        ),
        mark=mark,
        actual=np.bincount(day[day <= last_day], minlength=last_day + 1).cumsum(),
        expected=expected_cumulative(
            model, age_days=age * days_per_unit, mark=mark, days=last_day, days_per_unit=days_per_unit
        ),
    )


def histogram(model: Any, *, x: np.ndarray, age: np.ndarray, most: int = 7) -> pd.DataFrame:
    """Count customers by repeat orders 0, 1, …, `most` or more: actual, and as the model expects.

    Ages are rounded to 200 steps: the expectation is smooth in age, and each age costs a pmf.
    """
    step = max(float(np.max(age)), 1e-9) / 200
    ages, customers = np.unique(np.round(age / step) * step, return_counts=True)
    expected = np.array([float(customers @ model.pmf(n=n, age=ages)) for n in range(most)])
    actual = np.bincount(np.minimum(x, most).astype(int), minlength=most + 1)
    return pd.DataFrame(
        {"x": range(most + 1), "actual": actual, "expected": [*expected, len(x) - expected.sum()]}
    )


def by_frequency(x: np.ndarray, *, expected: np.ndarray, actual: np.ndarray, most: int = 7) -> pd.DataFrame:
    """Average expected and actual orders after the mark, by repeat orders before it (0 … `most` or more)."""
    frame = pd.DataFrame({"x": np.minimum(x, most).astype(int), "expected": expected, "actual": actual})
    means = frame.groupby("x")[["expected", "actual"]].mean()
    return means.assign(customers=frame.groupby("x").size()).reset_index()


def p_alive_history(
    model: Any, *, order_times: Sequence[float], until: float, steps: int = 200
) -> pd.DataFrame:
    """Follow P(alive) of one customer from the first order (time 0) to `until`.

    order_times: times of the repeat orders, ascending, in the model's unit. The value just before and the
    value right at each order are both rows, so that the jump is upright.
    """
    orders = np.asarray([time for time in order_times if 0 < time <= until], dtype=float)
    before = np.nextafter(orders, 0)
    times = np.unique(np.concatenate([np.linspace(0, until, steps + 1), before, orders]))
    x = np.searchsorted(orders, times, side="right")
    recency = np.r_[0.0, orders][x]
    return pd.DataFrame({"time": times, "p_alive": model.p_alive(x=x, recency=recency, age=times)})
