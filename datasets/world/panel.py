"""Which brand does a household buy next?

A panel is a town's households and the brand that each bought, occasion after occasion. At every occasion a
household takes the brand of the highest utility:

    appeal of the brand  +  what this household thinks of it  +  inertia, if it was bought last time
        +  offer, if it is on offer  +  a Gumbel draw of its own

With Gumbel draws the chances are the logit's, so every household's transition matrix is known exactly, and so is
the town's. Two numbers are told apart that look the same in the till: `taste_spread`, by which households differ
and stay as they are, and `inertia`, by which the last purchase itself pulls towards the next. Where households do
not differ, the panel is a first-order Markov chain. Where they differ and nothing pulls, it only looks loyal.

The draws are keyed by household, occasion and purpose, and a competitor's offer by brand and occasion. So households
500 to 600 alone buy as they do in the whole town, twelve occasions are the beginning of twenty-four, and a brand
that becomes more appealing loses no purchase from those who bought the same brand before.

Sources: Frank (1962), "Brand Choice as a Probability Process", Journal of Business 35(1), 43–56; Massy, Montgomery
& Morrison (1970), Stochastic Models of Buying Behavior, MIT Press; McFadden (1974), "Conditional logit analysis of
qualitative choice behavior", in Frontiers in Econometrics, 105–142, for utilities with Gumbel draws.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.draws import CHOICE, OFFER, TASTE, draw
from datasets.world.quantiles import normal_quantiles

Floats = NDArray[np.float64]
WORDS = 4
FURTHEST = 50.0


@dataclass(frozen=True, kw_only=True)
class Market:
    """A town's brands, in points of utility; a point more multiplies a brand's odds by e.

    `appeals`: each brand to the usual household. `taste_spread`: standard deviation of a household's own opinion of a
    brand, the same household's for ever. `inertia`: what having bought a brand last time adds. `offer`: what an offer
    adds, and `offer_share` on how many occasions a brand has one. `appeals_before`: the appeals that ruled until the
    first occasion, by default the same ones; the first purchase comes from each household's long-run shares
    under them. Raises ValueError for numbers that make no sense.
    """

    brands: tuple[str, ...]
    appeals: tuple[float, ...]
    taste_spread: float = 0.0
    inertia: float = 0.0
    offer: float = 0.0
    offer_share: float = 0.0
    appeals_before: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        if len(self.brands) < 2 or len(set(self.brands)) < len(self.brands):
            raise ValueError(f"brands must be two or more with different names, not {self.brands}")
        for appeals in (self.appeals, self.before):
            sane = all(math.isfinite(one) and abs(one) <= FURTHEST for one in appeals)
            if len(appeals) != len(self.brands) or not sane:
                raise ValueError(
                    f"appeals must be one number a brand, from −{FURTHEST:g} to {FURTHEST:g}, not {appeals}"
                )
        if not 0 <= self.taste_spread <= FURTHEST:
            raise ValueError(f"taste_spread must be from 0 to {FURTHEST:g}, not {self.taste_spread}")
        for name in ("inertia", "offer"):
            if not abs(getattr(self, name)) <= FURTHEST:
                raise ValueError(
                    f"{name} must be from −{FURTHEST:g} to {FURTHEST:g}, not {getattr(self, name)}"
                )
        if not 0 <= self.offer_share <= 1:
            raise ValueError(f"offer_share must be from 0 to 1, not {self.offer_share}")

    @property
    def before(self) -> tuple[float, ...]:
        """The appeals that ruled until the first occasion."""
        return self.appeals if self.appeals_before is None else self.appeals_before


def panel(market: Market, *, households: int | range, occasions: int, seed: int) -> pd.DataFrame:
    """One row a household and occasion, in this order: household_id, occasion (from 0), brand, on_offer (0 or 1).

    `households` is how many, numbers 0 upwards, or a range of numbers. `brand` is categorical, its categories in the
    market's order; `on_offer` says whether the brand bought was. Raises ValueError where there is no occasion.

    >>> tea = Market(brands=("harbour", "pines"), appeals=(0.0, 0.0), inertia=math.log(4))
    >>> town = panel(tea, households=3, occasions=4, seed=1)
    >>> town.shape, town["brand"].cat.categories.tolist()
    ((12, 4), ['harbour', 'pines'])
    >>> alone = panel(tea, households=range(2, 3), occasions=4, seed=1)
    >>> alone["brand"].tolist() == town["brand"].tolist()[8:]
    True
    """
    if occasions < 1:
        raise ValueError(f"occasions must be 1 or more, not {occasions}")
    number = _numbers(households)
    offered = offers(market, occasions=occasions, seed=seed)
    steady = _long_run(_weights(market, market.before, number, seed), market)
    own = np.log(_weights(market, market.appeals, number, seed))
    rows = np.arange(len(number))
    bought = np.empty((len(number), occasions), dtype=np.int8)
    for occasion in range(occasions):
        if occasion:
            utility = own + market.offer * offered[occasion]
            utility[rows, bought[:, occasion - 1]] += market.inertia
        else:
            utility = np.log(steady)
        gumbel = -np.log(-np.log(_uniforms(number, occasion, len(market.brands), CHOICE, seed)))
        bought[:, occasion] = np.argmax(utility + gumbel, axis=1)
    time = np.tile(np.arange(occasions), len(number))
    choice = bought.ravel()
    return pd.DataFrame(
        {
            "household_id": np.repeat(number, occasions),
            "occasion": time,
            "brand": pd.Categorical.from_codes(choice, dtype=pd.CategoricalDtype(list(market.brands))),
            "on_offer": offered[time, choice].astype(np.int8),
        }
    )


def offers(market: Market, *, occasions: int, seed: int) -> NDArray[np.bool_]:
    """Which brand has an offer when, (occasions, brands): the calendar of the town, the same for all households.

    The first purchase is made without one: offers begin with the panel.
    """
    brands = np.arange(len(market.brands))
    drawn = [
        philox.uniform(draw(brands, occasion, purpose=OFFER, seed=seed)[0]) < market.offer_share
        for occasion in range(occasions)
    ]
    calendar = np.array(drawn)
    calendar[0] = False
    return calendar


def transitions(
    market: Market, *, households: int | range, seed: int, on_offer: NDArray[np.bool_] | None = None
) -> Floats:
    """The true chances of each household, (households, last brand, next brand); every row adds up to 1.

    `on_offer` (brands,) are the brands on offer at that occasion, by default none.
    """
    weights = _weights(market, market.appeals, _numbers(households), seed)
    return _matrices(weights, market, on_offer)


def long_run(market: Market, *, households: int | range, seed: int) -> Floats:
    """The share of each brand in each household's purchases in the long run without offers, (households, brands).

    With weights w = e^utility and k = e^inertia the chain is reversible, and brand j's share is in proportion to
    w_j (Σ w + (k − 1) w_j).

    >>> long_run(Market(brands=("a", "b"), appeals=(0.0, math.log(2)), inertia=math.log(3)), households=1, seed=1)
    array([[0.26315789, 0.73684211]])
    """
    return _long_run(_weights(market, market.appeals, _numbers(households), seed), market)


def town(market: Market, *, households: int | range, occasions: int, seed: int) -> tuple[Floats, Floats]:
    """The exact shares by occasion, (occasions, brands), and the town's transition matrix, (brands, brands).

    Both are expectations over the Gumbel draws, given these households: the matrix is what counting all purchases of
    the panel tends to. Row i is the mean of the households' rows, each weighted by how often it buys brand i.
    """
    number = _numbers(households)
    weights = _weights(market, market.appeals, number, seed)
    offered = offers(market, occasions=occasions, seed=seed)
    share = _long_run(_weights(market, market.before, number, seed), market)
    shares, flows = [share.mean(axis=0)], np.zeros((len(market.brands), len(market.brands)))
    usual = _matrices(weights, market, None)
    for occasion in range(1, occasions):
        matrices = _matrices(weights, market, offered[occasion]) if offered[occasion].any() else usual
        flow = share[:, :, None] * matrices
        flows += flow.sum(axis=0)
        share = flow.sum(axis=1)
        shares.append(share.mean(axis=0))
    return np.array(shares), flows / np.maximum(flows.sum(axis=1, keepdims=True), 1e-300)


def _numbers(households: int | range) -> NDArray[np.int64]:
    wanted = range(households) if isinstance(households, int) else households
    if not len(wanted) or wanted[0] < 0 or wanted[-1] < 0:
        raise ValueError(f"households must be one or more, numbered from 0 upwards, not {households}")
    return np.array(wanted, dtype=np.int64)


def _uniforms(number: NDArray[np.int64], occasion: int, brands: int, purpose: int, seed: int) -> Floats:
    """A number of its own for each household and brand, (households, brands)."""
    blocks = [
        draw(number, occasion, purpose=purpose, seed=seed, replicate=block)
        for block in range(-(-brands // WORDS))
    ]
    return philox.uniform(np.concatenate(blocks)[:brands].T)


def _weights(market: Market, appeals: tuple[float, ...], number: NDArray[np.int64], seed: int) -> Floats:
    """e^utility of each brand to each household, without habit and offers, (households, brands)."""
    opinion = normal_quantiles(_uniforms(number, 0, len(appeals), TASTE, seed))
    return np.exp(np.array(appeals) + market.taste_spread * opinion)


def _long_run(weights: Floats, market: Market) -> Floats:
    pull = math.expm1(market.inertia)
    # Scaled first, so that no square overflows.
    weights = weights / weights.sum(axis=1, keepdims=True)
    share = weights * (1 + pull * weights)
    return share / share.sum(axis=1, keepdims=True)


def _matrices(weights: Floats, market: Market, on_offer: NDArray[np.bool_] | None) -> Floats:
    if on_offer is not None:
        weights = weights * np.exp(market.offer * on_offer)
    brands = weights.shape[1]
    pulled = weights[:, None, :] * (1 + math.expm1(market.inertia) * np.eye(brands))
    return pulled / pulled.sum(axis=2, keepdims=True)
