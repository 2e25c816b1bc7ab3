"""The truth panel: the survey's score by quarter, and the score that everybody who was asked would have given."""

from __future__ import annotations

from lessons import charts
from lessons.frame import Stage
from lessons.satisfaction.nps.silence import Heard


def draw(stage: Stage, heard: Heard) -> None:
    """Hold the survey against everybody: its score, its intervals, and the directions it pointed to."""
    text, quarters = stage.text, heard.quarters
    survey, true = heard.answered.shares.score_points, heard.asked.score_points
    low, high = heard.interval
    figures = {
        "survey_score": text.number(survey),
        "true_score": text.number(true),
        "covered": text.label(
            "of_quarters", count=text.number(heard.covered), all=text.number(len(quarters))
        ),
        "astray": text.label(
            "of_quarters", count=text.number(heard.led_astray), all=text.number(max(len(quarters) - 1, 0))
        ),
    }
    expected = heard.expected.score_points
    values = {
        "came": text.number(heard.answered.answers),
        "customers": text.number(heard.customers),
        "sent": text.number(heard.sent),
        "response": text.percent(heard.answered.answers / max(heard.sent, 1)),
        "survey": text.number(survey),
        "survey_low": text.number(low),
        "survey_high": text.number(high),
        "true": text.number(true),
        "gap": text.number(abs(true - survey)),
        "by_silence": text.number(abs(true - expected)),
        "by_chance": text.number(abs(expected - survey)),
        "people": text.number(heard.people.score_points),
        "covered": text.number(heard.covered),
        "quarters": text.number(len(quarters)),
        "astray": text.number(heard.led_astray),
        "steps": text.number(max(len(quarters) - 1, 0)),
        "detractors_seen": text.percent(heard.answered.shares.detractors),
        "detractors_true": text.percent(heard.asked.detractors),
    }
    stage.truth(figures=figures, heading="by_quarter", chart=picture(stage, heard), values=values)


def picture(stage: Stage, heard: Heard) -> charts.Figure:
    """Each quarter's score with its interval, and the true score beside it."""
    text, rows = stage.text, heard.quarters
    places = list(range(len(rows)))
    names = [f"{when.year % 100}/Q{when.quarter}" for when in rows["quarter"]]
    shown = [(place, name) for place, name in zip(places, names, strict=True) if place % 2 == 0]
    top = max(10 * -(-max(rows["true"].max(), rows["high"].max()) // 10), 20) if places else 100
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("quarter_axis"),
        x_ticks=shown or [(0, "")],
        y_ticks=[(mark, text.number(mark)) for mark in (0, top / 2, top)],
        x_range=(-0.5, max(len(places), 1) - 0.5),
        y_range=(-0.03 * top, 1.2 * top),
    )
    for place, low, high in zip(places, rows["low"], rows["high"], strict=True):
        charts.curve(figure, x=[place, place], y=[low, high])
    charts.points(
        figure, x=places, y=rows["score"].tolist(), sign="model", marker=dict(size=9, symbol="circle")
    )
    charts.curve(figure, x=places, y=rows["true"].tolist(), sign="truth")
    if places:
        charts.note(
            figure,
            x=places[-1],
            y=float(rows["true"].iloc[-1]),
            label=text.shared("signs.truth"),
            sign="truth",
            side="left",
        )
        lowest = int(rows["low"].to_numpy().argmin())
        charts.note(
            figure, x=lowest, y=float(rows["low"].iloc[lowest]), label=text.label("survey_word"), above=False
        )
    return figure
