"""Do the customers of the synthetic world live as they should?"""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from datasets.tables import TABLES
from datasets.world import World, live, live_rhythm, load_scenario, scenarios
from datasets.world.company import order_ids
from datasets.world.encounters import MICROSECONDS_PER_WEEK, traits
from datasets.world.scenario import parse_scenario
from datasets.world.truth import chance_of_order, expected_future_orders, p_alive_given_traits

TEA = load_scenario("tea_shops")

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here


@pytest.fixture(scope="module")
def world() -> World:
    return live(TEA, customers=20_000, seed=3)


@pytest.fixture(scope="module")
def lives(world: World) -> Frame:
    """One row a customer: truth, joining, and number, times and money of orders."""
    orders = world.orders.to_pandas().groupby("customer_id")
    frame = world.truth_customers.to_pandas().merge(world.customers.to_pandas(), on="customer_id")
    frame = frame.set_index("customer_id")
    frame["orders"] = orders.size()
    frame["first"], frame["last"] = orders["ordered_at"].min(), orders["ordered_at"].max()
    frame["spend"] = orders["amount_cents"].mean()
    return frame


def _weeks(delta: Any) -> np.ndarray:
    return (delta / pd.Timedelta(weeks=1)).to_numpy(dtype=float)


# The tables


def test_the_tables_are_as_declared_and_their_keys_hold(world: World) -> None:
    for name, table in TABLES.items():
        data = getattr(world, name)
        assert data.schema.equals(table.schema)
        for column in table.columns:
            assert column.nullable or data[column.name].null_count == 0
        assert data[table.key].to_pandas().is_unique
        for column, other in table.foreign_keys.items():
            known = getattr(world, other)[TABLES[other].key].to_pandas()
            assert data[column].to_pandas().isin(known).all()


def test_orders_lie_between_joining_and_the_end(world: World, lives: Frame) -> None:
    assert (world.start, world.until) == (datetime(2024, 1, 1), datetime(2025, 12, 29))
    assert (lives["first"] == lives["joined_at"]).all()
    assert (lives["last"] < world.until).all()
    assert (lives["joined_at"] >= world.start).all()
    assert (lives["joined_at"] < world.start + pd.Timedelta(weeks=TEA.joining_weeks)).all()
    assert world.orders["amount_cents"].to_numpy().min() >= 1


def test_who_left_did_so_at_the_last_order(lives: Frame) -> None:
    assert ((lives["alive"] == 1) == lives["left_at"].isna()).all()
    left = lives[lives["alive"] == 0]
    assert (left["left_at"] == left["last"]).all()
    assert (left["orders"] >= 2).all()  # leaving_from = 1: nobody leaves after the first order
    early = live(replace(TEA, leaving_from=0), customers=2000).truth_customers.to_pandas()
    orders = (
        live(replace(TEA, leaving_from=0), customers=2000).orders["customer_id"].to_pandas().value_counts()
    )
    assert (orders[early.loc[early["alive"] == 0, "customer_id"]] == 1).any()


def test_names_fit_gender_and_locale(world: World) -> None:
    from faker.providers.person.en_US import Provider as English
    from faker.providers.person.zh_CN import Provider as Chinese

    people: Frame = world.customers.to_pandas()
    shares = people["locale"].value_counts(normalize=True)
    for locale, share in TEA.locales:
        assert abs(shares[locale] - share) < 4 * np.sqrt(share * (1 - share) / len(people))
    for _, those in people.groupby("locale"):
        assert abs((those["gender"] == "female").mean() - 0.5) < 1.8 / np.sqrt(len(those))
    for gender, other in (("female", "male"), ("male", "female")):
        english = people[(people["locale"] == "en_US") & (people["gender"] == gender)]["name"].str.split(" ")
        assert set(english.str[0]) <= set(getattr(English, f"first_names_{gender}"))
        assert set(english.str[1]) <= set(English.last_names)
        chinese = people[(people["locale"] == "zh_CN") & (people["gender"] == gender)]["name"]
        only_other = set(getattr(Chinese, f"first_names_{other}")) - set(
            getattr(Chinese, f"first_names_{gender}")
        )
        assert not chinese.str[1:].isin(only_other).any()
        assert not chinese.str.contains(" ").any()
    family = people.loc[people["locale"] == "zh_CN", "name"].str[0].value_counts(normalize=True)
    assert family.index[0] in "王李张"  # Faker's weights: the three commonest names, 7% each


# Chance as a function


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, again, other = live(TEA, customers=300), live(TEA, customers=300), live(TEA, customers=300, seed=2)
    for name in TABLES:
        assert getattr(first, name).equals(getattr(again, name))
        assert not getattr(first, name).equals(getattr(other, name))


def test_customers_lived_alone_are_the_same_as_in_the_whole(world: World) -> None:
    some = live(TEA, customers=101, first=500, seed=3)
    for name in TABLES:
        whole = getattr(world, name)
        customer = whole["customer_id"].to_numpy()
        assert whole.filter((customer >= 500) & (customer <= 600)).equals(getattr(some, name))
    one = live(TEA, customers=1, first=12_345, seed=3)
    assert one.orders.equals(world.orders.filter(world.orders["customer_id"].to_numpy() == 12_345))


def test_a_shorter_history_is_the_beginning_of_the_longer(world: World) -> None:
    half = live(TEA, customers=20_000, weeks=52, seed=3)
    assert half.until == datetime(2024, 12, 30)
    before = world.orders["ordered_at"].to_numpy() < np.datetime64(half.until)
    assert world.orders.filter(before).equals(half.orders)
    assert world.customers.equals(half.customers)
    later, then = world.truth_customers.to_pandas(), half.truth_customers.to_pandas()
    assert ((then["alive"] == 0) == (later["left_at"] < pd.Timestamp(half.until))).all()


def test_the_rhythm_is_that_of_the_orders(world: World, lives: Frame) -> None:
    rhythm = live_rhythm(TEA, customers=20_000, seed=3)
    assert (rhythm.x == lives["orders"] - 1).all()
    assert (rhythm.alive == lives["alive"]).all()
    assert np.abs(rhythm.recency - _weeks(lives["last"] - lives["first"])).max() < 1e-9
    assert np.abs(rhythm.age - _weeks(world.until - lives["first"])).max() < 1e-9


# The distributions, against SciPy


def test_traits_have_the_planted_distributions_and_are_independent() -> None:
    scenario = replace(TEA, r=0.5)
    born = traits(scenario, np.arange(1, 50_001), weeks=104, seed=5)
    gamma, beta = stats.gamma(0.5, scale=1 / TEA.alpha_weeks), stats.beta(TEA.a, TEA.b)
    ranks = [
        gamma.cdf(born.purchase_rate_per_week),
        beta.cdf(born.dropout_probability),
        stats.gamma(TEA.q, scale=1 / TEA.gamma_cents).cdf(TEA.p / born.mean_spend_cents),
        born.joined_after / (TEA.joining_weeks * MICROSECONDS_PER_WEEK),
    ]
    for rank in ranks:
        assert stats.kstest(rank, "uniform").pvalue > 0.001
    correlations = np.corrcoef(ranks)[np.triu_indices(4, 1)] * np.sqrt(50_000)
    assert np.abs(correlations).max() < 3.5


def test_gaps_are_exponential_and_spends_gamma_at_each_customers_own_rate(world: World, lives: Frame) -> None:
    orders = world.orders.to_pandas().join(
        lives[["purchase_rate_per_week", "mean_spend_cents"]], on="customer_id"
    )
    spent = stats.gamma(TEA.p).cdf(orders["amount_cents"] * TEA.p / orders["mean_spend_cents"])
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


def test_what_one_encounter_decides_is_independent(lives: Frame, world: World) -> None:
    orders: Frame = world.orders.to_pandas().join(lives, on="customer_id")
    spent = stats.gamma(TEA.p).cdf(orders["amount_cents"] * TEA.p / orders["mean_spend_cents"])
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


def test_leaving_happens_as_often_as_the_dropout_probability_says(lives: Frame) -> None:
    # Each order after the first is one chance to leave; the expected number leaving is the sum of the p.
    expected = (lives["dropout_probability"] * (lives["orders"] - 1)).sum()
    variance = (
        lives["dropout_probability"] * (1 - lives["dropout_probability"]) * (lives["orders"] - 1)
    ).sum()
    assert abs((lives["alive"] == 0).sum() - expected) < 3.5 * np.sqrt(variance)


@pytest.mark.parametrize("name", scenarios())
def test_headline_figures_lie_in_their_bands(name: str) -> None:
    scenario = load_scenario(name)
    world = live(scenario, customers=20_000)
    orders = world.orders["customer_id"].to_pandas().value_counts()
    figures = {
        "weeks_between_orders": 1 / scenario.mean_rate_per_week,
        "dropout_per_order": scenario.mean_dropout,
        "mean_spend_cents": world.truth_customers["mean_spend_cents"].to_numpy().mean(),
        "never_ordered_again": (orders == 1).mean(),
        "orders_per_customer": orders.mean(),
        "alive_after_two_years": world.truth_customers["alive"].to_numpy().mean(),
    }
    assert scenario.bands
    for figure, band in scenario.bands:
        assert band.low <= figures[figure] <= band.high, figure
        assert band.source


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


@pytest.mark.parametrize("leaving_from", [0, 1])
def test_p_alive_given_traits_is_calibrated(leaving_from: int) -> None:
    truth = live(
        replace(TEA, leaving_from=leaving_from), customers=40_000, seed=8
    ).truth_customers.to_pandas()
    said, alive = truth["p_alive_given_traits"], truth["alive"]
    groups = truth.groupby(pd.cut(said, [-0.01, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0]), observed=True)
    for _, group in groups:
        p = group["p_alive_given_traits"]
        assert abs((group["alive"] - p).sum()) < 3.5 * np.sqrt((p * (1 - p)).sum()) + 1e-9
    assert abs((alive - said).sum()) < 3.5 * np.sqrt((said * (1 - said)).sum())


@pytest.mark.parametrize("weeks", [4, 52])
def test_expected_future_orders_and_the_chance_of_one_agree_with_what_happens(weeks: int) -> None:
    now, later = (live(TEA, customers=40_000, weeks=until, seed=21) for until in (52, 52 + weeks))
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


# Nothing gives the truth away


def test_ids_and_row_order_tell_nothing_about_who_left(lives: Frame, world: World) -> None:
    orders: Frame = world.orders.to_pandas()
    orders["number"] = orders.groupby("customer_id").cumcount()
    orders = orders.join(
        lives[["alive", "purchase_rate_per_week", "orders"]].rename(columns={"orders": "of"}),
        on="customer_id",
    )
    n = len(orders)
    for fact in ("number", "of", "purchase_rate_per_week", "customer_id"):
        assert abs(np.corrcoef(orders["order_id"], orders[fact].rank())[0, 1]) * np.sqrt(n) < 4
    last = orders.groupby("customer_id").last()
    for bit in range(49):
        ones = last["order_id"] // 2**bit % 2 == 1
        assert abs(ones.mean() - 0.5) * 2 * np.sqrt(len(last)) < 4.2
        assert abs(last["alive"][ones].mean() - last["alive"][~ones].mean()) < 4.2 / np.sqrt(len(last))
    for fact in ("alive", "purchase_rate_per_week", "dropout_probability", "mean_spend_cents"):
        assert abs(np.corrcoef(lives.index, lives[fact].rank())[0, 1]) * np.sqrt(len(lives)) < 4


def test_a_classifier_on_ids_and_row_order_finds_nothing(lives: Frame, world: World) -> None:
    last = world.orders.to_pandas().groupby("customer_id").last()
    ids = {f"order {bit}": last["order_id"] // 2**bit % 2 for bit in range(49)}
    ids |= {f"customer {bit}": last.index.to_numpy() // 2**bit % 2 for bit in range(14)}
    columns = np.column_stack([np.ones(len(last)), *ids.values()]).astype(float)
    alive, half = lives["alive"].to_numpy(dtype=float), len(last) // 2
    weights = np.linalg.lstsq(columns[:half], alive[:half], rcond=None)[0]
    score, outcome = columns[half:] @ weights, alive[half:]
    area = stats.mannwhitneyu(score[outcome == 1], score[outcome == 0])
    assert area.pvalue > 0.001


def test_order_ids_are_different_and_short_enough_for_a_spreadsheet() -> None:
    customer, encounter = np.divmod(np.arange(400_000), 400)
    ids = order_ids(np.append(customer, 2**33 - 1), np.append(encounter, 2**16 - 1), seed=1)
    assert len(np.unique(ids)) == len(ids)
    assert 0 <= ids.min() <= ids.max() < 10**15


# Numbers that make no sense


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("r = -1.0", "r must be above 0, not -1.0"),
        ("r = 0.01", "r must lie between 0.1 and 1000, not 0.01"),
        ('a = "many"', "a must be a number, not 'many'"),
        ("b = nan", "b must be a number, not nan"),
        ("q = 0.9", "q must be above 1"),
        ("alpha_weeks = 1e-3", "alpha_weeks must keep r / alpha_weeks to 50 orders a week, not 0.001"),
        ("weeks = 0", "weeks must be a whole number from 1 to 2600, not 0"),
        ("weeks = 1.5", "weeks must be a whole number from 1 to 2600, not 1.5"),
        ("leaving_from = 2", "leaving_from must be 0 or 1, not 2"),
        ('start = "soon"', "start must be a date"),
        ('currency = "yuan"', "currency must be an ISO code"),
        ("speed = 3", "speed is not a field"),
    ],
)
def test_a_scenario_with_a_bad_number_is_refused_by_name(line: str, message: str) -> None:
    field = line.split(" = ")[0]
    numbers = """currency = "CNY"
start = 2024-01-01
weeks = 104
joining_weeks = 26
r = 0.8
alpha_weeks = 4.6
a = 0.9
b = 4.1
leaving_from = 1
p = 6.0
q = 4.0
gamma_cents = 4400.0
""".splitlines()
    kept = [number for number in numbers if number.split(" = ")[0] != field]
    parse_scenario("here", "\n".join([*numbers, "[locales]", "zh_CN = 1.0"]))
    with pytest.raises(ValueError, match="scenario here: ") as refusal:
        parse_scenario("here", "\n".join([*kept, line, "[locales]", "zh_CN = 1.0"]))
    assert message in str(refusal.value)
    with pytest.raises(ValueError, match="scenario here: weeks is missing"):
        parse_scenario("here", "\n".join([*(n for n in numbers if "weeks = 104" not in n), "[locales]"]))
    for locales, wrong in (("zh_CN = 0.5", "add up to 1"), ("fr_FR = 1.0", "may name zh_CN")):
        with pytest.raises(ValueError, match=wrong):
            parse_scenario("here", "\n".join([*numbers, "[locales]", locales]))
    with pytest.raises(ValueError, match="this is not TOML"):
        parse_scenario("here", "r = = 1")


def test_numbers_out_of_range_are_refused_in_one_sentence() -> None:
    for wrong, message in (
        ({"customers": 0}, "customers must be a whole number from 1"),
        ({"customers": 1.5}, "customers must be a whole number"),
        ({"customers": 1, "weeks": 0}, "weeks must be a whole number from 1 to 2600, not 0"),
        ({"customers": 1, "seed": -1}, "seed must be a whole number from 0"),
        ({"customers": 1, "first": 0}, "first must be a whole number from 1"),
    ):
        with pytest.raises(ValueError, match=message):
            live(TEA, **wrong)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match=r"there is no scenario 'tea': choose one of .*tea_shops"):
        load_scenario("tea")


@pytest.mark.parametrize(
    "changes",
    [
        {"r": 0.1, "alpha_weeks": 1000.0},
        {"r": 500.0, "alpha_weeks": 10.0, "weeks": 20},
        {"a": 0.1, "b": 0.1},
        {"a": 1000.0, "b": 0.1, "leaving_from": 0},
        {"q": 1.01, "p": 0.1, "gamma_cents": 1e9},
        {"gamma_cents": 1e-6},
        {"weeks": 1},
        {"joining_weeks": 1e-9},
    ],
)
def test_extreme_but_valid_numbers_give_valid_tables(changes: dict[str, float]) -> None:
    scenario = replace(TEA, **changes)
    world = live(scenario, customers=200)
    truth = world.truth_customers.to_pandas()
    assert np.isfinite(truth.drop(columns="left_at").to_numpy(dtype=float)).all()
    assert truth["p_alive_given_traits"].between(0, 1).all()
    assert world.orders["amount_cents"].to_numpy().min() >= 1
    assert world.orders["ordered_at"].to_numpy().max() < np.datetime64(world.until)
    assert world.orders["order_id"].to_pandas().is_unique
    assert set(world.orders["customer_id"].to_pylist()) == set(range(1, 201))
