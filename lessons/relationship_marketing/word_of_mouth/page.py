"""The page on word of mouth: a family tree of customers, or a market that fills."""

from __future__ import annotations

import math
from functools import partial

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.frame import Data, Stage, Text
from lessons.frame.data import table
from lessons.relationship_marketing.word_of_mouth import counting, lived, more, notebook, pictures
from lessons.relationship_marketing.word_of_mouth import model as talk

USUAL = {"talks": 4.0, "conversion": 0.2, "first": 100}


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[talk, counting], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for one of two models, show how many customers there are in the end, and count Harbour Tea's referrals."""
    text, data = stage.text, stage.data
    kind = stage.radio("kind", ["tree", "market"])
    tree, market = talk.Referrals(**USUAL), talk.Market(innovation=0.02, imitation=0.4)
    if kind == "tree":
        talks = stage.slider("talks", 0.5, 10.0, 4.0, step=0.5)
        conversion = stage.slider("conversion", 1, 50, 20, unit="percent") / 100
        with stage.more():
            first = int(stage.slider("first", 10, 200, 100, step=10))
        tree = talk.Referrals(talks=talks, conversion=conversion, first=first)
        stage.figure("rate", text.number(tree.rate, 2))
        stage.figure("in_the_end", more.total(text, tree))
        stage.figure("referred", text.percent(tree.rate) if tree.rate < 1 else text.label("nearly_all"))
        stage.figure("dies_out", text.percent(tree.chain_dies_out()))
        stage.chart("by_generation", pictures.generations(stage, tree))
    else:
        innovation = stage.slider("innovation", 0.5, 10.0, 2.0, step=0.5, unit="percent") / 100
        imitation = stage.slider("imitation", 0, 80, 40, step=2, unit="percent") / 100
        with stage.more():
            people = int(stage.slider("people", 200, 2000, 1000, step=100))
        market = talk.Market(innovation=innovation, imitation=imitation, people=people)
        stage.figure(
            "peak",
            text.label("in_years", years=text.number(market.peak_year(), 1 if market.peak_year() else 0)),
        )
        stage.figure("half", text.label("in_years", years=text.number(market.half_year(), 1)))
        stage.figure("by_talk", text.percent(market.by_talk()))
        stage.chart("by_year", pictures.years(stage, market))
    stage.explain(**more.words(text, tree, market, kind, usual=talk.Referrals(**USUAL)))
    stage.by_hand(more.six_generations(text))
    if stage.locked:
        pictures.truth(stage, seen(data.key, data), truly(), *praise(data.key, data), mean_profit(data))
    stage.further("by_rate", partial(more.by_rate, text, tree))
    stage.further("families", partial(more.families, text, tree))
    stage.table(lambda: more.rows(text, tree, market, kind))
    stage.notebook(tree=tree, market=market)


@st.cache_resource(max_entries=2, show_spinner=False)
def seen(key: str, _data: Data) -> counting.Counted:
    """What the company's own table of referrals says after two years."""
    until = pd.Timestamp(_data.holdout_until) + pd.Timedelta(days=1)
    return lived.counted(
        customers=table(_data, "customers"), referrals=table(_data, "referrals"), until=until, weeks=104
    )


@st.cache_resource(max_entries=1, show_spinner=False)
def truly() -> counting.Counted:
    """What the same kind of customers truly bring over eight years."""
    return lived.truth()


@st.cache_data(max_entries=2, show_spinner=False)
def praise(key: str, _data: Data) -> tuple[float, float]:
    """Recommendations after the visits that pleased least and most."""
    return lived.praise_by_satisfaction(table(_data, "truth_encounters"))


def mean_profit(data: Data) -> float:
    """What a customer brought in the two years, money."""
    return float(data.truth["profit_cents"].mean()) / 100 if data.truth is not None else math.nan
