"""The cells of the notebook on retention curves: the page's cohort table once more, from rates to the curve."""

from __future__ import annotations

from typing import Any


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that reads the curve off `table`, with the page's numbers."""
    return [
        """\
from lessons.churn.retention_curve import model as retention

table["cohort"] = pd.to_datetime(table["cohort"])
by_month = retention.rates(table)
by_month.head(12)
""",
        """\
curve = retention.curve(by_month)
curve.head(13)
""",
        f"""\
# One rate for all and for ever, against the curve.
rate, decisions = retention.company_rate(table, latest={numbers["latest"]!r})
month = {numbers["month"]!r}
rate, retention.one_rate_for_ever(rate, months=month)[-1], curve["share"].iloc[month]
""",
        """\
# Two kinds of customer, neither of whom ever changes: the rate of the whole rises all the same.
retention.two_kinds(stay=(0.98, 0.8), share=0.5, periods=12)
""",
    ]
