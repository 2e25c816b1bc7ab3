"""Whom does the survey not hear?  The score of those who answered, and the score that everybody would have given.

The world knows each customer's mood at each order, and how a mood becomes an answer: so the chance of a promoter and
of a detractor is known for every order, answered or not. Mood is a moving average of what was felt
(datasets/README.md), and starts at nothing.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lessons.satisfaction.nps.model import LEAST_PROMOTER, MOST_DETRACTOR, Counts, Shares, counted
from lessons.satisfaction.nps.repeats import change, interval_points

Floats = NDArray[np.float64]
FEWEST = 20


@dataclass(frozen=True, kw_only=True)
class Heard:
    """The company's survey against everybody, in all and by quarter.

    `answered`: the counts, of `customers` people; `interval`: the score's, in points. `expected`: the shares that those
    who answered would give on average; `asked`, `orders`, `people`: those of all who were asked, of all orders, of
    everybody's latest order. `sent`: questionnaires. `quarters`: quarter (its first day), answers, score, low, high,
    true, and change, change_low, change_high to the quarter before, with the true change; in points. `again`: share
    ordering again within half a year, by kind.
    """

    answered: Counts
    customers: int
    interval: tuple[float, float]
    expected: Shares
    asked: Shares
    orders: Shares
    people: Shares
    sent: int
    quarters: pd.DataFrame
    again: dict[str, float]

    @functools.cached_property
    def covered(self) -> int:
        """How many of the quarters' intervals hold the quarter's true score."""
        rows = self.quarters
        return int(((rows["low"] <= rows["true"]) & (rows["true"] <= rows["high"])).sum())

    @functools.cached_property
    def led_astray(self) -> int:
        """How many of the changes from quarter to quarter had the wrong direction."""
        rows = self.quarters.dropna()
        return int((np.sign(rows["change"]) != np.sign(rows["true_change"])).sum())


def moods(encounters: pd.DataFrame, *, memory: float) -> Floats:
    """Each customer's mood after each row (n,): rows stand by relationship, in the order of `encounter` from 0.

    mood ← (1 − memory) × mood + memory × satisfaction_afterwards.
    """
    number = encounters["encounter"].to_numpy()
    felt = encounters["satisfaction_afterwards"].to_numpy(float)
    mood = np.zeros(len(felt))
    # All first orders at once, then all second ones: as many steps as the longest relationship.
    places = np.argsort(number, kind="stable")
    starts = np.searchsorted(number[places], np.arange(number.max() + 2) if len(number) else [0])
    for start, end in itertools.pairwise(starts):
        rows = places[start:end]
        before = mood[rows - 1] if number[rows[0]] else 0.0
        mood[rows] = (1 - memory) * before + memory * felt[rows]
    return mood


def chances(mood: Floats, *, service: Any) -> tuple[Floats, Floats]:
    """The chance that an answer is a promoter's and that it is a detractor's, by mood (n,).

    The score is 8.8 + mood + a normal error (the scenario's numbers), rounded.
    """
    middle = service.survey_recommendation + service.survey_step * mood

    def below(limit: float) -> Floats:
        from scipy.special import ndtr

        return ndtr((limit - middle) / service.survey_noise)

    return 1 - below(LEAST_PROMOTER - 0.5), below(MOST_DETRACTOR + 0.5)


def hear(*, surveys: pd.DataFrame, encounters: pd.DataFrame, orders: pd.DataFrame, service: Any) -> Heard:
    """Hold the survey against everybody; `orders` has order_id, customer_id, business, ordered_at."""
    lived = encounters[["order_id", "encounter", "satisfaction_afterwards"]].merge(
        orders[["order_id", "customer_id", "business", "ordered_at"]], on="order_id"
    )
    lived = lived.sort_values(["customer_id", "business", "encounter"], ignore_index=True)
    mood = moods(lived, memory=service.memory)
    lived["promoter"], lived["detractor"] = chances(mood, service=service)
    sent = surveys.merge(lived[["order_id", "promoter", "detractor"]], on="order_id")
    answered = sent[sent["recommendation"].notna()]
    last = lived.sort_values("ordered_at").groupby("customer_id").tail(1)
    return Heard(
        answered=counted(answered["recommendation"]),
        customers=answered["customer_id"].nunique(),
        interval=interval_points(answered["recommendation"], answered["customer_id"]),
        expected=_mean(answered),
        asked=_mean(sent),
        orders=_mean(lived),
        people=_mean(last),
        sent=len(sent),
        quarters=_quarters(answered, sent),
        again=again(answered, orders),
    )


def _mean(rows: pd.DataFrame) -> Shares:
    return Shares(promoters=float(rows["promoter"].mean()), detractors=float(rows["detractor"].mean()))


def _quarters(answered: pd.DataFrame, sent: pd.DataFrame) -> pd.DataFrame:
    """Score, interval, truth and change of each quarter with enough answers."""
    rows: list[dict[str, Any]] = []
    before: Any = None
    groups = dict(list(sent.groupby(sent["sent_at"].dt.to_period("Q"))))
    for quarter, answers in answered.groupby(answered["sent_at"].dt.to_period("Q")):
        if len(answers) < FEWEST:
            continue
        counts, true = counted(answers["recommendation"]), _mean(groups[quarter]).score_points
        given = answers["recommendation"], answers["customer_id"]
        low, high = interval_points(*given)
        moved = change(before, given) if before else None
        rows.append(
            {
                "quarter": quarter.start_time,
                "answers": counts.answers,
                "score": counts.shares.score_points,
                "low": low,
                "high": high,
                "true": true,
                "change": moved.points if moved else math.nan,
                "change_low": moved.low if moved else math.nan,
                "change_high": moved.high if moved else math.nan,
                "true_change": true - rows[-1]["true"] if moved else math.nan,
            }
        )
        before = given
    return pd.DataFrame(rows)


def again(answered: pd.DataFrame, orders: pd.DataFrame, *, days: int = 182) -> dict[str, float]:
    """The share of promoters, passives and detractors who ordered again within `days` of the questionnaire.

    Only questionnaires are counted after which that time had passed before the last order of all.
    """
    window = pd.Timedelta(days=days)
    early = answered[answered["sent_at"] + window <= orders["ordered_at"].max()]
    later = early[["survey_id", "customer_id", "sent_at", "recommendation"]].merge(
        orders[["customer_id", "ordered_at"]], on="customer_id"
    )
    inside = (later["ordered_at"] > later["sent_at"]) & (later["ordered_at"] <= later["sent_at"] + window)
    back = early["survey_id"].isin(set(later.loc[inside, "survey_id"])).to_numpy()
    scores = early["recommendation"].to_numpy(float)
    kinds = {
        "promoters": scores >= LEAST_PROMOTER,
        "passives": (scores < LEAST_PROMOTER) & (scores > MOST_DETRACTOR),
        "detractors": scores <= MOST_DETRACTOR,
    }
    return {name: float(back[rows].mean()) if rows.any() else math.nan for name, rows in kinds.items()}
