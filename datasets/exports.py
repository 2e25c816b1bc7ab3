"""How do tables leave the app without doing harm?  CSV and XLSX whose texts no spreadsheet runs.

A spreadsheet runs a text cell that begins with = + - @, with a tab or a carriage return, or with the full-width
＝＋－＠, blanks before it or not. Such texts get an apostrophe in front. Numbers stay numbers, and so does a text
that is nothing but a negative number (-12.50). Live formulas are ours alone: cells that hold a `Formula`.
"""

from __future__ import annotations

import datetime as dt
import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

DANGEROUS = re.compile(r"\s*[\t\n=+\-@＝＋－＠﹦﹢﹣﹫]")
NEGATIVE_NUMBER = re.compile(r"-[0-9]+(?:\.[0-9]+)?")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
SHEET_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
LONGEST_CELL = 32_767
MOST_ROWS = 1_048_575  # of a sheet, below its header


@dataclass(frozen=True)
class Formula:
    """A live cell of a workbook: what is calculated, and the value that is shown until it is.

    >>> Formula("=B2*C2", 36.0)
    Formula(text='=B2*C2', value=36.0)
    """

    text: str
    value: float | int | str


def neutral(text: str) -> str:
    """A text that no spreadsheet runs.

    >>> neutral("=1+1"), neutral("  @SUM(A1)"), neutral("-12.50"), neutral("well-known")
    ("'=1+1", "'  @SUM(A1)", '-12.50', 'well-known')
    """
    # a lone carriage return is a new line to a spreadsheet, and no reason to quote to the csv module
    text = UNWRITABLE.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    if DANGEROUS.match(text) and not NEGATIVE_NUMBER.fullmatch(text):
        return "'" + text
    return text


def csv_bytes(frame: pd.DataFrame, *, mark: bool = True) -> bytes:
    """A table as CSV in UTF-8, with the byte-order mark by which Excel recognises Chinese (``mark``).

    The index is left out; numbers have all their digits; a `Formula` gives its value.

    >>> csv_bytes(pd.DataFrame({"name": ["=cmd()"], "amount": [-12.5]}), mark=False)
    b"name,amount\\n'=cmd(),-12.5\\n"
    """
    safe = pd.DataFrame({at: _safe_column(frame.iloc[:, at]) for at in range(frame.shape[1])})
    safe.columns = [neutral(str(name)) for name in frame.columns]
    if not len(safe.columns):
        return b""
    text = safe.to_csv(index=False, lineterminator="\n")
    return text.encode("utf-8-sig" if mark else "utf-8")


def xlsx_bytes(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables as an XLSX workbook, a sheet each; a cell that is a `Formula` is alive and shows its value.

    Row 1 holds the names, so the first row of data is row 2 of the sheet and the first column is A. Texts stay texts
    (no links, no formulas), missing values are empty cells, infinite numbers are texts. Names of sheets are
    cleaned, cut to 31 characters and made different. Raises ValueError where a table has too many rows for a sheet.
    """
    import xlsxwriter

    for name, frame in sheets.items():
        if len(frame) > MOST_ROWS:
            raise ValueError(f"{name} has {len(frame):,} rows; a sheet holds {MOST_ROWS:,}: take CSV")
    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd hh:mm",
        "remove_timezone": True,
    }
    with xlsxwriter.Workbook(out, options) as workbook:
        # the same tables give the same bytes, whatever the clock says
        workbook.set_properties({"created": dt.datetime(2000, 1, 1)})
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        used: set[str] = set()
        for name, frame in sheets.items():
            sheet = workbook.add_worksheet(_sheet_name(name, used))
            sheet.freeze_panes(1, 0)
            for at in range(frame.shape[1]):
                title = _cut(neutral(str(frame.columns[at])), LONGEST_CELL)
                sheet.write_string(0, at, title, bold)
                sheet.set_column(at, at, min(max(len(title) + 2, 11), 40))
                for row, value in enumerate(frame.iloc[:, at].astype(object), start=1):
                    _write(sheet, row, at, value, day)
        if not sheets:
            workbook.add_worksheet()
    return out.getvalue()


def _write(sheet: Any, row: int, at: int, value: Any, day: Any) -> None:
    """One cell, each kind of value by the method that cannot take it for another."""
    if isinstance(value, Formula):
        if not value.text.startswith("="):
            raise ValueError(f"a formula begins with =, and this one is {value.text!r}")
        sheet.write_formula(row, at, value.text, None, value.value)
    elif isinstance(value, str):
        if NEGATIVE_NUMBER.fullmatch(value) and len(value) <= 16:
            sheet.write_number(row, at, float(value))
        else:
            sheet.write_string(row, at, _cut(neutral(value), LONGEST_CELL))
    elif isinstance(value, bool):
        sheet.write_boolean(row, at, value)
    elif value is None or value is pd.NA or value is pd.NaT or value != value:
        pass
    elif isinstance(value, dt.datetime):
        sheet.write_datetime(row, at, value)
    elif isinstance(value, dt.date):
        sheet.write_datetime(row, at, value, day)
    elif hasattr(value, "__float__"):
        number = float(value)
        if math.isfinite(number):
            sheet.write_number(row, at, number)
        else:
            sheet.write_string(row, at, neutral(str(number)))
    else:
        sheet.write_string(row, at, _cut(neutral(str(value)), LONGEST_CELL))


def _safe_column(column: pd.Series) -> pd.Series:
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.reset_index(drop=True)
    safe = [_safe_value(value) for value in column.astype(object)]
    return pd.Series(safe, dtype=object)


def _safe_value(value: Any) -> Any:
    if isinstance(value, Formula):
        value = value.value
    if value is None or isinstance(value, bool | int | float | dt.date):
        return value
    if not isinstance(value, str) and hasattr(value, "__float__"):
        return value
    return neutral(str(value))


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that spreadsheets allow: no []:*?/\\, no apostrophe at the ends, at most 31 characters, not twice."""
    clean = " ".join(SHEET_NAME.sub(" ", UNWRITABLE.sub("", name)).split()).strip("'")
    clean = _cut(clean, 31).strip(" '") or "Sheet"
    if clean.lower() == "history":  # reserved
        clean = "History 1"
    unique, number = clean, 2
    while unique.lower() in used:
        suffix = f" ({number})"
        unique, number = _cut(clean, 31 - len(suffix)) + suffix, number + 1
    used.add(unique.lower())
    return unique


def _cut(text: str, units: int) -> str:
    """The first ``units`` UTF-16 units of a text, which is how spreadsheets count; no half characters."""
    if len(text) * 2 <= units:
        return text
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore")
