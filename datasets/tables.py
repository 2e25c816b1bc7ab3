"""Which tables does a company keep, and what is in each column?

One place for every table: columns with their Arrow type and unit, the key, and the columns that point into
another table. The meaning of each column, one sentence in English and one in Chinese, is in words/en.toml
and words/zh.toml. Money is integer cents, time is UTC without a zone, in microseconds.

The tables whose name begins with "truth" hold what only the maker of a synthetic world can know.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

WORDS = Path(__file__).parent / "words"


@dataclass(frozen=True)
class Column:
    """One column: name, Arrow type, unit ("" where there is none), and whether a value may be missing."""

    name: str
    arrow_type: pa.DataType
    unit: str = ""
    nullable: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its columns, the column that names a row, and the columns that point into other tables.

    >>> TABLES["orders"].key, TABLES["orders"].foreign_keys
    ('order_id', {'customer_id': 'customers'})
    >>> [column.unit for column in TABLES["orders"].columns]
    ['', '', 'UTC', 'cents']
    """

    name: str
    columns: tuple[Column, ...]
    key: str
    foreign_keys: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The table as a pyarrow schema; `nullable` is kept."""
        return pa.schema([pa.field(c.name, c.arrow_type, nullable=c.nullable) for c in self.columns])


_TIME = pa.timestamp("us")

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            name="customers",
            columns=(
                Column("customer_id", pa.int64()),
                Column("name", pa.string()),
                Column("gender", pa.string()),
                Column("city", pa.string()),
                Column("locale", pa.string()),
                Column("joined_at", _TIME, "UTC"),
            ),
            key="customer_id",
        ),
        Table(
            name="orders",
            columns=(
                Column("order_id", pa.int64()),
                Column("customer_id", pa.int64()),
                Column("ordered_at", _TIME, "UTC"),
                Column("amount_cents", pa.int64(), "cents"),
            ),
            key="order_id",
            foreign_keys={"customer_id": "customers"},
        ),
        Table(
            name="truth_customers",
            columns=(
                Column("customer_id", pa.int64()),
                Column("purchase_rate_per_week", pa.float64(), "orders per week"),
                Column("dropout_probability", pa.float64(), "probability per order"),
                Column("mean_spend_cents", pa.float64(), "cents"),
                Column("left_at", _TIME, "UTC", nullable=True),
                Column("alive", pa.int8(), "0 or 1"),
                Column("p_alive_given_traits", pa.float64(), "probability"),
            ),
            key="customer_id",
            foreign_keys={"customer_id": "customers"},
        ),
    )
}


def words(language: str) -> dict[str, Any]:
    """Titles and meanings of scenarios, tables and columns, in "en" or "zh".

    The keys are `scenarios.<name>.title`, `tables.<name>.title`, `tables.<name>.meaning` and
    `tables.<name>.columns.<column>`. Raises ValueError for a language that has no file.

    >>> words("en")["tables"]["orders"]["columns"]["amount_cents"]
    'What the customer paid for this order, in cents.'
    """
    if language not in ("en", "zh"):
        raise ValueError(f"there are no words for language {language!r}: use 'en' or 'zh'")
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
