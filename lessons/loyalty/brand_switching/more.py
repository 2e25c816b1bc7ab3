"""Further views of brand switching: a month by hand, the counted matrix, repeat buying by distance, the levers."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.loyalty.brand_switching import model as markov
from lessons.loyalty.brand_switching.lived import BRANDS, Panel

HAND_START = (200, 500, 300)
HAND = ((0.7, 0.2, 0.1), (0.12, 0.8, 0.08), (0.2, 0.2, 0.6))
LAGS = (1, 2, 3, 4, 5, 6)


@functools.lru_cache(maxsize=8)
def by_hand(text: Text) -> pd.DataFrame:
    """A thousand households: who bought what, where they go, and next month's totals."""
    names = [text.label(brand) for brand in BRANDS]
    flows = np.array(HAND_START)[:, None] * np.array(HAND)
    rows = [
        (name, *(text.number(one) for one in (today, *row)))
        for name, today, row in zip(names, HAND_START, flows, strict=True)
    ]
    rows.append(
        (
            text.label("next_month"),
            text.number(sum(HAND_START)),
            *(text.number(one) for one in flows.sum(axis=0)),
        )
    )
    headings = [
        text.label("bought_last"),
        text.label("households"),
        *(text.label("to", brand=name) for name in names),
    ]
    return pd.DataFrame(rows, columns=headings)


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(f"{name}_heading"))


def cells(stage: Stage, panel: Panel, matrix: np.ndarray) -> None:
    """The matrix counted from the panel as a map, each cell with its interval."""
    text, found = stage.text, panel.found
    names = [text.label(brand) for brand in BRANDS]
    words = [
        [
            f"{text.percent(found.matrix[row, column])}<br>{text.percent(found.low[row, column])}–"
            f"{text.percent(found.high[row, column])}"
            for column in range(len(BRANDS))
        ]
        for row in reversed(range(len(BRANDS)))
    ]
    figure = charts.cells(
        charts.blank(),
        values=found.matrix[::-1].tolist(),
        words=words,
        x=[name.replace(" ", "<br>") for name in names],
        y=names[::-1],
        x_title=text.label("bought_next"),
        y_title=text.label("bought_last"),
    )
    _draw(stage, "cells", figure)


def lags(stage: Stage, panel: Panel, matrix: np.ndarray) -> None:
    """Of Harbour Tea's buyers the share that buys it so many months later: counted, and by the chain."""
    text, chain = stage.text, panel.found.matrix
    counted = markov.repeat_at(brand=panel.bought, number=0, lags=LAGS)
    by_chain = [float(np.linalg.matrix_power(chain, lag)[0, 0]) for lag in LAGS]
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("later_axis"),
        x_ticks=[(lag, text.number(lag)) for lag in LAGS],
        y_ticks=[(share, text.percent(share) if share else "0") for share in (0, 0.25, 0.5, 0.75, 1)],
    )
    charts.curve(figure, x=LAGS, y=counted, sign="reference")
    charts.point(figure, x=4, y=counted[3], label=text.label("counted"), sign="reference")
    charts.curve(figure, x=LAGS, y=by_chain)
    charts.point(figure, x=3, y=by_chain[2], label=text.label("chain"), above=False)
    _draw(stage, "lags", figure)


def levers(stage: Stage, panel: Panel, matrix: np.ndarray) -> None:
    """What one point more in each of the three chances adds to the long-run share."""
    text = stage.text
    gains = markov.reaction(matrix, brand=0)
    top = charts.limit(float(gains.max()) * 1.1)
    places = [3, 2, 1]
    figure = charts.axes(
        charts.blank(height=240),
        x_title=text.label("points_axis"),
        x_ticks=[(level, text.number(level, 1) if level else "0") for level in (0, top / 2, top)],
        y_ticks=[
            (place, text.label(name))
            for place, name in zip(places, ("lever_keep", "lever_pines", "lever_kettle"), strict=True)
        ],
        x_range=(0, top * 1.12),
        y_range=(0.4, 3.6),
    )
    charts.bars(figure, x=places, y=gains.tolist(), across=True)
    for place, gain in zip(places, gains, strict=True):
        charts.note(
            figure,
            x=float(gain) + 0.01 * top,
            y=place - 0.44,  # beside the middle of the bar
            label=text.number(float(gain), 2),
            sign="reference",
            side="right",
        )
    figure["layout"]["yaxis"]["showgrid"] = False
    _draw(stage, "levers", figure)
