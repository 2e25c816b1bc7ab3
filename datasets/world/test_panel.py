"""Does the panel buy as its own numbers say?  Held against enumeration by hand, NumPy, SciPy and another simulation."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datasets.world.panel import Market, long_run, offers, panel, town, transitions

BRANDS = ("harbour", "pines", "kettle")
ALIKE = Market(brands=BRANDS, appeals=(0.0, 0.4, -0.3), inertia=1.2)
MIXED = Market(brands=BRANDS, appeals=(0.0, 0.4, -0.3), inertia=0.8, taste_spread=1.1)
TASTE = Market(brands=BRANDS, appeals=(0.0, 0.4, -0.3), taste_spread=2.0)


def bought(market: Market, *, households: int | range, occasions: int, seed: int = 1) -> np.ndarray:
    rows = panel(market, households=households, occasions=occasions, seed=seed)
    return rows["brand"].cat.codes.to_numpy().reshape(-1, occasions)


def independent(table: list) -> float:
    """SciPy's p-value."""
    result: Any = stats.chi2_contingency(table)
    return float(result.pvalue)


def counted(codes: np.ndarray) -> np.ndarray:
    count = np.zeros((3, 3))
    np.add.at(count, (codes[:, :-1].ravel(), codes[:, 1:].ravel()), 1)
    return count


def test_households_500_to_600_alone_buy_as_they_do_in_the_whole():
    whole = panel(MIXED, households=1000, occasions=6, seed=9)
    alone = panel(MIXED, households=range(500, 600), occasions=6, seed=9)
    part = whole[whole["household_id"].between(500, 599)].reset_index(drop=True)
    assert part.equals(alone)
    assert (
        transitions(MIXED, households=range(500, 600), seed=9)
        == transitions(MIXED, households=1000, seed=9)[500:600]
    ).all()


def test_twelve_occasions_are_the_beginning_of_twenty_four():
    market = Market(brands=BRANDS, appeals=(0, 0, 0), taste_spread=1, inertia=1, offer=1, offer_share=0.3)
    assert (
        bought(market, households=200, occasions=24)[:, :12] == bought(market, households=200, occasions=12)
    ).all()


def test_another_seed_is_another_town():
    assert (
        bought(MIXED, households=400, occasions=4) != bought(MIXED, households=400, occasions=4, seed=2)
    ).mean() > 0.3


def test_the_first_purchases_follow_the_logit_by_hand():
    """Two brands, weights 1 and 2, inertia that triples: shares 1(3 + 2·1) : 2(3 + 2·2) = 5 : 14."""
    market = Market(brands=("a", "b"), appeals=(0.0, math.log(2)), inertia=math.log(3))
    assert long_run(market, households=1, seed=1)[0] == pytest.approx([5 / 19, 14 / 19])
    assert transitions(market, households=1, seed=1)[0] == pytest.approx(
        np.array([[3 / 5, 2 / 5], [1 / 7, 6 / 7]])
    )


@pytest.mark.parametrize("market", [ALIKE, MIXED, TASTE])
def test_each_households_long_run_is_the_eigenvector_that_numpy_finds(market: Market):
    shares, matrices = long_run(market, households=20, seed=3), transitions(market, households=20, seed=3)
    for share, matrix in zip(shares, matrices, strict=True):
        values, vectors = np.linalg.eig(matrix.T)
        first = np.real(vectors[:, np.argmax(np.real(values))])
        assert share == pytest.approx(first / first.sum(), abs=1e-9)


def test_the_towns_matrix_is_what_enumerating_every_path_gives():
    """Three households, two brands, four occasions: all 16 paths of each with their chances."""
    market = Market(
        brands=("a", "b"), appeals=(0.0, 0.5), taste_spread=1.0, inertia=0.9, appeals_before=(-1.0, 0.5)
    )
    before = Market(brands=("a", "b"), appeals=(-1.0, 0.5), taste_spread=1.0, inertia=0.9)
    starts, matrices = long_run(before, households=3, seed=5), transitions(market, households=3, seed=5)
    flows, last = np.zeros((2, 2)), np.zeros(2)
    for start, matrix in zip(starts, matrices, strict=True):
        for path in itertools.product((0, 1), repeat=4):
            chance = start[path[0]] * math.prod(matrix[i, j] for i, j in itertools.pairwise(path))
            last[path[-1]] += chance / 3
            for i, j in itertools.pairwise(path):
                flows[i, j] += chance
    shares, chain = town(market, households=3, occasions=4, seed=5)
    assert chain == pytest.approx(flows / flows.sum(axis=1, keepdims=True))
    assert shares[-1] == pytest.approx(last)


@pytest.mark.parametrize("market", [ALIKE, MIXED, TASTE])
def test_counting_the_panel_gives_the_towns_matrix_by_scipys_chi_square(market: Market):
    """One switch a household, from an occasion drawn at random: independent, so the chi-square holds."""
    households = 30_000
    codes = bought(market, households=households, occasions=2, seed=4)
    _, chain = town(market, households=households, occasions=2, seed=4)
    for row, chances in zip(counted(codes), chain, strict=True):
        # The mixture's counts vary a little less than multinomial ones, so only a too large deviation counts.
        assert stats.chisquare(row, chances * row.sum()).pvalue > 1e-4


def test_each_households_own_purchases_follow_its_own_matrix():
    number = np.repeat(np.arange(40), 1)
    codes = bought(MIXED, households=range(40), occasions=2500, seed=6)
    matrices = transitions(MIXED, households=range(40), seed=6)
    scores = []
    for household in number:
        count = counted(codes[[household]])
        wanted = matrices[household] * count.sum(axis=1, keepdims=True)
        spread = np.sqrt(wanted * (1 - matrices[household]))
        scores.append(((count - wanted) / np.maximum(spread, 1e-9))[wanted > 20])
    scores = np.concatenate(scores)
    assert abs(scores).max() < 4.5 and 0.85 < scores.std() < 1.15


def test_without_taste_the_panel_is_a_first_order_chain_by_scipys_test_of_independence():
    codes = bought(ALIKE, households=20_000, occasions=3)
    for last in range(3):
        table = [
            np.bincount(codes[(codes[:, 1] == last) & (codes[:, 0] == first), 2], minlength=3)
            for first in range(3)
        ]
        assert independent(table) > 0.001


def test_without_habit_the_panel_looks_loyal_though_no_purchase_matters():
    """The trap of Frank (1962): each household's rows are all the same, the town's are far from it."""
    matrices = transitions(TASTE, households=5000, seed=1)
    assert np.ptp(matrices, axis=1).max() < 1e-12
    _, chain = town(TASTE, households=5000, occasions=6, seed=1)
    shares = long_run(TASTE, households=5000, seed=1).mean(axis=0)
    assert (chain.diagonal() > shares + 0.2).all()
    codes = bought(TASTE, households=20_000, occasions=3)
    tables = [
        [
            np.bincount(codes[(codes[:, 1] == last) & (codes[:, 0] == first), 2], minlength=3)
            for first in range(3)
        ]
        for last in range(3)
    ]
    assert max(independent(table) for table in tables) < 1e-12


def test_a_panel_made_with_numpys_own_gumbel_draws_shows_the_same_shares():
    rng = np.random.default_rng(8)
    households, occasions = 20_000, 5
    own = np.array(MIXED.appeals) + MIXED.taste_spread * rng.normal(size=(households, 3))
    last = np.full(households, -1)
    count = np.zeros((3, 3))
    for occasion in range(40 + occasions):
        utility = own + MIXED.inertia * (np.arange(3) == last[:, None]) + rng.gumbel(size=own.shape)
        choice = utility.argmax(axis=1)
        if occasion > 40:
            np.add.at(count, (last, choice), 1)
        last = choice
    _, chain = town(MIXED, households=20_000, occasions=occasions, seed=1)
    assert count / count.sum(axis=1, keepdims=True) == pytest.approx(chain, abs=0.012)


def test_a_brand_that_becomes_more_appealing_loses_nobody_who_bought_the_same_before():
    better = Market(brands=BRANDS, appeals=(0.3, 0.4, -0.3), inertia=0.8, taste_spread=1.1)
    before, after = (bought(one, households=3000, occasions=12) for one in (MIXED, better))
    same = (before[:, :-1] == after[:, :-1]) & (before[:, 1:] == 0)
    assert same.sum() > 1000 and (after[:, 1:][same] == 0).all()
    assert (after == 0).mean() > (before == 0).mean() + 0.02


def test_offers_are_one_calendar_for_all_and_draw_buyers():
    market = Market(brands=BRANDS, appeals=(0, 0, 0), offer=1.5, offer_share=0.25)
    calendar = offers(market, occasions=400, seed=2)
    assert not calendar[0].any() and calendar[1:].mean() == pytest.approx(0.25, abs=0.04)
    rows = panel(market, households=300, occasions=40, seed=2)
    wide = rows["brand"].cat.codes.to_numpy().reshape(300, 40)
    assert (rows["on_offer"].to_numpy().reshape(300, 40) == calendar[np.arange(40), wide]).all()
    alone = [when for when in range(1, 40) if calendar[when].tolist() == [True, False, False]]
    share = (wide[:, alone] == 0).mean()
    # e^1.5 against two brands of weight 1
    assert share == pytest.approx(math.exp(1.5) / (math.exp(1.5) + 2), abs=0.03)
    shares, _ = town(market, households=300, occasions=40, seed=2)
    assert shares[alone[0]] == pytest.approx(
        transitions(market, households=1, seed=2, on_offer=calendar[alone[0]])[0, 0]
    )


def test_numbers_that_make_no_sense_are_refused():
    for wrong in (
        {"brands": ("a",), "appeals": (0.0,)},
        {"brands": ("a", "a"), "appeals": (0.0, 0.0)},
        {"brands": ("a", "b"), "appeals": (0.0,)},
        {"brands": ("a", "b"), "appeals": (0.0, math.nan)},
        {"brands": ("a", "b"), "appeals": (0.0, 0.0), "taste_spread": -1},
        {"brands": ("a", "b"), "appeals": (0.0, 0.0), "offer_share": 2},
        {"brands": ("a", "b"), "appeals": (0.0, 0.0), "inertia": math.inf},
    ):
        with pytest.raises(ValueError, match="must"):
            Market(**wrong)
    with pytest.raises(ValueError, match="occasions"):
        panel(ALIKE, households=3, occasions=0, seed=1)
    with pytest.raises(ValueError, match="households"):
        panel(ALIKE, households=0, occasions=3, seed=1)


def test_five_brands_take_more_than_one_block_of_draws_and_still_fit_the_logit():
    market = Market(brands=tuple("abcde"), appeals=(0, 0.2, -0.2, 0.4, -0.4))
    rows = panel(market, households=20_000, occasions=1, seed=1)
    weights = np.exp(np.array(market.appeals))
    counts = rows["brand"].value_counts().reindex(list("abcde")).to_numpy()
    assert stats.chisquare(counts, weights / weights.sum() * 20_000).pvalue > 0.001
