"""The page of RFM analysis: a list, a letter, and the depth at which it stops paying."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.customer_value.rfm import model as rfm
from lessons.customer_value.rfm import more, notebook
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
    scheme = stage.radio("scheme", ["quintiles", "fixed", "custom"])
    with stage.more():
        weeks = stage.slider("weeks", 1, 12, 4)
        budget = stage.slider("budget", 5, WHOLE_LIST, WHOLE_LIST, step=5, unit="percent")
        parts = {
            name: stage.slider(f"weight_{name}", 0, 5, 1) for name in ("recency", "frequency", "monetary")
        }
    weights = rfm.Weights(**parts) if any(parts.values()) else rfm.Weights()
    today = data.calibration_until
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
    figure = profit_by_depth(stage, [("model", last)], margin)
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
    held_against(stage, before, now, last, prices)
    now["write"] = np.where(now["rank"].rank(ascending=False, method="first") <= letters, "1", "0").astype(
        int
    )
    stage.table(now.drop(columns=["answered", "true"]).sort_values("rank", ascending=False).reset_index())
    stage.further("map", lambda: more.cell_map(text, before, prices, key="map"))
    stage.further("cells", lambda: more.cell_table(text, before, prices, data.currency))
    stage.workbook(lambda: more.workbook(text, before, prices))
    stage.notebook(scheme=scheme, weights=parts, weeks=weeks, **prices)


@st.cache_data(max_entries=48, show_spinner=False)
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


def profit_by_depth(stage: frame.Stage, curves: list[tuple[charts.Sign, rfm.Mailing]], margin: float):
    """Draw profit against the share of the list written to, at a hundred depths."""
    text, currency = stage.text, stage.data.currency
    figure = charts.blank()
    high = charts.limit(max(max(mailing.profit.max() for _, mailing in curves), margin))
    low = min(mailing.profit.min() for _, mailing in curves)
    floor = -np.ceil(max(-low, 0) / high * 4 - 0.2) * high / 4
    marks = [mark * high / 2 for mark in range(int(np.ceil(floor / high * 2)), 3)]
    charts.axes(
        figure,
        x_title=text.label("share_written"),
        x_ticks=[(0, "0"), *((share, text.percent(share / 100)) for share in (25, 50, 75, 100))],
        y_ticks=[(mark, text.short_money(mark, currency)) for mark in marks],
        y_range=(min(floor, -high * 0.06), high * 1.12),
    )
    for sign, mailing in curves:
        depth = np.unique(np.linspace(0, len(mailing.share) - 1, 101).astype(int))
        charts.curve(figure, x=mailing.share[depth] * 100, y=mailing.profit[depth], sign=sign)
    return figure


def held_against(
    stage: frame.Stage, before: pd.DataFrame, now: pd.DataFrame, last: rfm.Mailing, prices: dict[str, float]
) -> None:
    """Hold the list against what was true: the world's own chances, or the answers that came."""
    text, data = stage.text, stage.data
    known = data.truth is not None
    chance = (now["true"] if known else now["answered"]).to_numpy(float)
    ours = rfm.mailing(rank=now["rank"].to_numpy(), chance=chance, **prices)
    cut = min(round(last.best / max(len(before), 1) * len(now)), len(now))
    earned = ours.profit[cut]
    figures = {"forecast": text.money(last.profit[last.best] / max(len(before), 1) * len(now), data.currency)}
    if not known:
        figures["came_true"] = text.money(earned, data.currency)
        figure = profit_by_depth(stage, [("model", last), ("reference", ours)], prices["margin_per_order"])
        charts.note(
            figure,
            x=ours.share[cut] * 100,
            y=earned,
            label=text.label("came_true"),
            sign="reference",
            above=False,
        )
        values = {key: words for key, words in zip(("forecast", "earned"), figures.values(), strict=True)}
        stage.truth(
            figures=figures, heading="next_mailing", chart=figure, values=values, section="truth_real"
        )
        return
    truly = rfm.mailing(rank=chance, chance=chance, **prices)
    lost = truly.profit.max() - earned
    figure = profit_by_depth(stage, [("truth", truly), ("model", ours)], prices["margin_per_order"])
    charts.point(
        figure,
        x=truly.share[truly.best] * 100,
        y=truly.profit.max(),
        label=text.shared("signs.truth"),
        sign="truth",
    )
    charts.point(figure, x=ours.share[cut] * 100, y=earned, label=text.shared("signs.model"), above=False)
    figures |= {
        "earned": text.money(earned, data.currency),
        "truly_best": text.money(truly.profit.max(), data.currency),
        "lost": text.money(lost, data.currency),
    }
    inside = rfm.coverage(
        before[["R", "F", "M"]], answered=before["answered"].to_numpy(), true_chance=before["true"].to_numpy()
    )
    values = {
        "lost": text.money(lost, data.currency),
        "rate_seen": text.percent(before["answered"].mean(), 1),
        "rate_true": text.percent(before["true"].mean(), 1),
        "coverage": text.percent(inside),
    }
    stage.truth(figures=figures, heading="next_mailing", chart=figure, values=values)
