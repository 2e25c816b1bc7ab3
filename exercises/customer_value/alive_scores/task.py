"""Which customers are still there?"""

import functools

import numpy as np
import pandas as pd

from datasets.world import live, load_scenario
from lessons.churn.churn_prediction.model import auc
from lessons.customer_value.btyd.bg_nbd import BgNbd

KIND = "scores"
CONCEPTS = ("btyd",)
ORDER = 2
UNITS = {"spent": "money:2", "worth": "number:3"}
TOLERANCE = 0.2
WEEK = pd.Timedelta(days=7)


@functools.lru_cache(maxsize=1)
def _company() -> tuple[pd.DataFrame, dict[str, float], pd.Series]:
    """What a shop of textbook customers sees after 78 weeks, its parameters, and who is truly still there."""
    tea = load_scenario("tea_shops").textbook()
    world = live(tea, customers=4000, seed=7, weeks=78, tables=("customers", "orders", "truth_customers"))
    orders, truth = world.orders.to_pandas(), world.truth_customers.to_pandas()
    elsewhere = orders.loc[orders["business"] != "shop", "customer_id"]
    by = orders[~orders["customer_id"].isin(elsewhere)].groupby("customer_id")
    first, last = by["ordered_at"].min(), by["ordered_at"].max()
    times = {"recency": (last - first) / WEEK, "age": (pd.Timestamp(world.until) - first) / WEEK}
    seen = pd.DataFrame({"x": by.size() - 1} | times | {"spent": by["amount_cents"].sum() / 100})
    parameters = {"r": tea.main.r, "alpha": tea.main.alpha_weeks, "a": tea.main.a, "b": tea.main.b}
    return seen.round(2).rename(index=str), parameters, truth.set_index("customer_id")["alive"].rename(str)


def given(rng: np.random.Generator) -> dict:
    """Draw 1,000 customers; the parameters are the shop's."""
    return _company()[1] | {"customers": _company()[0].sample(1000, random_state=rng).reset_index()}


def answer(*, customers: pd.DataFrame, **parameters: float) -> pd.Series:
    """P(alive) of BG/NBD."""
    history = {name: customers[name] for name in ("x", "recency", "age")}
    return pd.Series(BgNbd(**parameters).p_alive(**history), index=customers["customer_id"])


def worth(submitted: pd.Series, **_) -> float:
    """The AUC against who is truly still there."""
    return auc(_company()[2].reindex(submitted.index), submitted)


def chance(**_) -> float:
    """What scores by lot are worth."""
    return 0.5


MISTAKES = {
    "frequency": lambda customers, **_: customers.set_index("customer_id")["x"],
    "silence": lambda customers, **_: customers.set_index("customer_id").eval("age - recency"),
    "spent": lambda customers, **_: customers.set_index("customer_id")["spent"],
}
