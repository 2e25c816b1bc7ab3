"""What does the notebook calculate?  The best promise again, and the regression on the survey's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `offer`."""
    offer = numbers["offer"]
    given = ",\n".join(
        # inf is no word of Python's.
        f'    {field.name}=float("{getattr(offer, field.name)!r}")'
        for field in fields(offer)
    )
    return [
        "from lessons.satisfaction.expectation_disconfirmation import estimating, model\n\n"
        f"offer = model.Offer(\n{given},\n)\noffer.best_promise()",
        "model.by_promise(offer)",
        "model.six_customers()",
        "# One person's answers resemble each other: the errors count customers.\n"
        'columns = {name: table[name] for name in ("performance", "expectation")}\n'
        'columns["customers"] = table["customer_id"]\n'
        'fit = estimating.asymmetry(table["satisfaction"], **columns)\nfit.table()',
        'fit.ratio("shortfall", "surplus")',
        'estimating.two_standards(table["satisfaction"], desire=table["desire"], **columns).table()',
    ]
