"""Is what is written to disk what was lived: in parts of any size, by any number of processes, whatever happens?"""

import argparse
import io
import json
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.tables import TABLES
from datasets.world import live, load_scenario, make, on_cores
from datasets.world.parts import IN_THE_FIRST_PART_ALONE, Plan

ROOT = Path(__file__).parent.parent.parent
TEA = load_scenario("tea_shops")
LINE = ["--scenario", "tea_shops", "--weeks", "30", "--seed", "4"]


def _command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    make.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["make", *arguments])
    return args.run(args)


def _plan(out: Path, **changes: Any) -> Plan:
    asked: dict[str, Any] = {
        "scenario": TEA,
        "customers": 200,
        "parts": 3,
        "weeks": 30,
        "seed": 4,
        "out": out,
    }
    return Plan(**asked | changes)


def _contents(out: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones too."""
    return {
        str(path.relative_to(out)): path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()
    }


def _state(out: Path) -> dict[str, tuple[int, int]]:
    """What would be another one had a file been written again."""
    files = [path for path in out.rglob("*") if path.is_file()]
    return {str(path.relative_to(out)): (path.stat().st_ino, path.stat().st_mtime_ns) for path in files}


def _read(out: Path, name: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(part) for part in sorted((out / name).iterdir())])


def test_the_contents_do_not_depend_on_parts_or_workers(tmp_path: Path) -> None:
    whole = live(TEA, customers=200, weeks=30, seed=4).tables
    for count, workers in ((1, 1), (7, 1), (7, 2)):
        out = tmp_path / f"{count} by {workers}"
        made = make.make(_plan(out, parts=count), write=partial(on_cores.write, workers=workers))
        assert sorted(path.name for path in out.iterdir()) == sorted([*TABLES, "manifest.json"])
        assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["rows"] == made.rows
        for name, table in TABLES.items():
            files = sorted(path.name for path in (out / name).iterdir())
            once = name in IN_THE_FIRST_PART_ALONE
            assert files == [f"part-{part:05d}.parquet" for part in range(1 if once else count)]
            written = _read(out, name)
            assert written.schema.equals(table.schema)
            assert written.to_pylist() == whole[name].to_pylist()
            assert made.rows[name] == written.num_rows
    assert _contents(tmp_path / "7 by 2") == _contents(tmp_path / "7 by 1")


def test_parts_are_zstd_with_plain_text_and_microseconds_without_zone(tmp_path: Path) -> None:
    make.make(_plan(tmp_path, parts=1))
    orders = pq.ParquetFile(tmp_path / "orders" / "part-00000.parquet")
    columns = [orders.metadata.row_group(0).column(place) for place in range(orders.metadata.num_columns)]
    assert {column.compression for column in columns} == {"ZSTD"}
    in_dictionaries = {column.path_in_schema for column in columns if column.has_dictionary_page}
    assert in_dictionaries == {"business", "channel"}
    ordered_at = json.loads(orders.schema.column(4).logical_type.to_json())
    assert (ordered_at["timeUnit"], ordered_at["isAdjustedToUTC"]) == ("microseconds", False)
    assert orders.schema_arrow.field("channel").type == pa.string()


def test_an_empty_table_still_has_its_file(tmp_path: Path) -> None:
    make.make(_plan(tmp_path, textbook=True))
    assert json.loads((tmp_path / "manifest.json").read_text(encoding="utf-8"))["rows"]["accounts"] == 0
    assert len(list((tmp_path / "accounts").iterdir())) == 3
    assert _read(tmp_path, "accounts").schema.equals(TABLES["accounts"].schema)


def test_the_command_writes_and_prints_its_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "here"
    line = [
        *LINE,
        "--customers",
        "100",
        "--tables",
        "truth_customers,orders",
        "--textbook",
        "--out",
        str(out),
    ]
    assert _command(*line, "--partition-customers", "30", "--json") == 0
    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert set(summary) == {"out", "rows", "parts", "parts_kept", "seconds"}
    assert (summary["parts"], summary["parts_kept"], summary["rows"]["truth_customers"]) == (4, 0, 100)
    assert said.err.startswith("4 of 4 parts, 100 of 100 customers")
    assert said.err.count("\n") == 1
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == summary["rows"]
    told = {"scenario": "tea_shops", "weeks": 30, "seed": 4, "textbook": True, "parts": 4, "customers": 100}
    assert told.items() <= manifest.items()
    assert sorted(path.name for path in out.iterdir()) == ["manifest.json", "orders", "truth_customers"]
    alone = live(TEA.textbook(), customers=100, weeks=30, seed=4, tables=("orders",)).orders
    assert _read(out, "orders").to_pylist() == alone.to_pylist()


def test_a_complete_folder_is_left_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = [*LINE, "--customers", "60", "--partitions", "2", "--out", str(tmp_path)]
    assert _command(*line) == 0
    before = _state(tmp_path)
    for engine in ([], ["--workers", "2"], ["--engine", "spark"]):
        capsys.readouterr()
        assert _command(*line, *engine) == 0
        assert "was complete and is left as it is: " in capsys.readouterr().out
        assert _state(tmp_path) == before


@pytest.mark.parametrize(
    "change",
    [
        {"seed": 5},
        {"weeks": 31},
        {"customers": 61},
        {"parts": 3},
        {"tables": ("orders",)},
        {"textbook": True},
        {"scenario": replace(TEA, policy=replace(TEA.policy, targets=frozenset({7})))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_other_arguments_are_refused_and_change_nothing(tmp_path: Path, change: dict[str, Any]) -> None:
    plan = _plan(tmp_path, customers=60, parts=2)
    make.make(plan)
    for name in ("manifest.json", "manifest.started.json"):
        (tmp_path / "manifest.json").rename(tmp_path / name)
        before = _state(tmp_path)
        with pytest.raises(ValueError, match="holds data made with other arguments"):
            make.make(replace(plan, **change))
        assert _state(tmp_path) == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"--customers": "0"}, "customers must be a whole number from 1"),
        ({"--customers": "-5"}, "customers must be a whole number from 1"),
        ({"--customers": str(10**30)}, "customers must be a whole number from 1"),
        ({"--weeks": "0"}, "weeks must be a whole number from 1 to 2600, not 0"),
        ({"--seed": "-1"}, "seed must be a whole number from 0"),
        ({"--partition-customers": "0"}, "--partition-customers must be a whole number from 1"),
        ({"--partitions": "0"}, "--partitions must be from 1 to 10, a customer in each, not 0"),
        ({"--partitions": "11"}, "--partitions must be from 1 to 10, a customer in each, not 11"),
        ({"--customers": "3000000", "--partitions": "2"}, "at most, so ask for 3 or more"),
        ({"--workers": "0"}, "--workers must be a whole number from 1 to 256, not 0"),
        ({"--engine": "spark", "--workers": "2"}, "--workers is for --engine local"),
        ({"--spark-master": "local[2]"}, "--spark-master needs --engine spark"),
        ({"--tables": "orders,odrers"}, "there is no table 'odrers': choose from customers, "),
        ({"--tables": ""}, "there is no table ''"),
        ({"--scenario": "coffee"}, "there is no scenario 'coffee': choose one of "),
        ({"--out": "file.txt"}, "file.txt is a file; name a folder"),
        ({"--out": "file.txt/below"}, "cannot write to"),
        ({"--out": "."}, "already holds other files"),
    ],
)
def test_bad_arguments_get_one_sentence_and_change_nothing(
    arguments: dict[str, str],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_text("mine")
    line = {"--scenario": "tea_shops", "--customers": "10", "--out": "new", **arguments}
    assert _command(*(word for pair in line.items() for word in pair), "--json") == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert message in said.err
    assert said.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_a_terminal_gets_a_bar_that_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "60")
    seconds = iter([0.0, 1.0, 3.0, 4.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    show = make._bar(1000)
    for done in (2, 4, 10):
        show(done, 10)
    lines = terminal.getvalue().split("\r")[1:]
    assert lines[0].startswith("[####................] 2 of 10 parts, 200 of 1,000 custom")
    assert all(len(line.removesuffix("\n").removesuffix("\x1b[K")) <= 59 for line in lines)
    assert lines[-1].endswith("\n") and not lines[-2].endswith("\n")


def test_the_bar_tells_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")
    seconds = iter([0.0, 0.0, 3.0])
    monkeypatch.setattr(time, "perf_counter", lambda: next(seconds))
    show = make._bar(1000)
    show(2, 10)  # kept from the run before: these cost no time now
    show(4, 10)
    assert "4 of 10 parts, 400 of 1,000 customers, 67 a second, 0:00:09 left" in terminal.getvalue()


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is missing on Windows")
def test_memory_is_bounded_by_the_part(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from datasets.world import load_scenario, make
from datasets.world.parts import Plan
def peak(customers, parts):
    out = Path(sys.argv[1], str(parts))
    make.make(Plan(scenario=load_scenario("tea_shops"), customers=customers, parts=parts, out=out))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
few = peak(5_000, 2)
print(peak(25_000, 10) / few)
"""
    command = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=True)
    assert float(done.stdout) < 1.25
