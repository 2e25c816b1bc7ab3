"""What can be done with customers from a terminal?  make a company, check a file, summarise it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

SHOWN = 20  # rejected rows that are printed; with --json all are
REASONS = {
    "broken_quotes": "a quotation mark that does not close, or stands inside a quoted cell",
    "line_too_long": "the line is too long",
    "too_few_cells": "fewer cells than the header",
    "too_many_cells": "more cells than the header",
    "customer_missing": "no customer",
    "customer_too_long": "the customer id is longer than 200 characters",
    "date_missing": "no date",
    "date_unreadable": "the date could not be read",
    "date_order": "day and month stand in another order than in the rest of the column",
    "date_impossible": "there is no such day or time",
    "date_out_of_range": "the year lies outside 1900-2200",
    "amount_missing": "no amount",
    "amount_unreadable": "the amount could not be read",
    "amount_decimal_sign": "the decimal sign is not that of the rest of the column",
    "amount_too_large": "the amount is above 1,000,000,000,000",
    "refund": "a refund (negative amount) is no purchase",
}
FILE_RULES = """\
FILE is CSV (comma, semicolon, tab or |; UTF-8, UTF-16, GB18030, Big5 or cp1252), XLSX (the first sheet that holds
something) or Parquet, one purchase a row, up to 1,000,000 rows and 200 MB. Columns are guessed by their names
(English or Chinese) and contents; --customer, --date and --amount decide. A column named amount_cents counts cents.
Every row is either used or rejected with a reason. Rows are numbered as a spreadsheet shows them: the header of a
CSV or XLSX file is row 1 (blank lines have a number and are no rows); the first row of a Parquet file is row 1.
Negative amounts are refunds and rejected; 0 is kept. Where day and month cannot be told apart (03/05/24 and no
day above 12 in the column), the day comes first; --date-order decides."""


class _Parser(argparse.ArgumentParser):
    """argparse with one line for a wrong argument instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {_printable(message)} (--help tells more)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand. Returns the exit status: 0, or 2 for bad input."""
    arguments = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a terminal that cannot show a character shows its code
            stream.reconfigure(errors="backslashreplace")
    args = _parser(arguments).parse_args(arguments)
    try:
        status = args.run(args)
        if sys.stdout:  # None where the caller has closed it
            sys.stdout.flush()
        return status
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries to print once more
        if isinstance(error, BrokenPipeError):  # the reader (head, less) has had enough
            return 0
        return _refuse(f"the result could not be printed ({error.strerror or error})")
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return _refuse("there is not enough memory for this; take fewer rows")


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m datasets",
        description="Where customers come from: synthetic companies, and files of one's own.",
        epilog="Each command has its own --help.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    if arguments[:1] == ["make"]:
        from datasets.world import make  # the engine, which the other commands do not wait for

        make.add_parser(commands)
    else:
        commands.add_parser("make", help="write a synthetic company to Parquet files")
    _add_check(commands)
    _add_summarise(commands)
    return parser


def _add_check(commands: Any) -> None:
    parser = commands.add_parser(
        "check",
        help="tell which rows of a file can be used, and why not the others",
        description="Read a file of purchases and tell which rows can be used.\n\n" + FILE_RULES,
        epilog="Exit status: 0 where the file could be read, even where no row is good; 2 where it could not.\n\n"
        "example:\n  python -m datasets check orders.csv --date 下单时间 --date-order dmy --json",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print rows, good, rejected, columns, date_order, date_order_ambiguous, decimal, decimal_ambiguous, "
        "format and all rejects [{row, text, reason}] as JSON",
    )
    parser.set_defaults(run=check)


def _add_summarise(commands: Any) -> None:
    parser = commands.add_parser(
        "summarise",
        help="write one row a customer: customer_id, x, recency, age, mean_spend",
        description="Read a file of purchases and write customer_id, x, recency, age, mean_spend as CSV.\n"
        "x counts days with a repeat purchase, recency runs from the first to the last purchase, age from the first\n"
        "purchase to --until, in --unit; mean_spend is the mean amount of the repeat days (0 where x = 0, empty\n"
        "where the file has no amounts). Customers who came after --until are left out. Texts that a spreadsheet\n"
        "would run get an apostrophe in front.\n\n" + FILE_RULES,
        epilog="Exit status: 0, or 2 where nothing was written.\n\n"
        "example:\n  python -m datasets summarise orders.csv --until 1997-09-30 --unit week --out summary.csv",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_file(parser)
    parser.add_argument("--until", required=True, metavar="DATE", help="last day, inclusive, as 1997-09-30")
    parser.add_argument(
        "--unit",
        choices=("day", "week", "month", "year"),
        default="week",
        help="unit of time (default: week)",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="SUMMARY.csv", help="file to write")
    parser.add_argument(
        "--json", action="store_true", help="print rows, good, rejected, customers and out as JSON"
    )
    parser.set_defaults(run=summarise)


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="CSV, XLSX or Parquet")
    for role in ("customer", "date", "amount"):
        parser.add_argument(f"--{role}", metavar="COL", help=f"name of the {role} column (default: guessed)")
    parser.add_argument(
        "--date-order",
        choices=("dmy", "mdy", "ymd"),
        help="how 03/05/24 is meant (default: decided by the column, else day first)",
    )


def check(args: argparse.Namespace) -> int:
    """Print what of a file can be used. Returns the exit status."""
    upload = _read(args)
    if isinstance(upload, str):
        return _refuse(upload)
    chosen = upload.columns
    if args.json:
        print(
            json.dumps(
                {
                    "rows": upload.rows,
                    "good": len(upload.good),
                    "rejected": len(upload.rejects),
                    "columns": {"customer": chosen.customer, "date": chosen.date, "amount": chosen.amount},
                    "date_order": upload.date_order,
                    "date_order_ambiguous": upload.date_order_ambiguous,
                    "decimal": upload.decimal,
                    "decimal_ambiguous": upload.decimal_ambiguous,
                    "format": upload.format,
                    "rejects": upload.rejects.to_dict("records"),
                }
            )
        )
        return 0
    print(f"rows {upload.rows:,}, good {len(upload.good):,}, rejected {len(upload.rejects):,}")
    names = ", ".join(
        f"{role} = {_printable(getattr(chosen, role) or 'none')}" for role in ("customer", "date", "amount")
    )
    print(f"columns: {names}")
    unsettled = (
        " (a guess: nothing in the file settles it; see --date-order)" if upload.date_order_ambiguous else ""
    )
    print(f"date order: {upload.date_order}{unsettled}")
    if upload.decimal_ambiguous:
        print("decimal sign: a point (a guess: nothing in the file settles it)")
    for reject in upload.rejects.head(SHOWN).to_dict("records"):
        print(f"row {reject['row']}: {REASONS[reject['reason']]}: {_printable(reject['text'])[:100]}")
    if len(upload.rejects) > SHOWN:
        print(f"and {len(upload.rejects) - SHOWN:,} more; --json lists all")
    return 0


def summarise(args: argparse.Namespace) -> int:
    """Write the summary of a file. Returns the exit status."""
    import datetime as dt

    try:
        until = dt.date.fromisoformat(args.until)
    except ValueError:
        return _refuse(f"--until is {args.until!r}, which is no date; write it as 1997-09-30")
    upload = _read(args)
    if isinstance(upload, str):
        return _refuse(upload)
    if upload.good.empty:
        why = REASONS[upload.rejects["reason"].mode()[0]]
        return _refuse(f"no row of {args.file} can be used; most often: {why}; see the command check")
    from datasets.exports import csv_bytes
    from datasets.summaries import recency_frequency

    first = upload.good["ordered_at"].min().date()
    if until < first:
        return _refuse(f"--until {until} lies before the first purchase, {first}; take a later day")
    if upload.date_order_ambiguous:
        _say(
            f"day and month cannot be told apart in {args.file}; read as {upload.date_order} (see --date-order)"
        )
    summary = recency_frequency(upload.good, until=until, unit=args.unit)
    try:
        _write(args.out, csv_bytes(summary, mark=False))
    except OSError as error:
        return _refuse(
            f"cannot write {args.out}: {error.strerror or error}; check the folder and its permissions"
        )
    if len(upload.rejects):
        _say(f"{len(upload.rejects):,} of {upload.rows:,} rows were left out; the command check lists them")
    if args.json:
        counts = {"rows": upload.rows, "good": len(upload.good), "rejected": len(upload.rejects)}
        print(json.dumps({**counts, "customers": len(summary), "out": str(args.out)}))
    else:
        print(f"{_printable(str(args.out))}: {len(summary):,} customers until {until}")
    return 0


def _read(args: argparse.Namespace) -> Any:
    """The file as an Upload, or the sentence that says why it cannot be used."""
    from datasets.uploads import BadFile, read

    columns = {"customer": args.customer, "date": args.date, "amount": args.amount}
    try:
        return read(args.file, name=args.file, columns=columns, date_order=args.date_order)
    except BadFile as error:
        return str(error)


def _write(path: Path, content: bytes) -> None:
    """Written under another name and renamed, so that nobody ever sees half a file."""
    if path.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    if path.exists() and not path.is_file():
        path.write_bytes(content)  # /dev/stdout and the like must not be replaced by a file
        return
    path = path.resolve()
    temporary = path.with_name(f".{path.name}.{os.getpid()}.writing")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _printable(text: str) -> str:
    """Text from a file without what could move a terminal's cursor."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def _say(message: str) -> None:
    print(_printable(message), file=sys.stderr)


def _refuse(message: str) -> int:
    _say(f"python -m datasets: {message}")
    return 2


if __name__ == "__main__":
    sys.exit(main())
