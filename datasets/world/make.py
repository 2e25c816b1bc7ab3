"""How do we write a company's data to disk, however many customers it has?

One block of customers at a time: each block is lived, written as one part of every table, and forgotten. So
memory is bounded by the block, and the contents do not depend on its size. A part is written under a
temporary name and then renamed, and the manifest comes last: a folder with a manifest is complete.
"""

import argparse
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.tables import TABLES
from datasets.world.company import LARGEST_CUSTOMER_ID, live
from datasets.world.scenario import Scenario, load_scenario, scenarios

FORMAT = 1
MANIFEST = "manifest.json"
STARTED = "manifest.started.json"
LARGEST_PARTITION = 1_000_000

# What is spread out at random does not compress, and a dictionary of it is a waste of time.
_SPREAD_OUT = {
    "order_id",
    "ordered_at",
    "joined_at",
    "left_at",
    "purchase_rate_per_week",
    "dropout_probability",
    "mean_spend_cents",
    "p_alive_given_traits",
}


def add_parser(subparsers: Any) -> None:
    """Add the subcommand `make` to an argparse subparsers object."""
    parser = subparsers.add_parser(
        "make",
        help="write a synthetic company to Parquet files",
        description="Let the customers of a synthetic company live. What the company sees (customers, "
        "orders) and what is true of them (truth_customers) goes to DIR/<table>/part-00000.parquet and so "
        "on, one part for each block of customers. DIR/manifest.json is written last: with it, the folder is "
        "complete. The contents depend on scenario, customers, weeks and seed alone.",
        epilog="DIR must be new, empty, or made by this command with the same arguments; then it is written "
        "again. Any other folder is refused and left as it is.",
    )
    add = parser.add_argument
    add("--scenario", required=True, help=f"the company: {', '.join(scenarios())}")
    add("--customers", required=True, type=int, metavar="N", help="number of customers, 1 or more")
    add("--weeks", type=int, metavar="N", help="weeks of history (default: the scenario's own)")
    add("--seed", type=int, default=1, metavar="N", help="0 or more; another seed, other people (default: 1)")
    add(
        "--partition-customers",
        type=int,
        default=50_000,
        metavar="N",
        help=f"customers in one part, at most {LARGEST_PARTITION}; memory grows with it (default: 50000)",
    )
    add("--out", required=True, type=Path, metavar="DIR", help="folder to write to")
    add("--json", action="store_true", help="print rows per table and seconds as JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Make what the parsed arguments ask for. Returns the exit status: 0, or 2 with a message on stderr."""
    # Each part is small, and more threads than two would only cost memory on a large machine.
    pa.set_cpu_count(2)
    pa.set_io_thread_count(2)
    started = time.perf_counter()
    try:
        rows = make(
            scenario=load_scenario(args.scenario),
            customers=args.customers,
            weeks=args.weeks,
            seed=args.seed,
            partition_customers=args.partition_customers,
            out=args.out,
            progress=_progress,
        )
    except (ValueError, OSError) as error:
        print(f"make: {_reason(error, args.out)}", file=sys.stderr)
        return 2
    seconds = time.perf_counter() - started
    if args.json:
        print(json.dumps({"out": str(args.out), "rows": rows, "seconds": seconds}, ensure_ascii=False))
    else:
        print(f"{args.out}: " + ", ".join(f"{count:,} rows of {name}" for name, count in rows.items()))
    return 0


def make(
    *,
    scenario: Scenario,
    customers: int,
    out: Path,
    weeks: int | None = None,
    seed: int = 1,
    partition_customers: int = 50_000,
    progress: Any = None,
) -> dict[str, int]:
    """Write a company to the folder `out` and return the number of rows of each table.

    `progress`, if given, is called with how many customers are done, and of how many. Raises ValueError for
    a folder that is not ours to write to and for numbers out of range, OSError when the disk refuses.
    """
    if weeks is not None:
        scenario = replace(scenario, weeks=weeks)
    _check(customers, "customers", LARGEST_CUSTOMER_ID)
    _check(seed, "seed", 2**64 - 1, lowest=0)
    _check(partition_customers, "partition-customers", LARGEST_PARTITION)
    asked = _asked(scenario, customers=customers, seed=seed, partition_customers=partition_customers)
    _take_folder(out, asked)
    rows = dict.fromkeys(TABLES, 0)
    for part, first in enumerate(range(1, customers + 1, partition_customers)):
        count = min(partition_customers, customers - first + 1)
        world = live(scenario, customers=count, seed=seed, first=first)
        for name in TABLES:
            table = getattr(world, name)
            _write_part(table, out / name / f"part-{part:05d}.parquet")
            rows[name] += table.num_rows
        if progress:
            progress(first + count - 1, customers)
    with _renamed(out / MANIFEST) as temporary:
        temporary.write_text(json.dumps({**asked, "rows": rows}, indent=2) + "\n", encoding="utf-8")
    (out / STARTED).unlink()
    return rows


def _check(value: int, name: str, highest: int, *, lowest: int = 1) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"--{name} must be a whole number from {lowest} to {highest}, not {value}")


def _asked(scenario: Scenario, **numbers: int) -> dict[str, Any]:
    """All that the contents and the files depend on, and a hash of it."""
    asked = {"format": FORMAT, "scenario": asdict(scenario), **numbers}
    del asked["scenario"]["bands"]
    text = json.dumps(asked, sort_keys=True, default=str)
    scenario_text = json.dumps(asked["scenario"], sort_keys=True, default=str)
    return {
        "format": FORMAT,
        "scenario": scenario.name,
        "scenario_hash": hashlib.sha256(scenario_text.encode()).hexdigest(),
        "weeks": scenario.weeks,
        **numbers,
        "hash": hashlib.sha256(text.encode()).hexdigest(),
    }


def _take_folder(out: Path, asked: dict[str, Any]) -> None:
    """Make the folder ready, or raise ValueError when what is in it was not made by the same arguments."""
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; name a folder with --out")
    present = {path.name for path in out.iterdir()} if out.exists() else set()
    if present:
        if not present & {MANIFEST, STARTED}:
            raise ValueError(f"{out} already holds other files; name a new or an empty folder with --out")
        made = _made(out / (STARTED if STARTED in present else MANIFEST))
        if made != asked["hash"]:
            raise ValueError(
                f"{out} already holds data made with other arguments; name another folder with --out"
            )
    for name in TABLES:
        (out / name).mkdir(parents=True, exist_ok=True)
    with _renamed(out / STARTED) as temporary:
        temporary.write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")
    (out / MANIFEST).unlink(missing_ok=True)


def _made(manifest: Path) -> str | None:
    """The hash of the arguments that made a folder, None when the manifest cannot be read."""
    try:
        return json.loads(manifest.read_text(encoding="utf-8")).get("hash")
    except (ValueError, AttributeError):
        return None


def _write_part(table: pa.Table, path: Path) -> None:
    dictionary = [name for name in table.column_names if name not in _SPREAD_OUT]
    with _renamed(path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=1,
            use_dictionary=dictionary,  # pyright: ignore[reportArgumentType]
            store_schema=False,
        )


@contextmanager
def _renamed(path: Path) -> Iterator[Path]:
    """A temporary name to write to, renamed to `path` when all has gone well, removed when not."""
    temporary = path.with_name(f".{path.name}.writing")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _progress(done: int, customers: int) -> None:
    """One line that moves on a terminal; elsewhere only the end is told."""
    line = f"{done:,} of {customers:,} customers"
    if sys.stderr.isatty():
        print(f"\r{line}", end="\n" if done == customers else "", file=sys.stderr, flush=True)
    elif done == customers:
        print(line, file=sys.stderr)


def _reason(error: Exception, out: Path) -> str:
    if isinstance(error, OSError):
        return f"cannot write to {out}: {error.strerror or error}; check the folder and the space on the disk"
    return str(error)
