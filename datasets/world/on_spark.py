"""How does a Spark cluster make a company's parts?

Each part is one task, which writes its own files with the code that a single machine uses, so what Spark carries is
only numbers of parts and counts of rows. The folder must be one that all machines see under the same path, and so must
this project. A task that is tried again, or run twice, writes the same files again.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from datasets.world.on_cores import bound_threads
from datasets.world.parts import Plan, Unfinished, write_part

MASTER = "local[2]"
PROJECT = Path(__file__).parent.parent.parent
_INSTALL = "install it with: uv sync --extra spark, and Java 17 or newer (Debian: default-jre-headless)"
_COUNTS = pa.schema([("table_name", pa.string()), ("row_count", pa.int64())])


def write(
    plan: Plan, parts: Sequence[int], *, progress: Callable[[int], None], master: str = MASTER
) -> Counter[str]:
    """Make the parts as tasks of a Spark master ("local[2]", "spark://host:7077") and return the rows of each table.

    `progress` is called with how many of the parts are done. Raises Unfinished where pyspark or Java is missing, or a
    task fails.
    """
    if not parts:
        return Counter()
    context = _start(master)
    try:
        with ThreadPoolExecutor(1) as thread:
            counting = thread.submit(_count_rows, context, replace(plan, out=plan.out.resolve()), list(parts))
            done = 0
            while not wait([counting], timeout=0.2).done:
                done = max(done, _tasks_done(context))  # a stage that has just ended is no longer counted
                progress(done)
            rows = counting.result()
    finally:
        context.stop()
    progress(len(parts))
    return rows


def _start(master: str) -> Any:
    """A Spark context that writes nothing to the terminal and, on this machine alone, is heard by it alone."""
    try:
        from pyspark import SparkConf, SparkContext  # pyright: ignore[reportMissingImports]
        from pyspark.errors import PySparkRuntimeError  # pyright: ignore[reportMissingImports]
        from pyspark.java_gateway import launch_gateway  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise Unfinished(f"--engine spark needs pyspark; {_INSTALL}") from None
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    paths = [str(PROJECT), *filter(None, [os.environ.get("PYTHONPATH")])]
    settings = {
        "spark.master": master,
        "spark.app.name": "datasets make",
        "spark.ui.enabled": "false",
        "spark.log.level": "OFF",
        # Java only carries numbers here: to compile its code well would take longer than to run it.
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.executorEnv.PYTHONPATH": os.pathsep.join(paths),
    }
    if master.startswith("local"):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    conf = SparkConf().setAll(list(settings.items()))
    try:
        gateway = launch_gateway(
            conf, popen_kwargs={"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        )
    except (PySparkRuntimeError, OSError):
        raise Unfinished(f"--engine spark could not start Java; {_INSTALL}") from None
    try:
        return SparkContext(conf=conf, gateway=gateway)
    except Exception as error:  # py4j's errors have no common class of their own
        raise Unfinished(f"Spark could not start on {master!r}: {_reason(error)}") from None


def _count_rows(context: Any, plan: Plan, parts: list[int]) -> Counter[str]:
    from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]

    def write_parts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        bound_threads()
        for batch in batches:
            for place in batch.column(0).to_pylist():
                rows = write_part(plan, parts[place])
                yield pa.record_batch([list(rows), list(rows.values())], schema=_COUNTS)

    places = SparkSession(context).range(0, len(parts), 1, len(parts))
    try:
        counts = places.mapInArrow(write_parts, "table_name string, row_count long").collect()
    except Exception as error:
        raise Unfinished(f"a Spark task failed: {_reason(error)}") from None
    rows: Counter[str] = Counter()
    for name, count in counts:
        rows[name] += count
    return rows


def _tasks_done(context: Any) -> int:
    tracker = context.statusTracker()
    stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    return sum(stage.numCompletedTasks for stage in stages if stage)


def _reason(error: Exception) -> str:
    """The line of a long Spark message that says what went wrong: Python's own, if there is one."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    pythons = [line for line in lines if re.match(r"(\w+\.)*\w*(Error|Exception|Invalid)\b: ", line)]
    return (pythons or lines or [type(error).__name__])[-1 if pythons else 0]
