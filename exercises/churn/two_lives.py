"""What would each customer bring, called and not called?  The company of the two exercises on uplift.

Those who come seldom need the reminder, those who come every week mind the call: planted so, and so strongly that a
sound method finds it. An earlier campaign by lot is what the learner sees. Of other customers of the company the truth
is kept here: what a call adds to each on average over many futures, so that no luck of one life decides. The company
has numbers of its own and takes none from the topic's page, since answers are marked again years later.
"""

import functools
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world import Scenario, live
from datasets.world.replay import future_value
from lessons.churn.uplift.lived import Habit, known_before, of_all_habits

WEEKS, COST = 12, 5
NEW, EARLIER = 3_000, 10_000
FUTURES = 20
WEEK, CAMPAIGN_WEEKS = 60, 8
PERSUASION, ANNOYANCE = 1.5, 0.7


def _habit(
    share: float, r: float, alpha: float, a: float, b: float, gamma: float, moved: float, annoyed: float
) -> Habit:
    return Habit(
        share=share,
        r=r,
        alpha_weeks=alpha,
        a=a,
        b=b,
        gamma_cents=gamma,
        persuadable=moved,
        sleeping_dog=annoyed,
    )


HABITS = {
    "daily_drinker": _habit(0.34, 3.0, 9.0, 0.5, 16.0, 9_000.0, 0.0, 0.8),
    "connoisseur": _habit(0.16, 2.0, 11.0, 0.8, 9.0, 21_000.0, 0.4, 0.1),
    "gift_giver": _habit(0.28, 2.0, 18.0, 0.8, 9.0, 18_000.0, 0.8, 0.0),
    "bargain_hunter": _habit(0.22, 1.5, 9.0, 0.9, 5.0, 7_200.0, 0.05, 0.5),
}


def company(customers: int) -> list[tuple[Scenario, int, int]]:
    """The company as its parts, one for each habit: scenario, number of customers, and the number of the first."""
    return of_all_habits(
        HABITS,
        customers=customers,
        weeks=WEEK + WEEKS,
        campaign={"week": WEEK, "weeks": CAMPAIGN_WEEKS, "contact_cost_cents": 100 * COST},
        persuasion=PERSUASION,
        annoyance=ANNOYANCE,
    )


def _lived(customers: int, seed: int, *, weeks_after: int) -> pd.DataFrame:
    """One row a customer, by customer_id (text): what is known before the campaign, called (1 or 0 by the lot), and
    margin (money) in the weeks after it that were lived."""
    parts = []
    for scenario, count, first in company(customers):
        world = live(
            scenario,
            customers=count,
            seed=seed,
            first=first,
            weeks=WEEK + weeks_after,
            tables=("orders", "contacts"),
        )
        orders = world.tables["orders"].to_pandas()
        lot = world.tables["contacts"].to_pandas().set_index("customer_id")["contacted"].sort_index()
        start = pd.Timestamp(scenario.start) + pd.Timedelta(weeks=WEEK)
        known = known_before(orders[orders["ordered_at"] < start], start=start).reindex(lot.index)
        after = orders[orders["ordered_at"] >= start].groupby("customer_id")["amount_cents"].sum()
        margin = after.reindex(lot.index).fillna(0) / 100 * (1 - scenario.costs.goods_share)
        parts.append(known.assign(called=lot.astype("int64"), margin=margin.round(2)))
    whole = pd.concat(parts)
    whole.index = whole.index.astype(str).rename("customer_id")
    # In the order of their ids, which tells nothing.
    return whole.sort_index()


@functools.lru_cache(maxsize=1)
def earlier() -> pd.DataFrame:
    """The earlier campaign by lot, one row a customer: customer_id (text), what was known before it, called (1 or 0)
    and margin (money, of the twelve weeks after). Shared: never write into it."""
    return _lived(EARLIER, 1, weeks_after=WEEKS).reset_index()


BANDS = {
    "orders": ([-1, 2, 5, 10, 1000], ["0–2", "3–5", "6–10", "11+"]),
    "days_since_order": ([-1, 45, 120, 10_000], ["0–45", "46–120", "121+"]),
    "mean_order": ([-1, 70, 1e6], ["≤ 70", "> 70"]),
}


def _group(customers: pd.DataFrame) -> NDArray[np.int64]:
    """The number of each customer's group (n,): a row of `_groups`, the last band counted fastest."""
    group = np.zeros(len(customers), dtype=np.int64)
    for name, (edges, words) in BANDS.items():
        group = group * len(words) + np.digitize(customers[name], edges[1:-1], right=True)
    return group


@functools.lru_cache(maxsize=1)
def _groups() -> pd.DataFrame:
    """Every group of BANDS, as words. Shared: never write into it."""
    whole = pd.MultiIndex.from_product([words for _, words in BANDS.values()], names=list(BANDS))
    return whole.to_frame(index=False)


def banded(customers: pd.DataFrame) -> pd.DataFrame:
    """The customers' habits in bands, as words: BANDS, one row a customer."""
    return _groups().iloc[_group(customers)].reset_index(drop=True)


@functools.lru_cache(maxsize=1)
def _group_of_earlier() -> NDArray[np.int64]:
    return _group(earlier())


def by_group(rows: NDArray[np.int64]) -> pd.DataFrame:
    """These rows of the earlier campaign summed up: for each group of BANDS called, margin_called, left_alone,
    margin_left (means, money); groups where one side is empty are left out."""
    group, marked, table = _group_of_earlier()[rows], earlier().iloc[rows], _groups().copy()
    called, margin = marked["called"].to_numpy() == 1, marked["margin"].to_numpy()
    for side, (number, mean) in (
        (called, ("called", "margin_called")),
        (~called, ("left_alone", "margin_left")),
    ):
        place = group[side]
        table[number] = np.bincount(place, minlength=len(table))
        total = np.bincount(place, weights=margin[side], minlength=len(table))
        table[mean] = (total / table[number].clip(lower=1)).round(2)
    return table[(table["called"] > 0) & (table["left_alone"] > 0)].reset_index(drop=True)


@functools.lru_cache(maxsize=1)
def others() -> pd.DataFrame:
    """Other customers, one row each: customer_id (text) and what is known of them. Shared: never write into it."""
    return _lived(NEW, 2, weeks_after=1).drop(columns=["called", "margin"]).reset_index()


@functools.lru_cache(maxsize=1)
def added() -> pd.Series:
    """What a call truly adds to the profit of each of the `others` in twelve weeks, less its cost (money), on average
    over the futures, by customer_id. Shared: never write into it."""
    parts = []
    for scenario, count, first in company(NEW):
        ahead = [
            future_value(
                scenario,
                at_week=WEEK,
                horizon_weeks=WEEKS,
                customers=count,
                first=first,
                seed=2,
                replicates=FUTURES,
                policy=replace(scenario.policy, targeting=whom),
            ).set_index("customer_id")["expected_profit_cents"]
            for whom in ("everyone", "nobody")
        ]
        parts.append((ahead[0] - ahead[1]) / 100)
    found = pd.concat(parts)
    found.index = found.index.astype(str)
    return found.reindex(others()["customer_id"])
