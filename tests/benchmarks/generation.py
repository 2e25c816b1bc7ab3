"""How fast is a company made, and in how much memory?

Speed counts the processor time of all threads, with everything imported and warm. The peer is lifetimes
0.11.3 and its `beta_geometric_nbd_model`, which makes the summary rows of BG/NBD customers one by one.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import pyarrow as pa

from datasets.world import live, live_rhythm, load_scenario, make
from tests.benchmarks import Row

CUSTOMERS = 200_000
TEA = load_scenario("tea_shops")

# Ten million orders in parts of 50,000 customers, in a process of its own, which then tells its peak.
_LONG_RUN = """
import resource, sys
from pathlib import Path
import pyarrow as pa
from datasets.world import load_scenario, make
pa.set_cpu_count(2)
pa.set_io_thread_count(2)
rows = make.make(scenario=load_scenario("tea_shops"), customers=1_500_000, out=Path(sys.argv[1]))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
print(rows["orders"], peak)
"""


def rows() -> Iterator[Row]:
    """Orders and customers a second, and memory; 5 runs of each, but the 10 M-order run is made once."""
    pa.set_cpu_count(2)
    pa.set_io_thread_count(2)
    yield Row(what="orders made, with truth, and written", unit="per CPU s", ours=_written(), at_least=1e6)
    ours, theirs = _summary_rows(), _summary_rows_of_lifetimes()
    ratio = median(ours) / median(theirs)
    yield Row(what="BG/NBD customers made", unit="per s", ours=ours, peer=theirs, ratio=ratio, at_least=40)
    page = _seconds(lambda: live(TEA, customers=10_000))
    yield Row(what="10,000 customers × 104 weeks, for a page", unit="s", ours=page, at_most=0.5)
    orders, peak = _long_run()
    yield Row(
        what=f"peak while {orders / 1e6:.1f} M orders are written", unit="MB", ours=[peak], at_most=1024
    )


def _seconds(act: Callable[[], object], *, clock: Callable[[], float] = time.perf_counter) -> list[float]:
    """What five runs take, after one to warm up."""
    act()
    taken = []
    for _ in range(5):
        begun = clock()
        act()
        taken.append(clock() - begun)
    return taken


def _written() -> list[float]:
    """Orders per CPU second; customers with names, orders and truth are made and written as zstd Parquet."""
    with tempfile.TemporaryDirectory() as folder:
        asked = {"scenario": TEA, "customers": CUSTOMERS, "out": Path(folder)}
        orders = make.make(**asked)["orders"]
        return [orders / taken for taken in _seconds(lambda: make.make(**asked), clock=time.process_time)]


def _summary_rows() -> list[float]:
    def summary() -> pd.DataFrame:
        lived = live_rhythm(TEA, customers=CUSTOMERS)
        return pd.DataFrame(
            {"frequency": lived.x, "recency": lived.recency, "T": lived.age, "alive": lived.alive}
        )

    return [CUSTOMERS / taken for taken in _seconds(summary)]


def _summary_rows_of_lifetimes() -> list[float]:
    from lifetimes.generate_data import beta_geometric_nbd_model  # pyright: ignore[reportMissingImports]

    customers = 5_000
    age = TEA.weeks - np.random.default_rng(1).uniform(0, TEA.joining_weeks, customers)
    seconds = _seconds(
        lambda: beta_geometric_nbd_model(age, TEA.r, TEA.alpha_weeks, TEA.a, TEA.b, size=customers)
    )
    return [customers / taken for taken in seconds]


def _long_run() -> tuple[float, float]:
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-c", _LONG_RUN, folder], capture_output=True, text=True, check=True
        )
    orders, peak = done.stdout.split()
    return float(orders), float(peak)
