"""Does any company whose numbers are within their bounds live, and is any other refused by name?

The companies are invented from the bounds that the fields themselves declare (fields.py), so a new field is tried
without a word here. Two things are held down, because a few customers would fill a disk with orders: how many orders
come in the weeks lived, and whom they bring. What happens beyond is asked at the end. A warning of numpy's is an error
in all our tests, so an overflow does not pass unseen.
"""

import math
from contextlib import suppress
from dataclasses import Field, fields, is_dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
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
    one_encounter,
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

pc: Any = pyarrow.compute  # its published types know none of its functions
TEA = load_scenario("tea_shops")
CUSTOMERS = 40
# How often an order rate can be multiplied by mood and price together.
HASTE = math.exp(one_encounter.MOST_LOG_PACE)


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
    causes = draw(st.sampled_from([causes, replace(causes, referral=0.0), Causes()]))
    loyalty = draw(_any(Loyalty))
    centre = draw(_any(CallCentre))
    most = draw(st.floats(0.5, 2.0 if causes.referral else 30.0))
    businesses = [
        _tamed(one, share=share, market=market, causes=causes, weeks=weeks, most=most)
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
                tuple(
                    zip(LOCALES, _parts(draw(st.lists(st.floats(0, 1), min_size=3, max_size=3))), strict=True)
                )
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
    one: Business, *, share: float, market: Market, causes: Causes, weeks: int, most: float
) -> Business:
    """The business with about so many orders a customer that some dozens of customers can be lived."""
    season = (np.mean(market.months) * np.mean(market.weekdays)) ** causes.season * (1 + causes.sale)
    orders = weeks * float(season) * (HASTE if causes.repurchase or causes.price_order else 1.0)
    alpha = min(max(one.r * orders / most, one.r / 50, 0.001), 1e6)
    period = max(one.period_days, math.ceil(7 * weeks / most))
    r = max(min(one.r, most * alpha / orders), 0.1)
    return replace(one, share=share, alpha_weeks=alpha, r=r, period_days=period)


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


# A company has some hundred numbers, and to make a failing one smaller would take many minutes.
lived_by_hypothesis = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@lived_by_hypothesis
@given(companies(), st.integers(0, 2**64 - 1))
def test_any_company_lives(company: Scenario, seed: int) -> None:
    world = live(company, customers=CUSTOMERS, seed=seed)
    _must_hold(world)
    one = live(company, customers=1, seed=seed, first=CUSTOMERS)
    last = world.customers.slice(world.customers.num_rows - one.customers.num_rows)
    assert one.customers.equals(last.combine_chunks())


# Harbour Tea over six weeks in which everything happens.
BUSY_TEA = replace(
    TEA,
    weeks=6,
    joining_weeks=2.0,
    campaigns=tuple(
        replace(one, week=week, weeks=2) for one, week in zip(TEA.campaigns, (1, 2, 4), strict=True)
    ),
    loyalty=replace(TEA.loyalty, redeem_minimum_points=50, expiry_weeks=1, silver_points=60, gold_points=200),
    causes=replace(TEA.causes, referral=0.5),
)
PARTS = (
    "service",
    "market",
    "call_centre",
    "loyalty",
    "costs",
    "funnel",
    "households",
    "credit",
    "causes",
    "policy",
)
GROUPS = ("businesses", "segments", "products", "campaigns", "basket_rules")


def _places(scenario: Scenario) -> list[tuple[str, int | None, Field[Any]]]:
    """Every field of a scenario that has bounds: the part, the place in it if it holds several, and the field."""
    places: list[tuple[str, int | None, Field[Any]]] = [("", None, one) for one in fields(scenario)]
    places += [(part, None, one) for part in PARTS for one in fields(getattr(scenario, part))]
    places += [
        (group, number, one)
        for group in GROUPS
        for number, part in enumerate(getattr(scenario, group))
        for one in fields(part)
    ]
    return [(part, number, one) for part, number, one in places if "kind" in one.metadata]


def _with(scenario: Scenario, part: str, number: int | None, name: str, value: Any) -> Scenario:
    """The scenario with another value in this place."""
    if not part:
        return replace(scenario, **{name: value})
    whole = getattr(scenario, part)
    if number is None:
        return replace(scenario, **{part: replace(whole, **{name: value})})
    changed = tuple(
        replace(one, **{name: value}) if place == number else one for place, one in enumerate(whole)
    )
    return replace(scenario, **{part: changed})


@st.composite
def tea_shops(draw: st.DrawFn) -> Scenario:
    """Harbour Tea with some of its numbers anywhere in their bounds."""
    scenario = BUSY_TEA
    free = [place for place in _places(BUSY_TEA) if place[2].name not in ("weeks", "week", "kind")]
    for part, number, one in draw(st.lists(st.sampled_from(free), min_size=1, max_size=6)):
        # Two numbers may contradict each other; then the scenario says so, and the old number stays.
        with suppress(ValueError):
            scenario = _with(scenario, part, number, one.name, draw(_values(one)))
    return scenario


@lived_by_hypothesis
@given(tea_shops(), st.none() | _any(Policy, from_week=st.integers(0, 7)), st.integers(0, 2**64 - 1))
def test_the_tea_shops_with_any_numbers_live(company: Scenario, policy: Policy | None, seed: int) -> None:
    _must_hold(live(company, policy, customers=CUSTOMERS, seed=seed))


def _at_the_end(scenario: Scenario, end: str, *parts: str) -> Scenario:
    """The scenario with every number of these parts at its lowest or its highest."""
    for part, number, one in _places(scenario):
        if part in parts and one.name not in ("referral", "reference_customers") and end in one.metadata:
            length = one.metadata.get("length")
            value = (one.metadata[end],) * length if length else one.metadata[end]
            # What must not all be 0, or must add up to 1, stays.
            with suppress(ValueError):
                scenario = _with(scenario, part, number, one.name, value)
    return scenario


@pytest.mark.parametrize("end", ["low", "high"])
@pytest.mark.parametrize(
    "parts", [*((part,) for part in PARTS), PARTS], ids=lambda parts: "-".join(parts[:2])
)
def test_the_tea_shops_with_all_numbers_at_an_end_live(parts: tuple[str, ...], end: str) -> None:
    centre = replace(TEA.call_centre, reference_customers=1000)
    calm = replace(BUSY_TEA, causes=replace(TEA.causes, referral=0.0), call_centre=centre)
    company = _at_the_end(calm, end, *parts)
    assert company != calm
    _must_hold(live(company, customers=CUSTOMERS, seed=2))


@pytest.mark.parametrize("answering", [-3.0, 3.0])
def test_customers_beside_themselves_live(answering: float) -> None:
    """Feelings a thousand times as strong as usual, and who feels much never answers, or always."""
    causes = replace(
        Causes(), disconfirmation=5.0, desire=5.0, loss_weight=10.0, failure=10.0, departure=10.0
    )
    service = replace(TEA.service, survey_share=1.0, survey_extremes=answering, failure_share=0.5)
    world = live(replace(BUSY_TEA, causes=causes, service=service), customers=300)
    assert np.abs(world.tables["truth_encounters"]["satisfaction"].to_numpy()).max() > 500
    _must_hold(world)


@pytest.mark.parametrize("end", ["usual", "low", "high"])
def test_a_clock_finds_the_moment_that_it_shows(end: str) -> None:
    """Whatever the seasons, sales and campaigns: from a moment to the reading of the clock and back."""
    scenario = _at_the_end(BUSY_TEA, end, "market", "causes") if end != "usual" else TEA
    clock = history.company_under(
        scenario, scenario.policy, days=7 * scenario.weeks, seed=1, phone=False
    ).clock
    rng, many = np.random.default_rng(4), 20_000
    day, place = rng.integers(0, 7 * scenario.weeks, many), rng.random(many)
    response, mask = rng.integers(0, 3, many), rng.integers(0, 2 ** len(scenario.campaigns), many)
    kind = clock.of(response=response, mask=mask)
    assert len(set(kind)) == 1 + 2 * 2 ** len(scenario.campaigns)
    found_day, found_place = clock.when(kind, clock.read(kind, day, place))
    # A reading is known to some 16 digits, so a slow day beside fast ones is met less sharply.
    assert np.abs(found_day + found_place - day - place).max() < 1e-5
    beyond, _ = clock.when(kind, np.full(many, 1e18))
    assert (beyond == 7 * scenario.weeks).all()


def test_every_part_of_a_scenario_is_tried() -> None:
    held = set(PARTS + GROUPS)
    others = {"name", "currency", "start", "locales", "bands"}
    assert {one.name for one in fields(Scenario)} == held | others | {
        one.name for one in fields(Scenario) if "kind" in one.metadata
    }
    for part in (*(getattr(TEA, name) for name in PARTS), *(getattr(TEA, name)[0] for name in GROUPS)):
        assert is_dataclass(part)
        without_bounds = {one.name for one in fields(part) if "kind" not in one.metadata}
        assert without_bounds <= {"name", "business", "when", "then", "targets"}
    assert len(_places(TEA)) > 150


# Numbers that make no sense


def _wrong(one: Field[Any]) -> list[Any]:
    """Values that a field must refuse."""
    about = one.metadata
    if about["kind"] == "choice":
        return ["nonsense", None, 1]
    if about["kind"] == "switch":
        return ["yes", None, 1]
    if about["kind"] == "numbers":
        right, low, high = (0.5,) * about["length"], about["low"], about["high"]
        ends = [(*right[1:], value) for value in (low - 0.01, high + 0.01, math.nan, "a", None, True)]
        return [*ends, right[1:], (*right, 0.5), 0.5, list(right)]
    wrong = [about["low"] - 0.001, about["high"] * 1.001 + 0.001, math.nan, math.inf, "many", None, True]
    return [*wrong, 1.5] if about["kind"] == "whole" or one.name == "from_week" else wrong


def test_a_number_out_of_bounds_is_refused_by_name() -> None:
    refused = 0
    for part, number, one in _places(TEA):
        for value in _wrong(one):
            with pytest.raises(ValueError, match=rf"\b{one.name} must (be|add up)") as refusal:
                _with(TEA, part, number, one.name, value)
            assert part.rstrip("s") in str(refusal.value) and "\n" not in str(refusal.value)
            refused += 1
    assert refused > 1000


def test_shares_that_are_not_the_whole_are_refused() -> None:
    for part, change in (
        ("businesses", {"share": 0.5}),
        ("segments", {"share": 0.9}),
        ("products", {"popularity": 0.9}),
    ):
        number = next(place for place, one in enumerate(TEA.products) if one.business == "box")
        name, value = next(iter(change.items()))
        with pytest.raises(ValueError, match=f"{part}.*{name} must add up to 1"):
            _with(TEA, part, number if part == "products" else 0, name, value)
    for name in ("reasons",):
        with pytest.raises(ValueError, match="reasons must add up to 1"):
            replace(TEA, **{name: (0.1,) * len(REASONS)})


# Beyond what can be held


def test_too_many_orders_of_one_customer_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encounters, "MOST_ENCOUNTERS", 64)
    fast = TEA.textbook(r=500.0, alpha_weeks=10.0, a=0.1, b=1000.0, joining_weeks=1.0)
    with pytest.raises(ValueError, match=r"scenario tea_shops: .* 64 orders .* lower r of businesses\.shop"):
        live(fast, customers=3, weeks=4)
    with pytest.raises(ValueError, match="64 orders"):
        live_rhythm(fast, customers=3, weeks=4)


def test_too_many_referrals_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "LARGEST_CIRCLE", 40)
    causes, service = replace(Causes(), referral=0.9), replace(TEA.service, recommendation_share=1.0)
    talkative = replace(TEA.textbook(a=0.1, b=1000.0), causes=causes, service=service)
    with pytest.raises(ValueError, match=r"scenario tea_shops: .* more than 40; lower causes\.referral"):
        live(talkative, customers=3, tables=("orders",))


def test_more_calls_than_a_call_centre_can_take_are_refused() -> None:
    centre = replace(TEA.call_centre, reference_customers=10**6, minutes_per_call=120.0, load_factor=10.0)
    service = replace(TEA.service, question_share=1.0, phone_share=1.0)
    called_all_day = replace(BUSY_TEA, call_centre=centre, service=service)
    with pytest.raises(ValueError, match=r"scenario tea_shops: call_centre: .*; lower reference_customers"):
        live(called_all_day, customers=3)


@pytest.mark.parametrize(
    "changes",
    [
        {"r": 0.1, "alpha_weeks": 1000.0},
        {"r": 500.0, "alpha_weeks": 10.0, "weeks": 20},
        {"a": 0.1, "b": 0.1},
        {"a": 1000.0, "b": 0.1, "leaving_from": 0},
        {"q": 1.05, "p": 0.1, "gamma_cents": 1e9},
        {"gamma_cents": 1.0},
        {"weeks": 1},
        {"joining_weeks": 0.01},
        {"weeks": 520, "joining_weeks": 520.0},
    ],
)
def test_the_textbook_lives_at_its_ends(changes: dict[str, Any]) -> None:
    world = live(TEA.textbook(**changes), customers=60)
    _must_hold(world)
    assert world.customers.num_rows == 60
