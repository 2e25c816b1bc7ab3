"""How much should an advertisement promise?  Satisfaction is judged by the gap between what came and what was expected.

Who is promised more buys sooner and is disappointed sooner, and a shortfall weighs more than a surplus. What was
promised can also colour what is perceived: a small gap is drawn towards the promise (assimilation), a large one is
exaggerated (contrast).

Sources: Oliver (1980), "A Cognitive Model of the Antecedents and Consequences of Satisfaction Decisions", Journal of
Marketing Research 17(4); Anderson (1973), "Consumer Dissatisfaction", Journal of Marketing Research 10(1); Kahneman &
Tversky (1979), "Prospect Theory", Econometrica 47(2). The sizes, and the two logistic curves, are assumed.
"""

import functools
import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

LOWEST, HIGHEST, STEP = 1.0, 10.0, 0.05
SIX_PERFORMANCES = (9, 8, 7, 7, 6, 5)

Floats = NDArray[np.float64]


def felt(gap_points: ArrayLike, *, loss_weight: float) -> Floats:
    """A gap as it is felt, in points: a shortfall weighs 1 + `loss_weight` times as much as a surplus.

    Raises ValueError for a negative `loss_weight`.

    >>> felt([2, 0, -2], loss_weight=1).tolist()
    [2.0, 0.0, -4.0]
    """
    if loss_weight < 0:
        raise ValueError(f"loss_weight must be 0 or more, not {loss_weight}")
    gap = np.asarray(gap_points, dtype=float)
    return gap + loss_weight * np.minimum(gap, 0)


def perceived_gap(
    gap_points: ArrayLike, *, assimilation: float = 0.0, contrast: float = 0.0, zone_points: float = math.inf
) -> Floats:
    """Performance less promise as it is perceived, in points.

    Up to `zone_points` the share `assimilation` of the gap is not noticed; each point beyond counts 1 + `contrast`.
    Anderson tells of a zone and of what happens on either side of it; that the two pieces are straight is ours.
    Raises ValueError for an assimilation outside 0 to 1, a negative contrast or zone.

    >>> perceived_gap([-1, -3], assimilation=0.5, contrast=1, zone_points=2).tolist()
    [-0.5, -3.0]
    """
    if not 0 <= assimilation <= 1:
        raise ValueError(f"assimilation must lie between 0 and 1, not {assimilation}")
    if contrast < 0 or zone_points < 0:
        raise ValueError(f"contrast and zone_points must be 0 or more, not {contrast} and {zone_points}")
    gap = np.asarray(gap_points, dtype=float)
    if assimilation == contrast == 0:
        return gap
    size = np.abs(gap)
    inside = np.minimum(size, zone_points)
    return np.sign(gap) * ((1 - assimilation) * inside + (1 + contrast) * (size - inside))


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One product and the people who see its advertisement. Points are those of a rating from 1 to 10.

    `performance`: the mean rating that the product earns; `spread`: standard deviation between one time and the next.
    `appeal`: the promise at which half of the people buy; `pull`: log-odds of buying per point promised.
    `stay_if_met`: share of buyers who stay when they get exactly what was promised; a point of satisfaction adds one
    to the log-odds of staying. The rest is explained at `felt` and `perceived_gap`. Raises ValueError for a number
    outside its range.

    >>> tea = Offer(performance=7)
    >>> round(tea.best_promise(), 2), round(float(tea.loyal(7.0)), 3)
    (6.35, 0.566)
    """

    performance: float
    spread: float = 1.0
    loss_weight: float = 1.0
    assimilation: float = 0.0
    contrast: float = 0.0
    zone_points: float = math.inf
    appeal: float = 5.0
    pull: float = 0.8
    stay_if_met: float = 0.8

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense; the functions refuse theirs."""
        if not 0 <= self.spread < math.inf:
            raise ValueError(f"spread must be 0 or more, not {self.spread}")
        if not 0 < self.stay_if_met < 1:
            raise ValueError(f"stay_if_met must lie between 0 and 1, not {self.stay_if_met}")
        self.satisfaction(LOWEST)

    def satisfaction(self, promise: ArrayLike) -> Floats:
        """Satisfaction in points by promise (n,) and by how well it went (n, 200): equally likely times."""
        came = self.performance + self.spread * _standard_times()
        gap = perceived_gap(
            came - np.asarray(promise, dtype=float)[..., None],
            assimilation=self.assimilation,
            contrast=self.contrast,
            zone_points=self.zone_points,
        )
        return felt(gap, loss_weight=self.loss_weight)

    def mean_satisfaction(self, promise: ArrayLike) -> Floats:
        """The buyers' mean satisfaction, in points, by promise."""
        return self.satisfaction(promise).mean(axis=-1)

    def buyers(self, promise: ArrayLike) -> Floats:
        """Share of those who see the advertisement that buy, by promise."""
        return _logistic(self.pull * (np.asarray(promise, dtype=float) - self.appeal))

    def staying(self, promise: ArrayLike) -> Floats:
        """Share of the buyers who stay, by promise."""
        usual = math.log(self.stay_if_met / (1 - self.stay_if_met))
        return _logistic(usual + self.satisfaction(promise)).mean(axis=-1)

    def loyal(self, promise: ArrayLike) -> Floats:
        """Share of those who see the advertisement that buy and stay, by promise."""
        return self.buyers(promise) * self.staying(promise)

    def best_promise(self) -> float:
        """The promise, in points, after which most people have bought and stayed."""
        return float(promise_grid()[int(loyal_by_grid(self).argmax())])


@functools.lru_cache(maxsize=64)
def loyal_by_grid(offer: Offer) -> Floats:
    """Share of those who see the advertisement that buy and stay, for each promise of the grid; shared, not to be
    written into."""
    return offer.loyal(promise_grid())


@functools.lru_cache(maxsize=1)
def promise_grid() -> Floats:
    """The promises that can be made: 1 to 10 in steps of a twentieth of a point; shared, not to be written into."""
    return np.round(np.linspace(LOWEST, HIGHEST, round((HIGHEST - LOWEST) / STEP) + 1), 2)


def by_promise(offer: Offer) -> pd.DataFrame:
    """Buyers, stayers, both together and mean satisfaction for each half point of promise."""
    promises = np.linspace(LOWEST, HIGHEST, 19)
    return pd.DataFrame(
        {
            "promise": promises,
            "buyers": offer.buyers(promises),
            "staying": offer.staying(promises),
            "loyal": offer.loyal(promises),
            "satisfaction": offer.mean_satisfaction(promises),
        }
    )


def six_customers(*, promises: tuple[float, float] = (7, 6), loss_weight: float = 1.0) -> pd.DataFrame:
    """Six customers of a tea that is a 7 on average: what came, the gap and what is felt, under two promises."""
    came = np.array(SIX_PERFORMANCES, dtype=float)
    table = {"performance": came}
    for name, promise in zip(("first", "second"), promises, strict=True):
        table[f"gap_{name}"] = came - promise
        table[f"felt_{name}"] = felt(came - promise, loss_weight=loss_weight)
    return pd.DataFrame(table)


def repeat_purchases(*, performance: float, promise: float, learning: float, times: int = 12) -> pd.DataFrame:
    """What is expected before each purchase and the gap after it, in points, where expectation learns.

    Expectation moves by the share `learning` of each gap, so after k purchases (1 − learning)^k of it is left.
    Raises ValueError for a `learning` outside 0 to 1.

    >>> repeat_purchases(performance=7, promise=6, learning=0.5, times=3)["gap"].tolist()
    [1.0, 0.5, 0.25]
    """
    if not 0 <= learning <= 1:
        raise ValueError(f"learning must lie between 0 and 1, not {learning}")
    gap = (performance - promise) * (1 - learning) ** np.arange(times)
    return pd.DataFrame({"purchase": np.arange(1, times + 1), "expectation": performance - gap, "gap": gap})


@functools.lru_cache(maxsize=1)
def _standard_times() -> Floats:
    """Two hundred equally likely values of a standard normal: the middles of its two-hundredths."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((number + 0.5) / 200) for number in range(200)])


def _logistic(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))
