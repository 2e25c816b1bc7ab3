"""Held against published multiples, exact formulas, sums by hand, scipy, and independent simulations."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lessons.foundations.relationship_economics.conditions import CONDITIONS, SHAPES
from lessons.foundations.relationship_economics.lives import Life, Lives, lift, live_on
from lessons.foundations.relationship_economics.model import (
    CLAIMED,
    OUTCOMES,
    band,
    extra_cost,
    good_to_repair,
    new_per_hundred,
    people_told,
    profit_lift,
    put_to_test,
    silent_per_complaint,
    still_there,
    top_share,
    win_to_keep,
)
from lessons.foundations.relationship_economics.truth import best_fifth

# Gupta & Lehmann (2003), "Customers as Assets": margin multiple r / (1 + d − r) by retention, at 10, 12, 14, 16%.
MULTIPLES = {
    0.6: (1.20, 1.15, 1.11, 1.07),
    0.7: (1.75, 1.67, 1.59, 1.52),
    0.8: (2.67, 2.50, 2.35, 2.22),
    0.9: (4.50, 4.09, 3.75, 3.46),
}


@pytest.mark.parametrize("retention", [0.6, 0.7, 0.8])
def test_two_steps_of_five_points_are_one_of_ten_in_the_multiples_of_gupta_and_lehmann_2003(retention):
    for discount, now, then in zip(
        (0.10, 0.12, 0.14, 0.16), MULTIPLES[retention], MULTIPLES[round(retention + 0.1, 1)], strict=True
    ):
        # Their first payment comes later: one margin more makes it today's.
        published = (1 + then) / (1 + now) - 1
        first, second = (
            float(profit_lift(retention=share, discount=discount)) for share in (retention, retention + 0.05)
        )
        assert (1 + first) * (1 + second) - 1 == pytest.approx(published, abs=0.008)


def test_reichheld_and_sassers_almost_100_percent_is_ninety_to_ninety_five_without_discount():
    # Their example: losing 5% a year in place of 10% makes the average stay 20 years in place of 10.
    assert float(profit_lift(retention=0.9, discount=0)) == pytest.approx(20 / 10 - 1)


def test_lift_with_a_cost_of_winning_by_hand():
    # 240 a year at 80% and 10%: 880; less 480 leaves 400. At 85%: 1056 less 480 leaves 576.
    assert float(profit_lift(retention=0.8, discount=0.1, cost_in_margins=2)) == pytest.approx(576 / 400 - 1)
    assert math.isnan(float(profit_lift(retention=0.5, discount=0.1, cost_in_margins=3)))
    assert math.isnan(float(profit_lift(retention=0.97, discount=0.1)))


def test_winning_over_keeping_by_hand():
    # 1,000 gifts at 10 save 20 of 1,000: 500 each. 100 letters at 20 win 2: 1,000 each.
    assert float(win_to_keep(saved=0.02, reply=0.02, keep_cost=10, contact_cost=20)) == pytest.approx(
        1000 / 500
    )


def test_best_fifth_of_exponential_customers_is_the_exact_formula():
    # Exponential is gamma with spread 1; the Lorenz curve is p + (1 − p) ln(1 − p).
    for best in (0.05, 0.2, 0.5):
        assert float(top_share(spread=1, best=best, shape="gamma")) == pytest.approx(
            best - best * math.log(best)
        )


@pytest.mark.parametrize("shape", SHAPES)
def test_best_fifth_is_what_scipys_distributions_draw(shape):
    from scipy import stats

    spread = 1.4
    law = (
        stats.lognorm(s=math.sqrt(math.log1p(spread**2)))
        if shape == "lognormal"
        else stats.gamma(a=1 / spread**2)
    )
    drawn = np.sort(law.rvs(size=400_000, random_state=np.random.default_rng(3)))[::-1]
    assert drawn.std() / drawn.mean() == pytest.approx(spread, rel=0.03)
    assert drawn[:80_000].sum() / drawn.sum() == pytest.approx(
        float(top_share(spread=spread, shape=shape)), abs=0.006
    )


def test_people_told_is_what_a_branching_process_reaches():
    rng = np.random.default_rng(1)
    reached = []
    for _ in range(6000):
        fresh = rng.poisson(5) if rng.random() < 0.6 else 0
        heard = 0
        while fresh:
            heard += fresh
            fresh = rng.poisson(0.4 * fresh)
        reached.append(heard)
    assert np.mean(reached) == pytest.approx(float(people_told(tells=0.6, each=5, passed_on=0.4)), rel=0.05)


def test_silent_customers_counted_by_hand():
    # 1,000 problems: 200 serious, 138 of them complained about; 800 small, 24 complained about.
    found = silent_per_complaint(serious=0.2, small_speaks=0.03, serious_speaks=0.69)
    assert float(found) == pytest.approx((1000 - 162) / 162)
    assert math.isinf(float(silent_per_complaint(serious=0, small_speaks=0, serious_speaks=0.5)))


def test_repairs_are_those_counted_step_by_step():
    newest, depth, noticed = 0.3, 5.0, 0.2
    impression, count = -newest * depth, 0
    while impression < -noticed:
        impression += newest * (0 - impression)
        count += 1
    assert math.ceil(float(good_to_repair(newest=newest, depth=depth, noticed=noticed))) == count == 6
    assert float(good_to_repair(newest=0.1, depth=1, noticed=1)) == 0


def test_extra_cost_is_what_repairing_until_it_works_costs_in_a_simulation():
    rng = np.random.default_rng(2)
    fails = rng.random(200_000) < 0.1
    attempts = np.where(fails, rng.geometric(0.4, 200_000), 0)
    assert 1.5 * attempts.mean() == pytest.approx(
        float(extra_cost(fails=0.1, repair_cost=1.5, works=0.4)), rel=0.02
    )


def test_new_customers_and_those_still_there_by_hand():
    assert float(new_per_hundred(come=0.12, recommend=0.3, friends=2)) == pytest.approx(7.2)
    # Odds 1 to 4 cut by half are 1 to 8: eight of nine stay, twice over.
    assert float(still_there(orders=2, leave=0.2, softened=0.5)) == pytest.approx((8 / 9) ** 2)


@pytest.mark.parametrize("claim", CLAIMED)
def test_every_claim_can_be_put_to_the_test_at_both_ends_of_every_condition(claim):
    conditions = CONDITIONS[claim]
    first = conditions[0]
    start = {one.name: one.inside(one.start) for one in conditions}
    for one in conditions:
        for end in (one.low, one.high):
            given = start | {one.name: one.inside(end)}
            found = put_to_test(
                claim, given, along=first.name, low=first.inside(first.low), high=first.inside(first.high)
            )
            assert len(found.x) == len(found.y)
            assert found.holds is None or found.holds[0] <= found.holds[1]
            least, most = band(claim)
            assert found.met == (least - 1e-9 <= found.outcome <= most + 1e-9)


@pytest.mark.parametrize("claim", CLAIMED)
def test_a_share_above_one_is_refused(claim):
    percents = [one.name for one in CONDITIONS[claim] if one.unit == "percent"]
    given = {one.name: one.inside(one.start) for one in CONDITIONS[claim]}
    for name in [name for name in percents if name != "discount"]:
        with pytest.raises(ValueError, match=name):
            OUTCOMES[claim](**{**given, name: 1.2})


def test_where_a_claim_holds_is_where_the_outcome_crosses_it():
    found = put_to_test(
        "five_points", {"retention": 0.8, "discount": 0.1}, along="retention", low=0.4, high=0.94
    )
    # 0.05 / (1.05 − r) = 0.25 at r = 0.85.
    assert found.holds is not None
    assert found.holds[0] == pytest.approx(0.85, abs=0.003)


FEW, FEW_YEARS = 700, 10


def loyal(retention, *, people=20_000, years=60):
    """Customers who are all alike: a share `retention` of each year's buyers pays 100 at the start of the next."""
    buyers = [np.arange(round(people * retention**year)) for year in range(years)]
    person = np.concatenate(buyers)
    year = np.repeat(np.arange(float(years)), [len(some) for some in buyers])
    return Life(person=person, year=year, amount=np.full(len(person), 100.0))


@pytest.mark.parametrize("retention", [0.5, 0.8, 0.9])
def test_for_customers_who_are_all_alike_the_true_lift_is_the_formulas(retention):
    found = lift(loyal(retention), loyal(retention + 0.05), margin_share=0.5, discount=0.1)
    assert found.points == pytest.approx(5, abs=0.01)
    assert found.five_points == pytest.approx(
        float(profit_lift(retention=retention, discount=0.1)), rel=0.005
    )
    # 100 at half margin, less 10 an order, leaves 40 of 50: 1.2 × 0.8 is a loss of 4% at 80%.
    dear = lift(loyal(retention), loyal(retention + 0.05), margin_share=0.5, discount=0.1, cost_per_order=10)
    assert dear.net == pytest.approx((1 + found.gained) * 0.8 - 1, rel=0.01)


@pytest.fixture(scope="module")
def two_companies():
    """Not by our lives: the order tables of two companies that live() makes, and SQL."""
    import duckdb

    from datasets.world import live, load_scenario

    tea = load_scenario("tea_shops")
    tea = replace(tea, causes=replace(tea.causes, referral=0.0))
    tied = replace(tea.policy, structural_bond=tea.policy.structural_bond + 0.55)
    connection = duckdb.connect()
    for name, policy in (("usual", tea.policy), ("tied", tied)):
        world = live(tea, policy, customers=FEW, seed=1, weeks=52 * FEW_YEARS, tables=("orders",))
        connection.register("orders_now", world.orders)
        connection.execute(f"""
            create table {name} as select customer_id, amount_cents / 100 as amount,
                epoch_us(ordered_at - timestamp '{tea.start}') / 1e6 / 86400 / 364 as year from orders_now""")
    yield connection
    connection.close()


def test_the_true_lift_is_what_the_order_tables_of_two_companies_give_in_sql(company, two_companies):
    found = held(company, "five_points")
    numbers = []
    for name in ("usual", "tied"):
        numbers += two_companies.execute(f"""
            with one as (select distinct customer_id from {name} where year < 1),
                 two as (select distinct customer_id from {name} where year >= 1 and year < 2)
            select (select count(*) from one semi join two using (customer_id)) / (select count(*) from one),
                   (select sum(amount * 0.55 / 1.1 ** year) from {name}),
                   (select sum((amount * 0.55 - 0.55 * 2.5) / 1.1 ** year) from {name})""").fetchone()
    again, worth, _, again_tied, worth_tied, net = numbers
    points = 100 * (again_tied - again)
    assert found.more["points"] == pytest.approx(points)
    assert found.true == pytest.approx(5 / points * (worth_tied / worth - 1))
    assert found.more["net"] == pytest.approx(5 / points * (net / worth - 1))
    assert found.more["missing_money"] == pytest.approx(1000 * worth / FEW * (0.25 - found.true))


def test_its_interval_is_that_of_a_bootstrap_over_the_customers(company, two_companies):
    found = held(company, "five_points")
    each = []
    for name in ("usual", "tied"):
        each.append(
            two_companies.execute(f"""
            select customer_id, sum(amount / 1.1 ** year) as worth, max((year < 1)::int) as first,
                max((year < 1)::int) * max((year >= 1 and year < 2)::int) as again
            from {name} group by customer_id""")
            .df()
            .set_index("customer_id")
        )
    joined = each[0].join(each[1].add_suffix("_tied"), how="outer").fillna(0).to_numpy()
    rng = np.random.default_rng(4)
    drawn = []
    for _ in range(800):
        worth, first, again, worth_tied, first_tied, again_tied = joined[
            rng.integers(0, len(joined), len(joined))
        ].sum(axis=0)
        drawn.append(0.05 * (worth_tied / worth - 1) / (again_tied / first_tied - again / first))
    middle = np.percentile(drawn, [16, 84])
    assert (found.more["most"] - found.more["least"]) / (2 * 1.96) == pytest.approx(
        (middle[1] - middle[0]) / 2, rel=0.3
    )


def test_winning_over_keeping_is_the_same_sum_in_sql(company, two_companies):
    found = held(company, "win_keep")
    orders, stayed = two_companies.execute("""
        select (select count(*) from tied where year < 2), (select count(*) from (
            select customer_id from tied where year < 1 intersect
            select customer_id from tied where year >= 1 and year < 2))""").fetchone()
    (before,) = two_companies.execute("""
        select count(*) from (select customer_id from usual where year < 1 intersect
            select customer_id from usual where year >= 1 and year < 2)""").fetchone()
    prospects = company[1]["prospects"]
    to_win = 20 * len(prospects) / prospects["customer_id"].notna().sum()
    assert found.true == pytest.approx(to_win / (orders * 0.55 * 2.5 / (stayed - before)))
    assert found.counted == pytest.approx(to_win / (orders * 0.55 * 2.5 / stayed))
    # The claim's own model says the same, for it counts within one time, too.
    (early,) = two_companies.execute("select count(distinct customer_id) from tied where year < 1").fetchone()
    model = win_to_keep(
        saved=(stayed - before) / early,
        reply=20 / to_win,
        keep_cost=orders * 0.55 * 2.5 / early,
        contact_cost=20,
    )
    assert found.true == pytest.approx(float(model))
    each = found.more["per_won_money"] * to_win
    (worth,) = two_companies.execute("select sum(amount * 0.55 / 1.1 ** year) from usual").fetchone()
    assert each == pytest.approx(worth / FEW)


def test_the_best_fifth_of_sales_is_sqls(two_companies):
    sales = live_on(load_tea(), people=FEW, years=2).sales(2)
    (share,) = two_companies.execute("""
        with spent as (select sum(amount) as money from usual where year < 2 group by customer_id),
             ranked as (select money, row_number() over (order by money desc) as place, count(*) over () as n
                        from spent)
        select sum(money) filter (where place <= round(n / 5)) / sum(money) from ranked""").fetchone()
    assert best_fifth(sales) == pytest.approx(share)


def test_the_count_of_80_20_holds_sales_against_sales(company):
    found = held(company, "pareto")
    assert found.low < found.true < found.high


def load_tea():
    from datasets.world import load_scenario

    return load_scenario("tea_shops")


@pytest.fixture(scope="module")
def company():
    from lessons.foundations.relationship_economics.page import Tables
    from lessons.frame import data

    made = data.company()
    return made, Tables(made)


def held(company, claim):
    from lessons.foundations.relationship_economics.truth import hold

    made, tables = company
    middle = pd.Timestamp(made.calibration_until) + pd.Timedelta(days=1)
    lives = Lives(made.scenario, people=FEW)
    return hold(claim, tables=tables, truth=made.truth, scenario=made.scenario, middle=middle, lives=lives)


def test_impressions_run_as_pandas_says():
    from lessons.foundations.relationship_economics.truth import moods

    felt = [0.5, -3.0, 0.2, 1.0, -1.0]
    lived = pd.DataFrame({"encounter": [0, 1, 2, 0, 1], "satisfaction_afterwards": felt})
    found = moods(lived, newest=0.35)
    # An exponentially weighted mean that starts from 0, each customer for themselves.
    expected = [
        *pd.Series([0.0, *felt[:3]]).ewm(alpha=0.35, adjust=False).mean()[1:],
        *pd.Series([0.0, *felt[3:]]).ewm(alpha=0.35, adjust=False).mean()[1:],
    ]
    assert found.tolist() == pytest.approx(expected)


def test_the_best_fifth_by_hand():
    assert best_fifth(pd.Series([1, 1, 1, 1, 6])) == pytest.approx(0.6)


def test_the_survey_finds_the_silence_that_the_world_was_lived_with(company):
    found = held(company, "iceberg")
    assert found.low < found.true < found.high


def test_who_is_still_there_after_a_settled_complaint_is_whose_orders_do_not_say_farewell(company):
    """Not from the table of customers: from the flag of each order that was the last in its line of business."""
    tables = company[1]
    contacts = tables["interactions"]
    settled = contacts[(contacts["kind"] == "complaint") & contacts["answered_at"].notna()]
    last = settled.groupby("customer_id")["answered_at"].max()
    half_year = pd.Timedelta(weeks=26)
    last = last[last <= tables["orders"]["ordered_at"].max() - half_year]
    orders = tables["orders"].merge(tables["truth_encounters"][["order_id", "left"]], on="order_id")
    orders = orders[orders["customer_id"].isin(last.index)]
    farewell = orders["ordered_at"].where(orders["left"] == 1)
    ended = farewell.groupby([orders["customer_id"], orders["business"]]).max()
    until = (last + half_year).reindex(ended.index.get_level_values(0)).to_numpy()
    there = (~(ended <= until)).groupby(level=0).any()
    assert held(company, "seventy").true == pytest.approx(there.reindex(last.index).mean(), abs=0.005)


def test_an_answer_that_moves_nobody_changes_nothing_in_a_world_without_that_cause(company):
    """The truth of 70% is a difference between two worlds: with the cause switched off it must vanish."""
    from lessons.foundations.relationship_economics import truth

    made, tables = company
    deaf = replace(
        made.scenario,
        causes=replace(made.scenario.causes, good_answer=0.0, poor_answer=0.0),
        costs=replace(made.scenario.costs, answer_cents=0.0),
    )
    middle = pd.Timestamp(made.calibration_until)
    with_cause = held(company, "seventy")
    assert with_cause.more["answered"] > with_cause.more["ignored"]
    lives = Lives(deaf)
    without = truth.hold(
        "seventy", tables=tables, truth=made.truth, scenario=deaf, middle=middle, lives=lives
    )
    assert without.more["gain_money"] == pytest.approx(0, abs=1e-9) or math.isnan(without.more["gain_money"])
