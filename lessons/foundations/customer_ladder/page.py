"""The page on the customer ladder: widgets, one call to the model, one chart."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.foundations.customer_ladder import counting, more, notebook, pictures, truth
from lessons.foundations.customer_ladder import model as ladder
from lessons.frame import Data, Stage, Text
from lessons.frame.data import table

TABLES = ("prospects", "customers", "orders", "loyalty_ledger", "referrals", "truth_encounters")
REPLAYED = 4000


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[ladder, counting], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask, compute, show."""
    text = stage.text
    people = asked(stage)
    worths = people.worth_of_points()
    best = int(worths.argmax())
    stage.figure("profit", more.money(stage, people.profit()))
    stage.figure("customers", text.number(people.standing()[2:].sum()))
    stage.figure("best_step", text.label(f"at_{ladder.STEPS[best]}"))
    stage.figure("best_point", more.money(stage, worths[best]))
    stage.chart("worth_by_step", pictures.worths(stage, worths))
    stage.by_hand(more.by_hand(text))
    stage.explain(**more.words(stage, people, worths))
    for name, draw in (
        ("standing", more.standing),
        ("filling", more.filling),
        ("matrix", more.matrix),
        ("values", more.values),
    ):
        stage.further(f"{name}_heading", partial(draw, stage, people))
    if stage.locked:
        data = stage.data
        pictures.truth_panel(stage, found(data.key, data), with_card(data.key, data), people)
    stage.table(lambda: more.table_in_words(stage, people))
    stage.notebook(ladder=people)


def asked(stage: Stage) -> ladder.Ladder:
    """Ask for the ladder: three steps in view, the others and the month's people in More settings."""
    shown, conversions = ("enquire", "again", "card"), {}

    def step(name: str) -> None:
        start = round(ladder.CONVERSIONS[ladder.STEPS.index(name)] * 100)
        conversions[name] = stage.slider(name, 5, 95, start, unit="percent") / 100

    for name in shown:
        step(name)
    with stage.more():
        for name in ladder.STEPS:
            if name not in shown:
                step(name)
        reached = stage.slider("reached", 100, 5000, 1000, step=100)
        cost = stage.slider("cost", 0, 100, 20, step=5, unit="money")
        referrals = stage.slider("referrals", 0, 2, 1.4, step=0.1)
    return ladder.Ladder(
        conversions=tuple(conversions[name] for name in ladder.STEPS),
        reached_per_month=reached,
        cost_per_person=cost,
        referrals_per_year=referrals,
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def found(key: str, _data: Data) -> truth.Found:
    """The company's ladder at the end of the first year, beside the truth."""
    assert _data.truth is not None
    return truth.find(
        tables={name: table(_data, name) for name in TABLES},
        truth=_data.truth,
        scenario=_data.scenario,
        until=pd.Timestamp(_data.calibration_until) + pd.Timedelta(days=1),
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def with_card(key: str, _data: Data) -> truth.Card:
    """The same customers without and with the loyalty programme."""
    return truth.card(_data.scenario, customers=REPLAYED, seed=1)
