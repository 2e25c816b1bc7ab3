"""One source, two engines: on Spark every summary is what DuckDB gives. One session for all tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from datasets import summaries
from datasets.spark import SparkMissing, java, session
from tests.companies import write_company

ROOT = Path(__file__).parent.parent
UNTIL = "2024-08-31"
SEVERE = {"PYTHONWARNINGS": "error", "TZ": "Asia/Shanghai"}  # a zone moves no instant
QUICK = "-XX:TieredStopAtLevel=1"  # Java compiles less, which pays where there is little to do
CALLS = {
    "recency_frequency": lambda o: summaries.recency_frequency(o, until=UNTIL),
    "recency_frequency, continuous": lambda o: summaries.recency_frequency(o, until=UNTIL, whole_days=False),
    "recency_frequency_rows": lambda o: summaries.recency_frequency_rows(o, until=UNTIL),
    "rounded rows": lambda o: summaries.recency_frequency_rows(o, until=UNTIL, round_days=7),
    "rfm": lambda o: summaries.rfm(o, until=UNTIL),
    "holdout_purchases": lambda o: summaries.holdout_purchases(o, since="2024-01-31", until=UNTIL),
    "cumulative": lambda o: summaries.cumulative_repeat_purchases(o, until=UNTIL),
    "monthly_cohorts": lambda o: summaries.monthly_cohorts(o, until=UNTIL),
    "churn_labels": lambda o: summaries.churn_labels(o, at=UNTIL, horizon_days=60, window_days=120),
    "kpis": lambda o: summaries.kpis(o, until=UNTIL, silent=2),
    "kpis, quarters": lambda o: summaries.kpis(o, until=UNTIL, months=3, silent=1, margin=0.3),
    "without amounts": lambda o: summaries.rfm(o.drop("amount_cents"), until=UNTIL),
    "one business": lambda o: summaries.rfm(o.filter(o.business == "box"), until=UNTIL),
}
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")  # left so by pyspark


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    # a name with letters that mean something in a search for files
    return write_company(tmp_path_factory.mktemp("made") / "tea [1] {a}")


@pytest.fixture(scope="module")
def companies(folder):
    pytest.importorskip("pyspark", reason="pyspark is not installed: uv sync --extra spark")
    if java() is None:
        pytest.skip("Java is not installed")
    with (
        pytest.MonkeyPatch.context() as patch,
        summaries.open_company(folder) as duckdb,
    ):
        patch.setenv("JAVA_TOOL_OPTIONS", QUICK)
        with summaries.open_company(folder, engine="spark") as spark:
            yield duckdb, spark


@pytest.mark.parametrize("name", CALLS)
def test_spark_gives_what_duckdb_gives(companies, name):
    duckdb, spark = (CALLS[name](company.table("orders")) for company in companies)
    assert len(duckdb)
    pd.testing.assert_frame_equal(spark, duckdb, check_exact=True)


def test_spark_pairs_baskets_as_duckdb_does(companies):
    duckdb, spark = (
        summaries.basket_pairs(company.table("order_lines"), at_least=5) for company in companies
    )
    assert len(duckdb) == 28
    pd.testing.assert_frame_equal(spark, duckdb, check_exact=True)


def test_spark_reads_every_part_and_no_instant_moves(companies, folder):
    held = pd.read_parquet(folder / "orders")
    orders = companies[1].table("orders")
    found = companies[1].connection.raw_sql(companies[1].connection.compile(orders)).toArrow()
    assert found.schema.field("ordered_at").type == "timestamp[us]"
    ordered = ["order_id"]
    pd.testing.assert_frame_equal(
        found.to_pandas().sort_values(ordered, ignore_index=True),
        held.sort_values(ordered, ignore_index=True),
    )


def test_a_second_session_is_refused(companies):
    with pytest.raises(RuntimeError, match="already open"), session():
        pass


def test_the_command_line_gives_the_same_file_on_both_engines_and_spark_says_nothing(folder, tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed: uv sync --extra spark")
    if java() is None:
        pytest.skip("Java is not installed")
    files = []
    for engine in ("duckdb", "spark"):
        files.append(tmp_path / f"{engine}.csv")
        told = _run(folder, "--distinct", "--engine", engine, "--out", files[-1], "--json", **SEVERE)
        assert (told.returncode, told.stderr) == (0, "")
        assert json.loads(told.stdout)["engine"] == engine
    assert files[0].read_bytes() == files[1].read_bytes() != b""


def test_without_java_one_sentence_says_so(folder, tmp_path):
    pytest.importorskip("pyspark", reason="pyspark is not installed: uv sync --extra spark")
    for home in (tmp_path, _broken_java(tmp_path / "broken")):
        told = _run(folder, "--engine", "spark", "--out", tmp_path / "o.csv", JAVA_HOME=str(home))
        assert told.returncode == 2
        assert "Java 17" in told.stderr
        assert len(told.stderr.splitlines()) == 1
        assert not (tmp_path / "o.csv").exists()


def test_without_pyspark_one_sentence_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(SparkMissing, match="uv sync --extra spark"), session():
        pass


def _broken_java(home: Path) -> Path:
    (home / "bin").mkdir(parents=True)
    program = home / "bin" / "java"
    program.write_text("#!/bin/sh\necho this Java is too old >&2\nexit 1\n")
    program.chmod(0o755)
    return home


def _run(folder: Path, *more: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "datasets", "summarise", folder, "--until", UNTIL, *more]
    return subprocess.run(
        list(map(str, command)),
        cwd=ROOT,
        env={**os.environ, "JAVA_TOOL_OPTIONS": QUICK, **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
