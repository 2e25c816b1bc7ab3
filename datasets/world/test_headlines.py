"""Do the five companies show plausible figures, and are the figures what they say?"""

import re
import tomllib
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from datasets.tables import WORDS
from datasets.world import World, live, load_scenario, scenarios
from datasets.world.causes import Causes
from datasets.world.headlines import headlines
from datasets.world.scenario import FOLDER, Scenario

COMPANIES = ("car_dealer", "department_store", "retail_bank", "tea_shops", "telecom")
# Figures that every company's bands must hold.
ALWAYS = {"yearly_retention", "satisfaction", "nps", "complaint_share", "calls_abandoned", "response_rate"}


@cache
def _figures(scenario: Scenario) -> dict[str, float]:
    return headlines(live(scenario, customers=4000, seed=1))


def _outside(scenario: Scenario) -> dict[str, float]:
    figures = _figures(scenario)
    return {
        name: figures[name] for name, band in scenario.bands if not band.low <= figures[name] <= band.high
    }


def _business(scenario: Scenario, name: str, **changes: Any) -> Scenario:
    own = tuple(replace(one, **changes) if one.name == name else one for one in scenario.businesses)
    return replace(scenario, businesses=own)


def test_there_are_five_companies() -> None:
    assert tuple(scenarios()) == COMPANIES


@pytest.mark.parametrize("name", COMPANIES)
def test_the_figures_lie_in_their_bands(name: str) -> None:
    scenario = load_scenario(name)
    assert set(dict(scenario.bands)) >= ALWAYS
    assert _outside(scenario) == {}


@pytest.mark.parametrize("name", COMPANIES)
def test_each_band_says_where_it_comes_from_and_is_no_wider_than_it_must(name: str) -> None:
    bands = load_scenario(name).bands
    assert bands
    for figure, band in bands:
        assert band.low < band.high, figure
        # A source names somebody and gives numbers that can be looked up.
        assert band.source == "assumed" or re.search(r"[A-Z]\w+.*\d", band.source), figure
        if figure == "nps":
            assert band.high - band.low <= 18
        else:
            assert band.high / band.low < 2.6, figure
    assert sum(band.source != "assumed" for _, band in bands) >= 6


# What is shifted, by how much, and the figures that must notice.
SHIFTS: list[tuple[str, Any, set[str]]] = [
    ("tea_shops", lambda one: _business(one, "shop", b=6.5), {"yearly_retention"}),
    ("tea_shops", lambda one: _business(one, "box", a=0.7), {"box_churn"}),
    (
        "tea_shops",
        lambda one: replace(one, policy=replace(one.policy, service_points=-0.5)),
        {"nps", "satisfaction"},
    ),
    ("car_dealer", lambda one: _business(one, "service", b=3.0), {"service_retention"}),
    (
        "car_dealer",
        lambda one: replace(one, service=replace(one.service, failure_share=0.14)),
        {"complaint_share", "satisfaction"},
    ),
    (
        "department_store",
        lambda one: replace(one, causes=replace(one.causes, sale=6.0)),
        {"sale_lift", "sale_share"},
    ),
    (
        "department_store",
        lambda one: replace(one, causes=replace(one.causes, referral=0.0)),
        {"referred_share"},
    ),
    (
        "retail_bank",
        lambda one: replace(one, causes=replace(one.causes, switching_cost=0.0, structural_bond=0.0)),
        {"account_churn"},
    ),
    (
        "telecom",
        lambda one: replace(one, call_centre=replace(one.call_centre, load_factor=0.93)),
        {"calls_abandoned", "mean_wait_seconds"},
    ),
    (
        "telecom",
        lambda one: replace(one, causes=replace(one.causes, failure=6.0)),
        {"satisfaction", "nps", "complaint_share"},
    ),
]


@pytest.mark.parametrize(
    ("name", "shift", "figures"), SHIFTS, ids=[f"{name}-{sorted(figures)[0]}" for name, _, figures in SHIFTS]
)
def test_a_company_run_otherwise_falls_out_of_its_bands(name: str, shift: Any, figures: set[str]) -> None:
    assert figures <= set(_outside(shift(load_scenario(name))))


@pytest.mark.parametrize("name", COMPANIES)
def test_without_causes_no_company_is_plausible(name: str) -> None:
    scenario = replace(load_scenario(name), causes=Causes())
    assert {"referred_share", "nps", "sale_lift"} <= set(_outside(scenario))


@pytest.mark.parametrize("name", COMPANIES)
def test_the_causes_are_at_work_where_they_can_be(name: str) -> None:
    causes = load_scenario(name).causes
    assert all(getattr(causes, field) > 0 for field in causes.__dataclass_fields__)


@pytest.mark.parametrize("name", COMPANIES)
def test_the_truth_behind_the_figures_makes_sense(name: str) -> None:
    names = ("customers", "referrals", "truth_customers")
    tables = live(load_scenario(name), customers=2000, seed=1, tables=names).tables
    truth = tables["truth_customers"].to_pandas()
    reasons = truth["departure_reason"].value_counts(normalize=True)
    assert len(reasons) == 5
    assert reasons.min() > 0.04 and reasons.max() < 0.5
    # Each customer brings far less than one other, so no chain of referrals runs away.
    assert tables["referrals"].num_rows / tables["customers"].num_rows < 0.4
    assert set(truth["response_type"]) == {"persuadable", "sleeping_dog", "sure_thing", "lost_cause"}
    recovery = truth["credit_recovery"].dropna()
    for low, high in ((0.3, 0.6), (0.6, 0.75), (0.75, 0.9), (0.9, 1.0)) if len(recovery) else ():
        assert ((recovery >= low) & (recovery < high)).sum() >= 1


# The figures against a count by hand


@pytest.fixture(scope="module")
def world() -> World:
    return live(load_scenario("tea_shops"), customers=300, seed=5)


@pytest.mark.parametrize(("name", "business"), [("tea_shops", "shop"), ("car_dealer", "service")])
def test_retention_and_orders_are_as_counted_one_by_one(name: str, business: str) -> None:
    world = live(load_scenario(name), customers=300, seed=5)
    figures, until, year = headlines(world), world.until, timedelta(weeks=52)
    orders: dict[int, list[Any]] = defaultdict(list)
    for row in sorted(world.orders.to_pylist(), key=lambda row: row["ordered_at"]):
        if row["business"] == business:
            orders[row["customer_id"]].append(row["ordered_at"])
    before = {who for who, at in orders.items() if any(until - 2 * year <= one < until - year for one in at)}
    last = {who for who, at in orders.items() if at[-1] >= until - year}
    assert figures[f"{business}_retention"] == pytest.approx(len(before & last) / len(before))
    old = [at for at in orders.values() if at[0] <= until - year]
    assert figures[f"{business}_never_again"] == pytest.approx(sum(len(at) == 1 for at in old) / len(old))
    within = sum(one < at[0] + year for at in old for one in at)
    assert figures[f"{business}_orders_per_year"] == pytest.approx(within / len(old))
    gaps = [late - early for at in orders.values() for early, late in pairwise(at)]
    mean = sum(gaps, timedelta()) / len(gaps)
    assert figures[f"{business}_weeks_between_orders"] == pytest.approx(mean / timedelta(weeks=1))


def test_voices_contracts_and_accounts_are_as_counted_one_by_one(world: World) -> None:
    figures = headlines(world)
    scores = [row["recommendation"] for row in world.tables["surveys"].to_pylist() if row["answered_at"]]
    promoters, detractors = sum(one >= 9 for one in scores), sum(one <= 6 for one in scores)
    assert figures["nps"] == pytest.approx(100 * (promoters - detractors) / len(scores))
    spoken = world.tables["interactions"].to_pylist()
    complaints = sum(row["kind"] == "complaint" for row in spoken)
    assert figures["complaint_share"] == pytest.approx(complaints / world.orders.num_rows)
    calls = [row for row in spoken if row["channel"] == "phone"]
    assert figures["calls_abandoned"] == pytest.approx(sum(row["abandoned"] for row in calls) / len(calls))
    ended = sum(row["ended_at"] is not None for row in world.tables["subscriptions"].to_pylist())
    orders = world.orders.to_pylist()
    boxes = sum(row["business"] == "box" for row in orders)
    assert figures["box_churn"] == pytest.approx(ended / boxes)
    due, paid = defaultdict(int), defaultdict(int)
    for row in orders:
        if row["business"] == "wholesale" and row["ordered_at"] < world.until - timedelta(days=180):
            due[row["customer_id"]] += row["amount_cents"]
            paid[row["customer_id"]] += row["paid_cents"]
    assert figures["wholesale_collected"] == pytest.approx(sum(paid.values()) / sum(due.values()))
    good = sum(paid[who] >= 0.9 * due[who] for who in due)
    assert figures["wholesale_paying_90"] == pytest.approx(good / len(due))


def test_the_sale_and_the_members_are_as_counted_one_by_one(world: World) -> None:
    figures = headlines(world)
    # Harbour Tea's sale: ten days from 8 November; the last one is that of 2025, in China's time.
    days: dict[Any, int] = defaultdict(int)
    cents: dict[Any, int] = defaultdict(int)
    for row in world.orders.to_pylist():
        local = (row["ordered_at"] + timedelta(hours=8)).date()
        days[local] += row["business"] == "shop"
        cents[local] += row["amount_cents"]
    sale = [day for day in days if day.year == 2025 and day.month == 11 and 8 <= day.day < 18]
    first, last = min(sale), max(sale)
    beside = [day for day in days if timedelta() < first - day <= timedelta(28)]
    beside += [day for day in days if timedelta() < day - last <= timedelta(28)]
    lift = sum(days[day] for day in sale) / 10 / (sum(days[day] for day in beside) / 56)
    assert figures["sale_lift"] == pytest.approx(lift)
    share = sum(cents[day] for day in sale) / sum(cents[day] for day in cents if day.year == 2025)
    assert figures["sale_share"] == pytest.approx(share)
    earned: dict[int, int] = defaultdict(int)
    for row in world.tables["loyalty_ledger"].to_pylist():
        earned[row["customer_id"]] += row["points"] if row["kind"] == "earn" else 0
    assert figures["silver_share"] == pytest.approx(sum(one >= 600 for one in earned.values()) / len(earned))


# The names


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", COMPANIES)
def test_every_product_has_a_name_of_its_own(name: str, language: str) -> None:
    said = tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))["scenarios"][name][
        "products"
    ]
    assert list(said) == [one.name for one in load_scenario(name).products]
    assert len(set(said.values())) == len(said)
    table = live(load_scenario(name), customers=1, weeks=1, tables=("products",)).tables["products"]
    assert table[f"name_{language}"].to_pylist() == list(said.values())


def test_a_scenario_holds_numbers_and_no_words_for_people() -> None:
    files = sorted(Path(FOLDER).glob("*.toml"))
    assert len(files) == len(COMPANIES)
    for file in files:
        for key in ("title", "about", "description"):
            assert f"\n{key} =" not in file.read_text(encoding="utf-8")
