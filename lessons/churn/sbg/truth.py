"""The truth panel: what came after the fit, or, for the tea box, what is true of a cohort without end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons import charts
from lessons.churn.sbg import lived, more
from lessons.churn.sbg import model as sbg
from lessons.frame import Stage

UNTIL = 12


def what_came(
    stage: Stage, everything: pd.DataFrame, cohort: tuple[int, ...], found: sbg.Projection, fitted: int
) -> None:
    """Every model's last year as a bar, against those who were left."""
    text = stage.text
    came = 1000 * cohort[-1] / cohort[0]
    said = 1000 * everything["last"].to_numpy()
    places = list(range(len(said), 0, -1))
    low = -250 if said.min() < 0 else 0
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("left_axis"),
        x_ticks=[(level, text.number(level)) for level in (0, 250, 500, 750, 1000)],
        y_ticks=[(place, text.label(name)) for place, name in zip(places, everything["model"], strict=True)],
        x_range=(low - 20, 1260),
        y_range=(0.3, len(said) + 0.9),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    shown = np.clip(said, low, 1000)
    charts.bars(figure, x=places, y=shown.tolist(), across=True)
    for place, count in zip(places, said, strict=True):
        charts.note(figure, x=1030, y=place, label=text.number(round(count)), side="right")
        figure["layout"]["annotations"][-1] |= {"yanchor": "middle", "yshift": 0}
    charts.curve(figure, x=[came, came], y=[0.4, len(said) + 0.45], sign="reference")
    label = text.label("came", count=text.number(round(came)))
    charts.note(figure, x=came, y=len(said) + 0.35, label=label, sign="reference")
    error = sbg.holdout_error(found, survivors=cohort, fitted=fitted)
    by_model = dict(zip(everything["model"], everything["error"], strict=True))
    curve_error = text.percent(np.nanmin([by_model[name] for name in sbg.CURVES]), 1)
    stage.truth(
        figures={
            "story_error": text.percent(by_model["sbg"], 1),
            "curve_error": curve_error,
        },
        heading="year_twelve",
        chart=figure,
        values={
            "error": text.percent(error, 1),
            "curve": curve_error,
            "low": text.number(round(1000 * found.low)) if np.isfinite(found.low) else "–",
            "high": text.number(round(1000 * found.high)) if np.isfinite(found.high) else "–",
            "later": text.number(UNTIL - fitted),
        },
        section="truth_real",
    )


def what_was(stage: Stage, box: lived.Box, found: sbg.Projection, said: lived.Judged, fitted: int) -> None:
    """The true curve of the tea box and the model's."""
    text, currency = stage.text, stage.data.currency
    figure = more.of_thousand(text, found.survival, axis="boxes_axis", height=330)
    boxes = list(range(UNTIL + 1))
    charts.curve(figure, x=boxes, y=more.in_view(found.survival))
    charts.curve(figure, x=boxes, y=1000 * box.true_survival, sign="truth")
    true, ours = 1000 * float(box.true_survival[-1]), 1000 * float(found.survival[-1])
    above = true >= ours
    charts.point(
        figure, x=UNTIL, y=true, label=text.number(round(true)), sign="truth", side="left", above=above
    )
    charts.point(
        figure,
        x=UNTIL,
        y=float(more.in_view(found.survival)[-1]),
        label=text.number(round(ours)),
        side="left",
        above=not above,
    )
    ahead = slice(fitted + 1, UNTIL + 1)
    lost = 1000 * box.margin * float(np.abs(found.survival[ahead] - box.true_survival[ahead]).sum())
    drawn = "higher" if ours > 1000 * said.high else "lower" if ours < 1000 * said.low else "within"
    planted = np.isfinite(box.alpha)
    fitted_words = ", ".join(
        f"{text.label(f'symbol_{name}')} = {text.number(value, 2 if abs(value) >= 0.1 else 3)}"
        for name, value in found.parameters.items()
    )
    stage.truth(
        figures={
            "ours": text.number(round(ours)),
            "true": text.number(round(true)),
            "covered": text.label(
                "of_analysts", covered=text.number(said.covered), analysts=text.number(said.analysts)
            ),
            "misjudged": text.money(lost, currency),
        },
        heading="true_curve",
        chart=figure,
        values={
            "ours": text.number(round(ours)),
            "true": text.number(round(true)),
            "verdict": text.label("too_many" if ours > true else "too_few"),
            "gap": text.number(abs(round(ours) - round(true))),
            "planted": text.label(
                "planted_words" if planted else "not_planted",
                alpha=text.number(box.alpha, 1) if planted else "",
                beta=text.number(box.beta, 1) if planted else "",
                found=fitted_words,
            ),
            "mean": text.number(round(1000 * said.mean)),
            "low": text.number(round(1000 * said.low)),
            "high": text.number(round(1000 * said.high)),
            "drawn": text.label(drawn),
            "analysts": text.number(lived.ANALYSTS),
            "sample": text.number(lived.SAMPLE),
            "covered": text.number(said.covered),
            "able": text.number(said.analysts),
            "lost": text.money(lost, currency),
            "later": text.number(UNTIL - fitted),
        },
    )
