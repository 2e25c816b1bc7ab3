"""How does the table go into a spreadsheet?  With P(alive) and spend as formulas that can be played with."""

from __future__ import annotations

import pandas as pd

from lessons.customer_value.btyd.fitting import Fit
from lessons.frame.workbook import Formula
from lessons.frame.workbook import xlsx as written
from lessons.words import Text

ROWS_WITH_FORMULAS = 2000


def table(customers: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the Data tab, a row a customer, under the names that the command line knows."""
    kept = ["customer_id", "x", "recency", "age", "mean_spend", "p_alive", "expected", "after"]
    if customers["mean_spend"].isna().all():
        kept.remove("mean_spend")
    rounded = customers[kept].rename(columns={"expected": "expected_orders", "after": "orders_after"})
    return rounded.round({"mean_spend": 4, "p_alive": 6, "expected_orders": 6})


def xlsx(text: Text, rows: pd.DataFrame, *, fit: Fit) -> bytes:
    """Return the workbook: parameters, and customers with P(alive) as a formula of them in the first rows.

    Under NBD, where nobody leaves, P(alive) stays a number.
    """
    customers, parameters = text.label("sheet_customers"), text.label("sheet_parameters")
    values = pd.DataFrame({"parameter": list(fit.parameters), "estimate": list(fit.parameters.values())})
    rows = rows.copy()
    if "a" in fit.parameters:
        # Row 1 holds the headings, so the first parameter stands in row 2, and so does the first customer.
        r, alpha, a, b = (f"'{parameters}'!$B${row}" for row in range(2, 6))
        live = [
            Formula(
                f"=IF(B{row}=0,1,1/(1+{a}/({b}+B{row}-1)*(({alpha}+D{row})/({alpha}+C{row}))^({r}+B{row})))",
                float(value),
            )
            for row, value in enumerate(rows["p_alive"].head(ROWS_WITH_FORMULAS), start=2)
        ]
        rows["p_alive"] = pd.Series(
            [*live, *rows["p_alive"].iloc[len(live) :]], index=rows.index, dtype=object
        )
    return written({customers: rows, parameters: values})
