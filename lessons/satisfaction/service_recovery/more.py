"""Further views of service recovery: six customers, plain comparisons, the four groups, and a workbook."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame.workbook import Formula, xlsx
from lessons.satisfaction.service_recovery import model as recovery
from lessons.satisfaction.service_recovery.complaints import Comparison
from lessons.satisfaction.service_recovery.lived import FEWER, GONE, MOVED, STAYED, TwoLives

ROWS = 500


@functools.lru_cache(maxsize=8)
def six_in_words(text: frame.Text, *, currency: str) -> pd.DataFrame:
    """The six complainers by hand, in the reader's words."""
    six = recovery.six_customers()
    return pd.DataFrame(
        {
            text.label("who"): list("ABCDEF"),
            text.label("margin_of_order"): [
                text.money(amount, currency) for amount in six["margin_per_order"]
            ],
            text.label("without"): six["without"],
            text.label("with_answer"): six["with_answer"],
            text.label("kept_orders"): six["kept"],
            text.label("brings"): [text.money(amount, currency) for amount in six["gain"]],
        }
    )


def plain(stage: frame.Stage, found: Comparison, lives: TwoLives, lines: pd.DataFrame) -> None:
    """Bars of what an answer seems to bring: the plain comparison, the fair one, and the truth."""
    text, currency = stage.text, stage.data.currency
    true = float(lives.gain(ids=lines.index, cost=lives.answer_cost).mean())
    bars: list[tuple[str, float, charts.Sign]] = [
        ("plain_bar", found.plain, "model"),
        ("after_bar", found.after, "model"),
        ("true_bar", true, "truth"),
    ]
    top = charts.limit(1.1 * max(found.plain, found.high))
    floor = -charts.limit(max(-found.low, 1) * 1.1)
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("bars_axis"),
        x_ticks=[(place, text.label(name)) for place, (name, _, _) in enumerate(bars)],
        y_ticks=[(level, text.short_money(level, currency)) for level in (floor, 0, top / 2)],
        x_range=(-0.6, 2.6),
        y_range=(1.15 * floor, 1.15 * top),
    )
    for sign in ("model", "truth"):
        own = [(place, height) for place, (_, height, kind) in enumerate(bars) if kind == sign]
        charts.bars(figure, x=[place for place, _ in own], y=[height for _, height in own], sign=sign)
    figure["layout"]["barmode"] = "overlay"
    for place, (_, height, sign) in enumerate(bars):
        high = found.high if place == 1 else max(height, 0.0)
        charts.note(figure, x=place, y=high, label=text.money(height, currency), sign=sign)
    whisker = dict(type="scatter", x=[1, 1], y=[found.low, found.high], mode="lines", name="you")
    figure["data"].append(whisker | dict(line=dict(color=charts.YOU, width=2)))
    words = {
        name: text.number(found.customers[group])
        for name, group in (("silent", "silent"), ("unanswered", "unanswered"), ("answered", "answered"))
    } | {f"{group}_margin": text.money(amount, currency) for group, amount in found.margin.items()}
    words |= {name: text.money(getattr(found, name), currency) for name in ("plain", "after", "low", "high")}
    st.markdown(text.section("plain", **words).body, width=510)
    frame.draw_chart(figure, key="plain_chart", alt=text.label("plain"))


def groups(stage: frame.Stage, lives: TwoLives, lines: pd.DataFrame, *, cost: float) -> None:
    """The four groups: how many, what was spent on them, what came of it."""
    text, currency = stage.text, stage.data.currency
    rows = lives.customers.reindex(lines.index).dropna()
    rows = rows.assign(spent=rows["answers"] * cost)
    sums = rows.groupby("group").agg(
        customers=("benefit", "size"), spent=("spent", "sum"), benefit=("benefit", "sum")
    )
    sums = sums.reindex([MOVED, STAYED, GONE, FEWER]).fillna(0)
    st.markdown(text.section("groups").body, width=510)
    numbers = [text.label(name) for name in ("customers", "spent_on", "margin_won", "left_over")]
    st.dataframe(
        pd.DataFrame(
            {
                text.label("group"): [text.label(name) for name in sums.index],
                text.label("customers"): [text.number(count) for count in sums["customers"]],
                text.label("spent_on"): [text.money(amount, currency) for amount in sums["spent"]],
                text.label("margin_won"): [text.money(amount, currency) for amount in sums["benefit"]],
                text.label("left_over"): [
                    text.money(amount, currency) for amount in sums["benefit"] - sums["spent"]
                ],
            }
        ),
        hide_index=True,
        key="groups_table",
        column_config={name: st.column_config.Column(alignment="right") for name in numbers},
        alt=text.label("groups"),
    )  # fmt: skip


def listed(lines: pd.DataFrame, gain: np.ndarray, *, answered: int) -> pd.DataFrame:
    """The list as the model walks down it: `answer` is 1 for who is worth an answer."""
    columns = ["complained_at", "orders_so_far", "spent", "margin_per_order", "orders_ahead", "value"]
    rows = lines[columns].assign(gain=gain)
    for name in ("spent", "margin_per_order", "orders_ahead", "value", "gain"):
        rows[name] = rows[name].round(2)
    return rows.assign(answer=(np.arange(len(rows)) < answered).astype(int)).reset_index()


def workbook(
    text: frame.Text, lines: pd.DataFrame, one: recovery.Recovery, *, cost: float, answers: float
) -> bytes:
    """Two sheets: inputs, and the first ROWS of the list with live gains and their running sum."""
    inputs, sheet = text.label("inputs"), text.label("list")
    cost_cell, answers_cell = (f"'{inputs}'!$B${row}" for row in (2, 3))
    first = pd.DataFrame(
        {
            text.label("what"): [text.label("cost"), text.label("answers_each")],
            text.label("amount"): [float(cost), float(answers)],
        }
    )
    top = lines.head(ROWS)
    kept = one.orders_kept(orders=top["orders_ahead"].to_numpy())
    margin = top["margin_per_order"].to_numpy()
    gain = (margin * kept - cost) * answers
    running = np.cumsum(gain)
    rows = range(2, len(top) + 2)
    second = pd.DataFrame(
        {
            text.label("who"): top.index,
            text.label("margin_of_order"): margin,
            text.label("kept_orders"): kept,
            text.label("brings"): [
                Formula(f"=(B{row}*C{row}-{cost_cell})*{answers_cell}", value)
                for row, value in zip(rows, gain, strict=True)
            ],
            text.label("added_up"): [
                Formula(f"=SUM($D$2:$D{row})", value) for row, value in zip(rows, running, strict=True)
            ],
        }
    )
    return xlsx({inputs: first, sheet: second})
