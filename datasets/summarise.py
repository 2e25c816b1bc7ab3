"""The subcommand `summarise`: a summary of a file of purchases, or of a made company's folder, as CSV."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from datasets.terminal import FILE_RULES, REASONS, add_file, printable, read_file, refuse, say, write

USUAL_MEMORY = "2GB"
SUMMARIES = {
    "recency_frequency": "customer_id, x, recency, age, mean_spend: x counts days with a repeat purchase, recency "
    "runs from the first to the last purchase, age from the first purchase to --until, in --unit; mean_spend is the "
    "mean amount of the repeat days (0 where x = 0, empty where there are no amounts)",
    "rfm": "customer_id, recency_days, frequency, monetary: days since the last purchase, days with a purchase, amount",
    "cohorts": "cohort, month, size, active, share: by month of the first order and months since then",
    "churn": "customer_id, what was known of them at the end of --until, and churned (1: no purchase in the "
    "--horizon-days after it)",
    "baskets": "product_a, product_b, baskets, support, confidence both ways, lift, of the orders up to --until; only "
    "of a folder",
    "kpis": "by month: customers, active, new, returned and lost ones, their shares, orders, revenue, means",
}
PER_CUSTOMER = ("recency_frequency", "rfm", "churn")


def add_parser(commands: Any) -> None:
    """Add the subcommand to an argparse subparsers object."""
    kinds = "\n".join(f"  {name:<18} {text}" for name, text in SUMMARIES.items())
    parser = commands.add_parser(
        "summarise",
        help="write a summary of purchases, by default one row a customer",
        description="Read a file of purchases, or the folder DIR that the command make has written, and write one of "
        f"these as CSV:\n\n{_wrapped(kinds)}\n\nCustomers who came after --until are left out. With --distinct "
        "recency_frequency gives the\ndistinct x, recency, age and how many customers share each (weight), counted by "
        "the engine: a model\nis fitted to these with the same result. Texts that a spreadsheet would run get an "
        "apostrophe in front.\n\n"
        + FILE_RULES
        + "\n\nA folder has no limits of rows, but all rows that are written "
        "must fit into memory; where there are many\nmillions of customers take --distinct.",
        epilog="Exit status: 0, or 2 where nothing was written.\n\n"
        "example:\n  python -m datasets summarise orders.csv --until 1997-09-30 --unit week --out summary.csv\n"
        "  python -m datasets summarise company --until 2024-12-31 --distinct --engine spark --out rows.csv\n"
        "  python -m datasets summarise company --until 2024-12-31 --summary kpis --business shop --out kpis.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_file(parser, name="FILE|DIR", what="CSV, XLSX or Parquet, or the folder of a made company")
    add = parser.add_argument
    add("--until", required=True, metavar="DATE", help="last day, inclusive, as 1997-09-30")
    add("--summary", choices=SUMMARIES, default="recency_frequency", help="default: recency_frequency")
    units = ("day", "week", "month", "year")
    add("--unit", choices=units, default="week", help="unit of recency and age (default: week)")
    add("--distinct", action="store_true", help="distinct rows with their weight (recency_frequency)")
    add(
        "--round-days",
        type=int,
        metavar="N",
        help="with --distinct: recency and age to the nearest N days, for fewer rows (default: as they are)",
    )
    add(
        "--every-order",
        action="store_true",
        help="of recency_frequency: every order is a purchase of its own, timed to the microsecond (default: several "
        "on one day are one, and time is whole days); with --distinct take --round-days too",
    )
    add("--horizon-days", type=int, default=90, metavar="N", help="of churn (default: 90)")
    add("--window-days", type=int, default=365, metavar="N", help="of churn: days looked back (default: 365)")
    add("--at-least", type=int, default=2, metavar="N", help="of baskets: orders with the pair (default: 2)")
    add("--silent-months", type=int, default=3, metavar="N", help="of kpis: until one is lost (default: 3)")
    add("--business", metavar="NAME", help="of a folder: one line of business alone (default: all)")
    add("--engine", choices=("duckdb", "spark"), help="of a folder: what counts (default: duckdb)")
    add("--memory", metavar="SIZE", help=f"of a folder: the engine's memory (default: {USUAL_MEMORY})")
    add("--out", required=True, type=Path, metavar="SUMMARY.csv", help="file to write")
    add(
        "--json",
        action="store_true",
        help="print as JSON: of a file rows, good, rejected, customers and out; of a folder summary, engine, rows, "
        "customers, seconds and out",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write the summary that the parsed arguments ask for. Returns the exit status."""
    try:
        until = dt.date.fromisoformat(args.until)
    except ValueError:
        return refuse(f"--until is {args.until!r}, which is no date; write it as 1997-09-30")
    if args.distinct and args.summary != "recency_frequency":
        return refuse("--distinct goes with --summary recency_frequency alone")
    if args.every_order and args.summary != "recency_frequency":
        return refuse("--every-order goes with --summary recency_frequency alone")
    if args.round_days is not None and not args.distinct:
        return refuse("--round-days goes with --distinct")
    for name, least in (("round_days", 1), ("horizon_days", 1), ("window_days", 2), ("at_least", 1)):
        if getattr(args, name) is not None and getattr(args, name) < least:
            return refuse(f"--{name.replace('_', '-')} is {getattr(args, name)}; take {least} or more")
    if args.silent_months < 1:
        return refuse(f"--silent-months is {args.silent_months}; take 1 or more")
    return _of_folder(args, until) if Path(args.file).is_dir() else _of_file(args, until)


def _of_file(args: argparse.Namespace, until: dt.date) -> int:
    for name in ("business", "engine", "memory"):
        if getattr(args, name) is not None:
            return refuse(
                f"--{name} is for a folder that the command make has written, and {args.file} is none"
            )
    if args.summary == "baskets":
        return refuse("baskets need products: name a folder that the command make has written")
    upload = read_file(args)
    if isinstance(upload, str):
        return refuse(upload)
    if upload.good.empty:
        why = REASONS[upload.rejects["reason"].mode()[0]]
        return refuse(f"no row of {args.file} can be used; most often: {why}; see the command check")
    first = upload.good["ordered_at"].min().date()
    if until < first:
        return refuse(f"--until {until} lies before the first purchase, {first}; take a later day")
    if upload.date_order_ambiguous:
        say(
            f"day and month cannot be told apart in {args.file}; read as {upload.date_order} (see --date-order)"
        )
    try:
        summary = _summary(args, until)(upload.good)
    except ValueError as error:
        return refuse(str(error))
    if not _written(args.out, summary):
        return 2
    if len(upload.rejects):
        say(f"{len(upload.rejects):,} of {upload.rows:,} rows were left out; the command check lists them")
    if args.json:
        counts = {"rows": upload.rows, "good": len(upload.good), "rejected": len(upload.rejects)}
        print(json.dumps({**counts, "customers": _customers(args, summary), "out": str(args.out)}))
    else:
        _tell(args, summary, until)
    return 0


def _of_folder(args: argparse.Namespace, until: dt.date) -> int:
    from datasets.spark import SparkMissing
    from datasets.summaries import NotACompany, open_company

    for name in ("customer", "date", "amount", "date_order"):
        if getattr(args, name) is not None:
            return refuse(f"--{name.replace('_', '-')} is for a file, and {args.file} is a folder")
    memory = (args.memory or USUAL_MEMORY).upper()
    if not re.fullmatch(r"[1-9][0-9]{0,5}(MB|GB)", memory):
        return refuse(f"--memory is {args.memory!r}; write it as 512MB or 4GB")
    started = time.perf_counter()
    engine = args.engine or "duckdb"
    try:
        with open_company(args.file, engine=engine, memory=memory) as company:
            orders = company.table("orders")
            if args.business is not None:
                orders = orders.filter(orders.business == args.business)
            if args.summary == "baskets":
                until_then = orders.filter(orders.ordered_at.date() <= until)
                rows = company.table("order_lines").semi_join(until_then, "order_id")
            else:
                rows = orders
            summary = _summary(args, until)(rows)
    except (NotACompany, SparkMissing, ValueError) as error:
        return refuse(str(error))
    except Exception as error:
        # the engines' own: a damaged file, too little memory, a full disk
        line = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        return refuse(f"{engine} could not summarise {args.file}: {line[:300]}")
    if summary.empty:
        part = f" of the business {args.business!r}" if args.business is not None else ""
        return refuse(
            f"{args.file} has nothing to summarise{part} up to {until}; take a later day or another business"
        )
    if not _written(args.out, summary):
        return 2
    seconds = time.perf_counter() - started
    if args.json:
        told = {"summary": args.summary, "engine": engine, "rows": len(summary)}
        print(
            json.dumps(
                {**told, "customers": _customers(args, summary), "seconds": seconds, "out": str(args.out)}
            )
        )
    else:
        _tell(args, summary, until)
    return 0


def _summary(args: argparse.Namespace, until: dt.date) -> Callable[[Any], Any]:
    """The function that the arguments ask for, of orders (of order lines: baskets)."""
    from datasets import summaries

    calls = {
        "recency_frequency": lambda orders: summaries.recency_frequency(
            orders, until=until, unit=args.unit, whole_days=not args.every_order
        ),
        "rfm": lambda orders: summaries.rfm(orders, until=until),
        "cohorts": lambda orders: summaries.monthly_cohorts(orders, until=until),
        "churn": lambda orders: summaries.churn_labels(
            orders, at=until, horizon_days=args.horizon_days, window_days=args.window_days
        ),
        "baskets": lambda lines: summaries.basket_pairs(lines, at_least=args.at_least),
        "kpis": lambda orders: summaries.kpis(orders, until=until, silent=args.silent_months),
    }
    if args.distinct:
        return lambda orders: summaries.recency_frequency_rows(
            orders,
            until=until,
            unit=args.unit,
            whole_days=not args.every_order,
            round_days=args.round_days,
        )
    return calls[args.summary]


def _customers(args: argparse.Namespace, summary: Any) -> int | None:
    """How many customers are in it, where that can be seen."""
    if args.distinct:
        return int(summary["weight"].sum())
    return len(summary) if args.summary in PER_CUSTOMER else None


def _written(out: Path, summary: Any) -> bool:
    from datasets.exports import csv_bytes

    try:
        write(out, csv_bytes(summary, mark=False))
    except OSError as error:
        refuse(f"cannot write {out}: {error.strerror or error}; check the folder and its permissions")
        return False
    return True


def _tell(args: argparse.Namespace, summary: Any, until: dt.date) -> None:
    customers = _customers(args, summary)
    count = f"{len(summary):,} rows" if customers is None or args.distinct else f"{customers:,} customers"
    of = f" of {customers:,} customers" if args.distinct else ""
    print(f"{printable(str(args.out))}: {count}{of} until {until}")


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(
        textwrap.fill(line, 110, subsequent_indent=" " * 21, break_on_hyphens=False)
        for line in text.split("\n")
    )
