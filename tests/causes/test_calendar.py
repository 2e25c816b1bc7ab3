"""Do months, weekdays, hours and the anniversary sale move orders as planted?"""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from datasets.world import World, live
from tests.causes.estimators import (
    LONG,
    Estimate,
    Frame,
    company,
    finds,
    lived,
    poisson,
)


def _by_day(world: World, frame: Frame) -> tuple[list[date], Any, Any]:
    """Each day, its orders but for first ones, and how many its customers would usually place."""
    days = (world.until - world.start).days
    again = frame["encounter"] >= 1
    orders = np.bincount((frame["week"][again] * 7).astype(int), minlength=days)
    people = frame.groupby("customer_id").agg(
        first=("week", "min"),
        last=("week", "max"),
        rate=("purchase_rate_per_week", "first"),
        left=("left", "max"),
    )
    leaves = np.where(people["left"] == 1, people["last"], np.inf)
    edges = np.arange(days + 1) / 7
    weeks = np.zeros(days)
    for first, last, rate in zip(people["first"], leaves, people["rate"], strict=True):
        weeks += rate * np.diff(np.clip(edges, first, last))
    return [world.scenario.start + timedelta(days=day) for day in range(days)], orders, weeks


@finds("season")
@pytest.mark.parametrize("planted", [0.6, 0.0])
def test_orders_a_day_regressed_on_the_profiles_of_months_and_weekdays(planted: float) -> None:
    scenario = company(causes={"season": planted}, main=LONG)
    world, frame = lived(scenario, customers=1500)
    days, orders, usual = _by_day(world, frame)
    market = scenario.market
    month = np.log([market.months[day.month - 1] for day in days])
    weekday = np.log([market.weekdays[day.weekday()] for day in days])
    constant, by_month, by_weekday = poisson(orders, month, weekday, offset=np.log(usual + 1e-9))
    constant.finds(0.0, at_most=0.02)
    by_month.finds(planted, at_most=0.06)
    by_weekday.finds(planted, at_most=0.06)


@finds("season")
@pytest.mark.parametrize("planted", [0.6, 0.0])
def test_orders_an_hour_regressed_on_the_profile_of_hours(planted: float) -> None:
    scenario = company(causes={"season": planted}, main=LONG)
    _, frame = lived(scenario, customers=1500)
    local = (frame["ordered_at"].dt.hour + 8) % 24
    assert scenario.market.utc_offset_hours == 8
    counts = np.bincount(local, minlength=24)
    profile = np.array(scenario.market.hours)
    if planted:
        assert counts[profile == 0].sum() == 0
    else:
        assert counts.min() > 0.9 * counts.mean()
    inside = profile > 0
    slope = poisson(counts[inside], np.log(profile[inside]))[1]
    slope.finds(planted, at_most=0.06)


def _sale_days(first: date, days: int) -> set[date]:
    return {first + timedelta(days=day) for day in range(days)}


@finds("sale")
@pytest.mark.parametrize("planted", [0.9, 0.0])
def test_the_order_rate_in_the_sale_against_other_days(planted: float) -> None:
    scenario = company(causes={"sale": planted}, main=LONG)
    assert (scenario.market.sale_month, scenario.market.sale_day, scenario.market.sale_days) == (11, 8, 10)
    world, frame = lived(scenario, customers=3000)
    days, orders, usual = _by_day(world, frame)
    sale = _sale_days(date(2024, 11, 8), 10) | _sale_days(date(2025, 11, 8), 10)
    constant, slope = poisson(orders, [day in sale for day in days], offset=np.log(usual + 1e-9))
    constant.finds(0.0, at_most=0.02)
    slope.finds(np.log1p(planted), at_most=0.05)


@finds("sale_discount")
@pytest.mark.parametrize("planted", [0.12, 0.0])
def test_what_is_taken_off_in_the_sale_also_over_the_turn_of_the_year(planted: float) -> None:
    turn = {"sale_month": 12, "sale_day": 27, "sale_days": 9}
    scenario = company(causes={"sale_discount": planted}, main=LONG, market=turn)
    orders: Any = live(scenario, customers=1000, tables=["orders"]).orders.to_pandas()
    sale = _sale_days(date(2023, 12, 27), 9) | _sale_days(date(2024, 12, 27), 9)
    sale |= _sale_days(date(2025, 12, 27), 9)
    inside = orders["ordered_at"].dt.date.isin(sale)
    assert inside.sum() > 300
    full = orders["amount_cents"] + orders["discount_cents"]
    cut = orders["discount_cents"] / full
    assert (cut[~inside] == 0).all()
    assert np.allclose(cut[inside], planted, atol=0.002)


def test_weekdays_are_counted_from_the_first_day_whichever_it_is() -> None:
    # A company that begins on a Thursday and is open on Saturdays only, or nearly so.
    quiet = {"weekdays": (0.05, 0.05, 0.05, 0.05, 0.05, 6.0, 0.05)}
    scenario = company(causes={"season": 1.0}, main=LONG, market=quiet, start=date(2026, 1, 1), weeks=52)
    _, frame = lived(scenario, customers=500)
    again = frame[frame["encounter"] >= 1]
    saturday = 6.0 / 6.3
    found = (again["ordered_at"].dt.day_of_week == 5).mean()
    Estimate(found, np.sqrt(saturday * (1 - saturday) / len(again))).finds(saturday, at_most=0.01)
