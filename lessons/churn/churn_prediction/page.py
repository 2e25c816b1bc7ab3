"""The page of churn prediction: a chance of leaving, an offer, and the threshold at which it pays."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.churn.churn_prediction import case, features, fitting, more, notebook, pictures
from lessons.churn.churn_prediction import model as churn
from lessons.frame import Data, Stage, Text


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[churn, features, fitting], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask what an offer costs and brings, judge the later customers' chances, show the profit by threshold."""
    text, data = stage.text, stage.data
    cost = stage.slider("cost", 0.5, 20, 6, step=0.5, unit="money")
    save = stage.slider("save_rate", 1, 50, 10, unit="percent")
    leak = stage.toggle("leak")
    with stage.more():
        value = stage.slider("value", 20, 600, 200, step=10, unit="money")
        voucher = stage.slider("voucher", 0, 20, 0, unit="money")
        method: Any = stage.radio("method", ["logistic", "trees"])
        weeks = int(stage.slider("weeks", 8, 26, 26))
        gap = int(stage.slider("gap", 0, 8, 0))
    offer = churn.Offer(cost=cost, save_rate=save / 100, value=value, voucher=voucher)
    found = judged(data.key, weeks, gap, bool(leak), method, data)
    season = found.season
    seen = churn.by_threshold(season.left, found.tested, offer=offer)
    used = churn.by_threshold(season.left, found.used, offer=offer)
    guess = round(stage.guess)

    def money(amount: float) -> str:
        return text.money(amount, data.currency)

    promised, (written, earned) = (
        churn.at_threshold(season.left, chances, offer=offer) for chances in (found.tested, found.used)
    )
    area, in_use = (churn.auc(season.left, chances) for chances in (found.tested, found.used))
    if leak:
        stage.figure("auc_promised", text.number(area, 2))
        stage.figure("auc_used", text.number(in_use, 2))
        stage.figure("profit_promised", money(promised[1]))
        stage.figure("profit_used", money(earned))
    else:
        stage.figure("threshold", pictures.share(text, offer.threshold))
        stage.figure("written", text.number(written))
        stage.figure("profit", money(earned))
        stage.figure("auc", text.number(area, 2))
    stage.chart(
        "profit_by_threshold", pictures.by_threshold(stage, seen, used if leak else None, offer=offer)
    )
    values = {
        "threshold": pictures.share(text, offer.threshold),
        "at_threshold": money(earned),
        "at_guess": money(used["profit"][guess]),
        "at_half": money(used["profit"][50]),
        "everyone": money(used["profit"][0]),
        "written": text.number(written),
        "customers": text.number(len(season.left)),
        "day": text.date(season.later.features_until),
    }
    stage.explain(
        day=values["day"],
        pays=text.label(
            "pays" if written else "pays_nobody" if offer.threshold <= 1 else "pays_never", **values
        ),
        yours=text.label("yours_half" if guess == 50 else "yours", **values),
        with_voucher=text.label("with_voucher") if voucher else "",
        weeks=text.number(weeks),
        learned_day=text.date(season.earlier.label_from),
        pairs=text.percent(in_use),
    )
    stage.by_hand(more.six_customers(text, currency=data.currency))
    if stage.locked:
        pictures.truth(stage, found, offer=offer)
    for heading, draw in more.FURTHER.items():
        stage.further(heading, partial(draw, text, found))
    stage.table(lambda: listed(found, offer=offer))
    stage.workbook(lambda: more.workbook(text, used, offer=offer))
    stage.notebook(
        method=method,
        cost=cost,
        save_rate=save / 100,
        value=value,
        voucher=voucher,
        threshold=offer.threshold,
    )


def listed(found: case.Judged, *, offer: churn.Offer) -> pd.DataFrame:
    """Return the later customers, likeliest leavers first; `write` is 1 for those above the threshold."""
    rows = found.season.used.assign(chance=found.used, left=found.season.left)
    rows["write"] = (rows["chance"] >= offer.threshold).astype(int)
    return rows.sort_values("chance", ascending=False, kind="stable").rename_axis("customer_id").reset_index()


@st.cache_resource(max_entries=12, show_spinner=False)
def judged(key: str, weeks: int, gap: int, leak: bool, method: fitting.Method, _data: Data) -> case.Judged:
    """Cut, learn and judge once for these settings."""
    return case.judged(_data, weeks=weeks, gap_weeks=gap, leak=leak, method=method)
