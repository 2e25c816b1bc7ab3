"""Every row of a learner's file is used or listed, whatever the file is.  Held against csv, datetime and Decimal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import zipfile
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from datasets import parquet_pages, text_files, uploads, workbooks
from datasets.amounts import read_amounts
from datasets.cells import BAD_FILES
from datasets.dates import read_dates
from datasets.exports import csv_bytes, xlsx_bytes
from datasets.uploads import REASONS, BadFile, Columns, Upload, read

settings.register_profile(
    "uploads", deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("uploads")

PLAIN = "customer_id,date,amount\n007,2024-03-05,12.50\nAnn,2024-03-06,3\n"
GOOD = [("007", dt.datetime(2024, 3, 5), 1250), ("Ann", dt.datetime(2024, 3, 6), 300)]


def records(upload: Upload) -> list[tuple]:
    return list(upload.good.itertuples(index=False, name=None))


def rejects(upload: Upload) -> list[tuple]:
    return list(upload.rejects.itertuples(index=False, name=None))


def xlsx(*sheets: list[list], states: tuple[str, ...] = (), epoch_1904: bool = False) -> bytes:
    """A workbook by openpyxl, which shares no code with what reads it."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # pyright: ignore[reportArgumentType]
    if epoch_1904:
        book.epoch = CALENDAR_MAC_1904
    for at, rows in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet {at}")
        sheet.sheet_state = states[at] if at < len(states) else "visible"
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def parquet(data: dict) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(data), out)
    return out.getvalue()


def reason_of(source, **options) -> str:
    with pytest.raises(BadFile) as caught:
        read(source, **options)
    assert caught.value.reason in BAD_FILES
    assert str(caught.value)
    return caught.value.reason


# encodings, delimiters, formats


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_plain_file_reads_the_same_in_every_writing(encoding, delimiter, line_end):
    text = PLAIN.replace("Ann", "Zoë").replace(",", delimiter).replace("\n", line_end)
    upload = read(text.encode(encoding))
    assert records(upload) == [GOOD[0], ("Zoë", *GOOD[1][1:])]
    assert upload.rows == 2
    assert upload.delimiter == delimiter


CHINESE = {
    "简体": "订单编号,会员号,下单时间,商品数量,实付金额\n1,张三丰,2024年3月5日,2,¥12.50\n2,李四,2024-03-06,1,3元\n",
    "繁體": "訂單編號,會員編號,訂單日期,數量,金額\n1,張三豐,2024年3月5日,2,NT$12.50\n2,李四,113/03/06,1,3元\n",
}


@pytest.mark.parametrize(
    ("script", "encoding"),
    [("简体", "utf-8"), ("简体", "gb18030"), ("简体", "utf-16"), ("繁體", "utf-8"), ("繁體", "big5")],
)
def test_chinese_files_are_recognised(script, encoding):
    upload = read(CHINESE[script].replace("\n", "\r\n").encode(encoding))
    names = {"简体": ("张三丰", "李四"), "繁體": ("張三豐", "李四")}[script]
    assert records(upload) == [(name, *good[1:]) for name, good in zip(names, GOOD, strict=True)]


@pytest.mark.parametrize("encoding", ["gb18030", "big5", "cp1252"])
def test_long_prose_is_not_taken_for_another_encoding(encoding):
    words = {
        "gb18030": "上海市长宁区愚园路一百号",
        "big5": "臺北市信義區松仁路一百號",
        "cp1252": "Café Größe naïve Ærø",
    }
    rows = "".join(f"{words[encoding]}{n},2024-03-05,{n}\n" for n in range(1, 60))
    upload = read(("customer,date,amount\n" + rows).encode(encoding))
    assert upload.good["customer_id"][0] == words[encoding] + "1"


def test_what_no_encoding_explains_is_refused():
    assert reason_of(b"customer,date,amount\n\x81\x8d\x90\xff\xfe,2024-03-05,1\n" * 3) == "encoding"


def test_an_xlsx_and_a_parquet_file_give_the_same_orders():
    rows = [
        ["customer_id", "date", "amount"],
        ["007", dt.datetime(2024, 3, 5), 12.5],
        ["Ann", dt.date(2024, 3, 6), 3],
    ]
    assert records(read(xlsx(rows))) == GOOD
    data = {"customer_id": ["007", "Ann"], "date": [GOOD[0][1], GOOD[1][1]], "amount": [12.5, 3.0]}
    assert records(read(parquet(data))) == GOOD


def test_excels_own_announcement_of_the_delimiter_is_obeyed():
    upload = read(b"sep=;\ncustomer;date;amount\n007;2024-03-05;12,50\nAnn;soon;3\n")
    assert records(upload) == GOOD[:1]
    assert rejects(upload) == [(4, "Ann;soon;3", "date_unreadable")]


def test_a_title_above_the_table_is_no_header():
    assert records(read(b"Orders of 2024\n\n" + PLAIN.encode())) == GOOD


def test_good_rows_have_the_promised_types():
    good = read(PLAIN.encode()).good
    assert str(good["customer_id"].dtype) == "str"
    assert good["ordered_at"].dtype == np.dtype("datetime64[us]")
    assert str(good["amount_cents"].dtype) == "Int64"
    without = read(b"customer_id,date\n007,2024-03-05\n").good
    assert without["amount_cents"].isna().all()
    assert str(without["amount_cents"].dtype) == "Int64"


# every row is used or listed


def test_each_reason_is_given_with_the_row_and_the_text_as_they_stand():
    lines = {
        "broken_quotes": 'a,"2024-03-05,1',
        "line_too_long": "a,2024-03-05," + "1" * 100_001,
        "too_few_cells": "a,2024-03-05",
        "too_many_cells": "a,2024-03-05,1,234",
        "customer_missing": " ,2024-03-05,1",
        "customer_too_long": "a" * 201 + ",2024-03-05,1",
        "date_missing": "a,,1",
        "date_unreadable": "a,1709640000,1",
        "date_order": "a,03/25/2024,1",
        "date_impossible": "a,2024-02-30,1",
        "date_out_of_range": "a,1066-10-14,1",
        "amount_missing": "a,2024-03-05,",
        "amount_unreadable": "a,2024-03-05,gratis",
        "amount_decimal_sign": 'a,2024-03-05,"9,99"',
        "amount_too_large": "a,2024-03-05,1000000000001",
        "refund": "a,2024-03-05,-3.50",
    }
    assert set(lines) == set(REASONS)
    settled = "b,25/03/2024,1.50\nc,26/03/2024,0\n"
    upload = read(("customer,date,amount\n" + settled + "\n".join(lines.values()) + "\n").encode())
    assert [(row, reason) for row, _, reason in rejects(upload)] == list(enumerate(lines, start=4))
    for (_, text, _), line in zip(rejects(upload), lines.values(), strict=True):
        assert text == (line if len(line) <= 1000 else line[:1000] + "…")
    assert records(upload) == [("b", dt.datetime(2024, 3, 25), 150), ("c", dt.datetime(2024, 3, 26), 0)]
    assert upload.rows == 2 + len(lines)


def test_a_stray_quote_swallows_no_row_below_it():
    text = (
        'id,date,amount\n1,2024-03-05,"5\n2,2024-03-06,6\n"3,2024-03-07,7\n4,2024-03-08,"8"\n5,"2024-03-09,9'
    )
    upload = read(text.encode())
    assert upload.good["customer_id"].tolist() == ["2", "4"]
    assert [(row, reason) for row, _, reason in rejects(upload)] == [(r, "broken_quotes") for r in (2, 4, 6)]


def test_line_breaks_inside_cells_blank_lines_and_nul_lose_nothing():
    text = 'id,note,date,amount\n1,"two\nlines",2024-03-05,5\n\n  \n2,a\0b,2024-03-06,6\n3,"say ""x""",never,7\n,,,\n'
    upload = read(text.encode())
    assert upload.good["customer_id"].tolist() == ["1", "2"]
    # records are counted as a spreadsheet counts them: two blank lines have a number each
    assert rejects(upload) == [
        (6, '3,"say ""x""",never,7', "date_unreadable"),
        (7, ",,,", "customer_missing"),
    ]


def test_rows_of_a_workbook_keep_the_numbers_that_the_spreadsheet_shows():
    rows = [
        [],
        [None, "Report"],
        [],
        [None, "id", "date", "amt"],
        [None, 1001.0, dt.date(2024, 3, 5), 12.5],
        [],
        [None, "x", "?", 1],
    ]
    upload = read(xlsx(rows))
    assert records(upload) == [("1001", dt.datetime(2024, 3, 5), 1250)]
    assert [(row, reason) for row, _, reason in rejects(upload)] == [(7, "date_unreadable")]


def test_the_errors_of_a_workbook_are_texts_and_lose_no_row():
    header, day = ["customer_id", "date", "amount"], dt.date(2024, 3, 5)
    rows = [["#N/A", "#N/A", "#N/A"], ["b", "#REF!", 2], ["c", day, "#DIV/0!"], ["#NAME?", day, 3]]
    content = xlsx([header, ["007", day, 12.5], *rows])
    upload = read(content)
    assert records(upload) == GOOD[:1]
    assert rejects(upload) == [
        (3, "#N/A, #N/A, #N/A", "customer_missing"),
        (4, "b, #REF!, 2", "date_unreadable"),
        (5, "c, 2024-03-05, #DIV/0!", "amount_unreadable"),
        (6, "#NAME?, 2024-03-05, 3", "customer_missing"),
    ]


cell = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8) | st.sampled_from(
    ["2024-03-05", "05/03/2024", "12.50", "=1+1", '"', '""', "a\nb", "", " ", "\0", ",", ";", "\ufeff"]
)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), max_size=12), st.sampled_from([",", ";", "\t"]))
@example([["", "", ""]], ",")
def test_good_and_rejected_rows_are_all_rows(rows, delimiter):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(["customer", "date", "amount"])
    writer.writerows(rows)
    try:
        upload = read(
            out.getvalue().encode(), columns=Columns(customer="customer", date="date", amount="amount")
        )
    except BadFile:
        assume(rows)  # a header alone is the one table of this kind that cannot be read
        raise
    assert len(upload.good) + len(upload.rejects) == upload.rows == len(rows)
    assert set(upload.rejects["reason"]) <= set(REASONS)


@given(st.lists(st.lists(cell, min_size=3, max_size=3), min_size=1, max_size=12))
def test_records_are_those_of_the_csv_module(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    lines = out.getvalue().splitlines(keepends=False)
    lines = [line + "\n" for line in out.getvalue().split("\n")[:-1]]
    ours = [cells for *_, cells, reason in text_files.records(lines, 0, ",", 3) if not reason]
    assert ours == list(csv.reader(io.StringIO(out.getvalue(), newline="")))


@given(st.lists(st.text('ab",\n;', max_size=10), max_size=20))
def test_any_mess_of_quotes_keeps_every_line(lines):
    text = "id,date,amount\n" + "\n".join(lines) + "\n"
    held = [line + "\n" for line in text.split("\n")[:-1]]
    covered = [at for start, end, *_ in text_files.records(held, 0, ",", 3) for at in range(start, end)]
    assert covered == list(range(len(held)))


@given(st.binary(max_size=400))
@example(b"PK\x03\x04")
@example(b"PAR1PAR1")
@example(b"\xff\xfe\x00\xd8")
@example(b"a,b\n" + b"\x80" * 50)
def test_any_bytes_are_a_bad_file_or_an_upload(data):
    try:
        upload = read(data)
    except BadFile:
        return
    assert len(upload.good) + len(upload.rejects) == upload.rows


MENDED = {
    "csv": PLAIN.encode() * 3,
    "xlsx": xlsx(
        [["customer_id", "date", "amount"], ["007", dt.datetime(2024, 3, 5), 12.5], ["Ann", "2024-03-06", 3]]
    ),
    "parquet": parquet({"customer_id": ["007"], "date": [dt.datetime(2024, 3, 5)], "amount": [12.5]}),
}


@pytest.mark.parametrize("kind", list(MENDED))
@given(data=st.data())
def test_a_damaged_file_is_a_bad_file_or_an_upload(kind, data):
    content = bytearray(MENDED[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(1, len(content)))] if data.draw(st.booleans()) else content
    try:
        upload = read(bytes(content))
    except BadFile:
        return
    assert len(upload.good) + len(upload.rejects) == upload.rows


# dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-05", "2024-03-05"),
        ("2024/3/5", "2024-03-05"),
        ("2024.03.05", "2024-03-05"),
        ("05.03.2024", "2024-03-05"),
        ("5/3/24", "2024-03-05"),
        ("5/3/97", "1997-03-05"),
        ("20240305", "2024-03-05"),
        ("5 Mar 2024", "2024-03-05"),
        ("05-Mar-24", "2024-03-05"),
        ("5th of March 2024", "2024-03-05"),
        ("March 5, 2024", "2024-03-05"),
        ("Tuesday, March 5th, 2024", "2024-03-05"),
        ("Tue, 5 Mar 2024 14:05:00 +0800", "2024-03-05T06:05"),
        ("2024年3月5日", "2024-03-05"),
        ("2024 年 03 月 05 日 14:05", "2024-03-05T14:05"),
        ("2024年3月5日 星期二 下午2:05", "2024-03-05T14:05"),
        ("2024年3月5日14时05分30秒", "2024-03-05T14:05:30"),
        ("２０２４－０３－０５", "2024-03-05"),
        ("２０２４年３月５日", "2024-03-05"),
        ("民國113年3月5日", "2024-03-05"),
        ("113/03/05", "2024-03-05"),
        ("2024-03-05T14:05", "2024-03-05T14:05"),
        ("2024-03-05T14:05:06.789Z", "2024-03-05T14:05:06.789"),
        ("2024-03-05 14:05:06+08:00", "2024-03-05T06:05:06"),
        ("2024-03-05 00:30-05:30", "2024-03-05T06:00"),
        ("2024-12-31T23:30:00-01:00", "2025-01-01T00:30"),
        ("20240305T140506Z", "2024-03-05T14:05:06"),
        ("5/3/2024 2:05 PM", "2024-03-05T14:05"),
        ("5/3/2024 12:05 AM", "2024-03-05T00:05"),
        ("5/3/2024 12:05:09 p.m.", "2024-03-05T12:05:09"),
        ("  2024-03-05 ", "2024-03-05"),
        ("2024-02-29", "2024-02-29"),
        ("2023-02-29", "date_impossible"),
        ("31.04.2024", "date_impossible"),
        ("2024-13-01", "date_impossible"),
        ("2024-03-05 25:00", "date_impossible"),
        ("1899-12-31", "date_out_of_range"),
        ("2201-01-01", "date_out_of_range"),
        ("1709640000", "date_unreadable"),
        ("1709640000000", "date_unreadable"),
        ("2024-03", "date_unreadable"),
        ("14:05", "date_unreadable"),
        ("45356", "date_unreadable"),
        ("tomorrow", "date_unreadable"),
        ("NULL", "date_missing"),
        ("", "date_missing"),
    ],
)
def test_a_date_is_read_or_refused(text, expected):
    dates = read_dates([text, "25/12/2023"])  # the second settles that the day comes first
    if expected.startswith("date_"):
        assert dates.reasons[0] == expected
        assert np.isnat(dates.at[0])
    else:
        assert dates.reasons[0] == ""
        assert dates.at[0] == np.datetime64(expected)


days = st.dates(dt.date(1970, 1, 1), dt.date(2068, 12, 31))
FORMATS = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d %b %Y",
    "%B %d, %Y",
    "%Y年%m月%d日",
    "%d-%b-%y",
    "%a, %d %b %Y",
    "%Y-%b-%d",
]
TIMES = ["", " %H:%M", " %H:%M:%S", "T%H:%M:%S", " %I:%M %p", " %I:%M:%S %p", " %H:%M:%S.%f"]


@given(
    st.datetimes(dt.datetime(1970, 1, 1), dt.datetime(2068, 12, 31)),
    st.sampled_from(FORMATS),
    st.sampled_from(TIMES),
)
def test_what_strftime_writes_is_read_back(moment, day_format, time_format):
    assume(not (day_format == "%Y%m%d" and time_format.startswith(" %I")))
    text = moment.strftime(day_format + time_format)
    dates = read_dates([text])
    assert dates.reasons[0] == "", text
    assert dates.at[0] == np.datetime64(dt.datetime.strptime(text, day_format + time_format))


@given(
    st.lists(days, min_size=1, max_size=30), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%y"])
)
def test_the_column_settles_day_and_month(values, form):
    assume(any(day.day > 12 for day in values))
    # where the first part varies least, 24.03.05 may begin with the year
    assume(form.endswith("%Y") or len({day.day for day in values}) >= len({day.year for day in values}))
    dates = read_dates([day.strftime(form) for day in values])
    assert dates.order == ("dmy" if form.startswith("%d") else "mdy")
    assert not dates.ambiguous
    assert dates.at.astype("datetime64[D]").tolist() == values


@given(
    st.lists(
        st.dates(dt.date(2001, 1, 1), dt.date(2009, 12, 12)).filter(lambda day: day.day <= 12), min_size=1
    )
)
def test_where_nothing_settles_it_the_day_comes_first_and_it_is_said(values):
    assume(any(day.day != day.month for day in values))
    dates = read_dates([day.strftime("%d/%m/%Y") for day in values])
    assert (dates.order, dates.ambiguous) == ("dmy", True)
    assert dates.at.astype("datetime64[D]").tolist() == values
    told = read_dates([day.strftime("%m/%d/%Y") for day in values], order="mdy")
    assert not told.ambiguous
    assert told.at.astype("datetime64[D]").tolist() == values


def test_where_both_orders_occur_the_majority_wins_and_the_rest_is_listed():
    dates = read_dates(["13/05/2024", "14/05/2024", "05/13/2024", "05/06/2024", "2024-05-13"])
    assert (dates.order, dates.ambiguous) == ("dmy", False)
    assert dates.reasons.tolist() == ["", "", "date_order", "", ""]
    assert str(dates.at[3])[:10] == "2024-06-05"


def test_short_years_may_come_first():
    assert str(read_dates(["97-01-31", "98-02-01"]).at[0])[:10] == "1997-01-31"
    assert str(read_dates(["11-01-05"], order="ymd").at[0])[:10] == "2011-01-05"
    assert read_dates(["99-12-31", "24-03-05", "24-03-06"]).order == "ymd"


def test_a_first_part_that_hardly_varies_is_a_short_year_and_it_is_said():
    values = [dt.date(2023, 11, 1) + dt.timedelta(days=step) for step in range(0, 180, 5)]
    dates = read_dates([day.strftime("%y/%m/%d") for day in values])
    assert (dates.order, dates.ambiguous) == ("ymd", True)
    assert dates.at.astype("datetime64[D]").tolist() == values
    few = read_dates(["24/03/05", "24/03/25"])
    assert (few.order, few.ambiguous) == ("dmy", True)
    usual = read_dates([day.strftime("%d/%m/%y") for day in values])
    assert (usual.order, usual.ambiguous) == ("dmy", False)
    assert usual.at.astype("datetime64[D]").tolist() == values


def test_two_digit_years_beside_taiwans_calendar_belong_to_it():
    dates = read_dates(["102/03/05", "99/12/31"])
    assert dates.at.astype("datetime64[D]").tolist() == [dt.date(2013, 3, 5), dt.date(2010, 12, 31)]


def test_numbers_in_a_workbook_are_days():
    # Microsoft's documentation: 39448 is 1 January 2008
    rows = [["id", "date", "amount"], [1, 39448, 5], [2, 39448.75, 5], [3, 1.7e9, 5], [4, 20240305, 5]]
    upload = read(xlsx(rows))
    assert upload.good["ordered_at"].tolist() == [
        pd.Timestamp("2008-01-01"),
        pd.Timestamp("2008-01-01 18:00"),
        pd.Timestamp("2024-03-05"),
    ]
    assert rejects(upload) == [(4, "3, 1700000000, 5", "date_unreadable")]
    since_1904 = read(xlsx([["id", "date", "amount"], [1, 37986, 5]], epoch_1904=True))
    assert since_1904.good["ordered_at"].tolist() == [pd.Timestamp("2008-01-01")]


# amounts


@pytest.mark.parametrize(
    ("texts", "cents"),
    [
        (["1,234.50", "9.99", "1,234"], [123450, 999, 123400]),
        (["1.234,50", "9,99", "1.234"], [123450, 999, 123400]),
        (
            ["¥1,234", "￥12", "12.5元", "NT$ 300", "$12.5", "US$1", "RMB 5", "7 USD"],
            [123400, 1200, 1250, 30000, 1250, 100, 500, 700],
        ),
        (["€9,99", "1 234,50 €", "1\u202f234,5", "1.234.567"], [999, 123450, 123450, 123456700]),
        (["1'234.50", "CHF 5", "1,23,456.70"], [123450, 500, 12345670]),
        (["１２．５０", "１，２３４"], [1250, 123400]),
        (["1.2万", "3萬元", "0.5亿"], [1200000, 3000000, 5000000000]),
        (["1.5E+3", "1e2", ".5", "5.", "0", "-0.00"], [150000, 10000, 50, 500, 0, 0]),
        (["1.005", "1.0049", "2.675", "0.015"], [101, 100, 268, 2]),
        (["1000000000000", "999999999999.99"], [10**14, 99999999999999]),
    ],
)
def test_amounts_of_many_writings(texts, cents):
    amounts = read_amounts(texts)
    assert amounts.reasons.tolist() == [""] * len(texts)
    assert amounts.cents.tolist() == cents


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("(12.50)", "refund"),
        ("−12.50", "refund"),
        ("-$12", "refund"),
        ("12.50-", "refund"),
        ("-1.5万", "refund"),
        ("1e13", "amount_too_large"),
        ("1e999", "amount_too_large"),
        ("9" * 40, "amount_too_large"),
        ("nan", "amount_missing"),
        ("", "amount_missing"),
        ("inf", "amount_unreadable"),
        ("12%", "amount_unreadable"),
        ("1.2.3", "amount_unreadable"),
        ("12 50", "amount_unreadable"),
        ("(5", "amount_unreadable"),
        ("0x1F", "amount_unreadable"),
        ("٣", "amount_unreadable"),
        ("=1+1", "amount_unreadable"),
    ],
)
def test_amounts_that_are_no_purchase(text, reason):
    amounts = read_amounts([text, "9.99"])
    assert amounts.reasons.tolist() == [reason, ""]
    assert amounts.cents.tolist() == [0, 999]


numbers = st.decimals(0, 999_999_999, places=2).map(abs) | st.decimals(0, 9_999, places=4).map(abs)


@given(st.lists(numbers, min_size=1, max_size=20), st.booleans(), st.sampled_from(["", "$", "€ ", "¥"]))
def test_cents_are_those_of_exact_arithmetic_in_both_notations(values, comma, currency):
    texts = [f"{currency}{value:,f}" for value in values]
    if comma:
        texts = [text.translate(str.maketrans(",.", ".,")) for text in texts]
    amounts = read_amounts(texts)
    assert amounts.decimal == ("," if comma else ".")
    assert amounts.cents.tolist() == [
        int((value * 100).quantize(Decimal(1), ROUND_HALF_UP)) for value in values
    ]


def test_an_undecided_decimal_sign_is_said():
    undecided = read_amounts(["1.234", "5"])
    assert (undecided.decimal, undecided.ambiguous, undecided.cents.tolist()) == (".", True, [123, 500])
    assert not read_amounts(["1.234", "5,50"]).ambiguous


def test_a_column_named_amount_cents_counts_cents():
    data = {
        "customer_id": [1, 2],
        "order_id": [7, 8],
        "ordered_at": [GOOD[0][1]] * 2,
        "amount_cents": [1250, 0],
    }
    upload = read(parquet(data))
    assert upload.columns == Columns(customer="customer_id", date="ordered_at", amount="amount_cents")
    assert upload.good["amount_cents"].tolist() == [1250, 0]


def test_orders_of_a_synthetic_company_are_read_as_they_are():
    from datasets.world import live, load_scenario

    orders = live(load_scenario("tea_shops"), customers=200, seed=3).orders
    out = io.BytesIO()
    pq.write_table(orders, out)
    good = read(out.getvalue()).good
    made = orders.to_pandas()
    assert good["customer_id"].tolist() == made["customer_id"].astype(str).tolist()
    assert (good["ordered_at"].to_numpy() == made["ordered_at"].to_numpy()).all()
    assert good["amount_cents"].tolist() == made["amount_cents"].tolist()


# which column is which


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("master_id,customer_id,date,number_of_cds,dollar_value", "customer_id,date,dollar_value"),
        (
            "order_id,Customer ID,Order Date,Ship Date,Quantity,Unit Price,Order Total",
            "Customer ID,Order Date,Order Total",
        ),
        ("InvoiceNo,StockCode,Quantity,InvoiceDate,UnitPrice,CustomerID", "CustomerID,InvoiceDate,"),
        ("CustomerID,customer_id,date", "customer_id,date,"),
        ("user,when,qty,units,count", "user,when,"),
        ("id,created_at,price", "id,created_at,price"),
        ("客户编号,注册日期,下单时间,数量,金额", "客户编号,下单时间,金额"),
        ("顧客編號,訂單編號,訂單日期,件數,實付金額", "顧客編號,訂單日期,實付金額"),
        ("订单编号,买家会员名,买家应付货款,总金额,订单创建时间", "买家会员名,订单创建时间,总金额"),
        ("AMOUNT,DATE,CUSTOMER", "CUSTOMER,DATE,AMOUNT"),
        (
            "total_items,customer_email,transaction_date,total_amount,tax",
            "customer_email,transaction_date,total_amount",
        ),
    ],
)
def test_columns_are_guessed_by_their_names(header, chosen):
    customer, date, amount = chosen.split(",")
    guessed = uploads.guess_columns(header.split(","))
    assert guessed == Columns(customer=customer, date=date, amount=amount or None)


def test_contents_decide_where_names_do_not():
    text = "wer,wann,was,betrag\nMeier,05.03.2024,3,12.50\nSchulze,25.03.2024,1,3.00\n"
    upload = read(text.replace("was,", "units,").encode())
    assert upload.columns == Columns(customer="wer", date="wann", amount="betrag")
    # a column that is called date and holds none does not win over one that holds dates
    assert read(b"customer,date,day_of_sale\nAnn,yes,2024-03-05\n").columns.date == "day_of_sale"


def test_the_user_has_the_last_word():
    text = b"a,b,c,d\nx,1,2024-03-05,2024-04-05\n"
    given_columns = Columns(customer="a", date="d", amount="b")
    assert records(read(text, columns=given_columns)) == [("x", dt.datetime(2024, 4, 5), 100)]
    assert read(text, columns=Columns(customer="a", date="d")).columns.amount is None
    assert read(PLAIN.encode(), columns={"date": "date"}).columns.amount == "amount"
    assert reason_of(text, columns={"customer": "z"}) == "no_such_column"
    assert reason_of(text, columns={"customer": "a", "date": "a"}) == "same_column"
    ordered = read(b"id,date\n1,03/05/2024\n", date_order="mdy")
    assert ordered.good["ordered_at"][0] == pd.Timestamp("2024-03-05")
    assert not ordered.date_order_ambiguous


def test_a_file_can_be_looked_at_before_it_is_read():
    seen = uploads.look(b"a,when,paid\nx,2024-03-05,1.50\n")
    assert seen.names == ("a", "when", "paid")
    assert seen.guess == Columns(customer="a", date="when", amount="paid")
    assert seen.head["paid"].tolist() == ["1.50"]


def test_repeated_and_missing_names_get_their_position():
    upload = read(b"customer,date,amount,,amount\nx,2024-03-05,1,,2\n")
    assert upload.header == ("customer", "date", "amount", "column 4", "amount (5)")


# files that are no table of purchases


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"customer,date,amount\n", "no_rows"),
        (b"just one column\nof words\n", "one_column"),
        (b"0001,1997-01-01,2,29.33\n0001,1997-01-18,2,29.73\n", "no_header"),
        (b"customer_id,x,recency,age\n1,2,30.43,38.86\n", "summary"),
        (b"ID,frequency,recency,T\n1,2,30.43,38.86\n", "summary"),
        (b"a,b,c\n1,2,3\n", "no_date_column"),
        (b"date,quantity,amount\n2024-03-05,3,1.50\n", "no_customer_column"),
        (bytes(range(256)) * 8, "binary"),
        (b"%PDF-1.7 ...", "other_format"),
        (b"\x89PNG\r\n\x1a\n", "other_format"),
        (b"<html><table>", "other_format"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old_excel"),
        (b"PK\x03\x04 no zip", "damaged"),
        (b"PAR1 no parquet PAR1", "damaged"),
        ((",".join(["customer", "date", *map(str, range(1000))]) + "\n").encode() * 2, "too_many_columns"),
        (b"," * 5_000_000, "too_many_columns"),
        (xlsx([["customer", "date"]]), "no_rows"),
        (xlsx([[]]), "empty"),
    ],
)
def test_a_wrong_file_is_refused_by_name(content, reason):
    assert reason_of(content) == reason


def test_a_zip_that_is_no_workbook_is_named():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(BadFile, match="Word"):
        read(out.getvalue())


def test_paths_that_cannot_be_read(tmp_path, monkeypatch):
    assert reason_of(tmp_path / "none.csv") == "not_found"
    assert reason_of(tmp_path) == "not_a_file"
    assert reason_of("a\0b") == "unreadable"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert reason_of(pipe) == "not_a_file"
    locked = tmp_path / "locked.csv"
    locked.write_text(PLAIN)
    assert records(read(locked)) == GOOD
    monkeypatch.setattr("datasets.uploads.LIMIT_BYTES", 10)
    assert reason_of(locked) == "too_large"
    monkeypatch.setattr("pathlib.Path.open", lambda *_: (_ for _ in ()).throw(PermissionError()))
    assert reason_of(locked) == "no_permission"


def test_a_million_rows_are_the_limit(monkeypatch):
    monkeypatch.setattr(text_files, "LIMIT_ROWS", 2)
    monkeypatch.setattr(workbooks, "LIMIT_ROWS", 2)
    assert read(PLAIN.encode()).rows == 2
    assert reason_of(PLAIN.encode() + b"x,2024-03-05,1\n") == "too_many_rows"
    assert reason_of(PLAIN.encode() + b"broken\n") == "too_many_rows"
    rows = [["customer", "date"], *[["x", dt.date(2024, 3, 5)]] * 3]
    assert reason_of(xlsx(rows)) == "too_many_rows"
    # three million blank lines
    assert reason_of(b"customer,date\n" + b"\n" * 3_000_001) == "too_many_rows"


# hostile files


def rezipped(content: bytes, changes: dict[str, bytes]) -> bytes:
    """A workbook with some of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BOOK = MENDED["xlsx"]


def sheet_xml(rows: bytes, before: bytes = b"") -> bytes:
    return (
        b'<?xml version="1.0"?>'
        + before
        + b"<worksheet "
        + NAMESPACE
        + b"><sheetData>"
        + rows
        + b"</sheetData></worksheet>"
    )


def test_a_zip_bomb_is_not_unpacked():
    assert reason_of(rezipped(BOOK, {"xl/media/x.bin": bytes(60_000_000)})) == "unpacks_too_large"


def test_a_directory_that_lies_about_sizes_is_not_believed():
    bomb = bytearray(rezipped(BOOK, {"xl/big.xml": b"<x>" + b" " * 20_000_000 + b"</x>"}))
    size = (20_000_007).to_bytes(4, "little")
    assert bytes(bomb).count(size) >= 2
    small = bytes(bomb).replace(size, (100).to_bytes(4, "little"))
    assert reason_of(small) in ("unpacks_too_large", "damaged")


@pytest.mark.parametrize(
    "declaration", [b'<!DOCTYPE a [<!ENTITY b "c">]>', b"<!doctype a>", b'<!ENTITY b "c">']
)
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "[Content_Types].xml", "xl/hidden.bin"])
def test_xml_declarations_are_refused(declaration, part):
    assert reason_of(rezipped(BOOK, {part: sheet_xml(b"", declaration)})) == "xml_declarations"


def test_xml_in_another_encoding_hides_no_declaration():
    hidden = sheet_xml(b"", b"<!DOCTYPE a>").decode().encode("utf-16")
    assert reason_of(rezipped(BOOK, {SHEET: hidden})) == "xml_declarations"


@pytest.mark.parametrize(
    "rows",
    [
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="ALL1048576"><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c></row><row r="4000000000"><c><v>1</v></c></row>',
        b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
        b"<row r='1'><c\n r = 'A1'><v>1</v></c><c r='AB&#49;'><v>1</v></c></row>",
        b'<row r="1"><c r="AAAAAAA1"><v>1</v></c></row>',
    ],
)
def test_cells_that_lie_far_apart_are_refused(rows):
    assert reason_of(rezipped(BOOK, {SHEET: sheet_xml(rows)})) in (
        "unpacks_too_large",
        "too_many_columns",
        "damaged",
    )


def test_a_claimed_dimension_is_not_believed():
    claim = sheet_xml(b'<row r="1"><c r="A1"><v>1</v></c></row>').replace(
        b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>'
    )
    assert reason_of(rezipped(BOOK, {SHEET: claim})) == "one_column"


def test_a_long_text_repeated_in_every_cell_is_refused():
    long_text = (
        b"<sst " + NAMESPACE + b' uniqueCount="4294967295"><si><t>' + b"x" * 32_000 + b"</t></si></sst>"
    )
    cells = b'<c t="s"><v>0</v></c>' * 60_000
    assert reason_of(
        rezipped(BOOK, {"xl/sharedStrings.xml": long_text, SHEET: sheet_xml(b"<row>" + cells + b"</row>")})
    ) in (
        "unpacks_too_large",
        "too_many_columns",
    )


def test_a_parquet_file_of_many_rows_in_few_bytes_is_refused():
    out = io.BytesIO()
    many = pa.array(np.zeros(1_000_001, dtype=np.int8))
    pq.write_table(pa.table({"customer": many, "date": many}), out)
    assert len(out.getvalue()) < 10_000
    assert reason_of(out.getvalue()) == "too_many_rows"


def test_a_long_text_repeated_in_every_row_of_a_parquet_file_is_refused():
    long_text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(600_000, dtype=np.int32)), ["x" * 100_000])
    data = {"customer": long_text, "date": pa.array(["2024-03-05"] * 600_000)}
    content = parquet(data)
    assert len(content) < 1_000_000
    assert reason_of(content) == "unpacks_too_large"


def test_a_parquet_file_may_hold_empty_groups_and_columns_without_a_value():
    data = pa.table({"customer_id": ["007", None], "date": ["2024-03-05"] * 2, "amount": pa.nulls(2)})
    out = io.BytesIO()
    with pq.ParquetWriter(out, data.schema) as writer:
        for piece in (data.slice(0, 0), data, data.slice(0, 0)):
            writer.write_table(piece)
    upload = read(out.getvalue())
    assert (upload.columns.amount, records(upload)) == (None, [("007", dt.datetime(2024, 3, 5), pd.NA)])
    assert [(row, reason) for row, _, reason in rejects(upload)] == [(2, "customer_missing")]
    assert reason_of(parquet({"customer_id": pa.array([], pa.string()), "date": []})) == "no_rows"


@pytest.mark.parametrize("codec", ["none", "snappy", "zstd", "gzip", "brotli", "lz4"])
@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize("page_version", ["1.0", "2.0"])
def test_parquet_files_of_every_writing_are_read(codec, dictionary, page_version):
    count = 300
    moments = [dt.datetime(2024, 1, 1) + dt.timedelta(hours=n) for n in range(count)]
    data = pa.table(
        {
            "customer_id": pa.array([f"c{n % 7}" for n in range(count)]).dictionary_encode(),
            "date": pa.array(moments, pa.timestamp("us", tz="Asia/Shanghai")),
            "amount": pa.array([Decimal(n) / 100 for n in range(count)], pa.decimal128(12, 2)),
            "tags": [[str(n)] for n in range(count)],
        }
    )
    out = io.BytesIO()
    pq.write_table(
        data,
        out,
        compression=codec,
        use_dictionary=dictionary,
        data_page_version=page_version,
        row_group_size=100,
        data_page_size=300,
        write_page_index=dictionary,
    )
    good = read(out.getvalue()).good
    assert good["customer_id"].tolist() == [f"c{n % 7}" for n in range(count)]
    assert good["ordered_at"].tolist() == moments  # Arrow keeps zoned moments in UTC
    assert good["amount_cents"].tolist() == list(range(count))


def test_texts_that_share_their_beginnings_are_read_and_bounded():
    out = io.BytesIO()
    data = {"customer": [f"customer {n}" for n in range(5000)], "date": ["2024-03-05"] * 5000}
    encodings = {"customer": "DELTA_BYTE_ARRAY", "date": "DELTA_BYTE_ARRAY"}
    pq.write_table(pa.table(data), out, use_dictionary=False, column_encoding=encodings)
    assert read(out.getvalue()).good["customer_id"].tolist() == data["customer"]
    out = io.BytesIO()
    repeated = pa.array(["x" * 100_000]).take(pa.array(np.zeros(8_000, dtype=np.int32)))
    pq.write_table(
        pa.table({"customer": repeated, "date": ["2024-03-05"] * 8_000}),
        out,
        use_dictionary=False,
        column_encoding=encodings,
    )
    assert len(out.getvalue()) < 1_000_000
    assert reason_of(out.getvalue()) == "unpacks_too_large"


def test_what_pages_say_counts_and_not_what_the_description_says():
    out = io.BytesIO()
    long_texts = ["x" * 400_000 + str(n) for n in range(300)]
    data = pa.table({"customer": long_texts, "date": ["2024-03-05"] * 300})
    pq.write_table(data, out, compression="zstd", use_dictionary=False, write_statistics=False)
    content = out.getvalue()
    pages = parquet_pages.read_footer(content)
    written = pq.ParquetFile(io.BytesIO(content)).metadata.row_group(0).column(0)
    total, largest = parquet_pages.unpacked_bytes(content, pages, ["customer"])
    assert 0.99 * written.total_uncompressed_size < total <= written.total_uncompressed_size
    assert 400_000 < largest <= total
    assert pages.rows == 300


def test_lists_in_a_parquet_column_are_refused_and_elsewhere_ignored():
    data = {
        "customer": ["a"],
        "date": ["2024-03-05"],
        "tags": [[["x"]]],
        "raw": [b"\xff\xfe"],
        "at": [dt.time(1)],
    }
    assert read(parquet(data)).rows == 1
    assert reason_of(parquet(data), columns={"customer": "tags"}) == "column_type"


def test_texts_are_never_run_and_stay_as_they_are():
    names = [
        '=HYPERLINK("http://x")',
        "<script>alert(1)</script>",
        "**bold** $x$",
        "'; DROP TABLE orders; --",
        "\u202eabc",
    ]
    frame = pd.DataFrame({"customer": names, "date": "2024-03-05"})
    good = read(frame.to_csv(index=False).encode()).good
    assert good["customer_id"].tolist() == names
    assert read(b"customer,date\na\0b,2024-03-05\n").good["customer_id"].tolist() == ["ab"]


def test_formulas_of_a_workbook_are_not_run_their_values_are_read():
    from datasets.exports import Formula

    frame = pd.DataFrame({"customer": ["a"], "date": ["2024-03-05"], "amount": [Formula("=1+1", 7)]})
    assert read(xlsx_bytes({"x": frame})).good["amount_cents"].tolist() == [700]


def test_the_first_visible_sheet_that_holds_something_is_read():
    table = [["customer", "date"], ["a", dt.date(2024, 3, 5)]]
    other = [["customer", "date"], ["b", dt.date(2024, 3, 5)]]
    assert read(xlsx([], table, other)).good["customer_id"].tolist() == ["a"]
    assert read(xlsx(other, table, states=("hidden",))).good["customer_id"].tolist() == ["a"]
    assert read(xlsx(other, [], states=("hidden",))).sheet == "Sheet 0"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_template_is_understood(form):
    template = uploads.template()
    upload = read(csv_bytes(template) if form == "csv" else xlsx_bytes({"orders": template}))
    assert upload.rows == len(upload.good) == 3
    assert upload.columns == Columns(customer="customer_id", date="date", amount="amount")
    assert upload.good["amount_cents"].tolist() == [12900, 3550, 8800]


def test_a_table_that_is_no_log_can_be_read_as_text():
    frame = uploads.table(b"x;recency;age\n2;30,43;38,86\n")
    assert frame.to_dict("list") == {"x": ["2"], "recency": ["30,43"], "age": ["38,86"]}
    assert uploads.table(b"survivors\n1000\n869\n")["survivors"].tolist() == ["1000", "869"]
    with pytest.raises(BadFile, match="Row 3"):
        uploads.table(b"x,recency,age\n1,2,3\n1,2\n")
