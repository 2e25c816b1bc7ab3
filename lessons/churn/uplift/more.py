"""The topic's further charts, and the six customers in words."""

from __future__ import annotations

import functools

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.churn.uplift import lived
from lessons.churn.uplift import model as uplift
from lessons.frame import Stage, Text

_SIGNS: dict[str, charts.Sign] = {"model": "model", "truth": "truth"}
KINDS = ("persuadable", "sure_thing", "lost_cause", "sleeping_dog")


@functools.lru_cache(maxsize=8)
def six_in_words(text: Text, *, currency: str) -> pd.DataFrame:
    """Six customers down a list, what they brought, the outcome turned, and the gain so far."""
    six = uplift.six_customers()
    gains = uplift.seen_gains(
        score=range(len(six), 0, -1), contacted=six["contacted"], outcome=six["margin"], cost=0, depths=6
    )
    rows = [
        (
            name,
            text.label("called" if contacted else "not_called"),
            text.money(margin, currency),
            text.money(turned, currency),
            text.money(gain * len(six) / 1000, currency) if place else "–",
        )
        for place, (name, contacted, margin, turned, gain) in enumerate(
            zip(
                text.label("six_names").split(","),
                six["contacted"],
                six["margin"],
                six["transformed"],
                gains.gain[1:],
                strict=True,
            )
        )
    ]
    average = text.money(float(six["transformed"].mean()), currency)
    rows.append((text.label("average"), "", "", average, ""))
    heads = ("customer", "the_lot", "margin", "turned", "gain_so_far")
    return pd.DataFrame(rows, columns=[text.label(name) for name in heads])


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(name))


def deciles(stage: Stage, campaign: lived.Campaign, score: uplift.Floats, weeks: int) -> None:
    """Uplift in each tenth of the list with its interval, and the truth beside it."""
    text, currency = stage.text, stage.data.currency
    tenths = uplift.by_decile(
        score=score,
        contacted=campaign.contacted,
        outcome=campaign.outcome(weeks),
        effect=campaign.effect(weeks),
    )
    top = charts.limit(max(tenths["high"].max(), -tenths["low"].min(), 1.0))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("tenth_axis"),
        x_ticks=[(number, text.number(number)) for number in (1, 4, 7, 10)],
        y_ticks=[
            (level, text.money(level, currency) if level else "0")
            for level in (-top, -top / 2, 0, top / 2, top)
        ],
        x_range=(0.5, 10.6),
        y_range=(-1.08 * top, 1.15 * top),
    )
    group = tenths["group"].to_numpy(dtype=float)
    for place, low, high in zip(group, tenths["low"], tenths["high"], strict=True):
        charts.curve(figure, x=[place - 0.1] * 2, y=[float(low), float(high)])
    for name, shift, sign, symbol in (("uplift", -0.1, "model", "circle"), ("true", 0.15, "truth", "square")):
        marker = {"size": 11, "symbol": symbol}
        heights = tenths[name].to_numpy(dtype=float)
        charts.points(figure, x=group + shift, y=heights, sign=_SIGNS[sign], marker=marker)
    _draw(stage, "deciles", figure)


def qini_bars(stage: Stage, areas: pd.DataFrame) -> None:
    """Each list's Qini as the campaign shows it, and in truth."""
    text, currency = stage.text, stage.data.currency
    top = charts.limit(float(areas.abs().to_numpy().max()))
    low = -charts.limit(-float(areas.to_numpy().min())) if areas.to_numpy().min() < 0 else 0.0
    # A mark close to the zero would be written over it.
    marks = (low if -low > top / 4 else 0.0, 0.0, top / 2, top)
    places = list(range(len(areas), 0, -1))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("qini_axis"),
        x_ticks=[(level, text.short_money(level, currency)) for level in sorted(set(marks))],
        y_ticks=[(place, text.label(str(name))) for place, name in zip(places, areas.index, strict=True)],
        x_range=(1.08 * low - 0.02 * top, 1.1 * top),
        y_range=(0.4, len(areas) + 0.7),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.bars(figure, x=places, y=areas["true"].tolist(), sign="truth", across=True)
    charts.bars(figure, x=places, y=areas["seen"].tolist(), across=True)
    _draw(stage, "qini_bars", figure)


def four_kinds(stage: Stage, campaign: lived.Campaign, weeks: int) -> None:
    """What a contact truly changes, by kind, and how many there are."""
    text, currency = stage.text, stage.data.currency
    effect = pd.Series(campaign.effect(weeks), index=campaign.kind.index)
    means = effect.groupby(campaign.kind).mean().reindex(list(KINDS)).fillna(0.0)
    shares = campaign.kind.value_counts(normalize=True).reindex(list(KINDS)).fillna(0.0)
    top = charts.limit(max(float(means.abs().max()), 1.0))
    places = list(range(len(KINDS), 0, -1))
    figure = charts.axes(
        charts.blank(height=300),
        x_title=text.label("effect_axis"),
        x_ticks=[(level, text.money(level, currency) if level else "0") for level in (-top, 0, top)],
        y_ticks=[
            (place, text.label("kind_share", kind=text.label(name), share=text.percent(shares[name])))
            for place, name in zip(places, KINDS, strict=True)
        ],
        x_range=(-1.15 * top, 1.15 * top),
        y_range=(0.4, len(KINDS) + 0.7),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.bars(figure, x=places, y=means.tolist(), sign="truth", across=True)
    _draw(stage, "four_kinds", figure)
