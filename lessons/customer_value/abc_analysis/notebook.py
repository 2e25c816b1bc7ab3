"""What does the notebook of this topic calculate?  The same list, classes, Gini and whale curve."""

from typing import Any

_CELLS = (
    """\
from lessons.customer_value.abc_analysis.model import classes, customers_for, gini, share_interval

revenue = table["revenue"]
table["class"] = classes(revenue, a={a!r}, ab={ab!r})
print("gini", round(gini(revenue), 4))
print("share_of_customers_for_80_percent", round(customers_for(revenue, share=0.8) / len(revenue), 4))
print("interval", share_interval(revenue))
table.groupby("class")[["orders", "revenue"]].agg(["size", "sum"])""",
    """\
from lessons.customer_value.abc_analysis.whale import profits, whale

table["profit"] = profits(
    revenue=table["revenue"], orders=table["orders"], cost_to_serve={cost_to_serve!r}, driver={driver!r}
)
whale(table["profit"])""",
)


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the analysis as code cells; `numbers` are the controls as they stand."""
    return [cell.format(**numbers) for cell in _CELLS]
