"""RFM against hand calculations, Wilson's published example and pandas' own quantiles."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.customer_value.rfm import model as rfm


def customers(**columns) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_quintiles_agree_with_pandas_qcut_where_no_value_repeats():
    values = np.random.default_rng(7).permutation(1000).astype(float)
    assert (rfm.equal_groups(values) == pd.qcut(values, 5, labels=False) + 1).all()


def test_equal_values_share_a_score_as_a_ranking_by_hand_gives():
    # Ranks 1, 3, 3, 3, 5 of five values: groups 1, 3, 3, 3, 5.
    assert rfm.equal_groups(np.array([1.0, 4.0, 4.0, 4.0, 9.0])).tolist() == [1, 3, 3, 3, 5]


def test_fixed_cuts_by_hand():
    four = customers(
        recency_days=[30, 31, 273, 274], frequency=[1, 2, 9, 4], monetary=[10.0, 40.0, 800.0, 0.0]
    )
    marks = rfm.scores(four, scheme="fixed", order_value=50.0)
    assert marks["R"].tolist() == [5, 4, 2, 1]
    assert marks["F"].tolist() == [1, 2, 5, 3]
    assert marks["M"].tolist() == [1, 1, 5, 1]


def test_six_customers_by_hand():
    """Sorted by hand on paper, two to a group; 0.18 × 30 − 6 = −0.6 and 0.55 × 30 − 6 = 10.5."""
    six = rfm.six_customers()
    assert six["R"].tolist() == [3, 3, 2, 2, 1, 1]
    assert six["F"].tolist() == [3, 2, 3, 1, 2, 1]
    assert six["M"].tolist() == [3, 2, 2, 1, 3, 1]
    assert six["cell"].tolist() == [333, 322, 232, 211, 123, 111]
    assert six["profit_per_letter"].round(6).tolist() == [10.5, 3.0, 6.0, -0.6, 0.6, -5.1]


def test_profit_by_depth_by_hand():
    """Chances 0.5, 0.3, 0.1 at margin 20 and cost 4: 6, 8, 6; break-even 0.2."""
    walked = rfm.mailing(
        rank=np.array([1.0, 3.0, 2.0]),
        chance=np.array([0.1, 0.5, 0.3]),
        cost_per_letter=4,
        margin_per_order=20,
    )
    assert walked.profit.round(9).tolist() == [0, 6, 8, 6]
    assert walked.best == 2
    assert walked.affordable(budget=4) == 1
    assert rfm.break_even_rate(cost_per_letter=4, margin_per_order=20) == 0.2


def test_customers_of_one_rank_are_written_to_in_no_order():
    walked = rfm.mailing(
        rank=np.zeros(4), chance=np.array([1.0, 0, 0, 0]), cost_per_letter=0, margin_per_order=4
    )
    assert walked.profit.tolist() == [0, 1, 2, 3, 4]


def test_wilson_interval_against_the_roots_of_its_quadratic():
    """The ends p solve (p̂ − p)² = z² p(1 − p)/n; 3 of 6 gives 0.1876 and 0.8124."""
    low, high = rfm.wilson(np.array([3.0, 0.0, 81.0]), np.array([6.0, 10.0, 263.0]))
    for answers, letters, ends in zip((3, 0, 81), (6, 10, 263), zip(low, high, strict=True), strict=True):
        z, p = 1.959964, answers / letters
        roots = np.roots([1 + z * z / letters, -2 * p - z * z / letters, p * p])
        assert sorted(roots) == pytest.approx(sorted(ends), abs=1e-7)
    assert (round(low[0], 4), round(high[0], 4)) == (0.1876, 0.8124)


def test_wilson_reproduces_newcombes_printed_intervals():
    """Newcombe (1998), Statistics in Medicine 17(8), table I, method 3: 81/263 is 0.2553 to 0.3662."""
    low, high = rfm.wilson(np.array([81.0, 15.0]), np.array([263.0, 148.0]))
    assert (round(low[0], 4), round(high[0], 4)) == (0.2553, 0.3662)
    assert (round(low[1], 4), round(high[1], 4)) == (0.0624, 0.1605)


def test_the_true_ranking_earns_the_most_that_any_list_can():
    rng = np.random.default_rng(3)
    chance = rng.beta(1, 3, 500)
    truly = rfm.mailing(rank=chance, chance=chance, cost_per_letter=1, margin_per_order=4)
    assert truly.profit.max() == pytest.approx((chance * 4 - 1).clip(0).sum())
    for seed in range(5):
        shuffled = np.random.default_rng(seed).permutation(500).astype(float)
        other = rfm.mailing(rank=shuffled, chance=chance, cost_per_letter=1, margin_per_order=4)
        assert other.profit.max() <= truly.profit.max() + 1e-9


def test_wilson_intervals_of_cells_hold_the_truth_about_as_often_as_promised():
    rng = np.random.default_rng(11)
    marks = pd.DataFrame(rng.integers(1, 6, (20_000, 3)), columns=list("RFM"))
    true = marks["R"].to_numpy() / 10
    inside = [rfm.coverage(marks, answered=rng.random(20_000) < true, true_chance=true) for _ in range(10)]
    assert 0.92 < np.mean(inside) < 0.98


@given(st.lists(st.floats(-1e9, 1e9), max_size=60), st.integers(1, 7))
def test_scores_stay_in_their_groups_and_keep_the_order(values, groups):
    marks = rfm.equal_groups(np.array(values), groups=groups)
    assert ((marks >= 1) & (marks <= groups)).all()
    order = np.argsort(values, kind="stable")
    assert (np.diff(marks[order]) >= 0).all()


@pytest.mark.parametrize("scheme", ["quintiles", "fixed", "custom"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_tiny_lists_survive(scheme, count):
    few = customers(recency_days=[3, 4][:count], frequency=[1, 1][:count], monetary=[0.0, 0.0][:count])
    marks = rfm.scores(few, scheme=scheme)
    walked = rfm.mailing(
        rank=rfm.ranking(marks, scheme=scheme), chance=np.ones(count), cost_per_letter=1, margin_per_order=2
    )
    assert walked.best == count


def test_prices_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="margin_per_order"):
        rfm.break_even_rate(cost_per_letter=1, margin_per_order=0)
    with pytest.raises(ValueError, match="Weights"):
        rfm.ranking(
            pd.DataFrame({"R": [1], "F": [1], "M": [1]}), scheme="custom", weights=rfm.Weights(recency=-1)
        )
