"""How are the parameters found?  Maximum likelihood by Newton's method, the same way for every model.

Customers with equal numbers are one row with a weight: whole-day dates leave few distinct rows, and the
time of a fit follows the rows. Parameters are positive, so the search runs in their logarithms. A
fit that has no optimum inside says so (`converged` is False) instead of reporting where it gave up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

Objective = Callable[[np.ndarray], tuple[float, np.ndarray, np.ndarray]]

FURTHEST = 18.0  # log units from 1, or from the unit of time: e^18 is 66 million
BELIEVED = 14.0  # nobody's parameter is a million times that: an optimum beyond is rounding


@dataclass(frozen=True, kw_only=True, eq=False)
class Fit:
    """What a fit found.

    `parameters`, `standard_errors`: name → value; a time parameter is in the unit of the ages.
    `covariance`: k × k, of the parameters; `covariance_log`: k × k, of their logarithms; both in the
    order of `parameters`, both from the observed information (minus the Hessian), NaN when not converged.
    `log_likelihood`: summed over customers, without factorials. `customers`: the sum of the weights.
    `converged`: True when the gradient vanishes, the Hessian is negative definite and every parameter
    lies inside its range; otherwise `message` says in a sentence what happened, and `reason` in a word
    ("boundary", "flat" or "steps").
    """

    model: str
    parameters: dict[str, float]
    standard_errors: dict[str, float]
    covariance: np.ndarray
    covariance_log: np.ndarray
    log_likelihood: float
    customers: float
    converged: bool
    iterations: int
    message: str = ""
    reason: str = ""


def check_parameters(parameters: Mapping[str, float]) -> None:
    """Raise ValueError unless every parameter is a finite number above 0."""
    for name, value in parameters.items():
        if not (np.ndim(value) == 0 and np.isfinite(value) and value > 0):
            raise ValueError(f"{name} must be a number above 0, not {value}.")


def check_history(x: ArrayLike, recency: ArrayLike, age: ArrayLike) -> tuple[np.ndarray, ...]:
    """Customers' histories as float arrays of one shape.

    x: repeat purchases, whole numbers from 0. recency: time of the last purchase, age: time observed; both
    counted from the first purchase, in one unit. Raises ValueError for anything else: not finite, negative,
    recency beyond age, or recency above 0 without a repeat purchase.
    """
    x, recency, age = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (x, recency, age)))
    for name, column in (("x", x), ("recency", recency), ("age", age)):
        must(name, column, np.isfinite(column) & (column >= 0), "be a finite number, 0 or more")
    must("x", x, x == np.floor(x), "be a whole number of repeat purchases")
    must("recency", recency, recency <= age, "not lie beyond age")
    must("recency", recency, (x > 0) | (recency == 0), "be 0 for a customer without repeat purchase (x = 0)")
    return x, recency, age


def check_times(name: str, times: ArrayLike) -> np.ndarray:
    """Times as a float array; ValueError unless all are finite and 0 or more."""
    times = np.asarray(times, dtype=float)
    must(name, times, np.isfinite(times) & (times >= 0), "be a finite number, 0 or more")
    return times


def check_counts(name: str, counts: ArrayLike) -> np.ndarray:
    """Counts as a float array; ValueError unless all are whole numbers, 0 or more."""
    counts = np.asarray(counts, dtype=float)
    good = np.isfinite(counts) & (counts >= 0)
    must(name, counts, good & (counts == np.floor(counts)), "be a whole number, 0 or more")
    return counts


def must(name: str, values: np.ndarray, good: np.ndarray, what: str) -> None:
    """Raise ValueError naming the first value that is not good, and its row (from 1) if there are several."""
    if good.all():
        return
    first = int(np.argmin(good.ravel()))
    row = f" (row {first + 1})" if values.size > 1 else ""
    raise ValueError(f"{name} must {what}, not {values.ravel()[first]:g}{row}.")


def check_customers(weight: ArrayLike | None, *columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Columns and weights (customers per row) as flat arrays, without the rows of weight 0.

    Raises ValueError if nobody is left, or unless the weights are finite and 0 or more.
    """
    columns = tuple(np.atleast_1d(column).ravel() for column in columns)
    if columns[0].size == 0:
        raise ValueError("There are no customers to fit.")
    if weight is None:
        return (*columns, np.ones(columns[0].size))
    weights = np.broadcast_to(np.asarray(weight, dtype=float), columns[0].shape)
    must("weight", weights, np.isfinite(weights) & (weights >= 0), "be a finite number, 0 or more")
    keep = weights > 0
    if not keep.any():
        raise ValueError("The weights add up to 0: there are no customers to fit.")
    return (*(column[keep] for column in columns), weights[keep])


def distinct(*columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Equal rows found once: the place of each distinct row's first occurrence, and the number of each row.

    Hashing column by column is several times faster than sorting rows.

    >>> first, number = distinct(np.array([2.0, 0.0, 2.0]), np.array([5.0, 5.0, 5.0]))
    >>> first.tolist(), number.tolist()
    ([0, 1], [0, 1, 0])
    """
    from pandas import factorize

    number, count = np.zeros(columns[0].size, dtype=np.int64), 1
    for column in columns:
        codes, levels = factorize(column)
        number, together = factorize(number * len(levels) + codes)
        count = len(together)
    first = np.empty(count, dtype=np.int64)
    first[number[::-1]] = np.arange(number.size - 1, -1, -1)  # the last to write is the first to occur
    return first, number


def distinct_rows(*columns: np.ndarray, every: int = 1) -> tuple[np.ndarray, ...]:
    """The distinct rows of all columns but the last, with the sums of the last: the weights.

    every: look at one row in so many only.
    """
    *histories, weight = (column[::every] for column in columns)
    first, number = distinct(*histories)
    return (*(column[first] for column in histories), np.bincount(number, weights=weight))


def once(function: Callable[..., np.ndarray], *columns: ArrayLike) -> np.ndarray:
    """`function` of some columns that broadcast, computed once for each distinct row."""
    arrays = np.broadcast_arrays(*(np.asarray(column, dtype=float) for column in columns))
    flat = [array.ravel() for array in arrays]
    if flat[0].size < 2:
        return function(*flat).reshape(arrays[0].shape)[()]
    first, number = distinct(*flat)
    return function(*(column[first] for column in flat))[number].reshape(arrays[0].shape)


def maximise(
    objective: Objective,
    start: np.ndarray,
    *,
    lowest: np.ndarray,
    highest: np.ndarray,
    tolerance: float = 1e-7,
) -> tuple[np.ndarray, float, np.ndarray, int, str]:
    """Newton's method uphill, with the step bounded and shortened until the value rises.

    objective: θ → (value, gradient, Hessian). Returns θ, value, Hessian, iterations and a reason: "" at an
    optimum (Newton's step below `tolerance`, Hessian negative definite), else "boundary", "flat" or "steps".
    """
    theta = np.clip(start, lowest, highest)
    value, gradient, hessian = objective(theta)
    longest, flat = 1.0, 0
    for iteration in range(1, 201):
        curvature, axes = np.linalg.eigh(-hessian)
        slope = axes.T @ gradient
        # An axis that curves upwards is followed uphill all the same, no further than the bound below.
        step = axes @ (slope / np.maximum(np.abs(curvature), 1e-10 * np.abs(curvature).max() + 1e-300))
        inside = bool(((theta > lowest) & (theta < highest)).all())
        if curvature[0] > 1e-10 * curvature[-1] and np.abs(step).max() < tolerance:
            return theta, value, hessian, iteration, "" if inside else "boundary"
        length = np.sqrt(step @ step)
        if not 0 < length < np.inf:
            return theta, value, hessian, iteration, "flat"
        step *= min(1.0, longest / length)
        for _ in range(40):
            trial = np.clip(theta + step, lowest, highest)
            new, new_gradient, new_hessian = objective(trial)
            if np.isfinite(new) and new >= value - 1e-13 * abs(value):
                break
            step, longest = step / 4, max(longest / 4, 1e-6)
        else:
            return theta, value, hessian, iteration, "flat"
        longest = min(2 * longest, 4.0)
        flat = flat + 1 if new - value < 1e-9 * max(1.0, 1e-3 * abs(value)) else 0
        moved = np.abs(trial - theta).max()
        theta, value, gradient, hessian = trial, new, new_gradient, new_hessian
        if flat >= 12 or moved == 0:
            edge = bool(((theta <= lowest) | (theta >= highest)).any())
            return theta, value, hessian, iteration, "boundary" if edge else "flat"
    return theta, value, hessian, 200, "steps"


def fitted(
    model: str,
    names: tuple[str, ...],
    objective: Objective,
    starts: Sequence[np.ndarray],
    *,
    customers: float,
    times: Mapping[str, float] | None = None,
) -> Fit:
    """Maximise in log parameters and report.

    objective: log parameters → (log-likelihood, gradient, Hessian). starts: log parameters to begin from; those
    after the first are tried only if there is no optimum yet, since a likelihood can have a ridge that rises
    to infinity beside its summit. times: for each parameter that is a time, or an amount, what a typical one is:
    its range is counted from there.
    """
    centre = np.array([np.log((times or {}).get(name, 1.0)) for name in names])
    best, iterations = None, 0
    for start in starts:
        found = maximise(objective, start, lowest=centre - FURTHEST, highest=centre + FURTHEST)
        iterations += found[3]
        if not found[4] and np.abs(found[0] - centre).max() > BELIEVED:
            found = (*found[:4], "boundary")
        if best is None or found[1] > best[1]:
            best = found
        if not best[4]:
            break
    assert best is not None, "at least one start"
    theta, value, hessian, _, reason = best
    parameters = dict(zip(names, np.exp(theta).tolist(), strict=True))
    spread = np.full((len(names), len(names)), np.nan)
    if not reason:
        spread = np.linalg.inv(-hessian)
        spread = (spread + spread.T) / 2
    covariance = spread * np.outer(np.exp(theta), np.exp(theta))
    return Fit(
        model=model,
        parameters=parameters,
        standard_errors=dict(zip(names, np.sqrt(np.diag(covariance)).tolist(), strict=True)),
        covariance=covariance,
        covariance_log=spread,
        log_likelihood=float(value),
        customers=int(customers) if customers == int(customers) else float(customers),
        converged=not reason,
        iterations=iterations,
        message=_message(reason, names, theta - centre),
        reason=reason,
    )


def _message(reason: str, names: tuple[str, ...], theta: np.ndarray) -> str:
    if not reason:
        return ""
    if reason == "steps":
        return "The search did not end within 200 steps."
    extreme = [
        f"{name} towards {'infinity' if value > 0 else '0'}"
        for name, value in zip(names, theta, strict=True)
        if abs(value) > 6.5
    ]
    if not extreme:
        return "The likelihood is flat: these customers do not tell the parameters apart."
    return "The likelihood has no optimum inside: it keeps rising with " + " and ".join(extreme) + "."


def in_logs(
    theta: np.ndarray, value: float, gradient: np.ndarray, hessian: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Value, gradient and Hessian in parameters → the same in their logarithms θ."""
    parameters = np.exp(theta)
    gradient = gradient * parameters
    return value, gradient, hessian * np.outer(parameters, parameters) + np.diag(gradient)
