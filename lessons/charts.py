"""How does a chart look?  One quiet look for all of them.

Colours are roles. Streamlit swaps these placeholders for the theme's colours in the browser, so
light and dark need no rerun, and no colour is ever written into a figure. Three signs run
through the course: the hollow diamond is the learner, the filled circle the model, the square the truth.

A figure is a plain dict, Plotly's own JSON with `data` and `layout`: Plotly's classes check every property
as it is set, which takes longer than all the rest of a rerun. The tests check the same, once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from numpy.typing import NDArray
from streamlit.elements.lib import streamlit_plotly_theme as theme

Figure = dict[str, Any]

MODEL, TRUTH, YOU, REFERENCE = theme.CATEGORY_0, theme.CATEGORY_1, theme.CATEGORY_2, theme.CATEGORY_3
SIGNS = {"model": "●", "truth": "■", "you": "◇", "reference": ""}
_COLOURS = {"model": MODEL, "truth": TRUTH, "you": YOU, "reference": REFERENCE}
_SYMBOLS = {"model": "circle", "truth": "square", "you": "diamond-open", "reference": "circle"}
_SCALE = [[step / 9, getattr(theme, f"SEQUENTIAL_{step}")] for step in range(10)]
_TEXT, _LINE, _POINT = 14, 3, 13
CONFIG = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "png", "scale": 3},
}

Sign = Literal["model", "truth", "you", "reference"]
Ticks = Sequence[tuple[float, str]]
Numbers = Sequence[float] | NDArray[Any]


def blank(*, height: int = 350) -> Figure:
    """Return an empty figure with the course's margins and no legend; height in pixels."""
    layout = dict(
        height=height,
        margin=dict(l=2, r=28, t=32, b=2),
        showlegend=False,
        dragmode=False,
        hovermode=False,
        font=dict(size=_TEXT),
        xaxis=_axis() | dict(ticks="outside", tickcolor=REFERENCE),
        yaxis=_axis() | dict(showgrid=True),
        shapes=[],
        annotations=[],
        # Everything is said here: Plotly's own template would double what a rerun sends.
        template={},
    )
    return dict(data=[], layout=layout)


def _axis() -> dict[str, Any]:
    return dict(
        color=REFERENCE,
        showgrid=False,
        zeroline=False,
        fixedrange=True,
        automargin=True,
        tickfont=dict(size=_TEXT, color=REFERENCE),
        title=dict(font=dict(size=_TEXT, color=REFERENCE), standoff=8),
    )


def axes(
    figure: Figure,
    *,
    x_title: str,
    x_ticks: Ticks,
    y_ticks: Ticks,
    x_range: tuple[float, float] | None = None,
    y_range: tuple[float, float] | None = None,
    y_title: str | None = None,
) -> Figure:
    """Give both axes their ticks as (value, words); ranges default to the ticks' own, with a little air."""
    layout = figure["layout"]
    left, right = x_range or _span(x_ticks, below=0.01, above=0.01)
    low, high = y_range or _span(y_ticks, below=0.06, above=0.12)
    _label(layout["xaxis"], x_title, x_ticks)
    _label(layout["yaxis"], y_title, y_ticks)
    layout["xaxis"]["range"], layout["yaxis"]["range"] = [left, right], [low, high]
    if low <= 0 <= high:
        line = dict(color=REFERENCE, width=1.5)
        layout["shapes"].append(
            dict(type="line", xref="paper", x0=0, x1=1, y0=0, y1=0, line=line, layer="between")
        )
    return figure


def _span(ticks: Ticks, *, below: float, above: float) -> tuple[float, float]:
    low, high = ticks[0][0], ticks[-1][0]
    air = (high - low) or 1.0
    return low - below * air, high + above * air


def _label(axis: dict[str, Any], title: str | None, ticks: Ticks) -> None:
    axis["tickvals"], axis["ticktext"] = [at for at, _ in ticks], [words for _, words in ticks]
    if title:
        axis["title"]["text"] = title


def curve(figure: Figure, *, x: Numbers, y: Numbers, sign: Sign = "model") -> Figure:
    """Draw one line: the model's is solid, the truth's dashed, a reference thin and grey."""
    dash = {"truth": "dash", "you": "dot"}.get(sign, "solid")
    line = dict(color=_COLOURS[sign], width=2 if sign == "reference" else _LINE, dash=dash)
    figure["data"].append(
        dict(type="scatter", x=_rounded(x), y=_rounded(y), mode="lines", line=line, name=sign)
    )
    return figure


def points(figure: Figure, *, x: Numbers, y: Numbers, sign: Sign, marker: dict[str, Any]) -> Figure:
    """Draw single points in a role's colour; `marker` holds Plotly's size, symbol and line."""
    marker = dict(color=_COLOURS[sign], **marker)
    figure["data"].append(
        dict(
            type="scatter",
            x=_rounded(x),
            y=_rounded(y),
            mode="markers",
            marker=marker,
            name=sign,
            cliponaxis=False,
        )
    )
    return figure


def point(
    figure: Figure,
    *,
    x: float,
    y: float,
    label: str,
    sign: Sign = "model",
    above: bool = True,
    side: Literal["left", "middle", "right"] = "middle",
) -> Figure:
    """Mark one point with its sign and a short word beside it (the sign is put before the word)."""
    points(
        figure, x=[x], y=[y], sign=sign, marker=dict(size=_POINT, symbol=_SYMBOLS[sign], line=dict(width=0))
    )
    return note(figure, x=x, y=y, label=label, sign=sign, above=above, side=side)


def note(
    figure: Figure,
    *,
    x: float,
    y: float,
    label: str,
    sign: Sign = "model",
    above: bool = True,
    side: Literal["left", "middle", "right"] = "middle",
) -> Figure:
    """Write a short word at a place on the chart, led by its sign; `side` says where it grows to."""
    anchor = {"left": "right", "middle": "center", "right": "left"}[side]
    words = dict(
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
    figure["layout"]["annotations"].append(words)
    return figure


def you(figure: Figure, *, label: str, x: float | None = None, y: float | None = None) -> Figure:
    """Mark the learner's prediction: a dotted line and a hollow diamond on the axis.

    Give `x` for a prediction that stands on the x-axis, `y` for one at the right end of the chart. Words that
    stand close to an upright line grow away from it, so draw them first.
    """
    layout = figure["layout"]
    line = dict(color=YOU, width=2, dash="dot")
    (left, right), (low, _) = layout["xaxis"]["range"], layout["yaxis"]["range"]
    if x is not None:
        place = (x - left) / (right - left)
        anchor = "left" if place < 0.75 else "right"
        shape = dict(type="line", x0=x, x1=x, yref="paper", y0=0, y1=1, line=line, name="you")
        at = dict(
            x=x, y=1.0, yref="paper", yanchor="bottom", xanchor=anchor, xshift=-7 if anchor == "left" else 7
        )
        spot = (x, max(0.0, low) if low <= 0 else low)
        for word in layout["annotations"]:
            off = (word["x"] - x) / (right - left)
            if (
                word["xanchor"] == "center"
                and abs(off) < 0.25
                and 0.2 < (word["x"] - left) / (right - left) < 0.8
            ):
                word["xanchor"] = "left" if off > 0 else "right"
    elif y is not None:
        shape = dict(type="line", xref="paper", x0=0, x1=1, y0=y, y1=y, line=line, name="you")
        at = dict(x=right, y=y, xanchor="right", yanchor="bottom", yshift=6, xshift=-10)
        spot = (right, y)
    else:
        raise ValueError("A prediction stands on one axis: give x or y.")
    layout["shapes"].append(shape)
    marker = dict(size=_POINT, symbol=_SYMBOLS["you"], line=dict(width=2.5, color=YOU))
    points(figure, x=[spot[0]], y=[spot[1]], sign="you", marker=marker)
    words = dict(
        text=f"<b>{SIGNS['you']} {label}</b>", showarrow=False, font=dict(color=YOU, size=_TEXT), name="you"
    )
    layout["annotations"].append(words | at)
    return figure


def bars(
    figure: Figure,
    *,
    x: Sequence[Any],
    y: Numbers,
    sign: Sign = "model",
    across: bool = False,
    base: Sequence[float] | None = None,
) -> Figure:
    """Draw bars, upright or `across`; with `base` they float (a tornado)."""
    trace = dict(
        type="bar",
        x=y if across else x,
        y=x if across else y,
        orientation="h" if across else "v",
        marker=dict(color=_COLOURS[sign], line=dict(width=0)),
        name=sign,
    )
    figure["data"].append(trace if base is None else trace | dict(base=base))
    figure["layout"] |= dict(barmode="group", bargap=0.35, bargroupgap=0.08)
    return figure


def cells(
    figure: Figure,
    *,
    values: Sequence[Sequence[float]],
    words: Sequence[Sequence[str]],
    x: Sequence[str],
    y: Sequence[str],
    x_title: str,
    y_title: str,
    outlined: Sequence[tuple[int, int]] = (),
) -> Figure:
    """Draw a map of cells, low to high in the theme's own scale; `outlined` cells (column, row) get a frame."""
    layout = figure["layout"]
    heat = dict(
        type="heatmap",
        z=values,
        x=list(range(len(x))),
        y=list(range(len(y))),
        colorscale=_SCALE,
        text=words,
        texttemplate="%{text}",
        textfont=dict(size=_TEXT),
        showscale=False,
        xgap=3,
        ygap=3,
        name="model",
    )
    figure["data"].append(heat)
    for column, row in outlined:
        frame = dict(x0=column - 0.485, x1=column + 0.485, y0=row - 0.465, y1=row + 0.465)
        layout["shapes"].append(dict(type="rect", line=dict(color=YOU, width=2.5)) | frame)
    _label(layout["xaxis"], x_title, list(enumerate(x)))
    _label(layout["yaxis"], None, list(enumerate(y)))
    # Upright words beside the rows would run into the rows' own names: they lie above the map.
    layout["annotations"].append(
        dict(
            x=0,
            y=1,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            yshift=4,
            text=y_title,
            showarrow=False,
            font=dict(size=_TEXT, color=REFERENCE),
            name="model",
        )
    )
    layout["xaxis"]["ticks"], layout["yaxis"]["showgrid"] = "", False
    return figure


def before_lock(figure: Figure, *, words: str) -> Figure:
    """Return the figure with its axes and the learner's sign only, and words that say what comes."""
    layout = figure["layout"]
    kept = [trace for trace in figure["data"] if trace.get("name") == "you"]
    notes = [note for note in layout["annotations"] if note.get("name") == "you"]
    shapes = []
    for shape in layout["shapes"]:
        if shape.get("layer") not in ("below", "between") and shape.get("name") != "you":
            continue
        if shape["x0"] == shape["x1"]:
            # An upright line leaves a gap for the words.
            shapes += [shape | dict(y0=y0, y1=y1) for y0, y1 in ((0, 0.54), (0.7, 1))]
        else:
            shapes.append(shape)
    font = dict(size=_TEXT, color=REFERENCE)
    notes.append(dict(x=0.5, y=0.62, xref="paper", yref="paper", text=words, showarrow=False, font=font))
    data = kept or [dict(type="scatter", x=[], y=[], name="you")]
    return dict(data=data, layout=layout | dict(annotations=notes, shapes=shapes))


def for_projector(figure: Figure, *, height: int = 430) -> Figure:
    """Enlarge lines, points and text so that the last row can read them."""
    layout, scale = figure["layout"], 20 / _TEXT
    layout["height"], layout["font"]["size"] = height, 20
    for axis in (layout["xaxis"], layout["yaxis"]):
        axis["tickfont"]["size"] = axis["title"]["font"]["size"] = 20
        axis["title"]["standoff"] = 14
    for word in layout["annotations"]:
        word["font"]["size"] = round(word["font"]["size"] * scale)
    for trace in figure["data"]:
        if trace.get("line", {}).get("width", 0) >= _LINE:
            trace["line"]["width"] = 5
        if trace["type"] == "scatter" and "marker" in trace:
            trace["marker"]["size"] = round(trace["marker"].get("size", _POINT) * 18 / _POINT)
        if trace["type"] == "heatmap":
            trace["textfont"]["size"] = 20
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


def _rounded(values: Numbers) -> list[float]:
    """Six digits are more than a screen shows, and half of what a rerun sends."""
    return [float(f"{float(value):.6g}") for value in values]
