"""Who answers a questionnaire, and what do the scores tell?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import World, live
from tests.causes.estimators import Frame, company, finds, least_squares, lived, logistic, share

# Scores from the middle of the scale, so that none is cut off; one point is one score, give or take half a one.
ASKING = {
    "survey_share": 0.5,
    "survey_response": 0.4,
    "survey_noise": 0.5,
    "survey_satisfaction": 5.5,
    "survey_recommendation": 5.0,
}


def _asked(scenario: Any, *, customers: int) -> tuple[World, Frame]:
    """Questionnaires of those who had time to answer, with what was felt."""
    world = live(scenario, customers=customers, tables=["surveys"])
    _, frame = lived(scenario, customers=customers)
    asked: Frame = world.tables["surveys"].to_pandas().merge(frame, on="order_id", validate="1:1")
    return world, asked[asked["sent_at"] < world.until - pd.Timedelta(days=7)]


@pytest.mark.parametrize("planted", [0.8, 0.0])
def test_those_who_feel_much_answer_more_often(planted: float) -> None:
    scenario = company(
        causes={"disconfirmation": 1.0}, service={**ASKING, "survey_extremes": planted}, weeks=78
    )
    _, asked = _asked(scenario, customers=3000)
    constant, slope = logistic(asked["answered_at"].notna(), asked["satisfaction_afterwards"].abs())
    constant.finds(np.log(0.4 / 0.6), at_most=0.04)
    slope.finds(planted, at_most=0.05)


@finds("disconfirmation")
def test_scores_regressed_on_what_was_felt() -> None:
    scenario = company(causes={"disconfirmation": 0.8}, service={**ASKING, "survey_extremes": 0.0}, weeks=78)
    _, asked = _asked(scenario, customers=3000)
    step = scenario.service.survey_step
    told = asked.dropna(subset=["answered_at"])
    for score, felt, middle in (
        ("satisfaction_x", "satisfaction_afterwards", 5.5),
        ("recommendation", "mood", 5.0),
        ("performance", "quality", 5.5),
        ("desire_x", "desire_y", 5.5),
    ):
        constant, slope = least_squares(told[score], told[felt])
        constant.finds(middle, at_most=0.05)
        slope.finds(step)
    assert told["satisfaction_x"].between(1, 10).all()


def test_one_order_in_so_many_is_asked_about() -> None:
    scenario = company(service=ASKING, weeks=52)
    world = live(scenario, customers=2000, tables=["orders", "surveys"])
    orders: Any = world.orders.to_pandas()
    old = orders[orders["ordered_at"] < world.until - pd.Timedelta(days=2)]
    asked = old["order_id"].isin(world.tables["surveys"]["order_id"].to_pandas())
    share(asked).finds(0.5)
