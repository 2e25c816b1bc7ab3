"""Is every chart one that Plotly understands?  The course builds plain dicts; here Plotly's own classes check them."""

from __future__ import annotations

import json

import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

import lessons
from lessons import charts
from tests.test_pages import opened

TICKS = [(0, "0"), (50, "50"), (100, "100")]


def checked(figure: charts.Figure) -> go.Figure:
    """Return Plotly's own figure; raises where a property or a value is none of Plotly's."""
    return go.Figure(json.loads(json.dumps(figure)))


def full() -> charts.Figure:
    figure = charts.axes(charts.blank(), x_title="share", x_ticks=TICKS, y_ticks=TICKS, y_title="profit")
    charts.curve(figure, x=[0, 50, 100], y=[0, 80, 20])
    charts.curve(figure, x=[0, 100], y=[10, 90], sign="truth")
    charts.bars(figure, x=[10, 20], y=[3, 4], base=[1, 1], across=True)
    charts.points(figure, x=[10, 20], y=[3, 4], sign="reference", marker={"size": 7, "symbol": "circle"})
    charts.point(figure, x=50, y=80, label="best", side="right")
    return charts.you(figure, x=34, label="You: 34%")


def map_of_cells() -> charts.Figure:
    words = [["1%", "2%"], ["3%", ""]]
    options = {"x": ["F 1", "F 2"], "y": ["R 1", "R 2"], "x_title": "frequency", "y_title": "recency"}
    return charts.cells(charts.blank(), values=[[1, 2], [3, 4]], words=words, outlined=[(0, 1)], **options)


def test_what_each_function_draws_is_plotly():
    assert len(checked(full()).to_dict()["data"]) == 6
    checked(
        charts.you(charts.axes(charts.blank(), x_title="", x_ticks=TICKS, y_ticks=TICKS), y=3, label="You")
    )
    checked(map_of_cells())
    checked(charts.for_projector(full()))
    checked(charts.for_projector(map_of_cells()))


def test_the_check_sees_a_word_that_plotly_does_not_know():
    with pytest.raises(ValueError, match="linewidth"):
        checked({"data": [{"type": "scatter", "linewidth": 3}], "layout": {}})


def test_before_the_lock_only_the_learner_is_seen():
    """The axes stay where they are, and what waits for the lock is not even sent."""
    whole, bare = full(), charts.before_lock(full(), words="Lock your prediction.")
    checked(bare)
    assert [trace["name"] for trace in bare["data"]] == ["you"]
    assert bare["layout"]["xaxis"] == whole["layout"]["xaxis"]
    assert "80" not in json.dumps(bare["data"])
    assert [note["text"] for note in bare["layout"]["annotations"]] == [
        "<b>◇ You: 34%</b>",
        "Lock your prediction.",
    ]
    # A figure is given away once: the one that was hidden is still whole.
    assert whole == full()


@pytest.mark.parametrize(
    ("topic", "data"),
    [(topic, data) for topic in lessons.topics() for data in topic.data if data != "file"],
    ids=lambda value: getattr(value, "path", value),
)
def test_the_charts_of_a_page_are_plotly(topic, data):
    page: AppTest = opened(topic, lock=True, data=data)
    for expander in page.expander:
        if ".further." in expander.proto.id:
            page.session_state[expander.proto.id.rsplit("-", 1)[1]] = True
    page.run()
    drawn = page.get("plotly_chart")
    assert len(drawn) >= 2
    for chart in drawn:
        checked(json.loads(chart.proto.spec))
