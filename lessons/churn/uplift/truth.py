"""The truth panel: what the lists earn when everybody's two lives are known."""

from __future__ import annotations

import numpy as np

from lessons import charts
from lessons.churn.uplift import lived, pictures
from lessons.churn.uplift.model import Floats, Gains, by_decile, true_gains
from lessons.frame import Stage


def draw(
    stage: Stage,
    campaign: lived.Campaign,
    *,
    score: Floats,
    risk: Floats,
    seen: Gains,
    weeks: int,
    cost: float,
    method: str,
    linked: bool,
) -> None:
    """Hold the list against the truth: the chosen one, the risk list, and who knows everybody's kind."""
    text, currency = stage.text, stage.data.currency
    effect = campaign.effect(weeks)
    ours, of_risk, knowing = (
        true_gains(score=one, effect=effect, cost=cost) for one in (score, risk, campaign.expected)
    )
    at = seen.best
    # As printed: a reader takes the one from the other.
    earned, possible = round(float(ours.profit[at])), round(float(knowing.profit.max()))
    figure = pictures.profit_axes(stage, [ours, of_risk, knowing], height=330)
    if method != "risk":
        pictures.line(figure, of_risk, "reference")
        place = len(of_risk.share) * 35 // 100
        charts.note(
            figure,
            x=100 * float(of_risk.share[place]),
            y=float(of_risk.profit[place]),
            label=text.label("risk_first"),
            sign="reference",
            above=bool(of_risk.profit[place] > ours.profit[place]),
        )
    pictures.line(figure, knowing, "truth")
    pictures.line(figure, ours)
    peak = knowing.best
    charts.point(
        figure,
        x=100 * float(knowing.share[peak]),
        y=float(knowing.profit[peak]),
        label=text.label("knowing", share=text.percent(knowing.share[peak])),
        sign="truth",
        side="right",
    )
    low_place = at < 0.15 * len(ours.share)
    charts.point(
        figure,
        x=100 * float(ours.share[at]),
        y=earned,
        label=text.label("earned_point", share=text.percent(ours.share[at])),
        above=False,
        side="right" if low_place else "left" if at > 0.8 * len(ours.share) else "middle",
    )
    tenths = by_decile(
        score=score, contacted=campaign.contacted, outcome=campaign.outcome(weeks), effect=effect
    )
    covered = int(((tenths["low"] <= tenths["true"]) & (tenths["true"] <= tenths["high"])).sum())
    kind = campaign.kind.to_numpy()
    count = round(float(seen.share[at]) * len(score))
    chosen, risky = (np.argsort(-one, kind="stable")[:count] for one in (score, risk))

    def of(rows: np.ndarray, name: str) -> str:
        return text.percent(float((kind[rows] == name).mean())) if len(rows) else "–"

    called = dict(
        chosen_persuadable=of(chosen, "persuadable"),
        chosen_dogs=of(chosen, "sleeping_dog"),
        risk_gone=text.percent(float(campaign.gone[risky].mean())) if count else "–",
        risk_earned=text.money(float(of_risk.profit[at]), currency),
    )
    story = "called_nobody" if not count else "called_risk" if method == "risk" else "called_list"
    stage.truth(
        figures={
            "possible": text.money(possible, currency),
            "earned": text.money(earned, currency),
            "lost": text.money(possible - earned, currency),
            "covered": text.label("of_ten", covered=text.number(covered)),
        },
        heading="truly",
        chart=figure,
        values={
            "promised": text.money(float(seen.profit[at]), currency),
            "earned": text.money(earned, currency),
            "possible": text.money(possible, currency),
            "lost": text.money(possible - earned, currency),
            "covered": text.number(covered),
            "true_effect": text.money(float(effect.mean()), currency, 2),
            "persuadable": text.percent(float((kind == "persuadable").mean())),
            "dogs": text.percent(float((kind == "sleeping_dog").mean())),
            "called": text.label(story, **called),
            "linked": text.label("is_linked" if linked else "is_hidden"),
        },
    )
