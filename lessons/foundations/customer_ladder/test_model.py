"""Held against fractions done by hand, an independent simulation, and a count of the company's tables."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.foundations.customer_ladder.counting import climbs, held, interval
from lessons.foundations.customer_ladder.model import (
    CONVERSIONS,
    MARGINS,
    MONTHS,
    RUNGS,
    STEPS,
    Ladder,
    chain_values,
)

TEA = Ladder(reached_per_month=1000)


def solved_in_fractions(matrix: list[list[Fraction]], right: list[Fraction]) -> list[Fraction]:
    """Gauss's elimination, with nothing rounded."""
    rows = [[*row, value] for row, value in zip(matrix, right, strict=True)]
    for place in range(len(rows)):
        pivot = next(row for row in range(place, len(rows)) if rows[row][place] != 0)
        rows[place], rows[pivot] = rows[pivot], rows[place]
        rows[place] = [value / rows[place][place] for value in rows[place]]
        for other in range(len(rows)):
            if other != place:
                factor = rows[other][place]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[place], strict=True)]
    return [row[-1] for row in rows]


def test_the_chain_of_pfeifer_and_carraway_2000_is_worth_what_elimination_in_fractions_gives():
    # Their illustration: recency 1 to 4, then lost; an order leaves 40 dollars, a mailing costs 4, 20% a period.
    again = [Fraction(3, 10), Fraction(2, 10), Fraction(15, 100), Fraction(5, 100)]
    moves = [[Fraction(0)] * 5 for _ in range(5)]
    for recency, share in enumerate(again):
        moves[recency][0], moves[recency][recency + 1] = share, 1 - share
    moves[4][4] = Fraction(1)
    rewards = [Fraction(36), Fraction(-4), Fraction(-4), Fraction(-4), Fraction(0)]
    system = [
        [(1 if row == column else 0) - moves[row][column] * Fraction(5, 6) for column in range(5)]
        for row in range(5)
    ]
    # The first row of the discounted system must not be lost on the way.
    exact = solved_in_fractions(system, rewards)
    found = chain_values(
        transitions=np.array(moves, dtype=float), rewards=[float(r) for r in rewards], discount_rate=0.2
    )
    assert found == pytest.approx([float(value) for value in exact], abs=1e-10)
    # A customer silent for four periods costs more than they bring: the firm should stop writing.
    assert found[3] < 0 < found[2]


def test_the_ladder_by_hand_is_arrivals_times_months():
    arrive = 1000.0
    for rung, months in enumerate(MONTHS):
        assert TEA.reached()[rung] == pytest.approx(arrive)
        assert TEA.standing()[rung] == pytest.approx(arrive * months)
        arrive *= CONVERSIONS[rung] if rung < len(CONVERSIONS) else 0


def test_worth_of_a_point_by_hand_is_all_that_stands_above_over_the_steps_own_share():
    margins = np.array(MARGINS) * TEA.standing()
    by_hand = [margins[step + 1 :].sum() / CONVERSIONS[step] / 100 for step in range(len(STEPS))]
    assert TEA.worth_of_points() == pytest.approx(by_hand)


def test_worth_of_a_point_with_referrals_is_that_of_a_small_move():
    ladder = Ladder(reached_per_month=800, referrals_per_year=1.9, cost_per_person=7)
    for step in range(len(STEPS)):
        slope = (ladder.moved(step, 1e-4).profit() - ladder.moved(step, -1e-4).profit()) / 2e-4
        assert ladder.worth_of_points()[step] == pytest.approx(slope, rel=1e-5)


def test_standing_is_what_an_independent_simulation_of_people_counts():
    rng = np.random.default_rng(5)
    people = 400
    ladder = Ladder(
        reached_per_month=people,
        conversions=(0.5, 0.6, 0.8, 0.7, 0.6, 0.5),
        months=(1, 1, 3, 2, 4, 3, 5),
        referrals_per_year=2,
    )
    rung = np.zeros(0, dtype=int)
    counts = np.zeros(len(RUNGS))
    months, warm = 700, 100
    for month in range(months):
        brought = rng.poisson((rung == 6).sum() * 2 / 12)
        goes = rng.random(len(rung)) < 1 / np.array(ladder.months)[rung]
        climbs_on = rng.random(len(rung)) < np.array([*ladder.conversions, 0.0])[rung]
        rung = np.where(goes & climbs_on, rung + 1, rung)[~goes | climbs_on]
        rung = np.concatenate([rung, np.zeros(people, dtype=int), np.full(brought, 2)])
        if month >= warm:
            counts += np.bincount(rung, minlength=len(RUNGS))
    assert counts / (months - warm) == pytest.approx(ladder.standing(), rel=0.03)


def test_filling_up_ends_at_the_left_eigenvector_that_numpy_finds():
    ladder = Ladder(reached_per_month=500, referrals_per_year=1.4)
    # Close the system: everyone who is lost or arrives from outside stands for one closed chain's outside.
    following = ladder.transitions()[:-1, :-1].copy()
    following[6, 2] += 1.4 / 12
    closed = np.zeros((8, 8))
    closed[:7, :7], closed[7, 0], closed[7, 7] = following, 500.0, 1.0
    values, vectors = np.linalg.eig(closed.T)
    steady = np.real(vectors[:, np.argmin(abs(values - 1))])
    steady = steady[:7] / steady[7]
    assert ladder.standing() == pytest.approx(steady, rel=1e-9)
    assert ladder.months_from_nothing(600).iloc[-1, 1:].to_numpy(float) == pytest.approx(steady, rel=1e-6)


@given(
    st.lists(st.floats(0.05, 0.95), min_size=6, max_size=6),
    st.lists(st.floats(1, 40), min_size=7, max_size=7),
)
def test_rows_add_up_to_one_and_months_on_the_ladder_are_the_fundamental_matrix(conversions, months):
    ladder = Ladder(reached_per_month=10, conversions=conversions, months=months)
    assert ladder.transitions().sum(axis=1) == pytest.approx(np.ones(8))
    assert ladder.standing().sum() == pytest.approx(10 * ladder.fundamental()[0].sum())
    assert (np.diff(ladder.reached()) <= 1e-9).all()


def test_a_ladder_that_feeds_itself_is_refused():
    with pytest.raises(ValueError, match="no steady state"):
        Ladder(reached_per_month=1, conversions=(1,) * 6, referrals_per_year=2)


@pytest.mark.parametrize(
    "odd",
    [
        {"conversions": (0.5,) * 5},
        {"conversions": (1.5, *CONVERSIONS[1:])},
        {"months": (0.5, *MONTHS[1:])},
        {"margins_per_month": (float("nan"), *MARGINS[1:])},
        {"cost_per_person": -1},
        {"referrals_per_year": float("inf")},
    ],
)
def test_odd_numbers_are_refused(odd):
    with pytest.raises(ValueError):
        Ladder(**{"reached_per_month": 1, **odd})


def test_wilsons_interval_is_scipys():
    from scipy.stats import binomtest

    for climbed, stood in ((0, 12), (69, 857), (7314, 8812), (5, 5)):
        theirs = binomtest(climbed, stood).proportion_ci(method="wilson")
        assert interval(climbed, stood) == pytest.approx((theirs.low, theirs.high), abs=1e-6)
    assert interval(0, 0) == (0, 1)


def test_climbing_by_hand_counts_the_latest_of_all_that_a_rung_needs():
    day = pd.Timestamp("2024-01-01")

    def on(number: int) -> pd.Timestamp:
        return day + pd.Timedelta(days=number)

    orders = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b", "c"],
            "ordered_at": [on(9), on(1), on(5), on(2), on(3), on(4)],
        }
    )
    earned = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b"],
            "posted_at": [on(1), on(12), on(3)],
            "points": [400, 300, 900],
        }
    )
    brought = pd.Series({"a": on(2), "c": on(6)})
    found = climbs(orders=orders, earned=earned, silver_points=600, brought=brought)
    # a: orders on days 1, 5, 9; the 600th point on day 12, so a member then; brought somebody before that.
    assert list(found.times.loc["a"]) == [on(1), on(5), on(9), on(12), on(12)]
    # b has the points but two orders only; c brought somebody after one order.
    assert list(found.times.loc["b"].isna()) == [False, False, True, True, True]
    assert found.counted(on(30)) == [(3, 2), (2, 1), (1, 1), (1, 1)]
    assert found.counted(on(10)) == [(3, 2), (2, 1), (1, 0), (0, 0)]
    assert found.counted(on(4)) == [(2, 1), (1, 0), (0, 0), (0, 0)]


def test_held_says_what_the_interval_covers():
    rows = held([(100, 50)] * 6, true=[0.5, 0.9, 0.5, 0.5, 0.1, 0.5])
    assert rows["covered"].tolist() == [True, False, True, True, False, True]


@pytest.fixture(scope="module")
def company():
    from lessons.frame import data

    made = data.company()
    from lessons.foundations.customer_ladder.page import TABLES

    return made, {name: data.table(made, name) for name in TABLES}


def test_the_starting_ladder_is_the_shops_two_years_counted_again(company):
    from lessons.foundations.customer_ladder.truth import find

    made, tables = company
    found = find(
        tables=tables, truth=made.truth, scenario=made.scenario, until=pd.Timestamp(made.world.until)
    )
    assert found.steps["share"].tolist() == pytest.approx(CONVERSIONS, abs=0.012)


def test_the_truth_of_a_ladder_is_what_the_world_was_told(company):
    from lessons.foundations.customer_ladder.truth import find

    made, tables = company
    middle = pd.Timestamp(made.calibration_until) + pd.Timedelta(days=1)
    found = find(tables=tables, truth=made.truth, scenario=made.scenario, until=middle)
    steps = found.steps.set_index("step")
    assert steps.loc["enquire", "true"] == made.scenario.funnel.enquiry_share
    # Nobody leaves the shops after the first order (leaving_from = 1): everyone comes again some day.
    assert steps.loc["again", "true"] == 1.0
    # Planted: the steps of the funnel are only counted, so their intervals should hold.
    assert steps.loc[["enquire", "order"], "covered"].all()
    # To bring somebody is to have a referral in the table; to recommend is much commoner, for most do not come.
    end = find(
        tables=tables, truth=made.truth, scenario=made.scenario, until=pd.Timestamp(made.world.until)
    ).steps.set_index("step")
    assert steps["true"]["bring"] == end["share"]["bring"]
    assert found.recommend > 3 * steps["true"]["bring"]
