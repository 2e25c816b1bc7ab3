"""The page on expectation and disconfirmation: a promise, who buys, and who stays."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from lessons import charts, frame
from lessons.frame import Stage, Text
from lessons.frame.data import Data, table
from lessons.satisfaction.expectation_disconfirmation import estimating, lived, more, notebook, truth
from lessons.satisfaction.expectation_disconfirmation import model as promises
from lessons.satisfaction.expectation_disconfirmation.model import Offer


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[promises, estimating], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask what the tea is like and how people judge, and show who buys and stays by promise."""
    text = stage.text
    offer, learning = asked(stage)
    best, guess = offer.best_promise(), stage.guess
    at_best, at_guess = float(offer.loyal(best)), float(offer.loyal(guess))
    stage.figure("best_promise", text.number(best, 2))
    stage.figure("buyers", per_thousand(text, float(offer.buyers(best))))
    stage.figure("staying", text.percent(float(offer.staying(best))))
    stage.figure("loyal", per_thousand(text, at_best))
    stage.chart("by_promise", picture(stage, offer, best))
    stage.by_hand(more.six_in_words(text))
    stage.explain(
        best=text.number(best, 2),
        at_best=per_thousand(text, at_best),
        at_guess=per_thousand(text, at_guess),
        buyers_guess=per_thousand(text, float(offer.buyers(guess))),
        staying_guess=text.percent(float(offer.staying(guess))),
        times=text.number(1 + offer.loss_weight, 2).rstrip("0").rstrip("."),
        performance=(rated := text.number(offer.performance, int(offer.performance % 1 > 0))),
        kept=text.label(
            "uneven" if offer.spread else "even",
            performance=rated,
            mean_kept=text.number(float(offer.mean_satisfaction(offer.performance)), 2),
        ),
    )
    found = judged(stage.data.key, stage.data)
    truth.draw(stage, found, offer)
    for name, draw in (
        ("kink", partial(more.kink, stage, offer)),
        ("theories", partial(more.theories, stage, offer)),
        ("learning", partial(more.learning, stage, offer, learning)),
        ("stages", partial(more.stages, stage, found)),
        ("standards", partial(more.standards, stage, found)),
    ):
        stage.further(f"{name}_heading", draw)
    answers = partial(lived.answers, table(stage.data, "surveys"))
    stage.table(answers)
    stage.workbook(lambda: more.workbook(text, promises.by_promise(offer), answers(), found))
    stage.notebook(offer=offer)


def asked(stage: Stage) -> tuple[Offer, float]:
    """Ask for the tea and for the way it is judged; expectation's learning comes along."""
    performance = stage.slider("performance", 4, 10, 7, step=0.5)
    loss_weight = stage.slider("loss_weight", 0, 3, 1, step=0.25)
    assimilation = stage.slider("assimilation", 0, 80, 0, step=5, unit="percent") / 100
    with stage.more():
        spread = stage.slider("spread", 0, 2.5, 1, step=0.25)
        contrast = stage.slider("contrast", 0, 100, 0, step=10, unit="percent") / 100
        zone = stage.slider("zone", 0.5, 5, 2, step=0.5)
        pull = stage.slider("pull", 0.1, 2, 0.8, step=0.1)
        learning = stage.slider("learning", 0, 100, 15, step=5, unit="percent") / 100
    offer = Offer(
        performance=performance,
        spread=spread,
        loss_weight=loss_weight,
        assimilation=assimilation,
        contrast=contrast,
        # A zone has two sides only where something happens outside it.
        zone_points=zone if contrast else float("inf"),
        pull=pull,
    )
    return offer, learning


def per_thousand(text: Text, share: float) -> str:
    """A share of those who see the advertisement, as people in a thousand."""
    return text.number(share * 1000)


def picture(stage: Stage, offer: Offer, best: float) -> charts.Figure:
    """Who buys, and who buys and stays, by promise, in a thousand."""
    text, grid = stage.text, promises.promise_grid()
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("promise_axis"),
        x_ticks=[(mark, text.number(mark)) for mark in (1, 4, 7, 10)],
        y_ticks=[(mark, text.number(mark)) for mark in (0, 500, 1000)],
        y_range=(-60, 1120),
    )
    buyers, loyal = offer.buyers(grid) * 1000, promises.loyal_by_grid(offer) * 1000
    charts.curve(figure, x=grid[::3], y=buyers[::3], sign="reference")
    charts.curve(figure, x=grid[::2], y=loyal[::2])
    charts.note(figure, x=10, y=buyers[-1], label=text.label("buy_line"), sign="reference", side="left")
    height = float(offer.loyal(best)) * 1000
    charts.points(figure, x=[best], y=[height], sign="model", marker=dict(size=13, symbol="circle"))
    # Right below the top the curve itself would run through the word.
    under = height > 350
    place = height * 0.75 if under else height
    charts.note(figure, x=best, y=place, label=text.label("best_here"), above=not under)
    return charts.you(figure, x=stage.guess, label=stage.your_label)


@st.cache_resource(max_entries=2, show_spinner=False)
def judged(key: str, _data: Data) -> lived.Judged:
    """The survey's regressions against what was lived."""
    encounters = table(_data, "truth_encounters").merge(
        table(_data, "orders")[["order_id", "customer_id"]], on="order_id"
    )
    traits: Any = table(_data, "truth_customers")[["customer_id", "desire"]]
    return lived.judge(
        surveys=table(_data, "surveys"),
        lived=encounters.merge(traits, on="customer_id"),
        scenario=_data.scenario,
    )
