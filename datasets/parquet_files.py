"""How is a Parquet file read without trusting it?

How many rows there are and how large the columns become is asked of the bytes themselves (parquet_pages.py): the
library believes what a file says, and some damaged descriptions make it end the whole program. Then only the chosen
columns are read, in batches, with texts kept as dictionaries, so that one long text that is repeated a million
times costs its length once; the lengths are added up before the texts are laid out.

A Parquet file has no header row: its first row is row 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

from datasets.cells import (
    LIMIT_COLUMNS,
    LIMIT_ROWS,
    LIMIT_UNPACKED_BYTES,
    BadFile,
    Cells,
    column_names,
    shorten,
)
from datasets.parquet_pages import Footer, read_footer, unpacked_bytes

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

HEAD_ROWS = 200
BATCH = 50_000
LIMIT_HEAD_BYTES = 100_000_000
BAD = (pa.ArrowException, OSError, ValueError, OverflowError, RuntimeError, KeyError, IndexError, TypeError)


@dataclass(frozen=True, kw_only=True)
class ParquetTable:
    """A Parquet file, opened: header and first rows are known, the columns are read by `take`."""

    name: str
    header: list[str]
    head: list[list[str]]
    data: bytes

    def take(self, positions: list[int]) -> Cells:
        """The columns at ``positions`` as texts; raises BadFile where they are damaged or grow too large."""
        columns = _read(self.data, positions, self.header, self.name)
        count = len(next(iter(columns.values()))) if columns else 0

        def texts(entries: np.ndarray) -> list[str]:
            chosen = [column.take(pa.array(entries)).to_pylist() for column in columns.values()]
            return [shorten(", ".join(text or "" for text in row)) for row in zip(*chosen, strict=True)]

        return Cells(rows=np.arange(1, count + 1), columns=columns, texts=texts)


def open_parquet(data: bytes, name: str) -> ParquetTable:
    """Open the bytes of a Parquet file; raises BadFile where it is none or is too large."""
    try:
        footer = read_footer(data)
        schema = _open(data).schema_arrow
        header = column_names(list(schema.names))
    except BAD:
        raise BadFile("damaged", name=name, format="Parquet") from None
    rows = footer.rows
    if rows > LIMIT_ROWS:
        raise BadFile("too_many_rows", name=name, limit=LIMIT_ROWS)
    if len(schema.names) > LIMIT_COLUMNS:
        raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
    if not schema.names:
        raise BadFile("empty", name=name)
    if len(set(schema.names)) < len(schema.names):
        raise BadFile("damaged", name=name, format="Parquet")
    small = [
        at
        for at, kind in enumerate(schema.types)
        if _is_plain(kind) and _unpacked(data, footer, [schema.names[at]], name)[0] < LIMIT_HEAD_BYTES
    ]
    head: dict[int, list[str | None]] = {}
    if rows and small:
        head = {
            at: column.to_pylist() for at, column in _read(data, small, header, name, most=HEAD_ROWS).items()
        }
    count = len(next(iter(head.values()))) if head else 0
    return ParquetTable(
        name=name,
        header=header,
        head=[
            [head[at][row] or "" if at in head else "" for at in range(len(header))] for row in range(count)
        ],
        data=data,
    )


def _open(data: bytes, texts: list[str] | None = None) -> pq.ParquetFile:
    return pq.ParquetFile(
        pa.BufferReader(data),
        read_dictionary=texts,
        pre_buffer=False,
        # the description itself is unpacked before anything can be asked about it
        thrift_string_size_limit=10_000_000,
        thrift_container_size_limit=1_000_000,
    )


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)


def _is_plain(kind: pa.DataType) -> bool:
    """Whether a column holds texts, numbers or moments."""
    if isinstance(kind, pa.DictionaryType):
        kind = kind.value_type
    tests = (
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_boolean,
        pa.types.is_null,  # a column in which nothing stands
    )
    moments = (pa.types.is_timestamp, pa.types.is_date)
    return _is_text(kind) or any(test(kind) for test in (*tests, *moments))


def _unpacked(data: bytes, footer: Footer, names: list[str], name: str) -> tuple[int, int]:
    try:
        return unpacked_bytes(data, footer, names)
    except BAD:
        raise BadFile("damaged", name=name, format="Parquet") from None


def _read(
    data: bytes, positions: list[int], header: list[str], name: str, most: int | None = None
) -> dict[int, pa.Array]:
    """Columns as text arrays; at most ``most`` rows where it is given."""
    too_large = BadFile("unpacks_too_large", name=name, limit=LIMIT_UNPACKED_BYTES // 10**6)
    try:
        source = _open(data)
        schema = source.schema_arrow
        for position in positions:
            if not _is_plain(schema.types[position]):
                raise BadFile("column_type", name=name, column=header[position])
        names = [schema.names[position] for position in positions]
        footer = read_footer(data)
        total, largest = _unpacked(data, footer, names, name)
        if total > LIMIT_UNPACKED_BYTES:
            raise too_large
        texts = [schema.names[at] for at in positions if _is_text(schema.types[at])]
        reader = _open(data, [text for text in texts if text not in footer.shared])
        size_of_batch = most or BATCH
        if footer.shared.intersection(texts):
            # the library cannot keep these as dictionaries, and each text may be as long as its page
            size_of_batch = min(size_of_batch, max(LIMIT_UNPACKED_BYTES // max(largest, 1), 1))
        pieces: dict[int, list[pa.Array]] = {position: [] for position in positions}
        rows = size = 0
        for batch in reader.iter_batches(batch_size=size_of_batch, columns=names, use_threads=False):
            rows += batch.num_rows
            if rows > LIMIT_ROWS:
                raise BadFile("too_many_rows", name=name, limit=LIMIT_ROWS)
            for position in positions:
                column = batch.column(schema.names[position])
                size += _laid_out(column)
                if size > LIMIT_UNPACKED_BYTES:
                    raise too_large
                pieces[position].append(_as_text(column))
            if most is not None and rows >= most:
                break
    except BadFile:
        raise
    except (*BAD, MemoryError):
        raise BadFile("damaged", name=name, format="Parquet") from None
    empty = pa.array([], pa.large_string())
    return {position: pa.concat_arrays(column) if column else empty for position, column in pieces.items()}


def _laid_out(column: Any) -> int:
    """Bytes of a column's texts once every row has its own."""
    if not isinstance(column, pa.DictionaryArray):
        return column.nbytes
    if not _is_text(column.type.value_type):
        return 16 * len(column)
    lengths = pc.binary_length(column.dictionary.cast(pa.large_string()))
    return pc.sum(lengths.take(column.indices)).as_py() or 0


def _as_text(column: Any) -> pa.Array:
    """Texts as they are, moments as ISO in UTC, whole numbers without .0."""
    kind = column.type
    if isinstance(kind, pa.DictionaryType):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        # from a zone to UTC, then the zone is dropped
        column = column.cast(pa.timestamp("us", kind.tz), safe=False).cast(pa.timestamp("us"))
    elif pa.types.is_floating(kind):
        column = column.cast(pa.float64())
        texts = [
            None if cell is None else f"{cell:.0f}" if _is_whole(cell) else repr(cell)
            for cell in column.to_pylist()
        ]
        return pa.array(texts, pa.large_string())
    column = column.cast(pa.large_string())
    column.validate(full=True)  # that texts are really UTF-8
    return column


def _is_whole(number: float) -> bool:
    return number.is_integer() and abs(number) < 1e15
