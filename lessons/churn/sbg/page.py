"""The page on projecting retention: a cohort seen for some years, one model, and the years that follow."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.churn.sbg import bdw, lived, more, notebook, truth
from lessons.churn.sbg import model as sbg
from lessons.customer_value.btyd import fitting
from lessons.customer_value.btyd import sbg as shifted
from lessons.frame import Stage, Text
from lessons.frame.data import table

UNTIL = 12
DAYS_PER_YEAR, DAYS_PER_BOX = 365.25, 28


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[fitting, shifted, bdw, sbg], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for the cohort, the years seen and the model; project, and hold it against the years that followed."""
    text, data = stage.text, stage.data
    published = data.kind == "published"
    if published:
        box = None
        cohort = sbg.PUBLISHED[stage.radio("cohort", list(sbg.PUBLISHED))]
    else:
        box = tea_box(data.key, stage.radio("box", ["causes", "textbook"]), _data=data)
        cohort = box.survivors
    fitted = int(stage.slider("fitted" if published else "fitted_boxes", 3, 11, 7))
    name = stage.radio("model", list(sbg.MODELS))
    with stage.more():
        yearly = stage.slider("discount", 1, 30, 10, unit="percent") / 100
    rate = yearly if published else (1 + yearly) ** (DAYS_PER_BOX / DAYS_PER_YEAR) - 1
    found = projected(cohort[: fitted + 1], name)
    if not found.converged:
        stage.notice("no_optimum")
    last = 1000 * float(found.survival[UNTIL])
    error = sbg.holdout_error(found, survivors=cohort, fitted=fitted)
    new, old = (
        sbg.residual_lifetime(found, renewals=renewals, discount_rate=rate) for renewals in (0, fitted)
    )
    stage.figure("left_last", text.number(round(last)))
    stage.figure("error", text.percent(error, 1))
    stage.figure("new", more.lifetime(text, new))
    stage.figure("old", more.lifetime(text, old))
    stage.chart(
        "cohort_left" if published else "cohort_left_box", picture(stage, cohort, found, fitted, last)
    )
    everything = compared(cohort, fitted)
    stage.by_hand(more.six_in_words(text))
    stage.explain(
        last=text.number(round(last)),
        came=text.number(round(1000 * cohort[-1] / cohort[0])),
        fitted=text.number(fitted),
        model=text.label(name),
        first=text.percent(cohort[1] / cohort[0], 1),
        latest=text.percent(cohort[fitted] / cohort[fitted - 1], 1),
    )
    stage.further("rates", partial(more.rates, stage, cohort, found, fitted))
    stage.further("lifetimes", partial(more.lifetimes, stage, cohort, fitted, rate))
    stage.further("people", partial(more.people, stage, cohort, fitted))
    if box is None:
        truth.what_came(stage, everything, cohort, found, fitted)
    else:
        said = judged(box.alpha, name, fitted, _box=box)
        truth.what_was(stage, box, found, said, fitted)
    stage.table(lambda: rows(cohort, fitted))
    stage.notebook(fitted=fitted, until=UNTIL, model=name, discount_rate=rate)


def picture(
    stage: Stage, cohort: tuple[int, ...], found: sbg.Projection, fitted: int, last: float
) -> charts.Figure:
    """The cohort year by year, seen and still to come, and the model through it."""
    text = stage.text
    published = stage.data.kind == "published"
    figure = more.of_thousand(text, found.survival, axis="years_axis" if published else "boxes_axis")
    charts.curve(figure, x=[fitted + 0.5] * 2, y=[0, 1000], sign="reference")
    charts.note(figure, x=fitted + 0.5, y=985, label=text.label("seen"), sign="reference", side="left")
    more.observed(figure, cohort, fitted)
    charts.curve(figure, x=list(range(UNTIL + 1)), y=more.in_view(found.survival))
    at = float(more.in_view(found.survival)[-1])
    label = text.label("at_last", count=text.number(round(last)))
    # Away from the points, and from the learner's line where it is near.
    above = at > 1000 * cohort[-1] / cohort[0] or 0 < at - stage.guess < 130
    charts.point(figure, x=UNTIL, y=at, label=label, side="left", above=above)
    if above and abs(at - 1000 * cohort[-1] / cohort[0]) < 60:
        figure["layout"]["annotations"][-1]["yshift"] = 26
    elif not above and 30 < at < 130:
        # Under the ground line rather than across it.
        figure["layout"]["annotations"][-1]["yshift"] = -(3 + 0.27 * at)
    charts.you(figure, y=stage.guess, label=stage.your_label)
    # At the right end stand the points: the learner's word stands at the left.
    figure["layout"]["annotations"][-1] |= {"x": 0, "xanchor": "left", "xshift": 2}
    return figure


def rows(cohort: tuple[int, ...], fitted: int) -> pd.DataFrame:
    """The cohort and what each model makes of it, one row a renewal."""
    whole = np.asarray(cohort, dtype=float)
    made = {name: projected(cohort[: fitted + 1], name).survival * whole[0] for name in sbg.MODELS}
    frame = pd.DataFrame({"renewals": np.arange(UNTIL + 1), "survivors": whole.astype(int), **made})
    return frame.assign(seen=(frame["renewals"] <= fitted).astype(int)).round(1)


@st.cache_resource(max_entries=256, show_spinner=False)
def projected(seen: tuple[int, ...], name: str) -> sbg.Projection:
    """One model on what was seen; shared, not to be written into."""
    return sbg.project(survivors=seen, model=name, until=UNTIL)


@st.cache_resource(max_entries=64, show_spinner=False)
def compared(cohort: tuple[int, ...], fitted: int) -> pd.DataFrame:
    """All models on what was seen; shared, not to be written into."""
    return sbg.all_models(survivors=cohort, fitted=fitted, until=UNTIL)


@st.cache_resource(max_entries=4, show_spinner=False)
def tea_box(key: str, which: str, *, _data: Any) -> lived.Box:
    """The tea box's cohort: the company's own, or one that no cause moves."""
    if which == "textbook":
        return lived.textbook()
    until: datetime = _data.world.until
    return lived.with_causes(table(_data, "subscriptions"), until=until)


@st.cache_data(max_entries=64, show_spinner=False)
def judged(alpha: float, name: str, fitted: int, *, _box: lived.Box) -> lived.Judged:
    """A hundred analysts with this model; `alpha` tells the two boxes apart."""
    return lived.judge(_box, model=name, fitted=fitted)
