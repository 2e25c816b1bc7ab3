"""Does any company whose numbers are within their bounds live, and is any other refused by name?

The companies are invented from the bounds that the fields themselves declare (fields.py), so a new field is tried
without a word here. Two things are held down, because a few customers would fill a disk with orders: how many orders
come in the weeks lived, and whom they bring. What happens beyond is asked at the end. A warning of numpy's is an error
in all our tests, so an overflow does not pass unseen.
"""

import math
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from datasets.tables import TABLES
from datasets.world import (
    Causes,
    Policy,
    Scenario,
    World,
    encounters,
    history,
    live,
    live_rhythm,
    load_scenario,
)
from datasets.world.people import LOCALES
from datasets.world.scenario import (
    MOST_CAMPAIGNS,
    REASONS,
    BasketRule,
    Business,
    CallCentre,
    Campaign,
    Costs,
    Credit,
    Funnel,
    Households,
    Loyalty,
    Market,
    Product,
    Segment,
    Service,
)

TEA = load_scenario("tea_shops")
CUSTOMERS = 40
# How often an order rate can be multiplied by mood and price together.
HASTE = math.exp(encounters.MOST_LOG_PACE)


def _values(one: Field) -> st.SearchStrategy[Any]:
    """Any value within the bounds of a field."""
    about = one.metadata
    if about["kind"] == "choice":
        return st.sampled_from(about["options"])
    if about["kind"] == "switch":
        return st.booleans()
    if about["kind"] == "whole" or one.type is int:
        return st.integers(about["low"], about["high"])
    number = st.floats(about["low"], about["high"])
    if about["kind"] == "number":
        return number
    several = st.lists(number, min_size=about["length"], max_size=about["length"])
    return several.map(lambda values: _parts(values) if about["adds_up_to_one"] else tuple(values))


def _parts(values: list[float]) -> tuple[float, ...]:
    """The same numbers as parts of one."""
    total = sum(values)
    return tuple(value / total if total > 1e-9 else 1 / len(values) for value in values)


def _any(kind: Any, **given: Any) -> st.SearchStrategy[Any]:
    """Any dataclass of a kind; `given` are fields that are chosen already."""
    free = {
        one.name: _values(one) for one in fields(kind) if "kind" in one.metadata and one.name not in given
    }
    assert free
    return st.builds(kind, **given, **free)


@st.composite
def companies(draw: st.DrawFn) -> Scenario:
    weeks = draw(st.integers(1, 6))
    businesses = [draw(_any(Business, name=st.just(name))) for name in "abc"[: draw(st.integers(1, 3))]]
    shares = _parts([one.share for one in businesses])
    products, rules = [], []
    for one in businesses:
        own = [draw(_any(Product, name=st.just(f"{one.name}{number}"), business=st.just(one.name)))
               for number in range(draw(st.integers(1, 16)))]  # fmt: skip
        if one.kind == "contract":
            popularity = _parts([product.popularity for product in own])
            own = [replace(product, popularity=share) for product, share in zip(own, popularity, strict=True)]
        elif len(own) > 2:
            rules.append(draw(_any(BasketRule, when=st.just(own[1].name), then=st.just(own[2].name))))
        products += own
    segments = [
        draw(_any(Segment, name=st.just(f"kind {number}"))) for number in range(draw(st.integers(1, 3)))
    ]
    segments = [
        replace(one, share=share)
        for one, share in zip(segments, _parts([one.share for one in segments]), strict=True)
    ]
    starts = sorted(draw(st.sets(st.integers(0, 8), max_size=MOST_CAMPAIGNS)))
    of = st.sampled_from([one.name for one in businesses])
    campaigns = [draw(_any(Campaign, week=st.just(week), business=of)) for week in starts]
    market, causes = draw(_any(Market)), draw(_any(Causes))
    causes = draw(st.sampled_from([causes, Causes(), causes]))
    loyalty = draw(_any(Loyalty))
    centre = draw(_any(CallCentre))
    quiet = causes.referral < 0.01
    businesses = [
        _tamed(
            one, share=share, market=market, causes=causes, campaigns=len(campaigns), weeks=weeks, quiet=quiet
        )
        for one, share in zip(businesses, shares, strict=True)
    ]
    persuadable = draw(st.floats(0, 1))
    assume(sum(market.hours) > 1e-3 and sum(centre.hours) > 1e-3 and sum(centre.weekdays) > 1e-3)
    return draw(
        _any(
            Scenario,
            name=st.just("any"),
            currency=st.just("EUR"),
            start=st.dates(date(1970, 1, 1), date(2200, 12, 31)),
            weeks=st.just(weeks),
            persuadable_share=st.just(persuadable),
            sleeping_dog_share=st.floats(0, 1 - persuadable),
            locales=st.just(
                tuple(zip(LOCALES, _parts(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3)))))
            ),
            businesses=st.just(tuple(businesses)),
            segments=st.just(tuple(segments)),
            products=st.just(tuple(products)),
            service=_any(Service),
            market=st.just(market),
            # No more agents than the tables of waits hold: a company of a million that is called all day has them.
            call_centre=st.just(replace(centre, reference_customers=min(centre.reference_customers, 2000))),
            loyalty=st.just(replace(loyalty, gold_points=max(loyalty.gold_points, loyalty.silver_points))),
            costs=_any(Costs),
            funnel=_any(Funnel),
            households=_any(Households),
            credit=_any(Credit),
            basket_rules=st.just(tuple(rules)),
            campaigns=st.just(tuple(campaigns)),
            policy=_any(Policy),
            causes=st.just(causes),
        )
    )


def _tamed(
    one: Business, *, share: float, market: Market, causes: Causes, campaigns: int, weeks: int, quiet: bool
) -> Business:
    """The business with so few orders that some dozens of customers can be lived."""
    most = 60.0 if quiet else 1.5
    busiest = (max(market.months) * max(market.weekdays)) ** causes.season * (1 + causes.sale) * HASTE
    orders = weeks * busiest * (1 + causes.persuasion) ** campaigns
    alpha = min(max(one.alpha_weeks, one.r * orders / most), 1e6)
    period = one.period_days if quiet else max(one.period_days, math.ceil(7 * weeks / most))
    return replace(
        one, share=share, alpha_weeks=alpha, r=max(min(one.r, most * alpha / orders), 0.1), period_days=period
    )


def _must_hold(world: World) -> None:
    """What holds in every company."""
    start, until = np.datetime64(world.start), np.datetime64(world.until)
    for name, table in TABLES.items():
        rows = world.tables[name]
        assert rows.schema.equals(table.schema)
        assert rows.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows, name
        for column in table.columns:
            values = rows[column.name]
            assert column.nullable or not values.null_count, (name, column.name)
            values = values.drop_null()
            if pa.types.is_floating(column.arrow_type):
                assert np.isfinite(values.to_numpy()).all(), (name, column.name)
            if column.unit == "cents" and column.name != "profit_cents":
                assert pc.min(values).as_py() is None or pc.min(values).as_py() >= 0, (name, column.name)
            if column.unit in ("probability", "probability per order", "share"):
                assert ((values.to_numpy() >= 0) & (values.to_numpy() <= 1)).all(), (name, column.name)
        for column, other in table.foreign_keys.items():
            known = world.tables[other][TABLES[other].key[0]].combine_chunks()
            assert pc.all(pc.is_in(rows[column].drop_null(), value_set=known)).as_py() is not False, (
                name,
                column,
            )
    assert world.customers.num_rows >= CUSTOMERS
    orders = world.orders.to_pandas()
    assert ((orders["ordered_at"] >= start) & (orders["ordered_at"] < until)).all()
    assert orders["amount_cents"].min() >= 1
    lines = world.tables["order_lines"].to_pandas().groupby("order_id")["amount_cents"].sum()
    assert (lines.reindex(orders["order_id"]).to_numpy() == orders["amount_cents"].to_numpy()).all()
    ledger = world.tables["loyalty_ledger"].to_pandas()
    ledger["step"] = ledger["kind"].map({"expire": 0, "redeem": 1, "earn": 2})
    ledger = ledger.sort_values(["customer_id", "posted_at", "step"])
    assert (ledger.groupby("customer_id")["points"].cumsum() >= 0).all()
    joined = world.customers.to_pandas().set_index("customer_id")["joined_at"]
    referrals = world.tables["referrals"].to_pandas()
    assert (referrals["referred_at"].to_numpy() < joined[referrals["customer_id"]].to_numpy()).all()
    contacts = world.tables["contacts"].to_pandas()
    assert (contacts["assigned_at"].to_numpy() > joined[contacts["customer_id"]].to_numpy()).all()
    truth = world.truth_customers.to_pandas()
    assert (truth["left_at"].isna() == (truth["alive"] == 1)).all()
    assert set(truth["departure_reason"].dropna()) <= set(REASONS)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
@given(companies(), st.integers(0, 2**64 - 1))
def test_any_company_lives(company: Scenario, seed: int) -> None:
    world = live(company, customers=CUSTOMERS, seed=seed)
    _must_hold(world)
    one = live(company, customers=1, seed=seed, first=CUSTOMERS)
    last = world.customers.slice(world.customers.num_rows - one.customers.num_rows)
    assert one.customers.equals(last.combine_chunks())
