"""How do a chart and a table reach the screen?  As they stand: nothing checks or copies them on every rerun."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from lessons import charts


class _AsItStands(go.Figure):
    """Streamlit lets pass unchecked what is a figure already, and asks it for its dict alone."""

    def __init__(self, figure: charts.Figure) -> None:
        self._figure = figure

    def to_dict(self) -> dict[str, Any]:
        """Return the figure's own dict."""
        return self._figure


def chart(figure: charts.Figure, *, key: str, alt: str) -> None:
    """Draw one chart with the course's own menu: a picture to save, and nothing else."""
    st.plotly_chart(_AsItStands(figure), key=key, config=charts.CONFIG, alt=alt)


def arrow(table: pd.DataFrame) -> Any:
    """Return the table as Streamlit sends it, made once: it stays with the table that a page keeps.

    The table's index is left out.
    """
    import pyarrow

    if "arrow" not in table.attrs:
        table.attrs["arrow"] = pyarrow.Table.from_pandas(table, preserve_index=False)
    return table.attrs["arrow"]


def numbers_right(table: pd.DataFrame) -> dict[str, Any]:
    """Return the settings that put a table's written numbers at the right: columns with a digit, but for the first."""
    return {
        name: st.column_config.Column(alignment="right")
        for name in table.columns[1:]
        if any(map(str.isdigit, "".join(map(str, table[name].head(20)))))
    }
