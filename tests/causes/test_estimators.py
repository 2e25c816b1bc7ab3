"""Do the estimators give what can be worked out by hand?"""

import numpy as np
import pytest

from tests.causes.estimators import Estimate, difference, least_squares, logistic, poisson, share


def test_logistic_regression_on_one_yes_or_no_is_the_two_by_two_table() -> None:
    # 30 of 100 against 60 of 100. Woolf (1955): log odds ratio, and the root of the sum of 1/count.
    y = np.repeat([1, 0, 1, 0], [30, 70, 60, 40])
    x = np.repeat([0, 0, 1, 1], [30, 70, 60, 40])
    constant, slope = logistic(y, x)
    assert constant.value == pytest.approx(np.log(3 / 7))
    assert slope.value == pytest.approx(np.log(60 / 40 / (30 / 70)))
    assert slope.error == pytest.approx(np.sqrt(1 / 30 + 1 / 70 + 1 / 60 + 1 / 40))
    assert logistic(y, x, offset=0.5)[0].value == pytest.approx(np.log(3 / 7) - 0.5)


def test_poisson_regression_on_one_yes_or_no_is_the_ratio_of_two_rates() -> None:
    # 20 events in 100 weeks, 60 in 150: rates 0.2 and 0.4.
    constant, slope = poisson(np.array([20, 60]), np.array([0, 1]), offset=np.log([100, 150]))
    assert constant.value == pytest.approx(np.log(0.2))
    assert slope.value == pytest.approx(np.log(2))
    assert slope.error == pytest.approx(np.sqrt(1 / 20 + 1 / 60))


def test_least_squares_by_hand() -> None:
    # Through (0, 1), (1, 2), (2, 6): slope 5/2, constant 1/2, residuals 1/2, -1, 1/2, so variance 3/2 over 1.
    constant, slope = least_squares(np.array([1, 2, 6]), np.array([0, 1, 2]))
    assert (constant.value, slope.value) == pytest.approx((0.5, 2.5))
    assert slope.error == pytest.approx(np.sqrt(1.5 / 2))


def test_shares_and_differences_by_hand() -> None:
    assert share([1, 1, 1, 0]) == Estimate(0.75, pytest.approx(np.sqrt(0.75 * 0.25 / 4)))
    assert difference([1, 3], [0, 0]) == Estimate(2.0, pytest.approx(1.0))


def test_an_estimate_that_is_vague_or_wrong_is_refused() -> None:
    assert Estimate(0.9, 0.05).finds(1.0)
    for value, error in ((0.9, 0.2), (1.5, 0.1), (-1.0, 0.05)):
        with pytest.raises(AssertionError):
            Estimate(value, error).finds(1.0)
