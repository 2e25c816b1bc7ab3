"""How is a chance of leaving learned?  Logistic regression, or boosted trees, by scikit-learn.

The logistic adds up what each feature says, on the scale of log-odds; the trees find bends and combinations, and
want more customers for it. Both learn from an earlier window alone.

Source: Friedman (2001), "Greedy Function Approximation: A Gradient Boosting Machine", Annals of Statistics 29(5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from lessons.churn.churn_prediction import model as churn
from lessons.churn.churn_prediction.features import NAMES, filled

Method = Literal["logistic", "trees"]


@dataclass(frozen=True, kw_only=True)
class Fit:
    """A fitted classifier; `usual` is the satisfaction that stands in where nobody answered.

    `weights` are the logistic's, in log-odds for one standard deviation of the feature; empty for trees.
    """

    method: Method
    classifier: Any
    usual: float
    weights: dict[str, float]

    def chance(self, table: pd.DataFrame) -> np.ndarray:
        """Return each customer's chance of leaving (n,)."""
        return _probability(self.classifier, filled(table, usual=self.usual))


def _probability(classifier: Any, values: np.ndarray) -> np.ndarray:
    from threadpoolctl import threadpool_limits

    if not len(values):
        return np.zeros(0)
    with threadpool_limits(limits=1):
        return classifier.predict_proba(values)[:, 1]


def fit(table: pd.DataFrame, *, left: np.ndarray, method: Method) -> Fit:
    """Learn who left (0 or 1) from features; one thread, since visitors share the machine.

    Raises ValueError where everybody left or nobody did.
    """
    left = np.asarray(left).astype(int)
    if len(np.unique(left)) < 2:
        raise ValueError("There is nothing to learn where everybody left, or nobody.")
    from threadpoolctl import threadpool_limits

    usual = float(table["satisfaction"].mean()) if table["satisfaction"].notna().any() else 0.0
    values = filled(table, usual=usual)
    weights: dict[str, float] = {}
    with threadpool_limits(limits=1):
        if method == "logistic":
            from sklearn.linear_model import LogisticRegression
            from sklearn.pipeline import make_pipeline
            from sklearn.preprocessing import StandardScaler

            regression = LogisticRegression(max_iter=1000)
            classifier = make_pipeline(StandardScaler(), regression).fit(values, left)
            weights = dict(zip(NAMES, regression.coef_[0].tolist(), strict=True))
        else:
            from sklearn.ensemble import HistGradientBoostingClassifier

            classifier = HistGradientBoostingClassifier(
                max_iter=80, learning_rate=0.06, max_leaf_nodes=8, min_samples_leaf=40, random_state=1
            ).fit(values, left)
    return Fit(method=method, classifier=classifier, usual=usual, weights=weights)


def importance(fitted: Fit, table: pd.DataFrame, *, left: np.ndarray, seed: int = 1) -> pd.DataFrame:
    """Return, for each feature, the AUC lost when its values are shuffled among the customers; largest first."""
    values, rng = filled(table, usual=fitted.usual), np.random.default_rng(seed)
    whole = churn.auc(left, _probability(fitted.classifier, values))
    rows = []
    for place, name in enumerate(NAMES):
        shuffled = values.copy()
        shuffled[:, place] = rng.permutation(values[:, place])
        rows.append(
            {"feature": name, "lost": whole - churn.auc(left, _probability(fitted.classifier, shuffled))}
        )
    return pd.DataFrame(rows).sort_values("lost", ascending=False, ignore_index=True)
