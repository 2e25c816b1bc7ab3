"""What stands around the main chart: the words' values, the truth, and the further charts."""

import pandas as pd
import streamlit as st

from lessons import charts
from lessons.customer_value.abc_analysis import model as abc
from lessons.customer_value.abc_analysis import pictures
from lessons.customer_value.abc_analysis.judging import Judgement, judge
from lessons.customer_value.abc_analysis.truth import expected_revenue, twenty_companies
from lessons.customer_value.abc_analysis.whale import GROSS_MARGIN, Analysis
from lessons.customer_value.abc_analysis.whale import six_customers as six
from lessons.frame import Data, Stage, Text, draw_chart


@st.cache_resource(max_entries=3, show_spinner=False)
def listed(key: str, _data: Data) -> pd.DataFrame:
    """The customers of the calibration period, most revenue first."""
    return abc.customer_list(_data.orders, until=_data.calibration_until)


@st.cache_resource(max_entries=3, show_spinner=False)
def future(key: str, _data: Data) -> pd.DataFrame | None:
    """What the same customers did in the next period, in their order; None where there is no next period."""
    after = abc.customer_list(_data.orders, after=_data.calibration_until, until=_data.holdout_until)
    after = after.set_index("customer_id").reindex(listed(key, _data)["customer_id"])
    found = after[["orders", "revenue"]].fillna(0).reset_index()
    return found if found["revenue"].sum() > 0 else None


@st.cache_resource(max_entries=1, show_spinner=False)
def expected(key: str, _data: Data) -> pd.DataFrame:
    """What the simulation knows of each customer of the list."""
    assert _data.truth is not None
    return expected_revenue(
        listed(key, _data), truth=_data.truth, until=_data.calibration_until, weeks_ahead=_weeks(_data)
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def judgement(key: str, a: float, _data: Data) -> Judgement:
    """The A list against the next period."""
    after = future(key, _data)
    assert after is not None
    known = None if _data.truth is None else expected(key, _data)
    return judge(listed(key, _data), after=after, known=known, a=a)


@st.cache_data(max_entries=3, show_spinner=False)
def interval(key: str, _data: Data) -> tuple[float, float]:
    """The bootstrap interval of the share that brings 80%."""
    return abc.share_interval(listed(key, _data)["revenue"])


@st.cache_data(max_entries=1, show_spinner=False)
def companies(key: str, _data: Data) -> tuple[pd.DataFrame, float, float]:
    """Twenty companies' intervals, and what they should contain."""
    return twenty_companies(_data.scenario, until=_data.calibration_until)


def words(stage: Stage, found: Analysis, *, a: float, ab: float, cost: float, driver: str) -> dict[str, str]:
    """Return the values of the explanation's placeholders."""
    text, unit = stage.text, found.cost_per_unit
    label = {"revenue": "per_revenue", "orders": "per_order", "customers": "per_customer"}[driver]
    money = text.money(unit, stage.data.currency, 0 if unit >= 10 else 2)
    costs = {
        "cost": text.percent(cost),
        "unit_cost": text.label(label, amount=text.percent(unit) if driver == "revenue" else money),
    }
    read = {name: text.percent(getattr(found.whale, name)) for name in ("peak", "peak_at", "losing")}
    return {
        "needed": text.percent(found.needed),
        "top_fifth": text.percent(found.best_fifth),
        "a": text.percent(a),
        "ab": text.percent(ab),
        "gini": text.number(found.gini, 2),
        "whale": text.label("hump", **costs, **read) if found.whale.losing else text.label("flat", **costs),
        "margin": text.percent(GROSS_MARGIN),
    }


@st.cache_data(max_entries=6, show_spinner=False)
def six_customers(language: str, _text: Text) -> pd.DataFrame:
    """The table of the six customers, in the reader's words."""
    rows = six()
    for name in ("revenue", "cost_to_serve", "profit"):
        rows[name] = rows[name].map(_text.number)
    rows["cumulative_share"] = rows["cumulative_share"].map(_text.percent)
    return rows.astype(str).rename(columns=_text.label)


def truth(stage: Stage, found: Analysis, *, a: float) -> None:
    """Hold the A list against the truth, or where nobody knows it against the period kept back."""
    text, data = stage.text, stage.data
    if not stage.locked or future(data.key, data) is None:
        return
    judged = judgement(data.key, a, data)
    low, high = interval(data.key, data)
    values = {
        "count": text.number(found.count["A"]),
        "reached": text.percent(judged.choice.reached),
        "best": text.percent(judged.choice.best),
        "lost": text.money(judged.choice.lost, data.currency),
        "low": text.percent(low, 1),
        "high": text.percent(high, 1),
        "weeks": text.number(_weeks(data)),
        "until": text.date(data.calibration_until),
        "silent": text.percent(judged.silent),
    }
    if judged.gini is not None and judged.needed is not None:
        values |= {
            "right": text.percent(judged.choice.right),
            "by_lot": text.percent(judged.chosen),
            "gini_true": text.number(judged.gini, 2),
            "needed_true": text.percent(judged.needed),
            "verdict": text.label("covers" if low <= judged.needed <= high else "misses"),
        }
    stage.truth(
        figures={
            "model": values["reached"],
            "hindsight" if judged.gini is None else "truth": values["best"],
            "lost": values["lost"],
        },
        heading="truth_heading",
        chart=pictures.concentrations(stage, judged),
        values=values,
        section="truth" if judged.gini is not None else "truth_real",
    )


def class_figures(stage: Stage, found: Analysis) -> None:
    """A table of the classes: customers, orders, revenue, profit."""
    text, currency = stage.text, stage.data.currency
    rows = abc.class_table(found.rows, class_of=found.rows["class"], profit=found.rows["profit"])
    shares = rows / rows.sum().replace(0, 1)
    st.table(
        pd.DataFrame(
            {
                text.label("class"): rows.index,
                text.label("customers"): rows["customers"].map(text.number),
                text.label("share_of_customers"): shares["customers"].map(text.percent),
                text.label("orders"): rows["orders"].map(text.number),
                text.label("revenue"): [text.money(value, currency) for value in rows["revenue"]],
                text.label("share_of_revenue"): shares["revenue"].map(text.percent),
                text.label("order_value"): [
                    text.money(value, currency) for value in rows["revenue"] / rows["orders"].clip(lower=1)
                ],
                text.label("profit"): [text.money(value, currency) for value in rows["profit"]],
            }
        ).set_index(text.label("class"))
    )


def migration(stage: Stage, found: Analysis, *, a: float, ab: float) -> None:
    """Where the customers of each class went, in per cent of the class."""
    text, after = stage.text, future(stage.data.key, stage.data)
    assert after is not None
    now = abc.classes(after["revenue"], a=a, ab=ab)
    counts = abc.migration(found.rows["class"], now, bought=after["orders"] > 0)
    shares = counts.div(counts.sum(axis=1).clip(lower=1), axis=0)
    shares.columns = [*abc.CLASSES, text.label("none")]
    st.table(shares.map(text.percent).rename_axis(text.label("from_class")))
    st.markdown(f":small[:gray[{text.label('migration_note')}]]", width=510)


def coverage(stage: Stage) -> None:
    """Twenty intervals against the truth of one year and the truth without chance."""
    text = stage.text
    intervals, one_year, without_chance = companies(stage.data.key, stage.data)
    low, high = intervals["low"].min(), max(intervals["high"].max(), without_chance)
    ticks = [step / 20 for step in range(int(low * 20), int(high * 20) + 2)]
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("company_axis"),
        x_ticks=[(1, "1"), (10, "10"), (20, "20")],
        y_ticks=[(tick, text.percent(tick)) for tick in ticks],
        x_range=(0, 27),
    )
    for number, (low, high) in enumerate(intervals.to_numpy(), start=1):
        charts.curve(figure, x=[number, number], y=[low, high])
    for share, label in ((one_year, "one_year"), (without_chance, "without_chance")):
        charts.curve(figure, x=[0, 27], y=[share, share], sign="truth")
        charts.note(figure, x=27, y=share, label=text.label(label), sign="truth", side="left")
    heading = text.label("share_axis")
    st.markdown(f"**{heading}**")
    draw_chart(figure, key="abc_coverage", alt=heading)
    inside = [
        ((intervals["low"] <= at) & (at <= intervals["high"])).sum() for at in (one_year, without_chance)
    ]
    st.markdown(text.label("coverage_note", inside=str(inside[0]), outside=str(inside[1])), width=510)


def _weeks(data: Data) -> float:
    return (data.holdout_until - data.calibration_until).days / 7
