"""Held against integrals from the definitions, in 20 digits, where parameters and histories are extreme."""

from itertools import pairwise

import mpmath as mp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, roots_genlaguerre

from lessons.customer_value.btyd import bg_nbd, mbg_nbd, nbd, pareto_nbd
from lessons.customer_value.btyd.gamma_gamma import GammaGamma
from lessons.customer_value.btyd.sbg import Sbg

CLOSE = 1e-9  # promised: 1e-6


@pytest.fixture(autouse=True)
def _twenty_digits():
    with mp.workdps(20):
        yield


def integral(function, edges):
    """mp.quad stops at an absolute error: so scale the integrand to about 1, and cut where it turns."""
    edges = sorted(set(edges))
    size = max(abs(function((a + b) / 2)) for a, b in pairwise(edges))
    return size * mp.quad(lambda u: function(u) / size, edges) if size else mp.mpf(0)


def over_rates(r, alpha, x, time):
    """∫ λ^x e^(−λ·time) over the gamma density of λ."""
    r, alpha = mp.mpf(r), mp.mpf(alpha)
    return mp.gamma(r + x) / mp.gamma(r) * alpha**r / (alpha + time) ** (r + x)


def over_chances(a, b, left, stayed):
    """∫ p^left (1−p)^stayed over the beta density of p."""
    return mp.beta(mp.mpf(a) + left, mp.mpf(b) + stayed) / mp.beta(a, b)


def test_the_two_mixing_integrals_are_what_they_are_said_to_be():
    density = lambda rate: mp.mpf(3) ** 2.5 * rate**1.5 * mp.exp(-3 * rate) / mp.gamma(2.5)  # noqa: E731
    direct = mp.quad(lambda rate: density(rate) * rate**4 * mp.exp(-rate * 7), [0, 0.5, 2, mp.inf])
    assert float(direct / over_rates(2.5, 3, 4, 7)) == pytest.approx(1, abs=1e-12)
    direct = mp.quad(lambda p: p**0.5 * (1 - p) ** 2 * p * (1 - p) ** 6 / mp.beta(1.5, 3), [0, 0.5, 1])
    assert float(direct / over_chances(1.5, 3, 1, 6)) == pytest.approx(1, abs=1e-12)


HISTORIES = [  # x, recency, age: nobody came back; recency = age; thousands; days, years; a new customer
    (0, 0, 38.86), (2, 30.43, 38.86), (1, 38.86, 38.86), (3000, 270.0, 272.0), (5000, 10.0, 272.0), (7, 0.01, 5000.0),
    (3, 0.4, 0.745), (40, 1e-4, 1e-3), (0, 0, 0), (12, 3000.0, 3650.0),
]  # fmt: skip
BETA_GEOMETRIC = [
    (0.243, 4.414, 0.793, 2.426), (0.5, 30.0, 1.0, 2.0), (20.0, 0.05, 1.0 + 1e-12, 5.0), (0.01, 1e4, 0.02, 0.03),
    (300.0, 900.0, 50.0, 2.0), (1e-3, 1e-3, 3.0, 1e5),
]  # fmt: skip


@pytest.mark.parametrize("parameters", BETA_GEOMETRIC)
@pytest.mark.parametrize("first", [1, 0], ids=["bg-nbd", "mbg-nbd"])
def test_bg_and_mbg_likelihood_and_p_alive(parameters, first):
    r, alpha, a, b = parameters
    kind = bg_nbd.BgNbd if first else mbg_nbd.MbgNbd
    model = kind(r=r, alpha=alpha, a=a, b=b)
    for x, recency, age in HISTORIES:
        chances = x + 1 - first  # purchases after which the customer might have left
        stays = over_rates(r, alpha, x, age) * over_chances(a, b, 0, chances)
        leaves = (
            over_rates(r, alpha, x, recency) * over_chances(a, b, 1, chances - 1) if chances else mp.mpf(0)
        )
        history = {"x": x, "recency": recency, "age": age}
        log = float(mp.log(stays + leaves))
        assert model.log_likelihood(**history) == pytest.approx(log, rel=CLOSE, abs=1e-8), history
        assert model.p_alive(**history) == pytest.approx(
            float(stays / (stays + leaves)), rel=1e-8, abs=1e-300
        )


@pytest.mark.parametrize("parameters", BETA_GEOMETRIC)
@pytest.mark.parametrize("horizon", [1e-3, 39.0, 1e6])
def test_bg_and_mbg_expectation_is_the_mean_over_customers(parameters, horizon):
    """A customer with λ and p buys (1 − e^(−λpt))/p times on average: averaged here over p, digit by digit."""
    r, alpha, a, b = map(mp.mpf, parameters)

    def purchases(a, b):
        def shortfall(y):  # of (1 − (1 + pz)^−r)/(pzr) from 1: vanishes with p, so that small a do no harm
            log_p, log_q = -mp.log1p(mp.exp(-y)), -mp.log1p(mp.exp(y))
            pz = mp.exp(log_p) * horizon / alpha
            share = -mp.expm1(-r * mp.log1p(pz)) / (pz * r)
            return mp.exp(a * log_p + b * log_q) * (1 - share) / mp.beta(a, b)

        centre = mp.log(a / b)
        left = centre - 20 - 60 / (1 + a) - abs(mp.log(horizon / alpha))
        ladder = [mp.mpf(0.5) ** k for k in range(11)]
        edges = [
            centre,
            *(centre + (left - centre) * k for k in ladder),
            *(centre + (5 + 60 / b) * k for k in ladder),
        ]
        return r * horizon / alpha * (1 - integral(shortfall, edges))

    new = float(purchases(a, b)), float(b / (a + b) * purchases(a, b + 1))
    names = dict(zip(("r", "alpha", "a", "b"), parameters, strict=True))
    assert bg_nbd.BgNbd(**names).expected_purchases_new(horizon=horizon) == pytest.approx(new[0], rel=1e-8)
    assert mbg_nbd.MbgNbd(**names).expected_purchases_new(horizon=horizon) == pytest.approx(new[1], rel=1e-8)


@settings(max_examples=150, deadline=None)
@given(
    r=st.floats(0.01, 60),
    a=st.one_of(st.floats(1e-3, 200), st.sampled_from([1.0, 1 - 1e-9, 1 + 1e-9])),
    b=st.floats(1e-3, 2000),
    z=st.floats(1e-6, 60),
)
def test_bg_expectation_is_the_sum_over_each_further_purchase(r, a, b, z):
    """Purchase k happens if the customer outlived the k − 1 before it, and would have bought k times by then."""
    k = np.arange(1, 12_001)
    outlived = np.exp(np.concatenate([[0], np.cumsum(-np.log1p(a / (b + k[:-1] - 1)))]))
    expected = outlived @ betainc(k, r, z / (1 + z))
    model = bg_nbd.BgNbd(r=r, alpha=2.0, a=a, b=b)
    assert model.expected_purchases_new(horizon=2 * z) == pytest.approx(expected, rel=1e-8)


PARETO = [
    (0.553, 10.578, 0.606, 11.669), (2.0, 1e-3, 1.0, 1e3), (0.05, 500.0, 3.0, 0.2), (40.0, 60.0, 1.0 + 1e-11, 3.0),
    (0.3, 1.0, 0.01, 1e4), (5.0, 7.0, 30.0, 7.0),
]  # fmt: skip


@pytest.mark.parametrize("parameters", PARETO)
def test_pareto_nbd_likelihood_and_p_alive(parameters):
    r, alpha, s, beta = map(mp.mpf, parameters)
    model = pareto_nbd.ParetoNbd(**dict(zip(pareto_nbd.NAMES, parameters, strict=True)))
    for x, recency, age in HISTORIES:
        # Relative to a customer who is alive now; left at u, with the density of leaving at u.
        def left_at(u, x=x, age=age):
            buys = (r + x) * (mp.log(alpha + age) - mp.log(alpha + u))
            return mp.exp(buys + s * mp.log((beta + age) / (beta + u))) * s / (beta + u)

        edges = [recency + (mp.mpf(age) - recency) * mp.mpf(0.1) ** k for k in range(8)] + [recency]
        gone = integral(left_at, edges) if age > recency else mp.mpf(0)
        alive = over_rates(r, alpha, x, age) * (beta / (beta + age)) ** s
        history = {"x": x, "recency": recency, "age": age}
        log = float(mp.log(alive * (1 + gone)))
        assert model.log_likelihood(**history) == pytest.approx(log, rel=CLOSE, abs=1e-8), history
        assert model.p_alive(**history) == pytest.approx(float(1 / (1 + gone)), rel=1e-8, abs=1e-300), history


def test_pareto_nbd_likelihood_from_both_rates():
    """Straight from a customer's two exponential clocks, averaged over both gamma densities (Gauss–Laguerre)."""
    r, alpha, s, beta = 1.4, 6.0, 1.7, 9.0
    buying, of_buying = roots_genlaguerre(80, r - 1)
    leaving, of_leaving = roots_genlaguerre(80, s - 1)
    buying, leaving = buying[:, None] / alpha, leaving / beta
    both = buying + leaving
    gone = leaving / both * (np.exp(-both * 3) - np.exp(-both * 8))
    mean = (
        of_buying
        @ (buying**2 * (np.exp(-both * 8) + gone))
        @ of_leaving
        / (of_buying.sum() * of_leaving.sum())
    )
    model = pareto_nbd.ParetoNbd(r=r, alpha=alpha, s=s, beta=beta)
    assert model.log_likelihood(x=2, recency=3, age=8) == pytest.approx(np.log(mean), abs=1e-9)


@pytest.mark.parametrize("parameters", PARETO)
@pytest.mark.parametrize("horizon", [1e-6, 52.0, 1e8])
def test_pareto_nbd_expectation_is_the_rate_while_alive(parameters, horizon):
    r, alpha, s, beta = map(mp.mpf, parameters)
    edges = [0, *(horizon * mp.mpf(0.1) ** k for k in range(16))]
    alive = integral(lambda u: (beta / (beta + u)) ** s, edges)
    model = pareto_nbd.ParetoNbd(**dict(zip(pareto_nbd.NAMES, parameters, strict=True)))
    assert model.expected_purchases_new(horizon=horizon) == pytest.approx(float(r / alpha * alive), rel=CLOSE)


@pytest.mark.parametrize("parameters", PARETO)
@pytest.mark.parametrize(
    ("n", "age"), [(0, 39.0), (3, 39.0), (60, 500.0), (3000, 900.0), (2, 1e-3), (5, 1e6)]
)
def test_pareto_nbd_pmf_from_the_moment_of_leaving(parameters, n, age):
    r, alpha, s, beta = map(mp.mpf, parameters)

    def buys(u):
        ways = mp.gamma(r + n) / mp.gamma(r) / mp.factorial(n)
        return ways * (alpha / (alpha + u)) ** r * (u / (alpha + u)) ** n

    def left_at(u):
        return buys(u) * s / beta * (beta / (beta + u)) ** (s + 1)

    halves = [age * mp.mpf(0.5) ** k for k in range(30)]
    fine = [age * (1 - mp.mpf(0.3) ** k) for k in range(1, 7)]
    chance = float(buys(mp.mpf(age)) * (beta / (beta + age)) ** s + integral(left_at, [0, *halves, *fine]))
    model = pareto_nbd.ParetoNbd(**dict(zip(pareto_nbd.NAMES, parameters, strict=True)))
    assert model.pmf(n=n, age=age) == pytest.approx(chance, rel=1e-8, abs=1e-200)


@pytest.mark.parametrize(("p", "q", "gamma"), [(6.25, 3.74, 15.44), (0.3, 1.5, 400.0), (50.0, 30.0, 0.01)])
def test_gamma_gamma_density_and_expectation_from_the_customers_own_mean(p, q, gamma):
    """x purchases that are gamma(p, ν) have a mean that is gamma(px, νx); ν is gamma(q, γ) over customers."""
    model = GammaGamma(p=p, q=q, gamma=gamma)
    x, mean_spend = 3, 2 * p * gamma / q
    size = p * x + q
    peak = (size - 1) / (gamma + x * mean_spend) if size > 1 else 1 / gamma

    def joint(rate):
        shape = p * x
        spend = (rate * x) ** shape * mp.mpf(mean_spend) ** (shape - 1) * mp.exp(-rate * x * mean_spend)
        own = mp.mpf(gamma) ** q * rate ** (q - 1) * mp.exp(-gamma * rate)
        return spend * own / (mp.gamma(shape) * mp.gamma(q))

    edges = [0, *(peak * mp.mpf(2) ** k for k in range(-8, 6)), 300 * peak]
    density = integral(joint, edges)
    expected = integral(lambda rate: p / rate * joint(rate), edges) / density
    log = model.log_likelihood(x=x, mean_spend=mean_spend)
    assert log == pytest.approx(float(mp.log(density)), abs=1e-8)
    assert model.expected_spend(x=x, mean_spend=mean_spend) == pytest.approx(float(expected), rel=1e-8)


def test_gamma_gamma_says_infinite_where_there_is_no_mean():
    model = GammaGamma(p=0.2, q=0.5, gamma=10.0)
    assert model.expected_spend(x=[0, 2, 3], mean_spend=20.0).tolist()[:2] == [np.inf, np.inf]
    assert model.expected_spend(x=3, mean_spend=20.0) == pytest.approx(0.2 * (10 + 60) / 0.1)


@pytest.mark.parametrize(("alpha", "beta"), [(0.668, 3.806), (1.0, 1.0), (1e5, 3e5), (0.01, 50.0)])
def test_sbg_survival_and_residual_lifetime(alpha, beta):
    model = Sbg(alpha=alpha, beta=beta)
    for periods in (0, 1, 12, 10**9):
        share = mp.beta(alpha, mp.mpf(beta) + periods) / mp.beta(alpha, beta)
        assert model.survival(periods=periods) == pytest.approx(float(share), rel=1e-8, abs=1e-300)
    # After two renewals: the chances of a third, a fourth …, each discounted once more.
    total, term = mp.mpf(0), mp.mpf(1)
    for k in range(2, 1200):
        term *= (mp.mpf(beta) + k) / (mp.mpf(alpha) + beta + k)
        total += term / mp.mpf("1.05") ** (k - 2)
    lifetime = model.expected_residual_lifetime(renewals=2, discount_rate=0.05)
    assert lifetime == pytest.approx(float(total), rel=1e-8)


def test_nbd_pmf_with_thousands_of_purchases():
    r = mp.mpf("0.4")
    ways = mp.gamma(r + 4000) / mp.gamma(r) / mp.factorial(4000)
    exact = ways * (mp.mpf(12) / 912) ** r * (mp.mpf(900) / 912) ** 4000
    assert nbd.Nbd(r=0.4, alpha=12).pmf(n=4000, age=900) == pytest.approx(float(exact), rel=CLOSE)
