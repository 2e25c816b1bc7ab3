"""What does the notebook calculate?  The page's sum once more, from its inputs to the value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lessons.notebook import call


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `customer`."""
    customer = numbers["customer"]
    return [
        "from lessons.customer_value.clv.model import CustomerValue, by_retention, mixed_customers, six_customers, "
        f"tornado\n\ncustomer = {call(customer)}\ncustomer.value(), customer.net_value()",
        "customer.schedule(30)",
        "customer.break_even_retention(), customer.retention_worth(2 * customer.value())",
        "six_customers(margin=240, discount_rate=0.1)",
        "tornado(customer)",
        "retentions = [step / 20 for step in range(21)]\n"
        'pd.DataFrame({"retention": retentions, "value": by_retention(customer, retentions=retentions)})',
        "spread = min(0.15, customer.retention, 1 - customer.retention)\nmixed_customers(customer, spread=spread)",
    ]
