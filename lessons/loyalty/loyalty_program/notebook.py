"""The cells of the notebook: the points account read again, and the programme's profit by what is extra."""

from __future__ import annotations

from dataclasses import fields
from typing import Any


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that repeats the page's sums on `table` (the account), with the page's numbers."""
    programme = numbers["programme"]
    given = ", ".join(f"{field.name}={getattr(programme, field.name)!r}" for field in fields(programme))
    points = f"redeemed={numbers['redeemed']!r}, outstanding={numbers['outstanding']!r}"
    return [
        "from lessons.loyalty.loyalty_program import model as loyalty\n\n"
        f"programme = loyalty.Programme({given})\n"
        f"programme.cost({points}), programme.share_needed(seen_extra={numbers['seen_extra']!r}, {points})",
        "# Each month closes with what it opened with, earned, redeemed and expired.\n"
        "account = table[['opening', 'earned', 'redeemed', 'expired']].sum(axis=1)\n"
        "(account == table['closing']).all(), "
        "(table['closing'] * programme.redeemed_share * programme.point_value).round(2).tail()",
        "split = loyalty.allocate(sales=100_000, points=10_000, redeemed_share=0.95, point_value=1)\nsplit",
        "loyalty.six_members()",
    ]
