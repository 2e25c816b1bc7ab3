"""Held against what simply counting says: every string of six occasions, and simulated customers."""

from fractions import Fraction
from itertools import product
from math import comb, factorial

import numpy as np
import pytest
from scipy.special import psi

from lessons.customer_value.btyd.bg_bb import BgBb
from lessons.customer_value.btyd.bg_nbd import BgNbd
from lessons.customer_value.btyd.mbg_nbd import MbgNbd
from lessons.customer_value.btyd.nbd import Nbd
from lessons.customer_value.btyd.pareto_nbd import ParetoNbd

# ---- BG/BB: exact fractions, every life and every string of purchases

ALPHA, BETA, GAMMA, DELTA = 2, 3, 1, 4


def beta(a: int, b: int) -> Fraction:
    return Fraction(factorial(a - 1) * factorial(b - 1), factorial(a + b - 1))


def chance(string: tuple[int, ...], alive_for: int) -> Fraction:
    """That a customer is there for exactly `alive_for` of the occasions (all of them: at least), and buys so."""
    x, n = sum(string), len(string)
    if any(string[alive_for:]):
        return Fraction(0)
    buys = beta(ALPHA + x, BETA + alive_for - x) / beta(ALPHA, BETA)
    left = int(alive_for < n)
    return buys * beta(GAMMA + left, DELTA + alive_for) / beta(GAMMA, DELTA)


def lives(n: int):
    for string in product((0, 1), repeat=n):
        for alive_for in range(n + 1):
            yield string, alive_for, chance(string, alive_for)


@pytest.fixture(scope="module")
def model() -> BgBb:
    return BgBb(alpha=ALPHA, beta=BETA, gamma=GAMMA, delta=DELTA)


def test_the_lives_add_up_to_1():
    assert sum(p for _, _, p in lives(6)) == 1


@pytest.mark.parametrize(("x", "recency"), [(0, 0), (1, 1), (1, 4), (2, 3), (3, 4), (4, 4)])
def test_bg_bb_predictions_by_counting_all_lives(model, x, recency):
    n, horizon = 4, 2
    seen = [
        (string, alive_for, p)
        for string, alive_for, p in lives(n + horizon)
        if sum(string[:n]) == x and (x == 0 or max(i + 1 for i in range(n) if string[i]) == recency)
    ]
    whole = sum(p for _, _, p in seen)
    history = {"x": x, "recency": recency, "age": n}
    strings = comb(recency - 1, x - 1) if x else 1
    assert model.log_likelihood(**history) == pytest.approx(np.log(float(whole / strings)))
    for ahead in (0, 1, 2):
        there = sum(p for _, alive_for, p in seen if alive_for >= n + ahead)
        assert model.p_alive(**history, ahead=ahead) == pytest.approx(float(there / whole))
    expected = sum(p * sum(string[n:]) for string, _, p in seen)
    assert model.expected_purchases(**history, horizon=horizon) == pytest.approx(float(expected / whole))
    for bought in range(4):
        exactly = sum(p for string, _, p in seen if sum(string[n:]) == bought)
        got = model.conditional_pmf(n=bought, **history, horizon=horizon)
        assert got == pytest.approx(float(exactly / whole), abs=1e-15)


def test_bg_bb_of_a_new_customer_by_counting_all_lives(model):
    for bought in range(7):
        exactly = sum(p for string, _, p in lives(5) if sum(string) == bought)
        assert model.pmf(n=bought, age=5) == pytest.approx(float(exactly), abs=1e-15)
    expected = sum(p * sum(string) for string, _, p in lives(5))
    assert model.expected_purchases_new(horizon=5) == pytest.approx(float(expected))


@pytest.mark.parametrize("delta", [0.4, 6.0, 3e4])
@pytest.mark.parametrize("gamma", [0.3, 1.0, 1 + 1e-9, 2.5, 80.0, 3000.0])
def test_bg_bb_over_a_very_long_horizon(gamma, delta):
    """There at occasion t with chance δ(δ+1)…/((γ+δ)(γ+δ+1)…), t factors each: added up one by one."""
    t = np.arange(300_000)
    there = np.exp(np.cumsum(-np.log1p(gamma / (delta + t))))
    horizon = np.array([0, 1, 1999, 2000, 2001, 2500, 40_000, 300_000])
    by_counting = np.concatenate([[0], np.cumsum(there)])[horizon] / 2
    model = BgBb(alpha=1, beta=1, gamma=gamma, delta=delta)
    assert model.expected_purchases_new(horizon=horizon) == pytest.approx(by_counting, rel=1e-9)


def test_bg_bb_over_a_horizon_without_end():
    """With gamma = 1 the sum is δ times a difference of digammas, with gamma = 3 it ends at δ/2."""
    model = BgBb(alpha=1, beta=1, gamma=1.0, delta=6.0)
    assert model.expected_purchases_new(horizon=10**9) == pytest.approx(
        3 * (psi(10**9 + 7) - psi(7)), rel=1e-9
    )
    model = BgBb(alpha=1, beta=1, gamma=3.0, delta=6.0)
    assert model.expected_purchases_new(horizon=10**12) == pytest.approx(6 / 2 / 2, rel=1e-9)


# ---- the models in continuous time: simulated lives, as the models tell them

CUSTOMERS, AGE, HORIZON = 200_000, 30.0, 20.0


def simulate(kind: str) -> dict[str, np.ndarray]:
    """x, recency, whether alive at AGE, and purchases within HORIZON after it."""
    rng = np.random.default_rng(20_260_101)
    rate = rng.gamma(0.8, 1 / 6.0, CUSTOMERS)
    dies_at = np.full(CUSTOMERS, np.inf)
    p = np.zeros(CUSTOMERS)
    if kind == "pareto":
        dies_at = rng.exponential(1 / rng.gamma(1.2, 1 / 15.0, CUSTOMERS))
    elif kind != "nbd":
        p = rng.beta(0.9, 2.5, CUSTOMERS)
    now, x, recency, future = (np.zeros(CUSTOMERS) for _ in range(4))
    if kind == "mbg":
        dies_at = np.where(rng.random(CUSTOMERS) < p, 0.0, np.inf)
    while (going := np.flatnonzero((now < AGE + HORIZON) & (now < dies_at))).size:
        now[going] += rng.exponential(1 / rate[going])
        buys = going[(now[going] < AGE + HORIZON) & (now[going] < dies_at[going])]
        early = buys[now[buys] <= AGE]
        x[early] += 1
        recency[early] = now[early]
        future[buys[now[buys] > AGE]] += 1
        quits = buys[rng.random(buys.size) < p[buys]]
        dies_at[quits] = now[quits]
    return {"x": x, "recency": recency, "alive": dies_at > AGE, "future": future}


MODELS = {
    "nbd": Nbd(r=0.8, alpha=6.0),
    "bg": BgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5),
    "mbg": MbgNbd(r=0.8, alpha=6.0, a=0.9, b=2.5),
    "pareto": ParetoNbd(r=0.8, alpha=6.0, s=1.2, beta=15.0),
}


def about(got: np.ndarray, seen: np.ndarray) -> None:
    """Means agree within four standard errors of the difference."""
    gap = np.asarray(seen, float) - got
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(gap.size) + 1e-12


@pytest.mark.parametrize("kind", MODELS)
def test_models_foretell_simulated_customers(kind):
    lived, told = simulate(kind), MODELS[kind]
    history = {"x": lived["x"], "recency": lived["recency"], "age": AGE}
    alive = told.p_alive(**history)
    expected = told.expected_purchases(**history, horizon=HORIZON)
    none, two = (told.conditional_pmf(n=n, **history, horizon=HORIZON) for n in (0, 2))
    groups = [lived["x"] == 0, lived["x"] == 1, lived["x"] > 1, lived["recency"] > 0.8 * AGE]
    groups.append((lived["x"] > 2) & (lived["recency"] < 0.5 * AGE))
    for group in groups:
        assert group.sum() > 500
        about(alive[group], lived["alive"][group])
        about(expected[group], lived["future"][group])
        about(none[group], lived["future"][group] == 0)
        about(two[group], lived["future"][group] == 2)
    for n in (0, 1, 4):
        about(np.full(CUSTOMERS, told.pmf(n=n, age=AGE)), lived["x"] == n)
    about(np.full(CUSTOMERS, told.expected_purchases_new(horizon=AGE)), lived["x"])


@pytest.mark.parametrize("kind", MODELS)
def test_probabilities_add_up_and_average_to_the_expectation(kind):
    model, n = MODELS[kind], np.arange(1500)
    new = model.pmf(n=n, age=AGE)
    assert new.sum() == pytest.approx(1, abs=1e-9)
    assert new @ n == pytest.approx(model.expected_purchases_new(horizon=AGE), rel=1e-9)
    history = {"x": 3, "recency": 22.0, "age": AGE}
    later = model.conditional_pmf(n=n, **history, horizon=HORIZON)
    assert later.sum() == pytest.approx(1, abs=1e-9)
    assert later @ n == pytest.approx(model.expected_purchases(**history, horizon=HORIZON), rel=1e-9)
