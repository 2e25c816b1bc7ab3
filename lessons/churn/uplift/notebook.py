"""What does the notebook calculate?  The page's list once more, and what the campaign says it earns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells, written with the page's numbers.

    >>> "cost = 5.0" in cells({"method": "two", "cost": 5.0, "penalty": 1000.0})[1]
    True
    """
    return [
        f"""\
from lessons.churn.uplift import model as uplift

seen = dict(contacted=table["contacted"], outcome=table["margin"])
print("a contact adds, and its standard error:", uplift.average_effect(**seen))
features = table.drop(columns=["customer_id", "contacted", "margin", "score"])
table["score"] = uplift.scores(features=features, method={numbers["method"]!r}, penalty={numbers["penalty"]!r}, **seen)
table.sort_values("score", ascending=False).head(10)
""",
        f"""\
cost = {numbers["cost"]!r}
gains = uplift.seen_gains(score=table["score"], cost=cost, **seen)
print("contact", round(100 * gains.share[gains.best]), "% of the list; profit per 1,000:", gains.profit[gains.best])
print("Qini:", gains.qini)
""",
        'uplift.by_decile(score=table["score"], **seen)',
        "uplift.six_customers()",
    ]
