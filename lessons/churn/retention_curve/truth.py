"""The truth panel: how long subscribers really stay, who of the quiet is still a customer, or what came later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons import charts
from lessons.churn.retention_curve import lived, pictures
from lessons.churn.retention_curve import model as retention
from lessons.frame import Stage

DAYS_PER_MONTH = 30.4375


def of_the_box(
    stage: Stage,
    curve: pd.DataFrame,
    rate: float,
    month: int,
    many: lived.Subscribers,
    *,
    covered: int,
    margin: float,
) -> None:
    """The curve against the truth, and what a subscriber is worth by 1 / (1 − r)."""
    text, currency = stage.text, stage.data.currency
    last = 24
    figure = pictures.by_months(stage, last=last, title="months_axis", height=330)
    line = retention.one_rate_for_ever(rate, months=last)
    charts.curve(figure, x=list(range(last + 1)), y=line, sign="reference")
    above = bool(line[16] >= many.survival[16])
    charts.note(figure, x=16, y=line[16], label=text.label("rate_short"), sign="reference", above=above)
    charts.curve(figure, x=curve["month"].to_list(), y=curve["share"].to_list())
    known = min(5, int(curve["month"].max()))
    charts.point(
        figure, x=known, y=curve["share"].iloc[known], label=text.label("curve"), above=False, side="left"
    )
    charts.curve(figure, x=list(range(last + 1)), y=many.survival[: last + 1], sign="truth")
    charts.point(figure, x=20, y=many.survival[20], label=text.label("true"), sign="truth", above=not above)
    per_box = rate ** (28 / DAYS_PER_MONTH)
    boxes = retention.expected_periods(min(per_box, 1.0), periods=many.periods)
    gap = abs(boxes - many.boxes) * margin
    here, true = curve.iloc[month], float(many.survival[month])
    holds = here["low"] <= true <= here["high"]
    values = {
        "ahead": text.number(month),
        "here": text.percent(here["share"], 1),
        "true": text.percent(true, 1),
        "by_rate": text.percent(rate**month, 1),
        "low": text.percent(here["low"], 1),
        "high": text.percent(here["high"], 1),
        "holds": text.label("holds" if holds else "misses"),
        "boxes": text.number(boxes, 1),
        "true_boxes": text.number(many.boxes, 1),
        "margin": text.money(margin, currency),
        "gap": text.money(gap, currency),
        "spend": text.label("too_much" if boxes > many.boxes else "too_little"),
        "many": text.number(len(many.months)),
        "covered": text.number(covered),
        "analysts": text.number(lived.ANALYSTS),
        "sample": text.number(lived.SAMPLE),
    }
    of = text.label("of_analysts", covered=values["covered"], analysts=values["analysts"])
    stage.truth(
        figures={
            "curve_figure": values["here"],
            "true_figure": values["true"],
            "covered": of,
            "misspent": text.money(round(gap * 100, -2), currency),
        },
        heading="truth_heading",
        chart=figure,
        values={
            "story_true": text.label("true_box", **values),
            "story_more": text.label("more_box", **values),
        },
    )


def of_the_shop(stage: Stage, curve: pd.DataFrame, month: int, true: np.ndarray) -> None:
    """Who bought in the month against who was still a customer in it."""
    text = stage.text
    last = max(len(true) - 1, 1)
    figure = pictures.by_months(stage, last=last, title="months_axis", height=330)
    charts.curve(figure, x=curve["month"].to_list(), y=curve["share"].to_list())
    at = max(last // 2, 1)
    charts.point(figure, x=at, y=curve["share"].iloc[at], label=text.label("bought"), above=False)
    charts.curve(figure, x=list(range(len(true))), y=true, sign="truth")
    charts.point(figure, x=at, y=float(true[at]), label=text.label("true_customers"), sign="truth")
    here, there = float(curve["share"].iloc[month]), float(true[month])
    values = {
        "ahead": text.number(month),
        "here": text.percent(here),
        "true": text.percent(there),
        "quiet": text.percent(round(there, 2) - round(here, 2)),
    }
    stage.truth(
        figures={
            "bought_figure": values["here"],
            "true_figure": values["true"],
            "quiet": values["quiet"],
        },
        heading="truth_shop_heading",
        chart=figure,
        values={
            "story_true": text.label("true_shop", **values),
            "story_more": text.label("more_shop", **values),
        },
    )


def what_came(stage: Stage, curve: pd.DataFrame, rate: float, later: pd.DataFrame) -> None:
    """The curve carried on with the recent rate, against the months that were held back."""
    text = stage.text
    known, last = int(curve["month"].max()), max(int(later["month"].max()), 1)
    carried = curve["share"].iloc[-1] * retention.one_rate_for_ever(rate, months=last - known)
    figure = pictures.by_months(stage, last=last, title="months_axis", height=330)
    charts.curve(figure, x=later["month"].to_list(), y=later["share"].to_list(), sign="reference")
    charts.note(
        figure, x=last, y=later["share"].iloc[-1], label=text.label("came"), sign="reference", side="left"
    )
    charts.curve(figure, x=curve["month"].to_list(), y=curve["share"].to_list())
    if rate == rate and last > known:
        charts.curve(figure, x=list(range(known, last + 1)), y=np.minimum(carried, 1.0))
        charts.point(figure, x=known, y=curve["share"].iloc[-1], label=text.label("carried_on"), above=True)
    stage.truth(
        figures={
            "carried_figure": text.percent(carried[-1]),
            "came_figure": text.percent(later["share"].iloc[-1]),
        },
        heading="came_heading",
        chart=figure,
        values={
            "known": text.number(known),
            "last": text.number(last),
            "carried": text.percent(carried[-1]),
            "came": text.percent(later["share"].iloc[-1]),
        },
        section="truth_real",
    )
