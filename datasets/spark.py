"""How does Spark start on one machine?  Without a word on the terminal, on the loopback alone, with bounded memory."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1]
SETTINGS = {
    "spark.app.name": "crm-lab",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
    # time is UTC without a zone, in files, in literals and in what comes back
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.ansi.enabled": "true",
}


class SparkMissing(RuntimeError):
    """pyspark or Java is not there, or Java did not start; the text says what to do."""


@contextmanager
def session(*, cores: int = 2, memory: str = "2g") -> Iterator[Any]:
    """A Spark session on ``cores`` cores of this machine, whose JVM takes at most ``memory`` and ends with the block.

    Driver and tasks share one JVM, so ``memory`` bounds both; what does not fit is spilled to a temporary folder.
    Python tasks run this Python and can import the project. One process holds one session at a time.
    Raises SparkMissing where pyspark or Java 17 is missing.
    """
    try:
        import pyspark  # pyright: ignore[reportMissingImports]
        from pyspark import SparkConf, SparkContext  # pyright: ignore[reportMissingImports]
        from pyspark.errors import PySparkRuntimeError  # pyright: ignore[reportMissingImports]
        from pyspark.java_gateway import launch_gateway  # pyright: ignore[reportMissingImports]
        from pyspark.sql import SparkSession  # pyright: ignore[reportMissingImports]
    except ImportError:
        raise SparkMissing("pyspark is not installed; install it with: uv sync --extra spark") from None
    if not java():
        raise SparkMissing(
            "Java was not found; Spark needs Java 17 (Debian: apt install default-jre-headless)"
        )
    if SparkContext._active_spark_context is not None:
        raise RuntimeError("a Spark session is already open in this process; use that one or close it")
    settings = {**SETTINGS, "spark.master": f"local[{cores}]", "spark.driver.memory": memory}
    settings["spark.sql.shuffle.partitions"] = str(2 * cores)
    settings["spark.executorEnv.PYTHONPATH"] = str(PROJECT)
    home = str(pyspark.__path__[0])
    with tempfile.TemporaryDirectory(prefix="crm-lab-spark-") as scratch:
        settings["spark.local.dir"] = settings["spark.sql.warehouse.dir"] = scratch
        conf = SparkConf(loadDefaults=False).setAll(list(settings.items()))
        # Java's own words go to a file: its warnings come before any log setting is read
        words = Path(scratch) / "java.txt"
        with _environment(PYSPARK_PYTHON=sys.executable, SPARK_HOME=home), words.open("wb") as said:
            gateway = SparkContext._gateway  # a JVM that another part of this process has left running
            ours = gateway is None
            try:
                gateway = gateway or launch_gateway(conf, popen_kwargs={"stdout": said, "stderr": said})
            except (PySparkRuntimeError, OSError):
                raise SparkMissing(f"Java did not start; Spark needs Java 17{_said(words)}") from None
            interrupt = signal.getsignal(signal.SIGINT)
            try:
                spark = SparkSession(SparkContext(gateway=gateway, conf=conf))
                try:
                    yield spark
                finally:
                    spark.stop()
            finally:
                if ours:
                    _end(gateway)
                if threading.current_thread() is threading.main_thread():
                    signal.signal(signal.SIGINT, interrupt)  # Spark sets one of its own


def java() -> str | None:
    """Where Java is, by JAVA_HOME or the path; None where it is not."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None)


def _end(gateway: Any) -> None:
    """Let the JVM go, so that the next session starts another one and no socket stays open."""
    from pyspark import SparkContext  # pyright: ignore[reportMissingImports]

    gateway.shutdown()
    if gateway.proc is not None:
        gateway.proc.stdin.close()  # the JVM ends when its input does
        gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def _said(words: Path) -> str:
    """The first line that Java wrote, in brackets."""
    lines = words.read_text(encoding="utf-8", errors="replace").split("\n")
    first = next((line.strip() for line in lines if line.strip() and not line.startswith("WARNING")), "")
    return f" ({first})" if first else ""


@contextmanager
def _environment(**variables: str) -> Iterator[None]:
    """Environment variables for the length of a block: Spark reads these two from nowhere else."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
