"""How long do the subscribers of Harbour Tea's box really stay?  Cohorts from the world, and their truth.

A cohort is everybody whose first payment lies far enough back for all its renewals to have come due. The truth is the
same box lived by so many subscribers that chance hardly matters, or the planted parameters where no cause is at work.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from datasets.world import Scenario, live, load_scenario
from lessons.churn.sbg.model import STORIES, project

PERIODS = 12
SUBSCRIBERS, MANY = 1_600, 30_000
ANALYSTS, SAMPLE = 100, 1_000


@dataclass(frozen=True, kw_only=True)
class Box:
    """One cohort of the tea box.

    `survivors`: there at the start and after each of the renewals. `true_survival`: the share that is left, of a cohort
    without end. `alpha`, `beta`: what was planted, NaN where causes move everybody. `margin`: what a box leaves on
    average after the cost of its goods, in money. `sample`: subscribers' renewals, from which analysts draw their own
    cohorts.
    """

    survivors: tuple[int, ...]
    true_survival: np.ndarray
    alpha: float
    beta: float
    margin: float
    sample: np.ndarray


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What a hundred analysts, each with a cohort of their own, say of the last renewal: share left on average, the
    middle nine tenths, and how many give an interval that holds the truth (of how many who can give one)."""

    mean: float
    low: float
    high: float
    covered: int
    analysts: int


def renewals(subscriptions: pd.DataFrame, *, until: datetime, periods: int = PERIODS) -> np.ndarray:
    """Renewals, counted up to `periods`, of all subscribers for whom so many had come due by `until`.

    A subscription ends when a paid period runs out, so its length in periods less one is the number of renewals.
    """
    length = subscriptions["period_days"].to_numpy() * pd.Timedelta(days=1).to_timedelta64()
    due = (subscriptions["started_at"] + periods * length <= until).to_numpy()
    stayed = (subscriptions["ended_at"] - subscriptions["started_at"]).to_numpy() / length
    paid = np.where(np.isnan(stayed), np.inf, np.rint(stayed))
    return np.minimum(paid[due] - 1, periods).astype(int)


def survivors(counts: np.ndarray, *, periods: int = PERIODS) -> tuple[int, ...]:
    """How many are there at the start and after each renewal.

    >>> survivors(np.array([0, 2, 2, 1]), periods=2)
    (4, 3, 2)
    """
    return tuple(int((counts >= renewal).sum()) for renewal in range(periods + 1))


def box_alone(scenario: Scenario) -> Scenario:
    """Return the company with the tea box as its only business, its causes as they are."""
    box = next(one for one in scenario.businesses if one.kind == "contract")
    return replace(
        scenario,
        businesses=(replace(box, share=1.0, also=0.0),),
        products=tuple(one for one in scenario.products if one.business == box.name),
        basket_rules=(),
        campaigns=(),
    )


def textbook() -> Box:
    """The box with every cause switched off: the shifted beta-geometric exactly."""
    scenario = box_alone(load_scenario("tea_shops")).textbook()
    counts = _lived(scenario, customers=SUBSCRIBERS, seed=1)
    many = _lived(scenario, customers=MANY, seed=2)
    a, b = scenario.main.a, scenario.main.b
    t = np.arange(1, PERIODS + 1)
    # Each renewal is won by (b + t − 1) / (a + b + t − 1) of those who are there.
    true = np.concatenate([[1.0], np.cumprod((b + t - 1) / (a + b + t - 1))])
    return Box(
        survivors=survivors(counts),
        true_survival=true,
        alpha=a,
        beta=b,
        margin=_margin(scenario),
        sample=many,
    )


def with_causes(subscriptions: pd.DataFrame, *, until: datetime) -> Box:
    """The company's own cohort, every cause at work, and the truth from many more subscribers of the same box."""
    scenario = box_alone(load_scenario("tea_shops"))
    many = _lived(scenario, customers=MANY, seed=2)
    true = np.array(survivors(many)) / len(many)
    counts = renewals(subscriptions, until=until)
    return Box(
        survivors=survivors(counts),
        true_survival=true,
        alpha=np.nan,
        beta=np.nan,
        margin=_margin(scenario),
        sample=many,
    )


def _lived(scenario: Scenario, *, customers: int, seed: int) -> np.ndarray:
    weeks = 26 + 4 * PERIODS
    world = live(scenario, customers=customers, seed=seed, weeks=weeks, tables=("subscriptions",))
    return renewals(world.tables["subscriptions"].to_pandas(), until=world.start + timedelta(weeks=weeks))


def _margin(scenario: Scenario) -> float:
    prices = [(one.list_price_cents / 100, one.popularity) for one in scenario.products]
    mean = sum(price * share for price, share in prices) / sum(share for _, share in prices)
    return mean * (1 - scenario.costs.goods_share)


def judge(box: Box, *, model: str, fitted: int, seed: int = 1) -> Judged:
    """Let analysts fit `model` to the first `fitted` renewals of cohorts of their own, and hold them to the truth."""
    rng = np.random.default_rng(seed)
    said, covered, able = [], 0, 0
    for _ in range(ANALYSTS):
        seen = survivors(rng.choice(box.sample, SAMPLE))[: fitted + 1]
        found = project(survivors=seen, model=model, until=PERIODS)
        if found.converged or model not in STORIES:
            said.append(found.survival[-1])
        if np.isfinite(found.low):
            able += 1
            covered += bool(found.low <= box.true_survival[-1] <= found.high)
    low, high = np.quantile(said, [0.05, 0.95]) if said else (np.nan, np.nan)
    mean = float(np.mean(said)) if said else np.nan
    return Judged(mean=mean, low=float(low), high=float(high), covered=covered, analysts=able)
