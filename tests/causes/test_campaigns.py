"""Are campaigns assigned by chance, and does each kind of customer respond as planted?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import Policy, World, live
from datasets.world.scenario import REASONS, Campaign
from tests.causes.estimators import (
    LONG,
    SHORT,
    Frame,
    company,
    difference,
    finds,
    lived,
    poisson,
    share,
    why_they_leave,
)

KINDS: dict[str, Any] = {"persuadable_share": 0.4, "sleeping_dog_share": 0.4}


def _campaigns(*weeks: int, length: int = 8) -> tuple[Campaign, ...]:
    return tuple(
        Campaign(business="shop", week=week, weeks=length, channel="app", contact_cost_cents=60)
        for week in weeks
    )


def _lots(world: World, frame: Frame) -> Frame:
    """One row for each customer and campaign: contacted or not, orders and weeks there while it worked."""
    campaigns = world.scenario.campaigns
    lots: Frame = world.tables["contacts"].to_pandas()
    people = frame.groupby("customer_id").agg(
        rate=("purchase_rate_per_week", "first"),
        dropout=("dropout_probability", "first"),
        mean_cents=("mean_spend_cents", "first"),
        response=("response_type", "first"),
        uplift=("uplift_orders_per_contact", "first"),
        last=("week", "max"),
        left=("left", "max"),
    )
    lots = lots.merge(people, left_on="customer_id", right_index=True, validate="m:1")
    leaves = np.where(lots["left"] == 1, lots["last"], np.inf)
    number = lots["campaign_id"].to_numpy() - 1
    first = np.array([one.week for one in campaigns])[number]
    last = first + np.array([one.weeks for one in campaigns])[number]
    lots["weeks"] = np.maximum(np.minimum(last, leaves) - first, 0)
    for place, one in enumerate(campaigns):
        inside = frame[(frame["week"] >= one.week) & (frame["week"] < one.week + one.weeks)]
        orders = inside.groupby("customer_id").size()
        rows = lots["campaign_id"] == place + 1
        lots.loc[rows, "orders"] = lots.loc[rows, "customer_id"].map(orders).fillna(0)
    return lots


@finds("persuasion", "annoyance")
@pytest.mark.parametrize(("persuasion", "annoyance"), [(0.7, 0.0), (0.0, 0.35), (0.7, 0.35), (0.0, 0.0)])
def test_uplift_is_that_of_each_response_type(persuasion: float, annoyance: float) -> None:
    scenario = company(
        causes={"persuasion": persuasion, "annoyance": annoyance},
        main=LONG,
        campaigns=_campaigns(30, 50, 80),
        **KINDS,
    )
    world, frame = lived(scenario, customers=4000)
    lots = _lots(world, frame)
    there = lots[lots["weeks"] > 0]
    planted = {
        "persuadable": np.log1p(persuasion),
        "sleeping_dog": np.log1p(-annoyance),
        "unmoved": 0.0,
    }
    kind = there["response"].replace({"sure_thing": "unmoved", "lost_cause": "unmoved"})
    assert set(kind) == set(planted)
    for response, size in planted.items():
        those = there[kind == response]
        offset = np.log(those["rate"] * those["weeks"])
        constant, slope = poisson(those["orders"], those["contacted"], offset=offset)
        constant.finds(0.0, at_most=0.04)
        slope.finds(size, at_most=0.045)
    # And over all of them: the difference of means is the mean of the true uplifts.
    reached = there["contacted"] == 1
    uplift = difference(there["orders"][reached], there["orders"][~reached])
    truth = there["uplift"] * there["weeks"] / 8
    uplift.finds(truth.mean(), at_most=0.15)
    # The difference of means of one type alone, in orders a contact.
    for response in ("persuadable", "sleeping_dog"):
        own = there["response"] == response
        gained = difference(there["orders"][own & reached], there["orders"][own & ~reached])
        gained.finds(truth[own].mean(), at_most=0.18)


def test_response_types_have_their_shares_and_tell_who_buys_anyway() -> None:
    scenario = company(main=LONG, campaigns=_campaigns(30, length=4), **KINDS)
    truth: Any = live(scenario, customers=5000, tables=["truth_customers"]).truth_customers.to_pandas()
    share(truth["response_type"] == "persuadable").finds(0.4)
    share(truth["response_type"] == "sleeping_dog").finds(0.4)
    unmoved = truth[truth["response_type"].isin(["sure_thing", "lost_cause"])]
    likely = 1 - np.exp(-4 * unmoved["purchase_rate_per_week"]) >= 0.5
    assert ((unmoved["response_type"] == "sure_thing") == likely).all() and likely.mean() > 0.1


@finds("persuasion_stay", "annoyance_leave")
@pytest.mark.parametrize(("stay", "leave"), [(1.2, 0.0), (0.0, 0.9), (0.0, 0.0)])
def test_leaving_of_those_who_were_contacted_while_it_works(stay: float, leave: float) -> None:
    scenario = company(
        causes={"persuasion_stay": stay, "annoyance_leave": leave},
        main={**SHORT, "alpha_weeks": 6.0},
        campaigns=_campaigns(20, length=26),
        joining_weeks=20.0,
        weeks=60,
        reasons=(0.3, 0.2, 0.2, 0.2, 0.1),
        **KINDS,
    )
    world, frame = lived(scenario, customers=14_000)
    lots: Any = world.tables["contacts"].to_pandas().set_index("customer_id")["contacted"]
    contacted = frame["customer_id"].map(lots).fillna(0) == 1
    working = (frame["week"] >= 20) & (frame["week"] < 46)
    columns = [
        contacted & working & (frame["response_type"] == "persuadable"),
        contacted & working & (frame["response_type"] == "sleeping_dog"),
        contacted & working & frame["response_type"].isin(["sure_thing", "lost_cause"]),
        contacted & ~working,
    ]
    found = why_they_leave(frame, *columns)
    for reason, (constant, persuadable, dog, unmoved, afterwards) in found.items():
        wish = reason in ("service", "price", "competitor")
        constant.finds(np.log(scenario.reasons[REASONS.index(reason)]), at_most=0.06)
        persuadable.finds(-stay * wish, at_most=0.16)
        dog.finds(leave * wish, at_most=0.16)
        unmoved.finds(0.0, at_most=0.2)
        afterwards.finds(0.0, at_most=0.1)


@pytest.mark.parametrize("contact_share", [0.5, 0.2])
def test_contacts_are_drawn_by_lot(contact_share: float) -> None:
    scenario = company(
        main=LONG, campaigns=_campaigns(30, 50, 80), policy=Policy(contact_share=contact_share)
    )
    world, frame = lived(scenario, customers=4000)
    lots = _lots(world, frame)
    assert len(lots) > 11_500
    share(lots["contacted"]).finds(contact_share)
    # Treated and controls are alike before: balance of traits.
    reached = lots["contacted"] == 1
    for trait in ("rate", "dropout", "mean_cents"):
        rank = lots[trait].rank(pct=True)
        difference(rank[reached], rank[~reached]).finds(0.0, at_most=0.01)
    # One campaign tells nothing of another.
    wide = lots.pivot(index="customer_id", columns="campaign_id", values="contacted").dropna()
    correlations = wide.corr().to_numpy()[np.triu_indices(3, 1)] * np.sqrt(len(wide))
    assert (np.abs(correlations) < 4).all()


def test_other_ways_of_choosing_reach_whom_they_say() -> None:
    scenario = company(main=LONG, campaigns=_campaigns(40))
    tables = ["orders", "contacts"]

    def lots(**policy: Any) -> Frame:
        world = live(scenario, Policy(**policy), customers=1000, tables=tables)
        own: Frame = world.tables["contacts"].to_pandas()
        orders: Frame = world.orders.to_pandas()
        before = orders[orders["ordered_at"] < world.start + pd.Timedelta(weeks=40)]
        last = before.groupby("customer_id")["ordered_at"].max()
        own["silent"] = (world.start + pd.Timedelta(weeks=40) - own["customer_id"].map(last)) / pd.Timedelta(
            weeks=1
        )
        assert set(own["customer_id"]) <= set(before["customer_id"])
        return own

    assert lots(targeting="everyone")["contacted"].all() and not lots(targeting="nobody")["contacted"].any()
    silent = lots(targeting="silent", silent_weeks=6.0, contact_share=0.5)
    assert (silent["silent"] >= 6).all() and len(silent) > 200
    share(silent["contacted"]).finds(0.5)
    everyone = lots(targeting="everyone")
    assert len(silent) == (everyone["silent"] >= 6).sum() and len(everyone) == 1000
    listed = frozenset(everyone["customer_id"][:300].tolist())
    named = lots(targeting="list", targets=listed)
    assert set(named["customer_id"][named["contacted"] == 1]) == listed
