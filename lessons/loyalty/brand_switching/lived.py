"""What does the town's panel show, and what is true of it?  Three towns whose tables of switches look alike.

In one the last purchase pulls and households are alike; in one they differ and nothing pulls; in one there is some
of both. The market's numbers are set so that all three show the same repeat share, the same gains from the rivals
and the same start.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from datasets.world import panel as world
from lessons.loyalty.brand_switching import model as markov

BRANDS = ("harbour", "pines", "kettle")
TOWNS = {
    "both": world.Market(
        brands=BRANDS,
        appeals=(0.0, 0.655, -0.639),
        taste_spread=1.3,
        inertia=0.774,
        appeals_before=(-0.76, 0.655, -0.639),
    ),
    "habit": world.Market(
        brands=BRANDS, appeals=(0.0, 0.227, -0.263), inertia=1.552, appeals_before=(-0.42, 0.227, -0.263)
    ),
    "taste": world.Market(
        brands=BRANDS,
        appeals=(0.0, 1.445, -1.614),
        taste_spread=2.543,
        appeals_before=(-1.236, 1.445, -1.614),
    ),
}
HOUSEHOLDS, OCCASIONS, SEED, MONTHS, ANALYSTS = 1500, 13, 1, 12, 100


@dataclass(frozen=True, kw_only=True)
class Panel:
    """What was seen: `rows` as datasets.world.panel gives them, `bought` (households, occasions), the estimate."""

    rows: pd.DataFrame
    bought: np.ndarray
    found: markov.Estimate

    @property
    def last(self) -> np.ndarray:
        """Shares of the brands on the last occasion, (brands,)."""
        return np.bincount(self.bought[:, -1], minlength=len(BRANDS)) / len(self.bought)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The chain's forecasts against the truth. Shares are Harbour Tea's, purchases are per free tin over a year.

    `long_run`: the town's true share. `covered`, `covered_wide`: of `analysts` who see `sample` households each, how
    many intervals of the long-run share hold it. `model`, `truth`, `without`: share of those given a free tin who buy
    Harbour Tea in each of the months after it, by the chain, in truth, and in truth had there been no tin.
    `tins`: households that bought a rival last. `pull`: share of the repeat share that habit alone makes.
    """

    long_run: float
    estimated: float
    covered: int
    covered_wide: int
    analysts: int
    sample: int
    tins: int
    model: np.ndarray
    truth: np.ndarray
    without: np.ndarray
    model_extra: float
    truth_extra: float


def seen(town: str) -> Panel:
    """The panel of 1,500 households over 13 months in one of the TOWNS."""
    rows = world.panel(TOWNS[town], households=HOUSEHOLDS, occasions=OCCASIONS, seed=SEED)
    bought = rows["brand"].cat.codes.to_numpy().reshape(HOUSEHOLDS, OCCASIONS).astype(np.int64)
    found = markov.estimate(markov.switches(brand=bought, brands=len(BRANDS)))
    return Panel(rows=rows, bought=bought, found=found)


def judge(town: str, *, sample: int) -> Judgement:
    """Hold the chain of the town's panel against the truth, with analysts who see `sample` households each."""
    market, panel = TOWNS[town], seen(town)
    long_run = float(world.long_run(market, households=ANALYSTS * 400, seed=SEED).mean(axis=0)[0])
    rows = world.panel(market, households=ANALYSTS * sample, occasions=OCCASIONS, seed=SEED)
    bought = rows["brand"].cat.codes.to_numpy().reshape(ANALYSTS * sample, OCCASIONS)
    counted = markov.switches(brand=bought, brands=len(BRANDS))
    estimates = [markov.estimate(counted[first : first + sample]) for first in range(0, len(counted), sample)]
    last = panel.bought[:, -1]
    rival = last != 0
    chain = panel.found.matrix
    mix = np.bincount(last[rival], minlength=len(BRANDS)) / max(rival.sum(), 1)
    ours = np.eye(len(BRANDS))[0]
    model = markov.shares_over_time(start=ours, matrix=chain, periods=MONTHS)[1:, 0]
    model_without = markov.shares_over_time(start=mix, matrix=chain, periods=MONTHS)[1:, 0]
    own = world.transitions(market, households=HOUSEHOLDS, seed=SEED)[rival]
    truth = _followed(np.tile(ours, (len(own), 1)), own)
    without = _followed(np.eye(len(BRANDS))[last[rival]], own)
    return Judgement(
        long_run=long_run,
        estimated=float(panel.found.steady[0]),
        covered=sum(bool(one.steady_low[0] <= long_run <= one.steady_high[0]) for one in estimates),
        covered_wide=sum(bool(one.wide_low[0] <= long_run <= one.wide_high[0]) for one in estimates),
        analysts=ANALYSTS,
        sample=sample,
        tins=int(rival.sum()),
        model=model,
        truth=truth,
        without=without,
        model_extra=float((model - model_without).sum()),
        truth_extra=float((truth - without).sum()),
    )


def _followed(share: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Mean share of Harbour Tea in each coming month, each household by its own matrix, (MONTHS,)."""
    followed = []
    for _ in range(MONTHS):
        share = np.einsum("hi,hij->hj", share, matrices)
        followed.append(float(share[:, 0].mean()))
    return np.array(followed)
