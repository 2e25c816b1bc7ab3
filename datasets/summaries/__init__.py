"""What do the orders say about the customers?  Summaries, each written once, run by DuckDB or by Spark.

Everything is an Ibis expression, so a million orders take about a second and the same text can be shown as SQL.
Orders come as a DataFrame, a pyarrow Table, the path of a Parquet file or an Ibis table, with the columns
customer_id, ordered_at (UTC, without zone) and amount_cents (may be missing or all null). An Ibis table is
summarised where it lives: see `open_company` for a made company on DuckDB or on Spark.

Customers' behaviour is read in whole days, as the textbooks do: several purchases of one customer on one day are
one purchase and their amounts are added. ``until`` is inclusive. Durations are whole days divided by the days in
the unit (week 7, month 30.4375, year 365.25).

Sources: Fader, Hardie & Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2), for x,
recency (t_x) and age (T); Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", for mean_spend.
"""

from __future__ import annotations

from typing import Any

from datasets.summaries.baskets import basket_pairs, basket_pairs_query
from datasets.summaries.churn import churn_labels, churn_labels_query
from datasets.summaries.cohorts import monthly_cohorts, monthly_cohorts_query
from datasets.summaries.kpis import kpis, kpis_query
from datasets.summaries.moments import DAYS, Moment
from datasets.summaries.purchases import (
    distinct_rows,
    recency_frequency,
    recency_frequency_query,
    recency_frequency_rows,
    recency_frequency_rows_query,
    rfm,
    rfm_query,
)
from datasets.summaries.sources import LINES, ORDERS, Company, NotACompany, open_company, order_columns
from datasets.summaries.tracking import (
    cumulative_repeat_purchases,
    holdout_purchases,
    holdout_purchases_query,
)

__all__ = [
    "DAYS",
    "Company",
    "Moment",
    "NotACompany",
    "basket_pairs",
    "churn_labels",
    "cumulative_repeat_purchases",
    "distinct_rows",
    "holdout_purchases",
    "kpis",
    "monthly_cohorts",
    "open_company",
    "recency_frequency",
    "recency_frequency_rows",
    "rfm",
    "sql",
]

# what each query is sorted by, where it does not sort itself
_QUERIES = {
    "recency_frequency": (recency_frequency_query, "customer_id"),
    "rfm": (rfm_query, "customer_id"),
    "holdout_purchases": (holdout_purchases_query, "customer_id"),
    "recency_frequency_rows": (recency_frequency_rows_query, None),
    "churn_labels": (churn_labels_query, "customer_id"),
    "monthly_cohorts": (monthly_cohorts_query, None),
    "basket_pairs": (basket_pairs_query, None),
    "kpis": (kpis_query, None),
}


def sql(summary: str, **options: Any) -> str:
    """The DuckDB SQL behind a summary of this module, for reading: ``sql("rfm", until="1997-09-30")``.

    ``summary`` is one of recency_frequency, recency_frequency_rows, rfm, holdout_purchases, churn_labels,
    monthly_cohorts, basket_pairs and kpis; ``options`` are that function's own. monthly_cohorts and kpis fill
    empty months in afterwards.
    """
    import ibis

    if summary not in _QUERIES:
        raise ValueError(f"no SQL is kept for {summary!r}")
    query, by = _QUERIES[summary]
    if summary == "basket_pairs":
        expression = query(ibis.table(LINES, name="order_lines"), **options)
    else:
        expression = query(order_columns(ibis.table(ORDERS, name="orders")), **options)
    return str(ibis.to_sql(expression.order_by(by) if by else expression, dialect="duckdb"))
