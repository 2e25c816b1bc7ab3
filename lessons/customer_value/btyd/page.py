"""How many orders will these customers still place?  Fit, look ahead, and hold it against what came."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import streamlit as st

from lessons import frame
from lessons.customer_value.btyd import bg_nbd, drawing, fitting, more, nbd, notebook, panel, workbook
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.case import Case
from lessons.frame import Data, Stage, Text
from lessons.frame.data import recency_frequency

PARTS = {"all": 1, "half": 2, "tenth": 10, "hundredth": 100}
FEW, SHORTEST_DAYS = 30, 14
UNKNOWN = dict.fromkeys(("pace_came", "pace_expected", "forecast", "came", "mark_date", "alive_share"), "–")


def page(text: Text) -> None:
    """Draw the topic's page."""
    frame.topic(text, model=model, sources=(fitting, nbd, bg_nbd, btyd), notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for the controls, fit (or find the fit in the cache), and hand over what is to be shown."""
    text, data = stage.text, stage.data
    start, end = data.orders["ordered_at"].min().date(), data.holdout_until
    span = (end - start).days
    usual = 5 * round(20 * (data.calibration_until - start).days / max(span, 1))
    share = stage.slider("calibration", 20, 80, min(max(usual, 20), 80), step=5, unit="percent")
    leave = stage.toggle("leave", True)
    with stage.more():
        part = stage.radio("part", list(PARTS))
        unit = stage.radio("unit", ["week", "day", "month"], "day" if span < 120 else "week")
    silence = "may_leave" if leave else "never_leave"
    stage.explain(**UNKNOWN, silence=text.label(silence, mark_date="–", alive_share="–"))
    stage.by_hand(drawing.six_customers(text))
    if span < SHORTEST_DAYS:
        stage.notice("too_short")
        return
    mark = data.calibration_until if share == usual else start + timedelta(days=span * int(share) // 100)
    found = forecast(data.key, mark, PARTS[part], unit, bool(leave), data)
    if not found.before:
        stage.notice("one_timers")
        return
    if len(found.customers) < FEW:
        stage.notice("few_customers", customers=text.number(len(found.customers)))
    if not found.fit.converged:
        stage.notice("not_converged")
    alive = text.percent(found.customers["p_alive"].mean())
    stage.figure("forecast", text.number(found.expected_after))
    stage.figure("came", text.number(found.after))
    stage.figure("error", ("+" if found.error > 0 else "") + text.percent(found.error, 1))
    stage.figure("alive", alive)
    stage.chart("tracking", drawing.tracking(stage, found, unit=unit))
    stage.explain(
        pace_came=text.percent(found.pace(found.after)),
        pace_expected=text.percent(found.pace(found.expected_after)),
        forecast=text.number(found.expected_after),
        came=text.number(found.after),
        mark_date=text.date(mark),
        alive_share=alive,
        silence=text.label(silence, mark_date=text.date(mark), alive_share=alive),
    )
    case = Case(text=text, data=data, found=found, mark=mark, unit=unit, part=PARTS[part])
    if stage.locked:
        worth = more.worth(case.key, case)
        if data.truth is None or worth is None:
            panel.held_out(stage, case, worth)
        else:
            panel.known_truth(stage, case, worth, more.recovery(data.key, data.scenario))
    for heading, draw in more.FURTHER.items():
        stage.further(heading, partial(draw, case))
    stage.table(lambda: workbook.table(found.customers))
    stage.workbook(lambda: workbook.xlsx(text, workbook.table(found.customers), fit=found.fit))
    stage.notebook(
        mark=found.mark, last_day=found.last_day, days_per_unit=btyd.DAYS_PER_UNIT[unit], leave=bool(leave)
    )


@st.cache_resource(max_entries=24, show_spinner=False)
def forecast(key: str, mark: date, part: int, unit: str, leave: bool, _data: Data) -> btyd.Forecast:
    """Summarise the customers known at `mark` (one in `part` of them), fit, and look ahead to the end."""
    summary = btyd.one_in(recency_frequency(_data, day=mark, unit=unit).reset_index(), part=part, seed=1)
    start = _data.orders["ordered_at"].min().date()
    repeats = btyd.repeat_orders(
        _data.orders, customers=summary["customer_id"], start=start, one_a_day=_data.kind != "simulated"
    )
    return btyd.forecast(
        summary,
        repeats=repeats,
        mark=(mark - start).days,
        last_day=(_data.holdout_until - start).days,
        days_per_unit=btyd.DAYS_PER_UNIT[unit],
        leave=leave,
    )
