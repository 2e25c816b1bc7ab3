"""What do the curves look like?  The Pareto curve, the whale, and the list against the truth."""

import math

from lessons import charts
from lessons.customer_value.abc_analysis.judging import Judgement
from lessons.customer_value.abc_analysis.model import CLASSES
from lessons.customer_value.abc_analysis.whale import Analysis
from lessons.frame import Stage, Text


def percents(text: Text, step: float, top: float) -> list[tuple[float, str]]:
    """Ticks from 0 to `top`, as percentages."""
    ticks = [step * number for number in range(int(top / step + 1e-9) + 1)]
    return [(tick, text.percent(tick) if tick else "0") for tick in ticks]


def pareto(stage: Stage, found: Analysis) -> charts.Figure:
    """Draw the Pareto curve with the limits of the classes and the learner's guess."""
    text, n = stage.text, len(found.rows)
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("customers_axis"),
        x_ticks=percents(text, 0.25, 1),
        y_ticks=percents(text, 0.25, 1),
    )
    # The diagonal and the limits are one line with gaps.
    across, up, left, gap = [0.0, 1.0], [0.0, 1.0], 0.0, math.nan
    for name in CLASSES:
        right = left + found.count[name] / n
        if name != "C" and 0 < right < 1:
            across += [gap, right, right]
            up += [gap, 0.0, float(found.rows["cumulative_share"].iloc[round(right * n) - 1])]
        if right - left > 0.03:
            charts.note(figure, x=right - 0.01, y=0, label=name, sign="reference", side="left")
        left = right
    charts.curve(figure, x=across, y=up, sign="reference")
    charts.curve(figure, x=found.pareto_curve["customers"].tolist(), y=found.pareto_curve["total"].tolist())
    label = text.label("at_eighty", share=text.percent(found.needed))
    charts.point(figure, x=found.needed, y=0.8, label=label, above=False, side="right")
    return charts.you(figure, x=stage.guess / 100, label=stage.your_label)


def whales(stage: Stage, found: Analysis) -> charts.Figure:
    """Draw the whale curve; it can fall back to 100% only from what it has earned above."""
    text, peak = stage.text, found.whale.peak
    top = 1.0 if math.isnan(peak) else max(math.ceil(peak * 2 - 1e-9) / 2, 1.0)
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("customers_axis"),
        x_ticks=percents(text, 0.25, 1),
        y_ticks=percents(text, 0.5 if top <= 2 else 1 if top <= 5 else 2, top),
        y_range=(-0.06 * top, 1.12 * top),
    )
    charts.curve(figure, x=[0, 1], y=[1, 1], sign="reference")
    charts.curve(figure, x=found.whale_curve["customers"].tolist(), y=found.whale_curve["total"].tolist())
    if not math.isnan(peak):
        label = text.label("at_peak", peak=text.percent(peak))
        side = "right" if found.whale.peak_at < 0.75 else "left"
        charts.point(figure, x=found.whale.peak_at, y=peak, label=label, side=side)
    return figure if stage.locked else charts.you(figure, x=stage.guess / 100, label=stage.your_label)


def concentrations(stage: Stage, judged: Judgement) -> charts.Figure:
    """Draw the next period's revenue by depth of the list, and by depth of the best possible list."""
    text = stage.text
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("customers_axis"),
        x_ticks=percents(text, 0.25, 1),
        y_ticks=percents(text, 0.25, 1),
    )
    best, listed, at = judged.best, judged.listed, judged.chosen
    # Hindsight is what happened to come, and no truth: it has no amber.
    sign: charts.Sign = "reference" if judged.gini is None else "truth"
    charts.curve(figure, x=best["customers"].tolist(), y=best["total"].tolist(), sign=sign)
    charts.curve(figure, x=listed["customers"].tolist(), y=listed["total"].tolist())
    side = "right" if at < 0.6 else "left"
    charts.point(
        figure,
        x=at,
        y=judged.choice.best,
        label=text.label("by_hindsight" if judged.gini is None else "by_truth"),
        sign=sign,
        side=side,
    )
    return charts.point(
        figure, x=at, y=judged.choice.reached, label=text.label("by_past"), above=False, side=side
    )
