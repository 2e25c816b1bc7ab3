"""Does Spark make the same company as one process, and can it go on where it stopped?"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from datasets.tables import TABLES
from datasets.world import load_scenario, make, on_spark
from datasets.world.parts import IN_THE_FIRST_PART_ALONE, Plan, Unfinished

ROOT = Path(__file__).parent.parent


def _plan(out: Path) -> Plan:
    return Plan(scenario=load_scenario("tea_shops"), customers=90, parts=3, weeks=30, seed=4, out=out)


def _make(out: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as a user calls it, from another folder, so that only its own settings let Spark find the project."""
    line = "make --scenario tea_shops --customers 90 --partitions 3 --weeks 30 --seed 4 --engine spark --json --out"
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); from datasets.__main__ import main; sys.exit(main())"
    )
    command = [sys.executable, "-c", program, *line.split(), out.name]
    usual = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    run = {
        "cwd": out.parent,
        "env": usual | environment,
        "capture_output": True,
        "text": True,
        "timeout": 240,
    }
    return subprocess.run(command, **run)


def _need_spark() -> None:
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else shutil.which("java")
    if find_spec("pyspark") is None or not java:
        pytest.skip("Spark needs pyspark (uv sync --extra spark) and Java 17 or newer")


def test_spark_makes_the_same_contents_and_goes_on_where_a_task_failed(tmp_path: Path) -> None:
    _need_spark()
    make.make(_plan(tmp_path / "local"))
    out = tmp_path / "spark"
    obstacle = out / "surveys" / "part-00001.parquet"
    obstacle.mkdir(parents=True)
    (out / "manifest.started.json").write_bytes((tmp_path / "local" / "manifest.json").read_bytes())
    failed = _make(out)
    assert failed.returncode == 2
    assert failed.stdout == ""
    assert "a Spark task failed: " in failed.stderr
    assert "Is a directory" in failed.stderr
    assert failed.stderr.count("\n") == 1
    assert not (out / "manifest.json").exists()

    obstacle.rmdir()
    part = out / "orders" / "part-00000.parquet"
    before = part.stat().st_mtime_ns if part.exists() else None
    done = _make(out)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["parts"] == 3
    if before and told["parts_kept"]:
        assert part.stat().st_mtime_ns == before
    manifests = [
        json.loads((tmp_path / engine / "manifest.json").read_text("utf-8")) for engine in ("local", "spark")
    ]
    assert manifests[0] == manifests[1]
    assert told["rows"] == manifests[0]["rows"]
    assert sorted(path.name for path in out.iterdir()) == sorted([*TABLES, "manifest.json"])
    for name in TABLES:
        files = sorted(path.name for path in (out / name).iterdir())
        assert files == [
            f"part-{part:05d}.parquet" for part in range(1 if name in IN_THE_FIRST_PART_ALONE else 3)
        ]
        for file in files:
            assert pq.read_table(out / name / file).equals(pq.read_table(tmp_path / "local" / name / file))


def test_without_java_one_sentence_tells_what_to_install(tmp_path: Path) -> None:
    _need_spark()
    done = _make(tmp_path / "new", JAVA_HOME=str(tmp_path))
    assert done.returncode == 2
    assert "could not start Java; install it with: uv sync --extra spark, and Java 17" in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_pyspark_one_sentence_tells_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(
        Unfinished, match="--engine spark needs pyspark; install it with: uv sync --extra spark"
    ):
        make.make(_plan(tmp_path), write=on_spark.write)
