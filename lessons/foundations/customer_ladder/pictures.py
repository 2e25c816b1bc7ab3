"""What do the main chart and the truth panel show?  A point's worth by step; counted steps against true ones."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from lessons import charts
from lessons.foundations.customer_ladder import more
from lessons.foundations.customer_ladder.model import STEPS, Floats, Ladder
from lessons.foundations.customer_ladder.truth import Card, Found
from lessons.frame import Stage


def worths(stage: Stage, worth: Floats) -> charts.Figure:
    """Draw a bar for each step, the ground step on the bottom, and the learner's guess for that one."""
    names = [f"at_{step}" for step in STEPS]
    write = partial(more.money, stage)
    figure = more.bars(stage, names, worth, write=write, axis="worth_axis", least=stage.guess)
    return charts.you(figure, x=stage.guess, label=stage.your_label)


def truth_panel(stage: Stage, found: Found, card: Card, people: Ladder) -> None:
    """Fill the truth panel: counted after a year, true, and what the difference costs."""
    text, steps = stage.text, found.steps
    counted, true = (
        replace(people, conversions=tuple(min(share, 1.0) for share in steps[name].fillna(0.0)))
        for name in ("share", "true")
    )
    chosen, best = int(counted.worth_of_points().argmax()), int(true.worth_of_points().argmax())
    top, last = len(STEPS) - 1, steps.iloc[-1]
    covered = text.label(
        "of_steps", covered=text.number(int(steps["covered"].sum())), steps=text.number(len(steps))
    )
    missing = true.profit() - counted.profit()
    stage.truth(
        figures={
            "counted_figure": more.money(stage, counted.profit()),
            "true_figure": more.money(stage, true.profit()),
            "covered": covered,
        },
        heading="steps_heading",
        chart=_steps(stage, found),
        values={
            "covered": covered,
            "customers": text.number(found.customers),
            "until": text.date(stage.data.calibration_until),
            "again_seen": text.percent(steps["share"][2]),
            "again_true": text.percent(steps["true"][2]),
            "third_seen": text.percent(steps["share"][3]),
            "third_true": text.percent(steps["true"][3]),
            "bring_seen": text.percent(last["share"]),
            "bring_true": text.percent(last["true"]),
            "recommend": text.percent(found.recommend),
            "off_ladder": text.percent(found.off_ladder),
            "counted_profit": more.money(stage, counted.profit()),
            "true_profit": more.money(stage, true.profit()),
            "missing": more.money(stage, abs(missing)),
            "verdict": text.label(
                "agree" if chosen == best else "differ",
                chosen=text.label(f"at_{STEPS[chosen]}"),
                best=text.label(f"at_{STEPS[best]}"),
                regret=more.money(stage, true.worth_of_points()[best] - true.worth_of_points()[chosen]),
            ),
            "top_seen": more.money(stage, counted.worth_of_points()[top]),
            "top_true": more.money(stage, true.worth_of_points()[top]),
            "member_margin": more.money(stage, people.margins_per_month[5]),
            "client_margin": more.money(stage, people.margins_per_month[4]),
            "without_card": more.money(stage, card.without),
            "with_card": more.money(stage, card.with_card),
        },
    )


def _steps(stage: Stage, found: Found) -> charts.Figure:
    text, steps = stage.text, found.steps
    places = list(range(1, len(STEPS) + 1))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("climb_axis"),
        x_ticks=[(0, "0"), *((share, text.percent(share)) for share in (0.25, 0.5, 0.75, 1))],
        y_ticks=[(place, text.label(f"at_{step}")) for place, step in zip(places, STEPS, strict=True)],
        x_range=(-0.02, 1.04),
        y_range=(0.4, len(STEPS) + 0.8),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.points(
        figure, x=steps["true"].tolist(), y=places, sign="truth", marker=dict(size=14, symbol="square")
    )
    for place, low, high in zip(places, steps["low"].tolist(), steps["high"].tolist(), strict=True):
        charts.curve(figure, x=[low, high], y=[place, place])
    charts.points(
        figure, x=steps["share"].tolist(), y=places, sign="model", marker=dict(size=10, symbol="circle")
    )
    third = STEPS.index("third")
    charts.note(figure, x=steps["share"][third], y=places[third], label=text.label("counted"), side="left")
    words = text.label("true")
    charts.note(figure, x=steps["true"][third], y=places[third], label=words, sign="truth", side="right")
    return figure
