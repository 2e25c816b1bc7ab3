"""Is every acknowledged attempt still there when its writer was killed?  Twenty thousand of them, ten kills.

Two processes write at once, as two browsers of a class do; one of them is killed with SIGKILL and begun again, ten
times. An attempt is acknowledged when `record` has returned and its number stands in the writer's output.
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.benchmarks import Row

ATTEMPTS, KILLS = 20_000, 10
WRITER = """
import sys
from classroom.store import open_store
store, who, first, last = open_store(), sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
for n in range(first, last):
    value = {"answer": "12,5", "right": False}
    store.record(learner=who, kind="attempted", topic="churn/one", name=str(n), value=value)
    print(n, flush=True)
"""


def rows() -> Iterator[Row]:
    """Attempts that were acknowledged and are gone, and how many are kept a second."""
    with tempfile.TemporaryDirectory() as folder:
        place = dict(os.environ, CRM_LAB_HOME=folder)
        begun = time.perf_counter()
        acknowledged = {("steady", n) for n in range(ATTEMPTS // 2)}
        steady = _writer("steady", 0, ATTEMPTS // 2, place)
        first, killed = 0, 0
        each = ATTEMPTS // 2 // (KILLS + 1)
        while first < ATTEMPTS // 2:
            with _writer("killed", first, ATTEMPTS // 2, place) as process:
                assert process.stdout is not None
                said = []
                for line in process.stdout:
                    said.append(int(line))
                    if len(said) == each and killed < KILLS:
                        process.kill()
                        killed += 1
                        break
                said += [int(line) for line in process.stdout.readlines() if line.endswith("\n")]
            acknowledged |= {("killed", n) for n in said}
            first = said[-1] + 1
        steady.communicate()
        taken = time.perf_counter() - begun
        with closing(sqlite3.connect(Path(folder) / "crm_lab.sqlite3")) as connection:
            kept = {(who, int(n)) for who, n in connection.execute("SELECT learner, variant FROM attempts")}
        assert killed == KILLS and len(acknowledged) == ATTEMPTS
        lost = len(acknowledged - kept)
        yield Row(
            what=f"acknowledged attempts lost, of {ATTEMPTS:,}, {KILLS} kills",
            unit="",
            ours=[lost],
            at_most=0,
        )
        yield Row(what="attempts kept, two writers at once", unit="per s", ours=[len(kept) / taken])


def _writer(who: str, first: int, last: int, place: dict[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, who, str(first), str(last)]
    root = Path(__file__).parent.parent.parent
    return subprocess.Popen(command, cwd=root, env=place, stdout=subprocess.PIPE, text=True)
