"""What does the notebook calculate?  The page's departures once more, the best split, and every budget."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lessons.notebook import call


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `ties`."""
    ties = numbers["ties"]
    return [
        "from lessons.relationship_marketing.bond_levels.model import Ties, best_split\n\n"
        f"ties = {call(ties)}\nties.departures()",
        "ties.still_leave(), ties.orders(), ties.gain(), ties.price_room()",
        "best = best_split(ties.spend, customer=ties)\nbest, best.still_leave(), best.gain()",
        "pd.DataFrame(\n"
        '    [{"budget": budget, "still_leave": (one := best_split(budget, customer=ties)).still_leave(), '
        '"gain": one.gain()} for budget in range(10)]\n)',
    ]
