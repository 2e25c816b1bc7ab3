"""The page on retention curves: the cohorts' triangle, its curve, and what one rate makes of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.churn.retention_curve import lived, more, notebook, pictures, truth
from lessons.churn.retention_curve import model as retention
from lessons.frame import Stage, Text
from lessons.frame.data import monthly_cohorts

# Regular customers of Fader and Hardie (2007): in the third view customers who differ a good deal.
DIFFERING = {"alpha": 0.704, "beta": 1.182}
LATEST = 3
many = st.cache_resource(max_entries=1, show_spinner=False)(
    lambda key, _scenario: lived.subscribers(_scenario)
)
judged = st.cache_data(max_entries=64, show_spinner=False)(
    lambda key, today, month, sample, _many: lived.judge(_many, today=today, month=month, sample=sample)
)


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[retention], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask what to look at, read the curve off the cohorts, hold one rate against it."""
    text, data = stage.text, stage.data
    business = stage.radio("line", ["box", "shop"]) if data.kind == "company" else None
    months_seen = int(stage.slider("seen", 6, 22, 22)) if data.kind == "company" else None
    view = stage.radio("view", ["curves", "map", "mix"])
    with stage.more():
        ahead = int(stage.slider("ahead", 2, 18, 12))
        growth = stage.slider("growth", 0, 50, 20, unit="percent") / 100
        margin = stage.slider("margin", 5, 100, 45, unit="money") if business == "box" else 0
    table = monthly_cohorts(data, day=last_day(data.holdout_until, data.orders), business=business)
    today = months_seen or known_months(data.calibration_until, table)
    known = retention.known_after(table, months=today)
    by_month = retention.rates(known)
    curve = retention.curve(by_month)
    rate, base = retention.company_rate(known, latest=LATEST)
    month = min(ahead, int(curve["month"].max()))
    here = curve.iloc[month]
    one_rate = retention.one_rate_for_ever(rate, months=month)[-1]
    below_one = 0 <= rate < 1
    open_line, line = ("", "box") if business == "box" else ("_open", "open")
    promised = text.number(retention.expected_periods(rate), 1) if below_one else text.label("no_end")
    if by_month.empty:
        stage.notice("too_short")
    elif month < ahead:
        stage.notice("not_so_far", month=text.number(month), ahead=text.number(ahead))

    stage.figure("recent", text.percent(rate, 1))
    stage.figure("by_rate", text.percent(one_rate))
    stage.figure("here", text.percent(here["share"]))
    stage.figure("promised", promised)
    if view == "map":
        stage.chart(f"map_heading{open_line}", pictures.triangle(stage, known))
    elif view == "mix":
        grown = retention.growing_company(
            months=25, growth=growth, growing_from=12, improvement=0.01, **DIFFERING
        )
        stage.chart("mix_heading", pictures.growing(stage, grown, growth=growth))
    else:
        stage.chart(f"curves_heading{open_line}", pictures.curves(stage, curve, rate, month))
    stage.by_hand(more.by_hand(text))
    words = {
        "recent": text.percent(rate, 1),
        "by_rate": text.percent(one_rate),
        "here": text.percent(here["share"]),
        "low": text.percent(here["low"]),
        "high": text.percent(here["high"]),
        "ahead": text.number(month),
        "verdict": text.label(pictures.verdict(one_rate, float(here["share"]))),
        "base": text.number(base),
        "ever": text.percent(more.of_all_ever(known)),
        "promised": promised,
    }
    stage.explain(**{part: text.label(f"{part}_{line}", **words) for part in ("said", "story", "figures")})
    if business == "box":
        lives = many(data.key, data.scenario)
        joined = int(known.loc[known["month"] == 0, "size"].sum())
        said = judged(data.key, today, month, joined, _many=lives)
        truth.of_the_box(stage, curve, rate, month, lives, said=said, joined=joined, margin=margin)
    elif business == "shop":
        true = still_there(data.key, today, _data=data)
        truth.of_the_shop(stage, curve, month, true)
    else:
        truth.what_came(stage, curve, rate, retention.curve(retention.rates(table)))
    stage.table(lambda: known.reset_index(drop=True))
    stage.notebook(latest=LATEST, month=month)


def last_day(day: date, orders: pd.DataFrame) -> date:
    """The end of the last full month up to `day`, or `day` itself where the orders are younger than that."""
    full = retention.last_full_month(day)
    return full if orders["ordered_at"].min() < pd.Timestamp(full.replace(day=1)) else day


def known_months(day: date, table: pd.DataFrame) -> int:
    """Full months from the oldest cohort's own up to `day`; at least one, so that there is a rate."""
    first, full = table["cohort"].min(), retention.last_full_month(day)
    return max((full.year - first.year) * 12 + full.month - first.month, 1)


@st.cache_data(max_entries=24, show_spinner=False)
def still_there(key: str, today: int, *, _data: Any) -> Any:
    """The true share of shop customers who are still customers, by months since joining, as far as one could know."""
    shop = _data.orders[_data.orders["business"] == "shop"]
    first = shop.groupby("customer_id")["ordered_at"].min()
    until = retention.last_full_month(_data.holdout_until)
    return lived.still_customers(_data.truth, first, months=today, until=until)
