"""Can the learner's own file be used?  Every row of it is either used or listed with the reason.

`read` takes a CSV, XLSX or Parquet file with one purchase a row and any column names, and gives the good rows as
orders and the others as rejects: good + rejected = rows, always. Nothing is written and nothing leaves the machine.

What counts as a row: see text_files.py (CSV: blank lines are none, the header is row 1), workbooks.py (rows without
any value are none, the header is row 1 where the table starts at the top), parquet_files.py (the first row is 1).
How texts become dates and money: dates.py and amounts.py. Refunds are rejected, free orders (0) are kept. Customer
ids stay texts as they are written: 007 stays 007; only surrounding spaces go, and 1001.0 in a number cell is 1001.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from datasets.cells import LIMIT_BYTES, BadFile, Cells
from datasets.columns import Columns, guess_columns, is_cents, looks_like_summary

__all__ = [
    "REASONS",
    "BadFile",
    "Columns",
    "Look",
    "Upload",
    "guess_columns",
    "look",
    "read",
    "table",
    "template",
]

# why a row is not used, in the order in which they are looked for
REASONS = (
    "broken_quotes",
    "line_too_long",
    "too_few_cells",
    "too_many_cells",
    "customer_missing",
    "customer_too_long",
    "date_missing",
    "date_unreadable",
    "date_order",
    "date_impossible",
    "date_out_of_range",
    "amount_missing",
    "amount_unreadable",
    "amount_decimal_sign",
    "amount_too_large",
    "refund",
)
LONGEST_CUSTOMER = 200  # characters
SPREADSHEET_ERRORS = ("#n/a", "#name?", "#ref!", "#value!", "#div/0!", "#num!", "#null!", "#getting_data")
NO_CUSTOMER = ("", "null", "(null)", "nan", "n/a", "\\n", *SPREADSHEET_ERRORS)


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file, read.

    good                  DataFrame: customer_id str, ordered_at datetime64[us] (UTC), amount_cents Int64 (all null
                          where the file has no money)
    rejects               DataFrame: row int64 (as a spreadsheet shows it), text str, reason str (one of `REASONS`)
    rows                  len(good) + len(rejects)
    columns               the columns that were read
    header                the names of all columns
    date_order            dmy, mdy or ymd: how 03/05/24 was read
    date_order_ambiguous  True where nothing in the file settles it, so that the reader should be asked
    decimal               the decimal sign of the amounts, "." or ","
    decimal_ambiguous     True where 1.234 or 1,234 occurs and nothing settles what it means
    format                "csv", "xlsx" or "parquet"
    encoding, delimiter   of a CSV file, else None
    sheet                 the sheet of a workbook, else None
    """

    good: pd.DataFrame
    rejects: pd.DataFrame
    rows: int
    columns: Columns
    header: tuple[str, ...]
    date_order: str
    date_order_ambiguous: bool
    decimal: str
    decimal_ambiguous: bool
    format: str
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


def read(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    columns: Columns | Mapping[str, str | None] | None = None,
    date_order: str | None = None,
) -> Upload:
    """Read a file of purchases, from its path or its bytes.

    ``name`` is what messages call it (a path's own name by default). ``columns`` names customer, date and amount:
    as `Columns` with customer and date it is the whole choice (no amount means that the file has no money); what
    is missing from a dict, or from `Columns` without customer or date, is guessed.
    ``date_order`` (dmy, mdy, ymd) says how 03/05/24 is meant.
    Raises BadFile where the file as a whole cannot be used, ValueError for an unknown ``date_order``.

    >>> upload = read(b"customer_id,date,amount\\n007,2024-03-05,12.50\\n008,soon,1\\n", name="orders.csv")
    >>> upload.good["amount_cents"].tolist(), upload.rejects.to_dict("records")
    ([1250], [{'row': 3, 'text': '008,soon,1', 'reason': 'date_unreadable'}])
    """
    file, form, name = _open(source, name)
    known = columns if isinstance(columns, Columns) else Columns(**(columns or {}))
    complete = isinstance(columns, Columns) and known.customer is not None and known.date is not None
    chosen = _choose(file, known, complete, name)
    positions = [
        file.header.index(column) for column in (chosen.customer, chosen.date, chosen.amount) if column
    ]
    cells: Cells = file.take(positions, positions[1]) if form == "xlsx" else file.take(positions)
    if not len(cells.rows) and not cells.broken:
        raise BadFile("no_rows", name=name)
    parts = _clean(cells, positions, chosen, date_order)
    return Upload(
        columns=chosen,
        header=tuple(file.header),
        format=form,
        encoding=getattr(file, "encoding", None),
        delimiter=getattr(file, "delimiter", None),
        sheet=getattr(file, "title", None),
        **parts,
    )


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a file offers before it is read: the names of its columns, a guess, and its first rows as texts."""

    names: tuple[str, ...]
    guess: Columns
    head: pd.DataFrame


def look(source: str | Path | bytes, *, name: str | None = None) -> Look:
    r"""Open a file without reading it through, so that the columns can be chosen.

    Raises BadFile where it is no table, has no column names or looks like a summary.

    >>> look(b"when,who,paid\n2024-03-05,Ann,12.50\n").guess
    Columns(customer='who', date='when', amount='paid')
    """
    file, _, name = _open(source, name)
    _refuse_header_of_values(file.header, name)
    guess = guess_columns(file.header, sample=_sample(file))
    if guess.date is None and looks_like_summary(file.header):
        raise BadFile("summary", name=name, columns=_listed(file.header))
    return Look(
        names=tuple(file.header), guess=guess, head=pd.DataFrame(file.head, columns=file.header, dtype="str")
    )


def table(source: str | Path | bytes, *, name: str | None = None) -> pd.DataFrame:
    """All columns of a file as texts, as they stand, indexed by row number: for tables that are no purchases.

    The same limits hold as for `read`. Raises BadFile also where a row has more or fewer cells than the header.

    >>> table(b"x,recency,age\\n2,30.43,38.86\\n")["recency"].tolist()
    ['30.43']
    """
    file, _, name = _open(source, name, columns_needed=1)
    cells = file.take(list(range(len(file.header))))
    if cells.broken:
        raise BadFile("broken_row", name=name, row=cells.broken[0][0])
    data = {
        file.header[position]: pd.Series(column, dtype="str") for position, column in cells.columns.items()
    }
    frame = pd.DataFrame(data).fillna("")
    frame.index = pd.Index(cells.rows, name="row")
    return frame


def template() -> pd.DataFrame:
    """Three example rows with the column names that are understood at once.

    >>> list(template().columns)
    ['customer_id', 'date', 'amount']
    """
    return pd.DataFrame(
        {
            "customer_id": ["C001", "C002", "C001"],
            "date": ["2024-03-05", "2024-03-05", "2024-04-18"],
            "amount": [129.0, 35.5, 88.0],
        }
    )


def _open(source: str | Path | bytes, name: str | None, columns_needed: int = 2) -> tuple[Any, str, str]:
    """The opened file, its format by its first bytes (a name can be wrong), and what to call it."""
    data, name = _bytes(source, name)
    if data[:4] == b"PK\x03\x04" or data[:4] == b"PK\x05\x06":
        from datasets.workbooks import open_workbook

        return open_workbook(data, name, columns_needed=columns_needed), "xlsx", name
    if data[:4] == b"PAR1" or data[:4] == b"PARE":
        from datasets.parquet_files import open_parquet

        return open_parquet(data, name), "parquet", name
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BadFile("old_excel", name=name)
    from datasets.text_files import open_text

    return open_text(data, name, columns_needed=columns_needed), "csv", name


def _bytes(source: str | Path | bytes, name: str | None) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        name = name or "The file"
        data = source
    else:
        path = Path(source)
        name = name or path.name or str(path)
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise BadFile("not_a_file", name=name)
            with path.open("rb") as stream:
                # the size may be wrong, so one byte more than allowed is asked for
                data = stream.read(LIMIT_BYTES + 1)
        except FileNotFoundError:
            raise BadFile("not_found", name=name) from None
        except PermissionError:
            raise BadFile("no_permission", name=name) from None
        except BadFile:
            raise
        except (OSError, ValueError):  # a name with NUL is a ValueError
            raise BadFile("unreadable", name=name) from None
    if len(data) > LIMIT_BYTES:
        raise BadFile("too_large", name=name, limit=LIMIT_BYTES // 10**6)
    if not data.strip(b" \t\r\n\0"):
        raise BadFile("empty", name=name)
    return data, name


def _choose(file: Any, known: Columns, complete: bool, name: str) -> Columns:
    """Columns that exist, named or guessed; raises BadFile where one is missing."""
    named = [column for column in (known.customer, known.date, known.amount) if column is not None]
    for column in named:
        if column not in file.header:
            raise BadFile("no_such_column", name=name, column=column, columns=_listed(file.header))
        if named.count(column) > 1:
            raise BadFile("same_column", name=name, column=column)
    if complete:
        return known
    if not known.customer and not known.date:
        _refuse_header_of_values(file.header, name)
    chosen = guess_columns(file.header, sample=_sample(file), known=known)
    if chosen.date is None and looks_like_summary(file.header):
        raise BadFile("summary", name=name, columns=_listed(file.header))
    if chosen.date is None or chosen.customer is None:
        reason = "no_date_column" if chosen.date is None else "no_customer_column"
        raise BadFile(reason, name=name, columns=_listed(file.header))
    return chosen


def _sample(file: Any) -> dict[str, list[str]] | None:
    """The first values of each column; None where there are none."""
    if not file.head:
        return None
    return {column: [row[at] for row in file.head] for at, column in enumerate(file.header)}


def _listed(header: list[str]) -> str:
    return ", ".join(header[:20]) + (", …" if len(header) > 20 else "")


def _refuse_header_of_values(header: list[str], name: str) -> None:
    from datasets.dates import read_dates

    dates = np.flatnonzero(read_dates(header).reasons == "")
    if len(dates):
        raise BadFile("no_header", name=name, example=header[int(dates[0])])


def _clean(cells: Cells, positions: list[int], chosen: Columns, date_order: str | None) -> dict[str, Any]:
    """Good rows, rejects and what was decided on the way."""
    import pyarrow as pa

    from datasets.amounts import read_amounts
    from datasets.dates import read_dates
    from datasets.shapes import pc

    count = len(cells.rows)
    customers = pa.array(cells.columns[positions[0]], pa.large_string())
    customers = pc.utf8_trim_whitespace(pc.replace_substring(pc.fill_null(customers, ""), "\0", ""))
    dates = read_dates(cells.columns[positions[1]], order=date_order)
    reasons = np.full(count, "", dtype=object)
    reasons[_true(pc.greater(pc.utf8_length(customers), LONGEST_CUSTOMER))] = "customer_too_long"
    reasons[_true(pc.is_in(pc.utf8_lower(customers), pa.array(NO_CUSTOMER, pa.large_string())))] = (
        "customer_missing"
    )
    reasons = np.where(reasons == "", dates.reasons, reasons)
    decimal, decimal_ambiguous = ".", False
    cents = None
    if chosen.amount:
        amounts = read_amounts(cells.columns[positions[2]], in_cents=is_cents(chosen.amount))
        reasons = np.where(reasons == "", amounts.reasons, reasons)
        decimal, decimal_ambiguous, cents = amounts.decimal, amounts.ambiguous, amounts.cents

    used = reasons == ""
    good = pd.DataFrame(
        {
            "customer_id": pd.Series(customers.filter(pa.array(used)).to_pandas(), dtype="str"),
            "ordered_at": pd.Series(dates.at[used]),
            "amount_cents": pd.array(cents[used], dtype="Int64")
            if cents is not None
            else pd.array([None] * int(used.sum()), dtype="Int64"),
        }
    )
    unused = np.flatnonzero(~used)
    rejects = pd.DataFrame(
        {
            "row": np.concatenate(
                [cells.rows[unused], np.array([row for row, _, _ in cells.broken], dtype=np.int64)]
            ),
            "text": pd.Series([*cells.texts(unused), *(text for _, text, _ in cells.broken)], dtype="str"),
            "reason": pd.Series([*reasons[unused], *(reason for _, _, reason in cells.broken)], dtype="str"),
        }
    ).sort_values("row", kind="stable", ignore_index=True)
    return {
        "good": good,
        "rejects": rejects,
        "rows": len(good) + len(rejects),
        "date_order": dates.order,
        "date_order_ambiguous": dates.ambiguous,
        "decimal": decimal,
        "decimal_ambiguous": decimal_ambiguous,
    }


def _true(mask: Any) -> np.ndarray:
    return np.asarray(mask, dtype=bool)
