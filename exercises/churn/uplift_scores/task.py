"""How far does a call move each customer?  Learn from a campaign by lot, score others; judged by the true Qini."""

import numpy as np
import pandas as pd

from exercises.churn.two_lives import COST, WEEKS, added, earlier, others
from lessons.churn.uplift.lived import FEATURES
from lessons.churn.uplift.model import design, linear, predicted, true_gains

KIND = "scores"
CONCEPTS = ("uplift",)
ORDER = 2
UNITS = {"weeks": "number", "mean_order": "money:2", "margin": "money:2", "worth": "money:0"}
TOLERANCE = 0.55


def given(rng: np.random.Generator) -> dict:
    """Draw 8,000 customers of the earlier campaign and 1,200 others."""
    then = earlier().iloc[np.sort(rng.permutation(len(earlier()))[:8_000])]
    rows = others().iloc[np.sort(rng.permutation(len(others()))[:1200])]
    return {
        "weeks": WEEKS,
        "earlier": then.drop(columns="customer_id").reset_index(drop=True),
        "customers": rows.reset_index(drop=True),
    }


def answer(*, earlier: pd.DataFrame, customers: pd.DataFrame, **_) -> pd.Series:
    """Two regressions of the margin, of the called and of the others; their difference."""
    x = design(pd.concat([earlier[list(FEATURES)], customers[list(FEATURES)]]))
    seen, margin = x[: len(earlier)], earlier["margin"].to_numpy()
    called = earlier["called"].to_numpy() == 1
    two = (linear(seen[part], margin[part], penalty=1000.0) for part in (called, ~called))
    score = predicted(x[len(earlier) :], np.subtract(*two))
    return pd.Series(score, index=customers["customer_id"].to_numpy())


def worth(submitted: pd.Series, **_) -> float:
    """The true Qini: what the order brings beyond a lot, money per 1,000 customers, the calls' cost left aside."""
    effect = added().reindex(submitted.index) + COST
    return true_gains(score=submitted.to_numpy(dtype=float), effect=effect.to_numpy(), cost=0.0).qini


def chance(**_) -> float:
    """What scores by lot are worth."""
    return 0.0


def _column(name: str, customers: pd.DataFrame) -> pd.Series:
    return customers.set_index("customer_id")[name].astype(float)


MISTAKES = {
    "risk_of_leaving": lambda customers, **_: _column("days_since_order", customers),
    "most_orders_first": lambda customers, **_: _column("orders", customers),
    "just_bought_first": lambda customers, **_: -_column("days_since_order", customers),
    "sign_turned_round": lambda **given: -answer(**given),
}
