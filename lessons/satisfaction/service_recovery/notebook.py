"""The cells of the notebook: the list walked down once more, and the paradox's limit."""

from __future__ import annotations

from typing import Any

from lessons.notebook import call


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that repeats the page's list on `table`, with the page's numbers."""
    one = numbers["recovery"]
    return [
        "from lessons.satisfaction.service_recovery import model as recovery\n\n"
        f"one = recovery.{call(one)}\none.after_failure, one.after_answer, one.paradox_limit",
        f"gain = recovery.gains(one, margin_per_order=table['margin_per_order'].to_numpy(), "
        f"orders_ahead=table['orders_ahead'].to_numpy(), cost={numbers['cost']!r}, answers={numbers['answers']!r})\n"
        "promised = recovery.by_share(rank=table['value'].to_numpy(), gain=gain)\n"
        "promised.best_share, promised.profit.max(), promised.profit[-1]",
        "recovery.six_customers()",
    ]
