"""How fast are the fits?  Against lifetimes 0.11.3, in one process, on the same whole-day summaries.

Ours counts from raw rows: finding the distinct ones is part of it. lifetimes gets raw rows as it documents, and
its default settings. Times are the median of 5 runs, but a peer that takes longer than ten seconds is run
once, and its name says so.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from lessons.customer_value.btyd import bg_nbd, pareto_nbd
from tests.benchmarks import Row

CDNOW = Path(__file__).parents[2] / "datasets/real/cdnow_sample.csv"
RUNS = 5
LONG_SECONDS = 10.0


def rows() -> Iterator[Row]:
    """Each model's fit: the ratio says how many times as fast as the peer it is."""
    yield row("BG/NBD fit, CDNOW (2,357 customers)", bg_nbd.fit, "BetaGeoFitter", cdnow(), 10.0)
    yield row(
        "BG/NBD fit, 1 M customers", bg_nbd.fit, "BetaGeoFitter", simulated(1_000_000, pareto=False), 40.0
    )
    yield row(
        "Pareto/NBD fit, 100 k customers",
        pareto_nbd.fit,
        "ParetoNBDFitter",
        simulated(100_000, pareto=True),
        25.0,
    )


def row(name: str, fit: Callable, peer: str, customers: pd.DataFrame, target: float) -> Row:
    """One benchmark. The two must find the same optimum, else their times say nothing."""
    x, recency, age = (customers[column].to_numpy(float) for column in ("x", "recency", "age"))
    found, ours = timed(lambda: fit(x=x, recency=recency, age=age))
    fitter = getattr(import_module("lifetimes"), peer)

    def theirs() -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return fitter(penalizer_coef=0.0).fit(customers["x"], customers["recency"], customers["age"])

    peer_found, peer_times = timed(theirs)
    if not np.allclose(list(found.parameters.values()), list(peer_found.params_), rtol=0.02):
        name += f" (peer stopped elsewhere: {dict(peer_found.params_.round(3))})"
    if len(peer_times) < RUNS:
        name += f" (peer run {len(peer_times)}×)"
    ratio = median(peer_times) / median(ours)
    return Row(what=name, unit="s", ours=ours, peer=peer_times, ratio=ratio, at_least=target)


def timed(act: Callable[[], Any]) -> tuple[Any, list[float]]:
    """The result, and the seconds of five runs after one to warm up; of that one alone if it took long."""
    seconds = []
    for _ in range(1 + RUNS):
        begun = time.perf_counter()
        result = act()
        seconds.append(time.perf_counter() - begun)
        if len(seconds) == 1 and seconds[0] > LONG_SECONDS:
            return result, seconds
    return result, seconds[1:]


def cdnow() -> pd.DataFrame:
    """x, recency and age of the CDNOW customers until 1997-09-30, in weeks of whole days."""
    orders = pd.read_csv(CDNOW, parse_dates=["date"])
    until = pd.Timestamp("1997-09-30")
    dates = orders[orders.date <= until].drop_duplicates(["customer_id", "date"]).groupby("customer_id").date
    recency, age = (dates.max() - dates.min()).dt.days / 7, (until - dates.min()).dt.days / 7
    return pd.DataFrame({"x": dates.count() - 1, "recency": recency, "age": age})


def simulated(customers: int, *, pareto: bool) -> pd.DataFrame:
    """Customers who joined within 12 weeks and were watched for 39, days counted whole, as in CDNOW."""
    rng = np.random.default_rng(1)
    age = 39 - rng.uniform(0, 12, customers)
    rate, p, dies_at = rng.gamma(0.55, 1 / 10.6, customers), np.zeros(customers), np.full(customers, np.inf)
    if pareto:
        dies_at = rng.exponential(1 / rng.gamma(0.61, 1 / 11.7, customers))
    else:
        rate, p = rng.gamma(0.243, 1 / 4.414, customers), rng.beta(0.793, 2.426, customers)
    now, x, recency = np.zeros(customers), np.zeros(customers), np.zeros(customers)
    going = np.arange(customers)
    while going.size:
        now[going] += rng.exponential(1 / np.maximum(rate[going], 1e-12))
        buys = going[now[going] < np.minimum(age, dies_at)[going]]
        x[buys] += 1
        recency[buys] = now[buys]
        going = buys[rng.random(buys.size) >= p[buys]]
    days, last = np.floor(age * 7), np.floor(recency * 7)
    # Whole days: what fell on the day of the first purchase was not a repeat purchase.
    x = np.where(last == 0, 0, np.minimum(x, last))
    return pd.DataFrame({"x": x, "recency": last / 7, "age": days / 7})
