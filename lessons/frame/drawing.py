"""How does a chart reach the screen?  As it stands: nothing checks or copies it on every rerun."""

from __future__ import annotations

from typing import Any

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
