"""Which products are bought together more often than by chance?  Pairs in baskets, with support and lift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from datasets.summaries import moments
from datasets.summaries.sources import LINES, rows_of

if TYPE_CHECKING:
    from datasets.summaries.sources import Source


def basket_pairs(order_lines: Source, *, at_least: int = 1) -> pd.DataFrame:
    """One row a pair of products that share ``at_least`` baskets, the most frequent first, then by product.

    product_a, product_b   the pair, product_a < product_b
    baskets                orders that hold both
    support                baskets / all orders with a line
    confidence_a_to_b      share of the orders with product_a that also hold product_b
    confidence_b_to_a      the same, from product_b
    lift                   support / (share of orders with a × share of orders with b); 1 where a and b are independent

    ``order_lines`` needs order_id and product_id; several lines of a product in one order count once. A pair below
    ``at_least`` is never counted where one of its products is already below (Apriori).

    Source: Agrawal, Imieliński & Swami (1993), "Mining Association Rules between Sets of Items in Large Databases",
    Proceedings of ACM SIGMOD, for support and confidence; lift after Brin, Motwani, Ullman & Tsur (1997), "Dynamic
    Itemset Counting and Implication Rules for Market Basket Data", Proceedings of ACM SIGMOD, there called interest.

    >>> lines = pd.DataFrame({"order_id": [1, 1, 2, 2, 3, 4], "product_id": [7, 8, 7, 8, 7, 9]})
    >>> basket_pairs(lines)[["product_a", "product_b", "baskets", "support", "lift"]].round(3)
       product_a  product_b  baskets  support   lift
    0          7          8        2      0.5  1.333
    """
    with rows_of(order_lines, LINES, need=tuple(LINES), what="order lines") as (table, run):
        return run(basket_pairs_query(table, at_least=at_least))


def basket_pairs_query(order_lines: Any, *, at_least: int = 1) -> Any:
    """The expression behind `basket_pairs`."""
    least = moments.whole(at_least, "at_least")
    items = order_lines.select("order_id", "product_id").distinct()
    orders = items.order_id.nunique().as_scalar().cast("float64")
    products = items.group_by("product_id").agg(in_orders=items.count().cast("int64"))
    products = products.filter(products.in_orders >= least)
    frequent = items.semi_join(products, "product_id")
    one, other = frequent, frequent.view()
    both = one.join(other, [one.order_id == other.order_id, one.product_id < other.product_id])
    both = both.select(product_a=one.product_id, product_b=other.product_id)
    pairs = both.group_by(["product_a", "product_b"]).agg(baskets=both.count().cast("int64"))
    pairs = pairs.filter(pairs.baskets >= least)
    pairs = pairs.join(products.select(product_a="product_id", in_a="in_orders"), "product_a")
    pairs = pairs.join(products.view().select(product_b="product_id", in_b="in_orders"), "product_b")
    together = pairs.baskets.cast("float64")
    pairs = pairs.select(
        "product_a",
        "product_b",
        "baskets",
        support=together / orders,
        confidence_a_to_b=together / pairs.in_a,
        confidence_b_to_a=together / pairs.in_b,
        lift=together * orders / (pairs.in_a.cast("float64") * pairs.in_b),
    )
    return pairs.order_by([pairs.baskets.desc(), "product_a", "product_b"])
