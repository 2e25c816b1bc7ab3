"""Run every benchmark of this folder and print what was found.

    uv run --group peers python -m tests.benchmarks [--only fits] [--markdown FILE]

The exit status is 1 if a benchmark could not run; a figure that falls short is told, and no error.
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from tests import benchmarks
from tests.benchmarks import Row

HEAD = ("what", "ours", "peer", "ratio", "to reach", "reached")


def names(only: str) -> list[str]:
    """Return the modules of this folder that have `rows()`, or the one that is asked for."""
    here = Path(__file__).parent
    found = [file.stem for file in sorted(here.glob("*.py")) if "\ndef rows()" in file.read_text("utf-8")]
    return [name for name in found if only in ("", name)]


def written(row: Row) -> tuple[str, ...]:
    """Return a row's cells: medians, with the smallest and the largest of several runs."""
    ratio = "" if row.ratio is None else f"{row.ratio:.3g}×"
    bound, sign = (row.at_least, "≥") if row.at_most is None else (row.at_most, "≤")
    to_reach = (
        "" if bound is None else f"{sign} {bound:,.15g}" + ("×" if row.ratio is not None else f" {row.unit}")
    )
    reached = "" if bound is None else "yes" if row.reached else "NO"
    return row.what, spread(row.ours, row.unit), spread(row.peer, row.unit), ratio, to_reach, reached


def spread(runs: Sequence[float], unit: str) -> str:
    """Write the median of some runs, and how far they lie apart."""
    if not runs:
        return ""
    apart = f" ({figure(min(runs))}–{figure(max(runs))})" if len(runs) > 1 else ""
    return f"{figure(median(runs))} {unit}{apart}"


def figure(value: float) -> str:
    """Write a number with three digits, or all that stand before the point."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def machine() -> str:
    """Say what these figures were measured on."""
    return f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()}, Python {platform.python_version()}"


def main() -> int:
    """Read the arguments, measure, print; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="How fast is it, beside its peers, on this machine?"
    )
    parser.add_argument("--only", default="", metavar="NAME", help="one module of this folder, such as fits")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table to this file, too")
    given = parser.parse_args()
    found, failed = [], []
    print(machine(), flush=True)
    chosen = names(given.only)
    if not chosen:
        print(f"There is no benchmark {given.only} here.", file=sys.stderr)
        return 1
    for name in chosen:
        try:
            for row in importlib.import_module(f"{benchmarks.__name__}.{name}").rows():
                cells = written(row)
                found.append(cells)
                print(" | ".join(cell for cell in cells if cell), flush=True)
        except (ImportError, RuntimeError) as error:
            failed.append(name)
            print(f"{name} cannot run: {str(error).splitlines()[0]}", file=sys.stderr)
    print()
    print(table(found))
    if given.markdown:
        given.markdown.write_text(f"{machine()}\n\n{table(found)}\n", "utf-8")
    return 1 if failed else 0


def table(found: list[tuple[str, ...]]) -> str:
    """Return the rows as a Markdown table."""
    lines = [HEAD, ("---", "--:", "--:", "--:", "--:", "---"), *found]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


if __name__ == "__main__":
    sys.exit(main())
