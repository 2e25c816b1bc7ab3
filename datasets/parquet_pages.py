"""How large does a Parquet file become?  Asked of its own bytes, before any library unpacks them.

A Parquet file ends with a description in Thrift's compact protocol, and each page of data begins with a small
header in the same writing that says how large the page is, packed and unpacked. A library makes room for what the
header says, whatever the description says, so the headers are what is added up here.

Source: the Apache Parquet format (parquet.thrift) and the Thrift compact protocol specification.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LIMIT_FOOTER_BYTES = 5_000_000
LIMIT_PAGES = 100_000
LIMIT_DEPTH = 16

# field numbers of parquet.thrift
SCHEMA, ROWS, ROW_GROUPS = 2, 3, 4
CHUNKS, GROUP_ROWS = 1, 3
FILE_PATH, CHUNK = 1, 3
ENCODINGS, PATH, VALUES, PACKED, FIRST_PAGE, DICTIONARY_PAGE = 2, 3, 5, 7, 9, 11
DELTA_BYTE_ARRAY = 7
PAGE_UNPACKED, PAGE_PACKED = 2, 3


@dataclass(frozen=True, kw_only=True)
class Footer:
    """What a Parquet file says of itself.

    rows    the most that it says anywhere
    pages   path of a column ("a", or "a.list.element") → (offset, length) of its pages, one for each row group
    shared  paths of columns whose texts are written as what differs from the text before
    """

    rows: int
    pages: dict[str, list[tuple[int, int]]]
    shared: frozenset[str]


def read_footer(data: bytes) -> Footer:
    """The description at the end of the file. Raises ValueError where it is damaged."""
    length = int.from_bytes(data[-8:-4], "little")
    if data[-4:] != b"PAR1" or not 0 < length <= min(len(data) - 12, LIMIT_FOOTER_BYTES):
        raise ValueError("no footer")
    start = len(data) - 8 - length
    footer, _ = _struct(memoryview(data)[:-8], start)
    groups = _of(footer, ROW_GROUPS, list)
    rows = sum(_of(group, GROUP_ROWS, int) for group in groups)
    pages: dict[str, list[tuple[int, int]]] = {}
    shared: set[str] = set()
    for group in groups:
        for column in _of(group, CHUNKS, list):
            if FILE_PATH in column:
                raise ValueError("data in another file")
            chunk = _of(column, CHUNK, dict)
            path = b".".join(_of(chunk, PATH, list)).decode("utf-8")
            if DELTA_BYTE_ARRAY in _of(chunk, ENCODINGS, list):
                shared.add(path)
            if _of(chunk, VALUES, int) == 0:
                continue  # the library asks for no page of it, and its offsets may be 0
            first = _of(chunk, FIRST_PAGE, int)
            dictionary = chunk.get(DICTIONARY_PAGE, 0)
            if isinstance(dictionary, int) and 0 < dictionary < first:
                first = dictionary
            pages.setdefault(path, []).append((first, _of(chunk, PACKED, int)))
    return Footer(rows=max(rows, _of(footer, ROWS, int)), pages=pages, shared=frozenset(shared))


def unpacked_bytes(data: bytes, footer: Footer, paths: Sequence[str]) -> tuple[int, int]:
    """Bytes of the columns' pages when unpacked, and of the largest page, by the headers of the pages.

    Raises ValueError where they are damaged.
    """
    view = memoryview(data)
    total = pages = largest = 0
    for path in paths:
        for offset, length in footer.pages.get(path, []):
            at, end = offset, offset + length
            if not 4 <= offset <= end <= len(data):
                raise ValueError("pages outside the file")
            while at < end:
                header, at = _struct(view, at)
                unpacked, packed = _of(header, PAGE_UNPACKED, int), _of(header, PAGE_PACKED, int)
                if unpacked < 0 or packed < 0:
                    raise ValueError("a page of negative size")
                total += unpacked
                largest = max(largest, unpacked)
                at += packed
                pages += 1
                if pages > LIMIT_PAGES:
                    raise ValueError("too many pages")
    return total, largest


def _of(fields: Any, number: int, kind: type) -> Any:
    """A field that must be there and be of a kind."""
    value = fields.get(number) if isinstance(fields, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"field {number} is missing")
    return value


def _struct(view: memoryview, at: int, depth: int = 0) -> tuple[dict[int, Any], int]:
    """The fields of a compact struct at an offset, and the offset behind it."""
    fields: dict[int, Any] = {}
    number = 0
    while True:
        head, at = _byte(view, at)
        if head == 0:
            return fields, at
        kind = head & 15
        if head >> 4:
            number += head >> 4
        else:
            number, at = _integer(view, at)
        if kind in (1, 2):  # a bool stands in the type itself
            fields[number] = kind == 1
        else:
            fields[number], at = _value(view, at, kind, depth + 1)


def _value(view: memoryview, at: int, kind: int, depth: int) -> tuple[Any, int]:
    if depth > LIMIT_DEPTH:
        raise ValueError("too deep")
    if kind in (1, 2, 3):
        return _byte(view, at)
    if kind in (4, 5, 6):
        return _integer(view, at)
    if kind == 7:
        return None, at + 8
    if kind == 8:
        length, at = _varint(view, at)
        if at + length > len(view):
            raise ValueError("cut off")
        return bytes(view[at : at + length]), at + length
    if kind in (9, 10):
        head, at = _byte(view, at)
        count = head >> 4
        if count == 15:
            count, at = _varint(view, at)
        values = []
        for _ in range(_possible(view, at, count)):
            value, at = _value(view, at, head & 15, depth + 1)
            values.append(value)
        return values, at
    if kind == 11:
        count, at = _varint(view, at)
        kinds, at = _byte(view, at) if count else (0, at)
        for _ in range(_possible(view, at, count)):
            _, at = _value(view, at, kinds >> 4, depth + 1)
            _, at = _value(view, at, kinds & 15, depth + 1)
        return None, at
    if kind == 12:
        return _struct(view, at, depth)
    raise ValueError(f"no such type as {kind}")


def _possible(view: memoryview, at: int, count: int) -> int:
    """A count of things that take at least a byte each."""
    if count > len(view) - at:
        raise ValueError("cut off")
    return count


def _byte(view: memoryview, at: int) -> tuple[int, int]:
    if not 0 <= at < len(view):
        raise ValueError("cut off")
    return view[at], at + 1


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte, at = _byte(view, at)
        number |= (byte & 127) << shift
        if byte < 128:
            return number, at
        shift += 7
        if shift > 63:
            raise ValueError("a number without end")


def _integer(view: memoryview, at: int) -> tuple[int, int]:
    """A zigzag number: 0, -1, 1, -2 … are 0, 1, 2, 3 …"""
    number, at = _varint(view, at)
    return (number >> 1) ^ -(number & 1), at
