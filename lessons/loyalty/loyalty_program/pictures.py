"""The pictures of the loyalty programme: profit by what is truly extra, and where the truth stands on it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from lessons import charts, frame
from lessons.loyalty.loyalty_program import model as loyalty
from lessons.loyalty.loyalty_program.comparisons import BeforeAfter, before_after
from lessons.loyalty.loyalty_program.lived import TwoLives


def profit_by_share(
    stage: frame.Stage,
    programme: loyalty.Programme,
    seen_extra: float,
    points: dict[str, float],
    *,
    needed: float,
) -> charts.Figure:
    """The programme's profit for every share of the extra sales that may be truly extra, with the break-even."""
    figure = _line(stage, programme, seen_extra, points)
    if needed <= 1:
        label = stage.text.label("pays_point", share=stage.text.percent(needed))
        # Clear of the rising line, and of the learner's upright one.
        crossed = needed < 0.25 or 0 <= needed * 100 - stage.guess < 30
        side: Literal["left", "right"] = "right" if crossed else "left"
        charts.point(figure, x=needed * 100, y=0, label=label, side=side, above=not crossed)
    return charts.you(figure, x=stage.guess, label=stage.your_label)


def held_against(
    stage: frame.Stage,
    programme: loyalty.Programme,
    seen: BeforeAfter,
    lives: TwoLives,
    rows: pd.DataFrame,
    ledger: pd.DataFrame,
    points: dict[str, float],
) -> None:
    """Hold what the comparison sees against the same orders lived without the programme."""
    text, currency = stage.text, stage.data.currency
    extra, share = lives.extra_sales, lives.extra_sales / seen.seen_extra
    profit = programme.profit(extra_sales=extra, **points)
    believed = programme.profit(extra_sales=seen.seen_extra, **points)
    without = before_after(rows, basket="without")
    figure = _line(stage, programme, seen.seen_extra, points, height=330)
    label = text.label("true_point", share=text.percent(share))
    charts.point(figure, x=share * 100, y=profit, sign="truth", label=label, above=False, side="right")
    # A word that the learner's line would cross begins on the line's far side.
    if 0 <= stage.guess - share * 100 < 30:
        figure["layout"]["annotations"][-1]["x"] = stage.guess + 0.5
    charts.point(figure, x=100, y=believed, label=text.label("plain_point"), side="left")
    charts.you(figure, x=stage.guess, label=stage.your_label)
    # Both lives had the world's own points; another value of a point is reckoned on the points redeemed there.
    redeemed = -ledger.loc[ledger["kind"] == "redeem"].groupby("customer_id")["points"].sum()
    redeemed = redeemed.reindex(lives.members.index, fill_value=0)
    brought = lives.members["extra"] * programme.margin_share - redeemed * programme.point_value
    won, lost = int((brought > 0.005).sum()), int((brought < -0.005).sum())
    stage.truth(
        figures={
            "truly_extra": text.percent(share),
            "true_profit": text.money(profit, currency),
            "won": text.number(won),
            "lost": text.number(lost),
        },
        heading="true_heading",
        chart=figure,
        values={
            "share": text.percent(share),
            "extra": text.money(extra, currency),
            "seen": text.money(seen.seen_extra, currency),
            "profit": text.money(profit, currency),
            "believed": text.money(believed, currency),
            "running": text.money(programme.running, currency),
            "brings": text.money(float(brought.sum()), currency),
            "rise_without": text.percent(without.rise),
            "before_without": text.money(without.before, currency, 2),
            "after_without": text.money(without.after, currency, 2),
            "rise_true": text.percent(extra / (without.after * without.orders_after), 1),
            "won": text.number(won),
            "lost": text.number(lost),
            "untouched": text.number(len(brought) - won - lost),
            "won_money": text.money(float(brought[brought > 0].sum()), currency),
            "lost_money": text.money(float(-brought[brought < 0].sum()), currency),
        },
    )


def _line(
    stage: frame.Stage,
    programme: loyalty.Programme,
    seen_extra: float,
    points: dict[str, float],
    *,
    height: int = 350,
) -> charts.Figure:
    text = stage.text
    shares = np.array([0.0, 1.0])
    profit = loyalty.profit_by_share(programme, shares=shares, seen_extra=seen_extra, **points)
    high, low = charts.limit(max(profit[1], 1000)), min(profit[0], 0.0)
    step = charts.limit(max(high, -low)) / 2
    below, above = int(np.ceil(-low / step - 0.08)), int(np.ceil(high / step - 0.08))
    marks = [mark * step for mark in range(-below, above + 1)]
    figure = charts.axes(
        charts.blank(height=height),
        x_title=text.label("share_axis"),
        x_ticks=[(0, "0"), *((at, text.percent(at / 100)) for at in (25, 50, 75, 100))],
        y_ticks=[(mark, text.short_money(mark, stage.data.currency)) for mark in marks],
    )
    return charts.curve(figure, x=shares * 100, y=profit)
