"""How do we find out from a survey what satisfies?  Least squares, with surplus and shortfall apart.

Anderson and Sullivan let a shortfall weigh otherwise than a surplus, and measure both. The answers are whole numbers
that end at ten, so errors are not equal everywhere: the standard errors allow for that (White's, as HC1). Some
customers answer more than once, and one person's answers resemble each other: where the customers are named, the
standard errors count them and not their answers (Liang & Zeger).

Sources: Anderson & Sullivan (1993), "The Antecedents and Consequences of Customer Satisfaction for Firms", Marketing
Science 12(2); White (1980), "A Heteroskedasticity-Consistent Covariance Matrix Estimator", Econometrica 48(4);
Liang & Zeger (1986), "Longitudinal Data Analysis Using Generalized Linear Models", Biometrika 73(1).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z95 = 1.959964


@dataclass(frozen=True, kw_only=True)
class Fit:
    """Coefficients by name, the constant first; `covariance` is (k, k); `residual_deviation` in the answer's unit."""

    coefficients: dict[str, float]
    covariance: Floats
    residual_deviation: float
    observations: int

    def standard_error(self, name: str) -> float:
        """The standard error of one coefficient."""
        place = list(self.coefficients).index(name)
        return math.sqrt(max(self.covariance[place, place], 0.0))

    def interval(self, name: str) -> tuple[float, float]:
        """The 95% interval of one coefficient."""
        reach = Z95 * self.standard_error(name)
        return self.coefficients[name] - reach, self.coefficients[name] + reach

    def ratio(self, above: str, below: str) -> tuple[float, float]:
        """One coefficient over another, and its standard error by the delta method; NaN where `below` is 0."""
        names = list(self.coefficients)
        first, second = names.index(above), names.index(below)
        top, bottom = self.coefficients[above], self.coefficients[below]
        if bottom == 0:
            return math.nan, math.nan
        slope = np.zeros(len(names))
        slope[first], slope[second] = 1 / bottom, -top / bottom**2
        return top / bottom, math.sqrt(max(float(slope @ self.covariance @ slope), 0.0))

    def table(self) -> pd.DataFrame:
        """A row a coefficient: estimate, standard error, and the ends of the 95% interval."""
        rows = [
            (name, value, self.standard_error(name), *self.interval(name))
            for name, value in self.coefficients.items()
        ]
        return pd.DataFrame(rows, columns=["name", "estimate", "standard_error", "low", "high"])


def least_squares(
    answer: ArrayLike,
    columns: Mapping[str, ArrayLike],
    *,
    robust: bool = True,
    customers: ArrayLike | None = None,
) -> Fit:
    """Regress `answer` (n,) on `columns` (each (n,)) and a constant.

    `robust` takes White's covariance with the factor n / (n − k); without it errors count as equal everywhere.
    `customers` (n,), who gave each answer, lets the errors of one customer's answers go together, with the factor
    g / (g − 1) × (n − 1) / (n − k) for g customers: White's where each answers once. Raises ValueError where there are
    no more answers, or customers, than coefficients, or columns that repeat each other.

    >>> fit = least_squares([1, 3, 5, 7], {"x": [0, 1, 2, 3]})
    >>> round(fit.coefficients["constant"], 9), round(fit.coefficients["x"], 9)
    (1.0, 2.0)
    """
    y = np.asarray(answer, dtype=float)
    x = np.column_stack([np.ones(len(y)), *(np.asarray(column, dtype=float) for column in columns.values())])
    count, width = x.shape
    if count <= width:
        raise ValueError(f"{count} answers are too few for {width} coefficients")
    # Columns of one size, so that years and millions do not cost digits.
    scale = np.abs(x).max(axis=0)
    if (scale == 0).any():
        raise ValueError("a column is zero everywhere")
    q, r = np.linalg.qr(x / scale)
    if np.abs(np.diag(r)).min() < 1e-10 * np.abs(np.diag(r)).max():
        raise ValueError("the columns repeat each other")
    inverse = np.linalg.inv(r)
    coefficients = inverse @ (q.T @ y) / scale
    residuals = y - x @ coefficients
    freedom = count - width
    leaned = q * residuals[:, None]
    if customers is not None:
        leaned = by_customer(leaned, customers)
        if len(leaned) <= width:
            raise ValueError(f"{len(leaned)} customers are too few for {width} coefficients")
        middle = leaned.T @ leaned * len(leaned) / (len(leaned) - 1) * (count - 1) / freedom
    elif robust:
        middle = leaned.T @ leaned * count / freedom
    else:
        middle = np.eye(width) * float(residuals @ residuals) / freedom
    covariance = inverse @ middle @ inverse.T / np.outer(scale, scale)
    return Fit(
        coefficients=dict(zip(["constant", *columns], coefficients.tolist(), strict=True)),
        covariance=covariance,
        residual_deviation=math.sqrt(float(residuals @ residuals) / freedom),
        observations=count,
    )


def by_customer(rows: Floats, customers: ArrayLike) -> Floats:
    """Add up the rows (n, k) of each customer: (g, k), in the order in which they first come.

    >>> by_customer(np.array([[1.0], [10.0], [2.0]]), ["a", "b", "a"]).tolist()
    [[3.0], [10.0]]
    """
    places, who = pd.factorize(np.asarray(customers))
    sums = np.zeros((len(who), rows.shape[1]))
    np.add.at(sums, places, rows)
    return sums


def split(performance: ArrayLike, standard: ArrayLike, *, suffix: str = "") -> dict[str, Floats]:
    """Performance against a standard as two columns: the surplus (0 or more) and the shortfall (0 or less)."""
    gap = np.asarray(performance, dtype=float) - np.asarray(standard, dtype=float)
    return {f"surplus{suffix}": np.maximum(gap, 0), f"shortfall{suffix}": np.minimum(gap, 0)}


def asymmetry(
    satisfaction: ArrayLike,
    *,
    performance: ArrayLike,
    expectation: ArrayLike,
    customers: ArrayLike | None = None,
) -> Fit:
    """Satisfaction on surplus and shortfall of performance against expectation."""
    return least_squares(satisfaction, split(performance, expectation), customers=customers)


def two_standards(
    satisfaction: ArrayLike,
    *,
    performance: ArrayLike,
    expectation: ArrayLike,
    desire: ArrayLike,
    customers: ArrayLike | None = None,
) -> Fit:
    """Satisfaction on surplus and shortfall against expectation and against desire: four slopes."""
    columns = split(performance, expectation) | split(performance, desire, suffix="_desire")
    return least_squares(satisfaction, columns, customers=customers)


def covered(
    satisfaction: ArrayLike,
    *,
    performance: ArrayLike,
    expectation: ArrayLike,
    customers: ArrayLike,
    true_ratio: float,
    analysts: int = 100,
    sample: int = 500,
    seed: int = 1,
) -> int:
    """Of `analysts` who each hear `sample` customers, how many give a 95% interval that holds the true ratio.

    The ratio is that of the shortfall's slope to the surplus's. Customers are drawn with putting back, each with all
    answers; who is drawn twice counts as two.
    """
    y, p, e = (np.asarray(values, dtype=float) for values in (satisfaction, performance, expectation))
    places, who = pd.factorize(np.asarray(customers))
    order = np.argsort(places, kind="stable")
    many = np.bincount(places)
    first = np.cumsum(many) - many
    rng = np.random.default_rng(seed)
    inside = 0
    for _ in range(analysts):
        drawn = rng.integers(0, len(who), sample)
        ours = np.repeat(np.arange(sample), many[drawn])
        within = np.arange(len(ours)) - np.repeat(np.cumsum(many[drawn]) - many[drawn], many[drawn])
        seen = order[first[drawn][ours] + within]
        fit = asymmetry(y[seen], performance=p[seen], expectation=e[seen], customers=ours)
        ratio, error = fit.ratio("shortfall", "surplus")
        inside += abs(ratio - true_ratio) <= Z95 * error
    return inside
