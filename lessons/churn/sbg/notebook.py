"""What does the notebook calculate?  The page's projection once more, on the cohort that it carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells, written with the page's numbers.

    >>> "fitted = 7" in cells({"fitted": 7, "until": 12, "model": "sbg", "discount_rate": 0.1})[0]
    True
    """
    return [
        f"""\
from lessons.churn.sbg import model as sbg

fitted = {numbers["fitted"]!r}
until = {numbers["until"]!r}
cohort = table["survivors"].tolist()
sbg.all_models(survivors=cohort, fitted=fitted, until=until)
""",
        f"""\
found = sbg.project(survivors=cohort[: fitted + 1], model={numbers["model"]!r}, until=until)
print(found.parameters, "converged", found.converged, "95% interval of the last", found.low, found.high)
print("holdout error", sbg.holdout_error(found, survivors=cohort, fitted=fitted))
pd.DataFrame({{"seen": cohort, "projected": found.survival * cohort[0]}})
""",
        f"""\
rate = {numbers["discount_rate"]!r}
[sbg.residual_lifetime(found, renewals=renewals, discount_rate=rate) for renewals in range(until + 1)]
""",
        "sbg.six_subscribers()",
    ]
