"""Word of mouth against hand sums, Lambert's W, simulated families, SciPy's solver, Bass's own table, brute force."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lessons.relationship_marketing.word_of_mouth import lived
from lessons.relationship_marketing.word_of_mouth.counting import count
from lessons.relationship_marketing.word_of_mouth.model import Market, Referrals


def test_six_generations_by_hand():
    """100, 80, 64, 51.2, 40.96, 32.768; added up 368.928; the tail is 32.768 × 0.8 ÷ 0.2 = 131.072."""
    tree = Referrals(talks=4, conversion=0.2)
    assert tree.so_far(5).round(3).tolist() == [100, 180, 244, 295.2, 336.16, 368.928]
    assert tree.total() == pytest.approx(368.928 + 131.072)
    assert Referrals(talks=5, conversion=0.2).total() == math.inf
    assert Referrals(talks=5, conversion=0.2).so_far(3).tolist() == [100, 200, 300, 400]


@pytest.mark.parametrize("rate", [0.4, 0.99, 1.01, 1.6, 5.0])
def test_extinction_agrees_with_lamberts_w(rate):
    from scipy.special import lambertw

    # s = e^(R(s − 1)) solved by −R s e^(−R s) = −R e^(−R): the principal branch is the smallest root.
    root = -lambertw(-rate * math.exp(-rate)).real / rate
    assert Referrals(talks=rate, conversion=1).chain_dies_out() == pytest.approx(root, abs=1e-7)


def test_families_agree_with_simulated_ones():
    """Each member's children drawn one generation after another, 40,000 founders."""
    rng = np.random.default_rng(3)
    size, living = np.ones(40_000), np.ones(40_000)
    for _ in range(200):
        living = rng.poisson(0.7 * living)
        size += living
    chance = Referrals(talks=3.5, conversion=0.2).chain_sizes(8)
    seen = np.bincount(size.astype(int), minlength=9)[1:9] / 40_000
    assert chance == pytest.approx(seen, abs=0.006)
    assert size.mean() == pytest.approx(1 / 0.3, rel=0.02)


@pytest.mark.parametrize("rate", [0.3, 0.9, 1.5])
def test_family_sizes_add_up_to_the_chance_of_dying_out(rate):
    """Dwass: the finite families are all there are where R ≤ 1, and the share π beyond."""
    tree = Referrals(talks=rate, conversion=1, first=3)
    assert tree.chain_sizes(5000).sum() == pytest.approx(tree.chain_dies_out(), abs=1e-6)
    assert tree.all_die_out() == pytest.approx(tree.chain_dies_out() ** 3)


# Bass (1969), estimates and predicted time of peak; years from the first.
BASS_1969 = {
    "room air conditioners": (0.010399, 0.41861, 8.6),
    "clothes dryers": (0.017206, 0.35688, 8.1),
    "steam irons": (0.028632, 0.32791, 6.8),
    "automatic coffee makers": (0.017135, 0.30145, 9.0),
    "electric bed coverings": (0.005876, 0.24387, 14.9),
    "record players": (0.024796, 0.65410, 4.8),
}


@pytest.mark.parametrize("product", BASS_1969)
def test_the_peaks_are_those_that_bass_printed_in_1969(product):
    innovation, imitation, peak = BASS_1969[product]
    assert Market(innovation=innovation, imitation=imitation).peak_year() == pytest.approx(peak, abs=0.06)


def test_the_closed_form_agrees_with_scipys_solver():
    from scipy.integrate import solve_ivp

    market = Market(innovation=0.03, imitation=0.38, people=700)
    years = np.linspace(0, 25, 251)

    def flows(_, held):
        share = held[0] / 700
        return [700 * (0.03 + 0.38 * share) * (1 - share), 700 * 0.38 * share * (1 - share)]

    solved = solve_ivp(flows, (0, 80), [0.0, 0.0], dense_output=True, rtol=1e-9, atol=1e-9)
    assert market.customers(years) == pytest.approx(solved.sol(years)[0], abs=1e-5)
    assert market.by_talk() == pytest.approx(solved.y[1][-1] / 700, abs=1e-5)
    fine = np.linspace(0, 25, 250_001)
    rate = np.diff(solved.sol(fine)[0])
    assert market.peak_year() == pytest.approx(fine[rate.argmax()], abs=0.01)
    assert solved.sol(market.half_year())[0] == pytest.approx(350, abs=1e-4)


def test_nobody_imitates_is_plain_decay():
    market = Market(innovation=0.1, imitation=0, people=200)
    assert market.customers(np.array([5.0])) == pytest.approx([200 * (1 - math.exp(-0.5))])
    assert (market.peak_year(), market.by_talk()) == (0, 0)


def test_counting_by_age_agrees_with_counting_week_by_week():
    """Brute force: in each week, referrals made divided by customers who lived that week."""
    rng = np.random.default_rng(8)
    age = rng.integers(1, 40, 300).astype(float)
    who = rng.integers(0, 300, 500)
    at = rng.integers(0, 40, 500).astype(float) + 0.5
    kept = at < age[who]
    seen = count(age_weeks=age, referral_age_weeks=at[kept], weeks=39)
    by_week = [
        ((at[kept] > week) & (at[kept] < week + 1)).sum() / max((age > week + 0.5).sum(), 1)
        for week in range(39)
    ]
    assert seen.mean[1:] == pytest.approx(np.cumsum(by_week))
    assert seen.naive == kept.sum() / 300


def test_counting_by_age_finds_a_planted_rate_that_division_misses():
    """Everyone refers at 0.01 a week; ages from 0 to 100 weeks, so half of the talking is still to come."""
    rng = np.random.default_rng(2)
    rates, halves, covered = [], [], 0
    for _ in range(60):
        age = rng.uniform(0, 100, 2000)
        number = rng.poisson(0.01 * age)
        at = rng.uniform(0, np.repeat(age, number))
        seen = count(age_weeks=age, referral_age_weeks=at, weeks=80)
        rates.append(seen.rate)
        halves.append((seen.high - seen.low) / 2)
        covered += seen.low < 0.8 < seen.high
        assert seen.naive < 0.6
    assert np.mean(rates) == pytest.approx(0.8, abs=0.01)
    assert covered >= 52
    assert np.mean(halves) == pytest.approx(1.96 * np.std(rates), rel=0.25)


def test_harbour_teas_first_customers_brought_what_their_rows_say():
    """Of those who came by themselves, all have lived a year: their referrals within it, counted one by one."""
    from datasets.world import live, load_scenario

    world = live(
        load_scenario("tea_shops"), customers=1500, seed=4, weeks=104, tables=("customers", "referrals")
    )
    customers, referrals = world.customers.to_pandas(), world.tables["referrals"].to_pandas()
    roots = customers[~customers["customer_id"].isin(referrals["customer_id"])]
    joined = dict(zip(roots["customer_id"], roots["joined_at"], strict=True))
    own = referrals[referrals["referrer_id"].isin(joined)]
    within = [
        at - joined[who] <= pd.Timedelta(weeks=52)
        for who, at in zip(own["referrer_id"], own["referred_at"], strict=True)
    ]
    seen = lived.counted(customers=roots, referrals=own, until=pd.Timestamp(world.until), weeks=52)
    assert seen.rate == pytest.approx(sum(within) / len(roots))


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="conversion"):
        Referrals(talks=1, conversion=1.2)
    with pytest.raises(ValueError, match="innovation"):
        Market(innovation=0, imitation=0.4)
    with pytest.raises(ValueError, match="nobody"):
        count(age_weeks=np.array([]), referral_age_weeks=np.array([]), weeks=4)
