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
    """One table: its columns, the columns that name a row, and the columns that point into other tables.

    >>> TABLES["orders"].key, TABLES["orders"].foreign_keys
    (('order_id',), {'customer_id': 'customers'})
    >>> TABLES["order_lines"].key
    ('order_id', 'line_number')
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    foreign_keys: dict[str, str] = field(default_factory=dict)

    @property
    def schema(self) -> pa.Schema:
        """The table as a pyarrow schema; `nullable` is kept."""
        return pa.schema([pa.field(c.name, c.arrow_type, nullable=c.nullable) for c in self.columns])

    @property
    def is_truth(self) -> bool:
        """Whether the table holds what no company can know."""
        return self.name.startswith("truth")


_TIME = pa.timestamp("us")
_ID = pa.int64()
_MONEY = pa.int64()
_FLAG = pa.int8()
_TEXT = pa.string()


def _time(name: str, *, nullable: bool = False) -> Column:
    return Column(name, _TIME, "UTC", nullable)


def _cents(name: str) -> Column:
    return Column(name, _MONEY, "cents")


def _flag(name: str) -> Column:
    return Column(name, _FLAG, "0 or 1")


def _points(name: str) -> Column:
    """A feeling, where 0 is what the company's usual quality calls forth and 1 is one standard deviation of it."""
    return Column(name, pa.float32(), "quality points")


def _score(name: str) -> Column:
    """An answer in a questionnaire, missing where nobody answered."""
    return Column(name, pa.int8(), "score", nullable=True)


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            name="customers",
            columns=(
                Column("customer_id", _ID),
                Column("name", _TEXT),
                Column("gender", _TEXT),
                Column("birthday", pa.date32()),
                Column("occupation", _TEXT),
                Column("household", _TEXT),
                Column("locale", _TEXT),
                Column("city", _TEXT),
                Column("address", _TEXT),
                Column("phone", _TEXT),
                Column("email", _TEXT),
                Column("business", _TEXT),
                _time("joined_at"),
            ),
            key=("customer_id",),
        ),
        Table(
            name="accounts",
            columns=(
                Column("account_id", _ID),
                Column("customer_id", _ID),
                Column("company_name", _TEXT),
                _time("opened_at"),
                _cents("credit_limit_cents"),
                Column("terms_days", pa.int16(), "days"),
            ),
            key=("account_id",),
            foreign_keys={"customer_id": "customers"},
        ),
        Table(
            name="products",
            columns=(
                Column("product_id", _ID),
                Column("business", _TEXT),
                Column("name_en", _TEXT),
                Column("name_zh", _TEXT),
                _cents("list_price_cents"),
                _cents("unit_cost_cents"),
            ),
            key=("product_id",),
        ),
        Table(
            name="orders",
            columns=(
                Column("order_id", _ID),
                Column("customer_id", _ID),
                Column("business", _TEXT),
                Column("channel", _TEXT),
                _time("ordered_at"),
                _cents("amount_cents"),
                _cents("discount_cents"),
                _time("paid_at", nullable=True),
                _cents("paid_cents"),
            ),
            key=("order_id",),
            foreign_keys={"customer_id": "customers"},
        ),
        Table(
            name="order_lines",
            columns=(
                Column("order_id", _ID),
                Column("line_number", pa.int8()),
                Column("product_id", _ID),
                Column("quantity", pa.int32(), "pieces"),
                _cents("amount_cents"),
            ),
            key=("order_id", "line_number"),
            foreign_keys={"order_id": "orders", "product_id": "products"},
        ),
        Table(
            name="subscriptions",
            columns=(
                Column("subscription_id", _ID),
                Column("customer_id", _ID),
                Column("product_id", _ID),
                _time("started_at"),
                _time("ended_at", nullable=True),
                Column("period_days", pa.int16(), "days"),
            ),
            key=("subscription_id",),
            foreign_keys={"customer_id": "customers", "product_id": "products"},
        ),
        Table(
            name="interactions",
            columns=(
                Column("interaction_id", _ID),
                Column("customer_id", _ID),
                Column("order_id", _ID),
                Column("kind", _TEXT),
                Column("channel", _TEXT),
                Column("topic", _TEXT),
                _time("started_at"),
                Column("wait_seconds", pa.int32(), "seconds"),
                _flag("abandoned"),
                Column("handled_seconds", pa.int32(), "seconds"),
                _time("answered_at", nullable=True),
                _cents("compensation_cents"),
            ),
            key=("interaction_id",),
            foreign_keys={"customer_id": "customers", "order_id": "orders"},
        ),
        Table(
            name="surveys",
            columns=(
                Column("survey_id", _ID),
                Column("customer_id", _ID),
                Column("order_id", _ID),
                _time("sent_at"),
                _time("answered_at", nullable=True),
                _score("expectation"),
                _score("desire"),
                _score("performance"),
                _score("satisfaction"),
                _score("recommendation"),
            ),
            key=("survey_id",),
            foreign_keys={"customer_id": "customers", "order_id": "orders"},
        ),
        Table(
            name="campaigns",
            columns=(
                Column("campaign_id", _ID),
                Column("business", _TEXT),
                Column("channel", _TEXT),
                _time("started_at"),
                _time("ended_at"),
                _cents("contact_cost_cents"),
            ),
            key=("campaign_id",),
        ),
        Table(
            name="contacts",
            columns=(
                Column("contact_id", _ID),
                Column("campaign_id", _ID),
                Column("customer_id", _ID),
                _time("assigned_at"),
                _flag("contacted"),
            ),
            key=("contact_id",),
            foreign_keys={"campaign_id": "campaigns", "customer_id": "customers"},
        ),
        Table(
            name="loyalty_ledger",
            columns=(
                Column("entry_id", _ID),
                Column("customer_id", _ID),
                Column("order_id", _ID, nullable=True),
                _time("posted_at"),
                Column("kind", _TEXT),
                Column("points", pa.int64(), "loyalty points"),
            ),
            key=("entry_id",),
            foreign_keys={"customer_id": "customers", "order_id": "orders"},
        ),
        Table(
            name="referrals",
            columns=(
                Column("referral_id", _ID),
                Column("referrer_id", _ID),
                Column("customer_id", _ID),
                _time("referred_at"),
            ),
            key=("referral_id",),
            foreign_keys={"referrer_id": "customers", "customer_id": "customers"},
        ),
        Table(
            name="prospects",
            columns=(
                Column("prospect_id", _ID),
                Column("customer_id", _ID, nullable=True),
                Column("channel", _TEXT),
                _time("reached_at"),
                _time("enquired_at", nullable=True),
            ),
            key=("prospect_id",),
            foreign_keys={"customer_id": "customers"},
        ),
        Table(
            name="truth_customers",
            columns=(
                Column("customer_id", _ID),
                Column("segment", _TEXT),
                Column("response_type", _TEXT),
                Column("stage", _TEXT),
                Column("purchase_rate_per_week", pa.float64(), "orders per week"),
                Column("dropout_probability", pa.float64(), "probability per order"),
                Column("mean_spend_cents", pa.float64(), "cents"),
                Column("desire", pa.float64(), "quality points"),
                Column("price_sensitivity", pa.float64(), "1 is usual"),
                Column("credit_recovery", pa.float64(), "share", nullable=True),
                _time("left_at", nullable=True),
                Column("departure_reason", _TEXT, nullable=True),
                Column("alive", _FLAG, "0 or 1"),
                Column("p_alive_given_traits", pa.float64(), "probability"),
                Column("uplift_orders_per_contact", pa.float64(), "orders"),
                _cents("profit_cents"),
            ),
            key=("customer_id",),
            foreign_keys={"customer_id": "customers"},
        ),
        Table(
            name="truth_encounters",
            columns=(
                Column("order_id", _ID),
                Column("encounter", pa.int32(), "orders before this one"),
                _points("quality"),
                _points("expectation"),
                _points("disconfirmation"),
                _points("satisfaction"),
                _points("satisfaction_afterwards"),
                _flag("failed"),
                _flag("complained"),
                _flag("answered_well"),
                _flag("recommended"),
                Column("leave_probability", pa.float32(), "probability"),
                _flag("left"),
            ),
            key=("order_id",),
            foreign_keys={"order_id": "orders"},
        ),
    )
}


def words(language: str) -> dict[str, Any]:
    """Titles and meanings of scenarios, tables and columns, in "en" or "zh".

    The keys are `scenarios.<name>.title`, `tables.<name>.title`, `tables.<name>.meaning` and
    `tables.<name>.columns.<column>`. Raises ValueError for a language that has no file.

    >>> words("en")["tables"]["orders"]["columns"]["amount_cents"]
    'What the customer owes for this order once the discount is taken off, in cents.'
    """
    if language not in ("en", "zh"):
        raise ValueError(f"there are no words for language {language!r}: use 'en' or 'zh'")
    return tomllib.loads((WORDS / f"{language}.toml").read_text(encoding="utf-8"))
