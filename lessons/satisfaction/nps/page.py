"""The page on the net promoter score: how many answers it takes, and whom it does not hear."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.frame.data import Data, table
from lessons.satisfaction.nps import model as nps
from lessons.satisfaction.nps import more, notebook, repeats, silence, truth
from lessons.satisfaction.nps.controls import Inputs, asked

MOST_ANSWERS, WIDEST = 3000, 30


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[nps, repeats, silence], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for the customers' kinds and the answers, and show how exactly the score is then known."""
    text, inputs = stage.text, asked(stage)
    shares, needed = inputs.shares, inputs.needed()
    margin = inputs.margin(inputs.answers)
    stage.figure("score", text.number(shares.score_points))
    stage.figure("margin", "±" + text.number(margin, 1))
    stage.figure("needed", text.number(needed))
    stage.figure("real_from", text.number(margin * 2**0.5, 1))
    stage.chart("by_answers", picture(stage, inputs, needed))
    stage.by_hand(more.six_in_words(text))
    guess = int(stage.guess) if inputs.customers is None else min(int(stage.guess), inputs.customers)
    stage.explain(
        needed=text.number(needed),
        target=text.number(inputs.target),
        at_guess=text.number(inputs.margin(guess), 1),
        score=text.number(shares.score_points),
        answers=text.number(inputs.answers),
        margin=text.number(margin, 1),
        real_from=text.number(margin * 2**0.5, 1),
        low=text.number(max(shares.score_points - margin, -100)),
        high=text.number(min(shares.score_points + margin, 100)),
        confidence=text.percent(inputs.confidence),
    )
    heard = listened(stage.data.key, stage.data)
    truth.draw(stage, heard)
    for name, draw in (
        ("repeated", partial(more.repeated, stage, inputs)),
        ("twins", partial(more.twins, stage, inputs, heard)),
        ("changes", partial(more.changes, stage, heard)),
        ("methods", partial(more.methods, stage, inputs)),
    ):
        stage.further(f"{name}_heading", draw)
    stage.table(lambda: answers(stage.data))
    stage.workbook(lambda: more.workbook(text, answers(stage.data), inputs))
    stage.notebook(shares=shares, answers=inputs.answers, target=inputs.target, confidence=inputs.confidence)


def picture(stage: Stage, inputs: Inputs, needed: int) -> charts.Figure:
    """The margin by number of answers, of the score and of its change."""
    text = stage.text
    most = min(MOST_ANSWERS, inputs.customers or MOST_ANSWERS)
    sizes = [size for size in (*range(12, 200, 6), *range(200, MOST_ANSWERS + 1, 50)) if size <= most]
    margins = [inputs.margin(size) for size in sizes]
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("answers_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (0, 1000, 2000, 3000)],
        y_ticks=[(mark, f"±{mark}" if mark else "0") for mark in (0, 10, 20, WIDEST)],
        y_range=(-1.8, WIDEST + 3),
    )
    shown = [(size, margin) for size, margin in zip(sizes, margins, strict=True) if margin <= WIDEST + 3]
    change = [(size, margin * 2**0.5) for size, margin in zip(sizes, margins, strict=True)]
    change = [(size, margin) for size, margin in change if margin <= WIDEST + 3]
    lines: list[tuple[list[tuple[int, float]], charts.Sign]] = [(change, "reference"), (shown, "model")]
    for rows, sign in lines:
        if rows:
            charts.curve(figure, x=[size for size, _ in rows], y=[height for _, height in rows], sign=sign)
    if change:
        size, height = change[-1]
        charts.note(figure, x=size, y=height, label=text.label("change_line"), sign="reference", side="left")
    if needed <= MOST_ANSWERS:
        label = text.label("needed_point", answers=text.number(needed))
        side = "left" if needed > 0.6 * MOST_ANSWERS else "right"
        charts.point(figure, x=needed, y=inputs.margin(needed), label=label, side=side, above=False)
    return charts.you(figure, x=stage.guess, label=stage.your_label)


@st.cache_resource(max_entries=2, show_spinner=False)
def listened(key: str, _data: Data) -> silence.Heard:
    """The company's survey against everybody."""
    return silence.hear(
        surveys=table(_data, "surveys"),
        encounters=table(_data, "truth_encounters"),
        orders=table(_data, "orders"),
        service=_data.scenario.service,
    )


def answers(data: Data) -> pd.DataFrame:
    """The answered questionnaires: when they were sent, and the recommendation score as a number."""
    surveys = table(data, "surveys")
    rows = surveys.loc[
        surveys["recommendation"].notna(), ["survey_id", "customer_id", "sent_at", "recommendation"]
    ]
    return rows.astype({"recommendation": int}).sort_values("sent_at", ignore_index=True, kind="stable")
