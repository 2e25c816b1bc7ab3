"""The regression against NIST's certified values, SciPy, statsmodels, the bootstrap, and lives of known weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from lessons.satisfaction.expectation_disconfirmation import estimating
from lessons.satisfaction.expectation_disconfirmation.estimating import least_squares

# Longley (1967), "An Appraisal of Least Squares Programs for the Electronic Computer from the Point of View of the
# User", Journal of the American Statistical Association 62(319), 819–841, and NIST's certified values for it
# (Statistical Reference Datasets, Longley: higher difficulty).
LONGLEY = """
60323 83.0 234289 2356 1590 107608 1947
61122 88.5 259426 2325 1456 108632 1948
60171 88.2 258054 3682 1616 109773 1949
61187 89.5 284599 3351 1650 110929 1950
63221 96.2 328975 2099 3099 112075 1951
63639 98.1 346999 1932 3594 113270 1952
64989 99.0 365385 1870 3547 115094 1953
63761 100.0 363112 3578 3350 116219 1954
66019 101.2 397469 2904 3048 117388 1955
67857 104.6 419180 2822 2857 118734 1956
68169 108.4 442769 2936 2798 120445 1957
66513 110.8 444546 4681 2637 121950 1958
68655 112.6 482704 3813 2552 123366 1959
69564 114.2 502601 3931 2514 125368 1960
69331 115.7 518173 4806 2572 127852 1961
70551 116.9 554894 4007 2827 130081 1962
"""
CERTIFIED = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.0358191792925910, 0.0334910077722432),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.0511041056535807, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]


def test_longley_as_certified_by_nist():
    rows = np.array([line.split() for line in LONGLEY.strip().splitlines()], dtype=float)
    fit = least_squares(rows[:, 0], {f"x{place}": rows[:, place] for place in range(1, 7)}, robust=False)
    for (name, found), (value, error) in zip(fit.coefficients.items(), CERTIFIED, strict=True):
        assert found == pytest.approx(value, rel=1e-8), name
        assert fit.standard_error(name) == pytest.approx(error, rel=1e-8), name
    assert fit.residual_deviation == pytest.approx(304.854073561965, rel=1e-9)


def test_anscombes_first_quartet_as_printed_and_as_scipy_finds_it():
    """Anscombe (1973): y = 3.00 + 0.500 x, standard error of the slope 0.118."""
    x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5]
    y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68]
    fit = least_squares(y, {"x": x}, robust=False)
    scipy: Any = stats.linregress(x, y)
    assert round(fit.coefficients["constant"], 2) == 3.0 and round(fit.coefficients["x"], 3) == 0.5
    assert round(fit.standard_error("x"), 3) == 0.118
    assert fit.coefficients["x"] == pytest.approx(scipy.slope) and fit.standard_error("x") == pytest.approx(
        scipy.stderr
    )


def answers(count: int = 3000, seed: int = 4, noise: float = 0.5) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    expectation, performance = rng.normal(7, 0.6, count), rng.normal(7, 1.2, count)
    gap = performance - expectation
    satisfaction = (
        7 + 0.6 * np.maximum(gap, 0) + 1.5 * np.minimum(gap, 0) + noise * rng.standard_normal(count)
    )
    return {"satisfaction": satisfaction, "performance": performance, "expectation": expectation}


def test_two_segments_agree_with_scipys_curve_fit():
    rows = answers()
    gap = rows["performance"] - rows["expectation"]

    def bent(x, level, right, left):
        return level + np.where(x > 0, right * x, left * x)

    found, _ = optimize.curve_fit(bent, gap, rows["satisfaction"], p0=[0, 1, 1])
    fit = estimating.asymmetry(**rows)
    assert list(fit.coefficients.values()) == pytest.approx(found, abs=1e-6)


def test_the_ratios_standard_error_agrees_with_the_bootstrap():
    rows = answers()
    _, error = estimating.asymmetry(**rows).ratio("shortfall", "surplus")
    rng, ratios = np.random.default_rng(8), []
    for _ in range(400):
        seen = rng.integers(0, 3000, 3000)
        ratios.append(
            estimating.asymmetry(**{name: row[seen] for name, row in rows.items()}).ratio(
                "shortfall", "surplus"
            )[0]
        )
    assert error == pytest.approx(np.std(ratios), rel=0.12)


def test_whites_errors_by_the_textbooks_sum():
    """(X'X)⁻¹ Σ e² x x' (X'X)⁻¹ × n / (n − k), written out."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=50)
    y = 1 + 2 * x + x * rng.normal(size=50)
    both = np.column_stack([np.ones(50), x])
    inverse = np.linalg.inv(both.T @ both)
    left = y - both @ (inverse @ both.T @ y)
    middle = sum(e**2 * np.outer(row, row) for e, row in zip(left, both, strict=True))
    expected = inverse @ middle @ inverse * 50 / 48
    assert least_squares(y, {"x": x}).covariance == pytest.approx(expected)


# Twelve answers of five customers.
WHO = list("aabbbccdeeee")
PERFORMANCE, EXPECTATION = [9, 8, 5, 6, 5, 7, 9, 4, 8, 9, 6, 7], [7, 7, 7, 6, 8, 8, 7, 6, 7, 8, 8, 5]
SATISFACTION = [9, 9, 4, 6, 3, 6, 9, 5, 8, 8, 6, 9]


def test_errors_by_customer_as_statsmodels_finds_them():
    """statsmodels 0.15.0, OLS(…).fit(cov_type="cluster", cov_kwds={"groups": WHO}): params, bse, cov_params()[1, 2]."""
    fit = estimating.asymmetry(SATISFACTION, performance=PERFORMANCE, expectation=EXPECTATION, customers=WHO)
    assert list(fit.coefficients.values()) == pytest.approx([6.88495575, 1.13569322, 1.0840708])
    errors = [fit.standard_error(name) for name in fit.coefficients]
    assert errors == pytest.approx([0.51572938, 0.29812239, 0.1629124])
    assert fit.covariance[1, 2] == pytest.approx(-0.00737138, rel=1e-5)


def test_where_each_answers_once_the_errors_are_whites():
    rows = answers(300)
    once = estimating.asymmetry(**rows, customers=np.arange(300))
    assert once.covariance == pytest.approx(estimating.asymmetry(**rows).covariance, rel=1e-12)


def test_the_same_answers_handed_in_three_times_teach_nothing_new():
    """But for the factor (n − 1) / (n − k), which knows of n answers."""
    rows, who = answers(300), np.arange(300)
    once = estimating.asymmetry(**rows, customers=who)
    thrice = estimating.asymmetry(
        **{name: np.tile(row, 3) for name, row in rows.items()}, customers=np.tile(who, 3)
    )
    factor = (899 / 897) / (299 / 297)
    assert thrice.covariance == pytest.approx(once.covariance * factor, rel=1e-9)


def often_asked(customers: int, seed: int) -> dict[str, np.ndarray]:
    """Customers with one to six answers each, whose ways of answering stay their own; ratio 2.5."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(customers), rng.integers(1, 7, customers))
    gap = rng.normal(0, 0.6, customers)[who] + rng.normal(0, 1, len(who))
    generous = rng.normal(0, 0.4, customers)[who] * (1 + np.abs(gap))
    satisfaction = 7 + np.maximum(gap, 0) + 2.5 * np.minimum(gap, 0) + generous
    return {
        "satisfaction": satisfaction + rng.normal(0, 0.4, len(who)),
        "performance": 7 + gap,
        "expectation": np.full(len(who), 7.0),
        "customers": who,
    }


def test_errors_by_customer_agree_with_a_bootstrap_over_customers():
    rows = often_asked(400, seed=3)
    ratio, error = estimating.asymmetry(**rows).ratio("shortfall", "surplus")
    places = [np.flatnonzero(rows["customers"] == one) for one in range(400)]
    rng, ratios = np.random.default_rng(8), []
    alone = {name: row for name, row in rows.items() if name != "customers"}
    for _ in range(400):
        seen = np.concatenate([places[one] for one in rng.integers(0, 400, 400)])
        drawn = estimating.asymmetry(**{name: row[seen] for name, row in alone.items()})
        ratios.append(drawn.ratio("shortfall", "surplus")[0])
    assert error == pytest.approx(np.std(ratios), rel=0.1)
    # White's, which take the answers for independent, are too small here.
    assert estimating.asymmetry(**alone).ratio("shortfall", "surplus")[1] < 0.88 * error
    assert ratio == pytest.approx(2.5, abs=3 * error)


def test_analysts_who_hear_whole_customers_cover_as_often_as_promised():
    """Analysts draw from a large survey of an honest scale, by customer; the survey's own ratio is the truth."""
    rows = often_asked(20_000, seed=5)
    own, _ = estimating.asymmetry(**rows).ratio("shortfall", "surplus")
    held = estimating.covered(**rows, true_ratio=own, analysts=200, sample=400, seed=2)
    assert 178 <= held <= 198


def test_intervals_of_an_honest_scale_hold_the_planted_ratio_as_often_as_promised():
    """Every analyst sees another survey; 0.6 and 1.5 were planted, so the ratio is 2.5."""
    inside = 0
    for seed in range(300):
        ratio, error = estimating.asymmetry(**answers(400, seed)).ratio("shortfall", "surplus")
        inside += abs(ratio - 2.5) < 1.96 * error
    assert 0.9 < inside / 300 < 0.985


def test_columns_that_say_the_same_and_too_few_answers_are_refused():
    with pytest.raises(ValueError, match="repeat"):
        least_squares([1, 2, 3, 5], {"a": [1, 2, 3, 4], "b": [2, 4, 6, 8]})
    with pytest.raises(ValueError, match="answers are too few"):
        least_squares([1, 2], {"a": [1, 2]})
    with pytest.raises(ValueError, match="customers are too few"):
        least_squares([1, 2, 4, 3], {"a": [1, 2, 3, 4]}, customers=["x", "x", "y", "y"])


@pytest.fixture(scope="module")
def judged():
    from datasets.world import live, load_scenario
    from lessons.satisfaction.expectation_disconfirmation import lived

    scenario = load_scenario("tea_shops")
    world = live(scenario, customers=3000, seed=11)
    rows = {
        name: world.tables[name].to_pandas()
        for name in ("surveys", "truth_encounters", "orders", "truth_customers")
    }
    encounters = rows["truth_encounters"].merge(rows["orders"][["order_id", "customer_id"]], on="order_id")
    encounters = encounters.merge(rows["truth_customers"][["customer_id", "desire"]], on="customer_id")
    found = lived.judge(surveys=rows["surveys"], lived=encounters, scenario=scenario)
    given = lived.answers(rows["surveys"])
    asked = {name: given[name] for name in ("performance", "expectation")}
    fit = estimating.asymmetry(given["satisfaction"], **asked, customers=given["customer_id"])
    # The survey's errors count people, who are fewer than the answers.
    assert found.survey.covariance == pytest.approx(fit.covariance)
    assert found.customers == given["customer_id"].nunique() < len(given)
    return found


def test_what_was_lived_gives_back_the_worlds_own_weights(judged):
    """0.55 + 0.25 above, twice that below: the scenario's numbers, found again to the digits of a float32."""
    exact = judged.stages.set_index("stage").loc["exact"]
    assert exact["surplus"] == pytest.approx(0.80, abs=1e-4)
    assert exact["shortfall"] == pytest.approx(1.60, abs=1e-4)


def test_each_step_from_life_to_survey_bends_as_the_page_says(judged):
    steps = judged.stages.set_index("stage")
    assert steps.loc["errs", "surplus"] < 0.7 * steps.loc["lived", "surplus"]
    assert steps.loc["errs", "shortfall"] < 0.7 * steps.loc["lived", "shortfall"]
    assert steps.loc["ends", "ratio"] > 1.5 * steps.loc["errs", "ratio"]
    assert judged.covered_large < judged.covered_small
    assert isinstance(judged.means, pd.DataFrame)
