"""The pictures of RFM: profit by depth, and the list held against what was true or came true."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lessons import charts, frame
from lessons.customer_value.rfm import model as rfm


def profit_by_depth(
    stage: frame.Stage, curves: list[tuple[charts.Sign, rfm.Mailing]], margin: float
) -> charts.Figure:
    """Draw profit against the share of the list written to, at a hundred depths."""
    text, currency = stage.text, stage.data.currency
    figure = charts.blank()
    high = charts.limit(max(max(mailing.profit.max() for _, mailing in curves), margin))
    low = min(mailing.profit.min() for _, mailing in curves)
    # Between two and four ticks, however deep the losses are beside the profit.
    step = charts.limit(max(high, -low)) / 2
    floor = -np.ceil(max(-low, 0) / step * 2) * step / 2
    marks = [mark * step for mark in range(int(np.ceil(floor / step)), int(high / step + 1e-9) + 1)]
    charts.axes(
        figure,
        x_title=text.label("share_written"),
        x_ticks=[(0, "0"), *((share, text.percent(share / 100)) for share in (25, 50, 75, 100))],
        y_ticks=[(mark, text.short_money(mark, currency)) for mark in marks],
        y_range=(min(floor, -high * 0.06), high + 0.12 * (high - floor)),
    )
    for sign, mailing in curves:
        depth = np.unique(np.linspace(0, len(mailing.share) - 1, 101).astype(int))
        charts.curve(figure, x=mailing.share[depth] * 100, y=mailing.profit[depth], sign=sign)
    return figure


def held_against(
    stage: frame.Stage, before: pd.DataFrame, now: pd.DataFrame, last: rfm.Mailing, prices: dict[str, Any]
) -> None:
    """Hold the list against what was true: the world's own chances, or the answers that came."""
    text, data = stage.text, stage.data
    known = data.truth is not None
    chance = (now["true"] if known else now["answered"]).to_numpy(float)
    ours = rfm.mailing(rank=now["rank"].to_numpy(), chance=chance, **prices)
    cut = min(round(last.best / max(len(before), 1) * len(now)), len(now))
    earned = ours.profit[cut]
    forecast = last.profit[last.best] / max(len(before), 1) * len(now)
    figures = {"forecast": text.money(forecast, data.currency)}
    if not known:
        figures["came_true"] = text.money(earned, data.currency)
        figure = profit_by_depth(stage, [("model", last), ("reference", ours)], prices["margin_per_order"])
        charts.note(
            figure,
            x=ours.share[cut] * 100,
            y=earned,
            label=text.label("came_true"),
            sign="reference",
            above=bool(earned >= forecast),
        )
        values = {"forecast": figures["forecast"], "earned": figures["came_true"]}
        stage.truth(
            figures=figures, heading="next_mailing", chart=figure, values=values, section="truth_real"
        )
        return
    truly = rfm.mailing(rank=chance, chance=chance, **prices)
    lost = truly.profit.max() - earned
    figure = profit_by_depth(stage, [("truth", truly), ("model", ours)], prices["margin_per_order"])
    charts.point(
        figure,
        x=truly.share[truly.best] * 100,
        y=truly.profit.max(),
        label=text.shared("signs.truth"),
        sign="truth",
    )
    at = ours.share[cut] * 100
    # Past its peak the curve falls through a word that stands below it: on a phone it would be struck out.
    side = "left" if at > 25 else "middle"
    charts.point(figure, x=at, y=earned, label=text.shared("signs.model"), above=False, side=side)
    figures |= {
        "earned": text.money(earned, data.currency),
        "truly_best": text.money(truly.profit.max(), data.currency),
        "lost": text.money(lost, data.currency),
    }
    inside = rfm.coverage(
        before[["R", "F", "M"]], answered=before["answered"].to_numpy(), true_chance=before["true"].to_numpy()
    )
    values = {
        "lost": text.money(lost, data.currency),
        "rate_seen": text.percent(before["answered"].mean(), 1),
        "rate_true": text.percent(before["true"].mean(), 1),
        "coverage": text.percent(inside),
    }
    stage.truth(figures=figures, heading="next_mailing", chart=figure, values=values)
