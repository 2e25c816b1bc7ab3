"""What stands in a learner's file?  The limits, the one error, and the cells that every format is read into.

A file becomes `Cells`: text by column, with the row number that a spreadsheet shows, and the rows that could not
be split into columns at all. What the text means is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

LIMIT_BYTES = 200_000_000
LIMIT_ROWS = 1_000_000
LIMIT_COLUMNS = 1_000
LIMIT_UNPACKED_BYTES = 500_000_000
LIMIT_LINE = 100_000  # characters in one line of a text file
LIMIT_TEXT = 1_000  # characters of a rejected row that are shown

BAD_FILES = {
    "not_found": "{name} does not exist; check the path.",
    "not_a_file": "{name} is no ordinary file; give the path of one CSV, XLSX or Parquet file.",
    "no_permission": "{name} may not be read; check its permissions.",
    "unreadable": "{name} could not be read from the disk; copy it somewhere else and try again.",
    "empty": "{name} is empty; choose a file with one purchase in each row.",
    "too_large": "{name} has more than {limit} MB; keep only customer, date and amount, or split it.",
    "too_many_rows": "{name} has more than {limit:,} rows; split it, or take a part of the customers.",
    "too_many_columns": "{name} has more than {limit:,} columns; keep customer, date and amount.",
    "unpacks_too_large": "{name} grows beyond {limit} MB when unpacked; save it as CSV and try again.",
    "old_excel": "{name} is an old or password-protected Excel file; save it as .xlsx without a password.",
    "other_format": "{name} is a {format} file; save the table as CSV, XLSX or Parquet.",
    "binary": "{name} holds no readable text; save the table as CSV, XLSX or Parquet.",
    "encoding": "The characters of {name} could not be recognised; save it as CSV UTF-8.",
    "damaged": "{name} is damaged or is no real {format} file; save it again and try once more.",
    "xml_declarations": "{name} holds XML declarations that a workbook never needs; save it again as .xlsx.",
    "column_type": "The column {column} of {name} holds no plain values; give it one text, number or date a row.",
    "one_column": "{name} has only one column; separate the columns by comma, semicolon, tab or |.",
    "no_header": "The first row of {name} holds values ({example}); put column names into it.",
    "broken_row": "Row {row} of {name} has not as many cells as the header; mend that row.",
    "no_rows": "{name} has column names and no rows below them.",
    "summary": "{name} looks like a summary, one row a customer ({columns}); here each row is one purchase.",
    "no_customer_column": "No column of {name} looks like a customer id; name it. There are: {columns}.",
    "no_date_column": "No column of {name} looks like the date of a purchase; name it. There are: {columns}.",
    "no_such_column": "{name} has no column {column}; there are: {columns}.",
    "same_column": "The column {column} was chosen twice; choose different columns for customer, date, amount.",
}


class BadFile(ValueError):
    """A file that cannot be used at all.

    ``reason`` is a key of `BAD_FILES`; ``details`` holds what the sentence names (texts from the file among them:
    whoever shows them must treat them as text). ``str()`` gives the English sentence.

    >>> str(BadFile("empty", name="orders.csv"))
    'orders.csv is empty; choose a file with one purchase in each row.'
    """

    def __init__(self, reason: str, **details: Any) -> None:
        """Make the sentence of ``reason`` with ``details``."""
        self.reason = reason
        self.details = details
        super().__init__(BAD_FILES[reason].format(**details))


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Columns of text from a file, all of one length.

    rows       the row number of each entry, as a spreadsheet shows it
    columns    column position → its texts: a list, or a pyarrow string array
    broken     rows that are no proper rows: (row, text, reason)
    texts      positions → the original text of these rows
    """

    rows: Any
    columns: dict[int, Any]
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    texts: Callable[[Any], list[str]]


def shorten(text: str) -> str:
    """The text of a row as it is shown: without NUL, and not beyond `LIMIT_TEXT` characters."""
    text = text.replace("\0", "")
    return text if len(text) <= LIMIT_TEXT else text[:LIMIT_TEXT] + "…"


def column_names(header: list[str]) -> list[str]:
    """Usable names for a header row: no name and repeated names get their position.

    >>> column_names([" date ", "", "total", "total"])
    ['date', 'column 2', 'total', 'total (4)']
    """
    names: list[str] = []
    for position, cell in enumerate(header, start=1):
        name = " ".join(cell.replace("\0", "").replace("\ufeff", "").split())[:200] or f"column {position}"
        while name in names:
            name = f"{name} ({position})"
        names.append(name)
    return names
