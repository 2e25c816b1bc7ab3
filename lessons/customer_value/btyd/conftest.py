"""Real customers for the tests of this folder."""

from pathlib import Path

import pandas as pd
import pytest

SAMPLE = Path(__file__).parents[3] / "datasets/real/cdnow_sample.csv"


@pytest.fixture(scope="session")
def cdnow() -> pd.DataFrame:
    """x, recency, age (weeks until 1997-09-30) and mean_spend of the 2,357 CDNOW customers, by plain pandas."""
    orders = pd.read_csv(SAMPLE, parse_dates=["date"])
    until = pd.Timestamp("1997-09-30")
    days = orders[orders.date <= until].groupby(["customer_id", "date"]).dollar_value.sum().reset_index()
    first = days.groupby("customer_id").date.transform("min")
    repeats = days[days.date > first].groupby("customer_id")
    dates = days.groupby("customer_id").date
    return pd.DataFrame(
        {
            "x": (dates.count() - 1).astype(float),
            "recency": (dates.max() - dates.min()).dt.days / 7,
            "age": (until - dates.min()).dt.days / 7,
            "mean_spend": repeats.dollar_value.mean().reindex(dates.count().index).fillna(0.0),
        }
    )
