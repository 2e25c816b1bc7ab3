"""What does the notebook calculate?  The margins again, and the score of the survey's answers by quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds shares, answers, target and confidence."""
    shares, confidence = numbers["shares"], numbers["confidence"]
    return [
        "from lessons.satisfaction.nps import model as nps\n\n"
        f"shares = nps.Shares(promoters={shares.promoters!r}, detractors={shares.detractors!r})\n"
        f"shares.score_points, shares.margin_points(answers={numbers['answers']!r}, confidence={confidence!r})",
        f"shares.answers_needed(margin_points={numbers['target']!r}, confidence={confidence!r})",
        "nps.by_answers(shares)",
        'counts = nps.counted(table["recommendation"])\n'
        'counts, counts.shares.score_points, counts.interval_points(method="wald"), counts.interval_points()',
        'quarters = [\n    (str(quarter), nps.counted(part["recommendation"]))\n'
        '    for quarter, part in table.groupby(pd.to_datetime(table["sent_at"]).dt.to_period("Q"))\n]\n'
        "pd.DataFrame(\n    [\n        (name, part.answers, part.shares.score_points, *part.interval_points())\n"
        "        for name, part in quarters\n    ],\n"
        '    columns=["quarter", "answers", "score", "low", "high"],\n)',
        "pd.DataFrame([vars(nps.change(a, b)) for (_, a), (_, b) in zip(quarters, quarters[1:])])",
        "nps.repeated(shares, answers=200)",
    ]
