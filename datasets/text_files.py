"""How is a CSV file read without losing a row?  Encoding, delimiter, records.

Python's csv module in its strict mode decides what a record is. Where it refuses (a quote that never closes, or a
quote inside a quoted cell), that one line is set aside and reading goes on with the next line, so a stray quote
never swallows the rows below it. A record over several lines counts only when it has as many cells as the header.

A row's number is its place among the records, blank lines included: what a spreadsheet shows beside it, and, where
no cell holds a line break, the line number in the file. Lines that are blank are no rows.
"""

from __future__ import annotations

import codecs
import csv
import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from datasets.cells import LIMIT_COLUMNS, LIMIT_LINE, LIMIT_ROWS, BadFile, Cells, column_names, shorten

DELIMITERS = ",;\t|"
HEAD_ROWS = 200
LIMIT_LINES = 3 * LIMIT_ROWS  # blank lines and line breaks inside cells included
COMMON_HEADER_WORDS = re.compile(
    "客户|客戶|顾客|顧客|会员|會員|用户|用戶|买家|買家|编号|編號|日期|时间|時間|金额|金額|订单|訂單|姓名|数量|數量|价格|價格|总价|總價|商品"
)
SIGNATURES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf": "7z",
    b"Rar!": "RAR",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"(\xb5/\xfd": "zstd",
    b"SQLite format 3": "SQLite",
    b"ARROW1": "Arrow",
    b"ORC": "ORC",
    b"\x7fELF": "program",
    b"MZ\x90": "program",
    b"<!DOCTYPE": "HTML",
    b"<html": "HTML",
    b"<?xml": "XML",
    b"{\\rtf": "RTF",
}


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A CSV file, opened: header and first rows are known, the columns are read by `take`."""

    name: str
    encoding: str
    delimiter: str
    header: list[str]
    head: list[list[str]]
    lines: list[str]
    first_line: int
    first_row: int

    def take(self, positions: list[int]) -> Cells:
        """The columns at ``positions``; raises BadFile where there are more than a million rows."""
        width = len(self.header)
        taken: list[list[str]] = [[] for _ in positions]
        into = [(column.append, position) for column, position in zip(taken, positions, strict=True)]
        rows, starts, ends = array("q"), array("q"), array("q")
        broken: list[tuple[int, str, str]] = []
        row = self.first_row - 1
        for start, end, cells, reason in records(self.lines, self.first_line, self.delimiter, width):
            row += 1
            if not reason:
                if len(cells) != width:
                    if is_blank(cells):
                        continue
                    reason = "too_few_cells" if len(cells) < width else "too_many_cells"
                    if any(cell.strip() for cell in cells[width:]):
                        reason = "too_many_cells"
                    elif len(cells) > width:
                        reason = ""
                if not reason:
                    for append, position in into:
                        append(cells[position])
                    rows.append(row)
                    starts.append(start)
                    ends.append(end)
            if reason:
                broken.append((row, shorten("".join(self.lines[start:end]).rstrip("\n")), reason))
            if len(rows) + len(broken) > LIMIT_ROWS:
                raise BadFile("too_many_rows", name=self.name, limit=LIMIT_ROWS)

        def texts(entries: np.ndarray) -> list[str]:
            return [shorten("".join(self.lines[starts[at] : ends[at]]).rstrip("\n")) for at in entries]

        return Cells(
            rows=np.array(rows, dtype=np.int64),
            columns=dict(zip(positions, taken, strict=True)),
            broken=broken,
            texts=texts,
        )


def open_text(data: bytes, name: str, *, columns_needed: int = 2) -> TextFile:
    """Open the bytes of a text file; raises BadFile where it is no table."""
    text, encoding = decode(data, name)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") > LIMIT_LINES:
        raise BadFile("too_many_rows", name=name, limit=LIMIT_ROWS)
    lines = text.split("\n")
    del text
    if not lines[-1]:
        lines.pop()
    for at, line in enumerate(lines):
        lines[at] = line + "\n"  # in place: two lists of a million lines would be one too many

    first = 0
    delimiter = None
    announced = re.fullmatch(r'"?sep=(.)"?\s*', lines[0]) if lines else None
    if announced and announced[1] in DELIMITERS:
        delimiter, first = announced[1], 1
    sample = [line for line in lines[first : first + HEAD_ROWS] if len(line) <= LIMIT_LINE]
    delimiter = delimiter or guess_delimiter(sample)
    longest = max(sample, key=len, default="")
    if longest.count(delimiter) >= LIMIT_COLUMNS and len(sample) < 3:
        raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)

    row = first
    for start, end, cells, reason in records(lines, first, delimiter, None):
        row += 1
        if reason and lines[start].count(delimiter) >= LIMIT_COLUMNS:
            raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
        # a title above the table fills one cell; the header of purchases fills two or more
        if reason or sum(1 for cell in cells if cell.strip()) < columns_needed:
            continue
        header = list(cells)
        while not header[-1].strip():
            header.pop()
        if len(header) > LIMIT_COLUMNS:
            raise BadFile("too_many_columns", name=name, limit=LIMIT_COLUMNS)
        table = TextFile(
            name=name,
            encoding=encoding,
            delimiter=delimiter,
            header=column_names(header),
            head=[],
            lines=lines,
            first_line=end,
            first_row=row + 1,
        )
        for _, _, cells, reason in records(lines, end, delimiter, len(header)):
            if not reason and len(cells) >= len(header):
                table.head.append(list(cells[: len(header)]))
            if len(table.head) == HEAD_ROWS:
                break
        return table
    raise BadFile("one_column" if any(line.strip() for line in lines) else "empty", name=name)


def is_blank(cells: list[str]) -> bool:
    """Whether a line holds nothing at all (a line of delimiters only is a row)."""
    return not cells or (len(cells) == 1 and not cells[0].strip("\0 \t\u3000\xa0"))


def records(
    lines: list[str], first: int, delimiter: str, width: int | None
) -> Iterator[tuple[int, int, list[str], str]]:
    """(first line, line after the last, cells, reason) of each record from line ``first`` on.

    ``reason`` is empty, or says why this one line is no record. With a ``width``, a record over several lines
    needs as many cells.

    >>> lines = ['a,"x\\n', 'y",1\\n', 'b,"z,2\\n', 'c,w,3\\n']
    >>> [(cells, reason) for _, _, cells, reason in records(lines, 0, ",", 3)]
    [(['a', 'x\\ny', '1'], ''), ([], 'broken_quotes'), (['c', 'w', '3'], '')]
    """
    at = first
    while at < len(lines):
        reader = csv.reader(
            _feed(lines, at, delimiter), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        base = at
        try:
            for cells in reader:
                end = base + reader.line_num
                if end - at > 1 and width is not None and len(cells) != width:
                    raise csv.Error("a record over several lines that does not fit the header")
                yield at, end, cells, ""
                at = end
            return
        except csv.Error:
            too_long = len(lines[at]) > LIMIT_LINE or lines[at].count(delimiter) > LIMIT_COLUMNS
            yield at, at + 1, [], "line_too_long" if too_long else "broken_quotes"
            at += 1


def _feed(lines: list[str], first: int, delimiter: str) -> Iterator[str]:
    for at in range(first, len(lines)):
        line = lines[at]
        # a short line cannot be too long; the count is only made where it could be
        if len(line) > LIMIT_COLUMNS and (len(line) > LIMIT_LINE or line.count(delimiter) > LIMIT_COLUMNS):
            raise csv.Error("a line that is too long")
        yield line


def guess_delimiter(sample: list[str]) -> str:
    """The delimiter under which most rows have as many cells as the header.

    >>> guess_delimiter(["id;date;amount\\n", "1;05.03.2024;9,99\\n", "2;06.03.2024;12,50\\n"])
    ';'
    """
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        widths = [
            len(cells)
            for _, _, cells, reason in records(sample, 0, delimiter, None)
            if not reason and not is_blank(cells)
        ]
        wide = [width for width in widths if width > 1]
        if not wide:
            continue
        score = (round(Counter(widths)[wide[0]] / len(widths), 2), wide[0])
        if score > best_score:
            best, best_score = delimiter, score
    return best


def decode(data: bytes, name: str) -> tuple[str, str]:
    """The text and the encoding's name: UTF-8, UTF-16, GB18030, Big5 or cp1252.

    UTF-8 and a byte-order mark are certain. The others are told apart by what common text looks like in them, and
    the file is refused where nothing fits.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _decoded(data, encoding, name), "utf-8" if encoding == "utf-8-sig" else encoding
    start = data[:64].lstrip()
    for signature, format_name in SIGNATURES.items():
        if start.startswith(signature):
            raise BadFile("other_format", name=name, format=format_name)
    head = data[: 1 << 16]
    if head.count(0) > len(head) * 0.2:
        # UTF-16 without a mark: nearly all zeros stand on one side of each pair
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if max(even, odd) > 4 * min(even, odd):
            encoding = "utf-16-be" if even > odd else "utf-16-le"
            return _decoded(data, encoding, name), encoding
        raise BadFile("binary", name=name)
    controls = sum(head.count(code) for code in range(32) if code not in (9, 10, 13))
    if controls > 0.05 * len(head) + 8:
        raise BadFile("binary", name=name)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        encoding = _guess_encoding(data)
    if encoding is None:
        raise BadFile("encoding", name=name)
    return _decoded(data, encoding, name), encoding


def _decoded(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise BadFile("encoding", name=name) from None


def _guess_encoding(data: bytes) -> str | None:
    """GB18030, Big5 or cp1252 by the look of the lines that are not ASCII, or None."""
    sample = b"\n".join([line for line in re.split(rb"[\r\n]+", data[: 1 << 20])[:-1] if not line.isascii()])
    sample = sample[: 1 << 16] or data[: 1 << 16]
    runs = [len(run) for run in re.findall(rb"[\x80-\xff]+", sample)]
    alone = sum(1 for run in runs if run == 1)
    scores: dict[str, float] = {}
    for encoding in ("gb18030", "big5"):
        text = sample.decode(encoding, errors="replace")
        if text.count("\ufffd") > 1 + len(text) // 1000:
            continue
        common = sum(1 for character in text if _is_common(character, encoding))
        foreign = sum(1 for character in text if ord(character) > 127)
        scores[encoding] = common / max(foreign, 1) + bool(COMMON_HEADER_WORDS.search(text))
    best = max(scores, key=lambda encoding: scores[encoding], default=None)
    if best is not None and scores[best] >= 0.75 and not (alone > len(runs) / 2 and scores[best] < 1):
        return best
    if alone >= len(runs) / 2:
        text = sample.decode("cp1252", errors="replace")
        letters = sum(1 for character in text if ord(character) > 127 and _is_western(character))
        if "\ufffd" not in text and letters >= 0.8 * sum(runs):
            return "cp1252"
    return None


def _is_common(character: str, encoding: str) -> bool:
    """Among the characters that the standard puts first, by how often they are used."""
    try:
        code = character.encode("gb2312" if encoding == "gb18030" else "big5")
    except UnicodeEncodeError:
        return False
    if len(code) != 2:
        return False
    return 0xA1 <= code[0] <= 0xA3 or (
        0xB0 <= code[0] <= 0xD7 if encoding == "gb18030" else 0xA4 <= code[0] <= 0xC6
    )


def _is_western(character: str) -> bool:
    return unicodedata.category(character)[0] in "LSPZN" and character not in "¤¦¬±¶þðÞÐ"
