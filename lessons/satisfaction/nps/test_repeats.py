"""Errors of customers who answered more than once: statsmodels, the bootstrap, Rocks' interval, and arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from lessons.satisfaction.nps import model as nps
from lessons.satisfaction.nps import repeats

# Twelve answers of five customers.
WHO = list("aabbbccdeeee")
SCORES = [9, 10, 3, 6, 2, 8, 9, 5, 10, 9, 7, 9]


def reach(interval: tuple[float, float]) -> float:
    return (interval[1] - interval[0]) / 2


def test_the_mean_s_error_as_statsmodels_finds_it():
    """statsmodels 0.15.0, OLS(y, ones).fit(cov_type="cluster", groups=WHO, use_correction=False): 1/6 ± 0.39332784."""
    found = repeats.interval_points(SCORES, WHO, method="wald", confidence=0.5)
    assert sum(found) / 2 == pytest.approx(100 / 6)
    assert reach(found) == pytest.approx(0.39332784 * 100 * nps.z_of(0.5))


@pytest.mark.parametrize("method", ["wald", "adjusted"])
def test_where_each_answers_once_the_interval_is_rocks_and_walds(method):
    scores = [10] * 9 + [8] * 7 + [2] * 4
    counts = nps.counted(scores)
    assert repeats.interval_points(scores, range(20), method=method) == pytest.approx(
        counts.interval_points(method=method)
    )
    earlier, later = (scores, range(20)), (scores[:-2], range(100, 118))
    moved = repeats.change(earlier, later)
    assert vars(moved) == pytest.approx(vars(nps.change(counts, nps.counted(scores[:-2]))))


def test_answers_handed_in_three_times_teach_nothing_new():
    once = repeats.interval_points(SCORES, WHO, method="wald", confidence=0.5)
    assert repeats.interval_points(SCORES * 3, WHO * 3, method="wald", confidence=0.5) == pytest.approx(once)


def test_the_same_people_with_the_same_answers_have_not_changed_for_certain():
    """Who answers alike in both quarters moves both scores; their difference has no error at all."""
    moved = repeats.change((SCORES, WHO), (SCORES, WHO))
    assert (moved.points, moved.standard_error_points) == pytest.approx((0, 0), abs=1e-12)


def drawn(customers: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """One to six answers a customer, each round the customer's own mood."""
    who = np.repeat(np.arange(customers), rng.integers(1, 7, customers))
    mood = rng.normal(8.3, 1.4, customers)[who]
    return np.clip(np.rint(mood + rng.normal(0, 0.8, len(who))), 0, 10), who


def test_intervals_agree_with_a_bootstrap_over_customers():
    rng = np.random.default_rng(4)
    scores, who = drawn(500, rng)
    places = [np.flatnonzero(who == one) for one in range(500)]
    means = []
    for _ in range(500):
        seen = np.concatenate([places[one] for one in rng.integers(0, 500, 500)])
        means.append(100 * repeats.worth(scores[seen]).mean())
    error = reach(repeats.interval_points(scores, who)) / nps.z_of(0.95)
    assert error == pytest.approx(np.std(means), rel=0.1)
    # As if every answer were another person's: much too narrow.
    assert nps.counted(scores).standard_error_points() < 0.75 * error


def test_intervals_hold_the_true_score_as_often_as_promised():
    rng = np.random.default_rng(9)
    scores, _ = drawn(300_000, rng)
    # Weighed by answers, as a survey weighs it.
    true = 100 * repeats.worth(scores).mean()
    inside = 0
    for _ in range(400):
        low, high = repeats.interval_points(*drawn(120, rng))
        inside += low <= true <= high
    assert 0.92 < inside / 400 < 0.98


def test_no_answers_are_refused():
    with pytest.raises(ValueError, match="answer"):
        repeats.interval_points([], [])
