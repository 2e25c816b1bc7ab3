"""Held against Kemeny and Snell's Land of Oz, exact fractions, NumPy, SciPy, published tables and other simulations."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from lessons.loyalty.brand_switching import lived
from lessons.loyalty.brand_switching import model as markov

# Rain, nice, snow.
OZ = [[1 / 2, 1 / 4, 1 / 4], [1 / 2, 0, 1 / 2], [1 / 4, 1 / 4, 1 / 2]]


def test_the_land_of_oz_has_two_fifths_rain_one_fifth_nice_two_fifths_snow_kemeny_snell_1960():
    assert markov.steady_state(OZ) == pytest.approx([2 / 5, 1 / 5, 2 / 5])


def test_passage_times_in_the_land_of_oz_are_those_of_kemeny_and_snell_1960():
    published = [[5 / 2, 4, 10 / 3], [8 / 3, 5, 8 / 3], [10 / 3, 4, 5 / 2]]
    assert markov.first_passage(OZ) == pytest.approx(np.array(published))


def test_the_fundamental_matrix_of_oz_is_that_of_grinstead_and_snell_1997():
    published = np.array([[86, 3, -14], [6, 63, 6], [-14, 3, 86]]) / 75
    assert markov.fundamental(OZ) == pytest.approx(published)


def test_three_brands_in_exact_fractions():
    """π = πP solved by hand for the month by hand: rows 7-2-1, 12-80-8 and 20-20-60 per cent."""
    matrix = [
        [Fraction(7, 10), Fraction(2, 10), Fraction(1, 10)],
        [Fraction(12, 100), Fraction(8, 10), Fraction(8, 100)],
        [Fraction(2, 10), Fraction(2, 10), Fraction(6, 10)],
    ]
    # Cofactors of I − P give the shares: (0.064, 0.1, 0.036) / 0.2.
    shares = [Fraction(8, 25), Fraction(1, 2), Fraction(9, 50)]
    assert [
        sum(share * row[column] for share, row in zip(shares, matrix, strict=True)) for column in range(3)
    ] == shares
    assert markov.steady_state([[float(one) for one in row] for row in matrix]) == pytest.approx(
        [float(one) for one in shares]
    )


rows = st.lists(st.floats(0.02, 1), min_size=3, max_size=3)


@given(st.lists(rows, min_size=3, max_size=3))
def test_the_long_run_is_numpys_eigenvector_and_passage_times_keep_the_first_step_equation(
    raw: list[list[float]],
):
    matrix = np.array(raw) / np.array(raw).sum(axis=1, keepdims=True)
    values, vectors = np.linalg.eig(matrix.T)
    first = np.real(vectors[:, np.argmax(np.real(values))])
    assert markov.steady_state(matrix) == pytest.approx(first / first.sum(), abs=1e-8)
    passage = markov.first_passage(matrix)
    # From i to j takes one step, and where that misses j, as long again from there.
    again = passage - np.diag(passage.diagonal())
    assert passage == pytest.approx(1 + matrix @ again, rel=1e-6)


def test_runs_and_times_away_are_those_of_a_walk_of_200000_steps():
    """An independent simulation: one buyer, step by step, with NumPy's own generator."""
    matrix = np.array([[0.7, 0.2, 0.1], [0.13, 0.79, 0.08], [0.16, 0.24, 0.6]])
    rng, path = np.random.default_rng(3), [0]
    steps, limits = rng.random(200_000), matrix.cumsum(axis=1)
    for step in steps:
        path.append(min(int(np.searchsorted(limits[path[-1]], step, side="right")), 2))
    ours = np.array(path) == 0
    changes = np.flatnonzero(np.diff(ours.astype(int))) + 1
    lengths = np.diff(changes)
    run_first = ours[changes[0]]
    runs, aways = (lengths[::2], lengths[1::2]) if run_first else (lengths[1::2], lengths[::2])
    assert runs.mean() == pytest.approx(markov.run_length(matrix)[0], rel=0.03)
    assert aways.mean() == pytest.approx(markov.time_away(matrix, brand=0), rel=0.03)
    assert ours.mean() == pytest.approx(markov.steady_state(matrix)[0], abs=0.01)


def test_the_estimate_is_the_maximum_that_scipy_finds_of_anderson_and_goodmans_likelihood():
    counts = np.array([[35.0, 10, 5], [8, 60, 12], [6, 9, 15]])

    def loss(free: np.ndarray) -> float:
        scores = np.column_stack([np.zeros(3), free.reshape(3, 2)])
        return -float((counts * (scores - np.log(np.exp(scores).sum(axis=1, keepdims=True)))).sum())

    scores = np.column_stack([np.zeros(3), optimize.minimize(loss, np.zeros(6), tol=1e-12).x.reshape(3, 2)])
    best = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    assert markov.estimate(counts[None]).matrix == pytest.approx(best, abs=1e-4)


def test_wilson_intervals_are_those_of_newcombe_1998():
    """Statistics in Medicine 17(8), table I, method 3: 81/263, 15/148, 0/20, 1/29."""
    low, high = markov.wilson([81, 15, 0, 1], [263, 148, 20, 29])
    assert low == pytest.approx([0.2553, 0.0624, 0.0, 0.0061], abs=5.1e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5.1e-5)


def test_the_reaction_is_the_slope_that_two_nearby_matrices_show():
    matrix, step = [[0.7, 0.2, 0.1], [0.13, 0.79, 0.08], [0.16, 0.24, 0.6]], 1e-6
    column = [row[0] for row in matrix]
    for number, slope in enumerate(markov.reaction(matrix, brand=0)):
        ends = []
        for sign in (-1, 1):
            moved = list(column)
            moved[number] += sign * step
            ends.append(markov.steady_state(markov.with_chances(matrix, brand=0, chances=moved))[0])
        assert slope == pytest.approx((ends[1] - ends[0]) / (2 * step), rel=1e-5)


def walked(matrix: np.ndarray, *, households: int, occasions: int, rng: np.random.Generator) -> np.ndarray:
    """Households that are all alike, by NumPy's generator alone."""
    path = np.empty((households, occasions), dtype=int)
    path[:, 0] = rng.choice(3, households, p=markov.steady_state(matrix))
    limits = matrix.cumsum(axis=1)
    for occasion in range(1, occasions):
        path[:, occasion] = (
            (rng.random(households)[:, None] > limits[path[:, occasion - 1]]).sum(axis=1).clip(0, 2)
        )
    return path


def test_both_intervals_of_the_long_run_keep_their_promise_where_households_are_alike():
    matrix, rng = np.array([[0.7, 0.2, 0.1], [0.13, 0.79, 0.08], [0.16, 0.24, 0.6]]), np.random.default_rng(5)
    true, narrow, wide, trials = markov.steady_state(matrix)[0], 0, 0, 400
    for _ in range(trials):
        path = walked(matrix, households=120, occasions=10, rng=rng)
        found = markov.estimate(markov.switches(brand=path, brands=3))
        narrow += found.steady_low[0] <= true <= found.steady_high[0]
        wide += found.wide_low[0] <= true <= found.wide_high[0]
    # 95% of 400 with a standard error of 1.1 points
    assert 0.915 < narrow / trials < 0.98 and 0.915 < wide / trials < 0.98


def test_the_wide_interval_is_as_wide_as_resampling_households_makes_it():
    """A bootstrap of whole households, on a panel whose households differ."""
    panel = lived.seen("taste")
    counted = markov.switches(brand=panel.bought[:600], brands=3)
    found, rng = markov.estimate(counted), np.random.default_rng(2)
    again = []
    for _ in range(400):
        total = counted[rng.integers(0, len(counted), len(counted))].sum(axis=0)
        again.append(markov.steady_state(total / total.sum(axis=1, keepdims=True))[0])
    assert found.wide_high[0] - found.wide_low[0] == pytest.approx(2 * markov.Z95 * np.std(again), rel=0.12)
    assert found.steady_high[0] - found.steady_low[0] < 0.75 * (found.wide_high[0] - found.wide_low[0])


def test_switches_are_counted_as_pandas_crosstab_counts_them():
    import pandas as pd

    panel = lived.seen("both")
    rows = panel.rows.assign(next=panel.rows.groupby("household_id")["brand"].shift(-1)).dropna()
    table = pd.crosstab(rows["brand"], rows["next"]).reindex(index=lived.BRANDS, columns=lived.BRANDS)
    assert (panel.found.counts == table.to_numpy()).all()


def test_the_three_towns_show_nearly_one_table_and_hold_different_truths():
    found = {town: lived.seen(town).found.matrix[:, 0] for town in lived.TOWNS}
    for column in found.values():
        assert column == pytest.approx([0.70, 0.13, 0.16], abs=0.015)
    judged = {town: lived.judge(town, sample=50) for town in lived.TOWNS}
    assert judged["habit"].truth_extra == pytest.approx(judged["habit"].model_extra, abs=0.1)
    assert judged["taste"].truth_extra == pytest.approx(0, abs=1e-9) and judged["taste"].model_extra > 1.2
    assert 0.1 < judged["both"].truth_extra < 0.4


def test_where_only_taste_rules_buyers_are_still_there_half_a_year_later():
    panel = lived.seen("taste")
    chain = np.linalg.matrix_power(panel.found.matrix, 6)[0, 0]
    assert markov.repeat_at(brand=panel.bought, number=0, lags=[6])[0] > chain + 0.3
    alike = lived.seen("habit")
    chain = np.linalg.matrix_power(alike.found.matrix, 6)[0, 0]
    assert markov.repeat_at(brand=alike.bought, number=0, lags=[6])[0] == pytest.approx(chain, abs=0.04)


def test_matrices_that_are_none_are_refused():
    for wrong in ([[0.5, 0.4], [0.2, 0.8]], [[1.2, -0.2], [0.2, 0.8]], [[1.0]], [[0.5, 0.5]]):
        with pytest.raises(ValueError):
            markov.steady_state(wrong)
    with pytest.raises(ValueError, match="depends on the start"):
        markov.steady_state(np.eye(2))
    with pytest.raises(ValueError, match="each brand"):
        markov.estimate([[[1, 1], [0, 0]]])
