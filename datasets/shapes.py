"""How are a million texts read at the price of a few?  By their shapes.

2024-03-05 and 1997-12-31 have one shape, 0000-00-00: every digit written as 0. A column of dates or amounts has a
handful of shapes, so only these are looked at one by one; the digits are then picked out of all texts of a shape
at once.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

pc: Any = pyarrow.compute  # its functions are made at run time, where no type checker sees them

MISSING = ("", "null", "(null)", "nan", "nat", "n/a", "#n/a", "\\n")
LONGEST = 80  # characters; a longer text is neither a date nor an amount
SPACES_ALLOWED = 3  # side by side, inside a text
SAME = str.maketrans("−–—’‘\0\u200e\u200f\ufeff", "---''    ")
WIDE_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")
DIGITS_TO_ZERO = np.arange(256, dtype=np.uint8)
DIGITS_TO_ZERO[ord("0") : ord("9") + 1] = ord("0")


class Shapes:
    """The distinct texts of a column, by shape.

    plain     per shape: lower case, half width, every space as " ", every dash as "-", as long as the original
    codes     per value of the column: its distinct text, or -1 for null
    weights   per distinct text: how many values share it
    size      the number of distinct texts

    >>> shapes = Shapes(["2024-03-05", "1997-12-31", "5 Mar"])
    >>> shapes.plain, shapes.number(0, 0, 4).tolist()
    (['0000-00-00', '0 mar'], [2024, 1997])
    """

    def __init__(self, texts: Sequence[str | None] | pa.Array | pa.ChunkedArray) -> None:
        """Find the distinct texts of a column and sort them by shape."""
        column: Any = texts
        if not isinstance(texts, (pa.Array, pa.ChunkedArray)):
            column = pa.array(texts, pa.large_string())
        coded: Any = column.cast(pa.large_string()).dictionary_encode()
        if isinstance(coded, pa.ChunkedArray):
            coded = coded.combine_chunks()
        self.codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        distinct = coded.dictionary
        self.size = len(distinct)
        self.weights = np.bincount(self.codes[self.codes >= 0], minlength=self.size)
        if not self.size:
            distinct = pa.array([""], pa.large_string())
        wide = np.asarray(pc.match_substring_regex(distinct, "[０-９]"))
        if wide.any():
            values = distinct.to_pylist()
            for at in np.flatnonzero(wide):
                values[at] = values[at].translate(WIDE_DIGITS)
            distinct = pa.array(values, pa.large_string())
        self._distinct = distinct
        _, offsets, data = distinct.buffers()
        self._starts = np.frombuffer(offsets, dtype=np.int64)[
            distinct.offset : distinct.offset + len(distinct)
        ]
        self._bytes = np.frombuffer(data or b"\0", dtype=np.uint8)
        zeros = pa.py_buffer(DIGITS_TO_ZERO[self._bytes].tobytes())
        shaped = pa.LargeStringArray.from_buffers(len(distinct), offsets, zeros, offset=distinct.offset)
        shaped = pc.utf8_slice_codeunits(shaped, 0, LONGEST + 1).dictionary_encode()
        shape_of = shaped.indices.to_numpy(zero_copy_only=False)[: self.size]
        self._by_shape = np.argsort(shape_of, kind="stable")
        self._raw: list[str] = shaped.dictionary.to_pylist() if self.size else []
        self._ends = np.cumsum(np.bincount(shape_of, minlength=len(self._raw)))
        self.plain = [plain(shape) for shape in self._raw]

    def entries(self, shape: int) -> np.ndarray:
        """The distinct texts that have this shape."""
        return self._by_shape[self._ends[shape - 1] if shape else 0 : self._ends[shape]]

    def number(self, shape: int, start: int, stop: int) -> np.ndarray:
        """The digits at characters ``start`` to ``stop`` of all texts of the shape, as int64; 0 where none."""
        values = np.zeros(len(self.entries(shape)), dtype=np.int64)
        raw = self._raw[shape]
        first = self._starts[self.entries(shape)] + len(raw[:start].encode())
        for place in range(stop - start):
            if raw[start + place] == "0":  # a separator of thousands is stepped over
                values = values * 10 + (
                    self._bytes[first + len(raw[start : start + place].encode())] - ord("0")
                )
        return values

    def text(self, entry: int) -> str:
        """One distinct text, as plain as its shape."""
        return plain(self._distinct[int(entry)].as_py())

    def spread(self, per_distinct: np.ndarray, for_null: Any) -> np.ndarray:
        """Values of distinct texts laid out over the column again."""
        with_null = np.append(per_distinct, np.array([for_null], dtype=per_distinct.dtype))
        return with_null[self.codes]


def plain(text: str) -> str:
    """Lower case, half width, plain spaces and dashes; the length stays.

    >>> plain("￥１２　MAR")
    '¥12 mar'
    """
    if not text.isascii():
        text = "".join(_half_width(character) for character in text)
    return (
        "".join(map(_lower, text)) if not text.isascii() else text.translate(SAME).lower().replace("\t", " ")
    )


@lru_cache(maxsize=4096)
def _half_width(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character)
    folded = folded if len(folded) == 1 else character
    folded = folded.translate(SAME)
    return " " if folded.isspace() else folded


def _lower(character: str) -> str:
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def is_readable(shape: str) -> bool:
    """Whether a shape can be a date or an amount at all: digits, short, no wide gaps."""
    return len(shape) <= LONGEST and "0" in shape and " " * (SPACES_ALLOWED + 1) not in shape.strip()
