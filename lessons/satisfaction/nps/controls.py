"""Whose score is it, and how many answer?  What the page's controls say."""

from __future__ import annotations

from dataclasses import dataclass

from lessons.frame import Stage
from lessons.satisfaction.nps.model import Shares, twin

CONFIDENCE = {"ninety": 0.90, "ninety_five": 0.95, "ninety_nine": 0.99}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """The customers' kinds, the answers, the margin wanted (points), all customers or None, and the second company."""

    shares: Shares
    answers: int
    confidence: float
    target: float
    customers: int | None
    second: Shares
    stay: tuple[float, float, float]

    def margin(self, answers: int) -> float:
        """The margin of so many answers, in points."""
        return self.shares.margin_points(
            answers=answers, confidence=self.confidence, customers=self.customers
        )

    def needed(self) -> int:
        """The answers that the wanted margin takes."""
        return self.shares.answers_needed(
            margin_points=self.target, confidence=self.confidence, customers=self.customers
        )


def asked(stage: Stage) -> Inputs:
    """Ask for them; more than everybody cannot answer, and promoters go before detractors."""
    promoters = stage.slider("promoters", 1, 100, 45, unit="percent")
    detractors = stage.slider("detractors", 0, 100, 17, unit="percent")
    answers = int(stage.slider("answers", 20, 3000, 200, step=10))
    with stage.more():
        confidence = CONFIDENCE[stage.select("confidence", list(CONFIDENCE), "ninety_five")]
        target = stage.slider("target", 1, 20, 5)
        customers = int(stage.number("customers", 0, 10_000_000, 0, step=100)) or None
        second = stage.slider("second", 0, 100, 30, unit="percent") / 100
        staying = stage.slider("stay_detractors", 0, 100, 50, step=5, unit="percent") / 100
    if customers and max(answers, stage.guess) > customers:
        stage.notice("few", customers=stage.text.number(customers))
    if promoters + detractors > 100:
        stage.notice("too_many", detractors=stage.text.percent((100 - promoters) / 100))
        detractors = 100 - promoters
    shares = Shares(promoters=promoters / 100, detractors=detractors / 100)
    return Inputs(
        shares=shares,
        answers=min(answers, customers or answers),
        confidence=confidence,
        target=target,
        customers=customers,
        second=twin(shares, promoters=second),
        stay=(0.9, 0.8, staying),
    )
