"""Is what is written to disk what was lived, in parts of any size?"""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.tables import TABLES
from datasets.world import live, load_scenario, make

TEA = load_scenario("tea_shops")


def _command(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    make.add_parser(parser.add_subparsers(required=True))
    args = parser.parse_args(["make", *arguments])
    return args.run(args)


def _read(folder: Path, name: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(part) for part in sorted((folder / name).iterdir())])


def test_the_contents_do_not_depend_on_the_size_of_the_parts(tmp_path: Path) -> None:
    whole = live(TEA, customers=2500, seed=4)
    for size, parts in ((1000, 3), (300, 9), (2500, 1)):
        out = tmp_path / str(size)
        rows = make.make(scenario=TEA, customers=2500, seed=4, partition_customers=size, out=out)
        assert sorted(path.name for path in out.iterdir()) == sorted([*TABLES, "manifest.json"])
        for name, table in TABLES.items():
            files = sorted(path.name for path in (out / name).iterdir())
            assert files == [f"part-{part:05d}.parquet" for part in range(parts)]
            written = _read(out, name)
            assert written.schema.equals(table.schema)
            assert written.equals(getattr(whole, name))
            assert rows[name] == written.num_rows


def test_parts_are_zstd_with_microseconds_without_zone(tmp_path: Path) -> None:
    make.make(scenario=TEA, customers=50, out=tmp_path)
    part = pq.ParquetFile(tmp_path / "truth_customers" / "part-00000.parquet")
    assert part.metadata.row_group(0).column(0).compression == "ZSTD"
    left_at = json.loads(part.schema.column(4).logical_type.to_json())
    assert left_at["timeUnit"] == "microseconds"
    assert left_at["isAdjustedToUTC"] is False


def test_the_command_writes_and_prints_its_summary(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "here"
    line = [
        "--scenario",
        "tea_shops",
        "--customers",
        "200",
        "--weeks",
        "30",
        "--seed",
        "5",
        "--out",
        str(out),
    ]
    assert _command(*line, "--json") == 0
    said = capsys.readouterr()
    summary = json.loads(said.out)
    assert summary["rows"]["customers"] == 200
    assert summary["seconds"] > 0
    assert "200 of 200 customers" in said.err
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"] == summary["rows"]
    assert (manifest["scenario"], manifest["weeks"], manifest["seed"]) == ("tea_shops", 30, 5)
    assert _read(out, "orders").equals(live(TEA, customers=200, weeks=30, seed=5).orders)


def test_the_same_arguments_write_again_and_others_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--scenario", "tea_shops", "--customers", "100", "--out", str(tmp_path)]
    assert _command(*line) == 0
    first = _read(tmp_path, "orders")
    assert _command(*line) == 0
    assert _read(tmp_path, "orders").equals(first)
    before = (tmp_path / "manifest.json").read_bytes()
    for other in (["--seed", "2"], ["--weeks", "50"], ["--partition-customers", "10"]):
        capsys.readouterr()
        assert _command(*line, *other) == 2
        assert "holds data made with other arguments" in capsys.readouterr().err
    assert (tmp_path / "manifest.json").read_bytes() == before


def test_a_run_that_was_cut_off_is_not_taken_for_complete_and_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail_after_four(write: Callable[..., None]) -> Callable[..., None]:
        written = []

        def write_part(table: pa.Table, path: Path) -> None:
            if len(written) == 4:
                raise OSError(28, "No space left on device")
            written.append(path)
            write(table, path)

        return write_part

    asked = {"scenario": TEA, "customers": 100, "partition_customers": 40, "out": tmp_path}
    with monkeypatch.context() as patch:
        patch.setattr(make, "_write_part", fail_after_four(make._write_part))
        with pytest.raises(OSError, match="No space"):
            make.make(**asked)
    assert not (tmp_path / "manifest.json").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".writing")]
    with pytest.raises(ValueError, match="other arguments"):
        make.make(**{**asked, "seed": 2})
    make.make(**asked)
    assert _read(tmp_path, "orders").equals(live(TEA, customers=100).orders)
    assert not (tmp_path / "manifest.started.json").exists()
    with monkeypatch.context() as patch:
        patch.setattr(make, "_write_part", fail_after_four(make._write_part))
        with pytest.raises(OSError, match="No space"):
            make.make(**asked)
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"--customers": "0"}, "--customers must be a whole number from 1"),
        ({"--customers": "-5"}, "--customers must be a whole number from 1"),
        ({"--weeks": "0"}, "weeks must be a whole number from 1 to 2600, not 0"),
        ({"--seed": "-1"}, "--seed must be a whole number from 0"),
        ({"--partition-customers": "0"}, "--partition-customers must be a whole number from 1"),
        ({"--scenario": "coffee"}, "there is no scenario 'coffee': choose one of tea_shops"),
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the module resource is missing on Windows")
def test_memory_is_bounded_by_the_part(tmp_path: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from datasets.world import load_scenario, make
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
tea = load_scenario("tea_shops")
make.make(scenario=tea, customers=20_000, partition_customers=10_000, out=Path(sys.argv[1], "few"))
few = peak()
make.make(scenario=tea, customers=120_000, partition_customers=10_000, out=Path(sys.argv[1], "many"))
print(peak() / few)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert float(done.stdout) < 1.25
