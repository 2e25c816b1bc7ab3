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
        "from lessons.satisfaction.nps import repeats\n\n"
        "# Some customers answered more than once: these intervals count customers.\n"
        'repeats.interval_points(table["recommendation"], table["customer_id"])',
        'quarters = [\n    (str(quarter), part["recommendation"], part["customer_id"])\n'
        '    for quarter, part in table.groupby(pd.to_datetime(table["sent_at"]).dt.to_period("Q"))\n]\n'
        "pd.DataFrame(\n    [\n"
        "        (name, len(scores), 100 * repeats.worth(scores).mean(), *repeats.interval_points(scores, who))\n"
        "        for name, scores, who in quarters\n    ],\n"
        '    columns=["quarter", "answers", "score", "low", "high"],\n)',
        "pd.DataFrame([vars(repeats.change(a[1:], b[1:])) for a, b in zip(quarters, quarters[1:])])",
        "nps.repeated(shares, answers=200)",
    ]
