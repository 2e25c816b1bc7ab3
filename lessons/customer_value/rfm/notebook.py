"""The cells of the RFM notebook: score again, mail again."""

from __future__ import annotations

from typing import Any


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that repeats the page's scores on `table`, with the page's numbers."""
    return [
        f"""\
from lessons.customer_value.rfm import model as rfm

scheme, weights = {numbers["scheme"]!r}, rfm.Weights(**{numbers["weights"]!r})
marks = rfm.scores(table, scheme=scheme)
rank = rfm.ranking(marks, scheme=scheme, weights=weights)
marks.assign(rank=rank).sort_values("rank", ascending=False).head(10)
""",
        f"""\
# A cell pays when its rate of answers is above cost / margin.
cost, margin = {numbers["cost_per_letter"]!r}, {numbers["margin_per_order"]!r}
print("break-even:", rfm.break_even_rate(cost_per_letter=cost, margin_per_order=margin))
""",
    ]
