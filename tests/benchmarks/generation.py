"""How fast is a company made, and in how much memory?

Speed counts the processor time of all threads, with everything imported and warm, and one worker. An encounter is an
order with all that comes of it. The peer is lifetimes 0.11.3 and its `beta_geometric_nbd_model`, which makes the
summary rows of BG/NBD customers one by one.
"""

import json
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

from datasets.tables import TABLES
from datasets.world import Scenario, live, live_rhythm, load_scenario, make
from datasets.world.parts import Plan
from tests.benchmarks import Row

RUNS = 3
CUSTOMERS = 200_000
TEA = load_scenario("tea_shops")

# From ten thousand orders to ten million, in parts of 50,000 customers, in a process of its own, which tells its peak.
_GROWING_RUNS = """
import json, resource, sys
from tests.benchmarks import generation
costs = [generation.written(customers, list(generation.TABLES), runs=runs)
         for customers, runs in ((1_200, 3), (12_000, 3), (120_000, 3), (1_200_000, 1))]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024**2)
print(json.dumps({"costs": costs, "peak": peak}))
"""


def rows() -> Iterator[Row]:
    """Encounters and customers a second, time for a page, memory and growth; 3 runs of each, the longest made once."""
    pa.set_cpu_count(2)
    pa.set_io_thread_count(2)
    orders, seconds = written(CUSTOMERS, list(TABLES))
    assert orders >= 5 * CUSTOMERS
    rate = [orders / taken for taken in seconds]
    yield Row(
        what="encounters made, all causes, all tables written", unit="per CPU s", ours=rate, at_least=4e5
    )
    for what, scenario in (("all causes", TEA), ("textbook", TEA.textbook())):
        orders, seconds = written(CUSTOMERS, ["orders", "truth_customers"], scenario=scenario)
        rate = [orders / taken for taken in seconds]
        yield Row(what=f"orders made, {what}, with truth, written", unit="per CPU s", ours=rate, at_least=1e6)
    ours, theirs = _summary_rows(), _summary_rows_of_lifetimes()
    ratio = median(ours) / median(theirs)
    yield Row(
        what="BG/NBD customers made", unit="per CPU s", ours=ours, peer=theirs, ratio=ratio, at_least=40
    )
    page = _seconds(lambda: live(TEA, customers=10_000), clock=time.perf_counter)
    yield Row(what="10,000 customers × 104 weeks, all tables, for a page", unit="s", ours=page, at_most=1.5)
    growing = _growing_runs()
    orders = np.log([orders for orders, _ in growing["costs"]])
    cost = np.log([median(seconds) for _, seconds in growing["costs"]])
    exponent = float(np.polyfit(orders, cost, 1)[0])
    span = f"{np.exp(orders[0]):,.0f} to {np.exp(orders[-1]):,.0f} orders"
    yield Row(what=f"cost grows with orders to the power of, {span}", unit="", ours=[exponent], at_most=1.05)
    steepest = float(np.max(np.diff(cost) / np.diff(orders)))
    yield Row(what="and where it is steepest, between powers of ten", unit="", ours=[steepest], at_most=1.1)
    yield Row(
        what="peak memory of that, 50,000 customers a part", unit="MB", ours=[growing["peak"]], at_most=1024
    )


def written(
    customers: int, tables: list[str], *, scenario: Scenario = TEA, runs: int = RUNS
) -> tuple[int, list[float]]:
    """Number of orders, and the CPU seconds of each run, which makes customers and writes them as zstd Parquet."""
    with tempfile.TemporaryDirectory() as folder:

        def write(customers: int, name: str) -> int:
            parts, out = -(-customers // make.USUAL_PART), Path(folder, name)
            plan = Plan(scenario=scenario, customers=customers, parts=parts, tables=tuple(tables), out=out)
            return make.make(plan).rows["orders"]

        write(1_000, "warm")
        orders, seconds = 0, []
        for run in range(runs):
            begun = time.process_time()
            orders = write(customers, str(run))
            seconds.append(time.process_time() - begun)
    return orders, seconds


def _seconds(act: Callable[[], object], *, clock: Callable[[], float] = time.process_time) -> list[float]:
    """What the runs take, after one to warm up."""
    act()
    taken = []
    for _ in range(RUNS):
        begun = clock()
        act()
        taken.append(clock() - begun)
    return taken


def _summary_rows() -> list[float]:
    textbook = TEA.textbook()

    def summary() -> pd.DataFrame:
        lived = live_rhythm(textbook, customers=CUSTOMERS)
        return pd.DataFrame(
            {"frequency": lived.x, "recency": lived.recency, "T": lived.age, "alive": lived.alive}
        )

    return [CUSTOMERS / taken for taken in _seconds(summary)]


def _summary_rows_of_lifetimes() -> list[float]:
    from lifetimes.generate_data import beta_geometric_nbd_model  # pyright: ignore[reportMissingImports]

    customers, shop = 5_000, TEA.textbook().main
    age = TEA.weeks - np.random.default_rng(1).uniform(0, TEA.joining_weeks, customers)
    seconds = _seconds(
        lambda: beta_geometric_nbd_model(age, shop.r, shop.alpha_weeks, shop.a, shop.b, size=customers)
    )
    return [customers / taken for taken in seconds]


def _growing_runs() -> dict:
    command = [sys.executable, "-c", _GROWING_RUNS]
    root = Path(__file__).parent.parent.parent
    return json.loads(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
