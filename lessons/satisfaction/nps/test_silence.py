"""What everybody would have said, against mood kept one order at a time, and against surveys that all answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from lessons.satisfaction.nps import silence
from lessons.satisfaction.nps.repeats import interval_points


@pytest.fixture(scope="module")
def world():
    from datasets.world import live, load_scenario

    scenario = load_scenario("tea_shops")
    return tables(live(scenario, customers=2500, seed=5)), scenario


def tables(lived) -> dict[str, pd.DataFrame]:
    return {name: lived.tables[name].to_pandas() for name in ("surveys", "truth_encounters", "orders")}


def hear(rows, scenario) -> silence.Heard:
    return silence.hear(
        surveys=rows["surveys"],
        encounters=rows["truth_encounters"],
        orders=rows["orders"],
        service=scenario.service,
    )


def test_mood_by_hand_and_one_order_at_a_time():
    """Memory ½: satisfactions 2, 0, −4 leave moods 1, 0.5, −1.75; another customer begins again at nothing."""
    rows = pd.DataFrame({"encounter": [0, 1, 2, 0, 1], "satisfaction_afterwards": [2, 0, -4, 1, 1]})
    assert silence.moods(rows, memory=0.5).tolist() == [1.0, 0.5, -1.75, 0.5, 0.75]


def test_the_chances_agree_with_answers_drawn_and_rounded(world):
    _, scenario = world
    rng, service = np.random.default_rng(1), scenario.service
    for mood in (-2.0, -0.5, 0.6):
        drawn = np.clip(np.rint(8.8 + mood + 0.7 * rng.standard_normal(200_000)), 0, 10)
        promoter, detractor = silence.chances(np.array([mood]), service=service)
        assert promoter[0] == pytest.approx((drawn >= 9).mean(), abs=0.005)
        assert detractor[0] == pytest.approx((drawn <= 6).mean(), abs=0.005)


def test_where_everybody_answers_the_survey_finds_the_truth(world):
    """The same people, all of whom are asked and answer: an independent way to the true score of all orders."""
    from datasets.world import live

    _, scenario = world
    service = replace(scenario.service, survey_share=1.0, survey_response=0.999999, survey_extremes=0.0)
    open_hearted = replace(scenario, service=service)
    heard = hear(tables(live(open_hearted, customers=2500, seed=5)), open_hearted)
    assert heard.answered.answers > 0.98 * heard.sent
    assert heard.answered.shares.score_points == pytest.approx(heard.asked.score_points, abs=1.5)
    assert heard.orders.score_points == pytest.approx(heard.asked.score_points, abs=0.5)


def test_silence_makes_the_score_too_low_because_anger_speaks(world):
    rows, scenario = world
    heard = hear(rows, scenario)
    assert heard.expected.score_points < heard.asked.score_points - 4
    assert heard.expected.detractors > 1.4 * heard.asked.detractors
    assert heard.covered < len(heard.quarters)


def test_the_survey_s_intervals_count_people_and_not_answers(world):
    rows, scenario = world
    heard, given = hear(rows, scenario), rows["surveys"][rows["surveys"]["recommendation"].notna()]
    assert heard.customers == given["customer_id"].nunique() < heard.answered.answers
    assert heard.interval == interval_points(given["recommendation"], given["customer_id"])
    assert heard.interval != pytest.approx(heard.answered.interval_points(), abs=0.01)


def test_who_came_again_by_hand():
    day = pd.Timestamp("2024-01-01")
    orders = pd.DataFrame(
        {
            "customer_id": ["a", "b", "a", "c", "c", "z"],
            # The second order of c comes too late to count.
            "ordered_at": [day + pd.Timedelta(days=days) for days in (0, 0, 30, 0, 300, 400)],
        }
    )
    answered = pd.DataFrame(
        {
            "survey_id": ["1", "2", "3"],
            "customer_id": ["a", "b", "c"],
            "sent_at": [day + pd.Timedelta(days=1)] * 3,
            "recommendation": [9, 10, 3],
        }
    )
    found = silence.again(answered, orders)
    assert found["promoters"] == 0.5 and found["detractors"] == 0.0
    assert np.isnan(found["passives"])
