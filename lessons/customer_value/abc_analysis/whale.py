"""Which customers earn money?  The whale curve of cumulative profit.

Customers are sorted by profit and summed up. The curve rises above 100% where some of them lose money. It
assumes one gross margin for all, and a cost to serve that leaves with the customer; fixed costs do not.

Sources: Kaplan & Cooper (1998), Cost & Effect, Harvard Business School Press; Kaplan & Narayanan (2001),
"Measuring and managing customer profitability", Journal of Cost Management 15(5).
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from lessons.customer_value.abc_analysis.model import CLASSES, classes, concentration, customers_for, gini

DRIVERS = ("revenue", "orders", "customers")
GROSS_MARGIN = 0.40


def profits(
    *,
    revenue: ArrayLike,
    orders: ArrayLike,
    cost_to_serve: float,
    driver: str = "orders",
    gross_margin: float = GROSS_MARGIN,
) -> NDArray[np.float64]:
    """Profit of each customer after the cost to serve (currency units).

    The company spends the share `cost_to_serve` of its gross margin on picking, postage and calls. `driver`
    says who is charged: in proportion to "revenue" (the old books), every order alike ("orders"), or every
    customer alike ("customers"). The total is the same under all three. Raises ValueError for another driver.

    >>> profits(revenue=[100, 100], orders=[1, 3], cost_to_serve=0.5).tolist()
    [30.0, 10.0]
    """
    sales = np.asarray(revenue, dtype=float)
    if driver not in DRIVERS:
        raise ValueError(f"The driver {driver!r} is not known; choose one of {DRIVERS}.")
    charged = {"revenue": sales, "orders": np.asarray(orders, dtype=float), "customers": np.ones(len(sales))}[
        driver
    ]
    margin = gross_margin * sales
    return margin - cost_to_serve * margin.sum() * charged / (charged.sum() or 1.0)


@dataclass(frozen=True, kw_only=True)
class Whale:
    """The whale curve in three numbers, all of them shares.

    `peak` of the total profit is earned by the best `peak_at` of the customers; `losing` of them lose money.
    """

    peak: float
    peak_at: float
    losing: float


def whale(profit: ArrayLike) -> Whale:
    """Read the whale curve of these profits (currency units, any sign); no total profit, no `peak` (NaN).

    >>> whale([150, 0, -50])
    Whale(peak=1.5, peak_at=0.3333333333333333, losing=0.3333333333333333)
    """
    value = np.asarray(profit, dtype=float)
    earned, total = value[value > 0].sum(), value.sum()
    return Whale(
        peak=float(earned / total) if total > 0 else float("nan"),
        peak_at=float((value > 0).mean()),
        losing=float((value < 0).mean()),
    )


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """Everything that one setting of the controls says about a list of customers.

    `rows` is one row a customer (customer_id, class, orders, revenue, cumulative_share, profit in currency
    units), most revenue first; `count` is the number of customers in each class; `needed` and `best_fifth`
    are shares (of customers for 80% of the revenue; of revenue from the best 20%), `profit_of_best_fifth` is
    a share of all profit; the curves are from concentration(); `cost_per_unit` is what one unit of the driver
    is charged (currency units).
    """

    rows: pd.DataFrame
    count: dict[str, int]
    needed: float
    best_fifth: float
    gini: float
    whale: Whale
    profit_of_best_fifth: float
    cost_per_unit: float
    pareto_curve: pd.DataFrame
    whale_curve: pd.DataFrame


def analyse(customers: pd.DataFrame, *, a: float, ab: float, cost_to_serve: float, driver: str) -> Analysis:
    """Analyse a list from customer_list(); a and ab as for classes(), the rest as for profits()."""
    revenue, orders = customers["revenue"].to_numpy(), customers["orders"].to_numpy()
    profit = profits(revenue=revenue, orders=orders, cost_to_serve=cost_to_serve, driver=driver)
    total, n = revenue.sum(), len(revenue)
    class_of = classes(revenue, a=a, ab=ab)
    units = {"revenue": total, "orders": orders.sum(), "customers": n}[driver]
    fifth = max(round(n / 5), 1)
    return Analysis(
        rows=pd.DataFrame(
            {
                "customer_id": customers["customer_id"],
                "class": class_of,
                "orders": orders,
                "revenue": revenue.round(2),
                "cumulative_share": (revenue.cumsum() / (total or 1.0)).round(6),
                "profit": profit.round(2),
            }
        ),
        count={name: int((class_of == name).sum()) for name in CLASSES},
        needed=customers_for(revenue, share=0.80) / n,
        best_fifth=float(revenue[:fifth].sum() / (total or 1.0)),
        gini=gini(revenue),
        whale=whale(profit),
        profit_of_best_fifth=float(np.sort(profit)[::-1][:fifth].sum() / (profit.sum() or np.nan)),
        cost_per_unit=float(cost_to_serve * GROSS_MARGIN * total / (units or 1.0)),
        pareto_curve=concentration(revenue),
        whale_curve=concentration(profit),
    )


def six_customers() -> pd.DataFrame:
    """The six customers that the page works by hand: 60 an order, 40% gross margin (currency units)."""
    frame = pd.DataFrame({"customer": range(1, 7), "revenue": [5000, 2500, 1200, 700, 400, 200]})
    frame["orders"] = [10, 25, 4, 7, 2, 2]
    frame["cumulative_share"] = frame["revenue"].cumsum() / frame["revenue"].sum()
    frame["class"] = classes(frame["revenue"])
    frame["cost_to_serve"] = 60 * frame["orders"]
    frame["profit"] = GROSS_MARGIN * frame["revenue"] - frame["cost_to_serve"]
    return frame
