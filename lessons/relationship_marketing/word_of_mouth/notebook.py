"""What does the notebook calculate?  The family tree and the market once more, and the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def cells(numbers: dict[str, Any]) -> Sequence[str]:
    """The notebook's own cells; `numbers` holds the page's `tree` and `market`."""
    tree, market = numbers["tree"], numbers["market"]
    return [
        "import numpy as np\n"
        "from lessons.relationship_marketing.word_of_mouth.counting import count\n"
        "from lessons.relationship_marketing.word_of_mouth.model import Market, Referrals\n\n"
        f"tree = {tree!r}\ntree.rate, tree.total(), tree.chain_dies_out()",
        "tree.so_far(10).round(1)",
        "# Chances that one customer's family counts 1, 2, … 6 people.\ntree.chain_sizes(6).round(3)",
        f"market = {market!r}\nmarket.peak_year(), market.half_year(), market.by_talk()",
        "market.customers(np.arange(0.0, 16)).round()",
        "# Two old customers brought two others, two young ones had no time to: 0.5 a head, or 0.75 by age?\n"
        "count(age_weeks=np.array([10, 10, 2, 2]), referral_age_weeks=np.array([1, 6]), weeks=10)",
    ]
