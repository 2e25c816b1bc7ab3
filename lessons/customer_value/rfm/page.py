"""The page of RFM analysis: a list, a letter, and the depth at which it stops paying."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.customer_value.rfm import model as rfm
from lessons.customer_value.rfm import more, notebook, pictures
from lessons.frame.data import Data, purchases, true_chance_of_order
from lessons.frame.data import rfm as customers_at

WHOLE_LIST = 100


def page(text: frame.Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[rfm], notebook=notebook.cells)


def model(stage: frame.Stage) -> None:
    """Ask for the letter's cost and margin, mail down the list, show the profit by depth."""
    text, data = stage.text, stage.data
    cost = stage.slider("cost", 0.5, 15, 6, step=0.5, unit="money")
    margin = stage.slider("margin", 5, 80, 30, step=1, unit="money")
    scheme: Any = stage.radio("scheme", ["quintiles", "fixed", "custom"])
    with stage.more():
        weeks = int(stage.slider("weeks", 1, 12, 4))
        budget = stage.slider("budget", 5, WHOLE_LIST, WHOLE_LIST, step=5, unit="percent")
        parts = {
            name: stage.slider(f"weight_{name}", 0, 5, 1) for name in ("recency", "frequency", "monetary")
        }
    weights = rfm.Weights(**parts) if any(parts.values()) else rfm.Weights()
    today = data.calibration_until
    if cost >= margin:
        money = {"cost": text.money(cost, data.currency, 2), "margin": text.money(margin, data.currency, 2)}
        stage.notice("too_dear", **money)
    before = scored(data.key, today - timedelta(weeks=weeks), weeks, scheme, weights, data)
    now = scored(data.key, today, weeks, scheme, weights, data)
    prices = {"cost_per_letter": cost, "margin_per_order": margin}
    last = rfm.mailing(rank=before["rank"].to_numpy(), chance=before["answered"].to_numpy(), **prices)
    letters = last.affordable(budget=budget / 100 * cost * len(before))
    best = last.best / max(len(before), 1)

    stage.figure("letters", text.number(letters))
    stage.figure("orders", text.number(last.orders[letters]))
    stage.figure("profit", text.money(last.profit[letters], data.currency))
    stage.figure("break_even", text.percent(rfm.break_even_rate(**prices), 1))
    figure = pictures.profit_by_depth(stage, [("model", last)], margin)
    charts.point(
        figure,
        x=best * 100,
        y=last.profit[last.best],
        label=text.label("best_depth", share=text.percent(best)),
    )
    if budget < WHOLE_LIST and letters < last.best:
        spent = letters / len(before)
        charts.point(
            figure,
            x=spent * 100,
            y=last.profit[letters],
            label=text.label("budget_ends"),
            sign="reference",
            above=False,
        )
    charts.you(figure, x=stage.guess, label=stage.your_label)
    stage.chart("profit_by_depth", figure)

    guessed = last.profit[round(stage.guess / 100 * len(before))]
    stage.explain(
        best=text.percent(best),
        at_best=text.money(last.profit[last.best], data.currency),
        at_guess=text.money(guessed, data.currency),
        break_even=text.percent(rfm.break_even_rate(**prices), 1),
        everyone=text.money(last.profit[-1], data.currency),
        weeks=text.number(weeks),
    )
    stage.by_hand(more.six_customers(text, currency=data.currency))
    pictures.held_against(stage, before, now, last, prices)
    stage.table(lambda: written_to(now, letters=letters))
    stage.further("map", lambda: more.cell_map(text, before, prices, key="map"))
    stage.further("cells", lambda: more.cell_table(text, before, prices, data.currency))
    stage.workbook(lambda: more.workbook(text, before, prices))
    stage.notebook(scheme=scheme, weights=parts, weeks=weeks, **prices)


def written_to(now: pd.DataFrame, *, letters: int) -> pd.DataFrame:
    """Return today's customers from the top of the list; `write` is 1 for those who get a letter."""
    first = now["rank"].rank(ascending=False, method="first") <= letters
    listed = now.drop(columns=["answered", "true"]).assign(write=first.astype(int))
    return listed.sort_values("rank", ascending=False, kind="stable").reset_index()


@st.cache_resource(max_entries=48, show_spinner=False)
def scored(
    key: str, day: date, weeks: int, scheme: rfm.Scheme, weights: rfm.Weights, _data: Data
) -> pd.DataFrame:
    """Return the customers known at `day` with their scores, rank, whether they ordered in the weeks after, and the
    true chance that they would (NaN where no truth is known)."""
    customers = customers_at(_data, day=day).fillna({"monetary": 0.0})
    marks = rfm.scores(customers, scheme=scheme)
    after = purchases(_data, since=day, until=day + timedelta(weeks=weeks))["purchases"].reindex(
        customers.index
    )
    chance = (
        true_chance_of_order(_data, day=day, weeks=weeks)
        if _data.truth is not None
        else pd.Series(dtype=float)
    )
    return customers.join(marks).assign(
        rank=rfm.ranking(marks, scheme=scheme, weights=weights),
        answered=(after.fillna(0) > 0).astype(int),
        true=chance.reindex(customers.index),
    )
