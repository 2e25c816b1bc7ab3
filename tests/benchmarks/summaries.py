"""How fast are a million purchases summarised?

The rows are the CDNOW sample, repeated under other customer ids until there are a million, in random order, as a
DataFrame in both cases; both give x, recency, age and mean spend a customer in whole days. The peer is lifetimes
0.11.3 and its `summary_data_from_transaction_data`. Ours may use two threads, lifetimes uses one.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np
import pandas as pd

from datasets.real import load
from datasets.summaries import recency_frequency
from tests.benchmarks import Row

ROWS = 1_000_000
UNTIL = "1998-06-30"


def rows() -> Iterator[Row]:
    """The summary of a million purchases, five runs of each in turns; the ratio says how many times as fast we are."""
    orders = million_orders()
    ours, theirs = _in_turns(lambda: _ours(orders), lambda: _of_lifetimes(orders))
    yield Row(
        what="recency–frequency summary of 1 M purchases",
        unit="s",
        ours=ours,
        peer=theirs,
        ratio=median(theirs) / median(ours),
        at_least=5,
    )


def million_orders() -> pd.DataFrame:
    """CDNOW's customers again and again, each time with ids of their own, shuffled."""
    sample = load("cdnow").orders
    times = -(-ROWS // len(sample))
    orders = pd.concat([sample.assign(customer_id=f"{n:03d}-" + sample["customer_id"]) for n in range(times)])
    shuffled = np.random.default_rng(1).permutation(len(orders))[:ROWS]
    orders = orders.iloc[shuffled].reset_index(drop=True)
    return orders.assign(amount=orders["amount_cents"].astype("float64") / 100)


def _ours(orders: pd.DataFrame) -> pd.DataFrame:
    return recency_frequency(orders, until=UNTIL, unit="day")


def _of_lifetimes(orders: pd.DataFrame) -> pd.DataFrame:
    from lifetimes.utils import summary_data_from_transaction_data  # pyright: ignore[reportMissingImports]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return summary_data_from_transaction_data(
            orders, "customer_id", "ordered_at", monetary_value_col="amount", observation_period_end=UNTIL
        )


def _in_turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[list[float], list[float]]:
    """Seconds of five runs of each, in turns, so that a busy moment hits both; after one run to warm up."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(6):
        for act, times in zip((one, other), taken, strict=True):
            begun = time.perf_counter()
            act()
            if turn:
                times.append(time.perf_counter() - begun)
    return taken
