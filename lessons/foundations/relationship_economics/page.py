"""The page on the folk numbers: choose a claim, set its conditions, one call to the model, one chart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.foundations.customer_ladder import counting
from lessons.foundations.customer_ladder import model as ladder
from lessons.foundations.relationship_economics import (
    conditions,
    lives,
    more,
    notebook,
    pictures,
    truth,
)
from lessons.foundations.relationship_economics import model as claims
from lessons.frame import Data, Stage, Text
from lessons.frame.data import table


@dataclass(frozen=True)
class Tables:
    """The company's tables, each made when a claim first asks for it."""

    data: Data

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """Return one."""
        return table(self.data, name)


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[claims, conditions, ladder, counting], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask, compute, show."""
    text = stage.text
    claim = stage.select("claim", list(claims.CLAIMED))
    given = asked(stage, claim)
    first = conditions.CONDITIONS[claim][0]
    tested = claims.put_to_test(
        claim, given, along=first.name, low=first.inside(first.low), high=first.inside(first.high)
    )
    if not stage.presenting:
        # On the projector it would push the chart off the screen; there it stands beside the reason.
        stage.notice(f"says_{claim}")
    stage.figure("claimed", more.claimed(text, claim))
    stage.figure("outcome", more.amount(text, claim, tested.outcome))
    stage.figure("holds", more.holds(text, tested, first))
    stage.chart(f"chart_{claim}", pictures.tested(stage, tested, first))
    stage.by_hand(more.by_hand(text))
    stage.explain(**more.words(stage, claim, tested, first))
    if stage.locked:
        data = stage.data
        pictures.truth_panel(stage, claim, held(data.key, claim, data))
        stage.further("all_heading", partial(more.all_claims, stage, lambda one: held(data.key, one, data)))
    stage.table(lambda: more.table_in_words(stage, tested, first))
    stage.notebook(claim=claim, given=given, first=first)


def asked(stage: Stage, claim: str) -> dict[str, Any]:
    """Ask for a claim's conditions; shares as shares."""
    given: dict[str, Any] = {}

    def ask(one: conditions.Condition) -> None:
        found = stage.slider(one.name, one.low, one.high, one.start, step=one.step, unit=one.unit)
        given[one.name] = one.inside(found)

    for one in conditions.CONDITIONS[claim]:
        if not one.aside:
            ask(one)
    if claim == "pareto":
        given["shape"] = stage.radio("shape", list(conditions.SHAPES))
    aside = [one for one in conditions.CONDITIONS[claim] if one.aside]
    if aside:
        with stage.more():
            for one in aside:
                ask(one)
    return given


@st.cache_resource(max_entries=len(claims.CLAIMED), show_spinner=False)
def held(key: str, claim: str, _data: Data) -> truth.Held:
    """One claim against Harbour Tea's tables and its truth."""
    assert _data.truth is not None
    return truth.hold(
        claim,
        tables=Tables(_data),
        truth=_data.truth,
        scenario=_data.scenario,
        middle=pd.Timestamp(_data.calibration_until) + pd.Timedelta(days=1),
        lives=long(key, _data),
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def long(key: str, _data: Data) -> lives.Lives:
    """The long lives that several claims are held against: each lived once."""
    return lives.Lives(_data.scenario)
