"""Where do the shares end, if each month some buyers stay and some switch?  Markov brand switching.

Each buyer's next brand depends on the brand bought last, by fixed chances that are the same for everybody. The
second half of that sentence is what fails in real life: households differ, and a table of switches then shows
loyalty where there is only difference of taste.

A transition matrix has one row for each brand bought last and one column for each brand bought next; rows add up
to 1. Brands are numbered from 0. A period is the time between two purchases, here a month.

Sources: Harary & Lipstein (1962), "The Dynamics of Brand Loyalty: A Markovian Approach", Operations Research 10(1),
19–40; Kemeny & Snell (1960), Finite Markov Chains; Anderson & Goodman (1957), "Statistical Inference about Markov
Chains", Annals of Mathematical Statistics 28(1), 89–110, for the estimates; Schweitzer (1968), "Perturbation Theory
and Finite Markov Chains", Journal of Applied Probability 5(2), 401–413, for their effect on the long run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Z95 = 1.959963984540054


def checked(matrix: ArrayLike) -> Floats:
    """The matrix as floats. Raises ValueError unless it is square, from 0 to 1, and each row adds up to 1."""
    chances = np.asarray(matrix, dtype=float)
    if chances.ndim != 2 or chances.shape[0] != chances.shape[1] or len(chances) < 2:
        raise ValueError(f"a transition matrix is square, two by two or more, not {chances.shape}")
    if not (np.isfinite(chances).all() and (chances >= 0).all() and np.allclose(chances.sum(axis=1), 1)):
        raise ValueError("the chances in each row must be 0 or more and add up to 1")
    return chances


def shares_over_time(*, start: ArrayLike, matrix: ArrayLike, periods: int) -> Floats:
    """Shares of the brands now and after each of `periods` periods, (periods + 1, brands).

    >>> shares_over_time(start=[0.2, 0.8], matrix=[[0.7, 0.3], [0.15, 0.85]], periods=2).round(4).tolist()
    [[0.2, 0.8], [0.26, 0.74], [0.293, 0.707]]
    """
    chances, shares = checked(matrix), [np.asarray(start, dtype=float)]
    for _ in range(periods):
        shares.append(shares[-1] @ chances)
    return np.array(shares)


def steady_state(matrix: ArrayLike) -> Floats:
    """The shares that the matrix leaves as they are, (brands,). Raises ValueError where there are several.

    >>> steady_state([[0.7, 0.3], [0.15, 0.85]]).round(4).tolist()
    [0.3333, 0.6667]
    """
    chances = checked(matrix)
    count = len(chances)
    # As many equations as brands are left over by one: the last says that shares add up to 1.
    equations = np.vstack([(np.eye(count) - chances).T, np.ones(count)])
    shares, _, rank, _ = np.linalg.lstsq(equations, np.append(np.zeros(count), 1.0), rcond=1e-12)
    if rank < count:
        raise ValueError(
            "the brands fall into groups that nobody leaves, so the long run depends on the start"
        )
    return np.clip(shares, 0, 1).astype(np.float64)


def run_length(matrix: ArrayLike) -> Floats:
    """Expected purchases in a row of each brand once bought, the first included: 1 / (1 − p); inf at p = 1.

    >>> run_length([[0.75, 0.25], [0.1, 0.9]]).round(9).tolist()
    [4.0, 10.0]
    """
    stay = checked(matrix).diagonal()
    return np.array([1 / (1 - one) if one < 1 else np.inf for one in stay])


def fundamental(matrix: ArrayLike) -> Floats:
    """Kemeny and Snell's Z = (I − P + 1π)⁻¹, from which passage times and reactions to a change follow."""
    chances = checked(matrix)
    return np.linalg.inv(np.eye(len(chances)) - chances + steady_state(chances)).astype(np.float64)


def first_passage(matrix: ArrayLike) -> Floats:
    """Mean number of periods from a purchase of brand i to the first one of brand j, (brands, brands).

    On the diagonal stands the mean time to the next purchase of the same brand, 1 / share.
    """
    chances = checked(matrix)
    z, shares = fundamental(chances), steady_state(chances)
    return (np.eye(len(z)) - z + z.diagonal()) / shares


def time_away(matrix: ArrayLike, *, brand: int) -> float:
    """Mean number of periods until somebody who has just left `brand` buys it again.

    >>> round(time_away([[0.7, 0.3], [0.15, 0.85]], brand=0), 3)  # comes back with 0.15 a period
    6.667
    """
    chances = checked(matrix)
    lost = np.delete(chances[brand], brand)
    if lost.sum() == 0:
        return np.nan
    return float(lost @ np.delete(first_passage(chances)[:, brand], brand) / lost.sum())


def reaction(matrix: ArrayLike, *, brand: int) -> Floats:
    """How far the long-run share of `brand` moves per point by which each row sends more buyers to it, (brands,).

    The row's other chances shrink in proportion. The first answer of Schweitzer (1968): dπ = π dP Z.

    >>> reaction([[0.7, 0.3], [0.15, 0.85]], brand=0).round(3).tolist()  # a point kept, a point won
    [0.741, 1.481]
    """
    chances, shares, z = checked(matrix), steady_state(matrix), fundamental(matrix)
    moved = -chances / np.maximum(1 - chances[:, [brand]], 1e-300)
    moved[:, brand] = 1
    return shares * (moved @ z[:, brand])


def with_chances(matrix: ArrayLike, *, brand: int, chances: Sequence[float]) -> Floats:
    """The matrix with `chances` in the column of `brand`; each row's other chances share out what is left.

    >>> with_chances([[0.5, 0.25, 0.25], [0.1, 0.9, 0], [0.1, 0, 0.9]], brand=0, chances=[0.5, 0.2, 0.1]).tolist()[0]
    [0.5, 0.25, 0.25]
    """
    old, wanted = checked(matrix), np.asarray(chances, dtype=float)
    rest = old.copy()
    rest[:, brand] = 0
    total = rest.sum(axis=1, keepdims=True)
    others = np.arange(len(old)) != brand
    # Who had nowhere else to go now goes to the others alike.
    rest = np.where(total > 0, rest / np.where(total > 0, total, 1), others / (len(old) - 1))
    new = rest * (1 - wanted[:, None])
    new[:, brand] = wanted
    return checked(new)


def switches(*, brand: ArrayLike, brands: int) -> NDArray[np.int64]:
    """How often each household went from brand i to brand j, (households, brands, brands).

    `brand` (households, occasions) holds the brands bought, numbered from 0.

    >>> switches(brand=[[0, 0, 1, 0]], brands=2).tolist()
    [[[1, 1], [1, 0]]]
    """
    bought = np.asarray(brand, dtype=np.int64)
    pairs = bought[:, :-1] * brands + bought[:, 1:] + brands**2 * np.arange(len(bought))[:, None]
    counted = np.bincount(pairs.ravel(), minlength=len(bought) * brands**2)
    return counted.reshape(len(bought), brands, brands)


def repeat_at(*, brand: ArrayLike, number: int, lags: Sequence[int]) -> Floats:
    """Of the purchases of brand `number`, the share of households that buy it `lag` occasions later, (lags,)."""
    own = np.asarray(brand) == number
    return np.array([(own[:, :-lag] & own[:, lag:]).sum() / max(own[:, :-lag].sum(), 1) for lag in lags])


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """A matrix counted from a panel, with 95% intervals; every array is (brands, brands) or (brands,).

    `matrix`: the shares of each row's switches, the maximum likelihood estimate. `low`, `high`: Wilson's interval of
    each. `steady`: the long-run shares of the matrix; `steady_low`, `steady_high` as if every switch were a chance of
    its own; `wide_low`, `wide_high` with the household as the unit, which holds also where households differ.
    """

    counts: Floats
    matrix: Floats
    low: Floats
    high: Floats
    steady: Floats
    steady_low: Floats
    steady_high: Floats
    wide_low: Floats
    wide_high: Floats


def estimate(counted: ArrayLike) -> Estimate:
    """Estimate from `counted` (households, brands, brands). Raises ValueError for a brand that nobody bought.

    The long run reacts to an error of the matrix by dπ = π dP Z, which gives its standard error (delta method), on the
    log-odds scale so that the interval stays within 0 and 1.
    """
    by_household = np.asarray(counted, dtype=float)
    counts = by_household.sum(axis=0)
    rows = counts.sum(axis=1)
    if (rows == 0).any():
        raise ValueError("each brand must have been bought at least once before the last occasion")
    matrix = counts / rows[:, None]
    low, high = wilson(counts, rows[:, None])
    steady, z = steady_state(matrix), fundamental(matrix)
    covariance = [np.diag(row) - np.outer(row, row) for row in matrix]
    plain = sum(
        share**2 / number * np.diag(z.T @ one @ z)
        for share, number, one in zip(steady, rows, covariance, strict=True)
    )
    surprise = by_household - by_household.sum(axis=2, keepdims=True) * matrix
    pushes = np.einsum("i,hij,jk->hk", steady / rows, surprise, z)
    count = len(by_household)
    clustered = (pushes**2).sum(axis=0) * count / max(count - 1, 1)
    narrow, wide = (_around(steady, np.sqrt(variance)) for variance in (np.asarray(plain), clustered))
    return Estimate(
        counts=counts,
        matrix=matrix,
        low=low,
        high=high,
        steady=steady,
        steady_low=narrow[0],
        steady_high=narrow[1],
        wide_low=wide[0],
        wide_high=wide[1],
    )


def wilson(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's 95% interval of a share, as (low, high) of the arguments' shape; `trials` are 1 or more."""
    n, p = np.asarray(trials, dtype=float), np.asarray(successes, dtype=float) / np.asarray(trials)
    middle = p + Z95**2 / (2 * n)
    half = Z95 * np.sqrt(p * (1 - p) / n + Z95**2 / (4 * n**2))
    return (middle - half) / (1 + Z95**2 / n), (middle + half) / (1 + Z95**2 / n)


def _around(share: Floats, error: Floats) -> tuple[Floats, Floats]:
    inside = np.clip(share, 1e-9, 1 - 1e-9)
    odds, step = inside / (1 - inside), np.exp(Z95 * error / (inside * (1 - inside)))
    return odds / step / (1 + odds / step), odds * step / (1 + odds * step)
