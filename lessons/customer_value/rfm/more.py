"""Further views of RFM: six customers by hand, the map, every cell, and a workbook that calculates."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd
import streamlit as st

from lessons import charts
from lessons.customer_value.rfm import model as rfm
from lessons.frame import Text, draw_chart
from lessons.frame.workbook import Formula, xlsx


@functools.lru_cache(maxsize=16)
def six_customers(text: Text, *, currency: str) -> pd.DataFrame:
    """Return the six customers worked by hand, in the reader's words."""
    six = rfm.six_customers()
    return pd.DataFrame(
        {
            text.label("who"): text.label("six_names").split(","),
            text.label("days"): six["recency_days"],
            text.label("orders"): six["frequency"],
            text.label("spent"): [text.money(spent, currency) for spent in six["monetary"]],
            "R": six["R"],
            "F": six["F"],
            "M": six["M"],
            text.label("answer_rate"): [text.percent(rate) for rate in six["rate"]],
            text.label("per_letter"): [
                text.money(profit, currency, 2) for profit in six["profit_per_letter"]
            ],
        }
    )


def cell_map(text: Text, customers: pd.DataFrame, prices: dict[str, Any], *, key: str) -> None:
    """Draw the recency × frequency map of the last mailing's answers; framed cells pay."""
    cells = rfm.by_cell(customers[["R", "F"]], answered=customers["answered"].to_numpy(), by="RF", **prices)
    wide = cells.pivot(index="R", columns="F", values="rate").reindex(index=range(1, 6), columns=range(1, 6))
    words = [[text.percent(rate) if rate == rate else "" for rate in row] for row in wide.to_numpy()]
    paying = [(f - 1, r - 1) for f, r in cells.loc[cells["pays"], ["F", "R"]].to_numpy().tolist()]
    figure = charts.cells(
        charts.blank(),
        values=wide.to_numpy().tolist(),
        words=words,
        x=[f"F {score}" for score in range(1, 6)],
        y=[f"R {score}" for score in range(1, 6)],
        x_title=text.label("frequency_axis"),
        y_title=text.label("recency_axis"),
        outlined=paying,
    )
    st.markdown(text.label("map_words"), width=510)
    draw_chart(figure, key=key, alt=text.label("map"))


def cell_table(text: Text, customers: pd.DataFrame, prices: dict[str, Any], currency: str) -> None:
    """Show every cell that has customers: answers, rate with its interval, profit, and whether it pays."""
    cells = rfm.by_cell(customers[["R", "F", "M"]], answered=customers["answered"].to_numpy(), **prices)
    st.markdown(text.label("cells_words", cells=text.number(len(cells))), width=510)
    st.dataframe(
        pd.DataFrame(
            {
                "RFM": (cells["R"] * 100 + cells["F"] * 10 + cells["M"]).astype(str),
                text.label("letters"): cells["letters"],
                text.label("orders"): cells["answers"].astype(int),
                text.label("answer_rate"): [text.percent(rate, 1) for rate in cells["rate"]],
                "95%": [
                    f"{text.percent(low, 1)} – {text.percent(high, 1)}"
                    for low, high in zip(cells["low"], cells["high"], strict=True)
                ],
                text.label("profit"): [text.money(profit, currency) for profit in cells["profit"]],
                text.label("pays"): cells["pays"].map({True: "✓", False: ""}),
            }
        ),
        column_config={
            text.label("answer_rate"): st.column_config.Column(alignment="right"),
            text.label("profit"): st.column_config.Column(alignment="right"),
            text.label("pays"): st.column_config.Column(alignment="center"),
        },
        hide_index=True,
        key="cells",
        alt=text.label("cells"),
    )


def workbook(text: Text, customers: pd.DataFrame, prices: dict[str, Any]) -> bytes:
    """Return two sheets: the prices, and the cells with live rate, profit and decision."""
    cells = rfm.by_cell(customers[["R", "F", "M"]], answered=customers["answered"].to_numpy(), **prices)
    cost, margin, limit = (f"'{text.label('prices')}'!$B${row}" for row in (2, 3, 4))
    given = pd.DataFrame(
        {
            text.label("what"): [text.label("cost"), text.label("margin"), text.label("break_even")],
            text.label("value"): [
                prices["cost_per_letter"],
                prices["margin_per_order"],
                Formula("=B2/B3", rfm.break_even_rate(**prices)),
            ],
        }
    )
    rows = range(2, len(cells) + 2)
    sheet = pd.DataFrame(
        {
            "RFM": cells["R"] * 100 + cells["F"] * 10 + cells["M"],
            text.label("letters"): cells["letters"],
            text.label("orders"): cells["answers"],
            text.label("answer_rate"): [
                Formula(f"=C{row}/B{row}", rate) for row, rate in zip(rows, cells["rate"], strict=True)
            ],
            text.label("profit"): [
                Formula(f"=C{row}*{margin}-B{row}*{cost}", profit)
                for row, profit in zip(rows, cells["profit"], strict=True)
            ],
            text.label("pays"): [
                Formula(f"=IF(D{row}>={limit},1,0)", int(pays))
                for row, pays in zip(rows, cells["pays"], strict=True)
            ],
        }
    )
    return xlsx({text.label("prices"): given, text.label("cells_sheet"): sheet})
