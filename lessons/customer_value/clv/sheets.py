"""How does the sum go in a spreadsheet?  Inputs on one sheet, one row per payment on the other, all of it live."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd

from lessons.customer_value.clv.model import CustomerValue
from lessons.frame.workbook import Formula, xlsx
from lessons.words import Text

__all__ = ["ROWS", "sheets", "xlsx"]

ROWS = 30


def sheets(text: Text, customer: CustomerValue) -> dict[str, pd.DataFrame]:
    """Two sheets: inputs with the results below them, and up to ROWS payments. Values are cached from the model."""
    inputs, years = text.label("sheet_inputs"), text.label("sheet_years")
    schedule = customer.schedule(ROWS)
    later = int(customer.first_payment == "later")
    count = len(schedule)
    rows: list[tuple[str, object]] = [
        ("margin_column", float(customer.margin)),
        ("retention_column", float(customer.retention)),
        ("discount_column", float(customer.discount_rate)),
        ("growth_column", float(customer.margin_growth)),
        ("cost", float(customer.acquisition_cost)),
        ("wait", later),
    ]
    m, r, d, g, cost, wait = (f"'{inputs}'!$B${row}" for row in range(2, 8))
    total = float(schedule["present_value"].sum())
    endless = replace(customer, periods=None)
    ratio = f"({r}*(1+{g})/(1+{d}))"
    endless_text = f'=IF({ratio}<1,{m}*({r}/(1+{d}))^{wait}/(1-{ratio}),"{text.label("no_end")}")'
    stay_text = f'=IF({r}<1,1/(1-{r}),"{text.label("no_end")}")'
    rows += [
        ("sum_of_rows", Formula(f"=SUM('{years}'!$E$2:$E${count + 1})", total)),
        ("sum_less_cost", Formula(f"=$B$8-{cost}", total - customer.acquisition_cost)),
        ("value_endless", Formula(endless_text, _or(endless.value(), text))),
        ("stay_endless", Formula(stay_text, _or(endless.expected_periods(), text))),
    ]
    first = pd.DataFrame(
        {
            text.label("input"): [text.label(name) for name, _ in rows],
            text.label("amount"): pd.Series([cell for _, cell in rows], dtype=object),
        }
    )
    cells: dict[str, list[object]] = {name: [] for name in schedule.columns}
    for number, row in enumerate(schedule.itertuples(index=False)):
        at = number + 2
        formulas = {
            "period": f"={number}+{wait}",
            "retained": f"={r}^$A{at}",
            "margin": f"={m}*(1+{g})^{number}",
            "discount_factor": f"=1/(1+{d})^$A{at}",
            "present_value": f"=$B{at}*$C{at}*$D{at}",
            "cumulative": f"=SUM($E$2:$E{at})",
        }
        for name, formula in formulas.items():
            cells[name].append(Formula(formula, float(getattr(row, name))))
    titles = ["period", "retained", "margin_column", "discount_factor", "present_value", "cumulative"]
    second = pd.DataFrame(
        {
            text.label(title): pd.Series(cells[name], dtype=object)
            for title, name in zip(titles, cells, strict=True)
        }
    )
    return {inputs: first, years: second}


def _or(value: float, text: Text) -> float | str:
    return value if math.isfinite(value) else text.label("no_end")
