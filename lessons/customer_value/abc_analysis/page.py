"""The page of ABC analysis and the 80/20 rule."""

import streamlit as st

from lessons import frame
from lessons.customer_value.abc_analysis import model as abc
from lessons.customer_value.abc_analysis import more, notebook, pictures, whale, workbook
from lessons.frame import Data, Stage, Text


@st.cache_resource(max_entries=4, show_spinner=False)
def analysis(key: str, a: float, ab: float, cost: float, driver: str, _data: Data) -> whale.Analysis:
    """One setting of the controls; the list itself is cached beside the truth."""
    return whale.analyse(more.listed(key, _data), a=a, ab=ab, cost_to_serve=cost, driver=driver)


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[abc, whale], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Widgets, one call to the model, one chart."""
    text, data = stage.text, stage.data
    curve = stage.radio("curve", ["revenue", "profit"])
    if curve == "revenue":
        a, ab = _limits(stage)
        with stage.more():
            cost, driver = _costs(stage)
    else:
        cost, driver = _costs(stage)
        with stage.more():
            a, ab = _limits(stage)
    found = analysis(data.key, a / 100, ab / 100, cost / 100, driver, data)
    if not data.has_amounts:
        stage.notice("no_amounts")
    elif found.rows["revenue"].sum() == 0:
        stage.notice("no_revenue", until=text.date(data.calibration_until))
    if curve == "revenue":
        for name in abc.CLASSES:
            stage.figure(f"in_{name.lower()}", text.number(found.count[name]))
        stage.figure("gini", text.number(found.gini, 2))
        stage.chart("pareto_heading", pictures.pareto(stage, found))
    else:
        stage.figure("peak", text.percent(found.whale.peak))
        stage.figure("peak_at", text.percent(found.whale.peak_at))
        stage.figure("best_fifth", text.percent(found.profit_of_best_fifth))
        stage.figure("losing", text.percent(found.whale.losing))
        stage.chart("whale_heading", pictures.whales(stage, found))
    stage.explain(**more.words(stage, found, a=a / 100, ab=ab / 100, cost=cost / 100, driver=driver))
    stage.by_hand(more.six_customers(text.language, text))
    more.truth(stage, found, a=a / 100)
    stage.table(lambda: found.rows)
    stage.workbook(lambda: workbook.make(text, found, a=a / 100, ab=ab / 100, cost=cost / 100, driver=driver))
    stage.notebook(a=a / 100, ab=ab / 100, cost_to_serve=cost / 100, driver=driver)
    stage.further("classes_heading", lambda: more.class_figures(stage, found))
    if more.future(data.key, data) is not None:
        stage.further("migration_heading", lambda: more.migration(stage, found, a=a / 100, ab=ab / 100))
    if data.scenario is not None:
        stage.further("coverage_heading", lambda: more.coverage(stage))


def _limits(stage: Stage) -> tuple[float, float]:
    return (
        stage.slider("a_limit", 20, 85, 80, step=5, unit="percent"),
        stage.slider("ab_limit", 85, 99, 95, unit="percent"),
    )


def _costs(stage: Stage) -> tuple[float, str]:
    driver = {"by_orders": "orders", "by_customers": "customers", "by_revenue": "revenue"}
    cost = stage.slider("cost", 0, 90, 60, unit="percent")
    return cost, driver[stage.radio("driver", list(driver))]
