"""What do the commands share?  How a file of purchases is named, what is told, and how a result is written."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

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


def add_file(
    parser: argparse.ArgumentParser, *, name: str = "FILE", what: str = "CSV, XLSX or Parquet"
) -> None:
    """Add FILE and the options that say what is in it."""
    parser.add_argument("file", metavar=name, help=what)
    for role in ("customer", "date", "amount"):
        parser.add_argument(f"--{role}", metavar="COL", help=f"name of the {role} column (default: guessed)")
    parser.add_argument(
        "--date-order",
        choices=("dmy", "mdy", "ymd"),
        help="how 03/05/24 is meant (default: decided by the column, else day first)",
    )


def read_file(args: argparse.Namespace) -> Any:
    """The file as an Upload, or the sentence that says why it cannot be used."""
    from datasets.uploads import BadFile, read

    columns = {"customer": args.customer, "date": args.date, "amount": args.amount}
    try:
        return read(args.file, name=args.file, columns=columns, date_order=args.date_order)
    except BadFile as error:
        return str(error)


def write(path: Path, content: bytes) -> None:
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


def printable(text: str) -> str:
    """Text from a file without what could move a terminal's cursor."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def say(message: str) -> None:
    """A note beside the result, on stderr."""
    print(printable(message), file=sys.stderr)


def refuse(message: str) -> int:
    """Say why nothing was done, and return the exit status for it."""
    say(f"python -m datasets: {message}")
    return 2
