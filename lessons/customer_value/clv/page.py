"""The page on lifetime value: widgets, one call to the model, one chart."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from lessons import charts, frame
from lessons.customer_value.clv import judging, more, notebook, repeat_buying, sheets, truth
from lessons.customer_value.clv import model as clv
from lessons.customer_value.clv.controls import from_orders, tea_box
from lessons.frame import Stage, Text

bought = st.cache_resource(max_entries=4, show_spinner=False)(
    lambda key, until, _orders: repeat_buying.measure(orders=_orders, until=until)
)


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[clv, repeat_buying, judging], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask, compute, show."""
    text, data = stage.text, stage.data
    buying = bought(data.key, data.calibration_until, data.orders)
    inputs = tea_box(stage) if data.kind == "simulated" else from_orders(stage, buying)
    customer = inputs.customer
    twice, break_even = customer.retention_worth(2 * customer.value()), customer.break_even_retention()
    if math.isinf(customer.value()):
        stage.notice("diverges")
    stage.figure("value", more.money(stage, customer.value()))
    stage.figure("net_value", more.money(stage, customer.net_value()))
    stage.figure(
        "break_even", text.percent(break_even) if break_even == break_even else text.label("nowhere")
    )
    stage.figure("stay", more.years(stage, customer.expected_periods() * inputs.years_per_period))
    stage.chart("value_by_retention", picture(stage, customer, twice, axis=inputs.axis))
    stage.by_hand(more.six_in_words(text))
    case = {0: "worthless_now", math.inf: "endless_now"}.get(
        customer.value(), "it_takes" if twice == twice else "cannot"
    )
    words = {"twice": text.percent(twice), "value": more.money(stage, customer.value())}
    stage.explain(answer=text.label(case, **words), **more.hand_values(text))
    for name, draw in (("tornado", more.tornado), ("horizon", more.horizon), ("mixture", more.mixture)):
        stage.further(f"{name}_heading", partial(draw, stage, customer))
    if data.has_amounts and data.holdout_until > data.calibration_until:
        found = judged(data.key, inputs.margin_share, inputs.discount, _buying=buying, _data=data)
        truth.draw(stage, buying, found, margin_share=inputs.margin_share)
    stage.table(lambda: more.schedule_in_words(stage, customer.schedule(sheets.ROWS)))
    stage.workbook(lambda: sheets.xlsx(sheets.sheets(text, customer)))
    stage.notebook(customer=customer)


def picture(stage: Stage, customer: clv.CustomerValue, twice: float, *, axis: str) -> charts.Figure:
    """The value by retention, with today's retention and the one at which the value doubles."""
    text, value = stage.text, customer.value()
    retention = np.linspace(0, 1, 101)
    values = clv.by_retention(customer, retentions=retention.tolist())
    finite = np.isfinite(values)
    top = charts.limit(2.6 * value if 0 < value < math.inf else 10 * customer.margin)
    figure = charts.axes(
        charts.blank(),
        x_title=axis,
        x_ticks=[(0, "0"), *((share, text.percent(share)) for share in (0.25, 0.5, 0.75, 1))],
        y_ticks=[(level, text.short_money(level, stage.data.currency)) for level in (0, top / 2, top)],
        y_range=(-0.06 * top, 1.12 * top),
    )
    charts.curve(figure, x=retention[finite].tolist(), y=values[finite].tolist())
    points = [("today", customer.retention, value), ("twice", twice, 2 * value)]
    for name, share, height in points if 0 < value < math.inf else []:
        if share == share:
            label, side = text.label(name, share=text.percent(share)), "left" if share > 0.2 else "right"
            charts.point(figure, x=share, y=height, label=label, side=side)
            # A word that the learner's line would cross begins on the line's far side.
            if 0 < share - stage.guess / 100 < 0.16:
                figure["layout"]["annotations"][-1]["x"] = stage.guess / 100 - 0.005
    return charts.you(figure, x=stage.guess / 100, label=stage.your_label)


@st.cache_data(max_entries=64, show_spinner=False)
def judged(
    key: str, margin_share: float, discount: float, *, _buying: repeat_buying.RepeatBuying, _data: Any
) -> judging.Judgement:
    """The formula on these orders against the world's truth or, without one, against what came later."""
    return judging.judge_data(
        buying=_buying,
        orders=_data.orders,
        truth=_data.truth,
        since=_data.calibration_until,
        until=_data.holdout_until,
        margin_share=margin_share,
        discount_rate_per_year=discount,
    )
