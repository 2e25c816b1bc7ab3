"""No text that leaves the app is run by a spreadsheet, and numbers stay numbers.  Read back with openpyxl and csv."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datasets.exports import Formula, csv_bytes, xlsx_bytes

settings.register_profile(
    "exports", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("exports")

STARTERS = "=+-@\t\r＝＋－＠"
hostile = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", " ", "  ", "\u3000", "\xa0", "\n", " \n "]),
    st.sampled_from([*STARTERS, "", "'"]),
    st.text(max_size=12),
)
NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def from_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def from_xlsx(content: bytes, sheet: str | int = 0, *, values: bool = False) -> list[list]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=values)
    page = book.worksheets[sheet] if isinstance(sheet, int) else book[sheet]
    return [[cell.value for cell in row] for row in page.iter_rows()]


def is_run(text: str) -> bool:
    """Whether a spreadsheet would run a text: its first character that is no blank decides."""
    return text[:1] in ("\t", "\r", "\n") or text.strip()[:1] in tuple("=+-@＝＋－＠")


@given(st.lists(hostile, min_size=1, max_size=8), hostile)
@example(["-12.50", "-1+1", "\t=1", "＝1", " \r@x", "-", "--1"], "=A1")
def test_no_exported_text_is_run(texts, name):
    frame = pd.DataFrame({name: texts})
    in_csv = from_csv(csv_bytes(frame))
    in_xlsx = from_xlsx(xlsx_bytes({name: frame}))
    for cells in (in_csv, in_xlsx):
        for row in cells:
            for cell in row:
                if isinstance(cell, str):
                    assert not is_run(cell) or NUMBER.fullmatch(cell), repr(cell)
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({name: frame})))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {
        "s",
        "n",
        "inlineStr",
    }


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30 1234", "'+49 30 1234"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("\tx", "'\tx"),
        ("\r=1", "'\n=1"),
        ("＝1", "'＝1"),
        ("－1", "'－1"),
        ("Ann-Marie", "Ann-Marie"),
        ("a=b", "a=b"),
        ("007", "007"),
        ("-", "'-"),
        ("\u3000张三", "\u3000张三"),
    ],
)
def test_an_apostrophe_goes_before_what_would_run_and_before_nothing_else(text, left):
    frame = pd.DataFrame({"x": [text]})
    assert from_csv(csv_bytes(frame))[1] == [left]
    assert from_xlsx(xlsx_bytes({"x": frame}))[1] == [left]


def test_numbers_stay_numbers_with_all_their_digits():
    values = [-12.5, 0.1 + 0.2, 1e-300, 12345678901234.5, -3.0]
    frame = pd.DataFrame({"amount": values, "text": ["-12.50"] * 5, "count": [-1, 2, 3, 4, 5]})
    rows = from_csv(csv_bytes(frame))
    assert [float(row[0]) for row in rows[1:]] == values
    assert rows[1] == ["-12.5", "-12.50", "-1"]
    cells = from_xlsx(xlsx_bytes({"x": frame}))
    # a workbook holds 16 digits
    assert [row[0] for row in cells[1:]] == pytest.approx(values, rel=1e-15)
    assert cells[1][1:] == [-12.5, -1]


def test_every_kind_of_value_arrives():
    frame = pd.DataFrame(
        {
            "text": pd.Series(["张三", None], dtype="str"),
            "whole": pd.array([1, None], dtype="Int64"),
            "day": [pd.Timestamp("2024-03-05 14:05"), pd.NaT],
            "date": [dt.date(2024, 3, 5), None],
            "yes": [True, False],
            "far": [math.inf, math.nan],
            "mixed": [np.float64(1.5), "=x"],
        }
    )
    first, second = from_xlsx(xlsx_bytes({"x": frame}))[1:]
    assert first == ["张三", 1, dt.datetime(2024, 3, 5, 14, 5), dt.datetime(2024, 3, 5), True, "inf", 1.5]
    assert second == [None, None, None, None, False, None, "'=x"]
    rows = from_csv(csv_bytes(frame))
    assert rows[1] == ["张三", "1", "2024-03-05 14:05:00", "2024-03-05", "True", "inf", "1.5"]
    assert rows[2] == ["", "", "", "", "False", "", "'=x"]


def test_csv_begins_with_the_mark_by_which_excel_knows_utf8():
    frame = pd.DataFrame({"姓名": ["張三豐"]})
    assert csv_bytes(frame).startswith(b"\xef\xbb\xbf")
    assert csv_bytes(frame, mark=False).decode("utf-8") == "姓名\n張三豐\n"


def test_repeated_column_names_are_kept():
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert from_csv(csv_bytes(frame)) == [["a", "a"], ["1", "2"]]
    assert from_xlsx(xlsx_bytes({"x": frame})) == [["a", "a"], [1, 2]]


def test_formulas_are_alive_and_show_the_models_value():
    frame = pd.DataFrame({"a": [2], "b": [3.5], "product": [Formula("=A2*B2", 7.0)]})
    content = xlsx_bytes({"clv": frame})
    assert from_xlsx(content)[1] == [2, 3.5, "=A2*B2"]
    assert from_xlsx(content, values=True)[1] == [2, 3.5, 7]
    assert from_csv(csv_bytes(frame))[1] == ["2", "3.5", "7.0"]
    with pytest.raises(ValueError, match="begins with ="):
        xlsx_bytes({"x": pd.DataFrame({"a": [Formula("1+1", 2)]})})


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4, unique=True))
@example(["a" * 40, "a" * 41, "A" * 40, "History"])
@example(["", "[]:*?/\\", "''", "'x'"])
def test_any_names_of_sheets_are_made_fit(names):
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({name: pd.DataFrame({"x": [1]}) for name in names})))
    assert len(book.sheetnames) == len(names)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)


def test_what_a_sheet_cannot_hold():
    assert len(from_xlsx(xlsx_bytes({"x": pd.DataFrame({"a": ["y" * 40_000]})}))[1][0]) == 32_767
    assert from_xlsx(xlsx_bytes({"x": pd.DataFrame({"a": ["b\0\x07c\ud800"]}, dtype=object)}))[1] == ["bc"]
    assert from_xlsx(xlsx_bytes({"x": pd.DataFrame({"a": ["http://x.example", "mailto:a@b"]})}))[1] == [
        "http://x.example"
    ]
    with pytest.raises(ValueError, match="1,048,575"):
        xlsx_bytes({"x": pd.DataFrame({"a": np.zeros(1_048_576, dtype=np.int8)})})


def test_links_stay_texts():
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_bytes({"x": pd.DataFrame({"a": ["http://x.example", "ftp://y"]})}))
    )
    assert not [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.hyperlink]


def test_the_same_tables_give_the_same_bytes():
    frame = pd.DataFrame({"a": [1, "x"]})
    assert xlsx_bytes({"x": frame}) == xlsx_bytes({"x": frame})


def test_empty_tables_are_files_too():
    assert from_csv(csv_bytes(pd.DataFrame({"a": []}))) == [["a"]]
    assert csv_bytes(pd.DataFrame()) == b""
    assert from_xlsx(xlsx_bytes({"x": pd.DataFrame({"a": []})})) == [["a"]]
    assert len(openpyxl.load_workbook(io.BytesIO(xlsx_bytes({}))).sheetnames) == 1
