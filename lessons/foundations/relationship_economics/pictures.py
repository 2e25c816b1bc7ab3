"""What do the charts show?  A claim beside its model as one condition moves, and the claim beside Harbour Tea."""

from __future__ import annotations

import math

import numpy as np

from lessons import charts
from lessons.foundations.relationship_economics import more
from lessons.foundations.relationship_economics.conditions import Condition
from lessons.foundations.relationship_economics.model import CLAIMED, Test
from lessons.foundations.relationship_economics.truth import Held
from lessons.frame import Stage

# Shares of a whole: their axis ends at 100%.
WHOLE = ("pareto", "seventy")


def tested(stage: Stage, found: Test, along: Condition) -> charts.Figure:
    """Draw the model's curve along the first condition, the claimed number, and the setting."""
    text, claim = stage.text, found.claim
    low, high = CLAIMED[claim]
    tallest = found.outcome if math.isfinite(found.outcome) else 0.0
    top = charts.limit(1.1 * max(high, tallest, stage.guess / 100 if claim == "five_points" else 0))
    top = 1.0 if claim in WHOLE else top
    left, right = float(found.x[0]), float(found.x[-1])
    middle = along.inside(round((along.low + along.high) / 2))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label(along.name),
        x_ticks=[(at, more.condition(text, along, at)) for at in (left, middle, right)],
        y_ticks=[(at, more.amount(text, claim, at) if at else "0") for at in (0, top / 2, top)],
        x_range=(left - 0.02 * (right - left), right + 0.02 * (right - left)),
        y_range=(-0.06 * top, 1.12 * top),
    )
    for level in sorted({low, high}):
        charts.curve(figure, x=[left, right], y=[level, level], sign="reference")
    words = text.label("claimed_is", claimed=more.claimed(text, claim))
    rising = found.y[np.isfinite(found.y)]
    # The claim's words stand where the curve is not: a rising curve leaves the left free.
    up = len(rising) < 2 or rising[-1] >= rising[0]
    side = "right" if up else "left"
    charts.note(figure, x=left if up else right, y=high, label=words, sign="reference", side=side)
    figure["layout"]["annotations"][-1]["yshift"] = 2
    shown = np.isfinite(found.y) & (found.y <= 1.12 * top)
    charts.curve(figure, x=found.x[shown].tolist(), y=found.y[shown].tolist())
    if math.isfinite(found.outcome):
        label = text.label("model_is", outcome=more.amount(text, claim, found.outcome))
        near = (found.at - left) / (right - left)
        # Where neither the curve nor a claimed line runs: left of a rising curve, or under it.
        gaps = [(level - found.outcome) / top for level in (low, high)]
        free_above = found.outcome < 0.85 * top and not any(0 <= gap < 0.2 for gap in gaps)
        free_below = found.outcome > 0.15 * top and not any(-0.2 < gap < 0 for gap in gaps)
        above = free_above and (not up or near >= 0.5 or not free_below)
        beside = "left" if up == above else "right"
        if not 0.08 < near < 0.85:
            beside = "right" if near < 0.5 else "left"
        charts.point(
            figure,
            x=found.at,
            y=found.outcome,
            label=label,
            above=above,
            side=beside,
        )
    return (
        charts.you(figure, y=stage.guess / 100, label=stage.your_label) if claim == "five_points" else figure
    )


def truth_panel(stage: Stage, claim: str, held: Held) -> None:
    """Fill the truth panel: the claim, what the company counts, what is true."""
    text = stage.text
    values = more.held_words(stage, claim, held)
    figures = {
        "claimed": values["claimed"],
        "counted_figure": values["counted"],
        "true_figure": values["true"],
    }
    money = [name for name in held.more if name.endswith("_money")]
    if money:
        figures[money[-1]] = values[money[-1]]
    stage.truth(
        figures=figures,
        heading="truth_heading",
        chart=_rows(stage, claim, held),
        values={
            "story": text.label(f"true_{claim}", **values),
            "lesson": text.label(f"lesson_{claim}", **values),
            "covered": text.label(
                "unknown"
                if math.isnan(held.counted)
                else "holds_it"
                if held.low <= held.true <= held.high
                else "misses_it"
            ),
            "counted": values["counted"],
        },
    )


def _rows(stage: Stage, claim: str, held: Held) -> charts.Figure:
    text, (low, high) = stage.text, CLAIMED[claim]
    top = charts.limit(1.15 * max(high, held.true, held.high if math.isfinite(held.high) else 0))
    top = 1.0 if claim in WHOLE else top
    figure = charts.axes(
        charts.blank(height=260),
        x_title=text.label(f"axis_{claim}"),
        x_ticks=[(at, more.amount(text, claim, at) if at else "0") for at in (0, top / 2, top)],
        y_ticks=[(3, text.label("claimed")), (2, text.label("counted")), (1, text.label("true"))],
        x_range=(-0.02 * top, 1.05 * top),
        y_range=(0.4, 3.9),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.curve(figure, x=[low, high], y=[3, 3], sign="reference")
    size = dict(size=11, symbol="circle")
    charts.points(figure, x=[low, high], y=[3, 3], sign="reference", marker=size)
    labels: list[tuple[float, int, str, charts.Sign]] = [
        (high, 3, more.claimed(text, claim), "reference"),
        (held.true, 1, more.amount(text, claim, held.true), "truth"),
    ]
    if math.isfinite(held.counted):
        charts.curve(figure, x=[held.low, held.high], y=[2, 2])
        charts.points(figure, x=[held.counted], y=[2], sign="model", marker=dict(size=12, symbol="circle"))
        labels.append((held.counted, 2, more.amount(text, claim, held.counted), "model"))
    charts.points(figure, x=[held.true], y=[1], sign="truth", marker=dict(size=13, symbol="square"))
    for x, y, words, sign in labels:
        charts.note(figure, x=x, y=y, label=words, sign=sign, side="left" if x > 0.8 * top else "right")
        figure["layout"]["annotations"][-1]["text"] = f"<b>{words}</b>"
    return figure
