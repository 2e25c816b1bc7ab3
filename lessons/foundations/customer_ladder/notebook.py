"""What does the notebook calculate?  The ladder once more, from its matrix to the worth of a point."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lessons.notebook import call


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `ladder`."""
    ladder = numbers["ladder"]
    return [
        "from lessons.foundations.customer_ladder.model import RUNGS, STEPS, Ladder\n\n"
        f"ladder = {call(ladder)}\nladder.table()",
        'pd.DataFrame(ladder.transitions(), index=[*RUNGS, "lost"], columns=[*RUNGS, "lost"])',
        "pd.DataFrame(ladder.fundamental(), index=RUNGS, columns=RUNGS).round(2)",
        'pd.DataFrame({"step": STEPS, "conversion": ladder.conversions, "worth_of_a_point": ladder.worth_of_points()})',
        "[round(ladder.moved(step).profit() - ladder.profit(), 2) for step in range(len(STEPS))]",
        "ladder.months_from_nothing(36).tail(3)",
        "from lessons.foundations.customer_ladder.counting import interval\n\ninterval(69, 857)",
    ]
