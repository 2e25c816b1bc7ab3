"""How is a Parquet file read without trusting it?

The file's own description is looked at first: how many rows, how large its columns become, whether they hold
lists. Then only the chosen columns are read, in batches, with texts kept as dictionaries, so that one long text
that is repeated a million times costs its length once; the lengths are added up before the texts are laid out.

A Parquet file has no header row: its first row is row 1.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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

HEAD_ROWS = 200
BATCH = 50_000
BAD = (pa.ArrowException, OSError, ValueError, OverflowError, RuntimeError, KeyError, IndexError, TypeError)


@dataclass(frozen=True, kw_only=True)
class ParquetTable:
    """A Parquet file, opened: header and first rows are known, the columns are read by `take`."""

    name: str
    header: list[str]
    head: list[list[str]]
    source: Any

    def take(self, positions: list[int]) -> Cells:
        """The columns at ``positions`` as texts; raises BadFile where they are damaged or grow too large."""
        columns = _read(self.source, positions, self.header, self.name)
        count = len(next(iter(columns.values()))) if columns else 0

        def texts(entries: np.ndarray) -> list[str]:
            chosen = [column.take(pa.array(entries)).to_pylist() for column in columns.values()]
            return [shorten(", ".join(text or "" for text in row)) for row in zip(*chosen, strict=True)]

        return Cells(rows=np.arange(1, count + 1), columns=columns, texts=texts)


def open_parquet(data: bytes, name: str) -> ParquetTable:
    """Open the bytes of a Parquet file; raises BadFile where it is none or is too large."""
    try:
        # limits on the description itself, which is unpacked before anything can be asked about it
        source = pq.ParquetFile(
            pa.BufferReader(data),
            thrift_string_size_limit=10_000_000,
            thrift_container_size_limit=1_000_000,
            pre_buffer=False,
        )
        metadata = source.metadata
        schema = source.schema_arrow
        rows = sum(metadata.row_group(group).num_rows for group in range(metadata.num_row_groups))
        rows = max(rows, metadata.num_rows)
    except BAD:
        raise BadFile("damaged", name=name, format="Parquet") from None
    if rows > LIMIT_ROWS:
        raise BadFile("too_many_rows", name=name, limit=LIMIT_ROWS)
    if len(schema.names) > LIMIT_COLUMNS:
        raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
    if not schema.names:
        raise BadFile("empty", name=name)
    header = column_names(list(schema.names))
    plain = [position for position, kind in enumerate(schema.types) if _is_plain(kind)]
    head: dict[int, list[str | None]] = {}
    if rows:
        columns = _read(source, plain, header, name, most=HEAD_ROWS)
        head = {position: column.to_pylist() for position, column in columns.items()}
    count = len(next(iter(head.values()))) if head else 0
    return ParquetTable(
        name=name,
        header=header,
        head=[[head[at][row] or "" if at in head else "" for at in range(len(header))] for row in range(count)],
        source=source,
    )


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return not pa.types.is_nested(kind) and not pa.types.is_null(kind)


def _read(
    source: Any, positions: list[int], header: list[str], name: str, most: int | None = None
) -> dict[int, pa.Array]:
    """Columns as text arrays; at most ``most`` rows where it is given."""
    schema, metadata = source.schema_arrow, source.metadata
    for position in positions:
        if not _is_plain(schema.types[position]):
            raise BadFile("nested_column", name=name, column=header[position])
    limit = LIMIT_UNPACKED_BYTES
    too_large = BadFile("unpacks_too_large", name=name, limit=limit // 10**6)
    try:
        paths = {metadata.schema.column(leaf).path: leaf for leaf in range(metadata.num_columns)}
        leaves = [paths[schema.names[position]] for position in positions]
        groups = range(metadata.num_row_groups)
        chunks = [metadata.row_group(group).column(leaf) for group in groups for leaf in leaves]
        if most is None and sum(max(chunk.total_uncompressed_size, 0) for chunk in chunks) > limit:
            raise too_large
        texts = [schema.names[at] for at in positions if _is_text(schema.types[at])]
        reader = pq.ParquetFile(
            source.reader if hasattr(source, "_not") else _reopened(source),
            read_dictionary=texts,
            pre_buffer=False,
        )
        pieces: dict[int, list[pa.Array]] = {position: [] for position in positions}
        rows = size = 0
        names = [schema.names[position] for position in positions]
        for batch in reader.iter_batches(batch_size=most or BATCH, columns=names, use_threads=False):
            rows += batch.num_rows
            if rows > LIMIT_ROWS:
                raise BadFile("too_many_rows", name=name, limit=LIMIT_ROWS)
            for position in positions:
                column = batch.column(schema.names[position])
                size += _laid_out(column)
                if size > limit:
                    raise too_large
                pieces[position].append(_as_text(column))
            if most is not None and rows >= most:
                break
        return {
            position: pa.concat_arrays(column) if column else pa.array([], pa.large_string())
            for position, column in pieces.items()
        }
    except BadFile:
        raise
    except (*BAD, MemoryError):
        raise BadFile("damaged", name=name, format="Parquet") from None
