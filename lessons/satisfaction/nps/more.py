"""The topic's further charts and tables, and its workbook with live formulas."""

from __future__ import annotations

import functools
from typing import Any

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.frame.drawing import numbers_right
from lessons.frame.workbook import Formula, xlsx
from lessons.satisfaction.nps import model as nps
from lessons.satisfaction.nps.controls import Inputs
from lessons.satisfaction.nps.silence import Heard

SURVEYS, YEARS = 40, 5
SMALL_SURVEYS = (5, 10, 20, 30, 40)


@functools.lru_cache(maxsize=8)
def six_in_words(text: Text) -> pd.DataFrame:
    """The six answers, what each counts, and the squares of what lies between them and their mean."""
    six = nps.six_answers()
    answers: Any = six.itertuples()
    rows = [
        (
            text.number(row.score),
            kind(text, row.counts),
            signed(text, row.counts),
            text.number(row.squared, 2),
        )
        for row in answers
    ]
    means = (signed(text, six["counts"].mean(), 2), text.number(six["squared"].mean(), 2))
    rows.append((text.label("average"), "", *means))
    return pd.DataFrame(rows, columns=[text.label(name) for name in ("answer", "kind", "counts", "squared")])


def kind(text: Text, counts: float) -> str:
    """The name of an answer that counts +1, 0 or −1."""
    return text.label("promoter" if counts > 0 else "detractor" if counts < 0 else "passive")


def signed(text: Text, value: float, digits: int = 0) -> str:
    """A number with its sign: +1, 0, −1."""
    value = round(value, digits)
    return ("+" if value > 0 else "") + text.number(value, digits)


def _draw(stage: Stage, name: str, figure: charts.Figure, **values: str) -> None:
    st.markdown(stage.text.section(name, **values).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(f"{name}_heading"))


def repeated(stage: Stage, inputs: Inputs) -> None:
    """Forty surveys of the same customers: each with its interval."""
    text, true = stage.text, inputs.shares.score_points
    rows = nps.repeated(inputs.shares, answers=inputs.answers, surveys=SURVEYS, confidence=inputs.confidence)
    low, high = float(rows["low"].min()), float(rows["high"].max())
    ticks = [max(round(low, -1), -100), round(true), min(round(high, -1), 100)]
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("survey_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (1, 10, 20, 30, 40)],
        y_ticks=[(mark, text.number(mark)) for mark in sorted(set(ticks))],
        x_range=(0, SURVEYS + 1),
        y_range=(low - 4, high + 8),
        y_title=text.label("score"),
    )
    each: Any = rows.itertuples()
    for number, row in enumerate(each, 1):
        charts.curve(
            figure, x=[number, number], y=[row.low, row.high], sign="model" if row.holds else "reference"
        )
    charts.curve(figure, x=[0, SURVEYS + 1], y=[true, true], sign="reference")
    charts.points(
        figure,
        x=list(range(1, SURVEYS + 1)),
        y=rows["score"].tolist(),
        sign="model",
        marker=dict(size=6, symbol="circle"),
    )
    _draw(
        stage,
        "repeated",
        figure,
        holds=text.number(int(rows["holds"].sum())),
        surveys=text.number(SURVEYS),
        lowest=text.number(float(rows["score"].min())),
        highest=text.number(float(rows["score"].max())),
    )


def twins(stage: Stage, inputs: Inputs, heard: Heard) -> None:
    """Two companies with one score: their customers' kinds, and how many are left after five years."""
    text = stage.text
    kinds = ("promoter", "passive", "detractor")
    first, second = inputs.shares, inputs.second
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("kind"),
        x_ticks=[(place, text.label(name)) for place, name in enumerate(kinds)],
        y_ticks=[(mark, text.percent(mark / 100)) for mark in (0, 50, 100)],
        x_range=(-0.6, 2.6),
    )
    companies: list[tuple[nps.Shares, charts.Sign]] = [(first, "model"), (second, "reference")]
    for shares, sign in companies:
        heights = [100 * shares.promoters, 100 * shares.passives, 100 * shares.detractors]
        charts.bars(figure, x=[0, 1, 2], y=heights, sign=sign)
        side = "left" if sign == "model" else "right"
        charts.note(figure, x=0, y=heights[0], label=text.label(f"twin_{sign}"), sign=sign, side=side)
    left = [nps.left_after(shares, stay=inputs.stay, years=YEARS) * 1000 for shares in (first, second)]
    _draw(
        stage,
        "twins",
        figure,
        score=text.number(first.score_points),
        first=text.number(left[0]),
        second=text.number(left[1]),
        years=text.number(YEARS),
        staying=text.percent(inputs.stay[2]),
        **{name: text.percent(share) for name, share in heard.again.items()},
    )


def changes(stage: Stage, heard: Heard) -> None:
    """Quarter by quarter: the score, its change with the interval, and what was true."""
    text = stage.text
    st.markdown(text.section("changes").body, width=510)
    rows = []
    quarters: Any = heard.quarters.itertuples()
    for row in quarters:
        known = row.change == row.change
        between = text.label("from_to", low=signed(text, row.change_low), high=signed(text, row.change_high))
        verdict = "real" if known and (row.change_low > 0 or row.change_high < 0) else "may_be_noise"
        rows.append(
            (
                f"{row.quarter.year} Q{row.quarter.quarter}",
                text.number(row.answers),
                text.number(row.score),
                signed(text, row.change) if known else "",
                between if known else "",
                text.label(verdict) if known else "",
                signed(text, row.true_change) if known else "",
            )
        )
    names = ("quarter_axis", "answers", "score", "change", "interval", "verdict", "true_change")
    _table(pd.DataFrame(rows, columns=[text.label(name) for name in names]), key="changes", text=text)


def methods(stage: Stage, inputs: Inputs) -> None:
    """How often the two intervals hold the true score in small surveys, counted out exactly."""
    text = stage.text
    st.markdown(text.section("methods", confidence=text.percent(inputs.confidence)).body, width=510)
    rows = [
        (
            text.number(answers),
            *(
                text.percent(covers(shares, answers, method, inputs.confidence))
                for shares in (inputs.shares, nps.Shares(promoters=0.9, detractors=0.02))
                for method in ("wald", "adjusted")
            ),
        )
        for answers in SMALL_SURVEYS
    ]
    names = ("answers", "wald_here", "adjusted_here", "wald_loved", "adjusted_loved")
    _table(pd.DataFrame(rows, columns=[text.label(name) for name in names]), key="methods", text=text)


@st.cache_data(max_entries=200, show_spinner=False)
def covers(shares: nps.Shares, answers: int, method: nps.Method, confidence: float) -> float:
    """The exact coverage of one interval."""
    return nps.coverage(shares, answers=answers, method=method, confidence=confidence)


def _table(rows: pd.DataFrame, *, key: str, text: Text) -> None:
    st.dataframe(
        rows,
        hide_index=True,
        key=key,
        alt=text.label(f"{key}_heading"),
        column_config=numbers_right(rows),
        width="content",
    )


def workbook(text: Text, answers: pd.DataFrame, inputs: Inputs) -> bytes:
    """The answers, and a sheet that counts them, gives the score with its margin, and the answers needed."""
    counts = nps.counted(answers["recommendation"])
    name, last = text.label("sheet_answers"), len(answers) + 1
    cells = f"'{name}'!$D$2:$D${last}"
    z, shares = nps.z_of(inputs.confidence), counts.shares
    margin = shares.margin_points(answers=counts.answers, confidence=inputs.confidence)
    rows = [
        ("sheet_promoters", Formula(f'=COUNTIF({cells},">=9")', counts.promoters)),
        ("sheet_detractors", Formula(f'=COUNTIF({cells},"<=6")', counts.detractors)),
        ("answers", Formula(f"=COUNT({cells})", counts.answers)),
        ("score", Formula("=100*(B2-B3)/B4", shares.score_points)),
        ("sheet_variance", Formula("=(B2+B3)/B4-((B2-B3)/B4)^2", shares.variance)),
        ("sheet_z", z),
        ("margin", Formula("=100*B7*SQRT(B6/B4)", margin)),
        ("target", inputs.target),
        (
            "needed",
            Formula(
                "=ROUNDUP(B6*(100*B7/B9)^2,0)",
                shares.answers_needed(margin_points=inputs.target, confidence=inputs.confidence),
            ),
        ),
    ]
    sheet = pd.DataFrame(
        {
            text.label("what"): [text.label(key) for key, _ in rows],
            text.label("value"): [cell for _, cell in rows],
        }
    )
    named = answers.set_axis(
        [text.label(f"sheet_{column}") for column in ("id", "customer", "sent", "answer")], axis=1
    )
    return xlsx({text.label("sheet_score"): sheet, name: named})
