"""Are the two exercises on uplift fair?  Sound methods pass, known mistakes never do, and the truth is the world's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from datasets.world.replay import replay
from exercises import find, mark, marking, variant
from exercises.churn import two_lives
from lessons.churn.uplift.lived import FEATURES

LEARNERS = 8


def test_what_a_call_adds_on_average_is_what_one_replay_of_each_life_adds_in_sum():
    """The exercises take the mean of many futures; here everybody lives once with the call and once without."""
    added = two_lives.added()
    for scenario, count, first in two_lives.company(two_lives.NEW):
        usual = replace(scenario.policy, from_week=two_lives.WEEK)
        both = replay(
            scenario,
            before=replace(usual, targeting="nobody"),
            after=replace(usual, targeting="everyone"),
            customers=count,
            first=first,
            seed=2,
            weeks=two_lives.WEEK + two_lives.WEEKS,
        ).customers
        once = both.set_index(both["customer_id"].astype(str))["incremental_profit_cents"] / 100
        ours = added[added.index.isin(once.index)]
        apart = once.reindex(ours.index) - ours
        error = np.sqrt(apart.var(ddof=1) / len(apart))
        assert len(ours) > 400
        assert abs(apart.mean()) < 4 * error + 0.05, scenario.segments[0].name
        # Whom a call moves in none of its futures it costs its price.
        assert (ours == -two_lives.COST).mean() > 0.1
    assert added.abs().mean() > 10


def log_linear(earlier: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """Least squares by NumPy, of the called and of the others, on the logarithms alone."""
    names = list(FEATURES)

    def seen(rows: pd.DataFrame) -> np.ndarray:
        return np.column_stack([np.ones(len(rows)), np.log1p(rows[names].to_numpy(float))])

    called = (earlier["called"] == 1).to_numpy()
    fits = [
        np.linalg.lstsq(seen(earlier[part]), earlier["margin"][part].to_numpy(), rcond=None)[0]
        for part in (called, ~called)
    ]
    return seen(customers) @ (fits[0] - fits[1])


def turned(earlier: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """One least squares of the transformed outcome."""
    share = earlier["called"].mean()
    turned = earlier["margin"] * (earlier["called"] - share) / (share * (1 - share))
    one = earlier.assign(margin=turned, called=1)
    nothing = earlier.assign(margin=0.0, called=0)
    return log_linear(pd.concat([one, nothing]), customers)


def forest(earlier: pd.DataFrame, customers: pd.DataFrame) -> np.ndarray:
    """Two small forests."""
    from sklearn.ensemble import RandomForestRegressor

    names, called = list(FEATURES), earlier["called"] == 1
    fits = [
        RandomForestRegressor(15, min_samples_leaf=100, max_features=0.6, random_state=1).fit(
            earlier[names][part], earlier["margin"][part]
        )
        for part in (called, ~called)
    ]
    return fits[0].predict(customers[names]) - fits[1].predict(customers[names])


def test_scores_of_other_sound_methods_pass_and_no_mistake_does():
    exercise = find("uplift_scores")
    for number in range(1, LEARNERS + 1):
        mine = variant(exercise, learner="outsider", number=number)
        earlier, customers = mine.given["earlier"], mine.given["customers"]
        for method in (log_linear, turned, forest)[: 3 if number <= 2 else 2]:
            scores = pd.Series(method(earlier, customers), index=customers["customer_id"])
            assert mark(mine, handed_in(scores)).right, (method.__name__, number)
        for name, wrong in marking.mistakes(mine):
            verdict = mark(mine, handed_in(wrong))
            assert (verdict.found, verdict.mistake) == ("mistake", name)
            assert verdict.score < 0.4, (name, number, verdict.score)


def handed_in(scores: pd.Series) -> bytes:
    return scores.rename_axis("customer_id").rename("score").to_csv().encode()


def test_lists_of_other_sound_methods_pass_and_no_mistake_does():
    exercise, bands = find("whom_to_call"), list(two_lives.BANDS)
    for number in range(1, LEARNERS + 1):
        mine = variant(exercise, learner="outsider", number=number)
        groups, customers = mine.given["earlier"], mine.given["customers"]
        gain = groups["margin_called"] - groups["margin_left"]
        weight = 1 / (1 / groups["called"] + 1 / groups["left_alone"])
        for value in (gain, gain * weight / (weight + 40)):
            found = two_lives.banded(customers).merge(groups.assign(value=value), how="left", on=bands)[
                "value"
            ]
            ids = customers["customer_id"].to_numpy()[np.argsort(-found.fillna(-1e9), kind="stable")]
            assert mark(mine, "\n".join(ids[: mine.given["picks"]])).right, number
        for name, wrong in marking.mistakes(mine):
            verdict = mark(mine, "\n".join(wrong))
            assert (verdict.found, verdict.mistake) == ("mistake", name)
            assert verdict.score < 0.4, (name, number, verdict.score)
