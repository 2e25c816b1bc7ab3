"""What can be done with customers from a terminal?  make a company, check a file, summarise it."""

from __future__ import annotations

import argparse
import io
import json
import os
import sys
from typing import Any, NoReturn

from datasets import summarise
from datasets.terminal import FILE_RULES, REASONS, add_file, printable, read_file, refuse

SHOWN = 20  # rejected rows that are printed; with --json all are


class _Parser(argparse.ArgumentParser):
    """argparse with one line for a wrong argument instead of the whole usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {printable(message)} (--help tells more)\n")


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
        return refuse(f"the result could not be printed ({error.strerror or error})")
    except KeyboardInterrupt:
        return 130
    except MemoryError:
        return refuse("there is not enough memory for this; take fewer rows")


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
    summarise.add_parser(commands)
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
    add_file(parser)
    parser.add_argument(
        "--json",
        action="store_true",
        help="print rows, good, rejected, columns, date_order, date_order_ambiguous, decimal, decimal_ambiguous, "
        "format and all rejects [{row, text, reason}] as JSON",
    )
    parser.set_defaults(run=check)


def check(args: argparse.Namespace) -> int:
    """Print what of a file can be used. Returns the exit status."""
    upload = read_file(args)
    if isinstance(upload, str):
        return refuse(upload)
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
        f"{role} = {printable(getattr(chosen, role) or 'none')}" for role in ("customer", "date", "amount")
    )
    print(f"columns: {names}")
    unsettled = (
        " (a guess: nothing in the file settles it; see --date-order)" if upload.date_order_ambiguous else ""
    )
    print(f"date order: {upload.date_order}{unsettled}")
    if upload.decimal_ambiguous:
        print("decimal sign: a point (a guess: nothing in the file settles it)")
    for reject in upload.rejects.head(SHOWN).to_dict("records"):
        print(f"row {reject['row']}: {REASONS[reject['reason']]}: {printable(reject['text'])[:100]}")
    if len(upload.rejects) > SHOWN:
        print(f"and {len(upload.rejects) - SHOWN:,} more; --json lists all")
    return 0


if __name__ == "__main__":
    sys.exit(main())
