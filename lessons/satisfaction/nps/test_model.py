"""The score's error against hand calculations, exact enumeration, SciPy, and Rocks' own rule."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lessons.satisfaction.nps import model as nps
from lessons.satisfaction.nps.model import Counts, Shares

TEA = Shares(promoters=0.45, detractors=0.17)


def test_six_answers_by_hand():
    """+1 +1 +1 0 0 −1: mean 1/3; squared gaps 3 × 4/9 + 2 × 1/9 + 16/9 = 30/9, a sixth of it 5/9."""
    six = nps.six_answers()
    assert six["counts"].tolist() == [1, 1, 1, 0, 0, -1]
    assert six["squared"].mean() == pytest.approx(5 / 9)
    shares = nps.counted(nps.SIX_ANSWERS).shares
    assert shares.score_points == pytest.approx(100 / 3)
    assert shares.variance == pytest.approx(5 / 9)
    assert shares.margin_points(answers=6) == pytest.approx(196 * (5 / 54) ** 0.5, rel=1e-4)


def test_sample_sizes_by_hand():
    """0.62 − 0.28² = 0.5416; × (1.96/0.05)² = 832.2 → 833; of 1,000 customers 832.2 × 1000 / 1831.2 = 454.5."""
    assert TEA.variance == pytest.approx(0.5416)
    assert TEA.answers_needed(margin_points=5) == 833
    assert TEA.answers_needed(margin_points=3) == 2312
    assert TEA.answers_needed(margin_points=5, customers=1000) == 455
    # Who asks the only customer there is knows everything.
    assert TEA.answers_needed(margin_points=5, customers=1) == 1
    assert TEA.margin_points(answers=1, customers=1) == 0


def test_the_variance_by_counting_out_every_survey_of_four():
    """All 81 sequences of four answers with exact fractions, each weighed by its chance."""
    p, d = Fraction(9, 20), Fraction(17, 100)
    chance = {1: p, -1: d, 0: 1 - p - d}
    mean = square = Fraction(0)
    for four in itertools.product(chance, repeat=4):
        weight = math.prod((chance[one] for one in four), start=Fraction(1))
        score = Fraction(sum(four), 4)
        mean, square = mean + weight * score, square + weight * score**2
    assert float(mean) * 100 == pytest.approx(TEA.score_points)
    assert float(square - mean**2) == pytest.approx(TEA.variance / 4)


def test_the_finite_correction_by_drawing_every_sample_of_a_small_town():
    """Seven customers, three asked: the variance over all 35 samples without putting back."""
    town = [1, 1, 1, 0, 0, -1, -1]
    scores = [sum(three) / 3 for three in itertools.combinations(town, 3)]
    shares = Shares(promoters=3 / 7, detractors=2 / 7)
    margin = shares.margin_points(answers=3, customers=7)
    assert (margin / 100 / stats.norm.ppf(0.975)) ** 2 == pytest.approx(np.var(scores))


@pytest.mark.parametrize("method", ["wald", "adjusted"])
def test_coverage_against_scipys_multinomial_and_rocks_added_counts(method):
    """Rocks (2016): ¾, 1½ and ¾ are added; everything else here is SciPy's."""
    n, added = 12, {"wald": (0, 0, 0), "adjusted": (0.75, 1.5, 0.75)}[method]
    inside = 0.0
    for promoters in range(n + 1):
        for detractors in range(n + 1 - promoters):
            counts = np.array([promoters, n - promoters - detractors, detractors])
            plus = (counts + added) / (counts + added).sum()
            values = np.array([1, 0, -1])
            mean = plus @ values
            error = np.sqrt((plus @ values**2 - mean**2) / (counts + added).sum())
            if abs(mean - 0.28) <= stats.norm.ppf(0.975) * error + 1e-12:
                inside += stats.multinomial.pmf(counts, n, [0.45, 0.38, 0.17])
    assert nps.coverage(TEA, answers=n, method=method) == pytest.approx(inside, abs=1e-10)


def test_the_adjusted_interval_keeps_its_promise_where_walds_does_not_as_rocks_reports():
    loved = Shares(promoters=0.9, detractors=0.02)
    assert nps.coverage(loved, answers=20, method="wald") < 0.88
    assert nps.coverage(loved, answers=20, method="adjusted") > 0.93


def test_a_change_agrees_with_scipys_welch_test():
    """The same two surveys as 200 numbers each; Welch's errors divide by n − 1, ours by n."""
    earlier = Counts(promoters=90, passives=76, detractors=34)
    later = Counts(promoters=118, passives=56, detractors=26)
    moved = nps.change(earlier, later)
    rows = [np.repeat([1, 0, -1], [one.promoters, one.passives, one.detractors]) for one in (later, earlier)]
    welch: Any = stats.ttest_ind(*rows, equal_var=False)
    assert moved.points == pytest.approx(18)
    assert moved.points / moved.standard_error_points == pytest.approx(welch.statistic, rel=0.004)
    assert moved.p_value == pytest.approx(welch.pvalue, abs=0.002)
    assert moved.real


def test_four_points_between_two_surveys_of_200_are_noise_by_hand():
    """√(2 × 0.5416 / 200) × 1.96 × 100 = 14.4."""
    earlier, later = (
        Counts(promoters=90, passives=76, detractors=34),
        Counts(promoters=94, passives=76, detractors=30),
    )
    moved = nps.change(earlier, later)
    assert moved.points == pytest.approx(4) and not moved.real
    assert moved.high - moved.points == pytest.approx(14.3, abs=0.2)


def test_twins_share_the_score_by_hand():
    two = nps.twin(TEA, promoters=0.30)
    assert (two.promoters, round(two.detractors, 9), round(two.passives, 9)) == (0.30, 0.02, 0.68)


def test_five_years_by_hand():
    """0.45 × 0.9 + 0.38 × 0.8 + 0.17 × 0.5 = 0.794, to the fifth 0.3156; the twin 0.824, 0.3799."""
    stay = (0.9, 0.8, 0.5)
    assert nps.left_after(TEA, stay=stay) == pytest.approx(0.3156, abs=1e-4)
    assert nps.left_after(nps.twin(TEA, promoters=0.30), stay=stay) == pytest.approx(0.3799, abs=1e-4)


def test_repeated_surveys_hold_the_score_as_often_as_the_enumeration_says():
    held = nps.repeated(TEA, answers=50, surveys=4000, seed=3)["holds"].mean()
    assert held == pytest.approx(nps.coverage(TEA, answers=50, method="adjusted"), abs=0.012)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-0.5, 1.5))
def test_every_twin_has_the_same_score_and_shares_that_make_sense(promoters, rest, other):
    shares = Shares(promoters=promoters, detractors=(1 - promoters) * rest)
    two = nps.twin(shares, promoters=other)
    assert two.score_points == pytest.approx(shares.score_points, abs=1e-9)
    assert min(two.promoters, two.passives, two.detractors) >= 0


def test_numbers_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="shares"):
        Shares(promoters=0.7, detractors=0.4)
    with pytest.raises(ValueError, match="counts"):
        Counts(promoters=0, passives=0, detractors=0)
    with pytest.raises(ValueError, match="answers"):
        TEA.margin_points(answers=30, customers=20)
    with pytest.raises(ValueError, match="0 and 10"):
        nps.counted([11])
