"""What stands in a table?  Choose it, filter it, order it, look at its first rows, take it home."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from datasets.tables import TABLES, Column
from lessons.frame import memory
from lessons.screens import rows
from lessons.screens.company_world import Company

ROWS_SHOWN = 1000
SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@st.fragment
def draw(company: Company, tables: Sequence[str], *, key: str) -> None:
    """Draw one of `tables` with its controls; `key` tells two such places on one page apart."""
    text = company.text
    choice = f"{key}.table"
    memory.seed(choice, key, tables[0], lambda raw: tables[list(tables).index(raw)])
    memory.in_language(choice, text.language)
    place = st.container(horizontal=True, vertical_alignment="bottom")
    with place:
        name = st.selectbox(
            text.shared("company.table"),
            tables,
            format_func=lambda one: text.shared("company.table_named", title=company.title(one), table=one),
            key=choice,
            persist_state="session",
            width=310,
        )
    memory.keep(key, name, tables[0])
    table = company.world.tables[name]
    if not table.num_rows:
        st.markdown(company.meaning(name), width=640)
        st.info(text.shared("company.empty_table"))
        return
    found = _chosen(company, name, table, place, key=f"{key}.{company.name}.{name}")
    counted = _counted(company, table, found)
    st.markdown(f"{company.meaning(name)}  \n:small[:gray[{counted}]]", width=640)
    _rows(company, name, found, key=key)
    take_home(company, found, name=f"{company.name}_{name}", key=key)
    st.markdown(f":small[:gray[{text.shared('company.downloads')}]]", width=640)


def _chosen(company: Company, name: str, table: pa.Table, place: Any, *, key: str) -> pa.Table:
    """Draw the filter and the order, and return the rows that they leave."""
    text, columns = company.text, {column.name: column for column in TABLES[name].columns}
    for control in ("filter", "sort"):
        memory.in_language(f"{key}.{control}", text.language)
    with place:
        none = text.shared("company.no_filter")
        by = st.selectbox(
            text.shared("company.filter"),
            [None, *columns],
            format_func=lambda column: column or none,
            key=f"{key}.filter",
            persist_state="session",
            width=210,
        )
        stored = text.shared("company.as_stored")
        order = st.selectbox(
            text.shared("company.sort"),
            [None, *columns],
            format_func=lambda column: column or stored,
            key=f"{key}.sort",
            persist_state="session",
            width=210,
        )
        descending = order and st.toggle(
            text.shared("company.descending"), True, key=f"{key}.descending", persist_state="session"
        )
    found = _filtered(company, columns[by], table, key=f"{key}.{by}") if by else table
    return rows.ordered(found, column=order, descending=bool(descending)) if order else found


def _filtered(company: Company, column: Column, table: pa.Table, *, key: str) -> pa.Table:
    text = company.text
    kind = rows.kind_of(column, table[column.name])
    ways = rows.ways(column, kind)
    for control in ("way", "among"):
        memory.in_language(f"{key}.{control}", text.language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = ways[0]
        if len(ways) > 1:
            way = st.selectbox(
                text.shared("company.way"),
                ways,
                format_func=lambda one: text.shared(f"company.way_{one}"),
                key=f"{key}.way",
                persist_state="session",
                width=140,
            )
        if way == "empty":
            return rows.filtered(table, column=column.name, way=way)
        if way == "among":
            values = _among(company, column, table, key=f"{key}.among")
        elif way == "between":
            values = _ends(company, column, kind, table, key=key)
        else:
            words = st.text_input(
                text.shared(f"company.way_{way}"), key=f"{key}.{way}", persist_state="session", width=280
            )
            values = [words] if words and words.strip() else []
    if not values or all(value is None for value in values):
        return table
    return rows.filtered(table, column=column.name, way=way, values=values)


def _among(company: Company, column: Column, table: pa.Table, *, key: str) -> list[Any]:
    known = company.codes(column.name)
    present = sorted(set(table[column.name].unique().to_pylist()) - {None})
    codes = [*(code for code in known if code in present), *(code for code in present if code not in known)]
    # Not a multiselect: its chosen values are white on light blue in the dark theme.
    return st.pills(
        company.text.shared("company.among"),
        codes,
        selection_mode="multi",
        format_func=lambda code: str(known.get(code, code)),
        wrap=True,
        key=key,
        persist_state="session",
    )


def _ends(company: Company, column: Column, kind: rows.Kind, table: pa.Table, *, key: str) -> list[Any]:
    """Draw the two ends of a range; one that is left open is None."""
    ends = rows.ends(table[column.name])
    values: list[Any] = []
    for end, limit in (("low", ends[0]), ("high", ends[1])):
        label = company.text.shared(f"company.{end}")
        if kind in ("time", "day"):
            value = st.date_input(
                label,
                None,
                *ends,
                key=f"{key}.{end}",
                persist_state="session",
                format="YYYY-MM-DD",
                width=170,
            )
        else:
            scale = 100 if kind == "money" else 1
            whole = pa.types.is_integer(column.arrow_type) and kind != "money"
            hint = f"{limit}" if whole else f"{(limit or 0) / scale:.2f}"
            value = st.number_input(
                label, value=None, key=f"{key}.{end}", persist_state="session", placeholder=hint, width=170
            )
            value = value if value is None else value * scale
        values.append(value)
    return values


def _counted(company: Company, table: pa.Table, found: pa.Table) -> str:
    text = company.text
    words = "rows_all" if found.num_rows == table.num_rows else "rows_found"
    said = [
        text.shared(f"company.{words}", all=text.number(table.num_rows), found=text.number(found.num_rows))
    ]
    if found.num_rows > ROWS_SHOWN:
        said.append(text.shared("company.rows_shown", shown=text.number(ROWS_SHOWN)))
    return " · ".join(said)


def _rows(company: Company, name: str, found: pa.Table, *, key: str) -> None:
    text = company.text
    if not found.num_rows:
        st.info(text.shared("company.no_rows"))
        return
    columns = TABLES[name].columns
    codes = {column.name: company.codes(column.name) for column in columns if company.codes(column.name)}
    st.dataframe(
        rows.shown(found.slice(0, ROWS_SHOWN), columns, codes),
        hide_index=True,
        height=430 if found.num_rows > 10 else "auto",
        key=f"{key}.rows",
        placeholder="–",
        column_config={column.name: _config(company, name, column) for column in columns},
        alt=company.title(name),
    )


def _config(company: Company, table: str, column: Column) -> Any:
    """How a column is written: its name as stored, money with the currency's sign, its meaning as help."""
    label, about = column.name, company.meaning(table, column.name)
    if column.unit == "cents":
        shape = f"{company.text.symbol(company.currency)}%,.2f"
        return st.column_config.NumberColumn(label, help=about, format=shape, width=max(140, _wide(label)))
    if column.unit == "UTC":
        return st.column_config.DatetimeColumn(label, help=about, format="YYYY-MM-DD HH:mm")
    if pa.types.is_date(column.arrow_type):
        return st.column_config.DateColumn(label, help=about, format="YYYY-MM-DD")
    if pa.types.is_floating(column.arrow_type):
        return st.column_config.NumberColumn(label, help=about, format="%.3f")
    if pa.types.is_integer(column.arrow_type) and not column.name.endswith("_id"):
        return st.column_config.NumberColumn(label, help=about, format="%,d")
    codes = company.used_codes(table, column)
    words = [label, *(company.codes(column.name).get(code, code) for code in codes)]
    return st.column_config.Column(label, help=about, width=max(map(_wide, words)) if codes else None)


def _wide(words: str) -> int:
    """Say how many pixels a cell needs: the browser measures the first rows alone, and cuts what an order brings up."""
    return 24 + sum(15 if letter > "\u2e80" else 7 for letter in words)


def take_home(company: Company, found: pa.Table, *, name: str, key: str) -> None:
    """Offer a table as CSV, XLSX and Parquet, all of its rows, as they are stored."""
    from datasets import exports

    text = company.text
    offers: list[tuple[str, str, Callable[[], bytes], str]] = [
        ("topic.download_csv", "csv", lambda: exports.csv_bytes(rows.frame(found)), "text/csv"),
        ("topic.download_xlsx", "xlsx", lambda: exports.xlsx_bytes({name: rows.frame(found)}), SHEET),
        (
            "company.download_parquet",
            "parquet",
            lambda: rows.parquet_bytes(found),
            "application/octet-stream",
        ),
    ]
    with st.container(horizontal=True):
        for words, ending, make, mime in offers:
            st.download_button(
                text.shared(words),
                make,
                f"{name}.{ending}",
                mime,
                key=f"{key}.download.{ending}",
                on_click="ignore",
                icon=":material/download:",
            )
