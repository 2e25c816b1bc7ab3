"""The topic's further charts, and what its pictures share."""

from __future__ import annotations

import functools
import itertools

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.churn.sbg import model as sbg
from lessons.frame import Stage, Text

LOWEST, HIGHEST = -170, 1190


def lifetime(text: Text, periods: float) -> str:
    """A length in renewals, or a dash where a curve has none."""
    return text.number(periods, 1) if np.isfinite(periods) else "–"


@functools.lru_cache(maxsize=8)
def six_in_words(text: Text) -> pd.DataFrame:
    """Six subscribers, their chances to be there, and what the group as a whole shows."""
    six = sbg.six_subscribers()
    years = list(six.columns[1:])
    table = [
        (name, text.percent(row[0]), *(text.percent(value, 1) for value in row[1:]))
        for name, row in zip("ABCDEF", six.to_numpy(), strict=True)
    ]
    sums = [len(six), *six[years].sum()]
    table.append((text.label("expected"), "", *(text.number(value, 2) for value in sums[1:])))
    rates = [text.percent(now / before, 1) for before, now in itertools.pairwise(sums)]
    table.append((text.label("rate"), "", *rates))
    heads = [text.label(name) for name in ("subscriber", "leave", *years)]
    return pd.DataFrame(table, columns=heads)


def in_view(survival: np.ndarray) -> np.ndarray:
    """Shares as heads of 1,000, held within the picture's edges."""
    return np.clip(1000 * survival, LOWEST + 20, HIGHEST - 40)


def of_thousand(text: Text, survival: np.ndarray, *, axis: str, height: int = 350) -> charts.Figure:
    """An empty picture of how many of 1,000 are left; higher or lower where a curve leaves 0 to 1,000."""
    low = -60 if survival.min() >= 0 else LOWEST
    high = 1070 if survival.max() <= 1.02 else HIGHEST
    return charts.axes(
        charts.blank(height=height),
        x_title=text.label(axis),
        x_ticks=[(year, text.number(year)) for year in (0, 3, 6, 9, 12)],
        y_ticks=[(level, text.number(level)) for level in (0, 250, 500, 750, 1000)],
        x_range=(-0.2, 12.4),
        y_range=(low, high),
    )


def observed(figure: charts.Figure, cohort: tuple[int, ...], fitted: int) -> None:
    """What was seen as filled points, what came after as hollow ones."""
    share = 1000 * np.asarray(cohort, dtype=float) / cohort[0]
    years = np.arange(share.size)
    seen = years <= fitted
    for part, symbol in ((seen, "circle"), (~seen, "circle-open")):
        marker = {"size": 10, "symbol": symbol, "line": {"width": 2, "color": charts.REFERENCE}}
        charts.points(figure, x=years[part], y=share[part], sign="reference", marker=marker)


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(name))


def _axis(stage: Stage) -> str:
    return stage.text.label("years_axis" if stage.data.kind == "published" else "boxes_axis")


def rates(stage: Stage, cohort: tuple[int, ...], found: sbg.Projection, fitted: int) -> None:
    """The retention rate at each renewal: seen, later, and by the model."""
    text = stage.text
    share = np.asarray(cohort, dtype=float)
    seen, made = share[1:] / share[:-1], sbg.implied_rates(found)
    years = np.arange(1, share.size)
    low = 0.5 if min(seen.min(), made[np.isfinite(made)].min()) < 0.75 else 0.75
    figure = charts.axes(
        charts.blank(height=330),
        x_title=_axis(stage),
        x_ticks=[(year, text.number(year)) for year in (1, 4, 8, 12)],
        y_ticks=[(level, text.percent(level)) for level in (low, (1 + low) / 2, 1)],
        x_range=(0.7, 12.6),
        y_range=(low - 0.04, 1.08),
    )
    charts.curve(figure, x=years, y=np.clip(made, low - 0.03, 1.06))
    for part, symbol in ((years <= fitted, "circle"), (years > fitted, "circle-open")):
        marker = {"size": 10, "symbol": symbol, "line": {"width": 2, "color": charts.REFERENCE}}
        charts.points(figure, x=years[part], y=seen[part], sign="reference", marker=marker)
    place = 8
    charts.note(
        figure,
        x=float(years[place]),
        y=float(np.clip(made[place], low, 1.0)),
        label=text.label(found.model),
        above=bool(made[place] >= seen[place]),
    )
    _draw(stage, "rates", figure)


def lifetimes(stage: Stage, cohort: tuple[int, ...], fitted: int, rate: float) -> None:
    """Discounted renewals still to come, by the number of renewals behind."""
    text = stage.text
    story, flat = (
        sbg.project(survivors=cohort[: fitted + 1], model=name, until=12) for name in ("sbg", "exponential")
    )
    years = list(range(13))
    lines = [
        [sbg.residual_lifetime(one, renewals=year, discount_rate=rate) for year in years]
        for one in (story, flat)
    ]
    top = charts.limit(1.02 * max(max(line) for line in lines))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("renewals_behind"),
        x_ticks=[(year, text.number(year)) for year in (0, 3, 6, 9, 12)],
        y_ticks=[(level, text.number(level, 0 if top >= 4 else 1)) for level in (0, top / 2, top)],
        x_range=(-0.2, 12.4),
    )
    charts.curve(figure, x=years, y=lines[1], sign="reference")
    charts.note(
        figure, x=12, y=lines[1][-1], label=text.label("one_rate"), sign="reference", above=False, side="left"
    )
    charts.curve(figure, x=years, y=lines[0])
    charts.point(figure, x=12, y=lines[0][-1], label=text.label("sbg"), side="left")
    _draw(stage, "lifetimes", figure)


def people(stage: Stage, cohort: tuple[int, ...], fitted: int) -> None:
    """How the chances of leaving lie at the start, and among those who are still there."""
    text = stage.text
    found = sbg.project(survivors=cohort[: fitted + 1], model="sbg", until=12)
    chance = np.linspace(0.005, 0.995, 199)
    at_start, later = (
        sbg.leaving_density(found, chance=chance, renewals=renewals) for renewals in (0, fitted)
    )
    top = charts.limit(min(max(at_start.max(), later.max()), 12.0))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("leave_axis"),
        x_ticks=[(0, "0"), *((share, text.percent(share)) for share in (0.25, 0.5, 0.75, 1))],
        y_ticks=[(0, "0")],
        y_range=(-0.04 * top, 1.1 * top),
    )
    lines: list[tuple[np.ndarray, charts.Sign, str, int]] = [
        (at_start, "reference", "at_start", 30),
        (later, "model", "after_renewals", 12),
    ]
    for line, sign, label, place in lines:
        line = np.minimum(line, 1.08 * top)
        charts.curve(figure, x=chance, y=line, sign=sign)
        charts.note(
            figure,
            x=float(chance[place]),
            y=float(line[place]),
            label=text.label(label, count=text.number(fitted)),
            sign=sign,
            side="right",
        )
    _draw(stage, "people", figure)
