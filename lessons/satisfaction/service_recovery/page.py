"""The page on service recovery: an answer, its price, and how far down the list of complainers it pays."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.frame.data import Data, table
from lessons.satisfaction.service_recovery import complaints, lived, more, notebook, pictures
from lessons.satisfaction.service_recovery import model as recovery

VIEWS = ("money", "feeling")


def page(text: frame.Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[recovery, complaints], notebook=notebook.cells)


def model(stage: frame.Stage) -> None:
    """Ask for the answer's worth and its price, walk down the list of complainers, show profit or satisfaction."""
    text, data = stage.text, stage.data
    view = stage.radio("view", VIEWS)
    good = stage.slider("good_answer", 0.2, 5, 1.8, step=0.1)
    cost = stage.slider("cost", 5, 100, 25, unit="money")
    with stage.more():
        one = recovery.Recovery(
            good_answer=good,
            failure=stage.slider("failure", 0, 4, 2.5, step=0.1),
            loss_weight=stage.slider("loss_weight", 0, 200, 100, step=10, unit="percent") / 100,
            earlier_failures=int(stage.slider("earlier_failures", 0, 2, 0)),
            leave=stage.slider("leave", 1, 30, 8, unit="percent") / 100,
            departure=stage.slider("departure", 0, 2, 0.8, step=0.1),
        )
    lines = on_the_desk(data.key, data)
    answers = float(lines["complaints"].mean())
    gain = recovery.gains(
        one,
        margin_per_order=lines["margin_per_order"].to_numpy(),
        orders_ahead=lines["orders_ahead"].to_numpy(),
        cost=cost,
        answers=answers,
    )
    promised = recovery.by_share(rank=lines["value"].to_numpy(), gain=gain)
    kept = float(one.orders_kept(orders=pd.Series([10.0]).to_numpy())[0])

    stage.figure("answered", text.percent(promised.best_share))
    stage.figure("promised", text.money(promised.profit[promised.best], data.currency))
    stage.figure("kept", text.number(kept, 2))
    stage.figure("paradox_to", text.number(one.paradox_limit, 1))
    if view == "money":
        stage.chart("by_share", pictures.by_share(stage, promised))
    else:
        stage.chart("by_failure", pictures.by_failure(stage, one))
    stage.explain(
        best=text.percent(promised.best_share),
        at_best=text.money(promised.profit[promised.best], data.currency),
        at_guess=text.money(promised.at(stage.guess / 100), data.currency),
        everyone=text.money(promised.profit[-1], data.currency),
        kept=text.number(kept, 2),
        cost=text.money(cost, data.currency),
        answers=text.number(answers, 2),
        needed=text.money(cost / kept, data.currency) if kept > 0.005 else text.label("nobody"),
        limit=text.number(one.paradox_limit, 1),
        complainers=text.number(len(lines)),
    )
    stage.by_hand(more.six_in_words(text, currency=data.currency))
    lives = both_lives(data.key, data)
    pictures.held_against(stage, lines, lives, promised, compared(data.key, data), cost=cost)
    stage.further("plain", lambda: more.plain(stage, compared(data.key, data), lives, lines))
    stage.further("groups", lambda: more.groups(stage, lives, lines, cost=cost))
    stage.table(lambda: more.listed(lines, gain, answered=promised.best))
    stage.workbook(lambda: more.workbook(text, lines, one, cost=cost, answers=answers))
    stage.notebook(recovery=one, cost=cost, answers=answers)


def margin_share(data: Data) -> float:
    """What an order leaves, as the company's own books say."""
    return 1 - data.scenario.costs.goods_share


def ends(data: Data) -> pd.Timestamp:
    """The end of the records."""
    return pd.Timestamp(data.world.until)


@st.cache_resource(max_entries=2, show_spinner=False)
def on_the_desk(key: str, _data: Data) -> pd.DataFrame:
    """The complainers as the company saw them, the most valuable first."""
    lines = complaints.desk(
        orders=_data.orders,
        interactions=table(_data, "interactions"),
        until=ends(_data),
        margin_share=margin_share(_data),
    )
    return lines.sort_values("value", ascending=False, kind="stable")


@st.cache_resource(max_entries=2, show_spinner=False)
def compared(key: str, _data: Data) -> complaints.Comparison:
    """What plain comparisons say of an answer."""
    return complaints.compare(
        orders=_data.orders,
        lines=on_the_desk(key, _data),
        until=ends(_data),
        margin_share=margin_share(_data),
        answer_cost=_data.scenario.costs.answer_cents / 100,
    )


@st.cache_resource(max_entries=2, show_spinner=False)
def both_lives(key: str, _data: Any) -> lived.TwoLives:
    """The same customers with no complaint answered well, and with all of them."""
    world = _data.world
    # As many roots as the company was made of: those whom nobody referred.
    roots = world.customers.num_rows - world.tables["referrals"].num_rows
    return lived.two_lives(world.scenario, customers=roots, seed=world.seed)
