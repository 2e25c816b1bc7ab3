"""The search: derivatives, weights, units of time, bad histories, and data that have no optimum."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.customer_value.btyd import bg_bb, bg_nbd, fitting, gamma_gamma, mbg_nbd, nbd, pareto_nbd, sbg

TIMED = [nbd, bg_nbd, mbg_nbd, pareto_nbd]
MODELS = {nbd: nbd.Nbd, bg_nbd: bg_nbd.BgNbd, mbg_nbd: mbg_nbd.MbgNbd, pareto_nbd: pareto_nbd.ParetoNbd}
timed = pytest.mark.parametrize("module", TIMED, ids=lambda module: module.__name__.split(".")[-1])
parameter = st.floats(-4, 4).map(np.exp)


def histories(seed: int, size: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = np.where(rng.random(size) < 0.4, 0, rng.geometric(0.2, size))
    age = rng.integers(1, 60, size) / 7
    return {"x": x, "recency": np.where(x > 0, age * rng.random(size), 0.0), "age": age}


@pytest.mark.parametrize(
    ("objective", "theta"),
    [
        (lambda h, w: nbd._objective(h["x"], h["age"], w), [-0.5, 1.0]),
        (
            lambda h, w: bg_nbd._objective(h["x"], h["recency"], h["age"], w, leaving_from=1),
            [-0.3, 0.4, -0.5, 1.2],
        ),
        (
            lambda h, w: bg_nbd._objective(h["x"], h["recency"], h["age"], w, leaving_from=0),
            [-0.3, 0.4, -0.5, 1.2],
        ),
        (
            lambda h, w: pareto_nbd._objective(h["x"], h["recency"], h["age"], w, nodes=64),
            [-0.3, 0.4, -0.5, 1.2],
        ),
        (lambda h, w: gamma_gamma._objective(h["x"] + 1.0, 3 + h["age"], w), [1.0, 0.8, 2.0]),
        (lambda h, w: sbg._objective(np.array([50.0, 31, 22, 18, 18])), [0.3, 0.9]),
        (lambda h, w: bg_bb._objective(h["x"] // 9, h["x"] // 5, h["x"] + 1, w), [0.3, 0.9, -0.4, 1.0]),
    ],
    ids=["nbd", "bg_nbd", "mbg_nbd", "pareto_nbd", "gamma_gamma", "sbg", "bg_bb"],
)
def test_gradient_and_hessian_are_the_derivatives_of_the_value(objective, theta):
    """Central differences of the value for the gradient, of the gradient for the Hessian."""
    weight = np.random.default_rng(1).integers(1, 5, 60).astype(float)
    objective, theta, step = objective(histories(2, 60), weight), np.array(theta), 1e-5
    _, gradient, hessian = objective(theta)
    for i, along in enumerate(np.eye(theta.size) * step):
        up, down = objective(theta + along), objective(theta - along)
        assert (up[0] - down[0]) / (2 * step) == pytest.approx(gradient[i], rel=1e-6, abs=1e-5)
        assert (up[1] - down[1]) / (2 * step) == pytest.approx(hessian[i], rel=1e-6, abs=1e-5)


@timed
def test_the_value_that_is_maximised_is_the_log_likelihood_of_the_customers(module, cdnow):
    found = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    model = MODELS[module](**found.parameters)
    each = model.log_likelihood(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    assert each.sum() == pytest.approx(found.log_likelihood, abs=1e-6)


@timed
def test_standard_errors_are_the_curvature_in_the_parameters_themselves(module, cdnow):
    """Second differences of the public log-likelihood, in natural parameters."""
    found = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    names, at = list(found.parameters), np.array(list(found.parameters.values()))

    def value(parameters):
        model = MODELS[module](**dict(zip(names, parameters, strict=True)))
        return model.log_likelihood(x=cdnow.x, recency=cdnow.recency, age=cdnow.age).sum()

    step = np.diag(at * 1e-3)
    information = np.empty((at.size, at.size))
    for i, j in np.ndindex(information.shape):
        corners = [value(at + a * step[i] + b * step[j]) * a * b for a in (1, -1) for b in (1, -1)]
        information[i, j] = -sum(corners) / (4 * step[i, i] * step[j, j])
    assert list(found.standard_errors) == names
    errors = np.sqrt(np.diag(np.linalg.inv(information)))
    assert list(found.standard_errors.values()) == pytest.approx(errors, rel=2e-3)
    assert found.covariance_log * np.outer(at, at) == pytest.approx(found.covariance)


@timed
def test_a_weight_is_so_many_equal_rows(module, cdnow):
    some = cdnow.iloc[::8]
    weight = np.random.default_rng(3).integers(0, 4, len(some))
    weighted = module.fit(x=some.x, recency=some.recency, age=some.age, weight=weight)
    rows = some.loc[some.index.repeat(weight)]
    repeated = module.fit(x=rows.x, recency=rows.recency, age=rows.age)
    assert weighted.customers == repeated.customers == weight.sum()
    assert weighted.parameters == pytest.approx(repeated.parameters, rel=1e-6)
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, abs=1e-6)


@timed
@pytest.mark.parametrize("unit", [7.0, 7 / 365.25], ids=["days", "years"])
def test_another_unit_of_time_changes_alpha_and_nothing_else(module, unit, cdnow):
    weeks = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    other = module.fit(x=cdnow.x, recency=cdnow.recency * unit, age=cdnow.age * unit)
    scale = {name: unit if name in ("alpha", "beta") else 1 for name in weeks.parameters}
    assert other.converged
    assert other.parameters == pytest.approx(
        {name: value * scale[name] for name, value in weeks.parameters.items()}, rel=1e-5
    )
    # A density per day is a seventh of one per week, once for each purchase.
    shift = cdnow.x.sum() * np.log(unit)
    assert other.log_likelihood + shift == pytest.approx(weeks.log_likelihood, abs=1e-5)


@timed
def test_more_than_3000_customers_find_the_same_optimum(module, cdnow):
    """They begin with a fit on some of the customers; nine times the same customers are a weight of nine."""
    nine = cdnow.loc[cdnow.index.repeat(9)].sample(frac=1, random_state=4)
    many = module.fit(x=nine.x, recency=nine.recency, age=nine.age)
    once = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    assert many.parameters == pytest.approx(once.parameters, rel=1e-5)
    assert many.log_likelihood == pytest.approx(9 * once.log_likelihood, abs=1e-4)


@timed
def test_rows_of_weight_0_have_no_say(module, cdnow):
    """Not even in the quick fit on some rows, which might meet nobody but them."""
    rows = cdnow.loc[cdnow.index.repeat(4)]
    weight = np.tile([0.0, 1.0, 0.0, 0.0], len(cdnow))
    found = module.fit(x=rows.x, recency=rows.recency, age=rows.age, weight=weight)
    once = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    assert found.customers == 2357
    assert found.parameters == pytest.approx(once.parameters, rel=1e-6)


@timed
def test_the_start_of_the_search_does_not_matter(module, cdnow):
    """From far and wide, Newton's method climbs to the same top, or says that it found none."""
    found = module.fit(x=cdnow.x, recency=cdnow.recency, age=cdnow.age)
    rows = fitting.distinct_rows(*fitting.check_customers(None, cdnow.x, cdnow.recency, cdnow.age))
    if module is nbd:
        objective = nbd._objective(rows[0], rows[2], rows[3])
    elif module is pareto_nbd:
        objective = pareto_nbd._objective(*rows, nodes=32)
    else:
        objective = bg_nbd._objective(*rows, leaving_from=1 if module is bg_nbd else 0)
    top = np.log(list(found.parameters.values()))
    rng, arrived = np.random.default_rng(5), 0
    for _ in range(8):
        start = top + rng.uniform(-2.5, 2.5, top.size)
        again = fitting.maximise(objective, start, lowest=top - 18, highest=top + 18)
        assert again[1] <= found.log_likelihood + 1e-6
        if not again[4]:
            assert again[0] == pytest.approx(top, abs=1e-4)
            arrived += 1
    assert arrived >= 7


NO_OPTIMUM = {
    "one-time buyers only": {"x": 0, "recency": 0, "age": np.arange(1, 30)},
    "one customer": {"x": 2, "recency": 3, "age": 10},
    "all alike": {"x": np.ones(50), "recency": 3, "age": 10},
    "joined today": {"x": np.zeros(20), "recency": 0, "age": 0},
    "thousands, all alike": {"x": 3000 + np.arange(40), "recency": 9.9, "age": 10},
    "all bought on the last day": {"x": np.full(40, 2), "recency": 7, "age": 7},
}


@timed
@pytest.mark.parametrize("case", NO_OPTIMUM)
def test_customers_without_an_optimum_are_told_so(module, case):
    found = module.fit(**NO_OPTIMUM[case])
    assert not found.converged
    assert found.message.endswith(".")
    assert found.reason in ("boundary", "flat")
    assert np.isfinite(list(found.parameters.values())).all()
    assert np.isfinite(found.log_likelihood)
    assert np.isnan(list(found.standard_errors.values())).all()


@pytest.mark.parametrize(
    ("module", "data"),
    [
        (sbg, {"survivors": [1000, 900]}),
        (sbg, {"survivors": [1000, 900, 810, 729]}),
        (sbg, {"survivors": [10, 10, 10]}),
        (sbg, {"survivors": [10, 0, 0]}),
        (gamma_gamma, {"x": 1, "mean_spend": 5.0}),
        (gamma_gamma, {"x": np.ones(9), "mean_spend": 5.0}),
        (bg_bb, {"x": np.zeros(9), "recency": 0, "age": 6}),
        (bg_bb, {"x": np.full(9, 6), "recency": 6, "age": 6}),
    ],
)
def test_other_data_without_an_optimum_are_told_so(module, data):
    found = module.fit(**data)
    assert not found.converged
    assert found.message
    assert np.isnan(found.covariance).all()


@timed
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_predictions_stay_inside_what_is_possible(module, data):
    names = pareto_nbd.NAMES if module is pareto_nbd else bg_nbd.NAMES
    names = names[:2] if module is nbd else names
    model = MODELS[module](**{name: data.draw(parameter) for name in names})
    unit = data.draw(st.sampled_from([1 / 365, 1.0, 365.0]))
    age = data.draw(st.floats(0, 50)) * unit
    x = data.draw(st.one_of(st.integers(0, 5), st.integers(0, 5000))) if age else 0
    history = {"x": x, "recency": age * data.draw(st.floats(0, 1)) if x else 0.0, "age": age}
    horizon = unit * np.array([0, 1e-6, 1, 52, 1e4, 1e8])
    assert np.isfinite(model.log_likelihood(**history))
    assert 0 <= model.p_alive(**history) <= 1
    new = model.expected_purchases_new(horizon=horizon)
    for expected in (new, model.expected_purchases(**history, horizon=horizon)):
        assert expected[0] == 0
        assert np.isfinite(expected).all()
        assert (np.diff(expected) >= -1e-9 * expected[1:]).all()
    chances = model.conditional_pmf(n=np.arange(4), **history, horizon=52 * unit)
    assert ((chances >= 0) & (chances <= 1 + 1e-12)).all()


@timed
@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"x": 1, "recency": 5, "age": 4}, "recency must not lie beyond age, not 5"),
        (
            {"x": [1, 1.5], "recency": 1, "age": 4},
            r"x must be a whole number of repeat purchases, not 1.5 \(row 2\)",
        ),
        ({"x": -1, "recency": 0, "age": 4}, "x must be a finite number, 0 or more"),
        ({"x": 1, "recency": 1, "age": np.nan}, "age must be a finite number"),
        ({"x": 0, "recency": 1, "age": 4}, "recency must be 0 for a customer without repeat purchase"),
    ],
)
def test_an_impossible_history_is_refused_in_one_sentence(module, wrong, says):
    names = pareto_nbd.NAMES if module is pareto_nbd else bg_nbd.NAMES
    model = MODELS[module](**dict.fromkeys(names[:2] if module is nbd else names, 1.0))
    for refuses in (model.p_alive, model.log_likelihood, module.fit):
        with pytest.raises(ValueError, match=says):
            refuses(**wrong)
    with pytest.raises(ValueError, match="horizon must be a finite number, 0 or more"):
        model.expected_purchases(x=1, recency=1, age=2, horizon=-1)
    with pytest.raises(ValueError, match="There are no customers"):
        module.fit(x=[], recency=[], age=[])
    with pytest.raises(ValueError, match="weight must be a finite number"):
        module.fit(x=[1], recency=[1], age=[2], weight=[-1])


@pytest.mark.parametrize("kind", [*MODELS.values(), bg_bb.BgBb, gamma_gamma.GammaGamma, sbg.Sbg])
@pytest.mark.parametrize("value", [0, -1, np.nan, np.inf])
def test_parameters_are_above_0(kind, value):
    names = list(kind.__dataclass_fields__)
    for wrong in names:
        with pytest.raises(ValueError, match=f"^{wrong} must be a number above 0"):
            kind(**{name: value if name == wrong else 1.0 for name in names})


def test_gamma_gamma_leaves_out_who_paid_nothing():
    everybody = gamma_gamma.fit(x=[0, 1, 2, 3, 4], mean_spend=[np.nan, 10, 0, 14, 30])
    payers = gamma_gamma.fit(x=[1, 3, 4], mean_spend=[10, 14, 30])
    assert everybody.customers == payers.customers == 3
    assert everybody.log_likelihood == payers.log_likelihood
    with pytest.raises(ValueError, match="No customer has both"):
        gamma_gamma.fit(x=[0, 1], mean_spend=[5, 0])
    with pytest.raises(ValueError, match="mean_spend must be a finite number"):
        gamma_gamma.fit(x=[1, 1], mean_spend=[5, -2])


def test_sbg_refuses_a_cohort_that_grows():
    with pytest.raises(ValueError, match=r"survivors must start above 0 and never rise, not 12 \(row 3\)"):
        sbg.fit(survivors=[20, 11, 12])
    with pytest.raises(ValueError, match="two numbers at least"):
        sbg.fit(survivors=[20])
