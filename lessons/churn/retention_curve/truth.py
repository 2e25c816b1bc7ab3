"""The truth panel: how long subscribers really stay, who of the quiet is still a customer, or what came later."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons import charts
from lessons.churn.retention_curve import lived, pictures
from lessons.churn.retention_curve import model as retention
from lessons.frame import Stage

DAYS_PER_MONTH, DAYS_PER_BOX = 30.4375, 28
LAST = 24


def _held_against(
    stage: Stage,
    curve: pd.DataFrame,
    true: np.ndarray,
    *,
    names: tuple[str, str],
    at: tuple[int, int],
    above: bool,
) -> charts.Figure:
    """The curve, solid, and the truth, dashed; `names` are their labels' keys, `at` the months they stand at.

    The curve's word stands below it, the truth's `above` or below its own line.
    """
    text, month = stage.text, min(at[0], int(curve["month"].max()))
    figure = pictures.by_months(stage, last=len(true) - 1, title="months_axis", height=330)
    charts.curve(figure, x=curve["month"].to_list(), y=curve["share"].to_list())
    charts.point(
        figure,
        x=month,
        y=curve["share"].iloc[month],
        label=text.label(names[0]),
        above=False,
        side="middle" if above else "left",
    )
    charts.curve(figure, x=list(range(len(true))), y=true, sign="truth")
    charts.point(figure, x=at[1], y=float(true[at[1]]), label=text.label(names[1]), sign="truth", above=above)
    return figure


def of_the_box(
    stage: Stage,
    curve: pd.DataFrame,
    rate: float,
    month: int,
    many: lived.Subscribers,
    *,
    said: lived.Judged,
    joined: int,
    margin: float,
) -> None:
    """The curve and one rate against the truth, what chance did, and what a subscriber is worth by 1 / (1 − r)."""
    text, currency = stage.text, stage.data.currency
    line = retention.one_rate_for_ever(rate, months=LAST)
    above = bool(line[16] >= many.survival[16])
    true_line = many.survival[: LAST + 1]
    figure = _held_against(stage, curve, true_line, names=("curve", "true"), at=(5, 20), above=not above)
    charts.curve(figure, x=list(range(LAST + 1)), y=line, sign="reference")
    charts.note(figure, x=16, y=line[16], label=text.label("rate_short"), sign="reference", above=above)
    per_box = rate ** (DAYS_PER_BOX / DAYS_PER_MONTH)
    boxes = retention.expected_periods(min(per_box, 1.0), periods=many.periods)
    here, true, by_rate = curve.iloc[month], float(many.survival[month]), float(rate**month)
    # Differences of what is printed: a reader takes the one from the other.
    gap = abs(round(boxes, 1) - round(many.boxes, 1)) * margin
    drawn = "faithful" if here["share"] > said.high else "restless" if here["share"] < said.low else "usual"
    values = {
        "ahead": text.number(month),
        "here": text.percent(here["share"], 1),
        "true": text.percent(true, 1),
        "by_rate": text.percent(by_rate, 1),
        "off": text.number(100 * abs(round(here["share"], 3) - round(true, 3)), 1),
        "off_rate": text.number(100 * abs(round(by_rate, 3) - round(true, 3)), 1),
        "low": text.percent(here["low"], 1),
        "high": text.percent(here["high"], 1),
        "least": text.percent(said.low, 1),
        "most": text.percent(said.high, 1),
        "drawn": text.label(drawn),
        "holds": text.label("holds" if here["low"] <= true <= here["high"] else "misses"),
        "boxes": text.number(boxes, 1),
        "true_boxes": text.number(many.boxes, 1),
        "margin": text.money(margin, currency),
        "gap": text.money(gap, currency),
        "spend": text.label("too_much" if boxes > many.boxes else "too_little"),
        "many": text.number(len(many.months)),
        "covered": text.number(said.covered),
        "analysts": text.number(lived.ANALYSTS),
        "sample": text.number(joined),
    }
    _show(
        stage,
        {
            "curve_figure": values["here"],
            "true_figure": values["true"],
            "covered": text.label("of_analysts", covered=values["covered"], analysts=values["analysts"]),
            "misspent": values["gap"],
        },
        figure,
        values,
        line="box",
    )


def of_the_shop(stage: Stage, curve: pd.DataFrame, month: int, true: np.ndarray) -> None:
    """Who bought in the month against who was still a customer in it."""
    text, at = stage.text, max((len(true) - 1) // 2, 1)
    figure = _held_against(stage, curve, true, names=("bought", "true_customers"), at=(at, at), above=True)
    here, there = float(curve["share"].iloc[month]), float(true[month])
    values = {
        "ahead": text.number(month),
        "here": text.percent(here),
        "true": text.percent(there),
        "quiet": text.percent(round(there, 2) - round(here, 2)),
    }
    figures = {"bought_figure": values["here"], "true_figure": values["true"], "quiet": values["quiet"]}
    _show(stage, figures, figure, values, line="shop")


def _show(
    stage: Stage, figures: dict[str, str], chart: charts.Figure, values: dict[str, str], *, line: str
) -> None:
    stage.truth(
        figures=figures,
        heading=f"truth_{line}_heading",
        chart=chart,
        values={
            "story_true": stage.text.label(f"true_{line}", **values),
            "story_more": stage.text.label(f"more_{line}", **values),
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
