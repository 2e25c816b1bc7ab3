"""How is an XLSX workbook read without trusting it?

A workbook is a zip file of XML. Before anything is parsed, every part is unpacked by us, counted while it unpacks
(what the zip's directory says is not believed), and looked through for what a parser could be led astray by: XML
declarations of entities, cells that lie so far apart that the table would fill the memory, texts that are repeated
until they do. What was looked through is packed again, uncompressed, and only that is handed to the parser (calamine).
The file's formulas, links and macros are never run; the values that stand in the cells are read.

Row numbers are those that the spreadsheet shows: the header is row 1 where the table starts at the top. Rows
without any value are no rows. The first visible sheet that holds something is read.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from datasets.cells import (
    LIMIT_COLUMNS,
    LIMIT_ROWS,
    LIMIT_UNPACKED_BYTES,
    BadFile,
    Cells,
    column_names,
    shorten,
)
from datasets.dates import serial_text

HEAD_ROWS = 200
LIMIT_PARTS = 2_000
LIMIT_RATIO = 400  # unpacked to packed, for parts above a megabyte; real sheets stay below about 60
LIMIT_CELLS = 40_000_000  # rows times columns between the outermost cells
LIMIT_CHARACTERS = 1_500_000_000  # texts of cells, each time they are used
CHUNK = 1 << 20

DECLARATION = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)
FAR_RIGHT = re.compile(rb"""\sr\s*=\s*["']\s*\$?([A-Za-z]{2,})\$?[0-9]""")
ERROR_CELL = re.compile(rb"""(<(?:\w+:)?c\s[^<>]*?\bt\s*=\s*)(["'])e\2""")
ROW_NUMBER = rb"""\sr\s*=\s*["']\s*\$?[A-Za-z]*\$?([0-9]{%d,})\s*["']"""
ODD_REFERENCE = re.compile(rb"""\sr\s*=\s*["'][^"'<>]{0,40}&|\sr\s*=\s*["']\s*\$?[A-Za-z]{4,}\$?[0-9]""")


@dataclass(frozen=True, kw_only=True)
class Workbook:
    """An XLSX file, opened on one sheet: header and first rows are known, the columns are read by `take`."""

    name: str
    title: str
    header: list[str]
    head: list[list[str]]
    since_1904: bool
    first_row: int
    sheet: Any

    def take(self, positions: list[int], date_position: int | None = None) -> Cells:
        """The columns at ``positions``; numbers in the column at ``date_position`` are days since 1900 (or 1904)."""
        taken: list[list[str]] = [[] for _ in positions]
        rows: list[int] = []
        for row, cells in filled_rows(self.sheet, self.first_row):
            if len(rows) == LIMIT_ROWS:
                raise BadFile("too_many_rows", name=self.name, limit=LIMIT_ROWS)
            rows.append(row)
            for column, position in zip(taken, positions, strict=True):
                cell = cells[position]
                if position == date_position and type(cell) in (int, float):
                    column.append(serial_text(cell, since_1904=self.since_1904) or cell_text(cell))
                else:
                    column.append(cell if type(cell) is str else cell_text(cell))

        def texts(entries: np.ndarray) -> list[str]:
            wanted = set(entries.tolist())
            if not wanted:
                return []
            found = {
                entry: shorten(", ".join(map(cell_text, cells)).rstrip(", "))
                for entry, (_, cells) in enumerate(filled_rows(self.sheet, self.first_row))
                if entry in wanted
            }
            return [found[entry] for entry in entries.tolist()]

        return Cells(
            rows=np.array(rows, dtype=np.int64),
            columns=dict(zip(positions, taken, strict=True)),
            texts=texts,
        )


def open_workbook(data: bytes, name: str, *, columns_needed: int = 2) -> Workbook:
    """Open the bytes of an XLSX file; raises BadFile where it is none, is damaged or could do harm."""
    checked, since_1904 = _checked(data, name)
    sheet = _first_filled_sheet(checked, name)
    if sheet.total_width > LIMIT_COLUMNS:
        raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
    # a title above the table fills one cell; the header fills two or more, if there are so many columns at all
    for needed in range(2, columns_needed - 1, -1):
        rows = filled_rows(sheet, 1)
        for row, cells in rows:
            if sum(1 for cell in cells if cell != "") < needed:
                continue
            header = column_names([cell_text(cell) for cell in cells])
            first = zip(range(HEAD_ROWS), rows, strict=False)
            return Workbook(
                name=name,
                title=sheet.name,
                header=header,
                head=[[cell_text(cell) for cell in cells] for _, (_, cells) in first],
                since_1904=since_1904,
                first_row=row + 1,
                sheet=sheet,
            )
    raise BadFile("one_column", name=name)


def filled_rows(sheet: Any, first_row: int) -> Iterator[tuple[int, list[Any]]]:
    """(row number, cells) of the rows from ``first_row`` on that hold any value."""
    for row, cells in enumerate(sheet.iter_rows(), start=1):
        if row >= first_row and cells.count("") < len(cells):
            yield row, cells


def cell_text(cell: Any) -> str:
    """A cell as text: 1001.0 is 1001, dates are ISO, an empty cell is "".

    >>> [cell_text(cell) for cell in (1001.0, 12.5, "007", True, dt.date(2024, 3, 5))]
    ['1001', '12.5', '007', 'TRUE', '2024-03-05']
    """
    if type(cell) is float:
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if type(cell) is bool:
        return str(cell).upper()
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell)


def _first_filled_sheet(checked: bytes, name: str) -> Any:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(checked))
        sheets = [
            (sheet.visible != SheetVisibleEnum.Visible, position)
            for position, sheet in enumerate(workbook.sheets_metadata)
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
        for _, position in sorted(sheets):
            sheet = workbook.get_sheet_by_index(position)
            if sheet.height:
                return sheet
    except BadFile:
        raise
    except BaseException as error:
        # a panic of the Rust library is no Exception; everything else of that kind is let through
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise BadFile("damaged", name=name, format="XLSX") from None
        raise
    raise BadFile("empty", name=name)


def _checked(data: bytes, name: str) -> tuple[bytes, bool]:
    """The same workbook, unpacked, looked through and packed without compression; and whether it counts from 1904."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError, OverflowError):
        raise BadFile("damaged", name=name, format="XLSX") from None
    names = {part.filename.lower() for part in parts}
    if len(parts) > LIMIT_PARTS or len(names) < len(parts):
        raise BadFile("damaged", name=name, format="XLSX")
    if "xl/workbook.xml" not in names:
        if "xl/workbook.bin" in names:
            raise BadFile("other_format", name=name, format="XLSB")
        known = {
            "word/document.xml": "Word",
            "ppt/presentation.xml": "PowerPoint",
            "mimetype": "OpenDocument",
        }
        found = next((kind for part, kind in known.items() if part in names), "ZIP")
        raise BadFile("other_format", name=name, format=found)
    if sum(part.file_size for part in parts) > LIMIT_UNPACKED_BYTES:
        raise BadFile("unpacks_too_large", name=name, limit=LIMIT_UNPACKED_BYTES // 10**6)

    left = LIMIT_UNPACKED_BYTES
    packed = io.BytesIO()
    since_1904 = False
    longest_text = 0
    with archive, zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as copy:
        for part in parts:
            content = _unpacked(archive, part, left, name)
            left -= len(content)
            if part.filename.lower().startswith(("xl/media/", "docprops/", "customxml/")):
                continue
            if (
                content[:2] in (b"\xff\xfe", b"\xfe\xff")
                or b"\0" in content[:4]
                or DECLARATION.search(content)
            ):
                raise BadFile("xml_declarations", name=name)
            if part.filename.lower() == "xl/workbook.xml":
                since_1904 = bool(re.search(rb"""date1904\s*=\s*["'](?:1|true)["']""", content))
            if part.filename.lower().endswith("sharedstrings.xml"):
                longest_text = max(longest_text, _longest_text(content))
            if b'"e"' in content or b"'e'" in content:
                # calamine shows an error (#N/A) as an empty cell, which would lose a row of nothing but errors
                content = ERROR_CELL.sub(rb"\1\2str\2", content)
            copy.writestr(part.filename, content)
    checked = packed.getvalue()
    _refuse_far_cells(checked, name)
    uses = checked.count(b'"s"') + checked.count(b"'s'")
    if longest_text * uses > LIMIT_CHARACTERS:
        raise BadFile("unpacks_too_large", name=name, limit=LIMIT_UNPACKED_BYTES // 10**6)
    return checked, since_1904


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int, name: str) -> bytes:
    """The content of a part, read in pieces and stopped at the limit whatever the directory says."""
    limit = min(left, max(CHUNK, part.compress_size * LIMIT_RATIO))
    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(part) as stream:
            while piece := stream.read(CHUNK):
                size += len(piece)
                if size > limit:
                    raise BadFile("unpacks_too_large", name=name, limit=LIMIT_UNPACKED_BYTES // 10**6)
                pieces.append(piece)
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        if isinstance(error, BadFile):
            raise
        raise BadFile("damaged", name=name, format="XLSX") from None
    return b"".join(pieces)


def _longest_text(shared_strings: bytes) -> int:
    """Bytes of the longest shared text, formatting included."""
    starts = [match.start() for match in re.finditer(rb"<(?:\w+:)?si[\s>/]", shared_strings)]
    starts.append(len(shared_strings))
    return max((stop - start for start, stop in itertools.pairwise(starts)), default=0)


def _refuse_far_cells(checked: bytes, name: str) -> None:
    """The parser keeps a full table between the outermost cells, so two far cells could fill the memory."""
    if ODD_REFERENCE.search(checked):
        raise BadFile("damaged", name=name, format="XLSX")
    letters = {match.group(1).upper() for match in FAR_RIGHT.finditer(checked)}
    width = max((_column_number(text) for text in letters), default=26)
    if width > LIMIT_COLUMNS:
        raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
    height = LIMIT_CELLS // width
    # only row numbers with as many digits as the limit can lie beyond it
    far_down = re.compile(ROW_NUMBER % len(str(height)))
    tallest = max((int(match.group(1)) for match in far_down.finditer(checked)), default=0)
    if tallest > height:
        raise BadFile("unpacks_too_large", name=name, limit=LIMIT_UNPACKED_BYTES // 10**6)


def _column_number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
