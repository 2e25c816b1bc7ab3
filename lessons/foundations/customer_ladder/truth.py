"""What does the world know about its own ladder?  Who would still have climbed, and what a card does.

Steps one and two are planted in the scenario. Whoever has not left orders again, so the next two are known as well;
the card, and whoever brought somebody, are known at the end of the history. Who recommends is known for everybody;
but most who are told do not come, and the step of the ladder is to bring somebody.
"""

from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from datasets.world.replay import replay
from lessons.foundations.customer_ladder.counting import Climbs, climbs, held

BUSINESS = "shop"


@dataclass(frozen=True, kw_only=True)
class Found:
    """The company's ladder: `steps` (counting.held at the end of the first year), and customers counted off the ladder.

    `off_ladder`: share of those who brought somebody without ever holding a silver card. `recommend`: share of members
    who ever recommended the company as members, whether somebody came or not. `customers`: in the shops.
    """

    steps: pd.DataFrame
    off_ladder: float
    recommend: float
    customers: int


def find(
    *, tables: dict[str, pd.DataFrame], truth: pd.DataFrame, scenario: Any, until: pd.Timestamp
) -> Found:
    """Count the ladder at `until` from the tables, and hold it against the truth.

    `tables` has prospects, customers, orders, loyalty_ledger, referrals, truth_encounters; ids as text. `truth` is
    truth_customers by customer_id.
    """
    customers, prospects = tables["customers"], tables["prospects"]
    own = customers.loc[customers["business"] == BUSINESS, "customer_id"]
    orders = tables["orders"]
    orders = orders[(orders["business"] == BUSINESS) & orders["customer_id"].isin(own)]
    ledger = tables["loyalty_ledger"]
    earned = ledger[ledger["kind"] == "earn"]
    seen = tables["referrals"].groupby("referrer_id")["referred_at"].min()
    lived = tables["truth_encounters"]
    said = orders[orders["order_id"].isin(lived.loc[lived["recommended"] == 1, "order_id"])]
    recommended = said.groupby("customer_id")["ordered_at"].min()
    silver = scenario.loyalty.silver_points
    visible, real = (
        climbs(orders=orders, earned=earned, silver_points=silver, brought=brought)
        for brought in (seen, recommended)
    )
    counted = [*_funnel(prospects, until), *visible.counted(until)]
    true = [scenario.funnel.enquiry_share, scenario.funnel.order_share, *_true_shares(visible, truth)]
    members, praising = (real.times[rung].notna().sum() for rung in ("member", "advocate"))
    who = visible.times.index[visible.times["first_time"] < until]
    early = seen[(seen < until) & seen.index.isin(who)]
    climbed = visible.times["advocate"].reindex(early.index)
    return Found(
        steps=held(counted, true=true),
        recommend=float(praising / max(members, 1)),
        off_ladder=float((~(climbed < until)).mean()) if len(early) else 0.0,
        customers=len(who),
    )


def _funnel(prospects: pd.DataFrame, until: pd.Timestamp) -> list[tuple[int, int]]:
    enquired = prospects["enquired_at"] < until
    reached = int((prospects["reached_at"] < until).sum())
    won = enquired & prospects["customer_id"].notna()
    return [(reached, int(enquired.sum())), (int(enquired.sum()), int(won.sum()))]


def _true_shares(real: Climbs, truth: pd.DataFrame) -> list[float]:
    times = real.times
    there = truth["left_at"].reindex(times.index).isna()
    shares = []
    for low, high in (("first_time", "repeat"), ("repeat", "client")):
        stood = times[low].notna()
        shares.append(float((times[high].notna() | there)[stood].mean()))
    for low, high in (("client", "member"), ("member", "advocate")):
        shares.append(float(times[high].notna().sum() / max(times[low].notna().sum(), 1)))
    return shares


@dataclass(frozen=True, kw_only=True)
class Card:
    """The same customers without a loyalty programme and with it: profit of two years, money a customer."""

    without: float
    with_card: float


def card(scenario: Any, *, customers: int, seed: int) -> Card:
    """Live the same customers without and with the programme, all else as it is."""
    lived = replay(
        scenario,
        before=replace(scenario.policy, loyalty_programme=False),
        after=replace(scenario.policy, loyalty_programme=True),
        customers=customers,
        seed=seed,
    ).customers
    return Card(
        without=float(lived["profit_before_cents"].mean()) / 100,
        with_card=float(lived["profit_after_cents"].mean()) / 100,
    )
