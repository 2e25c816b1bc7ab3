"""The page on brand switching: three chances, one matrix, and where the shares end."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.loyalty.brand_switching import lived, more, notebook, truth
from lessons.loyalty.brand_switching import model as markov

MONTHS = 24
seen = st.cache_resource(max_entries=3, show_spinner=False)(lived.seen)
judged = st.cache_resource(max_entries=12, show_spinner=False)(
    lambda town, sample: lived.judge(town, sample=sample)
)


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[markov], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for who stays and who comes, follow the shares, show where they end."""
    text = stage.text
    keep = stage.slider("keep", 40, 95, 70, unit="percent") / 100
    win_pines = stage.slider("win_pines", 2, 50, 13, unit="percent") / 100
    win_kettle = stage.slider("win_kettle", 2, 50, 16, unit="percent") / 100
    with stage.more():
        today = stage.slider("today", 0, 100, 20, unit="percent") / 100
        tin = stage.slider("tin", 0, 60, 20, unit="money")
        margin = stage.slider("margin", 5, 100, 30, unit="money")
        sample = int(stage.slider("sample", 50, 400, 200, step=50))
        town = stage.radio("town", list(lived.TOWNS))
    panel = seen(town)
    matrix = markov.with_chances(panel.found.matrix, brand=0, chances=[keep, win_pines, win_kettle])
    rivals = panel.found.steady[1:]
    start = np.concatenate([[today], (1 - today) * rivals / rivals.sum()])
    shares = markov.shares_over_time(start=start, matrix=matrix, periods=MONTHS)
    steady = markov.steady_state(matrix)
    far = np.abs(markov.shares_over_time(start=start, matrix=matrix, periods=200)[:, 0] - steady[0])
    run, away = markov.run_length(matrix)[0], markov.time_away(matrix, brand=0)
    half = int(np.argmax(far <= far[0] / 2)) if far[0] > 0.005 else 0

    stage.figure("long_run", text.percent(steady[0], 1))
    stage.figure("run", text.number(run, 1))
    stage.figure("away", text.number(away, 1))
    stage.figure("half", text.number(half))
    stage.chart("shares_by_month", picture(stage, shares))
    stage.by_hand(more.by_hand(text))
    kept, won = markov.reaction(matrix, brand=0)[0], markov.reaction(matrix, brand=0)[1:].sum()
    stage.explain(
        today=text.percent(today),
        long_run=text.percent(steady[0], 1),
        month=text.percent(shares[1, 0]),
        lost=text.percent(steady[0] * (1 - keep), 1),
        keep=text.percent(keep),
        run=text.number(run, 1),
        away=text.number(away, 1),
        halfway=text.label("halfway", half=text.number(half)) if half else text.label("already"),
        kept=text.number(kept, 1),
        won=text.number(won, 1),
        households=text.number(len(panel.bought)),
        seen=text.percent(panel.found.matrix[0, 0]),
        seen_low=text.percent(panel.found.low[0, 0]),
        seen_high=text.percent(panel.found.high[0, 0]),
    )
    truth.draw(stage, panel, judged(town, sample), town=town, tin=tin, margin=margin)
    for name, draw in (("cells", more.cells), ("lags", more.lags), ("levers", more.levers)):
        stage.further(f"{name}_heading", partial(draw, stage, panel, matrix))
    stage.table(lambda: panel.rows)
    stage.notebook(chances=[keep, win_pines, win_kettle])


def picture(stage: Stage, shares: np.ndarray) -> charts.Figure:
    """The three shares month by month, Harbour Tea's as the model's own."""
    text = stage.text
    # The axis ends at three quarters where that is enough: lines close to each other get room for their words.
    top = 3 if max(float(shares.max()), stage.guess / 100) < 0.68 else 4
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("months_axis"),
        x_ticks=[(month, text.number(month)) for month in (0, 6, 12, 18, 24)],
        y_ticks=[
            (share, text.percent(share) if share else "0") for share in (0, 0.25, 0.5, 0.75, 1)[: top + 1]
        ],
    )
    months, ours = list(range(MONTHS + 1)), shares[:, 0]
    # Each word at a month of its own, so that lines that meet do not write over each other.
    for brand, at in ((1, 16), (2, 4)):
        charts.curve(figure, x=months, y=shares[:, brand], sign="reference")
        above = bool(shares[at, brand] >= ours[at])
        charts.note(
            figure,
            x=at,
            y=shares[at, brand],
            label=text.label(lived.BRANDS[brand]),
            sign="reference",
            above=above,
        )
    charts.curve(figure, x=months, y=ours)
    label = text.label("ends", share=text.percent(ours[-1], 1))
    charts.point(figure, x=10, y=ours[10], label=label, above=bool(ours[10] >= stage.guess / 100))
    return charts.you(figure, y=stage.guess / 100, label=stage.your_label)
