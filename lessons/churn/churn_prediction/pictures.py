"""The pictures of churn prediction: profit by threshold, and the list held against who truly left."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons import charts
from lessons.churn.churn_prediction import case
from lessons.churn.churn_prediction import model as churn
from lessons.frame import Stage, Text


def share(text: Text, amount: float) -> str:
    """Write a threshold; where no chance is high enough, say that it lies above 100%."""
    if amount > 1:
        return f"> {text.percent(1)}"
    return text.percent(amount, 0 if round(100 * amount, 1).is_integer() else 1)


def money_axis(text: Text, *, high: float, low: float, currency: str) -> tuple[list, tuple[float, float]]:
    """Return two to five ticks that hold `low` to `high`, and the axis' range."""
    step = charts.limit(max(high, -low, 1) / 3)
    # A curve that loses money all the way need not be shown to the bottom.
    floor = -min(np.ceil(max(-low, 0) / step), 2) * step
    ceiling = max(np.ceil(max(high, 0) / step), 1) * step
    marks = np.arange(floor, ceiling + step / 2, step)
    air = ceiling - floor
    return [(mark, text.short_money(mark, currency)) for mark in marks], (
        floor - 0.06 * air,
        ceiling + 0.14 * air,
    )


def by_threshold(
    stage: Stage, seen: pd.DataFrame, used: pd.DataFrame | None, *, offer: churn.Offer
) -> charts.Figure:
    """Draw profit against the threshold: by the model, with as many letters by lot, and in use where it differs."""
    text, currency = stage.text, stage.data.currency
    lines = [seen["profit"], seen["at_random"] if used is None else used["profit"]]
    ticks, span = money_axis(
        text, high=max(line.max() for line in lines), low=min(line.min() for line in lines), currency=currency
    )
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("threshold_axis"),
        x_ticks=[(0, "0"), *((mark, text.percent(mark / 100)) for mark in (25, 50, 75, 100))],
        y_ticks=ticks,
        y_range=span,
    )
    at = round(min(offer.threshold, 1) * 100)
    cuts = seen["threshold"].to_numpy() * 100
    # With a leak the second line is what is left of the promise, and the one by lot would crowd it.
    lower, word = (seen["at_random"], "by_lot") if used is None else (used["profit"], "in_use")
    charts.curve(figure, x=cuts, y=lower.to_numpy(), sign="reference")
    charts.curve(figure, x=cuts, y=seen["profit"].to_numpy())
    # Words grow away from the learner's line.
    away = "right" if at < 22 or (at < 55 and not at < stage.guess < at + 45) else "left"
    label = text.label("promised" if used is not None else "pays_from", share=share(text, offer.threshold))
    charts.point(figure, x=at, y=seen["profit"][at], label=label, side=away)
    # The words of the lower lines stand where these lie furthest below the model's.
    gap = (seen["profit"] - lower)[15:86]
    place = int(gap.to_numpy().argmax()) + 15
    charts.note(
        figure,
        x=place,
        y=lower[place],
        label=text.label(word),
        sign="reference",
        above=False,
        side="left" if place > 12 else "right",
    )
    return charts.you(figure, x=stage.guess, label=stage.your_label)


def truth(stage: Stage, found: case.Judged, *, offer: churn.Offer) -> None:
    """Hold the list against the true chances: what it earned, and what the best ranking would have earned."""
    text, currency = stage.text, stage.data.currency
    truly, left = found.season.truly, found.season.left
    chance = truly["chance"].to_numpy()
    ours = churn.by_depth(chance, found.used, offer=offer)
    best = churn.by_depth(chance, chance, offer=offer)
    write = found.used >= offer.threshold
    letters, top = int(write.sum()), int(best["profit"].to_numpy().argmax())
    # As printed: a reader takes the one from the other.
    earned, possible = round(ours["profit"][letters]), round(best["profit"][top])
    promised = churn.at_threshold(left, found.tested, offer=offer)[1]

    lines = (ours["profit"], best["profit"])
    ticks, span = money_axis(
        text, high=max(line.max() for line in lines), low=min(line.min() for line in lines), currency=currency
    )
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("share_written"),
        x_ticks=[(0, "0"), *((mark, text.percent(mark / 100)) for mark in (25, 50, 75, 100))],
        y_ticks=ticks,
        y_range=span,
    )
    some = np.unique(np.linspace(0, len(chance), 101).astype(int))
    everyone = ours["profit"].iloc[-1]
    charts.curve(figure, x=[0, 100], y=[0, everyone], sign="reference")
    charts.note(
        figure,
        x=70,
        y=0.7 * everyone,
        label=text.label("by_lot"),
        sign="reference",
        above=False,
        side="right" if everyone > 0 else "left",
    )
    signs: tuple[tuple[pd.DataFrame, charts.Sign], ...] = ((best, "truth"), (ours, "model"))
    for line, sign in signs:
        charts.curve(
            figure, x=line["share"][some].to_numpy() * 100, y=line["profit"][some].to_numpy(), sign=sign
        )
    charts.point(
        figure,
        x=best["share"][top] * 100,
        y=possible,
        label=text.shared("signs.truth"),
        sign="truth",
        side="right" if best["share"][top] < 0.15 else "middle",
    )
    charts.point(figure, x=ours["share"][letters] * 100, y=earned, label=text.shared("signs.model"))
    kinds = truly[write]
    of = max(letters, 1)
    gone, going = kinds["gone_before"].mean(), (kinds["gone"] - kinds["gone_before"]).sum() / of

    def money(amount: float) -> str:
        return text.money(amount, currency)

    shares = {
        "letters": text.number(letters),
        "gone_before": text.percent(float(gone) if letters else 0.0),
        "going": text.percent(float(going)),
        "staying": text.percent(1 - float(kinds["gone"].mean()) if letters else 0.0),
    }
    figures = {"earned": money(earned), "possible": money(possible), "lost": money(possible - earned)}
    stage.truth(
        figures=figures,
        heading="truth_chart",
        chart=figure,
        values=figures
        | {
            "promised": money(promised),
            "silent": text.percent(float(left.mean())),
            "truly_gone": text.percent(float(truly["gone"].mean())),
            "who_they_were": text.label("letters_to" if letters else "letters_none", **shares),
            "auc_silence": text.number(churn.auc(left, found.used), 2),
            "auc_gone": text.number(churn.auc(truly["gone"], found.used), 2),
            "auc_best": text.number(churn.auc(truly["gone"], chance), 2),
        },
    )
