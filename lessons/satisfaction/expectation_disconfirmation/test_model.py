"""Promises and judgements against hand calculations, closed forms, quadrature by SciPy, and a simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from lessons.satisfaction.expectation_disconfirmation import model
from lessons.satisfaction.expectation_disconfirmation.model import Offer


def test_six_customers_by_hand():
    """2 + 1 + 0 + 0 − 2 − 4 = −3 of six is −0.5; 3 + 2 + 1 + 1 + 0 − 2 = 5 of six is 0.83."""
    six = model.six_customers()
    assert six["felt_first"].tolist() == [2, 1, 0, 0, -2, -4]
    assert six["felt_second"].tolist() == [3, 2, 1, 1, 0, -2]
    assert six["felt_first"].mean() == -0.5
    assert six["felt_second"].mean() == pytest.approx(5 / 6)


def test_assimilation_and_contrast_by_hand():
    """Zone 2, half overlooked, then doubled: 1 → 0.5; 3 → 1 + 2 = 3; −5 → −(1 + 6) = −7."""
    seen = model.perceived_gap([1, 3, -5], assimilation=0.5, contrast=1, zone_points=2)
    assert seen.tolist() == [0.5, 3.0, -7.0]


@pytest.mark.parametrize(("loss_weight", "spread"), [(0, 1), (1, 1), (2.25, 0.5), (3, 2.5)])
def test_an_honest_promise_costs_what_the_half_normal_mean_says(loss_weight, spread):
    """E min(X, 0) of a normal X round zero is −σ/√(2π)."""
    offer = Offer(performance=7, loss_weight=loss_weight, spread=spread)
    expected = -loss_weight * spread / math.sqrt(2 * math.pi)
    assert float(offer.mean_satisfaction(7.0)) == pytest.approx(
        expected, abs=0.004 * max(loss_weight, 1) * spread
    )


@pytest.mark.parametrize("promise", [2.0, 5.5, 6.35, 9.0])
def test_who_stays_agrees_with_an_integral_by_scipy(promise):
    offer = Offer(performance=7, spread=1.5, loss_weight=2, assimilation=0.3, contrast=0.5, zone_points=2)

    def inside(z):
        gap = 7 + 1.5 * z - promise
        small, large = min(abs(gap), 2), max(abs(gap) - 2, 0)
        seen = math.copysign(0.7 * small + 1.5 * large, gap)
        felt = seen if seen > 0 else 3 * seen
        return stats.norm.pdf(z) / (1 + math.exp(-(math.log(4) + felt)))

    kinks = [(promise - 7 + far) / 1.5 for far in (-2, 0, 2)]
    exact = integrate.quad(inside, -9, 9, points=kinks, limit=200)[0]
    assert float(offer.staying(promise)) == pytest.approx(exact, abs=0.002)


def test_people_drawn_one_by_one_buy_and_stay_as_often_as_the_formula_says():
    rng, count, promise = np.random.default_rng(5), 400_000, 6.0
    buys = rng.random(count) < 1 / (1 + math.exp(-0.8 * (promise - 5)))
    gap = rng.normal(7, 1, count) - promise
    felt = np.where(gap < 0, 2 * gap, gap)
    stays = rng.random(count) < 1 / (1 + np.exp(-(math.log(4) + felt)))
    error = 4 * math.sqrt(0.25 / count)
    assert float(Offer(performance=7).loyal(promise)) == pytest.approx(
        (buys & stays).mean(), abs=error + 0.001
    )


@pytest.mark.parametrize("loss_weight", [0, 1, 3])
def test_the_best_promise_agrees_with_scipys_optimiser(loss_weight):
    offer = Offer(performance=7, loss_weight=loss_weight)
    found = optimize.minimize_scalar(
        lambda promise: -float(offer.loyal(promise)), bounds=(1, 10), method="bounded"
    )
    assert offer.best_promise() == pytest.approx(found.x, abs=0.04)


def test_without_ups_and_downs_the_best_promise_lies_where_its_derivative_is_zero():
    """No shortfall weight, no spread: k (1 − B) = 1 − R, solved by SciPy's brentq."""
    offer = Offer(performance=7, loss_weight=0, spread=0)

    def slope(promise):
        buys = 1 / (1 + math.exp(-0.8 * (promise - 5)))
        stays = 1 / (1 + math.exp(-(math.log(4) + 7 - promise)))
        return 0.8 * (1 - buys) - (1 - stays)

    assert offer.best_promise() == pytest.approx(optimize.brentq(slope, 1, 10), abs=0.03)


def test_a_surplus_melts_as_a_geometric_series_by_hand():
    """Two points at 15%: after ten visits 2 × 0.85¹⁰ = 0.39, as the check's reply says."""
    run = model.repeat_purchases(performance=8, promise=6, learning=0.15)
    assert run["gap"].iloc[10] == pytest.approx(0.3937, abs=1e-4)
    assert run["expectation"].iloc[0] == 6


@given(st.floats(1, 10), st.floats(0, 3), st.floats(0, 1), st.floats(0, 2), st.floats(0, 5))
def test_what_is_felt_never_rises_with_the_promise(performance, loss_weight, assimilation, contrast, zone):
    offer = Offer(
        performance=performance,
        loss_weight=loss_weight,
        assimilation=assimilation,
        contrast=contrast,
        zone_points=zone,
    )
    grid = model.promise_grid()[::10]
    assert (np.diff(offer.mean_satisfaction(grid)) <= 1e-9).all()
    assert ((offer.loyal(grid) >= 0) & (offer.loyal(grid) <= offer.buyers(grid))).all()


@pytest.mark.parametrize(
    "wrong", [dict(loss_weight=-1), dict(assimilation=1.2), dict(spread=-1), dict(stay_if_met=1)]
)
def test_numbers_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Offer(performance=7, **wrong)
