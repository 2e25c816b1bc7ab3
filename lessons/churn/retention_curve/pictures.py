"""The topic's charts: the curve against one rate, the cohorts' triangle, and a company that grows."""

from __future__ import annotations

import pandas as pd

from lessons import charts
from lessons.churn.retention_curve import model as retention
from lessons.frame import Stage

SHARES = (0, 0.25, 0.5, 0.75, 1)
COLUMNS = (0, 1, 2, 3, 6, 9, 12, 15, 18, 21)


def verdict(one_rate: float, share: float) -> str:
    """Say by its label's key whether one rate for ever promises more than the curve, as both are printed."""
    if round(one_rate, 2) == round(share, 2):
        return "as_many"
    return "too_many" if one_rate > share else "too_few"


def by_months(stage: Stage, *, last: int, title: str, height: int = 350) -> charts.Figure:
    """A figure with months since joining across and shares up."""
    text = stage.text
    step = next(step for step in (1, 2, 3, 6, 12, 24, 60) if last / step <= 6)
    return charts.axes(
        charts.blank(height=height),
        x_title=text.label(title),
        x_ticks=[(month, text.number(month)) for month in range(0, last + 1, step)],
        y_ticks=[(share, text.percent(share) if share else "0") for share in SHARES],
        x_range=(-0.01 * last, last * 1.02),
    )


def curves(stage: Stage, curve: pd.DataFrame, rate: float, month: int) -> charts.Figure:
    """The share still here by months since joining, and what the recent rate would make of it."""
    text, last = stage.text, max(int(curve["month"].max()), 1)
    figure = by_months(stage, last=last, title="months_axis")
    shares = curve["share"].to_list()
    if rate == rate:
        line = retention.one_rate_for_ever(min(rate, 1.0), months=last)
        charts.curve(figure, x=list(range(last + 1)), y=line, sign="reference")
        at = max(round(last * 0.45), 1)
        above = bool(line[at] >= shares[at])
        label = text.label("one_rate", rate=text.percent(rate, 1))
        charts.note(
            figure,
            x=at,
            y=line[at],
            label=label,
            sign="reference",
            above=above,
            side="right" if above else "left",
        )
    charts.curve(figure, x=curve["month"].to_list(), y=shares)
    label = text.label("after", month=text.number(month), share=text.percent(shares[month]))
    beyond = month > 0.7 * last
    promised = retention.one_rate_for_ever(min(rate, 1.0), months=month)[-1] if rate == rate else 0
    # Under a curve near the ground there is no room for words.
    above = bool(promised < shares[month] or shares[month] < 0.2 < promised - 0.15)
    charts.point(
        figure, x=month, y=shares[month], label=label, above=above, side="left" if beyond else "middle"
    )
    if not above:
        # Low enough for a curve that falls on to the right.
        figure["layout"]["annotations"][-1]["yshift"] = -15
    guess = stage.guess / 100
    charts.you(figure, y=guess, label=stage.your_label)
    if stage.locked and 0.12 < guess < shares[min(round(0.45 * last), len(shares) - 1)] + 0.03:
        # Both lines run through the right end: the learner's word stands at the left, under them.
        left = {"x": 0, "xanchor": "left", "xshift": 2, "yanchor": "top", "yshift": -6}
        figure["layout"]["annotations"][-1] |= left
    return figure


def triangle(stage: Stage, known: pd.DataFrame) -> charts.Figure:
    """The cohort map: a row a cohort, a column a month since joining, per cent still here."""
    text = stage.text
    table = retention.grouped(known)
    last = int(table["month"].max())
    columns = [month for month in (COLUMNS if last > 9 else range(last + 1)) if month <= last]
    wide = table.pivot(index="cohort", columns="month", values="share").reindex(columns=columns).iloc[::-1]
    words = [[text.number(share * 100) if share == share else "" for share in row] for row in wide.to_numpy()]
    return charts.cells(
        charts.blank(height=max(90 + 40 * len(wide), 170)),
        values=wide.to_numpy().tolist(),
        words=words,
        x=[text.number(month) for month in columns],
        y=[f"{day:%Y-%m}" for day in wide.index],
        x_title=text.label("months_axis"),
        y_title=text.label("joined"),
    )


def growing(stage: Stage, grown: pd.DataFrame, *, growth: float) -> charts.Figure:
    """The company's rate, the newcomers' and the first cohort's, month by month."""
    text = stage.text
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("calendar_axis"),
        x_ticks=[(month, text.number(month)) for month in (1, 6, 12, 18, 24)],
        y_ticks=[(share, text.percent(share)) for share in (0.5, 0.6, 0.7, 0.8, 0.9, 1)],
        y_range=(0.48, 1.05),
    )
    months = grown["month"].to_list()
    for name, at, above in (("oldest", 16, True), ("youngest", 16, False)):
        charts.curve(figure, x=months, y=grown[name].to_list(), sign="reference")
        charts.note(
            figure, x=at, y=grown[name].iloc[at - 1], label=text.label(name), sign="reference", above=above
        )
    charts.curve(figure, x=months, y=grown["company"].to_list())
    if growth:
        charts.point(
            figure, x=12, y=grown["company"].iloc[11], label=text.label("growth_begins"), above=False
        )
    ends = text.label("ends", share=text.percent(grown["company"].iloc[-1], 1))
    charts.point(figure, x=months[-1], y=grown["company"].iloc[-1], label=ends, side="left")
    return figure
