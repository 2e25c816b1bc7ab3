"""A campaign by lot, and what nobody sees: every customer's life with the call and without.

Chance is a function here, so the same people can be lived twice, once all called and once nobody. The difference is
each one's own effect. In `linked` habits tell who is moved: planted so, to have something to find. In `hidden`, the
company as it is, the kinds are drawn by a lot of their own, and nothing that the company sees tells them apart.

Source of the four kinds: Radcliffe (2007), to whom they are usually traced; Ascarza (2018), "Retention futility:
Targeting high-risk customers might be ineffective", Journal of Marketing Research 55(1), 80–98, on the wrong list.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world import Policy, Scenario, World, live, load_scenario

WEEK, WEEKS_AFTER, CAMPAIGN_WEEKS = 60, 26, 8
CUSTOMERS = 16_000
TABLES = ("orders", "contacts", "truth_customers")
FEATURES = ("orders", "recent_orders", "days_since_order", "days_known", "mean_order")

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Habit:
    """One kind of customer: its share; orders a week gamma(r, alpha_weeks); leaving after an order beta(a, b); mean
    order p γ / (q − 1) by `gamma_cents`; and how many of them a call moves or annoys."""

    share: float
    r: float
    alpha_weeks: float
    a: float
    b: float
    gamma_cents: float
    persuadable: float
    sleeping_dog: float


LONGER = {"week": WEEK, "weeks": CAMPAIGN_WEEKS}
# Those who come often come anyway and mind being called; those who come seldom need the reminder.
HABITS = {
    "daily_drinker": Habit(
        share=0.34,
        r=3.0,
        alpha_weeks=9.0,
        a=0.5,
        b=16.0,
        gamma_cents=9000,
        persuadable=0.04,
        sleeping_dog=0.34,
    ),
    "connoisseur": Habit(
        share=0.16,
        r=2.0,
        alpha_weeks=11.0,
        a=0.8,
        b=9.0,
        gamma_cents=21000,
        persuadable=0.08,
        sleeping_dog=0.12,
    ),
    "gift_giver": Habit(
        share=0.28,
        r=2.0,
        alpha_weeks=18.0,
        a=0.8,
        b=9.0,
        gamma_cents=18000,
        persuadable=0.60,
        sleeping_dog=0.01,
    ),
    "bargain_hunter": Habit(
        share=0.22,
        r=1.5,
        alpha_weeks=9.0,
        a=0.9,
        b=5.0,
        gamma_cents=7200,
        persuadable=0.35,
        sleeping_dog=0.03,
    ),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Campaign:
    """One campaign by lot, its customers in one order throughout.

    `features`: FEATURES as known when the lot was drawn, by customer_id (text). `contacted`: 1 or 0. `called`, `left`:
    margin by week after the campaign's start, (n, 26), were everybody called, were nobody; the company sees one of the
    two. `expected`: the effect to be expected of who knows kind, pace, amount and who is still there. `kind`: of
    persuadable, sure_thing, lost_cause, sleeping_dog. `gone`: True for who had left when the lot was drawn.
    """

    features: pd.DataFrame
    contacted: NDArray[np.int64]
    called: Floats
    left: Floats
    expected: Floats
    kind: pd.Series
    gone: NDArray[np.bool_]

    def outcome(self, weeks: int) -> Floats:
        """The margin that the company sees in the first `weeks` (1 to 26), in money."""
        return np.where(
            self.contacted == 1, self.called[:, :weeks].sum(axis=1), self.left[:, :weeks].sum(axis=1)
        )

    def effect(self, weeks: int) -> Floats:
        """What the call truly changes in the first `weeks` (1 to 26), in money, for each customer."""
        return (self.called - self.left)[:, :weeks].sum(axis=1)


def linked(*, customers: int = CUSTOMERS, seed: int = 1) -> Campaign:
    """A campaign in a company whose customers' habits tell whom a call moves."""
    parts = [
        _campaign(scenario, customers=count, seed=seed, first=first)
        for scenario, count, first in of_all_habits(customers=customers)
    ]
    features, kind = (pd.concat([getattr(one, name) for one in parts]) for name in ("features", "kind"))
    contacted, called, left, expected, gone = (
        np.concatenate([getattr(one, name) for one in parts])
        for name in ("contacted", "called", "left", "expected", "gone")
    )
    # In the order of their ids, which tells nothing.
    order = np.argsort(features.index.to_numpy())
    return Campaign(
        features=features.iloc[order],
        contacted=contacted[order],
        called=called[order],
        left=left[order],
        expected=expected[order],
        kind=kind.iloc[order],
        gone=gone[order],
    )


def of_all_habits(
    habits: Mapping[str, Habit] = HABITS, *, customers: int, **planted: Any
) -> list[tuple[Scenario, int, int]]:
    """A company of these habits as its parts: scenario, number of customers, and the number of the first.

    `planted` goes to `of_one_habit`.
    """
    tea, first, parts = load_scenario("tea_shops"), 1, []
    for segment, habit in habits.items():
        count = round(customers * habit.share)
        parts.append((of_one_habit(tea, segment, habit, **planted), count, first))
        first += count
    return parts


def hidden(*, world: World | None = None, customers: int = 10_000, seed: int = 1) -> Campaign:
    """The company's own campaign of week 60; `world` is that company where it has been lived already."""
    return _campaign(load_scenario("tea_shops"), customers=customers, seed=seed, first=1, world=world)


def of_one_habit(
    scenario: Scenario,
    segment: str,
    habit: Habit,
    *,
    weeks: int = WEEK + WEEKS_AFTER,
    campaign: Mapping[str, int] = LONGER,
    persuasion: float = 1.0,
    annoyance: float = 0.5,
) -> Scenario:
    """The shops alone, with customers of one habit, and one longer campaign that moves people more.

    `campaign`: what differs from the company's own.
    """
    shop = replace(
        scenario.main,
        share=1.0,
        also=0.0,
        r=habit.r,
        alpha_weeks=habit.alpha_weeks,
        a=habit.a,
        b=habit.b,
        gamma_cents=float(habit.gamma_cents),
        q=10.0,
    )
    return replace(
        scenario,
        weeks=weeks,
        businesses=(shop,),
        products=tuple(one for one in scenario.products if one.business == shop.name),
        segments=tuple(replace(one, share=1.0) for one in scenario.segments if one.name == segment),
        campaigns=(replace(scenario.campaigns[1], **campaign),),
        causes=replace(scenario.causes, referral=0.0, persuasion=persuasion, annoyance=annoyance),
        persuadable_share=habit.persuadable,
        sleeping_dog_share=habit.sleeping_dog,
    )


def _campaign(
    scenario: Scenario, *, customers: int, seed: int, first: int, world: World | None = None
) -> Campaign:
    shop = scenario.main
    number = next(place for place, one in enumerate(scenario.campaigns, 1) if one.week == WEEK)

    def lived(policy: Policy | None, tables: tuple[str, ...], *, weeks: int) -> World:
        return live(scenario, policy, customers=customers, seed=seed, first=first, weeks=weeks, tables=tables)

    # What came after the lot is in the two lives below.
    seen = world or lived(None, TABLES, weeks=WEEK + 1)
    orders = seen.tables["orders"].to_pandas()
    lots = seen.tables["contacts"].to_pandas()
    lots = lots[lots["campaign_id"] == number].set_index("customer_id")["contacted"].sort_index()
    start = pd.Timestamp(scenario.start) + pd.Timedelta(weeks=WEEK)
    before = orders[(orders["business"] == shop.name) & (orders["ordered_at"] < start)]
    features = known_before(before, start=start).reindex(lots.index)
    margin = 1 - scenario.costs.goods_share
    sides = []
    for targeting in ("everyone", "nobody"):
        policy = replace(scenario.policy, targeting=targeting, from_week=WEEK)
        ordered = lived(policy, ("orders",), weeks=WEEK + WEEKS_AFTER).tables["orders"].to_pandas()
        sides.append(_by_week(ordered[ordered["business"] == shop.name], lots.index, start=start) * margin)
    truth = seen.tables["truth_customers"].to_pandas().set_index("customer_id").reindex(lots.index)
    there = (truth["left_at"].isna() | (truth["left_at"] >= start)).to_numpy()
    expected = truth["uplift_orders_per_contact"].to_numpy() * truth["mean_spend_cents"].to_numpy() / 100
    ids = lots.index.astype(str)
    features.index = ids
    return Campaign(
        features=features,
        contacted=lots.to_numpy().astype(np.int64),
        called=sides[0],
        left=sides[1],
        expected=np.where(there, expected * margin, 0.0),
        kind=pd.Series(truth["response_type"].astype(str).to_numpy(), index=ids, name="kind"),
        gone=~there,
    )


def known_before(orders: pd.DataFrame, *, start: pd.Timestamp) -> pd.DataFrame:
    """FEATURES of every customer from orders before `start`: orders (of the last year), recent_orders (of the last
    twelve weeks), days_since_order, days_known, mean_order (money)."""
    each = orders.groupby("customer_id")
    ago = (start - orders["ordered_at"]).dt.days

    def count(days: int) -> pd.Series:
        return orders[ago < days].groupby("customer_id").size()

    features = pd.DataFrame(
        {
            "days_since_order": (start - each["ordered_at"].max()).dt.days,
            "days_known": (start - each["ordered_at"].min()).dt.days,
            "mean_order": (each["amount_cents"].mean() / 100).round(2),
        }
    )
    features["orders"] = count(364).reindex(features.index).fillna(0).astype(int)
    features["recent_orders"] = count(84).reindex(features.index).fillna(0).astype(int)
    return features[list(FEATURES)]


def _by_week(orders: pd.DataFrame, customers: pd.Index, *, start: pd.Timestamp) -> Floats:
    """Money spent by customer and week from `start` on, (n, 26)."""
    week = ((orders["ordered_at"] - start) // pd.Timedelta(weeks=1)).to_numpy()
    row = customers.get_indexer(pd.Index(orders["customer_id"]))
    kept = (row >= 0) & (week >= 0) & (week < WEEKS_AFTER)
    made = np.zeros((len(customers), WEEKS_AFTER))
    np.add.at(made, (row[kept], week[kept]), orders["amount_cents"].to_numpy()[kept] / 100)
    return made
