"""What did the bonds really bring, customer by customer?  The same people lived without them and with them.

No experiment of a real company can see this: each customer under both policies, all else alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from datasets.world import load_scenario
from datasets.world.history import History, company_under, live_history
from datasets.world.policy import Policy
from datasets.world.replay import compare
from datasets.world.scenario import Scenario
from lessons.relationship_marketing.bond_levels.model import BONDS, FULL_COST, REASONS

COMPANY, CUSTOMERS, SEED = "tea_shops", 2000, 1


@dataclass(frozen=True, kw_only=True)
class Lived:
    """What really happened to the same people without the bonds and with them.

    `effect`: the profit that each brought more, money, best first (n,). `kept`: share who stayed longer for the bonds.
    `gain`: mean of `effect`. `error`: its standard error. `won`: what those who gained brought more, money in all.
    `in_vain`: what the bonds cost on customers who did just what they would have done without, money in all.
    `still_leave`: departures an order with bonds, of 100 without. `by_reason`: the same, reason by reason;
    `by_reason_without`: those 100.
    """

    effect: np.ndarray
    kept: float
    gain: float
    error: float
    won: float
    in_vain: float
    still_leave: float
    by_reason: tuple[float, ...]
    by_reason_without: tuple[float, ...]

    def curve(self, points: int = 101) -> tuple[np.ndarray, np.ndarray]:
        """Share of the customers, best first (points,), and their effect added up, money per customer of all."""
        place = np.unique(np.linspace(0, len(self.effect), points).round().astype(int))
        total = np.concatenate([[0.0], np.cumsum(self.effect)])
        return place / len(self.effect), total[place] / len(self.effect)


def policies(
    scenario: Scenario, *, financial: float, social: float, structural: float
) -> tuple[Policy, Policy]:
    """The usual policy without any bond, and with the bonds that this money an order buys."""
    without = replace(scenario.policy, financial_bond=0.0, social_bond=0.0, structural_bond=0.0)
    money = {"financial": financial, "social": social, "structural": structural}
    return without, replace(without, **{f"{bond}_bond": money[bond] / FULL_COST[bond] for bond in BONDS})


def history(*, margin_share: float, years: int, money: tuple[float, float, float]) -> History:
    """The lives of Harbour Tea's customers over `years`, with this money an order in the three bonds."""
    scenario = load_scenario(COMPANY)
    scenario = replace(scenario, costs=replace(scenario.costs, goods_share=round(1 - margin_share, 10)))
    _, policy = policies(scenario, **dict(zip(BONDS, money, strict=True)))
    company = company_under(scenario, policy, days=364 * years, seed=SEED)
    return live_history(company, roots=np.arange(1, CUSTOMERS + 1, dtype=np.int64), seed=SEED)


def held_against(before: History, after: History) -> Lived:
    """Compare two histories of the same people, the first without bonds."""
    table = compare(before, after)
    effect = table["incremental_profit_cents"].to_numpy() / 100
    same = (table["change"] == "nothing").to_numpy()
    rates = [_departures_per_order(one) for one in (before, after)]
    return Lived(
        effect=np.sort(effect)[::-1],
        kept=float((table["change"] == "stayed").mean()),
        gain=float(effect.mean()),
        error=float(effect.std(ddof=1) / np.sqrt(len(effect))),
        won=float(effect[effect > 0].sum()),
        in_vain=float(-effect[same].sum()),
        still_leave=float(100 * rates[1].sum() / rates[0].sum()),
        by_reason=tuple((100 * rates[1] / rates[0].sum()).tolist()),
        by_reason_without=tuple((100 * rates[0] / rates[0].sum()).tolist()),
    )


def _departures_per_order(lived: History) -> np.ndarray:
    """Departures an order (5,), by reason."""
    gone = lived.bonds.departure
    return np.bincount(gone[gone >= 0], minlength=len(REASONS)) / len(lived.at)
