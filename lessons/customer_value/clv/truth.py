"""The truth panel: what the formula says of shop customers, and what they are worth."""

from __future__ import annotations

from lessons import charts
from lessons.customer_value.clv import more
from lessons.customer_value.clv.judging import LONGEST_YEARS, Judgement
from lessons.customer_value.clv.repeat_buying import RepeatBuying
from lessons.frame import Stage


def draw(stage: Stage, buying: RepeatBuying, found: Judgement, *, margin_share: float) -> None:
    """The truth panel: formula against truth or, for real customers, against what came later."""
    text, data = stage.text, stage.data
    real = data.truth is None
    bands = zip(found.groups["low"], found.groups["high"], strict=True)
    names = [
        f"{low}" if low == high else f"{low}–{high}" if high < 1000 else f"{low}+" for low, high in bands
    ]
    places = list(range(len(names)))
    outcome = list(found.groups["outcome"])
    top = charts.limit(1.05 * max([found.formula, *outcome]))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("orders_axis"),
        x_ticks=list(zip(places, names, strict=True)),
        y_ticks=[(level, text.short_money(level, data.currency)) for level in (0, top / 2, top)],
        x_range=(-0.4, len(places) - 0.6),
        y_range=(-0.06 * top, 1.12 * top),
    )
    charts.curve(figure, x=[-0.4, len(places) - 0.6], y=[found.formula] * 2)
    charts.note(figure, x=-0.35, y=found.formula, label=text.label("formula"), side="right")
    # What came later is one outcome, and not the truth: it has no amber.
    sign: charts.Sign = "reference" if real else "truth"
    charts.curve(figure, x=places, y=outcome, sign=sign)
    if places:
        label = text.label("came" if real else "true")
        charts.point(figure, x=places[-1], y=outcome[-1], label=label, sign=sign, side="left")
    gap = more.money(stage, abs(found.bias))
    total = more.money(stage, abs(found.bias) * found.customers)
    shown = {
        "formula_figure": more.money(stage, found.formula),
        ("came" if real else "true_figure"): more.money(stage, found.outcome),
    }
    if real:
        shown["difference"] = total
    else:
        of = text.label(
            "of_analysts", covered=text.number(found.covered), analysts=text.number(found.analysts)
        )
        shown |= {"covered": of, "lost": more.money(stage, found.regret)}
    days = text.number(buying.days)
    stage.truth(
        figures=shown,
        heading="by_orders_real" if real else "by_orders",
        chart=figure,
        values={
            "days": days,
            "buyers": text.number(buying.buyers),
            "retention": text.percent(buying.retention),
            "margin": more.money(stage, buying.spend_per_buyer * margin_share),
            "years": text.number(LONGEST_YEARS),
            "formula": more.money(stage, found.formula),
            "outcome": more.money(stage, found.outcome),
            "verdict": text.label("too_high" if found.bias > 0 else "too_low"),
            "gap": gap,
            "worthless": text.percent(found.worthless),
            "overvalued": text.percent(found.overvalued),
            "spend": text.money(found.spend, data.currency, 0 if found.formula >= 100 else 2),
            "lost": more.money(stage, found.regret),
            "low": more.money(stage, found.low),
            "high": more.money(stage, found.high),
            "analysts": text.number(found.analysts),
            "sample": text.number(found.sample),
            "covered": text.number(found.covered),
            "since": text.date(data.calibration_until),
            "until": text.date(data.holdout_until),
        },
        section="truth_real" if real else "truth",
    )
