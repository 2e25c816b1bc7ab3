"""Do customers live as the textbook says when every cause is at zero?

The conditions of the textbook are those of datasets/world/scenario.py: exponential gaps, gamma amounts and chances of
leaving at each customer's own numbers, all independent of one another. The whole company with its causes is looked at
in test_tables_hold.py.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import betaln

from datasets.tables import TABLES
from datasets.world import Causes, Scenario, World, live, live_rhythm, load_scenario
from datasets.world.traits import people, relationships
from datasets.world.truth import chance_of_order, expected_future_orders, p_alive_given_traits

TEA = load_scenario("tea_shops").textbook()
SHOP = TEA.main
CUSTOMERS = 15_000

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here


def _contract(**changes: Any) -> Scenario:
    """The tea box as the company's only business: the textbook's contract."""
    whole = load_scenario("tea_shops")
    shop, box, wholesale = whole.businesses
    first = replace(box, share=shop.share)
    second = replace(shop, share=box.share)
    return replace(whole, businesses=(first, second, wholesale)).textbook(**changes)


@pytest.fixture(scope="module")
def world() -> World:
    return live(TEA, customers=CUSTOMERS, seed=3)


@pytest.fixture(scope="module")
def lives(world: World) -> Frame:
    """One row a customer: truth, joining, and number, times and money of orders."""
    return _lives(world)


def _lives(world: World) -> Frame:
    orders = world.orders.to_pandas().groupby("customer_id")
    frame = world.truth_customers.to_pandas().merge(world.customers.to_pandas(), on="customer_id")
    frame = frame.set_index("customer_id")
    frame["orders"] = orders.size()
    frame["first"], frame["last"] = orders["ordered_at"].min(), orders["ordered_at"].max()
    frame["spend"] = orders["amount_cents"].mean()
    return frame


def _weeks(delta: Any) -> np.ndarray:
    return (delta / pd.Timedelta(weeks=1)).to_numpy(dtype=float)


# What is there and when


def test_the_textbook_is_one_business_without_any_cause(world: World) -> None:
    assert [one.name for one in TEA.businesses] == ["shop"]
    assert TEA.causes == Causes() and not TEA.campaigns
    assert list(world.tables) == list(TABLES)
    assert world.customers.num_rows == CUSTOMERS
    assert set(world.orders["business"].to_pylist()) == {"shop"}
    for name in ("accounts", "subscriptions", "campaigns", "contacts", "loyalty_ledger", "referrals"):
        assert world.tables[name].num_rows == 0, name
    assert not world.orders["discount_cents"].to_numpy().any()


def test_orders_lie_between_joining_and_the_end(world: World, lives: Frame) -> None:
    assert (world.start, world.until) == (datetime(2024, 1, 1), datetime(2025, 12, 29))
    assert (lives["first"] == lives["joined_at"]).all()
    assert (lives["last"] < world.until).all()
    assert (lives["joined_at"] >= world.start).all()
    assert (lives["joined_at"] < world.start + pd.Timedelta(weeks=TEA.joining_weeks)).all()
    assert world.orders["amount_cents"].to_numpy().min() >= 1


@pytest.mark.parametrize("leaving_from", [0, 1])
def test_who_left_did_so_at_the_last_order(leaving_from: int, lives: Frame) -> None:
    if leaving_from == 0:
        lives = _lives(live(TEA.textbook(leaving_from=0), customers=2000))
    assert ((lives["alive"] == 1) == lives["left_at"].isna()).all()
    left = lives[lives["alive"] == 0]
    assert len(left) > 500
    assert (left["left_at"] == left["last"]).all()
    # From encounter 1 on: nobody leaves after the first order. From 0 on somebody does.
    assert left["orders"].min() == leaving_from + 1


def test_the_rhythm_is_that_of_the_orders(world: World, lives: Frame) -> None:
    rhythm = live_rhythm(TEA, customers=CUSTOMERS, seed=3)
    assert (rhythm.customer_id == lives.index).all()
    assert (rhythm.x == lives["orders"] - 1).all()
    assert (rhythm.alive == lives["alive"]).all()
    assert np.abs(rhythm.recency - _weeks(lives["last"] - lives["first"])).max() < 1e-9
    assert np.abs(rhythm.age - _weeks(world.until - lives["first"])).max() < 1e-9


# The distributions, against SciPy


def test_traits_have_the_planted_distributions_and_are_independent() -> None:
    scenario, roots = TEA.textbook(r=0.5), np.arange(1, 50_001)
    persons = people(scenario, roots, root=roots, seed=5)
    born = relationships(scenario, persons, business=0, seed=5)
    assert (born.person == np.arange(50_000)).all()
    ranks = [
        stats.gamma(0.5, scale=1 / SHOP.alpha_weeks).cdf(born.rate_per_week),
        stats.beta(SHOP.a, SHOP.b).cdf(born.dropout),
        stats.gamma(SHOP.q, scale=1 / SHOP.gamma_cents).cdf(SHOP.p / born.mean_cents),
        born.began / (7 * TEA.joining_weeks),
        stats.norm(0, TEA.service.desire_spread).cdf(
            persons.desire
            - TEA.service.desire
            - np.array([one.desire for one in TEA.segments])[persons.segment]
        ),
        stats.beta(TEA.credit.recovery_a, TEA.credit.recovery_b).cdf(persons.recovery),
    ]
    for rank in ranks:
        assert stats.kstest(rank, "uniform").pvalue > 0.001
    classes = [persons.household, persons.segment, persons.response, persons.enrolled]
    correlations = np.corrcoef([*ranks, *classes])[np.triu_indices(10, 1)] * np.sqrt(50_000)
    assert np.abs(correlations).max() < 4
    for seen, shares in (
        (persons.household, TEA.households.share),
        (persons.segment, [one.share for one in TEA.segments]),
        (persons.enrolled, [1 - TEA.loyalty.enrolled_share, TEA.loyalty.enrolled_share]),
        (
            persons.response,
            [
                1 - TEA.persuadable_share - TEA.sleeping_dog_share,
                TEA.persuadable_share,
                TEA.sleeping_dog_share,
            ],
        ),
    ):
        counts = np.bincount(seen.astype(int), minlength=len(shares))
        assert stats.chisquare(counts, np.array(shares) * 50_000).pvalue > 0.001


def test_gaps_are_exponential_and_spends_gamma_at_each_customers_own_rate(world: World, lives: Frame) -> None:
    orders = world.orders.to_pandas().join(
        lives[["purchase_rate_per_week", "mean_spend_cents"]], on="customer_id"
    )
    spent = stats.gamma(SHOP.p).cdf(orders["amount_cents"] * SHOP.p / orders["mean_spend_cents"])
    assert stats.kstest(spent, "uniform").pvalue > 0.001
    # Gaps that end before the end of history are the short ones: those that would end soon after joining
    # are compared with the exponential cut off at the same place.
    by_customer = orders.groupby("customer_id")
    gap = by_customer["ordered_at"].diff() / pd.Timedelta(weeks=1)
    started = by_customer["ordered_at"].shift()
    room = (world.until - started) / pd.Timedelta(weeks=1)
    rank = -np.expm1(-orders["purchase_rate_per_week"] * gap) / -np.expm1(
        -orders["purchase_rate_per_week"] * room
    )
    assert stats.kstest(rank.dropna(), "uniform").pvalue > 0.001


def test_the_hours_of_the_textbook_are_all_alike(world: World) -> None:
    moment = world.orders["ordered_at"].to_pandas()
    for counts in (moment.dt.hour.value_counts(), moment.dt.day_of_week.value_counts()):
        assert stats.chisquare(counts).pvalue > 0.001


def test_what_one_encounter_decides_is_independent(lives: Frame, world: World) -> None:
    orders: Frame = world.orders.to_pandas().join(lives.drop(columns="business"), on="customer_id")
    spent = stats.gamma(SHOP.p).cdf(orders["amount_cents"] * SHOP.p / orders["mean_spend_cents"])
    left = (orders["ordered_at"] == orders["left_at"]).to_numpy()
    assert stats.kstest(spent[left], "uniform").pvalue > 0.001
    # A gap that would end after history does is not seen, so ranks of gaps are taken among those before it.
    next_order = orders.groupby("customer_id")["ordered_at"].shift(-1)
    rate = orders["purchase_rate_per_week"]
    until_next = -np.expm1(-rate * _weeks(next_order - orders["ordered_at"]))
    until_end = -np.expm1(-rate * _weeks(world.until - orders["ordered_at"]))
    gap = (until_next / until_end).to_numpy()
    seen = ~np.isnan(gap)
    assert abs(np.corrcoef(spent[seen], gap[seen])[0, 1]) * np.sqrt(seen.sum()) < 3.5
    following = seen[:-1] & seen[1:]
    assert abs(np.corrcoef(gap[:-1][following], gap[1:][following])[0, 1]) * np.sqrt(following.sum()) < 3.5
    assert abs(np.corrcoef(spent[:-1], spent[1:])[0, 1]) * np.sqrt(len(spent)) < 3.5


@pytest.mark.parametrize("leaving_from", [0, 1])
def test_leaving_happens_as_often_as_the_dropout_probability_says(leaving_from: int, lives: Frame) -> None:
    if leaving_from == 0:
        lives = _lives(live(TEA.textbook(leaving_from=0), customers=5000))
    # Each order from `leaving_from` on is one chance to leave; the expected number leaving is the sum of the p.
    p, chances = lives["dropout_probability"], lives["orders"] - leaving_from
    expected, variance = (p * chances).sum(), (p * (1 - p) * chances).sum()
    assert abs((lives["alive"] == 0).sum() - expected) < 3.5 * np.sqrt(variance)
    # Also among those who leave readily, and those who do not.
    for _, some in lives.groupby(pd.qcut(p, 4)):
        p, chances = some["dropout_probability"], some["orders"] - leaving_from
        spread = np.sqrt((p * (1 - p) * chances).sum())
        assert abs((some["alive"] == 0).sum() - (p * chances).sum()) < 3.5 * spread


def test_reasons_are_as_often_as_planted_and_tell_nothing_of_when(lives: Frame) -> None:
    left = lives[lives["alive"] == 0]
    counts = left["departure_reason"].value_counts()
    planted = dict(zip(("service", "price", "competitor", "moved", "involuntary"), TEA.reasons, strict=True))
    expected = [planted[name] * len(left) for name in counts.index]
    assert stats.chisquare(counts, expected).pvalue > 0.001
    groups = [group["dropout_probability"] for _, group in left.groupby("departure_reason")]
    assert stats.kruskal(*groups).pvalue > 0.001


# A contract


def test_a_contract_is_paid_period_by_period_until_it_is_left() -> None:
    scenario = _contract()
    world = live(scenario, customers=4000, seed=4)
    box = scenario.main
    orders, lives = world.orders.to_pandas(), _lives(world)
    gap = orders.groupby("customer_id")["ordered_at"].diff().dropna()
    assert len(gap) > 10_000
    assert (gap == pd.Timedelta(days=box.period_days)).all()
    prices = [one.list_price_cents for one in scenario.products]
    assert (orders.groupby("customer_id")["amount_cents"].nunique() == 1).all()
    first = orders.drop_duplicates("customer_id")["amount_cents"].value_counts()
    popularity = [one.popularity * 4000 for one in scenario.products]
    assert stats.chisquare([first[price] for price in prices], popularity).pvalue > 0.001
    # Whoever is still there has paid every period that has begun.
    there = lives[lives["alive"] == 1]
    began = np.floor(_weeks(world.until - there["first"]) * 7 / box.period_days).astype(int)
    assert (there["orders"] == began + 1).all()
    # Whoever left is known to have left once a payment has not come.
    silent = lives["last"] + pd.Timedelta(days=box.period_days) < world.until
    assert (lives.loc[silent, "p_alive_given_traits"] == 0).all()
    p = lives.loc[~silent, "dropout_probability"]
    assert np.abs(lives.loc[~silent, "p_alive_given_traits"] - (1 - p)).max() < 1e-9


def test_a_contracts_survival_is_shifted_beta_geometric() -> None:
    # All sign up within minutes, so that everybody's periods are the same.
    rhythm = live_rhythm(_contract(joining_weeks=0.01), customers=20_000, weeks=52, seed=6)
    box, renewals = _contract().main, 13
    survived = np.array([(rhythm.x >= period).sum() for period in range(renewals)])
    planted = np.exp(betaln(box.a, box.b + np.arange(renewals)) - betaln(box.a, box.b))
    lost = -np.diff(np.append(planted, 0))
    counts = -np.diff(np.append(survived, 0))
    assert stats.chisquare(counts, lost * 20_000).pvalue > 0.001


# The truth


def test_p_alive_by_hand() -> None:
    # λ = ln 2 a week, two weeks of silence: e^−λt = 1/4. p = 1/5: (4/5 · 1/4) / (4/5 · 1/4 + 1/5) = 1/2.
    given = {"purchase_rate_per_week": np.log(2), "weeks_since_last_order": 2.0, "dropout_probability": 0.2}
    assert p_alive_given_traits(**given, last_encounter=3, leaving_from=1) == pytest.approx(0.5, abs=1e-15)
    assert p_alive_given_traits(**given, last_encounter=0, leaving_from=1) == 1
    assert p_alive_given_traits(**given, last_encounter=0, leaving_from=0) == pytest.approx(0.5, abs=1e-15)
    long_silent = {**given, "weeks_since_last_order": 1e5}
    assert p_alive_given_traits(**long_silent, last_encounter=3, leaving_from=1) == 0
    assert (
        p_alive_given_traits(**{**long_silent, "dropout_probability": 0.0}, last_encounter=3, leaving_from=1)
        == 1
    )


def test_the_textbooks_p_alive_is_the_formula(lives: Frame, world: World) -> None:
    said = p_alive_given_traits(
        purchase_rate_per_week=lives["purchase_rate_per_week"],
        dropout_probability=lives["dropout_probability"],
        weeks_since_last_order=_weeks(world.until - lives["last"]),
        last_encounter=lives["orders"] - 1,
        leaving_from=1,
    )
    assert np.abs(said - lives["p_alive_given_traits"]).max() < 1e-9


@pytest.mark.parametrize(
    "scenario", [TEA, TEA.textbook(leaving_from=0), _contract()], ids=["bg", "mbg", "sbg"]
)
def test_p_alive_given_traits_is_calibrated(scenario: Scenario) -> None:
    tables = live(scenario, customers=20_000, seed=8, tables=("truth_customers",)).tables
    truth = tables["truth_customers"].to_pandas()
    said, alive = truth["p_alive_given_traits"], truth["alive"]
    groups = truth.groupby(pd.cut(said, [-0.01, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0]), observed=True)
    assert len(groups) >= 5
    for _, group in groups:
        p = group["p_alive_given_traits"]
        assert abs((group["alive"] - p).sum()) < 3.5 * np.sqrt((p * (1 - p)).sum()) + 1e-9
    assert abs((alive - said).sum()) < 3.5 * np.sqrt((said * (1 - said)).sum())


@pytest.mark.parametrize("weeks", [4, 52])
def test_expected_future_orders_and_the_chance_of_one_agree_with_what_happens(weeks: int) -> None:
    wanted = ("orders", "truth_customers")
    now, later = (
        live(TEA, customers=20_000, weeks=until, seed=21, tables=wanted) for until in (52, 52 + weeks)
    )
    truth: Frame = now.truth_customers.to_pandas().set_index("customer_id")
    came = (
        later.orders["customer_id"].to_pandas().value_counts()
        - now.orders["customer_id"].to_pandas().value_counts()
    )
    came = came.reindex(truth.index)
    traits = {"purchase_rate_per_week": truth["purchase_rate_per_week"], "weeks": weeks}
    # With the truth (alive 0 or 1) and with the probability, the formula must be right in the mean: among the
    # slow and the fast, the loyal and the disloyal.
    for alive in (truth["alive"], truth["p_alive_given_traits"]):
        expected: Frame = expected_future_orders(
            alive=alive, dropout_probability=truth["dropout_probability"], **traits
        )
        chance: Frame = chance_of_order(alive=alive, **traits)
        for trait in ("purchase_rate_per_week", "dropout_probability"):
            for group in range(4):
                these = pd.qcut(truth[trait], 4, labels=False) == group
                for outcome, promise in ((came, expected), (came > 0, chance)):
                    error = outcome[these].astype(float) - promise[these]
                    assert abs(error.mean()) < 3.7 * error.std() / np.sqrt(len(error)) + 1 / len(error)


def test_expected_future_orders_without_dropout_is_rate_times_weeks() -> None:
    given = {"alive": 1, "purchase_rate_per_week": 0.2, "weeks": 10}
    assert expected_future_orders(**given, dropout_probability=0.0) == pytest.approx(2, abs=1e-15)
    assert expected_future_orders(**given, dropout_probability=1e-14) == pytest.approx(2, rel=1e-12)
    # p = 1: the customer orders once more at most, with the chance of any order.
    assert expected_future_orders(**given, dropout_probability=1.0) == pytest.approx(chance_of_order(**given))


# Numbers that make no sense


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"customers": 0}, "customers must be a whole number from 1"),
        ({"customers": 1.5}, "customers must be a whole number"),
        ({"customers": True}, "customers must be a whole number"),
        ({"customers": 2**29}, "customers must be a whole number from 1"),
        ({"customers": 1, "weeks": 0}, "weeks must be a whole number from 1 to 2600, not 0"),
        ({"customers": 1, "seed": -1}, "seed must be a whole number from 0"),
        ({"customers": 1, "seed": 2**64}, "seed must be a whole number from 0"),
        ({"customers": 1, "first": 0}, "first must be a whole number from 1"),
        ({"customers": 2, "first": 2**29 - 1}, "first must be a whole number from 1"),
        (
            {"customers": 1, "tables": ("order",)},
            "there is no table 'order': choose from customers, accounts",
        ),
    ],
)
def test_numbers_out_of_range_are_refused_in_one_sentence(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        live(TEA, **wrong)


def test_the_last_root_of_all_lives() -> None:
    last = live(TEA, customers=1, first=2**29 - 1, seed=2**64 - 1)
    assert last.customers.num_rows == 1
