"""Whatever stops a run, is it gone on with so that nothing is missing and nothing is there twice?"""

import argparse
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from datasets.world import folder, load_scenario, make, on_cores, parts
from datasets.world.parts import Plan

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


# Without the causes a process is sooner at work, and here it is files that are looked at.
PLAIN: dict[str, Any] = {
    "parts": 90,
    "textbook": True,
    "tables": ("customers", "products", "orders", "order_lines", "truth_customers"),
}


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 customers in 90 parts, made by this process without a break."""
    out = tmp_path_factory.mktemp("uninterrupted")
    assert make.make(_plan(out, **PLAIN)).parts_kept == 0
    return out


def _killed(out: Path, *arguments: str, parts: int, send: Callable[[int], None]) -> tuple[int, str]:
    """Start the command, send its process group a signal when some parts are there; exit status and what it said."""
    plain = ["--customers", "200", "--partitions", "90", "--textbook", "--tables", ",".join(PLAIN["tables"])]
    line = [*LINE, *plain, "--out", str(out), *arguments]
    command = [sys.executable, "-m", "datasets", "make", *line]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    running = subprocess.Popen(command, cwd=ROOT, start_new_session=True, **pipes)
    last = out / PLAIN["tables"][-1]
    until = time.monotonic() + 60
    while running.poll() is None and time.monotonic() < until:
        if last.is_dir() and len(list(last.glob("part-*"))) >= parts:
            send(running.pid)
            break
        time.sleep(0.005)
    said = running.communicate(timeout=60)
    return running.returncode, "".join(said)


def _kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)


def _whole_parts(out: Path) -> int:
    """How many parts are whole. Every file that has its name must be readable."""
    for path in out.rglob("part-*.parquet"):
        pq.read_table(path)
    return sum(parts.rows_on_disk(_plan(out, **PLAIN), part) is not None for part in range(90))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_killed_run_is_gone_on_with(tmp_path: Path, uninterrupted: Path) -> None:
    kept = 0
    for enough, workers in ((10, "1"), (30, "2")):
        status, _ = _killed(tmp_path, "--workers", workers, parts=enough, send=_kill)
        assert status == -signal.SIGKILL
        assert not (tmp_path / "manifest.json").exists()
        assert kept <= enough <= (kept := _whole_parts(tmp_path)) < 90
    (tmp_path / "orders" / ".part-00003.parquet.0123456789abcdef.writing").write_text("half")
    before = _state(tmp_path)
    made = make.make(_plan(tmp_path, **PLAIN))
    assert kept <= made.parts_kept < 90
    assert _contents(tmp_path) == _contents(uninterrupted)
    after = _state(tmp_path)
    again = [file for file, state in after.items() if file in before and state != before[file]]
    assert len(again) < 2 * len(PLAIN["tables"]) + 1  # at most the parts that two workers had in hand


class _Cut(BaseException):
    """The power fails."""


def _cut_after(steps: int, patch: pytest.MonkeyPatch) -> None:
    """Let the file system take so many steps and no more."""
    left = iter(range(steps))

    def limited(act: Callable[..., Any]) -> Callable[..., Any]:
        def step(*args: Any, **keywords: Any) -> Any:
            if next(left, None) is None:
                raise _Cut
            return act(*args, **keywords)

        return step

    for name in ("mkdir", "replace", "unlink"):
        patch.setattr(Path, name, limited(getattr(Path, name)))


def test_a_run_that_is_cut_at_any_step_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"parts": 2, "tables": ("products", "orders", "truth_customers")}
    make.make(_plan(tmp_path / "whole", **asked))
    whole, steps = _contents(tmp_path / "whole"), 0
    for steps in range(100):
        plan = _plan(tmp_path / str(steps), **asked)
        with monkeypatch.context() as patch, suppress(_Cut):
            _cut_after(steps, patch)
            make.make(plan)
            break
        if (plan.out / "manifest.json").exists():
            assert whole.items() <= _contents(plan.out).items()
        make.make(plan)
        assert _contents(plan.out) == whole
    assert 15 < steps < 99


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals for process groups")
def test_ctrl_c_ends_quietly_and_can_be_gone_on_with(tmp_path: Path, uninterrupted: Path) -> None:
    # a terminal sends it to all processes of the group
    ended = _killed(tmp_path, "--workers", "2", parts=5, send=lambda pid: os.killpg(pid, signal.SIGINT))
    assert ended == (130, "")
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".writing")]
    assert 5 <= _whole_parts(tmp_path) < 90
    make.make(_plan(tmp_path, **PLAIN))
    assert _contents(tmp_path) == _contents(uninterrupted)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")
def test_a_worker_that_dies_is_told_of(tmp_path: Path, uninterrupted: Path) -> None:
    def kill_one(done: int, _: int) -> None:
        if done == 3:
            os.kill(
                next(child.pid for child in multiprocessing.active_children() if child.pid), signal.SIGKILL
            )

    plan = _plan(tmp_path, **PLAIN)
    with pytest.raises(parts.Unfinished, match="a worker died"):
        make.make(plan, write=partial(on_cores.write, workers=2), progress=kill_one)
    assert not multiprocessing.active_children()
    assert (tmp_path / "manifest.started.json").exists()
    make.make(plan)
    assert _contents(tmp_path) == _contents(uninterrupted)


def test_what_is_damaged_or_gone_is_made_again(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    make.make(plan)
    whole = _contents(tmp_path)
    (tmp_path / "orders" / "part-00001.parquet").write_bytes(whole["orders/part-00001.parquet"][:-9])
    (tmp_path / "surveys" / "part-00002.parquet").unlink()
    assert make.make(plan).parts_kept == 1
    assert _contents(tmp_path) == whole


def test_a_full_disk_leaves_a_folder_that_can_be_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write, written = parts._write, []

    def fail_after_forty(table: pa.Table, path: Path) -> None:
        if len(written) == 40:
            raise OSError(28, "No space left on device")
        written.append(path)
        write(table, path)

    line = [*LINE, "--customers", "200", "--partitions", "4", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(parts, "_write", fail_after_forty)
        assert _command(*line) == 2
    assert "No space left on device; check the folder and the space" in capsys.readouterr().err
    assert not (tmp_path / "manifest.json").exists()
    assert _command(*line, "--json") == 0
    assert json.loads(capsys.readouterr().out)["parts_kept"] == 2
    assert not (tmp_path / "manifest.started.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no locks on folders")
def test_two_runs_do_not_write_to_one_folder(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    make.make(plan)
    with folder.alone(tmp_path), pytest.raises(ValueError, match="another make is writing to"):
        make.make(plan)
