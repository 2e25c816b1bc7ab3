"""The truth panel: what the survey says of surplus and shortfall, and how customers really judge."""

from __future__ import annotations

from dataclasses import replace

from lessons import charts
from lessons.frame import Stage
from lessons.satisfaction.expectation_disconfirmation import lived
from lessons.satisfaction.expectation_disconfirmation.estimating import Fit
from lessons.satisfaction.expectation_disconfirmation.model import Offer

WIDEST, FEWEST = (-4.0, 3.0), 30
# From here on a loss, in people of a thousand, is called more than little.
MANY = 10


def draw(stage: Stage, found: lived.Judged, offer: Offer) -> None:
    """Hold the regression against the planted weights, and count what believing it costs."""
    text = stage.text
    ratio, error = found.survey.ratio("shortfall", "surplus")
    believed = replace(offer, loss_weight=max(ratio - 1, 0)).best_promise()
    truly = replace(offer, loss_weight=found.true_ratio - 1)
    lost = float(truly.loyal(truly.best_promise()) - truly.loyal(believed)) * 1000
    figures = {
        "survey_ratio": times(stage, ratio),
        "true_ratio": times(stage, found.true_ratio),
        "covered": text.label(
            "of_analysts", covered=text.number(found.covered_large), analysts=text.number(lived.ANALYSTS)
        ),
        "lost": text.number(lost, 0 if lost >= 10 else 1),
    }
    values = {
        "answers": text.number(found.survey.observations),
        "customers": text.number(found.customers),
        "ratio": text.number(ratio, 1),
        "low": text.number(ratio - 1.96 * error, 1),
        "high": text.number(ratio + 1.96 * error, 1),
        "true_ratio": text.number(found.true_ratio, 1),
        "surplus": text.number(found.survey.coefficients["surplus"], 2),
        "shortfall": text.number(found.survey.coefficients["shortfall"], 2),
        "true_surplus": text.number(found.lived.coefficients["surplus"], 2),
        "true_shortfall": text.number(found.lived.coefficients["shortfall"], 2),
        "small": text.number(lived.SMALL),
        "large": text.number(lived.LARGE),
        "covered_small": text.number(found.covered_small),
        "covered_large": text.number(found.covered_large),
        "analysts": text.number(lived.ANALYSTS),
        "cost": text.label(
            "cost_none" if lost < 0.05 else "cost_little" if lost < MANY else "cost_much",
            believed=text.number(believed, 2),
            truly=text.number(truly.best_promise(), 2),
            lost=figures["lost"],
        ),
    }
    stage.truth(figures=figures, heading="by_gap", chart=picture(stage, found), values=values)


def times(stage: Stage, ratio: float) -> str:
    """How many times as much, as words: 2.0×."""
    return stage.text.number(ratio, 1) + "×"


def picture(stage: Stage, found: lived.Judged) -> charts.Figure:
    """Satisfaction on the survey's scale by gap: the answers' means, the survey's line, the true line."""
    text = stage.text
    low, high = WIDEST
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("gap_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (-4, -2, 0, 2)],
        y_ticks=[(mark, text.number(mark)) for mark in (1, 4, 7, 10)],
        x_range=(low - 0.15, high + 0.1),
        y_range=(0.5, 12.8),
    )
    # A mean of a handful of answers is mostly luck.
    means = found.means[found.means["gap"].between(low, high) & (found.means["count"] >= FEWEST)]
    charts.points(
        figure, x=means["gap"].tolist(), y=means["mean"].tolist(), sign="reference", marker=dict(size=8)
    )
    lines: list[tuple[charts.Sign, Fit, float]] = [
        ("truth", found.lived, stage.data.scenario.service.survey_satisfaction),
        ("model", found.survey, 0.0),
    ]
    for sign, fit, middle in lines:
        at = fit.coefficients
        heights = [
            middle + at["constant"] + at["shortfall"] * low,
            middle + at["constant"],
            middle + at["constant"] + at["surplus"] * high,
        ]
        charts.curve(figure, x=[low, 0.0, high], y=heights, sign=sign)
        above = sign == "truth"
        charts.note(
            figure,
            x=high,
            y=heights[-1],
            label=text.label(f"{sign}_line"),
            sign=sign,
            above=above,
            side="left",
        )
    return figure
