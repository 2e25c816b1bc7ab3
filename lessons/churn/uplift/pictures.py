"""The pictures of uplift: profit by the share contacted, as seen and in truth."""

from __future__ import annotations

import numpy as np

from lessons import charts
from lessons.churn.uplift.model import Gains
from lessons.frame import Stage


def profit_axes(stage: Stage, curves: list[Gains], *, height: int = 350) -> charts.Figure:
    """Axes that hold these curves: share contacted across, profit per 1,000 customers upwards."""
    text, currency = stage.text, stage.data.currency
    top = charts.limit(max(500.0, *(float(one.profit.max()) for one in curves)))
    low = min(float(one.profit.min()) for one in curves)
    step = charts.limit(max(top, -low)) / 2
    floor = -np.ceil(max(-low, 0) / step * 2) * step / 2
    marks = [place * step for place in range(int(np.ceil(floor / step)), int(top / step + 1e-9) + 1)]
    return charts.axes(
        charts.blank(height=height),
        x_title=text.label("share_axis"),
        x_ticks=[(0, "0"), *((share, text.percent(share / 100)) for share in (25, 50, 75, 100))],
        y_ticks=[(mark, text.short_money(mark, currency)) for mark in marks],
        y_range=(min(floor, low - 0.14 * (top - low), -0.08 * top), top + 0.16 * (top - floor)),
    )


def line(figure: charts.Figure, gains: Gains, sign: charts.Sign = "model") -> None:
    """Draw one curve at a hundred depths."""
    charts.curve(figure, x=100 * gains.share[::2], y=gains.profit[::2], sign=sign)


def profit_by_share(stage: Stage, seen: Gains) -> charts.Figure:
    """The list's profit against contacting as many by lot, with the learner's share."""
    text = stage.text
    figure = profit_axes(stage, [seen])
    charts.curve(figure, x=[0, 100], y=[0, float(seen.profit[-1])], sign="reference")
    low = float(seen.profit[-1])
    label = text.label("by_lot")
    charts.note(figure, x=80, y=0.8 * low, label=label, sign="reference", above=low > 0)
    line(figure, seen)
    best = seen.best
    label = text.label("best", share=text.percent(seen.share[best]))
    place = 100 * float(seen.share[best])
    side = "right" if place < 15 else "left" if place > 85 else "middle"
    charts.point(figure, x=place, y=float(seen.profit[best]), label=label, side=side)
    return charts.you(figure, x=stage.guess, label=stage.your_label)
