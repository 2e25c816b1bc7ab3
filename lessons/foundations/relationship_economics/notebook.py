"""What does the notebook calculate?  The chosen claim once more, and the other eight where their controls start."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `claim`, `given` and `first` condition."""
    first = numbers["first"]
    ends = f"along={first.name!r}, low={first.inside(first.low)!r}, high={first.inside(first.high)!r}"
    return [
        "from lessons.foundations.relationship_economics.conditions import CONDITIONS\n"
        "from lessons.foundations.relationship_economics.model import CLAIMED, OUTCOMES, put_to_test\n\n"
        f"tested = put_to_test({numbers['claim']!r}, {numbers['given']!r}, {ends})\n"
        "tested.outcome, tested.met, tested.holds",
        'pd.DataFrame({"condition": tested.x, "outcome": tested.y}).iloc[::24]',
        "rows = []\n"
        "for claim, conditions in CONDITIONS.items():\n"
        "    given = {one.name: one.inside(one.start) for one in conditions}\n"
        "    rows.append((claim, *CLAIMED[claim], float(OUTCOMES[claim](**given))))\n"
        'pd.DataFrame(rows, columns=["claim", "from", "to", "at the start"])',
    ]
