"""Which conditions does each claim leave unsaid?  The controls of the page: range, start, step and unit of each.

Percentages are whole numbers here and shares in the model; the first condition of each claim is the chart's axis.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One condition: its name in the model, its range, where it starts, its step; unit percent, number or money.

    `aside` puts the control into More settings.
    """

    name: str
    low: float
    high: float
    start: float
    step: float = 1
    unit: str = "percent"
    aside: bool = False

    def inside(self, value: float) -> float:
        """The value as the model wants it: a percentage as a share."""
        return value / 100 if self.unit == "percent" else value


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "five_points": (
        Condition(name="retention", low=40, high=94, start=80),
        Condition(name="discount", low=0, high=30, start=10),
        Condition(name="cost_in_margins", low=0, high=4, start=0, step=0.5, unit="number"),
    ),
    "win_keep": (
        Condition(name="saved", low=1, high=20, start=3),
        Condition(name="reply", low=1, high=40, start=2),
        Condition(name="keep_cost", low=1, high=100, start=10, unit="money"),
        Condition(name="contact_cost", low=1, high=100, start=20, unit="money", aside=True),
    ),
    "pareto": (
        Condition(name="spread", low=0.1, high=6, start=1.4, step=0.1, unit="number"),
        Condition(name="best", low=5, high=50, start=20, step=5),
    ),
    "tells_nine": (
        Condition(name="tells", low=0, high=100, start=60, step=5),
        Condition(name="each", low=1, high=20, start=6, unit="number"),
        Condition(name="passed_on", low=0, high=0.9, start=0.2, step=0.1, unit="number"),
    ),
    "iceberg": (
        Condition(name="serious", low=0, high=100, start=20),
        Condition(name="small_speaks", low=1, high=50, start=3),
        Condition(name="serious_speaks", low=10, high=100, start=69),
    ),
    "twelve": (
        Condition(name="newest", low=5, high=60, start=35),
        Condition(name="depth", low=1, high=10, start=4, step=0.5, unit="number"),
        Condition(name="noticed", low=0.1, high=1, start=0.1, step=0.1, unit="number"),
    ),
    "poor_recovery": (
        Condition(name="fails", low=0, high=50, start=6),
        Condition(name="repair_cost", low=0, high=5, start=1, step=0.5, unit="number"),
        Condition(name="works", low=20, high=100, start=60, step=5),
    ),
    "fifteen": (
        Condition(name="come", low=0, high=50, start=12),
        Condition(name="recommend", low=0, high=100, start=30, step=5),
        Condition(name="friends", low=0, high=10, start=2, step=0.5, unit="number"),
    ),
    "seventy": (
        Condition(name="orders", low=1, high=24, start=8, unit="number"),
        Condition(name="leave", low=1, high=40, start=12),
        Condition(name="softened", low=0, high=80, start=20, step=5),
    ),
}
SHAPES = ("lognormal", "gamma")
