"""The topic's further charts, and its tables in the reader's words."""

from __future__ import annotations

import functools
import math
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.customer_value.clv import model as clv
from lessons.frame import Stage, Text


def money(stage: Stage, amount: float) -> str:
    """An amount in the data's currency; small ones with their cents, endless ones in words."""
    if math.isinf(amount):
        return stage.text.label("no_end")
    return stage.text.money(amount, stage.data.currency, 2 if 0 < abs(amount) < 100 else 0)


def years(stage: Stage, length: float) -> str:
    """A length of time in years, as a number."""
    return stage.text.label("no_end") if length > 1000 else stage.text.number(length, 1)


@functools.lru_cache(maxsize=8)
def six_in_words(text: Text) -> pd.DataFrame:
    """The six customers by hand, and their average."""
    six = clv.six_customers(margin=240, discount_rate=0.1)
    columns = ["years_paid", "paid", "worth_today"]
    rows = [*zip("ABCDEF", *(six[name] for name in columns), strict=True)]
    rows.append((text.label("average"), *(six[name].mean() for name in columns)))
    return pd.DataFrame(
        [
            (name, text.number(stay), text.money(paid, "CNY"), text.money(worth, "CNY", 2))
            for name, stay, paid, worth in rows
        ],
        columns=[text.label(name) for name in ("customer", "years_paid", "paid", "worth_today")],
    )


@functools.lru_cache(maxsize=8)
def hand_values(text: Text) -> dict[str, str]:
    """What the prose says of the six: their margin, their mean, and five payments of the average customer."""
    six = clv.six_customers(margin=240, discount_rate=0.1)
    five = clv.six_customers(margin=240, discount_rate=0.1, years_paid=[5])
    means = {
        "by_hand": six["worth_today"].mean(),
        "average_stay": five["worth_today"].mean(),
        "six_margin": 240,
    }
    return {name: text.money(amount, "CNY") for name, amount in means.items()}


def schedule_in_words(stage: Stage, schedule: pd.DataFrame) -> pd.DataFrame:
    """The payments with their columns named."""
    names = ["period", "retained", "margin_column", "discount_factor", "present_value", "cumulative"]
    return schedule.set_axis([stage.text.label(name) for name in names], axis=1)


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(f"{name}_heading"))


def tornado(stage: Stage, customer: clv.CustomerValue) -> None:
    """Each input alone a fifth down and up: bars from today's net value, the widest on top."""
    text, currency = stage.text, stage.data.currency
    rows = clv.tornado(customer).replace(math.inf, math.nan).dropna().iloc[::-1].reset_index(drop=True)
    if rows.empty or math.isinf(customer.value()):
        st.info(text.label("diverges"))
        return
    low, high = min(0.0, rows[["low", "high"]].min().min()), charts.limit(rows[["low", "high"]].max().max())
    low = -charts.limit(-low) if low < 0 else 0.0
    net, places = customer.net_value(), list(range(1, len(rows) + 1))
    figure = charts.axes(
        charts.blank(height=90 + 52 * len(rows)),
        x_title=text.label("net_axis"),
        x_ticks=[(value, text.short_money(value, currency)) for value in sorted({low, 0.0, high / 2, high})],
        y_ticks=[
            (place, text.label(f"tornado_{name}")) for place, name in zip(places, rows["input"], strict=True)
        ],
        y_range=(0.3, len(rows) + 0.8),
    )
    sides: list[tuple[str, str, charts.Sign]] = [("low", "minus", "reference"), ("high", "plus", "model")]
    for ends, _, sign in sides:
        charts.bars(
            figure, x=places, y=(rows[ends] - net).tolist(), sign=sign, across=True, base=[net] * len(rows)
        )
    figure["layout"]["barmode"] = "overlay"
    figure["layout"]["yaxis"]["showgrid"] = False
    top = rows.iloc[-1]
    for ends, label, sign in sides:
        charts.note(figure, x=top[ends], y=places[-1] + 0.3, label=text.label(label), sign=sign)
    _draw(stage, "tornado", figure)


def horizon(stage: Stage, customer: clv.CustomerValue) -> None:
    """The value by the number of payments counted, and where it tends to."""
    text = stage.text
    endless = replace(customer, periods=None)
    counts = range(1, 31)
    values = [replace(customer, periods=count).value() for count in counts]
    top = charts.limit(1.1 * max(values[-1], endless.value() if math.isfinite(endless.value()) else 0))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("payments_axis"),
        x_ticks=[(count, text.number(count)) for count in (1, 10, 20, 30)],
        y_ticks=[(level, text.short_money(level, stage.data.currency)) for level in (0, top / 2, top)],
        x_range=(0, 30.5),
    )
    charts.curve(figure, x=list(counts), y=values)
    if 0 < endless.value() < math.inf:
        charts.curve(figure, x=[0, 30.5], y=[endless.value()] * 2, sign="reference")
        charts.note(
            figure, x=0.5, y=endless.value(), label=text.label("without_end"), sign="reference", side="right"
        )
        enough = next((count for count in counts if values[count - 1] >= 0.9 * endless.value()), None)
        if enough:
            label = text.label("most", count=text.number(enough))
            charts.point(figure, x=enough, y=values[enough - 1], label=label, above=False, side="right")
    else:
        st.info(text.label("diverges"))
    _draw(stage, "horizon", figure)


def mixture(stage: Stage, customer: clv.CustomerValue) -> None:
    """Two halves further and further apart: what the formula says, and what the newcomers are worth."""
    text = stage.text
    widest = min(customer.retention, 1 - customer.retention)
    spreads = np.linspace(0, widest, 41)
    mixed = [clv.mixed_customers(customer, spread=float(spread)) for spread in spreads]
    lines = {
        name: np.array([getattr(one, name) for one in mixed])
        for name in ("formula", "average", "mature_formula")
    }
    finite = np.isfinite(lines["average"]) & np.isfinite(lines["mature_formula"])
    if widest < 0.01 or finite.sum() < 2:
        st.info(text.label("no_room"))
        return
    at = spreads[finite] * 100
    top = charts.limit(1.02 * max(line[finite].max() for line in lines.values()))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("spread_axis"),
        x_ticks=[(value, text.number(value)) for value in (0, round(widest * 50), round(widest * 100))],
        y_ticks=[(level, text.short_money(level, stage.data.currency)) for level in (0, top / 2, top)],
        # Room for the words at the lines' ends.
        x_range=(0, widest * 100 * 1.4),
    )
    shown: list[tuple[str, charts.Sign, str, float, Literal["left", "right"]]] = [
        ("mature_formula", "reference", "mature", 0.8, "left"),
        ("average", "truth", "average_of", 1, "right"),
        ("formula", "model", "of_average", 1, "right"),
    ]
    for name, sign, label, share, side in shown:
        line = lines[name][finite]
        place = round((len(at) - 1) * share)
        charts.curve(figure, x=at.tolist(), y=line.tolist(), sign=sign)
        charts.note(figure, x=at[place], y=line[place], label=text.label(label), sign=sign, side=side)
    _draw(stage, "mixture", figure)
