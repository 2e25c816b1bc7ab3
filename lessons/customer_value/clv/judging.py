"""How wrong is the formula in a shop?  Its value of the latest buyers against what they turn out to be worth.

One figure stands for customers who differ, and a pause counts as leaving; the errors are counted in money,
and in how often an honest-looking interval holds the truth.

Source: the truth follows from the assumptions in Fader, Hardie & Lee (2005), "Counting your customers the easy
way", Marketing Science 24(2), for one customer whose traits are known.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from lessons.customer_value.clv.model import CustomerValue
from lessons.customer_value.clv.repeat_buying import DAYS_PER_YEAR, RepeatBuying

LONGEST_YEARS = 10
GROUPS = ((1, 1), (2, 2), (3, 4), (5, 8), (9, 10**9))


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The formula's value of the latest buyers against what they are worth. Money per customer unless said.

    `low`, `high`: the 95% interval that the sample suggests. `covered`: of `analysts` who each see `sample` customers,
    how many give an interval that holds the truth. `worthless`: share whose true value is 0. `overvalued`: share
    whose true value lies below the formula's. `spend`: half of the formula's value. `regret`: money in total that
    never returns if `spend` goes to each of them. `groups`: orders in the latest period (low, high), customers,
    formula, outcome.
    """

    customers: int
    formula: float
    outcome: float
    low: float
    high: float
    covered: int
    analysts: int
    sample: int
    worthless: float
    overvalued: float
    spend: float
    regret: float
    groups: pd.DataFrame

    @property
    def bias(self) -> float:
        """Formula less outcome, money per customer."""
        return self.formula - self.outcome


def true_future_margin(
    *, truth: pd.DataFrame, until: date, margin_share: float, discount_rate_per_year: float, years: float
) -> pd.Series:
    """What each customer's coming orders are worth at the end of `until`: money, indexed as `truth`.

    A customer who is there orders at rate λ and leaves after an order with probability p, so the orders at time
    t come at rate λ e^(−λpt), and discounting with e^(−δt) leaves λ (1 − e^(−(λp + δ)T)) / (λp + δ).
    `truth` has purchase_rate_per_week, dropout_probability, mean_spend_cents, left_at (NaT while there).
    """
    weeks = years * DAYS_PER_YEAR / 7
    delta = np.log1p(discount_rate_per_year) / (DAYS_PER_YEAR / 7)
    rate = truth["purchase_rate_per_week"].to_numpy(float)
    fading = rate * truth["dropout_probability"].to_numpy(float) + delta
    lasting = np.where(fading * weeks < 1e-12, weeks, -np.expm1(-fading * weeks) / np.maximum(fading, 1e-300))
    there = truth["left_at"].isna() | (truth["left_at"] >= pd.Timestamp(until) + pd.Timedelta(days=1))
    spend = truth["mean_spend_cents"].to_numpy(float) / 100 * margin_share
    return pd.Series(np.where(there, rate * lasting * spend, 0.0), index=truth.index)


def held_out_margin(
    *, orders: pd.DataFrame, customers: pd.Index, since: date, until: date, margin_share: float
) -> pd.Series:
    """The margin that each of `customers` brought after `since` up to `until` (inclusive), in money."""
    after, end = (pd.Timestamp(day) + pd.Timedelta(days=1) for day in (since, until))
    coming = orders[(orders["ordered_at"] >= after) & (orders["ordered_at"] < end)]
    spend = coming.groupby("customer_id")["amount_cents"].sum().astype(float) / 100
    return spend.reindex(customers).fillna(0.0) * margin_share


def judge(
    *,
    buying: RepeatBuying,
    outcome: pd.Series,
    margin_share: float,
    discount_rate_per_year: float,
    periods: int,
    seed: int = 1,
    analysts: int = 100,
    sample: int = 500,
) -> Judgement:
    """Hold the formula's value over `periods` half-periods against `outcome` (money, indexed by customer_id).

    The interval treats retention (binomial) and mean spending as independent, the delta method.
    """
    customers = buying.customers
    first, second = (customers[half].to_numpy() > 0 for half in ("first", "second"))
    margin = customers["spend"].to_numpy() * margin_share
    rate = buying.per_period(discount_rate_per_year)

    def interval(chosen: np.ndarray) -> tuple[float, float, float]:
        asked, bought = chosen[first[chosen]], chosen[second[chosen]]
        if len(asked) == 0 or len(bought) == 0:
            return 0.0, 0.0, 0.0
        retention = float(second[asked].mean())
        mean = float(margin[bought].mean())

        def worth(retention: float) -> float:
            kept = min(max(retention, 0.0), 1.0)
            unit = CustomerValue(
                margin=1, retention=kept, discount_rate=rate, periods=periods, first_payment="later"
            )
            return unit.value()

        error = (retention * (1 - retention) / len(asked)) ** 0.5
        of_retention = mean * (worth(retention + error) - worth(retention - error)) / 2
        of_margin = worth(retention) * float(margin[bought].std()) / len(bought) ** 0.5
        middle, half = mean * worth(retention), 1.96 * float(np.hypot(of_retention, of_margin))
        return middle - half, middle, middle + half

    latest = buying.latest
    truth = outcome.reindex(latest.index).fillna(0.0)
    mean_truth = float(truth.mean()) if len(truth) else 0.0
    low, formula, high = interval(np.arange(len(customers)))
    rng = np.random.default_rng(seed)
    size = min(sample, len(customers))
    seen = [interval(rng.choice(len(customers), size)) for _ in range(analysts)]
    spend = formula / 2
    rows = []
    for least, most in GROUPS:
        inside = latest["second"].between(least, most)
        if inside.any():
            rows.append((least, most, int(inside.sum()), formula, float(truth[inside].mean())))
    return Judgement(
        customers=len(latest),
        formula=formula,
        outcome=mean_truth,
        low=low,
        high=high,
        covered=sum(low <= mean_truth <= high for low, _, high in seen),
        analysts=analysts,
        sample=size,
        worthless=float((truth == 0).mean()) if len(truth) else 0.0,
        overvalued=float((truth < formula).mean()) if len(truth) else 0.0,
        spend=spend,
        regret=float(np.maximum(spend - truth, 0).sum()),
        groups=pd.DataFrame(rows, columns=["low", "high", "customers", "formula", "outcome"]),
    )


def judge_data(
    *,
    buying: RepeatBuying,
    orders: pd.DataFrame,
    truth: pd.DataFrame | None,
    since: date,
    until: date,
    margin_share: float,
    discount_rate_per_year: float,
) -> Judgement:
    """Judge the formula by the world's truth over ten years or, where `truth` is None, by the margin up to `until`.

    What came later is a plain sum, so against it the formula does not discount either.
    """
    if truth is None:
        customers = pd.Index(buying.latest.index)
        outcome = held_out_margin(
            orders=orders, customers=customers, since=since, until=until, margin_share=margin_share
        )
        days, discount_rate_per_year = float((until - since).days), 0.0
    else:
        outcome = true_future_margin(
            truth=truth,
            until=since,
            margin_share=margin_share,
            discount_rate_per_year=discount_rate_per_year,
            years=LONGEST_YEARS,
        )
        days = LONGEST_YEARS * DAYS_PER_YEAR
    return judge(
        buying=buying,
        outcome=outcome,
        margin_share=margin_share,
        discount_rate_per_year=discount_rate_per_year,
        periods=max(round(days / buying.days), 1),
    )
