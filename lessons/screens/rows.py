"""Which rows of a table does a reader want, and how are they written?  Filter, order, show; no screen.

A table that leaves the app keeps its columns as they are stored. In a browser ids are text, since a number
of more than 53 bits loses its last digits there, money has its currency's units, and codes have their words.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal

import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from datasets.tables import Column

Kind = Literal["id", "code", "text", "flag", "money", "number", "time", "day"]
WAYS: dict[Kind, tuple[str, ...]] = {
    "id": ("equals",),
    "code": ("among",),
    "text": ("contains", "equals"),
    "flag": ("among",),
    "money": ("between",),
    "number": ("between",),
    "time": ("between",),
    "day": ("between",),
}
# pyarrow makes these functions as it is imported, so that no type checker knows them.
pc: Any = pyarrow.compute
MOST_CODES = 25
LONGEST_NUMBER = 10**15  # a spreadsheet keeps fifteen digits
_WHOLE = {pa.int8(): pd.Int8Dtype(), pa.int16(): pd.Int16Dtype()}
_WHOLE |= {pa.int32(): pd.Int32Dtype(), pa.int64(): pd.Int64Dtype()}


def kind_of(column: Column, values: pa.ChunkedArray) -> Kind:
    """Say what a column holds, as far as a filter cares; text of few different values is a code.

    >>> kind_of(Column("order_id", pa.int64()), pa.chunked_array([[1]]))
    'id'
    """
    if column.name.endswith("_id"):
        return "id"
    if pa.types.is_string(column.arrow_type):
        few = len(values.unique()) <= MOST_CODES and len(values) > MOST_CODES
        return "code" if few else "text"
    if pa.types.is_date(column.arrow_type):
        return "day"
    if column.unit == "UTC":
        return "time"
    if column.unit == "0 or 1":
        return "flag"
    return "money" if column.unit == "cents" else "number"


def ways(column: Column, kind: Kind) -> tuple[str, ...]:
    """Return the ways in which a column can be filtered; where values may be missing, also by that."""
    return (*WAYS[kind], "empty") if column.nullable else WAYS[kind]


def ends(values: pa.ChunkedArray) -> tuple[Any, Any]:
    """Return the smallest and the largest value, None and None where there is none.

    >>> ends(pa.chunked_array([[3, None, 1]]))
    (1, 3)
    """
    both = pc.min_max(values).as_py()
    return both["min"], both["max"]


def filtered(table: pa.Table, *, column: str, way: str, values: Sequence[Any] = ()) -> pa.Table:
    """Return the rows whose `column` contains, equals, is among or lies between `values`, or is empty.

    Both ends of "between" belong to it, and None leaves an end open; a date as upper end means its whole day.
    Case does not matter to "contains" and "equals". Raises ValueError for an unknown way.

    >>> table = pa.table({"city": ["Hangzhou", "Taipei", None]})
    >>> filtered(table, column="city", way="contains", values=["HANG"])["city"].to_pylist()
    ['Hangzhou']
    """
    cells = table[column]
    if way == "empty":
        keep = pc.is_null(cells)
    elif way == "among":
        keep = pc.is_in(cells, value_set=pa.array(list(values), cells.type))
    elif way == "equals":
        words = pc.utf8_lower(pc.utf8_trim_whitespace(cells.cast("string")))
        keep = pc.equal(words, str(values[0]).strip().lower())
    elif way == "contains":
        keep = pc.match_substring(cells, str(values[0]).strip(), ignore_case=True)
    elif way == "between":
        keep = _between(cells, *values)
    else:
        raise ValueError(f"there is no way {way!r} to filter a table")
    return table.filter(keep)


def _between(cells: pa.ChunkedArray, low: Any, high: Any) -> Any:
    keep = pc.is_valid(cells)
    if low is not None:
        keep = pc.and_kleene(keep, pc.greater_equal(cells, _scalar(low, cells.type, end=False)))
    if high is not None:
        until = _scalar(high, cells.type, end=True)
        # A day as upper end is here the first moment after it.
        below = pc.less if pa.types.is_timestamp(cells.type) and _is_day(high) else pc.less_equal
        keep = pc.and_kleene(keep, below(cells, until))
    return keep


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _scalar(value: Any, kind: pa.DataType, *, end: bool) -> pa.Scalar:
    if pa.types.is_timestamp(kind) and _is_day(value):
        value = datetime.combine(value, time()) + timedelta(days=1 if end else 0)
    return pa.scalar(value, kind) if pa.types.is_temporal(kind) else pa.scalar(value)


def ordered(table: pa.Table, *, column: str, descending: bool = False) -> pa.Table:
    """Return the rows by `column`, missing values last either way."""
    return table.sort_by([(column, "descending" if descending else "ascending")])


def frame(table: pa.Table) -> pd.DataFrame:
    """Return a table for spreadsheets and browsers: as it is stored, but ids and other long numbers as text.

    >>> frame(pa.table({"order_id": [9007199254740993]}))["order_id"].tolist()
    ['9007199254740993']
    """
    for at, name in enumerate(table.column_names):
        if name.endswith("_id") or _too_long(table[name]):
            table = table.set_column(at, name, table[name].cast("string"))
    return table.to_pandas(types_mapper=_WHOLE.get)


def _too_long(values: pa.ChunkedArray) -> bool:
    """Say whether a column holds whole numbers that a spreadsheet or a browser would round."""
    if not pa.types.is_integer(values.type) or values.type.bit_width < 64:
        return False
    return max(abs(end or 0) for end in ends(values)) > LONGEST_NUMBER


def shown(table: pa.Table, columns: Sequence[Column], codes: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """Return rows for a reader's eyes: ids as text, money in units of the currency, codes in words."""
    rows = frame(table)
    for column in columns:
        if column.unit == "cents":
            rows[column.name] = rows[column.name].astype("Float64") / 100
        elif column.name in codes:
            words = codes[column.name]
            rows[column.name] = [words.get(code, code) for code in rows[column.name]]
    return rows


def parquet_bytes(table: pa.Table) -> bytes:
    """Return a table as a Parquet file, types and all.

    >>> parquet_bytes(pa.table({"a": [1]}))[:4]
    b'PAR1'
    """
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()
