"""Are the projections right?  Held against published numbers, other libraries, enumeration and the world."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import pairwise

import mpmath
import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from lessons.churn.sbg import bdw, lived, notebook
from lessons.churn.sbg import model as sbg

HIGH_END, REGULAR = sbg.PUBLISHED["high_end"], sbg.PUBLISHED["regular"]


@pytest.fixture(scope="module")
def textbook() -> lived.Box:
    return lived.textbook()


@pytest.mark.parametrize(
    ("cohort", "alpha", "beta"), [(HIGH_END, 0.668, 3.806), (REGULAR, 0.704, 1.182)], ids=["high", "regular"]
)
def test_the_sbg_against_the_parameters_published_in_2007(cohort, alpha, beta):
    found = sbg.project(survivors=cohort[:8], model="sbg", until=12)
    assert found.parameters["alpha"] == pytest.approx(alpha, abs=5e-4)
    assert found.parameters["beta"] == pytest.approx(beta, abs=5e-4)


def test_the_regressions_against_the_equations_published_in_2007():
    line, parabola, fall = (
        sbg.project(survivors=HIGH_END[:8], model=name, until=12)
        for name in ("linear", "quadratic", "exponential")
    )
    assert [round(value, 3) for value in line.parameters.values()] == [0.925, -0.071]
    assert [round(value, 3) for value in parabola.parameters.values()] == [0.997, -0.142, 0.010]
    assert [round(value, 3) for value in fall.parameters.values()] == [-0.062, -0.102]
    assert round(line.r_squared, 3) == 0.922
    assert round(parabola.r_squared, 3) == 0.998


def test_the_beta_discrete_weibull_against_the_parameters_published_in_2018():
    """High End, from its first four renewals; the paper's optimiser stops at the third decimal."""
    found = bdw.fit(survivors=HIGH_END[:5]).parameters
    assert found == pytest.approx({"alpha": 0.259, "beta": 1.722, "c": 1.584}, abs=2e-3)


@pytest.mark.parametrize("cohort", [HIGH_END, REGULAR], ids=["high", "regular"])
@pytest.mark.parametrize("fitted", [4, 7, 11])
def test_the_beta_discrete_weibull_against_scipys_optimiser_without_derivatives(cohort, fitted):
    def minus(theta: np.ndarray) -> float:
        alpha, beta, c = np.exp(theta)
        t = np.arange(fitted + 1)
        survival = np.exp([float(mpmath.log(mpmath.beta(alpha, beta + time**c))) for time in t]) / float(
            mpmath.beta(alpha, beta)
        )
        lost = -np.diff(cohort[: fitted + 1])
        return -(lost @ np.log(-np.diff(survival)) + cohort[fitted] * math.log(survival[-1]))

    found = bdw.fit(survivors=cohort[: fitted + 1])
    other = optimize.minimize(minus, np.log([0.5, 2.0, 1.2]), method="Nelder-Mead", options={"xatol": 1e-6})
    assert found.converged
    assert found.log_likelihood == pytest.approx(-other.fun, abs=1e-4)
    assert found.log_likelihood >= -other.fun - 1e-7


def test_survival_against_the_mixture_integrated_by_scipy():
    story = bdw.BetaDiscreteWeibull(alpha=0.7, beta=2.5, c=1.3)
    for t in (1, 4, 12):
        mean, _ = integrate.quad(lambda p, t=t: (1 - p) ** t**1.3 * stats.beta.pdf(p, 0.7, 2.5), 0, 1)
        assert float(story.survival(periods=t)) == pytest.approx(mean, rel=1e-7)


def test_the_likelihood_against_a_cohort_enumerated_subscriber_by_subscriber():
    """Five subscribers: one leaves at the first renewal, two at the third, two stay; each one's chance, one by one."""
    story = bdw.BetaDiscreteWeibull(alpha=0.9, beta=2.0, c=1.4)
    s = [1.0, *(float(story.survival(periods=t)) for t in (1, 2, 3))]
    lived_by_each = [s[0] - s[1], s[2] - s[3], s[2] - s[3], s[3], s[3]]
    assert story.log_likelihood(survivors=[5, 4, 4, 2]) == pytest.approx(math.log(math.prod(lived_by_each)))


def test_derivatives_of_the_likelihood_against_mpmath():
    survivors = np.array(HIGH_END[:8], dtype=float)
    theta = np.log([0.4, 2.1, 1.4])

    def value(*logs: mpmath.mpf) -> mpmath.mpf:
        alpha, beta, c = (mpmath.exp(one) for one in logs)
        s = [mpmath.beta(alpha, beta + mpmath.mpf(t) ** c) / mpmath.beta(alpha, beta) for t in range(8)]
        lost = [
            int(before - after) * mpmath.log(s[t] - s[t + 1])
            for t, (before, after) in enumerate(pairwise(survivors))
        ]
        return mpmath.fsum(lost) + int(survivors[-1]) * mpmath.log(s[-1])

    found, gradient, hessian = bdw._objective(survivors)(theta)
    with mpmath.workdps(40):
        assert found == pytest.approx(float(value(*theta)), rel=1e-12)
        for i in range(3):
            one = tuple(int(i == k) for k in range(3))
            assert gradient[i] == pytest.approx(float(mpmath.diff(value, tuple(theta), one)), rel=1e-8)
            for j in range(3):
                two = tuple(int(i == k) + int(j == k) for k in range(3))
                assert hessian[i, j] == pytest.approx(float(mpmath.diff(value, tuple(theta), two)), rel=1e-6)


def test_residual_lifetime_against_subscribers_simulated_one_by_one():
    rng = np.random.default_rng(5)
    found = sbg.project(survivors=REGULAR[:8], model="sbg", until=12)
    leave = rng.beta(found.parameters["alpha"], found.parameters["beta"], 400_000)
    stays = rng.geometric(leave) - 1
    for renewals in (0, 3):
        left = stays[stays >= renewals] - renewals
        paid = (1 - 1.2 ** -left.astype(float)) / (1 - 1 / 1.2)
        error = 4 * paid.std() / math.sqrt(len(paid))
        expected = sbg.residual_lifetime(found, renewals=renewals, discount_rate=0.2)
        assert expected == pytest.approx(paid.mean(), abs=error)


def test_a_renewal_raises_what_is_still_to_come_and_one_rate_for_all_does_not():
    story, flat = (
        sbg.project(survivors=HIGH_END[:8], model=name, until=12) for name in ("sbg", "exponential")
    )
    ahead = [sbg.residual_lifetime(story, renewals=one, discount_rate=0.1) for one in range(8)]
    assert (np.diff(ahead) > 0).all()
    assert sbg.residual_lifetime(flat, renewals=0, discount_rate=0.1) == sbg.residual_lifetime(
        flat, renewals=7, discount_rate=0.1
    )


def test_the_six_by_hand_against_multiplication_on_paper():
    six = sbg.six_subscribers()
    assert six["year_3"].tolist() == pytest.approx([0.729, 0.729, 0.512, 0.512, 0.125, 0.125])


def test_the_planted_box_is_found_again_in_the_world(textbook):
    """α = 1 and β = 9 stand in the scenario; the Wald statistic of both has two degrees of freedom."""
    assert (textbook.alpha, textbook.beta) == (1.0, 9.0)
    many = lived.survivors(textbook.sample)
    found = sbg.fit_sbg(survivors=many)
    off = np.log(list(found.parameters.values())) - np.log([1.0, 9.0])
    assert off @ np.linalg.solve(found.covariance_log, off) < stats.chi2.ppf(0.999, 2)
    assert np.abs(np.array(many) / many[0] - textbook.true_survival).max() < 4 * 0.5 / math.sqrt(many[0])


def test_intervals_hold_the_worlds_truth_where_the_story_is_true(textbook):
    right, wrong = (lived.judge(textbook, model=name, fitted=7) for name in ("sbg", "linear"))
    assert 88 <= right.covered <= 100 and right.analysts == 100
    assert wrong.covered < 10


def test_renewals_are_counted_by_hand():
    began = datetime(2024, 1, 1)
    ends = [began + timedelta(days=28), began + timedelta(days=84), None, None]
    starts = [began, began, began, began + timedelta(days=300)]
    table = pd.DataFrame(
        {"started_at": pd.to_datetime(starts), "ended_at": pd.to_datetime(ends), "period_days": 28}
    )
    counts = lived.renewals(table, until=began + timedelta(days=336))
    assert counts.tolist() == [0, 2, 12]  # the fourth has not been there long enough


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="survivors must have four"):
        sbg.project(survivors=[10, 9, 8], model="sbg", until=12)
    with pytest.raises(ValueError, match="model must be one of"):
        sbg.project(survivors=HIGH_END, model="cubic", until=12)
    with pytest.raises(ValueError, match="never rise"):
        sbg.project(survivors=[10, 9, 11, 8], model="bdw", until=12)
    with pytest.raises(ValueError, match="discount_rate"):
        sbg.residual_lifetime(
            sbg.project(survivors=HIGH_END, model="sbg", until=12), renewals=0, discount_rate=0
        )


def test_the_notebook_repeats_the_projection():
    names: dict = {"pd": pd, "table": pd.DataFrame({"survivors": REGULAR})}
    for cell in notebook.cells({"fitted": 7, "until": 12, "model": "bdw", "discount_rate": 0.1}):
        exec(cell, names)
    assert round(1000 * names["found"].survival[-1]) == 177
