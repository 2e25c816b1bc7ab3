"""How does a chart look?  One quiet look for all of them.

Colours are roles. Streamlit swaps these placeholders for the theme's colours in the browser, so
light and dark need no rerun, and no colour is ever written into a figure. Three signs run
through the course: the hollow diamond is the learner, the filled circle the model, the square the truth.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import plotly.graph_objects as go
import plotly.io as pio
import streamlit  # noqa: F401  (registers the template that holds the placeholders)

MODEL, TRUTH, YOU, REFERENCE = pio.templates["streamlit"].layout.colorway[:4]  # type: ignore[index]
SIGNS = {"model": "●", "truth": "■", "you": "◇", "reference": ""}
_COLOURS = {"model": MODEL, "truth": TRUTH, "you": YOU, "reference": REFERENCE}
_SYMBOLS = {"model": "circle", "truth": "square", "you": "diamond-open", "reference": "circle"}
_TEXT, _LINE, _POINT = 14, 3, 13
CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 3},
}

Sign = Literal["model", "truth", "you", "reference"]
Ticks = Sequence[tuple[float, str]]


def blank(*, height: int = 350) -> go.Figure:
    """Return an empty figure with the course's margins and no legend; height in pixels."""
    axis: dict[str, Any] = dict(
        color=REFERENCE,
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        automargin=True,
        tickfont=dict(size=_TEXT, color=REFERENCE),
        title=dict(font=dict(size=_TEXT, color=REFERENCE), standoff=4),
    )
    return go.Figure(
        layout=dict(
            height=height,
            margin=dict(l=2, r=28, t=32, b=2),
            showlegend=False,
            dragmode=False,
            hovermode=False,
            font=dict(size=_TEXT),
            xaxis=axis | dict(ticks="outside", tickcolor=REFERENCE),
            yaxis=axis | dict(showgrid=True),
        )
    )


def axes(
    figure: go.Figure,
    *,
    x_title: str,
    x_ticks: Ticks,
    y_ticks: Ticks,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    y_title: str | None = None,
) -> go.Figure:
    """Give both axes their ticks as (value, words); ranges default to the ticks' own, with a little air."""
    left, right = x_range or _span(x_ticks, below=0.01, above=0.01)
    low, high = y_range or _span(y_ticks, below=0.06, above=0.12)
    figure.update_xaxes(
        title_text=x_title,
        range=[left, right],
        tickvals=[t for t, _ in x_ticks],
        ticktext=[w for _, w in x_ticks],
    )
    figure.update_yaxes(range=[low, high], tickvals=[t for t, _ in y_ticks], ticktext=[w for _, w in y_ticks])
    if y_title:
        figure.update_yaxes(title_text=y_title)
    if low <= 0 <= high:
        figure.add_shape(
            type="line",
            xref="paper",
            x0=0,
            x1=1,
            y0=0,
            y1=0,
            line=dict(color=REFERENCE, width=1.5),
            layer="below",
        )
    return figure


def _span(ticks: Ticks, *, below: float, above: float) -> tuple[float, float]:
    low, high = ticks[0][0], ticks[-1][0]
    air = (high - low) or 1.0
    return low - below * air, high + above * air


def curve(figure: go.Figure, *, x: Sequence[float], y: Sequence[float], sign: Sign = "model") -> go.Figure:
    """Draw one line: the model's is solid, the truth's dashed, a reference thin and grey."""
    dash = {"truth": "dash", "you": "dot"}.get(sign, "solid")
    width = 2 if sign == "reference" else _LINE
    figure.add_trace(
        go.Scatter(
            x=_rounded(x),
            y=_rounded(y),
            mode="lines",
            line=dict(color=_COLOURS[sign], width=width, dash=dash),
            name=sign,
        )
    )
    return figure


def point(
    figure: go.Figure,
    *,
    x: float,
    y: float,
    label: str,
    sign: Sign = "model",
    above: bool = True,
    side: Literal["left", "middle", "right"] = "middle",
) -> go.Figure:
    """Mark one point with its sign and a short word beside it (the sign is put before the word)."""
    figure.add_trace(
        go.Scatter(
            x=[x],
            y=[y],
            mode="markers",
            marker=dict(color=_COLOURS[sign], size=_POINT, symbol=_SYMBOLS[sign], line=dict(width=0)),
            name=sign,
            cliponaxis=False,
        )
    )
    return note(figure, x=x, y=y, label=label, sign=sign, above=above, side=side)


def note(
    figure: go.Figure,
    *,
    x: float,
    y: float,
    label: str,
    sign: Sign = "model",
    above: bool = True,
    side: Literal["left", "middle", "right"] = "middle",
) -> go.Figure:
    """Write a short word at a place on the chart, led by its sign; `side` says where it grows to."""
    anchor = {"left": "right", "middle": "center", "right": "left"}[side]
    figure.add_annotation(
        x=x,
        y=y,
        text=f"<b>{SIGNS[sign]} {label}</b>" if SIGNS[sign] else label,
        showarrow=False,
        xanchor=anchor,
        yanchor="bottom" if above else "top",
        yshift=10 if above else -10,
        font=dict(color=_COLOURS[sign], size=_TEXT),
        name=sign,
    )
    return figure


def you(figure: go.Figure, *, label: str, x: float | None = None, y: float | None = None) -> go.Figure:
    """Mark the learner's prediction: a dotted line and a hollow diamond on the axis.

    Give `x` for a prediction that stands on the x-axis, `y` for one at the right end of the chart.
    """
    line = dict(color=YOU, width=2, dash="dot")
    left, right = figure.layout.xaxis.range  # type: ignore[union-attr]
    low, _ = figure.layout.yaxis.range  # type: ignore[union-attr]
    if x is not None:
        place = (x - left) / (right - left)
        anchor = "left" if place < 0.75 else "right"
        figure.add_shape(type="line", x0=x, x1=x, yref="paper", y0=0, y1=1, line=line, name="you")
        at = dict(
            x=x, y=1.0, yref="paper", yanchor="bottom", xanchor=anchor, xshift=-7 if anchor == "left" else 7
        )
        spot = (x, max(0.0, low) if low <= 0 else low)
    elif y is not None:
        figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=y, y1=y, line=line, name="you")
        at = dict(x=right, y=y, xanchor="right", yanchor="bottom", yshift=6, xshift=-10)
        spot = (right, y)
    else:
        raise ValueError("A prediction stands on one axis: give x or y.")
    figure.add_trace(
        go.Scatter(
            x=[spot[0]],
            y=[spot[1]],
            mode="markers",
            marker=dict(color=YOU, size=_POINT, symbol="diamond-open", line=dict(width=2.5, color=YOU)),
            name="you",
            cliponaxis=False,
        )
    )
    figure.add_annotation(
        text=f"<b>{SIGNS['you']} {label}</b>",
        showarrow=False,
        font=dict(color=YOU, size=_TEXT),
        name="you",
        **at,
    )
    return figure


def bars(
    figure: go.Figure,
    *,
    x: Sequence[Any],
    y: Sequence[float],
    sign: Sign = "model",
    across: bool = False,
    base: Sequence[float] | None = None,
) -> go.Figure:
    """Draw bars, upright or `across`; with `base` they float (a tornado)."""
    figure.add_trace(
        go.Bar(
            x=y if across else x,
            y=x if across else y,
            base=base,
            orientation="h" if across else "v",
            marker=dict(color=_COLOURS[sign], line=dict(width=0)),
            name=sign,
        )
    )
    figure.update_layout(barmode="group", bargap=0.35, bargroupgap=0.08)
    return figure


def cells(
    figure: go.Figure,
    *,
    values: Sequence[Sequence[float]],
    words: Sequence[Sequence[str]],
    x: Sequence[str],
    y: Sequence[str],
    x_title: str,
    y_title: str,
    outlined: Sequence[tuple[int, int]] = (),
) -> go.Figure:
    """Draw a map of cells, low to high in the theme's own scale; `outlined` cells (column, row) get a frame."""
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=list(range(len(x))),
            y=list(range(len(y))),
            text=words,
            texttemplate="%{text}",
            textfont=dict(size=_TEXT),
            showscale=False,
            xgap=3,
            ygap=3,
            name="model",
        )
    )
    for column, row in outlined:
        figure.add_shape(
            type="rect",
            x0=column - 0.47,
            x1=column + 0.47,
            y0=row - 0.46,
            y1=row + 0.46,
            line=dict(color=YOU, width=2.5),
        )
    figure.update_xaxes(title_text=x_title, tickvals=list(range(len(x))), ticktext=list(x), ticks="")
    figure.update_yaxes(title_text=y_title, tickvals=list(range(len(y))), ticktext=list(y), showgrid=False)
    return figure


def before_lock(figure: go.Figure, *, words: str) -> go.Figure:
    """Return the figure with its axes and the learner's sign only, and words that say what comes."""
    kept = [trace for trace in figure.data if trace.name == "you"]
    notes = [note for note in figure.layout.annotations if note.name == "you"]  # type: ignore[union-attr]
    shapes = [shape for shape in figure.layout.shapes if shape.name == "you" or shape.layer == "below"]  # type: ignore[union-attr]
    bare = go.Figure(data=kept or [go.Scatter(x=[], y=[], name="you")], layout=figure.layout)
    bare.layout.annotations = notes  # type: ignore[union-attr]
    # The learner's upright line leaves a gap for the words.
    upright = [
        shape for shape in shapes if shape.name == "you" and shape.x0 == shape.x1 and shape.yref == "paper"
    ]
    bare.layout.shapes = [shape for shape in shapes if shape not in upright]  # type: ignore[union-attr]
    for shape in upright:
        for y0, y1 in ((0, 0.54), (0.7, 1)):
            bare.add_shape(shape, y0=y0, y1=y1)
    bare.add_annotation(
        x=0.5,
        y=0.62,
        xref="paper",
        yref="paper",
        text=words,
        showarrow=False,
        font=dict(size=_TEXT, color=REFERENCE),
    )
    return bare


def for_projector(figure: go.Figure, *, height: int = 430) -> go.Figure:
    """Enlarge lines, points and text so that the last row can read them."""
    scale = 20 / _TEXT
    figure.update_layout(height=height, font_size=20)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        axis.tickfont.size = axis.title.font.size = 20  # type: ignore[union-attr]
    for word in figure.layout.annotations:  # type: ignore[union-attr]
        word.font.size = round((word.font.size or _TEXT) * scale)
    for trace in figure.data:
        if trace.type == "scatter":
            trace.line.width = 5 if (trace.line.width or 0) >= _LINE else trace.line.width
            trace.marker.size = 18
        if trace.type == "heatmap":
            trace.textfont.size = 20
    return figure


def limit(value: float) -> float:
    """Return the axis limit that holds `value`: it jumps in steps of 1, 2, 3, 4, 5, 8, so a small move bends the curve.

    >>> limit(3843), limit(0), limit(0.31)
    (4000.0, 1.0, 0.4)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    step = next(step for step in (1, 2, 3, 4, 5, 8, 10) if value <= step * power * (1 + 1e-9))
    return round(step * power, 12)


def _rounded(values: Sequence[float]) -> list[float]:
    """Six digits are more than a screen shows, and half of what a rerun sends."""
    return [float(f"{float(value):.6g}") for value in values]
