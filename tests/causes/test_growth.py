"""Do strangers become customers, and customers climb the ladder, with the planted chances?"""

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from datasets.world import live
from tests.causes.estimators import TEA, Estimate, Frame, company, lived, share


@pytest.fixture(scope="module")
def reached() -> tuple[Any, Frame]:
    world = live(company(), customers=3000, tables=["customers", "prospects"])
    frame: Frame = world.tables["prospects"].to_pandas()
    frame = frame.merge(world.customers.select(["customer_id", "joined_at"]).to_pandas(), how="left")
    return world, frame


def test_the_markov_matrix_of_the_funnel(reached: tuple[Any, Frame]) -> None:
    world, frame = reached
    funnel = world.scenario.funnel
    enquired, ordered = frame["enquired_at"].notna(), frame["customer_id"].notna()
    assert not (ordered & ~enquired).any() and ordered.sum() == 3000
    # Suspects, prospects, customers: nobody goes back, nobody jumps.
    counts = np.array([[(~enquired).sum(), enquired.sum()], [(enquired & ~ordered).sum(), ordered.sum()]])
    matrix = counts / counts.sum(axis=1, keepdims=True)
    planted = np.array(
        [[1 - funnel.enquiry_share, funnel.enquiry_share], [1 - funnel.order_share, funnel.order_share]]
    )
    errors = np.sqrt(planted * (1 - planted) / counts.sum(axis=1, keepdims=True))
    assert (np.abs(matrix - planted) < 4 * errors).all() and errors.max() < 0.01


def test_the_time_from_stage_to_stage_is_exponential(reached: tuple[Any, Frame]) -> None:
    world, frame = reached
    day = pd.Timedelta(days=1)
    to_enquire = ((frame["enquired_at"] - frame["reached_at"]) / day).dropna()
    to_order = ((frame["joined_at"] - frame["enquired_at"]) / day).dropna()
    funnel = world.scenario.funnel
    for days, mean in ((to_enquire, funnel.days_to_enquire), (to_order, funnel.days_to_order)):
        Estimate(days.mean(), mean / np.sqrt(len(days))).finds(mean)
        assert stats.kstest(days, stats.expon(scale=mean).cdf).pvalue > 0.001


def test_prospects_come_by_the_channels_of_the_main_business(reached: tuple[Any, Frame]) -> None:
    _, frame = reached
    for channel, planted in zip(("shop", "web", "app"), (0.62, 0.28, 0.08), strict=True):
        share(frame["channel"] == channel).finds(planted)


def test_the_markov_matrix_of_the_ladder() -> None:
    # One dropout probability for (nearly) all: from each order to the next one, or to none, with the same chance.
    scenario = company(
        main={"r": 20.0, "alpha_weeks": 10.0, "a": 100.0, "b": 300.0, "loyalty": True},
        weeks=80,
        joining_weeks=20.0,
        service={"recommendation_share": 0.03},
    )
    _, frame = lived(scenario, customers=5000)
    orders = frame.groupby("customer_id").size()
    stage = frame.groupby("customer_id")["stage"].first()
    # Everybody returns once, and three of four from each order on.
    reached_it = [(orders >= number).sum() for number in range(1, 7)]
    assert reached_it[0] == reached_it[1]
    for before, after in pairwise(reached_it[1:]):
        stayed = after / before
        Estimate(stayed, np.sqrt(0.75 * 0.25 / before)).finds(0.75, at_most=0.02)
    praised = frame.groupby("customer_id")["recommended"].max() == 1
    assert (stage[praised] == "advocate").all()
    silent = stage[~praised]
    assert set(silent[orders[~praised] == 2]) == {"repeat"}
    assert set(silent[orders[~praised] >= 3]) == {"client", "member"}
    share(silent[orders[~praised] >= 3] == "member").finds(scenario.loyalty.enrolled_share)
    # Whoever praises with chance 0.03 after each of n orders is an advocate with chance 1 − 0.97ⁿ.
    advocate = 1 - 0.97**orders
    found = (stage == "advocate").mean()
    Estimate(found, np.sqrt((advocate * (1 - advocate)).sum()) / len(orders)).finds(advocate.mean())


def test_newcomers_are_spread_over_the_businesses_as_planted() -> None:
    world = live(TEA.with_causes(), customers=6000, tables=["customers", "subscriptions"])
    home = world.customers["business"].to_pandas()
    for one in TEA.businesses:
        share(home == one.name).finds(one.share)
    customers: Any = world.customers.to_pandas()
    box = set(world.tables["subscriptions"]["customer_id"].to_pylist())
    others = customers[customers["business"] != "box"]
    share(others["customer_id"].isin(box)).finds(0.05)
    joined = (customers["joined_at"] - world.start) / pd.Timedelta(weeks=TEA.joining_weeks)
    assert stats.kstest(joined, "uniform").pvalue > 0.001
