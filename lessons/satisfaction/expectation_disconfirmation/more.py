"""The topic's further charts and tables, and its workbook with live formulas."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.frame.drawing import numbers_right
from lessons.frame.workbook import Formula, xlsx
from lessons.satisfaction.expectation_disconfirmation import lived
from lessons.satisfaction.expectation_disconfirmation import model as promises
from lessons.satisfaction.expectation_disconfirmation.model import Offer


@functools.lru_cache(maxsize=8)
def six_in_words(text: Text) -> pd.DataFrame:
    """The six customers under a promise of 7 and of 6, and their means."""
    six = promises.six_customers()
    rows = [*zip("ABCDEF", *(six[name] for name in six.columns), strict=True)]
    rows.append((text.label("average"), *(six[name].mean() for name in six.columns)))
    written = [
        (name, *(text.number(value, 0 if float(value).is_integer() else 2) for value in values))
        for name, *values in rows
    ]
    columns = ["customer", "came", "gap_seven", "felt_seven", "gap_six", "felt_six"]
    return pd.DataFrame(written, columns=[text.label(name) for name in columns])


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(f"{name}_heading"))


def kink(stage: Stage, offer: Offer) -> None:
    """Satisfaction by performance: at the learner's promise and at the best one."""
    text, best = stage.text, offer.best_promise()
    low_came, high_came = max(best - 3, 0), best + 3
    came = np.linspace(low_came, high_came, 91)

    def felt_at(promise: float) -> np.ndarray:
        gap = promises.perceived_gap(
            came - promise,
            assimilation=offer.assimilation,
            contrast=offer.contrast,
            zone_points=offer.zone_points,
        )
        return promises.felt(gap, loss_weight=offer.loss_weight)

    at_best, at_guess = felt_at(best), felt_at(stage.guess)
    top = charts.limit(max(at_best.max(), at_guess.max(), 1))
    low = -charts.limit(max(-at_best.min(), -at_guess.min(), 1))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("came_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in range(round(low_came + 0.5), int(high_came) + 1, 2)],
        y_ticks=[(mark, text.number(mark)) for mark in (low, 0, top)],
        x_range=(low_came, high_came),
        y_title=text.label("sheet_satisfaction"),
    )
    charts.curve(figure, x=came, y=at_guess, sign="you")
    charts.curve(figure, x=came, y=at_best)
    label = text.label("best_point", promise=text.number(best, 2))
    charts.point(figure, x=best, y=0, label=label, side="left" if best > 4 else "right")
    # On the side of the learner's line where neither line runs through the words.
    place, side = (9, "right") if stage.guess >= best else (-10, "left")
    charts.note(
        figure,
        x=float(came[place]),
        y=float(at_guess[place]),
        label=stage.your_label,
        sign="you",
        above=side == "left",
        side=side,
    )
    _draw(stage, "kink", figure)


def theories(stage: Stage, offer: Offer) -> None:
    """What people think they got, by promise: drawn to it, pushed from it, or one and then the other."""
    text, grid = stage.text, promises.promise_grid()[::5]
    middle = offer.performance
    settings: list[tuple[str, dict[str, float], charts.Sign]] = [
        ("assimilates", dict(assimilation=0.5), "reference"),
        ("contrasts", dict(contrast=0.5, zone_points=0.0), "reference"),
        ("both", dict(assimilation=0.5, contrast=0.5, zone_points=1.5), "model"),
    ]
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("promise_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (1, 4, 7, 10)],
        y_ticks=[(mark, text.number(mark)) for mark in (middle - 3, middle, middle + 3)],
        y_range=(middle - 5, middle + 5),
        y_title=text.label("seen_axis"),
    )
    for name, how, sign in settings:
        seen = grid + promises.perceived_gap(middle - grid, **how)
        charts.curve(figure, x=grid, y=seen, sign=sign)
        # The middle line is named under its first bend: on a phone another line runs over its start.
        at = middle - 1.3 if name == "both" else 1.0
        charts.note(
            figure,
            x=at,
            y=float(np.interp(at, grid, seen)),
            label=text.label(name),
            sign=sign,
            above=name == "contrasts",
            side="right",
        )
    _draw(stage, "theories", figure)


def learning(stage: Stage, offer: Offer, share: float) -> None:
    """The gap, purchase after purchase, at the learner's promise and at the best one."""
    text = stage.text
    figure = charts.blank()
    tries: list[tuple[charts.Sign, float]] = [("you", stage.guess), ("model", offer.best_promise())]
    runs = {
        sign: promises.repeat_purchases(performance=offer.performance, promise=promise, learning=share)
        for sign, promise in tries
    }
    most = charts.limit(max(float(run["gap"].abs().max()) for run in runs.values()) or 1)
    charts.axes(
        figure,
        x_title=text.label("purchase_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (1, 4, 8, 12)],
        y_ticks=[(mark, text.number(mark, 1 if mark else 0)) for mark in (-most, 0, most)],
        y_title=text.label("gap"),
    )
    signs: list[charts.Sign] = ["you", "model"]
    for sign in signs:
        run = runs[sign]
        label = stage.your_label if sign == "you" else text.label("best_here")
        charts.curve(figure, x=run["purchase"].tolist(), y=run["gap"].tolist(), sign=sign)
        third = float(run["gap"].iloc[2])
        charts.note(figure, x=3, y=third, label=label, sign=sign, above=third >= 0, side="right")
    _draw(stage, "learning", figure)


def stages(stage: Stage, found: lived.Judged) -> None:
    """Surplus, shortfall and ratio from what was lived to what was answered."""
    text = stage.text
    st.markdown(text.section("stages").body, width=510)
    steps: Any = found.stages.itertuples()
    rows = [
        (
            text.label(f"stage_{row.stage}"),
            *(text.number(value, 2) for value in (row.surplus, row.shortfall)),
            text.number(row.ratio, 1) + "×",
        )
        for row in steps
    ]
    columns = [text.label(name) for name in ("stage", "surplus", "shortfall", "ratio")]
    _table(pd.DataFrame(rows, columns=columns), key="stages", alt=text.label("stages_heading"))


def standards(stage: Stage, found: lived.Judged) -> None:
    """Four slopes, against expectation and against desire: estimated, with their intervals, and true."""
    text = stage.text
    st.markdown(text.section("standards").body, width=510)
    fit = found.both
    rows = []
    for name, planted in found.planted.items():
        low, high = fit.interval(name)
        rows.append(
            (
                text.label(f"slope_{name}"),
                text.number(fit.coefficients[name], 2),
                text.label("from_to", low=text.number(low, 2), high=text.number(high, 2)),
                text.number(planted, 2),
            )
        )
    columns = [text.label(name) for name in ("slope", "estimate", "interval", "planted")]
    _table(pd.DataFrame(rows, columns=columns), key="standards", alt=text.label("standards_heading"))


def _table(rows: pd.DataFrame, *, key: str, alt: str) -> None:
    st.dataframe(rows, hide_index=True, key=key, alt=alt, column_config=numbers_right(rows), width="content")


def workbook(text: Text, by_promise: pd.DataFrame, answers: pd.DataFrame, found: lived.Judged) -> bytes:
    """The promises, the answers with surplus and shortfall, and the regression on them: formulas that live."""
    rows = range(2, len(answers) + 2)
    scores = [answers[name].astype(float) for name in ("expectation", "performance", "satisfaction")]
    gap = scores[1] - scores[0]
    sheet = pd.DataFrame(
        {
            text.label("sheet_expectation"): scores[0],
            text.label("sheet_performance"): scores[1],
            text.label("sheet_satisfaction"): scores[2],
            text.label("surplus"): [
                Formula(f"=MAX(B{row}-A{row},0)", max(value, 0.0))
                for row, value in zip(rows, gap, strict=True)
            ],
            text.label("shortfall"): [
                Formula(f"=MIN(B{row}-A{row},0)", min(value, 0.0))
                for row, value in zip(rows, gap, strict=True)
            ],
        }
    )
    named = by_promise.set_axis(
        [text.label(f"sheet_{name}") for name in ("promise", "buyers", "staying", "loyal", "mean")], axis=1
    )
    name, last = text.label("sheet_answers"), len(answers) + 1
    line = f"LINEST('{name}'!$C$2:$C${last},'{name}'!$D$2:$E${last})"
    slopes, (ratio, _) = found.survey.coefficients, found.survey.ratio("shortfall", "surplus")
    regression = pd.DataFrame(
        {
            text.label("slope"): [text.label(part) for part in ("surplus", "shortfall", "constant", "ratio")],
            text.label("estimate"): [
                Formula(f"=INDEX({line},1,2)", slopes["surplus"]),
                Formula(f"=INDEX({line},1,1)", slopes["shortfall"]),
                Formula(f"=INDEX({line},1,3)", slopes["constant"]),
                Formula("=B3/B2", ratio),
            ],
        }
    )
    return xlsx(
        {text.label("sheet_promises"): named, name: sheet, text.label("sheet_regression"): regression}
    )
