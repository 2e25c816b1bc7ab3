"""Where do the rows stand, and which engine reads them?  A frame, a file, or the folder of a made company.

A summary is one Ibis expression. DuckDB runs it on a frame, a pyarrow Table or a Parquet file; on an Ibis table
it runs where that table lives, DuckDB or Spark, which is how a whole company is summarised:

    with open_company("company", engine="spark") as company:
        rows = recency_frequency_rows(company.table("orders"), until="2024-12-31")
"""

from __future__ import annotations

import glob
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

if TYPE_CHECKING:
    import ibis
    import pyarrow as pa

    Source = pd.DataFrame | pa.Table | ibis.Table | str | Path

Engine = Literal["duckdb", "spark"]
Run = Callable[[Any], pd.DataFrame]
MANIFEST = "manifest.json"
DATABASE = {
    "threads": 2,
    "memory_limit": "2GB",
    "autoload_known_extensions": False,
    "autoinstall_known_extensions": False,
}
ORDERS = {"customer_id": "string", "ordered_at": "timestamp(6)", "amount_cents": "int64"}
LINES = {"order_id": "string", "product_id": "string"}
NO_AMOUNT = float("nan")
ROWS_A_PIECE = 50_000


class NotACompany(ValueError):
    """A folder that is no finished company; the text says why and what to do."""


@dataclass(frozen=True)
class Company:
    """The tables of a folder that ``python -m datasets make`` has written, open on an engine."""

    folder: Path
    connection: Any

    def table(self, name: str) -> Any:
        """One table as an Ibis table, all its parts together. Raises NotACompany where it has no part."""
        folder = self.folder / name
        if not any(folder.glob("*.parquet")):
            raise NotACompany(
                f"{self.folder} has no table {name}; make it again with: python -m datasets make"
            )
        if self.connection.name == "pyspark":
            escaped = "".join(f"\\{letter}" if letter in "{}[]*?\\" else letter for letter in str(folder))
            return self.connection.read_parquet(f"file://{escaped}")
        return self.connection.read_parquet(f"{glob.escape(str(folder))}/*.parquet")


@contextmanager
def open_company(folder: str | Path, *, engine: Engine = "duckdb", memory: str = "2GB") -> Iterator[Company]:
    """A made company's folder, open on DuckDB or on Spark (two cores, at most ``memory``) until the block ends.

    What does not fit into memory is spilled to a temporary folder. Raises NotACompany where the folder was not
    made to the end, ValueError for another engine, and datasets.spark.SparkMissing where pyspark or Java is missing.
    """
    folder = Path(folder).resolve()
    if not folder.is_dir():
        raise NotACompany(f"there is no folder {folder}")
    if not (folder / MANIFEST).is_file():
        raise NotACompany(
            f"{folder} has no {MANIFEST}: it was not made by python -m datasets make, or not to the end; "
            "run that command again and it goes on"
        )
    if engine == "duckdb":
        with (
            tempfile.TemporaryDirectory(prefix="crm-lab-") as scratch,
            database(memory, scratch) as connection,
        ):
            yield Company(folder, connection)
    elif engine == "spark":
        from datasets import spark

        with spark.session(memory=memory.lower().removesuffix("b")) as session:
            import ibis

            yield Company(folder, ibis.pyspark.connect(session))
    else:
        raise ValueError(f"engine is {engine!r}; use duckdb or spark")


@contextmanager
def database(memory: str = "2GB", scratch: str = "") -> Iterator[Any]:
    """A database in memory of its own for one call: nothing is shared between threads, nothing stays behind."""
    import ibis

    connection = ibis.duckdb.connect(":memory:", **{**DATABASE, "memory_limit": memory})
    try:
        connection.con.execute("SET enable_progress_bar = false")
        connection.con.execute("SET preserve_insertion_order = false")
        connection.con.execute("SET temp_directory = $1", [scratch])
        yield connection
    finally:
        connection.disconnect()


@contextmanager
def orders_of(source: Source) -> Iterator[tuple[Any, Run]]:
    """An Ibis table of customer_id, ordered_at and cents, and a function that runs an expression on it."""
    with rows_of(source, ORDERS, need=("customer_id", "ordered_at"), what="orders") as (table, run):
        yield order_columns(table), run


@contextmanager
def rows_of(
    source: Source, columns: Mapping[str, str], *, need: tuple[str, ...], what: str
) -> Iterator[tuple[Any, Run]]:
    """An Ibis table of what was given, and a function that runs an expression and brings a DataFrame back."""
    import ibis

    if isinstance(source, ibis.Table):
        _check(source.columns, need, what)
        yield source, run_on(source)
        return
    with database() as connection:
        if isinstance(source, str | Path):
            table = connection.read_parquet(str(source), table_name="given")
        else:
            import pyarrow as pa

            names = list(source.columns) if isinstance(source, pd.DataFrame) else source.column_names
            _check(names, need, what)
            wanted = [name for name in columns if name in names]
            if isinstance(source, pd.DataFrame):
                held = pa.Table.from_pandas(source[wanted], preserve_index=False)
            else:
                held = source.select(wanted)
            # in pieces, since one piece is scanned by one thread
            pieces = held.to_batches(max_chunksize=ROWS_A_PIECE)
            connection.con.register("given", pa.Table.from_batches(pieces, schema=held.schema))
            table = connection.table("given")
        _check(table.columns, need, what)
        yield table, run_on(table)


def run_on(table: Any) -> Run:
    """A function that runs an expression where ``table`` lives and returns a DataFrame."""
    backend = table.get_backend()
    if backend.name == "pyspark":
        # not Ibis' own way, which goes through pandas and loses what Arrow knows of the types
        return lambda expression: _rows_of_spark(backend.raw_sql(backend.compile(expression)))
    # not to_pandas(): Ibis 12 sets an option that pandas 3 warns of
    return lambda expression: expression.to_pyarrow().to_pandas()


def _rows_of_spark(rows: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # pyspark leaves a socket to the garbage collector
        return rows.toArrow().to_pandas()


def order_columns(table: Any) -> Any:
    """customer_id, ordered_at and cents of a table as it came.

    cents are doubles, NaN where missing: sums stay exact up to 2**53 cents, and NaN spreads by itself.
    """
    import ibis

    cents = ibis.literal(NO_AMOUNT)
    if "amount_cents" in table.columns:
        cents = table["amount_cents"].cast("float64").coalesce(NO_AMOUNT)
    return table.select("customer_id", ordered_at=table["ordered_at"].cast("timestamp(6)"), cents=cents)


def _check(columns: Any, need: tuple[str, ...], what: str) -> None:
    missing = [name for name in need if name not in columns]
    if missing:
        raise ValueError(f"{what} need the column {missing[0]}; they have {', '.join(map(str, columns))}")
