"""The pictures of the bonds: departures that each keeps back, and who was worth the money."""

from __future__ import annotations

import math

from lessons import charts
from lessons.frame import Stage
from lessons.relationship_marketing.bond_levels.lived import Lived
from lessons.relationship_marketing.bond_levels.model import REASONS, Ties

_MONEY = "CNY"
_MOVED = REASONS.index("moved")


def who_still_leaves(stage: Stage, ties: Ties, best: Ties) -> charts.Figure:
    """From 100 departures down to those that remain: a step for each reason, and the best that this money can do."""
    text, rows = stage.text, ties.departures()
    names = ["without", *REASONS, "with", "best"]
    places = [float(len(names) - number) for number in range(len(names))]
    figure = charts.axes(
        charts.blank(height=380),
        x_title=text.label("departures_axis"),
        x_ticks=[(at, text.number(at)) for at in (0, 25, 50, 75, 100)],
        y_ticks=[(place, text.label(f"row_{name}")) for place, name in zip(places, names, strict=True)],
        x_range=(0, 106),
        y_range=(0.4, len(names) + 0.6),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.bars(figure, x=places[:1], y=[100.0], sign="reference", across=True)
    saved = (rows["without"] - rows["with_ties"]).tolist()
    level, starts = 100.0, []
    for kept in saved:
        level -= kept
        starts.append(level)
    charts.bars(figure, x=places[1:6], y=saved, sign="reference", across=True, base=starts)
    left, lowest = ties.still_leave(), best.still_leave()
    charts.bars(figure, x=places[6:], y=[left, lowest], across=True)
    figure["layout"] |= dict(barmode="overlay", bargap=0.3)
    for place, start, kept in zip(places[1:6], starts, saved, strict=True):
        words = f"−{text.number(kept)}" if kept >= 0.5 else text.label("held_by_none" if kept == 0 else "few")
        # Words that are longer than a number stand where the learner's line seldom is.
        side = "left" if kept >= 0.5 or start > 65 else "right"
        _beside(figure, at=start, place=place, words=words, sign="reference", side=side)
    for place, count in zip(places[6:], (left, lowest), strict=True):
        _beside(figure, at=count, place=place, words=text.number(count), sign="model", side="right")
    return charts.you(figure, x=stage.guess, label=stage.your_label)


def money_marks(low: float, high: float) -> list[float]:
    """Two to five marks of the money axis, in equal steps round zero."""
    step = charts.limit(max(high, -low, 2.0)) / 2
    below, above = (math.ceil(round(max(end, 0.0) / step - 0.1, 9)) for end in (-low, high))
    return [step * number for number in range(-below, max(above, 1 - below) + 1)]


def _beside(
    figure: charts.Figure, *, at: float, place: float, words: str, sign: charts.Sign, side: str
) -> None:
    """Write beside a bar's end, in the middle of its height."""
    charts.note(figure, x=at, y=place, label=words, sign=sign, side="left" if side == "left" else "right")
    figure["layout"]["annotations"][-1] |= dict(
        yanchor="middle", yshift=0, xshift=-6 if side == "left" else 6
    )


def truth(stage: Stage, ties: Ties, true: Lived) -> None:
    """Fill the truth panel: the effect on each customer added up, best first, against the model's average."""
    text, gain = stage.text, ties.gain()
    share, total = true.curve()
    marks = money_marks(float(min(total.min(), gain)), float(max(total.max(), gain)))
    floor, top = marks[0], marks[-1]
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("customers_axis"),
        x_ticks=[(0, "0"), *((at, text.percent(at)) for at in (0.25, 0.5, 0.75, 1))],
        y_ticks=[(mark, text.short_money(mark, _MONEY)) for mark in marks],
        y_range=(floor - 0.06 * (top - floor), top + 0.14 * (top - floor)),
    )
    charts.curve(figure, x=[0, 1], y=[0, gain])
    charts.curve(figure, x=share, y=total, sign="truth")
    peak = int(total.argmax())
    if total[peak] > 0:
        label = text.label("won_by", share=text.percent(share[peak]))
        side = "right" if share[peak] < 0.5 else "left"
        charts.point(figure, x=share[peak], y=total[peak], label=label, sign="truth", side=side)
    # Low down, words below the line would run into the axis.
    above = gain < 0.25 * top
    charts.note(figure, x=0.5, y=gain / 2, label=text.label("all_alike"), side="right", above=above)
    stage.truth(
        figures={
            "gain_model": text.money(gain, _MONEY),
            "gain_true": text.money(true.gain, _MONEY),
            "kept": text.percent(true.kept),
            "in_vain": text.money(true.in_vain, _MONEY),
        },
        heading="effect_added_up",
        chart=figure,
        values=_true_words(stage, ties, true),
    )


def _true_words(stage: Stage, ties: Ties, true: Lived) -> dict[str, str]:
    """The panel's paragraphs; where nothing was spent there is one alone."""
    text = stage.text
    if ties.spend == 0:
        return {"lived": text.label("lived_none"), "people": "", "line": "", "remain": ""}
    before, after = (text.number(one[_MOVED]) for one in (true.by_reason_without, true.by_reason))
    remain = [
        text.label(
            "remain_tied", left=text.number(ties.still_leave()), true_left=text.number(true.still_leave)
        )
    ]
    if true.by_reason[_MOVED] > true.by_reason_without[_MOVED] and before != after:
        remain.append(text.label("remain_moved", moved_before=before, moved=after))
    remain.append(text.label("remain_end"))
    return {
        "lived": text.label(
            "lived_tied",
            model_gain=text.money(ties.gain(), _MONEY),
            true_gain=text.money(true.gain, _MONEY),
            low=text.money(true.gain - 1.96 * true.error, _MONEY),
            high=text.money(true.gain + 1.96 * true.error, _MONEY),
        ),
        "people": text.label(
            "people_tied",
            kept=text.percent(true.kept),
            won=text.money(true.won, _MONEY),
            in_vain=text.money(true.in_vain, _MONEY),
        ),
        "line": text.label("line_tied"),
        "remain": text.label("between").join(remain),
    }
