"""A small company's folder, written by hand: what the engine writes, without the engine."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from datasets.tables import TABLES

PARTS = 3


def write_company(folder: Path, *, customers: int = 200, seed: int = 1) -> Path:
    """Two years of random orders and order lines in three parts each, with the schemas of TABLES, and a manifest."""
    rng = np.random.default_rng(seed)
    for name, table in zip(("orders", "order_lines"), _tables(rng, customers), strict=True):
        (folder / name).mkdir(parents=True)
        for part in range(PARTS):
            piece = table.slice(
                part * len(table) // PARTS, (part + 1) * len(table) // PARTS - part * len(table) // PARTS
            )
            pq.write_table(
                piece, folder / name / f"part-{part:05d}.parquet", compression="zstd", store_schema=False
            )
    (folder / "manifest.json").write_text(json.dumps({"weeks": 104}))
    return folder


def _tables(rng: np.random.Generator, customers: int) -> tuple[pa.Table, pa.Table]:
    ids = rng.permutation(2**40 + 7919 * np.arange(customers, dtype="int64"))
    count = 6 * customers
    # many orders on the first and the last instant of a day, where days and zones go wrong
    seconds = rng.integers(0, 730 * 86_400, count) // 86_400 * 86_400 + rng.choice([0, 40_000, 86_399], count)
    microseconds = seconds * 1_000_000 + rng.choice([0, 999_999], count)
    ordered_at = np.datetime64("2023-01-01", "us") + microseconds.astype("timedelta64[us]")
    order_ids = rng.permutation(2**60 + np.arange(count, dtype="int64"))
    amounts = rng.integers(0, 100_000, count)
    schema = TABLES["orders"].schema
    columns = {
        "order_id": order_ids,
        "customer_id": rng.choice(ids, count),
        "business": rng.choice(["shop", "box"], count),
        "channel": np.full(count, "web"),
        "ordered_at": ordered_at,
        "amount_cents": amounts,
        "discount_cents": np.zeros(count, "int64"),
        "paid_at": ordered_at,
        "paid_cents": amounts,
    }
    orders = pa.table([pa.array(columns[name]) for name in schema.names], names=schema.names).cast(schema)
    lines = [(order, item) for order in order_ids for item in rng.choice(8, rng.integers(1, 5))]
    schema = TABLES["order_lines"].schema
    columns = {
        "order_id": [order for order, _ in lines],
        "line_number": np.arange(len(lines)) % 100,
        "product_id": [10**6 + item for _, item in lines],
        "quantity": np.ones(len(lines)),
        "amount_cents": np.full(len(lines), 100),
    }
    table = pa.table([pa.array(columns[name]) for name in schema.names], names=schema.names)
    return orders, table.cast(schema)
