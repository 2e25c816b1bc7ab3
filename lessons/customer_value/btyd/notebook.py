"""The notebook's cells: the page's analysis once more, on the table that the notebook carries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """Return the code cells, written with the page's numbers alone (never with words from a file).

    >>> "horizon = 39.0" in cells({"mark": 272, "last_day": 545, "days_per_unit": 7.0, "leave": True})[0]
    True
    """
    ahead = (numbers["last_day"] - numbers["mark"]) / numbers["days_per_unit"]
    module, kind = ("bg_nbd", "BgNbd") if numbers["leave"] else ("nbd", "Nbd")
    fit = f"""\
from lessons.customer_value.btyd import {module}

horizon = {ahead!r}
data = {{name: table[name].to_numpy(dtype=float) for name in ("x", "recency", "age")}}
fit = {module}.fit(**data)
print(pd.DataFrame({{"estimate": fit.parameters, "standard_error": fit.standard_errors}}))
print("log-likelihood", round(fit.log_likelihood, 4), "converged", fit.converged)
"""
    ask = f"""\
model = {module}.{kind}(**fit.parameters)
table["p_alive"] = model.p_alive(**data)
table["expected_orders"] = model.expected_purchases(**data, horizon=horizon)
new = model.expected_purchases_new
rise = new(horizon=data["age"] + horizon) - new(horizon=data["age"])
print("expected", round(rise.sum()), "came", table["orders_after"].sum())
table.sort_values("expected_orders", ascending=False).head(10)
"""
    compare = """\
from lessons.customer_value.btyd import model as btyd

btyd.by_frequency(
    table["x"].to_numpy(), expected=table["expected_orders"].to_numpy(), actual=table["orders_after"].to_numpy()
)
"""
    by_hand = """\
btyd.six_customers()
"""
    return [fit, ask, compare, by_hand]
