"""How do we write a company's data to disk, however many customers it has?

In parts (parts.py), so that memory is bounded by the part; the processes of one machine (on_cores.py) or the tasks of
a Spark cluster (on_spark.py) make them in any order. The manifest comes last (folder.py): a folder with a manifest is
complete, and one without is gone on with by the same command, which keeps every part that is whole.
"""

import argparse
import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from datasets.tables import TABLES
from datasets.world import folder, load_scenario, on_cores, on_spark, scenarios
from datasets.world.company import checked_tables
from datasets.world.parts import LARGEST_PART, Plan, Unfinished, rows_on_disk

USUAL_PART = 50_000
MOST_WORKERS = 256

Progress = Callable[[int, int], None]
Write = Callable[..., dict[str, int]]


@dataclass(frozen=True, kw_only=True)
class Made:
    """What the folder holds: the rows of each table, its parts, and how many of them were there before."""

    rows: dict[str, int]
    parts: int
    parts_kept: int


def add_parser(subparsers: Any) -> None:
    """Add the subcommand `make` to an argparse subparsers object."""
    parser = subparsers.add_parser(
        "make",
        help="write a synthetic company to Parquet files",
        description="Let the customers of a synthetic company live, and write what the company sees and what is true "
        "(truth_customers, truth_encounters) to DIR/<table>/part-00000.parquet and so on, one file a part; products "
        "and campaigns once. DIR/manifest.json is written last: with it, the folder is complete. The contents depend "
        "on scenario, textbook, customers, weeks and seed alone, not on parts, engine or workers.",
        epilog="DIR must be new, empty, or begun by this command with the same arguments: then the parts that are "
        "there are kept and the others are made. Any other folder is refused and left as it is.",
    )
    add = parser.add_argument
    add("--scenario", required=True, metavar="S", help=f"the company: {', '.join(scenarios())}")
    add(
        "--customers",
        required=True,
        type=int,
        metavar="N",
        help="number of customers; those referred come on top",
    )
    add(
        "--weeks",
        type=int,
        metavar="N",
        help="weeks of history, within which all join (default: the scenario's own)",
    )
    add("--seed", type=int, default=1, metavar="N", help="0 or more; another seed, other people (default: 1)")
    add("--textbook", action="store_true", help="all causes at zero, the first line of business alone")
    add("--tables", metavar="T,T", help=f"tables to write (default: all): {', '.join(TABLES)}")
    cut = parser.add_mutually_exclusive_group()
    cut.add_argument(
        "--partitions", type=int, metavar="P", help="number of parts; memory grows with their size"
    )
    cut.add_argument(
        "--partition-customers",
        type=int,
        default=USUAL_PART,
        metavar="N",
        help=f"customers in one part, {LARGEST_PART} at most (default: {USUAL_PART})",
    )
    add("--engine", choices=("local", "spark"), default="local", help="what makes the parts (default: local)")
    add(
        "--workers",
        type=int,
        metavar="N",
        help="processes of engine local, each with a part at a time (default: 1)",
    )
    add(
        "--spark-master",
        metavar="URL",
        help=f"of engine spark (default: {on_spark.MASTER}); its machines need DIR and this project at the same path",
    )
    add("--out", required=True, type=Path, metavar="DIR", help="folder to write to")
    add("--json", action="store_true", help="print out, rows, parts, parts_kept and seconds as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make what the parsed arguments ask for. Returns the exit status: 0, or 2 with a message on stderr."""
    on_cores.bound_threads()
    started = time.perf_counter()
    try:
        plan = Plan(
            scenario=load_scenario(args.scenario),
            customers=args.customers,
            parts=_parts(args),
            out=args.out,
            weeks=args.weeks,
            seed=args.seed,
            tables=tuple(TABLES if args.tables is None else checked_tables(args.tables.split(","))),
            textbook=args.textbook,
        )
        made = make(plan, write=_engine(args), progress=_bar(args.customers))
    except (ValueError, OSError, Unfinished) as error:
        print(f"make: {_reason(error, args.out)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # the bar keeps its line
        raise
    if args.json:
        seconds = time.perf_counter() - started
        print(json.dumps({"out": str(args.out), **asdict(made), "seconds": seconds}, ensure_ascii=False))
    else:
        was = " was complete and is left as it is" if made.parts_kept == made.parts else ""
        print(
            f"{args.out}{was}: " + ", ".join(f"{count:,} rows of {name}" for name, count in made.rows.items())
        )
    return 0


def make(plan: Plan, *, write: Write = on_cores.write, progress: Progress = lambda done, parts: None) -> Made:
    """Write a company to the plan's folder, or go on with what the same plan began there.

    `write` is an engine: on_cores.write or on_spark.write. `progress` is called with how many parts are done, and of
    how many. Raises ValueError for a folder that is not ours to write to, OSError when the disk refuses, and
    Unfinished when a worker dies or a Spark task fails: the parts that are whole then stay.
    """
    complete = folder.check(plan)
    plan.out.mkdir(parents=True, exist_ok=True)
    with folder.alone(plan.out):
        rows, missing = Counter(), []
        for part in range(plan.parts):
            found = rows_on_disk(plan, part)
            rows.update(found or {})
            if found is None:
                missing.append(part)
        kept = plan.parts - len(missing)
        if missing or not complete:
            folder.begin(plan)
            progress(kept, plan.parts)
            try:
                rows.update(write(plan, missing, progress=lambda done: progress(kept + done, plan.parts)))
            finally:
                folder.sweep(plan)
            folder.finish(plan, {name: rows[name] for name in plan.tables})
    return Made(rows={name: rows[name] for name in plan.tables}, parts=plan.parts, parts_kept=kept)


def _parts(args: argparse.Namespace) -> int:
    """How many parts are asked for, directly or by their size."""
    if args.partitions is not None:
        return args.partitions
    size = args.partition_customers
    if not 1 <= size <= LARGEST_PART:
        raise ValueError(f"--partition-customers must be a whole number from 1 to {LARGEST_PART}, not {size}")
    return max(1, -(-args.customers // size))


def _engine(args: argparse.Namespace) -> Write:
    if args.engine == "spark":
        if args.workers is not None:
            raise ValueError("--workers is for --engine local; on Spark the master tells, as in local[4]")
        return partial(on_spark.write, master=args.spark_master or on_spark.MASTER)
    if args.spark_master is not None:
        raise ValueError("--spark-master needs --engine spark")
    workers = 1 if args.workers is None else args.workers
    if not 1 <= workers <= MOST_WORKERS:
        raise ValueError(f"--workers must be a whole number from 1 to {MOST_WORKERS}, not {workers}")
    return partial(on_cores.write, workers=workers)


def _bar(customers: int) -> Progress:
    """A bar that moves on a terminal; elsewhere one line at the end."""
    began: list[tuple[float, int]] = []

    def show(done: int, parts: int) -> None:
        began.append((time.perf_counter(), done)) if not began else None
        lived, had = (customers * count // parts for count in (done, began[0][1]))
        line = f"{done:,} of {parts:,} parts, {lived:,} of {customers:,} customers"
        seconds = time.perf_counter() - began[0][0]
        if lived > had and seconds > 0:
            rate = (lived - had) / seconds
            left = timedelta(seconds=round((customers - lived) / rate))
            line += f", {rate:,.0f} a second, {left} left"
        if sys.stderr.isatty():
            filled = 20 * done // parts
            line = f"[{'#' * filled}{'.' * (20 - filled)}] {line}"[: shutil.get_terminal_size().columns - 1]
            print(f"\r{line}\x1b[K", end="\n" if done == parts else "", file=sys.stderr, flush=True)
        elif done == parts:
            print(line.removesuffix(", 0:00:00 left"), file=sys.stderr)

    return show


def _reason(error: Exception, out: Path) -> str:
    if isinstance(error, Unfinished):
        return f"{error}; the same command goes on where it stopped"
    if isinstance(error, OSError):
        return f"cannot write to {out}: {error.strerror or error}; check the folder and the space on the disk"
    return str(error)
