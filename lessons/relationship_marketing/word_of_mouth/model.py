"""How many customers do the first hundred bring in the end?  Referrals as a family tree, and as a diffusion.

The branching process counts generations: every customer brings R others on average, and there are always more people
to tell. Bass's model counts years: everyone goes on talking, but the market holds only so many. Real word of mouth
lies between, and a few customers do most of the talking.

Source: Watson & Galton (1875), "On the Probability of the Extinction of Families", Journal of the Anthropological
Institute 4, 138–144; Bass (1969), "A New Product Growth for Model Consumer Durables", Management Science 15(5),
215–227.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Referrals:
    """Customers who talk to others: `talks` people each over their whole time, of whom the share `conversion` comes.

    How many a customer brings is Poisson distributed. `first`: customers at the start.

    >>> tea = Referrals(talks=4, conversion=0.2)
    >>> round(tea.rate, 2), round(tea.total())
    (0.8, 500)
    """

    talks: float
    conversion: float
    first: int = 100

    def __post_init__(self) -> None:
        """Refuse negative numbers and shares above 1."""
        if self.talks < 0 or not 0 <= self.conversion <= 1 or self.first < 1:
            raise ValueError("talks must not be negative, conversion from 0 to 1, first at least 1.")

    @property
    def rate(self) -> float:
        """The reproduction number R: new customers whom one customer brings, on average."""
        return self.talks * self.conversion

    def total(self) -> float:
        """Customers in the end, the first among them; endless (inf) from R = 1 on."""
        return self.first / (1 - self.rate) if self.rate < 1 else math.inf

    def so_far(self, generations: int) -> Floats:
        """Expected customers up to each generation (generations + 1,), the first at 0."""
        return self.first * np.cumsum(self.rate ** np.arange(generations + 1.0))

    def referred_share(self) -> float:
        """Of all customers in the end, the share who were brought by another; NaN where there is no end."""
        return self.rate if self.rate < 1 else math.nan

    def chain_dies_out(self) -> float:
        """Chance that the family of one customer ends: the smallest root of s = e^(R(s − 1))."""
        if self.rate <= 1:
            return 1.0
        # Newton from 0 climbs to the first root and never beyond it, since e^(R(s − 1)) is convex.
        root = 0.0
        for _ in range(200):
            reached = math.exp(self.rate * (root - 1))
            step = (reached - root) / (1 - self.rate * reached)
            root += step
            if abs(step) < 1e-15:
                break
        return root

    def all_die_out(self) -> float:
        """Chance that the families of all first customers end."""
        return self.chain_dies_out() ** self.first

    def chain_sizes(self, largest: int) -> Floats:
        """Chance that one customer's family counts 1, 2, … `largest` people (largest,), that customer among them."""
        if self.rate == 0:
            return np.eye(1, largest)[0]
        size = np.arange(1, largest + 1)
        log_factorial = np.cumsum(np.log(size))
        return np.exp(-self.rate * size + (size - 1) * np.log(self.rate * size) - log_factorial)


@dataclass(frozen=True, kw_only=True)
class Market:
    """A market of `people` who adopt a new thing once, by themselves (`innovation`) or from others (`imitation`).

    Both are rates a year: of those without it, the share innovation + imitation × (share who have it) adopts.

    >>> market = Market(innovation=0.02, imitation=0.4, people=1000)
    >>> round(market.peak_year(), 1), round(market.half_year(), 1)
    (7.1, 7.4)
    """

    innovation: float
    imitation: float
    people: int = 1000

    def __post_init__(self) -> None:
        """Refuse a market that nobody starts, and negative rates."""
        if self.innovation <= 0 or self.imitation < 0 or self.people < 1:
            raise ValueError("innovation must be above 0, imitation not below 0, people at least 1.")

    @property
    def _both(self) -> float:
        return self.innovation + self.imitation

    def customers(self, years: Floats) -> Floats:
        """Customers after these years (n,), Bass's closed form."""
        fading = np.exp(-self._both * np.asarray(years, dtype=float))
        return self.people * (1 - fading) / (1 + self.imitation / self.innovation * fading)

    def peak_year(self) -> float:
        """When most come at once: ln(q/p) / (p + q) years, or at the start where nobody imitates enough."""
        if self.imitation <= self.innovation:
            return 0.0
        return math.log(self.imitation / self.innovation) / self._both

    def half_year(self) -> float:
        """When half of the market has come, years."""
        return math.log(2 + self.imitation / self.innovation) / self._both

    def by_talk(self) -> float:
        """Share of the market that came from others, in the end."""
        if self.imitation == 0:
            return 0.0
        ratio = self.innovation / self.imitation
        return 1 - ratio * math.log1p(1 / ratio)
