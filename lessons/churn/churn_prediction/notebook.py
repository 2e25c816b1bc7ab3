"""The cells of the churn notebook: judge the chances again, and learn them again."""

from __future__ import annotations

from typing import Any


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that judges `table`'s chances with the page's numbers, and fits them anew."""
    offer = {name: numbers[name] for name in ("cost", "save_rate", "value", "voucher")}
    return [
        f"""\
from lessons.churn.churn_prediction import model as churn

offer = churn.Offer(**{offer!r})
print("write from a chance of", offer.threshold)
print("AUC:", churn.auc(table["left"], table["chance"]))
churn.by_threshold(table["left"], table["chance"], offer=offer).iloc[::10]
""",
        "churn.calibration(table['left'], table['chance'])\n",
        f"""\
# Learn from one half of these customers and judge on the other. The page learns from an earlier window instead.
from lessons.churn.churn_prediction import fitting

half = table.index % 2 == 0
fit = fitting.fit(table[half], left=table["left"][half].to_numpy(), method={numbers["method"]!r})
print("AUC:", churn.auc(table["left"][~half], fit.chance(table[~half])))
""",
    ]
