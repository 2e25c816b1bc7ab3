"""The pictures of service recovery: profit by share answered, satisfaction by failure, promise against truth."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lessons import charts, frame
from lessons.satisfaction.service_recovery import model as recovery
from lessons.satisfaction.service_recovery.complaints import Comparison
from lessons.satisfaction.service_recovery.lived import FEWER, GONE, MOVED, STAYED, TwoLives

# A promise counts as near the truth when the two differ by less than this share of the larger.
NEAR = 0.2


def by_share(stage: frame.Stage, promised: recovery.ByShare) -> charts.Figure:
    """The model's profit by the share answered, with its peak and the learner's prediction."""
    text = stage.text
    figure = _money_axes(stage, [promised])
    _walk(figure, promised, sign="model")
    if promised.best:
        label = text.label("best_share", share=text.percent(promised.best_share))
        charts.point(figure, x=promised.best_share * 100, y=promised.profit[promised.best], label=label)
    return charts.you(figure, x=stage.guess, label=stage.your_label)


def by_failure(stage: frame.Stage, one: recovery.Recovery) -> charts.Figure:
    """Satisfaction by the size of the failure: after a good answer, and after silence; 0 is no failure."""
    text = stage.text
    sizes = np.array([0.0, 4.0])
    slope = one.weight * (1 + one.loss_weight)
    answered, silent = one.answer_worth - slope * sizes, -one.poor_answer - slope * sizes
    low, high = -10, 6
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("failure_axis"),
        x_ticks=[(size, text.number(size)) for size in range(5)],
        y_ticks=[(level, _signed(text, level)) for level in (-10, -5, 0, 5)],
        y_range=(low, high),
        y_title=text.label("satisfaction_axis"),
    )
    charts.curve(figure, x=sizes, y=silent, sign="reference")
    charts.curve(figure, x=sizes, y=answered)
    charts.note(figure, x=4, y=0, label=text.label("no_failure"), sign="reference", side="left")
    at = 2.6 if one.paradox_limit < 1.6 else 1.3
    charts.note(
        figure, x=at, y=-one.poor_answer - slope * at, label=text.label("unanswered_line"), sign="reference",
        above=False, side="left",
    )  # fmt: skip
    limit = one.paradox_limit
    if 0 < limit <= 4:
        label = text.label("paradox_point", limit=text.number(limit, 1))
        charts.point(figure, x=limit, y=0, label=label, side="right" if limit < 2 else "left")
    # The line's own name stands beside its fall, or at its start where it hardly falls below 0.
    at = 2.3 if one.answer_worth - slope * 2.3 < -1.2 else 0.1
    height = one.answer_worth - slope * at
    charts.note(figure, x=at, y=height, label=text.label("answered_line"), side="right")
    return figure


def held_against(
    stage: frame.Stage,
    lines: pd.DataFrame,
    lives: TwoLives,
    promised: recovery.ByShare,
    plain: Comparison,
    *,
    cost: float,
) -> None:
    """Hold the model's promise against both lives of the same customers, in the same order."""
    text, currency = stage.text, stage.data.currency
    gain = lives.gain(ids=lines.index, cost=cost)
    true = recovery.by_share(rank=lines["value"].to_numpy(), gain=gain)
    figure = _money_axes(stage, [promised, true], height=330)
    _walk(figure, true, sign="truth")
    _walk(figure, promised, sign="model")
    charts.point(
        figure, x=true.best_share * 100, y=true.profit[true.best], label=text.shared("signs.truth"),
        sign="truth", above=False,
    )  # fmt: skip
    charts.point(
        figure,
        x=promised.best_share * 100,
        y=promised.profit[promised.best],
        label=text.shared("signs.model"),
    )
    charts.you(figure, x=stage.guess, label=stage.your_label)
    money = {
        "answer_all": true.profit[-1],
        "ours": true.at(promised.best_share),
        "best_list": true.profit[true.best],
    }
    groups = group_shares(lives, lines)
    paid = float((gain > 0).mean())
    stage.truth(
        figures={name: text.money(amount, currency) for name, amount in money.items()}
        | {"paid": text.percent(paid)},
        heading="by_share_true",
        chart=figure,
        values={
            "all": text.money(money["answer_all"], currency),
            "ours": text.money(money["ours"], currency),
            "verdict": _verdict(stage, promised, true),
            "yours": text.money(true.at(stage.guess / 100), currency),
            "best_list": text.money(money["best_list"], currency),
            "best_true": text.percent(true.best_share),
            "promise": text.money(promised.profit[promised.best], currency),
            "lost": text.money(money["best_list"] - money["ours"], currency),
            "paid": text.percent(paid),
            "moved": text.percent(groups[MOVED]),
            "stayed": text.percent(groups[STAYED]),
            "gone": text.percent(groups[GONE]),
            "fewer": text.percent(groups[FEWER], 1),
            "plain": text.money(plain.plain, currency),
            "per_customer": text.money(float(gain.mean()), currency, 2),
            "after": text.money(plain.after, currency),
            "low": text.money(plain.low, currency),
            "high": text.money(plain.high, currency),
            "brought": text.money(lives.brought, currency),
        },
    )


def _verdict(stage: frame.Stage, promised: recovery.ByShare, true: recovery.ByShare) -> str:
    """Whether the promise was too much, too little or near the truth, and why, in words."""
    promise, came = float(promised.profit[promised.best]), true.at(promised.best_share)
    if not promised.best:
        return stage.text.label("answers_nobody")
    apart = (promise - came) / max(promise, abs(came))
    return stage.text.label("too_much" if apart > NEAR else "too_little" if apart < -NEAR else "near")


def group_shares(lives: TwoLives, lines: pd.DataFrame) -> dict[str, float]:
    """The share of the complainers in each group, of those found in both lives."""
    group = lives.customers["group"].reindex(lines.index).dropna()
    return {name: float((group == name).mean()) for name in (MOVED, STAYED, GONE, FEWER)}


def _money_axes(stage: frame.Stage, walks: list[recovery.ByShare], *, height: int = 350) -> charts.Figure:
    text, currency = stage.text, stage.data.currency
    high = charts.limit(max(max(walk.profit.max() for walk in walks), 1000))
    low = min(walk.profit.min() for walk in walks)
    # Between two and five ticks, however deep the losses are beside the profit.
    step = charts.limit(max(high, -low)) / 2
    below = int(np.ceil(max(-low, 0) / step - 0.08))
    marks = [mark * step for mark in range(-below, int(high / step + 1e-9) + 1)]
    return charts.axes(
        charts.blank(height=height),
        x_title=stage.text.label("share_axis"),
        x_ticks=[(0, "0"), *((share, text.percent(share / 100)) for share in (25, 50, 75, 100))],
        y_ticks=[(mark, text.short_money(mark, currency)) for mark in marks],
        y_range=(min(marks[0], low) - 0.06 * step * 2, high + 0.12 * (high - marks[0])),
    )


def _walk(figure: charts.Figure, walk: recovery.ByShare, *, sign: charts.Sign) -> None:
    steps = np.unique(np.linspace(0, len(walk.share) - 1, 101).astype(int))
    charts.curve(figure, x=walk.share[steps] * 100, y=walk.profit[steps], sign=sign)


def _signed(text: frame.Text, level: float) -> str:
    return ("−" if level < 0 else "") + text.number(abs(level))
