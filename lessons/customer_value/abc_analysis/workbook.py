"""What if the list were a spreadsheet?  Classes, Gini and whale curve with live formulas."""

import math

import numpy as np
import pandas as pd

from lessons.customer_value.abc_analysis.whale import GROSS_MARGIN, Analysis, analyse
from lessons.frame.workbook import Formula, xlsx
from lessons.words import Text

ROWS = 10_000


def make(text: Text, found: Analysis, *, a: float, ab: float, cost: float, driver: str) -> bytes:
    """Return the workbook; of more than 10,000 customers it holds every k-th of the sorted list."""
    listed = len(found.rows)
    step = -(-listed // ROWS)
    if step > 1:
        chosen = found.rows.iloc[::step].reset_index(drop=True)
        found = analyse(chosen, a=a, ab=ab, cost_to_serve=cost, driver=driver)
    rows = found.rows
    n, last = len(rows), len(rows) + 1
    settings, customers = f"'{text.label('sheet_settings')}'!", f"'{text.label('sheet_customers')}'!"
    revenue, profit = (f"{customers}${column}$2:${column}${last}" for column in "CF")
    total, earned = float(rows["revenue"].sum()), float(rows["profit"].sum())
    lines: list[tuple[str, object]] = [
        (text.label("limit_a"), a),
        (text.label("limit_ab"), ab),
        (text.label("gross_margin"), GROSS_MARGIN),
        (text.label("cost_share"), cost),
        (text.label("charged"), driver),
        (text.label("customers"), n),
        (text.label("orders"), Formula(f"=SUM({customers}$B$2:$B${last})", int(rows["orders"].sum()))),
        (text.label("total_revenue"), Formula(f"=SUM({revenue})", total)),
        (text.label("total_profit"), Formula(f"=SUM({profit})", earned)),
        (
            text.label("gini"),
            Formula(
                f"=IF($B$9=0,0,($B$7+1)/$B$7-2*SUMPRODUCT(ROW({revenue})-1,{revenue})/($B$7*$B$9))",
                found.gini,
            ),
        ),
        (
            text.label("needed_share"),
            Formula(
                f'=IF($B$9=0,0,(COUNTIF({customers}$D$2:$D${last},"<"&(0.8-0.000000001))+1)/$B$7)',
                found.needed,
            ),
        ),
    ]
    if step > 1:
        lines.append((text.label("sampled", step=step, rows=text.number(n), all=text.number(listed)), ""))
    return xlsx(
        {
            text.label("sheet_settings"): pd.DataFrame(
                lines, columns=[text.label("setting"), text.label("value")], dtype=object
            ),
            text.label("sheet_customers"): _customers(text, rows, settings),
            text.label("sheet_whale"): _whale(text, found, profit, settings),
        }
    )


def _customers(text: Text, rows: pd.DataFrame, settings: str) -> pd.DataFrame:
    a, ab, margin, cost, driver, n, orders, total = (f"{settings}$B${row}" for row in range(2, 10))
    lines = []
    for row, (number, kind, count, revenue, share, profit) in enumerate(
        rows.itertuples(index=False), start=2
    ):
        before = "0" if row == 2 else f"ROUND(D{row - 1},9)"
        charged = f'IF({driver}="revenue",C{row}/{total},IF({driver}="orders",B{row}/{orders},1/{n}))'
        lines.append(
            (
                number,
                count,
                revenue,
                Formula(f"={'0' if row == 2 else f'D{row - 1}'}+IF({total}=0,0,C{row}/{total})", share),
                Formula(f'=IF({before}<{a},"A",IF({before}<{ab},"B","C"))', kind),
                Formula(f"=IF({total}=0,0,{margin}*C{row}-{cost}*{margin}*{total}*{charged})", profit),
            )
        )
    names = ("customer", "orders", "revenue", "cumulative_share", "class", "profit")
    return pd.DataFrame(lines, columns=[text.label(name) for name in names], dtype=object)


def _whale(text: Text, found: Analysis, profit: str, settings: str) -> pd.DataFrame:
    summed = np.concatenate([[0.0], np.sort(found.rows["profit"])[::-1].cumsum()])
    lines = []
    for row, depth in enumerate(range(0, 101), start=2):
        rank, least = f"$B{row}", f"LARGE({profit},$B{row})"
        above = f'SUMIF({profit},">"&{least})+({rank}-COUNTIF({profit},">"&{least}))*{least}'
        k = math.floor(depth / 100 * len(found.rows) + 0.5)
        share = float(summed[k] / summed[-1]) if summed[-1] > 0 else 0.0
        lines.append(
            (
                depth / 100,
                Formula(f"=ROUND(A{row}*{settings}$B$7,0)", k),
                Formula(f"=IF(OR({rank}=0,{settings}$B$10<=0),0,({above})/{settings}$B$10)", share),
            )
        )
    return pd.DataFrame(
        lines, columns=[text.label(name) for name in ("depth", "rank", "cumulative_profit")], dtype=object
    )
