"""Further views: six by hand, the windows, ROC, precision, lift, calibration, features, and a workbook."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pandas as pd
import streamlit as st

from lessons import charts
from lessons.churn.churn_prediction import case, fitting
from lessons.churn.churn_prediction import model as churn
from lessons.frame import Text, draw_chart
from lessons.frame.workbook import Formula, xlsx

USUAL = churn.Offer(cost=6, save_rate=0.1, value=200)


@functools.lru_cache(maxsize=16)
def six_customers(text: Text, *, currency: str) -> pd.DataFrame:
    """Return the six customers worked by hand, in the reader's words."""
    six = churn.six_customers(offer=USUAL)

    def money(column: str) -> list[str]:
        return [text.money(amount, currency) for amount in six[column]]

    return pd.DataFrame(
        {
            text.label("who"): text.label("six_names").split(","),
            text.label("chance"): [text.percent(chance) for chance in six["chance"]],
            text.label("expected"): money("expected"),
            text.label("left"): [
                text.label("gone") if left else text.label("came_back") for left in six["left"]
            ],
            text.label("came_in"): money("profit"),
            text.label("running"): money("total"),
        }
    )


def _percents(text: Text, shares: tuple[float, ...] = (0.25, 0.5, 0.75, 1)) -> list[tuple[float, str]]:
    return [(0.0, "0"), *((share, text.percent(share)) for share in shares)]


def _square(text: Text, x_title: str, y_title: str) -> charts.Figure:
    """Return axes from 0 to 100% both ways; what the upright one counts stands above it."""
    ticks = _percents(text)
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label(x_title),
        x_ticks=ticks,
        y_ticks=ticks,
        y_range=(-0.03, 1.05),
    )
    figure["layout"]["margin"] |= {"t": 44}
    words = {
        "x": 0,
        "y": 1,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "left",
        "yanchor": "bottom",
        "yshift": 14,
    }
    font = {"size": 14, "color": charts.REFERENCE}
    figure["layout"]["annotations"].append(
        words | {"text": text.label(y_title), "showarrow": False, "font": font, "name": "model"}
    )
    return figure


def windows(text: Text, found: case.Judged) -> None:
    """Draw what the features may see and what the label asks, for the earlier and the later customers."""
    rows, day = [], pd.Timedelta(days=1)
    for name, one in (("learn_row", found.season.earlier), ("test_row", found.season.asked)):
        start = min(one.features_until, one.label_from) - (case.WINDOW_DAYS - 1) * day
        rows.append((text.label(name), start, one.features_until, one.label_from + day, one.label_until))
    words = "windows_leak" if found.season.asked.leak else "windows_words"
    st.markdown(text.label(words), width=510)
    st.dataframe(
        pd.DataFrame(
            [[name, *(text.date(day) for day in days)] for name, *days in rows],
            columns=[
                text.label(name) for name in ("case", "seen_from", "seen_until", "asked_from", "asked_until")
            ],
        ),
        hide_index=True,
        key="windows",
        alt=text.label("windows"),
    )


def roc(text: Text, found: case.Judged) -> None:
    """Draw the ROC curve, its area and the area's interval."""
    left = found.season.left
    curve = churn.roc(left, found.tested)
    area, leavers = churn.auc(left, found.tested), int(left.sum())
    error = churn.auc_error(area, leavers=leavers, stayers=len(left) - leavers)
    figure = _square(text, "false_alarms", "caught")
    charts.curve(figure, x=[0, 1], y=[0, 1], sign="reference")
    some = curve.iloc[:: max(1, len(curve) // 150)]
    charts.curve(figure, x=[*some["false_alarms"], 1.0], y=[*some["caught"], 1.0])
    middle = some.iloc[(some["false_alarms"] - 0.3).abs().argmin()]
    label = text.label("area", area=text.number(area, 2))
    charts.note(figure, x=middle["false_alarms"], y=middle["caught"], label=label, above=False, side="right")
    charts.note(
        figure, x=0.62, y=0.56, label=text.label("by_lot"), sign="reference", above=False, side="right"
    )
    ends = [text.number(area + sign * 1.96 * error, 3) for sign in (-1, 1)]
    st.markdown(text.label("roc_words", area=text.number(area, 3), low=ends[0], high=ends[1]), width=510)
    draw_chart(figure, key="roc", alt=text.label("roc"))


def precision(text: Text, found: case.Judged) -> None:
    """Draw precision against recall."""
    left = found.season.left
    curve = churn.precision_recall(left, found.tested)
    figure = _square(text, "recall", "precision_axis")
    charts.curve(figure, x=[0, 1], y=[left.mean()] * 2, sign="reference")
    # The first few customers alone say little.
    some = curve[curve["recall"] >= 0.02].iloc[:: max(1, len(curve) // 150)]
    charts.curve(figure, x=some["recall"].to_numpy(), y=some["precision"].to_numpy())
    charts.note(
        figure, x=0.04, y=left.mean(), label=text.label("by_lot"), sign="reference", above=False, side="right"
    )
    middle = some.iloc[(some["recall"] - 0.45).abs().argmin()]
    charts.note(
        figure, x=middle["recall"], y=middle["precision"], label=text.shared("signs.model"), side="right"
    )
    st.markdown(text.label("precision_words", base=text.percent(float(left.mean()))), width=510)
    draw_chart(figure, key="precision", alt=text.label("precision"))


def lift(text: Text, found: case.Judged) -> None:
    """Draw how many times the usual rate of leaving each tenth of the list shows."""
    tenths = churn.lift(found.season.left, found.tested)
    top = charts.limit(float(tenths["lift"].max()))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("tenths"),
        x_ticks=[(place, text.number(place)) for place in range(1, len(tenths) + 1)],
        y_ticks=[(mark, text.number(mark, 1) if mark else "0") for mark in (0, top / 2, top)],
        x_range=(0.3, len(tenths) + 0.7),
    )
    charts.bars(figure, x=list(range(1, len(tenths) + 1)), y=tenths["lift"].round(3).tolist())
    charts.curve(figure, x=[0.3, len(tenths) + 0.7], y=[1, 1], sign="reference")
    charts.note(
        figure, x=len(tenths) + 0.6, y=1, label=text.label("everybody"), sign="reference", side="left"
    )
    caught = text.percent(float(tenths["caught"].iloc[1]))
    st.markdown(
        text.label("lift_words", lift=text.number(tenths["lift"].iloc[0], 1), caught=caught), width=510
    )
    draw_chart(figure, key="lift", alt=text.label("lift"))


def calibration(text: Text, found: case.Judged) -> None:
    """Draw the share that was silent against the chance that was predicted, for tenths of the customers."""
    groups = churn.calibration(found.season.left, found.used)
    figure = _square(text, "predicted", "observed")
    charts.curve(figure, x=[0, 1], y=[0, 1], sign="reference")
    charts.curve(figure, x=groups["predicted"].to_numpy(), y=groups["observed"].to_numpy())
    marker = {"size": 9, "symbol": "circle"}
    charts.points(
        figure, x=groups["predicted"].to_numpy(), y=groups["observed"].to_numpy(), sign="model", marker=marker
    )
    charts.note(figure, x=0.78, y=0.78, label=text.label("as_promised"), sign="reference", side="left")
    st.markdown(text.label("calibration_words"), width=510)
    draw_chart(figure, key="calibration", alt=text.label("calibration"))


def importance(text: Text, found: case.Judged) -> None:
    """Draw what each feature is worth: the AUC lost when its values are shuffled."""
    lost = _importance(found.key, found)
    rows = lost.iloc[::-1]
    top = charts.limit(max(float(lost["lost"].max()), 0.01))
    figure = charts.axes(
        charts.blank(height=400),
        x_title=text.label("auc_lost"),
        x_ticks=[(mark, text.number(mark, 2) if mark else "0") for mark in (0, top / 2, top)],
        y_ticks=[(place, text.label(name)) for place, name in enumerate(rows["feature"], 1)],
        x_range=(min(-0.03 * top, float(lost["lost"].min())), 1.05 * top),
        y_range=(0.4, len(rows) + 0.6),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.bars(figure, x=list(range(1, len(rows) + 1)), y=rows["lost"].round(4).tolist(), across=True)
    st.markdown(text.label("importance_words"), width=510)
    draw_chart(figure, key="importance", alt=text.label("importance"))


@st.cache_data(max_entries=12, show_spinner=False)
def _importance(key: tuple, _found: case.Judged) -> pd.DataFrame:
    return fitting.importance(_found.fit, _found.season.tested, left=_found.season.left)


FURTHER: dict[str, Callable[[Text, case.Judged], None]] = {
    "windows": windows,
    "roc": roc,
    "precision": precision,
    "lift": lift,
    "calibration": calibration,
    "importance": importance,
}


def workbook(text: Text, found: pd.DataFrame, *, offer: churn.Offer) -> bytes:
    """Return two sheets: the offer, and each threshold with a live profit."""
    offers = text.label("offer_sheet")
    cost, save, value, voucher = (f"'{offers}'!$B${row}" for row in (2, 3, 4, 5))
    given = pd.DataFrame(
        {
            text.label("what"): [
                text.label(name) for name in ("cost", "save_rate", "value", "voucher", "threshold")
            ],
            text.label("amount"): [
                offer.cost,
                offer.save_rate,
                offer.value,
                offer.voucher,
                Formula("=(B2+B5)/(B3*B4+B5*(1-B3))", min(offer.threshold, 1e9)),
            ],
        }
    )
    rows = range(2, len(found) + 2)
    profit = [
        Formula(f"=C{row}*{save}*({value}-{voucher})-(B{row}-C{row})*{voucher}-B{row}*{cost}", float(amount))
        for row, amount in zip(rows, found["profit"], strict=True)
    ]
    sheet = pd.DataFrame(
        {
            text.label("threshold"): found["threshold"],
            text.label("written"): found["written"],
            text.label("left_among"): found["caught"],
            text.label("profit"): profit,
        }
    )
    return xlsx({offers: given, text.label("thresholds_sheet"): sheet})
