"""The page on uplift: one campaign by lot, a list to call from the top, and the profit by how far down one goes."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lessons import frame
from lessons.churn.uplift import lived, more, notebook, pictures, truth
from lessons.churn.uplift import model as uplift
from lessons.frame import Stage, Text

PENALTY = 1000.0


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[uplift], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for the order of the list, a contact's cost and whose campaign; show the profit by share contacted."""
    text, data = stage.text, stage.data
    method = stage.radio("method", list(uplift.METHODS))
    cost = stage.slider("cost", 0.5, 20, 5, step=0.5, unit="money")
    kinds = stage.radio("kinds", ["linked", "hidden"])
    with stage.more():
        weeks = int(stage.slider("weeks", 4, 26, 12))
    campaign = made(data.key, kinds, _world=data.world)
    outcome = campaign.outcome(weeks)
    score = ranked(data.key, kinds, method, weeks, _campaign=campaign)
    seen = uplift.seen_gains(score=score, contacted=campaign.contacted, outcome=outcome, cost=cost)
    effect, error = uplift.average_effect(outcome=outcome, contacted=campaign.contacted)
    at_guess = float(np.interp(stage.guess / 100, seen.share, seen.profit))
    stage.figure("best_share", text.percent(seen.share[seen.best]))
    stage.figure("at_best", text.money(seen.profit[seen.best], data.currency))
    stage.figure("qini", text.money(seen.qini, data.currency))
    stage.figure("effect", text.money(effect, data.currency, 2))
    stage.chart("profit_by_share", pictures.profit_by_share(stage, seen))
    stage.by_hand(more.six_in_words(text, currency=data.currency))
    stage.explain(
        peak=text.label(
            "peak_at" if seen.best else "peak_none",
            method=text.label(method),
            best=text.percent(seen.share[seen.best]),
            at_best=text.money(seen.profit[seen.best], data.currency),
        ),
        at_guess=text.money(at_guess, data.currency),
        everyone=text.money(seen.profit[-1], data.currency),
        effect=text.money(effect, data.currency, 2),
        error=text.money(error, data.currency, 2),
        cost=text.money(cost, data.currency, 2),
        weeks=text.number(weeks),
    )
    everything = partial(compared, data.key, kinds, weeks, cost, _campaign=campaign)
    stage.further("deciles", partial(more.deciles, stage, campaign, score, weeks))
    stage.further("qini_bars", lambda: more.qini_bars(stage, everything()))
    stage.further("four_kinds", partial(more.four_kinds, stage, campaign, weeks))
    truth.draw(
        stage,
        campaign,
        score=score,
        risk=ranked(data.key, kinds, "risk", weeks, _campaign=campaign),
        seen=seen,
        weeks=weeks,
        cost=cost,
        method=method,
        linked=kinds == "linked",
    )
    stage.table(lambda: rows(campaign, outcome, score))
    stage.notebook(method=method, cost=cost, penalty=PENALTY)


def rows(campaign: lived.Campaign, outcome: Any, score: Any) -> pd.DataFrame:
    """What the company sees: one row a customer, in the order of the lot's list, with the score."""
    frame = campaign.features.assign(contacted=campaign.contacted, margin=np.round(outcome, 2), score=score)
    return frame.round({"score": 4}).reset_index()


@st.cache_resource(max_entries=2, show_spinner=False)
def made(key: str, kinds: str, *, _world: Any) -> lived.Campaign:
    """The campaign, with both lives of everybody."""
    return lived.linked() if kinds == "linked" else lived.hidden(world=_world)


@st.cache_data(max_entries=64, show_spinner=False)
def ranked(key: str, kinds: str, method: str, weeks: int, *, _campaign: lived.Campaign) -> Any:
    """Every customer's score by one method."""
    return uplift.scores(
        features=_campaign.features,
        contacted=_campaign.contacted,
        outcome=_campaign.outcome(weeks),
        method=method,
        penalty=PENALTY,
    )


@st.cache_data(max_entries=32, show_spinner=False)
def compared(key: str, kinds: str, weeks: int, cost: float, *, _campaign: lived.Campaign) -> pd.DataFrame:
    """Each method's Qini, as the campaign shows it and in truth."""
    lists = {name: ranked(key, kinds, name, weeks, _campaign=_campaign) for name in uplift.METHODS}
    return uplift.qinis(
        lists,
        contacted=_campaign.contacted,
        outcome=_campaign.outcome(weeks),
        effect=_campaign.effect(weeks),
    )
