"""The pictures of word of mouth: generations, years, and Harbour Tea's referrals by age of the customer."""

from __future__ import annotations

import itertools
import math

import numpy as np

from lessons import charts
from lessons.frame import Stage
from lessons.relationship_marketing.word_of_mouth.counting import Counted
from lessons.relationship_marketing.word_of_mouth.model import Market, Referrals

GENERATIONS = 15
_MOST = 20


def generations(stage: Stage, tree: Referrals) -> charts.Figure:
    """Customers by generation, beside nobody talking and beside the threshold where each brings one more."""
    text, values = stage.text, tree.so_far(GENERATIONS)
    whole = tree.total() if math.isfinite(tree.total()) else values[-1]
    top = charts.limit(min(max(1.02 * whole, 1.1 * stage.guess, 2 * tree.first), _MOST * tree.first))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("generation_axis"),
        x_ticks=[(at, text.number(at)) for at in (0, 5, 10, 15)],
        y_ticks=[(level, text.number(level)) for level in (0, top / 2, top)],
        y_range=(-0.06 * top, 1.14 * top),
    )
    x = np.arange(GENERATIONS + 1.0)
    alone = np.full(len(x), float(tree.first))
    inside = tree.first * (1 + x) <= 1.1 * top
    charts.curve(figure, x=x, y=alone, sign="reference")
    charts.curve(figure, x=x[inside], y=tree.first * (1 + x[inside]), sign="reference")
    # Where the axis lies close below the line there is no room for a word, and no need of one.
    if tree.first > 0.08 * top:
        label = text.label("nobody_talks")
        charts.note(figure, x=15, y=tree.first, label=label, sign="reference", above=False, side="left")
        figure["layout"]["annotations"][-1]["yshift"] = -3
    edge = float(x[inside][-1])
    charts.note(
        figure,
        x=edge,
        y=tree.first * (1 + edge),
        label=text.label("one_each"),
        sign="reference",
        side="left" if edge > 4 else "right",
    )
    shown = values <= 1.12 * top
    charts.curve(figure, x=x[shown], y=values[shown])
    if tree.total() <= top:
        charts.point(
            figure,
            x=15,
            y=tree.total(),
            label=text.label("end_point", total=text.number(tree.total())),
            side="left",
        )
    else:
        last = int(np.flatnonzero(shown)[-1])
        charts.note(
            figure,
            x=float(x[last]),
            y=values[last],
            label=text.label("rate_is", rate=text.number(tree.rate, 2)),
            side="right" if last < 8 else "left",
            above=False,
        )
    return _you(stage, figure, x=x, lines=[values, alone], top=top)


def years(stage: Stage, market: Market) -> charts.Figure:
    """Customers by year as a market fills, beside the same market where nobody talks."""
    text = stage.text
    span = 20.0 if market.half_year() < 14 else 40.0
    x = np.linspace(0, span, 101)
    top = charts.limit(max(market.people, 1.05 * stage.guess))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("year_axis"),
        x_ticks=[(at, text.number(at)) for at in np.linspace(0, span, 5)],
        y_ticks=[(level, text.number(level)) for level in (0, top / 2, top)],
        y_range=(-0.06 * top, 1.14 * top),
    )
    held = market.customers(x)
    alone = Market(innovation=market.innovation, imitation=0, people=market.people).customers(x)
    if market.imitation:
        charts.curve(figure, x=x, y=alone, sign="reference")
        # Under the line, away from its end, where the learner's word stands.
        label = text.label("nobody_talks")
        charts.note(figure, x=x[45], y=alone[45], label=label, sign="reference", above=False, side="right")
        figure["layout"]["annotations"][-1]["yshift"] = -2
    charts.curve(figure, x=x, y=held)
    if peak := market.peak_year():
        label = text.label("fastest", years=text.number(peak, 1))
        charts.point(
            figure, x=peak, y=float(market.customers(np.array([peak]))[0]), label=label, side="right"
        )
        figure["layout"]["annotations"][-1] |= dict(yanchor="middle", yshift=-4, xshift=12)
    return _you(stage, figure, x=x, lines=[held, alone], top=top)


def _you(
    stage: Stage, figure: charts.Figure, *, x: np.ndarray, lines: list[np.ndarray], top: float
) -> charts.Figure:
    """Mark the prediction, its word at the first of four places where neither a line nor another word stands.

    `x` and each of `lines` are what is drawn, customers. A word is a tenth of the chart high; how wide depends on the
    screen, so a place that is free on a phone goes before one that is free on a wide screen alone.
    """
    places = [(word["x"], word["y"], word) for word in figure["layout"]["annotations"]]
    left, right = figure["layout"]["xaxis"]["range"]
    figure = charts.you(figure, y=stage.guess, label=stage.your_label)
    if not stage.locked:
        # A word that moves would tell where the model's line is.
        return figure
    high, share = 0.1 * top, x / x[-1]
    for reach, at_right, above in itertools.product((0.45, 0.25), (True, False), (True, False)):
        under = stage.guess if above else stage.guess - high
        start, stop = (1 - reach, 1.0) if at_right else (0.0, reach)
        here = (share >= start) & (share <= stop)
        free = under >= 0 and not any(
            np.any((line[here] > under) & (line[here] < under + high)) for line in lines
        )
        for at, level, word in places:
            low = level - high * {"bottom": 0, "middle": 0.5, "top": 1}[word["yanchor"]]
            begin = at / x[-1] - 0.8 * reach * {"left": 0, "center": 0.5, "right": 1}[word["xanchor"]]
            beside = begin < stop and begin + 0.8 * reach > start
            free = free and not (beside and abs(low - under) < 0.9 * high)
        if free:
            side = dict(x=right, xanchor="right") if at_right else dict(x=left, xanchor="left", xshift=10)
            upright = dict(yanchor="bottom", yshift=6) if above else dict(yanchor="top", yshift=-6)
            figure["layout"]["annotations"][-1] |= side | upright
            break
    return figure


def truth(
    stage: Stage, seen: Counted, true: Counted, worst: float, best: float, profit_per_customer: float
) -> None:
    """Fill the truth panel: referrals per 100 customers by age, counted from two years and lived for eight."""
    text, currency = stage.text, stage.data.currency
    step = 8
    top = charts.limit(100 * max(true.rate, seen.high))
    last = float(true.week[-1])
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("custom_axis"),
        x_ticks=[(52.0 * year, text.number(year)) for year in (0, 2, 4, 6, 8)],
        y_ticks=[(level, text.number(level)) for level in (0, top / 2, top)],
        y_range=(-0.06 * top, 1.12 * top),
    )
    charts.curve(figure, x=true.week[::step], y=100 * true.mean[::step], sign="truth")
    charts.curve(figure, x=seen.week[::4], y=100 * seen.mean[::4])
    charts.point(
        figure,
        x=float(seen.week[-1]),
        y=100 * seen.rate,
        label=text.label("two_years", count=text.number(100 * seen.rate, 1)),
        side="right",
        above=False,
    )
    charts.point(
        figure,
        x=last,
        y=100 * true.rate,
        label=text.label("eight_years", count=text.number(100 * true.rate, 1)),
        sign="truth",
        side="left",
    )
    further = [100 * one / (1 - one) for one in (seen.naive, true.rate)]
    overlooked = (further[1] - further[0]) * profit_per_customer
    stage.truth(
        figures={
            "naive": text.number(100 * seen.naive, 1),
            "by_age": text.number(100 * seen.rate, 1),
            "true_rate": text.number(100 * true.rate, 1),
            "overlooked": text.money(overlooked, currency),
        },
        heading="referrals_by_age",
        chart=figure,
        values={
            "customers": text.number(seen.customers),
            "referrals": text.number(seen.referrals),
            "naive": text.number(100 * seen.naive, 1),
            "by_age": text.number(100 * seen.rate, 1),
            "low": text.number(100 * seen.low, 1),
            "high": text.number(100 * seen.high, 1),
            "true_rate": text.number(100 * true.rate, 1),
            "more_naive": text.number(further[0], 1),
            "more_true": text.number(further[1], 1),
            "worst": text.percent(worst, 1),
            "pleased": text.percent(best, 1),
            "overlooked": text.money(overlooked, currency),
            "profit": text.money(profit_per_customer, currency),
        },
    )
