"""What can the company itself decide?

A policy is what management sets: how good the service is, how complaints are answered, what is spent on bonds,
whether there is a loyalty programme, the price, and whom the campaigns reach. Everything else is the market and
the customers. A scenario has its usual policy; a replay lives the same customers under another.
"""

from dataclasses import dataclass

from datasets.world.fields import check, choice, number, switch

TARGETING = ("random", "everyone", "nobody", "silent", "list")


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One way of running the company, in force from `from_week` on; before it the usual policy holds.

    The service level, the answers, the three bonds (what a retention budget buys), the loyalty programme, the price,
    the agents on the phone and the targeting of campaigns; what each costs stands in the scenario's `costs`.

    `targeting` says whom a campaign reaches: "random" a share `contact_share` of all; "silent" that share of those
    whose last order lies at least `silent_weeks` back; "everyone"; "nobody"; or "list", the customers whose public
    ids stand in `targets`. Raises ValueError, naming the field, for a number out of bounds.

    >>> Policy(answered_share=0.9).answered_share
    0.9
    """

    service_points: float = number(
        "Quality delivered above the usual", "quality points", low=-3, high=3, default=0.0
    )
    answered_share: float = number("Complaints that are answered well", "share", low=0, high=1, default=0.5)
    financial_bond: float = number("Effort put into financial bonds", "0 to 1", low=0, high=1, default=0.0)
    social_bond: float = number("Effort put into social bonds", "0 to 1", low=0, high=1, default=0.0)
    structural_bond: float = number("Effort put into structural bonds", "0 to 1", low=0, high=1, default=0.0)
    loyalty_programme: bool = switch("Whether points and tiers are given", default=True)
    price_change: float = number("Price against the usual price", "share", low=-0.5, high=1, default=0.0)
    targeting: str = choice("Whom campaigns reach", *TARGETING, default="random")
    contact_share: float = number(
        "Customers contacted of those who may be", "share", low=0, high=1, default=0.5
    )
    silent_weeks: float = number(
        "Silence from which a customer counts as silent", "weeks", low=0, high=520, default=8.0
    )
    agents_factor: float = number(
        "Agents on duty against the usual number", "1 is usual", low=0, high=10, default=1.0
    )
    from_week: int = number("Week from which this policy holds", "weeks", low=0, high=2600, default=0)
    targets: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse numbers out of bounds."""
        check(self, "policy")
        if type(self.from_week) is not int:
            raise ValueError(f"policy: from_week must be a whole number of weeks, not {self.from_week!r}")
