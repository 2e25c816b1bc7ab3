"""One season of prediction: the customers of an earlier window, those of a later one, and what was true of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pandas as pd

from lessons.churn.churn_prediction import features as known
from lessons.churn.churn_prediction import fitting, truth
from lessons.churn.churn_prediction.features import Windows
from lessons.frame.data import Data, churn_labels, table

LINE, WINDOW_DAYS = truth.LINE, 182


@dataclass(frozen=True, kw_only=True)
class Season:
    """Features of the earlier and of the later customers, and who was silent afterwards (0 or 1).

    `tested` are the later customers as the test saw them, `used` as they are known on the day of the offer: the same
    unless the features look ahead. `asked` are the later windows of the test, `later` those of the use. `truly` is
    truth.leaving's frame for the later customers.
    """

    earlier: Windows
    asked: Windows
    later: Windows
    learned: pd.DataFrame
    learned_left: np.ndarray
    tested: pd.DataFrame
    used: pd.DataFrame
    left: np.ndarray
    truly: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A season with its fit: the later customers' chances as tested, and as they are when used; `key` for caches."""

    key: tuple
    season: Season
    fit: fitting.Fit
    tested: np.ndarray
    used: np.ndarray


def season(data: Data, *, weeks: int, gap_weeks: int, leak: bool) -> Season:
    """Cut the company's history into two cases of `weeks` of silence; `leak` pulls the features half of them late."""
    days, gap = 7 * weeks, 7 * gap_weeks
    halves = {"last_day": data.holdout_until, "horizon_days": days, "gap_days": gap}
    first, second = known.train_and_test(**halves, leak_days=days // 2 if leak else 0)
    learned, learned_left = _customers(data, first)
    tested, left = _customers(data, second)
    honest, used = second, tested
    if leak:
        honest = replace(second, features_until=second.label_from - timedelta(days=gap), leak=False)
        used = _features(data, honest).reindex(tested.index)
        # Who first bought within the gap is unknown on the day of the offer.
        there = used["recency_days"].notna()
        tested, used, left = tested[there], used[there], left[there.to_numpy()]
    truly = truth.leaving(
        truth.encounters_of(table(data, "orders"), table(data, "truth_encounters")),
        data.truth if data.truth is not None else pd.DataFrame(),
        customers=tested.index,
        day=honest.features_until,
        until=honest.label_until,
    )
    return Season(
        earlier=first,
        asked=second,
        later=honest,
        learned=learned,
        learned_left=learned_left,
        tested=tested,
        used=used,
        left=left,
        truly=truly,
    )


def judged(data: Data, *, weeks: int, gap_weeks: int, leak: bool, method: fitting.Method) -> Judged:
    """Learn from the earlier customers and give the later ones their chances."""
    cut = season(data, weeks=weeks, gap_weeks=gap_weeks, leak=leak)
    fit = fitting.fit(cut.learned, left=cut.learned_left, method=method)
    tested = fit.chance(cut.tested)
    return Judged(
        key=(data.key, weeks, gap_weeks, leak, method),
        season=cut,
        fit=fit,
        tested=tested,
        used=fit.chance(cut.used) if leak else tested,
    )


def _customers(data: Data, windows: Windows) -> tuple[pd.DataFrame, np.ndarray]:
    """Return the features of those who bought within the window, and who was silent after the label's day."""
    ahead = (windows.label_from - windows.features_until).days
    labels = churn_labels(
        data,
        business=LINE,
        day=windows.label_from,
        horizon_days=windows.horizon_days,
        window_days=WINDOW_DAYS + max(ahead, 0),
    )
    rows = _features(data, windows)
    # A look ahead sees more customers than were there on the day.
    rows = rows[rows.index.isin(labels.index)]
    return rows, labels["churned"].reindex(rows.index).to_numpy(dtype=int)


def _features(data: Data, windows: Windows) -> pd.DataFrame:
    late = max((windows.features_until - windows.label_from).days, 0)
    # The label of the next day is not looked at: only what was known is taken.
    bought = churn_labels(
        data, business=LINE, day=windows.features_until, horizon_days=1, window_days=WINDOW_DAYS + late
    ).drop(columns="churned")
    orders = table(data, "orders")
    return known.features(
        bought,
        day=windows.features_until,
        window_days=WINDOW_DAYS + late,
        orders=orders[orders["business"] == LINE],
        interactions=table(data, "interactions"),
        surveys=table(data, "surveys"),
        contacts=table(data, "contacts"),
    )
